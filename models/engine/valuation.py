"""Measures of a claim: return, risk and their standard errors, at fair entry and at cost or market."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.basis.flows import CashFlows
from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, AssetClass, Claim, Claims
from models.debt.loan import LoanPaths, LoanTerms, weighted_average_life
from models.engine.outcomes import LoanOutcomes, Outcomes, loan_outcomes, outcomes, outcomes_of_loan
from models.engine.prices import FairPrice, market_price, steadied
from models.measures import returns, risk

CONFIDENCE = 0.95
PROBABILITIES = (0.05, 0.50, 0.95)


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
    last two per dollar of committed ``capital``. ``certainty_equivalent`` is the sure gain over cash per dollar that a
    risk-averse investor finds as good. ``irr_of_mean`` is the return of the mean cash flow. ``irr_status``
    counts paths by status.
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
    cvar_95: float
    cvar_95_se: float
    certainty_equivalent: float
    certainty_equivalent_se: float

    @property
    def reward_for_risk(self) -> float:
        """Mean value over cash per dollar of tail loss; infinite where nothing is lost."""
        gain = self.cash_npv_mean / self.capital
        return gain / self.cvar_95 if self.cvar_95 > 0 else float("inf") if gain > 0 else float("-inf")


@dataclass(frozen=True)
class DebtMeasures:
    """What only a lender asks. ``min_dscr`` over service quarters; loss per dollar of exposure and of funding."""

    default_probability: float
    default_probability_se: float
    loss_given_default: float
    expected_loss: float
    expected_loss_se: float
    wal_years: float
    min_dscr: Quantiles
    advance_rate: float
    coupon: float


@dataclass(frozen=True, eq=False)
class Pooled:
    """Outcomes of many paths that were run block by block and not kept; the loan's only for the lender's class."""

    fair: Outcomes
    at_cost: Outcomes
    loan: LoanOutcomes | None


@dataclass(frozen=True, eq=False)
class AssetResult:
    """One class at both entries. Each entry is measured when it is first read: a page shows one of them at a time.

    Attributes
    ----------
    asset : AssetClass
    claim : Claim
        Flows before the entry premium, and the hurdle.
    fair_price : FairPrice
    rates : Rates
        Common funding rate of every risk figure, and the investor's risk aversion.
    replicate : (paths,)
        Independent scramble of each path of the claim, for standard errors.
    claims : Claims
        All claims of the run.
    pooled : Pooled, optional
        Outcomes of more paths than the claim keeps; every measure then reads them.
    """

    asset: AssetClass
    claim: Claim
    fair_price: FairPrice
    rates: Rates
    replicate: NDArray[np.int64]
    claims: Claims
    pooled: Pooled | None = None

    @cached_property
    def fair(self) -> Measures:
        """Entry at the neutral price."""
        return measured(self.outcomes("fair"), self.claim.capital + self.premium("fair"), self.rates)

    @cached_property
    def at_cost(self) -> Measures:
        """Entry at cost, par or the market's price."""
        return measured(self.outcomes("at_cost"), self.claim.capital + self.premium("at_cost"), self.rates)

    @cached_property
    def cash_npv(self) -> Array:
        """Present value at the common funding rate per dollar of capital at fair entry, (paths,)."""
        rate = self.rates.cash_rate
        if self.pooled:
            return self.pooled.fair.cash_npv / _committed(self.pooled.fair.mean_paid, rate)
        flows = self.claim.flows.with_entry(self.fair_price.premium)
        return np.asarray(returns.npv(rate, flows.net) / committed_capital(flows, rate))

    @cached_property
    def debt(self) -> DebtMeasures | None:
        """What only a lender asks; None for other classes."""
        if self.asset.key != "gpu_debt":
            return None
        loan = self.pooled.loan if self.pooled else loan_outcomes(self.claims, self.replicate)
        return measured_loan(loan) if loan else None

    @property
    def scrambles(self) -> NDArray[np.int64]:
        """Independent scramble of each measured path, (paths,)."""
        return self.pooled.fair.replicate if self.pooled else self.replicate

    def entry(self, name: str) -> Measures:
        """Measures of entry ``"fair"`` or ``"at_cost"``."""
        return self.at_cost if name == "at_cost" else self.fair

    def premium(self, name: str) -> float:
        """What is paid over cost, par or nothing at an entry, USD per unit."""
        if name == "at_cost":
            return market_price(self.asset.key, self.claim, self.fair_price)
        return self.fair_price.premium

    def outcomes(self, name: str) -> Outcomes:
        """Figures path by path at an entry."""
        if self.pooled:
            return self.pooled.at_cost if name == "at_cost" else self.pooled.fair
        return outcomes(self.claim, self.premium(name), self.rates.cash_rate, self.replicate)


