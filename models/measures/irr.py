"""Internal rate of return of many paths: the public function, and all roots of one path for the curious.

`models.measures.irr_rules` holds the rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.irr_rules import IrrStatus, settled, solve
from models.measures.log_ratio import FloatArray, Flows
from models.measures.root_search import find_brackets, roots_in

QUARTERS_PER_YEAR = 4
BLOCK = 4096  # paths solved together: their flows fit a core's second-level cache


def status_names(status: ArrayLike) -> Any:
    """Return the names of status codes: a str for one code, an array of str (paths,) for many."""
    names = np.array([member.name for member in IrrStatus])[np.asarray(status, dtype=np.intp)]
    return str(names) if names.ndim == 0 else names


def irr(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR, guess: ArrayLike | None = None) -> Any:
    """Return the internal rate of return of each path and its status.

    Parameters
    ----------
    flows
        Net flows of equally spaced periods (paths, T+1), or (T+1,) for one path; money in positive, out negative.
        Time-major memory (the transpose of a C-ordered (T+1, paths) array) is read without a copy.
    periods_per_year
        Flows per year. The rate is annual effective, (1 + r)^periods_per_year - 1; 1 gives the rate per period.
    guess
        Optional rates (paths,) in the same unit to start from, such as those of a neighboring scenario.
        They save time and never change which root is found.

    Returns
    -------
    (rate, status)
        float64 (paths,) and int8 (paths,) of `IrrStatus` codes; for one path a float and an `IrrStatus`.
        The rules are those of `models.measures.irr_rules`. Rates do not average: quote quantiles, or the rate of
        the mean flow.

    Raises
    ------
    ValueError
        If flows have more than two dimensions.
    """
    table = np.asarray(flows, dtype=np.float64)
    if table.ndim > 2:
        raise ValueError(f"flows must be (T+1,) or (paths, T+1), not {table.ndim} dimensions {table.shape}")
    paths = np.atleast_2d(table)
    start = None
    if guess is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            start = np.log1p(np.broadcast_to(np.asarray(guess, np.float64), len(paths))) / periods_per_year
    y = np.empty(len(paths))
    status = np.empty(len(paths), dtype=np.int8)
    times = np.arange(paths.shape[1], dtype=np.float64)
    for begin in range(0, len(paths), BLOCK):
        block = slice(begin, begin + BLOCK)
        columns = paths[block].T
        if columns.strides[-1] != columns.itemsize:
            columns = np.ascontiguousarray(columns)
        y[block], status[block] = solve(columns, times, True, None if start is None else start[block])
    with np.errstate(over="ignore"):
        rate = np.expm1(periods_per_year * y)
    if table.ndim < 2:
        return float(rate[0]), IrrStatus(int(status[0]))
    return rate, status


def irr_roots(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> FloatArray:
    """Return every rate above -100% at which one path's flows (T+1,) have zero present value, ascending.

    `irr` picks at most one of these; this shows a reader the others. Empty if there is none.
    """
    columns = np.asarray(flows, dtype=np.float64)[:, None]
    if not (columns > 0.0).any() or not (columns < 0.0).any():
        return np.empty(0)
    with np.errstate(all="ignore"):
        times = np.arange(len(columns), dtype=np.float64)
        whole = settled(Flows.of(columns, columns < 0.0, times, times[-1], True))
        found = [np.zeros(int(whole.total[0] == 0.0))]
        for below in (True, False):
            found.append(roots_in(find_brackets(whole, below), whole))
    return np.asarray(np.expm1(periods_per_year * np.sort(np.concatenate(found))))
