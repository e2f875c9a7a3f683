"""Random draws: one named stream a driver, drawn once and shared by every compared scenario.

The dimensions that matter most (annual points of demand, first busts, one-off draws) come from scrambled Sobol
points, the rest from pseudo-random streams keyed by name. A new driver is one field of `Shocks` with a stream name of
its own, and the next free Sobol columns if it needs any, so it never moves the draws of another. Eight independent
scrambles give honest standard errors (Owen 1997).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from models.basis.timeline import QUARTERS, Array, running_sum, years

Method = Literal["sobol", "random"]
Shape = tuple[int, ...]
Counted = tuple[int, int | None]

REPLICATES = 8
SOBOL_COLUMNS = 32
COHORTS = 10
SPELLS = 3
NEVER, ALWAYS, HALF = float(np.nextafter(0.0, 1.0)), float(np.nextafter(1.0, 0.0)), 0.5


@dataclass(frozen=True)
class Driver:
    """How one driver is drawn, named, and left out.

    Attributes
    ----------
    name : str
        Of its pseudo-random stream: another name gives other draws.
    label : str
        As a reader knows it.
    draw : callable
        (Sobol points (size, columns), generator, shape of one path) -> (size, shape).
    columns : range
        Its Sobol columns; empty where it has none. Append, never reorder.
    calm : float
        Value on the path without surprises: no hazard is reached, nothing moves.
    shape : callable
        Quarters -> shape of the draws of one path.
    counted : (first, last)
        Which draws of a path matter.
    """

    name: str
    label: str
    draw: Callable[[Array, np.random.Generator, Shape], Array]
    columns: range = range(0)
    calm: float = 0.0
    shape: Callable[[int], Shape] = lambda quarters: ()
    counted: Counted = (0, None)


def _open(uniforms: Array) -> Array:
    """Keep uniforms strictly inside (0, 1), so that no normal is infinite."""
    return np.clip(uniforms, 2.0**-53, 1.0 - 2.0**-53)


def _stream(points: Array, generator: np.random.Generator, shape: Shape) -> Array:
    out = _open(generator.random((len(points), *shape)))
    if lead := min(points.shape[1], shape[0]):
        out[:, :lead] = points[:, :lead]
    return out


def _uniforms(points: Array, generator: np.random.Generator, shape: Shape) -> Array:
    return points if shape else points[:, 0]


def _steered_normals(points: Array, generator: np.random.Generator, shape: Shape) -> Array:
    """Independent normals (size, quarters + 1) whose running sum passes through Sobol-driven knots.

    The knots are built by principal components, so the first Sobol column carries most of the variance; between
    knots the pseudo-random noise forms Brownian bridges. Column 0 is zero.
    """
    size, quarters = len(points), shape[0] - 1
    noise, steer = generator.standard_normal((size, quarters)), ndtri(points)
    count = min(steer.shape[1], quarters)
    knots = np.unique(np.round(np.linspace(0, quarters, count + 1)[1:]).astype(int))
    covariance = np.minimum.outer(knots, knots).astype(float)
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(values)[::-1]
    loadings = vectors[:, order] * np.sqrt(values[order])
    target = steer[:, : len(knots)] @ loadings.T
    gap = target - np.cumsum(noise, axis=1)[:, knots - 1]
    lengths = np.diff(knots, prepend=0)
    slope = np.diff(gap, axis=1, prepend=0.0) / lengths
    out = np.zeros((quarters + 1, size)).T
    out[:, 1:] = noise + np.repeat(slope, lengths, axis=1)
    return out


def _walk(name: str, label: str, columns: range) -> Mapping[str, Driver]:
    """Standard normals a quarter whose running sum is steered by Sobol points; column 0 is zero."""
    return {"driver": Driver(
        name, label, _steered_normals, columns, shape=lambda quarters: (quarters + 1,), counted=(1, None))}


def _chance(name: str, label: str, columns: range, calm: float = NEVER) -> Mapping[str, Driver]:
    """Uniforms, one a column."""
    shape = () if len(columns) == 1 else (len(columns),)
    return {"driver": Driver(name, label, _uniforms, columns, calm, lambda quarters: shape)}


def _normal(name: str, label: str, columns: range) -> Mapping[str, Driver]:
    """One standard normal."""
    return {"driver": Driver(name, label, lambda points, *rest: ndtri(_uniforms(points, *rest)), columns)}


def _each(
    name: str, label: str, shape: Callable[[int], Shape], *, calm: float = HALF, columns: range = range(0),
    counted: Counted = (0, None),
) -> Mapping[str, Driver]:
    """Uniforms from a pseudo-random stream; Sobol points in place of the first ones, if it has columns."""
    return {"driver": Driver(name, label, _stream, columns, calm, shape, counted)}


@dataclass(frozen=True, eq=False)
class Shocks:
    """Draws of every driver, each declared by its field; ``replicate`` is the scramble of each path, (paths,).

    ``*_z`` are standard normal, ``*_u`` uniform in (0, 1), the ends excluded; first axis paths. A walk has
    (paths, quarters + 1) draws, a chance (paths,), or one column for each of its Sobol columns.
    """

    seed: int
    method: Method
    replicate: NDArray[np.int64]
    demand_z: Array = field(metadata=_walk("demand", "Demand", range(0, 10)))
    # Waiting times between busts, one a quarter: at the default rate a seventh within ten years has a chance below one
    # in a million.
    jump_gap_u: Array = field(metadata=_each(
        "jump_gap", "Demand busts", lambda quarters: (quarters,), calm=ALWAYS, columns=range(10, 12),
        counted=(0, 6)))
    offtaker_u: Array = field(metadata=_chance("offtaker", "Luck of the customer", range(12, 13)))
    tenant_u: Array = field(metadata=_chance("tenant", "Luck of the anchor tenant", range(13, 14)))
    policy_u: Array = field(metadata=_chance("policy", "End of sovereign programs", range(14, 15)))
    # Waiting time to an export shock, and to its reversal.
    export_u: Array = field(metadata=_chance("export", "Export controls", range(24, 26)))
    llm_quality_z: Array = field(metadata=_walk("llm_quality", "Quality of models", range(15, 17)))
    llm_sale_u: Array = field(metadata=_chance("llm_sale", "Price in a failure", range(17, 18), HALF))
    supplier_share_z: Array = field(metadata=_walk("supplier_share", "Market share", range(18, 19)))
    dc_overrun_z: Array = field(metadata=_normal("dc_overrun", "Cost overrun", range(19, 20)))
    dc_delay_u: Array = field(metadata=_chance("dc_delay", "Wait for power", range(20, 21), HALF))
    dc_exit_cap_z: Array = field(metadata=_normal("dc_exit_cap", "Exit yield", range(21, 22)))
    cloud_core_z: Array = field(metadata=_walk("cloud_core", "Core business", range(22, 23)))
    cloud_share_z: Array = field(metadata=_walk("cloud_share", "Share of AI compute", range(23, 24)))
    # Lease renewal of each expiry, and letting time of each vacancy.
    renewal_u: Array = field(metadata=_each("renewal", "Renewal of leases", lambda quarters: (COHORTS, SPELLS)))
    letting_u: Array = field(metadata=_each("letting", "Letting of empty space", lambda quarters: (COHORTS, SPELLS)))
    # Moves between boom and bust.
    regime_u: Array = field(
        metadata=_each("regime", "Boom and bust regimes", lambda quarters: (quarters + 1,), calm=1.0))
    vendor_u: Array = field(metadata=_chance("vendor", "Luck of the vendor", range(26, 27)))
    renegotiation_u: Array = field(metadata=_chance("renegotiation", "Renegotiation of the contract", range(27, 28)))
    rate_z: Array = field(metadata=_walk("base_rate", "Base rate", range(28, 30)))
    contagion_u: Array = field(metadata=_chance("contagion", "Whether the customer is the lab", range(30, 31)))

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.demand_z.shape[0])

    @property
    def quarters(self) -> int:
        """Number of operating quarters."""
        return int(self.demand_z.shape[1] - 1)

    def take(self, rows: NDArray[np.int64] | slice) -> Shocks:
        """Return the draws of the chosen rows, in that order (a subset or a permutation of paths)."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ("replicate", *DRIVERS)})

    def without(self, *names: str) -> Shocks:
        """The same without the draws of some drivers, for who keeps many; NaN of no size shows whoever reads them."""
        gone: dict[str, Any] = {name: np.broadcast_to(np.nan, getattr(self, name).shape) for name in names}
        return replace(self, **gone)