def asset_result(
    key: str, claim: Claim, fair: FairPrice, rates: Rates, replicate: NDArray[np.int64], claims: Claims
) -> AssetResult:
    """Result of one claim, measured on demand."""
    return AssetResult(CLASSES.get(key) or VARIANTS[key], claim, fair, rates, replicate, claims)


def measured(paths: Outcomes, price: float, rates: Rates) -> Measures:
    """Measures of outcomes; ``price`` is all that is paid, USD per unit."""
    replicate = paths.replicate
    capital = _committed(paths.mean_paid, rates.cash_rate)
    ratios = np.stack([paths.rate, paths.multiple, paths.payback])
    values, errors = (
        risk.quantiles(ratios, PROBABILITIES),
        risk.quantile_standard_error(ratios, PROBABILITIES, replicate),
    )
    spread = [Quantiles(*(float(x) for x in (*v, *e))) for v, e in zip(values, errors, strict=True)]
    per_dollar = paths.cash_npv / capital
    steady_npv, steady_cash = steadied(paths.npv, paths.controls), steadied(paths.cash_npv, paths.controls)
    sure, sure_se = _sure_gain(per_dollar, rates, replicate)
    codes, counts = np.unique(paths.status, return_counts=True)
    return Measures(
        price=price,
        capital=capital,
        irr=spread[0],
        irr_of_mean=float(returns.irr(paths.mean_net)[0]),
        irr_status={str(name): int(n) for name, n in zip(returns.status_names(codes), counts, strict=True)},
        npv_mean=float(steady_npv.mean()),
        npv_mean_se=risk.mean_standard_error(steady_npv, replicate),
        cash_npv_mean=float(steady_cash.mean()),
        cash_npv_mean_se=risk.mean_standard_error(steady_cash, replicate),
        moic=spread[1],
        payback_years=spread[2],
        probability_of_loss=risk.probability_of_loss(paths.multiple),
        probability_of_loss_se=risk.probability_standard_error(paths.multiple, 1.0, replicate),
        probability_below_cash=risk.probability_below(paths.cash_npv),
        probability_below_cash_se=risk.probability_standard_error(paths.cash_npv, 0.0, replicate),
        cvar_95=risk.cvar(-per_dollar, CONFIDENCE),
        cvar_95_se=risk.cvar_standard_error(-per_dollar, CONFIDENCE, replicate),
        certainty_equivalent=sure,
        certainty_equivalent_se=sure_se,
    )


def _sure_gain(per_dollar: Array, rates: Rates, replicate: NDArray[np.int64]) -> tuple[float, float]:
    """Certain gain over cash per dollar that is as good as the gamble, and its standard error (model 4.4)."""
    share = rates.wealth_share

    def gain(values: Array) -> Array:
        sure = risk.certainty_equivalent(1.0 + values, rates.risk_aversion, share)
        return np.asarray((np.asarray(sure) - 1.0) / share)

    return float(gain(per_dollar)), risk.replicate_standard_error(gain, per_dollar, replicate)


def committed_capital(flows: CashFlows, cash_rate: float) -> float:
    """Dollars an investor commits: mean present value of everything paid in, USD > 0."""
    return _committed(flows.contrib.mean(axis=0), cash_rate)


def _committed(mean_paid: Array, cash_rate: float) -> float:
    paid = -float(returns.npv(cash_rate, mean_paid))
    return paid if paid > 0 else float("nan")


def measure_loan(terms: LoanTerms, loan: LoanPaths, cost: float, replicate: NDArray[np.int64]) -> DebtMeasures:
    """Measure what only a lender asks: default, loss, life and coverage.

    ``cost`` is what the advance rate applies to, USD per unit of collateral.
    """
    return measured_loan(outcomes_of_loan(terms, loan, cost, replicate))


def measured_loan(loan: LoanOutcomes) -> DebtMeasures:
    """Measures of a loan from its outcomes."""
    replicate, least = loan.replicate, loan.least_dscr
    funded = loan.terms.principal if loan.terms.principal > 0 else float("nan")
    lost, exposure = loan.lost / funded, float(loan.exposure.sum())
    values, errors = risk.quantiles(least, PROBABILITIES), risk.quantile_standard_error(least, PROBABILITIES, replicate)
    return DebtMeasures(
        default_probability=float(loan.is_defaulted.mean()),
        default_probability_se=risk.mean_standard_error(loan.is_defaulted.astype(float), replicate),
        loss_given_default=float(loan.loss.sum()) / exposure if exposure > 0 else float("nan"),
        expected_loss=float(lost.mean()),
        expected_loss_se=risk.mean_standard_error(lost, replicate),
        wal_years=weighted_average_life(loan.terms, loan.repaid),
        min_dscr=Quantiles(*(float(x) for x in (*values, *errors))),
        advance_rate=loan.terms.principal / loan.cost,
        coupon=loan.terms.coupon,
    )
