"""What one session remembers, and the only file that touches st.session_state.

The frozen scenario is the store. Widgets are seeded from it and their callbacks replace it; the address follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import uuid4

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.pins import Board
from models.basis.entry import Entry, Value
from models.errors import ScenarioError
from models.scenario import link as links
from models.scenario.catalog import Difference, differences
from models.scenario.presets import presets
from models.scenario.scenario import Scenario

STORE = "assay"
HISTORY = 50
VIEWS: dict[str, tuple[str, ...]] = {
    "entry": ("at_cost", "fair"),
    "sort": ("certainty_equivalent_return", "irr_p50", "probability_of_loss", "cvar_95"),
}
"""How a page is looked at: key in the address and its values, the first by default. No part of the scenario."""


@dataclass(frozen=True)
class Moment:
    """What undo returns to."""

    scenario: Scenario
    preset: str


@dataclass
class Store:
    """Everything one session remembers.

    ``whole`` is the scenario that has, or is due, its answer from all futures; ``is_draft`` says that this run shows
    fewer.
    """

    now: Moment
    past: list[Moment] = field(default_factory=list)
    ahead: list[Moment] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    waiting: dict[str, Value] = field(default_factory=dict)
    problem: str = ""
    views: dict[str, str] = field(default_factory=lambda: {key: options[0] for key, options in VIEWS.items()})
    address: dict[str, str] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    was_moved: bool = False
    has_acted: bool = False
    board: Board = field(default_factory=Board)
    name: str = field(default_factory=lambda: uuid4().hex)
    places: dict[str, Any] = field(default_factory=dict)
    appeared: set[str] = field(default_factory=set)
    whole: Scenario | None = None
    is_draft: bool = False


def store() -> Store:
    """The store of this session, once `open_with` has made one."""
    kept: Store = st.session_state[STORE]
    return kept


def is_open() -> bool:
    """Whether the session has a store."""
    return STORE in st.session_state


def open_with(there: Moment, notes: tuple[str, ...], views: dict[str, str]) -> None:
    """Begin at a scenario, or go to another one by the address; ``notes`` say what of it could not be used."""
    if is_open():
        jump(there)
        store().notes, store().views = notes, views
    else:
        st.session_state[STORE] = Store(there, notes=notes, views=views)


def scenario() -> Scenario:
    """The scenario on screen."""
    return store().now.scenario


def preset() -> str:
    """Name of the preset the scenario started from."""
    return store().now.preset


def base() -> Scenario:
    """Scenario of that preset."""
    return Scenario.preset(preset())


def changes() -> tuple[Difference, ...]:
    """What the scenario changes against its preset."""
    return differences(scenario(), base())


def notes() -> tuple[str, ...]:
    """What was ignored of the link that was opened, and why; text that came with it, so to be shown as plain text."""
    return store().notes


def dismiss_notes() -> None:
    """The reader has seen the notes."""
    store().notes = ()


def problem() -> tuple[str, tuple[str, ...]]:
    """Why the last change was not applied, and the paths of all changes that wait for another one."""
    return store().problem, tuple(store().waiting)


def drop_waiting() -> None:
    """Forget the changes that could not be applied."""
    store().waiting, store().problem = {}, ""


def value_of(entry: Entry) -> Value:
    """What the widget of an assumption shows: a change that waits, else the scenario's value."""
    return store().waiting.get(entry.path, entry.value)


def change(path: str, value: Value) -> None:
    """Set one assumption; where it contradicts another one, keep the scenario and let the change wait for the next."""
    kept = store()
    kept.has_acted = True
    waiting = {**kept.waiting, path: value}
    try:
        go(Moment(scenario().replace(waiting), preset()))
    except ScenarioError as error:
        kept.waiting, kept.problem = waiting, str(error)


def load_preset(name: str) -> None:
    """Start from another preset; a name that is none changes nothing."""
    store().has_acted = True
    if name in presets():
        jump(Moment(Scenario.preset(name), name))


def load_scenario(made: Scenario, name: str) -> None:
    """Put a scenario that starts from a preset on screen; undo returns."""
    store().has_acted = True
    jump(Moment(made, name))


def reset() -> None:
    """Back to the preset the scenario started from."""
    load_preset(preset())


def undo() -> None:
    """Back to the scenario before the last change."""
    _travel(store().past, store().ahead)


def redo() -> None:
    """Forward again after an undo."""
    _travel(store().ahead, store().past)


def can_undo() -> bool:
    """Whether there is something to undo."""
    return bool(store().past)


def can_redo() -> bool:
    """Whether there is something to redo."""
    return bool(store().ahead)


