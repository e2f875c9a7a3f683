"""Roots of the log ratio: a safeguarded Newton search inside brackets, and the scan that finds brackets.

Paths never exchange information: a path's answer does not depend on its company.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.measures.log_ratio import (
    EXPONENT_LIMIT,
    BoolArray,
    FloatArray,
    Flows,
    IntArray,
    edges,
    log_ratio,
    root_bound,
)

TOLERANCE = 1e-13  # on y: the error left after the last step, foretold from quadratic convergence
SMALL_STEP = 1e-9
NEWTON_ROUNDS, ROUNDS = 40, 120  # after the Newton rounds plain halving, which cannot fail
GRID_FAR, GRID_CELLS = 12.0, 44  # evenly spaced near zero, each an eighth wider than the last beyond
GRID_NEAR = 4.0  # over the span of time: present values turn on this scale of y
DIP_SHARE = 0.25  # of its bend: a parabola through three samples that bottoms higher than this cannot reach zero
TINY = 1e-300


class Brackets(NamedTuple):
    """Intervals of the log rate y that hold one root each; all fields (brackets,)."""

    path: IntArray
    low: FloatArray
    high: FloatArray
    start: FloatArray
    """Where in the interval to begin."""
    rises: BoolArray
    """Whether h climbs through zero as y grows."""

    def take(self, rows: IntArray) -> Brackets:
        """Return some of the brackets, (rows,)."""
        return Brackets(self.path[rows], self.low[rows], self.high[rows], self.start[rows], self.rises[rows])

    def renumber(self, paths: IntArray) -> Brackets:
        """Return the same brackets with path k called paths[k]."""
        return self._replace(path=paths[self.path])


def join(parts: list[Brackets]) -> Brackets:
    """Return all brackets of several lists as one."""
    path, low, high, start, rises = zip(*parts, strict=True)
    return Brackets(
        np.concatenate(path), np.concatenate(low), np.concatenate(high), np.concatenate(start), np.concatenate(rises)
    )


def roots_in(brackets: Brackets, flows: Flows) -> FloatArray:
    """Return the root in each bracket, (brackets,)."""
    y = np.empty(len(brackets.path))
    is_far = (-brackets.low * flows.span > EXPONENT_LIMIT) | (not flows.is_periodic)
    for careful, rows in ((False, np.flatnonzero(~is_far)), (True, np.flatnonzero(is_far))):
        if len(rows):
            part = brackets.take(rows)
            y[rows] = _refine(flows.take(part.path), part, careful)
    return y


def _refine(flows: Flows, brackets: Brackets, careful: bool) -> FloatArray:
    """Solve one bracket per path of `flows` by Newton's method inside the bracket, which shrinks every round.

    A step that would leave the bracket becomes a halving. `careful` is that of `log_ratio`. Finished paths are left
    alone, so slower company cannot move their last digits.
    """
    _, low, high, start, rises = brackets
    y, low, high, root, lane = start.copy(), low.copy(), high.copy(), start.copy(), np.arange(len(start))
    previous, is_open = np.zeros(len(y)), np.ones(len(y), dtype=np.bool_)
    for round_ in range(ROUNDS):
        h, slope = log_ratio(flows, y, careful)
        root_is_above = (h > 0.0) ^ rises
        np.copyto(low, y, where=root_is_above)
        np.copyto(high, y, where=~root_is_above)
        trial = y - h / slope
        is_newton = (trial >= low) & (trial <= high) & (round_ < NEWTON_ROUNDS)
        if not is_newton.all():
            trial = np.where(is_newton, trial, 0.5 * (low + high))
        moved = np.abs(trial - y)
        np.copyto(y, trial, where=is_open)
        # Newton's error after a step s that follows a step p is about (s / p^2) s^2; halving runs out of digits.
        is_done = is_newton & ((moved <= SMALL_STEP) | (moved * moved * moved <= TOLERANCE * previous * previous))
        is_open &= ~(is_done | (moved <= 4e-16 * (1.0 + np.abs(y))))
        left = np.count_nonzero(is_open)
        if left == 0:
            break
        previous = np.where(is_newton, moved, 0.0)
        if left < 0.15 * len(y):  # copying their flows must cost less than carrying the others along
            root[lane] = y
            keep = np.flatnonzero(is_open)
            flows, lane, rises, is_open = flows.take(keep), lane[keep], rises[keep], is_open[keep]
            y, low, high, previous = y[keep], low[keep], high[keep], previous[keep]
    root[lane] = y
    return root


def find_brackets(flows: Flows, below: bool) -> Brackets:
    """Bracket every root of h on one side of y = 0 by scanning a grid: path by path, nearest to zero first.

    `below` scans rates below zero instead of above. A total of zero is a root at zero, which the caller counts.
    The last interval runs to Cauchy's bound, beyond which the sign is that of the first (or last) flow, so an odd
    number of roots never goes unnoticed. Pairs of roots inside one step are found as dips of |h|; what can escape
    is a pair closer together than an eighth of their |y| with a third root as close beside it.
    """
    first, last = edges(flows.columns)
    edge = last if below else first
    far = min(GRID_FAR, EXPONENT_LIMIT / flows.span)
    near = min(GRID_NEAR / flows.span, 0.1)
    grid = near * np.sinh(np.linspace(0.0, np.arcsinh(far / near), GRID_CELLS + 1))
    balance = _balance(flows, grid, below)
    balance[:, 0] = np.copysign(np.maximum(np.abs(balance[:, 0]), TINY), flows.total)
    balance[:, 0] = np.where(flows.total == 0.0, balance[:, 1], balance[:, 0])
    is_positive = np.empty((len(balance), len(grid) + 1), dtype=np.bool_)
    is_positive[:, :-1] = balance > 0.0
    is_positive[:, -1] = np.take_along_axis(flows.columns, edge[None, :], axis=0)[0] > 0.0
    path, cell = _where(is_positive[:, :-1] != is_positive[:, 1:])
    is_tail = cell == len(grid) - 1
    following = np.where(is_tail, cell, cell + 1)
    ends = np.where(is_tail, far + root_bound(flows, edge)[path], grid[following])
    here, there = np.arctanh(balance[path, cell]), np.arctanh(balance[path, following])
    share = np.where(np.isfinite(here - there) & (here != there), here / (here - there), 0.5)
    share = np.rint(share * 65536.0) / 65536.0  # matrix products may differ in the last bit with the number of paths
    plain = _oriented(path, grid[cell], ends, share, is_positive[path, cell], below)
    dips = _dips(flows, balance, grid, below)
    if dips is None:
        return plain
    found = join([plain, dips])
    return found.take(np.lexsort((-found.high if below else found.low, found.path)))


def _oriented(
    path: IntArray, near: FloatArray, far: FloatArray, share: FloatArray, is_positive_near: BoolArray, below: bool
) -> Brackets:
    """Return brackets in y from distances to zero, |y|; `share` of the way from near to far is where to begin."""
    start = near + share * (far - near)
    if below:
        return Brackets(path, -far, -near, -start, is_positive_near)
    return Brackets(path, near, far, start, ~is_positive_near)


def _balance(flows: Flows, grid: FloatArray, below: bool) -> FloatArray:
    """Return (in - out) / (in + out) = tanh(h / 2) in present values, (paths, grid)."""
    age = flows.times[-1] - flows.times if below else flows.times - flows.times[0]
    weight = np.exp(-np.outer(age, grid))
    balance = flows.columns.T @ weight
    gross = (2.0 * flows.outflows).T @ weight[: len(flows.outflows)]
    gross += balance
    balance /= gross
    return balance


def _where(mask: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the (row, column) of every true cell, row by row; several times faster than `np.nonzero` in two axes."""
    row, column = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return row, column


