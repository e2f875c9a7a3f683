"""Risk and stress: every class under named stresses, the nearest way to lose money, and what one would regret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import Markup, heading, tag
from dashboard.views.risk import charts
from models.claims.registry import CLASSES
from models.engine.figures import CLASS_FIGURES
from models.scenario.scenario import Scenario
from models.scenario.stresses import stresses
from models.studies.stress.regret import MIXES, regret_table
from models.studies.stress.regret import regret_frame as regret_rows
from models.studies.stress.reverse_stress import ReverseStress, reverse_stress
from models.studies.stress.stress import stress_matrix, stress_table

Progress = Callable[[float], None]

SECONDS = {"stress": 5.0, "reverse": 15.0, "regret": 20.0}
"""Rough times on one quiet core; the bar corrects them as it goes."""
FIGURES = {name: about.label for name, about in CLASS_FIGURES.items() if name != "value"}
LIMITS = {0.0: "does worse than cash", 0.1: "loses a tenth", 0.25: "loses a quarter", 0.5: "loses half"}
MEASURES = {"sure": "Sure gain over cash", "mean": "Mean value over cash"}

MATRIX_ABOUT = (
    "Change of each class by a stress on top of this scenario, on the same futures and at the price paid before it. "
    "Two standard errors of the difference are shown on hover; what is smaller than that is gray."
)
REVERSE_ABOUT = (
    "All random drivers become independent standard normals; the design point is the nearest one at which the limit "
    "is reached, found without gradients from the worst 1% of futures (first-order reliability, Hasofer and Lind)."
)
REGRET_ABOUT = (
    "What the best choice of a scenario is worth more than this one, cents per dollar of capital over cash. Each "
    "scenario is run on the same draws, at its own entry price; the best choice of a scenario has no regret."
)


@dataclass(frozen=True, eq=False)
class Matrix:
    """Stress matrix as a page shows it: one row a stress, class and figure, and notes by stress."""

    table: pd.DataFrame
    notes: dict[str, tuple[str, ...]]
    stories: dict[str, str]


def find_matrix(scenario: Scenario, entry: str, progress: Progress) -> Matrix:
    """Every stress on top of a scenario."""
    found = stress_matrix(scenario, entry=entry, progress=progress)
    return Matrix(stress_table(found), {r.name: r.notes for r in found.rows}, {r.name: r.story for r in found.rows})


def find_reverse(scenario: Scenario, key: str, loss: float, entry: str, progress: Progress) -> ReverseStress:
    """The nearest loss of a class."""
    return reverse_stress(scenario, key, loss, entry=entry, progress=progress)


def find_regret(scenario: Scenario, measure: str, entry: str, progress: Progress) -> tuple[pd.DataFrame, str, bool]:
    """Regret over the presets, the best choice, and whether it is too close to call."""
    found = regret_table(scenario, measure=measure, entry=entry, progress=progress)
    return regret_rows(found), found.best, found.is_close


def render() -> None:
    """Three questions, each in its own place: how bad, what would it take, what would be regretted."""
    scenario = state.scenario()
    entry = state.view("entry")
    _matrix(scenario, entry)
    _reverse(scenario, entry)
    _regret(scenario, entry)


def _matrix(scenario: Scenario, entry: str) -> None:
    found = long_run(
        run.job(find_matrix, scenario, entry), slot="stress", words="Putting the scenario under stress",
        seconds=SECONDS["stress"],
    )
    if found is None:
        return
    figure = st.segmented_control(
        "Figure", list(FIGURES), format_func=FIGURES.__getitem__, default="npv", key="risk:figure", required=True,
        persist_state="session", label_visibility="collapsed",
    )
    words = tag("h1", charts.matrix_message(found.table, figure)) + tag(
        "p", f"{CLASS_FIGURES[figure].help} Change in percentage points, at {_paid(entry)}."
    )
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    st.html(heading("Eight stresses on six classes", MATRIX_ABOUT) + Markup(matrix_html(found, figure)))
    _library(found)


def matrix_html(found: Matrix, figure: str) -> str:
    """Heat table: a row a stress, a column a class; shade is the size of the change, the sign is written."""
    table = found.table[found.table["figure"] == figure]
    widest = float(table["change"].abs().max())
    head = "".join(f'<th scope="col" title="{escape(c.label)}">{charts.SHORT[k]}</th>' for k, c in CLASSES.items())
    rows = []
    for name, part in table.groupby("stress", sort=False):
        story = escape(found.stories[str(name)])
        cells = "".join(_cell(row, figure, widest) for row in part.to_dict("records"))
        rows.append(f'<tr><th scope="row" title="{story}">{escape(part["title"].iloc[0])}</th>{cells}</tr>')
    caption = tag("caption", f"Change of {FIGURES[figure]} by stress and class, percentage points")
    body = "".join(rows)
    return f'<table class="heat">{caption}<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(row: dict[str, Any], figure: str, widest: float) -> str:
    change, error = float(row["change"]), float(row["change_se"])
    name = charts.SHORT[row["asset"]]
    if row["is_void"]:
        return f'<td class="none" data-name="{name}" title="This stress changes nothing in this scenario">–</td>'
    noise = f" ({f.noise(error, 2)} pts)" if f.noise(error, 2) else ""
    amount = f.irr if figure == "irr_p50" else f.percent
    tip = f"{row['label']}: {f.points(change)}{noise}, from {amount(row['base'])} to {amount(row['value'])}"
    if f.is_close(change, error):
        return f'<td class="none" data-name="{name}" title="{escape(tip)}; too close to call">≈0</td>'
    kind = "worse" if charts.is_worse(figure, change) else "better"
    text = f.signed(100 * change)
    return (
        f'<td class="{kind}" data-name="{name}" style="--s:{charts.shade(change, widest):.3f}" title="{escape(tip)}">'
        f"{text}</td>"
    )


def _library(found: Matrix) -> None:
    """What each stress moves, and what that ran into in this scenario."""
    box = st.expander("What each stress does", on_change="rerun", key="risk:library")
    if not box.open:
        return
    with box:
        for name, item in stresses().items():
            cited = ", ".join(inputs.cited(key) for key in item.sources)
            st.markdown(f"**{f.plain(item.title)}** {f.plain(item.story)}  \n:small[:gray[{cited}]]")
            for note in found.notes[name]:
                st.markdown(f"- {f.plain(note.split(': ', 1)[-1])}")


def _reverse(scenario: Scenario, entry: str) -> None:
    st.html(heading("What would it take to lose money", level=2))
    with st.grid(4, min_column_width=180, gap="small"):
        key = st.selectbox("Class", list(CLASSES), format_func=lambda k: CLASSES[k].label, key="risk:class",
                           persist_state="session")
        loss = st.selectbox("Limit: the class", list(LIMITS), format_func=LIMITS.__getitem__, key="risk:limit",
                            persist_state="session")
    found = long_run(
        run.job(find_reverse, scenario, key, loss, entry), slot="reverse", words="Looking for the nearest loss",
        seconds=SECONDS["reverse"], label="Find the nearest loss",
    )
    if found is None:
        return
    story = [vars(line) for line in found.story]
    st.html(heading(charts.reverse_message(CLASSES[key].label, loss, story, found.beta), REVERSE_ABOUT))
    _distance(found)
    left, right = st.columns([42, 58], gap="large")
    with left:
        st.html(story_html(found))
    with right, st.grid(2, min_column_width=240, gap="small"):
        for series, label in charts.SERIES.items():
            with st.container(gap=None):
                st.html(heading(label))
                st.vega_lite_chart(charts.path_frame(found.path, series), charts.PATH, theme=None, alt=label)


def _distance(found: ReverseStress) -> None:
    error = f.noise(found.simulated_se)
    with st.grid(4, min_column_width=150, gap="small"):
        st.metric("Distance", f"{f.digits(found.beta, 3, 2)} sd", help=f.plain(
            "Distance of the design point from the median future in standard deviations (beta); negative where the "
            f"median future is beyond the limit already. Two searches differ by {f.digits(found.search_gap, 2, 3)}."))
        st.metric("Chance if the edge were flat", f.percent(found.probability), help=f.plain(
            "Phi(-beta): what first-order theory makes of the distance. Jumps, hazards and many ways to lose bend "
            "the edge; the simulated share beside it is what counts."))
        st.metric("Share of futures", f.percent(found.simulated), help=f.plain(
            f"Share of {found.paths:,} simulated futures beyond the limit" + (f", {error} points." if error else ".")))
        st.metric("Losses behind the story", f"{found.near:,}", help=f.plain(
            "Simulated losses nearest to the design point, driver by driver; the lines and the words are their "
            "medians."))
    st.caption(_reconciled(found))


def _reconciled(found: ReverseStress) -> str:
    """Whether theory and simulation agree, said plainly."""
    gap = found.probability - found.simulated
    if f.is_close(gap, found.simulated_se):
        return "The flat-edge chance agrees with the simulated share within its noise."
    way = "more" if gap > 0 else "fewer"
    return (
        f"The flat edge would mean {way} losses than the simulated {f.percent(found.simulated)}: the edge is bent, so "
        "trust the simulated share and read the point as the most likely way, not as a chance."
    )


def story_html(found: ReverseStress) -> str:
    """What happens when, and which drivers it takes."""
    lines = "".join(
        f"<li><b>{f.calendar(line.quarter)}</b> {escape(line.words)}</li>" for line in found.story
    ) or "<li>No simulated future is beyond this limit.</li>"
    parts = ", ".join(
        f"{escape(label.lower() if not label[:2].isupper() else label)} {f.percent(share, 0)}"
        for label, share in found.importance.items() if share >= 0.01
    )
    needs = tag("p", f"What it takes, by share of the squared distance: {parts}.", "note") if parts else ""
    return f'<ol class="story">{lines}</ol>{needs}'


def _regret(scenario: Scenario, entry: str) -> None:
    st.html(heading("What one would regret", level=2))
    measure = st.segmented_control(
        "What counts", list(MEASURES), format_func=MEASURES.__getitem__, default="sure", key="risk:measure",
        persist_state="session", required=True, label_visibility="collapsed",
    )
    found = long_run(
        run.job(find_regret, scenario, measure, entry), slot="regret", words="Running the presets of the world",
        seconds=SECONDS["regret"], label="Compare over the presets",
    )
    if found is None:
        return
    table, best, is_close = found
    st.html(heading(charts.regret_message(table, best, is_close), REGRET_ABOUT))
    st.vega_lite_chart(charts.regret_frame(table), charts.REGRET, theme=None, alt="Regret by choice and scenario")
    mixes = ", ".join(label.split(",")[0].lower() for label, _ in MIXES.values())
    st.caption(
        f"Sure gain: what a risk-averse investor would take for certain instead. Mixes hold equal weights ({mixes}). "
        f"At {_paid(entry)}."
    )


def _paid(entry: str) -> str:
    return "fair entry" if entry == "fair" else "entry at cost or market"
