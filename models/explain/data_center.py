"""Flows of a data center as numbers with reasons: construction, leases, vacancy and sale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.assets.data_center.building import CAP_BOUNDS, Building
from models.assets.data_center.leasing import VACANCY_BOUNDS
from models.basis.timeline import Array
from models.claims.data_center import build
from models.errors import ScenarioError
from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.gpu_fleet import FOREIGN_DRAWS, tax_equation
from models.explain.registry import Reader, declare, explains, of_programs, over_paths

CENTER = "assets.data_center"
UNIT = "USD per MW"
RENT = "USD per MW and year"
_COST: dict[str, Operand] = {"I": "data_center.capex", "n": "data_center.build_quarters"}
_LETTING: dict[str, Operand] = {
    "renewal": "leasing.renewal", "letting": "leasing.letting", "opening": f"{CENTER}.opening.{{stat}}",
    "draws": "draws",
}


def building_of(reader: Reader) -> Building:
    """The building as the engine let it, simulated again by its own function on the scenario's draws."""
    return reader.once("building", lambda: _simulate(reader))


def _simulate(reader: Reader) -> Building:
    if reader.shocks.paths != reader.market.paths:
        raise ScenarioError(FOREIGN_DRAWS)
    found = build(reader.scenario, reader.market, reader.shocks)
    stated = reader.evaluation.claims.by_key["data_center"].flows.extras["noi"]
    if not np.allclose(stated, found.noi, rtol=1e-9, atol=1e-6):
        raise ScenarioError(FOREIGN_DRAWS)
    return found


def line_of(reader: Reader, center: str, name: str) -> Array:
    """Amounts of a line of the building's flows, (paths or 1, quarters + 1)."""
    return line(reader, held(reader, center), name)[1]


def handover(reader: Reader, stat: str) -> int:
    """Quarter in which the owner of a path hands over the keys; past the horizon where it does not."""
    return int(reader.pick(held(reader, CENTER).result.claim.flows.extras["default_quarter"], stat))


def while_owned(
    reader: Reader, equation: Equation, center: str, stat: str, t: int, *, is_funded: bool = False
) -> Equation:
    """The equation while the owner has the keys; what is funded stops in the quarter in which they are handed over."""
    if center != CENTER or equation.text == "0":
        return equation
    if stat == "mean":
        return over_paths(equation, stat)
    if t < handover(reader, stat) + (not is_funded):
        return equation
    return replace(equation, text="0", operands={}, kind="expression", beside=(f"{CENTER}.handover.{stat}",),
                   words=f"{equation.words} The keys are with the lender.")


declare(
    "variants.data_center_unlevered.hurdle", "Hurdle, data center without debt", "per year", "As declared.", "r",
    {"r": "in_force.data_center.hurdle"}, lambda r: r.scenario.data_center.hurdle,
)
declare(
    "assets.data_center.base", "Own share of the build cost", UNIT,
    "Build cost that the loan does not pay.", "I − loan", {"I": "data_center.capex", "loan": ".loan"},
    lambda r: r.evaluation.assets["data_center"].claim.capital,
)
declare(
    "variants.data_center_unlevered.base", "Build cost", UNIT, "As declared.", "I", {"I": "data_center.capex"},
    lambda r: r.scenario.data_center.capex,
)


