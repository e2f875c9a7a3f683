"""The loan book: what really closed beside the reader's facility, and the reader's own loans on the same futures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import frame
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import heading, tag, tip
from dashboard.views.book import charts
from dashboard.views.book import comparables as loan_comparables
from dashboard.views.evidence.page import safe_csv
from models.intake.sheet import MAX_BYTES
from models.scenario.scenario import Scenario
from models.studies.book import tape_template
from models.studies.book.book import evaluate_book
from models.studies.book.book_risk import book_risk, concentration, distribution, loan_table
from models.studies.book.tape import Tape, read_tape
from models.studies.book.tape_columns import COLUMNS, MAX_LOANS
from models.studies.book.tape_rules import Problem

SECTIONS = {"comparables": "Loans that closed", "book": "Your loans"}
PLACE = "loan-tape"
"""Where the session holds the tape; it is written nowhere."""
SHOWN_PROBLEMS = 200
SECONDS_A_LOAN = 0.015
PROBLEM_COLUMNS = ("line", "column", "problem", "remedy")
SAYS = {
    "expected_loss": ("Expected loss", "Mean present value lost to defaults, share of what is owed."),
    "loss_sd": ("Standard deviation", "Of the loss over futures, share of what is owed."),
    "value_at_risk_95": ("Loss in one future of 20", "Loss that 95% of futures do not exceed (value at risk)."),
    "cvar_95": ("Mean of the worst 5%", "Mean loss of the worst 5% of futures (CVaR)."),
    "cvar_99": ("Mean of the worst 1%", "Mean loss of the worst 1% of futures; few paths, so a wide error."),
    "any_default": ("Some loan defaults", "Share of futures in which at least one loan misses a payment."),
}
TIES = {
    "default_correlation": ("Default correlation", "Mean correlation of default over all pairs of loans."),
    "same_customer_correlation": ("With one customer", "The same over pairs of loans that share a customer."),
    "diversification": ("Saved by mixing", "How much less the worst 5% cost the book than its loans alone."),
    "customer_hhi": ("Concentration by customer", "Sum of squared shares of what is owed: 1 is a single customer."),
    "vintage_hhi": ("Concentration by vintage", "The same by year of closing."),
    "largest_name_loss": ("Costliest customer", "What the book loses on average when its costliest customer fails."),
}
GRADES = {"ig": "IG", "non_ig": "below IG", "merchant": "no contract"}
LOANS = {
    "loan": "Loan", "offtaker": "Customer", "grade": "Grade", "vintage": "Closing", "owed": "Owed", "paid": "Coupon",
    "defaults": "Defaults", "lost": "Expected loss", "life": "Average life", "adds": "Adds to the worst 5%",
}


@dataclass(frozen=True, eq=False)
class BookReading:
    """What the page shows of a book: figures, rows, frames of the charts and the sentences above them."""

    risk: Mapping[str, Any]
    loans: Sequence[Mapping[str, Any]]
    table: pd.DataFrame
    curve: pd.DataFrame
    bars: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str]
    paths: int


def read_book(scenario: Scenario, data: bytes, progress: Callable[[float], None]) -> BookReading:
    """Run the loans of a tape in the market of a scenario, and keep small tables only."""
    book = evaluate_book(scenario, read_tape(data).loans, progress=progress)
    risk, loans, curve = asdict(book_risk(book)), loan_table(book), distribution(book)
    loans.attrs = {}
    by = {what: concentration(book, what).to_dict("records") for what in ("customer", "vintage")}
    rows = loans.to_dict("records")
    return BookReading(
        risk=risk, loans=rows, table=_loans_shown(rows), curve=charts.curve_frame(curve),
        bars={what: charts.bars_frame(groups) for what, groups in by.items()},
        titles={
            "book": charts.book_message(risk), "curve": charts.curve_message(curve), "ties": charts.ties_message(risk),
            "customer": charts.names_message(by["customer"], "customer"),
            "vintage": charts.names_message(by["vintage"], "year"),
        },
        paths=int(book.loss.shape[1]),
    )


def render() -> None:
    """One of two sections; only the open one is built."""
    scenario = state.scenario()
    with st.spinner("Reading the loans"):
        reading = run.reading(scenario)
    section = st.segmented_control(
        "Section", SECTIONS, default="comparables", format_func=SECTIONS.__getitem__, key="loans:section",
        required=True, label_visibility="collapsed",
    )
    if section == "comparables":
        loan_comparables.render(scenario)
    else:
        _book(scenario)
    frame.foot(reading)


def _book(scenario: Scenario) -> None:
    held = _held()
    if held is None:
        words = tag("h1", "What can your loans lose together?") + tag(
            "p",
            "Bring a list of loans. Each runs through the waterfall on the same futures as every page; loans to one "
            "customer share its default.",
        )
        st.html(f'<div class="verdict" role="status">{words}</div>')
        _bring()
        return
    name, data = held
    tape = run.own(read_tape, data)
    if tape.problems:
        _problems(name, tape)
        _bring()
        return
    found = long_run(
        run.own_job(read_book, scenario, data), slot="loan-book",
        words=f"Running {len(tape.loans):,} loans on shared futures", seconds=1.0 + SECONDS_A_LOAN * len(tape.loans),
    )
    if found is not None:
        _results(name, tape, found)
    _change(tape)


def _bring() -> None:
    """Ways to bring a tape: a file, pasted rows, the example; and the template."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.file_uploader(
            f"CSV or XLSX, at most {MAX_LOANS:,} loans", type=["csv", "txt", "xlsx"], key="loans:file",
            on_change=_uploaded, max_upload_size=MAX_BYTES // 1_000_000,
            help="It is read, checked and run in memory, and stored nowhere. Formulas are not run.",
        )
    with right:
        st.text_area(
            "Or paste rows with their header", key="loans:pasted", height=96,
            placeholder=",".join(c.name for c in COLUMNS[:10]),
        )
        st.button("Check pasted rows", key="loans:paste", on_click=_pasted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="loans:bar"):
        _templates()
        st.button("Run the example", key="loans:example", on_click=_example, help="Twelve invented loans")
    columns = st.expander(f"The {len(COLUMNS)} columns", on_change="rerun", key="loans:columns")
    if columns.open:
        with columns:
            st.dataframe(_columns(), hide_index=True, key="loans:columns:table", placeholder="")


