"""A fleet of a scenario as it runs: operated, guaranteed by its vendor and taxed; shared by equity, loan and traces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet import chip as chips
from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet import guarantee as residual_guarantee
from models.assets.gpu_fleet import used as used_machines
from models.assets.gpu_fleet.fleet import FleetPlan, FleetTerms, GpuFleet
from models.basis import tax as taxes
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.contagion import tie_of
from models.market.simulate import MarketPaths, contract_window, programs_met
from models.policy import support as public_support
from models.policy.support import Recipient, Support
from models.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class FleetRun:
    """One fleet on the market's paths, per H100e, USD; arrays (paths, quarters + 1).

    ``flow`` after the vendor's guarantee and tax, before anything paid or received at closing; ``extras`` its lines;
    ``protection`` paid at closing for the guarantee; ``standing`` what the guarantee is worth in every quarter.
    """

    fleet: GpuFleet
    terms: FleetTerms
    support: Support
    pays: NDArray[np.bool_]
    flow: Array
    extras: dict[str, Array]
    protection: float
    standing: Callable[[], Array] | None

    def value(self, market: MarketPaths) -> Array:
        """What a lender can sell: used machines, and the guarantee that comes with them."""
        machines = used_machines.used_values(self.fleet, self.terms, market, self.extras["scrapped_at"])
        return machines if self.standing is None else machines + self.standing()

    def claim(self, market: MarketPaths) -> Array:
        """Value of the contract to a lender."""
        scrapped = self.extras["scrapped_at"]
        return used_machines.contract_claims(self.fleet, self.terms, market, self.pays, scrapped)

    def exit_values(self, market: MarketPaths) -> Array:
        """What machines, contract and guarantee sell for in every quarter."""
        scrapped = self.extras["scrapped_at"]
        worth = used_machines.exit_values(self.fleet, self.terms, market, self.pays, scrapped)
        if self.standing is None:
            return worth
        due = np.arange(market.quarters + 1) < self.extras["settled"][0]
        return worth + np.where(due, self.standing(), 0.0)


def fleet_support(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Support:
    """Public support of the scenario's fleet, per H100e."""
    setting, cost = scenario.setting, scenario.hardware.installed_cost
    own = Recipient(scenario.policy.fleet_share, chips.units(scenario.chip, scenario.cluster), facility_kw(scenario))
    return public_support.fleet_support(
        scenario.policy, shocks, programs_met(setting, market), own, hardware_cost=cost,
        window=contract_window(setting),
    )


def facility_kw(scenario: Scenario) -> float:
    """Power that one H100e draws at the meter, kW."""
    return scenario.hardware.power_kw * scenario.gpu_fleet.facility_overhead


def fleet_plan(scenario: Scenario) -> FleetPlan:
    """What the scenario buys and how it plans its life."""
    return FleetPlan(scenario.chip, scenario.cluster, scenario.fleet_stages)


def run_fleet(
    scenario: Scenario, fleet: GpuFleet, market: MarketPaths, shocks: Shocks, *,
    interest: Array | None = None, pays: NDArray[np.bool_] | None = None,
) -> FleetRun:
    """Operate a fleet of the scenario.

    Parameters
    ----------
    interest : (quarters + 1,), optional
        Interest deducted from taxable profit, USD.
    pays : (paths, quarters + 1), optional
        Whether the customer pays, where that is not drawn.
    """
    support = fleet_support(scenario, market, shocks)
    terms = gpu_fleet.fleet_terms(fleet, scenario.offtaker, scenario.hardware, market, fleet_plan(scenario))
    if pays is None:
        pays = gpu_fleet.customer_alive(
            fleet, scenario.offtaker, terms, market, shocks.offtaker_u,
            tie_of(scenario, fleet.customer, market, shocks),
        )
    flow, extras = gpu_fleet.operate(
        terms, market, support, pays, scenario.clearing.ceiling_utilization,
        used_machines.residuals(fleet, terms, market),
    )
    guarantee, standing = scenario.residual_guarantee, None
    protection = residual_guarantee.premium(guarantee, terms)
    if guarantee.is_on:
        vendor = residual_guarantee.vendor_alive(guarantee, market.log_ratio, shocks.vendor_u)
        paid = residual_guarantee.payments(guarantee, fleet, terms, market, vendor)
        flow = flow + paid
        extras |= {
            "guarantee": paid, "vendor_alive": vendor.astype(np.float64),
            "settled": np.full(1, float(residual_guarantee.settlement_quarter(guarantee, terms))),
        }

        def standing() -> Array:
            return residual_guarantee.standing_values(guarantee, fleet, terms, market, vendor)

    if scenario.tax.is_on:
        basis = tax_basis(terms, support) + protection
        due = _tax(scenario.tax, terms, extras["scrapped_at"], flow, basis, interest)
        flow, extras = flow - due, extras | {"tax": due}
    return FleetRun(fleet, terms, support, pays, flow, extras, protection, standing)


def tax_basis(terms: FleetTerms, support: Support) -> float:
    """What may be deducted of the cost of one H100e, USD: net of grants and of half a tax credit, never negative."""
    granted = support.at_closing - support.concession
    return max(terms.cost - granted - taxes.CREDIT_CUTS_BASIS * support.credit, 0.0)


def _tax(
    tax: taxes.Tax, terms: FleetTerms, scrapped_at: Array, profit: Array, basis: float, interest: Array | None
) -> Array:
    paths, quarters = profit.shape[0], profit.shape[1] - 1
    deducted = taxes.deductions(
        taxes.machine_schedule(tax, quarters), np.full(paths, basis), np.full(paths, float(terms.first)),
        np.minimum(scrapped_at, float(terms.last)),
    )
    taxable = profit - deducted - (0.0 if interest is None else interest[None, :])
    return taxes.tax_due(tax, taxable)
