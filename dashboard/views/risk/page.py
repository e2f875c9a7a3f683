"""Risk and stress: every class under named stresses, the nearest way to lose money, and what one would regret."""

from __future__ import annotations

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.blocks import chart, notes, section, tiles, title, verdict
from dashboard.blocks.choices import PAID, pick, switch
from dashboard.blocks.long_run import long_run
from dashboard.views.risk import reading, words
from models.claims.registry import CLASSES, left_out
from models.engine.figures import CLASS_FIGURES
from models.scenario.scenario import Scenario
from models.scenario.stresses import stresses
from models.studies.stress.regret import MIXES, regret_table
from models.studies.stress.reverse_stress import reverse_stress
from models.studies.stress.stress import StressMatrix, stress_matrix, stress_table

CLASS_NAMES = {key: asset.label for key, asset in CLASSES.items()}
LIMITS = {0.0: "does worse than cash", 0.1: "loses a tenth", 0.25: "loses a quarter", 0.5: "loses half"}
MEASURES = {"sure": "Sure gain over cash", "mean": "Mean value over cash"}


def render() -> None:
    """Three questions, each in its own place: how bad, what would it take, what would be regretted."""
    scenario, entry = state.scenario(), state.view("entry")
    _matrix(scenario, entry)
    _reverse(scenario, entry)
    _regret(scenario, entry)


def _matrix(scenario: Scenario, entry: str) -> None:
    matrix = long_run(
        run.job(stress_matrix, scenario, entry=entry), slot="stress", words="Putting the scenario under stress",
        seconds=5,
    )
    if matrix is None:
        return
    figure = switch("Figure", reading.FIGURES, "risk:figure", "npv", persist_state="session")
    table = stress_table(matrix)
    verdict(words.matrix_message(table, figure),
            f"{CLASS_FIGURES[figure].help} Change in percentage points, at {PAID[entry]}.")
    title(
        "Eight stresses on each class",
        "Change of each class by a stress on top of this scenario, on the same futures and at the price paid before "
        "it. Two standard errors of the difference are shown on hover; what is smaller than that is gray.",
        reading.matrix_html(matrix, table, figure),
    )
    notes(left_out(matrix.base.absent))
    _library(matrix)


def _library(matrix: StressMatrix) -> None:
    """What each stress moves, and what that ran into in this scenario."""
    box = st.expander("What each stress does", on_change="rerun", key="risk:library")
    if not box.open:
        return
    notes = {stress.name: stress.notes for stress in matrix.rows}
    with box:
        for name, item in stresses().items():
            cited = ", ".join(inputs.cited(key) for key in item.sources)
            st.markdown(f"**{f.plain(item.title)}** {f.plain(item.story)}  \n:small[:gray[{cited}]]")
            for note in notes[name]:
                st.markdown(f"- {f.plain(note.split(': ', 1)[-1])}")


def _reverse(scenario: Scenario, entry: str) -> None:
    section("What would it take to lose money")
    with st.grid(4, min_column_width=180, gap="small"):
        key = pick("Class", CLASS_NAMES, "risk:class", persist_state="session")
        loss = pick("Limit: the class", LIMITS, "risk:limit", persist_state="session")
    nearest = long_run(
        run.job(reverse_stress, scenario, key, loss, entry=entry), slot="reverse", words="Looking for the nearest loss",
        seconds=15, label="Find the nearest loss",
    )
    if nearest is None:
        return
    title(reading.nearest_message(nearest), "All random drivers become independent standard normals; the design point "
          "is the nearest one at which the limit is reached, found without gradients from the worst 1% of futures "
          "(first-order reliability, Hasofer and Lind).")
    tiles(reading.distance(nearest))
    st.caption(reading.reconciled(nearest))
    if not nearest.near:  # no loss, so there is no story of one
        return
    left, right = st.columns([42, 58], gap="large")
    with left:
        st.html(reading.story_html(nearest))
    with right, st.grid(2, min_column_width=240, gap="small"):
        for drawn in reading.paths(nearest):
            with st.container(gap=None):
                chart(drawn)


def _regret(scenario: Scenario, entry: str) -> None:
    section("What one would regret")
    measure = switch("What counts", MEASURES, "risk:measure", persist_state="session")
    regret = long_run(
        run.job(regret_table, scenario, measure=measure, entry=entry), slot="regret",
        words="Running the presets of the world", seconds=20, label="Compare over the presets",
    )
    if regret is None:
        return
    chart(reading.regrets(regret))
    mixes = ", ".join(label.split(",")[0].lower() for label, _ in MIXES.values())
    st.caption("Sure gain: what a risk-averse investor would take for certain instead, per dollar over the whole life; "
               f"the verdict ranks by sure return a year. Mixes hold equal weights ({mixes}). At {PAID[entry]}.")
    notes(*reading.cash_held(regret))
