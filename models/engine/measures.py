"""Measures of a claim and of a loan as plain numbers: what pages, exports and the JSON contract are written from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quantiles:
    """5th, 50th and 95th percentile, with standard errors."""

    p05: float
    p50: float
    p95: float
    p05_se: float
    p50_se: float
    p95_se: float


@dataclass(frozen=True)
class Measures:
    """One claim at one entry price. Money in USD per unit of the class, rates per year, losses positive.

    ``price`` is what is paid in all: cost or par plus premium, or the price of a company. ``npv_mean`` is taken at the
    class's own hurdle, ``cash_npv_mean``, ``cvar_95`` and ``probability_below_cash`` at the common funding rate, the
    last two per dollar of committed ``capital``. ``probability_below_quarter`` is the share of paths on which less than
    a quarter of the money paid in comes back: where the worst 5% lose nearly all, it tells how often that happens.
    ``certainty_equivalent`` is the sure gain over cash per dollar that a
    risk-averse investor finds as good, and ``certainty_equivalent_return`` the same as a return over cash a year while
    his money is invested (`models.measures.returns.certainty_equivalent_return`), which is for ``years_at_stake``.
    ``irr_of_mean`` is the return of the mean cash flow. ``irr_status`` counts paths by status. ``undefined`` says
    why a figure is NaN, by its name; a claim that is `Position.absent` has that reason for every figure but its price.
    """

    price: float
    capital: float
    irr: Quantiles
    irr_of_mean: float
    irr_status: Mapping[str, int]
    npv_mean: float
    npv_mean_se: float
    cash_npv_mean: float
    cash_npv_mean_se: float
    moic: Quantiles
    payback_years: Quantiles
    probability_of_loss: float
    probability_of_loss_se: float
    probability_below_cash: float
    probability_below_cash_se: float
    probability_below_quarter: float
    probability_below_quarter_se: float
    cvar_95: float
    cvar_95_se: float
    certainty_equivalent: float
    certainty_equivalent_se: float
    certainty_equivalent_return: float
    certainty_equivalent_return_se: float
    years_at_stake: float
    undefined: Mapping[str, str] = field(default_factory=dict)

    @property
    def reward_for_risk(self) -> float:
        """Mean value over cash per dollar of tail loss; infinite where nothing is lost, NaN where undefined."""
        gain = self.cash_npv_mean / self.capital
        if not math.isfinite(gain):
            return math.nan
        return gain / self.cvar_95 if self.cvar_95 > 0 else float("inf") if gain > 0 else float("-inf")


@dataclass(frozen=True)
class DebtMeasures:
    """What only a lender asks. ``min_dscr`` over service quarters; loss per dollar of exposure and of funding.

    Defaults are told over all futures, over those in which the simulated LLM developer fails, and over all others.
    ``undefined`` maps a figure that does not exist to its reason.
    """

    default_probability: float
    default_probability_se: float
    loss_given_default: float
    expected_loss: float
    expected_loss_se: float
    wal_years: float
    min_dscr: Quantiles
    advance_rate: float
    coupon: float
    default_probability_lab_fails: float
    default_probability_lab_fails_se: float
    default_probability_lab_lasts: float
    default_probability_lab_lasts_se: float
    undefined: Mapping[str, str] = field(default_factory=dict)
