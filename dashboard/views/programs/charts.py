"""Who keeps the money of sovereign programs, and what they do to the price: frames and charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard import format as f
from dashboard import theme
from dashboard.charts.marks import value_axis
from dashboard.charts.style import PERCENT, Spec, specification

ROW = 52
SATURATED = 0.9
PARTS = {"direct": "Paid to it", "market": "Through the market", "interaction": "Both together"}
"""Parts of the effect in the order they are drawn; they add to the total."""

_OPACITY = [0.85, 0.4, 0.15]
_KEEPS = ("label", "part", "order", "start", "end", "total", "low", "high", "total_text", "text")
_INTENSITY = ("intensity", "after", "effect", "low", "high", "end_text", "is_here", "text")
_DELIVERY = ("name", "announced", "delivered", "text")


def relative(value: float) -> str:
    """Relative change, signed: −2.8%; what is less than a rounding error is none."""
    return f"{f.signed(value * 100)}%" if abs(value) >= 5e-5 else "0%"


def keeps_frame(shares: pd.DataFrame) -> pd.DataFrame:
    """One row a class and part: gains stack to the right of zero, losses to the left; the dot is the total.

    Columns needed: label, direct, market, interaction, total and standard errors, all per USD of capital.
    """
    rows = []
    for row in shares.to_dict("records"):
        up = down = 0.0
        for order, (part, name) in enumerate(PARTS.items()):
            value = float(row[part])
            start = up if value >= 0 else down
            end = start + value
            up, down = (end, down) if value >= 0 else (up, end)
            error = row.get(f"{part}_se")
            noise = f" {n} points" if error is not None and (n := f.noise(error, 2)) else ""
            rows.append({
                "label": row["label"], "part": name, "order": order, "start": start, "end": end, "total": row["total"],
                "low": row["total"] - 2 * row["total_se"], "high": row["total"] + 2 * row["total_se"],
                "total_text": f.points(row["total"]), "text": f"{f.points(value, 2)}{noise}",
            })
    return pd.DataFrame(rows, columns=list(_KEEPS))


def keeps_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Diverging bars of the parts; a dot with its noise for the total, written at the right."""
    base = alt.Chart(frame)
    y = alt.Y("label:N", sort=None, axis=alt.Axis(title=None, labelLimit=120, labelColor=theme.gray("ink")))
    axis = alt.Axis(title="Change of value, share of capital", labelExpr=PERCENT, tickCount=5)
    legend = alt.Legend(
        title=None, orient="top", columns=2, symbolType="square", labelFontSize=12, labelColor=theme.gray("muted"),
        symbolFillColor=theme.gray("ink"), symbolStrokeWidth=0,
    )
    tips = [
        alt.Tooltip("label:N", title="Class"),
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("text:N", title="Share of capital"),
        alt.Tooltip("total_text:N", title="Total"),
    ]
    bars = base.mark_bar(color=theme.gray("ink"), height=14).encode(
        y=y, x=alt.X("start:Q", axis=axis), x2="end:Q", tooltip=tips,
        opacity=alt.Opacity("part:N", scale=alt.Scale(domain=list(PARTS.values()), range=_OPACITY), legend=legend),
    )
    one = base.transform_filter("datum.order == 0")
    whole = {"y": y, "x": alt.X("total:Q", axis=axis)}
    return alt.layer(
        base.transform_aggregate(n="count()").mark_rule(color=theme.gray("faint")).encode(x=alt.datum(0)),
        bars,
        one.mark_rule(color=theme.gray("ink"), strokeWidth=1.5, aria=False).encode(
            y=y, x=alt.X("low:Q", axis=axis), x2="high:Q"),
        one.mark_point(
            filled=True, size=46, opacity=1, color=theme.gray("page"), stroke=theme.gray("ink"), strokeWidth=1.5
        ).encode(**whole, tooltip=tips),
        one.mark_text(dy=-13, fontSize=11, color=theme.gray("muted")).encode(**whole, text="total_text:N"),
    ).properties(width="container", height=alt.Step(ROW))


def keeps_message(shares: pd.DataFrame) -> str:
    """Who gains most and who loses most, where the noise allows to say so."""
    sure = shares[shares["total"].abs() > 2 * shares["total_se"]]
    gains, losses = sure[sure["total"] > 0], sure[sure["total"] < 0]
    words = []
    if len(gains):
        best = gains.loc[gains["total"].idxmax()]
        words.append(f"{best['label']} keeps most: {f.points(best['total'])} of its capital")
    if len(losses):
        worst = losses.loc[losses["total"].idxmin()]
        words.append(f"{worst['label']} pays most: {f.points(worst['total'])}")
    return "; ".join(words) or "No class gains or loses more than the noise"


