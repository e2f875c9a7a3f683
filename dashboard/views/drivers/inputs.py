"""What the reader chooses on the drivers page: class, metric, range, and one of the assumptions that are numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard.blocks import choices, inputs
from models.claims.registry import CLASSES
from models.engine.target import METRICS, Target
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.goal_seek import HURDLE, PRICE
from models.studies.sensitivity.tornado import numbers

LABELS = {key: asset.label for key, asset in CLASSES.items()}
RANGES = {"p10_p90": "10th to 90th percentile", "bounds": "Declared bounds"}
ABOUT_RANGES = "Percentiles of a triangle over the declared bounds with its peak at today's value, or the bounds."
QUESTIONS = {"family": "Which family leads", "best": "Which class pays best"}
NOBODY = ""
GOALS = {"share": 10.0, "per year": 10.0, "x": 1.5, "USD": 20_000.0}
"""Where a goal starts, as it is shown, by unit."""


def pick(label: str, options: Mapping[str, str], key: str, *wanted: str, taken: str | None = None, **more: Any) -> str:
    """Choice among words less one that is taken, at first the first wanted; it stays while other pages are visited."""
    left = {name: words for name, words in options.items() if name != taken}
    default = next(name for name in wanted if name in left)
    return choices.pick(label, left, f"drivers:{key}", default, persist_state="session", **more)


def target() -> tuple[Target, str]:
    """Metric and class that the page is about, and the range of the assumptions."""
    with st.grid(4, min_column_width=180, gap="small"):
        asset = pick("Class", LABELS, "asset", "gpu_fleet")
        metrics = {key: m.label for key, m in METRICS.items() if key != "default_probability" or asset == "gpu_debt"}
        metric = pick("Metric", metrics, "metric", "npv", help=METRICS["npv"].help)
        minus, others = NOBODY, {NOBODY: "No other class"} | LABELS
        if metric not in ("worth", "default_probability"):
            minus = pick("Less that of", others, f"minus:{asset}", NOBODY, taken=asset)
        ranges = pick("Range", RANGES, "ranges", "p10_p90", help=f.plain(ABOUT_RANGES))
    return Target(metric, asset, minus), ranges


def goal(target: Target) -> float | str | None:
    """The goal in the unit of the metric; None while none is entered."""
    unit, is_difference = target.unit, bool(target.minus)
    if target.metric.startswith("irr") and not is_difference:
        name = f"drivers:hurdle:{target.metric}"
        if st.toggle("Goal is the hurdle of the class", True, key=name, persist_state="session"):
            return HURDLE
    is_percent = f.is_share(unit)
    low, high = (0.0, 100.0) if unit == "share" and not is_difference else (None, None)
    value = st.number_input(
        f"Goal, {'%' if is_percent else unit}", low, high, 0.0 if is_difference else GOALS.get(unit, 0.0),
        1.0 if is_percent else 0.1, key=f"drivers:goal:{target.metric}:{is_difference}", persist_state="session",
    )
    return None if value is None else value / (100.0 if is_percent else 1.0)


def assumption_names(scenario: Scenario) -> dict[str, str]:
    """Words for every assumption that is a number, told apart by their group where two are called the same."""
    items = numbers(scenario)
    labels = [item.label for item in items]
    return {i.path: i.label if labels.count(i.label) == 1 else f"{i.label}, {f.inside(i.group_title)}" for i in items}


def scale(path: str, scenario: Scenario) -> f.Scale:
    """How values of an assumption, or the price of a class, are shown."""
    return f.Scale(1.0, "USD") if path == PRICE else inputs.scale(entry(path, scenario))
