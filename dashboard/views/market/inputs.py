"""Two inputs of the market page: the index that today's price comes from, and drivers given year by year."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard import format as f
from dashboard import state
from dashboard.blocks import inputs
from dashboard.blocks.markup import Markup, heading, tag, tip
from dashboard.views.market import by_year_chart as chart
from models.basis.entry import Entry
from models.evidence.price_index import NO_INDEX, PriceIndex, price_indices
from models.scenario.by_year import driver_path, yearly_paths
from models.scenario.catalog import entry, values
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
    low, high = min(current, key=_price), max(current, key=_price)
    st.html(heading("Today's price depends on which price is meant", ABOUT_INDEX, level=2))
    left, right = st.columns([62, 38], gap="large")
    today = price_today(scenario)
    with left:
        words = f"From {f.rent(low.price)} ({_named(low)}) to {f.rent(high.price)} ({_named(high)})"
        st.html(heading(words, ABOUT_INDEX) + Markup(_table(scenario, today.price)))
    with right:
        preset = values(state.base())
        for path in (INDEX, TYPED):
            inputs.any_assumption(entry(path, scenario), preset.get(path), scope)
        st.caption(f.plain(f"The market starts at {f.rent(today.price)}."))
        if scenario.clearing.spot_price is not None and scenario.clearing.price_index != NO_INDEX:
            st.caption("A typed price comes first: switch it off to start from the index.")
        if today.is_clipped:
            st.caption(
                "Scarcity alone does not explain this price: it is beyond half or twice the stock that would just pay, "
                "so it fades faster than builders can answer."
            )


def _price(index: PriceIndex) -> float:
    return index.price


def _named(index: PriceIndex) -> str:
    return index.label[0].lower() + index.label[1:]


def _table(scenario: Scenario, today: float) -> str:
    typed, chosen = scenario.clearing.spot_price, scenario.clearing.price_index
    rows = []
    own = "Own value, typed" if typed is not None else "None: 1.047 times the long-run price"
    if typed is not None or chosen == NO_INDEX:
        rows.append(_row(own, "The price the market starts from, USD an hour.", today, "", "chosen"))
    for key, index in price_indices().items():
        is_chosen = typed is None and key == chosen
        age = "history" if index.source.is_history else ""
        about = (
            f"{index.provider}; {index.segment}, {index.contract}. {index.source.citation}; confidence "
            f"{index.source.confidence}."
        )
        rows.append(_row(index.label, about, index.price, index.date, "chosen" if is_chosen else age))
    caption = tag("caption", "Rental price of an H100 by index, with segment and date")
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Index", "Price of an H100", "Date", ""))
    body = "".join(rows)
    return f'<table class="measures">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(label: str, about: str, price: float, date: str, mark: str) -> str:
    value = f"<b>{escape(f.rent(price))}</b>" if mark != "history" else escape(f.rent(price))
    return (
        f'<tr><th scope="row">{tip(label, about)}</th><td>{value}</td>'
        f'<td style="white-space:nowrap">{escape(date)}</td><td>{escape(mark)}</td></tr>'
    )


def _name(item: Entry) -> str:
    return item.label.removesuffix(" by year") + ("" if item.value is None else " *")


def drivers_by_year(scenario: Scenario, scope: str) -> None:
    """A driver's usual path, the one given instead, and the widget to give it."""
    st.html(heading("Drivers year by year", ABOUT_YEARS, level=2))
    paths = yearly_paths()
    items = {path: entry(path, scenario) for path in paths}
    picked = st.pills(
        "Driver", paths, default=paths[0], key=f"{scope}driver", label_visibility="collapsed", required=True,
        format_func=lambda path: _name(items[path]),
    )
    item = items[picked or paths[0]]
    left, right = st.columns([62, 38], gap="large")
    shape = inputs.scale(item)
    scale = chart.Scale(shape.factor, shape.unit)
    with left:
        table = driver_path(scenario, item.path)
        title = chart.path_message(item.label, table, scale, item.none)
        st.html(heading(title, f"{item.help} In {shape.unit or 'multiples'}."))
        st.caption(f.plain(shape.unit or "multiple"))
        st.vega_lite_chart(chart.path_frame(table, scale), chart.SPEC, theme=None, alt=title)
    with right:
        inputs.any_assumption(item, None, scope)
    given = [items[path].label for path in paths if items[path].value is not None]
    if given:
        st.caption(f.plain(f"* given by year: {', '.join(given)}"))
