"""A loan tape: bytes of a file in, loans and named problems out. Nothing is stored, run or guessed.

Reading and bounds are column by column (pandera checks every column at once); what involves two cells is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from models.basis.reading import quoted
from models.basis.timeline import DELTA
from models.errors import DataError
from models.intake.cells import Faults, bound_fault, read_choices, read_dates, read_numbers, read_texts
from models.intake.sheet import Sheet, plain_name, read_sheet
from models.studies.book.tape_columns import BY_NAME, COLUMNS, HOW, MAX_LOANS, Column
from models.studies.book.tape_rules import Problem, between_cells, plain

if TYPE_CHECKING:
    import pandera.pandas as pa

NO_CUSTOMER = "no customer"
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Loan:
    """One loan as its tape gives it; None where a cell was empty. See `tape_columns.COLUMNS` for units.

    ``vintage`` is the quarter of closing counted from quarter 0, ``tenor_quarters`` and ``contract_quarters`` count
    from the end of the ramp, ``line`` is where it stands in its file.
    """

    name: str
    offtaker: str
    grade: str
    vintage: int
    size: float
    advance_rate: float
    spread: float | None
    fixed_coupon: float | None
    tenor_quarters: int
    contracted_share: float
    contract_quarters: int | None = None
    contract_price: float | None = None
    payback_years: float | None = None
    amortization: str = "level"
    balloon: float = 0.0
    reserve_months: float | None = None
    line: int = 0

    @property
    def customer_key(self) -> str:
        """What two loans to the same customer share: its name, whatever the case."""
        return self.offtaker.casefold()


@dataclass(frozen=True)
class Tape:
    """What a file holds.

    Attributes
    ----------
    loans : tuple of Loan
        Empty unless the whole tape is sound: half a book would give wrong answers.
    problems : tuple of Problem
        By line, then column.
    count : int
        Rows of the file.
    notes : tuple of str
        How it was read, where that is not plain.
    """

    loans: tuple[Loan, ...]
    problems: tuple[Problem, ...]
    count: int
    notes: tuple[str, ...] = ()


def read_tape(data: bytes) -> Tape:
    """Read and check a file of loans, CSV or XLSX; never raises on what a user uploads."""
    try:
        sheet = read_sheet(data)
    except DataError as error:
        problem, _, remedy = str(error).partition("; ")
        return Tape((), (Problem(0, "", problem, remedy or "choose another file"),), 0)
    frame, problems, notes = _by_column(sheet)
    notes = sheet.notes + notes
    if frame is None or not sheet.rows:
        if not problems:
            problems.append(Problem(0, "", "the file has a header and no loan", "add a row for every loan"))
        return Tape((), tuple(sorted(problems)), sheet.count, notes)
    values, found = _read(frame, sheet)
    known = {(p.line, p.column) for p in found}  # one cell, one complaint: the first is the cause of the others
    later = _checked(values, sheet) + between_cells(values, sheet)
    problems += found + [p for p in later if (p.line, p.column) not in known]
    if problems:
        return Tape((), tuple(sorted(set(problems))), sheet.count, notes)
    return Tape(_loans(values, sheet), (), sheet.count, notes)


def _by_column(sheet: Sheet) -> tuple[pd.DataFrame | None, list[Problem], tuple[str, ...]]:
    """Text of the known columns, (rows, columns), and what is wrong with header, length and width."""
    names = [plain_name(name) for name in sheet.header]
    missing = [c.name for c in COLUMNS if c.is_required and c.name not in names]
    problems, notes = _header_problems(sheet.header, names, missing)
    if sheet.count > MAX_LOANS:
        problems.append(Problem(
            0, "", f"the file has {sheet.count:,} loans; at most {MAX_LOANS:,} fit in one book",
            f"split it, or add up loans with the same customer, vintage and terms; the first {MAX_LOANS:,} were checked"
        ))
    if missing:
        return None, problems, notes
    wide = len(sheet.header)
    for line, cells in zip(sheet.lines, sheet.rows, strict=True):
        if any(cells[wide:]):
            problems.append(Problem(
                line, "", f"{len(cells)} cells under {wide} columns", "put cells with a separator in them in quotes"
            ))
    kept = {name: i for i, name in reversed(list(enumerate(names))) if name in BY_NAME}
    table = {
        c.name: [row[kept[c.name]] if len(row) > kept[c.name] else "" for row in sheet.rows]
        if c.name in kept else [""] * len(sheet.rows)
        for c in COLUMNS
    }
    return pd.DataFrame(table, dtype=object), problems, notes


def _header_problems(
    header: Sequence[str], names: Sequence[str], missing: Sequence[str]
) -> tuple[list[Problem], tuple[str, ...]]:
    absent = [c.name for c in COLUMNS if c.name not in names]
    problems, unused, suspected = [], [], set()
    for heading, name in zip(header, names, strict=True):
        if name in BY_NAME:
            continue
        near = get_close_matches(name, absent, n=1, cutoff=0.6)
        if near:
            suspected.add(near[0])
            problems.append(Problem(0, quoted(heading), "there is no such column", f"did you mean {near[0]}?"))
        elif heading:
            unused.append(quoted(heading))
    for name in sorted({n for n in names if n in BY_NAME and names.count(n) > 1}):
        problems.append(Problem(0, name, "the column stands twice in the header", "keep one of them"))
    if len(missing) == sum(c.is_required for c in COLUMNS):
        words = f"no column of a loan tape is in the first line: {quoted(', '.join(header))}"
        return [Problem(0, "", words, f"begin with the header {','.join(c.name for c in COLUMNS)}")], ()
    problems += [
        Problem(0, name, "the column is missing", f"add it: {BY_NAME[name].help}")
        for name in missing if name not in suspected
    ]
    return problems, (f"Not used: {', '.join(unused[:10])}.",) if unused else ()


def _read(frame: pd.DataFrame, sheet: Sheet) -> tuple[pd.DataFrame, list[Problem]]:
    """Values of every column, in plain units, and the cells that do not read."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in COLUMNS:
        cells = frame[column.name]
        faults: Faults
        if column.kind == "text":
            texts, faults = read_texts(cells)
            values[column.name] = pd.Series(texts, dtype="str")
        elif column.kind == "choice":
            texts, faults = read_choices(cells, column)
            values[column.name] = pd.Series(texts, dtype="str")
        elif column.kind == "date":
            values[column.name], faults = read_dates(cells)
        else:
            values[column.name], faults = read_numbers(cells, column, sheet.decimal_comma)
        problems += [Problem(sheet.lines[i], column.name, *fault) for i, fault in faults.items()]
    return pd.DataFrame(values), problems


