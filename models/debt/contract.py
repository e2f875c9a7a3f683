"""Credit of the contract behind the loan: who pays, what may end or cut the contract, and what is left then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.assumption import Assumptions, assumption
from models.basis.timeline import DELTA, Array
from models.market.customer import GRADES

FACILITY_GRADES = GRADES | {"sovereign": "sovereign", "merchant": "no contract (merchant)"}


class ContractCredit(Assumptions):
    """Credit terms by grade, and what the contract promises when things change."""

    ig_spread: float = assumption(
        0.0225, unit="per year", low=0.005, high=0.10, step=0.0025, symbol="spread (IG)", status="fact",
        label="Spread, investment grade", source="gpu_debt_deals-006",
        help="Spread of a loan on a contract with an investment-grade customer.",
    )
    non_ig_spread: float = assumption(
        0.0500, unit="per year", low=0.02, high=0.15, step=0.0025, symbol="spread (non-IG)", status="assumption",
        label="Spread, below investment grade", source="gpu_debt_deals-009",
        help="Spread of a loan on a contract below investment grade: 450 to 550 bp were quoted in 2026.",
    )
    sovereign_spread: float = assumption(
        0.0275, unit="per year", low=0.01, high=0.10, step=0.0025, symbol="spread (sovereign)",
        label="Spread, sovereign", source="judgment", help="Spread of a loan on a contract with a state.",
    )
    merchant_spread: float = assumption(
        0.065, unit="per year", low=0.02, high=0.15, step=0.0025, symbol="spread (merchant)", status="assumption",
        label="Spread, merchant", source="gpu_debt_deals-030", help="Spread of a loan without a contract.",
    )
    sovereign_advance: float = assumption(
        0.80, unit="share of cost", low=0.3, high=0.9, step=0.05, symbol="λ_A (sovereign)",
        label="Highest advance, sovereign", source="judgment",
        help="Largest share of cost lent on a contract with a state, whatever the facility asks.",
    )
    merchant_advance: float = assumption(
        0.60, unit="share of cost", low=0.2, high=0.9, step=0.05, symbol="λ_A (merchant)", status="assumption",
        label="Highest advance, merchant", source="gpu_debt_deals-037",
        help="Largest share of cost lent without a contract, whatever the facility asks.",
    )
    sovereign_default: float = assumption(
        0.002, unit="events per year", low=0.0, high=0.03, step=0.001, symbol="λ0 sovereign",
        label="Sovereign default rate", source="judgment", help="Chance that a state fails to pay within a year.",
    )
    cliff_rate: float = assumption(
        0.06, unit="events per year", low=0.0, high=0.3, step=0.01, symbol="λ_c (contract)",
        label="Sovereign cliff", source="judgment",
        help="Chance that a state ends its program within a year, and the contract with it after notice.",
    )
    notice_quarters: int = assumption(
        4, unit="quarters", low=0, high=12, step=1, symbol="notice (contract)", label="Notice of a cliff",
        source="judgment", help="Quarters a state still pays after it has ended its program.",
    )
    take_or_pay: float = assumption(
        1.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="take-or-pay", label="Take-or-pay share",
        source="s16_coreweave",
        help="Share of the contract paid whether compute is used or not; the rest is paid as machines are used.",
    )
    termination_quarters: float = assumption(
        0.0, unit="quarters", low=0.0, high=12.0, step=1.0, symbol="termination", label="Termination payment",
        source="judgment", help="Quarters of contract revenue due when the customer leaves.",
    )
    termination_recovery: float = assumption(
        0.4, unit="share", low=0.0, high=1.0, step=0.05, symbol="R (termination)", status="assumption",
        label="Recovered of it from a failed customer", source="macro-014",
        help="Share of the termination payment that a customer in default still pays; a state pays in full.",
    )
    renegotiation_rate: float = assumption(
        0.0, unit="events per year", low=0.0, high=2.0, step=0.05, symbol="λ_r", label="Renegotiation",
        source="judgment", help="Chance of renegotiation within a year, at rents below the tolerated gap by 100%.",
    )
    renegotiation_gap: float = assumption(
        0.3, unit="share", low=0.0, high=0.8, step=0.05, symbol="gap", label="Tolerated gap",
        source="judgment", help="How much cheaper than the contract the market may be before the customer asks.",
    )
    concession: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="concession", label="Concession",
        source="judgment", help="Share of the gap to the market rent that the new contract price gives up.",
    )

    def highest_advance(self, grade: str) -> float | None:
        """Limit of the advance rate by grade, share of cost; None where the grade sets none."""
        return {"sovereign": self.sovereign_advance, "merchant": self.merchant_advance}.get(grade)

    def spread(self, grade: str) -> float:
        """Spread by grade, per year."""
        return {
            "ig": self.ig_spread, "non_ig": self.non_ig_spread, "sovereign": self.sovereign_spread,
            "merchant": self.merchant_spread,
        }[grade]


class ContractPaths(NamedTuple):
    """What became of a contract, (paths or 1, quarters + 1).

    ``price_factor``: contract price over the agreed one; ``cash``: change of cash flow against a contract that is paid
    in full, USD per unit, termination payments included.
    """

    price_factor: Array
    cash: Array


class ContractTerms(NamedTuple):
    """Contract of one unit: price USD/h, contracted share, hours x availability a quarter, first and last quarter."""

    price: float
    contracted: float
    hours: float
    first: int
    last: int


def sovereign_pays(credit: ContractCredit, pays: NDArray[np.bool_], policy_u: Array) -> NDArray[np.bool_]:
    """Payment ends with default, or notice after the cliff; the cliff shares its draw with the programs."""
    t = np.arange(pays.shape[1])
    if credit.cliff_rate <= 0.0:
        return pays
    cliff = np.ceil(-np.log(policy_u) / (credit.cliff_rate * DELTA)) + credit.notice_quarters
    return np.asarray(pays & (t[None, :] < cliff[:, None]))


def renegotiated_prices(
    credit: ContractCredit, terms: ContractTerms, price: Array, pays: NDArray[np.bool_], uniform: Array
) -> Array:
    """Contract price over the agreed one, (paths or 1, quarters + 1).

    Parameters
    ----------
    price : (paths, quarters + 1)
        Market rent, USD/h.
    uniform : (paths,)
        One draw a path; the customer renegotiates when cumulative hazard reaches -ln U.
    """
    if credit.renegotiation_rate <= 0.0 or terms.contracted <= 0.0:
        return np.ones((1, price.shape[1]))
    t = np.arange(price.shape[1])
    in_term = (t >= terms.first) & (t <= terms.last)
    cheaper = 1.0 - price / terms.price
    hazard = credit.renegotiation_rate * np.maximum(cheaper - credit.renegotiation_gap, 0.0) * in_term * pays
    reached = DELTA * np.cumsum(hazard, axis=1) >= -np.log(uniform)[:, None]
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), price.shape[1])
    rows = np.minimum(first, price.shape[1] - 1)
    cut = credit.concession * np.maximum(cheaper[np.arange(len(rows)), rows], 0.0)
    return np.where(t[None, :] >= first[:, None], 1.0 - cut[:, None], 1.0)


def contract_paths(
    credit: ContractCredit, grade: str, terms: ContractTerms, price: Array, used: Array, pays: NDArray[np.bool_],
    uniform: Array,
) -> ContractPaths | None:
    """What renegotiation, take-or-pay and termination change; None when the contract is paid in full whatever happens.

    Parameters
    ----------
    used : (paths, quarters + 1)
        Utilization over its level in balance; a contract without take-or-pay is paid in this proportion, at most fully.
    pays : (paths, quarters + 1)
    """
    plain = credit.take_or_pay >= 1.0 and credit.renegotiation_rate <= 0.0 and credit.termination_quarters <= 0.0
    if plain or terms.contracted <= 0.0:
        return None
    t = np.arange(price.shape[1])
    in_term = ((t >= terms.first) & (t <= terms.last))[None, :] & pays
    factor = renegotiated_prices(credit, terms, price, pays, uniform)
    full = terms.hours * terms.contracted * terms.price
    volume = credit.take_or_pay + (1.0 - credit.take_or_pay) * np.minimum(used, 1.0)
    cash = np.where(in_term, full * (factor * volume - 1.0), 0.0)
    return ContractPaths(factor, cash + _termination(credit, grade, terms, full, pays, t))


def _termination(
    credit: ContractCredit, grade: str, terms: ContractTerms, full: float, pays: NDArray[np.bool_], t: NDArray[np.int64]
) -> Array:
    """Paid once, in the quarter in which the customer has left before the end of the term."""
    left = ~pays & np.concatenate([np.ones((len(pays), 1), dtype=bool), pays[:, :-1]], axis=1)
    due = np.minimum(credit.termination_quarters, np.maximum(terms.last - t + 1, 0)) * full
    share = 1.0 if grade == "sovereign" else credit.termination_recovery
    return np.where(left & (t >= terms.first), share * due, 0.0)