DRIVERS: Mapping[str, Driver] = {f.name: f.metadata["driver"] for f in fields(Shocks) if f.metadata}
"""Every driver by the field of `Shocks` that holds its draws."""


@lru_cache(maxsize=4)
def draw_shocks(seed: int, paths: int, method: Method = "sobol", quarters: int = QUARTERS) -> Shocks:
    """Draw every stream; cached because compared scenarios must share one set of draws.

    Parameters
    ----------
    seed : int
    paths : int
        A power of two (Sobol points lose their balance otherwise).
    method : {"sobol", "random"}
    quarters : int

    Raises
    ------
    ValueError
        If ``paths`` is not a power of two.
    """
    if paths < 1 or paths & (paths - 1):
        raise ValueError(f"paths must be a power of two, got {paths}; try {1 << max(paths, 1).bit_length() - 1}")
    groups = min(REPLICATES, paths)
    size = paths // groups
    blocks = [_draw_block(seed, group, size, method, quarters) for group in range(groups)]
    joined = {name: _freeze(np.concatenate([b[name] for b in blocks])) for name in blocks[0]}
    replicate = np.repeat(np.arange(groups), size)
    replicate.flags.writeable = False
    return Shocks(seed=seed, method=method, replicate=replicate, **joined)


def draw_replicate(
    seed: int, group: int, paths: int, method: Method = "sobol", quarters: int = QUARTERS,
    names: Collection[str] | None = None,
) -> Shocks:
    """One independent scramble of draws on its own, for work done block by block.

    Parameters
    ----------
    names : collection of str, optional
        Drivers that will be read; the others are left out as by `Shocks.without`, which saves most of the time.
    """
    block = {name: _freeze(array) for name, array in _draw_block(seed, group, paths, method, quarters, names).items()}
    left = {name: np.broadcast_to(np.nan, (paths, *d.shape(quarters))) for name, d in DRIVERS.items()}
    return Shocks(seed=seed, method=method, replicate=np.full(paths, group), **left | block)


