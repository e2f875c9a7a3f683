"""Rows and columns of a table that say something about the others: totals, averages, currencies, units."""

from __future__ import annotations

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, Figure, is_filled, text_of
from models.intake.headings import money
from models.intake.units import Unit, tokens, unit_of

_SUMMARIES = frozenset((
    "total", "totals", "grand total", "sub total", "subtotal", "subtotals", "sum", "average", "averages", "avg", "mean",
    "median", "weighted average", "cagr", "minimum", "maximum", "summe", "gesamt", "gesamtsumme",
    "durchschnitt", "mittelwert", "total général", "moyenne", "somme", "suma", "promedio", "totale", "portfolio total",
    "total portfolio", "total assets", "overall",
))
_TELLING = frozenset((
    "currency", "ccy", "curr", "currency code", "iso currency", "devise", "währung", "moneda", "unit", "units", "scale",
    "multiplier", "multiple", "denomination",
))


def is_summary(text: str) -> bool:
    """Whether a row is named as the total or the average of others."""
    return " ".join(text.casefold().replace("-", " ").strip(" :*().=Ø").split()) in _SUMMARIES


def tells_about_others(heading: str) -> bool:
    """Whether a column says in which currency or unit the others stand."""
    return " ".join(tokens(heading)) in _TELLING


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
