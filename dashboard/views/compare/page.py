"""Compare: up to six pinned scenarios side by side, and the bridge between any two of them."""

from __future__ import annotations

import streamlit as st

from dashboard import run, state
from dashboard.blocks.blocks import chart, charts, notes, section, title, verdict
from dashboard.blocks.choices import PAID, pick, switch
from dashboard.blocks.long_run import long_run
from dashboard.views.compare import board, reading
from dashboard.views.compare.charts import LETTERS
from models.claims.registry import CLASSES
from models.engine.figures import CLASS_FIGURES, FIGURES, WORLD_FIGURES
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import Bridge, bridge, drill_down
from models.studies.comparison.compare import Comparison, compare
from models.studies.comparison.driver_groups import GROUPS

FIGURE_LABELS = {key: about.label for key, about in FIGURES.items()}
CLASS_LABELS = {name: about.label for name, about in CLASS_FIGURES.items()}
WHOLE = ""
BRIDGE_ABOUT = (
    "Shapley's rule: each group of drivers moves as a whole from its value in the one scenario to that in the other, "
    "and its part is what that changes, averaged over all orders of the groups, on the same futures. Parts add up "
    "exactly; lines are two standard errors."
)


def render() -> None:
    """Pins, then what differs, figures, pictures and the bridge."""
    names, scenarios = board.pinned()
    if len(names) < 2:
        verdict(f"Pin {'one more scenario' if names else 'two scenarios'} to compare", "Pin, at the top of every page, "
                "puts the scenario on screen aside; presets can be added here.")
        board.render()
        return
    entry, letters = state.view("entry"), {letter: letter for letter in LETTERS[: len(names)]}
    base = switch("Changes are against", letters, f"compare:base:{len(names)}", persist_state="session",
                  label_visibility="visible")
    compared = long_run(
        run.job(compare, scenarios, names, base=LETTERS.index(base), entry=entry), slot="compare",
        words="Running the pinned scenarios on the same futures", seconds=5,
    )
    if compared is not None:
        verdict(reading.lead_message(compared), f"{len(compared.inputs)} assumptions differ; every scenario on the "
                f"same {compared.paths:,} futures, at {PAID[entry]}.")
    board.render()
    if compared is not None:
        _compared(compared)
    _bridge(names, scenarios, entry)


def _compared(compared: Comparison) -> None:
    if compared.inputs:
        title(f"{len(compared.inputs)} inputs differ", "Only assumptions in which at least two scenarios differ.",
              reading.inputs_html(compared))
    else:
        title("The pinned scenarios are the same")
    section("Headline figures", "Each scenario in full, and below it its change against the base with two standard "
            "errors of that difference.")
    figure = switch("Figure of each class", CLASS_LABELS, "compare:figure", "value", persist_state="session")
    st.html(reading.figures_html(compared, [*WORLD_FIGURES, *(f"{key}.{figure}" for key in CLASSES)]))
    notes(*reading.absences(compared))
    chart(reading.ranges(compared))
    charts(reading.medians(compared), gap="large")


def _bridge(names: tuple[str, ...], scenarios: tuple[Scenario, ...], entry: str) -> None:
    section("Why do two of them differ")
    named = {i: f"{LETTERS[i]}: {name}" for i, name in enumerate(names)}
    with st.grid(4, min_column_width=180, gap="small"):
        here = pick("From", named, f"bridge:from:{len(named)}")
        there = pick("To", named, f"bridge:to:{len(named)}", 1)
        key = pick("Figure", FIGURE_LABELS, "bridge:figure", persist_state="session")
    if here == there:
        st.caption("Choose two different scenarios.")
        return
    sides, letters = (scenarios[here], scenarios[there]), (LETTERS[here], LETTERS[there])
    whole = long_run(
        run.job(bridge, *sides, entry=entry), slot="bridge", words="Moving the drivers in every order", seconds=20,
        label="Explain the difference",
    )
    if whole is None:
        return
    _steps(whole, key, letters, BRIDGE_ABOUT)
    groups = {WHOLE: "No group"} | {part.key: GROUPS[part.key].label for part in whole.parts if part.paths}
    group = pick("Look into a group", groups, "bridge:group", width=320)
    if group == WHOLE:
        return
    inner = long_run(
        run.job(drill_down, *sides, group, entry=entry), slot="drill", seconds=60, label="Split this group",
        words=f"Moving what is in {groups[group].lower()}",
    )
    if inner is not None:
        of = next(part.value(key) for part in whole.parts if part.key == group)
        _steps(inner, key, letters, reading.split(inner), of)


def _steps(found: Bridge, key: str, letters: tuple[str, str], about: str, of: float | None = None) -> None:
    """Waterfall of a bridge, of the whole or of the part ``of`` one group."""
    if found.total(key) != found.total(key):
        st.caption(f"{FIGURE_LABELS[key]} cannot be split: on one side, or in a mixture of both, there is no "
                   "investment in that class.")
        return
    chart(reading.steps(found, key, letters, about, of))
    st.caption(reading.total(found, key))
