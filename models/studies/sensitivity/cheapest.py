"""The cheapest combination of changes that flips the verdict, beside the cheapest single one.

Break points of one assumption at a time flatter: a little of several together is often enough. Distance is measured in
shares of each assumption's declared range, combined as the root of the sum of squares; on a range taken as uniform one
standard deviation is a share of 0.29.

The search follows the linearized margin to its zero (Hasofer and Lind 1974) from several starts on shared draws, then
shrinks what it found while the verdict stays flipped, without gradients (COBYQA of scipy). It may miss a cheaper one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, NonlinearConstraint, minimize

from models.basis.entry import Entry
from models.basis.timeline import Array
from models.claims.registry import PICKS
from models.engine.world import Price, world_of
from models.errors import AbsentError, ScenarioError
from models.measures.bisection import halved
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import DRIVERS, HALVINGS, QUESTIONS, VERDICT, Answer, Answers
from models.studies.sensitivity.tornado import Progress, held, number

PATHS = 512
STEPS = 8
PROBE = 0.03
"""Share of the range over which a slope is measured: wide enough to see past single futures."""
POLISH = 120
SMALL = 0.02
"""Changes below this share of a range are left out where the verdict stays flipped without them."""
UNIFORM_SD = 12.0**-0.5


@dataclass(frozen=True)
class Change:
    """One assumption of a combination; ``effort`` is the share of its range, signed."""

    path: str
    label: str
    unit: str
    from_value: float
    to_value: float
    effort: float


@dataclass(frozen=True)
class Cheapest:
    """What it takes to flip the verdict.

    Attributes
    ----------
    question : {"family", "best"}
        Which answer flips: the leading family, or the class that pays best for its risk.
    today, answer : str
        Family or class that leads now, and after the combination.
    changes : tuple of Change
        Largest effort first; empty where the search found nothing within the bounds that flips it.
    distance, distance_sd : float
        Of the combination, in shares of ranges and in standard deviations of uniform ranges; infinite if none.
    single : Change or None
        The cheapest change of one assumption alone; its distance is the size of its effort.
    single_answer : str
    evaluations, paths : int
    """

    question: str
    today: str
    answer: str
    changes: tuple[Change, ...]
    distance: float
    single: Change | None
    single_answer: str
    evaluations: int
    paths: int

    @property
    def distance_sd(self) -> float:
        """Distance in standard deviations."""
        return self.distance / UNIFORM_SD

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"distance_sd": self.distance_sd}


class _Space:
    """Points of unit length around a scenario: one coordinate a driver, in shares of its range."""

    def __init__(self, answers: Answers, items: Sequence[Entry], question: str) -> None:
        self.answers, self.items, self.question = answers, items, question
        self.low, self.high, self.now = (
            np.array(side)
            for side in (
                [float(e.low or 0.0) for e in items], [float(e.high or 0.0) for e in items], [held(e) for e in items]
            )
        )
        self.width = self.high - self.low
        self.least, self.most = (self.low - self.now) / self.width, (self.high - self.now) / self.width
        self.today: str = getattr(answers.today, question)
        self.margin_now = self._margin(answers.today)
        self.known: dict[bytes, tuple[float, str]] = {}

    def changes(self, z: Array) -> dict[str, Any]:
        """Changed assumptions at a point."""
        values = np.clip(self.now + z * self.width, self.low, self.high)
        return {
            e.path: round(v) if e.kind == "integer" else float(v)
            for e, v, step in zip(self.items, values, z, strict=True) if step
        }

    def at(self, z: Array) -> tuple[float, str]:
        """By how much today's answer leads, negative where it is flipped, and the answer there."""
        z = np.clip(z, self.least, self.most)
        if (key := z.tobytes()) not in self.known:
            there = self.answers.at(self.changes(z))
            self.known[key] = (
                (abs(self.margin_now) + 1.0, self.today) if there is None or not getattr(there, self.question)
                else (self._margin(there), getattr(there, self.question))
            )
        return self.known[key]

    def is_flipped(self, z: Array) -> bool:
        """Whether the answer is another one."""
        return self.at(z)[1] != self.today

    def _margin(self, there: Answer) -> float:
        if self.question == "family":
            return there.lead if self.today == PICKS else -there.lead
        # A class that is absent there has no rank: what leads instead does so by all it has.
        others = [gain for key, gain in there.sure.items() if key != self.today]
        return there.sure.get(self.today, 0.0) - max(others, default=0.0)


