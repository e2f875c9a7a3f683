"""Who adds capacity, year by year, and what localization costs in utilization and in spare machines."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.market_fans import units, value_axis
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 220
NAMES = {
    "hyperscaler": "Hyperscalers",
    "local": "Local providers",
    "sovereign": "State-owned",
    "programs": "Programs",
    "backlog": "Delayed by power",
}
_SHADES = ["muted", "faint", "line", "ink", "page"]
_ADDITIONS = ("year", "builder", "order", "mean", "low", "high", "text", "total")
_LINE = ("x", "y", "is_here", "mark", "text")


def additions_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Mean additions by calendar year and builder with the range of the total.

    Columns: year, builder, order, mean, low, high, text, total.
    """
    rows = [
        {
            "year": str(f.START_YEAR + int(row["year"])), "builder": NAMES[row["builder"]],
            "order": list(NAMES).index(row["builder"]), "mean": row["mean"], "low": row["total_p05"],
            "high": row["total_p95"], "text": units(row["mean"]),
            "total": f"{units(row['total_p05'])} to {units(row['total_p95'])}",
        }
        for row in table.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(_ADDITIONS))


def additions_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Stacked means by builder, whisker of the total over nine in ten futures."""
    base = alt.Chart(frame)
    x = alt.X(
        "year:O",
        axis=alt.Axis(title=None, labelAngle=0, labelExpr="toNumber(datum.value) % 2 == 0 ? datum.value : ''"),
        scale=alt.Scale(paddingInner=0.25),
    )
    axis = value_axis("Million H100-equivalents a year, mean", "format(datum.value / 1e6, ',.3~g')")
    legend = alt.Legend(
        title=None, orient="bottom", direction="horizontal", labelFontSize=12, symbolType="square", columns=3,
        labelColor=theme.gray("muted"), symbolStrokeWidth=0.7, symbolStrokeColor=theme.gray("muted"),
    )
    tips = [
        alt.Tooltip("year:N", title="Year"),
        alt.Tooltip("builder:N", title="Ordered by"),
        alt.Tooltip("text:N", title="Mean"),
        alt.Tooltip("total:N", title="All builders, nine in ten"),
    ]
    shades = [theme.gray(name) for name in _SHADES]
    bars = base.mark_bar(stroke=theme.gray("muted"), strokeWidth=0.7).encode(
        x=x,
        y=alt.Y("sum(mean):Q", axis=axis, stack="zero"),
        color=alt.Color("builder:N", scale=alt.Scale(domain=list(NAMES.values()), range=shades), legend=legend),
        order=alt.Order("order:Q"),
        tooltip=tips,
    )
    whisker = base.mark_rule(color=theme.gray("ink"), strokeWidth=1.2, aria=False).encode(
        x=x, y=alt.Y("max(low):Q", axis=axis), y2="max(high):Q"
    )
    return alt.layer(bars, whisker).properties(width="container", height=HEIGHT)


def pooling_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Utilization at balance against the localized share: x, y, is_here, mark, text."""
    return pd.DataFrame({
        "x": table["share"],
        "y": table["utilization"],
        "is_here": table["is_here"],
        "mark": [f"here: {f.percent(u)}" if here else None
                 for u, here in zip(table["utilization"], table["is_here"], strict=True)],
        "text": [f"{f.percent(s, 0)} localized: {f.percent(u)} used"
                 for s, u in zip(table["share"], table["utilization"], strict=True)],
    })


def safety_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Spare capacity of blocs over one pool: x, y, is_here, mark, text."""
    return pd.DataFrame({
        "x": table["blocs"],
        "y": table["ratio"],
        "is_here": table["is_here"],
        "mark": [f"here: {f.multiple(r)}" if here else None
                 for r, here in zip(table["ratio"], table["is_here"], strict=True)],
        "text": [f"{b} blocs: {f.digits(r)}x the spare capacity of one pool"
                 for b, r in zip(table["blocs"], table["ratio"], strict=True)],
    })


def line_chart(frame: pd.DataFrame, x_title: str, y_title: str, x_labels: str, y_labels: str) -> alt.LayerChart:
    """A curve of the model without chance in it, and the scenario's place on it."""
    base = alt.Chart(frame)
    x = alt.X(
        "x:Q", scale=alt.Scale(nice=False), axis=alt.Axis(title=x_title, labelExpr=x_labels, tickCount=5, grid=False)
    )
    y = alt.Y("y:Q", scale=alt.Scale(zero=False, nice=True, padding=8), axis=value_axis(y_title, y_labels))
    here = base.transform_filter("datum.is_here")
    return alt.layer(
        base.mark_line(color=theme.gray("ink"), strokeWidth=2).encode(x=x, y=y),
        here.mark_point(filled=True, size=70, opacity=1, color=theme.gray("ink")).encode(x=x, y=y),
        here.mark_text(align="left", baseline="bottom", dx=6, dy=-6, fontSize=12).encode(x=x, y=y, text="mark:N"),
        base.mark_rule(opacity=0, strokeWidth=9, aria=False).encode(x=x, tooltip=[alt.Tooltip("text:N", title=" ")]),
    ).properties(width="container", height=HEIGHT)


ADDITIONS: Spec = specification(additions_chart(pd.DataFrame(columns=list(_ADDITIONS))))
_EMPTY = pd.DataFrame(columns=list(_LINE))
POOLING: Spec = specification(
    line_chart(_EMPTY, "Share of demand that may be served only at home", "Utilization at balance", PERCENT,
               "format(datum.value, '.1%')")
)
SAFETY: Spec = specification(
    line_chart(_EMPTY, "Number of equal blocs", "Spare capacity, multiple of one pool's", "datum.label",
               "format(datum.value, '.1f') + 'x'")
)
