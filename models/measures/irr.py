"""Internal rate of return of many paths: a value and a status, by rules that never drop a loser.

A rate alone hides whether it is the only root, one of several, or no root at all; so every path gets both.
The rules, in order, once leading and trailing zeros are set aside:

1. no flow at all, or one that is not finite: NaN, `undefined`;
2. no outflow: NaN, `no_investment`;
3. outflows but no inflow: -100%, `total_loss`;
4. all outflows before all inflows: the unique root, `ok`;
5. otherwise, if the cumulative flow changes sign once and ends above zero (Norstrom 1972), the unique positive
   root, `ok`; else every root on the side the undiscounted sum points to is sought: below zero if money was lost,
   at or above zero if not. One root: `ok`. Several: the one nearest zero, `multiple`. None although an investment
   lost money: the other side is searched too, where roots come in pairs. None at all: -100% if money was lost, NaN
   if not, `no_root`.

Sources: Norstrom (1972), J. Financial and Quantitative Analysis 7(3); Descartes' rule of signs; Cauchy's bound.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.measures.roots import (
    COARSE,
    BoolArray,
    Brackets,
    FloatArray,
    Flows,
    IntArray,
    edges,
    find_brackets,
    root_bound,
    roots_in,
)

QUARTERS_PER_YEAR = 4
BLOCK = 4096  # paths solved together: their flows fit a core's second-level cache
DEEP_LOSS = 1e-3  # below this multiple of money powers of 1 + r may leave float64 on the way to the root
SLACK = 1e-9  # of a bracket, against rounding

Solution = tuple[FloatArray, NDArray[np.int8]]


class IrrStatus(IntEnum):
    """What kind of number an internal rate of return is."""

    ok = 0
    multiple = 1
    undefined = 2
    no_investment = 3
    total_loss = 4
    no_root = 5


BY_COUNT = np.array([IrrStatus.no_root, IrrStatus.ok, IrrStatus.multiple], dtype=np.int8)  # of admissible roots


def status_names(status: ArrayLike) -> Any:
    """Return the names of status codes: a str for one code, an array of str (paths,) for many."""
    names = np.array([member.name for member in IrrStatus])[np.asarray(status, dtype=np.intp)]
    return str(names) if names.ndim == 0 else names


def irr(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> Any:
    """Return the internal rate of return of each path and its status.

    Parameters
    ----------
    flows
        Net flows of equally spaced periods (paths, T+1), or (T+1,) for one path; money in positive, out negative.
        Time-major memory (the transpose of a C-ordered (T+1, paths) array) is read without a copy.
    periods_per_year
        Flows per year. The rate is annual effective, (1 + r)^periods_per_year - 1; 1 gives the rate per period.

    Returns
    -------
    (rate, status)
        float64 (paths,) and int8 (paths,) of `IrrStatus` codes; for one path a float and an `IrrStatus`.
        Rates do not average: quote quantiles, or the rate of the mean flow.

    Raises
    ------
    ValueError
        If flows have more than two dimensions.
    """
    table = np.asarray(flows, dtype=np.float64)
    if table.ndim > 2:
        raise ValueError(f"flows must be (T+1,) or (paths, T+1), not {table.ndim} dimensions {table.shape}")
    paths = np.atleast_2d(table)
    y = np.empty(len(paths))
    status = np.empty(len(paths), dtype=np.int8)
    for begin in range(0, len(paths), BLOCK):
        block = slice(begin, begin + BLOCK)
        columns = paths[block].T
        if columns.strides[-1] != columns.itemsize:
            columns = np.ascontiguousarray(columns)
        y[block], status[block] = _solve(columns)
    with np.errstate(over="ignore"):
        rate = np.expm1(periods_per_year * y)
    if table.ndim < 2:
        return float(rate[0]), IrrStatus(int(status[0]))
    return rate, status


def borrowing_rate(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> Any:
    """Return what money that comes first and is paid back later costs a year: a borrower's rate.

    Such flows are no investment, so `irr` has no rate of return for them; turned around they are the lender's, whose
    return this is. NaN for flows that are not a borrower's: there, all inflows come before all outflows.

    Parameters
    ----------
    flows
        As in `irr`.

    Returns
    -------
    (paths,) of annual effective rates, or a float for one path.
    """
    table = np.asarray(flows, dtype=np.float64)
    columns = np.atleast_2d(table).T
    pays, earns = columns < 0.0, columns > 0.0
    borrows = pays.any(axis=0) & earns.any(axis=0) & _pays_before_it_earns(earns, pays)
    rate = np.where(borrows, irr(-columns.T, periods_per_year)[0], np.nan)
    return float(rate[0]) if table.ndim < 2 else rate


def irr_roots(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> FloatArray:
    """Return every rate above -100% at which one path's flows (T+1,) have zero present value, ascending.

    `irr` picks at most one of these; this shows a reader the others. Empty if there is none.
    """
    columns = np.asarray(flows, dtype=np.float64)[:, None]
    if not (columns > 0.0).any() or not (columns < 0.0).any():
        return np.empty(0)
    with np.errstate(all="ignore"):
        whole = _settled(Flows.of(columns, len(columns) - 1.0))
        sides = [roots_in(find_brackets(whole, below), whole) for below in (True, False)]
        roots = np.concatenate([np.zeros(int(whole.total[0] == 0.0)), *sides])
    return np.asarray(np.expm1(periods_per_year * np.sort(roots)))


def _solve(columns: FloatArray) -> Solution:
    """Return log rates y = ln(1 + r) per period and status codes, each (paths,), for time-major flows.

    -100% comes back as y = -inf.
    """
    with np.errstate(all="ignore"):
        pays, earns = columns < 0.0, columns > 0.0
        is_finite = np.isfinite(columns.sum(axis=0))
        used = np.flatnonzero(pays.any(axis=1) | earns.any(axis=1))
        span = len(columns) - 1.0
        trim = slice(used[0], used[-1] + 1) if len(used) else slice(0, 0)
        columns, pays, earns = columns[trim], pays[trim], earns[trim]
        has_out, has_in = pays.any(axis=0), earns.any(axis=0)
        status = np.full(columns.shape[1], IrrStatus.ok, dtype=np.int8)
        status[~has_in] = IrrStatus.total_loss
        status[~has_out] = IrrStatus.no_investment
        status[~(has_out | has_in) | ~is_finite] = IrrStatus.undefined
        y = np.where(status == IrrStatus.total_loss, -np.inf, np.nan)
        is_ordered = _pays_before_it_earns(pays, earns)
        for solver, chosen in ((_ordered, is_ordered), (_mixed, ~is_ordered)):
            rows = np.flatnonzero((status == IrrStatus.ok) & chosen)
            if len(rows):
                part = columns if len(rows) == columns.shape[1] else columns.take(rows, axis=1)
                y[rows], status[rows] = solver(Flows.of(part, span))
    return y, status


def _pays_before_it_earns(pays: BoolArray, earns: BoolArray) -> BoolArray:
    """Return (paths,) whether every outflow comes before every inflow."""
    answer = np.ones(pays.shape[1], dtype=np.bool_)
    paying, earning = np.flatnonzero(pays.any(axis=1)), np.flatnonzero(earns.any(axis=1))
    if len(paying) == 0 or len(earning) == 0:
        return answer
    has_earned = np.zeros_like(answer)
    for t in range(earning[0], paying[-1] + 1):  # often no step at all: only here could a path break the order
        answer &= ~(has_earned & pays[t])
        has_earned |= earns[t]
    return answer


def _ordered(flows: Flows) -> Solution:
    """Solve paths whose outflows all precede their inflows, (paths,) each: rule 4.

    There h falls with a slope between minus the span and minus one period, so its value at zero gives a bracket.
    """
    paid = flows.outflows.sum(axis=0)
    received = flows.total + paid
    is_deep = received < DEEP_LOSS * paid
    if is_deep.any():  # the net total loses a tiny inflow beside a large outflow: there add up inflows alone
        received = np.where(is_deep, np.maximum(flows.columns, 0.0).sum(axis=0), received)
    h = np.log(received / paid)
    slow = h / flows.span
    low, high = np.minimum(slow, h) - SLACK, np.maximum(slow, h) + SLACK
    brackets = _bracketed(flows, np.arange(len(h)), low, high)
    y = roots_in(brackets._replace(start=np.where(is_deep, slow, brackets.start)), flows)
    return y, np.full(len(y), IrrStatus.ok, dtype=np.int8)


def _bracketed(flows: Flows, rows: IntArray, low: FloatArray, high: FloatArray) -> Brackets:
    """Brackets (paths,) of falling roots, named `rows`, that begin at Halley's step from a rate of zero if it fits."""
    powers = np.vander(np.arange(float(len(flows.columns))), 3, increasing=True).T
    out = powers[:, : len(flows.outflows)] @ flows.outflows
    into = powers @ flows.columns + out
    h = np.log(into[0] / out[0])
    (out_mean, out_square), (in_mean, in_square) = out[1:] / out[0], into[1:] / into[0]
    slope, bend = out_mean - in_mean, in_square - in_mean**2 - out_square + out_mean**2
    step = np.rint(-h / (slope * np.maximum(1.0 - 0.5 * h * bend / slope**2, 0.3)) * COARSE) / COARSE
    start = np.where((step >= low) & (step <= high), step, np.clip(0.0, low, high))
    return Brackets(rows, low, high, start, np.zeros(len(rows), dtype=np.bool_))


