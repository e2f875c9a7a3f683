"""GPU fleet equity: rents compute under contract and to the market, until it idles and is scrapped.

Obsolescence is not assumed: revenue follows the falling market price while the cash cost of the vintage is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assets.fleet_kernel import FleetRules, fleet_loop
from models.basis.assumption import Assumptions, assumption, choice
from models.basis.compiled import over_paths, time_major
from models.basis.flows import CashFlows
from models.basis.timeline import HOURS, Array, discount_factors, zero_paths
from models.market.long_run import Hardware, cash_cost_now
from models.market.simulate import MarketPaths
from models.offtaker import GRADES, Offtaker, alive
from models.policy.effects import Support

CREDIT_QUARTER = 4


class GpuFleet(Assumptions):
    """A fleet bought at closing: how it is let, what it costs and what is left at the end."""

    contracted_share: float = assumption(
        0.70, unit="share", low=0.0, high=1.0, step=0.05, symbol="q", status="assumption",
        label="Contracted share", source="s16_coreweave",
        help="Share of the fleet let under a take-or-pay contract; the rest rents at market prices.",
    )
    contract_quarters: int = assumption(
        16, unit="quarters", low=4, high=20, step=1, symbol="T_c", status="assumption",
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
        0.03, unit="share of cost", low=0.0, high=0.2, step=0.01, symbol="s",
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
        0.08, unit="USD/kWh", low=0.03, high=0.25, step=0.005, symbol="local power",
        label="Local power price", source="data_centers-070",
        help="Price of power where the fleet stands; the market's running cost contains $0.08.",
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


MARKET_POWER_PRICE = 0.08


@dataclass(frozen=True, eq=False)
class FleetTerms:
    """The numbers a fleet, a loan on it and its used value share.

    ``cost`` USD/H100e paid, ``market_cost`` what others pay, ``cash_cost`` and ``idle_cost`` USD/h,
    ``contract_price`` USD/h, ``first`` and ``last`` operating quarter, ``contract_end`` last contracted quarter.
    """

    cost: float
    market_cost: float
    cash_cost: float
    idle_cost: float
    contract_price: float
    contracted: float
    contract_end: int
    first: int
    last: int
    availability: float
    earned: float
    hurdle_market: float
    salvage: float


def fleet_terms(fleet: GpuFleet, offtaker: Offtaker, hardware: Hardware, market: MarketPaths) -> FleetTerms:
    """Resolve what "no value" means and where the contract ends."""
    cost = hardware.installed_cost * fleet.cost_factor
    local = hardware.power_kw * fleet.facility_overhead * (fleet.power_price - MARKET_POWER_PRICE)
    cash = cash_cost_now(hardware) + local
    price = market.support_price * (1.0 - offtaker.discount(fleet.customer))
    if fleet.payback_years is not None:
        price = (cash + cost / (8_760.0 * fleet.payback_years)) / hardware.availability
    if fleet.contract_price is not None:
        price = fleet.contract_price
    ramp = hardware.ramp_quarters
    return FleetTerms(
        cost=cost,
        market_cost=hardware.installed_cost,
        cash_cost=cash,
        idle_cost=hardware.idle_cost,
        contract_price=price,
        contracted=fleet.contracted_share,
        contract_end=ramp + fleet.contract_quarters,
        first=ramp + 1,
        last=ramp + hardware.life_quarters,
        availability=hardware.availability,
        earned=market.curves.balance_utilization,
        hurdle_market=hardware.merchant_hurdle,
        salvage=fleet.salvage,
    )


def fleet_hurdle(fleet: GpuFleet, hardware: Hardware) -> float:
    """Required return, per year: contracted and merchant hurdles blended by the contracted share."""
    contract = fleet.hurdle_ig if fleet.customer == "ig" else fleet.hurdle_non_ig
    return fleet.contracted_share * contract + (1.0 - fleet.contracted_share) * hardware.merchant_hurdle


def customer_alive(
    fleet: GpuFleet, offtaker: Offtaker, terms: FleetTerms, market: MarketPaths, uniform: Array
) -> NDArray[np.bool_]:
    """Whether the fleet's customer still pays, (paths, quarters + 1)."""
    scaled = offtaker if fleet.hazard_scale == 1.0 else _scaled(offtaker, fleet.hazard_scale)
    return alive(
        scaled, fleet.customer, market.price, terms.contract_price, market.demand_paths.state, uniform, terms.first
    )


def cash_flows(
    fleet: GpuFleet,
    terms: FleetTerms,
    market: MarketPaths,
    support: Support,
    is_alive: NDArray[np.bool_],
    ceiling: float,
) -> CashFlows:
    """Flows of one H100e of fleet bought at cost, USD.

    Parameters
    ----------
    is_alive : (paths, quarters + 1)
        Whether the customer still pays.
    ceiling : float
        Highest utilization.
    """
    operating, extras = operate(fleet, terms, market, support, is_alive, ceiling)
    contrib = zero_paths(market.paths, market.quarters)
    contrib[:, 0] = -terms.cost
    # Support at closing can exceed the cost only in absurd corners; then it is money received.
    operating[:, 0] = max(support.at_closing - terms.cost, 0.0)
    contrib[:, 0] = min(support.at_closing - terms.cost, 0.0)
    if market.quarters >= CREDIT_QUARTER:
        operating[:, CREDIT_QUARTER] += support.credit
    loss = np.minimum(operating, 0.0)

    def lines() -> dict[str, Array]:
        return {
            "cost": np.where(np.arange(market.quarters + 1) == 0, -terms.cost, 0.0)[None, :],
            "support": _support_line(support, market.quarters),
            "revenue": extras["revenue"],
            "running cost": -extras["running_cost"],
            "sale": extras["sale"],
            "clawback": -extras["clawback"],
        }

    return CashFlows(contrib + loss, operating - loss, extras, lines)


