"""A column of an uploaded table, declared once: reading, checks, templates, help and errors all come from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.basis.timeline import quarter_end, quarter_start

Kind = Literal["text", "amount", "share", "rate", "number", "date", "choice"]

HOW: Mapping[Kind, str] = {
    "text": "write words",
    "amount": "write the full number of dollars, such as 300000000",
    "share": "write 0.75 or 75%",
    "rate": "write 0.04, 4% or 400 bp",
    "number": "write a plain number, such as 4 or 2.5",
    "date": "write the day as 2026-12-31",
}
"""How a cell of each kind is written, for error messages."""


@dataclass(frozen=True)
class Column:
    """One column of an uploaded table.

    Attributes
    ----------
    name, label : str
        Heading in the file, and the words for a reader.
    kind : Kind
        How its cells are read.
    unit, help : str
    is_required, is_unique : bool
        Whether a cell must have a value, and whether no two may have the same.
    low, high : float or None
        Inclusive bounds in plain units (0.35, USD); quarters from quarter 0 for a date; length for text.
    options : mapping
        Stored key to shown words, for a choice.
    empty : str
        What an empty cell means.
    negative : str
        What to do about an amount below zero.
    aliases : tuple of str
        Other headings it may have; its label is one in any case.
    spellings : mapping
        Other words to stored key, for a choice.
    """

    name: str
    label: str
    kind: Kind
    unit: str
    help: str
    is_required: bool = False
    low: float | None = None
    high: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""
    negative: str = ""
    is_unique: bool = False
    aliases: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.kind in ("amount", "share", "rate", "number")

    @property
    def is_money(self) -> bool:
        """Whether its cells are US dollars, or dollars for something."""
        return self.kind == "amount" or self.unit.startswith("USD")

    @property
    def bounds(self) -> str:
        """Bounds in words; empty where there are none."""
        if self.options:
            return " or ".join(self.options)
        if self.low is None or self.high is None:
            return f"at most {self.high:g} characters" if self.high is not None else ""
        if self.kind == "date":
            return f"{quarter_start(int(self.low))} to {quarter_end(int(self.high))}"
        return f"{self.written(self.low)} to {self.written(self.high)}"

    def written(self, value: float) -> str:
        """Value as a file would hold it: 75%, 400 bp, 300,000,000."""
        if self.kind == "share":
            return f"{value * 100:.6g}%"
        if self.kind == "rate":
            return f"{value * 1e4:.6g} bp"
        return f"{value:,.0f}" if self.kind == "amount" and abs(value) < 1e22 else f"{value:.6g}"
