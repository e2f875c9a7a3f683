"""What a slider does to each class: one picture a slider, a line a class, its name at the right end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import NAMED_GAP, PERCENT, SAID, class_color, drawn, known, rows, upright, value_axis, zero
from dashboard.charts.style import Spec

Line = Mapping[str, Any]

COLUMNS = ("asset", "x", "y", "low", "high", "name", "name_y", "text")
NAME_GAP = 1.3 * NAMED_GAP


def curve_frame(curves: Sequence[Line], scale: f.Scale) -> pd.DataFrame:
    """One row a point of a curve; x as it is shown, the name of the class in the last row that has a value.

    Keys of a curve: asset, short, label, places, change, change_se.
    """
    out: list[tuple[Any, ...]] = []
    heights = _name_heights(curves)
    for line in curves:
        seen = [point for point in zip(line["places"], line["change"], line["change_se"], strict=True)
                if point[1] == point[1]]
        for place, y, error in seen:
            x = scale.shown(place)
            at = f"{f.digits(x)}{'' if scale.unit == '%' else ' '}{scale.unit}"
            named = (line["short"], heights[line["asset"]]) if place == seen[-1][0] else (None, None)
            out.append((line["asset"], x, y, y - 2.0 * error, y + 2.0 * error, *named,
                        f"{line['label']} at {at}: {f.signed(y)} of the capital"))
    return pd.DataFrame(out, columns=list(COLUMNS))


def _name_heights(curves: Sequence[Line]) -> dict[str, float]:
    """Heights of the names: those of the ends, pushed up until they keep apart."""
    every = [y for line in curves for y in line["change"] if y == y]
    gap = NAME_GAP * (max(every) - min(every)) if every else 0.0
    ordered = sorted((seen[-1], line["asset"]) for line in curves if (seen := [y for y in line["change"] if y == y]))
    steps = gap * np.arange(len(ordered))
    raised = np.maximum.accumulate(np.array([y for y, _ in ordered]) - steps) + steps
    return {key: float(y) for (_, key), y in zip(ordered, raised, strict=True)}


@lru_cache(maxsize=32)
def curve_spec(x_title: str, at: tuple[float, ...]) -> Spec:
    """Lines of the six classes with their noise over the values ``at``, names in the room to their right."""
    room = at[-1] + 0.24 * (at[-1] - at[0])
    axis = alt.Axis(title=x_title, grid=False, values=list(at), format=".4~g")
    x = alt.X("x:Q", axis=axis, scale=alt.Scale(nice=False, zero=False, domain=[at[0], room]))
    y = upright(value_axis("Change of value, share of the capital", PERCENT), zero=False, nice=True)
    color = class_color()
    names = known("name_y").mark_text(align="left", dx=8, fontSize=12)
    return drawn(
        zero(),
        rows.mark_area(opacity=0.14, aria=False).encode(x=x, y=y("low"), y2="high:Q", color=color),
        rows.mark_line(strokeWidth=1.8).encode(x=x, y=y("y"), color=color),
        rows.mark_point(size=34, filled=True, opacity=1).encode(x=x, y=y("y"), color=color, tooltip=SAID),
        names.encode(x=x, y=y("name_y"), text="name:N", color=color),
        height=230,
    )
