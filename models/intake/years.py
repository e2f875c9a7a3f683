"""A driver year by year as people bring it: pasted text, a CSV file or a sheet; read year by year, or refused by row.

The numbers stand in the unit people say. Marks of numbers, encodings, formats and what is hidden are those of every
uploaded table; what a year is called is known from `year_names`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite, log10

from models.basis.assumption import YEARS
from models.basis.reading import quoted
from models.errors import DataError
from models.intake.cell import Cell, Fault, Figure
from models.intake.figures import figures
from models.intake.headings import money
from models.intake.limits import Limits
from models.intake.lost import is_formula, is_lost
from models.intake.numbers import Written, moved, settle, short, shown_marks
from models.intake.units import EMPTY, SHIFTS, Unit, tokens, unit_of
from models.intake.year_layout import Row, laid_out
from models.intake.year_names import FIRST_YEAR
from models.intake.year_rows import Given, pasted_rows, uploaded_rows

LIMITS = Limits(
    "path by year", size=200_000, unpacked=10_000_000, rows=200, thing="number", whole="path",
    too_large=f"A column of {YEARS} numbers has far fewer",
)
MINUS = "\N{MINUS SIGN}"
SMALL = 3
"""A path in percent with no larger value may be one of fractions: 300% a year is as much as any driver has."""
_US = re.compile(r"\bus\b(?!\$)", re.IGNORECASE)
"""A country, or we, in prose."""
_FRACTION = frozenset(("fraction", "fractions", "decimal", "decimals", "ratio", "share", "shares"))


@dataclass(frozen=True)
class Path:
    """Ten stored values, and how they were read, where that is not plain."""

    values: tuple[float, ...]
    notes: tuple[str, ...] = ()


def pasted(text: str) -> Given:
    """Rows of pasted text; one line of many values is a row that becomes a column."""
    if len(text) > LIMITS.size:
        raise DataError(f"the text has {len(text):,} characters; a column of {YEARS} numbers has far fewer")
    return pasted_rows(text, LIMITS)


def uploaded(data: bytes) -> Given:
    """Rows of a CSV or XLSX file.

    Raises
    ------
    DataError
        If the file is too large, or neither.
    """
    return uploaded_rows(data, LIMITS)


def path_of(given: Given, *, low: float, high: float, factor: float = 1.0, unit: str = "") -> tuple[float, ...]:
    """Values of `read_path` alone."""
    return read_path(given, low=low, high=high, factor=factor, unit=unit).values


def read_path(given: Given, *, low: float, high: float, factor: float = 1.0, unit: str = "") -> Path:
    """Ten stored values of a column in the unit people say.

    Parameters
    ----------
    given : Given
        From `pasted` or `uploaded`; a heading and a column of years may stand beside the numbers.
    low, high : float
        Bounds of the stored values.
    factor : float
        A power of ten: stored values times this are what is written; ``40%`` counts as 0.40 whatever the factor.

    Raises
    ------
    DataError
        Naming row, year, value, bound and remedy.
    """
    layout = laid_out(given)
    rows, heading = layout.rows, layout.heading
    shift = -round(log10(factor))
    said = _said(heading, unit, is_percent=factor == 100.0)
    for text in layout.beside:
        _said(_US.sub("", text), unit, is_percent=factor == 100.0)
    read = _read([row.cell for row in rows], rows, unit, is_percent=factor == 100.0)
    shifts = [SHIFTS.get(n.unit.mark or said.mark, 0 if said.words else shift) for n in read]
    shown = shown_marks(read)
    notes = [*given.notes, *layout.notes]
    values, written = [], []
    for row, number, moves in zip(rows, read, shifts, strict=True):
        value = settle(number, shown, _within(low, high, moves), commas_part=layout.commas_part)
        if value is None:
            first, second = (short(x) for x in (number.point, number.comma) if x is not None)
            raise DataError(f"{row.where}: {quoted(row.text)} can be read two ways; write {first} or {second}")
        values.append(_stored(row, value, moves, low, high, factor, unit))
        written.append(value)
    if factor == 100.0 and not said.mark and not said.words:
        _refuse_fractions(rows, written, read)
    if said.words:
        notes.append(f"{quoted(heading)}: values were read as fractions, 0.40 for 40%.")
    return Path(tuple(values), tuple(notes))


def _within(low: float, high: float, shift: int) -> Callable[[Decimal], bool]:
    return lambda value: low <= moved(value, shift) <= high


def _said(heading: str, unit: str, *, is_percent: bool) -> Unit:
    """What the heading says about the unit: a mark, or in ``words`` that the values are fractions."""
    words = tokens(heading)
    own = set(tokens(unit))
    where, wanted = f"the heading {quoted(heading)}", f"{unit or 'plain numbers'} are wanted"
    strange = sorted((set(words) & _UNITS) - own)
    if strange:
        raise DataError(f"{where} is in {' '.join(strange)}; {wanted}")
    found = unit_of(word for word in words if word not in own | EMPTY or word == "%")
    if found.is_foreign or (found.currency and "usd" not in own and "$" not in own):
        raise DataError(f"{where} is in {money(found)}; {wanted}")
    scales = [word for word in words if word in _SCALE_WORDS and word not in own]
    if scales:
        raise DataError(f"{where} multiplies by {scales[0]}; {wanted}")
    if found.mark and not is_percent:
        raise DataError(f"{where} is in {found.mark}; {wanted}")
    is_fraction = is_percent and not found.mark and bool(_FRACTION & set(words))
    return Unit(mark=found.mark, words=("fraction",) if is_fraction else ())


_SCALE_WORDS = frozenset((
    "thousand", "thousands", "million", "millions", "billion", "billions", "000", "mn", "mm", "bn",
))
_UNITS = frozenset(("mw", "kw", "gw", "tw", "mwh", "kwh", "gwh", "twh", "cent", "cents", "ct", "¢", "log", "ln", "‰"))


def _read(cells: Sequence[Cell], rows: Sequence[Row], unit: str, *, is_percent: bool) -> list[Written]:
    """Every cell as a number in a unit that it can have here."""
    out = []
    for row, cell, number in zip(rows, cells, figures(cells), strict=True):
        said = f"{row.where}: {quoted(row.text)}"
        if isinstance(cell, Fault):
            raise DataError(f"{row.where}: {cell.problem}; {cell.remedy}")
        if number is None:
            if is_formula(row.text):
                raise DataError(f"{said} is a formula; paste the value it shows")
            lost = "stands for a value that was lost; write a finite number" if is_lost(row.text) else \
                "is not a number; write a plain number, such as 0.35"
            raise DataError(f"{said} {lost}")
        own = number.unit
        if own.mark and not is_percent:
            raise DataError(f"{said} cannot be read; write it as a plain number{f' of {unit}' if unit else ''}, "
                            "not as a percentage")
        strange = [word for word in own.words if word not in tokens(unit)]
        is_money = own.is_foreign or (own.currency and not {"$", "usd"} & set(tokens(unit)))
        scaled = isinstance(cell, Figure) and cell.format.thousands
        if is_money or own.scale or strange or scaled:
            raise DataError(f"{said} is shown in another unit; write a plain number{f' of {unit}' if unit else ''}")
        out.append(number)
    return out


def _stored(row: Row, value: Decimal, shift: int, low: float, high: float, factor: float, unit: str) -> float:
    stored = moved(value, shift)
    if not isfinite(stored):
        raise DataError(f"{row.where}: {quoted(row.text)} cannot be read; a finite number is needed")
    stored = round(stored, 12) + 0.0
    if not low <= stored <= high:
        side = "high" if stored > high else "low"
        said = f"{low * factor:,.10g} to {high * factor:,.10g}".replace("-", MINUS) + (f" ({unit})" if unit else "")
        raise DataError(f"{row.where}: {quoted(row.text)} is too {side}; allowed is {said}")
    return stored


def _refuse_fractions(rows: Sequence[Row], values: Sequence[Decimal], read: Sequence[Written]) -> None:
    """Percentages without their sign that may be fractions: a small path, or one cell far below both neighbors."""
    bare = [k for k, number in enumerate(read) if not number.unit.mark]
    sizes = [abs(value) for value in values]
    if 0 < max((sizes[k] for k in bare), default=Decimal()) <= SMALL:
        k = next(k for k in bare if sizes[k])
        more = "and so on"
    else:
        padded = [Decimal("inf"), *sizes, Decimal("inf")]
        odd = (k for k in bare if 0 < sizes[k] <= 1 and min(padded[k], padded[k + 2]) >= 10)
        k, more = next(odd, -1), "among larger ones"
    if k < 0:
        return
    first, second = short(values[k]), short(values[k].scaleb(2))
    raise DataError(
        f"{rows[k].where}: {quoted(rows[k].text)} {more} would be read as {first}%, but may be a fraction; write "
        f"{second} or {second}% for {short(values[k])}, or write it with its sign and a decimal point, {first}%"
    )


__all__ = ["FIRST_YEAR", "LIMITS", "SMALL", "Given", "Path", "pasted", "path_of", "read_path", "uploaded"]