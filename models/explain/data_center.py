"""Flows of a data center as numbers with reasons: construction, leases, vacancy, sale and its loan."""

from __future__ import annotations

import numpy as np

from models.assets.data_center.building import Building, simulate_building
from models.assets.data_center.leasing import VACANCY_BOUNDS
from models.errors import ScenarioError
from models.explain.equation import Equation
from models.explain.fleet import FOREIGN_DRAWS
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import held, line

CENTER = "assets.data_center"
UNIT = "USD per MW"


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


@explains("assets.data_center.hurdle", "variants.data_center_unlevered.hurdle")
def hurdle(reader: Reader) -> Equation:
    """Return required of a data center."""
    return Spec(
        "Hurdle, data center", reader.scenario.data_center.hurdle, "per year",
        "Required of the building without debt; with a loan more is required, and reported as the return of the mean "
        "neutral flow.", "r", ("data_center.hurdle",), "same",
    )


@explains("assets.data_center.base")
def base(reader: Reader) -> Equation:
    """Own share of the cost."""
    return Spec(
        "Own share of the build cost", reader.evaluation.assets["data_center"].claim.capital, UNIT,
        "Build cost that the construction loan does not pay.", "I·(1−LTC)",
        ("data_center.capex", "data_center.loan_to_cost"),
    )


@explains("variants.data_center_unlevered.base")
def plain_base(reader: Reader) -> Equation:
    """Build cost."""
    return Spec("Build cost", reader.scenario.data_center.capex, UNIT, "As declared.", "I", ("data_center.capex",),
                "same")


