"""Number formats of a workbook: what a cell shows beside its value."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from models.intake.units import Unit, tokens, unit_of

_SECTION = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PIECES = re.compile(r'"([^"]*)"|\\(.)|[_*](.)|\[([^\]]*)\]|(.)', re.DOTALL)
_AMERICAN = ("", "409", "en-us", "540a", "es-us")
_CODE = re.compile(r"\$(?P<sign>[^-]*)(?:-(?P<place>.*))?", re.DOTALL)
_CONDITION = re.compile(
    r"[<>=]+.*|color ?\d+|black|blue|cyan|green|magenta|red|white|yellow|dbnum\d|\$-.*", re.IGNORECASE
)


class Format(NamedTuple):
    """What a format adds to a value.

    ``unit`` of the words and signs it shows; ``is_percent`` where it shows a hundred times the value; ``thousands``
    is how often it divides by 1,000; ``is_date`` and ``is_time`` tell days and durations; ``is_1904`` that its workbook
    counts days from 1904.
    """

    unit: Unit = Unit()
    is_percent: bool = False
    thousands: int = 0
    is_date: bool = False
    is_time: bool = False
    is_1904: bool = False

    @property
    def is_consistent(self) -> bool:
        """Whether what is shown has the size of the value: 0.0,,"m" has, 0"m" has not."""
        return self.unit.scale in (0, 3 * self.thousands)


@lru_cache(maxsize=512)
def format_of(code: str) -> Format:
    """Read a format, such as ``[$€-407]#,##0.00`` or ``0.0,,"m"``; of its sections, the one that says most."""
    sections = [_section(part) for part in _SECTION.split(code[:500])[:3]]
    first = sections[0]
    units = {s.unit for s in sections if s.unit != Unit()}
    if len(units) > 1 and not all(s.is_consistent for s in sections):
        return first._replace(unit=first.unit._replace(words=(*first.unit.words, code)))
    said = next((s for s in sections if s.unit != Unit() or s.thousands), first)
    return said._replace(is_percent=first.is_percent, is_date=first.is_date, is_time=first.is_time)


def _section(code: str) -> Format:
    if code.strip().casefold() in ("general", "standard", "@", ""):
        return Format()
    said, shape, is_time = "", "", False
    for quoted, escaped, _, bracket, plain in _PIECES.findall(code):
        if bracket:
            if re.fullmatch(r"h+|m+|s+", bracket, re.IGNORECASE):
                is_time = True
            elif not _CONDITION.fullmatch(bracket):
                said += f" {_currency(bracket)} "
        elif quoted or escaped:
            said += quoted or escaped
        elif plain in "0#?.,/%eE+-() ":
            shape += plain
        elif plain:
            shape += plain if plain.casefold() in "dmyhsapb" else ""
            said += plain if plain.casefold() not in "dmyhsapb" else " "
    is_date = re.search(r"[dmyhs]", shape, re.IGNORECASE) is not None
    if is_date or is_time:
        return Format(is_date=is_date and not is_time, is_time=is_time)
    digits = re.sub(r"[^0#?.,]", "", shape)
    thousands = len(digits) - len(digits.rstrip(",")) if re.search(r"[0#?]", digits) else 0
    if not thousands and (before := re.search(r"(,+)\.", digits)):
        thousands = len(before[1])
    return Format(unit_of(tokens(said)), "%" in shape, thousands)


def _currency(bracket: str) -> str:
    """Currency of ``[$€-407]``; the dollar of a place that is not American is named by its place."""
    match = _CODE.fullmatch(bracket)
    if match is None:
        return bracket
    sign, place = match["sign"], (match["place"] or "").casefold()
    return "xx$" if sign.strip() == "$" and place.lstrip("0").split(",")[0] not in _AMERICAN else sign
