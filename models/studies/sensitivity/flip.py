"""The cheapest single changes that flip the verdict: how far each headline assumption must move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.basis.entry import Entry
from models.claims.registry import LLM_AND_CLOUD, PICKS
from models.engine.position import family_lead
from models.engine.world import Price, World, world_of
from models.errors import AbsentError, ScenarioError
from models.measures.bisection import halved
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario
from models.studies.verdict import ENTRY

PATHS = 1_024
VERDICT = "verdict"
HALVINGS = 6
QUESTIONS = ("family", "best")
DRIVERS = (
    "overcapacity.peak",
    "demand.growth_now",
    "demand.growth_fade",
    "hardware.deflation_surprise",
    "localization.share",
    "policy.intensity",
    "clearing.demand_elasticity",
    "demand.bust_rate",
)


@dataclass(frozen=True)
class Flip:
    """One change that flips the answer.

    Attributes
    ----------
    path, label, unit : str
    from_value, to_value : float
        Today's value, and the nearest one at which the answer is another.
    effort : float
        Share of the assumption's declared range that the change needs.
    question : {"family", "best"}
        Which answer flips: the leading family, or the class that pays best for its risk.
    answer : str
        The family or class that leads then.
    """

    path: str
    label: str
    unit: str
    from_value: float
    to_value: float
    effort: float
    question: str
    answer: str


@dataclass(frozen=True)
class Answer:
    """Leading family and best class, with what decides: median lead of picks and shovels, sure return by class.

    Of the classes that are present; no family leads where one of them has none, and its lead is then NaN.
    """

    family: str
    best: str
    lead: float
    sure: Mapping[str, float]


def answer(world: World, entry: str = VERDICT) -> Answer:
    """Answers in a world, by the rules of the verdict.

    Parameters
    ----------
    entry : {"verdict", "fair", "at_cost"}
        Prices of the verdict: fair ones for the families, today's for who pays best for its risk; or one for both.
    """
    families, asked = ("fair", ENTRY) if entry == VERDICT else (entry, entry)
    lead = family_lead(world.values(families))
    sure = {key: p.sure_return for key, p in world.positions(entry=asked).items() if p.sure_return == p.sure_return}
    if not sure:
        raise AbsentError("no class has an investment in it here")
    best = max(sure, key=lambda key: sure[key])
    if lead is None:
        return Answer("", best, math.nan, sure)
    return Answer(PICKS if (lead > 0).mean() >= 0.5 else LLM_AND_CLOUD, best, float(np.median(lead)), sure)


class Answers:
    """Answers in the neighbors of a world, each found once."""

    def __init__(self, world: World, entry: str = VERDICT, price: Price = "agreed") -> None:
        self.world, self.entry, self.price = world, entry, price
        self.today = answer(world, entry)
        self.known: dict[tuple[tuple[str, Any], ...], Answer | None] = {}

    @property
    def absent(self) -> str:
        """Classes that are absent today, in words."""
        return "; ".join(f"{key}: {why}" for key, why in self.world.absent(
            entry="fair" if self.entry == VERDICT else self.entry).items())

    def at(self, changes: Mapping[str, Any]) -> Answer | None:
        """Answer with some assumptions changed; None where that contradicts others."""
        key = tuple(sorted(changes.items()))
        if key not in self.known:
            try:
                self.known[key] = answer(self.world.neighbor(changes, self.price), self.entry)
            except ScenarioError:
                self.known[key] = None
        return self.known[key]

    def is_flipped(self, changes: Mapping[str, Any], question: str) -> bool:
        """Whether a question has another answer than today; where it has none, nothing is flipped."""
        there = self.at(changes)
        return there is not None and getattr(there, question) not in ("", getattr(self.today, question))


def flip_points(
    scenario: Scenario, drivers: tuple[str, ...] = DRIVERS, progress: Callable[[float], None] | None = None, *,
    paths: int = PATHS, entry: str = VERDICT, price: Price = "again",
) -> tuple[Flip, ...]:
    """Changes of one assumption that flip the verdict, least effort first.

    Changes that flip the family come first; where there are fewer than three, those that only put another class on
    top follow.

    Parameters
    ----------
    progress : callable, optional
        Called with the share done after each driver.
    entry : {"verdict", "fair", "at_cost"}
        As in `answer`.
    price : {"agreed", "again"}
        Whether the price paid stays as it is while an assumption moves, as in the cheapest combination; or is found
        again in each world, which is what a page shows once the change is applied.
    """
    answers = Answers(world_of(scenario, paths), entry, price)
    flips: dict[str, list[Flip]] = {question: [] for question in QUESTIONS}
    for done, path in enumerate(drivers, start=1):
        item = declared(path, scenario)
        for bound in (item.low, item.high):
            for question, listed in flips.items():
                if bound is not None and (flip := _flip(answers, item, float(bound), question)):
                    listed.append(flip)
        if progress is not None:
            progress(done / len(drivers))
    family, best = (sorted(listed, key=lambda flip: flip.effort) for listed in flips.values())
    return tuple(family if len(family) >= 3 else family + best)


def _flip(answers: Answers, item: Entry, bound: float, question: str) -> Flip | None:
    """Nearest value towards ``bound`` with another answer; one crossing is assumed."""
    now, low, high = (float(x) for x in (item.value, item.low, item.high))  # type: ignore[arg-type]

    def is_flipped(value: float) -> bool:
        return answers.is_flipped({item.path: value}, question)

    if bound == now or not is_flipped(bound):
        return None
    far = float(halved(now, bound, lambda x: is_flipped(float(x)), HALVINGS)[1])
    value = min(max(_rounded(far, now, high - low), low), high)
    there = answers.at({item.path: far})
    return Flip(
        item.path, item.label, item.unit, now, value, abs(far - now) / (high - low), question, getattr(there, question)
    )


def _rounded(value: float, start: float, width: float) -> float:
    """Two significant digits of the range, rounded away from the start so that the change really flips."""
    unit = 10.0 ** np.floor(np.log10(width) - 2)
    steps = np.ceil(value / unit) if value > start else np.floor(value / unit)
    return float(round(steps * unit, 10))
