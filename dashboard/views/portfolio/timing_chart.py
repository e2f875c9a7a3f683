"""When to enter, what to find out first, and how long to hold: frames and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification
from dashboard.views.portfolio.mix_chart import SHORT

ROW = 30
STRATEGY_NAMES = {
    "now": "Commit now", "later_4": "Commit to 1 year later", "later_8": "Commit to 2 years later",
    "see_4": "Look after 1 year", "see_8": "Look after 2 years", "see_4_8": "Look after 1, then 2",
    "staged": "Half now, look after 1", "hindsight": "Hindsight (a bound)",
}
_WAIT = ("key", "name", "shade", "value", "low", "high", "now", "text", "about", "enters")
_INFO = ("label", "kind", "value", "low", "high", "text", "about")
_HELD = ("asset", "label", "years", "irr", "wealth", "low", "high", "irr_text", "wealth_text", "loss", "held", "end",
         "irr_dy", "wealth_dy")
APART, PLOT = 14.0, 250.0
"""Pixels between two names at the end of a line, and the height they are spread over."""
CENTS = "replace(format(datum.value * 100, '.0f'), '-', '−') + '¢'"


def cents(value: float) -> str:
    """Gain per dollar in cents: 3.7¢."""
    return f.NOT_AVAILABLE if value != value else f"{f.digits(value * 100, 3, 1)}¢"


def noise(error: float) -> str:
    """Two standard errors in cents."""
    return "" if error != error else f"±{f.digits(200 * error, 2, 1)}¢"


def waiting_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a strategy of one class. Keys needed: asset, strategy, sure, sure_se, over_now(+_se), wealth, enters."""
    now = next(float(row["sure"]) for row in rows if row["strategy"] == "now")
    out = []
    for row in rows:
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
    return pd.DataFrame(out, columns=list(_WAIT))


def waiting_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Sure gain of every strategy with its noise; the line is committing now."""
    base = alt.Chart(frame)
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=170))
    x = alt.X("value:Q", axis=alt.Axis(title="Sure gain over cash, cents per dollar", labelExpr=CENTS, tickCount=5))
    tips = [alt.Tooltip("name:N", title="Strategy"), alt.Tooltip("about:N", title="Sure gain over cash"),
            alt.Tooltip("enters:N", title="Buys (staged: the second half)")]
    return alt.layer(
        base.mark_bar(height={"band": 0.62}).encode(
            x=x, y=y, tooltip=tips,
            color=alt.Color("key:N", scale=alt.Scale(domain=list(theme.SCREEN), range=list(theme.SCREEN.values())),
                            legend=None),
            opacity=alt.Opacity("shade:Q", scale=None, legend=None),
        ),
        base.transform_aggregate(now="max(now)").mark_rule(color=theme.gray("ink"), strokeDash=[3, 3]).encode(
            x="now:Q"
        ),
        base.mark_rule(color=theme.gray("ink"), strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, tooltip=tips),
        base.transform_calculate(edge="max(0, datum.high)").mark_text(align="left", dx=5, fontSize=11).encode(
            x="edge:Q", y=y, text="text:N"
        ),
        _room(base),
    ).properties(width="container", height=ROW * 8 + 50)


def information_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a driver, all of them first. Keys needed: driver, label, value, value_se, naive."""
    out = []
    for row in rows:
        value, error = float(row["value"]), float(row["value_se"])
        out.append({
            "label": row["label"], "kind": "all" if row["driver"] == "all" else "one", "value": value,
            "low": value - 2 * error, "high": value + 2 * error,
            "text": cents(value) if value > 2 * error else "not above noise",
            "about": f"{cents(value)} per dollar {noise(error)}; by the other estimate {cents(float(row['naive']))}",
        })
    return pd.DataFrame(out, columns=list(_INFO))