def jump(there: Moment) -> None:
    """Put a scenario on screen that no widget has asked for; undo returns."""
    store().was_moved = True
    go(there)


def go(there: Moment) -> None:
    """Put a scenario on screen; undo returns."""
    kept = store()
    drop_waiting()
    kept.notes = ()
    if there != kept.now:
        kept.past = [*kept.past[-HISTORY + 1 :], kept.now]
        kept.now, kept.ahead = there, []


def _travel(source: list[Moment], target: list[Moment]) -> None:
    kept = store()
    kept.has_acted = kept.was_moved = True
    drop_waiting()
    if source:
        target.append(kept.now)
        kept.now = source.pop()


def view(key: str) -> str:
    """How the page is looked at, by one of `VIEWS`."""
    return store().views[key]


def set_view(key: str, value: str | None) -> None:
    """Look at the page another way; nothing or nonsense keeps it as it is."""
    store().has_acted = True
    if value in VIEWS[key]:
        store().views[key] = value


def board() -> Board:
    """Scenarios put aside to compare."""
    return store().board


def is_pinned() -> bool:
    """Whether exactly the scenario on screen is put aside."""
    return board().holds(links.encode(scenario(), preset()))


def pin() -> None:
    """Put the scenario on screen aside; nothing happens where it is there already or there is no room."""
    store().has_acted = True
    count, title = len(changes()), presets()[preset()].title
    board().add(f"{title}, {count} changed" if count else title, links.encode(scenario(), preset()))


def pin_preset(name: str) -> None:
    """Put a preset aside, under its title."""
    store().has_acted = True
    if name in presets():
        board().add(presets()[name].title, links.encode(Scenario.preset(name), name))


def pin_scenario(title: str, made: Scenario, name: str) -> None:
    """Put a scenario that starts from a preset aside, under a title."""
    store().has_acted = True
    board().add(title, links.encode(made, name))


def unpin(position: int) -> None:
    """Take a pin away."""
    store().has_acted = True
    board().drop(position)


def open_pin(position: int) -> None:
    """Go to a pinned scenario; undo returns."""
    store().has_acted = True
    if 0 <= position < len(board().pins):
        found = links.decode(board().pins[position].link)
        jump(Moment(found.scenario, found.preset))


def session() -> str:
    """A name of this session that no other one has."""
    return store().name


def exchange(place: str, thing: object) -> object:
    """Remember what stands at a place of the dashboard in this session, and return what stood there before."""
    before = store().places.get(place)
    store().places[place] = thing
    return before


def appear(place: str, thing: object) -> object:
    """`exchange` of what is on screen only as long as every run puts it there."""
    store().appeared.add(place)
    return exchange(place, thing)


def disappeared(prefix: str) -> list[object]:
    """Take away what stands at places of that name and did not appear in this run; called at the end of a run."""
    kept = store()
    gone = [place for place in kept.places if place.startswith(prefix) and place not in kept.appeared]
    kept.appeared = set()
    return [kept.places.pop(place) for place in gone]


def presence() -> Callable[[], bool]:
    """Whether the reader of this run is still connected, for whoever works on his behalf outside of it."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    return partial(runtime.get_instance().is_active_session, context.session_id)


def place(name: str) -> object:
    """What stands at a place of the dashboard in this session; None if nothing does."""
    return store().places.get(name)


def seed(key: str, value: object) -> str:
    """Put a value into a widget before it is drawn, and return the widget's key.

    Written when it differs, so that the widget is not told what it already shows; and always until a run that went to
    another scenario was drawn to its end: what a run cut short has told the browser may arrive after the browser has
    told us the value before. Give the widget the same value as its default, too: where two runs follow each other at
    once, the browser may see only the second.
    """
    if key not in st.session_state or st.session_state[key] != value or store().was_moved:
        st.session_state[key] = value
    return key


def settle() -> None:
    """A run has drawn all its widgets: the browser is told what they hold."""
    store().was_moved = False


def hold() -> None:
    """Last thing in a run: remember what every widget holds, so that the next run can tell whether one was used."""
    if is_open():
        store().held = _held()


def has_moved() -> bool:
    """Whether a widget holds something else than at the end of the last run; a button that comes up again does not."""
    before = store().held
    return any(before.get(key, value) != value and before[key] is not True for key, value in _held().items())


def _held() -> dict[str, Any]:
    plain = bool | int | float | str | None
    return {str(key): value for key, value in st.session_state.items() if isinstance(value, plain)}


def entered(key: str) -> object:
    """What a widget holds, inside its callback."""
    return st.session_state.get(key)
