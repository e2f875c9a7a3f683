"""Cash of one class: the range of the net flow by year, the lines it is made of, and returns by holding period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import PERCENT, QUANTILES, choice, drawn, rows, span, table, tips, upright, value_axis, zero
from dashboard.charts.style import FAINT, INK, MUTED, Spec

FAN_COLUMNS = ("when", *QUANTILES, "mean", "middle", "half", "most", "average")
LINE_COLUMNS = ("when", "line", "value", "side", "shade", "order", "written", "net", "net_written")
SHADES = (0.95, 0.62, 0.38, 0.2)
"""Opacities of the lines on one side, largest line first."""

DWARFS = 3.0
"""How many times the largest other flow a sale must bring to be left to words."""


def fan_frame(fan: pd.DataFrame) -> pd.DataFrame:
    """Everything the chart of ranges draws, one row a year after closing, to the last year with any flow.

    What is paid at closing is certain and would flatten the rest, as a sale at the end would: the bars show both, and
    `exit_note` says what the sale brings.
    Columns needed: year (from closing), p05, p25, p50, p75, p95, mean, as shares of committed capital.
    """
    active = fan.loc[(fan[list(QUANTILES)] != 0.0).any(axis=1), "year"].max()
    last = active - 1 if exit_note(fan) else active
    return table([
        {name: float(row[name]) for name in (*QUANTILES, "mean")}
        | {
            "when": _calendar(row["year"]), "middle": f.percent(row["p50"]), "average": f.percent(row["mean"]),
            "half": span(row["p25"], row["p75"], f.percent), "most": span(row["p05"], row["p95"], f.percent),
        }
        for row in fan[(fan["year"] > 0) & (fan["year"] <= last)].to_dict("records")
    ], FAN_COLUMNS)


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
    return table([
        {
            "when": _calendar(row["year"]), "line": row["line"], "value": float(row["value"]),
            "side": "in" if row["value"] > 0 else "out", "shade": shades[row["line"]], "order": order[row["line"]],
            "written": f.percent(float(row["value"])), "net": float(net[row["year"]]),
            "net_written": f.percent(float(net[row["year"]]), 0),
        }
        for row in lines.to_dict("records")
        if abs(row["value"]) > 1e-6
    ], LINE_COLUMNS)


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


def holding_frame(held: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Everything the chart of holding periods draws, one row a period; ranges are cut at -100% and +100% a year.

    Keys needed: years, irr_p05, irr_p50, irr_p95, irr_p50_se, probability_of_loss, probability_of_loss_se.
    """
    out = []
    for row in held:
        low, middle, high = (float(row[f"irr_{name}"]) for name in ("p05", "p50", "p95"))
        out.append({
            "held": f"{f.digits(row['years'], 2, 0)} years", "p05": low, "p50": middle, "p95": high,
            "low": min(max(low, -1.0), 1.0), "high": min(max(high, -1.0), 1.0), "middle": f.irr(middle),
            "most": span(low, high, f.irr), "noise": f"{f.noise(float(row['irr_p50_se']))} points",
            "loss": f"loses in {f.percent(float(row['probability_of_loss']))} of futures",
        })
    return pd.DataFrame(out)


_X = alt.X("when:O", axis=alt.Axis(
    title=None, labelAngle=0, labelExpr="width < 420 ? '’' + slice(datum.label, 2) : datum.label", labelOverlap=False,
))
_Y = upright(value_axis("Share of capital committed, a year", PERCENT, titleX=-40, tickCount=5))


def fan_chart(color: str) -> Spec:
    """Net flow by year: a thin line from the 5th to the 95th percentile, a bar for half of futures, median and mean."""
    said = tips(when="Year", middle="Median", half="Half of futures", most="Nine in ten", average="Mean")
    bar = {"x": _X, "tooltip": said}
    return drawn(
        zero(),
        rows.mark_rule(color=color, strokeWidth=2, opacity=0.5).encode(y=_Y("p05"), y2="p95:Q", **bar),
        rows.mark_rule(color=color, strokeWidth=9, opacity=0.55).encode(y=_Y("p25"), y2="p75:Q", **bar),
        rows.mark_tick(color=INK, thickness=2, width=16).encode(y=_Y("p50"), **bar),
        rows.mark_point(color=INK, size=16, filled=True, opacity=1).encode(y=_Y("mean"), **bar),
        height=400,
    )


def lines_chart(color: str) -> Spec:
    """Mean lines by year, money in up in the color of the class, money out down in gray; the net is written above."""
    net = rows.transform_calculate(up="datum.value > 0 ? datum.value : 0").transform_aggregate(
        top="sum(up)", text="max(net_written)", groupby=["when"]
    )
    return drawn(
        rows.mark_bar().encode(
            x=_X,
            y=_Y("value"),  # signed values pile up on either side of zero
            color=choice(alt.Color, "side", {"in": color, "out": FAINT}),
            opacity=alt.Opacity("shade:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None),
            order="order:Q",
            tooltip=tips(
                when="Year", line="Line", written="Mean, share of capital", net_written="All lines of the year"
            ),
        ),
        zero(),
        net.mark_text(baseline="bottom", dy=-3, fontSize=11).encode(x=_X, y="top:Q", text="text:N"),
        height=270,
    )


def holding_chart(color: str) -> Spec:
    """Median return a year with its 5% to 95% range for each holding period; the chance of loss is written beside."""
    axis = alt.Axis(title="Return a year: median, and 5% to 95% of futures", labelExpr=PERCENT, tickCount=5)
    held = alt.Axis(title="Sold after", titleAngle=0, titleAlign="left", titleX=-62, titleY=-8, domain=False)
    y = alt.Y("held:O", sort=None, axis=held)
    low, middle = (alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(zero=True, nice=True)) for field in ("low", "p50"))
    said = tips(
        held="Held", middle="Median return a year", noise="Noise, two standard errors", most="Nine in ten futures",
        loss="Chance of loss",
    )
    return drawn(
        zero("x"),
        rows.mark_rule(color=color, strokeWidth=5, opacity=0.45).encode(x=low, x2="high:Q", y=y, tooltip=said),
        rows.mark_point(color=color, size=110, filled=True, opacity=1).encode(x=middle, y=y, tooltip=said),
        rows.mark_text(dy=-13, fontSize=12, fontWeight=600).encode(x=middle, y=y, text="middle:N"),
        rows.mark_text(dy=14, fontSize=11, color=MUTED).encode(x=middle, y=y, text="loss:N"),
        height=290,
    )


FAN_SPECS, LINE_SPECS, HOLDING_SPECS = (
    {key: chart(color) for key, color in theme.SCREEN.items()} for chart in (fan_chart, lines_chart, holding_chart)
)