@explains("{center}.quarter.construction.{stat}.{t}")
def construction(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Money spent on building in a quarter."""
    is_built = t < reader.scenario.data_center.build_quarters
    return while_owned(reader, Equation(
        f"Construction, quarter {t}, {reader.whose(stat)}",
        reader.pick(line_of(reader, center, "construction"), stat, t), UNIT,
        "Build cost spread over the construction time, times how far final cost is from budget.",
        "−I/n·overrun" if is_built else "0", _COST | {"overrun": f"{CENTER}.overrun.{stat}"} if is_built else {},
    ), center, stat, t, is_funded=True)


@explains("{center}.quarter.support.{stat}.{t}")
def support(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """What home programs pay in a quarter."""
    value = reader.pick(line_of(reader, center, "support"), stat, t)
    label = f"Public support, quarter {t}, {reader.whose(stat)}"
    words = "Of what was promised as much as of the budget is spent, and on delivery the tax credit; nothing more " \
        "from a program that was ended."
    if not value:
        return Equation(label, value, UNIT, words, "0")
    names = ("mix.tax_credit", "terms.capex_share", "terms.credit_price", "terms.capture", "schedule.cliff_rate")
    return Equation(
        label, value, UNIT, words, "Σ live·(promised/n + price·τ·(1 − φ)·I·delivered)",
        {"promised": f"{CENTER}.support_promised", "n": "data_center.build_quarters", "I": "data_center.capex",
         "delivered": f"{CENTER}.opening.{stat}", "reach": "policy.center_share",
         "terms": of_programs(reader, "schedule.budget", *names), "draws": "draws"}, "simulation",
    )


@explains("assets.data_center.support_promised")
def support_promised(reader: Reader) -> Equation:
    """Grants and the value of cheap money that home programs promise at closing."""
    found = building_of(reader).support
    names = ("terms.capex_share", "terms.loan_share", "terms.rate_cut", "terms.loan_years", "terms.market_rate",
             "terms.capture", "mix.grant", "mix.loan", "mix.equity")
    return Equation(
        "Support promised at closing", 0.0 if found is None else found.promised, UNIT,
        "Grants, and what cheap loans and patient equity are worth, as shares of budgeted cost, less the part that "
        "suppliers bid away; of each program open today, as much as reaches this building: its own share, by default "
        "what the first year's money pays for over all that the home bloc adds, and never more than it pays for.",
        "Σ reach·(γ + loan share·Δr·annuity)·(1 − φ)·I",
        {"I": "data_center.capex", "reach": "policy.center_share",
         "terms": of_programs(reader, "schedule.budget", *names)}, "simulation",
    )


declare(
    "assets.data_center.overrun.{stat}", "Final over budgeted cost", "x",
    "Lognormal with mean one: the building's own risk.", "",
    {"sd": "data_center.overrun_sd", "draws": "draws"}, lambda r: _overrun(building_of(r)), kind="draw", status="draw",
)


def _overrun(built: Building) -> Array:
    return np.asarray(-built.capex.sum(axis=1) / built.budget_draw.sum())


@explains("{center}.quarter.net_operating_income.{stat}.{t}")
def net_income(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Income of a quarter after running the building."""
    return while_owned(reader, Equation(
        f"Net operating income, quarter {t}, {reader.whose(stat)}",
        reader.pick(line_of(reader, center, "net_operating_income"), stat, t), UNIT,
        "A quarter of yearly rent after running the building, less the cost of empty space.",
        "Δ·(rent·margin − fixed·empty)",
        {"Δ": "constants.quarter", "rent": f"{CENTER}.rent.{stat}.{t}", "margin": "leasing.noi_margin",
         "fixed": "leasing.fixed_cost", "empty": f"{CENTER}.empty.{stat}.{t}"},
    ), center, stat, t)


declare(
    "assets.data_center.rent.{stat}.{t}", "Yearly rent of let space", RENT,
    "Ten cohorts of leases, each at the market rent of its signing and the escalator since; the anchor tenant's "
    "start at the rent of closing and rise from delivery.", "Σ cohorts",
    {"R_0": "data_center.rent", "prelease": "data_center.prelease", "escalator": "leasing.escalator",
     "occupancy": ".occupancy@", "R": ".market_rent@", "shortest": "leasing.term_short", "longest": "leasing.term_long",
     **_LETTING}, lambda r: building_of(r).roll.rent, kind="simulation",
)
declare(
    "assets.data_center.occupancy.{stat}.{t}", "Occupancy", "share",
    "Tenants renew and empty space lets less often when vacancy is high; an anchor leaves when it defaults, or when "
    "the building is later than it accepts and space has become cheaper.", "",
    {"downtime": "leasing.downtime", "v": ".vacancy@", "tenant": "data_center.tenant", "κ": "contagion.lab_share",
     "long stop": "data_center.long_stop", **_LETTING},
    lambda r: building_of(r).roll.occupancy, kind="simulation",
)


@explains("assets.data_center.empty.{stat}.{t}")
def empty(reader: Reader, stat: str, t: int) -> Equation:
    """Share of an opened building that is empty."""
    built = building_of(reader)
    is_open = np.arange(built.noi.shape[1])[None, :] > built.opening[:, None]
    is_closed = not reader.pick(is_open.astype(float), stat, t)
    return over_paths(Equation(
        f"Empty space of an open building, quarter {t}, {reader.whose(stat)}",
        reader.pick((1.0 - built.roll.occupancy) * is_open, stat, t), "share",
        "One less occupancy, from the quarter after delivery on.", "0·occupancy" if is_closed else "1 − occupancy",
        {"occupancy": f"{CENTER}.occupancy.{stat}.{t}"}, beside=(f"{CENTER}.opening.{stat}",),
    ), stat)


declare(
    "assets.data_center.opening.{stat}", "Delivered in quarter", "quarter",
    "Construction, and an exponential wait for power of at most three years.", "build + delay",
    {"build": "data_center.build_quarters", "delay": "data_center.delay_mean", "draws": "draws"},
    lambda r: building_of(r).opening.astype(float), kind="draw", status="draw",
)


@explains("assets.data_center.market_rent.{stat}.{t}")
def market_rent(reader: Reader, stat: str, t: int) -> Equation:
    """Rent of a new lease."""
    return over_paths(Equation(
        f"Market rent, quarter {t}, {reader.whose(stat)}", reader.pick(building_of(reader).roll.market_rent, stat, t),
        RENT, "Grows with inflation at natural vacancy, faster below and slower above it; quarter 0 is today.",
        "R_t = R_{t−1}·exp(Δ·(infl + adj·(v* − v_t)))" if t else "R_0",
        {"R_{t−1}": f"{CENTER}.market_rent.{stat}.{t - 1}", "Δ": "constants.quarter", "infl": "leasing.inflation",
         "adj": "leasing.rent_adjustment", "v*": "leasing.natural_vacancy", "v_t": f"{CENTER}.vacancy.{stat}.{t}"}
        if t else {"R_0": "data_center.rent"},
    ), stat if t else "")


@explains("assets.data_center.vacancy.{stat}.{t}")
def vacancy(reader: Reader, stat: str, t: int) -> Equation:
    """Vacancy of the market for space."""
    low, high = VACANCY_BOUNDS
    return over_paths(Equation(
        f"Vacancy, quarter {t}, {reader.whose(stat)}", reader.pick(building_of(reader).vacancy, stat, t), "share",
        "Slow, because tenants pay for idle machines: part of the gap to a target that rises with surplus closes.",
        f"v_t = v_{{t−1}} + speed·(clip(v* + slope·max(S, 0), {low:g}, {high:g}) − v_{{t−1}})" if t else "v_0",
        {"v_{t−1}": f"{CENTER}.vacancy.{stat}.{t - 1}", "speed": "leasing.vacancy_speed",
         "v*": "leasing.natural_vacancy", "slope": "leasing.vacancy_slope", "S": f"market.overcapacity.{stat}.{t}"}
        if t else {"v_0": "leasing.vacancy_now"},
    ), stat if t else "")


declare(
    "{center}.quarter.sale.{stat}.{t}", "Sale of the building", UNIT,
    "Next year's income over the exit yield, less the cost of selling.", "(1 − cost)·4·NOI·(1 + escalator)/cap",
    {"cost": "leasing.exit_cost", "NOI": "{center}.quarter.net_operating_income@", "escalator": "leasing.escalator",
     "cap": f"{CENTER}.exit_cap.{{stat}}"}, lambda r, center: line_of(r, center, "sale"), is_averaged=True,
)


@explains("assets.data_center.exit_cap.{stat}")
def exit_cap(reader: Reader, stat: str) -> Equation:
    """Yield at which the building is sold."""
    low, high = CAP_BOUNDS
    return Equation(
        f"Exit yield, {reader.whose(stat)}", reader.pick(building_of(reader).exit_cap, stat), "per year",
        "Today's yield, more for a glut in the last year and for age, and the building's own luck.",
        f"clip(cap_0 + b_S·S⁺ + age + shock, {low:g}, {high:g})",
        {"cap_0": "in_force.data_center.exit_cap", "b_S": "data_center.exit_cap_slope",
         "S⁺": f"{CENTER}.last_glut.{stat}", "age": "data_center.ageing", "shock": "data_center.exit_cap_sd",
         "draws": "draws"}, "draw",
    )


@explains("assets.data_center.last_glut.{stat}")
def last_glut(reader: Reader, stat: str) -> Equation:
    """Mean surplus of the last year, where there is one."""
    last = reader.market.quarters
    year = range(max(last - 3, 0), last + 1)
    glut = np.maximum(reader.market.surplus[:, year], 0.0).mean(axis=1)
    return over_paths(Equation(
        f"Surplus capacity in the last year, {reader.whose(stat)}", reader.pick(glut, stat), "share",
        "Mean of the last four quarters, shortages counted as zero.", "S⁺ = mean(max(S, 0))",
        {"S": tuple(f"market.overcapacity.{stat}.{t}" for t in year)},
    ), stat)


declare(
    "{center}.quarter.fit_out.{stat}.{t}", "Fit-out", UNIT,
    "Part of a year's market rent for each of ten cohorts that is let anew.", "−TI·R_t·cohorts let/10",
    {"TI": "leasing.fit_out_years", "R_t": f"{CENTER}.market_rent@", "letting": "leasing.letting", "draws": "draws"},
    lambda r, center: line_of(r, center, "fit_out"), kind="simulation",
)


@explains("{center}.quarter.tax.{stat}.{t}")
def tax(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Tax of a data center in a quarter."""
    parts = (f"{center}.quarter.net_operating_income.{stat}.{t}", "data_center.capex")
    due = line(reader, held(reader, center), "tax")[1]
    return tax_equation(reader, due, stat, t, UNIT, parts, "building_years")
