"""Which uncertainty is worth resolving before committing: value of perfect information, in all and by driver.

Assumptions are not known either. Each uncertain one is spread over its declared bounds, likeliest at its present value;
in every world so drawn the classes are valued at today's prices on the same shocks. Knowing the world, an investor
would pick the class that is best there; not knowing it, the one that is best on average. The difference is what
perfect information is worth (EVPI), an upper bound for any study; what one driver is worth (EVPPI) follows from how
well that driver alone predicts the values. Source: Strong, Oakley and Brennan (2014), Medical Decision Making 34(3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from models.basis.investor import Rates
from models.basis.shocks import REPLICATES, draw_replicate
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.engine.estimate import standard_error
from models.engine.wealth import EntryName, gain_of_utility, outcomes
from models.engine.wealth import utility as utility_of
from models.engine.world import World
from models.errors import ScenarioError
from models.scenario.catalog import entry as catalog_entry
from models.scenario.scenario import Scenario

DRIVERS = (
    "overcapacity.peak",
    "overcapacity.peak_quarter",
    "demand.growth_now",
    "demand.growth_fade",
    "demand.bust_rate",
    "hardware.deflation_surprise",
    "localization.share",
    "clearing.demand_elasticity",
    "policy.intensity",
)
WORLDS = 512
PATHS = 256
CASH = "cash"
_DEGREE = 3


@dataclass(frozen=True)
class Worth:
    """Value of knowing something, sure gain over cash per dollar.

    Attributes
    ----------
    driver, label : str
        Dotted path and name; "all" for everything at once.
    value, value_se : float
        Estimate by cross-fitting: the choice is made on other worlds (for all drivers at once, on other futures) than
        those that value it, so it leans low and can fall below zero by noise.
    naive : float
        The same where choice and value rest on the same fit: it leans high. Far from `value`, neither is to be trusted.
    """

    driver: str
    label: str
    value: float
    value_se: float
    naive: float


@dataclass(frozen=True, eq=False)
class Information:
    """Value of information about the assumptions.

    Attributes
    ----------
    everything : Worth
        EVPI, an upper bound of what any study of these drivers can be worth.
    drivers : tuple of Worth
        EVPPI, greatest first.
    choice : str
        Best action without more information; "cash" if no class beats it.
    sure : float
        Its sure gain over cash per dollar.
    best_in : dict
        Share of worlds in which each action is best.
    worlds, paths : int
    """

    everything: Worth
    drivers: tuple[Worth, ...]
    choice: str
    sure: float
    sure_se: float
    best_in: dict[str, float]
    worlds: int
    paths: int

    def table(self) -> pd.DataFrame:
        """One row a driver, the first for all of them: driver, label, value, value_se, naive."""
        return pd.DataFrame([asdict(w) for w in (self.everything, *self.drivers)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the command line."""
        return {
            "evpi": asdict(self.everything), "evppi": [asdict(w) for w in self.drivers], "choice": self.choice,
            "sure_gain": self.sure, "sure_gain_se": self.sure_se, "best_in": self.best_in, "worlds": self.worlds,
            "paths": self.paths,
        }


