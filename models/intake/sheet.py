"""An uploaded file as rows of text: CSV as programs of all countries write it, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from models.basis.reading import quoted
from models.errors import DataError

MAX_COLUMNS = 200
SEPARATORS = (";", "\t", "|", ",")
SAMPLE = 10_000
ABOUT = "Columns"
"""Sheet of our own templates that explains the columns."""
_EMPTY = "the file is empty; give a line of headings, then a row for every entry"
_NEW_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Limits:
    """How much of a file is read, and what to do about more.

    ``name`` of the kind of file; ``size`` and ``unpacked`` in bytes; ``rows`` under the header, each one ``thing`` of a
    ``whole``.
    """

    name: str
    size: int
    unpacked: int
    rows: int
    thing: str
    whole: str
    too_large: str
    too_many: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """Text of a file.

    Attributes
    ----------
    rows : list of list of str
        Without empty ones, cells trimmed: at most one more than are read, the first may be a header.
    lines : list of int
        Line or row of the file each row stands in.
    count : int
        Rows in the file, also those not kept.
    decimal_comma : bool
        Whether semicolons separate cells.
    notes : tuple of str
        How the file was read, where that is not plain.
    """

    rows: list[list[str]]
    lines: list[int]
    count: int
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()


def read_sheet(data: bytes, limits: Limits, names: Collection[str] = ()) -> Sheet:
    """Read a file, whatever its name.

    Parameters
    ----------
    names : collection of str
        Headings that may stand in the first line; they tell which character separates cells.

    Raises
    ------
    DataError
        If it is empty, too large, or neither CSV nor a workbook; with what to do.
    """
    if len(data) > limits.size:
        has, most = (_size(count, limits) for count in (len(data), limits.size))
        raise DataError(f"the file has {has}; at most {most} are read. {limits.too_large}")
    if data.startswith(_NEW_WORKBOOK):
        return _workbook(data, limits)
    if data.startswith(_OLD_WORKBOOK):
        raise DataError("this is a workbook of the old format; save it as .xlsx or as CSV")
    return _csv(data, limits, names)


def _size(count: int, limits: Limits) -> str:
    return f"{count / 1e6:,.0f} MB" if limits.size >= 10_000_000 else f"{count:,} bytes"


def _csv(data: bytes, limits: Limits, names: Collection[str]) -> Sheet:
    text, notes = _decoded(data)
    if not text.strip():
        raise DataError(_EMPTY)
    separator, skip = _separator(text, names)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for _ in range(skip):
            next(lines)
        rows, numbers, count = _kept(((lines.line_num, cells) for cells in lines), limits)
    except csv.Error as error:
        raise DataError(f"line {lines.line_num} cannot be read as CSV: {error}; check its quotation marks") from None
    if not rows:
        raise DataError(_EMPTY)
    if len(rows[0]) > MAX_COLUMNS:
        wide = f"the first line has {len(rows[0]):,} cells"
        raise DataError(f"{wide}; at most {MAX_COLUMNS} columns are read, so keep those of the {limits.name}")
    if separator != ",":
        notes += (f"Cells are separated by {'tabs' if separator == chr(9) else quoted(separator)}.",)
    return Sheet(rows, numbers, count, separator == ";", notes)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Text of a file: guessing among encodings of a few names errs, so only what spreadsheets write is tried."""
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or text.startswith("%PDF"):
            break
        odd = encoding == "cp1252"
        return text, ("The file is not UTF-8; names were read as Windows text.",) if odd else ()
    raise DataError("this is neither text nor a workbook; upload CSV or .xlsx")


def _separator(text: str, names: Collection[str]) -> tuple[str, int]:
    """The separator that finds most known headings, or else most cells; and how many lines stand before the header."""
    sample = text[:SAMPLE]
    first = next((line for line in sample.splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], 1

    def evidence(mark: str) -> tuple[int, int, int]:
        return sum(plain_name(name) in names for name in first.split(mark)), first.count(mark), sample.count(mark)

    best = max(SEPARATORS, key=evidence)
    return best if best in sample else ",", 0


def plain_name(name: str) -> str:
    """Heading in the form of a column name: "Advance rate (share)" is advance_rate."""
    plain = name.split("(")[0].strip().strip("'\"").lower()
    return "_".join(plain.replace("-", " ").replace("_", " ").split())


def _workbook(data: bytes, limits: Limits) -> Sheet:
    from openpyxl import load_workbook  # only whoever uploads a workbook waits for it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
            parts = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise DataError("the workbook is damaged; save it again, or as CSV") from None
    if unpacked > limits.unpacked:
        size = _size(unpacked, limits)
        raise DataError(f"the workbook unpacks to {size}; keep only the sheet with the {limits.thing}s")
    if "xl/workbook.xml" not in parts:
        raise DataError("this is a packed file, but not a workbook; upload CSV or .xlsx")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book[book.sheetnames[0]]
        cells = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=limits.rows + 2)
        rows, lines, count = _kept(
            ((number, [_text(cell) for cell in row]) for number, row in enumerate(cells, start=1)), limits
        )
        count = max(count, sheet.max_row or 1) if count > limits.rows + 1 else count
    except Exception as error:  # a workbook from outside can break its reader in any way
        raise DataError(f"the workbook cannot be read ({type(error).__name__}); save it again, or as CSV") from None
    if not rows:
        raise DataError(_EMPTY)
    has_others = any(name != ABOUT for name in book.sheetnames[1:])
    notes = (f"Only the first sheet, {quoted(book.sheetnames[0])}, was read.",) if has_others else ()
    return Sheet(rows, lines, count, notes=notes)


def _text(cell: object) -> str:
    """A cell of a workbook as text: a percentage as it is shown, a formula as it is written and never run."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if "%" in getattr(cell, "number_format", ""):
            return f"{Decimal(repr(value)).scaleb(2):f}%"
        return repr(value).removesuffix(".0")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value) if isinstance(value, dt.date) else f"={type(value).__name__}"


def _kept(numbered: Iterable[tuple[int, list[str]]], limits: Limits) -> tuple[list[list[str]], list[int], int]:
    """Filled rows up to the limit and one more, their line numbers, and how many there are in all."""
    rows, lines, count = [], [], 0
    for number, cells in numbered:
        if any(cell and not cell.isspace() for cell in cells):
            count += 1
            if count <= limits.rows + 1:
                rows.append([cell.strip() for cell in cells])
                lines.append(number)
    return rows, lines, count
