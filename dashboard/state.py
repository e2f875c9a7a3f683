"""The only file that touches st.session_state and st.query_params.

The frozen scenario is the store. Widgets are seeded from it and their callbacks replace it; the address bar follows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from uuid import uuid4

import streamlit as st

from dashboard.pins import Board
from models.basis.entry import Entry, Value
from models.errors import ScenarioError
from models.evidence.presets import presets
from models.scenario import link as links
from models.scenario.catalog import Difference, differences
from models.scenario.scenario import Scenario

STORE = "assay"
HISTORY = 50
SETTLED = 2.0
"""Seconds after which an address that is not the last one written was chosen by the reader and is not on its way."""

VIEWS: dict[str, tuple[str, ...]] = {
    "entry": ("fair", "at_cost"),
    "sort": ("certainty_equivalent", "irr_p50", "probability_of_loss", "cvar_95"),
}
"""How a page is looked at: key in the address and its values, the first by default. No part of the scenario."""


@dataclass(frozen=True)
class Moment:
    """What undo returns to."""

    scenario: Scenario
    preset: str


@dataclass
class Store:
    """Everything one session remembers."""

    now: Moment
    past: list[Moment] = field(default_factory=list)
    ahead: list[Moment] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    draft: dict[str, Value] = field(default_factory=dict)
    problem: str = ""
    views: dict[str, str] = field(default_factory=lambda: {key: options[0] for key, options in VIEWS.items()})
    address: dict[str, str] = field(default_factory=dict)
    written: float = 0.0
    has_acted: bool = False
    board: Board = field(default_factory=Board)
    name: str = field(default_factory=lambda: uuid4().hex)
    places: dict[str, Any] = field(default_factory=dict)


def _store() -> Store:
    return st.session_state[STORE]


def open_session() -> None:
    """First thing in a run: read the link a session starts with, or the one the Back button returned to."""
    given = st.query_params.to_dict()
    if STORE not in st.session_state:
        decoded, views = _decode(given)
        st.session_state[STORE] = Store(Moment(decoded.scenario, decoded.preset), notes=decoded.notes, views=views)
    elif _was_chosen(given):
        store = _store()
        decoded, views = _decode(given)
        _go(Moment(decoded.scenario, decoded.preset))
        store.notes, store.views = decoded.notes, views
    _store().has_acted = False


def _was_chosen(given: Mapping[str, str]) -> bool:
    """Whether the reader went to another address, by Back or Forward.

    A page switch empties the address. A callback in this run proves that the reader used a widget, and right after we
    wrote an address the browser may still report the one before.
    """
    store = _store()
    is_other = bool(given) and dict(given) != store.address
    return is_other and not store.has_acted and time.monotonic() - store.written > SETTLED


def _decode(given: Mapping[str, str]) -> tuple[links.Decoded, dict[str, str]]:
    views = {key: given[key] if given.get(key) in options else options[0] for key, options in VIEWS.items()}
    return links.decode(given, view_keys=VIEWS), views


def write_address() -> None:
    """Make the address bar hold the exact scenario; in every run, because a page switch empties it."""
    store = _store()
    wanted = _query()
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
        store.written = time.monotonic()
    store.address = wanted


def _query() -> dict[str, str]:
    store = _store()
    items = links.query_items(store.now.scenario, store.now.preset)
    return items | {key: store.views[key] for key, options in VIEWS.items() if store.views[key] != options[0]}


def link() -> str:
    """Address that reopens exactly this scenario, looked at the same way."""
    address = urlsplit(st.context.url or "")
    return urlunsplit((address.scheme, address.netloc, address.path or "/", urlencode(_query(), quote_via=quote), ""))


def scenario() -> Scenario:
    """The scenario on screen."""
    return _store().now.scenario


def preset() -> str:
    """Name of the preset the scenario started from."""
    return _store().now.preset


def base() -> Scenario:
    """Scenario of that preset."""
    return Scenario.preset(preset())


def changes() -> tuple[Difference, ...]:
    """What the scenario changes against its preset."""
    return differences(scenario(), base())


def notes() -> tuple[str, ...]:
    """What was ignored of the link that was opened, and why; text that came with it, so to be shown as plain text."""
    return _store().notes


def dismiss_notes() -> None:
    """The reader has seen the notes."""
    _store().notes = ()


def problem() -> tuple[str, tuple[str, ...]]:
    """Why the last change was not applied, and the paths of all changes that wait for another one."""
    return _store().problem, tuple(_store().draft)


def drop_draft() -> None:
    """Forget the changes that could not be applied."""
    _store().draft, _store().problem = {}, ""


def value_of(entry: Entry) -> Value:
    """What the widget of an assumption shows: a change that waits, else the scenario's value."""
    return _store().draft.get(entry.path, entry.value)


