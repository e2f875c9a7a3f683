"""Fan charts: a quantity through time as its median and the ranges of half and of nine tenths of all futures."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 220
Kind = Literal["rent", "share", "surplus"]
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
COLUMNS = (
    "when",
    *QUANTILES,
    "reference",
    "reference_text",
    "end_05",
    "end_50",
    "end_95",
    "date",
    "middle",
    "half",
    "most",
)
TICKS = [2028, 2030, 2032, 2034, 2036]
NAMED_GAP = 0.04
"""Least distance, share of the axis, at which a reference line can be told from the median and gets its name."""

HOVER = 2
"""Every second quarter answers the pointer: half the marks to redraw at each move of a slider."""

END_GAP = 0.055
"""Least distance between the names at the right end, share of the axis."""

_WRITTEN = {"rent": f.rent, "share": f.percent, "surplus": f.percent}
_AXES: dict[str, dict[str, object]] = {
    "rent": {"labelExpr": "'$' + format(datum.value, '.1f')"},
    "share": {"labelExpr": PERCENT},
    "surplus": {"labelExpr": PERCENT},
}
TITLES = {
    "rent": "USD per H100-equivalent hour",
    "share": "Share of capacity in use",
    "surplus": "Capacity beyond demand, share of demand",
}


def fan_frame(
    fan: pd.DataFrame, kind: Kind, reference: pd.Series | None = None, reference_name: str = ""
) -> pd.DataFrame:
    """As `fan_columns`, as a table."""
    return pd.DataFrame(fan_columns(fan, kind, reference, reference_name))


def fan_columns(
    fan: pd.DataFrame, kind: Kind, reference: pd.Series | None = None, reference_name: str = ""
) -> dict[str, list[object]]:
    """Everything a fan chart draws, one value a quarter: calendar time, quantiles, reference line, texts.

    Columns needed: quarter, p05, p25, p50, p75, p95. ``reference`` holds one value a quarter.
    """
    write, count = _WRITTEN[kind], len(fan)
    columns: dict[str, list[object]] = {name: fan[name].tolist() for name in QUANTILES}
    low, lower, middle, upper, high = (columns[name] for name in QUANTILES)
    quarters = fan["quarter"].tolist()
    line = [float("nan")] * count if reference is None else reference.tolist()
    columns |= {"when": [f.moment(q) for q in quarters], "reference": line, "reference_text": [None] * count}
    if reference is not None:
        gaps = [abs(a - b) for a, b in zip(line[: count * 2 // 3], middle, strict=False)]  # type: ignore[operator]
        if max(gaps) > NAMED_GAP * max(high):  # type: ignore[type-var, operator]
            columns["reference_text"][gaps.index(max(gaps))] = reference_name
    for name, height in _apart(fan).items():
        columns[name] = [*[float("nan")] * (count - 1), height]
    columns["date"] = [f.calendar(q) if i % HOVER == 0 else None for i, q in enumerate(quarters)]
    columns["middle"] = [write(v) for v in middle]
    columns["half"] = [f"{write(a)} to {write(b)}" for a, b in zip(lower, upper, strict=True)]
    columns["most"] = [f"{write(a)} to {write(b)}" for a, b in zip(low, high, strict=True)]
    return {name: columns[name] for name in COLUMNS}


def _apart(fan: pd.DataFrame) -> dict[str, float]:
    """Heights of the names at the right end, pushed apart where they would touch."""
    gap = END_GAP * (max(fan["p95"]) - min(0.0, *fan["p05"]) or 1.0)
    low, middle, high = (float(fan[name].iloc[-1]) for name in ("p05", "p50", "p95"))
    return {"end_05": min(low, middle - gap), "end_50": middle, "end_95": max(high, middle + gap)}


def fan_chart(frame: pd.DataFrame, kind: Kind) -> alt.LayerChart:
    """Median, 25% to 75% and 5% to 95% of futures; a dashed line is what the quantity is compared with."""
    base = alt.Chart(frame)
    x = alt.X(
        "when:Q",
        scale=alt.Scale(nice=False, zero=False, padding=0),
        axis=alt.Axis(title=None, grid=False, values=TICKS, labelExpr="format(datum.value, 'd')", domain=True),
    )
    domain = {"domain": [0, 1]} if kind == "share" else {"zero": True, "nice": True}
    y_axis = alt.Axis(
        title=TITLES[kind],
        titleAngle=0,
        titleAlign="left",
        titleAnchor="end",
        titleX=-32,
        titleY=-10,
        tickCount=4,
        **_AXES[kind],
    )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=alt.Scale(**domain), axis=y_axis)

    band = theme.gray("band")
    tips = [
        alt.Tooltip("date:N", title="Quarter"),
        alt.Tooltip("middle:N", title="Median"),
        alt.Tooltip("half:N", title="Half of futures"),
        alt.Tooltip("most:N", title="Nine in ten"),
    ]
    layers = [
        base.mark_area(color=band, opacity=0.10, aria=False).encode(x=x, y=y("p05"), y2="p95:Q"),
        base.mark_area(color=band, opacity=0.16, aria=False).encode(x=x, y=y("p25"), y2="p75:Q"),
        base.mark_line(color=theme.gray("muted"), strokeDash=[4, 3], strokeWidth=1.2).encode(x=x, y=y("reference")),
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y("p50")),
        *_names(base, x, y),
        base.transform_filter("isValid(datum.date)")
        .mark_rule(opacity=0, strokeWidth=16, aria=False)
        .encode(x=x, tooltip=tips),
    ]
    if kind == "surplus":
        layers.insert(
            0, base.transform_aggregate(n="count()").mark_rule(color=theme.gray("faint")).encode(y=alt.datum(0))
        )
    return alt.layer(*layers).properties(width="container", height=HEIGHT)


def _names(base: alt.Chart, x: alt.X, y: object) -> list[alt.Chart]:
    muted = theme.gray("muted")
    ends = [
        base.transform_filter(f"isValid(datum.{field})")
        .mark_text(align="left", dx=5, fontSize=11, color=muted, aria=False)
        .encode(x=x, y=y(field), text=alt.datum(text))  # type: ignore[operator]
        for field, text in (("end_05", "5%"), ("end_50", "median"), ("end_95", "95%"))
    ]
    reference = (
        base.transform_filter("isValid(datum.reference_text)")
        .mark_text(align="left", baseline="bottom", dx=4, dy=-4, fontSize=11, color=muted)
        .encode(x=x, y=y("reference"), text="reference_text:N")
    )  # type: ignore[operator]
    return [*ends, reference]


_EMPTY = pd.DataFrame(columns=list(COLUMNS))
SPECS: dict[str, Spec] = {kind: specification(fan_chart(_EMPTY, kind)) for kind in ("rent", "share", "surplus")}
