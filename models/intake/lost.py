"""Cells that hold no value: formulas, which are never run, and what programs write where a value was lost."""

from __future__ import annotations

import re

from models.basis.reading import quoted
from models.intake.cell import Fault

LOST = frozenset((
    "nan", "inf", "+inf", "-inf", "infinity", "-infinity", "null", "none", "n/a", "na", "#n/a", "-", "–", "—",
))
ERROR = re.compile(r"#[A-Z/0!?]+[!?A]?")
_SIGNED = re.compile(r"[+-][\d.,'’ ]+(e[+-]?\d+)? ?(%|bps?)?", re.IGNORECASE)


def is_lost(text: str) -> bool:
    """Whether a text stands for a value that was lost on the way."""
    return text.lower() in LOST or ERROR.fullmatch(text) is not None


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run this cell: it begins like a formula and is no signed number."""
    head = text.lstrip()
    return head[:1] in ("=", "@") or (head[:1] in ("+", "-") and _SIGNED.fullmatch(head) is None)


def formula_fault(text: str) -> Fault:
    """What to say about a formula; it is never run."""
    return Fault(f"{quoted(text)} is a formula; formulas are not run", "paste its value instead")
