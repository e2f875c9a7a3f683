"""Runs a loan on a special-purpose vehicle: terms and schedule in, every claimant's cash on every path out.

Default and recovery come from the same paths: the price that starves cash flow also sets the value of the collateral.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import over_paths, time_major
from models.basis.timeline import DELTA, Array
from models.debt.kernel import waterfall
from models.debt.ledger import STEPS, LoanInputs, LoanOut, LoanRules
from models.debt.rates import RatePaths, fair_swap_rate, termination_values
from models.debt.schedule import (
    level_payment,
    liquidation_split,
    loan_to_value,
    minimum_dscr,
    scheduled_principal,
    sculpted_capacity,
)
from models.debt.terms import LoanTerms, Refinancing

__all__ = [
    "LoanPaths", "LoanTerms", "Refinancing", "level_payment", "liquidation_split", "loan_to_value", "minimum_dscr",
    "run_waterfall", "scheduled_principal", "sculpted_capacity", "weighted_average_life",
]


@dataclass(frozen=True, eq=False)
class LoanPaths:
    """Result of the waterfall; arrays (paths, quarters + 1) in USD unless said otherwise.

    ``lender``, ``mezzanine`` and ``equity`` receipts (equity negative when it cures), ``interest``, ``principal`` paid,
    ``prepaid``, ``balance`` closing, the same for the mezzanine, ``reserve`` and ``trap`` closing, ``dscr`` NaN without
    service, ``unpaid`` operating cost, ``recovery`` received, ``reserve_income``, ``cure`` paid in, ``sale`` proceeds,
    ``guarantee`` paid by the state, ``written_off`` mezzanine, ``rule`` bits of what fired (``ledger.LOCKUP`` ...),
    ``capitalized`` interest and fees added to the balance, ``lender_fees`` paid in cash, ``agent`` fee, ``swap`` net
    receipts of the swap bank, ``refinance`` net receipts of the
    lender that refinances the balloon and ``refi_balance`` owed to it;
    ``default_quarter`` (paths,) beyond the horizon if none, ``exposure`` and ``loss`` at default (paths,), ``log``
    (quarters + 1, steps, 2) due and paid of each step when asked for.
    """

    lender: Array
    mezzanine: Array
    equity: Array
    interest: Array
    principal: Array
    prepaid: Array
    balance: Array
    mezz_balance: Array
    mezz_interest: Array
    mezz_principal: Array
    reserve: Array
    trap: Array
    dscr: Array
    unpaid: Array
    recovery: Array
    reserve_income: Array
    cure: Array
    sale: Array
    guarantee: Array
    written_off: Array
    rule: Array
    capitalized: Array
    lender_fees: Array
    agent: Array
    swap: Array
    refinance: Array
    refi_balance: Array
    default_quarter: NDArray[np.int64]
    exposure: Array
    loss: Array
    log: Array

    @property
    def repaid(self) -> Array:
        """Principal paid on schedule or before it, (paths, quarters + 1), USD."""
        return np.asarray(self.principal + self.prepaid)

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether the loan defaulted on a path, (paths,)."""
        return np.asarray(self.default_quarter < self.balance.shape[1])


def run_waterfall(
    terms: LoanTerms, cfads: Array, plan: Array, value: Array, claim: Array, *, log: bool = False,
    rates: RatePaths | None = None, lost: NDArray[Any] | None = None,
) -> LoanPaths:
    """Run the quarterly waterfall on every path.

    Parameters
    ----------
    cfads : (paths, quarters + 1)
        Cash flow available for debt service, USD; column 0 is ignored.
    plan : (service quarters,)
        Scheduled principal without prepayment.
    value, claim : (paths, quarters + 1)
        Collateral value and contract claim, USD.
    log : bool
        Keep what was due and paid at each step; for a single path only.
    rates : RatePaths, optional
        Base rate a floating loan meets; the expected curve when omitted.
    lost : (paths or 1, quarters + 1), optional
        Whether the customer is gone; never when omitted.

    Notes
    -----
    Performing quarters balance as cfads + reserve income + cure = lender + mezzanine + equity + swap + agent +
    new lender + change of reserves; the quarter of default adds sale and unpaid operating cost.
    Everything later belongs to the buyer of the collateral.
    """
    paths, quarters = cfads.shape[0], cfads.shape[1] - 1
    inputs = _inputs(terms, plan, cfads, value, claim, rates, lost)
    out = LoanOut(*(np.zeros((quarters + 1, paths)) for _ in LoanOut._fields))
    out.dscr.fill(np.nan)
    default_quarter = np.full(paths, quarters + 1, dtype=np.int64)
    exposure, loss = np.zeros(paths), np.zeros(paths)
    steps = np.zeros((quarters + 1 if log and paths == 1 else 0, len(STEPS), 2))
    rules = _rules(terms, plan, quarters)
    over_paths(waterfall, paths, rules, inputs, out, default_quarter, exposure, loss, steps)
    return LoanPaths(
        default_quarter=default_quarter, exposure=exposure, loss=loss, log=steps,
        **{name: array.T for name, array in zip(LoanOut._fields, out, strict=True)},
    )


