"""One declared assumption as its readers see it, and the values it takes: typed in text, or stored in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from models.basis.assumption import YEARS, Status
from models.basis.rates import RATES, YearlyRate, percent_text
from models.basis.reading import number_text, quoted, read_number
from models.errors import ScenarioError

Kind = Literal["number", "integer", "choice", "switch", "text", "years"]
Value = float | int | bool | str | tuple[float, ...] | None

NO_VALUE = ("none", "auto")
SWITCH = {"on": True, "true": True, "off": False, "false": False}
BETWEEN_YEARS = "~"
"""Stands between the values of a path in links: a character that no address escapes."""

_LINES, _ONE_LINE = re.compile(r"[\n\r;\t~]+"), re.compile(r"[,\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One assumption: its declaration, and its value in a scenario.

    Attributes
    ----------
    path : str
        Dotted path, ``demand.growth_now`` or ``policy.programs.0.schedule.budget``; unique.
    group, group_title : str
        Key and title of the slice at the top of the scenario.
    label, unit, help, source, symbol : str
        As declared; values are in plain units (0.35, USD). ``source`` is a key of `models.evidence.sources`.
    default, value
        As declared, and as in the scenario; None where there is no value.
    low, high, step : float or None
        Inclusive bounds and slider step of numbers; None for other kinds.
    status : {"fact", "assumption", "judgment"}
        What kind of number the default is.
    kind : {"number", "integer", "choice", "switch", "text", "years"}
        What a value may be; ``"years"`` is a path of ten numbers, one a year.
    options : mapping
        Stored key to shown words, for a choice.
    none : str
        What no value means; empty where a value is required.
    replaces : tuple of str
        Paths of assumptions that have no effect while this one has a value.
    """

    path: str
    group: str
    group_title: str
    label: str
    unit: str
    default: Value
    value: Value
    low: float | None
    high: float | None
    step: float | None
    help: str
    source: str
    status: Status
    symbol: str
    kind: Kind
    options: Mapping[str, str] = field(hash=False)
    none: str
    replaces: tuple[str, ...] = ()


def value_text(value: Value) -> str:
    """Shortest text that `read` reads back to exactly this value."""
    if value is None:
        return NO_VALUE[0]
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return BETWEEN_YEARS.join(map(number_text, value))
    return value if isinstance(value, str) else number_text(value)


def told(value: Value, unit: str) -> str:
    """Value as `read` takes it from a person: of a continuous rate what happens in a year, 49.18%."""
    rate = RATES.get(unit)
    if rate is None or isinstance(value, str | bool | None):
        return value_text(value)
    return ", ".join(rate.told(each) for each in (value if isinstance(value, tuple) else (value,)))


def read(entry: Entry, text: str, *, is_typed: bool = False) -> Value:
    """Read a value from text: a plain number, none or auto, on or off, the key of an option, words, or ten numbers.

    Parameters
    ----------
    is_typed : bool
        Whether a person typed it, so that a continuous rate may be given as what happens in a year: ``50%``. Without
        the sign it is the stored number, in every text.

    Raises
    ------
    ScenarioError
        Naming path, value, bound and remedy.
    """
    word = text.strip().lower()
    if entry.kind == "text":
        return text
    if entry.none and word in NO_VALUE:
        return None
    if entry.kind == "switch":
        return check(entry, SWITCH.get(word, text))
    if entry.kind == "choice":
        return check(entry, text.strip())
    if entry.kind == "years":
        text = text.strip(" \t\r\n,;~")
        parts = (_LINES if _LINES.search(text) else _ONE_LINE).split(text)
        if len(parts) != YEARS:
            return check(entry, parts)
        if is_typed and len({part.endswith("%") for part in parts}) > 1:
            raise ScenarioError(f"{entry.path}: write all {YEARS} values with a percent sign, or none of them")
        return check(
            entry, [_number(entry, part, is_typed, f": year {year}") for year, part in enumerate(parts, start=1)]
        )
    return check(entry, _number(entry, text, is_typed))