def _templates() -> None:
    st.download_button("Template, CSV", tape_template.template_csv, file_name="assay-loan-tape.csv", mime="text/csv",
                       key="loans:template:csv", on_click="ignore")
    st.download_button(
        "Template, XLSX", tape_template.template_xlsx, file_name="assay-loan-tape.xlsx", key="loans:template:xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", on_click="ignore",
        help="With notes, types and bounds on every column",
    )


def _change(tape: Tape) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="loans:change"):
        st.button("Other loans", key="loans:drop", on_click=_drop, help="Forget this tape and bring another")
        _templates()
        st.caption(" ".join(f.plain(note) for note in tape.notes) or "The tape is kept in this session only.")


def _held() -> tuple[str, bytes] | None:
    held = state.exchange(PLACE, None)
    state.exchange(PLACE, held)
    return held if isinstance(held, tuple) else None


def _uploaded() -> None:
    file = state.entered("loans:file")
    state.exchange(PLACE, (str(file.name), bytes(file.getvalue())) if hasattr(file, "getvalue") else None)


def _pasted() -> None:
    text = state.entered("loans:pasted")
    if isinstance(text, str) and text.strip():
        state.exchange(PLACE, ("pasted rows", text.encode()))


def _example() -> None:
    state.exchange(PLACE, ("the example", tape_template.template_csv()))


def _drop() -> None:
    state.exchange(PLACE, None)


def _problems(name: str, tape: Tape) -> None:
    """What must be corrected, line by line; nothing was run."""
    lines = len({p.line for p in tape.problems if p.line})
    where = f"{lines:,} of {tape.count:,} lines need" if lines else "The file needs"
    count = len(tape.problems)
    words = tag("h1", f"{where} a correction; nothing was run") + tag(
        "p", f"{name}: {count:,} {'problem' if count == 1 else 'problems'}. " + " ".join(tape.notes)
    )
    st.html(f'<div class="verdict" role="alert">{words}</div>')
    rows = [problem_row(p) for p in tape.problems]
    shown = pd.DataFrame(
        [{"Line": r["line"], "Column": r["column"], "What is wrong": r["problem"], "What to do": r["remedy"]}
         for r in rows[:SHOWN_PROBLEMS]]
    )
    columns = {"What is wrong": st.column_config.TextColumn(width="large"),
               "What to do": st.column_config.TextColumn(width="large")}
    st.dataframe(shown, hide_index=True, column_config=columns, key="loans:problems", placeholder="",
                 height=min(420, 38 + 35 * len(shown)))
    if count > SHOWN_PROBLEMS:
        st.caption(f"The first {SHOWN_PROBLEMS} of {count:,}; the download has all of them.")
    with st.container(horizontal=True, gap="small", key="loans:problem-bar"):
        st.download_button("Download the problems", safe_csv(rows, PROBLEM_COLUMNS), mime="text/csv",
                           file_name="assay-tape-problems.csv", key="loans:problems:csv", on_click="ignore")
        st.button("Forget this file", key="loans:forget", type="tertiary", on_click=_drop)


