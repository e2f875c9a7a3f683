"""What the whole fleet comes to: totals in dollars, megawatts and machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.markup import Markup, heading, tag, tip
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
    rows = run.kept(read_totals, scenario, entry)
    by_label = {str(row["label"]): row for row in rows}
    count, bill = (_written(by_label[name]) for name in ("GPUs", "Hardware bill"))
    value, error = float(by_label["Value at the hurdle"]["p50"]), float(by_label["Value at the hurdle"]["p50_se"])
    verdict = "about what they must earn" if f.is_close(value, error) else (
        f"{f.money(abs(value))} {'more' if value > 0 else 'less'} than they must, on average"
    )
    st.html(tag("h2", "The whole fleet", "assay-part"))
    st.html(heading(f"{count} GPUs for {bill} earn {verdict}", ABOUT) + Markup(_table(rows)))


    with st.expander("Power price by place, with sources"):
        st.caption("Chosen by name under its own assumptions. Large users pay less than business tariffs say.")
        st.html(power_prices(price_table(), scenario.cluster.place))


def power_prices(rows: Sequence[PlacePrice], chosen: str) -> str:
    """Table of the places whose power price can be chosen by name; the chosen one is marked."""
    head = "".join(f'<th scope="col">{text}</th>' for text in ("Place", "Price", "Source"))
    body = "".join(
        f'<tr><th scope="row">{tip(row.name, row.reading)}</th>'
        f"<td>{f'<b>{_power(row.price)}</b>' if row.place == chosen else _power(row.price)}</td>"
        f'<td><span class="noise">{escape(row.citation)}</span></td></tr>'
        for row in rows
    )
    caption = tag("caption", "Price of power by place, USD per kWh, with its source")
    return f'<table class="measures drivers">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _power(price: float) -> str:
    return f"${f.digits(price, 3, 3)}/kWh"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    return f'<dl class="facts">{"".join(map(_row, rows))}</dl>'


def _written(row: Mapping[str, Any]) -> str:
    return WRITERS[str(row["unit"])](float(row["p50"]))


def _row(row: Mapping[str, Any]) -> str:
    write = WRITERS[str(row["unit"])]
    low, high, error = float(row["p05"]), float(row["p95"]), float(row["p50_se"])
    spread = f"{write(low)} to {write(high)} in nine of ten" if low == low else ""
    noise = "" if not error > 0 else f"{f.noise(error, 2)} pts" if row["unit"] == "share" else f"±{write(2 * error)}"
    note = ", ".join(part for part in (spread, noise) if part) or "\N{NO-BREAK SPACE}"
    label = tip(str(row["label"]), str(row["about"]))
    return f"<div><dt>{label}</dt><dd><b>{escape(_written(row))}</b><small>{escape(note)}</small></dd></div>"
