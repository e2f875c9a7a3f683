"""A column of numbers as people bring it: pasted text, a CSV file or a sheet; read row by row, or refused by row.

Formulas are never evaluated: a sheet may come from anyone, and the value it shows is not the value it would have here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile

from dashboard import format as f
from models.basis.assumption import YEARS
from models.basis.reading import number_text, quoted, read_number
from models.errors import ScenarioError

MAX_BYTES = 200_000
MAX_UNPACKED = 20_000_000
MAX_ROWS = 200
FIRST_YEAR = f.year_of(1)
_YEAR = re.compile(r"20\d\d", re.ASCII)
_SPLIT = re.compile(r"[,;\s]+")


def pasted(text: str) -> list[list[str]]:
    """Rows of cells of pasted text; one line of many values is a row that becomes a column."""
    if len(text) > MAX_BYTES:
        raise ScenarioError(f"the text has {len(text):,} characters; a column of {YEARS} numbers has far fewer")
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


def uploaded(name: str, data: bytes) -> list[list[str]]:
    """Rows of cells of a CSV or XLSX file.

    Raises
    ------
    ScenarioError
        If the file is too large or not what its name says.
    """
    if len(data) > MAX_BYTES:
        raise ScenarioError(f"{quoted(name)} has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    if name.lower().endswith(".xlsx"):
        return _sheet(name, data)
    try:
        text = data.decode("utf-8-sig")
        between = ";" if ";" in text else "\t" if "\t" in text else ","
        lines = csv.reader(io.StringIO(text), delimiter=between)
        rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    except (UnicodeDecodeError, csv.Error):
        raise ScenarioError(f"{quoted(name)} cannot be read; save it as CSV in UTF-8, or as XLSX") from None
    return [row for row in rows if row]


def _sheet(name: str, data: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # a third of a second that only an upload needs

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise ScenarioError(f"{quoted(name)} unpacks to more than {MAX_UNPACKED:,} bytes; save one small sheet")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        rows = [
            [_cell(cell) for cell in row if cell.value is not None]
            for row in sheet.iter_rows(max_row=MAX_ROWS, max_col=8)
        ]
    except ScenarioError:
        raise
    except Exception:  # a broken or hostile workbook fails in any of a dozen ways, all of which mean the same
        raise ScenarioError(f"{quoted(name)} cannot be read as an XLSX workbook; save it again, or paste") from None
    return [row for row in rows if row]


def _cell(cell: object) -> str:
    """Text of a cell of a sheet; a percentage as it is shown, a formula as it is written."""
    value = getattr(cell, "value", None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_percent = "%" in str(getattr(cell, "number_format", ""))
        return f"{number_text(round(value * 100, 10))}%" if is_percent else number_text(value)
    return str(value).strip()


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
    ScenarioError
        Naming row, value, bound and remedy.
    """
    if rows and _is_heading(rows[0][-1]):
        rows = rows[1:]
    if len(rows) != YEARS:
        raise ScenarioError(
            f"{len(rows)} rows hold a value; {YEARS} are needed, one for each year from {FIRST_YEAR} to "
            f"{FIRST_YEAR + YEARS - 1}"
        )
    values = tuple(_value(number, row, low, high, factor, unit) for number, row in enumerate(rows, start=1))
    if factor == 100.0 and 0.0 < max(map(abs, values)) <= 0.01 and not any("%" in row[-1] for row in rows):
        raise ScenarioError(
            f"row 1: {quoted(rows[0][-1])} would be read as {rows[0][-1]}%, and so on; write 40 or 40% for 0.40"
        )
    return values


def _is_heading(text: str) -> bool:
    """Words above the numbers: neither a number, nor a formula that must be refused."""
    _refuse_formula(1, text)
    return not text[:1].isdigit() and text[:1] not in "+-.\N{MINUS SIGN}"


def _value(number: int, row: list[str], low: float, high: float, factor: float, unit: str) -> float:
    year = FIRST_YEAR + number - 1
    where = f"row {number} ({year})"
    if len(row) > 2:
        raise ScenarioError(f"{where}: {len(row)} cells; keep one column, or a year and its value")
    if len(row) == 2 and row[0] not in (str(year), str(number)):
        raise ScenarioError(f"{where}: the first cell is {quoted(row[0])}; give the years {FIRST_YEAR} onward in order")
    text = row[-1]
    _refuse_formula(number, text)
    is_percent = text.endswith("%") and factor == 100.0
    try:
        written = read_number(text.removesuffix("%") if is_percent else text)
    except ValueError as remedy:
        raise ScenarioError(f"{where}: {quoted(text)} cannot be read; {remedy}") from None
    stored = round(written / factor, 12)
    if not low <= stored <= high:
        least, most = (f.assumption(bound * factor, "") for bound in (low, high))
        side = "high" if stored > high else "low"
        said = f"{least} to {most}" + (f" ({unit})" if unit else "")
        raise ScenarioError(f"{where}: {quoted(text)} is too {side}; allowed is {said}")
    return stored


def _refuse_formula(number: int, text: str) -> None:
    if text.startswith(("=", "@", "+=", "-=")):
        raise ScenarioError(f"row {number}: {quoted(text)} is a formula; paste the value it shows")
