"""What the designer page shows of a facility: small tables and sentences, made once for a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard import run
from dashboard.views.loan import charts
from dashboard.views.loan import words as say
from models.scenario.scenario import Scenario
from models.studies.facility import against as comparison
from models.studies.facility import haircut, lender, solve
from models.studies.facility.facility import LIMITS, FacilityResult, facility_result
from models.studies.facility.haircut import Haircut
from models.studies.facility.horizon import Wall, horizon, wall
from models.studies.facility.lender import LenderView
from models.studies.facility.solve import Solution
from models.studies.facility.steps import path_table, steps, telling_paths


@dataclass(frozen=True, eq=False)
class Design:
    """A facility as the page shows it: figures, frames of its charts and the sentences above them."""

    view: LenderView
    advance: float
    principal: float
    coupon: float
    wall: Wall
    frames: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str]
    tranches: pd.DataFrame
    telling: Mapping[str, int]
    paths: int
    first: int
    seed: int


def result_of(scenario: Scenario) -> FacilityResult:
    """The facility on the market's paths of the shared evaluation."""
    return facility_result(run.evaluation(scenario))


def read_design(scenario: Scenario) -> Design:
    """Measure the facility of a scenario; keeps no paths."""
    result = result_of(scenario)
    terms, cost = result.terms, result.ground.pot.cost
    view, edge = lender.lender_view(result), wall(result)
    fans = {name: lender.fan(result, name) for name in ("dscr", "ltv")}
    breaches, years, tranches = lender.breaches(result), lender.default_by_year(result), lender.tranche_losses(result)
    tests = {"lock-up": terms.lockup, "event of default": terms.event_of_default}
    return Design(
        view=view, advance=result.advance_rate, principal=terms.principal, coupon=terms.coupon, wall=edge,
        frames={
            "dscr": charts.fan_frame(fans["dscr"], "dscr", tests),
            "ltv": charts.fan_frame(fans["ltv"], "ltv", {"worth as much as the loan": 1.0}),
            "default": charts.default_frame(years), "loss": charts.loss_frame(lender.loss_curve(result)),
            "horizon": charts.horizon_frame(horizon(result)), "breach": charts.breach_frame(breaches),
            "size": charts.size_frame(result.limits, LIMITS, cost),
        },
        titles={
            "headline": say.headline(view, result.advance_rate),
            "size": say.sized(result.binding, result.limits, LIMITS, cost),
            "dscr": say.coverage(fans["dscr"], breaches, terms.lockup), "ltv": say.collateral(breaches),
            "default": say.defaults(years), "loss": say.losses(tranches), "horizon": say.horizon(edge),
            "breach": say.breach(breaches),
        },
        tranches=tranches, telling=telling_paths(result), paths=result.paths, first=terms.first,
        seed=result.ground.shocks.seed,
    )


def read_path(scenario: Scenario, path: int) -> pd.DataFrame:
    """Quarters of one path."""
    return path_table(result_of(scenario), path)


def read_steps(scenario: Scenario, path: int, quarter: int) -> pd.DataFrame:
    """Steps of one quarter of one path."""
    return steps(result_of(scenario), path, quarter)


def read_comparison(pinned: Scenario, scenario: Scenario) -> pd.DataFrame:
    """The pinned facility, this one and the difference."""
    shocks = result_of(scenario).ground.shocks
    return comparison.compare(facility_result(pinned, shocks), facility_result(scenario, shocks))


def find_solution(
    scenario: Scenario, question: str, limit: float, glut: float, margin: float, progress: Callable[[float], None]
) -> Solution:
    """Answer one of the questions of `designer_tools`."""
    shocks = result_of(scenario).ground.shocks
    if question == "glut":
        return solve.surviving_loan(scenario, glut, limit, shocks, progress)
    if question == "spread":
        return solve.paying_spread(scenario, margin, shocks, progress)
    return solve.largest_advance(scenario, limit, shocks, progress)


def find_haircuts(scenario: Scenario, progress: Callable[[float], None]) -> tuple[Haircut, Haircut]:
    """Break-even cut of rents, and of the value of machines."""
    result = result_of(scenario)
    rents = haircut.price_haircut(result, lambda share: progress(0.8 * share))
    return rents, haircut.residual_haircut(result, lambda share: progress(0.8 + 0.2 * share))


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
