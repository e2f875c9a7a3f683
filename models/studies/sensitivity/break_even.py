"""Break-even surface: where over two assumptions one class stops beating another, with the noise of that border.

The border is where the mean difference is zero; how sure that is varies along it, so it is a band: every point at which
the difference is within two standard errors of zero, the error being that of paired differences on shared draws.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from contourpy import contour_generator

from models.basis.entry import Entry
from models.basis.timeline import Array
from models.engine import estimate
from models.engine.position import Position
from models.engine.target import Target
from models.engine.world import PATHS, Price, moves_market, world_of
from models.errors import AbsentError, ScenarioError
from models.scenario.scenario import Scenario
from models.studies.sensitivity.tornado import Progress, held, number

POINTS = 21
METRICS = ("value", "npv")


@dataclass(frozen=True)
class Axis:
    """One assumption of a surface; values in its stored unit."""

    path: str
    label: str
    unit: str
    today: float
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Surface:
    """Class A against class B over two assumptions; arrays (rows of y, columns of x).

    NaN where assumptions contradict others, and where nothing is invested in one of the classes.

    Attributes
    ----------
    probability, probability_se : array
        Share of futures in which A is worth more per dollar than B; a tie counts half.
    gap, gap_se : array
        Mean of A less mean of B, share of capital, with the standard error of paired differences.
    absent : int
        Points without an investment in one of the classes; ``why_absent`` says why.
    """

    first: str
    second: str
    metric: str
    x: Axis
    y: Axis
    probability: Array
    probability_se: Array
    gap: Array
    gap_se: Array
    paths: int
    absent: int = 0
    why_absent: str = ""

    @property
    def certainty(self) -> Array:
        """Gap in standard errors: beyond 2 A beats B, below -2 B beats A, between it is too close to call."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(self.gap == 0.0, 0.0, self.gap / self.gap_se))

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of the valid points at which A beats B, it is too close to call, and B beats A."""
        z = self.certainty[np.isfinite(self.gap)]
        if not len(z):
            return math.nan, math.nan, math.nan
        return float((z > 2).mean()), float((np.abs(z) <= 2).mean()), float((z < -2).mean())

    def border(self) -> tuple[list[Array], list[Array]]:
        """Lines where the mean difference is zero, and outlines of the band that is too close to call.

        Each is (points, 2) of x and y in the stored units of the assumptions, linear between the points of the grid.
        """
        gap, z = np.ma.masked_invalid(self.gap), np.ma.masked_invalid(np.clip(self.certainty, -1e6, 1e6))
        axes = (np.array(self.x.values), np.array(self.y.values))
        lines = contour_generator(*axes, gap).lines(0.0) if gap.count() and np.ptp(gap.compressed()) > 0 else []
        bands = contour_generator(*axes, z, fill_type="OuterCode").filled(-2.0, 2.0)[0] if z.count() else []
        return [np.asarray(line) for line in lines], [np.asarray(band) for band in bands if band is not None]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        sure, close, lost = self.shares
        lines, bands = self.border()
        return asdict(self) | {
            "zero": lines, "band": bands, "share_first": sure, "share_too_close": close, "share_second": lost,
        }


def surface(
    scenario: Scenario, first: str, second: str, x: str = "overcapacity.peak", y: str = "policy.intensity", *,
    points: int = POINTS, paths: int = PATHS, entry: str = "fair", price: Price = "agreed", metric: str = "value",
    progress: Progress | None = None,
) -> Surface:
    """Compare two classes on a grid over the bounds of two assumptions.

    Parameters
    ----------
    first, second : str
        Keys of classes or variants; swapping them mirrors the surface.
    metric : {"value", "npv"}
        Present value over cash, or at each class's own hurdle, per dollar committed.
    price : {"agreed", "again"}
        Whether the prices paid stay as they are over the grid, or are found again at each point.
    points : int
        Along each side; whole numbers are taken once.

    Raises
    ------
    ScenarioError
        Where both classes or both assumptions are the same, or one cannot be moved.
    """
    if metric not in METRICS:
        raise ScenarioError(f"metric: {metric!r} cannot be compared by future; choose {' or '.join(METRICS)}")
    if first == second:
        raise ScenarioError(f"second: {second!r} is the first class too; choose another one")
    if x == y:
        raise ScenarioError(f"y: {y!r} is the first assumption too; choose another one")
    if not 3 <= points <= 101:
        raise ScenarioError(f"points: {points} along a side; choose 3 to 101")
    world, keys = world_of(scenario, paths), Target("npv", first, second).keys
    axes = [_axis(number(path, scenario), points) for path in (x, y)]
    across, up = axes
    shape = (len(up.values), len(across.values))
    probability, probability_se, gap, gap_se = (np.full(shape, np.nan) for _ in range(4))
    order, absent = _order(scenario, across, up), list[str]()
    for done, (row, column) in enumerate(order, start=1):
        changes = {x: across.values[column], y: up.values[row]}
        try:
            positions = world.neighbor(changes, price).invested(keys, entry)
        except AbsentError as error:
            absent.append(error.why)
            continue
        except ScenarioError:
            continue
        at = row, column
        ahead, by = (
            estimate.mean(values, world.shocks.replicate)
            for values in _compared(positions[first], positions[second], metric)
        )
        probability[at], probability_se[at], gap[at], gap_se[at] = ahead.value, ahead.error, by.value, by.error
        if progress is not None:
            progress(done / len(order))
    if len(absent) == len(order):
        raise AbsentError(f"no point of the surface has both classes: {absent[0]}")
    return Surface(
        first, second, metric, across, up, probability, probability_se, gap, gap_se, world.shocks.paths,
        len(absent), absent[0] if absent else "",
    )


def _axis(item: Entry, points: int) -> Axis:
    grid = np.linspace(float(item.low or 0.0), float(item.high or 0.0), points)
    values = [round(v) for v in grid] if item.kind == "integer" else [round(float(v), 12) for v in grid]
    return Axis(item.path, item.label, item.unit, held(item), tuple(dict.fromkeys(values)))


def _order(scenario: Scenario, across: Axis, up: Axis) -> list[tuple[int, int]]:
    """Visit points so that neighbors share a market: an assumption of the market moves in the outer loop."""
    rows, columns = range(len(up.values)), range(len(across.values))
    if moves_market(scenario, across.path):
        return [(row, column) for column in columns for row in rows]
    return [(row, column) for row in rows for column in columns]


def _compared(a: Position, b: Position, metric: str) -> tuple[Array, Array]:
    """Where A is ahead (1, or a half for a tie), and by how much, (paths,)."""
    left, right = (a.value, b.value) if metric == "value" else (a.npv, b.npv)
    steady = (a.steady_value, b.steady_value) if metric == "value" else (a.npv, b.npv)
    return np.asarray(0.5 * (np.sign(left - right) + 1.0)), np.asarray(steady[0] - steady[1])
