"""Rent, share in use and surplus of the market: three fans that more than one page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from dashboard import run, words
from dashboard.blocks.blocks import Chart
from dashboard.charts import fans
from models.scenario.scenario import Scenario
from models.tables.classes import fan

ABOUT = {
    "surplus": "Capacity beyond what demand needs at the break-even price: median, and ranges of all futures.",
    "rent": "What one H100-equivalent earns an hour in the home bloc; the dashed line is what a new machine must earn "
    "to pay its hurdle.",
    "share": "Share of capacity in use. Price cuts refill machines, so a glut shows in rent and surplus first.",
}
# A name that changed with the figures would make the browser build the chart anew; the sentence above does change.
ALT = "{}, by quarter until 2036: median and ranges of all futures."


@dataclass(frozen=True, eq=False)
class Prices:
    """Quantiles by quarter of "price", "long_run", "utilization" and "surplus", and a chart for each of `ABOUT`."""

    quantiles: Mapping[str, pd.DataFrame]
    charts: Mapping[str, Chart]


def read_prices(scenario: Scenario) -> Prices:
    """The three fans of a scenario with the sentences above them."""
    result = run.evaluation(scenario)
    price, long_run, utilization, surplus = (
        fan(result, name) for name in ("price", "price_long_run", "utilization", "overcapacity")
    )
    for table in (price, long_run, utilization, surplus):
        table.attrs = {}  # pandas copies them, units of every column, with each operation
    titles = {
        "surplus": words.surplus_message(surplus),
        "rent": words.rent_message(price, long_run),
        "share": words.utilization_message(utilization, surplus),
    }
    columns = {
        "surplus": fans.fan_columns(surplus, "surplus"),
        "rent": fans.fan_columns(price, "rent", long_run["p50"], "break-even of a new machine"),
        "share": fans.fan_columns(utilization, "share"),
    }
    drawn = {
        name: Chart(titles[name], pa.table(columns[name]), fans.SPECS[name], about, ALT.format(fans.TITLES[name]))
        for name, about in ABOUT.items()
    }
    return Prices({"price": price, "long_run": long_run, "utilization": utilization, "surplus": surplus}, drawn)
