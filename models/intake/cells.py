"""Cells of an uploaded table: what people and spreadsheets write, read exactly or refused with a remedy."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from models.basis.reading import quoted
from models.basis.timeline import quarter_of
from models.intake.column import HOW, Column

LOST = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "null", "none", "n/a", "na", "-", "#n/a"})
_ERROR = re.compile(r"#[A-Z/0!?]+[!?A]?")
_SIGNED = re.compile(r"[+-][\d.,'’ ]+(e[+-]?\d+)? ?(%|bps?)?", re.IGNORECASE)
_GROUPED_COMMA = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_GROUPED_POINT = re.compile(r"[1-9]\d{0,2}(\.\d{3}){2,}|[1-9]\d{0,2}(\.\d{3})+,\d+")
_GROUPED_SPACE = re.compile(r"[1-9]\d{0,2}(['’ ]\d{3})+([.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_PLAIN = re.compile(r"\d+\.?\d*(e[+-]?\d{1,3})?|\.\d+", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_OTHER_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30)
_SHIFTS = {"%": -2, "bps": -4, "bp": -4}


class Fault(NamedTuple):
    """What is wrong with a cell, and what to do."""

    problem: str
    remedy: str


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this cell: it begins like a formula and is no signed number."""
    head = text.lstrip()
    return head[:1] in ("=", "@") or (head[:1] in ("+", "-") and _SIGNED.fullmatch(head) is None)


def formula_fault(text: str) -> Fault:
    """What to say about a formula; it is never run."""
    return Fault(f"{quoted(text)} is a formula; formulas are not run", "paste its value instead")


def read_cell(text: str, column: Column, decimal_comma: bool = False) -> float | str | Fault | None:
    """Value of a cell in plain units, within the bounds of its column; None where it is empty.

    Parameters
    ----------
    decimal_comma : bool
        Whether the file separates cells with semicolons, so that 1,234 may be a decimal.

    Returns
    -------
    float, str, Fault or None
        Words, the stored key of a choice, a number, or the quarter of a day, counted from quarter 0.
    """
    value: float | str | Fault
    if column.kind == "text":
        text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        return Fault("a value is missing", _how(column)) if column.is_required else None
    if column.kind == "text":
        value = _words(text, column)
    elif column.kind == "choice":
        value = _choice(text, column)
    elif column.kind == "date":
        value = _quarter(text)
    else:
        value = _number(text, column, decimal_comma)
    if isinstance(value, float) and column.low is not None and column.high is not None:
        return value if column.low <= value <= column.high else _out_of_bounds(value, column)
    return value


def _words(text: str, column: Column) -> str | Fault:
    if is_formula(text):
        return formula_fault(text)
    if any(unicodedata.category(c).startswith("C") for c in text):
        return Fault(f"{quoted(text)} holds a character that cannot be printed", "type the name again")
    if text.lower() in LOST - {"-", "none", "na"} or _ERROR.fullmatch(text):
        return Fault(f"{quoted(text)} stands for a value that was lost", "write the name, or leave it empty")
    if column.high is not None and len(text) > column.high:
        return Fault(f"{quoted(text)} has {len(text)} characters", f"at most {column.high:g} are allowed")
    return text


def _choice(text: str, column: Column) -> str | Fault:
    """Stored key; the shown words, other case and spaces or hyphens count as the same."""
    for key, words in column.options.items():
        if _folded(text) in (_folded(key), _folded(words)):
            return key
    if is_formula(text):
        return formula_fault(text)
    return Fault(f"{quoted(text)} is not a choice", _how(column))


