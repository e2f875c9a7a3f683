"""A sheet of a workbook as rows of cells, read as a stream that stops at the first limit it meets.

openpyxl tells neither hidden rows nor merged cells while it streams, and builds a row of a million cells before anybody
can refuse it; its tables of formats and days are used.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from posixpath import join, normpath
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from openpyxl.styles.numbers import BUILTIN_FORMATS

from models.basis.reading import quoted
from models.errors import DataError
from models.intake.limits import Limits, Rows, size_text
from models.intake.workbook_sheet import Book, SheetReader
from models.intake.xml_stream import Budget, Element, elements

MAX_INDEX = 4_000_000
"""Bytes of the parts that only list sheets, styles and names."""
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, ExpatError, OSError, EOFError, ValueError, ArithmeticError,
    LookupError, RuntimeError,
)
"""What packed and marked up text that is broken, cut or encrypted raises in its parsers."""
_EAST_ASIAN_DAYS = (*range(27, 37), *range(50, 59))


class _Named(NamedTuple):
    name: str
    part: str
    is_hidden: bool


def workbook(data: bytes, limits: Limits, about: str) -> tuple[Rows, tuple[str, ...]]:
    """Rows of the first visible sheet, and what was left aside; ``about`` names a sheet nobody misses.

    Raises
    ------
    DataError
        If it is damaged, no workbook, or larger than what it may hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return _read(_Parts(packed, limits), about)
    except DAMAGE as error:
        raise DataError("the workbook is damaged; save it again, or as CSV") from error


@dataclass
class _Parts:
    """Parts of a packed file, each read within the limits."""

    packed: zipfile.ZipFile
    limits: Limits

    def __post_init__(self) -> None:
        self.sizes = {item.filename: item.file_size for item in self.packed.infolist()}
        self.budget = Budget(self.limits.thing)
        self.left = self.limits.unpacked

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def check(self, *names: str) -> None:
        """Refuse parts that unpack to more than is left before any of them is opened."""
        total = sum(self.sizes.get(name, 0) for name in names)
        if total > self.left:
            size = size_text(total, self.limits)
            raise DataError(f"the workbook unpacks to {size}; keep only the sheet with the {self.limits.thing}s")
        self.left -= total

    def elements(self, name: str, *names: str) -> list[Element]:
        """Elements of a short part; none if it is not there."""
        if name not in self.sizes:
            return []
        if self.sizes[name] > MAX_INDEX:
            raise DataError(f"{name} of the workbook is too large; copy the sheet into a new workbook")
        found: list[Element] = []
        with self.packed.open(name) as part:
            elements(part, self.budget, names, found.append)
        return found


def _read(parts: _Parts, about: str) -> tuple[Rows, tuple[str, ...]]:
    if "xl/workbook.xml" not in parts:
        kind = "save it as .xlsx" if "xl/workbook.bin" in parts or "content.xml" in parts else "upload CSV or .xlsx"
        raise DataError(f"this is a packed file, but not a workbook; {kind}")
    strings, styles = "xl/sharedStrings.xml", "xl/styles.xml"
    parts.check("xl/workbook.xml", styles)
    sheets, is_1904 = _sheets(parts)
    seen = next((sheet for sheet in sheets if not sheet.is_hidden), None)
    if seen is None:
        raise DataError("the workbook shows no sheet; unhide the one to be read")
    parts.check(strings, seen.part)
    reader = SheetReader(Book(_formats(parts, styles), is_1904), parts.limits, parts.budget)
    if strings in parts:
        with parts.packed.open(strings) as part:
            reader.read_strings(part)
    with parts.packed.open(seen.part) as part:
        rows = reader.read_rows(part)
    return rows, (*_about_sheets(sheets, seen, about), *reader.notes())


def _sheets(parts: _Parts) -> tuple[list[_Named], bool]:
    """Sheets of cells in their order, and whether days are counted from 1904."""
    found = parts.elements("xl/workbook.xml", "sheet", "workbookPr")
    targets = {
        item.get("Id", ""): item.get("Target", "")
        for item in parts.elements("xl/_rels/workbook.xml.rels", "Relationship")
        if item.get("Type", "").endswith("/worksheet")
    }
    sheets = [
        _Named(item.get("name", ""), _place(targets[key]), item.get("state", "visible") != "visible")
        for item in found if item.name == "sheet" and (key := item.get("id", "")) in targets
    ]
    is_1904 = any(item.get("date1904", "0") in ("1", "true", "on") for item in found if item.name == "workbookPr")
    return sheets, is_1904


def _place(target: str) -> str:
    """Name of a part, as the list of sheets points at it from its own folder."""
    return normpath(join("/xl", target)).lstrip("/")


def _formats(parts: _Parts, styles: str) -> list[str]:
    """Code of the format of every style."""
    codes = dict(BUILTIN_FORMATS) | dict.fromkeys(_EAST_ASIAN_DAYS, "yyyy-mm-dd")
    out: list[str] = []
    is_inside = False
    for item in parts.elements(styles, "numFmt", "cellXfs", "cellStyleXfs", "xf"):
        if item.name == "numFmt":
            codes[int(item.get("numFmtId", "0"))] = item.get("formatCode", "")
        elif item.name != "xf":
            is_inside = item.name == "cellXfs"
        elif is_inside:
            out.append(codes.get(int(item.get("numFmtId", "0")), "General"))
    return out


def _about_sheets(sheets: list[_Named], seen: _Named, about: str) -> list[str]:
    """What to tell about the sheets that were not read."""
    shown = [sheet.name for sheet in sheets if not sheet.is_hidden and sheet.name != about and sheet is not seen]
    hidden = [sheet.name for sheet in sheets if sheet.is_hidden]
    out = []
    if shown:
        first = "first sheet" if sheets[0] is seen else "first visible sheet"
        out.append(f"Only the {first}, {quoted(seen.name)}, was read.")
    if hidden:
        out.append(f"Hidden and not read: sheet {', '.join(quoted(name) for name in hidden[:5])}"
                   f"{f' and {len(hidden) - 5} more' if len(hidden) > 5 else ''}.")
    return out