def joined_shocks(parts: Sequence[Shocks]) -> Shocks:
    """Draws of several blocks as one set."""
    joined: dict[str, Any] = {
        name: _freeze(np.concatenate([getattr(part, name) for part in parts])) for name in ("replicate", *DRIVERS)
    }
    return replace(parts[0], **joined)


def calm_shocks(quarters: int = QUARTERS) -> Shocks:
    """One path without surprises: normals at zero, uniforms at one half, no hazard ever reached."""
    draws: dict[str, Any] = {
        name: np.full((1, *driver.shape(quarters)), driver.calm) for name, driver in DRIVERS.items()
    }
    return Shocks(seed=0, method="random", replicate=np.zeros(1, dtype=np.int64), **draws)


def martingale(z: Array, sd: float) -> Array:
    """exp(sd W - sd^2 t / 2), mean one at every quarter, shape of ``z`` (paths, quarters + 1)."""
    walk = running_sum(z) * (0.5 * sd)
    return np.asarray(np.exp(walk - 0.5 * sd**2 * years(z.shape[1] - 1)))


def _draw_block(
    seed: int, group: int, size: int, method: Method, quarters: int, names: Collection[str] | None = None
) -> dict[str, Array]:
    points = _points(seed, group, size, method)
    return {
        name: driver.draw(
            points[:, list(driver.columns)], np.random.default_rng([seed, group, zlib.crc32(driver.name.encode())]),
            driver.shape(quarters),
        )
        for name, driver in DRIVERS.items() if names is None or name in names
    }


def _points(seed: int, group: int, size: int, method: Method) -> Array:
    """Uniform points, shape (size, SOBOL_COLUMNS), strictly inside (0, 1)."""
    rng = np.random.default_rng([seed, group, zlib.crc32(b"sobol")])
    if method == "random":
        return _open(rng.random((size, SOBOL_COLUMNS)))
    # Scrambled with a fixed width, so that a new driver does not change the scramble of the others.
    return _open(qmc.Sobol(SOBOL_COLUMNS, scramble=True, rng=rng).random(size))


def _freeze(array: Array) -> Array:
    """Read-only and time-major where two-dimensional: the market loops over time."""
    out = np.asfortranarray(array) if array.ndim == 2 else array
    out.flags.writeable = False
    return out
