"""Flows of a GPU fleet as numbers with reasons, for the scenario's own fleet and for the one behind the loan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet.chip import extra_service, scale
from models.assets.gpu_fleet.fleet import FleetTerms, GpuFleet
from models.basis.timeline import HOURS, Array
from models.claims.backing import backing, collateral_fleet
from models.claims.fleet_run import run_fleet
from models.claims.gpu_debt import collateral_run
from models.errors import ScenarioError
from models.evidence.power_prices import OWN as OWN_PRICE
from models.explain.equation import Equation
from models.explain.registry import Reader, Spec, explains
from models.market.long_run import cash_cost_now
from models.policy.effects import Support

OWN, COLLATERAL = "assets.gpu_fleet", "assets.gpu_debt.collateral"
FOREIGN_DRAWS = (
    "this evaluation was made with other draws than its scenario names; evaluate the scenario by itself to explain it"
)


@dataclass(frozen=True, eq=False)
class Fleet:
    """A fleet as the engine operated it; arrays (paths, quarters + 1), USD per H100e.

    ``contract``, ``public`` and ``market`` are the parts of revenue, ``to_market`` the share of the machine let to the
    market, ``pays`` whether the customer pays under the contract, ``runs`` whether the machine is switched on.
    """

    fleet: GpuFleet
    terms: FleetTerms
    support: Support
    lines: dict[str, Array]
    flow: Array
    contract: Array
    public: Array
    market: Array
    to_market: Array
    pays: Array
    runs: Array
    hourly_cost: Array


def fleet_of(reader: Reader, prefix: str) -> Fleet:
    """The fleet behind a path prefix, operated again by the engine's own functions on the scenario's draws."""
    return reader.once(f"fleet {prefix}", lambda: _operate(reader, prefix))


def _operate(reader: Reader, prefix: str) -> Fleet:
    scenario, market, shocks = reader.scenario, reader.market, reader.shocks
    fleet = scenario.gpu_fleet if prefix == OWN else collateral_fleet(scenario)
    if shocks.paths != market.paths:
        raise ScenarioError(FOREIGN_DRAWS)
    run = run_fleet(scenario, fleet, market, shocks) if prefix == OWN else collateral_run(scenario, market, shocks)
    support, terms, alive, flow, extras = run.support, run.terms, run.pays, run.flow, run.extras
    t = np.arange(market.quarters + 1)
    runs = (extras["running_cost"] > 0) & (extras["revenue"] > 0)
    pays = alive & (t >= terms.first) & (t <= terms.contract_end) & runs
    state = np.minimum(support.offtake_share, 1.0 - terms.contracted) * runs
    contract = np.where(pays, HOURS * terms.availability * terms.contracted * terms.contract_price, 0.0)
    public = HOURS * terms.availability * support.offtake_price * state
    lines = {
        "revenue": extras["revenue"], "running_cost": -extras["running_cost"], "sale": extras["sale"],
        "clawback": -extras["clawback"],
    }
    if "guarantee" in extras:
        lines["vendor_guarantee"] = extras["guarantee"]
    if "tax" in extras:
        lines["tax"] = -extras["tax"]
    if prefix != OWN:
        behind = backing(scenario, run, market, shocks)
        if behind.hedge is not None:
            lines["rent_floor"] = behind.hedge
        changed = behind.flow - flow - (0.0 if behind.hedge is None else behind.hedge)
        if np.abs(changed).max() > 1e-9:
            lines["contract_terms"] = changed
        flow = behind.flow
    _check(reader, prefix, flow, extras["revenue"])
    return Fleet(
        fleet=fleet, terms=terms, support=support, lines=lines, flow=flow, contract=contract, public=public,
        market=extras["revenue"] - contract - public, to_market=runs - terms.contracted * pays - state,
        pays=pays.astype(float), runs=runs.astype(float), hourly_cost=-extras["running_cost"] / HOURS,
    )


def _check(reader: Reader, prefix: str, flow: Array, revenue: Array) -> None:
    """Refuse draws that are not those of the evaluation."""
    claims = reader.evaluation.claims
    if prefix == OWN:
        stated, found = claims.by_key["gpu_fleet"].flows.extras["revenue"], revenue
    else:
        loan = claims.loan
        assert loan is not None
        live = np.arange(flow.shape[1])[None, :] <= loan.default_quarter[:, None]
        live[:, 0] = False
        stated = np.where(live, claims.by_key["gpu_debt"].flows.ledger["project"], 0.0)
        found = np.where(live, flow, 0.0)
    if not np.allclose(stated, found, rtol=1e-9, atol=1e-6):
        raise ScenarioError(FOREIGN_DRAWS)


def slice_of(prefix: str) -> str:
    """Slice of the scenario that declares the contract of a fleet."""
    return "gpu_fleet" if prefix == OWN else "gpu_debt"


def name_of(prefix: str) -> str:
    """Words for a fleet."""
    return "GPU fleet" if prefix == OWN else "fleet behind the loan"


@explains("assets.gpu_fleet.base")
def base(reader: Reader) -> Equation:
    """Cost of the fleet."""
    value = reader.evaluation.assets["gpu_fleet"].claim.capital
    if reader.scenario.residual_guarantee.is_on:
        return Spec("Cost of one H100e", value, "USD per H100e", "What the fleet pays for hardware and its guarantee.",
                    "K_0·(1 + π_v)", (f"{OWN}.cost", f"{OWN}.guarantee_premium"), "sum")
    return Spec("Cost of one H100e", value, "USD per H100e", "What the fleet pays for hardware.", "K_0",
                (f"{OWN}.cost",), "same")


@explains("{fleet}.cost")
def cost(reader: Reader, fleet: str) -> Equation:
    """Hardware cost of a fleet."""
    value, chip = fleet_of(reader, fleet).terms.cost, reader.scenario.chip
    parts = ("hardware.installed_cost", "gpu_fleet.cost_factor")
    if chip.price is None and scale(reader.scenario.cluster) == 1.0:
        return Spec("Hardware cost", value, "USD per H100e",
                    "Installed cost times what this buyer pays against the market.", "K_0·factor", parts, "product")
    priced = () if chip.price is None else ("chip.price", "chip.h100e")
    sized = tuple(f"cluster.{name}" for name in ("gpus", "network_share", "network_growth", "volume_discount"))
    return Spec(
        "Hardware cost", value, "USD per H100e", "Price of the chip for each H100e, times what this buyer pays against "
        "the market, times what the size of the order changes.", "K_gpu/w·factor·scale", (*priced, *parts, *sized),
    )


@explains("assets.gpu_fleet.hurdle")
def hurdle(reader: Reader) -> Equation:
    """Return required of the scenario's fleet."""
    value = reader.evaluation.assets["gpu_fleet"].claim.hurdle
    return Spec("Hurdle, GPU fleet", value, "per year", "As for any fleet.", "r", (f"{OWN}.fleet_hurdle",), "same")


