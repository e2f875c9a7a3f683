"""Rows of one sheet of a workbook: what its cells hold and show, without what is hidden."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from openpyxl.utils.cell import column_index_from_string, get_column_letter, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from models.errors import DataError
from models.intake.cell import MERGED, Cell, Fault, Figure, is_filled
from models.intake.formats import Format, format_of
from models.intake.limits import COUNTED, MAX_COLUMNS, Limits, Rows, too_wide
from models.intake.xml_stream import Budget, parse

MAX_TEXT = 32_767
"""Characters of a cell, as spreadsheets have it."""
MAX_MERGES = 10_000
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_DURATION = Fault("the cell holds a time of day or a duration", "write it as a plain number")


class _Enough(Exception):
    """More rows than are counted."""


@dataclass(frozen=True)
class Book:
    """What all sheets share: codes of formats by style, and whether days are counted from 1904."""

    formats: Sequence[str]
    is_1904: bool

    def shows(self, style: str) -> Format:
        """What a style shows."""
        k = int(style or 0)
        return format_of(self.formats[k]) if 0 <= k < len(self.formats) else Format()


class SheetReader:
    """Reads the strings of a workbook, then the rows of a sheet."""

    def __init__(self, book: Book, limits: Limits, budget: Budget) -> None:
        self.book, self.limits, self.budget = book, limits, budget
        self.strings: list[str] = []
        self.text: list[str] = []
        self.length = 0
        self.is_text = False
        self.kept = Rows(limits)
        self.row = 0
        self.column = 0
        self.cells: dict[int, Cell] = {}
        self.is_row_hidden = False
        self.hidden_rows: list[int] = []
        self.hidden_columns: set[int] = set()
        self.skipped_columns: set[int] = set()
        self.cell: dict[str, str] = {}
        self.formula: str | None = None
        self.value = ""
        self.phonetic = 0
        self.merges: list[tuple[int, int, int, int]] = []

    def read_strings(self, part: IO[bytes]) -> None:
        """Read the table of shared strings."""
        parse(part, self._start_string, self._end_string, self._add)

    def read_rows(self, part: IO[bytes]) -> Rows:
        """Read the rows of a sheet; merged cells are known only after them."""
        try:
            parse(part, self._start, self._end, self._add)
        except _Enough:
            pass
        self._mark_merged()
        if self.hidden_columns:
            self.kept.rows = [[c for k, c in enumerate(row, start=1) if k not in self.hidden_columns]
                              for row in self.kept.rows]
        return self.kept

    def notes(self) -> list[str]:
        """What was hidden and left aside."""
        out = []
        if self.hidden_rows:
            out.append(f"Hidden and not read: {_listed('row', [str(k) for k in _spans(self.hidden_rows)])}.")
        if self.skipped_columns:
            names = [get_column_letter(k) for k in sorted(self.skipped_columns)]
            out.append(f"Hidden and not read: {_listed('column', names)}.")
        return out

    def _start_string(self, name: str, _: dict[str, str]) -> None:
        self.budget.spend()
        local = name.rpartition(" ")[2]
        if local == "si":
            self._clear()
        self._open_text(local)

    def _end_string(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self._close_text(local)
        if local == "si":
            self.strings.append("".join(self.text))

    def _open_text(self, local: str) -> None:
        """Only ``t`` holds text, and that of a reading aid (``rPh``) is not the cell's."""
        self.phonetic += local == "rPh"
        self.is_text = local == "t" and not self.phonetic

    def _close_text(self, local: str) -> None:
        self.phonetic -= local == "rPh"
        self.is_text = False

    def _clear(self) -> None:
        self.text, self.length = [], 0

    def _add(self, piece: str) -> None:
        if self.is_text:
            self.length += len(piece)
            if self.length > MAX_TEXT:
                raise DataError(f"a cell of the workbook holds more than {MAX_TEXT:,} characters; shorten it")
            self.text.append(piece)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.budget.spend()
        local = name.rpartition(" ")[2]
        if local == "c":
            self._start_cell(attributes)
        elif local in ("v", "f"):
            self._clear()
            self.is_text = True
        elif local == "row":
            self._start_row(attributes)
        elif local == "col":
            self._hide_columns(attributes)
        elif local == "mergeCell" and len(self.merges) < MAX_MERGES:
            self.merges.append(_area(attributes.get("ref", "")))
        else:
            self._open_text(local)

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local == "v":
            self.value = "".join(self.text)
        elif local == "f":
            self.formula = "".join(self.text)
        elif local == "c":
            self._end_cell()
        elif local == "row":
            self._end_row()
        self._close_text(local)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
        self.column, self.cells = 0, {}
        self.is_row_hidden = _is_on(attributes.get("hidden", "")) or attributes.get("ht") == "0"

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        self.column = column_index_from_string(place[1]) if place else self.column + 1
        self.cell, self.formula, self.value = attributes, None, ""
        self._clear()

    def _end_cell(self) -> None:
        cell = self._held()
        if is_filled(cell):
            self.cells[self.column] = cell
            if len(self.cells) > MAX_COLUMNS:
                raise too_wide(len(self.cells), self.limits, f"row {self.row}")

    def _held(self) -> Cell:
        """What the cell holds: text, a number with what its format shows, a day, or a formula as it is written."""
        if self.formula is not None:
            return f"={self.formula or '…'}"
        kind = self.cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(self.text).strip()
        if kind == "s":
            k = int(self.value or -1)
            return self.strings[k].strip() if 0 <= k < len(self.strings) else ""
        if kind == "b":
            return "TRUE" if self.value.strip() in ("1", "true") else "FALSE"
        if kind == "d":
            return dt.datetime.fromisoformat(self.value).replace(tzinfo=None)
        if kind != "n" or not self.value.strip():
            return self.value.strip()
        return self._number(float(self.value))

    def _number(self, value: float) -> Cell:
        shown = self.book.shows(self.cell.get("s", "0"))
        if shown.is_time or (shown.is_date and 0 <= value < 1):
            return _DURATION
        if not shown.is_date:
            return Figure(value, shown._replace(is_1904=self.book.is_1904))
        try:
            day = from_excel(value, MAC_EPOCH if self.book.is_1904 else WINDOWS_EPOCH)
        except (ValueError, OverflowError):
            day = None
        return day if isinstance(day, dt.datetime) else Fault(f"{value:g} is no day of the calendar", "write the day")

    def _end_row(self) -> None:
        if not self.cells:
            return
        if self.is_row_hidden:
            self.hidden_rows.append(self.row)
            return
        self.skipped_columns |= self.cells.keys() & self.hidden_columns
        last = max(self.cells)
        if last > MAX_COLUMNS:
            raise too_wide(last, self.limits, f"row {self.row}")
        self.kept.add(self.row, [self.cells.get(k, "") for k in range(1, last + 1)])
        if self.kept.count > COUNTED:
            raise _Enough

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        if _is_on(attributes.get("hidden", "")) or attributes.get("width") == "0":
            first, last = int(attributes.get("min", "0")), int(attributes.get("max", "0"))
            self.hidden_columns |= set(range(max(1, first), min(last, MAX_COLUMNS) + 1))

    def _mark_merged(self) -> None:
        """Cells that a merged one covers hold nothing: told apart from empty ones, which may have a meaning."""
        lines = self.kept.lines
        for left, top, right, bottom in self.merges:
            for at in range(bisect_left(lines, top), bisect_right(lines, bottom)):
                cells = self.kept.rows[at]
                cells += [""] * (min(right, MAX_COLUMNS) - len(cells))
                for k in range(left - 1, min(right, MAX_COLUMNS)):
                    self.budget.spend()
                    if cells[k] == "" and (lines[at], k + 1) != (top, left):
                        cells[k] = MERGED


def _is_on(text: str) -> bool:
    return text in ("1", "true", "on")


def _area(text: str) -> tuple[int, int, int, int]:
    """Left, top, right, bottom; whole columns and rows end where sheets end."""
    try:
        left, top, right, bottom = range_boundaries(text)
    except (ValueError, TypeError):
        return 1, 1, 0, 0
    return left or 1, top or 1, right or MAX_COLUMNS, bottom or 1_048_576


def _spans(numbers: Sequence[int]) -> list[str]:
    """Numbers with runs drawn together: 3, 5 to 7."""
    out: list[list[int]] = []
    for number in numbers:
        if out and number == out[-1][-1] + 1:
            out[-1] = [out[-1][0], number]
        else:
            out.append([number])
    return [" to ".join(str(k) for k in run) for run in out]


def _listed(thing: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    plural = "s" if len(names) > 1 or " to " in names[0] else ""
    return f"{thing}{plural} {', '.join(names[:10])}{more}"
