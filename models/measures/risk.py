"""Risk measures over paths: one number per path in, one statistic out.

Losses are positive numbers when money is lost, and so are the loss measures. Statistics run along the last axis, so
(paths,) gives a number and (groups, paths) one number per group. A total loss is a value and is never dropped. NaN
(an undefined rate) makes every statistic NaN, except `quantiles`, which says how it treats it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.dependence import rank_correlation, rank_correlation_interval, tail_correlation
from models.measures.roots import FloatArray
from models.measures.standard_errors import (
    cvar_standard_error,
    mean_standard_error,
    probability_standard_error,
    quantile_standard_error,
    replicate_standard_error,
)
from models.measures.tails import cvar, quantiles, undefined_share, value_at_risk

__all__ = [
    "certainty_equivalent", "cvar", "cvar_standard_error", "downside_deviation", "drawdown", "mean_standard_error",
    "probability_below", "probability_of_loss", "probability_standard_error", "quantile_standard_error", "quantiles",
    "rank_correlation", "rank_correlation_interval", "replicate_standard_error", "sortino", "tail_correlation",
    "undefined_share", "value_at_risk",
]


def probability_of_loss(moic: ArrayLike) -> Any:
    """Return the share of paths that return less than was put in: Pr(MOIC < 1), of (paths,) or (groups, paths)."""
    return probability_below(moic, 1.0)


def probability_below(values: ArrayLike, threshold: float = 0.0) -> Any:
    """Return the share of values (paths,) or (groups, paths) below `threshold`.

    With net present values at the cash rate and a threshold of zero: the probability of doing worse than cash.
    """
    table = _values(values)
    return _number(np.where(np.isnan(table), np.nan, table < threshold).mean(axis=-1))


def certainty_equivalent(moic: ArrayLike, risk_aversion: float, wealth_share: float = 0.10, safe: float = 1.0) -> Any:
    """Return the sure wealth that an investor with constant relative risk aversion finds as good.

    Wealth is (1 - wealth_share) * safe + wealth_share * moic, and the result (E W^(1-g))^(1/(1-g)), g = 1 being the
    geometric mean. With all wealth in the asset any chance of ruin makes it zero for g >= 1: true, and reported.

    Parameters
    ----------
    moic
        Money multiple at the horizon (paths,) or (groups, paths).
    risk_aversion
        g, at or above zero.
    wealth_share
        Share of wealth in the asset, in [0, 1].
    safe
        Multiple at the horizon of the rest of wealth; 1 measures everything relative to cash.

    Returns
    -------
    In multiples of today's wealth; NaN if some path's wealth is negative.
    """
    wealth = (1.0 - wealth_share) * safe + wealth_share * _values(moic)
    power = 1.0 - risk_aversion
    with np.errstate(divide="ignore", invalid="ignore"):
        log_wealth = np.log(wealth)
        if power == 0.0:
            return _number(np.exp(log_wealth.mean(axis=-1)))
        scaled = power * log_wealth
        top = scaled.max(axis=-1)
        # expm1 and log1p keep their digits when g is close to 1; subtracting the top keeps large g from overflowing.
        spread = np.log1p(np.mean(np.expm1(scaled - top[..., None]), axis=-1))
        equivalent = np.exp((top + spread) / power)
        is_ruined = np.isinf(top)  # wealth of zero on some path if g > 1, on every path if not
    return _number(np.where(is_ruined, 0.0, equivalent))


def downside_deviation(returns: ArrayLike, target: float = 0.0) -> Any:
    """Return the root mean square of what returns fall short of `target`, over all paths.

    Paths above target count as zero shortfall; dividing by the losers alone would reward having few of them.

    Parameters
    ----------
    returns
        (paths,) or (groups, paths).
    """
    shortfall = np.minimum(_values(returns) - target, 0.0)
    return _number(np.sqrt(np.mean(shortfall**2, axis=-1)))


def sortino(returns: ArrayLike, target: float = 0.0) -> Any:
    """Return the mean excess over `target` per unit of `downside_deviation`; infinite if nothing falls short."""
    excess = _values(returns).mean(axis=-1) - target
    with np.errstate(divide="ignore", invalid="ignore"):
        return _number(np.divide(excess, downside_deviation(returns, target)))


def drawdown(cumulative: ArrayLike) -> Any:
    """Return the deepest fall below an earlier peak of each path, a positive number, (paths,).

    Parameters
    ----------
    cumulative
        A value or cumulative flow over time, (paths, T+1) or (T+1,), in any unit, which is the unit of the result.
    """
    table = _values(cumulative)
    return _number((np.maximum.accumulate(table, axis=-1) - table).max(axis=-1))


def _values(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _number(value: Any) -> Any:
    """Return a float for a single statistic, else the array."""
    return float(value) if np.ndim(value) == 0 else value