@explains("{fleet}.fleet_hurdle")
def fleet_hurdle(reader: Reader, fleet: str) -> Equation:
    """Return required of a fleet."""
    view = fleet_of(reader, fleet)
    return Spec(
        f"Hurdle, {name_of(fleet)}", gpu_fleet.fleet_hurdle(view.fleet, reader.scenario.hardware), "per year",
        "Hurdle of the contract and of the merchant part, weighted by the contracted share.",
        "q·r_contract + (1−q)·r_M",
        (f"{slice_of(fleet)}.contracted_share", f"gpu_fleet.hurdle_{view.fleet.customer}", "hardware.merchant_hurdle"),
    )


@explains("{fleet}.contract_price")
def contract_price(reader: Reader, fleet: str) -> Equation:
    """Contract price of a fleet."""
    view, where = fleet_of(reader, fleet), slice_of(fleet)
    label, value = f"Contract price, {name_of(fleet)}", view.terms.contract_price
    if view.fleet.contract_price is not None:
        return Spec(label, value, "USD/h", "As set.", "P_c", (f"{where}.contract_price",), "same")
    if view.fleet.payback_years is not None:
        return Spec(
            label, value, "USD/h", "Returns the hardware cost in so many years, after running cost.",
            "P_c = (c_0 + K_0/(8760·y))/a",
            (f"{fleet}.cash_cost", f"{fleet}.cost", f"{where}.payback_years", "hardware.availability"),
        )
    if reader.scenario.chip.rent_factor != 1.0:
        return Spec(
            label, value, "USD/h", "Break-even contract price, less what a customer of this grade is spared, times "
            "what this chip's compute earns against the market.", "P_c = (1−d_c)·P^eqv·ρ_chip",
            ("market.support_price", f"offtaker.{view.fleet.customer}_discount", "chip.rent_factor"),
            beside=(f"{where}.customer",),
        )
    return Spec(
        label, value, "USD/h", "Break-even contract price, less what a customer of this grade is spared.",
        "P_c = (1−d_c)·P^eqv", ("market.support_price", f"offtaker.{view.fleet.customer}_discount"),
        beside=(f"{where}.customer",),
    )