def operate(
    fleet: GpuFleet,
    terms: FleetTerms,
    market: MarketPaths,
    support: Support,
    is_alive: NDArray[np.bool_],
    ceiling: float,
) -> tuple[Array, dict[str, Array]]:
    """Operating cash flow (paths, quarters + 1) per H100e, USD, and its lines.

    A machine is switched off when revenue does not cover its avoidable cost; after enough idle quarters it is sold.
    """
    shape = (market.quarters + 1, market.paths)
    revenue, cost, sale, clawback, flow = (np.zeros(shape) for _ in range(5))
    scrapped_at = np.full(market.paths, float(market.quarters + 1))
    rules = FleetRules(
        first=terms.first, last=terms.last, contract_end=terms.contract_end, contracted=terms.contracted,
        contract_price=terms.contract_price, public_price=support.offtake_price, availability=terms.availability,
        cash_cost=terms.cash_cost, idle_cost=terms.idle_cost, own_fill=fleet.own_fill, ceiling=ceiling,
        salvage=terms.salvage, market_cost=terms.market_cost, scrap_after=fleet.scrap_after,
        grant_back=support.clawback * (support.at_closing - support.concession + support.credit),
    )
    over_paths(
        fleet_loop, market.paths, rules, time_major(market.price), time_major(market.utilization), time_major(is_alive),
        time_major(support.offtake_share), time_major(support.cash_cost_cut), market.curves.hardware_cost,
        revenue, cost, sale, clawback, flow, scrapped_at,
    )
    extras = {
        "revenue": revenue.T, "running_cost": cost.T, "sale": sale.T, "clawback": clawback.T,
        "scrapped_at": scrapped_at, "alive": is_alive,
    }
    return flow.T, extras


def used_values(fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, scrapped_at: Array | None = None) -> Array:
    """Value of one used H100e in every quarter, USD, (paths, quarters + 1): margins as buyers expect them then.

    ``scrapped_at`` (paths,): a scrapped fleet is worth nothing.
    """
    out = np.zeros((market.quarters + 1, market.paths))
    v = discount_factors(terms.hurdle_market, terms.last)
    for t in range(min(terms.last, market.quarters + 1)):
        rent, discount = _forward_rents(fleet, terms, market, t, terms.last, v)
        rent -= terms.cash_cost
        value = discount @ np.maximum(rent, 0.0, out=rent) * HOURS
        value += v[terms.last - t] * terms.salvage * terms.market_cost
        out[t] = np.maximum(terms.salvage * market.curves.hardware_cost[t], value)
    return _until(out, scrapped_at)


def exit_values(
    fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, is_alive: NDArray[np.bool_], scrapped_at: Array
) -> Array:
    """What the fleet with its contract sells for in every quarter, USD per H100e, (paths, quarters + 1)."""
    machines = used_values(fleet, terms, market, scrapped_at)
    return machines + contract_claims(fleet, terms, market, is_alive, scrapped_at, floor=-np.inf)


def contract_claims(
    fleet: GpuFleet,
    terms: FleetTerms,
    market: MarketPaths,
    is_alive: NDArray[np.bool_],
    scrapped_at: Array | None = None,
    floor: float = 0.0,
) -> Array:
    """Value of the contract above market rents in every quarter, USD per H100e, (paths, quarters + 1).

    ``floor`` is the least a quarter of the contract is worth: a lender claims gains only, a buyer takes losses too.
    """
    out = np.zeros((market.quarters + 1, market.paths))
    end = min(terms.contract_end, terms.last)
    v = discount_factors(terms.hurdle_market, terms.last)
    income = terms.availability * terms.contract_price
    for t in range(min(end, market.quarters + 1)):
        rent, discount = _forward_rents(fleet, terms, market, t, end, v)
        np.subtract(income, np.maximum(rent, terms.cash_cost, out=rent), out=rent)
        gain = discount @ np.maximum(rent, floor, out=rent)
        out[t] = HOURS * terms.contracted * gain * is_alive[:, t]
    return _until(out, scrapped_at)


def _forward_rents(
    fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, quarter: int, last: int, v: Array
) -> tuple[Array, Array]:
    """Rents per hour that buyers expect at ``quarter`` for each later one, (quarters ahead, paths), and their discount.

    Half of today's price gap is expected to close in ``gap_half_life`` quarters.
    """
    j = np.arange(max(quarter + 1, terms.first), last + 1)
    fade = 2.0 ** (-(j - quarter) / fleet.gap_half_life)
    rent = np.multiply.outer(fade, market.log_ratio[:, quarter])
    np.exp(rent, out=rent)
    rent *= (terms.earned * market.curves.price_known_at(quarter)[j])[:, None]
    return rent, v[j - quarter]


def _until(values: Array, scrapped_at: Array | None) -> Array:
    """Transpose to (paths, quarters + 1), zero from the quarter of scrapping."""
    if scrapped_at is not None:
        values *= np.arange(len(values))[:, None] < scrapped_at
    return values.T


def _support_line(support: Support, quarters: int) -> Array:
    line = np.zeros((1, quarters + 1))
    line[0, 0] = support.at_closing
    if quarters >= CREDIT_QUARTER:
        line[0, CREDIT_QUARTER] += support.credit
    return line


def _scaled(offtaker: Offtaker, scale: float) -> Offtaker:
    rates = {
        f"{g}_{k}": getattr(offtaker, f"{g}_{k}") * scale for g in ("ig", "non_ig") for k in ("base", "price", "demand")
    }
    return offtaker.model_copy(update=rates)
