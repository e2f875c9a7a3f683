"""Standard errors from independent replicates of a randomized simulation.

Quasi-random paths of one randomization are not independent of each other, but whole randomizations are: with R of
them the standard error of a statistic is the standard deviation of its R values over sqrt(R). `replicate` is an
int array (paths,) that names each path's randomization; permuting paths together with it changes nothing.
With a single replicate the error is unknown: NaN.

Source: Owen (1997), SIAM J. Numerical Analysis 34(5), on randomized quasi-Monte Carlo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.roots import FloatArray
from models.measures.tails import cvar, quantiles


def replicate_standard_error(
    statistic: Callable[[FloatArray], ArrayLike], values: ArrayLike, replicate: ArrayLike
) -> Any:
    """Return the standard error of any statistic.

    Parameters
    ----------
    statistic
        Function of the values of one replicate, (paths of it, ...), to a number or an array.
    values
        (paths, ...): paths first.
    replicate
        (paths,) of int.

    Returns
    -------
    A float, or an array of the shape of the statistic.
    """
    table, names = np.asarray(values, dtype=np.float64), np.asarray(replicate)
    each = [np.asarray(statistic(table[names == name]), dtype=np.float64) for name in np.unique(names)]
    return _standard_error(np.stack(each, axis=-1))


def mean_standard_error(values: ArrayLike, replicate: ArrayLike) -> Any:
    """Return the standard error of the mean of values (paths,) or (groups, paths)."""
    return _standard_error(by_replicate(values, replicate).mean(axis=-1))


def quantile_standard_error(values: ArrayLike, probs: ArrayLike, replicate: ArrayLike) -> Any:
    """Return the standard errors of `quantiles` of values (paths,) or (groups, paths), `probs` as last axis."""
    each = np.asarray(quantiles(by_replicate(values, replicate), probs))
    return _standard_error(each if np.ndim(probs) == 0 else np.swapaxes(each, -1, -2))


def probability_standard_error(values: ArrayLike, threshold: float, replicate: ArrayLike) -> Any:
    """Return the standard error of the share of values (paths,) or (groups, paths) below `threshold`; NaN gives NaN."""
    groups = by_replicate(values, replicate)
    return _standard_error(np.where(np.isnan(groups), np.nan, groups < threshold).mean(axis=-1))


def cvar_standard_error(losses: ArrayLike, confidence: float, replicate: ArrayLike) -> Any:
    """Return the standard error of `cvar` of losses (paths,) or (groups, paths)."""
    return _standard_error(np.asarray(cvar(by_replicate(losses, replicate), confidence)))


def by_replicate(values: ArrayLike, replicate: ArrayLike) -> FloatArray:
    """Return values (..., paths) regrouped as (..., replicates, paths of each).

    Raises
    ------
    ValueError
        If replicates differ in size: a statistic of unequal samples would weigh them wrongly.
    """
    table, names = np.asarray(values, dtype=np.float64), np.asarray(replicate)
    if names.shape != table.shape[-1:]:
        raise ValueError(f"replicate must name every path: {names.shape} names for {table.shape[-1:]} paths")
    if not bool((names[1:] >= names[:-1]).all()):
        order = np.argsort(names, kind="stable")
        table, names = table[..., order], names[order]
    count = 1 + int(np.count_nonzero(names[1:] != names[:-1]))
    size, rest = divmod(len(names), count)
    if rest or not bool((names.reshape(count, size) == names[::size, None]).all()):
        raise ValueError(f"replicates must be of equal size, but {len(names)} paths name {count} of them unequally")
    return table.reshape(*table.shape[:-1], count, size)


def _standard_error(each: FloatArray) -> Any:
    """Return the standard error from one statistic per replicate (..., replicates)."""
    count = each.shape[-1]
    if count < 2:
        error = np.full(each.shape[:-1], np.nan)
    else:
        with np.errstate(invalid="ignore"):
            error = np.asarray(each.std(axis=-1, ddof=1) / np.sqrt(count))
    return float(error) if error.ndim == 0 else error
