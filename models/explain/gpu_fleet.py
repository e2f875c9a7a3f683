"""Flows of a GPU fleet as numbers with reasons, for the scenario's own fleet and for the one behind the loan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.assets.gpu_fleet import chip as chips
from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet import guarantee as residual_guarantee
from models.assets.gpu_fleet.fleet import FleetTerms, GpuFleet
from models.basis.timeline import HOURS, Array
from models.basis.yearly import by_quarter
from models.claims.backing import backing, collateral_fleet
from models.claims.fleet_run import run_fleet
from models.claims.gpu_debt import collateral_run
from models.errors import ScenarioError
from models.evidence.power_prices import OWN as OWN_PRICE
from models.evidence.power_prices import power_price
from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.registry import Reader, UnknownPath, declare, explains, named, of_programs, over_paths
from models.policy.support import Support

OWN, COLLATERAL = "assets.gpu_fleet", "assets.gpu_debt.collateral"
UNIT = "USD per H100e"
FOREIGN_DRAWS = (
    "this evaluation was made with other draws than its scenario names; evaluate the scenario by itself to explain it"
)


@dataclass(frozen=True, eq=False)
class Fleet:
    """A fleet as the engine operated it; arrays (paths, quarters + 1), USD per H100e.

    ``contract``, ``public`` and ``market`` are the parts of revenue, ``to_state`` and ``to_market`` the shares of the
    machine let to the state and to the market, ``pays`` whether the customer pays under the
    contract, ``runs`` whether the machine is switched on.
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
    to_state: Array


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
        to_state=np.asarray(state),
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


def _name(prefix: str) -> str:
    return "GPU fleet" if prefix == OWN else "fleet behind the loan"


@explains("assets.gpu_fleet.base")
def base(reader: Reader) -> Equation:
    """Cost of the fleet."""
    value, label = reader.evaluation.assets["gpu_fleet"].claim.capital, "Cost of one H100e"
    if reader.scenario.residual_guarantee.is_on:
        return Equation(label, value, UNIT, "What the fleet pays for hardware and its guarantee.", "K_0 + premium",
                        {"K_0": f"{OWN}.cost", "premium": f"{OWN}.guarantee_premium"})
    return Equation(label, value, UNIT, "What the fleet pays for hardware.", "K_0", {"K_0": f"{OWN}.cost"})


@explains("{fleet}.cost")
def cost(reader: Reader, fleet: str) -> Equation:
    """Hardware cost of a fleet."""
    own = reader.scenario.chip.price is not None
    price: dict[str, Operand] = {"K_gpu": "chip.price", "w": "chip.h100e"} if own else {
        "K_0": "hardware.installed_cost"}
    is_scaled = chips.scale(reader.scenario.cluster) != 1.0
    return Equation(
        "Hardware cost", fleet_of(reader, fleet).terms.cost, UNIT,
        f"{'Price of the chip for each H100e' if own else 'Installed cost'}, times what this buyer pays against the "
        f"market{', times what the size of the order changes' if is_scaled else ''}.",
        f"{'K_gpu/w' if own else 'K_0'}·factor{'·scale' if is_scaled else ''}",
        price | {"factor": "gpu_fleet.cost_factor"} | ({"scale": f"{fleet}.scale"} if is_scaled else {}),
    )


declare(
    "{fleet}.scale", "Cost of a unit in an order of this size", "x",
    "Network costs more and the rest less with every tenfold of size.",
    f"max({chips.LEAST_SCALE:g}, 1 + ln(N/{chips.REFERENCE_GPUS})/ln(10)·(n·growth − (1 − n)·discount))",
    {"N": "cluster.gpus", "n": "cluster.network_share", "growth": "cluster.network_growth",
     "discount": "cluster.volume_discount"}, lambda r: chips.scale(r.scenario.cluster),
)
declare("assets.gpu_fleet.hurdle", "Hurdle, GPU fleet", "per year", "As for any fleet.", "r", {"r": ".fleet_hurdle"},
        lambda r: r.evaluation.assets["gpu_fleet"].claim.hurdle)


