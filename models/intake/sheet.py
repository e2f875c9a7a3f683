"""A file of loans as rows of text: CSV as programs of all countries write it, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.basis.reading import quoted
from models.errors import DataError
from models.studies.book.tape_columns import BY_NAME, MAX_LOANS

MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 100_000_000
"""A workbook is a packed folder; a small one can unpack to anything."""
MAX_COLUMNS = 200
SEPARATORS = (",", ";", "\t", "|")
_NEW_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, eq=False)
class Sheet:
    """Text of a file.

    Attributes
    ----------
    header : list of str
    rows : list of list of str
        At most `MAX_LOANS`, without empty ones; cells trimmed.
    lines : list of int
        Line or row of the file each row stands in.
    count : int
        Rows in the file, also those not kept.
    decimal_comma : bool
        Whether semicolons separate cells.
    notes : tuple of str
        How the file was read, where that is not plain.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    count: int
    decimal_comma: bool = False
    notes: tuple[str, ...] = ()


def read_sheet(data: bytes) -> Sheet:
    """Read a file, whatever its name.

    Raises
    ------
    DataError
        If it is empty, too large, or neither CSV nor a workbook; with what to do.
    """
    if len(data) > MAX_BYTES:
        raise DataError(
            f"the file has {len(data) / 1e6:,.0f} MB; at most {MAX_BYTES / 1e6:,.0f} MB are read. "
            f"A book of {MAX_LOANS:,} loans takes under 2 MB: remove other sheets and columns"
        )
    if data.startswith(_NEW_WORKBOOK):
        return _workbook(data)
    if data.startswith(_OLD_WORKBOOK):
        raise DataError("this is a workbook of the old format; save it as .xlsx or as CSV")
    return _csv(data)


def _csv(data: bytes) -> Sheet:
    text, notes = _decoded(data)
    if not text.strip():
        raise DataError("the file is empty; the template shows what belongs in it")
    separator, skip = _separator(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for _ in range(skip):
            next(lines)
        header, rows, numbers, count = _kept((lines.line_num, cells) for cells in lines)
    except csv.Error as error:
        raise DataError(f"line {lines.line_num} cannot be read as CSV: {error}; check its quotation marks") from None
    if separator != ",":
        notes += (f"Cells are separated by {'tabs' if separator == chr(9) else quoted(separator)}.",)
    return Sheet(header, rows, numbers, count, separator == ";", notes)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text or text.startswith("%PDF"):
            break
        odd = encoding == "cp1252"
        return text, ("The file is not UTF-8; names were read as Windows text.",) if odd else ()
    raise DataError("this is neither text nor a workbook; upload CSV or .xlsx, as in the template")


def _separator(text: str) -> tuple[str, int]:
    """The separator that finds most columns in the first line, and how many lines stand before the header."""
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4], 1
    first = first or rest.partition("\n")[0]

    def known(separator: str) -> tuple[int, int]:
        names = [plain_name(name) for name in first.split(separator)]
        return sum(name in BY_NAME for name in names), len(names)

    return max(SEPARATORS, key=known), 0


def plain_name(name: str) -> str:
    """Heading in the form of a column name: "Advance rate (share)" is advance_rate."""
    plain = name.split("(")[0].strip().strip("'\"").lower()
    return "_".join(plain.replace("-", " ").replace("_", " ").split())


def _workbook(data: bytes) -> Sheet:
    from openpyxl import load_workbook  # only whoever uploads a workbook waits for it

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(item.file_size for item in packed.infolist())
            names = packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise DataError("the workbook is damaged; save it again, or as CSV") from None
    if unpacked > MAX_UNPACKED_BYTES:
        raise DataError(f"the workbook unpacks to {unpacked / 1e6:,.0f} MB; keep only the sheet with the loans")
    if "xl/workbook.xml" not in names:
        raise DataError("this is a packed file, but not a workbook; upload CSV or .xlsx, as in the template")
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book[book.sheetnames[0]]
        cells = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_LOANS + 2, values_only=True)
        header, rows, lines, count = _kept(
            (number, [_text(value) for value in row]) for number, row in enumerate(cells, start=1)
        )
        count = max(count, (sheet.max_row or 1) - 1) if count > MAX_LOANS else count
    except DataError:
        raise
    except Exception as error:  # a workbook from outside can break its reader in any way
        raise DataError(f"the workbook cannot be read ({type(error).__name__}); save it again, or as CSV") from None
    others = book.sheetnames[1:]
    notes = (f"Only the first sheet, {quoted(book.sheetnames[0])}, was read.",) if others != ["Columns"] * len(
        others
    ) else ()
    return Sheet(header, rows, lines, count, notes=notes)


def _text(value: object) -> str:
    """A cell of a workbook as text; a formula is shown as such and never run."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, int | dt.date):
        return str(value)
    return f"={type(value).__name__}"


def _kept(numbered: Iterable[tuple[int, list[str]]]) -> tuple[list[str], list[list[str]], list[int], int]:
    """Header, rows up to the limit, their line numbers, and how many rows there are in all."""
    filled: Iterator[tuple[int, list[str]]] = (
        (number, cells) for number, cells in numbered if any(cell and not cell.isspace() for cell in cells)
    )
    header = [cell.strip() for cell in next(filled, (0, []))[1]]
    while header and not header[-1]:
        header.pop()
    rows, lines, count = [], [], 0
    for number, cells in filled:
        count += 1
        if count <= MAX_LOANS:
            rows.append([cell.strip() for cell in cells])
            lines.append(number)
    return header, rows, lines, count
