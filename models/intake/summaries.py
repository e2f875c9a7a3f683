"""Rows and columns of a table that say something about the others: totals, averages, currencies, units."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, Figure, is_filled, text_of
from models.intake.headings import money
from models.intake.numbers import written
from models.intake.units import Unit, tokens, unit_of

_SUMMARIES = frozenset((
    "total", "totals", "grand total", "sub total", "subtotal", "subtotals", "sum", "average", "averages", "avg", "mean",
    "median", "weighted average", "cagr", "minimum", "maximum", "summe", "gesamt", "gesamtsumme",
    "durchschnitt", "mittelwert", "total général", "moyenne", "somme", "suma", "promedio", "totale", "portfolio total",
    "total portfolio", "total assets", "overall",
))
_BEGINS = re.compile(r"(?:grand |sub ?)?totals?\b|(?:weighted |wtd\.? )?(?:average|avg|mean)\b|wa(?:vg)?\b|sum of\b")
_CURRENCIES = frozenset(("currency", "currencies", "ccy", "curr", "devise", "währung", "moneda", "divisa", "valuta"))
_UNITS = frozenset(("unit", "units", "scale", "multiplier", "multiple", "denomination"))


def is_summary(text: str, *, is_entry: bool = True) -> bool:
    """Whether a row is named as the total or the average of others; a name may begin so where it is an entry."""
    words = " ".join(text.casefold().replace("-", " ").strip(" :*().=Ø").split())
    return words in _SUMMARIES or (not is_entry and _BEGINS.match(words) is not None)


def tells_about_others(heading: str, cells: Iterable[Cell]) -> bool:
    """Whether a column says in which currency or unit the others stand; one of numbers may be another amount."""
    words = tokens(heading)
    if " ".join(words) in _UNITS:
        return True
    return bool(_CURRENCIES & set(words)) and any(isinstance(cell, str) and not written(cell) for cell in cells)


def others_fault(cell: Cell, name: str) -> Fault | None:
    """What a cell of such a column says that is not plain US dollars."""
    if not is_filled(cell):
        return Fault(f"{quoted(name)} is empty", "write USD in every row, or leave the column out")
    text = text_of(cell)
    unit = unit_of(tokens(text))
    if unit in (Unit(), Unit(currency="USD")) or (isinstance(cell, Figure) and cell.value == 1) or text.strip() == "1":
        return None
    if unit.is_foreign:
        return Fault(f"{quoted(text)} is {money(unit)}, not US dollars", "convert the row to USD")
    return Fault(f"{quoted(text)} changes what the row means", "write plain US dollars, and leave the column out")
