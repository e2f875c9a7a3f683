"""The sentences of the programs page: who keeps the money, and what it does to rent."""

from __future__ import annotations

import pandas as pd

from dashboard import format as f
from dashboard.words import highest, lowest

SATURATED = 0.9


def relative(value: float) -> str:
    """Relative change, signed: −2.8%; what is less than a rounding error is none."""
    return f"{f.signed(value * 100)}%" if abs(value) >= 5e-5 else "0%"


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
        return f"Rent moves with the budgets, by {relative(furthest['effect'])} at {times(furthest['intensity'])}"
    return (
        f"Rent moves by {relative(furthest['effect'])} at most; {times(enough['intensity'])} the announced budgets "
        "bring nine tenths of that"
    )


def _late(curve: pd.DataFrame) -> pd.DataFrame:
    last: pd.DataFrame = curve.loc[curve["quarter"] == curve["quarter"].max()]
    return last


def times(intensity: float) -> str:
    return f"{f.digits(intensity, 3, 1 if intensity % 1 else 0)}x"
