"""What would it take: the most likely way in which a class loses money, and how far that is from the median future.

The limit is value over cash per dollar at the entry paid. Its nearest point among all drivers is the FORM design point
(model 4.9); beside Phi(-beta) stands the share of simulated futures beyond the limit, because the boundary is no plane:
jumps and many ways to lose make the two differ, and the simulated one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from models.basis.shocks import DRIVERS, Shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, build_claims
from models.engine import estimate
from models.engine.world import World, world_of
from models.errors import ScenarioError
from models.market.simulate import simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario
from models.studies.stress.driver_space import DriverSpace, drivers
from models.studies.stress.form import DesignPoint, design_point
from models.studies.stress.stress_story import StoryLine, tell

PATHS = 4_096
BATCH = 2_048
WORST = 0.01
NEAREST, LEAST = 0.10, 32
"""Share of the loss paths that count as near the design point, and how many at least."""

SERIES: Mapping[str, tuple[str, str]] = {
    "demand": ("Demand against plan", "share"),
    "price": ("Rent against break-even", "share"),
    "surplus": ("Surplus capacity", "share"),
    "cash": ("Money back so far, per dollar", "share of capital"),
}
"""Series of the path: label and unit. Demand and rent are ratios less one."""


@dataclass(frozen=True, eq=False)
class ReverseStress:
    """The nearest loss of one class.

    Attributes
    ----------
    key : str
    loss : float
        Share of capital, over cash, whose loss is the limit; 0 is doing worse than cash.
    beta : float
        Distance of the design point, standard deviations; negative where the median future is beyond the limit.
    search_gap : float
        How much further the point is that the search finds from the centroid of all losses instead of the worst 1%.
    probability : float
        Phi(-beta).
    simulated, simulated_se : float
        Share of simulated futures beyond the limit, and its standard error.
    design_value : float
        Value over cash at the design point, per dollar; below the limit where the boundary is a jump.
    importance : mapping
        Driver label to its part of beta squared; the parts add to one.
    near : int
        Simulated losses the path is the median of.
    path : DataFrame
        Columns series, quarter, stressed, usual: medians of those losses and of all futures.
    story : tuple of StoryLine
        What happens when, in words.
    """

    key: str
    loss: float
    beta: float
    search_gap: float
    probability: float
    simulated: float
    simulated_se: float
    design_value: float
    importance: Mapping[str, float]
    near: int
    paths: int
    evaluations: int
    path: pd.DataFrame
    story: tuple[StoryLine, ...]


def reverse_stress(
    scenario: Scenario, key: str, loss: float = 0.0, *, entry: str = "fair", paths: int = PATHS,
    progress: Callable[[float], None] | None = None,
) -> ReverseStress:
    """Find the most likely way in which a class loses more than ``loss`` of its capital against cash.

    Raises
    ------
    ScenarioError
        If there is no such class, no draw can move it, or nothing is invested in it.
    """
    if key not in CLASSES:
        raise ScenarioError(f"class {key!r}: no such asset class; there are {', '.join(CLASSES)}")
    world = world_of(scenario, paths)
    shocks, limit = world.shocks, _Limit(world, key, loss, entry)
    chosen = drivers(scenario, key)
    space = DriverSpace(chosen, shocks.quarters)
    if not chosen:
        raise ScenarioError(f"{key}: no driver is random in this scenario, so there is nothing to search")
    normals = space.normals(shocks)
    order = np.argsort(limit.sampled)
    worst = normals[order[: max(1, round(WORST * len(order)))]].mean(axis=0)
    losing = normals[limit.sampled <= 0.0].mean(axis=0) if (limit.sampled <= 0.0).any() else worst

    def batched(points: Array) -> Array:
        return np.concatenate([limit(space.shocks(points[i : i + BATCH])) for i in range(0, len(points), BATCH)])

    found, other = _search(batched, worst, losing, scenario.run.seed, progress)
    rows = _nearest(space, normals, limit.sampled, found.point)
    lost = estimate.share(limit.sampled <= 0.0, shocks.replicate)
    return ReverseStress(
        key=key, loss=loss, beta=found.beta, search_gap=abs(other.beta) - abs(found.beta),
        probability=float(ndtr(-found.beta)), simulated=lost.value, simulated_se=lost.error,
        design_value=found.value - loss, importance=_importance(space, found.point), near=len(rows),
        paths=shocks.paths, evaluations=found.evaluations + other.evaluations,
        path=_path(world, limit, rows),
        story=tell(scenario, key, world.market, limit.position.claims, limit.sampled - loss, rows, shocks),
    )


def _search(
    limit: Callable[[Array], Array], worst: Array, losing: Array, seed: int, progress: Callable[[float], None] | None
) -> tuple[DesignPoint, DesignPoint]:
    """Nearest point of two searches, and the other one: their difference says how well the boundary was searched."""

    def part(half: int) -> Callable[[float], None] | None:
        return None if progress is None else lambda share: progress(0.5 * (half + share))

    both = [
        design_point(limit, start[None, :], seed=seed + i, progress=part(i)) for i, start in enumerate((worst, losing))
    ]
    both.sort(key=lambda point: abs(point.beta))
    return both[0], both[1]


class _Limit:
    """Value over cash per dollar plus the loss looked for, at the price paid; what was sampled is kept."""

    def __init__(self, world: World, key: str, loss: float, entry: str) -> None:
        self.scenario, self.key, self.loss = world.scenario, key, loss
        self.position = world.invested((key,), entry)[key]
        self.sampled = np.asarray(self.position.value + loss)

    def __call__(self, shocks: Shocks) -> Array:
        claims = build_claims(self.scenario, simulate_market(self.scenario.setting, shocks), shocks, [self.key])
        flows = claims.by_key[self.key].flows.with_entry(self.position.premium)
        # One capital for every batch: a mean over the paths of a batch would move the limit with its company.
        return np.asarray(returns.npv(self.position.rates.cash_rate, flows.net) / self.position.capital + self.loss)


def _importance(space: DriverSpace, point: Array) -> dict[str, float]:
    whole = float(point @ point)
    parts = {
        DRIVERS[name].label: float(point[where] @ point[where]) / whole for name, where in space.where.items()
    }
    return dict(sorted(parts.items(), key=lambda pair: -pair[1]))


def _nearest(space: DriverSpace, normals: Array, values: Array, point: Array) -> NDArray[np.int64]:
    """Rows of the losses nearest to the design point, driver by driver.

    A driver of forty draws counts by how far it goes the design point's way, weighed by its importance: in all draws
    at once every future is equally far from every other.
    """
    lost = np.flatnonzero(values <= 0.0)
    if not len(lost) or not np.isfinite(point).all():
        return lost
    distance = np.zeros(len(lost))
    for where in space.where.values():
        part = point[where]
        if (size := float(np.linalg.norm(part))) > 0:
            along = normals[lost, where] @ part / size
            distance += size**2 * (along - size) ** 2
    count = min(len(lost), max(LEAST, round(NEAREST * len(lost))))
    return np.asarray(lost[np.argsort(distance, kind="stable")[:count]])


def _path(world: World, limit: _Limit, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Medians over the near losses and over all futures, one row a series and quarter."""
    market, position = world.market, limit.position
    series = {
        "demand": market.relative_demand - 1.0,
        "price": market.price / market.curves.price[: market.quarters + 1] - 1.0,
        "surplus": market.surplus,
        "cash": np.cumsum(np.maximum(position.net, 0.0), axis=1) / position.capital,
    }
    quarters = np.arange(market.quarters + 1)
    frames = []
    for name, paths in series.items():
        near = np.median(paths[rows], axis=0) if len(rows) else np.full(len(quarters), np.nan)
        frames.append(pd.DataFrame({
            "series": name, "quarter": quarters, "stressed": near, "usual": np.median(paths, axis=0),
        }))
    return pd.concat(frames, ignore_index=True)