def information(
    scenario: Scenario, entry: EntryName = "fair", drivers: Sequence[str] = DRIVERS, worlds: int = WORLDS,
    paths: int = PATHS, progress: Callable[[float], None] | None = None,
) -> Information:
    """Value of perfect information about each driver, and about all of them.

    Parameters
    ----------
    drivers : sequence of str
        Dotted paths of uncertain assumptions with bounds.
    worlds : int
        Points drawn for the assumptions, a power of two of at least 64.
    paths : int
        Futures in each world, a power of two. The eight scrambles of worlds have futures of their own, so that the
        standard error holds both kinds of noise.
    progress : callable, optional
        Called with the share done.
    """
    moving = [path for path in drivers if _can_matter(scenario, path)]
    points, group = draw_points(scenario, moving, worlds)
    utility = np.empty((2, worlds, len(CLASSES) + 1))
    futures = [World(scenario, draw_replicate(scenario.run.seed, g, paths)) for g in range(REPLICATES)]
    for i, point in enumerate(points):
        values = _values(futures[group[i]], dict(zip(moving, point, strict=True)), entry)
        gains = utility_of(np.column_stack([values, np.zeros(len(values))]), scenario.rates)
        utility[0, i], utility[1, i] = gains[: paths // 2].mean(axis=0), gains[paths // 2 :].mean(axis=0)
        if progress is not None:
            progress((i + 1) / worlds)
    labels = {path: catalog_entry(path, scenario).label for path in moving}
    return summarize(utility, points, group, labels, scenario.rates, paths)


def draw_points(scenario: Scenario, drivers: Sequence[str], worlds: int) -> tuple[Array, NDArray[np.int64]]:
    """Values of the drivers, (worlds, drivers), in independent scrambles, and the scramble of each, (worlds,).

    Every driver follows a triangle between its bounds with its top at the present value.
    """
    size = worlds // REPLICATES
    blocks = [
        qmc.Sobol(max(len(drivers), 1), rng=np.random.default_rng([scenario.run.seed, 17, g])).random(size)
        for g in range(REPLICATES)
    ]
    uniform = np.concatenate(blocks)[:, : len(drivers)]
    points = np.empty_like(uniform)
    for j, path in enumerate(drivers):
        item = catalog_entry(path, scenario)
        low, high, now = float(item.low), float(item.high), float(item.value)  # type: ignore[arg-type]
        points[:, j] = _triangle(uniform[:, j], low, high, min(max(now, low), high))
        if item.kind == "integer":
            points[:, j] = np.round(points[:, j])
    return points, np.repeat(np.arange(REPLICATES), size)


def summarize(
    utility: Array, points: Array, group: NDArray[np.int64], labels: dict[str, str], rates: Rates, paths: int
) -> Information:
    """Value of information from the utilities of all actions in all worlds.

    Parameters
    ----------
    utility : (2, worlds, actions)
        Mean utility over cash on two independent halves of the paths; the last action is cash.
    points : (worlds, drivers)
    group : (worlds,)
        Which independent scramble a world belongs to: folds of the cross-fit, and replicates of the error.
    labels : dict
        Names of the drivers by dotted path, in the order of the columns of `points`.
    """
    mean = utility.mean(axis=0)
    names = (*CLASSES, CASH)
    choice = int(_best(mean.mean(axis=0)))
    everything = _worth("all", "All of them together", utility[0], utility[1], mean, mean, choice, group, rates)
    found = []
    for j, (path, label) in enumerate(labels.items()):
        fitted, crossed = _fit(points[:, j], mean, group)
        found.append(_worth(path, label, crossed, mean, fitted, fitted, choice, group, rates))
    base = mean[:, choice]
    counts = np.bincount(_best(mean), minlength=len(names)) / len(mean)
    noise = standard_error([gain_of_utility(float(base[group == g].mean()), rates) for g in np.unique(group)])
    return Information(
        everything=everything, drivers=tuple(sorted(found, key=lambda w: -w.value)), choice=names[choice],
        sure=gain_of_utility(float(base.mean()), rates), sure_se=noise,
        best_in={name: float(share) for name, share in zip(names, counts, strict=True)}, worlds=len(mean), paths=paths,
    )


def _worth(
    driver: str, label: str, chooser: Array, judge: Array, high_chooser: Array, high_judge: Array, choice: int,
    group: NDArray[np.int64], rates: Rates,
) -> Worth:
    """Gain of picking the action that `chooser` (worlds, actions) calls best, as `judge` values it."""
    rows = np.arange(len(judge))
    informed = judge[rows, _best(chooser)]
    top = high_judge[rows, _best(high_chooser)]

    def gain(with_it: Array, without: Array) -> float:
        return gain_of_utility(float(with_it.mean()), rates) - gain_of_utility(float(without.mean()), rates)

    each = [gain(informed[group == g], judge[group == g, choice]) for g in np.unique(group)]
    value, naive = gain(informed, judge[:, choice]), gain(top, high_judge[:, choice])
    return Worth(driver, label, value, standard_error(each), naive)


def _best(values: Array) -> NDArray[np.intp]:
    """Best action along the last axis; the last of equals, which is cash: money meant for an absent class is there."""
    return np.asarray(values.shape[-1] - 1 - values[..., ::-1].argmax(axis=-1))


def _fit(point: Array, mean: Array, group: NDArray[np.int64]) -> tuple[Array, Array]:
    """Expected utility of every action given one driver, (worlds, actions): on all worlds, and cross-fitted."""
    spread = point.std()
    x = (point - point.mean()) / (spread if spread > 0 else 1.0)
    matrix = np.polynomial.legendre.legvander(x / max(np.abs(x).max(), 1.0), _DEGREE)
    fitted = matrix @ np.linalg.lstsq(matrix, mean, rcond=1e-8)[0]
    crossed = np.empty_like(mean)
    for g in np.unique(group):
        out = group == g
        crossed[out] = matrix[out] @ np.linalg.lstsq(matrix[~out], mean[~out], rcond=1e-8)[0]
    return fitted, crossed


def _values(now: World, point: dict[str, float], entry: EntryName) -> Array:
    whole = {path for path in point if catalog_entry(path, now.scenario).kind == "integer"}
    changes = {path: int(value) if path in whole else float(value) for path, value in point.items()}
    try:
        there = now.neighbor(changes)
    except ScenarioError:  # two assumptions that contradict each other: that world cannot be
        there = now
    return outcomes(there.positions(entry=entry)).gains


def _can_matter(scenario: Scenario, path: str) -> bool:
    """Whether a driver acts at all in this scenario: subsidies only where there is a program."""
    return bool(scenario.policy.programs) or not path.startswith("policy.")


def _triangle(uniform: Array, low: float, high: float, top: float) -> Array:
    """Quantiles of the triangular distribution."""
    width, left = high - low, top - low
    rises = np.sqrt(uniform * width * left)
    falls = np.sqrt((1.0 - uniform) * width * (width - left))
    return np.asarray(np.where(uniform * width < left, low + rises, high - falls))
