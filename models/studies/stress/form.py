"""First-order reliability: the point nearest to the median future at which a limit is reached, without gradients.

Hasofer and Lind (1974): with independent standard normal drivers z, minimize |z|^2 / 2 subject to g(z) <= 0. The
distance beta says how unlikely the limit is; Phi(-beta) is its chance if the boundary were a plane. The search needs
values of g only, many at a time: it looks along rays for the boundary, fits a plane to a cloud around the best point so
far, and tries rays towards where that plane is nearest, with and without its small coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import Array
from models.measures.bisection import halved

REACH = 8.0
"""Standard deviations beyond which no boundary is looked for: its chance is below 1e-15."""
RADII = np.linspace(0.5, REACH, 16)
ROUGH, FINE = 9, 44
"""Halvings of every ray, and of the shortest ones."""
ROUNDS = 12
STEP, SHRINK, LEAST_STEP = 0.6, 0.6, 0.08
GAIN = 2e-3
"""Relative improvement below which the cloud shrinks."""

Limit = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class DesignPoint:
    """Nearest point of the boundary.

    Attributes
    ----------
    point : (drivers,)
        Standard deviations of each driver.
    beta : float
        Its distance from the median future; negative where the median future itself is beyond the limit, and
        infinite where no boundary was found within `REACH`.
    value : float
        g at the point: zero, or less where the boundary is a jump.
    evaluations : int
    """

    point: Array
    beta: float
    value: float
    evaluations: int


class _Rays:
    """Distance of the boundary along rays, counting evaluations; ``sign`` -1 looks for the way out of failure."""

    def __init__(self, limit: Limit, sign: float) -> None:
        self.limit, self.sign, self.evaluations = limit, sign, 0

    def value(self, points: Array) -> Array:
        """Limit of points (n, drivers), positive on the side one starts from, (n,)."""
        self.evaluations += len(points)
        return self.sign * self.limit(points)

    def lengths(self, directions: Array) -> Array:
        """Distance of the first crossing along unit directions (n, drivers), (n,); infinite if none."""
        n = len(directions)
        along = (directions[:, None, :] * RADII[None, :, None]).reshape(n * len(RADII), -1)
        is_beyond = self.value(along).reshape(n, len(RADII)) <= 0.0
        found = is_beyond.any(axis=1)
        first = is_beyond.argmax(axis=1)
        far = np.where(found, RADII[first], np.inf)
        near = np.where(first > 0, RADII[np.maximum(first - 1, 0)], 0.0)
        rows = np.flatnonzero(found)
        near, far = self._halved(directions, near, far, rows, ROUGH)
        # Only rays that may still be the shortest one are followed to the last digit.
        least = far[rows].min() if len(rows) else np.inf
        near, far = self._halved(directions, near, far, np.flatnonzero(found & (near <= least)), FINE)
        return far

    def _halved(
        self, directions: Array, near: Array, far: Array, rows: NDArray[np.int64], times: int
    ) -> tuple[Array, Array]:
        if len(rows):
            ways, near, far = directions[rows], near.copy(), far.copy()
            near[rows], far[rows] = halved(near[rows], far[rows], lambda x: self.value(ways * x[:, None]) <= 0.0, times)
        return near, far


def design_point(
    limit: Limit, starts: Array, *, seed: int = 0, progress: Callable[[float], None] | None = None
) -> DesignPoint:
    """Nearest point of g(z) = 0 found from some directions.

    Parameters
    ----------
    limit : callable
        (n, drivers) -> (n,): at or below zero beyond the limit. It may jump.
    starts : (k, drivers)
        Directions to look along first, such as the centroid of the worst futures; never all zero.
    seed : int
        Of the clouds, which decide how well a rough boundary is searched.
    progress : callable, optional
        Called with the share done.
    """
    drivers = starts.shape[1]
    origin = float(limit(np.zeros((1, drivers)))[0])
    rays = _Rays(limit, 1.0 if origin > 0.0 else -1.0)
    rng = np.random.default_rng([seed, drivers])
    # Where the median future fails already, the way out lies opposite to the worst futures.
    best, length = _shortest(rays, rays.sign * starts)
    if not np.isfinite(length):
        best, length = _shortest(rays, rng.standard_normal((64, drivers)))
    if not np.isfinite(length):
        return DesignPoint(np.full(drivers, np.nan), rays.sign * float("inf"), origin, rays.evaluations)
    step = STEP
    for turn in range(ROUNDS):
        before = length
        found, reached = _shortest(rays, _directions(rays, best * length, step, rng))
        if reached < length:
            best, length = found, reached
        if length > before * (1.0 - GAIN):
            step *= SHRINK
        if progress is not None:
            progress((turn + 1) / ROUNDS)
        if step < LEAST_STEP:
            break
    value = float(limit(best[None, :] * length)[0])
    return DesignPoint(best * length, rays.sign * length, value, rays.evaluations)


def _shortest(rays: _Rays, directions: Array) -> tuple[Array, float]:
    size = np.linalg.norm(directions, axis=1)
    unit = directions[size > 0] / size[size > 0, None]
    lengths = rays.lengths(unit)
    i = int(lengths.argmin())
    return unit[i], float(lengths[i])


def _directions(rays: _Rays, point: Array, step: float, rng: np.random.Generator) -> Array:
    """Rays worth trying from a point of the boundary, (n, drivers)."""
    drivers = len(point)
    half = step * rng.standard_normal((max(2 * drivers, 128), drivers))
    cloud = np.concatenate([half, -half])
    slope, error = _plane(cloud, rays.value(point + cloud))
    here = point / np.linalg.norm(point)
    tried = [here]
    for cut in (0.0, 1.0, 2.0, 3.0, 4.5):  # coordinates whose slope is noise only lengthen the way
        kept = np.where(np.abs(slope) >= cut * error, -slope, 0.0)
        if (size := np.linalg.norm(kept)) > 0:
            tried += [(1.0 - share) * here + share * kept / size for share in (0.15, 0.3, 0.5, 0.75, 1.0)]
    order = np.argsort(np.abs(here))
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        sparse = here.copy()
        sparse[order[: int(share * drivers)]] = 0.0
        tried.append(sparse)
    large = order[::-1][:12]
    for i in large:  # a driver that jumps is worth its whole length or none of it
        tried += [np.where(np.arange(drivers) == i, scale * here, here) for scale in (0.0, 0.7, 1.4)]
    noise = rng.standard_normal((24, drivers)) * (np.abs(here) + 0.3 / np.sqrt(drivers)) * step
    return np.stack([*tried, *(here + noise)])


def _plane(cloud: Array, values: Array) -> tuple[Array, Array]:
    """Slope of a plane through values of a cloud (n, drivers), and its standard error, (drivers,) each."""
    design = np.column_stack([np.ones(len(cloud)), cloud])
    weights, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    rest = values - design @ weights
    spread = float(rest @ rest) / max(len(values) - int(rank), 1)
    error = np.sqrt(spread / np.maximum((cloud**2).sum(axis=0), 1e-300))
    return np.asarray(weights[1:]), np.asarray(error)
