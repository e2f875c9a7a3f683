"""The risk and return map: where each class stands, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.labels import Mark, offsets
from dashboard.charts.marks import PERCENT, class_color, class_shape, drawn, names, rows, tips, value_axis, where
from dashboard.charts.style import FAINT, INK, MUTED, PAGE, Look, Spec
from dashboard.words import Rows, records

HEIGHT = 400
PLOT_HEIGHT = 326
X_TOP = 1.04
Y_RANGE = (-0.35, 0.4)
WIDTHS = {"wide": 440, "narrow": 280}
NARROW = 350

TOOLTIP = {
    "name": "Class",
    "sure_text": "Sure return a year",
    "median_text": "Median return a year",
    "range_text": "5% to 95% of futures",
    "loss_text": "Loss in the worst 5%",
    "reading": "Reading",
}
COLUMNS = (
    *("asset", "label", "family", "x", "x_low", "x_high", "y", "y_low", "y_high", "is_cut_low", "is_cut_high"),
    *("cash_rate", "cash_text"), *(f"{name}_{size}" for size in WIDTHS for name in ("dx", "dy", "align", "leader")),
    *TOOLTIP,
)


def map_columns(classes: pd.DataFrame | Rows, cash_rate: float) -> dict[str, list[object]]:
    """Everything the map draws, one value a class: positions, cut whiskers, label offsets in pixels, tooltip texts.

    Columns needed: asset, label, family, irr_p05, irr_p50, irr_p95, certainty_equivalent_return, cvar_95, cvar_95_se.
    Classes without a sure return or a tail loss are left out.
    """
    out = [_row(row, cash_rate) for row in placeable(classes)]
    for size in WIDTHS:
        _place(out, size)
    return {name: [row[name] for row in out] for name in COLUMNS}


def placeable(classes: pd.DataFrame | Rows) -> list[Mapping[str, Any]]:
    """Classes with a sure return and a tail loss."""
    return [
        row for row in records(classes) if not isnan(row["certainty_equivalent_return"]) and not isnan(row["cvar_95"])
    ]


def position(row: Mapping[str, Any], cash_rate: float) -> dict[str, Any]:
    """Where a class stands, by what the verdict judges, and from where to where its whiskers reach.

    Height is the return of cash and what the risk is worth over it a year; the whisker is the spread of returns.
    """
    low, high = (float(row[f"irr_{name}"]) for name in ("p05", "p95"))
    middle = cash_rate + float(row["certainty_equivalent_return"])
    loss, error = float(row["cvar_95"]), float(row["cvar_95_se"])
    error = 0.0 if isnan(error) else error
    low, high = (middle if isnan(value) else value for value in (low, high))
    return {
        "asset": row["asset"], "label": row["label"], "family": row["family"], "x": loss, "x_low": loss - 2 * error,
        "x_high": loss + 2 * error, "y": middle, "y_low": low, "y_high": high,
    }


def _row(row: Mapping[str, Any], cash_rate: float) -> dict[str, Any]:
    """A class on the page; whiskers that leave the map are cut, the tip tells the whole."""
    at = position(row, cash_rate)
    low, middle, high = at["y_low"], at["y"], at["y_high"]
    return at | {name: min(max(at[name], Y_RANGE[0]), Y_RANGE[1]) for name in ("y", "y_low", "y_high")} | {
        "is_cut_low": low < Y_RANGE[0],
        "is_cut_high": high > Y_RANGE[1],
        "cash_rate": cash_rate,
        "cash_text": f"cash {f.percent(cash_rate)}",
        "name": f"{row['label']} ({theme.FAMILY_NAMES[str(row['family'])]})",
        "sure_text": f"{f.irr(middle)} {f.noise(float(row['certainty_equivalent_return_se']))}".strip(),
        "median_text": f.irr(float(row["irr_p50"])),
        "range_text": f"{f.irr(low)} to {f.irr(high)}",
        "loss_text": f"{f.percent(at['x'])} of capital {f.noise(float(row['cvar_95_se']))}".strip(),
        "reading": "up pays more for its risk, right is more loss",
    }


def _place(out: Sequence[dict[str, Any]], size: str) -> None:
    """Add the offsets of the names for a plot of one of the two widths."""
    left: float = min([0.0, *(row["x_low"] for row in out)])

    def px(value: float) -> float:
        return (value - left) / (X_TOP - left) * WIDTHS[size]

    def py(value: float) -> float:
        return (Y_RANGE[1] - value) / (Y_RANGE[1] - Y_RANGE[0]) * PLOT_HEIGHT

    marks = [Mark(row["label"], px(row["x"]), py(row["y"]), py(row["y_high"]), py(row["y_low"])) for row in out]
    written = [(0.0, 0.0, 160.0, 20.0, 1.2)]
    written += [(0.0, py(row["cash_rate"]) - 18, 62.0, py(row["cash_rate"]) + 2, 1.2) for row in out[:1]]
    for row, spot in zip(out, offsets(marks, WIDTHS[size], PLOT_HEIGHT, written), strict=True):
        row |= spot.columns(f"_{size}")


def risk_map() -> Spec:
    """Loss in the worst 5% of futures against sure return, whiskers from the 5th to the 95th percentile of returns.

    Shape is the family, color the class; the thin horizontal bar is two standard errors of the loss.
    """
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domainMax=X_TOP, nice=False, zero=True),
        axis=alt.Axis(
            title="Loss in the worst 5% of futures, share of capital", titlePadding=8, grid=False,
            values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelExpr=PERCENT,
        ),
    )
    title = "Sure return a year; whisker: return in 5% to 95% of futures"
    axis = value_axis(title, PERCENT, titleX=-36, titleY=-12, tickCount=6)
    y = alt.Y("y:Q", scale=alt.Scale(domain=list(Y_RANGE), nice=False), axis=axis)
    color, said = class_color(), tips(**TOOLTIP)
    cut = [
        where(f"datum.is_cut_{end}")
        .mark_point(shape=f"triangle-{way}", size=40, filled=True, opacity=0.8)
        .encode(x=x, y=f"y_{end}:Q", color=color, tooltip=said)
        for end, way in (("low", "down"), ("high", "up"))
    ]
    return drawn(
        *_references(),
        rows.mark_rule(strokeWidth=2, opacity=0.6).encode(x=x, y="y_low:Q", y2="y_high:Q", color=color, tooltip=said),
        *cut,
        *names(x, y, rows, NARROW, fontWeight=600),
        rows.mark_point(size=150, filled=True, opacity=1, stroke=PAGE, strokeWidth=1.5).encode(
            x=x, y=y, color=color, shape=class_shape(), tooltip=said
        ),
        rows.mark_rule(strokeWidth=1.2, color=INK).encode(x="x_low:Q", x2="x_high:Q", y=y, tooltip=said),
        height=HEIGHT,
    )


def _references() -> list[alt.Chart]:
    """Zero, the return of cash, and which corner is better."""
    one = rows.transform_aggregate(cash="max(cash_rate)", cash_text="max(cash_text)")
    note: Look = {"align": "left", "fontSize": 11, "color": MUTED}
    return [
        one.mark_rule(color=FAINT, strokeWidth=1).encode(y=alt.datum(0)),
        one.mark_rule(color=FAINT, strokeDash=[2, 3]).encode(y="cash:Q"),
        one.mark_text(baseline="bottom", dy=-3, **note).encode(x=alt.value(2), y="cash:Q", text="cash_text:N"),
        one.mark_text(baseline="top", **note).encode(
            x=alt.value(2), y=alt.value(4), text=alt.datum("better: pays more, less loss")
        ),
    ]


SPEC = risk_map()
