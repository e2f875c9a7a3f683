"""What the test of a claim says: figures with their noise, a verdict by rule, and words written from the figures.

Each part of a claim is decided by one figure and the bound it must keep, so the figure that would refute it is the one
that is shown. What no scenario can change, a fact or a definition, is reported and never said to hold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from models.engine.estimate import Estimate
from models.evidence.sources import source
from models.studies.hindcast.observations import fact_value

Verdict = Literal["holds", "does not hold", "too close to call", "reported", "not testable here"]
HOLDS: Verdict = "holds"
FAILS: Verdict = "does not hold"
CLOSE: Verdict = "too close to call"
REPORTED: Verdict = "reported"
UNTESTED: Verdict = "not testable here"
NOISE = 2.0  # standard errors within which a difference is not called


@dataclass(frozen=True)
class Figure:
    """One figure that tests a claim.

    Attributes
    ----------
    label : str
        With the date where the figure is history.
    estimate : Estimate
        In ``unit``; without an error for facts, inputs and the run without shocks.
    unit : str
    source : str
        Source key of a fact; empty for what this scenario's model gives.
    """

    label: str
    estimate: Estimate
    unit: str
    source: str = ""

    @property
    def value(self) -> float:
        """The figure without its noise."""
        return self.estimate.value

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "label": self.label, "value": self.value, "unit": self.unit, "standard_error": self.estimate.error,
            "source": self.source,
        }


@dataclass(frozen=True)
class Part:
    """One thing a claim says, or one class it names, with its own verdict.

    Attributes
    ----------
    label : str
    verdict : Verdict
    refuted_by : Figure or None
        The figure that decides it; None for a fact or a definition.
    above, below : float
        It holds while the figure stays between them.
    counts : bool
        False for what is shown beside a claim that does not say it.
    """

    label: str
    verdict: Verdict
    refuted_by: Figure | None = None
    above: float = -math.inf
    below: float = math.inf
    counts: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; a bound that is not set is null."""
        return {
            "label": self.label, "verdict": self.verdict, "counts": self.counts,
            "refuted_by": self.refuted_by and self.refuted_by.label,
            "holds_above": self.above if math.isfinite(self.above) else None,
            "holds_below": self.below if math.isfinite(self.below) else None,
        }


@dataclass(frozen=True)
class Statement:
    """A claim as its author makes it.

    Attributes
    ----------
    id, words : str
    said_by : tuple of str
    refuted_by : tuple of str
        Figures that would refute it, as their labels begin; empty for a fact or a definition.
    """

    id: str
    words: str
    said_by: tuple[str, ...]
    refuted_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimTest:
    """A claim tested under one scenario.

    Attributes
    ----------
    claim : Statement
    figures : tuple of Figure
    parts : tuple of Part
        What the claim says, one by one; empty where the scenario says nothing about it.
    verdict : {"holds", "does not hold", "too close to call", "reported", "not testable here"}
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
            "refuted_by": list(self.claim.refuted_by), "parts": [part.to_dict() for part in self.parts],
            "figures": [one.to_dict() for one in self.figures],
        }


@dataclass(frozen=True)
class Finding:
    """What a test finds, before it is put under its claim.

    ``turn`` says what would take the verdict away: one sentence, or one where it holds and one where it does not.
    A claim holds as its parts do; one without parts is not testable.
    """

    figures: Sequence[Figure]
    why: str
    turn: str | tuple[str, str]
    parts: Sequence[Part] = ()

    def under(self, statement: Statement) -> ClaimTest:
        """The claim as tested."""
        verdict = all_of([part.verdict for part in self.parts if part.counts])
        turn = self.turn if isinstance(self.turn, str) else self.turn[verdict != HOLDS]
        return ClaimTest(statement, tuple(self.figures), tuple(self.parts), verdict, self.why, turn)


def untested(why: str, turn: str, *figures: Figure) -> Finding:
    """A claim that a scenario says nothing about."""
    return Finding(figures, why, turn)


def tested(
    label: str, by: Figure, *, above: float = -math.inf, below: float = math.inf, counts: bool = True
) -> Part:
    """Part that holds while its figure lies between two bounds, beyond its noise."""
    verdicts = [call(by.estimate, above)] if math.isfinite(above) else []
    if math.isfinite(below):
        verdicts.append(call(Estimate(below - by.value, by.estimate.error)))
    return Part(label, all_of(verdicts), by, above, below, counts)


def reported(label: str, is_so: bool = True) -> Part:
    """Part that is a fact or a definition: nothing a scenario could refute, and never said to hold."""
    return Part(label, REPORTED if is_so else FAILS)


def figure(label: str, value: Estimate | float, unit: str, source: str = "") -> Figure:
    """Figure of an estimate, or of a number without noise."""
    return Figure(label, value if isinstance(value, Estimate) else Estimate(value), unit, source)


def call(value: Estimate | float, threshold: float = 0.0) -> Verdict:
    """Whether a value is above ``threshold`` by more than its noise; a number without noise is called as it is."""
    estimate = value if isinstance(value, Estimate) else Estimate(value)
    noise = 0.0 if math.isnan(estimate.error) else NOISE * estimate.error
    gap = estimate.value - threshold
    if math.isnan(gap):
        return UNTESTED
    if noise > 0.0 and abs(gap) <= noise:
        return CLOSE
    return HOLDS if gap > 0.0 else FAILS


def over(first: Estimate, second: Estimate) -> Estimate:
    """First less second, two estimates that are not paired."""
    return Estimate(first.value - second.value, math.hypot(first.error, second.error))


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """A claim that says several things holds only if each of them does; facts beside a test leave it to the test."""
    for worst in (FAILS, CLOSE, UNTESTED, HOLDS, REPORTED):
        if worst in verdicts:
            return worst
    return UNTESTED


def fact(label: str, key: str, unit: str, factor: float = 1.0, field: str = "value") -> Figure:
    """Figure of a fact row in plain units; history carries its date in the label."""
    known = source(key)
    dated = f"{label} ({known.date})" if known.is_history else label
    return figure(dated, fact_value(key, field, factor), unit, key)


def finite(*figures: Figure) -> tuple[Figure, ...]:
    """Figures that have a value: what does not exist in a scenario (the loss of a loan nobody took) is not shown."""
    return tuple(figure for figure in figures if math.isfinite(figure.value))


def percent(share: float | Estimate) -> str:
    """A share in words: whole percent, one decimal below ten percent, plain zero below that."""
    value = share.value if isinstance(share, Estimate) else share
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
