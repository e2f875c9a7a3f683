"""One facility against another on the same draws: each figure, the difference, and the error of the difference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.measures import returns
from models.studies.facility.facility import FacilityResult
from models.studies.facility.lender import loss_shares, min_dscr

Rows = NDArray[np.bool_]
Figure = Callable[[FacilityResult, Rows], float]


def _advance(result: FacilityResult, rows: Rows) -> float:
    return result.advance_rate


def _coupon(result: FacilityResult, rows: Rows) -> float:
    return result.terms.coupon


def _return(result: FacilityResult, rows: Rows) -> float:
    return float(returns.irr(result.lender[rows].mean(axis=0)[None, :])[0][0])


def _default(result: FacilityResult, rows: Rows) -> float:
    return float(result.loan.is_defaulted[rows].mean())


def _given_default(result: FacilityResult, rows: Rows) -> float:
    exposed = float(result.loan.exposure[rows].sum())
    return float(result.loan.loss[rows].sum()) / exposed if exposed > 0 else float("nan")


def _loss(result: FacilityResult, rows: Rows) -> float:
    return float(loss_shares(result)["senior"][rows].mean())


def _life(result: FacilityResult, rows: Rows) -> float:
    paid = (result.loan.principal + result.loan.prepaid)[rows]
    when = np.maximum(np.arange(paid.shape[1]) - (result.terms.first - 1), 0) * 0.25
    return float((paid @ when).sum() / paid.sum()) if paid.sum() > 0 else float("nan")


def _loss_rate(result: FacilityResult, rows: Rows) -> float:
    return _loss(result, rows) / _life(result, rows)


def _coverage(result: FacilityResult, rows: Rows) -> float:
    least = min_dscr(result)[rows]
    return float(np.nanmedian(least)) if np.isfinite(least).any() else float("nan")


def _equity(result: FacilityResult, rows: Rows) -> float:
    return float(returns.irr(result.equity[rows].mean(axis=0)[None, :])[0][0])


FIGURES: dict[str, tuple[str, str, Figure]] = {
    "advance": ("Advance rate", "share of cost", _advance),
    "coupon": ("Coupon", "per year", _coupon),
    "return": ("Return of the mean flow", "per year", _return),
    "default": ("Default probability", "share", _default),
    "given_default": ("Loss given default", "share of exposure", _given_default),
    "loss": ("Expected loss", "share of the loan", _loss),
    "loss_rate": ("Expected loss a year", "per year", _loss_rate),
    "life": ("Average life", "years", _life),
    "coverage": ("Median least coverage", "x", _coverage),
    "equity": ("Owner's return of the mean flow", "per year", _equity),
}
"""Figure -> label, unit, and how it is read from some paths of a facility."""


def compare(a: FacilityResult, b: FacilityResult) -> pd.DataFrame:
    """Compare two facilities: figure, label, unit, a, b, difference (b less a) and its standard error.

    On shared draws the error is that of the paired difference, from the independent scrambles; else both errors count.
    """
    everything = np.ones(a.paths, dtype=bool), np.ones(b.paths, dtype=bool)
    is_paired = a.ground.shocks is b.ground.shocks
    rows = []
    for key, (label, unit, figure) in FIGURES.items():
        left, right = figure(a, everything[0]), figure(b, everything[1])
        of_a, of_b = _by_scramble(figure, a), _by_scramble(figure, b)
        error = _error(of_b - of_a) if is_paired else float(np.hypot(_error(of_a), _error(of_b)))
        rows.append((key, label, unit, left, right, right - left, error))
    return pd.DataFrame(rows, columns=["figure", "label", "unit", "a", "b", "difference", "error"])


def _by_scramble(figure: Figure, result: FacilityResult) -> NDArray[np.float64]:
    groups = np.unique(result.replicate)
    return np.array([figure(result, result.replicate == group) for group in groups])


def _error(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else float("nan")
