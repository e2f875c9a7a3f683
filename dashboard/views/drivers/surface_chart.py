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
from dashboard.charts.marks import choice, drawn, tips, where
from dashboard.charts.style import INK, PAGE, Spec

FAINT, FULL = 0.06, 0.9


def surface_frame(found: Mapping[str, Any], x_scale: f.Scale, y_scale: f.Scale) -> pd.DataFrame:
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
                {"kind": kind, "piece": piece, "order": k, "x": x_scale.shown(x), "y": y_scale.shown(y)}
                for k, (x, y) in enumerate(points)
            ]
    rows.append({"kind": "today", "piece": 0, "order": 0, "x": x_scale.shown(found["x"]["today"]),
                 "y": y_scale.shown(found["y"]["today"]), "tip": "Today's scenario"})
    return pd.DataFrame(rows)


def _noise(error: float) -> str:
    return f" {text} pts" if (text := f.noise(error, 1)) else ""


def _edges(values: Sequence[float], scale: f.Scale) -> list[float]:
    """Borders of the cells around the points of an axis; the outer cells end at the bounds."""
    shown = [scale.shown(v) for v in values]
    return [shown[0], *(0.5 * (a + b) for a, b in pairwise(shown)), shown[-1]]


@lru_cache(maxsize=16)
def surface_spec(x_title: str, y_title: str, first: str, second: str) -> Spec:
    """Cells in the color of whoever is ahead, the paler the closer; the band hides them, the zero is dashed."""
    scale = alt.Scale(nice=False, zero=False)
    x = alt.X("x:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=scale)
    y = alt.Y("y:Q", axis=alt.Axis(title=y_title, grid=False, tickCount=6), scale=scale)
    color = choice(alt.Color, "ahead", {key: theme.SCREEN.get(key, INK) for key in (first, second)})
    cell, band, line, today = (where(f"datum.kind == '{kind}'") for kind in ("cell", "band", "zero", "today"))
    path = {"x": x, "y": y, "detail": "piece:N", "order": "order:Q"}
    return drawn(
        cell.mark_rect(strokeWidth=0).encode(
            x=x, x2="x2:Q", y=y, y2="y2:Q", color=color, tooltip=tips(tip="A is ahead in"),
            opacity=alt.Opacity("shade:Q", scale=None),
        ),
        band.mark_line(interpolate="linear-closed", strokeWidth=0, opacity=0.62, fill=PAGE, aria=False).encode(**path),
        band.mark_line(interpolate="linear-closed", strokeWidth=0.8, opacity=0.5, color=INK, aria=False).encode(**path),
        line.mark_line(strokeDash=[5, 4], strokeWidth=1.4, color=INK).encode(**path),
        today.mark_point(size=90, filled=True, opacity=1, color=PAGE, stroke=INK, strokeWidth=1.8).encode(
            x=x, y=y, tooltip=alt.Tooltip("tip:N", title=" ")
        ),
        height=360,
    )