def change(path: str, value: Value) -> None:
    """Set one assumption; where it contradicts another one, keep the scenario and let the change wait for the next."""
    store = _store()
    store.has_acted = True
    waiting = {**store.draft, path: value}
    try:
        _go(Moment(scenario().replace(waiting), preset()))
    except ScenarioError as error:
        store.draft, store.problem = waiting, str(error)


def load_preset(name: str) -> None:
    """Start from another preset; a name that is none changes nothing."""
    _store().has_acted = True
    if name in presets():
        _go(Moment(Scenario.preset(name), name))


def reset() -> None:
    """Back to the preset the scenario started from."""
    load_preset(preset())


def undo() -> None:
    """Back to the scenario before the last change."""
    _travel(_store().past, _store().ahead)


def redo() -> None:
    """Forward again after an undo."""
    _travel(_store().ahead, _store().past)


def can_undo() -> bool:
    """Whether there is something to undo."""
    return bool(_store().past)


def can_redo() -> bool:
    """Whether there is something to redo."""
    return bool(_store().ahead)


def _go(there: Moment) -> None:
    store = _store()
    drop_draft()
    store.notes = ()
    if there != store.now:
        store.past = [*store.past[-HISTORY + 1 :], store.now]
        store.now, store.ahead = there, []


def _travel(source: list[Moment], target: list[Moment]) -> None:
    store = _store()
    store.has_acted = True
    drop_draft()
    if source:
        target.append(store.now)
        store.now = source.pop()


def view(key: str) -> str:
    """How the page is looked at, by one of `VIEWS`."""
    return _store().views[key]


def set_view(key: str, value: str | None) -> None:
    """Look at the page another way; nothing or nonsense keeps it as it is."""
    _store().has_acted = True
    if value in VIEWS[key]:
        _store().views[key] = value


def board() -> Board:
    """Scenarios put aside to compare."""
    return _store().board


def is_pinned() -> bool:
    """Whether exactly the scenario on screen is put aside."""
    return board().holds(links.encode(scenario(), preset()))


def pin() -> None:
    """Put the scenario on screen aside; nothing happens where it is there already or there is no room."""
    _store().has_acted = True
    count, title = len(changes()), presets()[preset()].title
    board().add(f"{title}, {count} changed" if count else title, links.encode(scenario(), preset()))


def pin_preset(name: str) -> None:
    """Put a preset aside, under its title."""
    _store().has_acted = True
    if name in presets():
        board().add(presets()[name].title, links.encode(Scenario.preset(name), name))


def unpin(position: int) -> None:
    """Take a pin away."""
    _store().has_acted = True
    board().drop(position)


def open_pin(position: int) -> None:
    """Go to a pinned scenario; undo returns."""
    _store().has_acted = True
    if 0 <= position < len(board().pins):
        found = links.decode(board().pins[position].link)
        _go(Moment(found.scenario, found.preset))


def session() -> str:
    """A name of this session that no other one has."""
    return _store().name


def exchange(place: str, thing: object) -> object:
    """Remember what stands at a place of the dashboard in this session, and return what stood there before."""
    before = _store().places.get(place)
    _store().places[place] = thing
    return before


def place(name: str) -> object:
    """What stands at a place of the dashboard in this session; None if nothing does."""
    return _store().places.get(name)


def seed(key: str, value: object) -> str:
    """Put a value into a widget before it is drawn, and return the widget's key.

    Written only when it differs, so that the widget is not told what it already shows. Give the widget the same value
    as its default, too: where two runs follow each other at once, the browser may see only the second.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return key


def entered(key: str) -> object:
    """What a widget holds, inside its callback."""
    return st.session_state.get(key)
