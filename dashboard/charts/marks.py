"""The grammar of charts: axes, bands, names and noise, each written once. A chart is a list of layers over one table.

The rows come later, beside the specification; layers name their fields: `when`, `p05` to `p95`, `low`, `high`, `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.labels import SCREEN as NAMES
from dashboard.charts.style import FAINT, INK, MUTED, SCREEN, Look, Spec, Theme, specification

rows = alt.Chart(alt.NamedData("rows"))
"""What a layer starts from: all rows."""

QUANTILES = ("p05", "p25", "p50", "p75", "p95")
TICKS = [2028, 2030, 2032, 2034, 2036]
PERCENT = "replace(format(datum.value, '.0%'), '-', '−')"
TENTHS = "format(datum.value, '.1~%')"
DOLLARS = "'$' + format(datum.value, '.1f')"
YEAR = "format(datum.value, 'd')"
TIMES = "datum.label + 'x'"

NAMED_GAP = 0.055
"""Least distance between the names at the right end, share of the axis."""

Write = Callable[[float], str]
Upright = Callable[[str], alt.Y]


# Rows


def where(test: str) -> alt.Chart:
    """The rows that pass a Vega test."""
    return rows.transform_filter(test)


def known(field: str) -> alt.Chart:
    """The rows that hold a value of a field."""
    return where(f"isValid(datum.{field})")


def table(entries: Sequence[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Rows as a table that has its columns also where nothing is drawn."""
    return pd.DataFrame(entries, columns=list(columns))


def span(low: float, high: float, write: Write) -> str:
    """A range in words."""
    return f"{write(low)} to {write(high)}"


def fan_columns(fan: pd.DataFrame, write: Write) -> dict[str, list[Any]]:
    """What every fan draws, one value a quarter: calendar time, quantiles, and the texts of its tip.

    Columns needed: quarter, p05, p25, p50, p75, p95.
    """
    quantiles: dict[str, list[Any]] = {name: fan[name].tolist() for name in QUANTILES}
    low, lower, middle, upper, high = quantiles.values()
    quarters = fan["quarter"].tolist()
    return quantiles | {
        "when": [f.moment(quarter) for quarter in quarters],
        "date": [f.calendar(quarter) for quarter in quarters],
        "middle": [write(value) for value in middle],
        "half": [span(a, b, write) for a, b in zip(lower, upper, strict=True)],
        "most": [span(a, b, write) for a, b in zip(low, high, strict=True)],
    }


def fan_ends(fan: pd.DataFrame, gap: float, floor: float = float("-inf")) -> dict[str, list[float]]:
    """Heights of the names at the right end, in the last row alone: moved to keep apart and above a floor."""
    low, middle, high = (float(fan[name].iloc[-1]) for name in ("p05", "p50", "p95"))
    low = min(low, middle - gap)
    if low < floor:
        low, middle = floor, max(middle, floor + gap)
    heights = {"end_05": low, "end_50": middle, "end_95": max(high, middle + gap)}
    return {name: [float("nan")] * (len(fan) - 1) + [height] for name, height in heights.items()}


# Axes and scales


def calendar(field: str = "when", ticks: Sequence[int] | int = TICKS, padding: float = 0, **scale: Any) -> alt.X:
    """Calendar years; the title is the axis itself."""
    at: Look = {"tickCount": ticks} if isinstance(ticks, int) else {"values": ticks}
    axis = alt.Axis(title=None, grid=False, labelExpr=YEAR, domain=True, **at)
    return alt.X(f"{field}:Q", scale=alt.Scale(nice=False, zero=False, padding=padding, **scale), axis=axis)


def value_axis(title: str, labels: str, look: Theme = SCREEN, **style: Any) -> alt.Axis:
    """Vertical axis, its title level above it."""
    level: Look = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end"}
    return alt.Axis(title=title, labelExpr=labels, **(level | look["title"] | style))


def upright(axis: alt.Axis, **scale: Any) -> Upright:
    """The vertical channel of a field, on an axis that several layers share."""
    extent: Look = {"scale": alt.Scale(**scale)} if scale else {}
    return lambda field: alt.Y(f"{field}:Q", axis=axis, **extent)


def class_color(field: str = "asset", colors: Mapping[str, str] = theme.SCREEN) -> alt.Color:
    """The color of each class."""
    scale = alt.Scale(domain=list(colors), range=list(colors.values()))
    return alt.Color(f"{field}:N", scale=scale, legend=None)


