"""A driver year by year as people bring it: pasted text, a CSV file or a sheet; read row by row, or refused by row.

The numbers stand in the unit people say, and are read as strictly as a typed value: a path has no column that tells
what a comma or a point means.
"""

from __future__ import annotations

import re

from models.basis.assumption import YEARS
from models.basis.reading import quoted, read_number
from models.basis.timeline import START_YEAR
from models.errors import DataError
from models.intake.cells import is_formula
from models.intake.sheet import Limits, read_sheet

LIMITS = Limits(
    "path by year", size=200_000, unpacked=20_000_000, rows=200, thing="number", whole="path",
    too_large=f"A column of {YEARS} numbers has far fewer",
)
FIRST_YEAR = START_YEAR + 1
MINUS = "\N{MINUS SIGN}"
_YEAR = re.compile(r"20\d\d", re.ASCII)
_SPLIT = re.compile(r"[,;\s]+")


def pasted(text: str) -> list[list[str]]:
    """Rows of cells of pasted text; one line of many values is a row that becomes a column."""
    if len(text) > LIMITS.size:
        raise DataError(f"the text has {len(text):,} characters; a column of {YEARS} numbers has far fewer")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and len(parts := _SPLIT.split(lines[0].strip(",; "))) > 2:
        return [[part] for part in parts]
    return [_cells(line) for line in lines]


def _cells(line: str) -> list[str]:
    """One cell, or a year and its value; a lone comma may be a decimal comma, which is refused with its remedy."""
    parts = [part.strip() for part in re.split(r"[;\t]", line)]
    if len(parts) == 1 and _YEAR.fullmatch(line.partition(",")[0].strip()):
        parts = [part.strip() for part in line.split(",", 1)]
    return [part for part in parts if part]


def uploaded(data: bytes) -> list[list[str]]:
    """Rows of filled cells of a CSV or XLSX file.

    Raises
    ------
    DataError
        If the file is too large, or neither.
    """
    return [[cell for cell in row if cell] for row in read_sheet(data, LIMITS).rows]


def path_of(
    rows: list[list[str]], *, low: float, high: float, factor: float = 1.0, unit: str = ""
) -> tuple[float, ...]:
    """Ten stored values of a column in the unit people say.

    Parameters
    ----------
    rows : list of list of str
        From `pasted` or `uploaded`; a heading and a column of years may stand before the numbers.
    low, high : float
        Bounds of the stored values.
    factor : float
        Stored values times this are what is written; ``40%`` counts as 0.40 whatever the factor.

    Raises
    ------
    DataError
        Naming row, value, bound and remedy.
    """
    if rows and _is_heading(rows[0][-1]):
        rows = rows[1:]
    if len(rows) != YEARS:
        raise DataError(
            f"{len(rows)} rows hold a value; {YEARS} are needed, one for each year from {FIRST_YEAR} to "
            f"{FIRST_YEAR + YEARS - 1}"
        )
    values = tuple(_value(number, row, low, high, factor, unit) for number, row in enumerate(rows, start=1))
    if factor == 100.0 and 0.0 < max(map(abs, values)) <= 0.01 and not any("%" in row[-1] for row in rows):
        raise DataError(
            f"row 1: {quoted(rows[0][-1])} would be read as {rows[0][-1]}%, and so on; write 40 or 40% for 0.40"
        )
    return values


def _is_heading(text: str) -> bool:
    """Words above the numbers: neither a number, nor a formula that must be refused."""
    return not text[:1].isdigit() and text[:1] not in f"+-.=@{MINUS}"


def _value(number: int, row: list[str], low: float, high: float, factor: float, unit: str) -> float:
    year = FIRST_YEAR + number - 1
    where = f"row {number} ({year})"
    if len(row) > 2:
        raise DataError(f"{where}: {len(row)} cells; keep one column, or a year and its value")
    if len(row) == 2 and row[0] not in (str(year), str(number)):
        raise DataError(f"{where}: the first cell is {quoted(row[0])}; give the years {FIRST_YEAR} onward in order")
    text = row[-1]
    if is_formula(text):
        raise DataError(f"{where}: {quoted(text)} is a formula; paste the value it shows")
    is_percent = text.endswith("%") and factor == 100.0
    try:
        written = read_number(text.removesuffix("%") if is_percent else text)
    except ValueError as remedy:
        raise DataError(f"{where}: {quoted(text)} cannot be read; {remedy}") from None
    stored = round(written / factor, 12)
    if not low <= stored <= high:
        side = "high" if stored > high else "low"
        said = f"{low * factor:,.10g} to {high * factor:,.10g}".replace("-", MINUS) + (f" ({unit})" if unit else "")
        raise DataError(f"{where}: {quoted(text)} is too {side}; allowed is {said}")
    return stored
