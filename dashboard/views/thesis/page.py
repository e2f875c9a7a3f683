"""The claims of the founding documents, tested under the scenario on screen: verdict, figures, reason, remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.markup import tag
from dashboard.blocks.waiting import wait_for
from models.errors import DataError
from models.evidence.sources import source
from models.scenario.scenario import Scenario
from models.studies.thesis import ClaimTest, Figure, thesis

GROUPS: Mapping[str, str] = {
    "does not hold": "Do not hold here",
    "too close to call": "Too close to call",
    "holds": "Hold here",
    "not testable here": "Not testable here",
}
"""Verdict -> heading, in the order of the page: what contradicts the documents comes first."""

MAIN_FIGURES = 3
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
CHANGED_ON: Mapping[str, str] = {
    "T1": "decide",
    "T2": "data-center",
    "T3": "market",
    "T4": "hardware-supplier",
    "T5": "gpu-backed-debt",
    "T6": "market",
    "T7": "programs",
    "T8": "programs",
    "T9": "llm-developer",
    "T10": "llm-developer",
    "T11": "llm-developer",
    "T12": "cloud-platform",
    "T13": "data-center",
    "T14": "market",
    "T15": "programs",
    "T16": "programs",
    "T17": "hardware-supplier",
    "T18": "llm-developer",
    "T19": "market",
    "T20": "market",
}
"""Claim -> page that holds the assumptions it turns on, by url path."""


def tested(scenario: Scenario, progress: Callable[[float], None]) -> tuple[ClaimTest, ...]:
    """Every claim tested under a scenario, on the same evaluation as all pages."""
    return thesis(run.evaluation(scenario), progress)


def render() -> None:
    """Sentence first, then the claims by verdict."""
    _claims(state.scenario())


@st.fragment(parallel=True)
def _claims(scenario: Scenario) -> None:
    found = wait_for(run.job(tested, scenario), scenario, "Testing twenty claims on shared futures")
    if found is None:
        return
    title = tag("h1", summary(found)) + tag(
        "p",
        "Each claim of the two founding documents as a computed test; a difference within two standard errors is too "
        "close to call, and a claim that says several things holds only if each of them does.",
    )
    st.html(f'<div class="verdict claims" role="status" aria-live="polite">{title}</div>')
    for verdict, heading in GROUPS.items():
        members = [test for test in found if test.verdict == verdict]
        if not members:
            continue
        st.html(tag("h2", f"{heading} ({len(members)})", "assay-part"))
        for test in members:
            _claim(test)


def summary(tests: Sequence[ClaimTest]) -> str:
    """How many claims hold, and how many do not."""
    counts = {verdict: sum(test.verdict == verdict for test in tests) for verdict in GROUPS}
    words = [f"{counts['holds']} of {len(tests)} claims hold under this scenario"]
    if counts["does not hold"]:
        words.append(f"{counts['does not hold']} {'does' if counts['does not hold'] == 1 else 'do'} not")
    if counts["too close to call"]:
        words.append(f"{counts['too close to call']} too close to call")
    if counts["not testable here"]:
        words.append(f"{counts['not testable here']} not testable here")
    return ", ".join(words)


def _claim(test: ClaimTest) -> None:
    with st.container(key=f"claim:{test.claim.id}", gap=None):
        st.html(claim_html(test))
        path = CHANGED_ON.get(test.claim.id)
        if path in PAGES:
            target = st.Page(_elsewhere, title=PAGES[path], url_path=path, default=path == "decide")
            st.page_link(target, label=f"Change it on {PAGES[path]}")


def _elsewhere() -> None:
    """Stands for a page of the registry in a link to it."""


def claim_html(test: ClaimTest) -> str:
    """A claim with its verdict, reason and figures; every text is escaped."""
    figures = list(test.figures)
    shown, more = figures[:MAIN_FIGURES], figures[MAIN_FIGURES:]
    parts = "".join(f"<li>{escape(part.label)}: <b>{escape(part.verdict)}</b></li>" for part in test.parts)
    rest = ""
    if more or parts:
        listed = f"<ul>{parts}</ul>" if parts else ""
        count = f"{len(more)} more {'figure' if len(more) == 1 else 'figures'}" if more else "Part by part"
        rest = f"<details><summary>{count}</summary>{listed}{_figures(more)}</details>"
    return (
        f'<article class="claim"><h3 class="assay-h">{escape(test.claim.id)}  {escape(test.claim.words)}</h3>'
        f'<p class="note">{said_by(test.claim.said_by)}</p>'
        f'<p class="claim-verdict"><b>{escape(_capital(test.verdict))}.</b> {escape(_minus(test.why))}</p>'
        f"{_figures(shown)}{rest}"
        f'<p class="note">What would turn it: {escape(_minus(test.would_take))}</p></article>'
    )


def said_by(keys: Sequence[str]) -> str:
    """Who says it and when; a document more than a year old is labeled history."""
    return "; ".join(_document(key) for key in keys)


def _document(key: str) -> str:
    try:
        found = source(key)
    except DataError:
        return escape(key)
    words = ", ".join(part for part in (found.publisher, found.title, found.date) if part)
    return escape(f"{words} (history)" if found.is_history else words)


def _figures(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(figure.label)}{_origin(figure)}</th>'
        f"<td><b>{escape(written(figure.value, figure.unit))}</b>"
        f'<span class="noise">{escape(noise(figure))}</span></td></tr>'
        for figure in figures
    )
    return f'<table class="measures claim-figures"><tbody>{rows}</tbody></table>'


def _origin(figure: Figure) -> str:
    return f'<span class="noise">{_document(figure.source)}</span>' if figure.source else ""


def written(value: float, unit: str) -> str:
    """Figure with its unit, as a person reads it."""
    if f.is_share(unit):
        text = f.percent(value)
        return f"{text} of {unit.removeprefix('share of ')}" if unit.startswith("share of ") else text
    if unit in ("USD", "USD/year", "USD a year"):
        return f.money(value)
    if unit == "USD/h":
        return f.rent(value)
    if unit == "x" or unit.startswith("x "):
        return f"{f.digits(value, 3, 2)}{unit}"
    number = f.digits(value, 3, 2)
    return number if unit in ("count", "") else f"{number} {unit}"


def noise(figure: Figure) -> str:
    """Two standard errors of a figure; empty for facts, inputs, and where nothing varies."""
    error = 2 * figure.standard_error
    if not error > 0:
        return ""
    if f.is_share(figure.unit):
        return f"±{f.digits(100 * error, 2, 2)} pts" if error > 5e-5 else "±0.01 pts or less"
    return f"±{written(error, figure.unit)}"


def _minus(text: str) -> str:
    """A true minus before a figure."""
    return re.sub(r"(?<![\w-])-(?=[$\d])", f.MINUS, text)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
