"""Marks of numbers: every reading of what was written, and the one that its column settles.

A point or a comma before three digits may group or divide; a parser that knows the country cannot help, because a file
does not tell it. So both readings are kept until the other cells of the column have been seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from models.intake.units import UNSEEN, Unit, tokens, unit_of

LENGTH = 60
_DASHES = dict.fromkeys(map(ord, "−–‐‑﹣－"), "-")
_QUOTES = dict.fromkeys(map(ord, "’‘ʼ′＇`´"), "'")
_WIDE = dict(zip(map(ord, "，．％（）＄"), ",.%()$", strict=True))
_TABLE = _DASHES | _QUOTES | _WIDE | UNSEEN
_PARENTHESES = re.compile(r"([^\d.,()+-]*)\(([^()]*)\)([^\d.,()+-]*)")
_SHAPE = re.compile(
    r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)(?P<inner>[^\d.,+-]*?)(?P<digits>[.,]?\d[\d.,' _]*?)(?P<power>[eE][+-]?\d+)?"
    r" ?(?P<minus>-?)(?P<after>[^\d.,+-]*)"
)
_ABBREVIATED = re.compile(r"(?<=[A-Za-z])\.$")
_SPACED = re.compile(r"[1-9]\d{0,2}([ '_])\d{3}(?:\1\d{3})*(?:([.,])\d+)?")
_PLAIN = {".": re.compile(r"\d+\.?\d*|\.\d+"), ",": re.compile(r"\d+(?:,\d+)?|,\d+")}
_GROUPED = {
    mark: re.compile(rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{3}})+|[1-9]\d?(?:{group}\d\d)+{group}\d{{3}})(?:{point}\d+)?")
    for mark, group, point in ((".", ",", r"\."), (",", r"\.", ","))
}
MARKS = (".", ",")


class Written(NamedTuple):
    """A number as it was written: its value if a point divides, and if a comma does; None where it cannot."""

    point: Decimal | None
    comma: Decimal | None
    unit: Unit = Unit()

    @property
    def either(self) -> Decimal:
        """A reading, where any will do."""
        return (self.comma if self.point is None else self.point) or Decimal()


def written(text: str) -> Written | None:
    """Readings of a text, with its sign and its unit; None if it is no number."""
    body = _ABBREVIATED.sub("", plain(text))
    if len(body) > LENGTH:
        return None
    around: list[str] = []
    signs = 0
    if match := _PARENTHESES.fullmatch(body):  # (500) is minus 500 to an accountant
        body, signs = match[2].strip(), 1
        around += [match[1], match[3]]
    shape = _SHAPE.fullmatch(body)
    if shape is None:
        return None
    minus = signs + (shape["sign"] == "-") + (shape["minus"] == "-")
    if minus > 1 or (minus and shape["sign"] == "+") or (shape["sign"] and signs):
        return None
    around += [shape["before"], shape["inner"], shape["after"]]
    if not all(c.isalpha() or c in " %/" or unicodedata.category(c) == "Sc" for c in "".join(around)):
        return None
    readings = _readings(shape["digits"], shape["power"] or "")
    if not readings:
        return None
    point, comma = (_decimal(readings.get(mark), "-" if minus else "") for mark in MARKS)
    return Written(point, comma, _unit(" ".join(around).strip()))


@lru_cache(maxsize=256)
def _unit(text: str) -> Unit:
    return unit_of(tokens(text), empty=frozenset())


def plain(text: str) -> str:
    """Text with plain digits, spaces, minus and apostrophes, without marks that nobody sees."""
    text = text.translate(_TABLE)
    if not text.isascii():
        text = "".join(
            " " if c.isspace() else str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text
        )
    return text.strip()


def _readings(digits: str, power: str) -> dict[str, str]:
    """Plain digits by the mark that divides whole from fraction."""
    if match := _SPACED.fullmatch(digits):
        whole = re.sub(r"[ '_]", "", digits).replace(",", ".")
        return {} if power else dict.fromkeys(match[2] or MARKS, whole)
    out = {}
    for mark, group in zip(MARKS, reversed(MARKS), strict=True):
        if _PLAIN[mark].fullmatch(digits):
            out[mark] = digits.replace(mark, ".") + power
        elif not power and _GROUPED[mark].fullmatch(digits):
            out[mark] = digits.replace(group, "").replace(mark, ".")
    return out


def _decimal(digits: str | None, sign: str) -> Decimal | None:
    """Exact value; an exponent beyond any number of a machine is as good as infinite, or as nothing."""
    if digits is None:
        return None
    mantissa, _, power = digits.lower().partition("e")
    if power and abs(int(power[:6])) > 400:
        power = "-999" if power.startswith("-") else "999"
    return Decimal(f"{sign}{mantissa}e{power or 0}")


def shown_marks(cells: Iterable[Written]) -> frozenset[str]:
    """Which marks divide whole from fraction in the clear cells of a column."""
    return frozenset(
        "." if cell.comma is None else "," for cell in cells if (cell.point is None) != (cell.comma is None)
    )


def settle(
    cell: Written, shown: frozenset[str], fits: Callable[[Decimal], bool], *, commas_part: bool
) -> Decimal | None:
    """The one reading of a cell, or None if it has two.

    Parameters
    ----------
    shown : frozenset of str
        From `shown_marks`: other cells of the column settle it, unless they disagree.
    fits : callable
        Whether a value is within the bounds of the column. Where nothing is shown, 2.125 is taken if it cannot be 2125.
    commas_part : bool
        Whether commas also separate the cells, so that they do not divide numbers unless the column shows it.
    """
    if cell.point is None or cell.comma is None or cell.point == cell.comma:
        return cell.either
    if len(shown) == 1:
        return cell.point if "." in shown else cell.comma
    if not shown and fits(cell.point) and (not fits(cell.comma) or (commas_part and abs(cell.point) > abs(cell.comma))):
        return cell.point
    return None


def moved(value: Decimal, shift: int) -> float:
    """Value with its point moved, before rounding: 5.9% is 0.059 and not its neighbor; too small a one is NaN."""
    out = float(value.scaleb(shift))
    return float("nan") if value and not out else out if isfinite(out) else float("inf")


def short(value: Decimal) -> str:
    """Value as a file may hold it: no group, a point, no dust."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