def information_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """What knowing each driver before committing is worth, with noise."""
    base = alt.Chart(frame)
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=200))
    x = alt.X("value:Q", axis=alt.Axis(title="Worth of knowing it, cents per dollar", labelExpr=CENTS,
                                       tickCount=5))
    tips = [alt.Tooltip("label:N", title="Uncertainty"), alt.Tooltip("about:N", title="Worth knowing")]
    return alt.layer(
        base.mark_bar(height={"band": 0.62}).encode(
            x=x, y=y, tooltip=tips,
            color=alt.condition("datum.kind == 'all'", alt.value(theme.gray("faint")), alt.value(theme.gray("ink"))),
        ),
        base.mark_rule(color=theme.gray("muted"), strokeWidth=1.5).encode(x="low:Q", x2="high:Q", y=y, tooltip=tips),
        base.transform_calculate(edge="max(0, datum.high)").mark_text(align="left", dx=5, fontSize=11).encode(
            x="edge:Q", y=y, text="text:N"
        ),
        _room(base),
    ).properties(width="container", height=ROW * 9 + 50)


def _room(base: alt.Chart) -> alt.Chart:
    """Nothing that is seen: it keeps room for the numbers at the end of the bars."""
    return base.transform_calculate(room="1.14 * max(0, datum.high)").mark_point(opacity=0, size=1).encode(x="room:Q")


def held_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a class and holding period.

    Keys needed: asset, years, irr_p50(+_se), wealth_p05, wealth_p50(+_se), wealth_p95, probability_of_loss,
    at_maturity.
    """
    last = {row["asset"]: max(float(r["years"]) for r in rows if r["asset"] == row["asset"]) for row in rows}
    out = []
    for row in rows:
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
    return pd.DataFrame(out, columns=list(_HELD))


def _spread(rows: Sequence[dict[str, Any]], field: str) -> None:
    """Push names at the end of the lines apart, in pixels; those at other ends of time have room of their own."""
    low, high = min(row[field] for row in rows), max(row[field] for row in rows)
    for row in rows:
        row[f"{field}_dy"] = 0.0
    ends = sorted((row for row in rows if row["end"] and row["years"] >= 10), key=lambda row: row[field])
    last = -APART
    for row in ends:
        spot = (row[field] - low) / max(high - low, 1e-9) * PLOT
        shown = max(spot, last + APART)
        row[f"{field}_dy"], last = spot - shown, shown


def held_chart(frame: pd.DataFrame, field: str, title: str, labels: str) -> alt.LayerChart:
    """Lines of one measure by years held; the vertical bars are two standard errors."""
    base = alt.Chart(frame)
    color = alt.Color("asset:N", scale=alt.Scale(domain=list(theme.SCREEN), range=list(theme.SCREEN.values())),
                      legend=None)
    x = alt.X("years:Q", scale=alt.Scale(domain=[2.5, 12], nice=False),
              axis=alt.Axis(title="Years held", values=[3, 5, 7, 10], grid=False, format="d"))
    y = alt.Y(f"{field}:Q", scale=alt.Scale(zero=False, nice=True),
              axis=alt.Axis(title=title, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=-36, titleY=-12,
                            tickCount=6, labelExpr=labels))
    tips = [alt.Tooltip("label:N", title="Class"), alt.Tooltip("held:N", title="Held"),
            alt.Tooltip("irr_text:N", title="Median return"),
            alt.Tooltip("wealth_text:N", title="Median wealth, 10 years"),
            alt.Tooltip("loss:N", title="Chance of loss")]
    layers = [
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=color),
        base.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=color, tooltip=tips),
        base.transform_filter("datum.end").mark_text(
            align="left", dx=8, fontSize=12, dy=alt.ExprRef(f"datum.{field}_dy")
        ).encode(x=x, y=y, text="label:N"),
    ]
    if field == "wealth":
        layers.insert(0, base.mark_rule(strokeWidth=1.5).encode(x=x, y="low:Q", y2="high:Q", color=color))
    return alt.layer(*layers).properties(width="container", height=320)


WAITING: Spec = specification(waiting_chart(pd.DataFrame(columns=list(_WAIT))))
INFORMATION: Spec = specification(information_chart(pd.DataFrame(columns=list(_INFO))))
HELD_RETURN: Spec = specification(
    held_chart(pd.DataFrame(columns=list(_HELD)), "irr", "Median return a year while held", PERCENT)
)
HELD_WEALTH: Spec = specification(
    held_chart(pd.DataFrame(columns=list(_HELD)), "wealth", "Median wealth of a dollar after ten years",
               "datum.label + 'x'")
)
