"""What the first page shows of a scenario: figures, the tables its charts draw, the sentences above them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dashboard import run, words
from dashboard.blocks.blocks import Chart
from dashboard.blocks.prices import read_prices
from dashboard.views.decide import charts
from models.engine.estimate import NOTHING, Estimate
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import Flip, flip_points
from models.studies.verdict import ENTRY, Verdict
from models.tables import classes as tables


@dataclass(frozen=True, eq=False)
class Reading:
    """What the page shows whatever the entry price.

    Attributes
    ----------
    revenue : str
        AI revenue that must be found to pay the rents, and what is on its way.
    lead, peak_surplus, rent_gap, loan_default : Estimate
        Share of futures picks and shovels lead in; highest median surplus; widest gap of the median rent to
        break-even (negative is below); chance that the GPU loan defaults.
    """

    verdict: Verdict
    revenue: str
    fans: Sequence[Chart]
    lead: Estimate
    peak_surplus: Estimate
    peak_quarter: int
    rent_gap: Estimate
    gap_quarter: int
    loan_default: Estimate


@dataclass(frozen=True, eq=False)
class Standing:
    """Where the classes stand at one entry: a record each, the table the risk map draws, the sentence above it.

    A class without an investment at this entry has no record.
    """

    classes: Sequence[Mapping[str, Any]]
    map: pa.Table
    title: str


def read(scenario: Scenario) -> Reading:
    """Sentences, figures and tables of a scenario, without its paths."""
    result, judged = run.evaluation(scenario), run.verdict(scenario)
    prices = run.kept(read_prices, scenario)
    price, long_run = (prices.quantiles[name]["p50"].to_numpy() for name in ("price", "long_run"))
    worst = int((price / long_run).argmin())
    top, loan = words.peak(prices.quantiles["surplus"]), result.assets["gpu_debt"].debt
    return Reading(
        verdict=judged,
        revenue=result.revenue.sentence,
        fans=list(prices.charts.values()),
        lead=Estimate(judged.lead_share, judged.lead_se),
        peak_surplus=Estimate(top.value, _median_error(result, "overcapacity", top.quarter)),
        peak_quarter=top.quarter,
        rent_gap=Estimate(
            float(price[worst] / long_run[worst]) - 1.0, _median_error(result, "price", worst) / float(long_run[worst])
        ),
        gap_quarter=worst,
        loan_default=Estimate(loan.default_probability, loan.default_probability_se) if loan else NOTHING,
    )


def _median_error(result: Evaluation, series: str, quarter: int) -> float:
    paths = tables.market_series(result, series)[:, quarter]
    return float(risk.quantile_standard_error(paths, (0.5,), result.replicate)[0]) if len(paths) > 1 else np.nan


def standing(scenario: Scenario, entry: str) -> Standing:
    """The classes of a scenario at fair entry, or at cost or market; measured only when a page shows it."""
    result = run.evaluation(scenario)
    classes = [_record(asset, entry) for asset in result.present(entry).values()]
    drawn = pa.table(charts.map_columns(classes, scenario.in_force.rates.cash_rate))
    return Standing(classes, drawn, words.map_message(classes, entry))


def first_view(scenario: Scenario, entry: str) -> tuple[Reading, Standing]:
    """Both, made in one turn: between two turns others push the evaluation out, and it would have to run again."""
    return run.kept(read, scenario), run.kept(standing, scenario, entry)


def _record(result: AssetResult, entry: str) -> Mapping[str, Any]:
    """Measures of one class at one entry, flat; a table of both entries would measure what is not shown."""
    asset, measures = result.asset, result.entry(entry)
    record: dict[str, Any] = {"asset": asset.key, "label": asset.label, "family": asset.family}
    for name, value in vars(measures).items():
        record |= {f"{name}_{part}": x for part, x in vars(value).items()} if is_dataclass(value) else {name: value}
    return record


def cheapest_flips(found: Sequence[Flip]) -> list[Flip]:
    """The least change of each of up to three assumptions."""
    first: dict[str, Flip] = {}
    for flip in found:
        first.setdefault(flip.path, flip)
    return list(first.values())[:3]


def warm() -> None:
    """Price the base scenario, so that the first page finds it done or under way."""
    run.kept(first_view, Scenario(), ENTRY)


def report(scenario: Scenario, base: Scenario, preset: str, link: str) -> bytes:
    """The two pages to take away, from the same evaluation as the screen."""
    from dashboard.reports.pdf import render_pdf  # typst and vl-convert are loaded by whoever exports

    return render_pdf(
        run.evaluation(scenario), preset=preset, base=base, link=link, verdict=run.verdict(scenario),
        today=dt.date.today(), flips=run.job(flip_points, scenario).result or (),
    )
