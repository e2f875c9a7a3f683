"""The risk/return map for paper: medians beside the marks, every name placed clear of marks and of other names."""

from collections.abc import Sequence
from functools import cache

import altair as alt
import pandas as pd

from dashboard.charts.placement import Box, Label, Spot, place
from dashboard.charts.print import (
    BODY,
    MUTED,
    PAPER,
    PERCENT,
    SMALL,
    Frame,
    Spec,
    axis,
    axis_scale,
    plot,
    specification,
    title_above,
    value_range,
)
from dashboard.format import percent
from dashboard.theme import FAMILY_SHAPES, LIGHT

ROOM = {"left": 30.0, "right": 2.0, "top": 17.0, "bottom": 27.0}
"""Around the plot for axes, points."""

CASH_WIDTH = 42.0
"""Of the name of the cash line, points."""

READABLE = 4.5
"""Least contrast of text with paper."""


def map_frame(classes: pd.DataFrame, cash_rate: float, width: float, height: float) -> Frame:
    """Rows of the risk/return map: positions, whiskers, and where each name goes.

    Columns needed: asset, label, family, irr_p05, irr_p50, irr_p95, cvar_95, cvar_95_se. Rows without a median or a
    loss are left out; the caller says so in words.
    """
    known = classes[classes["irr_p50"].notna() & classes["cvar_95"].notna()]
    error = 2.0 * known["cvar_95_se"].fillna(0.0)
    rows = pd.DataFrame(
        {
            "asset": known["asset"],
            "family": known["family"],
            "x": known["cvar_95"],
            "y": known["irr_p50"],
            "left": known["cvar_95"] - error,
            "right": known["cvar_95"] + error,
            "low": known["irr_p05"].fillna(known["irr_p50"]),
            "high": known["irr_p95"].fillna(known["irr_p50"]),
            "name": [f"{row['label']} {percent(row['irr_p50'])}" for row in known.to_dict("records")],
            "ink": [readable(LIGHT[key]) for key in known["asset"]],
        }
    )
    x = value_range([0.0, *rows["left"], *rows["right"]], 0.06)
    y = value_range([0.0, cash_rate, *rows["low"], *rows["high"]], 0.08)
    inside = plot(width, height, ROOM)
    names, cash_x = _placed(rows, cash_rate, x, y, inside)
    cash = pd.DataFrame({"cash": [cash_rate], "cash_name": [f"cash {percent(cash_rate)}"], "cash_x": [cash_x]})
    return Frame(pd.concat([rows.reset_index(drop=True).join(names), cash], ignore_index=True), x, y, ROOM)


@cache
def map_spec() -> Spec:
    """Risk against return: shape is the family, whiskers the spread of IRR, the pale bar the noise of the loss."""
    rows = alt.Chart(alt.NamedData("rows"))
    base = rows.transform_filter("isValid(datum.asset)")
    loss = "Loss in the worst 5% of futures, share of committed capital"
    x = alt.X(
        "x:Q",
        scale=axis_scale("x"),
        axis=axis("x", PERCENT, title=loss, titleAnchor="end", titleAlign="right", titlePadding=3),
    )
    y = alt.Y("y:Q", scale=axis_scale("y"), axis=axis("y", PERCENT, **title_above("IRR per year", ROOM)))
    color = alt.Color("asset:N", scale=alt.Scale(domain=list(LIGHT), range=list(LIGHT.values())), legend=None)
    shape = alt.Shape(
        "family:N", scale=alt.Scale(domain=list(FAMILY_SHAPES), range=list(FAMILY_SHAPES.values())), legend=None
    )
    far = base.transform_filter("datum.is_far")
    tip = {"x2Offset": alt.ExprRef("datum.tip_dx"), "y2Offset": alt.ExprRef("datum.dy")}
    shift = {
        "xOffset": alt.ExprRef("datum.dx"),
        "yOffset": alt.ExprRef("datum.dy"),
        "align": alt.ExprRef("datum.align"),
    }
    layers = [
        *_references(rows),
        base.mark_rule(strokeWidth=4, opacity=0.3).encode(x="left:Q", x2="right:Q", y=y, color=color),
        base.mark_rule(strokeWidth=1.3).encode(x=x, y="low:Q", y2="high:Q", color=color),
        base.mark_tick(thickness=1.3, size=6, orient="horizontal").encode(x=x, y="low:Q", color=color),
        base.mark_tick(thickness=1.3, size=6, orient="horizontal").encode(x=x, y="high:Q", color=color),
        far.mark_rule(strokeWidth=0.6, **tip).encode(x=x, y=y, x2="x:Q", y2="y:Q", color=color),
        base.mark_text(baseline="middle", fontSize=BODY, fontWeight=600, **shift).encode(
            x=x, y=y, text="name:N", fill=alt.Fill("ink:N", scale=None)
        ),
        base.mark_point(size=85, filled=True, opacity=1, stroke=PAPER, strokeWidth=1).encode(
            x=x, y=y, color=color, shape=shape
        ),
    ]
    return specification(layers)


