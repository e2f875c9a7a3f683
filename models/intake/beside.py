"""What stands beside a table in its file: titles and units above it, a row of units under its headings, remarks below.

A unit that is said there holds for the amounts: it is put into their headings, or refused where it is not clear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, is_filled, text_of
from models.intake.column import Column
from models.intake.dates import order_of
from models.intake.headings import named
from models.intake.numbers import written
from models.intake.units import CURRENCIES, SCALES, Unit, tokens, unit_of

LOOKED_AT = 30
"""Rows among which the headings are looked for."""
LONGEST = 200
_FILLER = frozenset(
    "in of the as all and amount amounts figures values numbers are is stated expressed reported shown unless "
    "otherwise noted indicated currency unit units except where data".split()
)
_SCALES = frozenset(word for word in SCALES if word[0] != "1" and (len(word) > 2 or word in ("mm", "mn", "bn")))
_REMARK = re.compile(
    r"(?:sources?|notes?|n\.?b|remarks?|disclaimer|footnotes?|as (?:of|at)|prepared|generated|exported|printed|"
    r"confidential|unaudited|copyright|page|end of|amounts|figures|all)\b.*|[*†‡©¹²³].*|[(\[]\d+[)\]] ?[^\W\d].*",
    re.IGNORECASE | re.DOTALL,
)


class Beside(NamedTuple):
    """Headings with the units that are said beside them, rows of them and above them, what is wrong, and notes."""

    headings: list[str]
    skipped: int
    problems: list[tuple[str, str, str]]
    notes: list[str]


def read_beside(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> Beside:
    """Find the headings of a table, and what is said about its units above and below them."""
    at = _heading_row(rows, columns)
    headings = [text_of(cell) for cell in rows[at]]
    skipped = at + 1
    if skipped < len(rows) and (below := _with_units(headings, rows[skipped], columns)):
        headings, skipped = below, skipped + 1
    problems, notes = list[tuple[str, str, str]](), list[str]()
    for row in rows[:at]:
        text = " ".join(text_of(cell) for cell in row if is_filled(cell))
        if fault := remark_fault(text, columns):
            problems.append(("", *fault))
        elif (unit := _unit_alone(text)) is not None:
            headings = [_headed(heading, text, unit, columns) for heading in headings]
    if at:
        told = ", ".join(quoted(" ".join(map(text_of, filter(is_filled, row)))) for row in rows[: min(at, 5)])
        notes.append(f"Above the headings: {told}{' and more' if at > 5 else ''}.")
    return Beside(headings, skipped, problems, notes)


def is_remark(row: Sequence[Cell]) -> bool:
    """Whether a row holds nothing but a remark, such as a source."""
    filled = [cell for cell in row if is_filled(cell)]
    return len(filled) == 1 and isinstance(filled[0], str) and _REMARK.fullmatch(filled[0]) is not None


def remark_fault(text: str, columns: Sequence[Column], *, is_below: bool = False) -> Fault | None:
    """What keeps words beside a table from being passed over: they may tell the unit of its amounts."""
    money = next((c for c in columns if c.kind == "amount"), None)
    unit = unit_of(tokens(text[:LONGEST]))
    if money is None or (not is_below and _unit_alone(text) is not None) or not _is_loud(text[:LONGEST], unit):
        return None
    where = "below the table" if is_below else "above the headings"
    such = f"convert to USD and remove the line, or leave {unit.currency} out of it" if unit.is_foreign else \
        f"say it in the heading, such as {money.name} (USD thousand), and remove the line"
    return Fault(f"{quoted(text)} {where} may tell the unit of {money.name}", such)


def _heading_row(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> int:
    """The first row, or a later one that names more of the needed columns, two of them at least."""
    best, most = 0, 0
    for k, row in enumerate(rows[:LOOKED_AT]):
        texts = [cell for cell in row if isinstance(cell, str) and 0 < len(cell) <= LONGEST]
        found = {one.column.name for text in texts if (one := named(text, columns)) and one.column.is_required}
        if len(found) > max(most, 1 if k else 0):
            best, most = k, len(found)
        if most > 1:
            break
    return best


def _unit_alone(text: str) -> Unit | None:
    """Scale and currency that a line tells, if it tells nothing else."""
    unit = unit_of(word for word in tokens(text[:LONGEST]) if word not in _FILLER)
    return unit if (unit.scale or unit.currency) and not unit.words and not unit.mark else None


def _is_loud(text: str, unit: Unit) -> bool:
    """Whether words may tell a scale or another currency."""
    words = tokens(text)
    scales = [word for word in words if word in _SCALES]
    foreign = [
        word for word in words if CURRENCIES.get(word, "USD") != "USD" and (len(word) != 3 or word.upper() in text)
    ]
    return bool(foreign or scales or (unit.scale and unit.currency))


def _headed(heading: str, text: str, unit: Unit, columns: Sequence[Column]) -> str:
    """A heading of money with the unit of a line above it; where it tells another scale, no unit is known."""
    one = named(heading, columns)
    if one is None or not one.column.is_money or (one.column.kind != "amount" and not unit.is_foreign):
        return heading
    if unit.scale and one.unit.scale == unit.scale and not unit.is_foreign:
        return heading
    return f"{heading} ({' '.join(word for word in tokens(text) if word not in _FILLER)})"


def _with_units(headings: Sequence[str], row: Sequence[Cell], columns: Sequence[Column]) -> list[str] | None:
    """Headings with the units of the row below them, or None if that row is none of units."""
    out = list(headings)
    for k, cell in enumerate(row):
        if not is_filled(cell):
            continue
        if not isinstance(cell, str) or k >= len(out) or written(cell) or not tokens(cell[:LONGEST]):
            return None
        one, beside = named(out[k], columns), named(f"{out[k]} ({cell})", columns)
        if one is None:
            continue
        if beside is None or beside.column is not one.column:
            return None
        if beside.unit.words and not (one.column.kind == "date" and order_of(beside.unit.words)):
            return None
        out[k] = f"{out[k]} ({cell})"
    return out if out != list(headings) else None
