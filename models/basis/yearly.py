"""Paths that are given year by year, read by quarter: year 1 is quarters 1 to 4, closing belongs to it too."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import YEARS
from models.basis.timeline import Array

Years = tuple[float, ...]


def by_quarter(values: Years, quarters: int) -> Array:
    """Value of the year each quarter lies in, shape (quarters + 1,); after the last year its value stays."""
    year = np.clip((np.arange(quarters + 1) - 1) // 4, 0, len(values) - 1)
    return np.asarray(np.array(values)[year])


def at_year_end(values: Years, quarters: int) -> Array:
    """Values reached at each year's end, straight lines between them from 0 at closing, shape (quarters + 1,)."""
    knots = 4 * np.arange(len(values) + 1)
    return np.asarray(np.interp(np.arange(quarters + 1), knots, (0.0, *values)))


def integral(rates: Years, after: float, t: Array) -> Array:
    """Integral of yearly rates from closing to ``t`` years, same shape; past the last year the rate is ``after``."""
    total = np.concatenate([[0.0], np.cumsum(rates)])
    return np.asarray(np.interp(t, np.arange(YEARS + 1), total) + after * np.maximum(t - YEARS, 0.0))
