"""The sentences of the asset pages, written by rules from the figures they stand above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dashboard import format as f
from dashboard.views.asset_class.charts import WRITTEN
from dashboard.words import NEARLY_ALL, PRICES, nearly_lost, subject

Row = Mapping[str, Any]
SMALL_CHANGE = 0.05
NOTHING = 5e-5
"""Change of value per dollar that would be written as 0.00 cents."""
SOLD_AT_MARKET = (
    "Before the horizon a buyer is taken to pay as much above or below the fair price as today's price is; at the "
    "horizon a company fetches a multiple of what it then earns."
)


def headline(row: Row, entry: str) -> str:
    """Whether the risk of a class is paid for at an entry, by the measure and the rule of the verdict.

    Keys needed: asset, certainty_equivalent_return, certainty_equivalent_return_se.
    """
    name, is_plural = subject(str(row["asset"]))
    sure, error = (float(row[f"certainty_equivalent_return{end}"]) for end in ("", "_se"))
    where = PRICES[entry]
    if f.is_close(sure, 0.0 if error != error else error):
        return f"Whether {f.inside(name)} {'pay' if is_plural else 'pays'} for the risk at {where} is too close to call"
    if sure > 0:
        return f"{name} {'pay' if is_plural else 'pays'} for the risk at {where}: {f.percent(sure)} a year over cash"
    return f"{name} {'do' if is_plural else 'does'} not pay for the risk at {where}"


def absence(claim: str, entry: str, why: str) -> tuple[str, str]:
    """Headline and detail of a claim without an investment in it."""
    name, _ = subject(claim)
    return (
        f"There is no investment in {f.inside(name)} at {PRICES[entry]}",
        f"{why[0].upper()}{why[1:]}. So it has no return and no risk, and is left out of every comparison.",
    )


def detail(row: Row) -> str:
    """Median, range and chance of loss in one sentence.

    Keys needed: irr_p05, irr_p50, irr_p95, probability_of_loss, probability_below_quarter, cvar_95. Where nearly all is
    lost in the worst 5%, that says little, and how often less than a quarter comes back says more.
    """
    median = f.irr(float(row["irr_p50"]))
    spread = f"{f.irr(float(row['irr_p05']))} to {f.irr(float(row['irr_p95']))}"
    return (
        f"{median} a year in the middle of futures, {spread} in nine of ten; it loses money in "
        f"{f.percent(float(row['probability_of_loss']))} of them, and {f.percent(float(row['cvar_95']), 0)} of capital "
        "in the worst 5%."
    ) + (f" {nearly_lost(row)}" if float(row["cvar_95"]) >= NEARLY_ALL else "")


def payback_message(row: Row) -> str:
    """When the money is back. Keys needed: payback_years_p50, payback_years_p95."""
    middle, late = float(row["payback_years_p50"]), float(row["payback_years_p95"])
    if middle == float("inf"):
        return "In the median the money never comes back"
    if late == float("inf"):
        return f"Money is back after {f.years(middle)} in the median, never in a bad future"
    return f"Money is back after {f.years(middle)} in the median, after {f.years(late)} in a bad future"


def lines_message(lines: pd.DataFrame) -> str:
    """Which line brings most of the money that comes in. Columns needed: line, value."""
    total = lines.groupby("line", sort=False)["value"].sum()
    came = total[total > 0].sort_values(ascending=False)
    if came.empty:
        return "No money comes in"
    share = float(came.iloc[0] / came.sum())
    if share > 0.995:
        return f"All that comes in comes from one line: {came.index[0]}"
    name = str(came.index[0])
    return f"{name[0].upper()}{name[1:]} brings {f.percent(share, 0)} of what comes in"


def fan_message(label: str, fan: pd.DataFrame, kind: str) -> str:
    """Where the median starts and ends. Columns needed: p50; ``label`` names the quantity."""
    first, last = float(fan["p50"].iloc[0]), float(fan["p50"].iloc[-1])
    write = WRITTEN[kind]
    scale = max(abs(first), abs(last))
    if scale == 0.0 or abs(last - first) <= SMALL_CHANGE * scale:
        return f"{label}: stays near {write(last)}"
    return f"{label}: {'rises' if last > first else 'falls'} from {write(first)} to {write(last)}"


def events_message(events: pd.DataFrame) -> str:
    """How often each thing is the case when it is most. Columns needed: event, share."""
    most = events.groupby("event", sort=False)["share"].max().to_dict()
    words = [f"{name} in {f.percent(float(share))}" for name, share in most.items()]
    text = ", ".join(words)
    return f"{text[0].upper()}{text[1:]} of futures"


def holding_message(rows: Sequence[Row]) -> str:
    """Whether an early sale beats holding on. Keys needed: years, irr_p50, irr_p50_se."""
    first, last = min(rows, key=lambda r: r["years"]), max(rows, key=lambda r: r["years"])
    gap = float(first["irr_p50"]) - float(last["irr_p50"])
    error = float((first["irr_p50_se"] ** 2 + last["irr_p50_se"] ** 2) ** 0.5)
    early, late = f.irr(float(first["irr_p50"])), f.irr(float(last["irr_p50"]))
    years = f"{f.digits(first['years'], 2, 0)} years", f"{f.digits(last['years'], 2, 0)}"
    if f.is_close(gap, error):
        return f"Selling after {years[0]} or after {years[1]} is too close to call ({early} and {late} a year)"
    better = "beats" if gap > 0 else "is worse than"
    return f"Selling after {years[0]} {better} holding for {years[1]}: {early} against {late} a year"


def drivers_message(rows: Sequence[Row]) -> str:
    """What hurts and helps most. Keys needed: label, before, after, effect, effect_se."""
    clear = [row for row in rows if not f.is_close(float(row["effect"]), float(row["effect_se"]))]
    hurts = min((row for row in clear if row["effect"] < 0), key=lambda row: row["effect"], default=None)
    helps = max((row for row in clear if row["effect"] > 0), key=lambda row: row["effect"], default=None)
    parts = []
    for word, row in (("hurts", hurts), ("helps", helps)):
        if row is not None:
            way = "more" if row["after"] > row["before"] else "less"
            parts.append(f"{way} {f.inside(str(row['label']))} {word} most")
    text = "; ".join(parts) or "none of these drivers moves it beyond noise"
    return f"{text[0].upper()}{text[1:]}"


def effect_words(effect: float, error: float) -> str:
    """Change of value in cents per dollar, or why there is none to tell."""
    if effect != effect:
        return f.NOT_AVAILABLE
    if max(abs(effect), error) < NOTHING:
        return "no effect"
    if f.is_close(effect, error):
        return "too close to call"
    return f"{f.signed(effect * 100, 2)}¢"
