"""The break-even surface: who is ahead in how many futures, and the band in which it is too close to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import Spec, specification
from dashboard.views.drivers.charts import lowered

FAINT, FULL = 0.06, 0.9
_COLUMNS = ("kind", "piece", "order", "x", "x2", "y", "y2", "ahead", "shade", "tip")


def surface_frame(found: Mapping[str, Any], x_scale: float, y_scale: float) -> pd.DataFrame:
    """Cells of the grid, lines of the zero, outlines of the band and today's point; axes as they are shown."""
    rows: list[dict[str, Any]] = []
    x_edges, y_edges = _edges(found["x"]["values"], x_scale), _edges(found["y"]["values"], y_scale)
    for i in range(len(y_edges) - 1):
        for j in range(len(x_edges) - 1):
            share = found["probability"][i][j]
            if share != share:
                continue
            ahead = found["first"] if share >= 0.5 else found["second"]
            rows.append({
                "kind": "cell", "piece": 0, "order": 0, "x": x_edges[j], "x2": x_edges[j + 1], "y": y_edges[i],
                "y2": y_edges[i + 1], "ahead": ahead, "shade": FAINT + (FULL - FAINT) * 2 * abs(share - 0.5),
                "tip": f"{f.percent(share, 0)} of futures{_noise(found['probability_se'][i][j])}; mean difference "
                f"{f.points(found['gap'][i][j])}{_noise(found['gap_se'][i][j])}",
            })
    for kind in ("zero", "band"):
        for piece, points in enumerate(found[kind]):
            rows += [
                {"kind": kind, "piece": piece, "order": k, "x": x * x_scale, "y": y * y_scale}
                for k, (x, y) in enumerate(points)
            ]
    rows.append({"kind": "today", "piece": 0, "order": 0, "x": found["x"]["today"] * x_scale,
                 "y": found["y"]["today"] * y_scale, "tip": "Today's scenario"})
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _noise(error: float) -> str:
    return f" {text} pts" if (text := f.noise(error, 1)) else ""


def _edges(values: Sequence[float], scale: float) -> list[float]:
    """Borders of the cells around the points of an axis; the outer cells end at the bounds."""
    shown = [v * scale for v in values]
    return [shown[0], *(0.5 * (a + b) for a, b in pairwise(shown)), shown[-1]]


@lru_cache(maxsize=16)
def surface_spec(x_title: str, y_title: str, first: str, second: str) -> Spec:
    """Cells in the color of whoever is ahead, the paler the closer; the band hides them, the zero is dashed."""
    base = alt.Chart(pd.DataFrame(columns=list(_COLUMNS)))
    x = alt.X("x:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False, zero=False))
    y = alt.Y("y:Q", axis=alt.Axis(title=y_title, grid=False, tickCount=6), scale=alt.Scale(nice=False, zero=False))
    colors = alt.Color("ahead:N", legend=None, scale=alt.Scale(
        domain=[first, second], range=[theme.SCREEN.get(key, theme.gray("ink")) for key in (first, second)]))
    tips = [alt.Tooltip("tip:N", title="A is ahead in")]
    ink = theme.gray("ink")

    def of(kind: str) -> alt.Chart:
        return base.transform_filter(f"datum.kind == '{kind}'")

    path = {"x": x, "y": y, "detail": "piece:N", "order": "order:Q"}
    return specification(alt.layer(
        of("cell").mark_rect(strokeWidth=0).encode(
            x=x, x2="x2:Q", y=y, y2="y2:Q", color=colors, tooltip=tips,
            opacity=alt.Opacity("shade:Q", scale=None)),
        of("band").mark_line(interpolate="linear-closed", strokeWidth=0, opacity=0.62, fill=theme.gray("page"),
                             aria=False).encode(**path),
        of("band").mark_line(interpolate="linear-closed", strokeWidth=0.8, opacity=0.5, color=ink, aria=False).encode(
            **path),
        of("zero").mark_line(strokeDash=[5, 4], strokeWidth=1.4, color=ink).encode(**path),
        of("today").mark_point(size=90, filled=True, opacity=1, color=theme.gray("page"), stroke=ink, strokeWidth=1.8
                               ).encode(x=x, y=y, tooltip=alt.Tooltip("tip:N", title=" ")),
    ).properties(width="container", height=360))


def surface_message(found: Mapping[str, Any], first: str, second: str) -> str:
    """Who beats whom over how much of the range."""
    sure, close, lost = found["share_first"], found["share_too_close"], found["share_second"]
    for share, ahead, behind in ((sure, first, second), (lost, second, first)):
        if share >= 0.995:
            return f"{ahead} beats {lowered(behind)} everywhere within these ranges"
    if close >= 0.995:
        return f"{first} against {lowered(second)} is too close to call everywhere within these ranges"
    parts = [f"{first} beats {lowered(second)} over {f.percent(sure, 0)} of these ranges"]
    parts.append(f"the other way over {f.percent(lost, 0)}")
    if close > 0.005:
        parts.append(f"{f.percent(close, 0)} is too close to call")
    return ", ".join(parts)
