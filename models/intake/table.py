"""An uploaded table with a header: declared columns in, records and named problems out; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.basis.reading import quoted
from models.errors import DataError
from models.intake.beside import is_remark, read_beside, remark_fault
from models.intake.cell import Cell, Fault, is_filled, text_of
from models.intake.cells import read_column
from models.intake.column import Column
from models.intake.header import Header, read_header
from models.intake.headings import named
from models.intake.limits import COUNTED, MAX_PROBLEMS, Limits
from models.intake.sheet import read_sheet
from models.intake.summaries import is_summary, others_fault


class Problem(NamedTuple):
    """Something that keeps a table from being used; ``line`` 0 is the file as a whole."""

    line: int
    column: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.column) if part)
        return f"{where}{where and ': '}{self.problem}; {self.remedy}"


@dataclass(frozen=True, eq=False)
class Table:
    """What a file holds.

    Attributes
    ----------
    records : list of dict
        By column name, None where a cell is empty and its `Fault` where it cannot be used; one a row.
    lines : list of int
        Line or row of the file each record stands in.
    problems : list of Problem
        By line, the first `MAX_PROBLEMS` of them.
    count : int
        Rows of the file.
    notes : tuple of str
        How it was read, where that is not plain.
    more : int
        Problems beyond those listed.
    """

    records: list[dict[str, Any]]
    lines: list[int]
    problems: list[Problem]
    count: int
    notes: tuple[str, ...] = ()
    more: int = 0


def read_table(data: bytes, columns: Sequence[Column], limits: Limits) -> Table:
    """Read a file, CSV or XLSX, cell by cell; never raises on what a user uploads."""
    try:
        sheet = read_sheet(data, limits, lambda heading: named(heading, columns) is not None)
    except DataError as error:
        problem, _, remedy = str(error).partition("; ")
        return Table([], [], [Problem(0, "", problem, remedy or "choose another file")], 0)
    beside = read_beside(sheet.rows, columns)
    rows, lines, count = sheet.rows[beside.skipped :], sheet.lines[beside.skipped :], sheet.count - beside.skipped
    header = read_header(beside.headings, rows, columns, limits.name)
    problems = [Problem(0, *told) for told in (*beside.problems, *header.problems)]
    notes = [*sheet.notes, *beside.notes, *header.notes]
    if any(c.is_required and c.name not in header.places for c in columns):
        return Table([], [], problems, count, tuple(notes))
    kept = len(rows)
    rows, lines, below = _without_remarks(rows, lines)
    problems += [Problem(0, "", *fault) for text in below if (fault := remark_fault(text, columns, is_below=True))]
    notes += [f"Below the table: {', '.join(map(quoted, below[:5]))}."] if below else []
    rows, lines, left_out = _without_summaries(rows, lines, columns, header)
    notes += left_out
    count -= kept - len(rows)
    if count > limits.rows:
        many = f"more than {COUNTED:,}" if count >= COUNTED else f"{count:,}"
        words = f"the file has {many} {limits.thing}s; at most {limits.rows:,} fit in one {limits.whole}"
        problems.append(Problem(0, "", words, limits.too_many))
        rows, lines = rows[: limits.rows], lines[: limits.rows]
    if not rows and not problems:
        words = f"the file has a header and no {limits.thing}"
        problems.append(Problem(0, "", words, f"add a row for every {limits.thing}"))
    records, found = _read(rows, lines, columns, header, notes, commas_part=sheet.separator == ",")
    problems += found
    problems += [p for c in columns if c.is_unique for p in _repeated(c.name, limits.thing, records, lines)]
    return Table(records, lines, problems[:MAX_PROBLEMS], count, tuple(notes), max(0, len(problems) - MAX_PROBLEMS))


def _read(
    rows: Sequence[list[Cell]], lines: Sequence[int], columns: Sequence[Column], header: Header, notes: list[str], *,
    commas_part: bool,
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Records, and the problems of their cells by line."""
    records: list[dict[str, Any]] = [{} for _ in rows]
    remedy = "put cells with a separator in them in quotes"
    problems = [
        Problem(line, "", f"{len(cells)} cells under {header.width} columns", remedy)
        for line, cells in zip(lines, rows, strict=True) if any(map(is_filled, cells[header.width :]))
    ]
    for c in columns:
        if c.name not in header.places:
            values: Iterable[Any] = (None for _ in rows)
        elif c.name in header.unreadable:
            values = (header.unreadable[c.name] for _ in rows)
        else:
            place = header.places[c.name]
            cells = [row[place] if place < len(row) else "" for row in rows]
            values, told = read_column(cells, c, header.units[c.name], commas_part=commas_part)
            notes += told
            pairs = zip(lines, values, strict=True)
            problems += [Problem(line, c.name, *value) for line, value in pairs if isinstance(value, Fault)]
        for record, value in zip(records, values, strict=True):
            record[c.name] = value
    for name, place in header.telling:
        for line, row in zip(lines, rows, strict=True):
            if fault := others_fault(row[place] if place < len(row) else "", name):
                problems.append(Problem(line, name, *fault))
    order = {c.name: k for k, c in enumerate(columns)}
    return records, sorted(problems, key=lambda p: (p.line, order.get(p.column, -1)))


def _without_remarks(
    rows: list[list[Cell]], lines: list[int]
) -> tuple[list[list[Cell]], list[int], list[str]]:
    """Rows without the remarks at their end, and those."""
    last = len(rows)
    while last and is_remark(rows[last - 1]):
        last -= 1
    return rows[:last], lines[:last], [text_of(next(filter(is_filled, row))) for row in rows[last:]]


def _without_summaries(
    rows: Sequence[list[Cell]], lines: Sequence[int], columns: Sequence[Column], header: Header
) -> tuple[list[list[Cell]], list[int], list[str]]:
    """Rows that are entries; totals and averages under them are none."""
    name = next((c for c in columns if not c.is_number and c.name in header.places), None)
    if name is None:
        return list(rows), list(lines), []
    place = header.places[name.name]
    needed = [header.places[c.name] for c in columns if c.is_required]
    kept, at, left_out = [], [], []
    for row, line in zip(rows, lines, strict=True):
        text = text_of(row[place]) if place < len(row) else ""
        is_whole = name.kind != "choice" and all(k < len(row) and is_filled(row[k]) for k in needed)
        if is_summary(text, is_entry=is_whole):
            left_out.append(f"{quoted(text)} in line {line}")
        else:
            kept.append(row)
            at.append(line)
    more = f" and {len(left_out) - 10} more" if len(left_out) > 10 else ""
    return kept, at, [f"Not an entry and not read: {', '.join(left_out[:10])}{more}."] if left_out else []


def _repeated(
    name: str, thing: str, records: Sequence[Mapping[str, Any]], lines: Sequence[int]
) -> list[Problem]:
    """Cells of a column whose value stands in an earlier line too."""
    first: dict[str, int] = {}
    return [
        Problem(line, name, f"{quoted(value)} is also in line {first[value]}", f"give every {thing} a name of its own")
        for record, line in zip(records, lines, strict=True)
        if isinstance(value := record[name], str) and first.setdefault(value, line) != line
    ]
