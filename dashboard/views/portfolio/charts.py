"""Mixes by tail loss and wealth: the efficient frontier with its noise, the six classes, and the reader's own mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.labels import SIZE, Mark, offsets
from dashboard.charts.style import PERCENT, Spec, specification

HEIGHT = 430
PLOT_HEIGHT = 356
WIDTHS = {"wide": 620, "narrow": 290}
NARROW = 380
SHAPES = {"own": "cross", "least_loss": "square", "sure": "square", "regret": "square"}
MIX_NAMES = {"own": "Your mix", "least_loss": "Least loss", "sure": "Best sure gain", "regret": "Least regret"}
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
    rows = [_point("line", "", "", "", point, order) | {"x_fitted": point["tail_in_sample"]}
            for order, point in enumerate(line)]
    spots = [_point("class", str(row["asset"]), str(row["label"]), theme.FAMILY_SHAPES[str(row["family"])], row)
             for row in classes]
    spots += [
        _point("mix", str(row["key"]), MIX_NAMES[str(row["key"])], SHAPES[str(row["key"])], row) for row in mixes
    ]
    for size in WIDTHS:
        _place(spots, size)
    rows += spots
    own = next((row for row in mixes if row["key"] == "own"), None)
    if match is not None and own is not None:
        rows.append(_point("gap", "own", "", "", own) | {"x_end": match["tail"]})
    for row in rows:
        row |= {"cash": cash, "cash_text": f"cash {f.multiple(cash)}"}
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _point(
    kind: str, key: str, label: str, shape: str, row: Mapping[str, Any], order: int = 0
) -> dict[str, Any]:
    tail, error = float(row["tail"]), float(row["tail_se"])
    error = 0.0 if error != error else error
    made_of = str(row.get("mix_text", ""))
    return {
        "kind": kind, "key": key, "order": order, "label": label, "shape": shape, "x": tail, "x_low": tail - 2 * error,
        "x_high": tail + 2 * error, "y": float(row["wealth"]),
        "name": label or "Efficient mix",
        "wealth_text": f"{f.multiple(float(row['wealth']))} after ten years, mean",
        "loss_text": f"{f.percent(tail)} of the money {f.noise(error)}".strip(), "mix_text": made_of,
    }


def _place(rows: Sequence[dict[str, Any]], size: str) -> None:
    """Add the offsets of the names for a plot of one of the two widths."""
    left, right = min([0.0, *(float(row["x_low"]) for row in rows)]), max(float(row["x_high"]) for row in rows)
    top, bottom = max(float(row["y"]) for row in rows), min(float(row["y"]) for row in rows)
    span = max(top - bottom, 1e-9)

    def px(value: float) -> float:
        return (value - left) / max(1.02 * right - left, 1e-9) * WIDTHS[size]

    def py(value: float) -> float:
        return (1.04 - (value - bottom) / span) / 1.04 * PLOT_HEIGHT

    marks = [Mark(str(r["label"]), px(r["x"]), py(r["y"]), py(r["y"]) - 6, py(r["y"]) + 6) for r in rows]
    for row, spot in zip(rows, offsets(marks, WIDTHS[size], PLOT_HEIGHT), strict=True):
        row |= {
            f"dx_{size}": spot.dx, f"dy_{size}": spot.dy, f"align_{size}": spot.align, f"leader_{size}": spot.is_far
        }


def frontier_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Tail loss against mean wealth after ten years; bars are two standard errors, dashes what was fitted."""
    base = alt.Chart(frame)
    line = base.transform_filter("datum.kind == 'line'")
    spots = base.transform_filter("datum.kind == 'class' || datum.kind == 'mix'")
    x = alt.X(
        "x:Q", scale=alt.Scale(nice=False, zero=True, padding=8),
        axis=alt.Axis(
            title="Loss in the worst 5% of futures", titlePadding=8, grid=False, tickCount=6, labelExpr=PERCENT,
        ),
    )
    y = alt.Y(
        "y:Q", scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(title="What a dollar has become after ten years, mean", titleAngle=0, titleAlign="left",
                      titleAnchor="end", titleX=-36, titleY=-12, tickCount=6, labelExpr="datum.label + 'x'"),
    )
    ink, muted, faint = theme.gray("ink"), theme.gray("muted"), theme.gray("faint")
    tips = [alt.Tooltip(f"{field}:N", title=title) for field, title in
            (("name", "Mix or class"), ("wealth_text", "Wealth"), ("loss_text", "Worst 5%"), ("mix_text", "Made of"))]
    color = alt.condition(
        "datum.kind == 'class'",
        alt.Color("key:N", scale=alt.Scale(domain=list(theme.SCREEN), range=list(theme.SCREEN.values())), legend=None),
        alt.value(ink),
    )
    names = ["circle", "diamond", "cross", "square"]
    shape = alt.Shape("shape:N", scale=alt.Scale(domain=names, range=names), legend=None)
    return alt.layer(
        base.transform_aggregate(cash="max(cash)", text="max(cash_text)").mark_rule(color=faint, strokeDash=[2, 3])
        .encode(y="cash:Q"),
        base.transform_aggregate(cash="max(cash)", text="max(cash_text)").mark_text(
            align="right", baseline="bottom", dy=-3, fontSize=11, color=muted
        ).encode(x=alt.value(alt.ExprRef("width - 2")), y="cash:Q", text="text:N"),
        line.mark_rule(strokeWidth=7, opacity=0.2, color=ink).encode(
            x=alt.X("x_low:Q"), x2="x_high:Q", y=y, tooltip=tips
        ),
        line.mark_line(color=muted, strokeDash=[4, 3], strokeWidth=1.2).encode(x="x_fitted:Q", y=y, order="order:Q"),
        line.mark_line(color=ink, strokeWidth=2).encode(x=x, y=y, order="order:Q"),
        line.mark_point(size=60, opacity=0, filled=True).encode(x=x, y=y, tooltip=tips),
        base.transform_filter("datum.kind == 'gap'").mark_rule(color=ink, strokeWidth=1.2, strokeDash=[1, 2]).encode(
            x=x, x2="x_end:Q", y=y
        ),
        spots.mark_rule(strokeWidth=1.2, color=ink).encode(x=alt.X("x_low:Q"), x2="x_high:Q", y=y, tooltip=tips),
        *_labels(spots, x, y),
        spots.mark_point(size=130, filled=True, opacity=1, stroke=theme.gray("page"), strokeWidth=1.2).encode(
            x=x, y=y, color=color, shape=shape, tooltip=tips
        ),
    ).properties(width="container", height=HEIGHT)


def _labels(spots: alt.Chart, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    def chosen(name: str) -> alt.ExprRef:
        return alt.ExprRef(f"width < {NARROW} ? datum.{name}_narrow : datum.{name}_wide")

    leader = (
        spots.transform_filter(f"width < {NARROW} ? datum.leader_narrow : datum.leader_wide")
        .mark_rule(color=theme.gray("faint"), strokeWidth=0.8, x2Offset=chosen("dx"), y2Offset=chosen("dy"))
        .encode(x=x, y=y, x2="x:Q", y2="y:Q")
    )
    name = spots.mark_text(
        baseline="middle", fontSize=SIZE, dx=chosen("dx"), dy=chosen("dy"), align=chosen("align")
    ).encode(x=x, y=y, text="label:N")
    return [leader, name]


SPEC: Spec = specification(frontier_chart(pd.DataFrame(columns=list(COLUMNS))))