def _settled(flows: Flows) -> Flows:
    """Return flows whose total is zero where it lies within its own rounding error."""
    gross = flows.total + 2.0 * flows.outflows.sum(axis=0)
    noise = len(flows.columns) * np.finfo(np.float64).eps * gross
    return flows._replace(total=np.where(np.abs(flows.total) <= noise, 0.0, flows.total))


def _mixed(flows: Flows) -> Solution:
    """Solve paths with an inflow before an outflow, (paths,) each: rule 5."""
    flows = _settled(flows)
    total = flows.total
    # Norstrom's rule reads the sums forward for a rate above zero; read from the last flow back, the same argument
    # (Descartes' rule on the flows divided by one minus the growth factor) gives a single root below zero.
    forward, backward = _changes_sign_once(flows.columns), _changes_sign_once(flows.columns[::-1])
    is_single = np.where(total > 0.0, forward, backward & (total < 0.0))
    status = np.full(len(total), IrrStatus.no_root, dtype=np.int8)
    status[is_single] = IrrStatus.ok
    rows, parts = np.flatnonzero(is_single), []
    if len(rows):
        parts.append(_single(flows.take(rows), rows))
    rows = np.flatnonzero(~is_single & (total < 0.0))
    for below in (True, False):
        if not below:  # an investment that lost money yet has only rates above zero: a pair of them, both shown as such
            first = flows.columns[(flows.columns != 0.0).argmax(axis=0), np.arange(len(total))]
            is_paired = (status == IrrStatus.no_root) & (first < 0.0)
            rows = np.flatnonzero(~is_single & ((total >= 0.0) | is_paired))
        if len(rows):
            brackets = find_brackets(flows.take(rows), below)
            count = np.bincount(brackets.path, minlength=len(rows)) + (total[rows] == 0.0)
            status[rows] = BY_COUNT[np.minimum(count, 2)]
            nearest = brackets.take(np.flatnonzero(np.diff(brackets.path, prepend=-1)))
            parts.append(nearest._replace(path=rows[nearest.path]))
    chosen = Brackets.joined(parts)
    y = np.where(total < 0.0, -np.inf, np.nan)
    y[chosen.path] = roots_in(chosen, flows)
    y[total == 0.0] = 0.0
    return y, status


def _changes_sign_once(columns: FloatArray) -> BoolArray:
    """Return (paths,) whether the running sum down the rows changes sign exactly once."""
    running = np.zeros(columns.shape[1])
    was_above = np.zeros(columns.shape[1], dtype=np.bool_)
    was_below, rose, fell = was_above.copy(), was_above.copy(), was_above.copy()
    for column in columns:
        running += column
        is_above, is_below = running > 0.0, running < 0.0
        rose |= is_above & was_below
        fell |= is_below & was_above
        was_above |= is_above
        was_below |= is_below
    return np.asarray(rose ^ fell)


def _single(flows: Flows, rows: IntArray) -> Brackets:
    """Bracket the one root on the side of zero that the total points to, (paths,), named `rows`."""
    is_loss = flows.total < 0.0
    first, last = edges(flows.columns)
    bound = root_bound(flows.columns, np.where(is_loss, last, first))
    return _bracketed(flows, rows, np.where(is_loss, -bound, 0.0), np.where(is_loss, 0.0, bound))
