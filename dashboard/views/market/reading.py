"""What the market page shows of a scenario: the glut as it comes out, and its charts with the sentences above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import Chart, Tile
from dashboard.blocks.explained import Figure
from dashboard.blocks.prices import Prices, read_prices
from dashboard.views.market import charts, words
from dashboard.words import records
from models.engine.evaluate import Evaluation
from models.engine.revenue import HEADLINE_YEAR
from models.scenario.scenario import Scenario
from models.tables import classes as tables
from models.tables import market as market_tables

OUTCOME = {
    "peak": ("Peak of each future", "Highest surplus of each future, whenever it comes: its median is above the peak "
             "of the median path. Capacity beyond demand at the break-even price. Realized is not assumed: demand is "
             "uncertain, builders answer prices, and programs add to both."),
    "peak_quarter": ("Peak comes", "Quarter in which surplus is highest."),
    "quarters_above": ("Quarters above 10%", "Quarters with a surplus above 10%, of 40."),
    "idle_capital": ("Idle capital", "Largest value of idle machines over all money put in, at replacement cost."),
    "idle_cost": ("Cost of idling", "Running cost of idle machines, world, over ten years."),
}


@dataclass(frozen=True, eq=False)
class RevenueReading:
    """AI revenue against what rents ask for: what that is, two charts, and the figures of the headline year."""

    about: str
    chart: Chart
    share: Chart
    figures: Sequence[Figure]


@dataclass(frozen=True, eq=False)
class MarketReading:
    """Rent, surplus, figures of the glut and who pays; charts of the stock, of who builds and stops, of localization.
    """

    prices: Prices
    outcome: Sequence[Tile]
    revenue: RevenueReading
    stock: Sequence[Chart]
    limits: Sequence[Chart]
    localization: Sequence[Chart]


def read_market(scenario: Scenario) -> MarketReading:
    """Figures and charts of the market."""
    prices, result = run.kept(read_prices, scenario), run.evaluation(scenario)
    capacity, demand, additions = (tables.fan(result, name) for name in ("capacity", "demand", "additions"))
    for table in (capacity, demand, additions):
        table.attrs = {}  # pandas copies them, units of every column, with each operation
    retired, power = (market_tables.run_fan(result, name) for name in ("retired", "power"))
    builders, stopped = market_tables.additions_by_builder(result), market_tables.stopped(result)
    pooling, safety = market_tables.pooling(scenario), market_tables.safety_capacity(scenario)
    return MarketReading(
        prices=prices,
        outcome=_tiles(market_tables.surplus_outcome(result)),
        revenue=_revenue(result),
        stock=[
            Chart(words.demand_message(capacity, demand),
                  charts.quantity_frame(capacity, "stock", demand, "median demand"), charts.SPECS["stock"],
                  "World capacity, median and ranges; the dashed line is what is wanted at the price that just pays "
                  "for a new machine."),
            Chart(words.additions_message(builders), charts.additions_frame(builders), charts.ADDITIONS,
                  "Mean additions by who ordered them; the line is the range of the total in nine of ten futures."),
            Chart(words.retired_message(retired),
                  charts.quantity_frame(retired, "flow", additions, "median additions"),
                  charts.SPECS["flow"], "Machines that leave because of age, or because rent no longer covers "
                  "their running cost; dashed: median additions."),
        ],
        limits=[
            Chart(words.power_message(power), charts.quantity_frame(power, "power"), charts.SPECS["power"],
                  "IT load of all machines. What stands today draws the power of today's machines; newer ones draw "
                  "less for the same compute."),
            Chart(words.stopped_message(stopped), charts.stopped_frame(stopped), charts.STOPPED,
                  "Share of futures in which builders have seen a surplus above the limit for two quarters and order "
                  "no growth until it is gone; the band is sampling noise."),
        ],
        localization=[
            Chart(words.pooling_message(pooling), charts.pooling_frame(pooling), charts.POOLING,
                  "Capacity idle in one bloc cannot serve another's shortage, so the same capacity serves less. Shown "
                  "where capacity just matches demand; in a deep glut it costs nothing."),
            Chart(words.safety_message(safety), charts.safety_frame(safety), charts.SAFETY,
                  "Equal blocs whose errors are correlated as assumed, each holding its own reserve (Eppen 1979)."),
        ],
    )


def _revenue(result: Evaluation) -> RevenueReading:
    """Who pays the rents: customers of AI, and what is left for internal use and investors."""
    expected, needed = (tables.fan(result, name) for name in ("ai_revenue", "ai_revenue_needed"))
    covered = market_tables.covered_by_year(result)
    names = {"needed": "AI revenue needed", "expected": "AI revenue expected", "covered": "Covered"}
    return RevenueReading(
        about=words.ABOUT_REVENUE,
        chart=Chart(
            result.revenue.sentence.rstrip("."),
            charts.quantity_frame(expected, "revenue", needed, "needed, median"), charts.SPECS["revenue"],
            "Revenue of AI services worldwide, median and ranges; the dashed line is what would pay the rents of all "
            "machines by itself.",
        ),
        share=Chart(
            words.covered_message(covered), charts.covered_frame(covered), charts.COVERED,
            "Share of the rents that AI revenue can pay; internal use and investors pay the rest, or rents fall.",
        ),
        figures=[
            Figure(f"{label}, {HEADLINE_YEAR}", result.revenue.at(name, HEADLINE_YEAR).p50,
                   f"ai_revenue_by_year.{name}.p50.{result.revenue.years.index(HEADLINE_YEAR)}")
            for name, label in names.items()
        ],
    )


def _tiles(outcome: pd.DataFrame) -> list[Tile]:
    """The assumed glut beside the one that comes out."""
    rows = records(outcome)
    has_glut, out = rows[0]["assumed"] > 0, []
    for row in rows:
        low, middle, high, assumed = (_written(row[name], row["unit"]) for name in ("p05", "p50", "p95", "assumed"))
        is_given = row["assumed"] == row["assumed"] and (row["measure"] == "peak" or has_glut)
        below = f"{low} to {high} in nine of ten futures" + (f"; assumed {assumed}" if is_given else "")
        label, about = OUTCOME[row["measure"]]
        out.append(Tile(label, middle, about, below=below))
    return out


def _written(value: float, unit: str) -> str:
    if unit == "share":
        return f.percent(value, 0)
    if unit == "quarter":
        return f.calendar(value) if value == value else f.NOT_AVAILABLE
    return f.money(value) if unit == "USD" else f.digits(value, 3, 0)
