"""The market beside price, share and surplus: compute, power, retirements, who builds, and what localization costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts import marks
from dashboard.charts.fans import HEIGHT, fan_chart
from dashboard.charts.marks import PERCENT, SAID, calendar, choice, drawn, rows, tips, upright, value_axis, where
from dashboard.charts.style import BAND, FAINT, INK, LINE, MUTED, PAGE, Spec

MILLIONS = "format(datum.value / 1e6, ',.3~g')"
EVEN = "toNumber(datum.value) % 2 == 0 ? datum.value : ''"
"""Every second year, written on an axis."""

BELOW = {"baseline": "top", "dx": 6, "dy": 4}
BUILDERS = {
    "hyperscaler": ("Hyperscalers", MUTED),
    "local": ("Local providers", FAINT),
    "sovereign": ("State-owned", LINE),
    "programs": ("Programs", INK),
    "backlog": ("Delayed by power or supply", PAGE),
}
"""Name and shade of who ordered a machine, in the order of the stack."""


@dataclass(frozen=True)
class Quantity:
    """How a quantity is drawn: axis title, how labels are written, how tips write it."""

    title: str
    labels: str
    write: Callable[[float], str]


QUANTITIES = {
    "stock": Quantity("Million H100-equivalents", MILLIONS, f.compute),
    "flow": Quantity("Million H100-equivalents a quarter", MILLIONS, f.compute),
    "power": Quantity("GW of IT load", "format(datum.value, ',')", f.gigawatts),
    "revenue": Quantity("USD a year", "'$' + format(datum.value / 1e12, '.2~f') + 'tn'", f.money),
}


def quantity_frame(
    fan: pd.DataFrame, kind: str, second: pd.DataFrame | None = None, second_name: str = ""
) -> pd.DataFrame:
    """Everything a fan draws, one row a quarter: quarter, p05 ... p95 and the median of a second series, dashed."""
    columns, count = marks.fan_columns(fan, QUANTITIES[kind].write), len(fan)
    columns |= {"reference": [float("nan")] * count, "reference_text": [None] * count}
    if second is not None:
        columns["reference"] = second["p50"].tolist()
        columns["reference_text"][count * 3 // 5] = second_name
    return pd.DataFrame(columns | marks.fan_ends(fan, marks.NAMED_GAP * (max(fan["p95"]) or 1.0)))


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


def stopped_chart() -> Spec:
    """Share of futures in which builders order no growth, with its sampling noise."""
    x, y = calendar(), upright(value_axis("Share of futures", PERCENT), domain=[0, 1])
    return drawn(
        rows.mark_area(color=BAND, opacity=0.16, aria=False).encode(x=x, y=y("low"), y2="high:Q"),
        rows.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y("share")),
        marks.hover(x, tips(date="Quarter", text="Orders stopped in", noise="Noise, ±")),
        height=HEIGHT,
    )


def additions_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Mean additions by calendar year and builder with the range of the total.

    Columns: year, builder, order, mean, low, high, text, total.
    """
    return pd.DataFrame([
        {
            "year": str(f.START_YEAR + int(row["year"])), "builder": BUILDERS[row["builder"]][0],
            "order": list(BUILDERS).index(row["builder"]), "mean": row["mean"], "low": row["total_p05"],
            "high": row["total_p95"], "text": f.compute(row["mean"]),
            "total": marks.span(row["total_p05"], row["total_p95"], f.compute),
        }
        for row in table.to_dict("records")
    ])


def additions_chart() -> Spec:
    """Stacked means by builder, whisker of the total over nine in ten futures."""
    x = alt.X(
        "year:O",
        axis=alt.Axis(title=None, labelAngle=0, labelExpr=EVEN),
        scale=alt.Scale(paddingInner=0.25),
    )
    axis = value_axis("Million H100-equivalents a year, mean", MILLIONS)
    legend = alt.Legend(
        title=None, orient="bottom", direction="horizontal", labelFontSize=12, symbolType="square", columns=3,
        labelColor=MUTED, symbolStrokeWidth=0.7, symbolStrokeColor=MUTED,
    )
    return drawn(
        rows.mark_bar(stroke=MUTED, strokeWidth=0.7).encode(
            x=x,
            y=alt.Y("sum(mean):Q", axis=axis, stack="zero"),
            color=choice(alt.Color, "builder", dict(BUILDERS.values()), legend),
            order=alt.Order("order:Q"),
            tooltip=tips(year="Year", builder="Ordered by", text="Mean", total="All builders, nine in ten"),
        ),
        rows.mark_rule(color=INK, strokeWidth=1.2, aria=False).encode(
            x=x, y=alt.Y("max(low):Q", axis=axis), y2="max(high):Q"
        ),
        height=HEIGHT,
    )


