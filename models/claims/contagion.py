"""One flag a path joins labs, their clouds, lenders and suppliers: part of the contracts is with the simulated lab."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import Shocks
from models.basis.store import Store
from models.basis.timeline import DELTA, Array
from models.claims.llm_developer import reads, simulate_lab
from models.market.customer import Tie
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Lab:
    """Fate of the simulated lab.

    ``failed_at`` (paths,) is the quarter of failure, one past the horizon where there is none; ``is_weak``
    (paths, quarters + 1) whether its money lasts less than a year.
    """

    failed_at: Array
    is_weak: NDArray[np.bool_]


DUST = 1e-9
_labs: Store[Lab] = Store(4)
"""Fates beside the market they were simulated on: once for all classes."""


def lab_of(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Lab | None:
    """Fate of the lab on a market; None where no contract is with it.

    Parameters
    ----------
    shocks : Shocks
        The draws the market was made with.
    """
    if scenario.contagion.lab_share == 0.0:
        return None
    return _labs.beside(market).get(reads(scenario), lambda: _lab(scenario, market, shocks))


def _lab(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Lab:
    found = simulate_lab(scenario, market, shocks).extras
    failed = found["failed_at"]
    in_business = (np.arange(market.quarters + 1)[:, None] < failed).T
    return Lab(failed, in_business & (found["cash"] < np.maximum(-found["net"], 0.0)))


def bring_lab(lab: Lab | None, s: int, rows: NDArray[np.int64], later: Scenario, seen: MarketPaths) -> None:
    """Make the fate of a lab known to who enters at quarter s, on some paths of the market it was simulated on.

    Parameters
    ----------
    lab : Lab, optional
        Fate from quarter 0 on. A lab that has failed by s signs nothing at s.
    later, seen : Scenario, MarketPaths
        What the entry at s is built from; its claims find the fate there.
    """
    if lab is None:
        return
    lives = lab.failed_at[rows] > s
    failed_at = np.where(lives, lab.failed_at[rows] - s, seen.quarters + 1)
    fate = Lab(failed_at, lives[:, None] & lab.is_weak[rows, s:])
    _labs.beside(seen).get(reads(later), lambda: fate)


def tie_of(scenario: Scenario, grade: str, market: MarketPaths, shocks: Shocks) -> Tie | None:
    """What ties a customer of a grade to the lab on each path; None for customers that never are the lab."""
    if grade != "non_ig":
        return None
    lab = lab_of(scenario, market, shocks)
    if lab is None:
        return None
    is_lab = shocks.contagion_u < scenario.contagion.lab_share
    hazard = scenario.contagion.weak_hazard * (is_lab[:, None] & lab.is_weak)
    return Tie(np.asarray(hazard, dtype=np.float64), np.where(is_lab, lab.failed_at, np.inf))


def defaulted_with_lab(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Array | None:
    """Share of a book of customers that the lab's trouble takes in each quarter, (paths, quarters + 1)."""
    lab = lab_of(scenario, market, shocks)
    if lab is None:
        return None
    strained = -np.expm1(-DELTA * scenario.contagion.weak_hazard * lab.is_weak)
    fails = (np.arange(market.quarters + 1)[:, None] == lab.failed_at).T
    share = scenario.contagion.lab_share * np.where(fails, 1.0, strained)
    return np.minimum(share, 1.0 - DUST)  # later customers are counted against those that are left


def lost_revenue(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Array | None:
    """Share of its AI revenue that a cloud has lost with the lab and not let again, (paths, quarters + 1)."""
    lab = lab_of(scenario, market, shocks)
    if lab is None:
        return None
    since = ((np.arange(market.quarters + 1)[:, None] - lab.failed_at) / 4.0).T
    left = 2.0 ** (-np.maximum(since, 0.0) / scenario.contagion.refill_years)
    return np.where(since >= 0.0, scenario.contagion.lab_share * left, 0.0)


def lab_draws(scenario: Scenario, *, flag: bool = False) -> tuple[str, ...]:
    """Draws that move whoever rents to the lab; with ``flag`` those of who may be told apart from other customers."""
    if scenario.contagion.lab_share == 0.0:
        return ()
    return ("llm_quality_z", "contagion_u") if flag else ("llm_quality_z",)
