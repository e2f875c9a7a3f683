"""Every claim of a scenario on the same market paths: the six asset classes and their close variants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from models.assets import cloud_platform, data_center, gpu_debt, gpu_fleet, hardware_supplier, llm_developer
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, calm_shocks
from models.basis.timeline import DELTA, Array, zero_paths
from models.debt.loan import LoanPaths, LoanTerms
from models.market.simulate import MarketPaths, simulate_market
from models.policy.effects import Support, live_quarters, simulate_support
from models.scenario import Scenario

PICKS, LLM_AND_CLOUD = "picks_and_shovels", "llm_and_cloud"


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
    fleet, support = scenario.gpu_fleet, fleet_support(scenario, market, shocks)
    terms = gpu_fleet.fleet_terms(fleet, scenario.offtaker, scenario.hardware, market)
    pays = gpu_fleet.customer_alive(fleet, scenario.offtaker, terms, market, shocks.offtaker_u)
    flows = gpu_fleet.cash_flows(fleet, terms, market, support, pays, scenario.clearing.ceiling_utilization)
    scrapped = flows.extras["scrapped_at"]
    return Claim(
        flows,
        gpu_fleet.fleet_hurdle(fleet, scenario.hardware),
        terms.cost,
        exit_values=lambda: gpu_fleet.exit_values(fleet, terms, market, pays, scrapped),
    )


def fleet_support(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Support:
    """Public support of the scenario's fleet, per H100e."""
    hardware, fleet = scenario.hardware, scenario.gpu_fleet
    ramp = hardware.ramp_quarters
    return simulate_support(
        scenario.policy, shocks, hardware_cost=hardware.installed_cost,
        facility_kw=hardware.power_kw * fleet.facility_overhead, offtake_price=market.support_price,
        first_quarter=ramp + 1, last_quarter=ramp + scenario.setting.contract_quarters,
    )


def collateral_fleet(scenario: Scenario) -> gpu_fleet.GpuFleet:
    """The fleet behind the loan: the scenario's fleet under the facility's own contract."""
    debt = scenario.gpu_debt
    return scenario.gpu_fleet.model_copy(
        update={
            "contracted_share": debt.contracted_share, "customer": debt.customer,
            "contract_price": debt.contract_price, "payback_years": debt.payback_years,
        }
    )


def collateral(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> tuple[gpu_debt.Collateral, Support]:
    """Cash flow, value and contract claim of the financed fleet, per H100e."""
    fleet, support = collateral_fleet(scenario), fleet_support(scenario, market, shocks)
    terms = gpu_fleet.fleet_terms(fleet, scenario.offtaker, scenario.hardware, market)
    pays = gpu_fleet.customer_alive(fleet, scenario.offtaker, terms, market, shocks.offtaker_u)
    ceiling = scenario.clearing.ceiling_utilization
    cfads, extras = gpu_fleet.operate(fleet, terms, market, support, pays, ceiling)
    scrapped = extras["scrapped_at"]
    extra = np.zeros_like(cfads)
    if market.quarters >= gpu_fleet.CREDIT_QUARTER:
        extra[:, gpu_fleet.CREDIT_QUARTER] = support.credit

    value = gpu_fleet.used_values(fleet, terms, market, scrapped)
    claim = gpu_fleet.contract_claims(fleet, terms, market, pays, scrapped)
    received = support.at_closing - support.concession
    pot = gpu_debt.Collateral(
        cost=terms.cost - received,
        cfads=cfads,
        base_cfads=_base_cfads(scenario),
        extra=extra,
        value=value,
        claim=claim,
        exit_values=lambda: gpu_fleet.exit_values(fleet, terms, market, pays, scrapped),
    )
    return pot, support


def _base_cfads(scenario: Scenario) -> Array:
    """Cash flow of the collateral on the neutral path without shocks: what a lender sizes on, (quarters + 1,)."""
    calm = scenario.neutral.calm
    shocks = calm_shocks()
    market = simulate_market(calm.setting, shocks)
    fleet = collateral_fleet(scenario).model_copy(update={"cost_factor": scenario.gpu_fleet.cost_factor})
    terms = gpu_fleet.fleet_terms(fleet, calm.offtaker, calm.hardware, market)
    pays = np.ones((1, market.quarters + 1), dtype=bool)
    flow, _ = gpu_fleet.operate(
        fleet, terms, market, fleet_support(calm, market, shocks), pays, calm.clearing.ceiling_utilization
    )
    return np.asarray(flow[0])


def _debt_claims(
    scenario: Scenario, market: MarketPaths, shocks: Shocks
) -> tuple[Claim, Claim, LoanPaths, LoanTerms, float]:
    pot, support = collateral(scenario, market, shocks)
    terms = gpu_debt.loan_terms(
        scenario.gpu_debt, scenario.covenants, pot, base_rate=scenario.rates.base_rate,
        ramp=scenario.hardware.ramp_quarters, rate_cut=support.rate_cut * support.loan_share,
        guarantee=support.guarantee_cover,
    )
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
    levered = data_center.levered_cash_flows(center, building, scenario.rates.base_rate)
    own = center.capex * (1.0 - center.loan_to_cost)

    def worth() -> Array:
        return data_center.exit_values(center, scenario.leasing, building, market.surplus, shocks.dc_exit_cap_z)

    balance = levered.extras["loan_balance"]
    return {
        "data_center": Claim(levered, center.hurdle, own, exit_values=worth, debt_due=balance),
        "data_center_unlevered": Claim(
            data_center.cash_flows(building), center.hurdle, center.capex, exit_values=worth
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
    flows = llm_developer.cash_flows(developer, scenario.llm_costs, scenario.llm_funding, market, shocks, live)
    x = flows.extras

    def worth() -> Array:
        return np.asarray(x["own"] * (x["multiple"] * x["revenue"] + np.maximum(x["cash"], 0.0)))

    return Claim(
        flows, developer.hurdle, 0.0, developer.revenue_now, developer.market_multiple, exit_values=worth,
        controls=llm_developer.control_variates(developer, market, shocks) - 1.0
    )
