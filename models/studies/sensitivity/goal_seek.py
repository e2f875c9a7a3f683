"""Goal seek: which value of an assumption brings a metric to a goal; every such value, or the nearest that can be had.

A scan over the declared bounds brackets each crossing, Brent's method closes in on it, all on the same draws. Crossings
closer together than two points of the scan can be missed; the scan is part of the answer, so that a reader sees it.
Reverse solving for a quoted price is the metric ``worth`` with that price as goal, and for a quoted yield ``irr_p50``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS
from models.engine.estimate import Estimate
from models.engine.position import Position
from models.engine.target import METRICS, Target
from models.engine.world import PATHS, Price, World, world_of
from models.errors import AbsentError, ScenarioError
from models.scenario.scenario import Scenario
from models.studies.sensitivity.tornado import Progress, held, number

POINTS = 25
HURDLE = "hurdle"
PRICE = "price"
"""The price paid for the class itself, as an assumption to seek; at today's price the rest is as it is."""
PRICE_RANGE = (0.25, 4.0)
CLOSE = 1e-9


@dataclass(frozen=True)
class Solution:
    """A value of the assumption at which the metric meets the goal.

    Attributes
    ----------
    value : float
        In the stored unit of the assumption.
    low, high : float
        Where the metric would be two standard errors off: the value is known no better than this. NaN where the metric
        does not move by that much.
    metric, goal : float
        There; they differ only where the metric jumps past the goal, as a count of futures does.
    """

    value: float
    low: float
    high: float
    metric: float
    goal: float


@dataclass(frozen=True, eq=False)
class Sought:
    """Answer of a goal seek.

    Attributes
    ----------
    path, label, unit : str
        Of the assumption; values and bounds are in its stored unit.
    today, today_metric, today_goal : float
    solutions : tuple of Solution
        In rising order; empty where the goal is out of reach.
    nearest, nearest_metric, nearest_goal : float
        What comes closest, where nothing meets the goal; NaN otherwise.
    at_bound : {"low", "high", ""}
        Which bound that is.
    points, metrics, errors, goals : (points,)
        The scan; points that contradict other assumptions are left out.
    absent : tuple of float
        Values that were tried and at which nothing is invested in the class; ``why_absent`` says why.
    """

    target: Target
    path: str
    label: str
    unit: str
    today: float
    today_metric: float
    today_goal: float
    low: float
    high: float
    solutions: tuple[Solution, ...]
    nearest: float
    nearest_metric: float
    nearest_goal: float
    at_bound: str
    points: Array
    metrics: Array
    errors: Array
    goals: Array
    paths: int
    absent: tuple[float, ...] = ()
    why_absent: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self) | {"target_label": self.target.label, "target_unit": self.target.unit}


@dataclass(frozen=True, eq=False)
class _Dial:
    """Something to turn: its range, and the classes at any of its values."""

    label: str
    unit: str
    low: float
    high: float
    today: float
    is_whole: bool
    turn: Callable[[float], Mapping[str, Position]]


class _Line:
    """Gap between metric and goal along a dial, each value computed once."""

    def __init__(self, dial: _Dial, target: Target, goal: float | str) -> None:
        self.dial, self.target, self.goal = dial, target, goal
        self.known: dict[float, tuple[Estimate, float] | None] = {}
        self.absent: dict[float, str] = {}

    def at(self, value: float) -> tuple[Estimate, float] | None:
        """Metric and goal at a value; None where it contradicts other assumptions, or nothing is invested there."""
        value = float(round(value)) if self.dial.is_whole else float(value)
        if value not in self.known:
            try:
                positions = self.dial.turn(value)
            except ScenarioError as error:
                self.known[value] = None
                if isinstance(error, AbsentError):
                    self.absent[value] = error.why
            else:
                hurdle = positions[self.target.asset].claim.hurdle
                wanted = hurdle if isinstance(self.goal, str) else self.goal
                self.known[value] = self.target.read(positions), wanted
        return self.known[value]

    def gap(self, value: float) -> float:
        """Metric less goal, NaN where there is none."""
        found = self.at(value)
        return float("nan") if found is None else found[0].value - found[1]


def seek(
    scenario: Scenario, target: Target, goal: float | str, path: str, *, paths: int = PATHS, entry: str = "fair",
    points: int = POINTS, price: Price = "agreed", progress: Progress | None = None,
) -> Sought:
    """Find the values of one assumption at which a target meets a goal.

    Parameters
    ----------
    goal : float or "hurdle"
        In the unit of the metric (0.10 is 10%); the hurdle of the class follows the assumption where it depends on it.
    path : str
        Dotted path, or ``price`` for the price of the class itself, USD per unit.
    points : int
        Of the scan.
    price : {"agreed", "again"}
        Whether the price paid stays as it is while the assumption moves, or is found again at each value.

    Raises
    ------
    ScenarioError
        Where the assumption cannot be moved, or the goal makes no sense for the metric.
    """
    _check(target, goal)
    world = world_of(scenario, paths)
    dial = _price_dial(world, target, entry) if path == PRICE else _dial(world, target, path, entry, price)
    line = _Line(dial, target, goal)
    scanned = _scan(line, points, progress)
    if len(scanned) < 2 and line.absent:
        raise AbsentError(f"{path}: at none of its values is there an answer; {next(iter(line.absent.values()))}")
    if len(scanned) < 2:
        raise ScenarioError(f"{path}: no other value within its bounds fits; move first what it depends on")
    solutions = _solutions(line, scanned)
    nearest = float("nan") if solutions else _nearest(line, scanned)
    there, here = line.at(nearest) if nearest == nearest else None, line.at(dial.today)
    found = [line.known[x] for x in scanned]
    return Sought(
        target=target, path=path, label=dial.label, unit=dial.unit, low=dial.low, high=dial.high, today=dial.today,
        today_metric=here[0].value if here else float("nan"), today_goal=here[1] if here else float("nan"),
        solutions=solutions, nearest=nearest,
        nearest_metric=there[0].value if there else float("nan"), nearest_goal=there[1] if there else float("nan"),
        at_bound="low" if nearest == dial.low else "high" if nearest == dial.high else "",
        points=np.array(scanned), metrics=np.array([f[0].value for f in found if f]),
        errors=np.array([f[0].error for f in found if f]), goals=np.array([f[1] for f in found if f]),
        paths=world.shocks.paths, absent=tuple(sorted(line.absent)), why_absent=next(iter(line.absent.values()), ""),
    )


