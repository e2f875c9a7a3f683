"""Sculpted repayment: principal follows planned cash, so that one coverage holds in every quarter of the tenor.

A share u of the cash left after the agent's fee serves the loan, and 1/u is its coverage. Principal is never drawn
again, so where cash covers no more than interest the balance before that quarter is limited by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from models.basis.timeline import Array

ROUNDING = 1e-11  # share of the loan: what is left of it by rounding is paid with the quarter before


class Served(NamedTuple):
    """What serves a loan in each service quarter, (quarters,) each, and how much of it stays until the end.

    ``cash`` planned, USD; ``rate`` of interest and swap and ``fee`` of the agent, a quarter, per dollar of balance;
    ``balloon`` share of the opening balance.
    """

    cash: Array
    rate: Array
    fee: float
    balloon: float


def sculpted_balance(served: Served, coverage: float) -> float:
    """Largest balance at the start of service that cash covers so many times in every quarter, USD."""
    share = 1.0 / coverage
    if served.balloon == 0.0:
        return _carried(served, share, 0.0)
    by_cash = share * float(np.maximum(served.cash, 0.0).sum()) / max(1.0 - served.balloon, ROUNDING)
    most = min(float(_held(served, share).min()) / served.balloon, by_cash)
    if most <= 0.0 or _spare(served, share, most) >= 0.0:
        return max(most, 0.0)
    return float(brentq(lambda opening: _spare(served, share, opening), 0.0, most, xtol=1e-15 * most))


def sculpted_plan(served: Served, opening: float) -> Array:
    """Principal of each quarter, (quarters,), USD, without the balloon: at one coverage over the tenor.

    Where no coverage carries the loan, because cash is short of interest, principal follows what cash there is.
    """
    end, count = served.balloon * opening, len(served.cash)
    share = _share(served, opening)
    if np.isnan(share):
        served = served._replace(cash=np.maximum(served.cash, 0.0), fee=0.0)
        discount = 1.0 / np.cumprod(1.0 + served.rate)
        worth = float(served.cash @ discount)
        share = (opening - end * float(discount[-1])) / worth if worth > 0.0 else 0.0
    plan, left = np.zeros(count), opening
    for k in range(count):
        due = served.cash[k] * share - left * (served.rate[k] + served.fee * share)
        due = min(max(due, 0.0), left - end)
        plan[k] = left - end if left - end - due <= ROUNDING * opening else due
        left -= plan[k]
    return plan


def _share(served: Served, opening: float) -> float:
    """Least share of cash that carries a loan; NaN where there is none.

    It lies between repaying without interest and repaying everything but the balloon from the first quarter's cash.
    """
    end, cash = served.balloon * opening, served.cash
    # What the agent's fee leaves to pay the loan off at once, and to pay interest on its balloon in every quarter.
    at_once, later = cash[0] - served.fee * opening, cash - served.fee * end
    if opening <= 0.0 or at_once <= 0.0 or (end > 0.0 and (later <= 0.0).any()):
        return float("nan")
    held = float((end * served.rate / later).max()) if end > 0.0 else 0.0
    least = max((opening - end) / float(np.maximum(cash, 0.0).sum()), held)
    most = max(opening * (1.0 + float(served.rate[0])) / float(at_once), held) * (1.0 + ROUNDING)
    if _spare(served, least, opening) >= 0.0:
        return least
    return float(brentq(lambda share: _spare(served, share, opening), least, most, xtol=1e-15 * least))


def _spare(served: Served, share: float, opening: float) -> float:
    """What a share of cash carries beyond an opening balance, USD."""
    return _carried(served, share, served.balloon * opening) - opening


def _carried(served: Served, share: float, end: float) -> float:
    """Balance at the start that a share of cash brings down to ``end``, USD."""
    balance = end
    for cash, rate, held in zip(served.cash[::-1], served.rate[::-1], _held(served, share)[::-1], strict=True):
        balance = max(min((balance + cash * share) / (1.0 + rate + served.fee * share), float(held)), 0.0)
    return balance


def _held(served: Served, share: float) -> Array:
    """Balance whose interest takes that share of cash, (quarters,), USD; infinite where nothing is due."""
    due = served.rate + served.fee * share
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(due > 0.0, np.maximum(served.cash, 0.0) * share / due, np.inf)