def _number(entry: Entry, text: str, is_typed: bool, year: str = "") -> float:
    rate, number = RATES.get(entry.unit), text.strip().removesuffix("%").rstrip()
    is_yearly = rate is not None and text.strip().endswith("%")
    try:
        if rate is None or not is_yearly:
            return read_number(text)
        if is_typed:
            return _of_a_year(entry, rate, text.strip(), round(read_number(number) / 100.0, 12), year)
        raise ValueError(_stored_remedy(rate, read_number(number) / 100.0))
    except ValueError as remedy:
        absent = f", or none for: {entry.none}" if entry.none and not year else ""
        raise ScenarioError(f"{entry.path}{year}: {quoted(text)} cannot be read; {remedy}{absent}") from None


def _of_a_year(entry: Entry, rate: YearlyRate, text: str, share: float, year: str) -> float:
    """Continuous rate of a change in a year, between the bounds; raises ScenarioError that tells them in percent."""
    low, high = rate.limits(float(entry.low or 0.0), float(entry.high or 0.0))
    if not low <= share <= high:
        where, side = f"{entry.path}{year}", "high" if share > high else "low"
        gone = "; nothing would be left after a year" if rate.sign * share <= -1.0 else ""
        allowed = f"allowed is {percent_text(low)} to {percent_text(high)}{rate.words.removeprefix('%')}"
        raise ScenarioError(f"{where}: {quoted(text)} is too {side}{gone}; {allowed}")
    return min(max(rate.stored(share), float(entry.low or 0.0)), float(entry.high or 0.0))


def _stored_remedy(rate: YearlyRate, share: float) -> str:
    """What to write in a link, which holds what is stored, for a percentage."""
    if rate.sign * share <= -1.0:
        return "no continuous rate leaves nothing after a year"
    plain = number_text(share)
    return (
        f"the plain number {plain}, not a percentage, would be {rate.told(share)} a year; "
        f"{percent_text(share)} a year is stored as {number_text(float(f'{rate.stored(share):.6g}'))}"
    )


def check(entry: Entry, value: object) -> Value:
    """Value as it is stored, if it has the right type and lies within its bounds; minus zero becomes zero.

    Parameters
    ----------
    value : object
        As read from text or JSON. A whole number may be written 5.0.

    Raises
    ------
    ScenarioError
        Naming path, value, bound and remedy.
    """
    if value is None:
        if entry.none:
            return None
        raise ScenarioError(f"{entry.path}: a value is required, such as the default {value_text(entry.default)}")
    if entry.kind in ("number", "integer"):
        return _check_number(entry, value)
    if entry.kind == "years":
        return _check_years(entry, value)
    if entry.kind == "choice" and isinstance(value, str) and value in entry.options:
        return value
    if entry.kind == "switch" and isinstance(value, bool):
        return value
    if entry.kind == "text" and isinstance(value, str):
        return value
    wanted = {"choice": f"one of {', '.join(entry.options)}", "switch": "on or off"}.get(entry.kind, "text in quotes")
    raise ScenarioError(f"{entry.path}: {quoted(value)} is not allowed; choose {wanted}")


def _check_years(entry: Entry, value: object) -> tuple[float, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ScenarioError(f"{entry.path}: {quoted(value)} is not a list of {YEARS} numbers, one a year")
    if isinstance(value, bytes) or len(value) != YEARS:
        raise ScenarioError(
            f"{entry.path}: {len(value)} values are given; {YEARS} are needed, one for each of the next {YEARS} years"
        )
    return tuple(_check_number(entry, item, f": year {year}") for year, item in enumerate(value, start=1))


def _check_number(entry: Entry, value: object, year: str = "") -> float | int:
    low, high = float(entry.low or 0.0), float(entry.high or 0.0)
    allowed = f"allowed is {number_text(low)} to {number_text(high)} ({entry.unit})"
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ScenarioError(f"{entry.path}{year}: {quoted(value)} is not a number; {allowed}")
    if not low <= value <= high:
        side = "high" if value > high else "low"
        raise ScenarioError(f"{entry.path}{year}: {quoted(value)} is too {side}; {allowed}")
    if entry.kind != "integer":
        return float(value) + 0.0
    if value != int(value):
        raise ScenarioError(f"{entry.path}: {quoted(value)} is not a whole number; use {round(value)}; {allowed}")
    return int(value)
