"""What stands behind the loan: the financed fleet's cash under its own contract, its credit and its hedges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_debt import terms as gpu_debt_terms
from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet.fleet import FleetPlan, FleetTerms, GpuFleet
from models.basis.shocks import Shocks
from models.basis.timeline import HOURS, Array
from models.claims.fleet_run import FleetRun
from models.debt.contract import ContractTerms, contract_paths, sovereign_pays
from models.debt.rates import RatePaths
from models.debt.structure import RentFloor
from models.market.customer import alive
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Backing:
    """The fleet's run as the lender meets it, (paths, quarters + 1), USD per H100e.

    ``flow`` with what contract credit and rent floor change (the tax of a taxed vehicle is not computed again),
    ``claim`` on the contract at its current price, ``hedge`` payments of the rent floor less its premium, ``lost``
    whether the customer is gone.
    """

    flow: Array
    claim: Array
    hedge: Array | None
    rates: RatePaths | None
    lost: NDArray[np.bool_]


def collateral_fleet(scenario: Scenario) -> GpuFleet:
    """The fleet behind the loan: the scenario's fleet under the facility's own contract.

    A state pays the price of an investment-grade customer; a merchant fleet has no contract.
    """
    debt = scenario.gpu_debt
    is_merchant = debt.customer == "merchant"
    return scenario.gpu_fleet.derived(
        contracted_share=0.0 if is_merchant else debt.contracted_share,
        customer={"sovereign": "ig", "merchant": "non_ig"}.get(debt.customer, debt.customer),
        contract_price=debt.contract_price, payback_years=debt.payback_years,
    )


def customer_pays(
    scenario: Scenario, fleet: GpuFleet, plan: FleetPlan, market: MarketPaths, shocks: Shocks
) -> NDArray[np.bool_] | None:
    """Whether a state that is the customer still pays, (paths, quarters + 1); None for customers the fleet draws."""
    if scenario.gpu_debt.customer != "sovereign":
        return None
    credit = scenario.contract_credit
    terms = gpu_fleet.fleet_terms(fleet, scenario.offtaker, scenario.hardware, market, plan)
    rates = (credit.sovereign_default * fleet.hazard_scale, 0.0, 0.0)
    pays = alive(
        rates, market.price, terms.contract_price, market.demand_paths.state, shocks.offtaker_u, terms.first
    )
    return sovereign_pays(credit, pays, shocks.policy_u)


def backing(scenario: Scenario, run: FleetRun, market: MarketPaths, shocks: Shocks) -> Backing:
    """The run of the collateral after renegotiation, take-or-pay, termination and the rent floor."""
    t = np.arange(market.quarters + 1)
    terms = run.terms
    scrapped = run.extras["scrapped_at"]
    runs = (t >= terms.first) & (t <= terms.last) & (t[None, :] < scrapped[:, None])
    contract = contract_paths(
        scenario.contract_credit, scenario.gpu_debt.customer, _contract_terms(terms), market.price,
        market.utilization / terms.earned * terms.availability, run.pays, shocks.renegotiation_u,
    )
    flow, claim = run.flow, run.claim(market)
    if contract is not None:
        changed = np.where(runs, contract.cash, 0.0)
        # Idle where the contract no longer pays for running: what the fleet's own rule would do.
        flow = np.where(changed < 0.0, np.maximum(flow + changed, np.minimum(flow, -HOURS * terms.idle_cost)),
                        flow + changed)
        claim = np.maximum(claim - _given_up(terms, contract.price_factor, claim > 0.0), 0.0)
    hedge = rent_floor(scenario.rent_floor, terms, market, runs)
    if hedge is not None:
        flow = flow + hedge
    rates = gpu_debt_terms.base_rates(scenario.loan_pricing, scenario.rates.base_rate, shocks.rate_z)
    return Backing(flow, claim, hedge, rates, ~run.pays & (t <= terms.contract_end))


def _contract_terms(terms: FleetTerms) -> ContractTerms:
    return ContractTerms(
        terms.contract_price, terms.contracted, HOURS * terms.availability, terms.first,
        min(terms.contract_end, terms.last),
    )


def _given_up(terms: FleetTerms, factor: Array, stands: NDArray[np.bool_]) -> Array:
    """Present value of what a renegotiated price gives up until the contract ends, USD, (paths, quarters + 1)."""
    t = np.arange(factor.shape[1])
    v = (1.0 + terms.hurdle_market) ** -0.25
    left = np.maximum(min(terms.contract_end, terms.last) - np.maximum(t, terms.first - 1), 0)
    annuity = v * (1.0 - v**left) / (1.0 - v)
    full = HOURS * terms.availability * terms.contracted * terms.contract_price
    return np.where(stands, full * (1.0 - factor) * annuity, 0.0)


def rent_floor(floor: RentFloor, terms: FleetTerms, market: MarketPaths, runs: NDArray[np.bool_]) -> Array | None:
    """What a rent floor pays less its premium, USD per H100e, (paths, quarters + 1); None without one.

    The floor is a share of the rent expected on the path without shocks, quarter by quarter.
    """
    if floor.share <= 0.0:
        return None
    t = np.arange(market.quarters + 1)
    in_term = (t >= terms.first) & (t < terms.first + floor.quarters)
    expected = market.planned_price[: market.quarters + 1]
    short = np.maximum(floor.floor * expected - market.price, 0.0)
    amount = HOURS * terms.availability * floor.share
    return np.where(runs & in_term, amount * (short - floor.premium * expected), 0.0)
