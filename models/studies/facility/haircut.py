"""Break-even haircuts: how much lower rents, or the value of machines, could be before the lender stops earning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.claims.gpu_debt import collateral
from models.market.simulate import MarketPaths
from models.measures import risk
from models.studies.facility.facility import FacilityResult, Ground, on_ground
from models.studies.facility.solve import lender_value

Progress = Callable[[float], None]
MOST = 0.99
STEPS = 9


@dataclass(frozen=True)
class Haircut:
    """A break-even haircut (share) with its standard error; NaN where even no cut loses or where none is enough."""

    value: float
    error: float
    holds_always: bool
    fails_already: bool


def price_haircut(result: FacilityResult, progress: Progress | None = None) -> Haircut:
    """Cut of every market rent, from closing on, at which the mean lender earns just the base rate.

    Lower rents weaken cash flow, customer and collateral at once; the loan keeps its size and terms.
    """
    def value(cut: float) -> tuple[float, float]:
        ground = _on_lower_rents(result, cut)
        return _mean_value(_same_loan(result, ground))

    return _break_even(value, progress)


def residual_haircut(result: FacilityResult, progress: Progress | None = None) -> Haircut:
    """Cut of what used machines are worth, rents unchanged, at which the mean lender earns just the base rate."""
    def value(cut: float) -> tuple[float, float]:
        pot = result.ground.pot
        ground = replace(result.ground, pot=replace(pot, value=pot.value * (1.0 - cut)))
        return _mean_value(_same_loan(result, ground))

    return _break_even(value, progress)


def lower_rents(market: MarketPaths, cut: float) -> MarketPaths:
    """The same market with every rent lower by a share; contract prices are agreed and stay."""
    return replace(market, price=market.price * (1.0 - cut), log_ratio=market.log_ratio + np.log1p(-cut))


def _on_lower_rents(result: FacilityResult, cut: float) -> Ground:
    market = lower_rents(result.ground.market, cut)
    pot, support = collateral(result.scenario, market, result.ground.shocks)
    return replace(result.ground, market=market, pot=pot, support=support)


def _same_loan(result: FacilityResult, ground: Ground) -> FacilityResult:
    """The loan of ``result``, of the same size, on other collateral."""
    debt = result.scenario.gpu_debt.model_copy(update={"advance_cap": result.advance_rate, "sizing_dscr": None})
    triggers = result.scenario.loan_triggers.model_copy(update={"sizing_ltv": None})
    return on_ground(result.scenario.model_copy(update={"gpu_debt": debt, "loan_triggers": triggers}), ground)


def _mean_value(result: FacilityResult) -> tuple[float, float]:
    value = lender_value(result) / max(result.terms.principal, 1e-9)
    return float(value.mean()), float(risk.mean_standard_error(value, result.replicate))


def _break_even(value: Callable[[float], tuple[float, float]], progress: Progress | None) -> Haircut:
    """Bisect the cut; the error is that of the value over its slope."""
    low, high = 0.0, MOST
    at_low, at_high = value(low), value(high)
    if at_low[0] < 0.0:
        return Haircut(0.0, float("nan"), False, True)
    if at_high[0] >= 0.0:
        return Haircut(float("nan"), float("nan"), True, False)
    for k in range(STEPS):
        middle = 0.5 * (low + high)
        found = value(middle)
        if found[0] >= 0.0:
            low, at_low = middle, found
        else:
            high, at_high = middle, found
        if progress is not None:
            progress((k + 1) / STEPS)
    slope = (at_high[0] - at_low[0]) / (high - low)
    share = at_low[0] / (at_low[0] - at_high[0])
    return Haircut(low + share * (high - low), abs(at_low[1] / slope) if slope else float("nan"), False, False)
