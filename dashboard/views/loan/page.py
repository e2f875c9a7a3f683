"""The loan designer: structure on the left, coverage and collateral in the middle, losses on the right."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import run, state
from dashboard.blocks.blocks import Chart, chart, facts, notes, section, title, verdict
from dashboard.blocks.choices import switch
from dashboard.blocks.explained import explained
from dashboard.views.loan import against, future, solve, terms
from dashboard.views.loan.reading import read_design

TOOLS = {"solve": "Solve for", "path": "One future, step by step", "compare": "Against another facility"}


def render() -> None:
    """Numbers first, then the three columns, then tools: solve for, one path in steps, against another facility."""
    scenario = state.scenario()
    with st.spinner("Running the loan through every future"):
        design = run.kept(read_design, scenario)
    verdict(design.headline, design.detail)
    if not design.why_nothing:
        facts(design.figures)
        notes(design.bands)
        explained(design.explained, scenario, "loan")
    left, middle, right = st.columns([1.1, 1.2, 1.2], gap="medium")
    with left:
        section("Structure", "Changes count on every page: this is the loan of the scenario.")
        _drawn([design.size])
        terms.render(scenario)
    for column, subject, drawn in (
        (middle, "Coverage and collateral", design.coverage), (right, "Losses", design.losses)
    ):
        with column:
            if drawn:
                section(subject)
            _drawn(drawn)
    tool = switch("Tool", TOOLS, "designer:tool")
    if tool == "solve":
        solve.render(scenario, design.why_nothing)
    elif tool == "path" and design.why_nothing:
        title(design.headline)
    elif tool == "path":
        future.render(scenario, design)
    else:
        against.render(scenario)


def _drawn(charts: Sequence[Chart]) -> None:
    """Charts one below the other; where there is nothing to draw, the sentence alone."""
    for each in charts:
        chart(each) if len(each.data) else title(each.title, each.about)
