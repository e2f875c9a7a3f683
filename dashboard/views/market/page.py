"""The market page: what compute earns, how much of it stands idle, who builds it, and what localization costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.blocks import charts, verdict
from dashboard.blocks.markup import heading
from dashboard.blocks.prices import read_prices
from dashboard.charts import market_fans
from dashboard.views.market import builders_chart as market_builders
from dashboard.views.market import inputs as market_inputs
from dashboard.views.market import words as messages
from models.scenario.catalog import catalog, values
from models.scenario.scenario import Scenario
from models.tables import classes as tables
from models.tables import market as market_tables

SCOPE = "market:"
GROUPS = (
    "overcapacity", "demand", "pipeline", "capacity", "clearing", "localization", "hardware", "regime", "export",
)
"""Slices of the scenario the market is made of; the first is open."""

ABOUT = {
    "peak": "Highest surplus of each future: capacity beyond demand at the break-even price. Realized is not assumed: "
    "demand is uncertain, builders answer prices, and programs add to both.",
    "peak_quarter": "Quarter in which surplus is highest.",
    "quarters_above": "Quarters with a surplus above 10%, of 40.",
    "idle_capital": "Largest value of idle machines over all money put in, at replacement cost.",
    "idle_cost": "Running cost of idle machines, world, over ten years.",
}
LABELS = {
    "peak": "Peak surplus",
    "peak_quarter": "Peak comes",
    "quarters_above": "Quarters above 10%",
    "idle_capital": "Idle capital",
    "idle_cost": "Cost of idling",
}


@dataclass(frozen=True, eq=False)
class MarketReading:
    """What the page shows of one scenario: outcome of the glut, chart frames and the sentences above them."""

    outcome: pd.DataFrame
    frames: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str]


def read_market(scenario: Scenario) -> MarketReading:
    """Tables, frames and sentences of the market."""
    result = run.evaluation(scenario)
    capacity, demand, additions = (tables.fan(result, name) for name in ("capacity", "demand", "additions"))
    retired, power = (market_tables.run_fan(result, name) for name in ("retired", "power"))
    builders, stopped = market_tables.additions_by_builder(result), market_tables.stopped(result)
    pooling, safety = market_tables.pooling(scenario), market_tables.safety_capacity(scenario)
    for table in (capacity, demand, additions):
        table.attrs = {}  # pandas copies them, units of every column, with each operation
    return MarketReading(
        outcome=market_tables.surplus_outcome(result),
        frames={
            "stock": market_fans.quantity_frame(capacity, "stock", demand, "median demand"),
            "additions": market_builders.additions_frame(builders),
            "retired": market_fans.quantity_frame(retired, "flow", additions, "median additions"),
            "power": market_fans.quantity_frame(power, "power"),
            "stopped": market_fans.stopped_frame(stopped),
            "pooling": market_builders.pooling_frame(pooling),
            "safety": market_builders.safety_frame(safety),
        },
        titles={
            "stock": messages.demand_message(capacity, demand),
            "additions": messages.additions_message(builders),
            "retired": messages.retired_message(retired),
            "power": messages.power_message(power),
            "stopped": messages.stopped_message(stopped),
            "pooling": messages.pooling_message(pooling),
            "safety": messages.safety_message(safety),
        },
    )


CHARTS = (
    ("stock", market_fans.SPECS["stock"], "World capacity, median and ranges; the dashed line is what is wanted at "
     "the price that just pays for a new machine."),
    ("additions", market_builders.ADDITIONS, "Mean additions by who ordered them; the line is the range of the total "
     "in nine of ten futures."),
    ("retired", market_fans.SPECS["flow"], "Machines that leave because of age, or because rent no longer covers "
     "their running cost; dashed: median additions."),
    ("power", market_fans.SPECS["power"], "IT load of all machines. What stands today draws the power of today's "
     "machines; newer ones draw less for the same compute."),
    ("stopped", market_fans.STOPPED, "Share of futures in which builders have seen a surplus above the limit for two "
     "quarters and order no growth until it is gone; the band is sampling noise."),
)
LOCAL = (
    ("pooling", market_builders.POOLING, "Capacity idle in one bloc cannot serve another's shortage, so the same "
     "capacity serves less. Shown where capacity just matches demand; in a deep glut it costs nothing."),
    ("safety", market_builders.SAFETY, "Equal blocs whose errors are correlated as assumed, each holding its own "
     "reserve (Eppen 1979)."),
)


def render() -> None:
    """Numbers first, then the fans, who builds, localization, and the market's own assumptions."""
    scenario = state.scenario()
    with st.spinner("Reading the market"):
        prices, market = run.kept(read_prices, scenario).charts, run.kept(read_market, scenario)
    verdict(prices["surplus"].title, f"{prices['rent'].title}. {prices['share'].title}.")
    _outcome(market.outcome)
    charts([prices[name] for name in ("rent", "share", "surplus")])
    _grid(market, CHARTS[:3], 3)
    _grid(market, CHARTS[3:], 2)
    st.html(heading("What localization costs", level=2))
    _grid(market, LOCAL, 2)
    market_inputs.price_indices_of(scenario, f"{SCOPE}index:")
    market_inputs.drivers_by_year(scenario, f"{SCOPE}years:")
    _assumptions(scenario)


def _outcome(outcome: pd.DataFrame) -> None:
    """The assumed glut beside the one that comes out."""
    has_glut = bool(outcome["assumed"].iloc[0] > 0)
    with st.grid(5, min_column_width=150, gap="small"):
        for row in outcome.to_dict("records"):
            name, unit = row["measure"], row["unit"]
            with st.container(gap=None):
                st.metric(LABELS[name], _written(row["p50"], unit), help=f.plain(ABOUT[name]))
                span = f"{_written(row['p05'], unit)} to {_written(row['p95'], unit)} in nine of ten futures"
                is_given = not pd.isna(row["assumed"]) and (name == "peak" or has_glut)
                given = f"; assumed {_written(row['assumed'], unit)}" if is_given else ""
                st.caption(f.plain(span + given))


def _written(value: float, unit: str) -> str:
    if unit == "share":
        return f.percent(value, 0)
    if unit == "quarter":
        return f.calendar(value)
    return f.money(value) if unit == "USD" else f.digits(value, 3, 0)


def _grid(market: MarketReading, drawn: tuple[tuple[str, dict, str], ...], columns: int) -> None:
    for start in range(0, len(drawn), columns):
        row = drawn[start : start + columns]
        for column, (name, spec, about) in zip(st.columns(columns, gap="medium"), row, strict=False):
            with column:
                _chart(market.titles[name], about, market.frames[name], spec)


def _chart(title: str, about: str, data: pd.DataFrame, spec: dict) -> None:
    st.html(heading(title, about))
    st.vega_lite_chart(data, spec, theme=None, alt=about)


def _assumptions(scenario: Scenario) -> None:
    """The market's own assumptions, one group at a time."""
    st.html(heading("What this rests on", "Every assumption of the market; a change counts on every page.", level=2))
    entries, preset = catalog(scenario), values(state.base())
    titles = {e.group: e.group_title for e in entries if e.group in GROUPS}
    group = st.pills(
        "Group of assumptions", GROUPS, default=GROUPS[0], format_func=lambda key: titles[key], key="market:group",
        label_visibility="collapsed", required=True,
    )
    with st.grid(3, min_column_width=280, gap="medium"):
        for entry in entries:
            if entry.group == group and entry.kind != "years":
                with st.container(gap=None):
                    inputs.any_assumption(entry, preset.get(entry.path), SCOPE)