def _how(column: Column) -> str:
    return f"write {' or '.join(column.options)}" if column.kind == "choice" else HOW[column.kind]


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _number(text: str, column: Column, decimal_comma: bool) -> float | Fault:
    how = HOW[column.kind]
    if text.lower() in LOST or _ERROR.fullmatch(text):
        remedy = how if column.is_required else f"{how}, or leave the cell empty"
        return Fault(f"{quoted(text)} stands for a value that was lost", remedy)
    if is_formula(text):
        return formula_fault(text)
    body = re.sub(r"[\u00a0\u202f\u2009]", " ", text).strip().replace("−", "-")
    mark = next((mark for mark in _SHIFTS if body.lower().endswith(mark)), "")
    if mark and column.kind not in ("share", "rate"):
        return Fault(f"{quoted(text)} is a rate, but {column.unit} are wanted", how)
    body = body[: len(body) - len(mark)].strip()
    body = body.removeprefix("$").removeprefix("USD").removesuffix("USD").strip()
    sign, digits = (-1.0, body[1:]) if body[:1] == "-" else (1.0, body.removeprefix("+"))
    if _GROUPED_COMMA.fullmatch(digits):
        if decimal_comma and digits.count(",") == 1 and "." not in digits:
            plain = digits.replace(",", "")
            return Fault(f"{quoted(text)} can be read two ways", f"write {plain} or {digits.replace(',', '.')}")
        digits = digits.replace(",", "")
    elif _GROUPED_POINT.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif _GROUPED_SPACE.fullmatch(digits):
        digits = re.sub(r"['’ ]", "", digits).replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _PLAIN.fullmatch(digits) or len(digits) > 40:
        return Fault(f"{quoted(text)} is not a number", how)
    # The point moves before rounding: 5.9% is 0.059 and not its neighbor.
    value = sign * float(Decimal(digits).scaleb(_SHIFTS.get(mark, 0)))
    return value if isfinite(value) else Fault(f"{quoted(text)} is not a finite number", how)


def _out_of_bounds(value: float, column: Column) -> Fault:
    """What to say about a value outside its bounds, with the likely cause."""
    shown, bounds = column.written(value), column.bounds
    if column.kind == "date":
        return Fault("the day is too early or too late for the model", f"dates run from {bounds}")
    if column.kind == "amount" and value < 0:
        return Fault(f"{shown} USD is negative", column.negative)
    if column.kind == "share" and value > 1.0:
        return Fault(f"{value:g} is more than the whole ({bounds})", f"if it is a percentage, write {value:g}%")
    if column.kind == "rate" and value > 0.5:
        meant, mark = ("these are basis points", " bp") if value >= 20.0 else ("it is a percentage", "%")
        return Fault(f"{value:g} is no yearly rate ({bounds})", f"if {meant}, write {value:g}{mark}")
    if column.kind == "amount" and 0 < value < (column.low or 0.0):
        return Fault(f"{shown} is outside {bounds}", "write dollars, not thousands or millions: 300000000")
    return Fault(f"{shown} is outside {bounds}", f"{HOW[column.kind]}, within {bounds}")


def _quarter(text: str) -> float | Fault:
    how = HOW["date"]
    if is_formula(text):
        return formula_fault(text)
    if match := _ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        day = _day(*(int(part) for part in match.groups()))
        return float(quarter_of(day)) if day else Fault(f"{quoted(text)} is not a day of the calendar", how)
    if match := _OTHER_DATE.fullmatch(text):
        first, second, year = (int(part) for part in match.groups())
        days = {d for d in (_day(year, first, second), _day(year, second, first)) if d}
        if not days:
            return Fault(f"{quoted(text)} is not a day of the calendar", how)
        reason = "can be read two ways" if len(days) > 1 else "is not written year first"
        return Fault(f"{quoted(text)} {reason}", f"write {' or '.join(sorted(d.isoformat() for d in days))}")
    if re.fullmatch(r"\d{5}(\.0)?", text):
        day = _SPREADSHEET_EPOCH + dt.timedelta(days=int(text[:5]))
        return Fault(f"{quoted(text)} is the day number of a spreadsheet", f"write {day.isoformat()}")
    return Fault(f"{quoted(text)} is not a date", how)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
