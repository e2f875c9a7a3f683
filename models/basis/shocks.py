"""Random draws: one named stream a driver, drawn once and shared by every compared scenario.

The dimensions that matter most (annual points of demand, first busts, one-off draws) come from scrambled Sobol
points, the rest from pseudo-random streams keyed by name. A new driver takes a new stream or the next free Sobol
column, so it never moves the draws of another. Eight independent scrambles give honest standard errors (Owen 1997).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from models.basis.timeline import QUARTERS, Array, years

Method = Literal["sobol", "random"]

REPLICATES = 8
SOBOL_COLUMNS = 32
COHORTS = 10
SPELLS = 3

# Sobol column of each driver; append, never reorder.
_COLUMNS = {
    "demand": range(0, 10),
    "jump_gap": range(10, 12),
    "offtaker": range(12, 13),
    "tenant": range(13, 14),
    "policy": range(14, 15),
    "llm_quality": range(15, 17),
    "llm_sale": range(17, 18),
    "supplier_share": range(18, 19),
    "dc_overrun": range(19, 20),
    "dc_delay": range(20, 21),
    "dc_exit_cap": range(21, 22),
    "cloud_core": range(22, 23),
    "cloud_share": range(23, 24),
    "export": range(24, 26),
    "vendor": range(26, 27),
    "renegotiation": range(27, 28),
    "base_rate": range(28, 30),
}


@dataclass(frozen=True, eq=False)
class Shocks:
    """Draws of every driver. ``*_z`` are standard normal, ``*_u`` uniform in (0, 1); both exclude the ends.

    Attributes
    ----------
    demand_z, llm_quality_z, supplier_share_z, cloud_core_z, cloud_share_z, rate_z : (paths, quarters + 1)
        Column 0 is zero: shocks act from the first quarter.
    jump_gap_u : (paths, quarters)
        Uniforms that become the waiting times between busts.
    offtaker_u, tenant_u, policy_u, llm_sale_u, dc_delay_u, vendor_u, renegotiation_u : (paths,)
    dc_overrun_z, dc_exit_cap_z : (paths,)
    export_u : (paths, 2)
        Waiting time to an export shock and to its reversal.
    renewal_u, letting_u : (paths, COHORTS, SPELLS)
        Lease renewal of each expiry and letting time of each vacancy.
    regime_u : (paths, quarters + 1)
        Moves between boom and bust.
    replicate : (paths,)
        Which independent scramble a path belongs to, for standard errors.
    """

    seed: int
    method: Method
    demand_z: Array
    jump_gap_u: Array
    offtaker_u: Array
    tenant_u: Array
    policy_u: Array
    export_u: Array
    llm_quality_z: Array
    llm_sale_u: Array
    supplier_share_z: Array
    dc_overrun_z: Array
    dc_delay_u: Array
    dc_exit_cap_z: Array
    cloud_core_z: Array
    cloud_share_z: Array
    renewal_u: Array
    letting_u: Array
    regime_u: Array
    vendor_u: Array
    renegotiation_u: Array
    rate_z: Array
    replicate: NDArray[np.int64]

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
        chosen = {
            f.name: (
                getattr(self, f.name)[rows] if isinstance(getattr(self, f.name), np.ndarray) else getattr(self, f.name)
            )
            for f in fields(self)
        }
        return Shocks(**chosen)


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
    seed: int, group: int, paths: int, method: Method = "sobol", quarters: int = QUARTERS
) -> Shocks:
    """One independent scramble of draws on its own, for work done block by block."""
    block = {name: _freeze(array) for name, array in _draw_block(seed, group, paths, method, quarters).items()}
    return Shocks(seed=seed, method=method, replicate=np.full(paths, group), **block)


def joined_shocks(parts: Sequence[Shocks]) -> Shocks:
    """Draws of several blocks as one set."""
    arrays = [f.name for f in fields(Shocks) if f.name not in ("seed", "method")]
    joined: dict[str, Any] = {name: _freeze(np.concatenate([getattr(part, name) for part in parts])) for name in arrays}
    return replace(parts[0], **joined)


def calm_shocks(quarters: int = QUARTERS) -> Shocks:
    """One path without surprises: normals at zero, uniforms at one half, no hazard ever reached."""
    walk = np.zeros((1, quarters + 1))
    half, never = np.full(1, 0.5), np.full(1, np.nextafter(0.0, 1.0))
    spells = np.full((1, COHORTS, SPELLS), 0.5)
    return Shocks(
        seed=0,
        method="random",
        demand_z=walk,
        jump_gap_u=np.full((1, quarters), np.nextafter(1.0, 0.0)),
        offtaker_u=never,
        tenant_u=never,
        policy_u=never,
        export_u=np.full((1, 2), np.nextafter(0.0, 1.0)),
        llm_quality_z=walk,
        llm_sale_u=half,
        supplier_share_z=walk,
        dc_overrun_z=np.zeros(1),
        dc_delay_u=half,
        dc_exit_cap_z=np.zeros(1),
        cloud_core_z=walk,
        cloud_share_z=walk,
        renewal_u=spells,
        letting_u=spells,
        regime_u=np.ones((1, quarters + 1)),
        vendor_u=never,
        renegotiation_u=never,
        rate_z=walk,
        replicate=np.zeros(1, dtype=np.int64),
    )


def martingale(z: Array, sd: float) -> Array:
    """exp(sd W - sd^2 t / 2), mean one at every quarter, shape of ``z`` (paths, quarters + 1)."""
    walk = np.cumsum(z, axis=1) * (0.5 * sd)
    return np.asarray(np.exp(walk - 0.5 * sd**2 * years(z.shape[1] - 1)))


def _draw_block(seed: int, group: int, size: int, method: Method, quarters: int) -> dict[str, Array]:
    points = _points(seed, group, size, method)

    def stream(name: str) -> np.random.Generator:
        return np.random.default_rng([seed, group, zlib.crc32(name.encode())])

    def one(name: str) -> Array:
        return points[:, _COLUMNS[name]]

    def walk(name: str) -> Array:
        return _steered_normals(stream(name).standard_normal((size, quarters)), ndtri(one(name)))

    gaps = _open(stream("jump_gap").random((size, quarters)))
    lead = min(2, quarters)
    gaps[:, :lead] = one("jump_gap")[:, :lead]
    return {
        "demand_z": walk("demand"),
        "jump_gap_u": gaps,
        "offtaker_u": one("offtaker")[:, 0],
        "tenant_u": one("tenant")[:, 0],
        "policy_u": one("policy")[:, 0],
        "export_u": one("export"),
        "llm_quality_z": walk("llm_quality"),
        "llm_sale_u": one("llm_sale")[:, 0],
        "supplier_share_z": walk("supplier_share"),
        "dc_overrun_z": ndtri(one("dc_overrun")[:, 0]),
        "dc_delay_u": one("dc_delay")[:, 0],
        "dc_exit_cap_z": ndtri(one("dc_exit_cap")[:, 0]),
        "cloud_core_z": walk("cloud_core"),
        "cloud_share_z": walk("cloud_share"),
        "renewal_u": _open(stream("renewal").random((size, COHORTS, SPELLS))),
        "letting_u": _open(stream("letting").random((size, COHORTS, SPELLS))),
        "regime_u": _open(stream("regime").random((size, quarters + 1))),
        "vendor_u": one("vendor")[:, 0],
        "renegotiation_u": one("renegotiation")[:, 0],
        "rate_z": walk("base_rate"),
    }


def _points(seed: int, group: int, size: int, method: Method) -> Array:
    """Uniform points, shape (size, SOBOL_COLUMNS), strictly inside (0, 1)."""
    rng = np.random.default_rng([seed, group, zlib.crc32(b"sobol")])
    if method == "random":
        return _open(rng.random((size, SOBOL_COLUMNS)))
    # Scrambled with a fixed width, so that a new driver does not change the scramble of the others.
    return _open(qmc.Sobol(SOBOL_COLUMNS, scramble=True, rng=rng).random(size))


def _steered_normals(noise: Array, steer: Array) -> Array:
    """Independent normals (size, quarters + 1) whose running sum passes through Sobol-driven knots.

    The knots are built by principal components, so the first Sobol column carries most of the variance; between
    knots the pseudo-random noise forms Brownian bridges. Column 0 is zero.
    """
    size, quarters = noise.shape
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


def _open(uniforms: Array) -> Array:
    """Keep uniforms strictly inside (0, 1), so that no normal is infinite."""
    return np.clip(uniforms, 2.0**-53, 1.0 - 2.0**-53)


def _freeze(array: Array) -> Array:
    """Read-only and time-major where two-dimensional: the market loops over time."""
    out = np.asfortranarray(array) if array.ndim == 2 else array
    out.flags.writeable = False
    return out
