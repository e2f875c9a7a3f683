"""Own holdings from a file: a class and an amount a row, CSV or XLSX, read as text and numbers and nothing else."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.claims.registry import CLASSES
from models.errors import DataError

MAX_BYTES = 1_000_000
MAX_UNPACKED = 20_000_000
MAX_ROWS = 2_000
MAX_AMOUNT = 1e15
CASH = "cash"
HEADINGS = (("class", "asset class", "asset"), ("amount", "value", "usd"))
_NUMBER = re.compile(r"\$?\s*(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d{1,3})?")


@dataclass(frozen=True)
class Holdings:
    """Amounts by class, USD, and the cash beside them; ``rows`` read."""

    amounts: dict[str, float]
    cash: float
    rows: int

    @property
    def total(self) -> float:
        """All money, USD."""
        return sum(self.amounts.values()) + self.cash

    @property
    def weights(self) -> tuple[float, ...]:
        """Share of each class, in the order of the classes; what is missing to one is cash."""
        return tuple(self.amounts[key] / self.total for key in CLASSES)


def read_holdings(name: str, content: bytes) -> Holdings:
    """Read a file of holdings.

    Parameters
    ----------
    name : str
        File name; its ending decides how the bytes are read.
    content : bytes

    Raises
    ------
    DataError
        Naming row and column, what was found, what is allowed and what to do. Formulas are refused: what they would
        compute is not in the file.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"file: {len(content):,} bytes; at most {MAX_BYTES:,}. Keep one row a holding")
    if name.lower().endswith((".xlsx", ".xlsm")):
        rows = _rows_of_workbook(content)
    elif name.lower().endswith((".csv", ".txt")):
        rows = _rows_of_text(content)
    else:
        raise DataError(f"file: {_shown(name)} is neither .csv nor .xlsx; save the list as one of these")
    return _read(rows)


def _read(rows: Iterator[tuple[int, Sequence[object]]]) -> Holdings:
    """Sum the rows by class."""
    filled = [(number, row) for number, row in rows if any(_text(cell) for cell in row)]
    if not filled:
        raise DataError("file: it is empty; give a row with the headings class and amount, then one row a holding")
    columns = _columns(*filled[0])
    if len(filled) > MAX_ROWS + 1:
        raise DataError(f"file: {len(filled) - 1:,} holdings; at most {MAX_ROWS:,}. Add up holdings of one class")
    amounts, cash = dict.fromkeys(CLASSES, 0.0), 0.0
    for number, row in filled[1:]:
        key, amount = _class(number, _cell(row, columns[0])), _amount(number, _cell(row, columns[1]))
        if key == CASH:
            cash += amount
        else:
            amounts[key] += amount
    out = Holdings(amounts, cash, len(filled) - 1)
    if out.total <= 0.0:
        raise DataError("amount: the holdings add up to nothing; give at least one amount above zero")
    return out


def _columns(number: int, row: Sequence[object]) -> tuple[int, int]:
    """Positions of class and amount in the row of headings."""
    found = []
    heads = [_text(cell).casefold() for cell in row]
    for names in HEADINGS:
        spot = next((i for i, head in enumerate(heads) if head in names), None)
        if spot is None:
            raise DataError(f"row {number}: no column named {names[0]}; the first row must name class and amount")
        found.append(spot)
    return found[0], found[1]


def _class(number: int, cell: object) -> str:
    text = _checked(number, "class", cell)
    plain = re.sub(r"[\s_-]+", " ", text.casefold()).strip()
    for key, known in CLASSES.items():
        if plain in (key.replace("_", " "), re.sub(r"[\s_-]+", " ", known.label.casefold())):
            return key
    if plain == CASH:
        return CASH
    labels = ", ".join(known.label for known in CLASSES.values())
    raise DataError(f"row {number}, class: {_shown(text)} is not known; use one of {labels}, or Cash")


def _amount(number: int, cell: object) -> float:
    if isinstance(cell, bool):
        raise DataError(f"row {number}, amount: {cell} is not an amount; write dollars as a plain number")
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        text = _checked(number, "amount", cell)
        if text.lstrip("$ ").startswith(("-", "−", "(")):
            raise DataError(f"row {number}, amount: {_shown(text)} is below zero; short positions are not allowed")
        if not text or not _NUMBER.fullmatch(text) or not any(ch.isdigit() for ch in text):
            raise DataError(f"row {number}, amount: {_shown(text)} is not a number; write dollars such as 1200000")
        value = float(text.lstrip("$ ").replace(",", ""))
    if not math.isfinite(value) or not 0.0 <= value <= MAX_AMOUNT:
        raise DataError(f"row {number}, amount: {value:g} is not allowed; it must lie in 0 to {MAX_AMOUNT:g}")
    return value


def _checked(number: int, column: str, cell: object) -> str:
    text = _text(cell)
    if text.startswith(("=", "+", "@")):
        raise DataError(
            f"row {number}, {column}: {_shown(text)} is a formula; paste values instead (copy, then paste as values)"
        )
    return text


def _cell(row: Sequence[object], column: int) -> object:
    return row[column] if column < len(row) else None


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _shown(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 40 else flat[:37] + "...")


def _rows_of_text(content: bytes) -> Iterator[tuple[int, Sequence[object]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError("file: not readable as text; save it as CSV in UTF-8") from None
    if "\0" in text:
        raise DataError("file: not readable as text; save it as CSV in UTF-8")
    first = text.split("\n", 1)[0]
    marks = {mark: first.count(mark) for mark in ",;\t"}
    try:
        yield from enumerate(csv.reader(io.StringIO(text), delimiter=max(marks, key=lambda m: marks[m])), start=1)
    except csv.Error as error:
        raise DataError(f"file: not a list of rows ({error}); save it as CSV again") from None


def _rows_of_workbook(content: bytes) -> Iterator[tuple[int, Sequence[object]]]:
    """Rows of the first sheet; formulas come as text and are refused."""
    from openpyxl import load_workbook  # only who uploads a workbook waits for it

    broken = DataError("file: not a workbook that can be read; save it as .xlsx again, or as CSV")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > MAX_UNPACKED:
                raise DataError(f"file: unpacks to more than {MAX_UNPACKED:,} bytes; keep one row a holding")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=50, values_only=True), start=1):
            yield number, [cell if cell is None or isinstance(cell, int | float) else str(cell) for cell in row]
    except DataError:
        raise
    except Exception:  # a broken workbook fails in many ways, none of which tells the reader more
        raise broken from None
