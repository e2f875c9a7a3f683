"""The sentences of the risk page: stresses, the nearest loss, regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import pandas as pd

from dashboard import format as f
from dashboard.words import highest, lowest

ALL = "all"


def matrix_message(table: pd.DataFrame, figure: str) -> str:
    """Which single stress hurts which class most, and who bears all at once best."""
    rows = table[(table["figure"] == figure) & ~table["is_void"]]
    sign = 1.0 if figure in ("probability_of_loss", "cvar_95") else -1.0
    harm = rows.assign(harm=sign * rows["change"]).dropna(subset=["harm"])
    single, together = harm[harm["stress"] != ALL], harm[harm["stress"] == ALL]
    if not len(single) or single["harm"].max() <= 0:
        return "No stress of the library hurts a class in this measure"
    worst = highest(single, "harm")
    if f.is_close(float(worst["change"]), float(worst["change_se"])):
        return "No stress of the library moves a class by more than the noise"
    words = f"{worst['title']} hurts {f.inside(worst['label'])} most: {f.points(worst['change'])}"
    if len(together):
        best = lowest(together, "harm")
        words += f"; under all at once {f.inside(best['label'])} loses least"
    return words


def reverse_message(label: str, loss: float, story: list[Mapping[str, Any]], beta: float) -> str:
    """How the class gets there, in one sentence from the two figures that move most against all futures."""
    limit = "does worse than cash" if loss == 0 else f"loses more than {f.percent(loss, 0)} of its capital"
    if beta == float("-inf"):
        return f"{label} {limit} in every future within eight standard deviations of the median one"
    if not isfinite(beta):
        return f"Within eight standard deviations no future was found in which {f.inside(label)} {limit}"
    rent = next((line for line in story if line["topic"] == "price"), None)
    if rent is None:
        return f"{label} {limit} {f.digits(abs(beta), 2)} standard deviations from the median future"
    low = float(rent["stressed"])
    where = f"{f.percent(abs(low), 0)} {'below' if low < 0 else 'above'}"
    if beta < 0:
        return f"{label} {limit} in the median future already; rent is then {where} break-even at its lowest"
    return f"{label} {limit} where rent falls to {where} break-even in {f.year_of(rent['quarter'])}"


def cash_held(label: str, titles: Sequence[str]) -> str:
    """In which scenarios nothing can be put into a class; empty where something can in all."""
    if not titles:
        return ""
    return (
        f"Nothing can be put into {f.inside(label)} in: {', '.join(titles)}. Choosing it there is holding cash, and "
        "mixes go without it."
    )


def cents(value: float) -> str:
    return f"{f.digits(100 * value, 3, 0)} cents per dollar"


def regret_message(table: pd.DataFrame, best: str, is_close: bool) -> str:
    """Which choice one would regret least at worst, and by how much."""
    part = table[table["choice"] == best]
    worst = highest(part, "regret")
    tail = "; too close to call with the next" if is_close else ""
    return (
        f"{part['label'].iloc[0]}: regretted least at worst, {cents(float(worst['regret']))} in {worst['title']}{tail}"
    )
