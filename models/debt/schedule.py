"""Schedules: level, straight and sculpted, with a balloon; what coverage and value allow; pure functions of terms.

Debt service is interest, scheduled principal and what a swap costs. Coverage is cash after the agent's fee over it. A
balloon is no debt service, and where nothing is owed there is no coverage. Sizing, the coverage reported and the
waterfall share this one definition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.basis.timeline import DELTA, Array
from models.debt.rates import fair_swap_rate
from models.debt.sculpting import Served, sculpted_balance, sculpted_plan
from models.debt.terms import LoanTerms

ROUNDS, ROUNDING = 50, 1e-15  # in which repayment and the rate of the swap on it, a quarter, settle
OWED = 1e-12  # share of the loan below which debt service is rounding


def scheduled_principal(terms: LoanTerms, base_cfads: Array) -> Array:
    """Scheduled principal of service quarters, (last - first + 1,), before any prepayment, USD; a balloon is the last.

    Parameters
    ----------
    base_cfads : (quarters + 1,)
        Cash flow available for debt service on the no-shock path; used by sculpted loans.
    """
    count = terms.last - terms.first + 1
    balance = terms.opening_balance
    if terms.amortization == "straight":
        plan = np.full(count, balance * (1.0 - terms.balloon) / count)
    elif terms.amortization == "sculpted":
        _, plan = _sculpted(terms, base_cfads, lambda served: balance)
    else:
        plan = np.empty(count)
        rates = terms.rates_q(terms.last)[terms.first :]
        left, payment = balance, _level(balance, balance * terms.balloon, rates)
        for k in range(count):
            plan[k] = payment - left * rates[k]
            left -= plan[k]
    plan[-1] += balance - plan.sum()  # the balloon
    return plan


def _sculpted(terms: LoanTerms, base_cfads: Array, opening_of: Callable[[Served], float]) -> tuple[float, Array]:
    """Opening balance and principal of a sculpted loan; repayment and the rate of the swap on it settle in rounds."""
    unit = replace(terms, principal=1.0).opening_balance
    span = slice(terms.first, terms.last + 1)
    rates, swap = terms.rates_q(terms.last)[span], np.zeros(terms.last - terms.first + 1)
    for _ in range(ROUNDS):
        served = Served(base_cfads[span], rates + swap, terms.agent_fee * DELTA, terms.balloon)
        opening = opening_of(served)
        plan = sculpted_plan(served, opening)
        before, swap = swap, swap_cost(replace(terms, principal=opening / unit), plan)
        if np.abs(swap - before).max() <= ROUNDING:
            break
    return opening, plan


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


def covered_principal(terms: LoanTerms, base_cfads: Array, target: float) -> float:
    """Largest principal whose smallest coverage on the no-shock path is the target, USD; 0 where none has it."""
    one = replace(terms, principal=1.0)
    if terms.amortization == "sculpted":
        opening, _ = _sculpted(terms, base_cfads, lambda served: sculpted_balance(served, target))
        return float(opening / one.opening_balance)
    plan = scheduled_principal(one, base_cfads)
    due = target * planned_service(one, plan) + _balance(one, plan) * terms.agent_fee * DELTA
    return max(float((base_cfads[terms.first : terms.last + 1] / due).min()), 0.0)


def loan_to_value(balance: Array, value: Array) -> Array:
    """Balance over collateral value, shape of ``balance``; infinite when a balance has no collateral."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(balance > 0, balance / value, 0.0)
