"""Sobol indices: which share of what is uncertain about a metric each assumption brings, alone and with the others.

Assumptions are drawn uniformly from their declared bounds while the shocks stay fixed, so what is split is the variance
over assumptions, not over futures. First order after Saltelli et al. (2010), total after Jansen (1999), intervals by
bootstrap; computed with SALib. The design is two independent scrambles of half the size: their results are pooled, and
how far their rankings agree is told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import weightedtau

from models.basis.entry import Entry
from models.basis.timeline import Array
from models.engine.target import Target
from models.engine.world import Price, World, moves_market, world_of
from models.errors import AbsentError, ScenarioError
from models.scenario.scenario import Scenario
from models.studies.sensitivity.tornado import Progress, number, tornado

PATHS = 512
BASE = 256
DRIVERS = 12
CONFIDENCE = 0.95
RESAMPLES = 200
SEED = 11
LEAST_ROWS = 2
"""Rows of each half with a value at every point: fewer have no variance to split."""


@dataclass(frozen=True)
class Index:
    """Shares of variance of one assumption, with half-widths of their 95% intervals.

    ``ranks`` are its places by total share in the two halves of the design, counted from 1.
    """

    path: str
    label: str
    unit: str
    low: float
    high: float
    first: float
    first_ci: float
    total: float
    total_ci: float
    ranks: tuple[int, int]

    @property
    def interaction(self) -> float:
        """What it brings only together with others."""
        return self.total - self.first


@dataclass(frozen=True)
class Sobol:
    """Indices of a target, largest total first.

    Attributes
    ----------
    mean, sd : float
        Of the metric over the bounds.
    sum_first : float
        What all assumptions bring alone; the rest to one is interaction.
    agreement : float
        Weighted rank correlation (Vigna 2015) of the two halves: 1 is the same order, the top counting most.
    same_top : int
        How many places from the top hold the same assumption in both halves.
    base, evaluations, paths : int
        Rows of the base sample, scenarios valued, and futures each.
    left_out : tuple of (path, reason)
    undefined : int
        Scenarios in which the metric has no value, because nothing is invested in the class; ``why_undefined`` says
        why. A row of the design with one of them is left out.
    """

    target: Target
    indices: tuple[Index, ...]
    mean: float
    sd: float
    sum_first: float
    agreement: float
    same_top: int
    base: int
    evaluations: int
    paths: int
    left_out: tuple[tuple[str, str], ...]
    undefined: int = 0
    why_undefined: str = ""

    @property
    def interaction_share(self) -> float:
        """Share of variance that no assumption brings alone, never below zero."""
        return max(0.0, 1.0 - self.sum_first)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        indices = [asdict(i) | {"interaction": i.interaction} for i in self.indices]
        return asdict(self) | {
            "label": self.target.label, "unit": self.target.unit, "interaction_share": self.interaction_share,
            "indices": indices, "left_out": [{"path": path, "problem": why} for path, why in self.left_out],
        }


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of variance of each input, (inputs,), with half-widths of their intervals, pooled and by half."""

    first: Array
    first_ci: Array
    total: Array
    total_ci: Array
    halves: Array  # total by half, (2, inputs)
    mean: float
    sd: float
    undefined: int = 0


def sobol(
    scenario: Scenario, target: Target, *, drivers: Sequence[str] = (), base: int = BASE, paths: int = PATHS,
    entry: str = "fair", price: Price = "agreed", progress: Progress | None = None,
) -> Sobol:
    """Split the variance of a target over the declared bounds of its drivers.

    Parameters
    ----------
    drivers : sequence of str
        Dotted paths; the twelve widest bars of the tornado over the same bounds when empty.
    base : int
        Rows of the base sample, a power of two from 4 on; (drivers + 2) scenarios each.
    price : {"agreed", "again"}
        Whether the price paid stays as it is while assumptions move, or is found again in each world.

    Raises
    ------
    ScenarioError
        Where ``base`` is no power of two or a driver cannot be moved.
    """
    if base < 4 or base & (base - 1):
        raise ScenarioError(f"base: {base} is not a power of two from 4 on; try {1 << max(2, base.bit_length())}")
    world = world_of(scenario, paths)
    chosen = tuple(drivers) or widest(scenario, target, entry, price)
    items, left_out = _movable(world, chosen)
    if not items:
        raise ScenarioError(f"drivers: none of {', '.join(chosen)} can be moved over its bounds; choose others")
    bounds = np.array([(float(e.low or 0.0), float(e.high or 0.0)) for e in items])

    def metric(row: Array) -> float:
        changes = {e.path: round(x) if e.kind == "integer" else float(x) for e, x in zip(items, row, strict=True)}
        try:
            return target.at(world.neighbor(changes, price), entry).value
        except AbsentError as error:
            reasons.append(error.why)
            return math.nan

    reasons: list[str] = []
    order = sorted(range(len(items)), key=lambda i: moves_market(scenario, items[i].path))
    try:
        shares = variance_shares(metric, bounds, base, order=order, progress=progress)
    except AbsentError as error:
        raise AbsentError("; ".join([str(error), *reasons[:1]])) from None
    ranks = np.argsort(np.argsort(-shares.halves, axis=1, kind="stable"), axis=1) + 1
    found = [
        Index(
            e.path, e.label, e.unit, float(bounds[i, 0]), float(bounds[i, 1]),
            float(shares.first[i]), float(shares.first_ci[i]), float(shares.total[i]), float(shares.total_ci[i]),
            (int(ranks[0, i]), int(ranks[1, i])),
        )
        for i, e in enumerate(items)
    ]
    return Sobol(
        target, tuple(sorted(found, key=lambda i: (-i.total, i.path))), shares.mean, shares.sd,
        float(shares.first.sum()), _agreement(shares.halves), _same_top(shares.halves),
        base, base * (len(items) + 2), world.shocks.paths, left_out, shares.undefined, reasons[0] if reasons else "",
    )


