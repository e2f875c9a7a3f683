"""The terms of a loan on a data center: what is lent, at what rate, and the level service that repays it.

It is drawn with construction, repaid from rent, and leaves a balloon at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center.building import DataCenter
from models.assets.data_center.leasing import Leasing
from models.basis.assumption import Assumptions, assumption
from models.basis.shocks import COHORTS
from models.basis.timeline import DELTA, Array

DUST = 0.01
"""Share of the build cost below which a loan counts as none."""


class ConstructionLoan(Assumptions):
    """The lender's terms, and what becomes of the keys."""

    loan_to_cost: float = assumption(
        0.65, unit="share", low=0.0, high=0.75, step=0.05, symbol="LTC",
        label="Loan to cost, at most", source="judgment",
        help="Largest share of the budgeted cost, less public money, that the loan pays; what signed leases can serve "
        "may allow less.",
    )
    sizing_dscr: float = assumption(
        1.30, unit="x", low=1.10, high=2.0, step=0.05, symbol="DSCR*",
        label="Coverage at closing", source="judgment",
        help="First-year income of the leases signed before delivery over level debt service, at least; 1.25 to 1.35 "
        "is usual.",
    )
    amortization_years: float = assumption(
        25.0, unit="years", low=10.0, high=40.0, step=1.0, symbol="n_A",
        label="Amortization", source="judgment",
        help="Years over which level debt service from delivery on would repay it; what is left is due at the sale.",
    )
    spread_ig: float = assumption(
        0.03, unit="per year", low=0.015, high=0.06, step=0.0025, symbol="DC spread IG",
        label="Loan spread, IG tenant", source="judgment",
        help="Margin over the base rate where the anchor tenant is investment grade.",
    )
    spread_non_ig: float = assumption(
        0.045, unit="per year", low=0.015, high=0.075, step=0.0025, symbol="DC spread non-IG",
        label="Loan spread, other tenants", source="judgment",
        help="Margin over the base rate where the anchor tenant is below investment grade.",
    )
    walk_away: float = assumption(
        1.0, unit="share", low=0.0, high=1.2, step=0.05, symbol="walk",
        label="Value at which the owner walks", source="judgment",
        help="The owner stops paying into a building worth less than this share of what is owed; below 100% it pays "
        "for the chance of a recovery.",
    )
    forced_sale: float = assumption(
        0.20, unit="share", low=0.0, high=0.6, step=0.05, symbol="forced sale",
        label="Cut in a forced sale", source="judgment",
        help="How much less than its value a building brings that a lender sells.",
    )
    sale_lag: int = assumption(
        4, unit="quarters", low=0, high=8, step=1, symbol="lag DC",
        label="Time to sell the keys", source="judgment",
        help="Quarters from the handover to the money of the forced sale.",
    )


@dataclass(frozen=True)
class CenterTerms:
    """Resolved terms on one MW: ``principal``, budgeted ``cost`` USD, ``coupon`` per year, level ``service`` a quarter.

    ``nothing`` says why nothing is lent; empty where something is.
    """

    principal: float
    cost: float
    coupon: float
    service: float
    nothing: str = ""

    def average_life(self, balance: Array) -> float:
        """Years a dollar lent is out: mean balance over time, (quarters + 1,), per dollar; what is lost counts too."""
        return float(balance.sum() * DELTA / self.principal) if self.principal > 0.0 else float("nan")


def level_constant(rate_q: float, years: float) -> float:
    """Level payment a quarter per dollar that repays a loan over so many years."""
    count = 4.0 * years
    return 1.0 / count if rate_q == 0.0 else rate_q / (1.0 - (1.0 + rate_q) ** -count)


def signed_income(center: DataCenter, leasing: Leasing) -> float:
    """First-year income of the leases signed before delivery, less the cost of the rest while empty, USD per MW."""
    let = round(center.prelease * COHORTS) / COHORTS
    return let * center.rent * leasing.noi_margin - (1.0 - let) * leasing.fixed_cost


def sized(
    loan: ConstructionLoan, center: DataCenter, leasing: Leasing, base_rate: float, promised: float = 0.0
) -> CenterTerms:
    """Terms that satisfy both tests of the lender: share of the budgeted cost, and coverage by signed leases.

    ``promised`` public money, USD, pays its part of the cost first: the loan is a share of the rest.
    """
    coupon = base_rate + (loan.spread_ig if center.tenant == "ig" else loan.spread_non_ig)
    constant = level_constant(coupon * DELTA, loan.amortization_years)
    covered = max(DELTA * signed_income(center, leasing) / (loan.sizing_dscr * constant), 0.0)
    principal = min(loan.loan_to_cost * max(center.capex - promised, 0.0), covered)
    if principal < DUST * center.capex:
        why = "the loan to cost is none" if loan.loan_to_cost < DUST else (
            "the leases signed before delivery cannot serve a loan" if covered < DUST * center.capex else
            "public money pays for the building")
        return CenterTerms(0.0, center.capex, coupon, 0.0, f"nothing is lent: {why}")
    return CenterTerms(principal, center.capex, coupon, constant * principal)


def planned_interest(terms: CenterTerms, draws: Array, opening: NDArray[np.int64]) -> Array:
    """Interest where every payment is made, (paths, quarters + 1), USD: what the owner deducts from taxable profit."""
    latest = int(opening.max())
    out = np.zeros((latest + 1, len(draws)))
    for opens in range(latest + 1):
        balance = 0.0
        for t, draw in enumerate(draws):
            out[opens, t] = balance * terms.coupon * DELTA
            paid = min(balance, max(terms.service - out[opens, t], 0.0)) if t > opens else 0.0
            balance += draw - paid
    return out[opening]
