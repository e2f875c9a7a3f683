"""Runs a loan on a special-purpose vehicle: terms and schedule in, every claimant's cash on every path out.

Default and recovery come from the same paths: the price that starves cash flow also sets the value of the collateral.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import over_paths, time_major
from models.basis.timeline import DELTA, Array
from models.debt.kernel import waterfall
from models.debt.ledger import LINES, STEPS, LoanInputs, LoanPaths, LoanRules
from models.debt.rates import RatePaths, fair_swap_rate, termination_values
from models.debt.schedule import is_level, level_payment, planned_service
from models.debt.terms import LoanTerms

__all__ = ["LoanPaths", "LoanTerms", "least_coverage", "loan_life", "run_waterfall"]


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
    lines: dict[str, Any] = {name: np.zeros((quarters + 1, paths)) for name in LoanPaths._fields[:LINES]}
    out = LoanPaths(
        **lines, default_quarter=np.full(paths, quarters + 1, dtype=np.int64), exposure=np.zeros(paths),
        loss=np.zeros(paths), log=np.zeros((quarters + 1 if log and paths == 1 else 0, len(STEPS), 2)),
    )
    out.dscr.fill(np.nan)
    over_paths(waterfall, paths, _rules(terms, plan, quarters), inputs, out)
    return out._replace(**{name: line.T for name, line in lines.items()})


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
        cover=_cover(terms, quarters),
    )


def _cover(terms: LoanTerms, quarters: int) -> Array:
    if isinstance(terms.guarantee, float):
        return np.full((quarters + 1, 1), terms.guarantee)
    return time_major(terms.guarantee)


def _rules(terms: LoanTerms, plan: Array, quarters: int) -> LoanRules:
    count = terms.last - terms.first + 1
    first_rate = float(terms.rates_q(terms.first)[terms.first])
    opening = terms.opening_balance
    installment = float(plan[0]) + opening * first_rate
    first_service = float(planned_service(terms, plan)[0])
    funds = terms.funds_reserve and terms.first <= quarters
    new = terms.refinancing
    # What the terms say as it stands, and what the loop reads in its own units.
    same = {name: getattr(terms, name) for name in LoanRules._fields if hasattr(terms, name)}
    return LoanRules(**same | {
        "is_level": is_level(terms, plan),
        "installment": installment,
        "opening": opening,
        "mezz_installment": level_payment(terms.mezz_opening, 0.0, terms.mezz_coupon * DELTA, count),
        "agent_fee": terms.agent_fee * DELTA,
        "opening_reserve": terms.reserve_quarters * first_service if funds and opening > 0 else 0.0,
        "reserve_rate": terms.reserve_rate * DELTA,
        "early_dscr": -np.inf if terms.early_dscr is None else terms.early_dscr,
        "early_ltv": np.inf if terms.early_ltv is None else terms.early_ltv,
        "cures": quarters if terms.cures is None else terms.cures,
        "ltv_cap": np.inf if terms.ltv_cap is None else terms.ltv_cap,
        "sale_share": (1.0 - terms.fire_sale) * (1.0 - terms.sale_cost),
        "hedged": terms.hedged if terms.is_floating else 0.0,
        "swap_rate": fair_swap_rate(terms, plan) * DELTA,
        "refinances": new is not None,
        "balloon": terms.balloon * opening,
        "refi_ltv": new.loan_to_value if new else 0.0,
        "refi_coverage": new.coverage if new else 1.0,
        "refi_margin": (new.margin if new else 0.0) * DELTA,
        "refi_quarters": new.quarters if new else 1,
    })


def _on_grid(plan: Array, first: int, quarters: int) -> Array:
    out = np.zeros(max(quarters, first + len(plan)) + 1)
    out[first : first + len(plan)] = plan
    return out[: quarters + 1]


def loan_life(terms: LoanTerms, balance: Array, start: int = 0) -> float:
    """Years a dollar of the loan is out, what is lost or recovered included until it is; NaN where nothing is lent.

    The expected balance at the start of each quarter, times a quarter, over what was lent: the years in which a spread
    is paid. From a later ``start``, over the balance then.

    Parameters
    ----------
    balance : (quarters + 1,) or (paths, quarters + 1)
        Balance by quarter, USD; `LoanPaths.balance`, or its mean over paths.
    start : int
        Quarter from which years are counted; 0 is closing.
    """
    mean = balance.reshape(-1, balance.shape[-1]).mean(axis=0)
    lent = terms.principal if start == 0 else float(mean[start])
    return float(mean[start:].sum() * DELTA / lent) if lent > 0.0 else float("nan")


def least_coverage(terms: LoanTerms, loan: LoanPaths) -> Array:
    """Least debt service coverage of each path over its service quarters, (paths,); NaN where there was no service."""
    coverage = loan.dscr[:, terms.first : terms.last + 1]
    least = np.where(np.isnan(coverage), np.inf, coverage).min(axis=1, initial=np.inf)
    return np.where(np.isinf(least), np.nan, least)