@explains("{fleet}.fleet_hurdle")
def fleet_hurdle(reader: Reader, fleet: str) -> Equation:
    """Return required of a fleet."""
    view = fleet_of(reader, fleet)
    return Equation(
        f"Hurdle, {_name(fleet)}", gpu_fleet.fleet_hurdle(view.fleet, reader.scenario.hardware), "per year",
        "Hurdle of the contract and of the merchant part, weighted by the contracted share.",
        "q·r_contract + (1 − q)·r_M", {"q": share_of(reader, fleet),
         "r_contract": f"in_force.gpu_fleet.hurdle_{view.fleet.customer}",
         "r_M": "in_force.hardware.merchant_hurdle"},
    )


def share_of(reader: Reader, fleet: str) -> str:
    """Path of the contracted share of a fleet: a merchant loan has no contract."""
    is_merchant = fleet != OWN and reader.scenario.gpu_debt.customer == "merchant"
    return f"{fleet}.no_contract" if is_merchant else f"{slice_of(fleet)}.contracted_share"


declare("{fleet}.no_contract", "Contracted share", "share", "A merchant fleet has no contract.", "0",
        {"customer": "gpu_debt.customer"}, lambda r: 0.0)


@explains("{fleet}.contract_price")
def contract_price(reader: Reader, fleet: str) -> Equation:
    """Contract price of a fleet."""
    view, where, chip = fleet_of(reader, fleet), slice_of(fleet), reader.scenario.chip
    label, value = f"Contract price, {_name(fleet)}", view.terms.contract_price
    if view.fleet.contract_price is not None:
        return Equation(label, value, "USD/h", "As set.", "P_c", {"P_c": f"{where}.contract_price"})
    if view.fleet.payback_years is not None:
        return Equation(
            label, value, "USD/h", "Returns the hardware cost in so many years, after running cost.",
            "P_c = (c_0 + K_0/(4·h·{years}))/a",
            {"c_0": f"{fleet}.cash_cost", "K_0": f"{fleet}.cost", "years": f"{where}.payback_years",
             "a": "hardware.availability", "h": "constants.hours"},
        )
    has_factor = chip.rent_factor != 1.0
    return Equation(
        label, value, "USD/h", "Break-even contract price, less what a customer of this grade is spared"
        + (", times what this chip's compute earns against the market." if has_factor else "."),
        f"P_c = (1 − {{d_c:%}})·P^eqv{'·ρ_chip' if has_factor else ''}",
        {"P^eqv": "market.support_price", "d_c": f"offtaker.{view.fleet.customer}_discount"}
        | ({"ρ_chip": "chip.rent_factor"} if has_factor else {}), beside=(f"{where}.customer",),
    )


