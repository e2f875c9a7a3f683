"""Quantiles and tail means, along the last axis: (paths,) gives a number, (groups, paths) one number per group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.roots import FloatArray

ROUNDING = 1e-9  # of a count of paths: 0.07 * 100 is a hair above 7 in binary and must not become 8


def value_at_risk(losses: ArrayLike, confidence: float) -> Any:
    """Return the smallest loss that at least a share `confidence` of paths does not exceed.

    Parameters
    ----------
    losses
        (paths,) or (groups, paths), positive = bad, equally likely. NaN gives NaN.
    confidence
        In [0, 1], such as 0.95.

    Raises
    ------
    ValueError
        If `confidence` lies outside [0, 1] or there is no path.
    """
    table = _losses(losses)
    covered = _covered(table.shape[-1], confidence)
    value = np.partition(table, max(covered - 1, 0), axis=-1)[..., max(covered - 1, 0)]
    return _number(np.where(np.isnan(table).any(axis=-1), np.nan, value))


def cvar(losses: ArrayLike, confidence: float) -> Any:
    """Return the mean loss in the worst `1 - confidence` of probability.

    The minimum over c of c + E[(L - c)+] / (1 - confidence): the path that straddles the boundary counts in part,
    which the mean of losses at or above value at risk gets wrong. Confidence 0 is the mean, 1 the maximum.

    Parameters
    ----------
    losses
        (paths,) or (groups, paths), positive = bad, equally likely. NaN gives NaN.
    confidence
        In [0, 1], such as 0.95.

    Raises
    ------
    ValueError
        If `confidence` lies outside [0, 1] or there is no path.

    Notes
    -----
    Source: Rockafellar and Uryasev (2002), J. Banking and Finance 26(7).
    """
    table = _losses(losses)
    count = table.shape[-1]
    covered = _covered(count, confidence)
    if covered == count and confidence > (count - ROUNDING) / count:
        return _number(table.max(axis=-1))
    order = np.partition(table, max(covered - 1, 0), axis=-1)
    straddling = (covered / count - confidence) * order[..., max(covered - 1, 0)]
    return _number((straddling + order[..., covered:].sum(axis=-1) / count) / (1.0 - confidence))


def quantiles(values: ArrayLike, probs: ArrayLike) -> Any:
    """Return quantiles for several probabilities from one sort, by linear interpolation between order statistics.

    Parameters
    ----------
    values
        (paths,) or (groups, paths). NaN marks a path without a value (an undefined rate): it has no place in the
        order and is left out, so show `undefined_share` beside the quantiles. A total loss (-1) is a value and
        stays in, as do infinities.
    probs
        Probabilities in [0, 1]: one, or (probs,).

    Returns
    -------
    Without the last axis of `values`, with `probs` as the new last axis; NaN for a group without any value.
    """
    order = np.sort(np.asarray(values, dtype=np.float64), axis=-1)  # NaN sorts last
    wanted = np.asarray(probs, dtype=np.float64)
    valued = np.count_nonzero(~np.isnan(order), axis=-1)[..., None]
    position = np.atleast_1d(wanted) * np.maximum(valued - 1, 0)
    lower = np.floor(position).astype(np.intp)
    upper = np.minimum(lower + 1, np.maximum(valued - 1, 0))
    below, above = np.take_along_axis(order, lower, axis=-1), np.take_along_axis(order, upper, axis=-1)
    share = position - lower
    with np.errstate(invalid="ignore"):
        result = np.where((share == 0.0) | (below == above), below, below + share * (above - below))
    return _number(result if wanted.ndim else result[..., 0])


def undefined_share(values: ArrayLike) -> Any:
    """Return the share of paths whose value is NaN, along the last axis."""
    return _number(np.isnan(np.asarray(values, dtype=np.float64)).mean(axis=-1))


def _losses(losses: ArrayLike) -> FloatArray:
    table = np.asarray(losses, dtype=np.float64)
    if table.ndim == 0 or table.shape[-1] == 0:
        raise ValueError("losses must hold at least one path")
    return table


def _covered(count: int, confidence: float) -> int:
    """Return how many paths, from the mildest up, reach a share `confidence`."""
    if not 0.0 <= confidence <= 1.0:
        raise ValueError(f"confidence must lie in [0, 1], not {confidence}; 95% is 0.95")
    return int(np.ceil(count * confidence - ROUNDING))


def _number(value: Any) -> Any:
    """Return a float for a single statistic, else the array."""
    return float(value) if np.ndim(value) == 0 else value
