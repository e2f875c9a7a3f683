"""The address bar holds the exact scenario: read when a session opens or goes back, written in every run.

The only file that touches st.query_params.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import streamlit as st

from dashboard import state
from models.scenario import link as links

SETTLED = 2.0
"""Seconds after which an address that is not the last one written was chosen by the reader and is not on its way."""


def read() -> None:
    """First thing in a run: read the link a session starts with, or the one the Back button returned to."""
    given = st.query_params.to_dict()
    if not state.is_open() or _was_chosen(given):
        decoded = links.decode(given, view_keys=state.VIEWS)
        views = {key: given[key] if given.get(key) in known else known[0] for key, known in state.VIEWS.items()}
        state.open_with(state.Moment(decoded.scenario, decoded.preset), decoded.notes, views)
    state.store().has_acted = False


def _was_chosen(given: Mapping[str, str]) -> bool:
    """Whether the reader went to another address, by Back or Forward.

    A page switch empties the address. A callback in this run proves that the reader used a widget, and right after we
    wrote an address the browser may still report the one before.
    """
    store = state.store()
    is_other = bool(given) and dict(given) != store.address
    return is_other and not store.has_acted and time.monotonic() - store.written > SETTLED


def write() -> None:
    """Make the address bar hold the exact scenario; in every run, because a page switch empties it."""
    store, wanted = state.store(), _query()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
        store.written = time.monotonic()
    store.address = wanted


def _query() -> dict[str, str]:
    store = state.store()
    items = links.query_items(store.now.scenario, store.now.preset)
    return items | {key: store.views[key] for key, known in state.VIEWS.items() if store.views[key] != known[0]}


def link() -> str:
    """Address that reopens exactly this scenario, looked at the same way."""
    address = urlsplit(st.context.url or "")
    return urlunsplit((address.scheme, address.netloc, address.path or "/", urlencode(_query(), quote_via=quote), ""))
