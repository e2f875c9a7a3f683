"""Who keeps the money of sovereign programs, and what they do to the price: frames and charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard.charts.marks import (
    PERCENT,
    TIMES,
    choice,
    drawn,
    known,
    legend,
    rows,
    table,
    tips,
    upright,
    value_axis,
    where,
    zero,
)
from dashboard.charts.style import BAND, INK, MUTED, PAGE, Spec
from dashboard.words import highest, lowest

SATURATED = 0.9
PARTS = {"direct": "Paid to it", "market": "Through the market", "interaction": "Both together"}
"""Parts of the effect in the order they are drawn; they add to the total."""

_OPACITY = [0.85, 0.4, 0.15]


def relative(value: float) -> str:
    """Relative change, signed: −2.8%; what is less than a rounding error is none."""
    return f"{f.signed(value * 100)}%" if abs(value) >= 5e-5 else "0%"


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
    axis = alt.Axis(title="Change of value, share of capital", labelExpr=PERCENT, tickCount=5)
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


def keeps_message(shares: pd.DataFrame) -> str:
    """Who gains most and who loses most, where the noise allows to say so."""
    sure = shares[shares["total"].abs() > 2 * shares["total_se"]]
    gains, losses = sure[sure["total"] > 0], sure[sure["total"] < 0]
    words = []
    if len(gains):
        best = highest(gains, "total")
        words.append(f"{best['label']} keeps most: {f.points(best['total'])} of its capital")
    if len(losses):
        worst = lowest(losses, "total")
        words.append(f"{worst['label']} pays most: {f.points(worst['total'])}")
    return "; ".join(words) or "No class gains or loses more than the noise"


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
            "text": f"{_times(row['intensity'])} the announced budget: {relative(row['effect'])} rent",
        })
    return pd.DataFrame(out)


def intensity_chart() -> Spec:
    """Lines by horizon, dashed by how soon; dots mark the scenario's own intensity."""
    x = alt.X("intensity:Q", scale=alt.Scale(nice=False), axis=alt.Axis(
        title="Announced budgets times", grid=False, tickCount=6, labelExpr=TIMES))
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


def effect_message(curve: pd.DataFrame) -> str:
    """What the scenario's programs do to rent after five years."""
    here = _late(curve)[lambda late: late["is_here"]].iloc[0]
    if f.is_close(float(here["effect"]), float(here["effect_se"])):
        return "The programs move rent by less than the noise"
    return f"The programs move rent by {relative(here['effect'])} after five years"


def intensity_message(curve: pd.DataFrame) -> str:
    """Whether more money does more, or how soon it stops to."""
    late = _late(curve)
    furthest = late.iloc[int(late["effect"].abs().argmax())]
    if f.is_close(float(furthest["effect"]), float(furthest["effect_se"])):
        return "No multiple of the announced budgets moves rent by more than the noise"
    enough = late[late["effect"].abs() >= SATURATED * abs(furthest["effect"])].iloc[0]
    if enough["intensity"] >= late["intensity"].max():
        return f"Rent moves with the budgets, by {relative(furthest['effect'])} at {_times(furthest['intensity'])}"
    return (
        f"Rent moves by {relative(furthest['effect'])} at most; {_times(enough['intensity'])} the announced budgets "
        "bring nine tenths of that"
    )


def _late(curve: pd.DataFrame) -> pd.DataFrame:
    last: pd.DataFrame = curve.loc[curve["quarter"] == curve["quarter"].max()]
    return last


def _times(intensity: float) -> str:
    return f"{f.digits(intensity, 3, 1 if intensity % 1 else 0)}x"


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
