"""Mixes of assets with the least tail loss, the best sure gain or the least regret: linear programs, by cutting planes.

All three goals are convex in the weights. Each round solves a small linear program (HiGHS) over the planes found so
far and adds the plane that touches the goal at its answer, until the two agree. For the tail loss of a finite set of
paths this ends at the exact optimum of the program of Rockafellar and Uryasev (2000), at a fraction of its cost.
Source: Künzi-Bay and Mayer (2006), Computational Management Science 3(1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from models.basis.timeline import Array
from models.errors import ScenarioError
from models.measures import risk

ROUNDS = 400
TOLERANCE = 1e-6
_SLACK = 1e-9

Plane = tuple[float, Array]
"""Value of a convex goal at some weights, and its slope there."""
Goal = Callable[[Array], Sequence[Plane]]
"""Weights -> planes that lie below the goal everywhere and touch it there; the goal is the highest of them."""


@dataclass(frozen=True)
class Limits:
    """What a mix must obey: no short positions, all money placed.

    Attributes
    ----------
    caps : tuple of float
        Largest share of each asset.
    groups : tuple of (members, cap)
        Positions of the assets of a group, and the largest share of all of them together.
    """

    caps: tuple[float, ...]
    groups: tuple[tuple[tuple[int, ...], float], ...] = ()

    def matrix(self) -> tuple[Array, Array]:
        """Rows and right-hand sides of the group caps."""
        rows = np.zeros((len(self.groups), len(self.caps)))
        for row, (members, _) in zip(rows, self.groups, strict=True):
            row[list(members)] = 1.0
        return rows, np.array([cap for _, cap in self.groups])

    def without(self, absent: Sequence[bool]) -> Limits:
        """The same with nothing of the assets that are absent."""
        caps = tuple(0.0 if gone else cap for gone, cap in zip(absent, self.caps, strict=True))
        return Limits(caps, self.groups)

    def check(self, absent: str = "") -> None:
        """Raise if the caps leave no room for all the money.

        Parameters
        ----------
        absent : str
            Which assets are absent and why, to be told.

        Raises
        ------
        ScenarioError
            Naming how much can be placed.
        """
        rows, caps = self.matrix()
        found = linprog(
            -np.ones(len(self.caps)), A_ub=rows if len(rows) else None, b_ub=caps if len(rows) else None,
            bounds=[(0.0, cap) for cap in self.caps], method="highs",
        )
        if -found.fun < 1.0 - 1e-9:
            raise ScenarioError(
                f"caps: together they let {100 * -found.fun:.3g}% of the money be placed, which must be 100%; raise one"
                + (f" ({absent})" if absent else "")
            )


def tail_plane(values: Array, weights: Array, confidence: float) -> Plane:
    """Tail loss of a mix and its slope: mean loss of each asset on the mix's own worst paths.

    Parameters
    ----------
    values : (paths, assets)
        Gains per dollar.
    weights : (assets,)

    Returns
    -------
    tuple
        CVaR of the mix, and its derivative in each weight, (assets,); weights @ derivative is the CVaR (Euler).
    """
    loss = -(values @ weights)
    count = len(loss)
    size = (1.0 - confidence) * count
    whole = min(int(np.floor(size + 1e-9)), count)
    near = np.argpartition(-loss, min(whole, count - 1))[: whole + 1]
    order = near[np.argsort(-loss[near], kind="stable")]
    slope = values[order[:whole]].sum(axis=0)
    if whole < count and size - whole > 1e-9:  # the path that straddles the boundary counts in part
        slope = slope + (size - whole) * values[order[whole]]
    slope = -slope / size
    return float(slope @ weights), np.asarray(slope)


def least(goal: Goal, limits: Limits, means: Array | None = None, target: float = -np.inf) -> Array:
    """Weights (assets,) that make a convex goal least.

    Parameters
    ----------
    means, target
        If given, the mix must have at least this mean.
    """
    return _Search(limits).least(goal, means, target)


class _Search:
    """The planes found so far of one goal: they stay valid when the target moves."""

    def __init__(self, limits: Limits) -> None:
        limits.check()
        self.limits = limits
        self.rows, self.caps = limits.matrix()
        self.planes: list[Array] = []
        self.heights: list[float] = []

    def least(self, goal: Goal, means: Array | None, target: float) -> Array:
        """Weights that make the goal least with a mean of at least `target`."""
        weights = self._start(means, target)
        planes = goal(weights)
        for _ in range(ROUNDS):
            for height, slope in planes:
                self.planes.append(slope)
                self.heights.append(height - float(slope @ weights))
            weights, bound = self._solve(means, target)
            planes = goal(weights)
            if max(height for height, _ in planes) - bound <= TOLERANCE * max(1.0, abs(bound)):
                break
        return weights

    def _start(self, means: Array | None, target: float) -> Array:
        """Somewhere allowed: the mix of greatest mean, or any."""
        count = len(self.limits.caps)
        return self._program(np.append(np.zeros(count) if means is None else -means, 0.0), means, target)[0]

    def _solve(self, means: Array | None, target: float) -> tuple[Array, float]:
        cost = np.append(np.zeros(len(self.limits.caps)), 1.0)
        return self._program(cost, means, target)

    def _program(self, cost: Array, means: Array | None, target: float) -> tuple[Array, float]:
        """Small linear program in (weights, height): least cost above all planes."""
        count = len(self.limits.caps)
        rows = [np.append(row, 0.0) for row in self.rows] + [np.append(plane, -1.0) for plane in self.planes]
        right = [*self.caps, *(-height for height in self.heights)]
        if means is not None and np.isfinite(target):
            rows.append(np.append(-means, 0.0))
            right.append(-target + _SLACK * max(1.0, abs(target)))
        found = linprog(
            cost, A_ub=np.array(rows) if rows else None, b_ub=np.array(right) if rows else None,
            A_eq=np.append(np.ones(count), 0.0)[None, :], b_eq=[1.0],
            bounds=[*((0.0, cap) for cap in self.limits.caps), (None if self.planes else 0.0, None)], method="highs",
        )
        if found.x is None:
            raise ScenarioError(f"no mix reaches a mean of {target:.4g} per dollar within the caps")
        weights = np.clip(found.x[:count], 0.0, None)
        return weights / weights.sum(), float(found.fun)


def frontier(
    values: Array, means: Array, limits: Limits, confidence: float = 0.95, points: int = 15
) -> Array:
    """Efficient mixes from the least tail loss to the greatest mean, (points, assets).

    Parameters
    ----------
    values : (paths, assets)
        Gains per dollar; means : (assets,) their means, given apart because they may be estimated with less noise.
    limits : Limits
    confidence : float
        Of the tail loss.
    """
    search = _Search(limits)

    def goal(weights: Array) -> Sequence[Plane]:
        return (tail_plane(values, weights, confidence),)

    safest = search.least(goal, None, -np.inf)
    top = least(lambda weights: ((-float(means @ weights), -means),), limits)
    low, high = float(means @ safest), float(means @ top)
    if high - low <= 1e-9 * max(1.0, abs(high)):
        return safest[None, :]
    targets = np.linspace(low, high, points)[1:-1]
    return np.array([safest, *(search.least(goal, means, float(target)) for target in targets), top])


def minimax_regret(payoffs: Sequence[Callable[[Array], Plane]], limits: Limits) -> tuple[Array, Array]:
    """Mix whose largest regret over several worlds is least.

    Parameters
    ----------
    payoffs : sequence of callable
        For each world: weights -> payoff, concave, and its slope.

    Returns
    -------
    weights : (assets,)
    best : (worlds, assets)
        The mix that would have been best in each world, had it been known.
    """
    best = np.array([least(_turned(payoff), limits) for payoff in payoffs])
    tops = [payoff(weights)[0] for payoff, weights in zip(payoffs, best, strict=True)]

    def regret(weights: Array) -> Sequence[Plane]:
        planes = [_negative(payoff(weights)) for payoff in payoffs]
        return [(top + value, slope) for top, (value, slope) in zip(tops, planes, strict=True)]

    return least(regret, limits), best


def risk_contributions(values: Array, weights: Array, confidence: float = 0.95) -> Array:
    """Part of the mix's tail loss that comes from each asset, (assets,); they add up to it (Euler)."""
    return np.asarray(weights * tail_plane(values, weights, confidence)[1])


def tail_loss(values: Array, weights: Array, confidence: float = 0.95) -> float:
    """CVaR of a mix of values (paths, assets)."""
    return float(risk.cvar(-(values @ weights), confidence))


def _turned(payoff: Callable[[Array], Plane]) -> Goal:
    """The goal that is least where a payoff is greatest."""
    return lambda weights: (_negative(payoff(weights)),)


def _negative(plane: Plane) -> Plane:
    return -plane[0], -plane[1]
