"""Return measures of cash flows: present value, rate of return, multiple, payback.

Flows are (paths, T+1) or (T+1,) for one path: time last, column 0 at closing, money in positive, money out
negative, received at the end of its period, quarters by default. Results are (paths,), or a float for one path.
Rates are annual effective decimals. Time-major memory (the transpose of a C-ordered (T+1, paths) array) is fastest.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.certainty import certainty_equivalent_return, years_at_stake
from models.measures.irr import QUARTERS_PER_YEAR, IrrStatus, borrowing_rate, irr, irr_roots, status_names
from models.measures.roots import FloatArray

__all__ = [
    "QUARTERS_PER_YEAR", "IrrStatus", "borrowing_rate", "certainty_equivalent_return", "dpi", "irr", "irr_roots",
    "mirr", "moic", "npv", "payback", "status_names", "wal", "xirr", "xnpv", "years_at_stake",
]

DAYS_PER_YEAR = 365.0  # ACT/365F, as in spreadsheet XNPV and XIRR
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


def dpi(contrib: ArrayLike, distrib: ArrayLike) -> FloatArray:
    """Return the curve of distributions to date over money paid in to date.

    Parameters
    ----------
    contrib, distrib
        Contributions (at or below zero) and distributions (at or above zero), (paths, T+1) or (T+1,).

    Returns
    -------
    Same shape; NaN before the first contribution. The last column is `moic`.
    """
    paid = np.cumsum(-_table(contrib), axis=-1)
    received = np.cumsum(_table(distrib), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(paid > 0.0, received / paid, np.nan)


def mirr(
    flows: ArrayLike,
    finance_rate_y: float,
    reinvest_rate_y: float,
    periods_per_year: float = QUARTERS_PER_YEAR,
) -> Any:
    """Return the modified internal rate of return of each path, annual effective, (paths,).

    The rate that turns outflows, discounted to column 0 at `finance_rate_y`, into inflows, compounded to the last
    column at `reinvest_rate_y`. The last column counts even if it is zero: it is the date of comparison. -100% if
    nothing comes back, NaN if nothing was put in. Source: the MIRR function of spreadsheets.
    """
    table = _table(flows)
    years = (table.shape[-1] - 1) / periods_per_year
    with np.errstate(divide="ignore", invalid="ignore"):
        paid = np.asarray(npv(finance_rate_y, np.maximum(-table, 0.0), periods_per_year))
        worth = np.asarray(npv(reinvest_rate_y, np.maximum(table, 0.0), periods_per_year))
        growth = (worth / paid) ** np.divide(1.0, years) * (1.0 + reinvest_rate_y)
    return _scalar_like(np.where(paid > 0.0, growth - 1.0, np.nan), table.ndim < 2)


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


def wal(principal: ArrayLike, periods_per_year: float = QUARTERS_PER_YEAR, years: ArrayLike | None = None) -> Any:
    """Return the weighted average life in years of principal repaid, (paths,); NaN if none is.

    Parameters
    ----------
    principal
        Principal repaid at each column, at or above zero, (paths, T+1) or (T+1,).
    years
        Time of each column in years (T+1,); by default t / periods_per_year, column 0 at closing.
    """
    table = _table(principal)
    times = np.arange(table.shape[-1]) / periods_per_year if years is None else np.asarray(years, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        repaid = table.sum(axis=-1)
        life = np.where(repaid > 0.0, (table * times).sum(axis=-1) / repaid, np.nan)
    return _scalar_like(life, table.ndim < 2)


def xnpv(rate_y: float, dates: Sequence[date], flows: ArrayLike) -> float:
    """Return the present value at the first date of dated flows (flows,), on ACT/365F like a spreadsheet's XNPV.

    NaN where a date is missing, and for the rates for which `npv` is.

    Raises
    ------
    ValueError
        If there are not as many dates as flows.
    """
    days, amounts = _dated(dates, flows)
    if not rate_y > -1.0 or np.isnan(days).any():
        return float("nan")
    years = (days - days[:1]) / DAYS_PER_YEAR
    return float(np.sum(amounts * (1.0 + rate_y) ** -years))


def xirr(dates: Sequence[date], flows: ArrayLike) -> tuple[float, IrrStatus]:
    """Return the annual internal rate of return of dated flows (flows,) on ACT/365F, and its status.

    The rules are those of `irr`, read day by day. Dates may come in any order; flows of one day are added up. Without
    flows, or where a date is missing, the rate is undefined.

    Raises
    ------
    ValueError
        If there are not as many dates as flows.
    """
    days, amounts = _dated(dates, flows)
    if len(days) == 0 or np.isnan(days).any():
        return float("nan"), IrrStatus.undefined
    rate, status = irr(np.bincount((days - days.min()).astype(np.intp), weights=amounts), DAYS_PER_YEAR)
    return float(rate), status


def _dated(dates: Sequence[date], flows: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return day numbers, NaN where a date is missing, and flows, (flows,) each."""
    amounts = _table(flows)
    known = [np.datetime64("NaT") if day is None or day != day else day for day in dates]  # NaT differs from itself
    days = np.array(known, dtype="datetime64[D]")
    if days.shape != amounts.shape or days.ndim != 1:
        raise ValueError(f"dates ({days.size}) and flows ({amounts.size}) differ in length; every flow needs one date")
    return np.where(np.isnat(days), np.nan, days.astype(np.float64)), amounts


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
