"""One facility on the market's paths: the loan an evaluation holds, with everything a lender asks of it.

``facility_result(scenario)`` is the door. Market and collateral are kept between calls on the same draws, because a
search over size, price or covenants changes the loan only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_debt import loan as gpu_debt
from models.assets.gpu_debt import terms as gpu_debt_terms
from models.assets.gpu_debt.loan import Collateral, Covenants, GpuDebt
from models.assets.gpu_debt.size import LoanSize
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, calm_shocks
from models.basis.store import Store
from models.basis.timeline import DELTA, Array
from models.claims.gpu_debt import collateral, sized_loan
from models.debt.loan import LoanPaths, least_coverage, run_waterfall
from models.debt.schedule import loan_to_value, scheduled_balance, scheduled_principal, swap_cost
from models.debt.structure import LoanTriggers, Mezzanine
from models.debt.terms import LoanTerms
from models.engine.evaluate import KEPT, Evaluation
from models.engine.noted import Noted, Parts
from models.engine.world import draws_of
from models.errors import ScenarioError
from models.market.simulate import MarketPaths, simulate_market
from models.policy.support import Support
from models.scenario.scenario import Scenario

# What decides market and collateral; a loan that differs in anything else meets the same cash.
_LOAN_ONLY = (
    "advance_cap", "sizing_dscr", "merchant_dscr", "spread", "tenor_quarters", "amortization", "balloon",
    "reserve_months", "sweep",
)


@dataclass(frozen=True, eq=False)
class Ground:
    """What loans of one collateral share: market, cash flow, value, claim, public support and draws."""

    market: MarketPaths
    pot: Collateral
    support: Support
    shocks: Shocks


@dataclass(frozen=True, eq=False)
class FacilityResult:
    """One facility on shared draws. Arrays (paths, quarters + 1), USD per H100e of collateral.

    Attributes
    ----------
    scenario : Scenario
    ground : Ground
        Market, collateral and draws.
    terms : LoanTerms
        Resolved terms.
    size : LoanSize
        What each rule allows and what is lent of it, USD.
    plan : (service quarters,)
        Scheduled principal.
    loan : LoanPaths
    """

    scenario: Scenario
    ground: Ground
    terms: LoanTerms
    size: LoanSize
    plan: Array
    loan: LoanPaths

    @property
    def replicate(self) -> NDArray[np.int64]:
        """Independent scramble of each path, (paths,)."""
        return self.ground.shocks.replicate

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.loan.balance.shape[0])

    @property
    def quarters(self) -> int:
        """Number of operating quarters."""
        return int(self.loan.balance.shape[1] - 1)

    @property
    def advance_rate(self) -> float:
        """Loan over hardware cost, net of what is received at closing; 0 where nothing is lent."""
        return self.size.lent / self.size.cost if self.size.lent > 0.0 else 0.0

    @property
    def contract_end(self) -> int:
        """Last quarter of the customer's contract."""
        return int(self.scenario.hardware.ramp_quarters + self.scenario.gpu_fleet.contract_quarters)

    @property
    def life_end(self) -> int:
        """Last quarter in which the machines earn."""
        earns = np.flatnonzero(self.ground.pot.base_cfads != 0.0)
        return int(earns[-1]) if len(earns) else 0

    @cached_property
    def lender(self) -> Array:
        """Net flow of the lender, with what a program pays beside the coupon."""
        return np.asarray(self.loan.lender + gpu_debt.interest_subsidy(self.terms, self.loan))

    @cached_property
    def equity(self) -> Array:
        """Net flow of the owner: hardware, reserve, fees and cures out, distributions and tax credit in."""
        pot = self.ground.pot
        return np.asarray(self.loan.equity + pot.extra - gpu_debt.own_cost(self.terms, pot.cost, self.quarters))

    def flows(self) -> tuple[CashFlows, CashFlows]:
        """Flows of lender and owner with their ledgers."""
        lender, equity, _ = gpu_debt.cash_flows(self.terms, self.ground.pot)
        return lender, equity

    @cached_property
    def after_default(self) -> NDArray[np.bool_]:
        """From the quarter of default on."""
        return np.asarray(np.arange(self.quarters + 1)[None, :] >= self.loan.default_quarter[:, None])

    @cached_property
    def dscr(self) -> Array:
        """Coverage of each service quarter, NaN where nothing is due."""
        return self.loan.dscr

    @cached_property
    def least_dscr(self) -> Array:
        """Least coverage of each path, (paths,), NaN where there was no service."""
        return least_coverage(self.terms, self.loan)

    @cached_property
    def ltv(self) -> Array:
        """Balance over used value of the machines while the loan lives, else NaN."""
        ratio = loan_to_value(self.loan.balance, self.ground.pot.value)
        return np.where((self.loan.balance > 0.0) & ~self.after_default, ratio, np.nan)

    @cached_property
    def llcr(self) -> Array:
        """Planned cash to maturity at what loan, swap and agent cost, and the reserve, over the balance; else NaN."""
        last, fee = min(self.terms.last, self.quarters), self.terms.agent_fee * DELTA
        rates, base = self.terms.rates_q(max(self.quarters, self.terms.last)) + fee, self.ground.pot.base_cfads
        rates[self.terms.first : self.terms.last + 1] += swap_cost(self.terms, self.plan)
        worth = np.zeros(self.quarters + 1)
        for t in range(last - 1, -1, -1):
            worth[t] = (worth[t + 1] + (base[t + 1] if t + 1 >= self.terms.first else 0.0)) / (1.0 + rates[t + 1])
        owed = (self.loan.balance > 0.0) & ~self.after_default
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(owed, (worth[None, :] + self.loan.reserve) / self.loan.balance, np.nan)

    @cached_property
    def promised(self) -> Array:
        """Flow of the lender if every payment is made as planned at expected rates, (quarters + 1,), USD."""
        terms, n = self.terms, self.quarters
        rates, draws, fees = terms.rates_q(n), terms.drawn(terms.principal, n), terms.ramp_fees(n)
        out = -draws * (1.0 - terms.discount)
        out[0] += fees[0]
        if not terms.capitalizes:
            owed = np.cumsum(draws)
            out[1 : terms.first] += owed[: terms.first - 1] * rates[1 : terms.first] + fees[1 : terms.first]
        span = slice(terms.first, min(terms.last, n) + 1)
        served = scheduled_balance(terms, self.ground.pot.base_cfads) * terms.rates_q(terms.last)[terms.first :]
        out[span] += (served + self.plan)[: len(out[span])]
        if terms.interest_subsidy:
            owed_at = np.zeros(n + 2)
            owed_at[terms.first : terms.last + 1] = scheduled_balance(terms, self.ground.pot.base_cfads)
            out += owed_at[: n + 1] * terms.interest_subsidy * DELTA
        return np.asarray(out)

    def alone(self, path: int) -> LoanPaths:
        """The loan of one path with its log.

        Raises
        ------
        ScenarioError
            If there is no such path.
        """
        if not 0 <= path < self.paths:
            raise ScenarioError(f"path: {path} is not one of the {self.paths} paths; count from 0 to {self.paths - 1}")
        row, pot = slice(path, path + 1), self.ground.pot
        rates = pot.rates
        if rates is not None and len(rates.base) > 1:
            rates = replace(rates, base=rates.base[row])
        lost = None if pot.lost is None else (pot.lost[row] if len(pot.lost) > 1 else pot.lost)
        cover = self.terms.guarantee
        terms = self.terms if isinstance(cover, float) or len(cover) == 1 else replace(self.terms, guarantee=cover[row])
        return run_waterfall(
            terms, pot.cfads[row], self.plan, pot.value[row], pot.claim[row], log=True, rates=rates, lost=lost
        )


