"""A loan tape: bytes of a file in, loans and named problems out. Nothing is stored, run or guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from models.basis.reading import quoted
from models.basis.timeline import DELTA, quarter_end
from models.intake.cell import Fault
from models.intake.limits import MAX_PROBLEMS
from models.intake.table import Problem, Table, read_table
from models.market.customer import GRADES
from models.studies.book.tape_columns import COLUMNS, LIMITS

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
        By line, then column; the first `MAX_PROBLEMS` of them.
    count : int
        Rows of the file.
    more : int
        Problems beyond those listed.
    notes : tuple of str
        How it was read, where that is not plain.
    digest : str
        Of the bytes: equal for equal files, so that a cache need not look at every loan.
    """

    loans: tuple[Loan, ...]
    problems: tuple[Problem, ...]
    count: int
    notes: tuple[str, ...] = ()
    digest: str = ""
    more: int = 0


def read_tape(data: bytes) -> Tape:
    """Read and check a file of loans, CSV or XLSX; never raises on what a user uploads."""
    table = read_table(data, COLUMNS, LIMITS)
    rows = list(zip(table.records, table.lines, strict=True))
    later = [Problem(line, *told) for row, line in rows for told in _between_cells(row)] + _one_grade_a_name(table)
    problems = sorted({*table.problems, *later})
    loans = () if problems else tuple(_loan(row, line) for row, line in rows)
    more = table.more + max(0, len(problems) - MAX_PROBLEMS)
    return Tape(loans, tuple(problems[:MAX_PROBLEMS]), table.count, table.notes, sha256(data).hexdigest(), more)


def _between_cells(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Rules across the cells of a row: column, problem, remedy; a fault of the cell itself is the cause of others."""
    return (told for told in _rules(row) if not isinstance(row[told[0]], Fault))


def _rules(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    given = {name for name, value in row.items() if value is not None}
    numbers = {name: value for name, value in row.items() if isinstance(value, float)}
    if {"spread", "fixed_coupon"} <= given:
        yield "fixed_coupon", "spread and fixed coupon are both given", "keep the one the loan pays"
    if not {"spread", "fixed_coupon"} & given:
        yield "spread", "neither spread nor fixed coupon is given", "write one of them"
    if {"contract_price", "payback_years"} <= given:
        yield "payback_years", "contract price and payback are both given", "keep one: either sets the price"
    if numbers.get("contracted_share"):
        if "offtaker" not in given:
            remedy = "name the customer, or write 0 as contracted share"
            yield "offtaker", "machines are contracted, but no customer is named", remedy
        if "grade" not in given:
            remedy = f"write {' or '.join(GRADES)}"
            yield "grade", "machines are contracted, but the customer has no grade", remedy
    for name, word in (("tenor_years", "tenor"), ("contract_years", "term")):
        quarters = numbers.get(name, 0.0) / DELTA
        if abs(quarters - round(quarters)) > TOLERANCE:
            yield name, f"the {word} is no whole number of quarters", "write 4, 4.25 or 4.5"
    if {"closing_date", "tenor_years"} <= set(numbers) and row["closing_date"] + row["tenor_years"] / DELTA <= 0:
        yield "closing_date", f"the loan was repaid before {quarter_end(0)}", "leave it out"


def _one_grade_a_name(table: Table) -> list[Problem]:
    first: dict[str, tuple[str, int]] = {}
    out = []
    for row, line in zip(table.records, table.lines, strict=True):
        name, grade = row["offtaker"], row["grade"]
        if not isinstance(name, str) or not isinstance(grade, str):
            continue
        before, where = first.setdefault(name.casefold(), (grade, line))
        if before != grade:
            out.append(Problem(
                line, "grade", f"{quoted(name)} is {grade} here and {before} in line {where}",
                "a customer has one grade; correct it, or give the customers different names"
            ))
    return out


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
