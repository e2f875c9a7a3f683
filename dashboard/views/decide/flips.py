"""What would flip the verdict: the last words of the verdict, and buttons that apply the changes."""

from __future__ import annotations

import streamlit as st

from dashboard import format as f
from dashboard import run, state, theme
from dashboard.blocks import inputs
from dashboard.blocks.blocks import title
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import tag
from dashboard.views.decide.reading import cheapest_flips
from models.claims.registry import CLASSES
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import Flip, flip_points

SECONDS = 8.0
"""Rough time on one quiet core."""
SETTLING = 2.0
"""Seconds a scenario must stand still before anything is searched for it."""


def in_a_sentence(scenario: Scenario) -> None:
    """The verdict's last words, as soon as they are known."""
    found = _found(scenario, "flips:sentence", "Searching nearby futures for what would flip it", is_quiet=True)
    if found is None:
        return
    words = f"Flips if {_condition(found[0])}: {_outcome(found[0])}." if found else (
        "No single headline assumption flips this within its range."
    )
    st.html(tag("p", words, "flips-if"))


def as_buttons(scenario: Scenario) -> None:
    """The three cheapest changes that flip the verdict, each a button that applies it."""
    title("What would flip it",
          "The smallest single changes that give another verdict, by share of the assumption's range. Prices are found "
          "anew in each changed scenario, as on this page once a change is applied.")
    found = _found(scenario, "flips:buttons", "Moving each assumption until the verdict changes")
    if found is None:
        return
    if not found:
        st.caption("None of the assumptions searched flips the verdict alone, however far it moves within its range.")
        return
    with st.grid(3, min_column_width=240, gap="small"):
        for i, flip in enumerate(found):
            st.button(
                f.plain(f"{_move(flip)}: {_outcome(flip)}"), key=f"flip:{i}:{flip.path}", on_click=state.change,
                args=(flip.path, flip.to_value), help="Apply this change; undo takes it back", width="stretch",
                wrap=True,
            )


def _found(scenario: Scenario, slot: str, words: str, is_quiet: bool = False) -> list[Flip] | None:
    found = long_run(
        run.job(flip_points, scenario), slot=slot, words=words, seconds=SECONDS, label="Search", starts=True,
        settles=SETTLING, is_quiet=is_quiet,
    )
    return None if found is None else cheapest_flips(found)


def _move(flip: Flip) -> str:
    item = entry(flip.path, state.scenario())
    return f"{flip.label} {inputs.written(item, flip.from_value)} → {inputs.written(item, flip.to_value)}"


def _condition(flip: Flip) -> str:
    item = entry(flip.path, state.scenario())
    way = "rises" if flip.to_value > flip.from_value else "falls"
    return f"{f.inside(flip.label)} {way} to {inputs.written(item, flip.to_value)}"


def _outcome(flip: Flip) -> str:
    if flip.question == "family":
        return f"{theme.FAMILY_NAMES[flip.answer]} lead"
    return f"{f.inside(CLASSES[flip.answer].label)} pays best"
