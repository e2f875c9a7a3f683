"""Return measures of cash flows: present value, rate of return, multiple, payback.

Flows are (paths, T+1) or (T+1,) for one path: time last, column 0 at closing, money in positive, money out
negative, received at the end of its period, quarters by default. Results are (paths,), or a float for one path.
Rates are annual effective decimals. Time-major memory (the transpose of a C-ordered (T+1, paths) array) is fastest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.irr import QUARTERS_PER_YEAR, IrrStatus, irr, irr_roots, status_names
from models.measures.roots import FloatArray

__all__ = [
    "QUARTERS_PER_YEAR", "IrrStatus", "irr", "irr_roots", "moic", "npv", "payback", "status_names",
]

RECOVERED = 1e-12  # share of the money put in below which what is still missing is rounding


def npv(rate_y: ArrayLike, flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> Any:
    """Return the net present value at column 0 of each path.

    Column t is discounted by (1 + rate_y)^(t / periods_per_year).

    Parameters
    ----------
    rate_y
        Annual effective rate, one for all paths or (paths,). NaN or -100% and below give NaN.
    flows
        Net flows (paths, T+1) or (T+1,), in any money unit, which is the unit of the result.
    """
    table = _table(flows)
    rates = np.asarray(rate_y, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(rates > -1.0, (1.0 + rates) ** (-1.0 / periods_per_year), np.nan)
    columns = _columns(np.atleast_2d(table))
    # Horner's rule path by path: unlike a matrix product, its last digit does not depend on the other paths.
    value = np.zeros(np.broadcast_shapes(columns.shape[1:], factor.shape))
    for column in columns[::-1]:
        np.multiply(value, factor, value)
        np.add(value, column, value)
    return _scalar_like(value, table.ndim < 2 and rates.ndim == 0)


def moic(flows: ArrayLike, distrib: ArrayLike | None = None) -> Any:
    """Return the multiple on invested capital of each path: money received over money put in.

    Parameters
    ----------
    flows
        Net flows (paths, T+1) or (T+1,), or contributions alone (all at or below zero) if `distrib` is given.
        Netting a quarter's contribution against its distribution moves the multiple away from one, so pass both
        where both are known.
    distrib
        Distributions (paths, T+1) or (T+1,), all at or above zero.

    Returns
    -------
    (paths,) at or above zero; 0 is a total loss, NaN means nothing was put in.
    """
    table = _table(flows)
    paid = -_sum(table, np.minimum)
    received = _sum(table if distrib is None else _table(distrib), np.maximum)
    with np.errstate(divide="ignore", invalid="ignore"):
        multiple = np.where(paid > 0.0, received / paid, np.nan)
    return _scalar_like(multiple, table.ndim < 2)


def payback(flows: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR) -> Any:
    """Return the years until the cumulative flow first climbs back to zero, (paths,).

    The crossing is linear inside its period. Infinite if never; 0 if the cumulative flow is never below zero.

    Parameters
    ----------
    flows
        Net flows (paths, T+1) or (T+1,).
    """
    table = _table(flows)
    paths = np.atleast_2d(table)
    floor = RECOVERED * _sum(paths, np.minimum)
    running, years = np.zeros(len(paths)), np.zeros(len(paths))
    was_below = np.zeros(len(paths), dtype=np.bool_)
    has_been_below = was_below.copy()
    for t, column in enumerate(_columns(paths)):
        running += column
        is_below = running < floor
        crosses = was_below > is_below
        if crosses.any():
            first = np.flatnonzero(crosses & (years == 0.0))
            inside = 1.0 - running[first] / column[first]  # share of the period before the crossing
            years[first] = (t - 1 + np.minimum(inside, 1.0)) / periods_per_year
        was_below = is_below
        has_been_below |= is_below
    years[has_been_below & (years == 0.0)] = np.inf
    return _scalar_like(years, table.ndim < 2)


def _table(values: ArrayLike) -> FloatArray:
    """Return values as float64 with time last."""
    return np.asarray(values, dtype=np.float64)


def _columns(values: FloatArray) -> FloatArray:
    """Return values (..., time) as time-major (time, ...), each column contiguous."""
    columns = np.moveaxis(values, -1, 0)
    return columns if columns.strides[-1] == columns.itemsize else np.ascontiguousarray(columns)


def _sum(values: FloatArray, side: np.ufunc) -> FloatArray:
    """Return the sum over time of outflows or inflows alone, `side` being np.minimum or np.maximum.

    Column after column, so that memory layout cannot move the last digit.
    """
    total, part = np.zeros(values.shape[:-1]), np.empty(values.shape[:-1])
    for column in _columns(values):
        total += side(column, 0.0, out=part)
    return total


def _scalar_like(values: FloatArray, is_scalar: bool) -> Any:
    """Return a float for one path, else the array (paths,)."""
    return float(values.reshape(-1)[0]) if is_scalar else values
