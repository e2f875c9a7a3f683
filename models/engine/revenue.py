"""The gap everybody asks about: AI revenue needed to pay the rents of all machines, against revenue expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import START_QUARTER, START_YEAR, Array
from models.engine.estimate import PROBABILITIES
from models.engine.measures import Quantiles
from models.market.ai_revenue import AiRevenue, ai_revenue, revenue_needed
from models.market.simulate import MarketPaths
from models.measures import risk

HEADLINE_YEAR = 2030
NEAR = 0.05
"""Revenue that misses what is needed by less than this share is about enough."""


@dataclass(frozen=True, eq=False)
class RevenueByYear:
    """AI revenue of each calendar year after the one of closing, USD, path by path.

    Attributes
    ----------
    needed : (paths, years)
        What rents ask for, see `models.market.ai_revenue.revenue_needed`.
    expected : (paths, years)
        What customers pay.
    replicate : (paths,)
        Scramble of each path.
    """

    needed: Array
    expected: Array
    replicate: NDArray[np.int64]

    @property
    def years(self) -> range:
        """Calendar years, from the first whole one."""
        return range(START_YEAR + 1, START_YEAR + 1 + self.needed.shape[1])

    @property
    def covered(self) -> Array:
        """Share of the rents that AI revenue pays at what it can spend on compute lastingly, (paths, years)."""
        return np.asarray(self.expected / self.needed)

    @property
    def series(self) -> dict[str, Array]:
        """Needed, expected and covered by name, each (paths, years)."""
        return {"needed": self.needed, "expected": self.expected, "covered": self.covered}

    def at(self, name: str, year: int) -> Quantiles:
        """Quantiles over paths of one of `series` in a calendar year, with their standard errors."""
        values = self.series[name][:, self.years.index(year)]
        found = risk.quantiles(values, PROBABILITIES)
        errors = risk.quantile_standard_error(values, PROBABILITIES, self.replicate)
        return Quantiles(*(float(x) for x in (*found, *errors)))

    @property
    def sentence(self) -> str:
        """Median revenue needed and on its way in the headline year, in one sentence."""
        needed, expected = (self.at(name, HEADLINE_YEAR).p50 for name in ("needed", "expected"))
        asked, comes = _dollars(needed), _dollars(expected)
        year = f"AI revenue a year must be found by {HEADLINE_YEAR}"
        if expected < needed * (1.0 - NEAR):
            return f"{asked} of {year} to pay these rents; {comes} is on its way."
        enough = "more than that" if expected > needed * (1.0 + NEAR) else "about as much"
        return f"{asked} of {year} to pay these rents; {enough}, {comes}, is on its way."


def revenue_by_year(revenue: AiRevenue, market: MarketPaths, replicate: NDArray[np.int64]) -> RevenueByYear:
    """Revenue needed and expected, mean of the four quarters of each calendar year."""
    needed, expected = (_by_year(line(revenue, market)) for line in (revenue_needed, ai_revenue))
    return RevenueByYear(needed, expected, replicate)


def pooled_revenue(blocks: Sequence[RevenueByYear]) -> RevenueByYear:
    """The same over all paths of blocks."""
    return RevenueByYear(
        np.concatenate([block.needed for block in blocks]), np.concatenate([block.expected for block in blocks]),
        np.concatenate([block.replicate for block in blocks]),
    )


def _by_year(rate: Array) -> Array:
    """Yearly means of a rate (paths, quarters + 1) over the whole calendar years after that of closing."""
    first = 5 - START_QUARTER
    return np.asarray(rate[:, first:].reshape(len(rate), -1, 4).mean(axis=2))


def _dollars(value: float) -> str:
    if value >= 0.9995e12:
        return f"${value / 1e12:.3g}tn"
    return f"${value / 1e9:,.0f}bn"
