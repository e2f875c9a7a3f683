"""Rows of a path by year as it was uploaded or pasted: what parts its cells, and what is a heading."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from models.basis.assumption import YEARS
from models.basis.reading import quoted
from models.errors import DataError
from models.intake.cell import Cell, Fault, is_filled, text_of
from models.intake.delimited import rows_of, separator_of
from models.intake.limits import Limits, Rows
from models.intake.lost import is_formula, is_lost
from models.intake.numbers import written
from models.intake.sheet import read_text, read_workbook
from models.intake.year_names import FIRST_YEAR, is_named

NO_SEPARATOR = "\x1f"
_STRONG = (";", "\t", "|")


class Given(NamedTuple):
    """Filled rows of a file or a text with their lines, rows in all, what separates cells, and notes."""

    rows: list[list[Cell]]
    lines: list[int]
    total: int
    separator: str = ""
    notes: tuple[str, ...] = ()


def uploaded_rows(data: bytes, limits: Limits) -> Given:
    """Rows of a file."""
    if (found := read_workbook(data, limits)) is not None:
        kept, notes = found
        return Given(kept.rows, kept.lines, kept.count, "", notes)
    text, notes = read_text(data, limits)
    return pasted_rows(text, limits)._replace(notes=notes)


def pasted_rows(text: str, limits: Limits) -> Given:
    """Rows of a text; of a single line, every value is a row."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and len(parts := _one_line(lines[0])) > 2:
        return Given([[part] for part in parts], list(range(1, len(parts) + 1)), len(parts))
    return _parted(text, limits)


def _one_line(line: str) -> list[str]:
    """Values of one line: parted by what cannot stand in a number, or else by spaces, or else by commas."""
    mark = next((mark for mark in _STRONG if mark in line), "")
    if mark:
        return [part.strip() for part in line.strip(mark + " ").split(mark)]
    parts = line.split()
    if len(parts) > 2:
        return [part.removesuffix(",") for part in parts]
    return [part.strip() for part in line.strip(", ").split(",")]


def _parted(text: str, limits: Limits) -> Given:
    """Rows of a text. A comma parts cells where years or headings stand before it; else it may be part of a number."""
    mark, skipped = separator_of(text, lambda _: False)
    if not skipped:
        sample = [line for line in io.StringIO(text[:10_000], newline="") if line.strip()]
        mark = next((
            mark for mark in _STRONG
            if 2 * sum(mark in line for line in sample) > len(sample)
            or any(line.count(mark) >= YEARS for line in sample)
        ), "")
    if mark:
        return _given(rows_of(text, mark, limits, skipped), mark, skipped)
    kept = rows_of(text, ",", limits)
    return _given(kept, ",") if _is_parted(kept.rows) else _given(rows_of(text, NO_SEPARATOR, limits), "")


def _given(kept: Rows, separator: str, skipped: int = 0) -> Given:
    return Given(kept.rows, [line - skipped for line in kept.lines], kept.count, separator)


def _is_parted(rows: Sequence[Sequence[Cell]]) -> bool:
    widths = [sum(map(is_filled, row)) for row in rows]
    if max(widths, default=0) != 2:
        return max(widths, default=0) > 2 or (any(len(row) > 1 for row in rows) and not _refuse_open(rows))
    if sum(is_named(row[0]) for row in rows) * 2 > len(rows) or (widths[0] == 2 and is_heading(rows[0][-1])):
        return True
    if any(is_heading(row[0]) for row in rows[1:]):
        return True
    _refuse_open(rows)
    if [text_of(row[0]) for row in rows] == [str(k) for k in range(1, len(rows) + 1)] and len(rows) > 2:
        first = ",".join(text_of(cell) for cell in rows[0])
        raise DataError(
            f"row 1: {quoted(first)} can be read two ways; name the years {FIRST_YEAR} onward, or write decimals with "
            "a point"
        )
    return False


def _refuse_open(rows: Sequence[Sequence[Cell]]) -> bool:
    """Refuse ",50" where no heading tells whether its comma parts cells or begins a decimal; False if there is none."""
    is_headed = len(rows[0]) > 1 and any(is_heading(cell) for cell in rows[0])
    row = next((row for row in rows if not is_filled(row[0]) and len(row) == 2 and is_filled(row[1])), None)
    if row is not None and not is_headed:
        text = text_of(row[1])
        raise DataError(f"{quoted(f',{text}')} can be read two ways; write {text} or 0.{text}")
    return False


def is_heading(cell: Cell) -> bool:
    """Words above the numbers: neither a number, nor a year, a formula or a lost value that must be refused."""
    text = text_of(cell)
    if not text or isinstance(cell, Fault) or not isinstance(cell, str):
        return False
    head = text.lstrip("($€£¥ ")[:1]
    is_value = head.isdigit() or head in tuple("+-.,=@−–")
    return not is_value and not is_formula(text) and not is_lost(text) and written(text) is None
