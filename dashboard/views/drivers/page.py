"""What drives it, and what would have to be true: tornado, Sobol indices, goal seek, break-even surface, flips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import heading, tag
from dashboard.views.drivers import charts, goals
from dashboard.views.drivers.goals import Asked, Progress, assumption_names, pick
from models.claims.registry import CLASSES
from models.engine.target import METRICS, Target
from models.scenario.scenario import Scenario
from models.studies.sensitivity.sobol import sobol
from models.studies.sensitivity.tornado import RANGES, tornado

RANGE_NAMES = {"p10_p90": "10th to 90th percentile", "bounds": "Declared bounds"}
NOBODY = ""
SECONDS = {"tornado": 5.0, "sobol": 60.0}
"""Rough times on one quiet core; the bar corrects them as it goes."""

TORNADO_ABOUT = (
    "Each assumption alone is moved to both ends of its range, all others as they are, on the same futures and at the "
    "price already paid. Range: {}. Whiskers: two standard errors of the paired difference."
)
SOBOL_ABOUT = (
    "The assumptions with the widest bars are all drawn at once, uniformly from their declared bounds, on fixed "
    "shocks. Dark is the share of variance one brings alone (first order), dark and pale together its share with all "
    "others (total); the line is a 95% interval."
)
def find_tornado(scenario: Scenario, asked: Asked, ranges: str, paid: str, progress: Progress) -> dict[str, Any]:
    """Bars of a metric."""
    return tornado(scenario, Target(*asked), ranges=ranges, entry=paid, progress=progress).to_dict()


def find_sobol(scenario: Scenario, asked: Asked, paid: str, progress: Progress) -> dict[str, Any]:
    """Shares of variance of the assumptions with the widest bars."""
    return sobol(scenario, Target(*asked), entry=paid, progress=progress).to_dict()


def render() -> None:
    """What is asked, then each analysis in its own place."""
    scenario = state.scenario()
    asked, ranges, paid = _asked()
    names = assumption_names(scenario)
    found = _tornado(scenario, asked, ranges, paid, names)
    if found is not None:
        _sobol(scenario, asked, paid, names)
    goals.render(scenario, asked, paid)


def _asked() -> tuple[Asked, str, str]:
    """Metric, class and range that the page is about."""
    classes = {key: asset.label for key, asset in CLASSES.items()}
    with st.grid(4, min_column_width=180, gap="small"):
        asset = pick("Class", classes, "asset", "gpu_fleet")
        metrics = {key: m.label for key, m in METRICS.items() if key != "default_probability" or asset == "gpu_debt"}
        metric = pick("Metric", metrics, "metric", "npv", help=METRICS["npv"].help)
        others = {NOBODY: "No other class"} | {k: v for k, v in classes.items() if k != asset}
        alone = metric in ("worth", "default_probability")
        minus = NOBODY if alone else pick("Less that of", others, f"minus:{asset}", NOBODY)
        ranges = pick("Range", RANGE_NAMES, "ranges", "p10_p90", help=f.plain(
            "Percentiles of a triangle over the declared bounds with its peak at today's value, or the bounds."))
    return (metric, asset, minus), ranges, state.view("entry")


def _tornado(scenario: Scenario, asked: Asked, ranges: str, paid: str, names: Mapping[str, str]
             ) -> dict[str, Any] | None:
    found = long_run(
        run.job(find_tornado, scenario, asked, ranges, paid), slot="tornado", words="Moving one assumption at a time",
        seconds=SECONDS["tornado"],
    )
    if found is None:
        return None
    unit = found["unit"]
    today = charts.amount(found["base"], unit)
    count = len(found["bars"])
    detail = (
        f"{found['label']} today: {today} (±{charts.amount(2 * found['base_se'], unit)}, two standard errors). "
        f"{count} of {count + len(found['idle'])} assumptions change it at all; the widest "
        f"{min(count, charts.SHOWN)} are shown."
    )
    words = tag("h1", charts.tornado_message(found, names)) + tag("p", detail)
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    st.html(heading("Range of each assumption, and what it does", TORNADO_ABOUT.format(RANGES[ranges])))
    spec = charts.tornado_spec(f"Change of {charts.lowered(found['label'])}", charts.is_share(unit))
    st.vega_lite_chart(charts.tornado_frame(found["bars"], names, unit), spec, theme=None, alt="Tornado of assumptions")
    if found["stuck"]:
        stuck = ", ".join(names[item["path"]] for item in found["stuck"])
        st.caption(f"Cannot be moved alone, because others must agree with them: {f.plain(stuck)}.")
    return found


def _sobol(scenario: Scenario, asked: Asked, paid: str, names: Mapping[str, str]) -> None:
    st.html(tag("h2", "How much each one matters when all are uncertain", "assay-part"))
    found = long_run(
        run.job(find_sobol, scenario, asked, paid), slot="sobol", words="Drawing all assumptions at once",
        seconds=SECONDS["sobol"], label="Split the uncertainty",
    )
    if found is None:
        return
    st.html(heading(charts.shares_message(found, names), SOBOL_ABOUT))
    st.vega_lite_chart(charts.shares_frame(found["indices"], names), charts.SHARES, theme=None, alt="Sobol indices")
    same, agreement = found["same_top"], found["agreement"]
    order = f"the first {same} places are the same" if same > 1 else "the first place is the same" if same else (
        "even the first place differs")
    st.caption(
        f"Two independent runs of half the size: {order}, rank agreement {f.digits(agreement, 2)} (1 is the same "
        f"order). {found['evaluations']:,} scenarios of {found['paths']} futures; mean "
        f"{charts.amount(found['mean'], found['unit'])}, standard deviation "
        f"{charts.amount(found['sd'], found['unit'])}."
    )
