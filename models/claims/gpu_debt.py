"""The loan on a fleet and the equity below it: collateral, terms, claims, and what a lender looks at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.assets.gpu_debt import loan as gpu_debt
from models.assets.gpu_debt import terms as gpu_debt_terms
from models.assets.gpu_debt.size import LoanSize
from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet.fleet import machine_quarters
from models.basis.shocks import Shocks, calm_shocks
from models.basis.store import Store
from models.basis.timeline import DELTA, HOURS, Array
from models.claims.asset_class import PICKS, AssetClass, Fact, Run, Series, level, line, quarters
from models.claims.backing import backing, collateral_fleet, customer_pays
from models.claims.claim import Claim, Claims
from models.claims.fleet_run import FleetRun, fleet_plan, run_fleet
from models.claims.gpu_fleet import contract_draws, fleet_claim
from models.debt.loan import LoanPaths, LoanTerms
from models.debt.schedule import scheduled_principal
from models.market.simulate import MarketPaths, simulate_market
from models.policy.support import Support
from models.scenario.scenario import Scenario

KEY, BELOW = "gpu_debt", "gpu_debt_equity"
ROUNDS = 6
"""Rounds in which the size of a loan and the tax that its interest saves settle."""


def facility(scenario: Scenario) -> gpu_debt.GpuDebt:
    """The facility; its tenor ends with the machine's life, or before it is sold on."""
    debt = scenario.gpu_debt
    life = machine_quarters(collateral_fleet(scenario), scenario.hardware, fleet_plan(scenario))
    return debt.derived(tenor_quarters=min(debt.tenor_quarters, life))


def collateral_run(
    scenario: Scenario, market: MarketPaths, shocks: Shocks, interest: Array | None = None
) -> FleetRun:
    """The financed fleet as it runs; the loan is due before its machines are sold on.

    ``interest`` (quarters + 1,) is deducted from taxable profit, USD; worked out if tax is on and it is omitted.
    """
    if interest is None:
        interest = deducted_interest(scenario)
    fleet = collateral_fleet(scenario)
    pays = customer_pays(scenario, fleet, fleet_plan(scenario), market, shocks)
    return run_fleet(scenario, fleet, market, shocks, interest=interest, pays=pays)


