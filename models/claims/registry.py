"""Every claim of a scenario on the same market paths: the six asset classes and their close variants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from models.assets import cloud_platform, hardware_supplier, llm_developer
from models.assets.data_center import building as data_center
from models.assets.gpu_debt import loan as gpu_debt
from models.assets.gpu_debt import terms as gpu_debt_terms
from models.assets.gpu_fleet import fleet as gpu_fleet
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, calm_shocks
from models.basis.timeline import DELTA, Array, zero_paths
from models.claims.backing import backing, customer_pays, structure_of
from models.claims.backing import collateral_fleet as collateral_fleet
from models.claims.fleet_run import FleetRun, fleet_plan, run_fleet
from models.debt.loan import LoanPaths, LoanTerms, scheduled_principal
from models.market.simulate import MarketPaths, simulate_market
from models.policy.effects import Support, live_quarters
from models.scenario.scenario import Scenario

PICKS, LLM_AND_CLOUD = "picks_and_shovels", "llm_and_cloud"
ROUNDS = 6
"""Rounds in which the size of a loan and the tax that its interest saves settle."""


@dataclass(frozen=True, eq=False)
class AssetClass:
    """Name and family of an asset class, and the unit its money is counted in."""

    key: str
    label: str
    family: str
    unit: str
    at_market: bool  # entry beside the fair one is a market price, not a cost


CLASSES: dict[str, AssetClass] = {
    c.key: c
    for c in (
        AssetClass("gpu_fleet", "GPU fleet", PICKS, "H100e", False),
        AssetClass("data_center", "Data center", PICKS, "MW", False),
        AssetClass("gpu_debt", "GPU-backed debt", PICKS, "H100e of collateral", False),
        AssetClass("hardware_supplier", "Hardware supplier", PICKS, "company", True),
        AssetClass("llm_developer", "LLM developer", LLM_AND_CLOUD, "company", True),
        AssetClass("cloud_platform", "Cloud platform", LLM_AND_CLOUD, "company", True),
    )
}

VARIANTS: dict[str, AssetClass] = {
    "gpu_debt_equity": AssetClass("gpu_debt_equity", "Equity under the GPU loan", PICKS, "H100e", False),
    "data_center_unlevered": AssetClass("data_center_unlevered", "Data center without debt", PICKS, "MW", False),
}


@dataclass(frozen=True, eq=False)
class Claim:
    """Flows of one claim before the entry premium, with what is needed to price it.

    Attributes
    ----------
    flows : CashFlows
        At cost or par for built assets and loans; without any price for companies.
    hurdle : float
        Required return per year; for a loan its coupon, for levered equity that of the asset below.
    capital : float
        USD committed at cost or par; 0 for companies, whose price is the capital.
    earnings : float
        First-year earnings or revenue a market multiple applies to, USD; 0 where none does.
    multiple : float
        Market multiple.
    exit_values : callable, optional
        What the asset without debt sells for in every quarter, (paths, quarters + 1), computed when asked for.
    controls : array, optional
        Control variates of mean zero, (paths, k), for a mean that a heavy tail makes noisy.
    debt_due : array, optional
        What a sale must repay first, net of reserves, (paths or 1, quarters + 1).
    """

    flows: CashFlows
    hurdle: float
    capital: float
    earnings: float = 0.0
    multiple: float = 0.0
    exit_values: Callable[[], Array] | None = None
    debt_due: Array | None = None
    controls: Array | None = None


@dataclass(frozen=True, eq=False)
class Claims:
    """All claims of one run, and the loan behind the debt."""

    by_key: dict[str, Claim]
    loan: LoanPaths | None = None
    loan_terms: LoanTerms | None = None
    collateral_cost: float = 0.0  # what the advance rate applies to, USD


def build_claims(scenario: Scenario, market: MarketPaths, shocks: Shocks, keys: Iterable[str] | None = None) -> Claims:
    """Value every class (or just ``keys``) on the given paths.

    Returns flows per H100e, per MW or per company, USD.
    """
    wanted = set(CLASSES) | set(VARIANTS) if keys is None else set(keys)
    out: dict[str, Claim] = {}
    loan = terms = None
    cost = 0.0
    if "gpu_fleet" in wanted:
        out["gpu_fleet"] = fleet_claim(scenario, market, shocks)
    if wanted & {"data_center", "data_center_unlevered"}:
        out |= _data_center_claims(scenario, market, shocks)
    if wanted & {"gpu_debt", "gpu_debt_equity"}:
        debt, equity, loan, terms, cost = _debt_claims(scenario, market, shocks)
        out |= {"gpu_debt": debt, "gpu_debt_equity": equity}
    if "hardware_supplier" in wanted:
        out["hardware_supplier"] = _supplier_claim(scenario, market, shocks)
    if "llm_developer" in wanted:
        out["llm_developer"] = _llm_claim(scenario, market, shocks)
    if "cloud_platform" in wanted:
        out["cloud_platform"] = _cloud_claim(scenario, market, shocks)
    return Claims({key: out[key] for key in (*CLASSES, *VARIANTS) if key in out and key in wanted}, loan, terms, cost)


def fleet_claim(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    """Claim on one H100e of the scenario's fleet."""
    run = run_fleet(scenario, scenario.gpu_fleet, market, shocks)
    flows = gpu_fleet.cash_flows(run.terms, market, run.support, run.flow, run.extras, run.protection)
    return Claim(
        flows,
        gpu_fleet.fleet_hurdle(run.fleet, scenario.hardware),
        run.terms.cost + run.protection,
        exit_values=lambda: run.exit_values(market),
    )


