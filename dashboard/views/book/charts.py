"""A book of loans: chance of losing more than a share of it, and where it is concentrated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import PERCENT, SAID, drawn, known, rows, upright, value_axis, where
from dashboard.charts.style import FAINT, MUTED, Spec

COLOR = theme.SCREEN["gpu_debt"]
MOST_NAMES = 10
LINES = {"book": "this book", "apart": "the same loans, untied"}
PARTS = {"balance_share": "share of what is owed", "tail_share": "share of the worst losses"}


def curve_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Two curves, a row a point: loss (share of book), probability, line, text, mark (name at the end of a line)."""
    out = []
    for line, column in (("book", "probability"), ("apart", "independent")):
        named = _named_at(table, column)
        for i, row in enumerate(table.to_dict("records")):
            chance = float(row[column])
            noise = f" {f.noise(float(row['probability_se']))} pts" if line == "book" else ""
            out.append({
                "loss": float(row["loss"]), "probability": chance, "line": line,
                "text": f"loses more than {f.percent(float(row['loss']))} in {f.percent(chance)} of futures{noise}",
                "mark": LINES[line] if i == named else None,
            })
    return pd.DataFrame(out)


def _named_at(table: pd.DataFrame, column: str) -> int:
    """Where a curve is named: where the two are far apart, the book to the right, the other to the left."""
    level = 0.06 if column == "probability" else 0.20
    below = (table[column] < level).to_numpy()
    return int(below.argmax()) if below.any() else len(table) - 1


def curve_chart() -> Spec:
    """Chance of losing more, in full ink for the book and dashed for the same loans if nothing tied them."""
    x = alt.X("loss:Q", scale=alt.Scale(nice=False), axis=alt.Axis(
        title="Loss, share of what is owed", labelExpr="format(datum.value, '.0%')", tickCount=6, grid=False,
        domain=True))
    y = upright(value_axis("Chance of losing more", PERCENT), domainMin=0)("probability")
    return drawn(
        where("datum.line == 'apart'").mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.6).encode(x=x, y=y),
        where("datum.line == 'book'").mark_line(color=COLOR, strokeWidth=2.4).encode(x=x, y=y),
        rows.mark_point(size=90, opacity=0, aria=False).encode(x=x, y=y, tooltip=SAID),
        known("mark").mark_text(align="left", baseline="bottom", dx=7, dy=-5).encode(x=x, y=y, text="mark:N"),
        height=300,
    )


def bars_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Two bars a name, largest share of the worst losses first; names beyond the tenth are added up.

    Keys needed: name, loans, balance_share, tail_share.
    """
    ranked = sorted(rows, key=lambda row: (-float(row["tail_share"]), str(row["name"])))
    shown, rest = ranked[:MOST_NAMES], ranked[MOST_NAMES:]
    if rest:
        shown = [*shown, {
            "name": f"{len(rest)} others", "loans": sum(int(row["loans"]) for row in rest),
            **{part: sum(float(row[part]) for row in rest) for part in PARTS},
        }]
    out = []
    for order, row in enumerate(shown):
        named, loans = str(row["name"]), int(row["loans"])
        for k, (part, words) in enumerate(PARTS.items()):
            share, noise = float(row[part]), f.noise(float(row.get(f"{part}_se", float("nan"))))
            out.append({
                "name": named if len(named) <= 28 else f"{named[:27]}…", "order": order, "part": words, "share": share,
                "offset": k, "text": f"{named}, {loans} {'loan' if loans == 1 else 'loans'}: {f.percent(share)}"
                f"{noise and f' {noise} pts'} {words[6:]}",
            })
    return pd.DataFrame(out)


def bars_chart() -> Spec:
    """Gray: what is owed; in color: what the worst losses consist of. The name stands above its bars."""
    y = alt.Y("name:N", sort=None, axis=None)
    x = alt.X("share:Q", axis=alt.Axis(title=None, labelExpr=PERCENT, tickCount=4), scale=alt.Scale(zero=True))
    bars = [
        where(f"datum.offset == {k}").mark_bar(height=6, yOffset=4 + 8 * k, color=color).encode(y=y, x=x, tooltip=SAID)
        for k, color in enumerate((FAINT, COLOR))
    ]
    names = where("datum.offset == 0").mark_text(
        align="left", baseline="bottom", dy=-2, fontSize=12, color=MUTED, limit=320
    ).encode(y=y, x=alt.value(0), text="name:N")
    return drawn(*bars, names, height=alt.Step(42))


CURVE, BARS = curve_chart(), bars_chart()
