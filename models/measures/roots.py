"""Roots of the log ratio of inflows to outflows: its value at many rates, the scan for brackets, the search in them.

With the log rate `y = ln(1 + r)` per period, a rate of return is a zero of

    h(y) = ln( present value of inflows / present value of outflows ).

h is nearly a straight line where present value itself is a steep polynomial: if all outflows come before all
inflows its slope lies between minus the span of time and minus one period, so Newton's method converges from
anywhere. Arrays are time-major, `(times, paths)`: one period of all paths is contiguous memory. Paths never exchange
information: a path's answer does not depend on its company.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

EXPONENT_LIMIT = 600.0  # exp(600) times any amount of money still fits a float64
DROWNED = -1.0 + 1e-10  # net over outflows at which inflows have lost all but six of their sixteen digits
TOLERANCE = 1e-13  # on y: the error left after the last step, foretold from quadratic convergence
SMALL_STEP = 1e-9
NEWTON_ROUNDS, ROUNDS = 40, 120  # after the Newton rounds plain halving, which cannot fail
GRID_FAR, GRID_CELLS = 12.0, 44  # evenly spaced near zero, each an eighth wider than the last beyond
GRID_NEAR = 4.0  # over the span of time: present values turn on this scale of y
DIP_SHARE = 0.25  # of its bend: a parabola through three samples that bottoms higher than this cannot reach zero
TINY = 1e-300
COARSE = 65536.0  # matrix products may differ in the last bit with the number of paths; a start rounded by it does not


class Flows(NamedTuple):
    """Net flows of many paths, prepared for discounting."""

    columns: FloatArray
    """Net flows (times, paths)."""
    outflows: FloatArray
    """Outflows as positive numbers (leading times, paths): cut after the last time any path pays."""
    total: FloatArray
    """Undiscounted sums (paths,)."""
    span: float
    """Upper bound on the periods between a path's first and last flow; not tightened to the paths at hand."""

    @classmethod
    def of(cls, columns: FloatArray, span: float) -> Flows:
        """Prepare flows (times, paths); some path pays."""
        last = int(np.flatnonzero((columns < 0.0).any(axis=1))[-1])
        return cls(columns, np.maximum(-columns[: last + 1], 0.0), columns.sum(axis=0), span)

    def take(self, rows: IntArray) -> Flows:
        """Return the flows of some paths (rows,), which may repeat; the same object if they are just all in order."""
        if len(rows) == len(self.total) and bool((rows == np.arange(len(rows))).all()):
            return self
        return Flows(self.columns.take(rows, axis=1), self.outflows.take(rows, axis=1), self.total[rows], self.span)


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

    @classmethod
    def joined(cls, parts: list[Brackets]) -> Brackets:
        """Return all brackets of several lists as one."""
        return cls(*(np.concatenate([part[field] for part in parts]) for field in range(5)))


def log_ratio(flows: Flows, y: FloatArray, careful: bool) -> tuple[FloatArray, FloatArray]:
    """Return h(y) and its slope, each (paths,), at log rates y (paths,); the slope is NaN where it cannot be told.

    The quick way needs `-y * span` within `EXPONENT_LIMIT`; the careful way takes any rate at an exponential a flow.
    """
    if careful:
        return _careful_ratio(flows, y)
    factor = np.exp(-y)
    net, net_slope = _polynomial(flows.columns, factor)
    out, out_slope = _polynomial(flows.outflows, factor)
    # Far above the root inflows drown in the rounding of the net: the sign is still right, the slope is not known.
    share = net / out
    slope = out_slope / out - (net_slope + out_slope) / (net + out)
    return np.log1p(np.maximum(share, DROWNED)), np.where(share > DROWNED, slope, np.nan)


def _polynomial(columns: FloatArray, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return sum c_t v^t and sum t c_t v^t, each (paths,), by Horner's rule on in-place buffers."""
    value = columns[-1].copy()
    slope = np.zeros_like(value)
    for column in columns[-2::-1]:
        np.multiply(slope, factor, slope)
        np.add(slope, value, slope)
        np.multiply(value, factor, value)
        np.add(value, column, value)
    np.multiply(slope, factor, slope)
    return value, slope


def _careful_ratio(flows: Flows, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Discount from whichever end keeps every weight at or below one, so that nothing can overflow."""
    times, paying = np.arange(float(len(flows.columns))), len(flows.outflows)
    inflows = flows.columns.copy()
    inflows[:paying] += flows.outflows
    first, last = edges(flows.columns)
    age = np.where(y < 0.0, last - times[:, None], times[:, None] - first)
    weight = np.exp(-np.abs(y) * np.maximum(age, 0.0))
    inflows *= weight
    outflows = flows.outflows * weight[:paying]
    received, paid = inflows.sum(axis=0), outflows.sum(axis=0)
    return np.log(received / paid), times[:paying] @ outflows / paid - times @ inflows / received


def edges(columns: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the first and last time index with a flow, each (paths,)."""
    flowing = columns != 0.0
    return np.argmax(flowing, axis=0), len(columns) - 1 - np.argmax(flowing[::-1], axis=0)


def root_bound(columns: FloatArray, edge: IntArray) -> FloatArray:
    """Return the |y| (paths,) beyond which the flow at index `edge` outweighs all others together (Cauchy's bound)."""
    at_edge = np.abs(np.take_along_axis(columns, edge[None, :], axis=0)[0])
    return np.asarray(np.log1p(np.abs(columns).max(axis=0) / at_edge))


def roots_in(brackets: Brackets, flows: Flows) -> FloatArray:
    """Return the root in each bracket, (brackets,)."""
    y = np.empty(len(brackets.path))
    is_far = -brackets.low * flows.span > EXPONENT_LIMIT
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
    edge = edges(flows.columns)[1 if below else 0]
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
    ends = np.where(is_tail, far + root_bound(flows.columns, edge)[path], grid[following])
    here, there = np.arctanh(balance[path, cell]), np.arctanh(balance[path, following])
    share = np.where(np.isfinite(here - there) & (here != there), here / (here - there), 0.5)
    plain = _oriented(path, grid[cell], ends, np.rint(share * COARSE) / COARSE, is_positive[path, cell], below)
    dips = _dips(flows, balance, grid, below)
    if dips is None:
        return plain
    both = Brackets.joined([plain, dips])
    return both.take(np.lexsort((-both.high if below else both.low, both.path)))


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
    times = np.arange(float(len(flows.columns)))
    weight = np.exp(-np.outer(times[::-1] if below else times, grid))
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
    return Brackets.joined([inner, _oriented(path, bottom, far, half, ~is_positive, below)])


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
