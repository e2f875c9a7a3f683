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


def book_message(risk: Mapping[str, Any]) -> str:
    """What the worst futures cost, and how much of that comes from what ties the loans together."""
    tail, apart, error = (float(risk[k]) for k in ("cvar_95", "independent_cvar_95", "cvar_95_se"))
    if tail <= 0:
        return "This book loses nothing in any future drawn"
    words = f"In its worst 5% of futures this book loses {f.percent(tail)} of what it is owed"
    if int(risk["loans"]) == 1:
        return words
    if f.is_close(tail - apart, error):
        return f"{words}, about as much as if nothing tied its loans together"
    than = "against" if tail > apart else "less than"
    return f"{words}, {than} {f.percent(apart)} if nothing tied its loans together"


def curve_message(table: pd.DataFrame) -> str:
    """From which loss on a book is worse off than the same loans untied."""
    worse = (table["probability"] > table["independent"]).to_numpy()
    if not worse.any():
        return "Nothing ties these loans together in the bad futures"
    start = _start(worse)
    at = f.percent(float(table["loss"].iloc[start]))
    if start == 0:
        return "Losses of every size come more often than if nothing tied the loans together"
    return f"Losses beyond {at} come more often than if nothing tied the loans together"


def _start(worse: Any) -> int:
    """First point of the longest run of points at which the book is worse off."""
    best, length, begin = 0, 0, 0
    for i, is_worse in enumerate([*worse, False]):
        if is_worse:
            continue
        if i - begin > length:
            best, length = begin, i - begin
        begin = i + 1
    return best


def ties_message(risk: Mapping[str, Any]) -> str:
    """Whether defaults come together."""
    value, error = float(risk["default_correlation"]), float(risk["default_correlation_se"])
    if not value == value:
        return "Too few loans that ever default to say what ties them together"
    shown = f"the correlation of two loans is {f.digits(value, 2, 2)} on average"
    return f"Defaults come {'one by one' if f.is_close(value, error) or value < 0 else 'together'}: {shown}"


def names_message(rows: Sequence[Mapping[str, Any]], what: str) -> str:
    """The name or year that weighs most in the worst losses, beside its share of what is owed."""
    top = max(rows, key=lambda row: float(row["tail_share"]))
    if float(top["tail_share"]) <= 0:
        return f"No {what} weighs on the worst losses: there are none"
    owed, tail = f.percent(float(top["balance_share"]), 0), f.percent(float(top["tail_share"]), 0)
    name = f"Loans of {top['name']}" if what == "year" else str(top["name"])
    verb = "are" if what == "year" else "is"
    return f"{name} {verb} {owed} of what is owed and {tail} of the worst losses"


CURVE, BARS = curve_chart(), bars_chart()
