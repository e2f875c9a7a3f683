"""What a claim is: flows before the entry premium, and what is needed to price them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.assets.data_center.loan import CenterTerms
from models.assets.data_center.service import CenterLoan
from models.assets.gpu_debt.size import LoanSize
from models.basis.flows import CashFlows
from models.basis.timeline import Array, zero_paths
from models.debt.loan import LoanPaths, LoanTerms
from models.market.simulate import MarketPaths


@dataclass(frozen=True, eq=False)
class Claim:
    """Flows of one claim before the entry premium, with what is needed to price it.

    Attributes
    ----------
    flows : CashFlows
        At cost or par for built assets and loans; without any price for companies.
    hurdle : float
        Required return per year; for a loan its coupon, for levered equity that of the asset below, until its price
        says what its mean neutral flow returns.
    capital : float
        USD committed at cost or par; 0 for companies, whose price is the capital.
    earnings : float
        First-year earnings or revenue a market multiple applies to, USD; 0 where none does.
    multiple : float
        Market multiple.
    exit_values : callable, optional
        What the asset without debt sells for in every quarter, (paths, quarters + 1), computed when asked for.
    controls : array, optional
        Control variates of mean zero, (paths, k), for a mean that a heavy tail makes noisy.
    debt_due : array, optional
        What a sale must repay first, net of reserves, (paths or 1, quarters + 1).
    nothing : str
        Why there is no money in it by its own terms; empty where there is, or may be.
    """

    flows: CashFlows
    hurdle: float
    capital: float
    earnings: float = 0.0
    multiple: float = 0.0
    exit_values: Callable[[], Array] | None = None
    debt_due: Array | None = None
    controls: Array | None = None
    nothing: str = ""


@dataclass(frozen=True, eq=False)
class Claims:
    """All claims of one run, and the loans behind debt; ``loan_size`` says why where nothing is lent.

    ``loan`` is that on the GPU fleet, ``center_loan`` that on the data center.
    """

    by_key: dict[str, Claim]
    loan: LoanPaths | None = None
    loan_terms: LoanTerms | None = None
    loan_size: LoanSize | None = None
    center_loan: CenterLoan | None = None
    center_terms: CenterTerms | None = None

    @property
    def collateral_cost(self) -> float:
        """What the advance rate applies to, USD; 0 without a loan."""
        return 0.0 if self.loan_size is None else self.loan_size.cost


def by_quarter(value: Callable[[int], Array], market: MarketPaths) -> Array:
    """Exit value of a company in every quarter from the first, USD, (paths, quarters + 1)."""
    out = zero_paths(market.paths, market.quarters)
    for t in range(1, market.quarters + 1):
        out[:, t] = value(t)
    return out
