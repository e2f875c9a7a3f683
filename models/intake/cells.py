"""Cells of a loan tape: what people and spreadsheets write, read exactly or refused with a remedy.

Clean columns are read at once; only cells that do not read as they stand are looked at one by one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from models.basis.reading import quoted
from models.basis.timeline import Array
from models.studies.book.tape_columns import HOW, Column, vintage, written

Faults = dict[int, tuple[str, str]]
"""Position of a cell -> what is wrong with it, and what to do."""

LOST = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "null", "none", "n/a", "na", "-", "#n/a"})
_ERROR = re.compile(r"#[A-Z/0!?]+[!?A]?")
_GROUPED_COMMA = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_GROUPED_POINT = re.compile(r"[1-9]\d{0,2}(\.\d{3}){2,}|[1-9]\d{0,2}(\.\d{3})+,\d+")
_GROUPED_SPACE = re.compile(r"[1-9]\d{0,2}(['’ ]\d{3})+([.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d+")
_PLAIN = re.compile(r"\d+\.?\d*(e[+-]?\d+)?|\.\d+", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_OTHER_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30)
_SHIFTS = {"%": -2, "bps": -4, "bp": -4}


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this cell: it begins like a formula and is no signed number."""
    head = text.lstrip()
    if not head or head[0] not in "=+-@\t\r":
        return False
    return head[0] in "=@\t\r" or re.fullmatch(r"[+-][\d.,'’ ]+(e[+-]?\d+)? ?(%|bps?)?", head, re.IGNORECASE) is None


def formula_fault(text: str) -> tuple[str, str]:
    """What to say about a formula; it is never run."""
    return f"{quoted(text)} is a formula; formulas are not run", "paste its value instead"


def read_texts(cells: pd.Series) -> tuple[list[str | None], Faults]:
    """Names, trimmed; a cell that holds a formula or control characters is a fault. (rows,)."""
    values: list[str | None] = []
    faults: Faults = {}
    for i, raw in enumerate(cells.tolist()):
        text = " ".join(unicodedata.normalize("NFC", raw).split())
        values.append(text or None)
        if is_formula(text):
            faults[i] = formula_fault(text)
        elif any(unicodedata.category(c).startswith("C") for c in text):
            faults[i] = (f"{quoted(text)} holds a character that cannot be printed", "type the name again")
        elif text.lower() in LOST - {"-", "none", "na"} or _ERROR.fullmatch(text):
            faults[i] = (f"{quoted(text)} stands for a value that was lost", "write the name, or leave it empty")
    return values, faults


def read_numbers(cells: pd.Series, column: Column, decimal_comma: bool) -> tuple[Array, Faults]:
    """Numbers in plain units, (rows,), NaN where a cell is empty or at fault.

    Parameters
    ----------
    decimal_comma : bool
        Whether the file separates cells with semicolons, so that 1,234 may be a decimal.
    """
    values = np.array(pd.to_numeric(cells, errors="coerce"), dtype=np.float64)
    rest = ~np.isfinite(values) & (cells != "").to_numpy(dtype=bool)
    values[~np.isfinite(values)] = np.nan
    return _one_by_one(cells, rest, values, lambda text: _number(text, column, decimal_comma))


def read_dates(cells: pd.Series) -> tuple[Array, Faults]:
    """Vintage of each date, quarters from quarter 0 as floats, (rows,); NaN where empty or at fault."""
    values = np.full(len(cells), np.nan)
    return _one_by_one(cells, (cells != "").to_numpy(dtype=bool), values, _quarter)


def read_choices(cells: pd.Series, column: Column) -> tuple[list[str | None], Faults]:
    """Stored keys of a choice; the shown words, other case and spaces or hyphens count as the same, (rows,)."""
    known = {_folded(name): key for key, words in column.options.items() for name in (key, words)}
    values: list[str | None] = []
    faults: Faults = {}
    for i, text in enumerate(cells.tolist()):
        values.append(known.get(_folded(text)))
        if not text or values[-1] is not None:
            continue
        remedy = f"write {' or '.join(column.options)}"
        faults[i] = formula_fault(text) if is_formula(text) else (f"{quoted(text)} is not a choice", remedy)
    return values, faults


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _one_by_one(
    cells: pd.Series, where: np.ndarray[Any, Any], values: Array, read: Callable[[str], float | tuple[str, str]]
) -> tuple[Array, Faults]:
    """Read the chosen cells, each different text once."""
    seen: dict[str, float | tuple[str, str]] = {}
    faults: Faults = {}
    texts = cells.tolist()
    for i in np.flatnonzero(where).tolist():
        text = texts[i]
        if text not in seen:
            seen[text] = read(text)
        found = seen[text]
        if isinstance(found, tuple):
            faults[i] = found
        else:
            values[i] = found
    return values, faults


