"""What a slider does to each class: one picture a slider, a line a class, its name at the right end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import NAMED_GAP, PERCENT, SAID, class_color, drawn, known, rows, upright, value_axis, zero
from dashboard.charts.style import Spec
from models.claims.registry import CLASSES
from models.studies.sensitivity.levers import Curve

COLUMNS = ("asset", "x", "y", "low", "high", "name", "name_y", "text")
NAME_GAP = 1.3 * NAMED_GAP


def curve_frame(curves: Mapping[str, Curve], scale: f.Scale) -> pd.DataFrame:
    """One row a point of a curve; x as it is shown, the name of the class in the last row that has a value."""
    out = []
    heights = _name_heights(curves)
    for key, curve in curves.items():
        known = [i for i, y in enumerate(curve.change) if y == y]
        for i in known:
            y, noise = curve.change[i], 2.0 * curve.change_se[i]
            at = f"{f.digits(scale.shown(curve.places[i]))}{'' if scale.unit == '%' else ' '}{scale.unit}"
            is_last = i == known[-1]
            out.append((
                key, scale.shown(curve.places[i]), y, y - noise, y + noise, CLASSES[key].short if is_last else None,
                heights[key] if is_last else None, f"{CLASSES[key].label} at {at}: {f.signed(y)} of the capital",
            ))
    return pd.DataFrame(out, columns=list(COLUMNS))


def _name_heights(curves: Mapping[str, Curve]) -> dict[str, float]:
    """Heights of the names: those of the ends, pushed up until they keep apart."""
    ends = {key: [y for y in curve.change if y == y][-1:] for key, curve in curves.items()}
    every = [y for curve in curves.values() for y in curve.change if y == y]
    gap = NAME_GAP * (max(every) - min(every)) if every else 0.0
    ordered = sorted((end[0], key) for key, end in ends.items() if end)
    wanted = np.array([y for y, _ in ordered])
    steps = gap * np.arange(len(wanted))
    raised = np.maximum.accumulate(wanted - steps) + steps
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
