"""Names of years: 2027, year 3, FY27, 2027-12-31; a year is known by its name, never by its place."""

from __future__ import annotations

import datetime as dt
import re

from models.basis.assumption import YEARS
from models.basis.timeline import START_YEAR
from models.intake import dates
from models.intake.cell import Cell, Figure, text_of
from models.intake.numbers import plain

FIRST_YEAR = START_YEAR + 1
LAST_YEAR = FIRST_YEAR + YEARS - 1
_CALENDAR = re.compile(r"(?:(?:fy|cy|ye|year|q4|h2)[ -]?)?'?(20\d\d)(?:\.0)? ?[aefbp]?", re.IGNORECASE | re.ASCII)
_SHORT = re.compile(r"(?:(?:fy|cy)[ -]?'?|')(\d\d) ?[aefbp]?", re.IGNORECASE | re.ASCII)
_NUMBERED = re.compile(r"(?:(?:year|yr|y|t)[ .+-]*)?(\d{1,2})(?:\.0)?\.?", re.IGNORECASE | re.ASCII)
_MONTH = re.compile(r"[a-z]{3,9}\.?[ -]?'?(20\d\d|\d\d)|(20\d\d)-\d\d", re.IGNORECASE | re.ASCII)


def year_of(cell: Cell) -> int | None:
    """Number of the year that a cell names, 1 for the first; beyond 1 to 10 for another, None where it names none."""
    if isinstance(cell, dt.datetime):
        return cell.year - START_YEAR
    text = plain(text_of(cell)).removesuffix(":") if isinstance(cell, str | Figure) else ""
    if match := _CALENDAR.fullmatch(text):
        return int(match[1]) - START_YEAR
    if match := _SHORT.fullmatch(text):
        return 2000 + int(match[1]) - START_YEAR
    if match := _NUMBERED.fullmatch(text):
        return int(match[1])
    if dates.is_serial(text):
        return None
    years = {day.year for day in (dates.readings(text) or {}).values()}
    if len(years) == 1:
        return years.pop() - START_YEAR
    if (match := _MONTH.fullmatch(text)) and (text[:1].isdigit() or dates.is_month(re.split(r"[^A-Za-z]", text)[0])):
        return int((match[1] or match[2])[-2:]) + 2000 - START_YEAR
    return None


def is_named(cell: Cell) -> bool:
    """Whether a cell can be nothing but a year of the path: a number up to 10 may be a value as well."""
    k = year_of(cell)
    return k is not None and 1 <= k <= YEARS and not _NUMBERED.fullmatch(plain(text_of(cell)))


def missing(number: int) -> str:
    """A year that is not there, by its name."""
    return f"year {number} is missing ({START_YEAR + number})"