def facility(scenario: Scenario) -> gpu_debt.GpuDebt:
    """The facility; it does not outlive a chip that is bought with few quarters left."""
    debt, life = scenario.gpu_debt, scenario.chip.life_quarters
    return debt if life is None else debt.derived(tenor_quarters=min(debt.tenor_quarters, life))


def collateral_run(
    scenario: Scenario, market: MarketPaths, shocks: Shocks, interest: Array | None = None
) -> FleetRun:
    """The financed fleet as it runs; its machines are not sold on before the loan is due.

    ``interest`` (quarters + 1,) is deducted from taxable profit, USD; worked out if tax is on and it is omitted.
    """
    repaid = scenario.hardware.ramp_quarters + facility(scenario).tenor_quarters
    if interest is None:
        interest = deducted_interest(scenario)
    fleet = collateral_fleet(scenario)
    pays = customer_pays(scenario, fleet, fleet_plan(scenario, repaid), market, shocks)
    return run_fleet(scenario, fleet, market, shocks, not_before=repaid, interest=interest, pays=pays)


def collateral(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> tuple[gpu_debt.Collateral, Support]:
    """Cash flow, value and contract claim of the financed fleet, per H100e; machines stay until the loan is due."""
    interest = deducted_interest(scenario)
    run = collateral_run(scenario, market, shocks, interest)
    behind = backing(scenario, run, market, shocks)
    extra = np.zeros_like(run.flow)
    if market.quarters >= gpu_fleet.CREDIT_QUARTER:
        extra[:, gpu_fleet.CREDIT_QUARTER] = run.support.credit
    pot = gpu_debt.Collateral(
        cost=_financed_cost(run.terms.cost + run.protection, run.support),
        cfads=behind.flow,
        base_cfads=_base_cfads(scenario, interest),
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
        base, flow = _base_run(scenario, interest)
        pot = gpu_debt.Collateral(
            cost=_financed_cost(base.terms.cost + base.protection, base.support), cfads=base.flow, base_cfads=flow,
            extra=base.flow, value=base.flow, claim=base.flow, exit_values=lambda: np.zeros((1, 1)),
        )
        terms = loan_terms_of(scenario, pot, base.support)
        interest = _planned_interest(terms, flow)
    return interest


def _planned_interest(terms: LoanTerms, base_cfads: Array) -> Array:
    """Interest of each quarter as planned, (quarters + 1,), USD: capitalized during the ramp, then paid."""
    out = np.zeros(max(len(base_cfads), terms.last + 1))
    ramp = np.arange(1, terms.first)
    out[1 : terms.first] = terms.principal * terms.rate_q * (1.0 + terms.rate_q) ** (ramp - 1)
    plan = scheduled_principal(terms, base_cfads)
    out[terms.first : terms.last + 1] = terms.rate_q * (terms.opening_balance - np.cumsum(plan) + plan)
    return out[: len(base_cfads)]


def _base_cfads(scenario: Scenario, interest: Array | None) -> Array:
    """Cash flow of the collateral on the neutral path without shocks: what a lender sizes on, (quarters + 1,)."""
    return _base_run(scenario, interest)[1]


def _base_run(scenario: Scenario, interest: Array | None) -> tuple[FleetRun, Array]:
    """Collateral on the neutral path without shocks, and its cash with contract terms and hedges, (quarters + 1,)."""
    calm = scenario.neutral.calm.model_copy(update={"cluster": scenario.cluster})
    shocks = calm_shocks()
    market = simulate_market(calm.setting, shocks)
    fleet = collateral_fleet(scenario).derived(cost_factor=scenario.gpu_fleet.cost_factor)
    pays = np.ones((1, market.quarters + 1), dtype=bool)
    repaid = scenario.hardware.ramp_quarters + facility(scenario).tenor_quarters
    run = run_fleet(calm, fleet, market, shocks, not_before=repaid, interest=interest, pays=pays)
    return run, np.asarray(backing(calm, run, market, shocks).flow[0])


def loan_terms_of(scenario: Scenario, pot: gpu_debt.Collateral, support: Support) -> LoanTerms:
    """Resolved terms of the facility on this collateral."""
    return gpu_debt_terms.loan_terms(
        facility(scenario), scenario.covenants, pot, base_rate=scenario.rates.base_rate,
        ramp=scenario.hardware.ramp_quarters, rate_cut=support.rate_cut * support.loan_share,
        guarantee=support.guarantee_cover, structure=structure_of(scenario), credit=scenario.contract_credit,
    )


def _debt_claims(
    scenario: Scenario, market: MarketPaths, shocks: Shocks
) -> tuple[Claim, Claim, LoanPaths, LoanTerms, float]:
    pot, support = collateral(scenario, market, shocks)
    terms = loan_terms_of(scenario, pot, support)
    lender, equity, loan = gpu_debt.cash_flows(terms, pot)
    effective = (1.0 + (terms.coupon + terms.interest_subsidy) * DELTA) ** 4 - 1.0
    fleet_hurdle = gpu_fleet.fleet_hurdle(collateral_fleet(scenario), scenario.hardware)
    below = float(-equity.contrib[:, 0].mean())
    due = loan.balance - loan.reserve - loan.trap
    claims = (
        Claim(lender, effective, terms.principal),
        Claim(equity, fleet_hurdle, below, exit_values=pot.exit_values, debt_due=due),
    )
    return (*claims, loan, terms, pot.cost)


def _data_center_claims(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> dict[str, Claim]:
    center = scenario.data_center
    contract = market.support_price * (1.0 - scenario.offtaker.discount(center.tenant))
    building = data_center.simulate_building(center, scenario.leasing, scenario.offtaker, market, shocks, contract)
    rate, tax = scenario.rates.base_rate, scenario.tax
    due = data_center.tax_due(tax, building) if tax.is_on else None
    paid = data_center.interest(center, building, rate)
    levered_due = data_center.tax_due(tax, building, paid) if tax.is_on else None
    levered = data_center.levered_cash_flows(center, building, rate, levered_due)
    own = center.capex * (1.0 - center.loan_to_cost)

    def worth() -> Array:
        return data_center.exit_values(center, scenario.leasing, building, market.surplus, shocks.dc_exit_cap_z)

    balance = levered.extras["loan_balance"]
    return {
        "data_center": Claim(levered, center.hurdle, own, exit_values=worth, debt_due=balance),
        "data_center_unlevered": Claim(
            data_center.cash_flows(building, due), center.hurdle, center.capex, exit_values=worth
        ),
    }


def _by_quarter(value: Callable[[int], Array], paths: int, quarters: int) -> Array:
    """Exit value of a company in every quarter from the first, USD, (paths, quarters + 1)."""
    out = zero_paths(paths, quarters)
    for t in range(1, quarters + 1):
        out[:, t] = value(t)
    return out


def _supplier_claim(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    supplier = scenario.hardware_supplier
    flows = hardware_supplier.cash_flows(supplier, market, shocks)
    revenue, earnings = flows.extras["revenue"], flows.extras["earnings"]

    def worth() -> Array:
        return _by_quarter(
            lambda t: hardware_supplier.exit_value(supplier, revenue, earnings, t), market.paths, market.quarters
        )

    earned = hardware_supplier.first_year_earnings(flows)
    return Claim(flows, supplier.hurdle, 0.0, earned, supplier.market_multiple, exit_values=worth)


def _cloud_claim(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    cloud, capital = scenario.cloud_platform, scenario.cloud_capital
    flows = cloud_platform.cash_flows(
        cloud, capital, market, shocks,
        ramp=scenario.hardware.ramp_quarters, retirement=scenario.capacity.retirement,
        tax=scenario.tax if scenario.tax.is_on else None,
    )
    ebitda = flows.extras["ebitda"]

    def worth() -> Array:
        relative = market.relative_demand
        return _by_quarter(
            lambda t: cloud_platform.exit_value(capital, ebitda, relative, t), market.paths, market.quarters
        )

    hurdle = cloud_platform.cloud_hurdle(cloud, capital)
    earned = cloud_platform.first_year_ebitda(flows)
    return Claim(flows, hurdle, 0.0, earned, cloud.market_multiple, exit_values=worth)


def _llm_claim(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claim:
    developer = scenario.llm_developer
    live = np.zeros((1, shocks.quarters + 1))
    for program in scenario.policy.home:
        live = np.maximum(live, live_quarters(program, shocks))
    flows = llm_developer.cash_flows(
        developer, scenario.llm_costs, scenario.llm_funding, market, shocks, live,
        scenario.tax if scenario.tax.is_on else None,
    )
    x = flows.extras

    def worth() -> Array:
        return np.asarray(x["own"] * (x["multiple"] * x["revenue"] + np.maximum(x["cash"], 0.0)))

    return Claim(
        flows, developer.hurdle, 0.0, developer.revenue_now, developer.market_multiple, exit_values=worth,
        controls=llm_developer.control_variates(developer, market, shocks) - 1.0
    )
