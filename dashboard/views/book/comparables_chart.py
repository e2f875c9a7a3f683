"""Loans on GPUs that really closed: price against tenor, advance, customer grade or date, with one's own among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import drawn, rows, table, tips, upright, value_axis, where
from dashboard.charts.style import INK, MUTED, PAGE, Spec
from dashboard.views.book.words import basis_points

COLOR = theme.SCREEN["gpu_debt"]
BASIS_POINTS = "format(datum.value * 1e4, ',.0f') + ' bp'"
GRADES = {"ig": "Investment grade", "non_ig": "Below", "mixed": "Mixed", "unnamed": "Not named"}
"""Grade of the customer -> words on the chart, in the order of the axis."""
AXES = {"tenor_years": "Tenor", "advance_rate": "Advance rate", "grade": "Customer grade", "date": "Closing"}
OWN = "Your facility"
_COLUMNS = ("x", "y", "kind", "name", "terms", "price", "said", "state", "mark")
DRAWN = ("gpu_loan", "chip_lease")
NAMED_ABOVE = 0.05
"""Spread above which history is named on the chart; below it the marks stand too close."""
_TITLES = {
    "tenor_years": ("Tenor, years from closing", "datum.label"),
    "advance_rate": ("Lent over cost of the machines", "format(datum.value, '.0%')"),
    "date": ("Closing", "datum.label"),
}


def price_frame(rows: Sequence[Mapping[str, Any]], own: Mapping[str, Any], axis: str) -> pd.DataFrame:
    """One row a loan on GPUs with a spread and a place on the axis, the reader's own last; weak sources are left out.

    Keys needed: borrower, facility, date, kind, grade, spread, spread_basis, tenor_years, advance_rate, status,
    confidence, part_of; those of ``own``: grade, spread, tenor_years, advance_rate, date.
    """
    out = []
    drawn = [row for row in rows if row["kind"] in DRAWN and row["confidence"] != "low"]
    mine = {"borrower": "", "facility": OWN, "spread_basis": "own", "status": "own", "part_of": ""}
    for row in [*drawn, {**own, **mine}]:
        place = _place(row, axis)
        if place is None or not row["spread"] == row["spread"]:
            continue
        said = {"quoted": "as quoted", "derived": "fixed coupon less today's base rate", "own": "as set"}
        out.append({
            "x": place, "y": float(row["spread"]), "kind": _kind(row),
            "name": OWN if row["status"] == "own" else f"{row['borrower']}, {row['facility']}",
            "terms": _terms(row), "price": basis_points(float(row["spread"])), "said": said[str(row["spread_basis"])],
            "state": {"own": "this scenario", "history": f"history, {row['date']}"}.get(row["status"], row["date"]),
            "mark": _mark(row),
        })
    return table(out, _COLUMNS)


def _place(row: Mapping[str, Any], axis: str) -> float | str | None:
    if axis == "grade":
        return GRADES[str(row["grade"])]
    if axis == "date":
        year, month = (int(part) for part in str(row["date"]).split("-")[:2])
        return round(year + (month - 0.5) / 12.0, 3)
    value = float(row[axis])
    return value if value == value else None


def _mark(row: Mapping[str, Any]) -> str | None:
    """Name beside the mark, where there is room for it."""
    if row["status"] == "own":
        return OWN
    if row["spread"] < NAMED_ABOVE and (row["part_of"] or row["status"] == "history"):
        return None
    own_name = str(row["facility"]).split(" (")[0].split(" floating")[0]
    return own_name if row["borrower"] == "CoreWeave" else str(row["borrower"])


def _kind(row: Mapping[str, Any]) -> str:
    grade = row["grade"] if row["grade"] in ("ig", "non_ig") else "other"
    return "own" if row["status"] == "own" else f"{grade}, {row['status']}"


def _terms(row: Mapping[str, Any]) -> str:
    years, share = float(row["tenor_years"]), float(row["advance_rate"])
    parts = [f"{f.digits(years, 2, 1)} years" if years == years else "", GRADES[str(row["grade"])].lower()]
    parts += [f"{f.percent(share, 0)} of cost" if share == share else ""]
    return ", ".join(part for part in parts if part)


def price_chart(axis: str) -> Spec:
    """Filled: investment grade; hollow: below; small: unknown; pale: history; in color: the reader's own."""
    y = upright(value_axis("Spread over the base rate", BASIS_POINTS), zero=True, nice=True)("y")
    if axis == "grade":
        names = list(GRADES.values())
        x = alt.X("x:N", sort=names, scale=alt.Scale(domain=names),
                  axis=alt.Axis(title=None, labelAngle=0, labelLimit=90, domain=True))
    else:
        title, labels = _TITLES[axis]
        x = alt.X("x:Q", scale=alt.Scale(zero=False, nice=True, padding=40), axis=alt.Axis(
            title=title, labelExpr=labels, format="d" if axis == "date" else "~g", tickCount=5,
            tickMinStep=0.05 if axis == "advance_rate" else 1, grid=False, domain=True))
    said = tips(name="Facility", price="Spread", said="Figure", terms="Terms", state="Closed")
    own = where("datum.kind == 'own'")
    looks = {
        "other, history": (MUTED, MUTED, 28, 0.45), "other, current": (MUTED, MUTED, 28, 1.0),
        "ig, history": (INK, INK, 90, 0.35), "non_ig, history": (PAGE, INK, 90, 0.45),
        "ig, current": (INK, INK, 90, 1.0), "non_ig, current": (PAGE, INK, 90, 1.0), "own": (COLOR, PAGE, 260, 1.0),
    }
    points = [
        rows.transform_filter(alt.FieldOneOfPredicate(field="kind", oneOf=[kind])).mark_point(
            filled=True, fill=fill, stroke=stroke, strokeWidth=1.8, size=size, opacity=opacity
        ).encode(x=x, y=y, tooltip=said)
        for kind, (fill, stroke, size, opacity) in looks.items()
    ]
    return drawn(
        own.mark_rule(color=COLOR, strokeDash=[3, 3], strokeWidth=1.2, aria=False).encode(y=y),
        *points,
        where("isValid(datum.mark) && datum.kind != 'own'")
        .mark_text(align="left", baseline="middle", dx=9, fontSize=11, color=MUTED).encode(x=x, y=y, text="mark:N"),
        own.mark_text(align="left", baseline="top", dx=9, dy=8, fontSize=13, fontWeight=600)
        .encode(x=x, y=y, text="mark:N"),
        height=340,
    )


SPECS = {axis: price_chart(axis) for axis in AXES}
