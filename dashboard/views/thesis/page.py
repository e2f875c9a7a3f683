"""The claims of the founding documents, tested under the scenario on screen: verdict, figures, reason, remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import run, state
from dashboard.blocks.blocks import part, verdict
from dashboard.blocks.long_run import long_run
from dashboard.views.thesis.rows import GROUPS, claim_html, summary
from models.scenario.scenario import Scenario
from models.studies.thesis import ClaimTest, thesis

PAGES: Mapping[str, str] = {
    "decide": "Decide",
    "market": "Market",
    "programs": "Programs",
    "data-center": "Data center",
    "gpu-backed-debt": "GPU-backed debt",
    "hardware-supplier": "Hardware supplier",
    "llm-developer": "LLM developer",
    "cloud-platform": "Cloud platform",
}
ABOUT = {
    "decide": ("T1",),
    "data-center": ("T2", "T13"),
    "market": ("T3", "T6", "T14", "T19", "T20"),
    "hardware-supplier": ("T4", "T17"),
    "gpu-backed-debt": ("T5",),
    "programs": ("T7", "T8", "T15", "T16"),
    "llm-developer": ("T9", "T10", "T11", "T18"),
    "cloud-platform": ("T12",),
}
CHANGED_ON: Mapping[str, str] = {claim: path for path, claims in ABOUT.items() for claim in claims}
"""Claim -> page that holds the assumptions it turns on, by url path."""


def tested(scenario: Scenario, progress: Callable[[float], None]) -> tuple[ClaimTest, ...]:
    """Every claim tested under a scenario, on the same evaluation as all pages."""
    return thesis(run.evaluation(scenario), progress)


def render() -> None:
    """Sentence first, then the claims by verdict."""
    tests = long_run(
        run.job(tested, state.scenario()), slot="thesis", words="Testing twenty claims on shared futures", seconds=25,
        label="Test the claims", starts=True,
    )
    if tests is None:
        return
    verdict(
        summary(tests),
        "Each claim of the two founding documents as a computed test; a difference within two standard errors is too "
        "close to call, a claim that says several things holds only if each of them does, and each names the figure "
        "that would refute it. Facts and definitions are reported, not counted as holding.",
    )
    for name, heading in GROUPS.items():
        members = [test for test in tests if test.verdict == name]
        if members:
            part(f"{heading} ({len(members)})")
        for test in members:
            _claim(test)


def _claim(test: ClaimTest) -> None:
    with st.container(key=f"claim:{test.claim.id}", gap=None):
        st.html(claim_html(test))
        if path := CHANGED_ON.get(test.claim.id):
            target = st.Page(_elsewhere, title=PAGES[path], url_path=path, default=path == "decide")
            st.page_link(target, label=f"Change it on {PAGES[path]}")


def _elsewhere() -> None:
    """Stands for a page of the registry in a link to it."""
