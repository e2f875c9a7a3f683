"""Numbers and words as people type them: read exactly, or refused with a remedy; written exactly and short."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Any

from models.errors import ScenarioError

NUMBER_LENGTH = 100
QUOTE_LENGTH = 60

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?) ?%", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(([,_'’ \u00a0\u202f])\d{3})(\2\d{3})*(\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf(inity)?)", re.IGNORECASE)


def read_number(text: str) -> float:
    """Read a plain decimal number.

    Parameters
    ----------
    text : str
        Such as ``"0.35"`` or ``"1e9"``; spaces around it do not matter.

    Returns
    -------
    float
        Finite; minus zero is read as zero, so that equal scenarios are equal to the last bit.

    Raises
    ------
    ValueError
        With the remedy as its message: "write 0.35, not a percentage". It neither names the field nor quotes the text.
    """
    text = text.strip()
    if not text:
        raise ValueError("a value is missing")
    if len(text) > NUMBER_LENGTH:
        raise ValueError(f"a number has at most {NUMBER_LENGTH} characters")
    if _NUMBER.fullmatch(text):
        value = float(text)
        if not isfinite(value):
            raise ValueError("a finite number is needed")
        return value + 0.0
    raise ValueError(_remedy(text))


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Object of a JSON file, for `json.loads`; raises ScenarioError if a key is given twice."""
    known: dict[str, Any] = {}
    for key, value in pairs:
        if key in known:
            raise ScenarioError(f"{quoted(key)} is given twice in one object")
        known[key] = value
    return known


def finite_number(text: str) -> float:
    """Number of a JSON file, for `json.loads`; raises ValueError for NaN and infinities, also written 1e999."""
    if not isfinite(float(text)):
        raise ValueError(f"{text} is not a finite number")
    return float(text)


def number_text(value: float) -> str:
    """Shortest text that `read_number` reads back to exactly this finite number: ``0.35``, ``1.96e7``, ``12``."""
    plain = repr(value)
    plain = plain.removesuffix(".0")
    scientific = str(Decimal(repr(value)).normalize()).replace("E+", "e").replace("E", "e")
    return min(plain, scientific, key=len)


def quoted(value: object, length: int = QUOTE_LENGTH) -> str:
    """A value a person gave, safe in any message: words in quotes, shortened, without unprintable characters."""
    if not isinstance(value, str):
        return _outline(value)
    text = "".join(c if c.isprintable() else " " for c in value[: length + 1])
    return f"'{text[: length - 1]}…'" if len(text) > length else f"'{text}'"


def _outline(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 128:
        return "a very large number"
    if isinstance(value, float) and isfinite(value):
        return number_text(value)
    return str(value) if isinstance(value, bool | int | float | None) else type(value).__name__


def _remedy(text: str) -> str:
    if percent := _PERCENT.fullmatch(text):
        plain = number_text(float(Decimal(percent[1]) / 100))
        return f"write it as a plain number, {plain}, not as a percentage"
    if _GROUPED.fullmatch(text):
        return f"write it without separators of thousands, {re.sub(r'[^0-9.+-]', '', text)}"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"write it with a decimal point, {text.replace(',', '.')}"
    if _NOT_FINITE.fullmatch(text):
        return "a finite number is needed"
    return "write a plain number, such as 0.35 or 1e9"

