"""A tape of loans the reader brings along: ways to bring it, what is wrong with it, and its place in the session."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.blocks.blocks import download, safe_csv, sheet, verdict
from models.intake.table import Problem
from models.studies.book import tape_template
from models.studies.book.tape import Tape
from models.studies.book.tape_columns import COLUMNS, LIMITS, MAX_LOANS

PLACE = "loan-tape"
"""Where the session holds the tape; it is written nowhere."""
SHOWN_PROBLEMS = 200
PROBLEM_COLUMNS = {"line": "Line", "column": "Column", "problem": "What is wrong", "remedy": "What to do"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def brought() -> tuple[str, bytes] | None:
    """Name and content of the tape the reader has brought."""
    tape = state.place(PLACE)
    return tape if isinstance(tape, tuple) else None


def bring() -> None:
    """Ways to bring a tape: a file, pasted rows, the example; and the template."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.file_uploader(
            f"CSV or XLSX, at most {MAX_LOANS:,} loans", type=["csv", "txt", "xlsx"], key="loans:file",
            on_change=_uploaded, max_upload_size=LIMITS.size // 1_000_000,
            help="It is read, checked and run in memory, and stored nowhere. Formulas are not run.",
        )
    with right:
        st.text_area(
            "Or paste rows with their header", key="loans:pasted", height=96,
            placeholder=",".join(c.name for c in COLUMNS[:10]),
        )
        st.button("Check pasted rows", key="loans:paste", on_click=_pasted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="loans:bar"):
        templates()
        st.button("Run the example", key="loans:example", on_click=_example, help="Twelve invented loans")
    columns = st.expander(f"The {len(COLUMNS)} columns", on_change="rerun", key="loans:columns")
    if columns.open:
        with columns:
            sheet(pd.DataFrame([
                {"Column": c.name, "What it is": c.help, "Unit": c.unit, "Bounds": c.bounds,
                 "Needed": "yes" if c.is_required else "no", "Empty means": c.empty}
                for c in COLUMNS
            ]), "loans:columns:table")


def templates() -> None:
    """The template to fill in, in both formats."""
    download("Template, CSV", tape_template.template_csv, "assay-loan-tape.csv", "loans:template:csv")
    download("Template, XLSX", tape_template.template_xlsx, "assay-loan-tape.xlsx", "loans:template:xlsx", XLSX,
             "With notes, types and bounds on every column")


def _uploaded() -> None:
    file: Any = state.entered("loans:file")
    state.exchange(PLACE, (str(file.name), bytes(file.getvalue())) if hasattr(file, "getvalue") else None)


def _pasted() -> None:
    text = state.entered("loans:pasted")
    if isinstance(text, str) and text.strip():
        state.exchange(PLACE, ("pasted rows", text.encode()))


def _example() -> None:
    state.exchange(PLACE, ("the example", tape_template.template_csv()))


def forget() -> None:
    """Forget the tape, so that another one can be brought."""
    state.exchange(PLACE, None)


def problems(name: str, tape: Tape) -> None:
    """What must be corrected, line by line; nothing was run."""
    lines, count = len({p.line for p in tape.problems if p.line}), len(tape.problems) + tape.more
    least = "At least " if tape.more else ""
    where = f"{least}{lines:,} of {tape.count:,} lines need" if lines else "The file needs"
    verdict(
        f"{where} a correction; nothing was run",
        f"{name}: {count:,} {'problem' if count == 1 else 'problems'}. " + " ".join(tape.notes),
        "alert",
    )
    rows = [problem_row(p) for p in tape.problems]
    shown = pd.DataFrame([{name: row[key] for key, name in PROBLEM_COLUMNS.items()} for row in rows[:SHOWN_PROBLEMS]])
    wide = st.column_config.TextColumn(width="large")
    sheet(shown, "loans:problems", height="fit", column_config={"What is wrong": wide, "What to do": wide})
    if count > SHOWN_PROBLEMS:
        kept = f"the first {len(rows):,}" if tape.more else "all of them"
        st.caption(f"The first {SHOWN_PROBLEMS} of {count:,}; the download has {kept}.")
    with st.container(horizontal=True, gap="small", key="loans:problem-bar"):
        download("Download the problems", safe_csv(rows, tuple(PROBLEM_COLUMNS)), "assay-tape-problems.csv",
                 "loans:problems:csv")
        st.button("Forget this file", key="loans:forget", type="tertiary", on_click=forget)


def problem_row(problem: Problem) -> dict[str, object]:
    """A problem as a row; the file as a whole has no line."""
    return problem._asdict() | {"line": str(problem.line) if problem.line else "file"}
