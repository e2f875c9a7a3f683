"""Explanations every distribution shares: a quantile lies between two paths, an error comes from the scrambles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.basis.timeline import Array
from models.explain.equation import Equation
from models.explain.registry import Reader, UnknownPath, neighbors

PROBABILITY = {"p05": 0.05, "p50": 0.50, "p95": 0.95}
_WORDS = {"p05": "5th percentile", "p50": "median", "p95": "95th percentile"}


def quantile_equation(
    reader: Reader, label: str, unit: str, values: Array, pxx: str, value: float, error: float | None,
    path_of: Callable[[int], str], beside: tuple[str, ...] = (),
) -> Equation:
    """Explain a quantile of (paths,) as the number between two ordered paths, so that one future can be read whole.

    Parameters
    ----------
    value, error : float
        As the evaluation states them.
    path_of : callable
        Path of the explanation of one row.
    """
    name = f"{label}, {_WORDS[pxx]}" if reader.paths > 1 else label
    if np.isnan(values).all():
        return Equation(name, value, unit, "Undefined on every path.", "", {"draws": "draws"}, "given", beside)
    lower, upper, share = neighbors(values, PROBABILITY[pxx])
    place = f"Ordered over {reader.paths:,} paths, this place"
    if lower == upper:
        words = f"{place} is taken by path {lower:,}." if reader.paths > 1 else "The one path."
        one = {"x": path_of(lower)}
        return Equation(name, value, unit, words, "x", one, beside=beside, standard_error=known(error))
    return Equation(
        name, value, unit, f"{place} lies between path {lower:,} and path {upper:,}.",
        f"{1.0 - share:.12g}·lower + {share:.12g}·upper", {"lower": path_of(lower), "upper": path_of(upper)},
        beside=beside, standard_error=known(error),
    )


def error_equation(reader: Reader, label: str, unit: str, value: float, prefix: str) -> Equation:
    """Explain a standard error as the spread of the figure over independent scrambles."""
    groups = np.unique(reader.evaluation.replicate)
    if len(groups) < 2:
        return Equation(f"{label}, standard error", value, unit, "One path has no sampling error.", "",
                        {"draws": "draws"}, "draw")
    return Equation(
        f"{label}, standard error", value, unit,
        f"The figure is computed once for each of {len(groups)} independent scrambles of the draws; their standard "
        "deviation over the root of their number is its error.",
        f"sd(x)/√({len(groups)})", {"x": tuple(f"{prefix}.scramble{group}" for group in groups)},
    )


def scramble_equation(
    reader: Reader, label: str, unit: str, values: Array, group: int, statistic: Callable[[Array], float]
) -> Equation:
    """Explain the estimate of one scramble; ``statistic`` takes its values (paths of it,)."""
    rows = reader.evaluation.replicate == group
    if not rows.any():
        raise UnknownPath(f"scrambles run from 0 to {int(reader.evaluation.replicate.max())}")
    return Equation(
        f"{label}, scramble {group}", float(statistic(values[rows])), unit,
        f"The same figure from the {int(rows.sum()):,} paths of one scramble alone.", "", {"draws": "draws"}, "draw",
    )


def known(error: float | None) -> float | None:
    """Standard error, None where it is not known."""
    return None if error is None or np.isnan(error) else float(error)
