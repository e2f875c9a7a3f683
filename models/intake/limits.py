"""How much of an upload is read; what is more is refused while it is read, not afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import DataError
from models.intake.cell import Cell, is_filled

MAX_COLUMNS = 200
MAX_LINE = 200_000
"""Characters of a line of text: 200 columns of a thousand characters."""
BESIDE = 50
"""Rows that are kept beside those of the limit: lines above the header, totals and remarks below."""
COUNTED = 100_000
"""Rows that are counted; a file with more has "more than" so many."""
MAX_PROBLEMS = 1_000
"""Problems that are told one by one; the rest are counted."""


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


def size_text(count: int, limits: Limits) -> str:
    """Bytes in the unit that the limit is told in."""
    return f"{count / 1e6:,.0f} MB" if limits.size >= 10_000_000 else f"{count:,} bytes"


def too_wide(count: int, limits: Limits, where: str = "the first line") -> DataError:
    """Refusal of a line with more cells than any table of ours has."""
    keep = f"at most {MAX_COLUMNS} columns are read, so keep those of the {limits.name}"
    return DataError(f"{where} has {count:,} cells; {keep}")


@dataclass
class Rows:
    """Filled rows up to the limit and some `BESIDE`, their line numbers, and how many there are in all."""

    limits: Limits
    rows: list[list[Cell]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, cells: list[Cell]) -> None:
        """Keep a row if it is filled and fits."""
        if any(map(is_filled, cells)):
            if len(cells) > MAX_COLUMNS:
                raise too_wide(len(cells), self.limits, f"line {line}" if self.count else "the first line")
            self.count += 1
            if self.count <= self.limits.rows + BESIDE:
                self.rows.append(cells)
                self.lines.append(line)