@explains("{fleet}.cash_cost")
def cash_cost(reader: Reader, fleet: str) -> Equation:
    """Running cost per hour."""
    terms = fleet_of(reader, fleet).terms
    power = "gpu_fleet.power_price"
    if reader.scenario.gpu_fleet.power_price_by_year is not None:
        power = "gpu_fleet.power_price_by_year"
    elif terms.cash_cost == cash_cost_now(reader.scenario.hardware):
        return Spec("Running cost per hour", terms.cash_cost, "USD/h", "That of the market's new machines.", "c_0",
                    ("market.cash_cost_now",), "same")
    chip, cluster = reader.scenario.chip, reader.scenario.cluster
    if chip.power_kw is not None or extra_service(chip, cluster, reader.scenario.hardware.installed_cost):
        own = ("chip.h100e", "chip.space_rent", "cluster.gpus", "cluster.minimum_service", "cluster.place")
        more = own if chip.power_kw is None else ("chip.power_kw", *own)
        return Spec(
            "Running cost per hour", terms.cash_cost, "USD/h",
            "That of the market's new machines; what the chip's own power costs beyond theirs, in power and space; "
            "and the service that a small cluster needs beyond theirs.",
            "c_0 + κ·PUE·(local − market power price) + (κ−κ_0)·(space + PUE·market power price) + service",
            ("market.cash_cost_now", "hardware.power_kw", "gpu_fleet.facility_overhead", power,
             "constants.power_price", *more),
        )
    if cluster.place != OWN_PRICE and "year" not in power:
        power = "cluster.place"
    return Spec(
        "Running cost per hour", terms.cash_cost, "USD/h",
        "That of the market's new machines, and what power costs here beyond what it costs there.",
        "c_0 + κ_0·PUE·(local − market power price)",
        ("market.cash_cost_now", "hardware.power_kw", "gpu_fleet.facility_overhead", power, "constants.power_price"),
        note="the mean over the machine's life; each quarter pays its own year's price" if "year" in power else "",
    )


@explains("{fleet}.quarter.revenue.{stat}.{t}")
def revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue of a quarter: contract, public contract and market."""
    view = fleet_of(reader, fleet)
    parts = {name: reader.pick(getattr(view, name), stat, t) for name in ("contract", "public", "market")}
    value = reader.pick(view.lines["revenue"], stat, t)
    dust = 1e-9 * max(abs(value), 1.0)
    return Spec(
        f"Revenue, quarter {t}, {reader.whose(stat)}, {name_of(fleet)}", value, "USD per H100e",
        "Under contract, to the state, and to the market." if value else "The machine does not run.",
        "h·a·[q·P_c + q_G·P_off + (1−q−q_G)·min(ū, κ_u·U)·P]",
        tuple(f"{fleet}.{name}_revenue.{stat}.{t}" for name, part in parts.items() if abs(part) > dust)
        or (f"{fleet}.running.{stat}.{t}",), "sum" if value else "",
    )


@explains("{fleet}.contract_revenue.{stat}.{t}")
def contract_revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue under contract."""
    return Spec(
        f"Contract revenue, quarter {t}, {reader.whose(stat)}", reader.pick(fleet_of(reader, fleet).contract, stat, t),
        "USD per H100e", "Hours available, contracted share and contract price, while the customer pays.", "h·a·q·P_c",
        (
            "constants.hours", "hardware.availability", f"{slice_of(fleet)}.contracted_share",
            f"{fleet}.contract_price", f"{fleet}.customer_pays.{stat}.{t}",
        ), "product",
    )


@explains("{fleet}.public_revenue.{stat}.{t}")
def public_revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue from the state."""
    view = fleet_of(reader, fleet)
    parts = ["constants.hours", "hardware.availability", f"{slice_of(fleet)}.contracted_share"]
    for i, program in enumerate(reader.scenario.policy.programs):
        if program.mix.offtake + program.mix.procurement > 0:
            root = f"policy.programs.{i}"
            parts += [f"{root}.terms.offtake_share", f"{root}.terms.offtake_price", f"{root}.schedule.cliff_rate"]
    return Spec(
        f"Public revenue, quarter {t}, {reader.whose(stat)}", reader.pick(view.public, stat, t), "USD per H100e",
        "Hours available, share the state rents, and what it pays, until the program or its notice ends.",
        "h·a·q_G·P_off", (*parts, "market.support_price"),
    )


@explains("{fleet}.market_revenue.{stat}.{t}")
def market_revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue from the market."""
    return Spec(
        f"Market revenue, quarter {t}, {reader.whose(stat)}", reader.pick(fleet_of(reader, fleet).market, stat, t),
        "USD per H100e", "Hours available, share let to the market, and what an hour earns there.",
        "h·a·(1−q−q_G)·min(ū, κ_u·U)·P",
        (
            "constants.hours", "hardware.availability", f"{fleet}.market_share.{stat}.{t}",
            f"{fleet}.market_rent.{stat}.{t}",
        ), "product",
    )
