"""GPU fleet equity: rents compute under contract and to the market, until it idles and is scrapped.

Obsolescence is not assumed: revenue follows the falling market price while the cash cost of the vintage is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet import chip as chips
from models.assets.gpu_fleet import stages as fleet_stages
from models.assets.gpu_fleet.chip import Chip, Cluster
from models.assets.gpu_fleet.kernel import FleetLines, FleetMarket, fleet_loop
from models.assets.gpu_fleet.kernel import FleetTerms as FleetTerms
from models.assets.gpu_fleet.stages import FleetStages
from models.basis.assumption import Assumptions, assumption, choice, yearly
from models.basis.compiled import over_paths, time_major
from models.basis.flows import CashFlows
from models.basis.timeline import Array, zero_paths
from models.basis.yearly import Years, by_quarter
from models.evidence.power_prices import power_price
from models.market.customer import GRADES, Offtaker, Tie, alive
from models.market.long_run import Hardware, cash_cost_now
from models.market.simulate import MarketPaths
from models.policy.support import Support

CREDIT_QUARTER = 4
MARKET_POWER_PRICE = 0.095  # USD/kWh inside the market's running cost


class GpuFleet(Assumptions):
    """A fleet bought at closing: how it is let, what it costs and what is left at the end."""

    contracted_share: float = assumption(
        0.70, unit="share", low=0.0, high=1.0, step=0.05, symbol="q", status="assumption",
        label="Contracted share", source="s16_coreweave",
        help="Share of the fleet let under a take-or-pay contract; the rest rents at market prices.",
    )
    contract_quarters: int = assumption(
        16, unit="quarters", low=4, high=24, step=1, symbol="T_c", status="assumption",
        label="Contract term", source="s16_coreweave",
        help="Quarters the contract runs after the ramp.",
    )
    customer: str = choice(
        "non_ig", options=GRADES, label="Customer grade", source="judgment", symbol="offtaker",
        help="Credit of the customer, which sets its default rate and its discount.",
    )
    contract_price: float | None = assumption(
        None, unit="USD/h", low=0.4, high=5.0, step=0.05, symbol="P_c",
        label="Contract price", source="judgment", none="break-even contract price less the customer's discount",
        help="What the contracted share earns per H100-equivalent hour.",
    )
    payback_years: float | None = assumption(
        None, unit="years", low=2.0, high=4.0, step=0.1, symbol="y",
        label="Contract payback", source="s16_coreweave", none="price is not set by payback",
        help="Sets the contract price so that it returns the hardware cost in this many years.",
    )
    hazard_scale: float = assumption(
        1.0, unit="x", low=0.0, high=3.0, step=0.1, symbol="λ scale",
        label="Customer default, scaled", source="judgment",
        help="Multiplies all default rates of the customer.",
    )
    own_fill: float = assumption(
        1.0, unit="x market", low=0.7, high=1.1, step=0.01, symbol="κ_u", status="assumption",
        label="Own utilization against market", source="judgment",
        help="How well the operator fills its machines compared with the market.",
    )
    salvage: float = assumption(
        0.10, unit="share of cost", low=0.0, high=0.2, step=0.01, symbol="s",
        label="Salvage value", source="macro-022",
        help="What a machine fetches at the end of its life, as a share of its cost.",
    )
    scrap_after: int = assumption(
        4, unit="quarters", low=2, high=8, step=1, symbol="scrap after",
        label="Idle quarters before scrapping", source="judgment",
        help="After so many idle quarters in a row the fleet is sold for scrap.",
    )
    gap_half_life: float = assumption(
        8.0, unit="quarters", low=2.0, high=16.0, step=1.0, symbol="half-life of price gap",
        label="Memory of the used market", source="judgment",
        help="Quarters in which buyers of used machines expect half of a price gap to close.",
    )
    cost_factor: float = assumption(
        1.0, unit="x", low=0.7, high=1.5, step=0.01, symbol="own capex factor",
        label="Own purchase price", source="judgment",
        help="What this buyer pays for hardware against what the market pays.",
    )
    power_price: float = assumption(
        MARKET_POWER_PRICE, unit="USD/kWh", low=0.03, high=0.25, step=0.005, symbol="local power",
        label="Local power price", source="data_centers-070",
        help="Price of power where the fleet stands; the market's running cost contains $0.095.",
    )
    power_price_by_year: Years | None = yearly(
        unit="USD/kWh", low=0.01, high=0.5, symbol="local power_y", label="Local power price by year",
        none="the local power price in all years", replaces=("power_price",),
        help="Price of power where the fleet stands in each of the next ten years.",
    )
    facility_overhead: float = assumption(
        1.30, unit="x", low=1.1, high=1.6, step=0.01, symbol="PUE",
        label="Facility overhead (PUE)", source="data_centers-083",
        help="Power drawn at the meter for each unit of IT power.",
    )
    hurdle_ig: float = assumption(
        0.095, unit="per year", low=0.045, high=0.145, step=0.005, symbol="hurdle IG", status="assumption",
        label="Hurdle, IG contract", source="judgment",
        help="Return required of the share let to an investment-grade customer.",
    )
    hurdle_non_ig: float = assumption(
        0.11, unit="per year", low=0.06, high=0.16, step=0.005, symbol="hurdle non-IG", status="assumption",
        label="Hurdle, non-IG contract", source="judgment",
        help="Return required of the share let to a customer below investment grade.",
    )


@dataclass(frozen=True)
class FleetPlan:
    """What is bought, how many and where, and how its life is planned; by default the market's own new hardware."""

    chip: Chip = field(default_factory=Chip)
    cluster: Cluster = field(default_factory=Cluster)
    stages: FleetStages = field(default_factory=FleetStages)