def intensity_frame(curve: pd.DataFrame) -> pd.DataFrame:
    """Change of rent against the multiplier of budgets, one line a quarter, with its noise."""
    last = curve["intensity"].max()
    rows = []
    for row in curve.to_dict("records"):
        after = f"after {int(row['quarter']) // 4} year{'' if row['quarter'] == 4 else 's'}"
        error = row["effect_se"] if row["effect_se"] == row["effect_se"] else 0.0
        rows.append({
            "intensity": row["intensity"], "after": after, "effect": row["effect"],
            "low": row["effect"] - 2 * error, "high": row["effect"] + 2 * error,
            "end_text": after if row["intensity"] == last else None, "is_here": bool(row["is_here"]),
            "text": f"{_times(row['intensity'])} the announced budget: {relative(row['effect'])} rent",
        })
    return pd.DataFrame(rows, columns=list(_INTENSITY))


def intensity_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """Lines by horizon, dashed by how soon; dots mark the scenario's own intensity."""
    base = alt.Chart(frame)
    x = alt.X("intensity:Q", axis=alt.Axis(title="Announced budgets times", grid=False, tickCount=6,
                                           labelExpr="datum.label + 'x'"), scale=alt.Scale(nice=False))
    axis = value_axis("Change of the home rental price, mean", "replace(format(datum.value, '.1~%'), '-', '−')")
    dash = alt.StrokeDash(
        "after:N", legend=None,
        scale=alt.Scale(domain=["after 1 year", "after 3 years", "after 5 years"], range=[[2, 3], [6, 3], [1, 0]]),
    )
    y = alt.Y("effect:Q", axis=axis, scale=alt.Scale(zero=True, nice=True))
    ink = theme.gray("ink")
    return alt.layer(
        base.mark_area(color=theme.gray("band"), opacity=0.12, aria=False).encode(
            x=x, y=alt.Y("low:Q", axis=axis), y2="high:Q", detail="after:N"),
        base.mark_line(color=ink, strokeWidth=1.8).encode(x=x, y=y, strokeDash=dash),
        base.mark_point(size=60, opacity=0, filled=True).encode(
            x=x, y=y, tooltip=[alt.Tooltip("text:N", title=" "), alt.Tooltip("after:N", title="When")]),
        base.transform_filter("datum.is_here").mark_point(size=60, filled=True, opacity=1, color=ink).encode(x=x, y=y),
        base.transform_filter("isValid(datum.end_text)").mark_text(
            align="right", baseline="bottom", dy=-5, fontSize=11, color=theme.gray("muted")
        ).encode(x=x, y=y, text="end_text:N"),
    ).properties(width="container", height=240)


def effect_message(curve: pd.DataFrame) -> str:
    """What the scenario's programs do to rent after five years."""
    here = _late(curve)[lambda late: late["is_here"]].iloc[0]
    if f.is_close(float(here["effect"]), float(here["effect_se"])):
        return "The programs move rent by less than the noise"
    return f"The programs move rent by {relative(here['effect'])} after five years"


def intensity_message(curve: pd.DataFrame) -> str:
    """Whether more money does more, or how soon it stops to."""
    late = _late(curve)
    furthest = late.loc[late["effect"].abs().idxmax()]
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
    return curve[curve["quarter"] == curve["quarter"].max()]


def _times(intensity: float) -> str:
    return f"{f.digits(intensity, 3, 1 if intensity % 1 else 0)}x"


def delivery_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Announced against delivered money of the programs where both are known: name, announced, delivered, text."""
    known = rows[rows["delivered_usd"].notna() & rows["announced_usd"].notna()]
    return pd.DataFrame(
        [
            {
                "name": r["label"], "announced": r["announced_usd"], "delivered": r["delivered_usd"],
                "text": f"{f.money(r['delivered_usd'])} {r['stage']} of {f.money(r['announced_usd'])} announced "
                f"({f.percent(r['delivered_usd'] / r['announced_usd'])})",
            }
            for r in known.to_dict("records")
        ],
        columns=list(_DELIVERY),
    )


def delivery_chart(frame: pd.DataFrame) -> alt.LayerChart:
    """A pale bar for what was announced, a full one for what is known to be paid or budgeted."""
    base = alt.Chart(frame)
    y = alt.Y("name:N", sort=None, axis=None)
    x = alt.X("announced:Q", axis=alt.Axis(
        title="USD billion", labelExpr="format(datum.value / 1e9, ',.2~f')", tickCount=5))
    return alt.layer(
        base.mark_bar(color=theme.gray("band"), opacity=0.15, height=14).encode(y=y, x=x),
        base.mark_bar(color=theme.gray("ink"), height=14).encode(y=y, x="delivered:Q"),
        base.mark_text(align="left", baseline="bottom", dy=-10, fontSize=12).encode(y=y, x=alt.datum(0), text="name:N"),
        base.mark_text(align="left", baseline="top", dy=11, fontSize=11, color=theme.gray("muted")).encode(
            y=y, x=alt.datum(0), text="text:N"),
    ).properties(width="container", height=alt.Step(ROW + 12))


KEEPS: Spec = specification(keeps_chart(pd.DataFrame(columns=list(_KEEPS))))
INTENSITY: Spec = specification(intensity_chart(pd.DataFrame(columns=list(_INTENSITY))))
DELIVERY: Spec = specification(delivery_chart(pd.DataFrame(columns=list(_DELIVERY))))
