"""Parts of a fleet's revenue and its other lines as numbers with reasons."""

from __future__ import annotations

from models.basis.timeline import HOURS
from models.explain.equation import Equation
from models.explain.fleet import OWN, fleet_of, name_of, slice_of
from models.explain.registry import Reader, Spec, explains

COLLATERAL = "assets.gpu_debt.collateral"


@explains("{fleet}.customer_pays.{stat}.{t}")
def customer_pays(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Whether the customer pays under the contract."""
    view, where = fleet_of(reader, fleet), slice_of(fleet)
    grade = view.fleet.customer
    market = f"market.price.{stat}.{t}"
    if fleet == COLLATERAL and reader.scenario.gpu_debt.customer == "sovereign":
        return Spec(
            f"Customer pays, quarter {t}, {reader.whose(stat)}", reader.pick(view.pays, stat, t), "share",
            "One while the contract runs, the state has neither failed nor ended its program, and the machine is on.",
            "", ("contract_credit.sovereign_default", "contract_credit.cliff_rate", "contract_credit.notice_quarters",
                 "gpu_fleet.contract_quarters", f"{where}.customer", "draws"),
        )
    return Spec(
        f"Customer pays, quarter {t}, {reader.whose(stat)}", reader.pick(view.pays, stat, t), "share",
        "One while the contract runs, its customer has not defaulted and the machine is on. The default rate rises as "
        "compute gets cheaper than the contract and as demand falls.", "λ = λ0 + λ1·(1−P/P_c)⁺ + λ2·(−D)⁺",
        (
            f"offtaker.{grade}_base", f"offtaker.{grade}_price", f"offtaker.{grade}_demand", "gpu_fleet.hazard_scale",
            f"{fleet}.contract_price", market, "gpu_fleet.contract_quarters", f"{where}.customer", "draws",
        ),
    )


@explains("{fleet}.running.{stat}.{t}")
def running(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Whether the machine is switched on."""
    return Spec(
        f"Machine runs, quarter {t}, {reader.whose(stat)}", reader.pick(fleet_of(reader, fleet).runs, stat, t), "share",
        "One while revenue covers the cost that switching off would save; after enough idle quarters it is scrapped.",
        "revenue ≥ h·(c_0−c_idle)",
        (
            f"{fleet}.cash_cost", "hardware.idle_cost", "gpu_fleet.scrap_after", "hardware.ramp_quarters",
            "hardware.life_quarters",
        ),
    )


@explains("{fleet}.market_share.{stat}.{t}")
def market_share(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Share of the machine let to the market."""
    return Spec(
        f"Share let to the market, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).to_market, stat, t), "share",
        "What neither a paying customer nor the state holds, while the machine runs.", "1−q−q_G",
        (
            f"{slice_of(fleet)}.contracted_share", f"{fleet}.customer_pays.{stat}.{t}", f"{fleet}.running.{stat}.{t}",
        ),
    )


@explains("{fleet}.market_rent.{path}.{t}")
def market_rent(reader: Reader, fleet: str, path: str, t: int) -> Equation:
    """What an available hour earns on the market, on a path."""
    return Spec(
        f"Earned per available hour, quarter {t}, {reader.whose(path)}", _rent(reader, fleet, path, t), "USD/h",
        "Share of hours let, times the rental price.", "min(ū, κ_u·U)·P",
        (f"{fleet}.fill.{path}.{t}", f"market.price.{path}.{t}", *_factor(reader, fleet, t)), "product",
    )


@explains("{fleet}.market_rent.mean.{t}")
def mean_market_rent(reader: Reader, fleet: str, t: int) -> Equation:
    """What an available hour earns on the market, on average."""
    return Spec(
        f"Earned per available hour, quarter {t}, {reader.whose('mean')}", _rent(reader, fleet, "mean", t), "USD/h",
        "Mean utilization, mean price, and how they move together and with the share let.", "E[U]·E[P]·co-movement",
        (f"market.utilization.mean.{t}", f"market.price.mean.{t}", f"{fleet}.comovement.mean.{t}",
         *_factor(reader, fleet, t)), "product",
    )


def _factor(reader: Reader, fleet: str, t: int) -> tuple[str, ...]:
    """Path of what the fleet's compute earns against the market, where it is not the same."""
    return () if fleet_of(reader, fleet).terms.rent_factors[t] == 1.0 else (f"{fleet}.rent_factor.{t}",)


@explains("{fleet}.comovement.mean.{t}")
def comovement(reader: Reader, fleet: str, t: int) -> Equation:
    """How far the mean of a product is from the product of means."""
    apart = reader.pick(reader.market.utilization, "mean", t) * reader.pick(reader.market.price, "mean", t)
    apart *= float(fleet_of(reader, fleet).terms.rent_factors[t])
    return Spec(
        f"Co-movement of price, utilization and share let, quarter {t}", _rent(reader, fleet, "mean", t) / apart, "x",
        "Full machines and high prices come together, and a customer's default puts machines on a cheap market; own "
        "fill against the market is in it too.", "E[share·U·P]/(E[share]·E[U]·E[P])", ("gpu_fleet.own_fill", "draws"),
    )


def _rent(reader: Reader, fleet: str, stat: str, t: int) -> float:
    view = fleet_of(reader, fleet)
    share = reader.pick(view.to_market, stat, t)
    earned = reader.pick(view.market, stat, t) / (HOURS * view.terms.availability)
    return earned / share if share else 0.0


@explains("{fleet}.fill.{path}.{t}")
def fill(reader: Reader, fleet: str, path: str, t: int) -> Equation:
    """Share of available hours that is let."""
    scenario = reader.scenario
    used = scenario.gpu_fleet.own_fill * reader.pick(reader.market.utilization, path, t)
    return Spec(
        f"Hours let, quarter {t}, {reader.whose(path)}", min(scenario.clearing.ceiling_utilization, used), "share",
        "The market's utilization, times how well the operator fills its machines, below the ceiling.",
        "min(ū, κ_u·U)",
        ("clearing.ceiling_utilization", "gpu_fleet.own_fill", f"market.utilization.{path}.{t}"),
    )


@explains("{fleet}.quarter.running_cost.{stat}.{t}")
def running_cost(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Running cost of a quarter."""
    return Spec(
        f"Running cost, quarter {t}, {reader.whose(stat)}, {name_of(fleet)}",
        reader.pick(fleet_of(reader, fleet).lines["running_cost"], stat, t), "USD per H100e",
        "Hours, times what an hour costs.", "−h·c", ("constants.hours", f"{fleet}.hourly_cost.{stat}.{t}"), "product",
    )


@explains("{fleet}.hourly_cost.{stat}.{t}")
def hourly_cost(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Cost of an hour, as a negative number."""
    programs = reader.scenario.policy.programs
    cheaper = [f"policy.programs.{i}.terms.power_discount" for i, p in enumerate(programs) if p.mix.power > 0]
    return Spec(
        f"Cost of an hour, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).hourly_cost, stat, t), "USD/h",
        "Running cost while the machine is on, idle cost while it is off, nothing once it is scrapped.",
        "−c_0, −c_idle or 0",
        (f"{fleet}.cash_cost", "hardware.idle_cost", f"{fleet}.running.{stat}.{t}", *cheaper),
    )


@explains("{fleet}.quarter.sale.{stat}.{t}")
def sale(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """What the machine is sold for."""
    view = fleet_of(reader, fleet)
    value = reader.pick(view.lines["sale"], stat, t)
    label = f"Sale of machines, quarter {t}, {reader.whose(stat)}, {name_of(fleet)}"
    if view.terms.resale_multiple and t == view.terms.last:
        return Spec(
            label, value, "USD per H100e", "Sold on for a multiple of the rent that the next year is expected to "
            "bring, at least for scrap.", "max(s·K_t, m·Σ rent)",
            ("fleet_stages.resale_multiple", "fleet_stages.resale_factor", f"market.price_long_run.{t}",
             "market.earned_utilization", "gpu_fleet.gap_half_life", "gpu_fleet.salvage"),
        )
    if stat != "mean" and t == view.terms.last and value == view.terms.salvage * view.terms.market_cost:
        return Spec(label, value, "USD per H100e", "At the end of life, a share of what it cost.", "s·K_0",
                    ("gpu_fleet.salvage", "hardware.installed_cost"), "product")
    if stat != "mean" and value:
        return Spec(label, value, "USD per H100e", "Scrapped early, for a share of what a new one costs then.",
                    "s·K_t", ("gpu_fleet.salvage", f"market.hardware_cost.{t}"), "product")
    return Spec(
        label, value, "USD per H100e",
        "At the end of life for a share of what it cost; scrapped early for that share of what a new one costs then.",
        "s·K_0 or s·K_t",
        ("gpu_fleet.salvage", "hardware.installed_cost", "gpu_fleet.scrap_after", f"{fleet}.running.{stat}.{t}"),
    )


@explains("{fleet}.quarter.clawback.{stat}.{t}")
def clawback(reader: Reader, fleet: str, stat: str, t: int) -> Equation:
    """Grants paid back when the fleet closes early."""
    return Spec(
        f"Clawback, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, fleet).lines["clawback"], stat, t),
        "USD per H100e",
        "Part of the grants of the last five years, due when the fleet closes, out of its sale.",
        "−min(c·grants, sale)",
        (
            *_program_terms(reader, "schedule.clawback"),
            f"{fleet}.support_at_closing",
            f"{fleet}.quarter.sale.{stat}.{t}",
        ),
    )


@explains("assets.gpu_debt.collateral.quarter.rent_floor.{stat}.{t}")
def rent_floor(reader: Reader, stat: str, t: int) -> Equation:
    """What the rent floor pays less its premium."""
    names = ("share", "floor", "premium", "quarters")
    return Spec(
        f"Rent floor, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, COLLATERAL).lines["rent_floor"], stat, t), "USD per H100e of collateral",
        "What market rent falls short of the floor on the hedged share, less the premium.",
        "h·a·share·((floor·E[P] − P)⁺ − premium·E[P])",
        (*(f"rent_floor.{name}" for name in names), f"market.price.{stat}.{t}"),
    )


@explains("assets.gpu_debt.collateral.quarter.contract_terms.{stat}.{t}")
def contract_terms(reader: Reader, stat: str, t: int) -> Equation:
    """What renegotiation, take-or-pay and termination change."""
    names = ("take_or_pay", "renegotiation_rate", "renegotiation_gap", "concession", "termination_quarters",
             "termination_recovery")
    return Spec(
        f"Change of the contract, quarter {t}, {reader.whose(stat)}",
        reader.pick(fleet_of(reader, COLLATERAL).lines["contract_terms"], stat, t), "USD per H100e of collateral",
        "Against a contract paid in full: volume not taken, a renegotiated price, a termination payment.", "",
        (*(f"contract_credit.{name}" for name in names), "draws"),
    )


@explains("assets.gpu_fleet.quarter.cost.{stat}.{t}")
def closing_cost(reader: Reader, stat: str, t: int) -> Equation:
    """Hardware paid at closing."""
    value = -fleet_of(reader, OWN).terms.cost if t == 0 else 0.0
    return Spec("Hardware paid at closing", value, "USD per H100e", "Money out is negative.", "−K_0", (f"{OWN}.cost",),
                "minus" if t == 0 else "")


@explains("assets.gpu_fleet.quarter.support.{stat}.{t}")
def support(reader: Reader, stat: str, t: int) -> Equation:
    """Grants at closing, or the tax credit a year later."""
    view = fleet_of(reader, OWN)
    value = {0: view.support.at_closing, 4: view.support.credit}.get(t, 0.0)
    name = "support_at_closing" if t == 0 else "tax_credit"
    return Spec(f"Public support, quarter {t}", value, "USD per H100e", "What home programs pay the fleet.", "",
                (f"{OWN}.{name}",), "same" if t in (0, 4) else "")


@explains("{fleet}.support_at_closing")
def support_at_closing(reader: Reader, fleet: str) -> Equation:
    """Grants and the value of cheap money, net of what others bid away."""
    names = ("terms.capex_share", "terms.loan_share", "terms.rate_cut", "terms.loan_years", "terms.market_rate",
             "terms.capture", "mix.grant", "mix.loan", "mix.equity")
    return Spec(
        "Support at closing", fleet_of(reader, fleet).support.at_closing, "USD per H100e",
        "Grants, and what cheap loans and patient equity are worth, less the part that suppliers bid away.",
        "γ(1−φ)·K_0 + loan share·Δr·annuity·(1−φ)·K_0",
        ("hardware.installed_cost", *_program_terms(reader, *names)),
    )


@explains("{fleet}.tax_credit")
def tax_credit(reader: Reader, fleet: str) -> Equation:
    """Tax credit, sold a year after closing."""
    return Spec(
        "Tax credit",
        fleet_of(reader, fleet).support.credit,
        "USD per H100e",
        "A share of hardware cost, sold a year after closing, less the part that suppliers bid away.",
        "price·τ(1−φ)·K_0",
        (
            "hardware.installed_cost",
            *_program_terms(reader, "terms.capex_share", "terms.capture", "terms.credit_price"),
        ),
    )


def _program_terms(reader: Reader, *names: str) -> tuple[str, ...]:
    programs = range(len(reader.scenario.policy.programs))
    return tuple(f"policy.programs.{i}.{name}" for i in programs for name in names)

