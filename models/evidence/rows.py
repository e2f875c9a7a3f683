"""Rows of the CSV files of `data/`, checked as they are read.

A cell that is silently wrong would be printed in a client's appendix, so whatever a spreadsheet export breaks is an
error that names the file, the row and the field.
"""

import calendar
import csv
import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import PydanticCustomError

from models.basis.refusal import refused
from models.errors import DataError

Record = TypeVar("Record", bound=BaseModel)
_LOST = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "-infinity", "null", "#n/a", "#ref!", "#value!", "#name?"})
_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|H([12])|(\d{2})(?:-(\d{2}))?|(\d{4})))?", re.ASCII)


def read_rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a CSV file with an `id` column and refuse what a spreadsheet export breaks.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8, comma separated, one header row.
    columns : tuple of str
        Columns that must be there; more are kept.

    Returns
    -------
    list of dict of str to str
        One dictionary a row, cells stripped.

    Raises
    ------
    DataError
        Naming file, row and field: unreadable file, missing or repeated column, row of the wrong width, empty or
        repeated id, and cells such as ``nan`` or ``#REF!`` that stand for a value that was lost.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as cause:
        raise DataError(f"{path.name} cannot be read as a UTF-8 CSV file: {cause}") from None
    header = table[0] if table else []
    missing = [name for name in columns if name not in header]
    if missing or len(set(header)) < len(header):
        raise DataError(f"{path.name}: the header lacks {missing or 'unique names'}; it is {','.join(header)[:200]}")
    rows, seen = [], set()
    for number, cells in enumerate(table[1:], start=2):
        if len(cells) != len(header):
            raise DataError(f"{path.name}, line {number}: {len(cells)} cells under {len(header)} columns")
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        where = row.get("id") or f"line {number}"
        lost = next((name for name, cell in row.items() if cell.lower() in _LOST), None)
        if lost:
            raise DataError(f"{path.name}, row {where}, field {lost}: {row[lost]!r} is a lost value; leave it empty")
        if "id" in header and (not row["id"] or row["id"] in seen):
            raise DataError(f"{path.name}, row {where}, field id: {row['id']!r} is empty or was used above")
        seen.add(row.get("id"))
        rows.append(row)
    return rows


def finite(cell: object) -> float | None:
    """Number of a cell, None for an empty one; refuses what is not a finite number."""
    if cell == "" or cell is None:
        return None
    try:
        value = float(cell)  # type: ignore[arg-type]
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PydanticCustomError("finite", "is not a finite number")
    return value


Figure = Annotated[float | None, BeforeValidator(finite)]
"""A cell that holds a number, or nothing where none is known."""


def read_record(path: Path, row: Mapping[str, Any], kind: type[Record]) -> Record:
    """Row of `read_rows` as the record it is declared to be, by the names of its columns.

    Raises
    ------
    DataError
        Naming file, row, field and cell.
    """
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        item = error.errors()[0]
        field = f", field {item['loc'][0]}" if item["loc"] else ""
        raise DataError(f"{path.name}, row {row['id']}{field}: {refused(item)}") from None


def number(path: Path, row: Mapping[str, str], field: str) -> float | None:
    """Number of one cell, None for an empty one; raises DataError, naming file, row, field and cell."""
    try:
        return finite(row[field])
    except PydanticCustomError as error:
        raise DataError(f"{path.name}, row {row['id']}, field {field}: {row[field]!r} {error.message()}") from None


def period_end(date: str) -> dt.date | None:
    """Last day of a period written in a `date` or `as_of` cell; None for an empty one.

    Parameters
    ----------
    date : str
        ``2026-09-27``, ``2004-08``, ``2004-Q2``, ``2001-H1``, ``2024`` or ``1996-2001``; DataError for anything else.
    """
    if not date:
        return None
    found = _PERIOD.fullmatch(date)
    try:
        if found is None:
            raise ValueError
        year, quarter, half, month, day, last_year = (int(part) if part else 0 for part in found.groups())
        if day:
            return dt.date(year, month, day)
        month = month or 3 * quarter or 6 * half or 12
        return dt.date(max(year, last_year), month, calendar.monthrange(year, month)[1])
    except ValueError:
        raise DataError(
            f"date {date!r} is not a period; write 2026-09-27, 2004-08, 2004-Q2, 2001-H1, 2024 or 1996-2001"
        ) from None
