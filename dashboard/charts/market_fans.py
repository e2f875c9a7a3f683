"""Fans of the market beside price, share and surplus: compute, additions, power, retirements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.fans import END_GAP, QUANTILES, TICKS
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 220
COLUMNS = ("when", *QUANTILES, "second", "second_text", "end_05", "end_50", "end_95", "date", "middle", "half", "most")


def units(value: float) -> str:
    """Compute: 19.6m H100e."""
    return f"{f.digits(value / 1e6)}m H100e" if value >= 1e6 else f"{f.digits(value)} H100e"


def gigawatts(value: float) -> str:
    """Power: 18.2 GW."""
    return f"{f.digits(value)} GW"


@dataclass(frozen=True)
class Quantity:
    """How a quantity is drawn: axis title, how labels are written, how tips write it."""

    title: str
    labels: str
    write: Callable[[float], str]


_MILLIONS = "format(datum.value / 1e6, ',.3~g')"
QUANTITIES: dict[str, Quantity] = {
    "stock": Quantity("Million H100-equivalents", _MILLIONS, units),
    "flow": Quantity("Million H100-equivalents a quarter", _MILLIONS, units),
    "power": Quantity("GW of IT load", "format(datum.value, ',')", gigawatts),
    "stopped": Quantity("Share of futures", PERCENT, f.percent),
}


def quantity_frame(
    fan: pd.DataFrame, kind: str, second: pd.DataFrame | None = None, second_name: str = ""
) -> pd.DataFrame:
    """Everything a fan draws, one row a quarter: quarter, p05 ... p95 and the median of a second series, dashed."""
    write, count = QUANTITIES[kind].write, len(fan)
    low, lower, middle, upper, high = (fan[name].tolist() for name in QUANTILES)
    line = [float("nan")] * count if second is None else second["p50"].tolist()
    text: list[str | None] = [None] * count
    if second is not None:
        text[count * 3 // 5] = second_name
    gap = END_GAP * (max(high) or 1.0)
    frame = pd.DataFrame({"when": [f.moment(q) for q in fan["quarter"]], "second": line, "second_text": text})
    for name in QUANTILES:
        frame[name] = fan[name].tolist()
    ends = {"end_05": min(low[-1], middle[-1] - gap), "end_50": middle[-1], "end_95": max(high[-1], middle[-1] + gap)}
    for name, height in ends.items():
        frame[name] = [float("nan")] * (count - 1) + [height]
    frame["date"] = [f.calendar(q) for q in fan["quarter"]]
    frame["middle"] = [write(v) for v in middle]
    frame["half"] = [f"{write(a)} to {write(b)}" for a, b in zip(lower, upper, strict=True)]
    frame["most"] = [f"{write(a)} to {write(b)}" for a, b in zip(low, high, strict=True)]
    return frame[list(COLUMNS)]


def stopped_frame(stopped: pd.DataFrame) -> pd.DataFrame:
    """Share of futures with orders stopped, with its noise: columns when, share, low, high, date, text."""
    error = 2 * stopped["share_se"].fillna(0.0)
    return pd.DataFrame({
        "when": [f.moment(q) for q in stopped["quarter"]],
        "share": stopped["share"],
        "low": (stopped["share"] - error).clip(0.0, 1.0),
        "high": (stopped["share"] + error).clip(0.0, 1.0),
        "date": [f.calendar(q) for q in stopped["quarter"]],
        "text": [f.percent(v) for v in stopped["share"]],
        "noise": [f"{n} points" if (n := f.noise(e)) else "none" for e in stopped["share_se"]],
    })


def time_axis() -> alt.X:
    """Calendar years; the title is the axis itself."""
    return alt.X(
        "when:Q",
        scale=alt.Scale(nice=False, zero=False, padding=0),
        axis=alt.Axis(title=None, grid=False, values=TICKS, labelExpr="format(datum.value, 'd')", domain=True),
    )


def value_axis(title: str, labels: str) -> alt.Axis:
    """Vertical axis, its title level above it."""
    return alt.Axis(
        title=title, titleAngle=0, titleAlign="left", titleAnchor="end", titleX=-32, titleY=-10, tickCount=4,
        labelExpr=labels,
    )


def quantity_chart(frame: pd.DataFrame, kind: str) -> alt.LayerChart:
    """Median, half and nine tenths of futures; a dashed line is the median of what it is compared with."""
    base, x, shape = alt.Chart(frame), time_axis(), QUANTITIES[kind]
    axis = value_axis(shape.title, shape.labels)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=alt.Scale(zero=True, nice=True), axis=axis)

    tips = [
        alt.Tooltip("date:N", title="Quarter"),
        alt.Tooltip("middle:N", title="Median"),
        alt.Tooltip("half:N", title="Half of futures"),
        alt.Tooltip("most:N", title="Nine in ten"),
    ]
    band, muted = theme.gray("band"), theme.gray("muted")
    ends = [
        base.transform_filter(f"isValid(datum.{field})")
        .mark_text(align="left", dx=5, fontSize=11, color=muted, aria=False)
        .encode(x=x, y=y(field), text=alt.datum(text))
        for field, text in (("end_05", "5%"), ("end_50", "median"), ("end_95", "95%"))
    ]
    return alt.layer(
        base.mark_area(color=band, opacity=0.10, aria=False).encode(x=x, y=y("p05"), y2="p95:Q"),
        base.mark_area(color=band, opacity=0.16, aria=False).encode(x=x, y=y("p25"), y2="p75:Q"),
        base.mark_line(color=muted, strokeDash=[4, 3], strokeWidth=1.4).encode(x=x, y=y("second")),
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y("p50")),
        *ends,
        base.transform_filter("isValid(datum.second_text)")
        .mark_text(align="left", baseline="top", dx=6, dy=4, fontSize=11, color=muted)
        .encode(x=x, y=y("second"), text="second_text:N"),
        base.mark_rule(opacity=0, strokeWidth=9, aria=False).encode(x=x, tooltip=tips),
    ).properties(width="container", height=HEIGHT)


def stopped_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Share of futures in which builders order no growth, with its sampling noise."""
    base, x = alt.Chart(frame), time_axis()
    axis = value_axis(QUANTITIES["stopped"].title, PERCENT)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)

    tips = [
        alt.Tooltip("date:N", title="Quarter"),
        alt.Tooltip("text:N", title="Orders stopped in"),
        alt.Tooltip("noise:N", title="Noise, ±"),
    ]
    return alt.layer(
        base.mark_area(color=theme.gray("band"), opacity=0.16, aria=False).encode(x=x, y=y("low"), y2="high:Q"),
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y("share")),
        base.mark_rule(opacity=0, strokeWidth=9, aria=False).encode(x=x, tooltip=tips),
    ).properties(width="container", height=HEIGHT)


_EMPTY = pd.DataFrame(columns=list(COLUMNS))
SPECS: dict[str, Spec] = {kind: specification(quantity_chart(_EMPTY, kind)) for kind in ("stock", "flow", "power")}
STOPPED: Spec = specification(
    stopped_chart(pd.DataFrame(columns=["when", "share", "low", "high", "date", "text", "noise"]))
)
