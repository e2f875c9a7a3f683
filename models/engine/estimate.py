"""A figure of the simulation with its noise: one shape from the engine to the page, the table and the paper.

The standard error comes from the independent scrambles of the draws (`models.measures.standard_errors`). An estimate
that keeps its value in each scramble can be taken from another one on the same draws: the error of the difference is
then the paired one, which is much smaller than both errors added up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.basis.timeline import Array
from models.measures import risk
from models.measures.standard_errors import by_replicate

Replicate = NDArray[np.int64]
PROBABILITIES = (0.05, 0.50, 0.95)
CONFIDENCE = 0.95
"""Of the tail that is averaged in the loss of the worst futures."""


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error.

    Attributes
    ----------
    value : float
        From all paths, in the unit of whoever holds it; NaN where undefined.
    error : float
        Standard error; NaN where there is none: a fact, an input, the run without shocks.
    each : (replicates,) or None
        From each independent scramble, for paired differences.
    """

    value: float
    error: float = math.nan
    each: Array | None = field(default=None, repr=False, compare=False)

    def __sub__(self, other: Estimate) -> Estimate:
        """Difference; paired where both keep their scrambles, which must then be the same ones."""
        value = self.value - other.value
        if self.each is None or other.each is None:
            return Estimate(value, math.hypot(self.error, other.error))
        return paired(value, self.each - other.each)

    @property
    def is_noise(self) -> bool:
        """Whether it differs from zero by no more than two standard errors."""
        return not abs(self.value) > 2.0 * self.error


NOTHING = Estimate(math.nan)


@dataclass(frozen=True)
class Quantiles:
    """5th, 50th and 95th percentile over paths."""

    p05: Estimate
    p50: Estimate
    p95: Estimate


def paired(value: float, each: ArrayLike, *, omit: bool = False) -> Estimate:
    """Estimate of a figure known in each scramble, (replicates,).

    Parameters
    ----------
    omit : bool
        Leave out scrambles in which the figure is undefined; else one of them leaves the error undefined.
    """
    table = np.asarray(each, dtype=np.float64)
    known = table[np.isfinite(table)] if omit else table
    return Estimate(float(value), standard_error(known), table)


def standard_error(each: ArrayLike) -> float:
    """Standard error of a figure from its value in each scramble, (replicates,); NaN of fewer than two."""
    table = np.asarray(each, dtype=np.float64)
    if len(table) < 2:
        return math.nan
    with np.errstate(invalid="ignore"):
        return float(table.std(ddof=1) / np.sqrt(len(table)))


def of(
    statistic: Callable[[Array], ArrayLike], values: ArrayLike, replicate: Replicate, *, omit: bool = False
) -> Estimate:
    """Any statistic of values (paths,).

    Parameters
    ----------
    statistic : callable
        Works along the last axis: of (paths,) it makes a number, of (replicates, paths of each) one for each.
    replicate : (paths,)
        Independent scramble of each path.
    omit : bool
        As in `paired`.

    Raises
    ------
    ValueError
        If scrambles differ in size.
    """
    table = np.asarray(values, dtype=np.float64)
    return paired(float(np.asarray(statistic(table))), statistic(by_replicate(table, replicate)), omit=omit)


def by_scramble(
    statistic: Callable[[Array], Any], values: Array, replicate: Replicate, *, omit: bool = False
) -> Estimate:
    """Any number made of rows of values (paths, ...), of all of them and of those of each scramble."""
    each = [float(statistic(values[replicate == name])) for name in np.unique(replicate)]
    return paired(float(statistic(values)), each, omit=omit)


def mean(values: ArrayLike, replicate: Replicate) -> Estimate:
    """Mean of values (paths,)."""
    return of(lambda part: part.mean(axis=-1), values, replicate)


def share(condition: ArrayLike, replicate: Replicate) -> Estimate:
    """Share of paths on which a condition (paths,) holds."""
    return mean(np.asarray(condition, dtype=np.float64), replicate)


def quantile(values: ArrayLike, probability: float, replicate: Replicate) -> Estimate:
    """Quantile of values (paths,); a total loss counts, see `models.measures.tails.quantiles`."""
    return of(lambda part: np.asarray(risk.quantiles(part, (probability,)))[..., 0], values, replicate)


def quantiles(values: ArrayLike, replicate: Replicate) -> Quantiles:
    """The three quantiles of values (paths,)."""
    table = np.asarray(values, dtype=np.float64)
    whole, each = (np.asarray(risk.quantiles(v, PROBABILITIES)) for v in (table, by_replicate(table, replicate)))
    return Quantiles(*(paired(float(whole[k]), each[..., k]) for k in range(len(PROBABILITIES))))


def tail(losses: ArrayLike, replicate: Replicate) -> Estimate:
    """Mean of the worst 5% of losses (paths,), losses positive."""
    return of(lambda part: np.asarray(risk.cvar(part, CONFIDENCE)), losses, replicate)


def ratio(top: ArrayLike, bottom: ArrayLike, replicate: Replicate) -> Estimate:
    """Sum over sum of two arrays (paths,); NaN where nothing stands below the line."""
    both = np.stack([np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)])
    return of(_quotient, both, replicate, omit=True)


def _quotient(both: Array) -> Array:
    """Sums along the last axis, first row over second, (2, ...)."""
    above, below = both.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


def flatten(record: object) -> dict[str, Any]:
    """Plain values of a record by name, for tables, JSON and workbooks.

    An estimate ``x`` becomes ``x`` and its error ``x_se``; a record of estimates ``x`` (quantiles) becomes ``x_p05``
    and so on; any other record inside becomes a mapping, tuples of records lists of mappings.
    """
    out: dict[str, Any] = {}
    for part in fields(record):  # type: ignore[arg-type]
        value = getattr(record, part.name)
        if isinstance(value, Estimate):
            out |= {part.name: value.value, f"{part.name}_se": value.error}
        elif _holds_estimates(value):
            out |= {f"{part.name}_{name}": x for name, x in flatten(value).items()}
        else:
            out[part.name] = _plain(value)
    return out


def _holds_estimates(value: object) -> bool:
    if not is_dataclass(value) or isinstance(value, type):
        return False
    return all(isinstance(getattr(value, part.name), Estimate) for part in fields(value))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return flatten(value)
    if isinstance(value, Mapping):
        return {key: _plain(x) for key, x in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(x) for x in value]
    return value
