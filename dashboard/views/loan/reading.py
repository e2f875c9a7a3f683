"""What the designer page shows of a facility: figures, charts and sentences, made once for a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import Chart
from dashboard.blocks.explained import Figure
from dashboard.blocks.markup import Fact
from dashboard.views.loan import charts
from dashboard.views.loan import words as say
from models.assets.gpu_debt.size import RULES
from models.engine.estimate import Estimate
from models.scenario.scenario import Scenario
from models.studies.facility import lender
from models.studies.facility.facility import FacilityResult, facility_result
from models.studies.facility.horizon import horizon, wall
from models.studies.facility.lender import LenderView
from models.studies.facility.steps import telling_paths


@dataclass(frozen=True, eq=False)
class Design:
    """A facility as the page shows it; ``telling`` names futures by number, ``first`` is the first quarter owed.

    Where nothing is lent, ``why_nothing`` says why, and there are no figures and no charts but that of its size.
    """

    why_nothing: str
    headline: str
    detail: str
    figures: Sequence[Fact]
    explained: Sequence[Figure]
    bands: str
    size: Chart
    coverage: Sequence[Chart]
    losses: Sequence[Chart]
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
    terms, sized = result.terms, say.sized(result.size, RULES)
    size = Chart(sized, charts.size_frame(result.size.limits, RULES, result.size.cost), charts.SIZE,
                 "What each rule would lend, share of hardware cost; the smallest one sizes the loan.")
    if result.size.why_nothing:
        return Design(
            why_nothing=result.size.why_nothing, headline=say.sentence(result.size.why_nothing), detail=f"{sized}.",
            figures=(), explained=(), bands="", size=size, coverage=(), losses=(), telling={}, paths=result.paths,
            first=terms.first, seed=result.ground.shocks.seed,
        )
    view, breaches = lender.lender_view(result), lender.breaches(result)
    cut = f" {say.sentence(result.size.why_less_junior)}." if result.size.why_less_junior else ""
    cut += say.repayment(result.size.binding)
    return Design(
        why_nothing="", headline=say.headline(view, result.advance_rate),
        detail=f"{f.money(terms.principal)} per H100e at a coupon of {f.percent(terms.coupon, 2)} when signed, on "
        f"{result.paths:,} futures. {sized}.{cut}",
        figures=figures(view), explained=explained(view, terms.principal, terms.coupon),
        bands="Rating bands are indicative: Moody's idealized losses at the average life, by loss "
        f"{view.by_loss.words}, by default {view.by_default.words} (two standard errors). No agency rates by such a "
        "table alone.",
        size=size,
        coverage=_coverage(result, breaches), losses=_losses(result, breaches), telling=telling_paths(result),
        paths=result.paths, first=terms.first, seed=result.ground.shocks.seed,
    )


def explained(view: LenderView, principal: float, coupon: float) -> list[Figure]:
    """Figures of the lender that an explanation leads to, each with its path."""
    shown = {
        "Default probability": (view.default_probability, "default_probability"),
        "Loss given default": (view.loss_given_default, "loss_given_default"),
        "Expected loss": (view.expected_loss, "expected_loss"), "Average life": (view.wal, "wal_years"),
        "Least coverage": (view.min_dscr, "min_dscr.p50"), "Return after losses": (view.irr, "at_cost.irr_of_mean"),
        "Return, worst 5%": (view.irr_low, "at_cost.irr.p05"),
    }
    return [
        Figure("Loan", principal, "assets.gpu_debt.principal"), Figure("Coupon", coupon, "assets.gpu_debt.coupon"),
        *(Figure(label, each.value, f"assets.gpu_debt.{path}") for label, (each, path) in shown.items()),
    ]


def figures(view: LenderView) -> list[Fact]:
    """Single figures of the lender with their noise."""

    def fact(label: str, about: str, of: Estimate, write: Callable[[float], str], is_share: bool = True) -> Fact:
        noise = f"±{f.digits(2 * of.error * (100 if is_share else 1), 2, 3)}{' pts' if is_share else ''}"
        return Fact(label, about, write(of.value), noise if of.error > 0 else "")

    return [
        fact("Default probability", "Share of futures with a payment default.", view.default_probability, f.percent),
        fact("Loss given default", "Loss over what was owed, on futures that default.", view.loss_given_default,
             f.percent),
        fact("Expected loss", "Mean loss at present value, share of the loan.", view.expected_loss, f.percent),
        fact("Loss a year", f"Expected loss over average life; the spread is {f.percent(view.spread, 2)} with fees.",
             view.loss_rate, lambda rate: f.percent(rate, 2)),
        fact("Return after losses", f"Return of the mean flow a year; promised are {f.percent(view.yield_promised)}.",
             view.irr, f.percent),
        fact("Return, worst 5%", "What one lender in twenty earns at most, a year.", view.irr_low, f.irr),
        fact("Average life", "Years from closing a dollar is out, until it is repaid, recovered or lost.", view.wal,
             f.years, is_share=False),
        fact("Least coverage", "Median over futures of the least coverage.", view.min_dscr, f.multiple,
             is_share=False),
        Fact("Rating band", "By expected loss and by default probability; indicative, see the note.",
             f"{view.by_loss.grade} / {view.by_default.grade}", "indicative"),
    ]


def _coverage(result: FacilityResult, breaches: pd.DataFrame) -> list[Chart]:
    terms = result.terms
    coverage, value = (lender.fan(result, name) for name in ("dscr", "ltv"))
    tests = {"lock-up": terms.lockup, "event of default": terms.event_of_default}
    return [
        Chart(say.coverage(coverage, breaches, terms.lockup), charts.fan_frame(coverage, "dscr", tests),
              charts.FANS["dscr"], "Cash after the agent's fee over interest, scheduled principal and swap, of loans "
              "not in default; a balloon is no debt service. Dashed: where cash is locked up, and where it is an event "
              "of default."),
        Chart(say.collateral(breaches), charts.fan_frame(value, "ltv", {"worth as much as the loan": 1.0}),
              charts.FANS["ltv"],
              f"Balance over what used machines fetch in the market; cut at {charts.MOST_LTV:.0f}00%."),
        Chart(say.horizon(wall(result)), charts.horizon_frame(horizon(result)), charts.HORIZON,
              "When the loan, its contract and the cash of the machines end."),
    ]


def _losses(result: FacilityResult, breaches: pd.DataFrame) -> list[Chart]:
    years = lender.default_by_year(result)
    return [
        Chart(say.defaults(years), charts.default_frame(years), charts.DEFAULT,
              "Chance of a payment default until the end of each year; whiskers: two standard errors."),
        Chart(say.losses(lender.tranche_losses(result)), charts.loss_frame(lender.loss_curve(result)), charts.LOSS,
              "Chance that a tranche loses more than a share of what it paid in, at present value of its own rate; the "
              "owner undiscounted."),
        Chart(say.breach(breaches), charts.breach_frame(breaches), charts.BREACH,
              "Share of all futures in which a test fails in the quarter."),
    ]