def class_shape() -> alt.Shape:
    """The shape of each family."""
    scale = alt.Scale(domain=list(theme.FAMILY_SHAPES), range=list(theme.FAMILY_SHAPES.values()))
    return alt.Shape("family:N", scale=scale, legend=None)


def choice(channel: Any, field: str, shown: Look, legend: alt.Legend | None = None) -> Any:
    """A channel that tells the values of a field apart, each by its own look."""
    scale = alt.Scale(domain=list(shown), range=list(shown.values()))
    return channel(f"{field}:N", scale=scale, legend=legend)


def legend(**style: Any) -> alt.Legend:
    """Squares above the plot."""
    look: Look = {
        "title": None, "orient": "top", "symbolType": "square", "labelFontSize": 12, "labelColor": MUTED,
        "symbolFillColor": INK, "symbolStrokeWidth": 0,
    }
    return alt.Legend(**(look | style))


# Tips


def tips(**titles: str) -> list[alt.Tooltip]:
    """What a mark says when pointed at: fields and their titles."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


SAID = tips(text=" ")
"""One sentence of its own."""

FAN_TIPS = {"date": "Quarter", "middle": "Median", "half": "Half of futures", "most": "Nine in ten"}


def hover(x: alt.X, tooltip: list[alt.Tooltip], of: alt.Chart = rows, width: float = 9) -> alt.Chart:
    """Unseen rules that answer the pointer anywhere above their place."""
    layer: alt.Chart = of.mark_rule(opacity=0, strokeWidth=width, aria=False).encode(x=x, tooltip=tooltip)
    return layer


# Layers


def fan(x: alt.X, y: Upright, *between: alt.Chart, look: Theme = SCREEN) -> list[alt.Chart]:
    """Nine tenths and half of futures as bands, then what lies ``between``, then the median."""
    return [
        rows.mark_area(**look["most"]).encode(x=x, y=y("p05"), y2="p95:Q"),
        rows.mark_area(**look["half"]).encode(x=x, y=y("p25"), y2="p75:Q"),
        *between,
        rows.mark_line(**look["median"]).encode(x=x, y=y("p50")),
    ]


def compared(x: alt.X, y: alt.Y, look: Theme = SCREEN, **style: Any) -> alt.Chart:
    """Dashed line of what a quantity is compared with."""
    line: alt.Chart = rows.mark_line(**(look["compared"] | style)).encode(x=x, y=y)
    return line


def ends(x: alt.X, y: Upright, look: Theme = SCREEN) -> list[alt.Chart]:
    """Names of median and outer quantiles at the right end of a fan."""
    named = (("end_05", "5%", "end"), ("end_50", "median", "middle"), ("end_95", "95%", "end"))
    return [
        known(field).mark_text(**look[style]).encode(x=x, y=y(field), text=alt.datum(text))
        for field, text, style in named
    ]


def names(x: alt.X, y: alt.Y, of: alt.Chart, narrow: float, **style: Any) -> list[alt.Chart]:
    """Names beside marks, tied to them where far; the width of the chart in the browser decides between two places."""

    def chosen(name: str) -> alt.ExprRef:
        return alt.ExprRef(f"width < {narrow} ? datum.{name}_narrow : datum.{name}_wide")

    leader = of.transform_filter(chosen("leader").expr).mark_rule(
        color=FAINT, strokeWidth=0.8, x2Offset=chosen("dx"), y2Offset=chosen("dy")
    )
    look: Look = {"baseline": "middle", "fontSize": NAMES.size, **style}
    name = of.mark_text(dx=chosen("dx"), dy=chosen("dy"), align=chosen("align"), **look)
    return [leader.encode(x=x, y=y, x2="x:Q", y2="y:Q"), name.encode(x=x, y=y, text="label:N")]


def zero(side: str = "y", **style: Any) -> alt.Chart:
    """The line of nothing."""
    one = rows.transform_aggregate(n="count()").mark_rule(**({"color": FAINT} | style))
    line: alt.Chart = one.encode(**{side: alt.datum(0)})
    return line


def room(share: float) -> alt.Chart:
    """Nothing that is seen: it keeps room for the figures at the end of bars."""
    end = rows.transform_calculate(room=f"{share} * max(0, datum.high)")
    layer: alt.Chart = end.mark_point(opacity=0, size=1).encode(x="room:Q")
    return layer


def drawn(*layers: alt.Chart, height: float | alt.Step) -> Spec:
    """Layers as a specification for a page, as wide as its place."""
    return specification(alt.layer(*layers).properties(width="container", height=height))
