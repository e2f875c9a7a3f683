"""What a mix is made of and where its tail loss comes from; how the classes fall together: frames and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import PERCENT, class_color, drawn, room, rows, tips, where
from dashboard.charts.style import FAINT, INK, PAGE, Spec
from dashboard.words import SHORT

MONEY, TAIL = "share of the money", "share of the tail loss"


def parts_frame(
    weights: Mapping[str, float], contributions: Mapping[str, float], errors: Mapping[str, float], tail: float
) -> pd.DataFrame:
    """Two rows a class: its share of the money, and of the mix's tail loss with its noise."""
    out = []
    for key, weight in weights.items():
        out.append({
            "key": key, "label": SHORT[key], "part": MONEY, "share": weight, "low": weight, "high": weight,
            "text": f.percent(weight) if weight >= 5e-4 else "none",
            "about": f"{f.percent(weight)} of the money",
        })
        if tail <= 0.0:
            continue
        share, error = contributions[key] / tail, errors[key] / tail
        out.append({
            "key": key, "label": SHORT[key], "part": TAIL, "share": share, "low": share - 2 * error,
            "high": share + 2 * error, "text": f.percent(share, 0),
            "about": f"{f.percent(share)} of what is lost in the worst 5% of futures {f.noise(error)} points; "
            f"{f.signed(contributions[key] * 100)} cents per dollar of the mix",
        })
    return pd.DataFrame(out)


def parts_chart() -> Spec:
    """Bars: gray for the money, the class's color for the tail loss."""
    title = "Gray: share of the money; color: share of the tail loss"
    x = alt.X("share:Q", axis=alt.Axis(title=title, labelExpr=PERCENT, tickCount=5))
    bar = {"y": alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=120)),
           "yOffset": alt.YOffset("part:N", sort=[MONEY, TAIL])}
    color = alt.condition(f"datum.part == '{MONEY}'", alt.value(FAINT), class_color("key"))
    said = tips(label="Class", about="Share")
    edge = rows.transform_calculate(edge="max(0, datum.high)")
    return drawn(
        rows.mark_bar(height={"band": 0.8}).encode(x=x, color=color, tooltip=said, **bar),
        where(f"datum.part == '{TAIL}'").mark_rule(color=INK).encode(x="low:Q", x2="high:Q", tooltip=said, **bar),
        edge.mark_text(align="left", dx=5, fontSize=11).encode(x="edge:Q", text="text:N", **bar),
        room(1.15),
        height=300,
    )


def heat_frame(
    values: Sequence[Sequence[float]], errors: Sequence[Sequence[float]], keys: Sequence[str]
) -> pd.DataFrame:
    """One row a pair of classes, once each: correlation with its noise in words."""
    out = []
    for i, row in enumerate(keys):
        for j, column in enumerate(keys[:i]):
            value, error = float(values[i][j]), float(errors[i][j])
            out.append({
                "row": SHORT[row], "column": SHORT[column], "value": value,
                "text": f.NOT_AVAILABLE if value != value else f.digits(value, 2, 2),
                "pair": f"{SHORT[column]} and {SHORT[row]}",
                "about": f"{f.digits(value, 2, 2)} ± {f.digits(2 * error, 2, 2)}",
            })
    return pd.DataFrame(out)


def heat_chart() -> Spec:
    """Cells, darker the more two classes move together; a negative one is outlined."""
    names = list(SHORT.values())
    cell = {
        "x": alt.X("column:N", sort=names[:-1], scale=alt.Scale(domain=names[:-1]),
                   axis=alt.Axis(title=None, orient="top", labelAngle=-35, labelLimit=110)),
        "y": alt.Y("row:N", sort=names[1:], scale=alt.Scale(domain=names[1:]),
                   axis=alt.Axis(title=None, labelLimit=110)),
        "tooltip": tips(pair="Classes", about="Correlation"),
    }
    shade = alt.Opacity("size:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.85]), legend=None)
    color = alt.condition("abs(datum.value) > 0.5", alt.value(PAGE), alt.value(INK))
    return drawn(
        rows.transform_calculate(size="abs(datum.value)").mark_rect(color=INK, stroke=PAGE, strokeWidth=2).encode(
            opacity=shade, **cell
        ),
        rows.mark_text(fontSize=12).encode(text="text:N", color=color, **cell),
        height=260,
    )


PARTS, HEAT = parts_chart(), heat_chart()
