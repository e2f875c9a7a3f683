"""The story of a loss, told by rule: what happens when, in the median of the losses, beside all futures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.registry import Claims
from models.market.simulate import MarketPaths
from models.policy.effects import cliff_quarter
from models.scenario.scenario import Scenario

NOTICEABLE = 0.05
"""Difference to all futures below which a thing is said to be as usual."""


@dataclass(frozen=True)
class StoryLine:
    """One event: when (quarter from closing, of the median), what happens, and how it is in all futures.

    ``stressed`` and ``usual`` are the figures behind the words, in the unit of ``what``.
    """

    quarter: int
    topic: str
    words: str
    stressed: float
    usual: float


def tell(
    scenario: Scenario, key: str, market: MarketPaths, claims: Claims, values: Array, rows: NDArray[np.int64],
    shocks: Shocks | None = None,
) -> tuple[StoryLine, ...]:
    """Lines in the order in which things happen; the last one is what it costs.

    Parameters
    ----------
    values : (paths,)
        Value over cash per dollar.
    rows : (near,)
        Losses the story is about; none gives no story.
    """
    if not len(rows):
        return ()
    lines = [_demand(market, rows), _price(market, rows), _surplus(market, rows)]
    lines += _cliff(scenario, shocks, rows)
    lines += _shares(key, claims, market.quarters, rows)
    told = sorted((line for line in lines if line is not None), key=lambda line: line.quarter)
    return (*told, _cost(values, rows, market.quarters))


def _demand(market: MarketPaths, rows: NDArray[np.int64]) -> StoryLine:
    near, usual = _medians(market.relative_demand - 1.0, rows)
    t = int((near - usual).argmin())
    if near[t] - usual[t] > -NOTICEABLE:
        t = int(near.argmin())
        return StoryLine(t, "demand", f"Demand is as usual, {_percent(near[t])} against plan at its lowest.",
                         near[t], usual[t])
    return StoryLine(
        t, "demand", f"Demand falls {_percent(-near[t])} short of plan (median of all futures: {_against(usual[t])}).",
        near[t], usual[t],
    )


def _price(market: MarketPaths, rows: NDArray[np.int64]) -> StoryLine:
    near, usual = _medians(market.price / market.curves.price[: market.quarters + 1] - 1.0, rows)
    t = int(near.argmin())
    words = (
        f"Rent is lowest against break-even: {_against(near[t], 'break-even')} "
        f"(all futures: {_against(usual[t], 'break-even')})."
    )
    return StoryLine(t, "price", words, near[t], usual[t])


def _surplus(market: MarketPaths, rows: NDArray[np.int64]) -> StoryLine:
    near, usual = _medians(market.surplus, rows)
    t = int(near.argmax())
    words = f"Median surplus peaks at {_percent(near[t])} of demand (all futures: {_percent(usual[t])})."
    return StoryLine(t, "surplus", words, near[t], usual[t])


def _cliff(scenario: Scenario, shocks: Shocks | None, rows: NDArray[np.int64]) -> list[StoryLine]:
    """When the state stops paying, for the largest program that can end early."""
    risky = [p for p in scenario.policy.programs if p.schedule.cliff_rate > 0 and p.schedule.budget > 0]
    if shocks is None or not risky:
        return []
    program = max(risky, key=lambda p: p.schedule.budget)
    end = cliff_quarter(program, shocks)
    return _happens(end, program.schedule.stop, rows, "cliff", "A sovereign program ends early")


def _shares(key: str, claims: Claims, quarters: int, rows: NDArray[np.int64]) -> list[StoryLine]:
    """What may happen to the class itself: default, scrapping, failure, late delivery."""
    extras = claims.by_key[key].flows.extras
    out = []
    if key == "gpu_debt" and claims.loan is not None:
        out += _happens(claims.loan.default_quarter, quarters, rows, "default", "The loan misses a payment")
    if "scrapped_at" in extras:
        # The end of the normal life is no event.
        last = int(np.max(extras["scrapped_at"]))
        out += _happens(extras["scrapped_at"], min(quarters, last - 1), rows, "scrapped", "Machines are scrapped early")
    if "failed_at" in extras:
        out += _happens(extras["failed_at"], quarters, rows, "failed", "The developer runs out of money and is sold")
    return out


def _happens(
    when: Array | NDArray[np.int64], last: int, rows: NDArray[np.int64], topic: str, what: str
) -> list[StoryLine]:
    """A line on something that happens on some paths by quarter ``last``, (paths,) of quarters."""
    happened = np.broadcast_to(np.asarray(when, dtype=float), (max(len(np.atleast_1d(when)), int(rows.max()) + 1),))
    is_there = happened <= last
    near, usual = float(is_there[rows].mean()), float(is_there.mean())
    if near < NOTICEABLE and usual < NOTICEABLE:
        return []
    hit = happened[rows][is_there[rows]]
    t = int(np.median(hit)) if len(hit) else last
    return [StoryLine(t, topic, f"{what} in {_percent(near)} of these futures (all: {_percent(usual)}).", near, usual)]


def _cost(values: Array, rows: NDArray[np.int64], quarters: int) -> StoryLine:
    near, usual = float(np.median(values[rows])), float(np.median(values))
    words = f"In the end {_cents(near)} a dollar against cash (median of all futures: {_cents(usual)})."
    return StoryLine(quarters, "cost", words, near, usual)


def _medians(paths: Array, rows: NDArray[np.int64]) -> tuple[Array, Array]:
    return np.median(paths[rows], axis=0), np.median(paths, axis=0)


def _percent(value: float) -> str:
    return f"{abs(value):.0%}"


def _against(value: float, line: str = "plan") -> str:
    if abs(value) < 0.005:
        return f"at {line}"
    return f"{_percent(value)} {'below' if value < 0 else 'above'} {line}"


def _cents(value: float) -> str:
    return f"{abs(100 * value):.0f} cents {'lost' if value < 0 else 'gained'}"