def widest(
    scenario: Scenario, target: Target, entry: str, price: Price = "agreed", count: int = DRIVERS
) -> tuple[str, ...]:
    """The assumptions with the widest bars over their bounds that can be moved alone."""
    found = tornado(scenario, target, ranges="bounds", paths=PATHS, entry=entry, price=price)
    stuck = {path for path, _ in found.stuck}
    return tuple(bar.path for bar in found.bars if bar.path not in stuck)[:count]


def variance_shares(
    function: Callable[[Array], float], bounds: Array, base: int, *, seed: int = SEED,
    order: Sequence[int] = (), progress: Progress | None = None,
) -> Shares:
    """Indices of any function of inputs uniform between ``bounds``, (inputs, 2).

    Parameters
    ----------
    function : callable
        Value at one point, (inputs,); NaN where there is none: rows with such a point are left out and counted.
    order : sequence of int
        In which order the inputs of a row are moved: it changes no result, but neighbors may share work.

    Raises
    ------
    AbsentError
        If too few rows have a value at every point.
    """
    from SALib.analyze import sobol as analyze  # two seconds to import: only who asks waits
    from SALib.sample import sobol as sample

    count = len(bounds)
    problem = {"num_vars": count, "names": [str(i) for i in range(count)], "bounds": bounds.tolist()}
    steps = [0, *(1 + i for i in (order or range(count))), count + 1]
    done, total = 0, base * (count + 2)
    blocks = []
    for half in range(2):
        rows = sample.sample(problem, base // 2, calc_second_order=False, seed=seed + half)
        values = np.empty(len(rows))
        for start in range(0, len(rows), count + 2):
            for step in steps:
                values[start + step] = function(rows[start + step])
                done += 1
                if progress is not None:
                    progress(done / total)
        blocks.append(values.reshape(-1, count + 2))
    undefined = int(sum(np.isnan(block).sum() for block in blocks))
    kept = [block[~np.isnan(block).any(axis=1)].ravel() for block in blocks]
    if min(map(len, kept)) < LEAST_ROWS * (count + 2):
        raise AbsentError(
            f"the metric has no value in {undefined:,} of {total:,} scenarios over these bounds: too many to split the "
            "rest; leave out the driver that empties the class"
        )
    pooled = np.concatenate(kept)
    if not pooled.std() > 0.0:
        zero = np.zeros(count)
        return Shares(zero, zero, zero, zero, np.zeros((2, count)), float(pooled.mean()), 0.0, undefined)

    def split(values: Array) -> Any:
        return analyze.analyze(
            problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed
        )

    whole = split(pooled)
    halves = np.stack([np.asarray(split(values)["ST"]) for values in kept])
    first, first_ci, share, share_ci = (
        np.asarray(whole[name], dtype=float) for name in ("S1", "S1_conf", "ST", "ST_conf")
    )
    return Shares(first, first_ci, share, share_ci, halves, float(pooled.mean()), float(pooled.std()), undefined)


def _movable(world: World, paths: Sequence[str]) -> tuple[list[Entry], tuple[tuple[str, str], ...]]:
    """Drivers whose bounds never contradict each other, and those left out with the reason."""
    items: list[Entry] = []
    left_out: list[tuple[str, str]] = []
    for path in dict.fromkeys(paths):
        item = number(path, world.scenario)
        corners = [{item.path: end} for end in (item.low, item.high)]
        corners += [{item.path: a, other.path: b} for other in items for a in (item.low, item.high)
                    for b in (other.low, other.high)]
        problem = next((why for corner in corners if (why := world.problem(corner))), "")
        if problem:
            left_out.append((path, problem))
        else:
            items.append(item)
    return items, tuple(left_out)


def _agreement(halves: Array) -> float:
    if halves.shape[1] < 2 or not halves.any():
        return float("nan")
    return float(weightedtau(halves[0], halves[1], rank=True).statistic)


def _same_top(halves: Array) -> int:
    first, second = (np.argsort(-half, kind="stable") for half in halves)
    differs = np.flatnonzero(first != second)
    return int(differs[0]) if len(differs) else len(first)