def facility_result(
    source: Evaluation | Scenario, shocks: Shocks | None = None, *, changes: dict[str, Any] | None = None
) -> FacilityResult:
    """Run the facility of a scenario.

    Parameters
    ----------
    source : Evaluation or Scenario
        An evaluation lends its scenario and, where it kept all its paths, its market.
    shocks : Shocks, optional
        Draws; those the scenario names if omitted (at most ``KEPT`` paths). Compared facilities must share one object.
    changes : dict, optional
        Dotted paths to change first.

    Raises
    ------
    ScenarioError
        If a change names no assumption or leaves its bounds.
    """
    scenario = source if isinstance(source, Scenario) else source.scenario
    if isinstance(source, Evaluation):
        if shocks is None:
            shocks = calm_shocks() if source.is_calm else _draws(scenario)
        if source.market.paths == shocks.paths and not source.is_calm:
            _market(scenario, shocks, source.market)
    shocks = _draws(scenario) if shocks is None else shocks
    if changes:
        scenario = scenario.replace(changes)
    return on_ground(scenario, ground_of(scenario, shocks))


def on_ground(scenario: Scenario, ground: Ground) -> FacilityResult:
    """Run a facility on collateral that is there already; its loan may differ, its collateral must not."""
    rates = gpu_debt_terms.base_rates(scenario.loan_pricing, scenario.rates.base_rate, ground.shocks.rate_z)
    ground = replace(ground, pot=replace(ground.pot, rates=rates))
    terms, size = sized_loan(scenario, ground.pot, ground.support)
    plan = scheduled_principal(terms, ground.pot.base_cfads)
    return FacilityResult(scenario, ground, terms, size, plan, _run(terms, plan, ground.pot))