def collateral(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> tuple[gpu_debt.Collateral, Support]:
    """Cash flow, value and contract claim of the financed fleet, per H100e."""
    interest = deducted_interest(scenario)
    run = collateral_run(scenario, market, shocks, interest)
    behind = backing(scenario, run, market, shocks)
    base = _base_run(scenario, interest)
    extra = np.zeros_like(run.flow)
    if market.quarters >= gpu_fleet.CREDIT_QUARTER:
        extra[:, gpu_fleet.CREDIT_QUARTER] = run.support.credit
    pot = gpu_debt.Collateral(
        cost=_financed_cost(run.terms.cost + run.protection, run.support),
        cfads=behind.flow,
        base_cfads=base.cash,
        base_contracted=base.contracted,
        base_value=base.value,
        extra=extra,
        value=run.value(market),
        claim=behind.claim,
        exit_values=lambda: run.exit_values(market),
        rates=behind.rates,
        lost=behind.lost,
    )
    return pot, run.support


def _financed_cost(cost: float, support: Support) -> float:
    """Cost that a loan is measured on, USD: net of grants, but not of what cheap money is worth."""
    return cost - (support.at_closing - support.concession)


def deducted_interest(scenario: Scenario) -> Array | None:
    """Interest of the loan as planned, which the vehicle deducts from its taxable profit, (quarters + 1,), USD.

    Size and tax depend on each other: less tax carries more debt, whose interest saves tax. A few rounds settle it.
    """
    if not scenario.tax.is_on:
        return None
    interest = None
    for _ in range(ROUNDS):
        base = _base_run(scenario, interest)
        run = base.run
        pot = gpu_debt.Collateral(
            cost=_financed_cost(run.terms.cost + run.protection, run.support), cfads=run.flow, base_cfads=base.cash,
            base_contracted=base.contracted, base_value=base.value, extra=run.flow, value=run.flow, claim=run.flow,
            exit_values=lambda: np.zeros((1, 1)),
        )
        terms, _ = sized_loan(scenario, pot, run.support)
        interest = _planned_interest(terms, base.cash)
    return interest


def _planned_interest(terms: LoanTerms, base_cfads: Array) -> Array:
    """Interest of each quarter as planned, (quarters + 1,), USD: capitalized during the ramp, then paid."""
    out = np.zeros(max(len(base_cfads), terms.last + 1))
    ramp = np.arange(1, terms.first)
    out[1 : terms.first] = terms.principal * terms.rate_q * (1.0 + terms.rate_q) ** (ramp - 1)
    plan = scheduled_principal(terms, base_cfads)
    out[terms.first : terms.last + 1] = terms.rate_q * (terms.opening_balance - np.cumsum(plan) + plan)
    return out[: len(base_cfads)]


class LenderCase(NamedTuple):
    """Collateral on the path that a lender sizes on.

    ``cash`` with contract terms and hedges, USD, ``contracted`` share of it that the contract pays, and ``value`` of
    the machines, USD, (quarters + 1,) each.
    """

    run: FleetRun
    cash: Array
    contracted: Array
    value: Array


_cases: Store[LenderCase] = Store(1)
"""Beside the scenario that was asked, as long as it lives: each block of its paths asks again."""


def lender_case(scenario: Scenario) -> LenderCase:
    """The case that sizes the loan, with the interest that it deducts."""
    return _base_run(scenario, deducted_interest(scenario))


def _base_run(scenario: Scenario, interest: Array | None) -> LenderCase:
    """Collateral on the neutral path without shocks."""
    if interest is None:
        return _cases.beside(scenario).get(None, lambda: _run_base(scenario, None))
    return _run_base(scenario, interest)


def _run_base(scenario: Scenario, interest: Array | None) -> LenderCase:
    calm = scenario.neutral.calm.derived(cluster=scenario.cluster)
    shocks = calm_shocks()
    market = simulate_market(calm.setting, shocks)
    fleet = collateral_fleet(scenario).derived(cost_factor=scenario.gpu_fleet.cost_factor)
    pays = np.ones((1, market.quarters + 1), dtype=bool)
    run = run_fleet(calm, fleet, market, shocks, interest=interest, pays=pays)
    cash = np.asarray(backing(calm, run, market, shocks).flow[0])
    return LenderCase(run, cash, _contracted_share(run, cash), np.asarray(run.value(market)[0]))


def _contracted_share(run: FleetRun, cash: Array) -> Array:
    """Share of cash, before tax, that the contract pays after the running cost of its machines, (quarters + 1,)."""
    terms, t = run.terms, np.arange(len(cash))
    cost = terms.cash_cost - run.support.cash_cost_cut[0] - terms.power_cut
    paid = HOURS * terms.contracted * (terms.availability * terms.contract_price - cost)
    in_term = (t >= terms.first) & (t <= min(terms.contract_end, terms.last))
    whole = cash + run.extras["tax"][0] if "tax" in run.extras else cash
    earns = in_term & (whole > 0.0) & (paid > 0.0)
    return np.asarray(np.minimum(np.divide(paid, whole, out=np.zeros(len(cash)), where=earns), 1.0))


def sized_loan(
    scenario: Scenario, pot: gpu_debt.Collateral, support: Support
) -> tuple[LoanTerms, LoanSize]:
    """Resolved terms of the facility on this collateral, and how its size came about, USD per unit of it."""
    asked = gpu_debt_terms.Facility(
        facility(scenario), scenario.covenants, scenario.loan_pricing, scenario.loan_triggers, scenario.mezzanine,
        scenario.contract_credit, scenario.rates.base_rate, scenario.hardware.ramp_quarters,
    )
    return gpu_debt_terms.loan_terms(asked, pot, rate_cut=support.rate_cut, guarantee=support.guarantee)


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    pot, support = collateral(scenario, market, shocks)
    terms, size = sized_loan(scenario, pot, support)
    lender, equity, loan = gpu_debt.cash_flows(terms, pot)
    effective = (1.0 + (terms.coupon + terms.interest_subsidy) * DELTA) ** 4 - 1.0
    fleet_hurdle = gpu_fleet.fleet_hurdle(collateral_fleet(scenario), scenario.hardware)
    paid = float(-equity.contrib[:, 0].mean())
    due = loan.balance - loan.reserve - loan.trap
    claims = {
        KEY: Claim(lender, effective, terms.principal, nothing=size.why_nothing),
        BELOW: Claim(equity, fleet_hurdle, paid, exit_values=pot.exit_values, debt_due=due),
    }
    return Claims(claims, loan, terms, size)


def financed_fleet(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    """Claim on the fleet behind the loan as if nothing were lent on it."""
    return fleet_claim(scenario.derived(gpu_fleet=collateral_fleet(scenario)), market, shocks)


def _draws(scenario: Scenario) -> tuple[str, ...]:
    pricing = scenario.loan_pricing
    moves = {
        "renegotiation_u": scenario.contract_credit.renegotiation_rate > 0,
        "rate_z": pricing.base == "simulated" and pricing.volatility > 0,
    }
    return (*contract_draws(scenario), *(name for name, is_on in moves.items() if is_on))


def _loan(run: Run) -> tuple[LoanTerms, LoanPaths]:
    assert run.claims.loan_terms is not None and run.claims.loan is not None
    return run.claims.loan_terms, run.claims.loan


def _balance(run: Run) -> Array:
    terms, _ = _loan(run)
    lent = terms.principal if terms.principal > 0.0 else np.nan
    return np.asarray(line(run, KEY, "balance")[:, : terms.last + 1] / lent)


CLASS = AssetClass(
    KEY, "GPU-backed debt", PICKS, "H100e of collateral", _build, is_lean=True,
    short="GPU debt", subject="GPU-backed debt", color="purple", slices=("gpu_debt", "covenants"), draws=_draws,
    now_only="A later loan has no price in the model: its size and spread rest on the lender's case at closing.",
    series={
        "dscr": Series("Debt service coverage of loans in service", "x",
                       lambda run: line(run, KEY, "dscr")[:, : _loan(run)[0].last + 1], level(1.0),
                       "just enough to pay"),
        "balance": Series("Balance outstanding, share of the loan", "share of the loan", _balance),
    },
    events={"defaulted": lambda run: quarters(run) >= _loan(run)[1].default_quarter[:, None]},
    facts=(
        Fact("Default probability", "share", "Share of futures in which the loan misses a payment.",
             "default_probability"),
        Fact("Defaults where the lab fails", "share", "Share of loans that default in futures in which the simulated "
             "LLM developer fails while the loan runs. Part of the customers is that lab; yet labs fail where compute "
             "is dear, and there machines earn enough to let them again.", "default_probability_lab_fails"),
        Fact("Defaults where it does not", "share", "Share of loans that default in all other futures.",
             "default_probability_lab_lasts"),
        Fact("Loss given default", "share", "Loss over all exposure at default, after sale and contract claim.",
             "loss_given_default"),
        Fact("Expected loss", "share", "Mean present value of losses, share of the loan.", "expected_loss"),
        Fact("Weighted average life", "years", "Years a dollar lent is out, until it is repaid, recovered or lost.",
             "wal_years"),
        Fact("Advance rate", "share", "Loan over cost of the machines, after coverage limits it.", "advance_rate"),
        Fact("Coupon", "per year", "Interest the borrower pays, a year.", "coupon"),
    ),
)
EQUITY = AssetClass(
    BELOW, "Equity under the GPU loan", PICKS, "H100e", _build, is_lean=True, variant_of=KEY,
    below=lambda scenario, market, shocks, built: financed_fleet(scenario, market, shocks),
    subject="equity under the GPU loan",
)
