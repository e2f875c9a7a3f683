"""The sentence a chart proves, written by rules from the figures it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import format as f
from models.claims.registry import CLASSES, VARIANTS

SHORT = {key: one.short for key, one in CLASSES.items()}
"""Names that fit beside a cell."""

SMALL_SURPLUS = 0.05
SMALL_GAP = 0.05
SMALL_DIP = 0.03
NEARLY_ALL = 0.9
"""Loss in the worst 5% from which on it tells one class from another no more."""


@dataclass(frozen=True)
class Extreme:
    """Where the median of a fan is highest or lowest: value, and quarter counted from closing."""

    value: float
    quarter: int


Rows = Sequence[Mapping[str, Any]]


def subject(key: str) -> tuple[str, bool]:
    """Name of a class or variant at the head of a sentence, and whether it takes a plural verb."""
    one = (CLASSES | VARIANTS)[key]
    return one.subject[0].upper() + one.subject[1:], one.is_plural


def records(table: pd.DataFrame | Rows) -> Rows:
    """Rows of a table as plain dictionaries; ten times as fast as pandas does it, which is felt at a slider."""
    if not isinstance(table, pd.DataFrame):
        return table
    names = list(table.columns)
    return [dict(zip(names, row, strict=True)) for row in table.to_numpy(dtype=object).tolist()]


def highest(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Row in which a column is highest."""
    return table.iloc[int(table[column].argmax())]


def lowest(table: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Row in which a column is lowest."""
    return table.iloc[int(table[column].argmin())]


def peak(fan: pd.DataFrame, column: str = "p50") -> Extreme:
    """Highest value of a quantile."""
    row = highest(fan, column)
    return Extreme(float(row[column]), int(row["quarter"]))


def trough(fan: pd.DataFrame, column: str = "p50") -> Extreme:
    """Lowest value of a quantile."""
    row = lowest(fan, column)
    return Extreme(float(row[column]), int(row["quarter"]))


def surplus_message(surplus: pd.DataFrame) -> str:
    """When the median surplus peaks, and how high; where it does not, how bad it still may get."""
    middle, bad = peak(surplus), peak(surplus, "p95")
    if middle.value >= SMALL_SURPLUS:
        return f"Median surplus peaks in {f.year_of(middle.quarter)} at {f.percent(middle.value, 0)}"
    if bad.value >= SMALL_SURPLUS:
        return f"The median path stays without surplus; one future in twenty sees {f.percent(bad.value, 0)}"
    return "No surplus in any likely future"


def rent_message(price: pd.DataFrame, break_even: pd.DataFrame) -> str:
    """Since when the median rent is below what a new machine must earn, and how far at worst."""
    gap = price["p50"].to_numpy() / break_even["p50"].to_numpy() - 1.0
    below = gap < -SMALL_GAP
    if below.any():
        first, worst = int(price["quarter"].iloc[int(below.argmax())]), float(gap.min())
        return f"Rent below break-even from {f.year_of(first)}, by up to {f.percent(-worst, 0)}"
    if (gap > SMALL_GAP).any():
        return f"Rent above break-even, by up to {f.percent(float(gap.max()), 0)}"
    return "Rent falls as fast as new machines get cheaper"


def utilization_message(utilization: pd.DataFrame, surplus: pd.DataFrame) -> str:
    """How far median utilization dips, and whether it shows the surplus or hides it."""
    start, low = float(utilization["p50"].iloc[0]), trough(utilization)
    dip = start - low.value
    if dip < SMALL_DIP:
        return f"Utilization stays near {f.percent(start, 0)}"
    if peak(surplus).value > 2 * dip:
        return f"Utilization hides it: it dips only to {f.percent(low.value, 0)}"
    return f"Utilization dips to {f.percent(low.value, 0)} in {f.year_of(low.quarter)}"


PRICES = {"fair": "fair entry", "at_cost": "today's prices"}
"""Prices a class is looked at, inside a sentence."""


def map_message(classes: pd.DataFrame | Rows, entry: str) -> str:
    """Which class pays most for its risk at an entry, and which loses least in a bad future."""
    rows = [row for row in records(classes) if row["cvar_95"] == row["cvar_95"]]
    if len(rows) < 2:
        return "Risk and return of each class"
    most, least = _first(rows, "certainty_equivalent_return", -1.0), _first(rows, "cvar_95", 1.0)
    return f"Highest sure return at {PRICES[entry]}: {f.inside(most)}; least to lose in a bad future: {f.inside(least)}"


def _first(rows: Rows, name: str, sign: float) -> str:
    """Class with the least of a figure (the most, for a sign of -1), or the two that are too close to call."""
    least, second, *_ = sorted((row for row in rows if row[name] == row[name]), key=lambda row: sign * row[name])
    noise = float((least[f"{name}_se"] ** 2 + second[f"{name}_se"] ** 2) ** 0.5)
    first = str(least["label"])
    if f.is_close(float(second[name] - least[name]), noise):
        return f"{first} or {f.inside(str(second['label']))}"
    return first


def nearly_lost(row: Mapping[str, Any]) -> str:
    """How often less than a quarter of the money comes back. Key needed: probability_below_quarter."""
    share = f.percent(float(row["probability_below_quarter"]))
    return f"Less than a quarter of the money comes back in {share} of futures."


def listed(names: Sequence[str]) -> str:
    """Names one after the other: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
