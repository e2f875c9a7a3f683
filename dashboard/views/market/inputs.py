"""Two inputs of the market page: the index that today's price comes from, and drivers given year by year."""

from __future__ import annotations

import streamlit as st

from dashboard import format as f
from dashboard.blocks import inputs
from dashboard.blocks.blocks import picture, section, title
from dashboard.blocks.choices import pill
from dashboard.blocks.markup import Cell, Markup, Row, row, table_html
from dashboard.views.market import by_year_chart as chart
from dashboard.views.market.words import path_message
from models.basis.entry import Entry
from models.evidence.price_index import NO_INDEX, price_indices
from models.scenario.by_year import driver_path, yearly_paths
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.tables.market import price_today

INDEX, TYPED = "clearing.price_index", "clearing.spot_price"
ABOUT_INDEX = (
    "What an hour of one H100 costs, by index. A one-year contract, an interruptible machine and a list price are "
    "three different prices: they are never averaged, and the long-run price does not move with the choice."
)
ABOUT_YEARS = (
    "Ten values, one a year, in place of a driver's usual path: paste a column or upload a file. They are part of the "
    "scenario, so links, files and reports hold them."
)


def price_indices_of(scenario: Scenario, scope: str) -> None:
    """Today's price by index, which one is chosen, and the widgets that choose another."""
    known = price_indices()
    current = [index for index in known.values() if not index.source.is_history]
    low, high = (pick(current, key=lambda index: index.price) for pick in (min, max))
    section("Today's price depends on which price is meant", ABOUT_INDEX)
    left, right = st.columns([62, 38], gap="large")
    today = price_today(scenario)
    with left:
        words = f"From {f.rent(low.price)} ({f.inside(low.label)}) to {f.rent(high.price)} ({f.inside(high.label)})"
        title(words, ABOUT_INDEX, _table(scenario, today.price))
    with right:
        inputs.assumptions((entry(path, scenario) for path in (INDEX, TYPED)), scope)
        st.caption(f.plain(f"The market starts at {f.rent(today.price)}."))
        if scenario.clearing.spot_price is not None and scenario.clearing.price_index != NO_INDEX:
            st.caption("A typed price comes first: switch it off to start from the index.")
        if today.is_clipped:
            st.caption(
                "Scarcity alone does not explain this price: it is beyond half or twice the stock that would just pay, "
                "so it fades faster than builders can answer."
            )


def _table(scenario: Scenario, today: float) -> Markup:
    typed, chosen = scenario.clearing.spot_price, scenario.clearing.price_index
    rows = []
    if typed is not None or chosen == NO_INDEX:
        own = "Own value, typed" if typed is not None else "None: 1.047 times the long-run price"
        rows.append(_row(own, "The price the market starts from, USD an hour.", today, "", "chosen"))
    for key, index in price_indices().items():
        is_chosen = typed is None and key == chosen
        age = "history" if index.source.is_history else ""
        about = (
            f"{index.provider}; {index.segment}, {index.contract}. {index.source.citation}; confidence "
            f"{index.source.confidence}."
        )
        rows.append(_row(index.label, about, index.price, index.date, "chosen" if is_chosen else age))
    caption = "Rental price of an H100 by index, with segment and date"
    return table_html(caption, ("Index", "Price of an H100", "Date", ""), rows)


def _row(label: str, about: str, price: float, date: str, mark: str) -> Row:
    value = Cell(f.rent(price), is_bold=mark != "history")
    return row(label, value, Cell(date, style="white-space:nowrap"), mark, about=about)


def _name(item: Entry) -> str:
    return item.label.removesuffix(" by year") + ("" if item.value is None else " *")


def drivers_by_year(scenario: Scenario, scope: str) -> None:
    """A driver's usual path, the one given instead, and the widget to give it."""
    section("Drivers year by year", ABOUT_YEARS)
    paths = yearly_paths()
    items = {path: entry(path, scenario) for path in paths}
    item = items[pill("Driver", {path: _name(items[path]) for path in paths}, f"{scope}driver")]
    left, right = st.columns([62, 38], gap="large")
    scale = inputs.scale(item)
    with left:
        table = driver_path(scenario, item.path)
        title(path_message(item.label, table, scale, item.none), f"{item.help} In {scale.unit or 'multiples'}.")
        st.caption(f.plain(scale.unit or "multiple"))
        picture(chart.path_frame(table, scale), chart.SPEC, item.help)
    with right:
        inputs.any_assumption(item, None, scope)
    given = [items[path].label for path in paths if items[path].value is not None]
    if given:
        st.caption(f.plain(f"* given by year: {', '.join(given)}"))
