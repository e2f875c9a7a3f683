"""Tiles of nations: a row a nation, a column a measure, darker is better within the column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import drawn, rows, tips
from dashboard.charts.style import INK, Spec

FULL = 0.45
"""Strongest shade of a tile; the figure is written in each."""
QUIET = 12.0
"""Standard errors that a column must span for its strongest shade: nations alike within the noise look alike."""
CHAMPION = "Champion"


def _share(value: float) -> str:
    """Share in a narrow tile: a decimal only where it is small."""
    return f.percent(value, 0 if abs(value) >= 0.1 else 1)


MEASURES: Mapping[str, tuple[str, bool, Callable[[float], str]]] = {
    "covered": ("Subsidy of need", True, _share),
    "hour_home": ("Hour at home", False, lambda value: f"${value:.2f}"),
    "earns_gpu_fleet": ("Fleet", True, _share),
    "earns_data_center": ("Data center", True, _share),
    "earns_gpu_debt": ("Loan", True, _share),
    "earns_llm_developer": (CHAMPION, True, _share),
}
"""Column of the table: words, whether more is better, and how it is written."""


def tiles_frame(table: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One tile a nation and measure; what is undefined has no shade and a dash."""
    out = []
    for order, (name, (label, is_more, write)) in enumerate(MEASURES.items()):
        values = [float(each[name]) for each in table]
        place_of = _place([value if is_more else -value for value in values],
                          [float(each.get(f"{name}_se", 0.0)) for each in table])
        for each, value in zip(table, values, strict=True):
            error = each.get(f"{name}_se", 0.0)
            noise = f" {said} points" if error == error and (said := f.noise(float(error), 2)) else ""
            out.append({
                "nation": each["short"], "measure": label, "order": order,
                "shade": FULL * place_of(value if is_more else -value),
                "text": write(value) if value == value else "–", "tip": f"{each['title']}, {label.lower()}: "
                f"{write(value) if value == value else 'undefined, see below'}{noise}",
            })
    return pd.DataFrame(out)


def _place(values: Sequence[float], errors: Sequence[float]) -> Callable[[float], float]:
    """How good a value is among others, 0 to 1; the worst one alone does not stretch the scale, nor does noise."""
    known = sorted(value for value in values if value == value)
    noise = max((error for error in errors if error == error), default=0.0)
    low, high = (known[len(known) > 2], known[-1]) if known else (0.0, 0.0)
    reach = max(high - low, QUIET * noise)

    def place(value: float) -> float:
        return max(0.0, 1.0 - (high - value) / reach) if value == value and reach > 0.0 else 0.0

    return place


def tiles_chart() -> Spec:
    """Tiles with their figures; measures stand on top."""
    x = alt.X("measure:N", scale=alt.Scale(paddingInner=0.04), sort=alt.EncodingSortField("order"), axis=alt.Axis(
        title=None, orient="top", labelAngle=-40, labelAlign="left", labelLimit=110, labelColor=INK))
    y = alt.Y("nation:N", sort=None, axis=alt.Axis(title=None, labelLimit=96, labelColor=INK))
    tile = {"x": x, "y": y, "tooltip": tips(tip=" ")}
    return drawn(
        rows.mark_rect(color=INK, cornerRadius=2).encode(opacity=alt.Opacity("shade:Q", scale=None), **tile),
        rows.mark_text(fontSize=11).encode(text="text:N", **tile),
        height=alt.Step(27),
    )


TILES = tiles_chart()
