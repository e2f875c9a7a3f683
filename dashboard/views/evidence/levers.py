"""What each slider does: every strong driver over its whole range, drawn for all six classes."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.blocks import Chart, charts, notes, section, sheet
from dashboard.blocks.long_run import long_run
from dashboard.views.evidence.levers_chart import curve_frame, curve_spec
from dashboard.views.evidence.rows import DIRECTION_COLUMNS, direction_rows
from dashboard.views.evidence.words import lever_message
from models.claims.registry import CLASSES
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.levers import LEVERS, Lever, Levers, levers

ABOUT = (
    "Change of the mean value at the hurdle of each class against the lowest value of the slider, per dollar of "
    "capital, at the price paid in the scenario on screen. Bands are two standard errors."
)


def render() -> None:
    """A picture a slider, then the direction an expert expects with its reason."""
    scenario = state.scenario()
    found = long_run(
        run.job(levers, scenario, entry=state.view("entry")), slot="evidence:levers",
        words=f"Moving {len(LEVERS)} sliders over their range", seconds=12, label="Move every slider", starts=True,
    )
    if found is None:
        return
    section("What each slider does to each class")
    st.caption(ABOUT)
    charts([_picture(lever, found, scenario) for lever in LEVERS if lever.path not in found.stuck], columns=2)
    notes(*(f"{lever.label}: {found.stuck[lever.path]}" for lever in LEVERS if lever.path in found.stuck))
    section("What an expert expects, and why")
    sheet(direction_rows(found), "evidence:directions", height="fit", column_config=DIRECTION_COLUMNS)


def _picture(lever: Lever, found: Levers, scenario: Scenario) -> Chart:
    """One slider; its title says whom it helps, hurts, and where it turns."""
    item, curves = entry(lever.path, scenario), found.of(lever.path)
    scale = inputs.scale(item)
    lines = [
        asdict(curve) | {"short": CLASSES[key].short, "label": CLASSES[key].label} for key, curve in curves.items()
    ]
    at = tuple(scale.shown(x) for x in lines[0]["places"])
    about = f"{item.help} {ABOUT}"
    if lever.beside:
        about += " Overcapacity of 100% is set beside it, so that there is a peak to move."
    return Chart(
        lever_message(lever.label, {CLASSES[key].subject: curve.shape for key, curve in curves.items()}),
        curve_frame(lines, scale), curve_spec(f"{lever.label}{', ' if scale.unit else ''}{scale.unit}", at),
        f.plain(about), f"{lever.label}: change of value of six classes.",
    )