@explains("{center}.quarter.construction.{stat}.{t}")
def construction(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Money spent on building in a quarter."""
    value = reader.pick(line(reader, held(reader, center), "construction")[1], stat, t)
    return Spec(
        f"Construction, quarter {t}, {reader.whose(stat)}", value, UNIT,
        "Build cost spread over the construction time, times how far final cost is from budget.", "−I/quarters·overrun",
        ("data_center.capex", "data_center.build_quarters", f"{CENTER}.overrun.{stat}"),
    )


@explains("assets.data_center.overrun.{stat}")
def overrun(reader: Reader, stat: str) -> Equation:
    """Final over budgeted construction cost."""
    built = building_of(reader)
    spent = -built.capex.sum(axis=1) / built.budget_draw.sum()
    return Spec(
        f"Final over budgeted cost, {reader.whose(stat)}", reader.pick(spent, stat), "x",
        "Lognormal with mean one: the building's own risk.", "", ("data_center.overrun_sd", "draws"), status="draw",
    )


@explains("{center}.quarter.net_operating_income.{stat}.{t}")
def income(reader: Reader, center: str, stat: str, t: int) -> Equation:
    """Net operating income of a quarter."""
    value = reader.pick(line(reader, held(reader, center), "net_operating_income")[1], stat, t)
    return Spec(
        f"Net operating income, quarter {t}, {reader.whose(stat)}", value, UNIT,
        "A quarter of yearly rent after running the building, less the cost of empty space.",
        "Δ·(rent·margin − fixed·empty)",
        (
            "constants.quarter", f"{CENTER}.rent.{stat}.{t}", "leasing.noi_margin", "leasing.fixed_cost",
            f"{CENTER}.empty.{stat}.{t}",
        ),
    )


@explains("assets.data_center.rent.{stat}.{t}")
def rent(reader: Reader, stat: str, t: int) -> Equation:
    """Yearly rent of let space."""
    return Spec(
        f"Yearly rent of let space, quarter {t}, {reader.whose(stat)}",
        reader.pick(building_of(reader).roll.rent, stat, t), "USD per MW and year",
        "Ten cohorts of leases, each at the market rent of its signing and the escalator since; the anchor tenant's "
        "were signed at closing.", "Σ cohorts",
        (
            "data_center.rent", "data_center.prelease", "leasing.escalator", f"{CENTER}.occupancy.{stat}.{t}",
            f"{CENTER}.market_rent.{stat}.{t}", "leasing.term_short", "leasing.term_long", "leasing.renewal",
            "leasing.letting", f"{CENTER}.opening.{stat}", "draws",
        ),
    )


@explains("assets.data_center.occupancy.{stat}.{t}")
def occupancy(reader: Reader, stat: str, t: int) -> Equation:
    """Share of cohorts that is let."""
    return Spec(
        f"Occupancy, quarter {t}, {reader.whose(stat)}", reader.pick(building_of(reader).roll.occupancy, stat, t),
        "share", "Tenants renew and empty space lets less often when vacancy is high; a defaulting anchor leaves.", "",
        (
            "leasing.renewal", "leasing.letting", "leasing.downtime", f"{CENTER}.vacancy.{stat}.{t}",
            "data_center.tenant", f"{CENTER}.opening.{stat}", "draws",
        ),
    )


@explains("assets.data_center.empty.{stat}.{t}")
def empty(reader: Reader, stat: str, t: int) -> Equation:
    """Share of an opened building that is empty."""
    built = building_of(reader)
    is_open = np.arange(built.noi.shape[1])[None, :] > built.opening[:, None]
    return Spec(
        f"Empty space of an open building, quarter {t}, {reader.whose(stat)}",
        reader.pick((1.0 - built.roll.occupancy) * is_open, stat, t), "share",
        "One less occupancy, from the quarter after delivery on.", "1 − occupancy",
        (f"{CENTER}.occupancy.{stat}.{t}", f"{CENTER}.opening.{stat}"),
    )


@explains("assets.data_center.opening.{stat}")
def opening(reader: Reader, stat: str) -> Equation:
    """Quarter of delivery."""
    return Spec(
        f"Delivered in quarter, {reader.whose(stat)}", reader.pick(building_of(reader).opening.astype(float), stat),
        "quarter", "Construction, and an exponential wait for power of at most three years.", "build + delay",
        ("data_center.build_quarters", "data_center.delay_mean", "draws"), status="draw",
    )


@explains("assets.data_center.market_rent.{path}.{t}")
def market_rent(reader: Reader, path: str, t: int) -> Equation:
    """Rent of a new lease on a path."""
    value = reader.pick(building_of(reader).roll.market_rent, path, t)
    label = f"Market rent, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Spec(label, value, "USD per MW and year", "As of today.", "R_0", ("data_center.rent",), "same")
    return Spec(
        label, value, "USD per MW and year",
        "Grows with inflation at natural vacancy, faster below and slower above it.",
        "R_t = R_{t−1}·exp(Δ·[infl + adj·(v* − v_t)])",
        (
            f"{CENTER}.market_rent.{path}.{t - 1}", "leasing.inflation", "leasing.rent_adjustment",
            "leasing.natural_vacancy", f"{CENTER}.vacancy.{path}.{t}",
        ),
    )


@explains("assets.data_center.vacancy.{path}.{t}")
def vacancy(reader: Reader, path: str, t: int) -> Equation:
    """Vacancy of the market for space on a path."""
    value = reader.pick(building_of(reader).vacancy, path, t)
    label = f"Vacancy, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Spec(label, value, "share", "As of today.", "v_0", ("leasing.vacancy_now",), "same")
    low, high = VACANCY_BOUNDS
    return Spec(
        label, value, "share",
        "Slow, because tenants pay for idle machines: part of the gap to a target that rises with surplus closes.",
        f"v_t = v_{{t−1}} + speed·(clip(v* + slope·max(S,0), {low:g}, {high:g}) − v_{{t−1}})",
        (
            f"{CENTER}.vacancy.{path}.{t - 1}", "leasing.vacancy_speed", "leasing.natural_vacancy",
            "leasing.vacancy_slope", f"market.overcapacity.{path}.{t}",
        ),
    )


@explains("assets.data_center.market_rent.mean.{t}")
def mean_market_rent(reader: Reader, t: int) -> Equation:
    """Mean rent of a new lease."""
    return Spec(
        f"Market rent, quarter {t}, {reader.whose('mean')}",
        reader.pick(building_of(reader).roll.market_rent, "mean", t), "USD per MW and year",
        "Grows with inflation at natural vacancy, faster below and slower above it.", "",
        ("data_center.rent", "leasing.inflation", "leasing.rent_adjustment", "leasing.natural_vacancy",
         f"{CENTER}.vacancy.mean.{t}"),
    )


@explains("assets.data_center.vacancy.mean.{t}")
def mean_vacancy(reader: Reader, t: int) -> Equation:
    """Mean vacancy."""
    return Spec(
        f"Vacancy, quarter {t}, {reader.whose('mean')}", reader.pick(building_of(reader).vacancy, "mean", t), "share",
        "Slow, because tenants pay for idle machines: part of the gap to a target that rises with surplus closes.", "",
        ("leasing.vacancy_now", "leasing.vacancy_speed", "leasing.natural_vacancy", "leasing.vacancy_slope",
         f"market.overcapacity.mean.{t}"),
    )


