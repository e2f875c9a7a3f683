"""Loans on GPUs that really closed, the reader's facility among them, and each replayed in the scenario's market."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import download, picture, safe_csv, section, sheet, verdict
from dashboard.blocks.choices import switch
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import Cell, Markup, row, table_html, tag
from dashboard.views.book import comparables_chart as charts
from dashboard.views.book import words
from dashboard.words import records
from models.basis.timeline import DELTA, quarter_start
from models.evidence.deals import GRADES, KINDS, TABLE, comparables_table
from models.scenario.scenario import Scenario
from models.studies.facility.replay import replay_deals, replay_table

SECONDS = 3.0
ABOUT_CHART = (
    "Spread over the base rate of facilities that closed. Filled: investment-grade customer; hollow: below; small: "
    "customers not named or mixed; pale: closed more than a year ago. The spread of a recent fixed-rate facility is "
    "its coupon less today's base rate; what only weak sources say stands in the table alone."
)
ABOUT_REPLAYS = (
    "Each loan with its own terms in the market of this scenario. Expected loss a year is the mean present value lost "
    "over the average life, beside the spread that pays for it; a gap within two standard errors is too close to call."
)
ABOUT_COLUMNS = {
    "Spread": "What the borrower pays over the base rate, basis points a year.",
    "Expected loss a year": "Mean loss over weighted average life, basis points a year; ± two standard errors.",
    "Defaults": "Share of futures in which the loan misses a payment; ± two standard errors.",
    "Advance": "Loan over cost of the machines, after the lender's coverage test.",
    "Verdict": "Covered: the spread exceeds the expected loss. It must also pay for capital, costs and being wrong.",
}
SHOWN = {
    "borrower": "Borrower", "facility": "Facility", "date": "Closed", "status": "Age", "size": "Size",
    "spread": "Spread", "said": "Spread is", "fixed_coupon": "Fixed coupon", "effective_rate": "Effective rate",
    "grade": "Customer", "offtaker": "Customer by name", "tenor_years": "Tenor", "advance_rate": "Advance",
    "kind": "Kind", "collateral": "Collateral", "rating": "Rating", "recourse": "Recourse", "evidence": "Evidence",
    "confidence": "Confidence", "source": "Source", "address": "Address", "note": "Note",
}


@dataclass(frozen=True, eq=False)
class Placed:
    """The reader's facility among the comparables: rows of both, a frame for each axis, and the sentence above."""

    rows: Sequence[Mapping[str, Any]]
    frames: Mapping[str, pd.DataFrame]
    title: str
    detail: str
    table: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Replayed:
    """Replays as rows, and the sentence above them."""

    rows: Sequence[Mapping[str, Any]]
    title: str


def place(scenario: Scenario) -> Placed:
    """Comparables beside the facility of the scenario."""
    debt, result = scenario.gpu_debt, run.evaluation(scenario).assets["gpu_debt"].debt
    own = {
        # Where nothing is lent there is no spread, and so no mark of one's own.
        "grade": debt.customer, "spread": result.coupon - scenario.rates.base_rate if result else math.nan,
        "tenor_years": (scenario.hardware.ramp_quarters + debt.tenor_quarters) * DELTA,
        "advance_rate": result.advance_rate if result else math.nan, "date": quarter_start(0).isoformat(),
    }
    rows = records(comparables_table())
    frames = {axis: charts.price_frame(rows, own, axis) for axis in charts.AXES}
    known = len(frames["date"]) - (result is not None)
    detail = f"{known} loans with a known price stand beside it; what closed more than a year ago is history."
    return Placed(rows, frames, words.facility_message(rows, own), detail, _shown(rows))


def replayed(scenario: Scenario, progress: Callable[[float], None]) -> Replayed:
    """Every deal replayed in the market of a scenario."""
    rows = records(replay_table(replay_deals(scenario, progress)))
    return Replayed(rows, words.replay_message(rows))


def render(scenario: Scenario) -> None:
    """Chart and replays first, the table with its sources below."""
    with st.spinner("Pricing the loan of this scenario"):
        placed = run.kept(place, scenario)
    verdict(placed.title, placed.detail)
    axis = switch("Against", charts.AXES, "loans:axis", "tenor_years")
    picture(placed.frames[axis], charts.SPECS[axis], ABOUT_CHART)
    st.html(tag("p", "Filled: investment grade. Hollow: below. Small: unknown or mixed. Pale: history.", "key"))
    found = long_run(
        run.job(replayed, scenario), slot="replays", words="Replaying eight loans in this market", seconds=SECONDS
    )
    if found is not None:
        section(found.title, ABOUT_REPLAYS)
        st.html(replays_html(found.rows))
    section(f"{len(placed.rows)} facilities, with their sources")
    columns = {
        "Facility": st.column_config.TextColumn(width="medium"), "Note": st.column_config.TextColumn(width="large"),
        "Address": st.column_config.LinkColumn(display_text="open"),
    }
    sheet(placed.table, "loans:table", height=420, column_config=columns)
    download("Download CSV", safe_csv(placed.rows, TABLE), "assay-gpu-loans.csv", "loans:csv")


def replays_html(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """Replays as a table."""
    return table_html(
        "Loans that closed, replayed in the market of this scenario",
        ["Loan", *(Cell(name, about=about) for name, about in ABOUT_COLUMNS.items())],
        [
            row(
                str(each["title"]),
                words.basis_points(each["spread"]),
                Cell(words.basis_points(each["loss_rate"]), _noise(words.basis_points(2 * each["loss_rate_se"]))),
                Cell(f.percent(each["default_probability"]), _noise(f.points(2 * each["default_probability_se"]))),
                f.percent(each["advance_rate"], 0),
                Cell(str(each["verdict"]), is_bold=True),
                more=str(each["note"]),
            )
            for each in rows
        ],
        "measures loans",
    )


def _noise(words_: str) -> str:
    """Two standard errors beside a figure; nothing beside one that is not available."""
    return "" if words_ == f.NOT_AVAILABLE else f"±{words_.lstrip('+')}"


def _shown(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The table as words, a column a heading."""
    written = []
    for deal in rows:
        cells = dict(deal) | {
            "size": f.money(deal["size"]), "spread": _rate(deal["spread"]), "said": deal["spread_basis"],
            "fixed_coupon": _percent(deal["fixed_coupon"]), "effective_rate": _percent(deal["effective_rate"]),
            "tenor_years": _years(deal["tenor_years"]),
            "advance_rate": _percent(deal["advance_rate"]), "grade": GRADES[deal["grade"]], "kind": KINDS[deal["kind"]],
            "address": deal["address"] or None,
        }
        written.append({name: cells[key] for key, name in SHOWN.items()})
    return pd.DataFrame(written, columns=list(SHOWN.values()))


def _years(value: float) -> str:
    return f"{f.digits(value, 3, 2)} y" if value == value else ""


def _rate(value: float) -> str:
    return words.basis_points(value) if value == value else ""


def _percent(value: float) -> str:
    return f.percent(value, 2) if value == value else ""