def fleet_terms(
    fleet: GpuFleet, offtaker: Offtaker, hardware: Hardware, market: MarketPaths, plan: FleetPlan | None = None
) -> FleetTerms:
    """Resolve what "no value" means, what chip and size change, where contract and life of the machine end."""
    plan = plan or FleetPlan()
    chip, ramp, ramped = plan.chip, hardware.ramp_quarters, hardware.ramp_quarters + 1
    cost = chips.hardware_price(chip, hardware.installed_cost) * fleet.cost_factor * chips.scale(plan.cluster)
    last = _last_quarter(fleet, hardware, plan)
    cash, idle, power_cut = _running_costs(fleet, hardware, market, plan, last)
    price = market.support_price * (1.0 - offtaker.discount(fleet.customer)) * chip.rent_factor
    if fleet.payback_years is not None:
        price = (cash + cost / (8_760.0 * fleet.payback_years)) / hardware.availability
    if fleet.contract_price is not None:
        price = fleet.contract_price
    stages = plan.stages
    return FleetTerms(
        cost=cost,
        market_cost=hardware.installed_cost,
        cash_cost=cash,
        idle_cost=idle,
        contract_price=price,
        contracted=fleet.contracted_share,
        contract_end=ramp + fleet.contract_quarters,
        first=ramped,
        last=last,
        availability=hardware.availability,
        earned=market.curves.balance_utilization,
        hurdle_market=hardware.merchant_hurdle,
        salvage=fleet.salvage,
        own_fill=fleet.own_fill,
        scrap_after=fleet.scrap_after,
        power_cut=power_cut,
        rent_factors=fleet_stages.rent_factors(stages, ramped, chip.rent_factor),
        resale_multiple=stages.resale_multiple if stages.is_on and stages.end == "sold" else 0.0,
        it_kw=chips.it_power(chip, hardware.power_kw),
    )


def _last_quarter(fleet: GpuFleet, hardware: Hardware, plan: FleetPlan) -> int:
    """Last operating quarter; a sale waits for the end of the contract."""
    ramp = hardware.ramp_quarters
    life = hardware.life_quarters if plan.chip.life_quarters is None else plan.chip.life_quarters
    contract = ramp + fleet.contract_quarters if fleet.contracted_share > 0.0 else 0
    return fleet_stages.last_quarter(plan.stages, ramp + 1, ramp + life, contract)


def machine_quarters(fleet: GpuFleet, hardware: Hardware, plan: FleetPlan) -> int:
    """Quarters after the ramp in which the machine earns for its owner: until it is sold on, or its life ends."""
    return _last_quarter(fleet, hardware, plan) - hardware.ramp_quarters


def _running_costs(
    fleet: GpuFleet, hardware: Hardware, market: MarketPaths, plan: FleetPlan, last: int
) -> tuple[float, float, Array]:
    """Cash and idle cost of an H100e-hour, USD, and by how much power is cheaper in each quarter."""
    chip = plan.chip
    drawn = chips.it_power(chip, hardware.power_kw) * fleet.facility_overhead
    power, by_year = power_price(plan.cluster.place, fleet.power_price), fleet.power_price_by_year
    if by_year is not None:  # buyers of used machines reckon with the mean over the life
        power = float(by_quarter(by_year, last)[hardware.ramp_quarters + 1 :].mean())
    cash = cash_cost_now(hardware) + drawn * (power - MARKET_POWER_PRICE)
    cash += chips.extra_service(chip, plan.cluster, hardware.installed_cost)
    idle = hardware.idle_cost
    if chip.power_kw is not None:  # what the market's machine needs of power and space is in its running cost already
        more = chips.it_power(chip, hardware.power_kw) - hardware.power_kw
        space = more * chips.space_cost(chip)
        cash = max(cash + space + more * fleet.facility_overhead * MARKET_POWER_PRICE, chips.LEAST_RUNNING_COST)
        idle = min(max(idle + space, 0.0), chips.IDLE_PART * cash)
    if by_year is None:
        return cash, idle, np.zeros(market.quarters + 1)
    return cash, idle, drawn * (power - by_quarter(by_year, market.quarters))


