"""Why did it change: the difference of two scenarios, split by six groups of drivers and down to single assumptions.

The rule, one for everything: Shapley's. Each group moves as a whole from its value in the one scenario to that in the
other, and its part is what that changes, averaged over all orders in which the groups could move (2^6 = 64 runs on the
same draws where all six differ). Inside a group the part is split by Owen's rule: single assumptions move within their
group, with every coalition of the other groups around them. Up to six assumptions all of their orders are run; above
that a few fixed orders and their reverses. Parts add to the whole and parts of A to B are minus those of B to A,
because both rules telescope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.basis.timeline import Array
from models.engine.figures import ROW, Figures, paired_error, read_figures
from models.engine.world import world_of
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.comparison.driver_groups import DRAWS, GROUPS, Unit, units
from models.studies.comparison.shapley import along_order, order_gains, paired_orders, shapley_values, shapley_weight

PATHS = 2_048
EXACT_UNITS = 6
ORDER_PAIRS = 2

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Part:
    """What one driver contributes to the difference of every figure.

    Attributes
    ----------
    key, label : str
    paths : tuple of str
        Dotted paths that move.
    whole : (figures,)
    each : (replicates, figures)
    """

    key: str
    label: str
    paths: tuple[str, ...]
    whole: Array
    each: Array

    def value(self, figure: str) -> float:
        """Contribution to one figure, in its unit."""
        return float(self.whole[ROW[figure]])

    def error(self, figure: str) -> float:
        """Standard error of the contribution, from differences on the same draws."""
        return float(paired_error(self.each)[ROW[figure]])


@dataclass(frozen=True, eq=False)
class Bridge:
    """From ``base`` to ``scenario``: figures at both ends and the parts that lead from one to the other.

    Attributes
    ----------
    parts : tuple of Part
        The six groups, or the assumptions of one; they add to ``end`` less ``start`` (of the group: to its part).
    is_exact : bool
        Whether every order was run; else a few fixed orders and their reverses.
    runs : int
        Evaluations behind it.
    paths : int
        Paths of each.
    """

    base: Scenario
    scenario: Scenario
    start: Figures
    end: Figures
    parts: tuple[Part, ...]
    is_exact: bool
    runs: int
    paths: int

    def total(self, figure: str) -> float:
        """Sum of all parts of one figure."""
        return float(sum(part.value(figure) for part in self.parts))

    def total_error(self, figure: str) -> float:
        """Standard error of that sum."""
        return float(paired_error(np.sum([part.each for part in self.parts], axis=0))[ROW[figure]])


class Mixtures:
    """Scenarios between two others, each read once, on one set of draws."""

    def __init__(
        self, base: Scenario, scenario: Scenario, paths: int = PATHS, entry: str = "fair"
    ) -> None:
        self.base, self.scenario = common_draws((base, scenario), paths)
        self.units = {unit.key: unit for unit in units(self.base, self.scenario)}
        self.groups = tuple(key for key in GROUPS if any(unit.group == key for unit in self.units.values()))
        self.world, self.entry = world_of(self.base, paths), entry
        self.known: dict[frozenset[str], Figures] = {}

    def of(self, group: str) -> tuple[Unit, ...]:
        """Units of one group, in an order that depends on their names only."""
        return tuple(sorted((u for u in self.units.values() if u.group == group), key=lambda unit: unit.key))

    def keys(self, groups: Iterable[str]) -> frozenset[str]:
        """Units of several groups."""
        wanted = set(groups)
        return frozenset(key for key, unit in self.units.items() if unit.group in wanted)

    def at(self, moved: frozenset[str]) -> Figures:
        """Figures with the given units moved."""
        if moved not in self.known:
            self.known[moved] = read_figures(self.world.to(self.mixture(moved), "again"), self.entry)
        return self.known[moved]

    def mixture(self, moved: frozenset[str]) -> Scenario:
        """The scenario with the given units moved.

        Raises
        ------
        ScenarioError
            If what was moved contradicts what was not; `driver_groups.BLOCKS` keeps together what must agree.
        """
        if len(moved) == len(self.units):
            return self.scenario
        changes = {path: value for key in sorted(moved) for path, value in self.units[key].changes.items()}
        return self.base.replace(changes) if changes else self.base


def common_draws(scenarios: Sequence[Scenario], paths: int = PATHS) -> tuple[Scenario, ...]:
    """The same scenarios on one set of draws: the smallest seed, and at most ``paths`` paths.

    Seeds are no driver: two scenarios that differ by nothing else have no difference to explain.
    """
    first = min((s.run for s in scenarios), key=lambda run: (run.seed, run.method))
    size = min(paths, *(s.run.paths for s in scenarios))
    changes = {"run.paths": size, "run.seed": first.seed, "run.method": first.method}
    return tuple(scenario.replace(changes) for scenario in scenarios)


def bridge(
    base: Scenario, scenario: Scenario, *, paths: int = PATHS, entry: str = "fair",
    progress: Progress | None = None, mixtures: Mixtures | None = None,
) -> Bridge:
    """Split the difference of two scenarios by the six groups of drivers.

    Parameters
    ----------
    paths : int
        Most paths of each run; both scenarios are read on the same draws.
    entry : {"fair", "at_cost"}
    progress : callable, optional
        Called with the share done after each run.
    mixtures : Mixtures, optional
        Runs to share with a drill-down of the same two scenarios.
    """
    between = mixtures or Mixtures(base, scenario, paths, entry)
    names = between.groups
    read = {}
    for done, subset in enumerate(_visits(len(names)), start=1):
        read[subset] = between.at(between.keys(n for i, n in enumerate(names) if subset >> i & 1))
        if progress is not None:
            progress(done / (1 << len(names)))
    game = [read[subset] for subset in range(1 << len(names))]
    whole, each = (shapley_values(np.stack([getattr(f, side) for f in game])) for side in ("whole", "each"))
    nothing = np.zeros_like(game[0].whole), np.zeros_like(game[0].each)
    parts = []
    for key, group in GROUPS.items():
        found = (whole[names.index(key)], each[names.index(key)]) if key in names else nothing
        moved = tuple(path for unit in between.of(key) for path in unit.changes)
        parts.append(Part(key, group.label, moved, *found))
    return Bridge(
        between.base, between.scenario, game[0], game[-1], tuple(parts), True, len(game), between.base.run.paths
    )


def drill_down(
    base: Scenario, scenario: Scenario, group: str, *, paths: int = PATHS, entry: str = "fair",
    progress: Progress | None = None, mixtures: Mixtures | None = None,
) -> Bridge:
    """Split the part of one group by its single assumptions; arguments as for `bridge`.

    Raises
    ------
    ScenarioError
        If there is no such group.
    """
    if group not in GROUPS:
        raise ScenarioError(f"group {group!r}: no such group of drivers; there are {', '.join(GROUPS)}")
    between = mixtures or Mixtures(base, scenario, paths, entry)
    members = between.of(group)
    others = tuple(name for name in between.groups if name != group)
    is_exact = len(members) <= EXACT_UNITS
    orders = () if is_exact else paired_orders(len(members), ORDER_PAIRS)
    inner = range(1 << len(members)) if is_exact else sorted({s for order in orders for s in along_order(order)})
    total = len(inner) << len(others)
    start, end = between.at(frozenset()), between.at(frozenset(between.units))
    wholes, eachs = [np.zeros_like(start.whole) for _ in members], [np.zeros_like(start.each) for _ in members]
    done = 0
    for subset in _visits(len(others)):
        around = between.keys(n for i, n in enumerate(others) if subset >> i & 1)
        weight = shapley_weight(subset.bit_count(), len(others) + 1)
        read: dict[int, Figures] = {}
        for moved in inner:
            read[moved] = between.at(around | {unit.key for i, unit in enumerate(members) if moved >> i & 1})
            done += 1
            if progress is not None:
                progress(done / total)
        for side, into in (("whole", wholes), ("each", eachs)):
            for i, gain in enumerate(_inside({k: getattr(f, side) for k, f in read.items()}, len(members), orders)):
                into[i] = into[i] + weight * gain
    found = [
        Part(unit.key, unit.label, tuple(unit.changes), whole, each)
        for unit, whole, each in zip(members, wholes, eachs, strict=True)
    ]
    return Bridge(between.base, between.scenario, start, end, tuple(found), is_exact, total, between.base.run.paths)


def _visits(count: int) -> list[int]:
    """All coalitions, the last groups moving most often: they leave the market alone, which is then run only once."""
    return sorted(range(1 << count), key=lambda subset: f"{subset:0{count + 1}b}"[::-1])


def _inside(values: Mapping[int, Array], count: int, orders: tuple[tuple[int, ...], ...]) -> list[Array]:
    """Parts of the units inside a group for one coalition around it: all orders, or the mean over the given ones."""
    if not orders:
        return list(shapley_values(np.stack([values[s] for s in range(1 << count)]))) if count else []
    gains = [order_gains(dict(values), order) for order in orders]
    return [np.asarray(sum(gain[i] for gain in gains) / len(gains)) for i in range(count)]


__all__ = ["DRAWS", "EXACT_UNITS", "PATHS", "Bridge", "Mixtures", "Part", "bridge", "common_draws", "drill_down"]
