"""Measures of a loan: default, loss, average life and coverage, from what becomes of it path by path."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center.loan import CenterTerms
from models.assets.data_center.service import CenterLoan
from models.basis.timeline import DELTA, Array
from models.claims import data_center, gpu_debt, llm_developer
from models.claims.registry import Claim, Claims
from models.debt.loan import LoanPaths, LoanTerms, least_coverage, loan_life
from models.engine.estimate import PROBABILITIES
from models.engine.measures import DebtMeasures, Quantiles
from models.measures import risk


@dataclass(frozen=True, eq=False)
class LoanOutcomes:
    """A loan path by path.

    ``is_defaulted``, ``exposure`` and ``loss`` at default and ``lost``, its value at closing (USD), ``least_dscr`` over
    service quarters, each (paths,); mean ``balance`` by quarter (quarters + 1,), USD, of which ``life`` makes an
    average life, years. ``cost`` is what the advance rate applies to, USD; ``lab_fails`` (paths,) whether the simulated
    LLM developer does while the loan runs, empty where it is not valued.
    """

    principal: float
    coupon: float
    cost: float
    is_defaulted: NDArray[np.bool_]
    exposure: Array
    loss: Array
    lost: Array
    least_dscr: Array
    balance: Array
    life: Callable[[Array], float]
    replicate: NDArray[np.int64]
    lab_fails: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def defaults(self, lab_fails: bool) -> Array:
        """What each path adds to the share of loans that default where the lab fails, or where it lasts, (paths,).

        Their mean is that share and their spread its noise; NaN where there is no such future.
        """
        asked = self.lab_fails == lab_fails
        if not asked.any() or not self.principal > 0.0:
            return np.full(len(self.replicate), np.nan)
        share = self.is_defaulted[asked].mean()
        return np.asarray(share + np.where(asked, self.is_defaulted - share, 0.0) / asked.mean())


def loan_outcomes(
    key: str, claims: Claims, replicate: NDArray[np.int64], lab: Claim | None = None
) -> LoanOutcomes | None:
    """Outcomes of the loan that a class or variant is; None where it is none."""
    last = None
    if key == gpu_debt.KEY and claims.loan is not None and claims.loan_terms is not None:
        last = claims.loan_terms.last
        loan = outcomes_of_loan(claims.loan_terms, claims.loan, claims.collateral_cost, replicate)
    elif key == data_center.LOAN and claims.center_loan is not None and claims.center_terms is not None:
        loan = _outcomes_of_center(claims.center_terms, claims.center_loan, replicate)
    else:
        return None
    return loan if lab is None else replace(loan, lab_fails=llm_developer.has_failed(lab.flows, last))


def outcomes_of_loan(terms: LoanTerms, loan: LoanPaths, cost: float, replicate: NDArray[np.int64]) -> LoanOutcomes:
    """Outcomes of a loan; ``cost`` is what the advance rate applies to, USD per unit of collateral."""
    return LoanOutcomes(
        principal=terms.principal, coupon=terms.coupon, cost=cost, is_defaulted=loan.is_defaulted,
        exposure=loan.exposure, loss=loan.loss, lost=_lost(terms.rate_q, loan), least_dscr=least_coverage(terms, loan),
        balance=loan.balance.mean(axis=0), life=partial(loan_life, terms), replicate=replicate,
    )


def _outcomes_of_center(terms: CenterTerms, loan: CenterLoan, replicate: NDArray[np.int64]) -> LoanOutcomes:
    return LoanOutcomes(
        principal=terms.principal, coupon=terms.coupon, cost=terms.cost, is_defaulted=loan.is_defaulted,
        exposure=loan.exposure, loss=loan.loss, lost=_lost(terms.coupon * DELTA, loan), least_dscr=loan.least_dscr,
        balance=loan.balance.mean(axis=0), life=terms.average_life, replicate=replicate,
    )


def _lost(rate_q: float, loan: LoanPaths | CenterLoan) -> Array:
    """Loss at default, discounted at the coupon to closing, USD, (paths,)."""
    quarter = np.minimum(loan.default_quarter, loan.balance.shape[1])
    return np.where(loan.is_defaulted, loan.loss * (1.0 + rate_q) ** -quarter.astype(float), 0.0)


def pooled_loan(blocks: Sequence[LoanOutcomes]) -> LoanOutcomes:
    """The loan on many paths from blocks of equal size; its terms are those of every block."""
    names = ("is_defaulted", "exposure", "loss", "lost", "least_dscr", "replicate", "lab_fails")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(block, name) for block in blocks]) for name in names
    }
    balance = np.asarray(np.mean([block.balance for block in blocks], axis=0))
    return replace(blocks[0], **joined, balance=balance)


def measure_loan(terms: LoanTerms, loan: LoanPaths, cost: float, replicate: NDArray[np.int64]) -> DebtMeasures:
    """Measure what only a lender asks: default, loss, life and coverage.

    ``cost`` is what the advance rate applies to, USD per unit of collateral.
    """
    return measured_loan(outcomes_of_loan(terms, loan, cost, replicate))


def measured_loan(loan: LoanOutcomes) -> DebtMeasures:
    """Measures of a loan from its outcomes; undefined but for size and coupon where nothing is lent."""
    replicate, least = loan.replicate, loan.least_dscr
    funded = loan.principal if loan.principal > 0 else math.nan
    defaulted = np.where(funded > 0, loan.is_defaulted, math.nan)  # what is not lent cannot default
    lost, exposure = loan.lost / funded, float(loan.exposure.sum())
    values, errors = risk.quantiles(least, PROBABILITIES), risk.quantile_standard_error(least, PROBABILITIES, replicate)
    fails, lasts = (loan.defaults(fate) for fate in (True, False))
    reasons = {}
    if not exposure > 0.0:
        reasons["loss_given_default"] = "the loan defaults in no future"
    if np.isnan(fails).all():
        reasons["default_probability_lab_fails"] = "the simulated LLM developer fails in no future while the loan runs"
    if np.isnan(lasts).all():
        reasons["default_probability_lab_lasts"] = "the simulated LLM developer outlasts the loan in no future"
    return DebtMeasures(
        default_probability=float(defaulted.mean()),
        default_probability_se=risk.mean_standard_error(defaulted, replicate),
        loss_given_default=float(loan.loss.sum()) / exposure if exposure > 0 else float("nan"),
        expected_loss=float(lost.mean()),
        expected_loss_se=risk.mean_standard_error(lost, replicate),
        wal_years=loan.life(loan.balance),
        min_dscr=Quantiles(*(float(x) for x in (*values, *errors))),
        advance_rate=loan.principal / loan.cost,
        coupon=loan.coupon,
        default_probability_lab_fails=float(fails.mean()),
        default_probability_lab_fails_se=risk.mean_standard_error(fails, replicate),
        default_probability_lab_lasts=float(lasts.mean()),
        default_probability_lab_lasts_se=risk.mean_standard_error(lasts, replicate),
        undefined=reasons,
    )
