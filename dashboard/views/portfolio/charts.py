"""Mixes by tail loss and wealth: the efficient frontier with its noise, the six classes, and the reader's own mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts import marks
from dashboard.charts.labels import Mark, offsets
from dashboard.charts.marks import choice, class_color, drawn, names, rows, table, tips, upright, value_axis, where
from dashboard.charts.style import FAINT, INK, MUTED, PAGE, Spec

HEIGHT = 430
PLOT_HEIGHT = 356
WIDTHS = {"wide": 620, "narrow": 290}
NARROW = 380
SHAPES = {name: name for name in ("circle", "diamond", "cross", "square")}
MIXES = {"own": "Your mix", "least_loss": "Least loss", "sure": "Best sure gain", "regret": "Least regret"}
COLUMNS = (
    "kind", "key", "order", "label", "shape", "x", "x_low", "x_high", "x_fitted", "y", "x_end", "cash", "cash_text",
    *(f"{name}_{size}" for size in WIDTHS for name in ("dx", "dy", "align", "leader")),
    "name", "wealth_text", "loss_text", "mix_text",
)


def frontier_frame(
    line: Sequence[Mapping[str, Any]], classes: Sequence[Mapping[str, Any]], mixes: Sequence[Mapping[str, Any]],
    cash: float, match: Mapping[str, Any] | None,
) -> pd.DataFrame:
    """Everything the chart draws.

    Parameters
    ----------
    line, classes, mixes : sequence of mapping
        Keys needed: tail, tail_se, wealth; of the line also tail_in_sample and the weights by class; of classes asset,
        label and family; of mixes key and mix_text.
    cash : float
        What a dollar of cash has become.
    match : mapping, optional
        Efficient mix of the same mean as the reader's own: tail, wealth.
    """
    out = [_point("line", "", "", "", point, order) | {"x_fitted": point["tail_in_sample"]}
           for order, point in enumerate(line)]
    spots = [_point("class", str(row["asset"]), str(row["label"]), theme.FAMILY_SHAPES[str(row["family"])], row)
             for row in classes]
    spots += [_point("mix", row["key"], MIXES[row["key"]], "cross" if row["key"] == "own" else "square", row)
              for row in mixes]
    for size in WIDTHS:
        _place(spots, size)
    out += spots
    own = next((row for row in mixes if row["key"] == "own"), None)
    if match is not None and own is not None:
        out.append(_point("gap", "own", "", "", own) | {"x_end": match["tail"]})
    return table([row | {"cash": cash, "cash_text": f"cash {f.multiple(cash)}"} for row in out], COLUMNS)


def _point(kind: str, key: str, label: str, shape: str, row: Mapping[str, Any], order: int = 0) -> dict[str, Any]:
    tail, error, wealth = float(row["tail"]), float(row["tail_se"]), float(row["wealth"])
    error = 0.0 if error != error else error
    return {
        "kind": kind, "key": key, "order": order, "label": label, "shape": shape, "x": tail, "x_low": tail - 2 * error,
        "x_high": tail + 2 * error, "y": wealth, "name": label or "Efficient mix",
        "wealth_text": f"{f.multiple(wealth)} after ten years, mean",
        "loss_text": f"{f.percent(tail)} of the money {f.noise(error)}".strip(),
        "mix_text": str(row.get("mix_text", "")),
    }


def _place(spots: Sequence[dict[str, Any]], size: str) -> None:
    """Add the offsets of the names for a plot of one of the two widths."""
    left: float = min([0.0, *(row["x_low"] for row in spots)])
    right: float = max(row["x_high"] for row in spots)
    top, bottom = max(float(row["y"]) for row in spots), min(float(row["y"]) for row in spots)
    span = max(top - bottom, 1e-9)

    def px(value: float) -> float:
        return (value - left) / max(1.02 * right - left, 1e-9) * WIDTHS[size]

    def py(value: float) -> float:
        return (1.04 - (value - bottom) / span) / 1.04 * PLOT_HEIGHT

    marks = [Mark(row["label"], px(row["x"]), py(row["y"]), py(row["y"]) - 6, py(row["y"]) + 6) for row in spots]
    for row, spot in zip(spots, offsets(marks, WIDTHS[size], PLOT_HEIGHT), strict=True):
        row |= spot.columns(f"_{size}")


def frontier_chart() -> Spec:
    """Tail loss against mean wealth after ten years; bars are two standard errors, dashes what was fitted."""
    line = where("datum.kind == 'line'")
    spots = where("datum.kind == 'class' || datum.kind == 'mix'")
    cash = rows.transform_aggregate(cash="max(cash)", text="max(cash_text)")
    x = alt.X(
        "x:Q", scale=alt.Scale(nice=False, zero=True, padding=8),
        axis=alt.Axis(title="Loss in the worst 5% of futures", titlePadding=8, grid=False, tickCount=6,
                      labelExpr=marks.PERCENT),
    )
    title = "What a dollar has become after ten years, mean"
    y = upright(value_axis(title, marks.TIMES, titleX=-36, titleY=-12, tickCount=6), zero=False, nice=True)("y")
    said = tips(name="Mix or class", wealth_text="Wealth", loss_text="Worst 5%", mix_text="Made of")
    color = alt.condition("datum.kind == 'class'", class_color("key"), alt.value(INK))
    return drawn(
        cash.mark_rule(color=FAINT, strokeDash=[2, 3]).encode(y="cash:Q"),
        cash.mark_text(align="right", baseline="bottom", dy=-3, fontSize=11, color=MUTED).encode(
            x=alt.value(alt.ExprRef("width - 2")), y="cash:Q", text="text:N"
        ),
        line.mark_rule(strokeWidth=7, opacity=0.2, color=INK).encode(x="x_low:Q", x2="x_high:Q", y=y, tooltip=said),
        line.mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.2).encode(x="x_fitted:Q", y=y, order="order:Q"),
        line.mark_line(color=INK, strokeWidth=2).encode(x=x, y=y, order="order:Q"),
        line.mark_point(size=60, opacity=0, filled=True).encode(x=x, y=y, tooltip=said),
        where("datum.kind == 'gap'").mark_rule(color=INK, strokeWidth=1.2, strokeDash=[1, 2]).encode(
            x=x, x2="x_end:Q", y=y
        ),
        spots.mark_rule(strokeWidth=1.2, color=INK).encode(x="x_low:Q", x2="x_high:Q", y=y, tooltip=said),
        *names(x, y, spots, NARROW),
        spots.mark_point(size=130, filled=True, opacity=1, stroke=PAGE, strokeWidth=1.2).encode(
            x=x, y=y, color=color, shape=choice(alt.Shape, "shape", SHAPES), tooltip=said
        ),
        height=HEIGHT,
    )


SPEC = frontier_chart()
