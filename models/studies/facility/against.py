"""One facility against another on the same draws: each figure, the difference, and the error of the difference."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from models.engine.estimate import Estimate, mean, paired, ratio
from models.studies.facility.facility import FacilityResult
from models.studies.facility.lender import average_life, default_share, irr_of_mean, loss_shares, middle

FIGURES: dict[str, tuple[str, str]] = {
    "advance": ("Advance rate", "share of cost"),
    "coupon": ("Coupon", "per year"),
    "return": ("Return of the mean flow", "per year"),
    "default": ("Default probability", "share"),
    "given_default": ("Loss given default", "share of exposure"),
    "loss": ("Expected loss", "share of the loan"),
    "loss_rate": ("Expected loss a year", "per year"),
    "life": ("Average life", "years"),
    "coverage": ("Median least coverage", "x"),
    "equity": ("Owner's return of the mean flow", "per year"),
}
"""Figure -> label and unit."""


def figures(result: FacilityResult) -> dict[str, Estimate]:
    """What is compared of a facility, by key of `FIGURES`."""
    loan, groups = result.loan, result.replicate
    loss, life = mean(loss_shares(result)["senior"], groups), average_life(result)
    assert loss.each is not None and life.each is not None
    agreed = np.ones(len(loss.each))  # what is agreed is the same on every path
    return {
        "advance": paired(result.advance_rate, result.advance_rate * agreed),
        "coupon": paired(result.terms.coupon, result.terms.coupon * agreed),
        "return": irr_of_mean(result.lender, groups),
        "default": default_share(result),
        "given_default": ratio(loan.loss, loan.exposure, groups),
        "loss": loss,
        "loss_rate": paired(loss.value / life.value, loss.each / life.each, omit=True),
        "life": life,
        "coverage": middle(result.least_dscr, groups),
        "equity": irr_of_mean(result.equity, groups),
    }


def compare(a: FacilityResult, b: FacilityResult) -> pd.DataFrame:
    """Compare two facilities: figure, label, unit, a, b, difference (b less a) and its standard error.

    On shared draws the error is that of the paired difference, from the independent scrambles; else both errors count.
    """
    left, right = figures(a), figures(b)
    rows = []
    for key, (label, unit) in FIGURES.items():
        one, other = left[key], right[key]
        if a.ground.shocks is b.ground.shocks and one.each is not None and other.each is not None:
            error = paired(0.0, other.each - one.each, omit=True).error
        else:
            error = math.hypot(one.error, other.error)
        rows.append((key, label, unit, one.value, other.value, other.value - one.value, error))
    return pd.DataFrame(rows, columns=["figure", "label", "unit", "a", "b", "difference", "error"])
