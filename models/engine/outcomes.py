"""What one path of a claim comes to: a handful of figures a path, so that many paths can be measured block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import Array
from models.claims.registry import Claim, Claims
from models.debt.loan import LoanPaths, LoanTerms
from models.measures import returns


@dataclass(frozen=True, eq=False)
class Outcomes:
    """A claim at one entry price, path by path; USD per unit of the class.

    ``rate`` IRR a year and its ``status`` code, ``multiple`` of money, ``payback`` years, ``npv`` at the hurdle and
    ``cash_npv`` at the common rate, each (paths,); ``mean_net`` and ``mean_paid`` flows (quarters + 1,) averaged over
    the paths; ``controls`` (paths, k) of mean zero, or None; ``replicate`` (paths,) independent scramble of each path.
    """

    rate: Array
    status: NDArray[np.int64]
    multiple: Array
    payback: Array
    npv: Array
    cash_npv: Array
    mean_net: Array
    mean_paid: Array
    controls: Array | None
    replicate: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LoanOutcomes:
    """A loan path by path.

    ``is_defaulted``, ``exposure`` and ``loss`` at default and ``lost``, its value at closing (USD), ``least_dscr`` over
    service quarters, each (paths,); mean principal ``repaid`` by quarter (quarters + 1,), USD.
    """

    terms: LoanTerms
    cost: float
    is_defaulted: NDArray[np.bool_]
    exposure: Array
    loss: Array
    lost: Array
    least_dscr: Array
    repaid: Array
    replicate: NDArray[np.int64]


def outcomes(claim: Claim, premium: float, cash_rate: float, replicate: NDArray[np.int64]) -> Outcomes:
    """Outcomes of a claim bought for ``premium`` USD over cost, par or nothing."""
    flows = claim.flows.with_entry(premium)
    net = flows.net
    rate, status = returns.irr(net)
    return Outcomes(
        rate=rate, status=np.asarray(status),
        multiple=returns.moic(flows.contrib, flows.distrib), payback=returns.payback(net),
        npv=returns.npv(claim.hurdle, net), cash_npv=returns.npv(cash_rate, net),
        mean_net=net.mean(axis=0), mean_paid=flows.contrib.mean(axis=0),
        controls=claim.controls, replicate=replicate,
    )


def loan_outcomes(claims: Claims, replicate: NDArray[np.int64]) -> LoanOutcomes | None:
    """Outcomes of the loan behind the claims; None where no class needed it."""
    if claims.loan is None or claims.loan_terms is None:
        return None
    return outcomes_of_loan(claims.loan_terms, claims.loan, claims.collateral_cost, replicate)


def outcomes_of_loan(terms: LoanTerms, loan: LoanPaths, cost: float, replicate: NDArray[np.int64]) -> LoanOutcomes:
    """Outcomes of a loan; ``cost`` is what the advance rate applies to, USD per unit of collateral."""
    quarter = np.minimum(loan.default_quarter, loan.balance.shape[1])
    coverage = loan.dscr[:, terms.first : terms.last + 1]
    least = np.where(np.isnan(coverage), np.inf, coverage).min(axis=1)
    return LoanOutcomes(
        terms=terms, cost=cost, is_defaulted=loan.is_defaulted, exposure=loan.exposure, loss=loan.loss,
        lost=np.where(loan.is_defaulted, loan.loss * (1.0 + terms.rate_q) ** -quarter.astype(float), 0.0),
        least_dscr=np.where(np.isinf(least), np.nan, least),
        repaid=loan.repaid.mean(axis=0), replicate=replicate,
    )


def pool(blocks: Sequence[Outcomes]) -> Outcomes:
    """Outcomes of blocks of equal size as those of one run."""
    names = ("rate", "status", "multiple", "payback", "npv", "cash_npv")
    return Outcomes(
        **{name: _joined(blocks, name) for name in names},
        mean_net=_mean(blocks, "mean_net"), mean_paid=_mean(blocks, "mean_paid"),
        controls=None if blocks[0].controls is None else _joined(blocks, "controls"),
        replicate=_joined(blocks, "replicate"),
    )


def pool_loan(blocks: Sequence[LoanOutcomes]) -> LoanOutcomes:
    """The same for a loan; its terms are those of every block."""
    names = ("is_defaulted", "exposure", "loss", "lost", "least_dscr", "replicate")
    return LoanOutcomes(
        terms=blocks[0].terms, cost=blocks[0].cost, repaid=_mean(blocks, "repaid"),
        **{name: _joined(blocks, name) for name in names},
    )


def _joined(blocks: Sequence[Outcomes] | Sequence[LoanOutcomes], name: str) -> Any:
    return np.concatenate([getattr(block, name) for block in blocks])


def _mean(blocks: Sequence[Outcomes] | Sequence[LoanOutcomes], name: str) -> Array:
    return np.asarray(np.mean([getattr(block, name) for block in blocks], axis=0))