def same_loan(result: FacilityResult, ground: Ground) -> FacilityResult:
    """The loan of a result, of the same size and schedule, on other collateral."""
    pot = replace(ground.pot, rates=result.ground.pot.rates)
    return replace(result, ground=replace(ground, pot=pot), loan=_run(result.terms, result.plan, pot))


def _run(terms: LoanTerms, plan: Array, pot: Collateral) -> LoanPaths:
    return run_waterfall(terms, pot.cfads, plan, pot.value, pot.claim, rates=pot.rates, lost=pot.lost)


_grounds: Store[Ground] = Store(4)
_markets: Noted[MarketPaths] = Noted(4)


def ground_of(scenario: Scenario, shocks: Shocks) -> Ground:
    """Market and collateral of a scenario on the given draws, kept for the next loan on the same ones."""

    def make() -> Ground:
        market = _market(scenario, shocks)
        return Ground(market, *collateral(scenario.in_force, market, shocks), shocks)

    return _grounds.get((_collateral_key(scenario), shocks), make)


def _market(scenario: Scenario, shocks: Shocks, known: MarketPaths | None = None) -> MarketPaths:
    """The market of a scenario on the given draws; ``known`` where it was simulated already."""

    def make(seen: Scenario) -> MarketPaths:
        setting = seen.setting
        return simulate_market(setting, shocks) if known is None else known

    return _markets.get(Parts(scenario), make, on=shocks)


def _collateral_key(scenario: Scenario) -> Scenario:
    """The scenario with everything set back that changes the loan only; tax ties cash to the loan's interest."""
    if scenario.tax.is_on:
        return scenario
    plain = GpuDebt()
    debt = scenario.gpu_debt.derived(**{name: getattr(plain, name) for name in _LOAN_ONLY})
    pricing = type(scenario.loan_pricing)()
    return scenario.derived(
        gpu_debt=debt, covenants=Covenants(), loan_pricing=pricing, loan_triggers=LoanTriggers(), mezzanine=Mezzanine(),
    )


def _draws(scenario: Scenario) -> Shocks:
    return draws_of(scenario, KEPT)
