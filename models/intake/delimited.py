"""Delimited text as rows of cells, read line by line: what separates cells is found, or said by a line ``sep=;``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from models.basis.reading import quoted
from models.errors import DataError
from models.intake.limits import COUNTED, MAX_COLUMNS, MAX_LINE, Limits, Rows, too_wide

SEPARATORS = (";", "\t", "|", ",")
SAMPLE = 10_000
TOP = 10
"""Lines above which titles may stand."""


def delimited(text: str, limits: Limits, is_heading: Callable[[str], bool]) -> tuple[str, Rows, tuple[str, ...]]:
    """Separator, rows and notes of a text.

    Raises
    ------
    DataError
        If its quotation marks are broken, or a line is longer than any table's; the first such line ends the reading.
    """
    separator, skipped = separator_of(text, is_heading)
    rows = rows_of(text, separator, limits, skipped)
    note = (f"Cells are separated by {'tabs' if separator == chr(9) else quoted(separator)}.",)
    return separator, rows, note if separator != "," else ()


def rows_of(text: str, separator: str, limits: Limits, skipped: int = 0) -> Rows:
    """Rows of a text whose cells are parted by ``separator``, after ``skipped`` lines."""
    kept = Rows(limits)
    lines = csv.reader(_lines(text, separator, limits, skipped), delimiter=separator)
    try:
        for cells in lines:
            kept.add(skipped + lines.line_num, [cell.strip() for cell in cells])
            if kept.count > COUNTED:
                break
    except csv.Error as error:
        line = skipped + lines.line_num
        raise DataError(f"line {line} cannot be read as CSV: {error}; check its quotation marks") from None
    return kept


def _lines(text: str, separator: str, limits: Limits, skipped: int) -> Iterator[str]:
    """Lines of a text, whatever ends them, none of them longer than a table's."""
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MAX_LINE:
            where = "the first line" if number == 1 + skipped else f"line {number}"
            if (cells := line.count(separator) + 1) > MAX_COLUMNS:
                raise too_wide(cells, limits, where)
            raise DataError(f"{where} has {len(line):,} characters; at most {MAX_LINE:,} are read. {limits.too_large}")
        if number > skipped:
            yield line


def separator_of(text: str, is_heading: Callable[[str], bool]) -> tuple[str, int]:
    """The separator that finds most known headings, or else most cells; and how many lines stand before the header."""
    sample = text[:SAMPLE]
    for number, line in enumerate(io.StringIO(sample, newline=""), start=1):
        if not (first := line.strip("\r\n")).strip():
            continue
        said = first.strip(" \"'").removeprefix("\ufeff")
        if said.lower().startswith("sep=") and (mark := said[4:].strip(" ") or ",")[0] not in "\"'" and len(mark) == 1:
            return mark, number
        break
    else:
        return ",", 0

    top = [first, *sample.splitlines()[number : number + TOP]]

    def evidence(mark: str) -> tuple[int, int, int]:
        lines = (line.split(mark)[: MAX_COLUMNS + 1] for line in top)
        known = max(sum(is_heading(cell.strip(" \"'")) for cell in cells if cell.strip()) for cells in lines)
        return known, first.count(mark), sample.count(mark)

    best = max(SEPARATORS, key=evidence)
    return best if best in sample else ",", 0
