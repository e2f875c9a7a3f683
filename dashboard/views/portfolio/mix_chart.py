"""What a mix is made of and where its tail loss comes from; how the classes fall together: frames and charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification

SHORT = {
    "gpu_fleet": "GPU fleet", "data_center": "Data center", "gpu_debt": "GPU debt", "hardware_supplier": "Supplier",
    "llm_developer": "LLM", "cloud_platform": "Cloud",
}
"""Names that fit beside a cell."""

_PARTS = ("key", "label", "part", "share", "low", "high", "text", "about")
_HEAT = ("row", "column", "value", "text", "pair", "about")
MONEY, TAIL = "share of the money", "share of the tail loss"


def parts_frame(
    weights: Mapping[str, float], contributions: Mapping[str, float], errors: Mapping[str, float], tail: float
) -> pd.DataFrame:
    """Two rows a class: its share of the money, and of the mix's tail loss with its noise."""
    rows = []
    for key, weight in weights.items():
        rows.append({
            "key": key, "label": SHORT[key], "part": MONEY, "share": weight, "low": weight, "high": weight,
            "text": f.percent(weight) if weight >= 5e-4 else "none",
            "about": f"{f.percent(weight)} of the money",
        })
        if tail <= 0.0:
            continue
        share, error = contributions[key] / tail, errors[key] / tail
        rows.append({
            "key": key, "label": SHORT[key], "part": TAIL, "share": share, "low": share - 2 * error,
            "high": share + 2 * error, "text": f.percent(share, 0),
            "about": f"{f.percent(share)} of what is lost in the worst 5% of futures {f.noise(error)} points; "
            f"{f.signed(contributions[key] * 100)} cents per dollar of the mix",
        })
    return pd.DataFrame(rows, columns=list(_PARTS))


def parts_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Bars: gray for the money, the class's color for the tail loss."""
    base = alt.Chart(frame)
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=120))
    offset = alt.YOffset("part:N", sort=[MONEY, TAIL])
    x = alt.X("share:Q", axis=alt.Axis(title="Gray: share of the money; color: share of the tail loss",
                                       labelExpr=PERCENT, tickCount=5))
    color = alt.condition(
        f"datum.part == '{MONEY}'", alt.value(theme.gray("faint")),
        alt.Color("key:N", scale=alt.Scale(domain=list(theme.SCREEN), range=list(theme.SCREEN.values())), legend=None),
    )
    tips = [alt.Tooltip("label:N", title="Class"), alt.Tooltip("about:N", title="Share")]
    return alt.layer(
        base.mark_bar(height={"band": 0.8}).encode(x=x, y=y, yOffset=offset, color=color, tooltip=tips),
        base.transform_filter(f"datum.part == '{TAIL}'").mark_rule(color=theme.gray("ink")).encode(
            x="low:Q", x2="high:Q", y=y, yOffset=offset, tooltip=tips
        ),
        base.mark_text(align="left", dx=5, fontSize=11).encode(
            x=alt.X("edge:Q"), y=y, yOffset=offset, text="text:N"
        ).transform_calculate(edge="max(0, datum.high)"),
        base.transform_calculate(room="1.15 * max(0, datum.high)").mark_point(opacity=0, size=1).encode(x="room:Q"),
    ).properties(width="container", height=300)


def heat_frame(
    values: Sequence[Sequence[float]], errors: Sequence[Sequence[float]], keys: Sequence[str]
) -> pd.DataFrame:
    """One row a pair of classes, once each: correlation with its noise in words."""
    rows = []
    for i, row in enumerate(keys):
        for j, column in enumerate(keys[:i]):
            value, error = float(values[i][j]), float(errors[i][j])
            rows.append({
                "row": SHORT[row], "column": SHORT[column], "value": value,
                "text": f.NOT_AVAILABLE if value != value else f.digits(value, 2, 2),
                "pair": f"{SHORT[column]} and {SHORT[row]}",
                "about": f"{f.digits(value, 2, 2)} ± {f.digits(2 * error, 2, 2)}",
            })
    return pd.DataFrame(rows, columns=list(_HEAT))


def heat_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Cells, darker the more two classes move together; a negative one is outlined."""
    names = list(SHORT.values())
    base = alt.Chart(frame)
    x = alt.X("column:N", sort=names[:-1], scale=alt.Scale(domain=names[:-1]),
              axis=alt.Axis(title=None, orient="top", labelAngle=-35, labelLimit=110))
    y = alt.Y("row:N", sort=names[1:], scale=alt.Scale(domain=names[1:]), axis=alt.Axis(title=None, labelLimit=110))
    tips = [alt.Tooltip("pair:N", title="Classes"), alt.Tooltip("about:N", title="Correlation")]
    return alt.layer(
        base.mark_rect(color=theme.gray("ink"), stroke=theme.gray("page"), strokeWidth=2).encode(
            x=x, y=y, tooltip=tips,
            opacity=alt.Opacity("size:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.85]), legend=None),
        ).transform_calculate(size="abs(datum.value)"),
        base.mark_text(fontSize=12).encode(
            x=x, y=y, text="text:N", tooltip=tips,
            color=alt.condition("abs(datum.value) > 0.5", alt.value(theme.gray("page")), alt.value(theme.gray("ink"))),
        ),
    ).properties(width="container", height=260)


PARTS: Spec = specification(parts_chart(pd.DataFrame(columns=list(_PARTS))))
HEAT: Spec = specification(heat_chart(pd.DataFrame(columns=list(_HEAT))))
