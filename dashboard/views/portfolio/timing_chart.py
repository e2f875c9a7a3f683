"""When to enter, what to find out first, and how long to hold: frames and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import PERCENT, TIMES, class_color, drawn, room, rows, tips, upright, value_axis, where
from dashboard.charts.style import FAINT, INK, MUTED, Spec
from dashboard.words import SHORT

ROW = 30
STRATEGY_NAMES = {
    "now": "Commit now", "later_4": "Commit to 1 year later", "later_8": "Commit to 2 years later",
    "see_4": "Look after 1 year", "see_8": "Look after 2 years", "see_4_8": "Look after 1, then 2",
    "staged": "Half now, look after 1", "hindsight": "Hindsight (a bound)",
}
APART, PLOT = 14.0, 250.0
"""Pixels between two names at the end of a line, and the height they are spread over."""
CENTS = "replace(format(datum.value * 100, '.0f'), '-', '−') + '¢'"


def cents(value: float) -> str:
    """Gain per dollar in cents: 3.7¢."""
    return f.NOT_AVAILABLE if value != value else f"{f.digits(value * 100, 3, 1)}¢"


def noise(error: float) -> str:
    """Two standard errors in cents."""
    return "" if error != error else f"±{f.digits(200 * error, 2, 1)}¢"


def waiting_frame(given: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a strategy of one class. Keys needed: asset, strategy, sure, sure_se, over_now(+_se), wealth, enters."""
    now = next(float(row["sure"]) for row in given if row["strategy"] == "now")
    out = []
    for row in given:
        value, error, name = float(row["sure"]), float(row["sure_se"]), str(row["strategy"])
        error = 0.0 if error != error else error
        out.append({
            "key": row["asset"], "name": STRATEGY_NAMES[name],
            "shade": 0.25 if name == "hindsight" else 0.55 if name == "now" else 0.95,
            "value": value, "low": value - 2 * error, "high": value + 2 * error, "now": now, "text": cents(value),
            "about": f"{cents(value)} a dollar {noise(error)}; against now {f.signed(float(row['over_now']) * 100)}¢ "
            f"{noise(float(row['over_now_se']))}",
            "enters": f"{f.percent(float(row['enters']), 0)} of futures",
        })
    return pd.DataFrame(out)


def waiting_chart() -> Spec:
    """Sure gain of every strategy with its noise; the line is committing now."""
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=170))
    said = tips(name="Strategy", about="Sure gain over cash", enters="Buys (staged: the second half)")
    return drawn(
        rows.mark_bar(height={"band": 0.62}).encode(
            x=_cents_axis("Sure gain over cash, cents per dollar"), y=y, tooltip=said, color=class_color("key"),
            opacity=alt.Opacity("shade:Q", scale=None, legend=None),
        ),
        rows.transform_aggregate(now="max(now)").mark_rule(color=INK, strokeDash=[3, 3]).encode(x="now:Q"),
        rows.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, tooltip=said),
        *_numbers(y),
        height=ROW * 8 + 50,
    )


def _cents_axis(title: str) -> alt.X:
    return alt.X("value:Q", axis=alt.Axis(title=title, labelExpr=CENTS, tickCount=5))


def _numbers(y: alt.Y) -> list[alt.Chart]:
    """Figures at the end of the bars, and room for them."""
    edge = rows.transform_calculate(edge="max(0, datum.high)").mark_text(align="left", dx=5, fontSize=11)
    return [edge.encode(x="edge:Q", y=y, text="text:N"), room(1.14)]