def _check(target: Target, goal: float | str) -> None:
    if isinstance(goal, str) and (goal != HURDLE or not target.metric.startswith("irr") or target.minus):
        raise ScenarioError(
            f"goal: {goal!r} is none for {target.metric}; give a number, or hurdle for an IRR of one class"
        )
    if not isinstance(goal, str) and not np.isfinite(goal):
        raise ScenarioError(f"goal: {goal} is no number; give one in the unit of the metric ({target.unit})")
    unit = METRICS[target.metric].unit
    if not isinstance(goal, str) and unit == "share" and not target.minus and not 0.0 <= goal <= 1.0:
        raise ScenarioError(f"goal: {goal:g} is no share; give one from 0 to 1")


def _dial(world: World, target: Target, path: str, entry: str, price: Price) -> _Dial:
    item = number(path, world.scenario)
    whole = item.kind == "integer"
    return _Dial(
        item.label, item.unit, float(item.low or 0.0), float(item.high or 0.0), held(item), whole,
        lambda x: world.neighbor({path: int(x) if whole else x}, price).invested(target.keys, entry),
    )


def _price_dial(world: World, target: Target, entry: str) -> _Dial:
    """The price of the class: cost or par and premium, or the price of the company, USD per unit."""
    if target.minus or target.metric == "worth":
        raise ScenarioError("price: seek it for a metric of one class that depends on what is paid")
    position = world.invested(target.keys, entry)[target.asset]
    owner = CLASSES.get(target.asset) or VARIANTS[target.asset]
    return _Dial(
        f"Price of {owner.label}", f"USD per {owner.unit}", position.price * PRICE_RANGE[0],
        position.price * PRICE_RANGE[1], position.price, False,
        lambda x: {target.asset: replace(position, premium=x - position.claim.capital)},
    )


def _scan(line: _Line, points: int, progress: Progress | None) -> list[float]:
    """Values between the bounds, today's among them, at which the scenario is valid."""
    grid = np.linspace(line.dial.low, line.dial.high, points)
    values = sorted({float(round(x)) if line.dial.is_whole else float(x) for x in (*grid, line.dial.today)})
    kept = []
    for done, value in enumerate(values, start=1):
        if line.at(value) is not None:
            kept.append(value)
        if progress is not None:
            progress(0.8 * done / len(values))
    return kept


def _solutions(line: _Line, scanned: list[float]) -> tuple[Solution, ...]:
    found: list[float] = [x for x in scanned if line.gap(x) == 0.0]
    for a, b in pairwise(scanned):
        if line.gap(a) * line.gap(b) < 0.0 and (root := _root(line, a, b)) is not None:
            found.append(root)
    return tuple(_solution(line, x, scanned) for x in sorted(found))


def _root(line: _Line, a: float, b: float) -> float | None:
    """Value between two of different sign: by Brent's method, or the whole number nearest to the goal.

    None where the figure is undefined on the way: the two signs then belong to two lines, and neither need cross.
    """
    if not line.dial.is_whole:
        try:
            return float(brentq(line.gap, a, b, xtol=CLOSE * (line.dial.high - line.dial.low), rtol=1e-12))
        except ValueError:  # a NaN between them
            return None
    while b - a > 1:
        middle = float((a + b) // 2)
        if line.at(middle) is None:
            return None
        a, b = (middle, b) if line.gap(a) * line.gap(middle) > 0.0 else (a, middle)
    return min((a, b), key=lambda x: abs(line.gap(x)))


def _solution(line: _Line, value: float, scanned: list[float]) -> Solution:
    """With the noise of the metric there carried over to the value by the slope around it."""
    found = line.at(value)
    assert found is not None
    estimate, goal = found
    below = max((x for x in scanned if x < value), default=value)
    above = min((x for x in scanned if x > value), default=value)
    slope = (line.gap(above) - line.gap(below)) / (above - below) if above > below else 0.0
    reach = abs(2.0 * estimate.error / slope) if slope else float("nan")
    low, high = max(line.dial.low, value - reach), min(line.dial.high, value + reach)
    return Solution(value, low, high, estimate.value, goal)


def _nearest(line: _Line, scanned: list[float]) -> float:
    """Value that comes closest to the goal, refined around the best point of the scan."""
    best = min(range(len(scanned)), key=lambda i: abs(line.gap(scanned[i])))
    left, right = scanned[max(0, best - 1)], scanned[min(len(scanned) - 1, best + 1)]
    if line.dial.is_whole:
        return scanned[best]
    refined = minimize_scalar(
        lambda x: abs(line.gap(float(x))), bounds=(left, right), method="bounded",
        options={"xatol": 1e-4 * (line.dial.high - line.dial.low), "maxiter": 30},
    )
    closer = float(refined.x)
    return closer if abs(line.gap(closer)) < abs(line.gap(scanned[best])) else scanned[best]
