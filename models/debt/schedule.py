"""Schedules: level, straight and sculpted, with a balloon; what coverage and value allow; pure functions of terms."""

from __future__ import annotations

import math

import numpy as np

from models.basis.timeline import Array
from models.debt.terms import LoanTerms


def scheduled_principal(terms: LoanTerms, base_cfads: Array) -> Array:
    """Scheduled principal of service quarters, (last - first + 1,), before any prepayment, USD.

    Parameters
    ----------
    base_cfads : (quarters + 1,)
        Cash flow available for debt service on the no-shock path; used by sculpted loans.
    """
    count = terms.last - terms.first + 1
    balance = terms.opening_balance
    rates = terms.rates_q(terms.last)[terms.first :]
    repaid = balance * (1.0 - terms.balloon)
    if terms.amortization == "straight":
        plan = np.full(count, repaid / count)
    elif terms.amortization == "sculpted":
        plan = np.empty(count)
        left = balance
        for k in range(count):
            plan[k] = min(left, max(0.0, base_cfads[terms.first + k] / terms.target_dscr - left * rates[k]))
            left -= plan[k]
    else:
        plan = np.empty(count)
        left, payment = balance, _level(balance, balance * terms.balloon, rates)
        for k in range(count):
            plan[k] = payment - left * rates[k]
            left -= plan[k]
    plan[-1] += balance - plan.sum()  # balloon, or what a sculpted loan leaves
    return plan


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


def sculpted_capacity(base_cfads: Array, target_dscr: float, rate_q: float | Array, first: int, last: int) -> float:
    """Largest balance at the start of service that a sculpted loan can carry, USD; ``rate_q`` one or (quarters,)."""
    rates = np.broadcast_to(rate_q, (last - first + 1,))
    return float((base_cfads[first : last + 1] / target_dscr / np.cumprod(1.0 + rates)).sum())


def scheduled_balance(terms: LoanTerms, base_cfads: Array) -> Array:
    """Balance at the start of each service quarter, (last - first + 1,), USD."""
    plan = scheduled_principal(terms, base_cfads)
    return np.asarray(terms.opening_balance - np.concatenate([[0.0], np.cumsum(plan)[:-1]]))


def minimum_dscr(terms: LoanTerms, base_cfads: Array) -> float:
    """Smallest debt service coverage on the no-shock path; a balloon to be refinanced is no service."""
    plan = scheduled_principal(terms, base_cfads)
    service = plan + scheduled_balance(terms, base_cfads) * terms.rates_q(terms.last)[terms.first :]
    if terms.refinancing is not None:
        service[-1] -= terms.balloon * terms.opening_balance
    return float(((base_cfads[terms.first : terms.last + 1]) / service).min())


def loan_to_value(balance: Array, value: Array) -> Array:
    """Balance over collateral value, shape of ``balance``; infinite when a balance has no collateral."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(balance > 0, balance / value, 0.0)
