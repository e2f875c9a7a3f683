"""Flows of a data center as numbers with reasons: construction, leases, vacancy, sale and its loan."""

from __future__ import annotations

import numpy as np

from models.assets.data_center.building import CAP_BOUNDS, Building, simulate_building
from models.assets.data_center.leasing import VACANCY_BOUNDS
from models.basis.timeline import Array
from models.errors import ScenarioError
from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.gpu_fleet import FOREIGN_DRAWS, tax_equation
from models.explain.registry import Reader, declare, explains, over_paths

CENTER = "assets.data_center"
UNIT = "USD per MW"
RENT = "USD per MW and year"
_COST: dict[str, Operand] = {"I": "data_center.capex", "n": "data_center.build_quarters"}
_LOAN: dict[str, Operand] = {"LTC": "data_center.loan_to_cost", **_COST}
_LETTING: dict[str, Operand] = {
    "renewal": "leasing.renewal", "letting": "leasing.letting", "opening": f"{CENTER}.opening.{{stat}}",
    "draws": "draws",
}


def building_of(reader: Reader) -> Building:
    """The building as the engine let it, simulated again by its own function on the scenario's draws."""
    return reader.once("building", lambda: _simulate(reader))


def _simulate(reader: Reader) -> Building:
    scenario, market, shocks = reader.scenario, reader.market, reader.shocks
    if shocks.paths != market.paths:
        raise ScenarioError(FOREIGN_DRAWS)
    center = scenario.data_center
    contract = market.support_price * (1.0 - scenario.offtaker.discount(center.tenant))
    found = simulate_building(center, scenario.leasing, scenario.offtaker, market, shocks, contract)
    stated = reader.evaluation.claims.by_key["data_center"].flows.ledger["net operating income"]
    if not np.allclose(stated, found.noi, rtol=1e-9, atol=1e-6):
        raise ScenarioError(FOREIGN_DRAWS)
    return found


def _line(reader: Reader, center: str, name: str) -> Array:
    return line(reader, held(reader, center), name)[1]


for _path in ("assets.data_center.hurdle", "variants.data_center_unlevered.hurdle"):
    declare(
        _path, "Hurdle, data center", "per year",
        "Required of the building without debt; with a loan more is required, and reported as the return of the mean "
        "neutral flow.", "r", {"r": "data_center.hurdle"}, lambda r: r.scenario.data_center.hurdle,
    )
declare(
    "assets.data_center.base", "Own share of the build cost", UNIT,
    "Build cost that the construction loan does not pay.", "I·(1 − LTC)",
    {"I": "data_center.capex", "LTC": "data_center.loan_to_cost"},
    lambda r: r.evaluation.assets["data_center"].claim.capital,
)
declare(
    "variants.data_center_unlevered.base", "Build cost", UNIT, "As declared.", "I", {"I": "data_center.capex"},
    lambda r: r.scenario.data_center.capex,
)


