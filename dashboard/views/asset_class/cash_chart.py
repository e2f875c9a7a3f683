"""Cash flow by year of one class: the range of the net flow, and the mean of the lines it is made of."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 270
FAN_HEIGHT = 400
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
FAN_COLUMNS = ("when", *QUANTILES, "mean", "middle", "half", "most", "average")
LINE_COLUMNS = ("when", "line", "value", "side", "shade", "order", "written", "net", "net_written")
SHADES = (0.95, 0.62, 0.38, 0.2)
"""Opacities of the lines on one side, largest line first."""

DWARFS = 3.0
"""How many times the largest other flow a sale must bring to be left to words."""

Y_TITLE = "Share of capital committed, a year"


def fan_frame(fan: pd.DataFrame) -> pd.DataFrame:
    """Everything the chart of ranges draws, one row a year after closing, to the last year with any flow.

    What is paid at closing is certain and would flatten the rest, as a sale at the end would: the bars show both, and
    `exit_note` says what the sale brings.
    Columns needed: year (from closing), p05, p25, p50, p75, p95, mean, as shares of committed capital.
    """
    rows = []
    active = fan.loc[(fan[list(QUANTILES)] != 0.0).any(axis=1), "year"].max()
    last = active - 1 if exit_note(fan) else active
    for row in fan[(fan["year"] > 0) & (fan["year"] <= last)].to_dict("records"):
        low, lower, middle, upper, high, mean = (float(row[name]) for name in (*QUANTILES, "mean"))
        rows.append(
            {name: float(row[name]) for name in (*QUANTILES, "mean")}
            | {
                "when": _calendar(row["year"]),
                "middle": f.percent(middle),
                "half": f"{f.percent(lower)} to {f.percent(upper)}",
                "most": f"{f.percent(low)} to {f.percent(high)}",
                "average": f.percent(mean),
            }
        )
    return pd.DataFrame(rows, columns=list(FAN_COLUMNS))


def exit_note(fan: pd.DataFrame) -> str:
    """What the sale in the last year brings, where it would flatten all years before; empty otherwise."""
    later = fan[fan["year"] > 0]
    before, sale = later.iloc[:-1], later.iloc[-1]
    usual = float(before[list(QUANTILES)].abs().to_numpy().max()) if len(before) else 0.0
    if usual == 0.0 or float(sale["p95"]) < DWARFS * usual:
        return ""
    low, middle, high = (f.percent(float(sale[name]), 0) for name in ("p05", "p50", "p95"))
    return f"Not drawn: {_calendar(sale['year'])}, with the sale, brings {middle} ({low} to {high} in nine of ten)."


def lines_frame(lines: pd.DataFrame) -> pd.DataFrame:
    """Everything the stacked bars draw, one row a year and line; lines of nothing in a year are left out.

    Columns needed: year (from closing), line, value (share of committed capital).
    """
    shades = {name: shade for name, _, shade in shading(lines)}
    order = {name: i for i, name in enumerate(shades)}
    net = lines.groupby("year")["value"].sum().to_dict()
    rows = [
        {
            "when": _calendar(row["year"]),
            "line": row["line"],
            "value": float(row["value"]),
            "side": "in" if row["value"] > 0 else "out",
            "shade": shades[row["line"]],
            "order": order[row["line"]],
            "written": f.percent(float(row["value"])),
            "net": float(net[row["year"]]),
            "net_written": f.percent(float(net[row["year"]]), 0),
        }
        for row in lines.to_dict("records")
        if abs(row["value"]) > 1e-6
    ]
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def shading(lines: pd.DataFrame) -> Sequence[tuple[str, str, float]]:
    """Name, side ("in" or "out") and opacity of each line: money in first, the largest first on each side."""
    total = lines.groupby("line", sort=False)["value"].sum()
    out = []
    for side, names in (
        ("in", total[total > 0].sort_values(ascending=False)),
        ("out", total[total <= 0].sort_values()),
    ):
        out += [(str(name), side, SHADES[min(i, len(SHADES) - 1)]) for i, name in enumerate(names.index)]
    return out


def _calendar(year: float) -> str:
    return str(f.year_of(4 * int(year)))


def _x() -> alt.X:
    return alt.X(
        "when:O",
        axis=alt.Axis(
            title=None,
            labelAngle=0,
            labelExpr="width < 420 ? '’' + slice(datum.label, 2) : datum.label",
            labelOverlap=False,
        ),
    )


def _y(field: str) -> alt.Y:
    axis = alt.Axis(
        title=Y_TITLE,
        titleAngle=0,
        titleAlign="left",
        titleAnchor="end",
        titleX=-40,
        titleY=-10,
        tickCount=5,
        labelExpr=PERCENT,
    )
    return alt.Y(f"{field}:Q", axis=axis)


def fan_chart(frame: pd.DataFrame, color: str) -> alt.LayerChart:
    """Net flow by year: a thin line from the 5th to the 95th percentile, a bar for half of futures, median and mean."""
    base, x = alt.Chart(frame), _x()
    tips = [
        alt.Tooltip("when:N", title="Year"),
        alt.Tooltip("middle:N", title="Median"),
        alt.Tooltip("half:N", title="Half of futures"),
        alt.Tooltip("most:N", title="Nine in ten"),
        alt.Tooltip("average:N", title="Mean"),
    ]
    return alt.layer(
        base.transform_aggregate(n="count()").mark_rule(color=theme.gray("faint")).encode(y=alt.datum(0)),
        base.mark_rule(color=color, strokeWidth=2, opacity=0.5).encode(x=x, y=_y("p05"), y2="p95:Q", tooltip=tips),
        base.mark_rule(color=color, strokeWidth=9, opacity=0.55).encode(x=x, y=_y("p25"), y2="p75:Q", tooltip=tips),
        base.mark_tick(color=theme.gray("ink"), thickness=2, width=16).encode(x=x, y=_y("p50"), tooltip=tips),
        base.mark_point(color=theme.gray("ink"), size=16, filled=True, opacity=1).encode(
            x=x, y=_y("mean"), tooltip=tips
        ),
    ).properties(width="container", height=FAN_HEIGHT)


def lines_chart(frame: pd.DataFrame, color: str) -> alt.LayerChart:
    """Mean lines by year, money in up in the color of the class, money out down in gray; the net is written above."""
    base, x = alt.Chart(frame), _x()
    tips = [
        alt.Tooltip("when:N", title="Year"),
        alt.Tooltip("line:N", title="Line"),
        alt.Tooltip("written:N", title="Mean, share of capital"),
        alt.Tooltip("net_written:N", title="All lines of the year"),
    ]
    bars = base.mark_bar().encode(
        x=x,
        y=_y("value"),  # signed values pile up on either side of zero
        color=alt.Color(
            "side:N", scale=alt.Scale(domain=["in", "out"], range=[color, theme.gray("faint")]), legend=None
        ),
        opacity=alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
        order="order:Q",
        tooltip=tips,
    )
    net = base.transform_calculate(up="datum.value > 0 ? datum.value : 0").transform_aggregate(
        top="sum(up)", text="max(net_written)", groupby=["when"]
    )
    return alt.layer(
        bars,
        base.transform_aggregate(n="count()").mark_rule(color=theme.gray("faint")).encode(y=alt.datum(0)),
        net.mark_text(baseline="bottom", dy=-3, fontSize=11).encode(x=x, y=alt.Y("top:Q"), text="text:N"),
    ).properties(width="container", height=HEIGHT)


FAN_SPECS: dict[str, Spec] = {
    key: specification(fan_chart(pd.DataFrame(columns=list(FAN_COLUMNS)), color)) for key, color in theme.SCREEN.items()
}
LINE_SPECS: dict[str, Spec] = {
    key: specification(lines_chart(pd.DataFrame(columns=list(LINE_COLUMNS)), color))
    for key, color in theme.SCREEN.items()
}
