"""How a path by year stands in a file: which cells are values, which name their years, and what is neither."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from models.basis.assumption import YEARS
from models.basis.reading import quoted
from models.errors import DataError
from models.intake.beside import is_remark
from models.intake.cell import MERGED, Cell, is_filled, text_of
from models.intake.limits import COUNTED
from models.intake.summaries import is_summary
from models.intake.units import CURRENCIES, MARKS, SCALES, tokens
from models.intake.year_names import FIRST_YEAR, LAST_YEAR, is_named, missing, year_of
from models.intake.year_rows import Given, is_heading

NEEDED = f"{YEARS} are needed, one for each year from {FIRST_YEAR} to {LAST_YEAR}"
UNIT_WORDS = frozenset((*CURRENCIES, *MARKS, *SCALES, "a", "per", "year", "kwh", "mwh", "kw", "mw", "gw", "h", "hour"))
_NAME_AND_VALUE = re.compile(r"(.+?)(?:\s*:\s*|\s+)(\S+(?: ?%)?)")


class Row(NamedTuple):
    """A value and where it stands: row 3 (2029)."""

    where: str
    cell: Cell

    @property
    def text(self) -> str:
        """The cell as words."""
        return text_of(self.cell)


class Layout(NamedTuple):
    """Ten rows of values in the order of the years, the heading above them, what was left aside, and titles."""

    rows: list[Row]
    heading: str
    notes: list[str]
    commas_part: bool
    beside: list[str]


def laid_out(given: Given) -> Layout:
    """Values of the ten years.

    Raises
    ------
    DataError
        If a year is missing, stands twice or is none, or if there are more columns than a year and its value.
    """
    rows, lines, total, beside, unit = _without_remarks(given)
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
    notes = [f"Beside the path: {', '.join(map(quoted, beside[:5]))}."] if beside else []
    if names is None:
        found = _by_place(rows, lines, values, total - (1 if head else 0))
    else:
        found = _by_name(rows, lines, names, values, notes)
    heading = " ".join(filter(None, (_heading(head, names, values, used), unit)))
    return Layout(found, heading, notes, given.separator == ",", beside)


def _without_remarks(given: Given) -> tuple[list[list[Cell]], list[int], int, list[str], str]:
    """Rows with at most one heading, their lines, how many there are, titles and remarks, and a unit under the heading.

    Words above numbers are titles only where ten years follow them: one odd value is no title.
    """
    rows, lines = [_split(list(row)) for row in given.rows], list(given.lines)
    last = len(rows)
    while last and is_remark(rows[last - 1]):
        last -= 1
    first = next((k for k, row in enumerate(rows[:last]) if not _is_wordy(row)), 0)
    width = max((sum(map(is_filled, row)) for row in rows[first:last]), default=0)
    if last - first < (YEARS if width <= 2 else 1):
        first = 0
    unit = _unit_row(rows[first - 1]) if first > 1 else ""
    heads = first - (1 if unit else 0)
    titles = range(heads - 1) if width <= 2 else range(first)
    left = [rows[k] for k in (*titles, *range(last, len(rows)))]
    keep = [k for k in range(last) if k not in titles and not (unit and k == first - 1)]
    beside = [text_of(next(filter(is_filled, row))) for row in left]
    if unit:
        lines[heads - 1] = lines[first - 1]
    unread = len(rows) - len(keep)
    return [rows[k] for k in keep], [lines[k] for k in keep], given.total - unread, beside, unit


def _is_wordy(row: Sequence[Cell]) -> bool:
    """Whether a row holds words alone, none of them the name of a year."""
    filled = [cell for cell in row if is_filled(cell)]
    return all(is_heading(cell) and not is_named(cell) for cell in filled)


def _unit_row(row: Sequence[Cell]) -> str:
    """The unit that a row below a heading holds alone."""
    filled = [text_of(cell) for cell in row if is_filled(cell)]
    words = [word for text in filled for word in tokens(text)]
    return filled[-1] if len(filled) == 1 and words and set(words) <= UNIT_WORDS else ""


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
