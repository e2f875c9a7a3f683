"""GPU rents from October 2025 to October 2026: where the rebound lay in the fan that could be drawn before it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from models.basis.timeline import Array
from models.studies.hindcast.observations import Observation, observed
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.quarters import iso
from models.studies.hindcast.record import Check, Replay, model_rows, observed_rows, single, tidy

# Nothing is tuned: today's hardware a year of the expected deflation earlier, rents as read then, all else by default.
INPUTS: dict[str, Any] = {"hardware.installed_cost": 28_500.0}
SERIES = ("rebound, one-year contract", "rebound, on demand")
QUARTERS = range(6)
INSIDE = (0.05, 0.95)


def replay() -> Replay:
    """The replay: two indices, each from its first reading, never mixed."""
    checks, frames, told = [], [], []
    for series in SERIES:
        first, *later = observed("rebound", series)
        price = Episode(past(INPUTS | {"clearing.spot_price": first.value})).market.price
        fan = [price_at(price, first, one) for one in later]
        ranks = [float((at < one.value).mean()) for at, one in zip(fan, later, strict=True)]
        checks += [
            Check(f"{one.label}, share of futures below it", "share", *INSIDE, single(rank), source=one.source)
            for one, rank in zip(later, ranks, strict=True)
        ]
        as_high = np.all([at >= one.value for at, one in zip(fan, later, strict=True)], axis=0)
        if len(later) > 1:
            checks.append(Check(
                f"All readings of {later[-1].label.split(',')[0].lower()}, share of futures as high at each", "share",
                *INSIDE, single(float(as_high.mean())), source=later[-1].source,
            ))
        told += [f"{one.label} at the {rank:.1%} point of its fan" for one, rank in zip(later, ranks, strict=True)]
        frames += [
            model_rows(series, "USD/h", QUARTERS, price[:, : len(QUARTERS)], first.date),
            observed_rows(series, [first, *later], start=first.date),
        ]
    return Replay(
        name="rebound", title="GPU rents, October 2025 to October 2026",
        story="One-year contracts for an H100 had fallen to 1.70 dollars by October 2025, and within a year rents rose "
        "by half. The fan starts at the price of then and spreads with the default volatility: no number of the model "
        "was made with this year in view.",
        inputs=INPUTS, checks=tuple(checks), note=_note(told), frame=tidy(*frames),
    )


def price_at(price: Array, first: Observation, then: Observation) -> Array:
    """Price of every path on the day of a reading, USD/h, (paths,): straight in its log between quarter ends."""
    quarters = (_day(then) - _day(first)).days / (365.25 / 4.0)
    t = int(quarters)
    log = np.log(price[:, t : t + 2])
    return np.asarray(np.exp(log[:, 0] + (quarters - t) * (log[:, 1] - log[:, 0])))


def _day(seen: Observation) -> dt.date:
    return dt.date.fromisoformat(iso(seen.date))


def _note(told: list[str]) -> str:
    return (
        f"{'; '.join(told)}. A reading is a miss where fewer than one future in twenty lies beyond it, and the rebound "
        "is one: the fan drifts down with the cost of hardware, since the model takes cheap rents for a surplus that "
        "fades slowly, and a rise by half within eight months asks more of the default volatility than it gives. Its "
        "upper tail of rents within a year is too thin. Nothing was changed for it. Hardware is today's, a year of the "
        "expected deflation dearer. Only isolated readings are public, so months without one cannot be placed, and "
        "readings of one index are not independent."
    )
