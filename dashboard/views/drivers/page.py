"""What drives it, and what would have to be true: tornado, Sobol indices, goal seek, break-even surface, flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import chart, notes, part, title, verdict
from dashboard.blocks.long_run import long_run
from dashboard.views.drivers import reading, words
from dashboard.views.drivers.inputs import LABELS, QUESTIONS, assumption_names, goal, pick, scale, target
from models.engine.target import Target
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.break_even import surface
from models.studies.sensitivity.cheapest import cheapest
from models.studies.sensitivity.goal_seek import PRICE, seek
from models.studies.sensitivity.sobol import sobol
from models.studies.sensitivity.tornado import tornado


def render() -> None:
    """What is asked, then each analysis in its own place."""
    scenario, paid = state.scenario(), state.view("entry")
    asked, ranges = target()
    names = assumption_names(scenario)
    _tornado(scenario, asked, ranges, paid, names)
    part("What would have to be true")
    _goal(scenario, asked, paid, names)
    _surface(scenario, paid, names)
    _cheapest(scenario)


def _tornado(scenario: Scenario, asked: Target, ranges: str, paid: str, names: Mapping[str, str]) -> None:
    bars = long_run(
        run.job(tornado, scenario, asked, ranges=ranges, entry=paid), slot="tornado",
        words="Moving one assumption at a time", seconds=5,
    )
    if bars is None:
        return
    found = bars.to_dict()
    verdict(*reading.bars_told(found, names))
    chart(reading.bars(found, names, ranges))
    for line in reading.unmoved(found, names):
        st.caption(f.plain(line))
    _sobol(scenario, asked, paid, names)


def _sobol(scenario: Scenario, asked: Target, paid: str, names: Mapping[str, str]) -> None:
    part("How much each one matters when all are uncertain")
    shares = long_run(
        run.job(sobol, scenario, asked, entry=paid), slot="sobol", words="Drawing all assumptions at once", seconds=60,
        label="Split the uncertainty",
    )
    if shares is not None:
        found = shares.to_dict()
        chart(reading.shares(found, names))
        st.caption(reading.agreement(found))
        notes(words.without(found["undefined"], found["evaluations"], "scenarios", found["why_undefined"]))


def _goal(scenario: Scenario, asked: Target, paid: str, names: Mapping[str, str]) -> None:
    is_worth, has_other = asked.metric == "worth", bool(asked.minus)
    options = names if has_other or is_worth else {**names, PRICE: "Price of the class"}
    with st.grid(3, min_column_width=220, gap="small"):
        path = pick("Assumption to move", options, f"seek:{has_other}{is_worth}", "overcapacity.peak")
        wanted = goal(asked)
    if wanted is None:
        return
    sought = long_run(run.job(seek, scenario, asked, wanted, path, entry=paid), slot="seek",
                      words="Turning the assumption", seconds=2)
    if sought is not None:
        found = sought.to_dict()
        chart(reading.sought(found, wanted, scale(path, scenario)))
        tried = len(found["absent"]) + len(found["points"])
        notes(words.without(len(found["absent"]), tried, "values tried", found["why_absent"]))


def _surface(scenario: Scenario, paid: str, names: Mapping[str, str]) -> None:
    part("Where one class stops beating another")
    with st.grid(4, min_column_width=180, gap="small"):
        first = pick("Class A", LABELS, "first", "gpu_fleet")
        second = pick("Class B", LABELS, f"second:{first}", "data_center", "gpu_fleet", taken=first)
        x = pick("Across", names, "x", "overcapacity.peak")
        y = pick("Up", names, f"y:{x}", "policy.intensity", "overcapacity.peak", taken=x)
    grid = long_run(
        run.job(surface, scenario, first, second, x, y, entry=paid), slot="surface",
        words="Comparing them on every point of the grid", seconds=20, label="Draw the surface",
    )
    if grid is not None:
        axes = [(names[path], scale(path, scenario)) for path in (x, y)]
        found = grid.to_dict()
        chart(reading.surface(found, *axes))
        notes(words.without(found["absent"], grid.gap.size, "points", found["why_absent"]))


def _cheapest(scenario: Scenario) -> None:
    part("The cheapest combination that flips the verdict")
    question = pick("Verdict", QUESTIONS, "question", "family", width=260)
    flip = long_run(
        run.job(cheapest, scenario, question), slot="cheapest", words="Searching combinations", seconds=40,
        label="Search",
    )
    if flip is None:
        return
    found = flip.to_dict()
    title(reading.flip_message(found), "Distance is counted in shares of each assumption's declared range, combined as "
          "the root of the sum of squares. Break points of one assumption at a time flatter: a little of several is "
          "often enough.")
    if changes := found["changes"]:
        st.html(reading.flips_html(changes))
        st.button("Apply this combination", key="drivers:apply", on_click=_apply, args=(changes,),
                  help="Undo takes the changes back one by one")


def _apply(changes: Sequence[Mapping[str, Any]]) -> None:
    for change in changes:
        is_whole = entry(change["path"], state.scenario()).kind == "integer"
        state.change(change["path"], int(change["to_value"]) if is_whole else change["to_value"])
