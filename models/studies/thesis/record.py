"""What the test of a claim says: figures with their noise, a verdict by rule, and words written from the figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.evidence.sources import source
from models.studies.hindcast.observations import fact_value

Verdict = Literal["holds", "does not hold", "too close to call", "not testable here"]
HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
CLOSE: Verdict = "too close to call"
UNTESTED: Verdict = "not testable here"
NOISE = 2.0  # standard errors within which a difference is not called


@dataclass(frozen=True)
class Figure:
    """One figure that tests a claim.

    Attributes
    ----------
    label : str
        With the date where the figure is history.
    value, standard_error : float
        In ``unit``; the error is NaN for facts, inputs and the run without shocks.
    unit : str
    source : str
        Source key of a fact; empty for what this scenario's model gives.
    """

    label: str
    value: float
    unit: str
    standard_error: float = math.nan
    source: str = ""


@dataclass(frozen=True)
class Part:
    """One half of a claim, or one class it names, with its own verdict."""

    label: str
    verdict: Verdict


@dataclass(frozen=True)
class Statement:
    """A claim as its author makes it."""

    id: str
    words: str
    said_by: tuple[str, ...]


@dataclass(frozen=True)
class ClaimTest:
    """A claim tested under one scenario.

    Attributes
    ----------
    claim : Statement
    figures : tuple of Figure
    parts : tuple of Part
        Where a claim names several parties or says several things; empty otherwise.
    verdict : {"holds", "does not hold", "too close to call", "not testable here"}
    why : str
        One or two sentences written from the figures.
    would_take : str
        What would have to be different for the verdict to turn.
    """

    claim: Statement
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    verdict: Verdict
    why: str
    would_take: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "id": self.claim.id, "claim": self.claim.words, "said_by": list(self.claim.said_by),
            "verdict": self.verdict, "why": self.why, "would_take": self.would_take,
            "parts": [dict(vars(part)) for part in self.parts], "figures": [dict(vars(f)) for f in self.figures],
        }


def call(value: float, error: float = math.nan, threshold: float = 0.0) -> Verdict:
    """Whether ``value`` is above ``threshold`` by more than its noise; a value without noise is called as it is."""
    noise = 0.0 if math.isnan(error) else NOISE * error
    gap = value - threshold
    if math.isnan(gap):
        return UNTESTED
    if noise > 0.0 and abs(gap) <= noise:
        return CLOSE
    return HOLDS if gap > 0.0 else FAILS


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """A claim that says several things holds only if each of them does."""
    for worst in (FAILS, CLOSE, UNTESTED):
        if worst in verdicts:
            return worst
    return HOLDS


def fact(label: str, key: str, unit: str, factor: float = 1.0, field: str = "value") -> Figure:
    """Figure of a fact row in plain units; history carries its date in the label."""
    known = source(key)
    dated = f"{label} ({known.date})" if known.is_history else label
    return Figure(dated, fact_value(key, field, factor), unit, math.nan, key)


def finite(*figures: Figure) -> tuple[Figure, ...]:
    """Figures that have a value: what does not exist in a scenario (the loss of a loan nobody took) is not shown."""
    return tuple(figure for figure in figures if math.isfinite(figure.value))


def percent(value: float) -> str:
    """A share in words: whole percent, one decimal below ten percent, plain zero below that."""
    text = f"{value:.{0 if abs(value) >= 0.0995 else 1}%}"
    return "0%" if float(text.rstrip("%")) == 0.0 else text


def dollars(value: float) -> str:
    """An amount in words: $1.2tn, $16.5bn, $330m."""
    size, sign = abs(value), "-" if value < 0 else ""
    for limit, unit in ((1e12, "tn"), (1e9, "bn"), (1e6, "m")):
        if size >= limit:
            return f"{sign}${size / limit:,.3g}{unit}"
    return f"{sign}${size:,.0f}"


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    return "".join(names) if len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"
