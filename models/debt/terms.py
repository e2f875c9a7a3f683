"""Resolved terms of one loan: the numbers a term sheet ends in, per unit of collateral."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.timeline import DELTA, Array


@dataclass(frozen=True)
class Refinancing:
    """What a new lender asks at maturity: loan-to-value, coverage (x), margin per year over the old one, quarters."""

    loan_to_value: float
    coverage: float
    margin: float
    quarters: int


@dataclass(frozen=True, eq=False)
class LoanTerms:
    """Terms of one loan, per unit of collateral.

    ``principal`` USD committed; ``coupon`` and ``reserve_rate`` per year, simple; ``first`` and ``last`` service
    quarter; ``amortization`` level, straight or sculpted; ``balloon`` share of the opening balance due at the
    end; ``reserve_quarters`` of debt service held; ``lockup``, ``event_of_default`` DSCR tests; ``sweep`` share of
    excess that prepays; ``ltv_cap`` traps cash above it (None: off); ``cures`` the most the sponsor may make (None: any
    number) and ``cure_cover``, how many times what it pays in it must keep;
    ``fire_sale``, ``sale_cost`` cuts of collateral value, ``recovery_lag`` quarters, ``contract_recovery`` share of
    the contract claim; ``guarantee`` share of the loss a state pays in
    each quarter, (paths or 1, quarters + 1), or one share throughout; ``mezz_principal``, ``mezz_coupon`` and
    ``pays_in_kind`` of a junior tranche; ``interest_subsidy`` per year that a program pays beside the coupon.

    ``draws`` equal draws at the end of quarters 0, 1, ...; ``upfront_fee`` and ``discount`` (OID) shares of the
    commitment, ``undrawn_fee`` and ``agent_fee`` per year; ``capitalizes`` interest and undrawn fees until service
    begins (else equity pays them); ``funds_reserve`` at closing (else it is built from cash); ``accelerates``: an
    event of default calls the loan; ``early_*``: triggers of early amortization (None: off).

    ``serves`` share of each quarter's planned cash that may serve the loan, one over the coverage asked,
    (quarters + 1,); None where no coverage is asked.

    ``base`` expected base rate of each quarter per year, (quarters + 1,); None where the coupon does not move.
    ``hedged`` share of the balance swapped to a fixed rate, ``is_super_senior`` whether the swap ranks first.
    """

    principal: float
    coupon: float
    first: int
    last: int
    amortization: str
    balloon: float
    reserve_quarters: float
    reserve_rate: float
    lockup: float
    event_of_default: float
    sweep: float
    ltv_cap: float | None
    cures: int | None
    cure_cover: float
    fire_sale: float
    sale_cost: float
    recovery_lag: int
    contract_recovery: float
    guarantee: Array | float = 0.0
    mezz_principal: float = 0.0
    mezz_coupon: float = 0.0
    pays_in_kind: bool = False
    interest_subsidy: float = 0.0
    draws: int = 1
    upfront_fee: float = 0.0
    discount: float = 0.0
    undrawn_fee: float = 0.0
    agent_fee: float = 0.0
    capitalizes: bool = True
    funds_reserve: bool = True
    accelerates: bool = False
    early_dscr: float | None = None
    early_ltv: float | None = None
    early_customer: bool = False
    serves: Array | None = None
    base: Array | None = None
    hedged: float = 0.0
    is_super_senior: bool = False
    refinancing: Refinancing | None = None

    @property
    def rate_q(self) -> float:
        """Coupon a quarter at closing."""
        return self.coupon * DELTA

    @property
    def charges(self) -> bool:
        """Whether the lender takes fees in cash or keeps part of a draw."""
        is_paid = self.undrawn_fee > 0.0 and self.draws > 1 and not self.capitalizes
        return self.upfront_fee > 0.0 or self.discount > 0.0 or is_paid

    @property
    def is_floating(self) -> bool:
        """Whether the coupon moves with a base rate."""
        return self.base is not None

    def rates_q(self, quarters: int) -> Array:
        """Coupon expected at closing for each quarter, per quarter, (quarters + 1,)."""
        if self.base is None:
            return np.full(quarters + 1, self.rate_q)
        return np.asarray((self.coupon + self.base - self.base[0]) * DELTA)[: quarters + 1]

    def drawn(self, amount: float, quarters: int) -> Array:
        """Equal draws of an amount, USD, (quarters + 1,); no draw falls after service begins."""
        out = np.zeros(quarters + 1)
        count = max(1, min(self.draws, self.first, quarters + 1))
        out[:count] = amount / count
        return out

    def ramp_fees(self, quarters: int) -> Array:
        """Upfront fee at closing and the fee on what is not drawn yet, USD, (quarters + 1,)."""
        out = np.zeros(quarters + 1)
        undrawn = self.principal - np.cumsum(self.drawn(self.principal, quarters))
        out[1:] = np.where(np.arange(1, quarters + 1) < self.first, undrawn[:-1] * self.undrawn_fee * DELTA, 0.0)
        out[0] = self.upfront_fee * self.principal
        return out

    @property
    def opening_balance(self) -> float:
        """Balance expected when service begins: interest and undrawn fees are capitalized until then."""
        if self.draws == 1 and self.base is None and self.capitalizes:
            return float(self.principal * (1.0 + self.rate_q) ** (self.first - 1))
        n = self.first
        rates, draws, fees = self.rates_q(n), self.drawn(self.principal, n), self.ramp_fees(n)
        balance = float(draws[0])
        for t in range(1, self.first):
            balance += float(draws[t] + (balance * rates[t] + fees[t] if self.capitalizes else 0.0))
        return balance

    @property
    def mezz_opening(self) -> float:
        """Balance of the mezzanine when service begins, USD."""
        draws = self.drawn(self.mezz_principal, self.first)
        left = np.maximum(self.first - 1 - np.arange(self.first + 1), 0)
        return float((draws * (1.0 + self.mezz_coupon * DELTA) ** left).sum())
