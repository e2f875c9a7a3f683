"""Dates of history on the quarterly grid of a replay."""

from __future__ import annotations

import calendar
import datetime as dt

from models.evidence.rows import period_end


def iso(date: str) -> str:
    """Last day of a period such as ``2001-H1``, ISO."""
    return _end(date).isoformat()


def quarter_of(start: str, date: str) -> int:
    """Quarter, counted from the end of ``start``, nearest to the end of ``date``."""
    first, then = _end(start), _end(date)
    months = 12 * (then.year - first.year) + then.month - first.month
    return round((months + (then.day - first.day) / 30.4) / 3.0)


def quarter_ends(start: str, quarters: int) -> list[str]:
    """ISO dates of quarters 0..quarters of a replay that begins at the end of ``start``."""
    first, out = _end(start), []
    for t in range(quarters + 1):
        year, month = divmod(first.year * 12 + first.month - 1 + 3 * t, 12)
        out.append(dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1]).isoformat())
    return out


def _end(date: str) -> dt.date:
    end = period_end(date)
    if end is None:
        raise ValueError("a replay needs dates")
    return end
