"""The cheapest single changes that flip the verdict: how far each headline assumption must move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.basis.entry import Entry
from models.basis.shocks import Shocks, draw_shocks
from models.claims.registry import LLM_AND_CLOUD, PICKS
from models.engine.paired import class_values, family_lead
from models.errors import ScenarioError
from models.measures import risk
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario

PATHS = 1_024
HALVINGS = 6
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
class _Answer:
    family: str
    best: str


class _Search:
    """Answers of nearby scenarios on one set of draws, each computed once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.shocks = draw_shocks(scenario.run.seed, min(PATHS, scenario.run.paths))
        self.known: dict[tuple[str, float], _Answer | None] = {}
        self.today = answer(scenario, self.shocks)

    def at(self, path: str, value: float) -> _Answer | None:
        """Answer with one assumption changed; None where that contradicts another assumption."""
        if (path, value) not in self.known:
            try:
                self.known[path, value] = answer(self.scenario.replace({path: value}), self.shocks)
            except ScenarioError:
                self.known[path, value] = None
        return self.known[path, value]

    def flip(self, item: Entry, bound: float, question: str) -> Flip | None:
        """Nearest value towards ``bound`` with another answer; bisection assumes one crossing."""
        now = float(item.value)  # type: ignore[arg-type]
        if bound == now or not self._differs(item.path, bound, question):
            return None
        near, far = now, bound
        for _ in range(HALVINGS):
            middle = 0.5 * (near + far)
            near, far = (near, middle) if self._differs(item.path, middle, question) else (middle, far)
        width = float(item.high) - float(item.low)  # type: ignore[arg-type]
        there = self.at(item.path, far)
        value = min(max(_rounded(far, now, width), float(item.low)), float(item.high))  # type: ignore[arg-type]
        return Flip(
            item.path, item.label, item.unit, now, value, abs(far - now) / width, question, getattr(there, question)
        )

    def _differs(self, path: str, value: float, question: str) -> bool:
        there = self.at(path, value)
        return there is not None and getattr(there, question) != getattr(self.today, question)


def answer(scenario: Scenario, shocks: Shocks) -> _Answer:
    """Leading family and best class of a scenario on the given draws, by the rules of the verdict."""
    values = class_values(scenario, shocks)
    share, aversion = scenario.rates.wealth_share, scenario.rates.risk_aversion
    sure = {key: float(risk.certainty_equivalent(1.0 + value, aversion, share)) for key, value in values.items()}
    leads = bool((family_lead(values) > 0).mean() >= 0.5)
    return _Answer(PICKS if leads else LLM_AND_CLOUD, max(sure, key=lambda key: sure[key]))


def flip_points(
    scenario: Scenario, drivers: tuple[str, ...] = DRIVERS, progress: Callable[[float], None] | None = None
) -> tuple[Flip, ...]:
    """Changes of one assumption that flip the verdict, least effort first.

    Changes that flip the family come first; where there are fewer than three, those that only put another class on
    top follow.

    Parameters
    ----------
    progress : callable, optional
        Called with the share done after each driver.
    """
    search = _Search(scenario)
    found: dict[str, list[Flip]] = {"family": [], "best": []}
    for done, path in enumerate(drivers, start=1):
        item = entry(path, scenario)
        for bound in (item.low, item.high):
            for question, flips in found.items():
                if bound is not None and (flip := search.flip(item, float(bound), question)):
                    flips.append(flip)
        if progress is not None:
            progress(done / len(drivers))
    family, best = (sorted(flips, key=lambda flip: flip.effort) for flips in found.values())
    return tuple(family if len(family) >= 3 else family + best)


def _rounded(value: float, start: float, width: float) -> float:
    """Two significant digits of the range, rounded away from the start so that the change really flips."""
    unit = 10.0 ** np.floor(np.log10(width) - 2)
    steps = np.ceil(value / unit) if value > start else np.floor(value / unit)
    return float(round(steps * unit, 10))
