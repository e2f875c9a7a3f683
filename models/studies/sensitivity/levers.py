"""What each slider does: the strongest drivers over their whole range, on every class, at the price paid today.

A direction that an expert expects is written down with its reason (`models.studies.sensitivity.directions`), and a test
holds the model to it. What turns on the way is drawn, because no single sign is true of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from models.basis.entry import Value
from models.claims.registry import CLASSES
from models.engine.estimate import Estimate, mean
from models.engine.world import PATHS, World, world_of
from models.errors import ScenarioError
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario
from models.studies.sensitivity.driver_effects import hurdle_values, replaced_by

POINTS = 5
LEAST = 0.0005
"""Step that matters: a twentieth of a cent on a dollar."""
GLUT = {"overcapacity.peak": 1.0}
"""A glut whose timing can be moved."""

Shape = Literal["rises", "falls", "turns", "level"]


@dataclass(frozen=True)
class Lever:
    """A driver that is moved over its declared range.

    Attributes
    ----------
    path, label : str
    beside : mapping
        What is set too, so that it has something to act on.
    """

    path: str
    label: str
    beside: Mapping[str, Value] = field(default_factory=dict)


LEVERS = (
    Lever("demand.growth_now", "Demand growth"),
    Lever("overcapacity.peak", "Overcapacity at its peak"),
    Lever("overcapacity.peak_quarter", "Quarter of the peak", GLUT),
    Lever("clearing.spot_price", "Rental price today"),
    Lever("hardware.deflation_surprise", "Hardware cheaper than expected"),
    Lever("demand.efficiency_factor", "Efficiency surprise"),
    Lever("localization.share", "Localized demand"),
    Lever("policy.intensity", "Subsidy"),
    Lever("rates.base_rate", "Base rate"),
    Lever("gpu_fleet.hazard_scale", "Customer default"),
    Lever("gpu_fleet.power_price", "Cost of power"),
)


@dataclass(frozen=True)
class Curve:
    """What a lever does to one class.

    Attributes
    ----------
    path, asset, unit : str
        Lever, class, unit of ``places``.
    places : tuple of float
        Values of the lever, rising.
    change, change_se : tuple of float
        Change of the mean value at the hurdle against the lowest value, per dollar of capital, and its paired standard
        error; NaN where there is no investment.
    step, step_se : tuple of float
        Change from the value before; one fewer.
    """

    path: str
    asset: str
    unit: str
    places: tuple[float, ...]
    change: tuple[float, ...]
    change_se: tuple[float, ...]
    step: tuple[float, ...]
    step_se: tuple[float, ...]

    @property
    def shape(self) -> Shape:
        """Which way it goes; ``turns`` where both ways beyond two standard errors, ``level`` below `LEAST`."""
        up, down = (any(sign * d > max(2.0 * e, LEAST) for d, e in self._steps()) for sign in (1.0, -1.0))
        return "turns" if up and down else "rises" if up else "falls" if down else "level"

    @property
    def cliff(self) -> float:
        """Largest step over the whole way gone, between 0 and 1; 0 where nothing moves."""
        sizes = [abs(d) for d, _ in self._steps()]
        return max(sizes) / sum(sizes) if sum(sizes) > 0.0 else 0.0

    def _steps(self) -> Iterator[tuple[float, float]]:
        return ((d, e if e == e else 0.0) for d, e in zip(self.step, self.step_se, strict=True) if d == d)


@dataclass(frozen=True)
class Levers:
    """Curves of every lever and class; ``stuck`` says why a lever could not be moved, by its path."""

    curves: tuple[Curve, ...]
    stuck: Mapping[str, str]
    paths: int

    def of(self, path: str) -> dict[str, Curve]:
        """Curves of one lever, by class."""
        return {curve.asset: curve for curve in self.curves if curve.path == path}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "curves": [asdict(curve) | {"shape": curve.shape, "cliff": curve.cliff} for curve in self.curves],
            "stuck": dict(self.stuck), "paths": self.paths, "unit": "share of capital",
        }


def levers(
    scenario: Scenario, *, entry: str = "fair", paths: int = PATHS, points: int = POINTS,
    progress: Callable[[float], None] | None = None,
) -> Levers:
    """Move each of `LEVERS` alone over its declared range.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        What is paid; the price stays the one agreed in the scenario.
    paths : int
        A power of two.
    points : int
        Evenly spaced values of each lever, at least two.
    progress : callable, optional
        Called with the share done.

    Raises
    ------
    ScenarioError
        If there are fewer than two points.
    """
    if points < 2:
        raise ScenarioError(f"points: {points} is below 2, the two ends of a slider; ask for more")
    world = world_of(scenario, paths)
    curves, stuck = list[Curve](), dict[str, str]()
    for done, lever in enumerate(LEVERS, start=1):
        if problem := _problem(lever, scenario):
            stuck[lever.path] = problem
        else:
            curves += _curves(lever, world, entry, points)
        if progress is not None:
            progress(done / len(LEVERS))
    return Levers(tuple(curves), stuck, world.shocks.paths)


def _problem(lever: Lever, scenario: Scenario) -> str:
    if lever.path.startswith("policy.") and not scenario.policy.programs:
        return "No program runs in this scenario, so there is no subsidy to scale."
    by_year = replaced_by(lever.path, scenario)
    return f"{by_year} is given, which is used instead." if by_year else ""


def _curves(lever: Lever, world: World, entry: str, points: int) -> list[Curve]:
    item = declared(lever.path, world.scenario)
    at = [float(x) for x in np.linspace(float(item.low or 0.0), float(item.high or 0.0), points)]
    if item.kind == "integer":
        at = [float(round(x)) for x in at]
    seen = [_values(world, lever, int(x) if item.kind == "integer" else x, entry) for x in at]
    return [_curve(lever.path, key, item.unit, at, [values.get(key, _NOWHERE) for values in seen]) for key in CLASSES]


_NOWHERE = Estimate(float("nan"), float("nan"))


def _values(world: World, lever: Lever, value: Value, entry: str) -> dict[str, Estimate]:
    """Mean value at the hurdle per dollar of capital of the classes that are present, none where it contradicts."""
    try:
        there = world.neighbor({**lever.beside, lever.path: value})
        return {key: mean(v, there.shocks.replicate) for key, v in hurdle_values(there, entry).items()}
    except ScenarioError:
        return {}


def _curve(path: str, key: str, unit: str, at: list[float], seen: list[Estimate]) -> Curve:
    first = next((value for value in seen if value.value == value.value), _NOWHERE)
    change = [value - first for value in seen]
    step = [later - earlier for earlier, later in pairwise(seen)]
    return Curve(
        path, key, unit, tuple(at),
        tuple(d.value for d in change), tuple(d.error for d in change),
        tuple(d.value for d in step), tuple(d.error for d in step),
    )