@explains("{fleet}.cash_cost")
def cash_cost(reader: Reader, fleet: str) -> Equation:
    """Running cost per hour."""
    scenario, terms = reader.scenario, fleet_of(reader, fleet).terms
    chip, own = scenario.chip, scenario.gpu_fleet
    text, parts = "c_0", dict[str, Operand]({"c_0": "market.cash_cost_now"})
    words, note = "That of the market's new machines", ""
    if own.power_price_by_year is not None or power_price(scenario.cluster.place, own.power_price) != \
            gpu_fleet.MARKET_POWER_PRICE or chip.power_kw is not None:
        local, where = "local", "gpu_fleet.power_price"
        if own.power_price_by_year is not None:
            life = by_quarter(own.power_price_by_year, terms.last)[scenario.hardware.ramp_quarters + 1 :]
            local, where = f"{float(life.mean()):.12g}", "gpu_fleet.power_price_by_year"
            note = "the mean over the machine's life; each quarter pays its own year's price"
        elif scenario.cluster.place != OWN_PRICE:
            local, where = f"{power_price(scenario.cluster.place, own.power_price):.12g}", "cluster.place"
        text += f" + κ·PUE·({local} − market)"
        parts |= {"κ": "hardware.power_kw", "PUE": "gpu_fleet.facility_overhead", "local": where,
                  "market": "constants.power_price"}
        words += ", and what power costs here beyond what it costs there"
    if chips.extra_service(chip, scenario.cluster, scenario.hardware.installed_cost):
        text += f" + max(0, service/(4·h·N·w) − {chips.SERVICE_PART:g}·K_0/(4·h))"
        parts |= {"service": "cluster.minimum_service", "h": "constants.hours", "N": "cluster.gpus",
                  "w": "chip.h100e", "K_0": "hardware.installed_cost"}
        words += "; the service that a small cluster needs beyond theirs"
    if chip.power_kw is not None:
        text = text.replace("κ·PUE", "κ_gpu/w·PUE") + " + (κ_gpu/w − κ)·(space/(1000·4·h) + PUE·market)"
        text = f"max({chips.LEAST_RUNNING_COST:g}, {text})"
        parts |= {"κ_gpu": "chip.power_kw", "w": "chip.h100e", "space": "chip.space_rent", "h": "constants.hours"}
        words += "; and what the chip's own power costs beyond theirs, in power and space"
    return Equation("Running cost per hour", terms.cash_cost, "USD/h", f"{words}.", text, parts, note=note)


@explains("{fleet}.quarter.revenue.{stat}.{t}")
def revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue of a quarter: contract, public contract and market."""
    view = fleet_of(reader, fleet)
    value = reader.pick(view.lines["revenue"], stat, t)
    dust = 1e-9 * max(abs(value), 1.0)
    parts = [name for name in ("contract", "public", "market")
             if abs(reader.pick(getattr(view, name), stat, t)) > dust]
    return Equation(
        f"Revenue, quarter {t}, {reader.whose(stat)}, {_name(fleet)}", value, UNIT,
        "Under contract, to the state, and to the market." if parts else "The machine does not run.",
        " + ".join(parts) or "0",
        {name: f"{fleet}.{name}_revenue.{stat}.{t}" for name in parts} or {"runs": f"{fleet}.running.{stat}.{t}"},
    )


@explains("{fleet}.contract_revenue.{stat}.{t}")
def contract_revenue(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Revenue under contract."""
    return Equation(
        f"Contract revenue, quarter {t}, {reader.whose(stat)}", reader.pick(fleet_of(reader, fleet).contract, stat, t),
        UNIT, "Hours available, contracted share and contract price, while the customer pays.", "h·a·q·P_c·pays",
        {"h": "constants.hours", "a": "hardware.availability", "q": share_of(reader, fleet),
         "P_c": f"{fleet}.contract_price", "pays": f"{fleet}.customer_pays.{stat}.{t}"},
    )


declare(
    "{fleet}.public_revenue.{stat}.{t}", "Public revenue", UNIT,
    "Hours available, share the state rents, and what it pays, until the program or its notice ends.",
    "h·a·q_G·P_off", {"h": "constants.hours", "a": "hardware.availability", "q_G": ".state_share@",
                      "P_off": ".state_price@"}, lambda r, fleet: fleet_of(r, fleet).public,
)


