"""The charts of the report: the marks of the pages in the looks of paper, sized in points and drawn as vectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from dashboard.charts import marks
from dashboard.charts.labels import PAPER as NAMES
from dashboard.charts.labels import Mark, clearest, offsets
from dashboard.charts.marks import PERCENT, class_color, class_shape, rows, upright, value_axis, where
from dashboard.charts.style import BODY, PAPER, SMALL, Spec, printed
from dashboard.format import percent
from dashboard.theme import GRAYS, LIGHT
from dashboard.views.decide.charts import placeable, position

FONTS = Path(__file__).resolve().parent / "fonts"
MUTED, PAGE = GRAYS["muted"][0], GRAYS["page"][0]
FAN_ROOM = (27.0, 17.0, 33.0, 14.0)
MAP_ROOM = (30.0, 17.0, 2.0, 27.0)
"""Left, top, right and bottom of the plots, points."""

CASH_WIDTH = 42.0
"""Of the name of the cash line, points."""

READABLE = 4.5
"""Least contrast of text with paper."""

Range = tuple[float, float]


def svg(spec: Spec) -> str:
    """Draw a specification; text stays text. It is measured with the bundled fonts."""
    _use_fonts()
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


@cache
def _use_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def fan_drawing(
    fan: pd.DataFrame, size: tuple[float, float], title: str, labels: str, reference: pd.Series[float] | None = None
) -> Spec:
    """Median and bands over calendar time, named at the right end; the reference is dashed.

    Columns needed: quarter, p05, p25, p50, p75, p95; ``reference`` holds one value a quarter and ``labels`` is the Vega
    expression that writes a value on the axis.
    """
    columns: dict[str, Sequence[Any]] = dict(marks.fan_columns(fan, percent))
    columns["reference"] = [float("nan")] * len(fan) if reference is None else reference.tolist()
    low, high = value_range([0.0, *(v for name in (*marks.QUANTILES, "reference") for v in columns[name])], 0.04)
    tall = size[1] - FAN_ROOM[1] - FAN_ROOM[3]
    columns |= marks.fan_ends(fan, SMALL / tall * (high - low), low)
    x, y = marks.calendar(), upright(value_axis(title, labels, PAPER), domain=[low, high], nice=False)
    zero = [marks.zero(color=MUTED, strokeWidth=0.7)] if low < 0.0 else []
    layers = marks.fan(x, y, *zero, marks.compared(x, y("reference"), PAPER), look=PAPER)
    entries = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return printed([*layers, *marks.ends(x, y, PAPER)], entries, size, FAN_ROOM)


def value_range(values: Sequence[float], margin: float) -> Range:
    """Range of an axis that ends at zero or beyond it, with some room; missing values are passed over."""
    known = [value for value in values if value == value]
    low, high = min(known), max(known)
    extra = (high - low or 1.0) * margin
    return (low - extra if low < 0.0 else low, high + extra)


def map_drawing(classes: pd.DataFrame, cash_rate: float, size: tuple[float, float]) -> Spec:
    """Risk against sure return: shape is the family, whiskers the spread of IRR, the pale bar the noise of the loss.

    Columns needed: asset, label, family, irr_p05, irr_p95, certainty_equivalent_return, cvar_95, cvar_95_se. Names and
    sure returns stand beside the marks. Rows without one or without a loss are left out; the caller says so in words.
    """
    entries = [
        position(row, cash_rate) | {"ink": readable(LIGHT[row["asset"]])} for row in placeable(classes)
    ]
    for row in entries:
        row["name"] = f"{row['label']} {percent(row['y'])}"
    across = value_range([0.0, *(row[end] for row in entries for end in ("x_low", "x_high"))], 0.06)
    up = value_range([0.0, cash_rate, *(row[end] for row in entries for end in ("y_low", "y_high"))], 0.08)
    cash_at = _place(entries, cash_rate, across, up, (size[0] - 32.0, size[1] - 44.0))
    x = alt.X("x:Q", scale=alt.Scale(domain=list(across), nice=False), axis=alt.Axis(
        title="Loss in the worst 5% of futures, share of committed capital", titleAnchor="end", titleAlign="right",
        titlePadding=3, tickCount=6, labelExpr=PERCENT,
    ))
    axis = value_axis("Sure return per year (mark), IRR (whisker)", PERCENT, PAPER, titleX=-MAP_ROOM[0], tickCount=6)
    y = alt.Y("y:Q", scale=alt.Scale(domain=list(up), nice=False), axis=axis)
    color = class_color(colors=LIGHT)
    one = rows.transform_aggregate(n="count()")
    dx, dy, align, tip = (alt.ExprRef(f"datum.{name}") for name in ("dx", "dy", "align", "tip"))
    return printed([
        marks.zero(color=MUTED, strokeWidth=0.8),
        one.mark_rule(strokeDash=[3, 2], color=MUTED, strokeWidth=0.8).encode(y=alt.datum(cash_rate)),
        one.mark_text(align="left", baseline="bottom", dy=-2, fontSize=SMALL, color=MUTED).encode(
            x=alt.datum(cash_at), y=alt.datum(cash_rate), text=alt.datum(f"cash {percent(cash_rate)}")
        ),
        rows.mark_rule(strokeWidth=4, opacity=0.3).encode(x="x_low:Q", x2="x_high:Q", y=y, color=color),
        rows.mark_rule(strokeWidth=1.3).encode(x=x, y="y_low:Q", y2="y_high:Q", color=color),
        *(rows.mark_tick(thickness=1.3, size=6, orient="horizontal").encode(x=x, y=f"{end}:Q", color=color)
          for end in ("y_low", "y_high")),
        where("datum.leader").mark_rule(strokeWidth=0.6, x2Offset=tip, y2Offset=dy).encode(
            x=x, y=y, x2="x:Q", y2="y:Q", color=color
        ),
        rows.mark_text(baseline="middle", fontSize=BODY, fontWeight=600, dx=dx, dy=dy, align=align).encode(
            x=x, y=y, text="name:N", fill=alt.Fill("ink:N", scale=None)
        ),
        rows.mark_point(size=85, filled=True, opacity=1, stroke=PAGE, strokeWidth=1).encode(
            x=x, y=y, color=color, shape=class_shape()
        ),
    ], entries, size, MAP_ROOM)


def _place(
    entries: Sequence[dict[str, Any]], cash_rate: float, x: Range, y: Range, plot: tuple[float, float]
) -> float:
    """Add the offsets of the names, points; where along its line the name of cash is free."""
    wide, tall = plot

    def px(value: float) -> float:
        return (value - x[0]) / (x[1] - x[0]) * wide

    def py(value: float) -> float:
        return (y[1] - value) / (y[1] - y[0]) * tall

    named = [Mark(row["name"], px(row["x"]), py(row["y"]), py(row["y_high"]), py(row["y_low"])) for row in entries]
    noise = [(px(row["x_low"]), py(row["y"]) - 2.5, px(row["x_high"]), py(row["y"]) + 2.5, 3.0) for row in entries]
    cash, zero = py(cash_rate), py(0.0)
    spaces = [(start, cash - 11, start + CASH_WIDTH, cash - 1, 20.0)
              for start in (wide - CASH_WIDTH, 0.75 * wide, 0.5 * wide, 2.0)]
    free = clearest(spaces, named, noise, NAMES)
    lines = [(0.0, level - 0.6, wide, level + 0.6, 3.0) for level in (cash, zero)]
    for row, spot in zip(entries, offsets(named, wide, tall, [*noise, *lines, free], NAMES), strict=True):
        row |= spot.columns() | {"tip": spot.dx - (2.0 if spot.dx > 0 else -2.0)}
    return x[0] + free[0] / wide * (x[1] - x[0])


def readable(color: str) -> str:
    """The same hue, dark enough for text on paper."""
    channels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    while 1.05 / (_luminance(channels) + 0.05) < READABLE:
        channels = [int(c * 0.94) for c in channels]
    return "#" + "".join(f"{c:02X}" for c in channels)


def _luminance(channels: Sequence[int]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
