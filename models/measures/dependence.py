"""How assets move together: by ranks over all paths, and by their worst paths alone.

A matrix is (paths, assets), one column per asset, low = bad. Results are (assets, assets). A constant column has no
correlation with anything: NaN, not an error.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.measures.log_ratio import FloatArray, IntArray


def rank_correlation(matrix: ArrayLike) -> FloatArray:
    """Return Spearman's rank correlation of the columns of (paths, assets), ties sharing their mean rank."""
    table = np.asarray(matrix, dtype=np.float64)
    groups = [_tie_groups(column) for column in table.T]
    ranks = np.column_stack([_mid_ranks(order, group, np.ones(len(table))) for order, group in groups])
    return _correlation(np.where(np.isnan(table).any(axis=0), np.nan, ranks), np.ones(len(table)))


def rank_correlation_interval(
    matrix: ArrayLike, generator: np.random.Generator, level: float = 0.95, draws: int = 200
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the bootstrap percentile interval of `rank_correlation`, each (assets, assets).

    Paths are drawn again with replacement, whole rows at a time. Each draw is a count per path, so ranks come from
    the one sort of the original columns.

    Parameters
    ----------
    matrix
        (paths, assets).
    generator
        The source of randomness; the same state gives the same interval.
    level
        Probability inside the interval.
    draws
        Number of resamples.
    """
    table = np.asarray(matrix, dtype=np.float64)
    count = len(table)
    undefined = np.isnan(table).any(axis=0)
    groups = [_tie_groups(column) for column in table.T]
    results = np.empty((draws, table.shape[1], table.shape[1]))
    for draw in range(draws):
        weight = np.bincount(generator.integers(0, count, count), minlength=count).astype(np.float64)
        ranks = np.column_stack([_mid_ranks(order, group, weight) for order, group in groups])
        results[draw] = _correlation(np.where(undefined, np.nan, ranks), weight)
    low, high = np.quantile(results, [0.5 - level / 2.0, 0.5 + level / 2.0], axis=0)
    return low, high


def tail_correlation(matrix: ArrayLike, tail: float = 0.1) -> FloatArray:
    """Return the correlation of the events "this asset is in its own worst `tail` of paths".

    (Pr(both) - tail^2) / (tail (1 - tail)): 1 if bad outcomes always coincide, 0 if independent, at the lowest
    -tail / (1 - tail) if they never do. Paths that tie at the boundary, such as total losses, belong to the tail
    in equal parts, so its probability is exact.

    Parameters
    ----------
    matrix
        (paths, assets), low = bad.
    tail
        Probability of the tail, in (0, 1).
    """
    table = np.asarray(matrix, dtype=np.float64)
    wanted = tail * len(table)
    edge = np.partition(table, int(np.ceil(wanted - 1e-9)) - 1, axis=0)[int(np.ceil(wanted - 1e-9)) - 1]
    below, tied = table < edge, table == edge
    with np.errstate(invalid="ignore", divide="ignore"):
        member = below + tied * (wanted - below.sum(axis=0)) / tied.sum(axis=0)
    return _correlation(np.where(np.isnan(table).any(axis=0), np.nan, member), np.ones(len(table)))


def _tie_groups(column: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the order of a column (paths,) and, in that order, the index of each value's group of equals."""
    order = np.argsort(column, kind="stable")
    ordered = column[order]
    return order, np.concatenate(([0], np.cumsum(ordered[1:] != ordered[:-1])))


def _mid_ranks(order: IntArray, group: IntArray, weight: FloatArray) -> FloatArray:
    """Return mean ranks (paths,) of a sample in which each path appears `weight` times, centered on zero."""
    size = np.bincount(group, weights=weight[order])
    middle = np.cumsum(size) - 0.5 * (size - 1.0)
    ranks = np.empty(len(order))
    ranks[order] = middle[group] - 0.5 * (weight.sum() + 1.0)
    return ranks


def _correlation(columns: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the weighted correlation matrix of (paths, assets)."""
    centered = columns - weight @ columns / weight.sum()
    product = (centered * weight[:, None]).T @ centered
    size = np.sqrt(np.diag(product))
    # A constant column leaves rounding, not variance, behind: compare it with its own scale.
    size[size <= 1e-12 * np.sqrt(weight.sum()) * np.maximum(np.abs(columns).max(axis=0), 1e-300)] = np.nan
    result = np.clip(product / np.outer(size, size), -1.0, 1.0)
    np.fill_diagonal(result, np.where(np.isnan(size), np.nan, 1.0))
    return np.asarray(result)