@lru_cache(maxsize=1)
def _schema() -> pa.DataFrameSchema:
    """The declared columns as a pandera schema."""
    import pandera.pandas as pa

    def column(c: Column) -> pa.Column:
        checks = []
        if c.kind == "text":
            checks.append(pa.Check.str_length(max_value=int(c.high or 0), error="length"))
        elif c.kind != "choice":
            checks.append(pa.Check.in_range(c.low, c.high, error="bounds"))
        is_text = c.kind in ("text", "choice")
        return pa.Column(str if is_text else float, checks, nullable=not c.is_required, unique=c.name == "loan")

    return pa.DataFrameSchema({c.name: column(c) for c in COLUMNS}, strict=True)


def _checked(values: pd.DataFrame, sheet: Sheet) -> list[Problem]:
    """What pandera finds in the columns, in words."""
    from pandera.errors import SchemaErrors

    try:
        _schema().validate(values, lazy=True)
    except SchemaErrors as error:
        found = error.failure_cases
    else:
        return []
    out = []
    first: dict[str, int] = {}
    for name, check, value, index in zip(
        found["column"], found["check"], found["failure_case"], found["index"], strict=True
    ):
        line, column = sheet.lines[int(index)], BY_NAME[name]
        if check == "not_nullable":
            problem, remedy = "a value is missing", f"{HOW[column.kind]}"
        elif check == "field_uniqueness":
            if first.setdefault(value, line) == line:
                continue
            problem, remedy = f"{quoted(value)} is also in line {first[value]}", "give every loan a name of its own"
        elif check == "length":
            problem, remedy = f"{quoted(value)} has {len(value)} characters", f"at most {column.high:g} are allowed"
        elif column.kind == "date":
            problem, remedy = "the loan closes too early or too late for the model", f"dates run from {column.bounds}"
        else:
            problem, remedy = bound_fault(float(value), column)
        out.append(Problem(line, name, problem, remedy))
    return out


def _loans(values: pd.DataFrame, sheet: Sheet) -> tuple[Loan, ...]:
    records = zip(*(plain(values[c.name]) for c in COLUMNS), strict=True)
    names = [c.name for c in COLUMNS]
    return tuple(
        _loan(dict(zip(names, cells, strict=True)), line) for cells, line in zip(records, sheet.lines, strict=True)
    )


def _loan(row: Mapping[str, Any], line: int) -> Loan:
    has_contract = row["contracted_share"] > 0
    term = row["contract_years"]
    return Loan(
        name=row["loan"],
        offtaker=row["offtaker"] if has_contract else NO_CUSTOMER,
        grade=row["grade"] if has_contract else "non_ig",
        vintage=int(row["closing_date"]),
        size=row["size_usd"],
        advance_rate=row["advance_rate"],
        spread=row["spread"],
        fixed_coupon=row["fixed_coupon"],
        tenor_quarters=round(row["tenor_years"] / DELTA),
        contracted_share=row["contracted_share"],
        contract_quarters=None if term is None else round(term / DELTA),
        contract_price=row["contract_price"],
        payback_years=row["payback_years"],
        amortization=row["amortization"] or "level",
        balloon=row["balloon"] or 0.0,
        reserve_months=row["reserve_months"],
        line=line,
    )
