"""Charts for paper: static, sized in points; the fan charts, and what all of them share.

Each specification is built once; `drawn` sends it the rows, the range of the axes and the size. A drawing is exactly as
large as asked, its plot is what remains inside the room of its kind of chart, so that charts in a row share their axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from dashboard.charts.placement import Box
from dashboard.format import moment
from dashboard.theme import GRAYS

Spec = dict[str, Any]
FONT = "Source Sans 3"
INK, MUTED, LINE, PAPER = (GRAYS[name][0] for name in ("ink", "muted", "line", "page"))
SMALL, BODY = 8.0, 9.0
PERCENT = "replace(format(datum.value, '.0%'), '-', '−')"
DOLLARS = "'$' + format(datum.value, '.2~f')"
FAN_ROOM = {"left": 27.0, "right": 33.0, "top": 17.0, "bottom": 14.0}
QUANTILES = ("p05", "p25", "p50", "p75", "p95")


@dataclass(frozen=True)
class Frame:
    """A chart's rows, and the range of its axes."""

    rows: pd.DataFrame
    x: tuple[float, float]
    y: tuple[float, float]
    room: dict[str, float]


def drawn(spec: Spec, frame: Frame, width: float, height: float) -> Spec:
    """Specification with data, range and size, ready to be drawn; width and height of the whole drawing, points."""
    inside = plot(width, height, frame.room)
    ends = {"x_low": frame.x[0], "x_high": frame.x[1], "y_low": frame.y[0], "y_high": frame.y[1]}
    records = frame.rows.astype(object).where(frame.rows.notna(), None).to_dict("records")
    return spec | {
        "datasets": {"rows": records},
        "params": [{"name": name, "value": value} for name, value in ends.items()],
        "width": inside.right,
        "height": inside.bottom,
        "padding": frame.room,
        "autosize": {"type": "none"},
    }


def fan_frame(fan: pd.DataFrame, width: float, height: float, reference: pd.Series | None = None) -> Frame:
    """Rows of a fan chart: calendar time, quantiles, the reference line, and where the names at the right end stand.

    Columns needed: quarter, p05, p25, p50, p75, p95; ``reference`` holds one value a quarter.
    """
    rows = fan[list(QUANTILES)].reset_index(drop=True)
    rows.insert(0, "time", [moment(quarter) for quarter in fan["quarter"]])
    rows["reference"] = float("nan") if reference is None else reference.to_numpy()
    y = value_range([0.0, *rows[[*QUANTILES, "reference"]].to_numpy().ravel()], 0.04)
    last, tall = len(rows) - 1, plot(width, height, FAN_ROOM).bottom
    gap = SMALL / tall * (y[1] - y[0])
    ends = _apart([float(rows.loc[last, name]) for name in ("p05", "p50", "p95")], gap, y[0])
    for name, value in zip(("end_05", "end_50", "end_95"), ends, strict=True):
        rows[name] = float("nan")
        rows.loc[last, name] = value
    return Frame(rows, (float(rows["time"].iloc[0]), float(rows["time"].iloc[-1])), y, FAN_ROOM)


@cache
def fan_spec(unit: str, label: str) -> Spec:
    """Median and bands 5-25-75-95 over calendar time, named at the right end; the reference is dashed.

    ``label`` is the Vega expression that writes a value on the axis.
    """
    base = alt.Chart(alt.NamedData("rows"))
    x = alt.X(
        "time:Q",
        scale=axis_scale("x"),
        axis=axis("x", "format(datum.value, 'd')", values=[2028, 2030, 2032, 2034, 2036], labelOverlap=True),
    )
    y = alt.Y("p05:Q", scale=axis_scale("y"), axis=axis("y", label, tickCount=5, **title_above(unit, FAN_ROOM)))
    ends = (("end_05", "5%", MUTED), ("end_50", "median", INK), ("end_95", "95%", MUTED))
    return specification(
        [
            base.mark_area(color=INK, opacity=0.12).encode(x=x, y=y, y2="p95:Q"),
            base.mark_area(color=INK, opacity=0.22).encode(x=x, y="p25:Q", y2="p75:Q"),
            base.transform_filter("y_low < 0 && datum.time == x_low")
            .mark_rule(color=MUTED, strokeWidth=0.7)
            .encode(y=alt.datum(0)),
            base.mark_line(color=MUTED, strokeWidth=1, strokeDash=[3, 2]).encode(x=x, y="reference:Q"),
            base.mark_line(color=INK, strokeWidth=1.7).encode(x=x, y="p50:Q"),
            *(
                base.transform_filter(f"isValid(datum.{field})")
                .mark_text(align="left", dx=4, fontSize=SMALL, color=color)
                .encode(x=x, y=f"{field}:Q", text=alt.datum(text))
                for field, text, color in ends
            ),
        ]
    )


def _apart(values: Sequence[float], gap: float, floor: float) -> list[float]:
    """Ascending values moved as little as keeps them a gap apart and above the floor."""
    low, middle, high = values
    low = max(min(low, middle - gap), floor)
    middle = max(middle, low + gap)
    return [low, middle, max(high, middle + gap)]


def plot(width: float, height: float, room: dict[str, float]) -> Box:
    """The plot inside a drawing, points."""
    return Box(0.0, 0.0, width - room["left"] - room["right"], height - room["top"] - room["bottom"])


def value_range(values: Sequence[float], margin: float) -> tuple[float, float]:
    """Range of an axis that ends at zero or beyond it, with some room; missing values are passed over."""
    known = [float(value) for value in values if pd.notna(value)]
    low, high = min(known), max(known)
    extra = (high - low or 1.0) * margin
    return (low - extra if low < 0.0 else low, high + extra)


def axis_scale(side: str) -> alt.Scale:
    """Scale whose ends are sent with the data."""
    return alt.Scale(
        domainMin=alt.ExprRef(f"{side}_low"), domainMax=alt.ExprRef(f"{side}_high"), nice=False, zero=False
    )


def axis(side: str, label: str, **style: Any) -> alt.Axis:
    """Axis as all charts have it; ``label`` is the Vega expression that writes a value."""
    across = side == "x"
    look: dict[str, Any] = {
        "title": None,
        "grid": not across,
        "gridColor": LINE,
        "gridWidth": 0.6,
        "domain": across,
        "domainColor": MUTED,
        "domainWidth": 0.7,
        "ticks": across,
        "tickSize": 3,
        "tickWidth": 0.7,
        "tickColor": MUTED,
        "tickCount": 6,
        "labelColor": MUTED,
        "labelFontSize": SMALL,
        "labelPadding": 3 if across else 4,
        "labelFlush": False,
        "labelExpr": label,
        "titleColor": MUTED,
        "titleFontSize": SMALL,
        "titleFontWeight": "normal",
    }
    if "values" in style:
        look.pop("tickCount")
    return alt.Axis(**(look | style))


def title_above(title: str, room: dict[str, float]) -> dict[str, Any]:
    """Title of an upright axis, lying above it at the left edge of the drawing."""
    return {
        "title": title,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleBaseline": "bottom",
        "titleX": -room["left"],
        "titleY": -8,
    }


def specification(layers: Sequence[alt.Chart]) -> Spec:
    """Vega-Lite specification of layered marks, without data and size."""
    chart = alt.layer(*layers).configure(font=FONT, background=PAPER).configure_view(stroke=None)
    spec: Spec = chart.to_dict()
    return spec
