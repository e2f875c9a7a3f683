"""The sentence above each chart of a facility, by rule from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import format as f
from dashboard.words import highest

NOISE = 2.0


def headline(view: Any, advance: float, why_nothing: str = "nothing is lent") -> str:
    """What the loan is, how often it fails, and whether its spread pays for that; or why nothing is lent."""
    if advance <= 0.0:
        return sentence(why_nothing)
    chance, rate, error = view.default_probability.value, view.loss_rate.value, view.loss_rate.error
    lends = f"At {f.percent(advance, 0)} of cost this loan defaults in {f.percent(chance)} of futures"
    if chance <= 0.0:
        return f"At {f.percent(advance, 0)} of cost this loan defaults in no future drawn"
    if f.is_close(view.spread - rate, error):
        return f"{lends}; whether its spread pays for the loss is too close to call"
    if view.spread < rate:
        return f"{lends}; its spread does not pay for the loss"
    times = view.spread / rate if rate > 0 else float("inf")
    paid = "many times over" if times > 20 else f"{f.multiple(times)} over"
    return f"{lends}; its spread pays for the loss {paid}"


def sentence(words: str) -> str:
    """Words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def sized(size: Any, words: Mapping[str, str]) -> str:
    """Which rule sizes the loan, and what the next one would allow."""
    if size.cost <= 0.0:
        return "No cost is left to lend on"
    others = {name: amount for name, amount in size.limits.items() if name != size.binding}
    said = f"The {words[size.binding]} sizes the loan"
    if not others:
        return said
    following = min(others, key=lambda name: others[name])
    return f"{said}; {words[following]} would allow {f.percent(others[following] / size.cost)} of cost"


def repayment(binding: str) -> str:
    """Why another repayment profile moves nothing, where it does not."""
    if binding != "coverage":
        return ""
    return " It takes all that planned cash may serve in each quarter, so that another repayment profile moves nothing."


def coverage(fan: pd.DataFrame, breaches: pd.DataFrame, lockup: float) -> str:
    """Median coverage and how often it fails the lock-up test at its worst."""
    if fan.empty:
        return "No debt service, no coverage"
    least = float(fan["p50"].min())
    locked = breaches[breaches["test"] == "lock-up"]
    worst = highest(locked, "probability")
    said = f"In the middle future cash covers debt service {f.multiple(least)} at least"
    if float(worst["probability"]) <= 0.0:
        return f"{said}, and never fails the lock-up test"
    chance, when = f.percent(float(worst["probability"])), f.calendar(int(worst["quarter"]))
    if least < lockup:
        return f"{said}, below the lock-up of {f.multiple(lockup)}"
    return f"{said}; the lock-up test fails in up to {chance} ({when})"


def collateral(breaches: pd.DataFrame) -> str:
    """How often the loan is larger than what the machines are worth."""
    above = breaches[breaches["test"] == "loan above value"]
    if above.empty or float(above["probability"].max()) <= 0.0:
        return "The machines are always worth more than the loan"
    worst = highest(above, "probability")
    return (
        f"By {f.calendar(int(worst['quarter']))} the loan is larger than what its machines would fetch in "
        f"{f.percent(float(worst['probability']), 0)} of futures"
    )


def defaults(table: pd.DataFrame) -> str:
    """When defaults come."""
    if table.empty or float(table["by_year"].iloc[-1]) <= 0.0:
        return "No future drawn ends in default"
    worst = highest(table, "in_year")
    share = float(worst["in_year"]) / float(table["by_year"].iloc[-1])
    return f"Year {int(worst['year'])} is the hardest: {f.percent(share, 0)} of all defaults come in it"


def losses(table: pd.DataFrame) -> str:
    """What the worst futures cost the senior lender."""
    row = table[table["tranche"] == "senior"].iloc[0]
    if float(row["probability"]) <= 0.0:
        return "The lender loses nothing in any future drawn"
    return (
        f"The lender loses in {f.percent(float(row['probability']))} of futures, and "
        f"{f.percent(float(row['cvar_95']), 0)} of the loan on average in the worst 5%"
    )


def horizon(wall: Any) -> str:
    """Maturity against contract and life, and what waits beyond."""
    if wall.missed.value > 0.2:
        return f"The loan meets a wall: at maturity {f.percent(wall.missed.value, 0)} of futures cannot pay or renew it"
    left = f"; the year after the contract earns {f.percent(wall.after, 0)} of the last one" if wall.after >= 0 else ""
    if wall.margin < 0:
        return f"The loan outlives its contract by {-wall.margin} quarters{left}"
    if wall.margin == 0:
        return f"Loan and contract end together{left}"
    return f"The contract outlives the loan by {wall.margin} quarters{left}"


def breach(table: pd.DataFrame) -> str:
    """Which test fails most often."""
    known = table[table["test"] != "coverage below 1"]
    worst = highest(known, "probability")
    if float(worst["probability"]) <= 0.0:
        return "No test fails in any future drawn"
    words = {"lock-up": "the lock-up", "event of default": "the event-of-default test",
             "loan above value": "the value of the machines", "in default": "payment itself"}
    test = words[str(worst["test"])]
    return f"What fails first and most is {test}: {f.percent(float(worst['probability']), 0)} of futures at its worst"


def solved(question: str, found: Any, limit: float) -> str:
    """Answer of a search in one sentence."""
    if found.why_nothing:
        return sentence(found.why_nothing)
    if question == "spread":
        if pd.isna(found.value):
            return "No spread pays for the loss: a dearer loan fails more often"
        return f"A spread of {f.digits(found.value * 1e4, 3, 0)} basis points pays for the loss"
    if found.is_bounded:
        most = f.percent(found.advance, 0)
        return f"Even the largest loan, {most} of cost, defaults in {f.percent(found.reached)} of futures only"
    if not found.value > 0.0:
        return f"No loan keeps default under {f.percent(limit)}, not even one of 1% of cost"
    return (
        f"{f.percent(found.value)} of cost can be lent with default under {f.percent(limit)}: coverage of "
        f"{f.multiple(found.coverage)} at closing"
    )


def haircut(found: Any, what: str) -> str:
    """A break-even haircut in words."""
    if pd.isna(found.value) and not found.holds_always:
        return "Nothing is lent"
    if found.fails_already:
        return f"The lender earns less than the base rate already, without any cut of {what}"
    if found.holds_always:
        return f"No cut of {what} alone brings the lender below the base rate"
    error = f" {f.noise(found.error)} pts" if found.error > 0 else ""
    named = f"{what[0].upper()}{what[1:]}"
    return f"{named} may be {f.percent(found.value)}{error} lower before the lender earns just the base rate"