@explains("{center}.quarter.construction.{stat}.{t}")
def construction(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Money spent on building in a quarter."""
    is_built = 1 <= t <= reader.scenario.data_center.build_quarters
    return Equation(
        f"Construction, quarter {t}, {reader.whose(stat)}",
        reader.pick(_line(reader, center, "construction"), stat, t), UNIT,
        "Build cost spread over the construction time, times how far final cost is from budget.",
        "−I/n·overrun" if is_built else "0", _COST | {"overrun": f"{CENTER}.overrun.{stat}"} if is_built else {},
    )


declare(
    "assets.data_center.overrun.{stat}", "Final over budgeted cost", "x",
    "Lognormal with mean one: the building's own risk.", "",
    {"sd": "data_center.overrun_sd", "draws": "draws"}, lambda r: _overrun(building_of(r)), kind="draw", status="draw",
)


def _overrun(built: Building) -> Array:
    return np.asarray(-built.capex.sum(axis=1) / built.budget_draw.sum())


declare(
    "{center}.quarter.net_operating_income.{stat}.{t}", "Net operating income", UNIT,
    "A quarter of yearly rent after running the building, less the cost of empty space.",
    "Δ·(rent·margin − fixed·empty)",
    {"Δ": "constants.quarter", "rent": f"{CENTER}.rent@", "margin": "leasing.noi_margin",
     "fixed": "leasing.fixed_cost", "empty": f"{CENTER}.empty@"},
    lambda r, center: _line(r, center, "net_operating_income"),
)
declare(
    "assets.data_center.rent.{stat}.{t}", "Yearly rent of let space", RENT,
    "Ten cohorts of leases, each at the market rent of its signing and the escalator since; the anchor tenant's "
    "were signed at closing.", "Σ cohorts",
    {"R_0": "data_center.rent", "prelease": "data_center.prelease", "escalator": "leasing.escalator",
     "occupancy": ".occupancy@", "R": ".market_rent@", "shortest": "leasing.term_short", "longest": "leasing.term_long",
     **_LETTING}, lambda r: building_of(r).roll.rent, kind="simulation",
)
declare(
    "assets.data_center.occupancy.{stat}.{t}", "Occupancy", "share",
    "Tenants renew and empty space lets less often when vacancy is high; a defaulting anchor leaves.", "",
    {"downtime": "leasing.downtime", "v": ".vacancy@", "tenant": "data_center.tenant", "κ": "contagion.lab_share",
     **_LETTING},
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
     "cap": f"{CENTER}.exit_cap.{{stat}}"}, lambda r, center: _line(r, center, "sale"), is_averaged=True,
)


@explains("assets.data_center.exit_cap.{stat}")
def exit_cap(reader: Reader, stat: str) -> Equation:
    """Yield at which the building is sold."""
    low, high = CAP_BOUNDS
    return Equation(
        f"Exit yield, {reader.whose(stat)}", reader.pick(building_of(reader).exit_cap, stat), "per year",
        "Today's yield, more for a glut in the last year and for age, and the building's own luck.",
        f"clip(cap_0 + b_S·S⁺ + age + shock, {low:g}, {high:g})",
        {"cap_0": "data_center.exit_cap", "b_S": "data_center.exit_cap_slope", "S⁺": f"{CENTER}.last_glut.{stat}",
         "age": "data_center.ageing", "shock": "data_center.exit_cap_sd", "draws": "draws"}, "draw",
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
    lambda r, center: _line(r, center, "fit_out"), kind="simulation",
)


@explains("assets.data_center.quarter.loan_drawn.{stat}.{t}")
def drawn(reader: Reader, stat: str, t: int) -> Equation:
    """Loan drawn in a quarter."""
    is_built = 1 <= t <= reader.scenario.data_center.build_quarters
    return Equation(
        f"Construction loan drawn, quarter {t}", reader.pick(_line(reader, CENTER, "loan_drawn"), stat, t), UNIT,
        "Its share of budgeted cost, as it is spent.", "LTC·I/n" if is_built else "0", _LOAN if is_built else {},
    )


@explains("assets.data_center.loan_balance.{t}")
def balance(reader: Reader, t: int) -> Equation:
    """Balance of the construction loan."""
    amounts = held(reader, CENTER).result.claim.flows.extras["loan_balance"]
    return Equation(
        f"Balance of the construction loan, end of quarter {t}", reader.pick(amounts, "mean", t), UNIT,
        "What was drawn so far; the loan pays interest only.", f"LTC·I·min({t}, n)/n", _LOAN,
    )


declare(
    "assets.data_center.loan_rate", "Rate of the construction loan", "per year", "Base rate and spread.",
    "SOFR + spread", {"SOFR": "rates.base_rate", "spread": "data_center.loan_spread"},
    lambda r: r.scenario.rates.base_rate + r.scenario.data_center.loan_spread,
)


@explains("assets.data_center.quarter.interest.{stat}.{t}")
def interest(reader: Reader, stat: str, t: int) -> Equation:
    """Interest of the construction loan."""
    return Equation(
        f"Interest of the construction loan, quarter {t}", reader.pick(_line(reader, CENTER, "interest"), stat, t),
        UNIT, "Balance a quarter ago, times a quarter of the rate; money out is negative.", "−balance·rate·Δ",
        {"balance": f"{CENTER}.loan_balance.{max(t - 1, 0)}", "rate": f"{CENTER}.loan_rate", "Δ": "constants.quarter"},
    )


declare(
    "assets.data_center.quarter.loan_repaid.{stat}.{t}", "Construction loan repaid", UNIT,
    "At the sale, and no more than the sale brings: the loan is non-recourse.", "−min(balance, sale)",
    {"balance": ".loan_balance.{t}", "sale": ".quarter.sale@"}, lambda r: _line(r, CENTER, "loan_repaid"),
    is_averaged=True,
)


@explains("{center}.quarter.tax.{stat}.{t}")
def tax(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Tax of a data center in a quarter."""
    parts = (f"{center}.quarter.net_operating_income.{stat}.{t}", "data_center.capex")
    due = line(reader, held(reader, center), "tax")[1]
    return tax_equation(reader, due, stat, t, UNIT, parts, "building_years")
