"""Days as people and programs write them; of two readings none is taken unless the column settles it.

Parsers of the trade choose a reading by the country of the machine; here both are kept until the column has been seen.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence

SPREADSHEET_EPOCH = dt.date(1899, 12, 30)
_EPOCHS_APART = dt.timedelta(days=1462)
_MIDNIGHT = r"(?:[T ]0?0:00(?::00(?:[.,]0+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?| 12:00(?::00)? ?AM)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_MIDNIGHT}", re.ASCII | re.IGNORECASE)
_EAST_ASIAN = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]", re.ASCII)
_DIGITS = re.compile(rf"((?:19|20)\d\d)(\d\d)(\d\d){_MIDNIGHT}", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d\d){_MIDNIGHT}", re.ASCII | re.IGNORECASE)
_NAMED = tuple(re.compile(rf"(?:[a-z]{{3,9}}day,? )?{body}{_MIDNIGHT}", re.ASCII | re.IGNORECASE) for body in (
    r"(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?(?: of )?[ /-]*(?P<m>[a-z]{3,9})\.?[ ,/-]*(?P<y>\d{4}|(?<=[ ,/-])\d\d)",
    r"(?P<m>[a-z]{3,9})\.?[ -]?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:, ?|[ -])(?P<y>\d{4})",
    r"(?P<y>\d{4})[ -](?P<m>[a-z]{3,9})\.?[ -](?P<d>\d{1,2})",
))
_SERIAL = re.compile(r"\d{5}(?:\.0+)?", re.ASCII)
_WITH_TIME = re.compile(r".*\d[T ]\d{1,2}:\d\d.*", re.ASCII)
_MONTHS = {name.casefold(): k for k, name in enumerate(calendar.month_name) if name} | {
    name.casefold(): k for k, name in enumerate(calendar.month_abbr) if name
} | {"sept": 9}
ORDERS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}

Readings = Mapping[str, dt.date]
"""Days by the order in which their parts stand; the order of a clear one is empty."""


def readings(text: str) -> Readings | None:
    """Every day a text can mean; empty if the calendar has no such day, None if it is not written like one."""
    if match := _EAST_ASIAN.fullmatch(text):
        return _clear(*(int(match[k]) for k in (1, 2, 3)))
    if match := _YEAR_FIRST.fullmatch(text):
        return _clear(*(int(match[k]) for k in (1, 3, 4)))
    if match := _DIGITS.fullmatch(text):
        return _clear(*(int(match[k]) for k in (1, 2, 3))) or None
    if match := _PARTS.fullmatch(text):
        return _orders(match[1], match[3], match[4])
    for pattern in _NAMED:
        if (match := pattern.fullmatch(text)) and (month := _MONTHS.get(match["m"].casefold())):
            return _clear(_full_year(match["y"]), month, int(match["d"]))
    if _SERIAL.fullmatch(text):
        return {"": SPREADSHEET_EPOCH + dt.timedelta(days=int(text[:5]))}
    return None


def is_serial(text: str) -> bool:
    """Whether a text is the number of a day, as spreadsheets count them."""
    return _SERIAL.fullmatch(text) is not None


def since_1904(text: str) -> tuple[dt.date, dt.date]:
    """Days that a number means where days are counted from 1900, and from 1904."""
    day = SPREADSHEET_EPOCH + dt.timedelta(days=int(text[:5]))
    return day, day + _EPOCHS_APART


def has_time(text: str) -> bool:
    """Whether a text holds a time of day."""
    return _WITH_TIME.fullmatch(text) is not None


def shown_orders(texts: Sequence[str]) -> Mapping[str, str]:
    """Order of day and month that the clear cells of a column settle, by the sign between the parts."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        match = _PARTS.fullmatch(text)
        days = readings(text) if match else None
        if match and days and len(days) == 1:
            found.setdefault(match[2], {})[next(iter(days))] = text
    return {mark: next(iter(orders)) for mark, orders in found.items() if len(orders) == 1}


def settled(text: str, days: Readings, orders: Mapping[str, str], told: str = "") -> dt.date | None:
    """The one day of a text, or None if it has two that neither the column nor ``told``, the heading, settles."""
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    match = _PARTS.fullmatch(text)
    return days.get(told or orders.get(match[2], "")) if match else None


def order_of(words: Sequence[str]) -> str:
    """Order that a heading tells: dd mm yyyy is dmy."""
    order = "".join(word[0] for word in words if re.fullmatch(r"d{1,2}|m{1,2}|y{2,4}", word))
    return order if order in ORDERS else ""


def _orders(first: str, second: str, year: str) -> Readings:
    """Both orders of day and month; with two digits of a year, it may also stand first."""
    a, b, y = int(first), int(second), _full_year(year)
    tried = {"dmy": (y, b, a), "mdy": (y, a, b)}
    if len(year) == 2:
        tried["ymd"] = (_full_year(first), b, int(year))
    return {order: day for order, parts in tried.items() if (day := _day(*parts))}


def _full_year(text: str) -> int:
    return int(text) + (2000 if len(text) <= 2 else 0)


def _clear(year: int, month: int, day: int) -> Readings:
    found = _day(year, month, day)
    return {"": found} if found else {}


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def is_month(word: str) -> bool:
    """Whether a word names a month."""
    return word.casefold() in _MONTHS
