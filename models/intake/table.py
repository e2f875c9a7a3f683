"""An uploaded table with a header: declared columns in, records and named problems out; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from models.basis.reading import quoted
from models.errors import DataError
from models.intake.cells import Fault, read_cell
from models.intake.column import Column
from models.intake.sheet import Limits, plain_name, read_sheet


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
        In the order they were met.
    count : int
        Rows of the file.
    notes : tuple of str
        How it was read, where that is not plain.
    """

    records: list[dict[str, Any]]
    lines: list[int]
    problems: list[Problem]
    count: int
    notes: tuple[str, ...] = ()


def read_table(data: bytes, columns: Sequence[Column], limits: Limits) -> Table:
    """Read a file, CSV or XLSX, cell by cell; never raises on what a user uploads."""
    known = {plain_name(name): c.name for c in columns for name in (c.name, *c.aliases)}
    try:
        sheet = read_sheet(data, limits, known)
    except DataError as error:
        problem, _, remedy = str(error).partition("; ")
        return Table([], [], [Problem(0, "", problem, remedy or "choose another file")], 0)
    header, *rows = sheet.rows
    lines, count = sheet.lines[1:], sheet.count - 1
    while not header[-1]:
        header.pop()
    names = [known.get(plain_name(heading)) for heading in header]
    problems, unused = _header_problems(header, names, columns, limits.name)
    notes = sheet.notes + ((f"Not used: {', '.join(unused[:10])}.",) if unused else ())
    if count > limits.rows:
        words = f"the file has {count:,} {limits.thing}s; at most {limits.rows:,} fit in one {limits.whole}"
        problems.append(Problem(0, "", words, limits.too_many))
    if any(c.is_required and c.name not in names for c in columns):
        return Table([], [], problems, count, notes)
    if not rows and not problems:
        words = f"the file has a header and no {limits.thing}"
        problems.append(Problem(0, "", words, f"add a row for every {limits.thing}"))
    places = [(c, names.index(c.name) if c.name in names else len(header)) for c in columns]
    records: list[dict[str, Any]] = []
    for line, cells in zip(lines, rows, strict=True):
        if any(cells[len(header) :]):
            words = f"{len(cells)} cells under {len(header)} columns"
            problems.append(Problem(line, "", words, "put cells with a separator in them in quotes"))
        cells = cells[: len(header)]
        records.append({})
        for c, place in places:
            value = read_cell(cells[place] if place < len(cells) else "", c, sheet.decimal_comma)
            if isinstance(value, Fault):
                problems.append(Problem(line, c.name, *value))
            records[-1][c.name] = value
    problems += [p for c in columns if c.is_unique for p in _repeated(c.name, limits.thing, records, lines)]
    return Table(records, lines, problems, count, notes)


def _header_problems(
    header: Sequence[str], names: Sequence[str | None], columns: Sequence[Column], file: str
) -> tuple[list[Problem], list[str]]:
    """What is wrong with the headings, and those that are not used."""
    needed = [c for c in columns if c.is_required]
    if not any(c.name in names for c in needed):
        words = f"no column of a {file} is in the first line: {quoted(', '.join(header))}"
        return [Problem(0, "", words, f"begin with the header {','.join(c.name for c in columns)}")], []
    absent = [c.name for c in columns if c.name not in names]
    problems, unused, suspected = [], [], set()
    for heading, name in zip(header, names, strict=True):
        near = get_close_matches(plain_name(heading), absent, n=1, cutoff=0.6) if name is None else []
        if near:
            suspected.add(near[0])
            problems.append(Problem(0, quoted(heading), "there is no such column", f"did you mean {near[0]}?"))
        elif heading and name is None:
            unused.append(quoted(heading))
    problems += [
        Problem(0, c.name, "the column stands twice in the header", "keep one of them")
        for c in columns if names.count(c.name) > 1
    ]
    problems += [
        Problem(0, c.name, "the column is missing", f"add it: {c.help}")
        for c in needed if c.name not in names and c.name not in suspected
    ]
    return problems, unused


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
