"""Cells of a column of numbers in plain units: what is written beside a number is applied or refused, never dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import isfinite, isnan

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, Figure, text_of
from models.intake.column import HOW, Column
from models.intake.headings import beyond, money
from models.intake.lost import formula_fault, is_formula, is_lost
from models.intake.numbers import Written, moved, settle, short, shown_marks, written
from models.intake.units import EMPTY, SHIFTS, Unit


def figures(cells: Sequence[Cell]) -> list[Written | None]:
    """Every cell as a number with its unit; None where it is none."""
    return [_figure(cell) for cell in cells]


def _figure(cell: Cell) -> Written | None:
    """A number of a workbook has one reading, whatever its digits; its format tells the unit."""
    if isinstance(cell, str):
        return written(cell)
    if not isinstance(cell, Figure) or not isfinite(cell.value):
        return None
    value, shown = Decimal(repr(cell.value)), cell.format.unit
    if cell.format.is_percent:
        value, shown = value.scaleb(2), shown._replace(mark="%")
    return Written(value, value, shown._replace(words=tuple(word for word in shown.words if word not in EMPTY)))


def read_figures(
    cells: Sequence[Cell], column: Column, unit: Unit, *, commas_part: bool
) -> tuple[list[float | Fault], list[str]]:
    """Values of a column whose heading says ``unit``, and notes; bounds are checked later."""
    read = figures(cells)
    shown = shown_marks(number for number in read if number)
    is_small = unit.mark == "%" and _all_small(read)
    out: list[float | Fault] = []
    for cell, number in zip(cells, read, strict=True):
        text = text_of(cell)
        if number is None:
            out.append(_no_number(text, column))
        elif fault := _unit_fault(text, cell, number.unit, column, unit):
            out.append(fault)
        elif is_small and not number.unit.mark:
            out.append(two_ways(text, *(f"{short(number.either.scaleb(places))}%" for places in (0, 2))))
        else:
            out.append(_value(text, cell, number, column, unit, shown, commas_part))
    most = max((cell.format.thousands for cell in cells if isinstance(cell, Figure)), default=0)
    full = f"{column.name}: cells are shown in units of {1000**most:,}; their full values were read."
    notes = [full] if most and not unit.scale else []
    scaled = next((c for c, n in zip(cells, read, strict=True) if isinstance(c, str) and n and n.unit.scale), "")
    if scaled and column.kind == "amount":
        notes.append(f"{column.name}: cells such as {quoted(scaled)} were multiplied as they say.")
    return out, notes


def _all_small(read: Sequence[Written | None]) -> bool:
    """Whether all numbers without a mark of their own may be fractions though the heading says percent."""
    bare = [abs(number.either) for number in read if number and not number.unit.mark]
    return bool(bare) and 0 < max(bare) <= 1


def _value(
    text: str, cell: Cell, number: Written, column: Column, unit: Unit, shown: frozenset[str], commas_part: bool
) -> float | Fault:
    shift = SHIFTS.get(number.unit.mark or unit.mark, unit.scale or number.unit.scale * isinstance(cell, str))
    value = settle(number, shown, _fits(column, shift), commas_part=commas_part)
    if value is None:
        return two_ways(text, *(short(reading) for reading in (number.point, number.comma) if reading is not None))
    found = moved(value, shift)
    if isnan(found):
        return Fault(f"{quoted(text)} is too small for a number", HOW[column.kind])
    return found + 0.0 if isfinite(found) else Fault(f"{quoted(text)} is not a finite number", HOW[column.kind])


def _fits(column: Column, shift: int) -> Callable[[Decimal], bool]:
    low, high = column.low, column.high
    return lambda value: low is None or high is None or low <= moved(value, shift) <= high


def two_ways(text: str, first: str, second: str) -> Fault:
    """A cell with two readings, both of them told."""
    return Fault(f"{quoted(text)} can be read two ways", f"write {first} or {second}")


def _no_number(text: str, column: Column) -> Fault:
    how = HOW[column.kind]
    if is_lost(text):
        remedy = how if column.is_required else f"{how}, or leave the cell empty"
        return Fault(f"{quoted(text)} stands for a value that was lost", remedy)
    return formula_fault(text) if is_formula(text) else Fault(f"{quoted(text)} is not a number", how)


def _unit_fault(text: str, cell: Cell, own: Unit, column: Column, unit: Unit) -> Fault | None:
    """What keeps a number from being read because of the unit it shows beside it."""
    how = HOW[column.kind]
    if own.currency and not column.is_money:
        return Fault(f"{quoted(text)} is money, but {column.unit} is wanted", how)
    if own.is_foreign:
        return Fault(f"{quoted(text)} is in {money(own)}, not in US dollars", "convert it to USD")
    if own.mark and column.kind not in ("share", "rate"):
        return Fault(f"{quoted(text)} is a rate, but {column.unit} are wanted", how)
    strange = beyond(own.words, column) if own.words else []
    if isinstance(cell, Figure):
        return _shown_fault(text, cell, own, strange, column, unit)
    if own.scale and unit.scale:
        return Fault(f"{quoted(text)} tells a scale under a heading that tells one too", "tell it once")
    return Fault(f"{quoted(text)} is not a number", how) if strange or (own.scale and column.kind != "amount") else None


def _shown_fault(
    text: str, cell: Figure, own: Unit, strange: Sequence[str], column: Column, unit: Unit
) -> Fault | None:
    """What a format says that the value does not."""
    value = Decimal(repr(cell.value))
    if not cell.format.is_consistent:
        size = f"{10**own.scale:,}"
        return Fault(f"{quoted(text)} is shown with a word for {size}", _either(value, own.scale))
    if unit.scale and (cell.format.thousands or own.scale):
        return Fault(f"{quoted(text)} is shown scaled under a heading that scales too", _either(value, unit.scale))
    if strange:
        remedy = f"show it as a plain number; {HOW[column.kind]}"
        return Fault(f"{quoted(text)} is shown with {quoted(' '.join(strange))}", remedy)
    return None


def _either(value: Decimal, scale: int) -> str:
    return f"show it in full; it can be {short(value)} or {short(value.scaleb(scale))}"
