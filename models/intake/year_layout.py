"""How a path by year stands in a file: which cells are values, which name their years, and what is neither."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from models.basis.assumption import YEARS
from models.basis.reading import quoted
from models.errors import DataError
from models.intake.cell import MERGED, Cell, Fault, is_filled, text_of
from models.intake.delimited import rows_of, separator_of
from models.intake.limits import COUNTED, Limits, Rows
from models.intake.lost import is_formula, is_lost
from models.intake.numbers import written
from models.intake.sheet import read_text, read_workbook
from models.intake.summaries import is_summary
from models.intake.year_names import FIRST_YEAR, LAST_YEAR, is_named, missing, year_of

NO_SEPARATOR = "\x1f"
NEEDED = f"{YEARS} are needed, one for each year from {FIRST_YEAR} to {LAST_YEAR}"
_STRONG = (";", "\t", "|")
_NAME_AND_VALUE = re.compile(r"(.+?)(?:\s*:\s*|\s+)(\S+(?: ?%)?)")


class Given(NamedTuple):
    """Filled rows of a file or a text with their lines, rows in all, what separates cells, and notes."""

    rows: list[list[Cell]]
    lines: list[int]
    total: int
    separator: str = ""
    notes: tuple[str, ...] = ()


class Row(NamedTuple):
    """A value and where it stands: row 3 (2029)."""

    where: str
    cell: Cell

    @property
    def text(self) -> str:
        """The cell as words."""
        return text_of(self.cell)


class Layout(NamedTuple):
    """Ten rows of values in the order of the years, the heading above them, and what was left aside."""

    rows: list[Row]
    heading: str
    notes: list[str]
    commas_part: bool


def uploaded_rows(data: bytes, limits: Limits) -> Given:
    """Rows of a file."""
    if (found := read_workbook(data, limits)) is not None:
        kept, notes = found
        return Given(kept.rows, kept.lines, kept.count, "", notes)
    text, notes = read_text(data, limits)
    return _parted(text, limits)._replace(notes=notes)


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
        mark = next((mark for mark in _STRONG if 2 * sum(mark in line for line in sample) > len(sample)), "")
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


def laid_out(given: Given) -> Layout:
    """Values of the ten years.

    Raises
    ------
    DataError
        If a year is missing, stands twice or is none, or if there are more columns than a year and its value.
    """
    rows, lines = [_split(list(row)) for row in given.rows], list(given.lines)
    if len(rows) <= 2 and max(map(len, rows), default=0) > 2:
        width = max(map(len, rows))
        rows = [[row[k] if k < len(row) else "" for row in rows] for k in range(width)]
        lines = list(range(1, width + 1))
    head: list[Cell] = []
    under = 0
    filled = [cell for cell in rows[0] if is_filled(cell)] if rows else []
    if filled and is_heading(filled[-1]):
        head, under = rows[0], lines[0]
        rows, lines = rows[1:], lines[1:]
    if len(lines) > 1 and lines[0] - under > min(b - a for a, b in pairwise(lines)) and _is_bare(rows):
        where = "under the heading" if head else "before the first value"
        raise DataError(f"year 1 ({FIRST_YEAR}) may be missing: the row {where} is empty; remove it or fill it")
    width = max((k for row in rows for k, cell in enumerate(row, start=1) if is_filled(cell)), default=0)
    used = [k for k in range(width) if any(k < len(row) and is_filled(row[k]) for row in rows)]
    names, values = _columns(rows, used, head)
    notes: list[str] = []
    if names is None:
        found = _by_place(rows, lines, values, given.total - (1 if head else 0))
    else:
        found = _by_name(rows, lines, names, values, notes)
    return Layout(found, _heading(head, names, values, used), notes, given.separator == ",")


def _heading(head: Sequence[Cell], names: int | None, values: int, used: Sequence[int]) -> str:
    """What stands above the values; cells above nothing belong to it, as where "growth, %" was parted by its comma."""
    filled = {k: text_of(cell) for k, cell in enumerate(head) if is_filled(cell)}
    if len(filled) == 1:
        return next(iter(filled.values()))
    return ", ".join(text for k, text in filled.items() if k == values or (k != names and k not in used))


def _split(row: list[Cell]) -> list[Cell]:
    """A row whose one cell holds a year and its value, as people paste it: 2027 40."""
    match = _NAME_AND_VALUE.fullmatch(row[0]) if len(row) == 1 and isinstance(row[0], str) else None
    return [match[1], match[2]] if match and is_named(match[1]) else row


def _is_bare(rows: Sequence[Sequence[Cell]]) -> bool:
    return not any(is_named(row[0]) for row in rows if row)


def _columns(rows: Sequence[Sequence[Cell]], used: Sequence[int], head: Sequence[Cell]) -> tuple[int | None, int]:
    """Column of the names of years, if there is one, and column of the values."""
    if len(used) <= 1:
        return None, used[0] if used else 0
    first, *others = used
    if len(others) == 1:
        second = others[0]
        swapped = all(is_named(row[second]) for row in rows if len(row) > second) and not any(
            is_named(row[first]) for row in rows if row
        )
        return (second, first) if swapped else (first, second)
    wide = max(rows, key=lambda row: sum(map(is_filled, row)))
    row = rows.index(wide) + 1
    where = f"row {row} ({FIRST_YEAR + row - 1})" if row <= YEARS else f"row {row}"
    raise DataError(f"{where}: {len(used)} cells; keep one column, or a year and its value")


def _by_place(rows: Sequence[Sequence[Cell]], lines: Sequence[int], column: int, count: int) -> list[Row]:
    """Values without names: ten of them, one below the other; a gap between them is a missing year."""
    found = [row[column] for row in rows]
    steps = [b - a for a, b in pairwise(lines)]
    gap = next((k for k, step in enumerate(steps, start=1) if step > min(steps)), YEARS)
    if gap < min(YEARS, len(found)):
        above = quoted(text_of(found[gap - 1]))
        raise DataError(f"{missing(gap + 1)}: the row below {above} is empty; {NEEDED}")
    if merged := next((k for k, cell in enumerate(found, start=1) if cell == MERGED), 0):
        raise DataError(f"row {merged}: {MERGED.problem}; {MERGED.remedy}")
    if len(found) != YEARS or count != YEARS:
        many = f"more than {COUNTED:,}" if count >= COUNTED else f"{max(count, len(found)):,}"
        raise DataError(f"{many} rows hold a value; {NEEDED}")
    return [Row(f"row {k} ({FIRST_YEAR + k - 1})", cell) for k, cell in enumerate(found, start=1)]


def _by_name(
    rows: Sequence[Sequence[Cell]], lines: Sequence[int], names: int, values: int, notes: list[str]
) -> list[Row]:
    """Values by the names beside them; totals and averages are no years."""
    pairs = [tuple(row[k] if k < len(row) else "" for k in (names, values)) for row in rows]
    entries, at, left_out = [], [], []
    for (name, value), line in zip(pairs, lines, strict=True):
        if is_filled(name) and is_summary(text_of(name)):
            left_out.append(quoted(text_of(name)))
        else:
            entries.append((name, value))
            at.append(line)
    if left_out:
        notes.append(f"Not a year and not read: {', '.join(left_out[:10])}.")
    if not any(is_filled(name) for name, _ in entries):
        return _by_place([[value] for _, value in entries], at, 0, len(entries))
    found: dict[int, Row] = {}
    once = f"name each of the years {FIRST_YEAR} to {LAST_YEAR} once"
    for number, (name, value) in enumerate(entries, start=1):
        where = f"row {number}"
        k, told = year_of(name), quoted(text_of(name))
        if k is None:
            said = f"the first cell is {told}" if is_filled(name) else "a value has no year beside it"
            raise DataError(f"{where}: {said}; {once}")
        if not 1 <= k <= YEARS:
            raise DataError(f"{where}: {told} is none of the years {FIRST_YEAR} to {LAST_YEAR}; leave it out")
        if k in found:
            raise DataError(f"{where}: the first cell is {told}, as in {found[k].where}; {once}")
        if not is_filled(value):
            raise DataError(f"{missing(k)}: its cell is empty; {NEEDED}")
        found[k] = Row(f"{where} ({FIRST_YEAR + k - 1})", value)
    if gone := next((k for k in range(1, YEARS + 1) if k not in found), 0):
        raise DataError(f"{missing(gone)}: {len(found)} rows hold a value; {NEEDED}")
    return [found[k] for k in sorted(found)]