def fleet_hurdle(fleet: GpuFleet, hardware: Hardware) -> float:
    """Required return, per year: contracted and merchant hurdles blended by the contracted share."""
    contract = fleet.hurdle_ig if fleet.customer == "ig" else fleet.hurdle_non_ig
    return fleet.contracted_share * contract + (1.0 - fleet.contracted_share) * hardware.merchant_hurdle


def customer_alive(
    fleet: GpuFleet, offtaker: Offtaker, terms: FleetTerms, market: MarketPaths, uniform: Array, tie: Tie | None = None
) -> NDArray[np.bool_]:
    """Whether the fleet's customer still pays, (paths, quarters + 1); ``tie`` where it may be the simulated lab."""
    rates = offtaker.rates(fleet.customer, fleet.hazard_scale)
    return alive(rates, market.price, terms.contract_price, market.demand_paths.state, uniform, terms.first, tie)


def cash_flows(
    terms: FleetTerms, market: MarketPaths, support: Support, operating: Array, extras: Mapping[str, Array],
    protection: float = 0.0,
) -> CashFlows:
    """Flows of one H100e of fleet bought at cost, USD.

    Parameters
    ----------
    operating : (paths, quarters + 1)
        As `operate` gives it, with what a vendor's guarantee and the tax office add and take; changed in place.
    extras : mapping
        Lines of ``operating``; ``guarantee`` and ``tax`` where there are any.
    protection : float
        Paid at closing for a vendor's guarantee, USD.
    """
    contrib = zero_paths(market.paths, market.quarters)
    paid = terms.cost + protection
    # Support at closing can exceed the cost only in absurd corners; then it is money received.
    operating[:, 0] = max(support.at_closing - paid, 0.0)
    contrib[:, 0] = min(support.at_closing - paid, 0.0)
    if market.quarters >= CREDIT_QUARTER:
        operating[:, CREDIT_QUARTER] += support.credit
    loss = np.minimum(operating, 0.0)

    def lines() -> dict[str, Array]:
        out = {
            "cost": at_closing(-terms.cost, market.quarters),
            "support": _support_line(support, market.quarters),
            "revenue": extras["revenue"],
            "running cost": -extras["running_cost"],
            "sale": extras["sale"],
            "clawback": -extras["clawback"],
        }
        if protection:
            out["guarantee premium"] = at_closing(-protection, market.quarters)
        if "guarantee" in extras:
            out["vendor guarantee"] = extras["guarantee"]
        return out | ({"tax": -extras["tax"]} if "tax" in extras else {})

    return CashFlows(contrib + loss, operating - loss, extras, lines)


def at_closing(amount: float, quarters: int) -> Array:
    """Amount at closing and nothing after, (1, quarters + 1)."""
    out = np.zeros((1, quarters + 1))
    out[0, 0] = amount
    return out


def operate(
    terms: FleetTerms, market: MarketPaths, support: Support, is_alive: NDArray[np.bool_], ceiling: float,
    residual: Array | None = None,
) -> tuple[Array, dict[str, Array]]:
    """Operating cash flow (paths, quarters + 1) per H100e, USD, and its lines.

    A machine is switched off when revenue does not cover its avoidable cost; after enough idle quarters it is sold.

    Parameters
    ----------
    is_alive : (paths, quarters + 1)
        Whether the customer still pays.
    ceiling : float
        Highest utilization.
    residual : (paths,), optional
        What the machine is sold for in its last quarter, USD; its salvage value if omitted.
    """
    meets = FleetMarket(
        price=time_major(market.price), utilization=time_major(market.utilization), ceiling=ceiling,
        is_alive=time_major(is_alive), public=time_major(support.offtake_share),
        public_price=time_major(support.offtake_price),
        cost_cut=time_major(support.cash_cost_cut + terms.power_cut),
        grant_back=support.clawback,
        new_cost=market.curves.hardware_cost,
        residual=np.full(market.paths, terms.salvage * terms.market_cost) if residual is None else residual,
    )
    revenue, cost, sale, clawback, flow = (np.zeros((market.quarters + 1, market.paths)) for _ in range(5))
    lines = FleetLines(revenue, cost, sale, clawback, flow, np.full(market.paths, float(market.quarters + 1)))
    over_paths(fleet_loop, market.paths, terms, meets, lines)
    return flow.T, {
        "revenue": revenue.T, "running_cost": cost.T, "sale": sale.T, "clawback": clawback.T,
        "scrapped_at": lines.scrapped_at, "alive": is_alive, "last": np.full(1, float(terms.last)),
    }


def _support_line(support: Support, quarters: int) -> Array:
    line = np.zeros((1, quarters + 1))
    line[0, 0] = support.at_closing
    if quarters >= CREDIT_QUARTER:
        line[0, CREDIT_QUARTER] += support.credit
    return line
