"""Fans of the market through time: median, half and nine tenths of all futures, and what they are compared with."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts import marks
from dashboard.charts.marks import PERCENT, known, value_axis
from dashboard.charts.style import MUTED, Look, Spec

HEIGHT = 220
Kind = Literal["rent", "share", "surplus"]
NAMED_GAP = 0.04
"""Least distance, share of the axis, at which a reference line can be told from the median and gets its name."""

HOVER = 2
"""Every second quarter answers the pointer: half the marks to redraw at each move of a slider."""

ABOVE: Look = {"baseline": "bottom", "dx": 4, "dy": -4}
"""Where the name of the dashed line stands."""

TITLES = {
    "rent": "USD per H100-equivalent hour",
    "share": "Share of capacity in use",
    "surplus": "Capacity beyond demand, share of demand",
}
_WRITTEN = {"rent": f.rent, "share": f.percent, "surplus": f.percent}


def fan_columns(
    fan: pd.DataFrame, kind: Kind, reference: pd.Series[float] | None = None, reference_name: str = ""
) -> dict[str, list[object]]:
    """Everything a fan chart draws, one value a quarter: calendar time, quantiles, reference line, texts.

    Columns needed: quarter, p05, p25, p50, p75, p95. ``reference`` holds one value a quarter.
    """
    columns, count = marks.fan_columns(fan, _WRITTEN[kind]), len(fan)
    line = [float("nan")] * count if reference is None else reference.tolist()
    columns |= {"reference": line, "reference_text": [None] * count}
    if reference is not None:
        gaps = [abs(a - b) for a, b in zip(line[: count * 2 // 3], columns["p50"], strict=False)]
        if max(gaps) > NAMED_GAP * max(columns["p95"]):
            columns["reference_text"][gaps.index(max(gaps))] = reference_name
    columns["date"] = [date if i % HOVER == 0 else None for i, date in enumerate(columns["date"])]
    return columns | marks.fan_ends(fan, marks.NAMED_GAP * (max(fan["p95"]) - min(0.0, *fan["p05"]) or 1.0))


def fan_chart(
    axis: alt.Axis, *under: alt.Chart, dash: float = 1.2, name: Look = ABOVE, reach: float = 16, **scale: Any
) -> Spec:
    """Median, 25% to 75% and 5% to 95% of futures; a dashed line is what the quantity is compared with.

    ``under`` lies below the bands; ``name`` places the words beside the dashed line.
    """
    x, y = marks.calendar(), marks.upright(axis, **scale)
    named = known("reference_text").mark_text(align="left", fontSize=11, color=MUTED, **name)
    return marks.drawn(
        *under,
        *marks.fan(x, y, marks.compared(x, y("reference"), strokeWidth=dash)),
        *marks.ends(x, y),
        named.encode(x=x, y=y("reference"), text="reference_text:N"),
        marks.hover(x, marks.tips(**marks.FAN_TIPS), known("date"), reach),
        height=HEIGHT,
    )


SPECS: dict[str, Spec] = {
    "rent": fan_chart(value_axis(TITLES["rent"], marks.DOLLARS), zero=True, nice=True),
    "share": fan_chart(value_axis(TITLES["share"], PERCENT), domain=[0, 1]),
    "surplus": fan_chart(value_axis(TITLES["surplus"], PERCENT), marks.zero(), zero=True, nice=True),
}
