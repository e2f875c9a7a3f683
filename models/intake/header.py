"""The first line of a table: which columns are there, in which units, and what is not used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.basis.reading import quoted
from models.intake.cell import Cell, Fault, is_filled
from models.intake.column import Column
from models.intake.headings import Named, named, nearest, unit_fault, unit_note
from models.intake.summaries import tells_about_others
from models.intake.units import Unit

SHOWN = 10
"""Headings that a note lists by name."""


@dataclass(frozen=True)
class Header:
    """Where the declared columns stand.

    ``width`` is the number of headings, ``places`` and ``units`` go by column; ``unreadable`` are those whose heading
    is at fault, ``telling`` the columns that say in which currency the others are: heading and place. ``problems`` are
    column, problem and remedy.
    """

    width: int
    places: Mapping[str, int]
    units: Mapping[str, Unit]
    unreadable: Mapping[str, Fault] = field(default_factory=dict)
    telling: tuple[tuple[str, int], ...] = ()
    problems: tuple[tuple[str, str, str], ...] = ()
    notes: tuple[str, ...] = ()


def read_header(
    headings: Sequence[str], rows: Sequence[Sequence[Cell]], columns: Sequence[Column], file: str
) -> Header:
    """Read the headings of a table; ``rows`` tell whether a column without one holds anything."""
    width = max((k for k, text in enumerate(headings, start=1) if text), default=0)
    headings = headings[:width]
    needed = [c for c in columns if c.is_required]
    found = {k: one for k, text in enumerate(headings) if text and (one := named(text, columns))}
    if not any(one.column in needed for one in found.values()):
        words = f"no column of a {file} is in the first line: {quoted(', '.join(headings))}"
        begin = f"begin with the header {','.join(c.name for c in columns)}"
        return Header(width, {}, {}, problems=(("", words, begin),))
    problems, notes, unused = list[tuple[str, str, str]](), list[str](), list[str]()
    places, units, unreadable = dict[str, int](), dict[str, Unit](), dict[str, Fault]()
    for c in columns:
        same = {k: one for k, one in found.items() if one.column is c}
        if len(same) > 1:
            same, left = _sound(same, headings)
            unused += [quoted(headings[k]) for k in left]
        for k, one in same.items():
            places.setdefault(c.name, k)
            units.setdefault(c.name, one.unit)
        if len(same) > 1:
            problems.append(_twice([headings[k] for k in same], c))
        elif same and (fault := unit_fault(headings[places[c.name]], units[c.name], c)):
            unreadable[c.name] = fault
            problems.append((quoted(headings[places[c.name]]), *fault))
        elif same and (note := unit_note(headings[places[c.name]], units[c.name], c)):
            notes.append(note)
    absent = [c for c in columns if c.name not in places]
    suspected = set[str]()
    has_money = any(c.is_money for c in columns)
    telling = list[tuple[str, int]]()
    for k, text in enumerate(headings):
        cells = [row[k] for row in rows if k < len(row) and is_filled(row[k])]
        if k in found or not (text or cells):
            continue
        if not text:
            unused.append(f"column {k + 1}, which has no heading")
        elif cells and has_money and tells_about_others(text, cells):
            telling.append((text, k))
        elif near := nearest(text, absent):
            suspected |= set(near)
            problems.append((quoted(text), "there is no such column", f"did you mean {' or '.join(near)}?"))
        else:
            unused.append(quoted(text))
    problems += [
        (c.name, "the column is missing", f"add it: {c.help}")
        for c in needed if c in absent and c.name not in suspected
    ]
    if unused:
        more = f" and {len(unused) - SHOWN} more" if len(unused) > SHOWN else ""
        notes.append(f"Not used: {', '.join(unused[:SHOWN])}{more}.")
    return Header(width, places, units, unreadable, tuple(telling), tuple(problems), tuple(notes))


def _sound(same: Mapping[int, Named], headings: Sequence[str]) -> tuple[dict[int, Named], list[int]]:
    """Of several headings for one column, those in a unit it can have, and the others; all of them if none is left."""
    sound = {k: one for k, one in same.items() if unit_fault(headings[k], one.unit, one.column) is None}
    return (sound, [k for k in same if k not in sound]) if sound else (dict(same), [])


def _twice(headings: Sequence[str], column: Column) -> tuple[str, str, str]:
    names = " and ".join(quoted(text) for text in headings)
    if len({text.casefold() for text in headings}) == 1:
        return column.name, "the column stands twice in the header", "keep one of them"
    return column.name, f"{names} are the same column", "keep the one to be read"
