"""What a cell of an uploaded table may hold before its column is known."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from models.intake.formats import Format


class Fault(NamedTuple):
    """What is wrong with a cell, and what to do."""

    problem: str
    remedy: str


class Figure(NamedTuple):
    """A number of a workbook and what its format shows; a text of the same digits might be read two ways."""

    value: float
    format: Format = Format()


Cell = str | Figure | dt.datetime | Fault
"""Text, a number or a day of a workbook, or what keeps a cell from being read."""

MERGED = Fault("the cell is part of a merged one and holds nothing of its own", "unmerge it and fill every row")


def is_filled(cell: Cell) -> bool:
    """Whether a cell holds anything."""
    return cell not in ("", MERGED)


def text_of(cell: Cell) -> str:
    """A cell as words."""
    if isinstance(cell, Figure):
        return repr(cell.value).removesuffix(".0") + ("%" if cell.format.is_percent else "")
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return cell if isinstance(cell, str) else ""
