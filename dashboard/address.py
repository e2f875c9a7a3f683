"""The address bar holds the exact scenario: read when a session opens or goes back, written in every run.

The only file that touches st.query_params.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard import state
from models.scenario import link as links


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

    The browser says so, and that counts at any moment. Without its word (a harness, an address typed by hand) another
    address was chosen unless a widget sent it: right after we wrote one, the browser may still report the one before.
    A page switch empties the address.
    """
    if not given or dict(given) == state.store().address:
        return False
    context = get_script_run_ctx()
    by_history = context is not None and context.is_history_navigation
    return by_history or not (state.store().has_acted or state.has_moved())


def write() -> None:
    """Make the address bar hold the exact scenario; in every run, because a page switch empties it."""
    store, wanted = state.store(), _query()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    store.address = wanted


def _query() -> dict[str, str]:
    store = state.store()
    items = links.query_items(store.now.scenario, store.now.preset)
    return items | {key: store.views[key] for key, known in state.VIEWS.items() if store.views[key] != known[0]}


def link() -> str:
    """Address that reopens exactly this scenario, looked at the same way."""
    address = urlsplit(st.context.url or "")
    return urlunsplit((address.scheme, address.netloc, address.path or "/", urlencode(_query(), quote_via=quote), ""))