def covered_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Share of the rents that AI revenue pays, by calendar year: columns year, low, middle, high, text, most."""
    return pd.DataFrame({
        "year": [str(int(year)) for year in table["year"]],
        "low": table["p05"], "middle": table["p50"], "high": table["p95"],
        "text": [f.percent(value, 0) for value in table["p50"]],
        "most": [marks.span(low, high, f.percent) for low, high in zip(table["p05"], table["p95"], strict=True)],
    })


def covered_chart() -> Spec:
    """Median share by year with the range of nine in ten futures; the line at one is all of it."""
    x = alt.X("year:O", axis=alt.Axis(title=None, labelAngle=0, labelExpr=EVEN), scale=alt.Scale(paddingInner=0.25))
    y = upright(value_axis("Share of rents that AI revenue pays", PERCENT), zero=True, nice=True)
    one = rows.transform_aggregate(n="count()").mark_rule(color=FAINT, strokeDash=[4, 3])
    return drawn(
        one.encode(y=alt.datum(1.0)),
        rows.mark_rule(color=MUTED, strokeWidth=1.2).encode(x=x, y=y("low"), y2="high:Q"),
        rows.mark_point(filled=True, size=60, opacity=1, color=INK).encode(
            x=x, y=y("middle"), tooltip=tips(year="Year", text="Median", most="Nine in ten")
        ),
        height=HEIGHT,
    )


def pooling_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Utilization at balance against the localized share: x, y, is_here, mark, text."""
    return pd.DataFrame([
        _point(share, used, here, f.percent(used), f"{f.percent(share, 0)} localized: {f.percent(used)} used")
        for share, used, here in zip(table["share"], table["utilization"], table["is_here"], strict=True)
    ])


def safety_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Spare capacity of blocs over one pool: x, y, is_here, mark, text."""
    return pd.DataFrame([
        _point(n, ratio, here, f.multiple(ratio), f"{n} blocs: {f.digits(ratio)}x the spare capacity of one pool")
        for n, ratio, here in zip(table["blocs"], table["ratio"], table["is_here"], strict=True)
    ])


def _point(x: float, y: float, is_here: bool, written: str, text: str) -> dict[str, object]:
    return {"x": x, "y": y, "is_here": is_here, "mark": f"here: {written}" if is_here else None, "text": text}


def line_chart(x_title: str, y_title: str, x_labels: str, y_labels: str) -> Spec:
    """A curve of the model without chance in it, and the scenario's place on it."""
    axis = alt.Axis(title=x_title, labelExpr=x_labels, tickCount=5, grid=False)
    x = alt.X("x:Q", scale=alt.Scale(nice=False), axis=axis)
    y = upright(value_axis(y_title, y_labels), zero=False, nice=True, padding=8)("y")
    here = where("datum.is_here")
    return drawn(
        rows.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y),
        here.mark_point(filled=True, size=70, opacity=1, color=INK).encode(x=x, y=y),
        here.mark_text(align="left", baseline="bottom", dx=6, dy=-6, fontSize=12).encode(x=x, y=y, text="mark:N"),
        marks.hover(x, SAID),
        height=HEIGHT,
    )


SPECS = {
    kind: fan_chart(value_axis(shape.title, shape.labels), dash=1.4, name=BELOW, reach=9, zero=True, nice=True)
    for kind, shape in QUANTITIES.items()
}
STOPPED, ADDITIONS, COVERED = stopped_chart(), additions_chart(), covered_chart()
POOLING = line_chart(
    "Share of demand that may be served only at home", "Utilization at balance", PERCENT, "format(datum.value, '.1%')"
)
SAFETY = line_chart(
    "Number of equal blocs", "Spare capacity, multiple of one pool's", "datum.label", "format(datum.value, '.1f') + 'x'"
)
