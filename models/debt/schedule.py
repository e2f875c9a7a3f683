"""Schedules: level, straight and sculpted, with a balloon; what coverage and value allow; pure functions of terms.

Debt service is interest, scheduled principal and what a swap costs. Coverage is cash after the agent's fee over it. A
balloon is no debt service, and where nothing is owed there is no coverage. Sizing, the coverage reported and the
waterfall share this one definition. Where coverage is asked, no quarter is scheduled to pay more than its planned cash
may serve, so the largest loan is the present value of that cash, whatever the repayment.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.basis.timeline import DELTA, Array
from models.debt.rates import fair_swap_rate
from models.debt.sculpting import Served, bent_plan, carried_balance, sculpted_plan
from models.debt.terms import LoanTerms

ROUNDS, ROUNDING = 50, 1e-15  # in which repayment and the rate of the swap on it, a quarter, settle
OWED = 1e-12  # share of the loan below which debt service is rounding
SAME = 1e-12  # share by which a payment may exceed what cash serves, or differ from an equal one


def scheduled_principal(terms: LoanTerms, base_cfads: Array) -> Array:
    """Scheduled principal of service quarters, (last - first + 1,), before any prepayment, USD; a balloon is the last.

    Parameters
    ----------
    base_cfads : (quarters + 1,)
        Cash flow available for debt service on the no-shock path; sculpted loans and tests of coverage read it.
    """
    balance = terms.opening_balance
    _, plan = _settled(terms, lambda swap: (balance, _plan(terms, base_cfads, balance, swap)))
    plan[-1] += balance - plan.sum()  # the balloon
    return plan


def _settled(terms: LoanTerms, planned: Callable[[Array], tuple[float, Array]]) -> tuple[float, Array]:
    """Opening balance and principal without the balloon; repayment and the rate of the swap on it settle in rounds."""
    unit = replace(terms, principal=1.0).opening_balance
    swap = np.zeros(terms.last - terms.first + 1)
    for _ in range(ROUNDS):
        opening, plan = planned(swap)
        before, swap = swap, swap_cost(replace(terms, principal=opening / unit), plan)
        if np.abs(swap - before).max() <= ROUNDING:
            break
    return opening, plan


def _served(terms: LoanTerms, base_cfads: Array, swap: Array) -> Served:
    """Planned cash that may serve the loan in each quarter of service."""
    span = slice(terms.first, terms.last + 1)
    share = np.ones(terms.last - terms.first + 1) if terms.serves is None else terms.serves[span]
    return Served(
        base_cfads[span] * share, terms.rates_q(terms.last)[span] + swap, terms.agent_fee * DELTA * share, terms.balloon
    )


def _plan(terms: LoanTerms, base_cfads: Array, balance: float, swap: Array) -> Array:
    """Principal without the balloon: as asked, or bent to what cash may serve."""
    if terms.amortization == "sculpted":
        return sculpted_plan(_served(terms, base_cfads, swap), balance)
    is_level, rates = terms.amortization == "level", terms.rates_q(terms.last)[terms.first :]
    asked = _asked(terms, balance, rates, is_level=is_level)
    if terms.serves is None or balance <= 0.0:
        return asked
    served = _served(terms, base_cfads, swap)
    owed = balance - np.concatenate([[0.0], np.cumsum(asked)[:-1]])
    if (asked + owed * (served.rate + served.fee) <= served.cash + SAME * balance).all():
        return asked
    return bent_plan(served, balance, rates, is_level=is_level)


def _asked(terms: LoanTerms, balance: float, rates: Array, *, is_level: bool) -> Array:
    """Principal of equal payments or of equal principal, without the balloon."""
    count = len(rates)
    plan = np.full(count, balance * (1.0 - terms.balloon) / count)
    if is_level:
        left, payment = balance, _level(balance, balance * terms.balloon, rates)
        for k in range(count):
            plan[k] = payment - left * rates[k]
            left -= plan[k]
    return plan


def is_level(terms: LoanTerms, plan: Array) -> bool:
    """Whether every quarter pays the same interest and principal, so that a prepayment shortens the loan."""
    if terms.amortization != "level" or terms.balloon > 0.0 or terms.is_floating:
        return False
    paid = plan + _balance(terms, plan) * terms.rate_q
    return bool(np.ptp(paid) <= 1e-9 * np.abs(paid).max(initial=0.0))


def level_payment(balance: float, balloon: float, rate_q: float, count: int) -> float:
    """Equal payment a quarter that leaves ``balloon`` after ``count`` quarters, USD."""
    if rate_q == 0.0:
        return (balance - balloon) / count
    gain = math.expm1(count * math.log1p(rate_q))  # exact where a rate is next to nothing
    return (balance * (1.0 + gain) - balloon) * rate_q / gain


def _level(balance: float, balloon: float, rates: Array) -> float:
    """Equal payment at rates that may differ by quarter."""
    if (rates == rates[0]).all():
        return level_payment(balance, balloon, float(rates[0]), len(rates))
    discount = 1.0 / np.cumprod(1.0 + rates)
    return float((balance - balloon * discount[-1]) / discount.sum())


def scheduled_balance(terms: LoanTerms, base_cfads: Array) -> Array:
    """Balance at the start of each service quarter, (last - first + 1,), USD."""
    return _balance(terms, scheduled_principal(terms, base_cfads))


def _balance(terms: LoanTerms, plan: Array) -> Array:
    return np.asarray(terms.opening_balance - np.concatenate([[0.0], np.cumsum(plan)[:-1]]))


def swap_cost(terms: LoanTerms, plan: Array) -> Array:
    """What a swap on a schedule costs at expected rates, per quarter and dollar of balance, (last - first + 1,)."""
    if terms.base is None or not terms.hedged:
        return np.zeros(len(plan))
    paid = fair_swap_rate(terms, plan) - terms.base[terms.first : terms.last + 1]
    return np.asarray(terms.hedged * paid * DELTA)


def planned_service(terms: LoanTerms, plan: Array) -> Array:
    """Debt service of each quarter on schedule at expected rates, (last - first + 1,), USD."""
    rates = terms.rates_q(terms.last)[terms.first :] + swap_cost(terms, plan)
    service = plan + _balance(terms, plan) * rates
    service[-1] -= terms.balloon * terms.opening_balance
    return np.asarray(service)


def planned_coverage(terms: LoanTerms, base_cfads: Array) -> Array:
    """Coverage of each service quarter on the no-shock path, (last - first + 1,); NaN where nothing is owed."""
    plan = scheduled_principal(terms, base_cfads)
    service = planned_service(terms, plan)
    cash = base_cfads[terms.first : terms.last + 1] - _balance(terms, plan) * terms.agent_fee * DELTA
    is_owed = service > OWED * terms.opening_balance
    return np.asarray(np.divide(cash, service, out=np.full(len(plan), np.nan), where=is_owed))


def minimum_dscr(terms: LoanTerms, base_cfads: Array) -> float:
    """Smallest debt service coverage on the no-shock path; NaN where nothing is owed."""
    coverage = planned_coverage(terms, base_cfads)
    return float(np.nanmin(coverage)) if np.isfinite(coverage).any() else float("nan")


def even_coverage(terms: LoanTerms, base_cfads: Array) -> float:
    """Coverage that yields this loan if asked of all cash: that of repayment sculpted to planned cash; NaN without."""
    return minimum_dscr(replace(terms, amortization="sculpted", serves=None), base_cfads)


def covered_principal(terms: LoanTerms, base_cfads: Array) -> float:
    """Largest principal that the cash of the no-shock path covers as often as asked, USD; 0 where none is covered.

    It is the present value, at the loan's rate and what swap and agent cost, of the cash that may serve it.
    """
    def largest(swap: Array) -> tuple[float, Array]:
        served = _served(terms, base_cfads, swap)
        opening = carried_balance(served)
        return opening, sculpted_plan(served, opening)

    opening, _ = _settled(terms, largest)
    return float(opening / replace(terms, principal=1.0).opening_balance)


def loan_to_value(balance: Array, value: Array) -> Array:
    """Balance over collateral value, shape of ``balance``; infinite when a balance has no collateral."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(balance > 0, balance / value, 0.0)