def _number(text: str, column: Column, decimal_comma: bool) -> float | tuple[str, str]:
    how = HOW[column.kind]
    if text.lower() in LOST or _ERROR.fullmatch(text):
        remedy = how if column.is_required else f"{how}, or leave the cell empty"
        return f"{quoted(text)} stands for a value that was lost", remedy
    if is_formula(text):
        return formula_fault(text)
    body = re.sub(r"[\u00a0\u202f\u2009]", " ", text).strip().replace("−", "-")
    shift = 0
    for mark, places in _SHIFTS.items():
        if body.lower().endswith(mark):
            body, shift = body[: -len(mark)].strip(), places
            break
    if shift and column.kind not in ("share", "rate"):
        return f"{quoted(text)} is a rate, but {column.unit} are wanted", how
    body = body.removeprefix("$").removeprefix("USD").removesuffix("USD").strip()
    sign, digits = (-1.0, body[1:]) if body[:1] == "-" else (1.0, body.removeprefix("+"))
    if _GROUPED_COMMA.fullmatch(digits):
        if decimal_comma and digits.count(",") == 1 and "." not in digits:
            plain = digits.replace(",", "")
            return f"{quoted(text)} can be read two ways", f"write {plain} or {digits.replace(',', '.')}"
        digits = digits.replace(",", "")
    elif _GROUPED_POINT.fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".")
    elif _GROUPED_SPACE.fullmatch(digits):
        digits = re.sub(r"['’ ]", "", digits).replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _PLAIN.fullmatch(digits) or len(digits) > 40:
        return f"{quoted(text)} is not a number", how
    value = sign * shifted(digits, shift)
    return value if np.isfinite(value) else (f"{quoted(text)} is not a finite number", how)


def shifted(digits: str, places: int) -> float:
    """Number with its point moved, rounded once: 5.9 by -2 places is 0.059 and not its neighbor."""
    return float(Decimal(digits).scaleb(places))


def bound_fault(value: float, column: Column) -> tuple[str, str]:
    """What to say about a number outside its bounds, with the likely cause."""
    shown = written(value, column.kind)
    problem = f"{shown} is outside {column.bounds}"
    if column.kind == "amount" and value < 0:
        return f"{shown} USD is negative", "write what was lent as a positive number"
    if column.kind == "share" and value > 1.0:
        return f"{value:g} is more than the whole ({column.bounds})", f"if it is a percentage, write {value:g}%"
    if column.kind == "rate" and value >= 20.0:
        return f"{value:g} is no yearly rate ({column.bounds})", f"if these are basis points, write {value:g} bp"
    if column.kind == "rate" and value > 0.5:
        return f"{value:g} is no yearly rate ({column.bounds})", f"if it is a percentage, write {value:g}%"
    if column.kind == "amount" and 0 < value < (column.low or 0.0):
        return problem, "write dollars, not thousands or millions: 300000000"
    return problem, f"{HOW[column.kind]}, within {column.bounds}"


def _quarter(text: str) -> float | tuple[str, str]:
    how = HOW["date"]
    if is_formula(text):
        return formula_fault(text)
    if found := _ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        day = _day(*(int(part) for part in found.groups()))
        return float(vintage(day)) if day else (f"{quoted(text)} is not a day of the calendar", how)
    if found := _OTHER_DATE.fullmatch(text):
        first, second, year = (int(part) for part in found.groups())
        days = {d for d in (_day(year, first, second), _day(year, second, first)) if d}
        if not days:
            return f"{quoted(text)} is not a day of the calendar", how
        means = " or ".join(sorted(d.isoformat() for d in days))
        reason = "can be read two ways" if len(days) > 1 else "is not written year first"
        return f"{quoted(text)} {reason}", f"write {means}"
    if re.fullmatch(r"\d{5}(\.0)?", text):
        day = _SPREADSHEET_EPOCH + dt.timedelta(days=int(text[:5]))
        return f"{quoted(text)} is the day number of a spreadsheet", f"write {day.isoformat()}"
    return f"{quoted(text)} is not a date", how


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
