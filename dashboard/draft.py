"""Drafts: while readers queue, a scenario on the move is answered from fewer futures, and from all once it rests.

The only place that decides who gets one. A draft is a true evaluation, of the first futures of every scramble, and it
says so. Only what a page shows at once is drafted: address, pins, files, searches and pages that name single futures
take the scenario as it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TypeVar

import streamlit as st

from dashboard import run, state
from dashboard.jobs import moves
from models.scenario.scenario import Scenario

FUTURES = 1_024
"""Futures of a draft."""
RESTED = 2.0
"""Seconds a scenario stands still before all its futures are run."""

T = TypeVar("T")


def begin() -> None:
    """Decide, once the scenario of a run of the script is known: a draft only for who would wait for others."""
    kept = state.store()
    scenario = kept.now.scenario
    has_moved = kept.whole is not None and kept.whole != scenario
    kept.is_draft = has_moved and moves.is_full and scenario.run.paths > FUTURES and not run.knows(scenario)
    if not kept.is_draft:
        kept.whole = scenario


def of(scenario: Scenario) -> Scenario:
    """The scenario as a page shows it in this run."""
    return _with_few(scenario) if state.store().is_draft else scenario


@lru_cache(maxsize=64)
def _with_few(scenario: Scenario) -> Scenario:
    return scenario.replace({"run.paths": min(FUTURES, scenario.run.paths)})


def shown(make: Callable[..., T], *key: Hashable) -> T:
    """`run.kept` for what a page shows at once: of a draft while there is one."""
    return run.kept(make, *(of(part) if isinstance(part, Scenario) else part for part in key))


def label() -> None:
    """Last thing on a page: say that it is a draft, and draw the page anew when the scenario has stood still."""
    kept, since = state.store(), time.monotonic()
    if not kept.is_draft:
        return
    scenario = kept.now.scenario

    @st.fragment(run_every=RESTED)
    def look() -> None:
        if time.monotonic() - since > 0.9 * RESTED:
            rest(scenario)
            st.rerun()
        st.caption(f"Draft: {FUTURES:,} of {scenario.run.paths:,} futures, the rest follows once you rest")

    with st.container(key="draft"):
        look()


def rest(scenario: Scenario) -> None:
    """A scenario has stood still: it gets its whole answer, however many wait."""
    state.store().whole = scenario
