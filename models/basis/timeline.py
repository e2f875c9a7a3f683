"""The quarterly grid: t = 0 is closing, a flow at t falls at the end of quarter t."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

QUARTERS = 40
"""Operating quarters of every evaluation: ten years."""

DELTA = 0.25
"""Years in a quarter."""

HOURS = 8760.0 / 4.0
"""Hours in a quarter."""

START_YEAR, START_QUARTER = 2026, 4
"""Calendar of quarter 0, in which a run begins."""


def years(quarters: int) -> Array:
    """Time in years of columns 0..quarters, shape (quarters + 1,)."""
    return np.arange(quarters + 1, dtype=np.float64) * DELTA


def discount_factors(rate_y: float, quarters: int) -> Array:
    """(1 + r)^(-t/4) for t = 0..quarters, shape (quarters + 1,)."""
    return np.asarray((1.0 + rate_y) ** -years(quarters))


def empty_paths(paths: int, quarters: int) -> Array:
    """Array of shape (paths, quarters + 1), laid out time-major because every loop runs over time."""
    return np.empty((quarters + 1, paths)).T


def zero_paths(paths: int, quarters: int) -> Array:
    """Zeros of shape (paths, quarters + 1), laid out time-major."""
    return np.zeros((quarters + 1, paths)).T


def running_sum(values: Array) -> Array:
    """Sum from the first column on, (paths, columns), laid out time-major.

    Column by column: NumPy's own goes path by path, which jumps through time-major memory at twenty times the cost.
    """
    out = empty_paths(values.shape[0], values.shape[1] - 1)
    out[:, 0] = values[:, 0]
    for t in range(1, values.shape[1]):
        np.add(out[:, t - 1], values[:, t], out=out[:, t])
    return out


def running_product(values: Array) -> Array:
    """Product from the first column on, as `running_sum`."""
    out = empty_paths(values.shape[0], values.shape[1] - 1)
    out[:, 0] = values[:, 0]
    for t in range(1, values.shape[1]):
        np.multiply(out[:, t - 1], values[:, t], out=out[:, t])
    return out


def quarter_of(day: dt.date) -> int:
    """Quarter of a day, counted from quarter 0; negative before it."""
    return (day.year - START_YEAR) * 4 + (day.month - 1) // 3 + 1 - START_QUARTER


def quarter_start(quarter: int) -> dt.date:
    """First day of a quarter counted from quarter 0."""
    count = START_QUARTER - 1 + quarter
    return dt.date(START_YEAR + count // 4, count % 4 * 3 + 1, 1)


def quarter_end(quarter: int) -> dt.date:
    """Last day of a quarter counted from quarter 0."""
    return quarter_start(quarter + 1) - dt.timedelta(days=1)
