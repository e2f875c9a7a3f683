"""Six groups of drivers, and which one every assumption belongs to: what a bridge between two scenarios is split by.

A slice of the scenario goes into one group as a whole, except where it mixes what the world does with what a contract
says; those exceptions are named. Assumptions that must agree with each other (shares that add to one, a floor below a
ceiling) always stand in one group and move as one block, so that no mixture of two valid scenarios contradicts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.policy.program import INSTRUMENTS
from models.scenario.catalog import PROGRAMS, differences, values
from models.scenario.scenario import Scenario

DRAWS = "draws"
"""Number of paths, seed and method: never a driver, because both sides must use the same draws."""


@dataclass(frozen=True)
class DriverGroup:
    """Label and one sentence on what a group holds."""

    label: str
    help: str


GROUPS: Mapping[str, DriverGroup] = {
    "demand": DriverGroup("Demand", "Growth, volatility, busts, efficiency surprises and regimes; who pays for it."),
    "supply": DriverGroup("Supply and overcapacity", "Planned surplus, who builds and how fast, and how prices clear."),
    "hardware": DriverGroup("Hardware and costs", "Machines, power, building, running costs and tax."),
    "policy": DriverGroup("Sovereign programs", "Programs, their intensity and channels, and a state's champion."),
    "place": DriverGroup("Place and borders", "Localized demand, planning by blocs, export controls, joint ventures."),
    "deals": DriverGroup(
        "Deals, businesses and financing", "Contracts, tenants, loans, hurdles, rates and what each company is."
    ),
}
"""Six groups, in the order they are shown."""

_SLICES: Mapping[str, str] = {
    "demand": "demand", "ai_revenue": "demand", "regime": "demand",
    "overcapacity": "supply", "pipeline": "supply", "capacity": "supply", "clearing": "supply",
    "hardware": "hardware", "llm_costs": "hardware", "chip": "hardware", "cluster": "hardware",
    "fleet_stages": "hardware", "tax": "hardware",
    "policy": "policy",
    "localization": "place", "export": "place",
    "offtaker": "deals", "contagion": "deals", "gpu_fleet": "deals", "data_center": "deals", "leasing": "deals",
    "construction_loan": "deals", "gpu_debt": "deals",
    "covenants": "deals", "hardware_supplier": "deals", "supplier_credit": "deals", "llm_developer": "deals",
    "llm_funding": "deals", "cloud_platform": "deals", "cloud_capital": "deals", "rates": "deals", "entry": "deals",
    "residual_guarantee": "deals", "loan_pricing": "deals", "loan_triggers": "deals", "mezzanine": "deals",
    "contract_credit": "deals", "rent_floor": "deals",
    "run": DRAWS,
}
_EXCEPTIONS: Mapping[str, tuple[str, ...]] = {
    "hardware": (
        "gpu_fleet.own_fill", "gpu_fleet.salvage", "gpu_fleet.scrap_after", "gpu_fleet.gap_half_life",
        "gpu_fleet.cost_factor", "gpu_fleet.power_price", "gpu_fleet.power_price_by_year",
        "gpu_fleet.facility_overhead",
        "data_center.capex", "data_center.build_quarters", "data_center.overrun_sd", "data_center.delay_mean",
        "hardware_supplier.price_factor", "cloud_capital.book_life",
    ),
    "policy": ("llm_developer.champion", "llm_developer.champion_uplift", "llm_developer.champion_share",
               "llm_developer.champion_equity"),
    "place": ("cloud_platform.jv_cost", "cloud_platform.jv_share"),
}
_GROUP_OF = {path: group for group, paths in _EXCEPTIONS.items() for path in paths}

NAMES = ("name",)
"""Words of the user, which move no figure."""

BLOCKS: Mapping[str, tuple[str, ...]] = {
    "Who builds": ("pipeline.hyperscaler_share", "pipeline.local_share", "pipeline.sovereign_share"),
    "Utilization at balance and at most": ("clearing.balance_utilization", "clearing.ceiling_utilization"),
    "Running cost of machines": ("hardware.cash_cost", "hardware.idle_cost"),
    "Failure value": ("llm_funding.sale_low", "llm_funding.sale_high"),
    "Length of leases": ("leasing.term_short", "leasing.term_long"),
}
"""Assumptions that must agree with each other: where two scenarios differ in several of them, these move together."""

# The same inside each program: the shares of its instruments add to one once there is a budget, and it ends after
# it starts.
_PROGRAM_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "budget and instruments": ("schedule.budget", *(f"mix.{name}" for name in INSTRUMENTS)),
    "first and last quarter": ("schedule.start", "schedule.stop"),
}


@dataclass(frozen=True)
class Unit:
    """The smallest part of a difference: one assumption, or a block of them that moves together.

    ``base`` and ``changes`` hold the values of both sides by dotted path, as ``Scenario.replace`` takes them.
    """

    key: str
    label: str
    group: str
    base: Mapping[str, Any]
    changes: Mapping[str, Any]


def group_of(path: str) -> str:
    """Group of an assumption, by its dotted path; `DRAWS` for what is no driver.

    Raises
    ------
    KeyError
        If the slice was never put into a group.
    """
    return _GROUP_OF.get(path) or _SLICES[path.split(".")[0]]


def units(base: Scenario, scenario: Scenario) -> tuple[Unit, ...]:
    """What tells two scenarios apart, draws left out, in the order of the catalog.

    Where the number of programs differs, all programs are one unit: they have no counterparts to move one by one.
    """
    here, there = values(base), values(scenario)
    labels = {d.entry.path: d.entry.label for d in differences(scenario, base)}
    is_same_count = len(base.policy.programs) == len(scenario.policy.programs)
    paths = [
        path for path in here
        if path in there and here[path] != there[path] and path.rpartition(".")[2] not in NAMES
        and (is_same_count or not path.startswith(f"{PROGRAMS}."))
    ]
    out: dict[str, Unit] = {}
    for path in paths:
        group = group_of(path)
        if group == DRAWS:
            continue
        block = _block(path)
        members = [p for p in paths if p in block[1]] if block else [path]
        if len(members) == 1:
            out[path] = Unit(path, labels.get(path, path), group, {path: here[path]}, {path: there[path]})
        elif block and block[0] not in out:
            both = ({p: here[p] for p in members}, {p: there[p] for p in members})
            out[block[0]] = Unit(block[0], block[0], group, *both)
    if not is_same_count:
        sides = ({PROGRAMS: base.policy.programs}, {PROGRAMS: scenario.policy.programs})
        out[PROGRAMS] = Unit(PROGRAMS, "All sovereign programs", group_of(PROGRAMS), *sides)
    return tuple(out.values())


def _block(path: str) -> tuple[str, tuple[str, ...]] | None:
    """Name and members of the block a path belongs to."""
    for name, members in BLOCKS.items():
        if path in members:
            return name, members
    if path.startswith(f"{PROGRAMS}."):
        number, leaf = path.removeprefix(f"{PROGRAMS}.").split(".", 1)
        for name, leaves in _PROGRAM_BLOCKS.items():
            if leaf in leaves:
                return f"Program {int(number) + 1}: {name}", tuple(f"{PROGRAMS}.{number}.{x}" for x in leaves)
    return None
