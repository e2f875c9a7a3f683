"""Who keeps the money of sovereign programs, and what they do to the price: frames and charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts import marks
from dashboard.charts.marks import choice, drawn, known, legend, rows, table, tips, upright, value_axis, where, zero
from dashboard.charts.style import BAND, INK, MUTED, PAGE, Spec
from dashboard.views.programs.words import relative, times

PARTS = {"direct": "Paid to it", "market": "Through the market", "interaction": "Both together"}
"""Parts of the effect in the order they are drawn; they add to the total."""

_OPACITY = [0.85, 0.4, 0.15]


def keeps_frame(shares: pd.DataFrame) -> pd.DataFrame:
    """One row a class and part: gains stack to the right of zero, losses to the left; the dot is the total.

    Columns needed: label, direct, market, interaction, total and standard errors, all per USD of capital.
    """
    out = []
    for row in shares.to_dict("records"):
        up = down = 0.0
        for order, (part, name) in enumerate(PARTS.items()):
            value = float(row[part])
            start = up if value >= 0 else down
            end = start + value
            up, down = (end, down) if value >= 0 else (up, end)
            error = row.get(f"{part}_se")
            noise = f" {n} points" if error is not None and (n := f.noise(error, 2)) else ""
            out.append({
                "label": row["label"], "part": name, "order": order, "start": start, "end": end, "total": row["total"],
                "low": row["total"] - 2 * row["total_se"], "high": row["total"] + 2 * row["total_se"],
                "total_text": f.points(row["total"]), "text": f"{f.points(value, 2)}{noise}",
            })
    return pd.DataFrame(out)


def keeps_chart() -> Spec:
    """Diverging bars of the parts; a dot with its noise for the total, written at the right."""
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=120, labelColor=INK))
    axis = alt.Axis(title="Change of value, share of capital", labelExpr=marks.PERCENT, tickCount=5)
    start, total, low = (alt.X(f"{field}:Q", axis=axis) for field in ("start", "total", "low"))
    said = tips(label="Class", part="Part", text="Share of capital", total_text="Total")
    shade = choice(alt.Opacity, "part", dict(zip(PARTS.values(), _OPACITY, strict=True)), legend(columns=2))
    one = where("datum.order == 0")
    return drawn(
        zero("x"),
        rows.mark_bar(color=INK, height=14).encode(y=y, x=start, x2="end:Q", tooltip=said, opacity=shade),
        one.mark_rule(color=INK, strokeWidth=1.5, aria=False).encode(y=y, x=low, x2="high:Q"),
        one.mark_point(filled=True, size=46, opacity=1, color=PAGE, stroke=INK, strokeWidth=1.5).encode(
            y=y, x=total, tooltip=said
        ),
        one.mark_text(dy=-13, fontSize=11, color=MUTED).encode(y=y, x=total, text="total_text:N"),
        height=alt.Step(52),
    )


def intensity_frame(curve: pd.DataFrame) -> pd.DataFrame:
    """Change of rent against the multiplier of budgets, one line a quarter, with its noise."""
    last = curve["intensity"].max()
    out = []
    for row in curve.to_dict("records"):
        after = f"after {int(row['quarter']) // 4} year{'' if row['quarter'] == 4 else 's'}"
        error = row["effect_se"] if row["effect_se"] == row["effect_se"] else 0.0
        out.append({
            "intensity": row["intensity"], "after": after, "effect": row["effect"],
            "low": row["effect"] - 2 * error, "high": row["effect"] + 2 * error,
            "end_text": after if row["intensity"] == last else None, "is_here": bool(row["is_here"]),
            "text": f"{times(row['intensity'])} the announced budget: {relative(row['effect'])} rent",
        })
    return pd.DataFrame(out)


def intensity_chart() -> Spec:
    """Lines by horizon, dashed by how soon; dots mark the scenario's own intensity."""
    x = alt.X("intensity:Q", scale=alt.Scale(nice=False), axis=alt.Axis(
        title="Announced budgets times", grid=False, tickCount=6, labelExpr=marks.TIMES))
    axis = value_axis("Change of the home rental price, mean", "replace(format(datum.value, '.1~%'), '-', '−')")
    y = upright(axis, zero=True, nice=True)("effect")
    dash = choice(alt.StrokeDash, "after", {"after 1 year": [2, 3], "after 3 years": [6, 3], "after 5 years": [1, 0]})
    said = tips(text=" ", after="When")
    return drawn(
        rows.mark_area(color=BAND, opacity=0.12, aria=False).encode(
            x=x, y=upright(axis)("low"), y2="high:Q", detail="after:N"
        ),
        rows.mark_line(color=INK, strokeWidth=1.8).encode(x=x, y=y, strokeDash=dash),
        rows.mark_point(size=60, opacity=0, filled=True).encode(x=x, y=y, tooltip=said),
        where("datum.is_here").mark_point(size=60, filled=True, opacity=1, color=INK).encode(x=x, y=y),
        known("end_text").mark_text(align="right", baseline="bottom", dy=-5, fontSize=11, color=MUTED).encode(
            x=x, y=y, text="end_text:N"
        ),
        height=240,
    )


def delivery_frame(programs: pd.DataFrame) -> pd.DataFrame:
    """Announced against delivered money of the programs where both are known: name, announced, delivered, text."""
    known = programs[programs["delivered_usd"].notna() & programs["announced_usd"].notna()]
    return table([
        {
            "name": r["label"], "announced": r["announced_usd"], "delivered": r["delivered_usd"],
            "text": f"{f.money(r['delivered_usd'])} {r['stage']} of {f.money(r['announced_usd'])} announced "
            f"({f.percent(r['delivered_usd'] / r['announced_usd'])})",
        }
        for r in known.to_dict("records")
    ], ("name", "announced", "delivered", "text"))


def delivery_chart() -> Spec:
    """A pale bar for what was announced, a full one for what is known to be paid or budgeted."""
    y = alt.Y("name:N", sort=None, axis=None)
    x = alt.X("announced:Q", axis=alt.Axis(
        title="USD billion", labelExpr="format(datum.value / 1e9, ',.2~f')", tickCount=5))
    return drawn(
        rows.mark_bar(color=BAND, opacity=0.15, height=14).encode(y=y, x=x),
        rows.mark_bar(color=INK, height=14).encode(y=y, x="delivered:Q"),
        rows.mark_text(align="left", baseline="bottom", dy=-10, fontSize=12).encode(y=y, x=alt.datum(0), text="name:N"),
        rows.mark_text(align="left", baseline="top", dy=11, fontSize=11, color=MUTED).encode(
            y=y, x=alt.datum(0), text="text:N"
        ),
        height=alt.Step(64),
    )


KEEPS, INTENSITY, DELIVERY = keeps_chart(), intensity_chart(), delivery_chart()
