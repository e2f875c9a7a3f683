"""Where a figure comes from: its equation with numbers, what it is made of, and the assumptions and sources below.

A page lists its headline figures with the paths of their explanations; nothing is read until one of them is opened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.markup import Markup, pieces, row, table_html
from models.basis.entry import Value
from models.errors import ScenarioError
from models.explain import Trace, explain
from models.explain.trace import number, steps
from models.scenario.scenario import Scenario

PLACE = "explained"
BEHIND, MOST_OPERANDS, MOST_ASSUMPTIONS = 8, 40, 60
"""Levels that are searched for assumptions, and how many operands and assumptions are listed."""


class Figure(NamedTuple):
    """A headline figure of a page: its name, its value as the page has it, and the path of its explanation."""

    label: str
    value: float
    path: str


class Opened(NamedTuple):
    """An explained number: itself with its operands, and the assumptions that stand behind it."""

    trace: Trace
    assumptions: tuple[Trace, ...]


def explained(figures: Sequence[Figure], scenario: Scenario, key: str) -> None:
    """A menu of figures, each of which opens to where it comes from."""
    paths = {f.plain(figure.label): figure.path for figure in figures}
    chosen = st.menu_button(
        "Where a figure comes from", list(paths), key=f"explained:{key}", type="tertiary",
        help="Its equation with today's numbers, what it is made of, and the sources behind it",
    )
    if chosen is not None:
        _go((key, paths[chosen]))
    if _trail()[:1] == (key,):  # a page that runs again, as when a long run has ended, leaves it open
        _dialog(scenario)


def _trail() -> tuple[str, ...]:
    """The page whose figure is open, and the paths that the reader went from it; empty where none is."""
    trail = state.place(PLACE)
    return trail if isinstance(trail, tuple) else ()


def _go(trail: tuple[str, ...] = ()) -> None:
    state.exchange(PLACE, trail)


@st.dialog("Where this figure comes from", width="large", on_dismiss=_go)
def _dialog(scenario: Scenario) -> None:
    show(scenario)


def show(scenario: Scenario) -> None:
    """The number at the end of the reader's way, with a button for every operand that opens further."""
    trail = _trail()
    if not trail:
        return
    try:
        with st.spinner("Taking the figure apart"):
            opened = run.kept(read, scenario, state.preset(), trail[-1])
    except ScenarioError as why:
        st.info(f.plain(str(why)))
        return
    if len(trail) > 2:
        st.button("Back", key="explained:back", type="tertiary", on_click=_go, args=(trail[:-1],))
    st.html(number_html(opened.trace))
    parts = list(zip(opened.trace.symbols, opened.trace.operands, strict=True))
    if parts:
        st.html(pieces().tag("h3", "Made of", "assay-h"))
    with st.container(gap=None):
        for i, (symbol, part) in enumerate(parts[:MOST_OPERANDS]):
            words = f"{f.plain(part.label)}: **{f.plain(_figure(part))}** :small[:gray[{f.plain(symbol)}]]"
            if part.operands or part.is_cut:
                st.button(f"{words} →", key=f"explained:{len(trail)}:{i}", type="tertiary", on_click=_go,
                          args=((*trail, part.path),))
            else:
                st.markdown(f":small[{words}]")
    if len(parts) > MOST_OPERANDS:
        st.caption(f"and {len(parts) - MOST_OPERANDS} more of the same kind")
    st.html(assumptions_html(opened.assumptions))
    st.caption(f"In full: `python -m models explain {opened.trace.path}`")


def read(scenario: Scenario, preset: str, path: str) -> Opened:
    """A number of a scenario, two levels deep, and the declared numbers behind it."""
    result = run.evaluation(scenario)
    known: dict[str, Trace] = {}
    for *_, node, _ in steps(explain(result, path, preset=preset, depth=BEHIND)):
        if node.kind == "given" and node.is_leaf and not node.path.startswith("constants."):
            known.setdefault(node.path, node)
    return Opened(explain(result, path, preset=preset, depth=2), tuple(known.values())[:MOST_ASSUMPTIONS])


def number_html(trace: Trace) -> Markup:
    """Name, value with noise, words and equation of a number; every text is escaped."""
    noise = f"± {_written(2.0 * trace.standard_error, trace.unit)}" if trace.standard_error else ""
    is_said = trace.kind != "draw" and trace.equation not in ("", trace.with_numbers)
    return Markup(pieces("blocks/explained.html").number(
        trace.label, _figure(trace), noise, trace.formula, trace.equation if is_said else "", trace.with_numbers,
        trace.note,
    ))


def assumptions_html(nodes: Sequence[Trace]) -> Markup:
    """Declared numbers with the source of each."""
    if not nodes:
        return Markup("")
    rows = [row(node.label, _figure(node), _origin(node), about=node.formula) for node in nodes]
    return table_html("Assumptions and sources behind it", ("Assumption", "Value", "Source"), rows, "measures sources")


def _origin(node: Trace) -> str:
    if node.source is None or node.source.evidence == "judgment":
        return node.note or "our own judgment"
    return f"{node.source.citation}{' (history)' if node.is_history else ''}"


def _figure(trace: Trace) -> str:
    if trace.kind == "given":
        return f.assumption(trace.value, trace.unit)
    return _written(trace.value, trace.unit)


def _written(value: Value, unit: str) -> str:
    """A value as a person reads it; what is no finite number in words."""
    if isinstance(value, bool | str | tuple) or value is None or not math.isfinite(value):
        return number(value)
    if f.is_share(unit):
        return f.percent(value, 2)
    if unit.startswith("USD"):
        return f"{f.money(value)}{unit.removeprefix('USD')}"
    return f"{f.digits(value)} {unit}".strip()