def _dips(flows: Flows, balance: FloatArray, grid: FloatArray, below: bool) -> Brackets | None:
    """Return two brackets wherever |h| dips through zero and back between neighboring grid points."""
    height, positive = np.abs(balance), balance > 0.0
    falls, keeps_sign = height[:, 1:] < height[:, :-1], positive[:, 1:] == positive[:, :-1]
    path, cell = _where(falls[:, :-1] & ~falls[:, 1:] & keeps_sign[:, :-1] & keeps_sign[:, 1:])
    left, mid, right = (height[path, cell + step] for step in range(3))
    bend = np.maximum(left - 2.0 * mid + right, TINY)
    keep = np.flatnonzero(mid - (right - left) ** 2 / (8.0 * bend) < DIP_SHARE * bend)
    if len(keep) == 0:
        return None
    path, cell = path[keep], cell[keep]
    near, far, is_positive = grid[cell], grid[cell + 2], positive[path, cell]
    bottom = _bottom(flows.take(path), near, far, is_positive, below)
    hit = np.flatnonzero(~np.isnan(bottom))
    path, near, bottom, far, is_positive = path[hit], near[hit], bottom[hit], far[hit], is_positive[hit]
    half = np.full(len(hit), 0.5)
    inner = _oriented(path, near, bottom, half, is_positive, below)
    return join([inner, _oriented(path, bottom, far, half, ~is_positive, below)])


def _bottom(flows: Flows, near: FloatArray, far: FloatArray, is_positive: BoolArray, below: bool) -> FloatArray:
    """Walk |h| downhill between near and far to where it crosses zero, (paths,); NaN if it cannot."""
    turn, sign = -1.0 if below else 1.0, np.where(is_positive, 1.0, -1.0)
    bottom, lane = np.full(len(near), np.nan), np.arange(len(near))
    for _ in range(ROUNDS):
        middle = 0.5 * (near + far)
        h, slope = log_ratio(flows, turn * middle, careful=True)
        height, tilt = sign * h, sign * slope * turn
        crossed = height <= 0.0
        bottom[lane[crossed]] = middle[crossed]
        near, far = np.where(tilt < 0.0, middle, near), np.where(tilt < 0.0, far, middle)
        # Near its bottom |h| is convex, so it lies above its tangent: drop paths whose tangent stays above zero.
        keep = np.flatnonzero(~crossed & (height < np.abs(tilt) * (far - near)))
        if len(keep) == 0:
            break
        lane, near, far, sign, flows = lane[keep], near[keep], far[keep], sign[keep], flows.take(keep)
    return bottom
