"""The base rate a floating loan meets: flat, along a forward curve, or drawn; and the swap that fixes it.

The curve is the mean of the process, so a simulated loan differs from a forward one only by the risk around it
(Cox, Ingersoll and Ross 1985; steps by Andersen's quadratic-exponential scheme, 2008, which keeps mean and variance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from models.basis.timeline import DELTA, Array, years
from models.debt.terms import LoanTerms

_SWITCH = 1.5  # variance over squared mean above which the scheme uses its exponential branch


@dataclass(frozen=True)
class BaseRate:
    """Process of the base rate: today's and the long-run level per year, speed per year, volatility per root year."""

    now: float
    long_run: float
    half_life: float
    volatility: float

    @property
    def speed(self) -> float:
        """Share of the gap to the long run that closes, continuous, per year."""
        return math.log(2.0) / self.half_life


@dataclass(frozen=True, eq=False)
class RatePaths:
    """Base rate paid in each quarter, per year, (paths, quarters + 1), set at the start of the quarter."""

    base: Array
    process: BaseRate


def forward_curve(process: BaseRate, quarters: int) -> Array:
    """Expected rate at the end of quarters 0.., per year, (quarters + 1,)."""
    gap = process.now - process.long_run
    return np.asarray(process.long_run + gap * np.exp(-process.speed * years(quarters)))


def paid_in(level: Array) -> Array:
    """Rate paid in each quarter: the level at its start; the first column repeats today's. Time is the last axis."""
    return np.concatenate([level[..., :1], level[..., :-1]], axis=-1)


def simulate_base(process: BaseRate, normals: Array) -> RatePaths:
    """Draw the rate; ``normals`` (paths, quarters + 1), column 0 unused."""
    level = np.empty(normals.shape[::-1])
    level[0] = process.now
    decay = math.exp(-process.speed * DELTA)
    sigma2, k = process.volatility**2, process.speed
    for t in range(1, normals.shape[1]):
        old = level[t - 1]
        mean = process.long_run + (old - process.long_run) * decay
        variance = old * sigma2 * decay * (1 - decay) / k + process.long_run * sigma2 * (1 - decay) ** 2 / (2 * k)
        level[t] = _step(mean, variance, normals[:, t])
    return RatePaths(paid_in(level.T), process)


def _step(mean: Array, variance: Array, z: Array) -> Array:
    """A draw with the given mean and variance that is never negative (Andersen 2008)."""
    ratio = variance / np.maximum(mean, 1e-12) ** 2
    inverse = 2.0 / np.maximum(ratio, 1e-12)
    b2 = np.maximum(inverse - 1.0 + np.sqrt(inverse * np.maximum(inverse - 1.0, 0.0)), 0.0)
    square = mean / (1.0 + b2) * (np.sqrt(b2) + z) ** 2
    p = np.clip((ratio - 1.0) / (ratio + 1.0), 0.0, 1.0 - 1e-12)
    u = ndtr(z)
    tail = np.where(u <= p, 0.0, np.log((1.0 - p) / np.maximum(1.0 - u, 1e-300)) * mean / (1.0 - p))
    return np.asarray(np.where(ratio <= _SWITCH, square, tail))


def fair_swap_rate(terms: LoanTerms, plan: Array) -> float:
    """Fixed rate, per year, that makes the swap worth nothing at closing on the scheduled balance."""
    if terms.base is None or not terms.hedged:
        return 0.0
    notional, discount, curve = _legs(terms, plan)
    total = float((notional * discount).sum())
    return float((notional * discount * curve).sum() / total) if total > 0 else 0.0


def termination_values(terms: LoanTerms, plan: Array, rates: RatePaths) -> Array:
    """What the borrower owes to end the swap after each quarter's exchange, USD per USD hedged, (quarters + 1, paths).

    Per dollar of the balance at the start of that quarter: the remaining fixed less expected floating payments on the
    scheduled balance, discounted along the closing curve. Expected rates are those of the process, linear in today's.
    """
    quarters = rates.base.shape[1] - 1
    notional, discount, _ = _legs(terms, plan)
    fixed = fair_swap_rate(terms, plan)
    process = rates.process
    out = np.zeros((quarters + 1, rates.base.shape[0]))
    ahead = np.zeros(quarters + 2)
    ahead[terms.first : terms.last + 1] = notional
    factor = np.zeros(quarters + 2)
    factor[terms.first : terms.last + 1] = discount
    level = np.concatenate([rates.base[:, 1:], rates.base[:, -1:]], axis=1)  # level at the end of each quarter
    for t in range(terms.first, min(terms.last, quarters)):
        k = np.arange(t + 1, min(terms.last, quarters) + 1)
        weight = ahead[k] * factor[k] / factor[t] * DELTA / ahead[t] if ahead[t] > 0 else np.zeros(len(k))
        fade = np.exp(-process.speed * DELTA * (k - t - 1))
        out[t] = weight.sum() * (fixed - process.long_run) - (weight * fade).sum() * (level[:, t] - process.long_run)
    return out


def _legs(terms: LoanTerms, plan: Array) -> tuple[Array, Array, Array]:
    """Scheduled balance, discount factor and expected base rate of each service quarter."""
    assert terms.base is not None
    span = slice(terms.first, terms.last + 1)
    curve = terms.base[span]
    notional = terms.opening_balance - np.concatenate([[0.0], np.cumsum(plan)[:-1]])
    discount = np.cumprod(1.0 / (1.0 + terms.base * DELTA), dtype=np.float64)[span]
    return notional, discount, curve