def _inputs(
    terms: LoanTerms, plan: Array, cfads: Array, value: Array, claim: Array, rates: RatePaths | None,
    lost: NDArray[Any] | None,
) -> LoanInputs:
    quarters = cfads.shape[1] - 1
    expected = terms.rates_q(quarters)[:, None]
    if terms.base is None or rates is None:
        base = terms.base[: quarters + 1, None] * DELTA if terms.base is not None else np.zeros((quarters + 1, 1))
        rate = expected
    else:
        base = time_major(rates.base) * DELTA
        rate = expected + base - terms.base[: quarters + 1, None] * DELTA
    termination = np.zeros((quarters + 1, 1))
    if terms.hedged and terms.base is not None and rates is not None:
        termination = termination_values(terms, plan, rates)
    return LoanInputs(
        rate=rate, base=base, termination=termination, mezz_rate=np.full(quarters + 1, terms.mezz_coupon * DELTA),
        plan=_on_grid(plan, terms.first, quarters), draw=terms.drawn(terms.principal, quarters),
        mezz_draw=terms.drawn(terms.mezz_principal, quarters), fee=terms.ramp_fees(quarters),
        cfads=time_major(cfads), value=time_major(value), claim=time_major(claim),
        lost=np.zeros((quarters + 1, 1), dtype=np.bool_) if lost is None else time_major(lost),
    )


def _rules(terms: LoanTerms, plan: Array, quarters: int) -> LoanRules:
    count = terms.last - terms.first + 1
    first_rate = float(terms.rates_q(terms.first)[terms.first])
    opening = terms.opening_balance
    first_service = float(plan[0]) + opening * first_rate
    fits = terms.first <= quarters
    new = terms.refinancing
    return LoanRules(
        first=terms.first,
        last=terms.last,
        is_level=terms.amortization == "level" and terms.balloon == 0.0 and not terms.is_floating,
        installment=first_service,
        opening=opening,
        mezz_installment=level_payment(terms.mezz_opening, 0.0, terms.mezz_coupon * DELTA, count),
        pays_in_kind=terms.pays_in_kind,
        capitalizes=terms.capitalizes,
        discount=terms.discount,
        agent_fee=terms.agent_fee * DELTA,
        opening_reserve=terms.reserve_quarters * first_service if terms.funds_reserve and fits and opening > 0 else 0.0,
        reserve_quarters=terms.reserve_quarters,
        reserve_rate=terms.reserve_rate * DELTA,
        lockup=terms.lockup,
        event_of_default=terms.event_of_default,
        accelerates=terms.accelerates,
        early_dscr=-np.inf if terms.early_dscr is None else terms.early_dscr,
        early_ltv=np.inf if terms.early_ltv is None else terms.early_ltv,
        early_customer=terms.early_customer,
        sweep=terms.sweep,
        ltv_cap=np.inf if terms.ltv_cap is None else terms.ltv_cap,
        cures=terms.cures,
        cure_cover=terms.cure_cover,
        sale_share=(1.0 - terms.fire_sale) * (1.0 - terms.sale_cost),
        recovery_lag=terms.recovery_lag,
        contract_recovery=terms.contract_recovery,
        guarantee=terms.guarantee,
        hedged=terms.hedged if terms.is_floating else 0.0,
        swap_rate=fair_swap_rate(terms, plan) * DELTA,
        is_super_senior=terms.is_super_senior,
        refinances=new is not None,
        balloon=terms.balloon * opening,
        refi_ltv=new.loan_to_value if new else 0.0,
        refi_coverage=new.coverage if new else 1.0,
        refi_margin=(new.margin if new else 0.0) * DELTA,
        refi_quarters=new.quarters if new else 1,
    )


def _on_grid(plan: Array, first: int, quarters: int) -> Array:
    out = np.zeros(max(quarters, first + len(plan)) + 1)
    out[first : first + len(plan)] = plan
    return out[: quarters + 1]


def weighted_average_life(terms: LoanTerms, repaid: Array) -> float:
    """Mean years from the start of service to each dollar of principal paid; NaN where none is.

    Parameters
    ----------
    repaid : (quarters + 1,) or (paths, quarters + 1)
        Principal paid by quarter, USD; `LoanPaths.repaid`, or its mean over paths.
    """
    when = np.maximum(np.arange(repaid.shape[-1]) - (terms.first - 1), 0) * DELTA
    total = float(repaid.sum())
    return float((repaid * when).sum() / total) if total > 0 else float("nan")


def least_coverage(terms: LoanTerms, loan: LoanPaths) -> Array:
    """Least debt service coverage of each path over its service quarters, (paths,); NaN where there was no service."""
    coverage = loan.dscr[:, terms.first : terms.last + 1]
    least = np.where(np.isnan(coverage), np.inf, coverage).min(axis=1, initial=np.inf)
    return np.where(np.isinf(least), np.nan, least)
