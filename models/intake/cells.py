"""Cells of a column: what people and spreadsheets write, read exactly or refused with a remedy.

A column is read as a whole: where one cell can be read two ways, the others settle it, or nothing does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, is_filled, text_of
from models.intake.column import HOW, Column
from models.intake.days import read_days
from models.intake.figures import read_figures
from models.intake.lost import ERROR, LOST, formula_fault, is_formula
from models.intake.units import NO_UNIT, Unit

Value = float | str | Fault | None


def read_cell(cell: Cell, column: Column) -> Value:
    """Value of a cell that stands alone; see `read_column`."""
    return read_column([cell], column)[0][0]


def read_column(
    cells: Sequence[Cell], column: Column, unit: Unit = NO_UNIT, *, commas_part: bool = False
) -> tuple[list[Value], list[str]]:
    """Values of a column in plain units, within its bounds, and what to tell about them.

    Parameters
    ----------
    cells : sequence of Cell
    unit : Unit
        What the heading says.
    commas_part : bool
        Whether commas separate the cells of the file.

    Returns
    -------
    values : list
        Words, the stored key of a choice, a number, or the quarter of a day, counted from quarter 0; None where a cell
        is empty, and its `Fault` where it cannot be used.
    notes : list of str
    """
    notes: list[str] = []
    values: Sequence[Value]
    if column.kind == "date":
        values, notes = read_days(cells, column, unit)
    elif column.is_number:
        values, notes = read_figures(cells, column, unit, commas_part=commas_part)
    else:
        texts = (" ".join(unicodedata.normalize("NFC", text_of(cell)).split()) for cell in cells)
        known = _known(column)
        values = [_words(text, column) if column.kind == "text" else _choice(text, known, column) for text in texts]
    return [_checked(cell, value, column) for cell, value in zip(cells, values, strict=True)], notes


def _checked(cell: Cell, value: Value, column: Column) -> Value:
    """The value of a filled cell within its bounds; what an empty one means."""
    if isinstance(cell, Fault):
        return cell
    if not is_filled(cell) or (isinstance(cell, str) and not cell.strip()):
        return Fault("a value is missing", _how(column)) if column.is_required else None
    if isinstance(value, float) and column.low is not None and column.high is not None:
        return value if column.low <= value <= column.high else _out_of_bounds(value, column)
    return value


def _words(text: str, column: Column) -> Value:
    if is_formula(text):
        return formula_fault(text)
    if any(unicodedata.category(c).startswith("C") for c in text):
        return Fault(f"{quoted(text)} holds a character that cannot be printed", "type the name again")
    if text.lower() in LOST - {"-", "–", "—", "none", "na"} or ERROR.fullmatch(text):
        return Fault(f"{quoted(text)} stands for a value that was lost", "write the name, or leave it empty")
    if column.high is not None and len(text) > column.high:
        return Fault(f"{quoted(text)} has {len(text)} characters", f"at most {column.high:g} are allowed")
    return text


def _known(column: Column) -> Mapping[str, str]:
    """Stored keys by all words for them; other case and spaces or hyphens count as the same."""
    spelled = {_folded(words): key for words, key in column.spellings.items()}
    shown = {_folded(words): key for key, words in column.options.items()}
    return spelled | shown | {_folded(key): key for key in column.options}


def _choice(text: str, known: Mapping[str, str], column: Column) -> Value:
    if (key := known.get(_folded(text))) is not None:
        return key
    return formula_fault(text) if is_formula(text) else Fault(f"{quoted(text)} is not a choice", _how(column))


def _how(column: Column) -> str:
    return f"write {' or '.join(column.options)}" if column.kind == "choice" else HOW[column.kind]


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _out_of_bounds(value: float, column: Column) -> Fault:
    """What to say about a value outside its bounds, with the likely cause."""
    shown, bounds = column.written(value), column.bounds
    if column.kind == "date":
        return Fault("the day is too early or too late for the model", f"dates run from {bounds}")
    if column.kind == "amount" and value < 0:
        return Fault(f"{shown} USD is negative", column.negative)
    if column.kind == "share" and value > 1.0:
        return Fault(f"{value:g} is more than the whole ({bounds})", f"if it is a percentage, write {value:g}%")
    if column.kind == "rate" and value > 0.5:
        meant, mark = ("these are basis points", " bp") if value >= 20.0 else ("it is a percentage", "%")
        return Fault(f"{value:g} is no yearly rate ({bounds})", f"if {meant}, write {value:g}{mark}")
    if column.kind == "amount" and 0 < value < (column.low or 0.0):
        return Fault(f"{shown} is outside {bounds}", "write dollars, not thousands or millions: 300000000")
    return Fault(f"{shown} is outside {bounds}", f"{HOW[column.kind]}, within {bounds}")
