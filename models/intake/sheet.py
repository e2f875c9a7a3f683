"""An uploaded file as rows of cells: delimited text as programs of all countries write it, or a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.errors import DataError
from models.intake.cell import Cell
from models.intake.delimited import delimited
from models.intake.encoding import text_of
from models.intake.limits import Limits, Rows, size_text

ABOUT = "Columns"
"""Sheet of our own templates that explains the columns."""
EMPTY = "the file is empty; give a line of headings, then a row for every entry"
_NEW_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, eq=False)
class Sheet:
    """Cells of a file.

    Attributes
    ----------
    rows : list of list of Cell
        Without empty ones, text trimmed: at most `limits.BESIDE` more than are read.
    lines : list of int
        Line or row of the file each row stands in.
    count : int
        Rows in the file, also those not kept; beyond `limits.COUNTED` they are not counted on.
    separator : str
        What separates cells; empty in a workbook.
    notes : tuple of str
        How the file was read, where that is not plain.
    """

    rows: list[list[Cell]]
    lines: list[int]
    count: int
    separator: str = ""
    notes: tuple[str, ...] = ()


def read_sheet(data: bytes, limits: Limits, is_heading: Callable[[str], bool] = bool) -> Sheet:
    """Read a file, whatever its name.

    Parameters
    ----------
    is_heading : callable
        Whether a text may head a column; it tells which character separates cells.

    Raises
    ------
    DataError
        If it is empty, too large, or neither text nor a workbook; with what to do.
    """
    if (found := read_workbook(data, limits)) is not None:
        kept, notes = found
        separator = ""
    else:
        text, notes = read_text(data, limits)
        separator, kept, told = delimited(text, limits, is_heading)
        notes += told
    if not kept.rows:
        raise DataError(EMPTY)
    return Sheet(kept.rows, kept.lines, kept.count, separator, notes)


def read_workbook(data: bytes, limits: Limits) -> tuple[Rows, tuple[str, ...]] | None:
    """Rows and notes of a workbook, or None if the file is none; its size is checked either way."""
    if len(data) > limits.size:
        has, most = (size_text(count, limits) for count in (len(data), limits.size))
        raise DataError(f"the file has {has}; at most {most} are read. {limits.too_large}")
    if data.startswith(_OLD_WORKBOOK):
        raise DataError("this is a workbook of the old format; save it as .xlsx or as CSV, without a password")
    if not data.startswith(_NEW_WORKBOOK):
        return None
    from models.intake.workbook import workbook  # only whoever uploads a workbook waits for it

    return workbook(data, limits, ABOUT)


def read_text(data: bytes, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """Text and notes of a file that is no workbook."""
    text, notes = text_of(data)
    if not text.strip():
        raise DataError(EMPTY)
    return text, notes