def _references(rows: alt.Chart) -> list[alt.Chart]:
    """Lines of zero and of cash."""
    cash = rows.transform_filter("isValid(datum.cash)")
    return [
        cash.mark_rule(color=MUTED, strokeWidth=0.8).encode(y=alt.datum(0)),
        cash.mark_rule(color=MUTED, strokeWidth=0.8, strokeDash=[3, 2]).encode(y="cash:Q"),
        cash.mark_text(align="left", baseline="bottom", dy=-2, fontSize=SMALL, color=MUTED).encode(
            x="cash_x:Q", y="cash:Q", text="cash_name:N"
        ),
    ]


def _placed(
    rows: pd.DataFrame, cash_rate: float, x: tuple[float, float], y: tuple[float, float], inside: Box
) -> tuple[pd.DataFrame, float]:
    """Offsets of the names from their marks, points, and where along its line the name of cash is free."""

    def px(value: float) -> float:
        return (value - x[0]) / (x[1] - x[0]) * inside.right

    def py(value: float) -> float:
        return (y[1] - value) / (y[1] - y[0]) * inside.bottom

    marks, labels = [], []
    for row in rows.to_dict("records"):
        at, middle, top, bottom = px(row["x"]), py(row["y"]), py(row["high"]), py(row["low"])
        marks += [Box(at - 3, top - 1, at + 3, bottom + 1, 10.0), Box(at - 6, middle - 6, at + 6, middle + 6, 10.0)]
        marks.append(Box(px(row["left"]), middle - 2.5, px(row["right"]), middle + 2.5, 3.0))
        labels.append(Label(row["name"], at, middle, top, bottom, BODY))
    cash, zero = py(cash_rate), py(0.0)
    starts = (inside.right - CASH_WIDTH, 0.75 * inside.right, 0.5 * inside.right, 2.0)
    spaces = [Box(start, cash - 11, start + CASH_WIDTH, cash - 1, 20.0) for start in starts]
    free = min(spaces, key=lambda space: sum(mark.overlap(space) for mark in marks))
    lines = [Box(0.0, level - 0.6, inside.right, level + 0.6, 3.0) for level in (cash, zero)]
    spots = place(labels, [*marks, *lines, free], inside)
    names = [_offset(spot, label) for spot, label in zip(spots, labels, strict=True)]
    columns = ["dx", "dy", "align", "is_far", "tip_dx"]
    return pd.DataFrame(names, columns=columns), x[0] + free.left / inside.right * (x[1] - x[0])


def _offset(spot: Spot, label: Label) -> tuple[float, float, str, bool, float]:
    across = spot.x - label.x
    return across, spot.y - label.y, spot.align, spot.is_far, across - (2.0 if across > 0 else -2.0)


def readable(color: str) -> str:
    """The same hue, dark enough for text on paper."""
    channels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    while 1.05 / (_luminance(channels) + 0.05) < READABLE:
        channels = [int(c * 0.94) for c in channels]
    return "#" + "".join(f"{c:02X}" for c in channels)


def _luminance(channels: Sequence[int]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
