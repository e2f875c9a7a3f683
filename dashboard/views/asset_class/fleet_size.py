"""What the whole fleet comes to: totals in dollars, megawatts and machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import draft, run
from dashboard import format as f
from dashboard.blocks.blocks import part, title
from dashboard.blocks.markup import Cell, Markup, facts_html, row, table_html
from dashboard.views.asset_class import rows
from dashboard.words import records
from models.evidence.power_prices import PlacePrice, price_table
from models.scenario.scenario import Scenario
from models.tables.fleet import fleet_totals

ABOUT = (
    "Results of one H100-equivalent, times the size of the fleet. Size, chip and place are set under its own "
    "assumptions below; size also changes the price of a unit and the service it needs."
)
WRITERS: Mapping[str, Callable[[float], str]] = {
    "USD": f.money,
    "USD a year": lambda value: f"{f.money(value)} a year",
    "MW": lambda value: f"{f.digits(value)} MW",
    "GPUs": lambda value: f"{value:,.0f}",
    "H100e": lambda value: f"{f.digits(value, 4)} H100e",
    "share": f.percent,
}


def read_totals(scenario: Scenario, entry: str) -> Sequence[Mapping[str, Any]]:
    """Totals of the fleet of a scenario."""
    return records(fleet_totals(run.evaluation(scenario), entry))


def render(scenario: Scenario, entry: str) -> None:
    """Title that says what is bought, and the totals."""
    totals = draft.shown(read_totals, scenario, entry)
    by_label = {str(each["label"]): each for each in totals}
    count, bill = (WRITERS[each["unit"]](float(each["p50"])) for each in (by_label["GPUs"], by_label["Hardware bill"]))
    worth = by_label["Value at the hurdle"]
    value, error = float(worth["p50"]), float(worth["p50_se"])
    verdict = "about what they must earn" if f.is_close(value, error) else (
        f"{f.money(abs(value))} {'more' if value > 0 else 'less'} than they must, on average"
    )
    part("The whole fleet")
    title(f"{count} GPUs for {bill} earn {verdict}", ABOUT, facts_html(rows.facts(totals, WRITERS.__getitem__)))
    with st.expander("Power price by place, with sources"):
        st.caption("Chosen by name under its own assumptions. Large users pay less than business tariffs say.")
        st.html(power_prices(price_table(), scenario.cluster.place))


def power_prices(places: Sequence[PlacePrice], chosen: str) -> Markup:
    """Table of the places whose power price can be chosen by name; the chosen one is marked."""
    return table_html(
        "Price of power by place, USD per kWh, with its source", ("Place", "Price", "Source"),
        [
            row(place.name, Cell(f"${f.digits(place.price, 3, 3)}/kWh", is_bold=place.place == chosen),
                Cell("", place.citation), about=place.reading)
            for place in places
        ],
        "measures drivers",
    )