@explains("{fleet}.state_share.{stat}.{t}")
def state_share(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Share of the machine that the state rents."""
    return Equation(
        f"Share rented by the state, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).to_state, stat, t), "share",
        "What programs rent while they run, times how far they reach this fleet, of what no contract holds, while the "
        "machine runs.", "min(Σ offered·reach, 1 − q)",
        {"offered": of_programs(reader, "terms.offtake_share", "schedule.budget", "schedule.cliff_rate",
                                "schedule.start", "schedule.stop"),
         "reach": "policy.fleet_share", "q": share_of(reader, fleet)}, "simulation",
    )


@explains("{fleet}.state_price.{stat}.{t}")
def state_price(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """What states pay for an hour."""
    view = fleet_of(reader, fleet)
    share = reader.pick(view.to_state, stat, t)
    paid = reader.pick(view.public, stat, t) / (HOURS * view.terms.availability)
    return Equation(
        f"Price states pay, quarter {t}, {reader.whose(stat)}", paid / share if share else 0.0, "USD/h",
        "Each program pays as it says, or the break-even contract price; this is their mean, each with the share it "
        "rents. Zero where nothing is rented.", "Σ(offered·P_off)/Σ offered",
        {"set": of_programs(reader, "terms.offtake_price", "mix.offtake", "mix.procurement"),
         "P^eqv": "market.support_price", "rented": f"{fleet}.state_share.{stat}.{t}"}, "simulation",
    )


declare(
    "{fleet}.market_revenue.{stat}.{t}", "Market revenue", UNIT,
    "Hours available, share let to the market, and what an hour earns there.", "h·a·share·rent",
    {"h": "constants.hours", "a": "hardware.availability", "share": ".market_share@", "rent": ".market_rent@"},
    lambda r, fleet: fleet_of(r, fleet).market,
)


@explains("{fleet}.customer_pays.{stat}.{t}")
def customer_pays(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Whether the customer pays under the contract."""
    view, where = fleet_of(reader, fleet), slice_of(fleet)
    label, value = f"Customer pays, quarter {t}, {reader.whose(stat)}", reader.pick(view.pays, stat, t)
    if fleet == COLLATERAL and reader.scenario.gpu_debt.customer == "sovereign":
        names = ("sovereign_default", "cliff_rate", "notice_quarters")
        return Equation(
            label, value, "share",
            "One while the contract runs, the state has neither failed nor ended its program, and the machine is on.",
            "", named(*(f"contract_credit.{name}" for name in names), "gpu_fleet.contract_quarters",
                      f"{where}.customer", "draws"), "simulation",
        )
    grade = f"offtaker.{view.fleet.customer}"
    return Equation(
        label, value, "share",
        "One while the contract runs, its customer has not defaulted and the machine is on. The default rate rises as "
        "compute gets cheaper than the contract and as demand falls; where the customer is the simulated lab, also as "
        "its money runs out, and the contract ends when it fails.",
        "λ = λ_0 + λ_1·max(0, 1 − P/P_c) + λ_2·max(0, −D)",
        {"λ_0": f"{grade}_base", "λ_1": f"{grade}_price", "λ_2": f"{grade}_demand", "P_c": f"{fleet}.contract_price",
         "P": f"market.price.{stat}.{t}"}
        | named("gpu_fleet.hazard_scale", "gpu_fleet.contract_quarters", f"{where}.customer", *lab_terms(reader, view),
                "draws"), "simulation",
    )


def lab_terms(reader: Reader, view: Fleet) -> tuple[str, ...]:
    """Assumptions by which the customer may be the simulated lab; none where it never is."""
    is_lab = view.fleet.customer == "non_ig" and reader.scenario.contagion.lab_share > 0.0
    return ("contagion.lab_share", "contagion.weak_hazard") if is_lab else ()


declare(
    "{fleet}.running.{stat}.{t}", "Machine runs", "share",
    "One while revenue covers the cost that switching off would save; after enough idle quarters it is scrapped.",
    "revenue ≥ h·(c_0 − c_idle)",
    {"c_0": ".cash_cost", "c_idle": "hardware.idle_cost", "idle": "gpu_fleet.scrap_after",
     "ramp": "hardware.ramp_quarters", "life": "hardware.life_quarters"},
    lambda r, fleet: fleet_of(r, fleet).runs, kind="simulation",
)


@explains("{fleet}.market_share.{stat}.{t}")
def market_share(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Share of the machine let to the market."""
    view = fleet_of(reader, fleet)
    state = {"q_G": f"{fleet}.state_share.{stat}.{t}"} if view.to_state.any() else {}
    return Equation(
        f"Share let to the market, quarter {t}, {reader.whose(stat)}", reader.pick(view.to_market, stat, t), "share",
        "What neither a paying customer nor the state holds, while the machine runs.",
        f"runs − q·pays{' − q_G' if state else ''}",
        {"runs": f"{fleet}.running.{stat}.{t}", "q": share_of(reader, fleet),
         "pays": f"{fleet}.customer_pays.{stat}.{t}", **state},
    )


@explains("{fleet}.market_rent.{path}.{t}")
def market_rent(reader: Reader, fleet: str, path: str, t: int) -> Equation:
    """What an available hour earns on the market, on a path."""
    return _market_rent(reader, fleet, path, t, "Share of hours let, times the rental price.", {
        "let": f"{fleet}.fill.{path}.{t}", "P": f"market.price.{path}.{t}"})


@explains("{fleet}.market_rent.mean.{t}")
def mean_market_rent(reader: Reader, fleet: str, t: int) -> Equation:
    """What an available hour earns on the market, on average."""
    return _market_rent(
        reader, fleet, "mean", t, "Mean utilization, mean price, and how they move together and with the share let.",
        {"U": f"market.utilization.mean.{t}", "P": f"market.price.mean.{t}",
         "co_movement": f"{fleet}.comovement.mean.{t}"},
    )


def _market_rent(reader: Reader, fleet: str, stat: str, t: int, words: str, parts: dict[str, Operand]) -> Equation:
    value = _rent(reader, fleet, stat, t)
    if fleet_of(reader, fleet).terms.rent_factors[t] != 1.0:  # where its compute earns not what the market's does
        parts = {**parts, "ρ": f"{fleet}.rent_factor.{t}"}
    return Equation(
        f"Earned per available hour, quarter {t}, {reader.whose(stat)}", value, "USD/h",
        words if value else "Nothing is let to the market.", "·".join(parts) if value else "0", parts,
    )


@explains("{fleet}.comovement.mean.{t}")
def comovement(reader: Reader, fleet: str, t: int) -> Equation:
    """How far the mean of a product is from the product of means."""
    apart = reader.pick(reader.market.utilization, "mean", t) * reader.pick(reader.market.price, "mean", t)
    apart *= float(fleet_of(reader, fleet).terms.rent_factors[t])
    return Equation(
        f"Co-movement of price, utilization and share let, quarter {t}", _rent(reader, fleet, "mean", t) / apart, "x",
        "Full machines and high prices come together, and a customer's default puts machines on a cheap market; own "
        "fill against the market is in it too.", "E[share·U·P]/(E[share]·E[U]·E[P])",
        named("gpu_fleet.own_fill", "draws"), "statistic",
    )


def _rent(reader: Reader, fleet: str, stat: str, t: int) -> float:
    view = fleet_of(reader, fleet)
    share = reader.pick(view.to_market, stat, t)
    earned = reader.pick(view.market, stat, t) / (HOURS * view.terms.availability)
    return earned / share if share else 0.0


declare(
    "{fleet}.fill.{path}.{t}", "Hours let", "share",
    "The market's utilization, times how well the operator fills its machines, below the ceiling.", "min(ū, κ_u·U)",
    {"ū": "clearing.ceiling_utilization", "κ_u": "gpu_fleet.own_fill", "U": "market.utilization@"},
    lambda r: np.minimum(r.scenario.clearing.ceiling_utilization,
                         r.scenario.gpu_fleet.own_fill * r.market.utilization),
)


@explains("{fleet}.rent_factor.{t}")
def rent_factor(reader: Reader, fleet: str, t: int) -> Equation:
    """What the fleet's compute earns against the market in a quarter."""
    stages, terms = reader.scenario.fleet_stages, fleet_of(reader, fleet).terms
    parts: dict[str, Operand] = {"ρ_chip": "chip.rent_factor"}
    if stages.is_on:
        infers = terms.first + stages.train_quarters
        stage = "train" if t < infers else "infer" if t < infers + stages.infer_quarters else "resale"
        parts["f_stage"] = f"fleet_stages.{stage}_factor"
    return Equation(
        f"Rent against the market, quarter {t}", float(terms.rent_factors[t]), "x",
        "That of the chip, times that of the stage of life the machine is in.", "·".join(parts), parts,
        beside=("fleet_stages.train_quarters", "fleet_stages.infer_quarters") if stages.is_on else (),
    )


declare(
    "{fleet}.quarter.running_cost.{stat}.{t}", "Running cost", UNIT, "Hours, times what an hour costs.", "h·c",
    {"h": "constants.hours", "c": ".hourly_cost@"}, lambda r, fleet: fleet_of(r, fleet).lines["running_cost"],
)


@explains("{fleet}.hourly_cost.{stat}.{t}")
def hourly_cost(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Cost of an hour, as a negative number."""
    programs = reader.scenario.policy.programs
    cheaper = [f"policy.programs.{i}.terms.power_discount" for i, p in enumerate(programs) if p.mix.power > 0]
    return Equation(
        f"Cost of an hour, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).hourly_cost, stat, t), "USD/h",
        "Running cost while the machine is on, idle cost while it is off, nothing once it is scrapped.",
        "−c_0, −c_idle or 0",
        {"c_0": f"{fleet}.cash_cost", "c_idle": "hardware.idle_cost", "runs": f"{fleet}.running.{stat}.{t}"}
        | ({"discount": tuple(cheaper), "reach": "policy.fleet_share"} if cheaper else {}), "simulation",
    )


@explains("{fleet}.quarter.sale.{stat}.{t}")
def sale(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """What the machine is sold for."""
    terms = fleet_of(reader, fleet).terms
    value = reader.pick(fleet_of(reader, fleet).lines["sale"], stat, t)
    label = f"Sale of machines, quarter {t}, {reader.whose(stat)}, {_name(fleet)}"
    if terms.resale_multiple and t == terms.last:
        return Equation(
            label, value, UNIT, "Sold on for a multiple of the rent that the next year is expected to bring, at least "
            "for scrap.", "max(s·K_t, m·Σ rent)",
            {"m": "fleet_stages.resale_multiple", "factor": "fleet_stages.resale_factor", "s": "gpu_fleet.salvage",
             "P^LR": f"market.price_long_run.{t}", "û_0": "market.earned_utilization",
             "half-life": "gpu_fleet.gap_half_life"}, "simulation",
        )
    if stat != "mean" and t == terms.last and value == terms.salvage * terms.market_cost:
        return Equation(label, value, UNIT, "At the end of life, a share of what it cost.", "{s:%}·K",
                        {"s": "gpu_fleet.salvage", "K": f"{fleet}.market_cost"})
    if stat != "mean" and value:
        return Equation(label, value, UNIT, "Scrapped early, for a share of what a new one costs then.", "{s:%}·K_t",
                        {"s": "gpu_fleet.salvage", "K_t": f"market.hardware_cost.{t}"})
    return Equation(
        label, value, UNIT,
        "At the end of life for a share of what it cost; scrapped early for that share of what a new one costs then.",
        "E[s·K_0 or s·K_t]",
        {"s": "gpu_fleet.salvage", "K_0": "hardware.installed_cost", "runs": f"{fleet}.running.{stat}.{t}",
         "idle": "gpu_fleet.scrap_after"}, "statistic",
    )


declare(
    "{fleet}.market_cost", "Cost of a machine to others", UNIT, "Cost of one H100e of the market's own machine.", "K_0",
    {"K_0": "hardware.installed_cost"}, lambda r, fleet: fleet_of(r, fleet).terms.market_cost,
)


@explains("{fleet}.quarter.clawback.{stat}.{t}")
def clawback(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Grants paid back when the fleet closes early."""
    return Equation(
        f"Clawback, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).lines["clawback"], stat, t), UNIT,
        "Part of the grants of the last five years, due when the fleet closes, out of its sale.",
        "−min(c·grants, sale)",
        {"c": of_programs(reader, "schedule.clawback"), "grants": f"{fleet}.support_at_closing",
         "sale": f"{fleet}.quarter.sale.{stat}.{t}"}, "simulation",
    )


@explains("assets.gpu_debt.collateral.quarter.rent_floor.{stat}.{t}")
def rent_floor(reader: Reader, stat: str, t: int) -> Equation:
    """What the rent floor pays less its premium."""
    return over_paths(Equation(
        f"Rent floor, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, COLLATERAL).lines["rent_floor"], stat, t), f"{UNIT} of collateral",
        "What market rent falls short of the floor on the hedged share, less the premium; both are shares of the rent "
        "expected on the path without shocks.", "h·a·share·[max(0, floor·plan·P^LR − P) − premium·plan·P^LR]",
        {"h": "constants.hours", "a": "hardware.availability", "plan": f"market.planned_price_ratio.{t}",
         "P^LR": f"market.price_long_run.{t}", "P": f"market.price.{stat}.{t}"}
        | {name: f"rent_floor.{name}" for name in ("share", "floor", "premium")}, beside=("rent_floor.quarters",),
    ), stat)


@explains("assets.gpu_debt.collateral.quarter.contract_terms.{stat}.{t}")
def contract_terms(reader: Reader, stat: str, t: int) -> Equation:
    """What renegotiation, take-or-pay and termination change."""
    names = ("take_or_pay", "renegotiation_rate", "renegotiation_gap", "concession", "termination_quarters",
             "termination_recovery")
    return Equation(
        f"Change of the contract, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, COLLATERAL).lines["contract_terms"], stat, t), f"{UNIT} of collateral",
        "Against a contract paid in full: volume not taken, a renegotiated price, a termination payment.", "",
        named(*(f"contract_credit.{name}" for name in names), "draws"), "simulation",
    )


@explains("assets.gpu_fleet.quarter.cost.{stat}.{t}")
def closing_cost(reader: Reader, stat: str, t: int) -> Equation:
    """Hardware paid at closing."""
    value = -fleet_of(reader, OWN).terms.cost if t == 0 else 0.0
    return Equation("Hardware paid at closing", value, UNIT, "Money out is negative.", "−K_0" if t == 0 else "0",
                    {"K_0": f"{OWN}.cost"})


@explains("assets.gpu_fleet.quarter.support.{stat}.{t}")
def support(reader: Reader, stat: str, t: int) -> Equation:
    """Grants at closing, or the tax credit a year later."""
    view = fleet_of(reader, OWN)
    value = {0: view.support.at_closing, 4: view.support.credit}.get(t, 0.0)
    return Equation(f"Public support, quarter {t}", value, UNIT, "What home programs pay the fleet.",
                    "support" if t in (0, 4) else "0",
                    {"support": f"{OWN}.{'support_at_closing' if t == 0 else 'tax_credit'}"})


@explains("{fleet}.support_at_closing")
def support_at_closing(reader: Reader, fleet: str) -> Equation:
    """Grants and the value of cheap money, net of what others bid away."""
    names = ("terms.capex_share", "terms.loan_share", "terms.rate_cut", "terms.loan_years", "terms.market_rate",
             "terms.capture", "mix.grant", "mix.loan", "mix.equity")
    return Equation(
        "Support at closing", fleet_of(reader, fleet).support.at_closing, UNIT,
        "Grants, and what cheap loans and patient equity are worth, less the part that suppliers bid away; of each "
        "program, as much as reaches this fleet.",
        "Σ reach·(γ + loan share·Δr·annuity)·(1 − φ)·K_0",
        {"K_0": "hardware.installed_cost", "reach": "policy.fleet_share",
         "terms": of_programs(reader, "schedule.budget", *names)}, "simulation",
    )


@explains("{fleet}.tax_credit")
def tax_credit(reader: Reader, fleet: str) -> Equation:
    """Tax credit, sold a year after closing."""
    names = ("terms.capex_share", "terms.capture", "terms.credit_price")
    return Equation(
        "Tax credit", fleet_of(reader, fleet).support.credit, UNIT,
        "A share of hardware cost, sold a year after closing, less the part that suppliers bid away; of each program, "
        "as much as reaches this fleet.", "Σ reach·price·τ·(1 − φ)·K_0",
        {"K_0": "hardware.installed_cost", "reach": "policy.fleet_share",
         "terms": of_programs(reader, "schedule.budget", "mix.tax_credit", *names)}, "simulation",
    )


@explains("{fleet}.guarantee_premium")
def guarantee_premium(reader: Reader, fleet: str) -> Equation:
    """Premium of the vendor's guarantee."""
    guarantee = reader.scenario.residual_guarantee
    parts = {"π_v": "residual_guarantee.premium", "K_0": f"{fleet}.cost"}
    return Equation(
        "Premium for the vendor's guarantee", residual_guarantee.premium(guarantee, fleet_of(reader, fleet).terms),
        UNIT, "A share of cost, paid at closing.", "π_v·K_0" if guarantee.is_on else "0",
        parts if guarantee.is_on else {"on": "residual_guarantee.is_on"},
    )


@explains("assets.gpu_fleet.quarter.guarantee_premium.{stat}.{t}")
def premium_paid(reader: Reader, stat: str, t: int) -> Equation:
    """Premium as a flow at closing."""
    value = reader.pick(line(reader, held(reader, OWN), "guarantee_premium")[1], stat, t)
    return Equation(
        "Premium for the vendor's guarantee, paid at closing", value, UNIT, "Money out is negative.",
        "−premium" if t == 0 else "0", {"premium": f"{OWN}.guarantee_premium"},
    )


@explains("{fleet}.quarter.vendor_guarantee.{stat}.{t}")
def vendor_guarantee(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """What the vendor pays when the guarantee is settled."""
    view = fleet_of(reader, fleet)
    if "vendor_guarantee" not in view.lines:
        raise UnknownPath("the vendor guarantees nothing in this scenario")
    names = ("share", "quarter", "default_base", "default_glut", "recovery")
    rents = () if stat == "mean" else (f"market.price_ratio.{stat}.{t}",)
    return Equation(
        f"Paid by the vendor, quarter {t}, {reader.whose(stat)}", reader.pick(view.lines["vendor_guarantee"], stat, t),
        UNIT, "What a used machine is worth less than guaranteed; of a vendor that has failed, only the recovery. The "
        "vendor's default rate rises as rents fall below the long-run price.", "max(0, γ_v·K_0 − V)·paid",
        named(f"{fleet}.cost", *(f"residual_guarantee.{name}" for name in names), *rents, "draws"), "simulation",
    )


@explains("{fleet}.quarter.tax.{stat}.{t}")
def fleet_tax(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Tax of a fleet in a quarter."""
    lines = fleet_of(reader, fleet).lines
    if "tax" not in lines:
        raise UnknownPath("nothing is taxed in this scenario")
    earned = (f"{fleet}.quarter.{name}.{stat}.{t}" for name in ("revenue", "running_cost"))
    return tax_equation(reader, lines["tax"], stat, t, UNIT, (*earned, f"{fleet}.cost"), "schedule")


def tax_equation(
    reader: Reader, due: Array, stat: str, t: int, unit: str, parts: tuple[str, ...], schedule: str
) -> Equation:
    """Tax of a quarter, (paths, quarters + 1): a loop, because losses of one quarter wait for profits of another."""
    return Equation(
        f"Tax, quarter {t}, {reader.whose(stat)}", reader.pick(due, stat, t), unit,
        "Rate times profit less what may be deducted; losses wait for profits or save tax at once. Money out is "
        "negative.", "−τ_c·max(0, profit − deductions)",
        named(*parts, "tax.rate", f"tax.{schedule}", "tax.losses"), "simulation",
    )
