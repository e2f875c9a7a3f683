"""Cells of a column of days, as quarters of the model; one clear cell settles the order of day and month for all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from models.basis.reading import quoted
from models.basis.timeline import quarter_of
from models.intake import dates
from models.intake.cell import Cell, Fault, Figure, text_of
from models.intake.column import HOW, Column
from models.intake.lost import formula_fault, is_formula
from models.intake.numbers import plain
from models.intake.units import Unit


def read_days(cells: Sequence[Cell], column: Column, unit: Unit) -> tuple[list[float | Fault], list[str]]:
    """Quarters of a column of days, and notes; a heading (``unit``) may tell their order, such as dd/mm/yyyy."""
    texts = [plain(text_of(cell)) if isinstance(cell, str | Figure) and not _is_1904(cell) else "" for cell in cells]
    orders, told = dates.shown_orders(texts), dates.order_of(unit.words)
    values = [
        float(quarter_of(cell.date())) if isinstance(cell, dt.datetime) and cell.time() == dt.time()
        else _counted(text_of(cell)) if _is_1904(cell)
        else _quarter(text or text_of(cell), orders, told)
        for cell, text in zip(cells, texts, strict=True)
    ]
    if orders and all(is_early := [cell.day <= 12 for cell in cells if isinstance(cell, dt.datetime)]) and is_early:
        values = [_exchanged(cell, value) for cell, value in zip(cells, values, strict=True)]
    return values, [f"{column.name}: {note}" for note in _notes(texts, orders, told)]


def _exchanged(cell: Cell, value: float | Fault) -> float | Fault:
    """A spreadsheet of another country reads 03/04 its own way and leaves 31/12 as text: then neither is sure."""
    if not isinstance(cell, dt.datetime) or cell.day == cell.month:
        return value
    other = cell.replace(month=cell.day, day=cell.month)
    first, second = sorted(day.date().isoformat() for day in (cell, other))
    return Fault(
        f"{cell.date().isoformat()} can be read two ways, because days below it were left as text",
        f"write {first} or {second} as text",
    )


def _is_1904(cell: Cell) -> bool:
    return isinstance(cell, Figure) and cell.format.is_1904 and dates.is_serial(text_of(cell))


def _counted(text: str) -> Fault:
    """A plain number in a workbook that counts from 1904 may have come from one that counts from 1900."""
    first, second = (day.isoformat() for day in dates.since_1904(text))
    return Fault(f"{quoted(text)} can be read two ways, because this workbook counts days from 1904",
                 f"write {first} or {second}, or give the cell a format of days")


def _quarter(text: str, orders: Mapping[str, str], told: str) -> float | Fault:
    found = dates.readings(text)
    if found is None:
        if is_formula(text):
            return formula_fault(text)
        if dates.has_time(text):
            return Fault(f"{quoted(text)} has a time of day", "write the day alone, as 2026-12-31")
        return Fault(f"{quoted(text)} is not a date", HOW["date"])
    if not found:
        return Fault(f"{quoted(text)} is not a day of the calendar", HOW["date"])
    day = dates.settled(text, found, orders, told)
    if day is None:
        both = " or ".join(sorted({each.isoformat() for each in found.values()}))
        return Fault(f"{quoted(text)} can be read two ways", f"write {both}")
    return float(quarter_of(day))


def _notes(texts: Sequence[str], orders: Mapping[str, str], told: str) -> list[str]:
    """How days were read that could have been others."""
    read_so = set[str]()
    serial = ""
    for text in texts:
        days = dates.readings(text) or {}
        serial = serial or (text if dates.is_serial(text) else "")
        if len(set(days.values())) > 1:
            found = dates.settled(text, days, orders, told)
            read_so |= {order for order, day in days.items() if day == found}
    why = "the heading says" if told else "other days of the column show"
    out = [f"days that can be read two ways were read {dates.ORDERS[order]}, as {why}." for order in sorted(read_so)]
    if serial:
        day = (dates.readings(serial) or {})[""]
        out.append(f"numbers were read as days of a spreadsheet, {serial} as {day.isoformat()}.")
    return out
