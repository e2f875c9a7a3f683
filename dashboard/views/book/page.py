"""The loan book: what really closed beside the reader's facility, and the reader's own loans on the same futures."""

from __future__ import annotations

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import chart, charts, download, facts, notes, safe_csv, section, sheet, title, verdict
from dashboard.blocks.choices import switch
from dashboard.blocks.long_run import long_run
from dashboard.views.book import comparables, tape
from dashboard.views.book.reading import BookReading, read_book
from models.scenario.scenario import Scenario
from models.studies.book.tape import read_tape

SECTIONS = {"comparables": "Loans that closed", "book": "Your loans"}
SECONDS_A_LOAN = 0.015


def render() -> None:
    """One of two sections; only the open one is built."""
    if switch("Section", SECTIONS, "loans:section") == "comparables":
        comparables.render(state.scenario())
    else:
        _book(state.scenario())


def _book(scenario: Scenario) -> None:
    brought = tape.brought()
    if brought is None:
        verdict(
            "What can your loans lose together?",
            "Bring a list of loans. Each runs through the waterfall on the same futures as every page; loans to one "
            "customer share its default.",
        )
        tape.bring()
        return
    name, data = brought
    read = run.own(read_tape, data)
    if read.problems:
        tape.problems(name, read)
        tape.bring()
        return
    reading = long_run(
        run.own_job(read_book, scenario, read), slot="loan-book",
        words=f"Running {len(read.loans):,} loans on shared futures", seconds=1.0 + SECONDS_A_LOAN * len(read.loans),
    )
    if reading is not None:
        _results(name, reading)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="loans:change"):
        st.button("Other loans", key="loans:drop", on_click=tape.forget, help="Forget this tape and bring another")
        tape.templates()
        st.caption(" ".join(f.plain(note) for note in read.notes) or "The tape is kept in this session only.")


def _results(name: str, reading: BookReading) -> None:
    verdict(reading.headline, f"{name}: {reading.detail}")
    facts(reading.losses)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(reading.curve)
    with right:
        title(reading.ties_title, "Correlation, concentration and what mixing saves.")
        facts(reading.ties)
        notes("No program pays these borrowers and no tax is taken; machines of earlier vintages are priced back at "
              "today's deflation. Covenants and recovery are the scenario's.")
    charts(reading.bars)
    section("Loan by loan", "What each loan loses, and what it adds to the worst 5% of the book.")
    sheet(reading.table, "loans:results", height="fit")
    download("Download results", safe_csv(reading.rows, tuple(reading.rows[0])), "assay-loan-book.csv",
             "loans:results:csv")
