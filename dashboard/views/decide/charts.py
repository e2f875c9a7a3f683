"""The risk and return map: where each class stands, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.labels import SIZE, Mark, offsets
from dashboard.charts.style import PERCENT, Spec, specification
from dashboard.words import Rows, records

HEIGHT = 400
PLOT_HEIGHT = 326
X_TOP = 1.04
Y_RANGE = (-0.35, 0.4)
WIDTHS = {"wide": 440, "narrow": 280}
NARROW = 350

TOOLTIP = {
    "name": "Class",
    "median_text": "Median return a year",
    "range_text": "5% to 95% of futures",
    "loss_text": "Loss in the worst 5%",
    "reading": "Reading",
}
COLUMNS = (
    "asset",
    "label",
    "family",
    "x",
    "x_low",
    "x_high",
    "y",
    "y_low",
    "y_high",
    "is_cut_low",
    "is_cut_high",
    "cash_rate",
    "cash_text",
    *(f"{name}_{size}" for size in WIDTHS for name in ("dx", "dy", "align", "leader")),
    *TOOLTIP,
)


def map_frame(classes: pd.DataFrame | Rows, cash_rate: float) -> pd.DataFrame:
    """As `map_columns`, as a table."""
    return pd.DataFrame(map_columns(classes, cash_rate))


def map_columns(classes: pd.DataFrame | Rows, cash_rate: float) -> dict[str, list[object]]:
    """Everything the map draws, one value a class: positions, cut whiskers, label offsets in pixels, tooltip texts.

    Columns needed: asset, label, family, irr_p05, irr_p50, irr_p95, cvar_95, cvar_95_se. Classes without a median
    return or a tail loss are left out.
    """
    rows = [row for row in records(classes) if not isnan(row["irr_p50"]) and not isnan(row["cvar_95"])]
    out = [_row(row, cash_rate) for row in rows]
    for size in WIDTHS:
        _place(out, size)
    return {name: [row[name] for row in out] for name in COLUMNS}


def _row(row: dict[str, object], cash_rate: float) -> dict[str, object]:
    low, middle, high = (float(row[f"irr_{name}"]) for name in ("p05", "p50", "p95"))  # type: ignore[arg-type]
    loss, error = float(row["cvar_95"]), float(row["cvar_95_se"])  # type: ignore[arg-type]
    error = 0.0 if isnan(error) else error
    low, high = (middle if isnan(value) else value for value in (low, high))
    bottom, top = Y_RANGE
    return {
        "asset": row["asset"],
        "label": row["label"],
        "family": row["family"],
        "x": loss,
        "x_low": loss - 2 * error,
        "x_high": loss + 2 * error,
        "y": _within(middle),
        "y_low": _within(low),
        "y_high": _within(high),
        "is_cut_low": low < bottom,
        "is_cut_high": high > top,
        "cash_rate": cash_rate,
        "cash_text": f"cash {f.percent(cash_rate)}",
        "name": f"{row['label']} ({theme.FAMILY_NAMES[str(row['family'])]})",
        "median_text": f.irr(middle),
        "range_text": f"{f.irr(low)} to {f.irr(high)}",
        "loss_text": f"{f.percent(loss)} of capital {f.noise(error)}".strip(),
        "reading": "up is more return, right is more loss",
    }


def _within(value: float) -> float:
    return min(max(value, Y_RANGE[0]), Y_RANGE[1])


def _place(rows: Sequence[dict[str, object]], size: str) -> None:
    """Add the offsets of the names for a plot of one of the two widths."""
    left = min([0.0, *(float(row["x_low"]) for row in rows)])  # type: ignore[arg-type]

    def px(value: object) -> float:
        return (float(value) - left) / (X_TOP - left) * WIDTHS[size]  # type: ignore[arg-type]

    def py(value: object) -> float:
        return (Y_RANGE[1] - float(value)) / (Y_RANGE[1] - Y_RANGE[0]) * PLOT_HEIGHT  # type: ignore[arg-type]

    marks = [Mark(str(row["label"]), px(row["x"]), py(row["y"]), py(row["y_high"]), py(row["y_low"])) for row in rows]
    written = [
        (0.0, 0.0, 160.0, 20.0),
        *((0.0, py(row["cash_rate"]) - 18, 62.0, py(row["cash_rate"]) + 2) for row in rows[:1]),
    ]
    for row, spot in zip(rows, offsets(marks, WIDTHS[size], PLOT_HEIGHT, written), strict=True):
        row |= {
            f"dx_{size}": spot.dx,
            f"dy_{size}": spot.dy,
            f"align_{size}": spot.align,
            f"leader_{size}": spot.is_far,
        }


def risk_map(frame: pd.DataFrame) -> alt.LayerChart:
    """Loss in the worst 5% of futures against median return, whiskers from the 5th to the 95th percentile.

    Shape is the family, color the class; the thin horizontal bar is two standard errors of the loss.
    """
    base = alt.Chart(frame)
    x, y = _axes()
    color = alt.Color(
        "asset:N", scale=alt.Scale(domain=list(theme.SCREEN), range=list(theme.SCREEN.values())), legend=None
    )
    shape = alt.Shape(
        "family:N",
        scale=alt.Scale(domain=list(theme.FAMILY_SHAPES), range=list(theme.FAMILY_SHAPES.values())),
        legend=None,
    )
    tips = [alt.Tooltip(f"{field}:N", title=title) for field, title in TOOLTIP.items()]
    whisker = base.mark_rule(strokeWidth=2, opacity=0.6).encode(
        x=x, y=alt.Y("y_low:Q"), y2="y_high:Q", color=color, tooltip=tips
    )
    cut = [
        base.transform_filter(f"datum.is_cut_{end}")
        .mark_point(shape=f"triangle-{way}", size=40, filled=True, opacity=0.8)
        .encode(x=x, y=alt.Y(f"y_{end}:Q"), color=color, tooltip=tips)
        for end, way in (("low", "down"), ("high", "up"))
    ]
    noise = base.mark_rule(strokeWidth=1.2, color=theme.gray("ink")).encode(
        x=alt.X("x_low:Q"), x2="x_high:Q", y=y, tooltip=tips
    )
    dots = base.mark_point(size=150, filled=True, opacity=1, stroke=theme.gray("page"), strokeWidth=1.5).encode(
        x=x, y=y, color=color, shape=shape, tooltip=tips
    )
    layers = [*_references(base), whisker, *cut, *_labels(base, x, y), dots, noise]
    return alt.layer(*layers).properties(width="container", height=HEIGHT)


def _axes() -> tuple[alt.X, alt.Y]:
    x_title, y_title = (
        "Loss in the worst 5% of futures, share of capital",
        "Return a year: median, and 5% to 95% of futures",
    )
    return (
        alt.X(
            "x:Q",
            scale=alt.Scale(domainMax=X_TOP, nice=False, zero=True),
            axis=alt.Axis(
                title=x_title, titlePadding=8, grid=False, values=[0, 0.2, 0.4, 0.6, 0.8, 1], labelExpr=PERCENT
            ),
        ),
        alt.Y(
            "y:Q",
            scale=alt.Scale(domain=list(Y_RANGE), nice=False),
            axis=alt.Axis(
                title=y_title,
                titleAngle=0,
                titleAlign="left",
                titleAnchor="end",
                titleX=-36,
                titleY=-12,
                tickCount=6,
                labelExpr=PERCENT,
            ),
        ),
    )


def _references(base: alt.Chart) -> list[alt.Chart]:
    """Zero, the return of cash, and which corner is better."""
    one = base.transform_aggregate(cash="max(cash_rate)", cash_text="max(cash_text)")
    faint, muted = theme.gray("faint"), theme.gray("muted")
    cash = alt.Y("cash:Q")
    return [
        one.mark_rule(color=faint, strokeWidth=1).encode(y=alt.datum(0)),
        one.mark_rule(color=faint, strokeDash=[2, 3]).encode(y=cash),
        one.mark_text(align="left", baseline="bottom", dy=-3, fontSize=11, color=muted).encode(
            x=alt.value(2), y=cash, text="cash_text:N"
        ),
        one.mark_text(align="left", baseline="top", fontSize=11, color=muted).encode(
            x=alt.value(2), y=alt.value(4), text=alt.datum("better: more return, less loss")
        ),
    ]


def _labels(base: alt.Chart, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names beside the marks; which set of offsets is used depends on the width the chart has in the browser."""

    def chosen(name: str) -> alt.ExprRef:
        return alt.ExprRef(f"width < {NARROW} ? datum.{name}_narrow : datum.{name}_wide")

    leader = (
        base.transform_filter(f"width < {NARROW} ? datum.leader_narrow : datum.leader_wide")
        .mark_rule(color=theme.gray("faint"), strokeWidth=0.8, x2Offset=chosen("dx"), y2Offset=chosen("dy"))
        .encode(x=x, y=y, x2="x:Q", y2="y:Q")
    )
    name = base.mark_text(
        baseline="middle", fontSize=SIZE, fontWeight=600, dx=chosen("dx"), dy=chosen("dy"), align=chosen("align")
    ).encode(x=x, y=y, text="label:N")
    return [leader, name]


SPEC: Spec = specification(risk_map(pd.DataFrame(columns=list(COLUMNS))))
