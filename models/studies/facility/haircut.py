"""Break-even haircuts: how much lower rents, or the value of machines, could be before the lender stops earning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.basis.timeline import Array
from models.claims.gpu_debt import collateral
from models.engine.estimate import Estimate, mean
from models.market.simulate import MarketPaths
from models.measures.bisection import halved
from models.studies.facility.facility import FacilityResult, Ground, same_loan
from models.studies.facility.solve import lender_value

Progress = Callable[[float], None]
MOST = 0.99
STEPS = 9


@dataclass(frozen=True)
class Haircut:
    """A break-even haircut (share) with its standard error; NaN where none is enough, or where nothing is lent."""

    value: float
    error: float
    holds_always: bool
    fails_already: bool


def price_haircut(result: FacilityResult, progress: Progress | None = None) -> Haircut:
    """Cut of every market rent, from closing on, at which the mean lender earns just the base rate.

    Lower rents weaken cash flow, customer and collateral at once; the loan keeps its size and terms.
    """
    def value(cut: float) -> Estimate:
        ground = _on_lower_rents(result, cut)
        return _mean_value(same_loan(result, ground))

    return _break_even(result, value, progress)


def residual_haircut(result: FacilityResult, progress: Progress | None = None) -> Haircut:
    """Cut of what used machines are worth, rents unchanged, at which the mean lender earns just the base rate."""
    def value(cut: float) -> Estimate:
        pot = result.ground.pot
        ground = replace(result.ground, pot=replace(pot, value=pot.value * (1.0 - cut)))
        return _mean_value(same_loan(result, ground))

    return _break_even(result, value, progress)


def lower_rents(market: MarketPaths, cut: float) -> MarketPaths:
    """The same market with every rent lower by a share; contract prices are agreed and stay."""
    return replace(market, price=market.price * (1.0 - cut), log_ratio=market.log_ratio + np.log1p(-cut))


def _on_lower_rents(result: FacilityResult, cut: float) -> Ground:
    market = lower_rents(result.ground.market, cut)
    pot, support = collateral(result.scenario.in_force, market, result.ground.shocks)
    return replace(result.ground, market=market, pot=pot, support=support)


def _mean_value(result: FacilityResult) -> Estimate:
    return mean(lender_value(result) / result.terms.principal, result.replicate)


def _break_even(
    result: FacilityResult, value: Callable[[float], Estimate], progress: Progress | None
) -> Haircut:
    """Bisect the cut; the error is that of the value over its slope."""
    if result.size.why_nothing:
        return Haircut(float("nan"), float("nan"), False, False)
    known = {cut: value(cut) for cut in (0.0, MOST)}
    if known[0.0].value < 0.0:
        return Haircut(0.0, float("nan"), False, True)
    if known[MOST].value >= 0.0:
        return Haircut(float("nan"), float("nan"), True, False)

    def loses(cut: Array) -> bool:
        found = known[float(cut)] = value(float(cut))
        if progress is not None:
            progress((len(known) - 2) / STEPS)
        return found.value < 0.0

    low, high = (float(end) for end in halved(0.0, MOST, loses, STEPS))
    at_low, at_high = known[low], known[high]
    slope = (at_high.value - at_low.value) / (high - low)
    share = at_low.value / (at_low.value - at_high.value)
    return Haircut(low + share * (high - low), abs(at_low.error / slope) if slope else float("nan"), False, False)