def cheapest(
    scenario: Scenario, question: str = "family", *, drivers: Sequence[str] = DRIVERS, paths: int = PATHS,
    entry: str = VERDICT, price: Price = "agreed", progress: Progress | None = None,
) -> Cheapest:
    """Search the cheapest combination of changes that flips the verdict, and the cheapest single one.

    Parameters
    ----------
    question : {"family", "best"}
    drivers : sequence of str
        Dotted paths; those of the search for single flips unless given.
    entry : {"verdict", "fair", "at_cost"}
        As in `models.studies.sensitivity.flip.answer`.
    price : {"agreed", "again"}
        Whether the price paid stays as it is while assumptions move, or is found again in each world.

    Raises ScenarioError where the question is none, or a driver cannot be moved.
    """
    if question not in QUESTIONS:
        raise ScenarioError(f"question: {question!r} is none; choose {' or '.join(QUESTIONS)}")
    items = [number(path, scenario) for path in dict.fromkeys(drivers)]
    answers = Answers(world_of(scenario, paths), entry, price)
    if not getattr(answers.today, question):
        raise AbsentError(f"question: no family leads today; {answers.absent}")
    space = _Space(answers, items, question)
    told = progress or (lambda share: None)
    singles = _singles(space, told)
    corners = _corners(space)
    starts = [np.zeros(len(items)), *sorted(singles, key=_length)[:2], *sorted(corners, key=_length)[:1]]
    found = [*singles, *corners]
    for i, start in enumerate(starts):
        if (z := _follow(space, start)) is not None:
            found.append(z)
        told(0.3 + 0.3 * (i + 1) / len(starts))
    best = min(found, key=_length, default=None)
    best = None if best is None else _tidied(space, _polished(space, best, told))
    told(1.0)
    single = min(singles, key=_length, default=None)
    alone = _listed(space, single)
    return Cheapest(
        question, space.today, space.at(best)[1] if best is not None else space.today, _listed(space, best),
        _length(best) if best is not None else float("inf"), alone[0] if alone else None,
        space.at(single)[1] if single is not None else space.today, len(space.known), space.answers.world.shocks.paths,
    )


def _length(z: Array) -> float:
    return float(np.sqrt(z @ z))


def _singles(space: _Space, told: Progress) -> list[Array]:
    """Nearest flip along each driver in each direction that has one."""
    found = []
    for i in range(len(space.items)):
        for bound in (space.least[i], space.most[i]):
            far = np.zeros(len(space.items))
            far[i] = bound
            if bound and (z := _nearest_flip(space, far)) is not None:
                found.append(z)
        told(0.3 * (i + 1) / len(space.items))
    return found


def _corners(space: _Space) -> list[Array]:
    """Nearest flips on the way to the bounds that slopes point to: starts where no single change flips anything."""
    found = []
    for z in (np.zeros(len(space.items)), 0.25 * (space.least + space.most)):
        slope = _slope(space, z)
        for far in (np.where(slope > 0, space.least, space.most), -0.5 * np.sign(slope)):
            if (hit := _nearest_flip(space, np.clip(far, space.least, space.most))) is not None:
                found.append(hit)
    return found


def _nearest_flip(space: _Space, far: Array) -> Array | None:
    """Nearest flipped point on the way to ``far``: an eighth of the way at a time, then by halving."""
    steps = np.linspace(0.0, 1.0, 9)
    first = next((k for k in range(1, 9) if space.is_flipped(steps[k] * far)), None)
    if first is None:
        return None
    return np.asarray(halved(steps[first - 1], steps[first], lambda x: space.is_flipped(x * far), HALVINGS)[1] * far)


def _follow(space: _Space, start: Array) -> Array | None:
    """Step to the nearest zero of the linearized margin until it settles; the flipped point of that ray, if any."""
    z = start.copy()
    best: Array | None = None
    for _ in range(STEPS):
        slope = _slope(space, z)
        if not (size := float(slope @ slope)) > 0.0:
            break
        aim = np.clip(slope * (slope @ z - space.at(z)[0]) / size, space.least, space.most)
        if not aim.any():
            break
        hit = _nearest_flip(space, np.clip(1.6 * aim, space.least, space.most))
        if hit is not None and (best is None or _length(hit) < _length(best)):
            best = hit
        if _length(aim - z) < 0.01:
            break
        z = 0.5 * z + 0.5 * aim
    return best


def _slope(space: _Space, z: Array) -> Array:
    """Change of the margin per share of range, by differences that stay within the bounds."""
    out = np.zeros(len(z))
    for i in range(len(z)):
        up, down = z.copy(), z.copy()
        up[i], down[i] = min(z[i] + PROBE, space.most[i]), max(z[i] - PROBE, space.least[i])
        if up[i] > down[i]:
            out[i] = (space.at(up)[0] - space.at(down)[0]) / (up[i] - down[i])
    return out


def _polished(space: _Space, z: Array, told: Progress) -> Array:
    """Shorter point that still flips, by a search without gradients; the same one if there is none."""
    best, tried = [z], [0]

    def margin(point: Array) -> float:
        tried[0] += 1
        told(0.6 + 0.35 * min(1.0, tried[0] / POLISH))
        point = np.clip(point, space.least, space.most)
        if space.is_flipped(point) and _length(point) < _length(best[0]):
            best[0] = point
        return space.at(point)[0]

    minimize(
        lambda point: float(point @ point), z, method="COBYQA", bounds=Bounds(space.least, space.most),
        constraints=NonlinearConstraint(margin, -np.inf, 0.0),
        options={"maxfev": POLISH, "initial_tr_radius": 0.1, "final_tr_radius": 1e-3},
    )
    return best[0]


def _tidied(space: _Space, z: Array) -> Array:
    """Without changes too small to matter, where the verdict stays flipped without them."""
    for i in np.argsort(np.abs(z)):
        without = z.copy()
        without[i] = 0.0
        if 0.0 < abs(z[i]) < SMALL and space.is_flipped(without):
            z = without
    return z


def _listed(space: _Space, z: Array | None) -> tuple[Change, ...]:
    if z is None:
        return ()
    values = space.changes(z)
    found = [
        Change(e.path, e.label, e.unit, held(e), float(values[e.path]), float(step))
        for e, step in zip(space.items, z, strict=True) if e.path in values
    ]
    return tuple(sorted(found, key=lambda c: (-abs(c.effort), c.path)))