def problem_row(problem: Problem) -> dict[str, object]:
    """A problem as a row; the file as a whole has no line."""
    return problem._asdict() | {"line": str(problem.line) if problem.line else "file"}


def _results(name: str, tape: Tape, found: BookReading) -> None:
    owed, customers = f.money(found.risk["balance"]), found.risk["customers"]
    count = len(tape.loans)
    detail = (
        f"{name}: {count:,} {'loan' if count == 1 else 'loans'} to {customers:,} "
        f"{'customer' if customers == 1 else 'customers'}, {owed} owed, on {found.paths:,} futures of this scenario."
    )
    words = tag("h1", found.titles["book"]) + tag("p", detail)
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    st.html(figures(found.risk, SAYS))
    left, right = st.columns(2, gap="medium")
    with left:
        about = ("Chance that the book loses more than a share of what it is owed. Dashed: the same losses of the same "
                 "loans if market and customers did not tie them together.")
        st.html(heading(found.titles["curve"], about))
        st.vega_lite_chart(found.curve, charts.CURVE, theme=None, alt=about)
    with right:
        st.html(heading(found.titles["ties"], "Correlation, concentration and what mixing saves."))
        st.html(figures(found.risk, TIES))
        st.html(tag("p", "No program pays these borrowers and no tax is taken; machines of earlier vintages are priced "
                         "back at today's deflation. Covenants and recovery are the scenario's.", "note"))
    left, right = st.columns(2, gap="medium")
    for column, what, about in (
        (left, "customer", "Gray: share of what is owed. In color: share of the mean loss of the worst 5%."),
        (right, "vintage", "The same by year of closing."),
    ):
        with column:
            st.html(heading(found.titles[what], about) + tag("p", about, "key"))
            st.vega_lite_chart(found.bars[what], charts.BARS, theme=None, alt=about)
    st.html(heading("Loan by loan", "What each loan loses, and what it adds to the worst 5% of the book.", level=2))
    st.dataframe(found.table, hide_index=True, key="loans:results", placeholder="", height=min(420, 38 + 35 * count))
    st.download_button("Download results", safe_csv(found.loans, tuple(found.loans[0])), mime="text/csv",
                       file_name="assay-loan-book.csv", key="loans:results:csv", on_click="ignore")


def figures(risk: Mapping[str, Any], says: Mapping[str, tuple[str, str]]) -> str:
    """Single figures with their noise; every text is escaped."""
    out = []
    for key, (label, about) in says.items():
        value, error = float(risk[key]), float(risk.get(f"{key}_se", float("nan")))
        is_index = key.endswith(("correlation", "hhi"))
        shown = f.digits(value, 2, 2) if is_index else f.percent(value)
        note = f"±{f.digits(2 * error, 2, 2)}" if is_index else f"{f.noise(error, 2)} pts"
        parts = [str(risk["largest_name"])] if key == "largest_name_loss" else []
        parts += [note] if error > 0 else []
        out.append(
            f"<div><dt>{tip(label, about)}</dt><dd><b>{escape(shown)}</b>"
            f"<small>{escape(', '.join(parts) or chr(160))}</small></dd></div>"
        )
    return f'<dl class="facts">{"".join(out)}</dl>'


def _loans_shown(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The table of loans as words."""
    written = [
        dict(row) | {
            "owed": f.money(row["balance_usd"]), "paid": f.percent(row["coupon"], 2),
            "defaults": f"{f.percent(row['default_probability'])} {f.noise(row['default_probability_se'])}".strip(),
            "lost": f"{f.percent(row['expected_loss'], 2)} {f.noise(row['expected_loss_se'], 2)}".strip(),
            "life": f.years(row["wal_years"]),
            "adds": f"{f.percent(row['tail_contribution'], 2)} {f.noise(row['tail_contribution_se'], 2)}".strip(),
            "grade": GRADES[row["grade"]],
        }
        for row in rows
    ]
    return pd.DataFrame([{name: row[key] for key, name in LOANS.items()} for row in written])


def _columns() -> pd.DataFrame:
    """Columns of a tape in words."""
    return pd.DataFrame([
        {"Column": c.name, "What it is": c.help, "Unit": c.unit, "Bounds": c.bounds,
         "Needed": "yes" if c.is_required else "no", "Empty means": c.empty}
        for c in COLUMNS
    ])