def information_frame(given: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a driver, all of them first. Keys needed: driver, label, value, value_se, naive."""
    out = []
    for row in given:
        value, error = float(row["value"]), float(row["value_se"])
        out.append({
            "label": row["label"], "kind": "all" if row["driver"] == "all" else "one", "value": value,
            "low": value - 2 * error, "high": value + 2 * error,
            "text": cents(value) if value > 2 * error else "not above noise",
            "about": f"{cents(value)} per dollar {noise(error)}; by the other estimate {cents(float(row['naive']))}",
        })
    return pd.DataFrame(out)


def information_chart() -> Spec:
    """What knowing each driver before committing is worth, with noise."""
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=200))
    said = tips(label="Uncertainty", about="Worth knowing")
    color = alt.condition("datum.kind == 'all'", alt.value(FAINT), alt.value(INK))
    return drawn(
        rows.mark_bar(height={"band": 0.62}).encode(
            x=_cents_axis("Worth of knowing it, cents per dollar"), y=y, tooltip=said, color=color
        ),
        rows.mark_rule(color=MUTED, strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, tooltip=said),
        *_numbers(y),
        height=ROW * 9 + 50,
    )


def held_frame(given: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a class and holding period.

    Keys needed: asset, years, irr_p50(+_se), wealth_p05, wealth_p50(+_se), wealth_p95, probability_of_loss,
    at_maturity.
    """
    last = {row["asset"]: max(float(r["years"]) for r in given if r["asset"] == row["asset"]) for row in given}
    out = []
    for row in given:
        error = float(row["wealth_p50_se"])
        error = 0.0 if error != error else error
        out.append({
            "asset": row["asset"], "label": SHORT[str(row["asset"])], "years": float(row["years"]),
            "irr": max(float(row["irr_p50"]), -1.0), "wealth": float(row["wealth_p50"]),
            "low": float(row["wealth_p50"]) - 2 * error, "high": float(row["wealth_p50"]) + 2 * error,
            "irr_text": f"{f.irr(float(row['irr_p50']))} a year {f.noise(float(row['irr_p50_se']))}",
            "wealth_text": f"{f.multiple(float(row['wealth_p50']))}, nine in ten futures "
            f"{f.multiple(float(row['wealth_p05']))} to {f.multiple(float(row['wealth_p95']))}",
            "loss": f"loses in {f.percent(float(row['probability_of_loss']))} of futures",
            "held": "to maturity" if row["at_maturity"] else f"{f.digits(float(row['years']), 2, 1)} years",
            "end": float(row["years"]) == last[row["asset"]],
        })
    for field in ("irr", "wealth"):
        _spread(out, field)
    return pd.DataFrame(out)


def _spread(given: Sequence[dict[str, Any]], field: str) -> None:
    """Push names at the end of the lines apart, in pixels; those at other ends of time have room of their own."""
    low, high = min(row[field] for row in given), max(row[field] for row in given)
    for row in given:
        row[f"{field}_dy"] = 0.0
    ends = sorted((row for row in given if row["end"] and row["years"] >= 10), key=lambda row: row[field])
    last = -APART
    for row in ends:
        spot = (row[field] - low) / max(high - low, 1e-9) * PLOT
        shown = max(spot, last + APART)
        row[f"{field}_dy"], last = spot - shown, shown


def held_chart(field: str, title: str, labels: str) -> Spec:
    """Lines of one measure by years held; the vertical bars are two standard errors."""
    x = alt.X("years:Q", scale=alt.Scale(domain=[2.5, 12], nice=False),
              axis=alt.Axis(title="Years held", values=[3, 5, 7, 10], grid=False, format="d"))
    y = upright(value_axis(title, labels, titleX=-36, titleY=-12, tickCount=6), zero=False, nice=True)(field)
    color = class_color()
    said = tips(label="Class", held="Held", irr_text="Median return", wealth_text="Median wealth, 10 years",
                loss="Chance of loss")
    noise = rows.mark_rule(strokeWidth=1.5).encode(x=x, y="low:Q", y2="high:Q", color=color)
    return drawn(
        *([noise] if field == "wealth" else []),
        rows.mark_line(strokeWidth=2).encode(x=x, y=y, color=color),
        rows.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=color, tooltip=said),
        where("datum.end").mark_text(align="left", dx=8, fontSize=12, dy=alt.ExprRef(f"datum.{field}_dy")).encode(
            x=x, y=y, text="label:N"
        ),
        height=320,
    )


WAITING, INFORMATION = waiting_chart(), information_chart()
HELD_RETURN = held_chart("irr", "Median return a year while held", PERCENT)
HELD_WEALTH = held_chart("wealth", "Median wealth of a dollar after ten years", TIMES)
