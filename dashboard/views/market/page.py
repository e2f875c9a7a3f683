"""The market page: what compute earns, how much of it stands idle, who builds it, and what localization costs."""

from __future__ import annotations

import streamlit as st

from dashboard import draft, state, words
from dashboard import format as f
from dashboard.blocks import inputs
from dashboard.blocks.blocks import charts, section, tiles, verdict
from dashboard.blocks.choices import pill
from dashboard.blocks.explained import Figure, explained
from dashboard.blocks.prices import Prices
from dashboard.views.market.inputs import drivers_by_year, price_indices_of
from dashboard.views.market.reading import read_market
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario

SCOPE = "market:"
GROUPS = (
    "overcapacity", "demand", "ai_revenue", "pipeline", "capacity", "clearing", "localization", "hardware", "regime",
    "export",
)
"""Slices of the scenario the market is made of; the first is open."""


def render() -> None:
    """Numbers first, then the fans, who builds, localization, and the market's own assumptions."""
    scenario = state.scenario()
    with st.spinner("Reading the market"):
        market = draft.shown(read_market, scenario)
    prices = market.prices.charts
    verdict(prices["surplus"].title, f"{prices['rent'].title}. {prices['share'].title}.")
    tiles(market.outcome)
    explained([*figures(market.prices), *market.revenue.figures], draft.of(scenario), "market")
    charts([prices[name] for name in ("rent", "share", "surplus")])
    section("Who pays these rents", market.revenue.about)
    charts([market.revenue.chart, market.revenue.share])
    charts(market.stock)
    charts(market.limits)
    section("What localization costs")
    charts(market.localization)
    price_indices_of(scenario, f"{SCOPE}index:")
    drivers_by_year(scenario, f"{SCOPE}years:")
    _assumptions(scenario)


def figures(prices: Prices) -> list[Figure]:
    """Medians of rent, break-even, utilization and surplus today, at the peak of surplus and at the horizon."""
    table = prices.quantiles["surplus"]
    quarters = dict.fromkeys((0, words.peak(table).quarter, len(table) - 1))
    names = {"price": "Rent", "long_run": "Break-even rent", "utilization": "Utilization", "surplus": "Surplus"}
    series = {"long_run": "price_long_run", "surplus": "overcapacity"}
    return [
        Figure(f"{label}, {f.calendar(t)}", float(prices.quantiles[name]["p50"].iloc[t]),
               f"market.{series.get(name, name)}.p50.{t}")
        for t in quarters for name, label in names.items()
    ]


def _assumptions(scenario: Scenario) -> None:
    """The market's own assumptions, one group at a time."""
    section("What this rests on", "Every assumption of the market; a change counts on every page.")
    entries = [entry for entry in catalog(scenario) if entry.group in GROUPS and entry.kind != "years"]
    titles = {entry.group: entry.group_title for entry in entries}
    group = pill("Group of assumptions", {name: titles[name] for name in GROUPS}, "market:group")
    inputs.assumptions([entry for entry in entries if entry.group == group], SCOPE, columns=3)
