"""Repayment that planned cash can carry: sculpted to it, or level and straight as far as it reaches.

Of each quarter's cash after the agent's fee a share may serve the loan, one over the coverage asked of that cash. A
sculpted loan takes the same part of that share in every quarter. Principal is never drawn again, so where cash covers
no more than interest the balance before that quarter is limited by it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from models.basis.timeline import Array

ROUNDING = 1e-11  # share of the loan: what is left of it by rounding is paid with the quarter before


class Served(NamedTuple):
    """What may serve a loan in each service quarter, (quarters,) each, and how much of it stays until the end.

    ``cash`` planned that may serve it, USD; ``rate`` of interest and swap, a quarter, and ``fee``, by which a dollar of
    balance lowers that cash, because the agent is paid first; ``balloon`` share of the opening balance.
    """

    cash: Array
    rate: Array
    fee: Array
    balloon: float


def carried_balance(served: Served) -> float:
    """Largest balance at the start of service that this cash repays but for the balloon: its present value, USD."""
    if served.balloon == 0.0:
        return float(_carried(served, 1.0, 0.0)[0])
    by_cash = float(np.maximum(served.cash, 0.0).sum()) / max(1.0 - served.balloon, ROUNDING)
    most = min(float(_held(served, 1.0).min()) / served.balloon, by_cash)
    if most <= 0.0 or _spare(served, 1.0, most) >= 0.0:
        return max(most, 0.0)
    return float(brentq(lambda opening: _spare(served, 1.0, opening), 0.0, most, xtol=1e-15 * most))


def bent_plan(served: Served, opening: float, rate: Array, *, is_level: bool) -> Array:
    """Principal of each quarter, (quarters,), USD, without the balloon: level or equal, at most what cash may serve.

    What a poor quarter cannot pay, richer ones pay beside their own. A loan that cash does not carry is sculpted.

    Parameters
    ----------
    rate : (quarters,)
        Interest alone, a quarter.
    """
    end, bearable = served.balloon * opening, _carried(served, 1.0, np.inf)

    def planned(asked: float) -> Array:
        plan, left = np.empty(len(rate)), opening
        for k in range(len(rate)):
            room = max(served.cash[k] - left * (served.rate[k] + served.fee[k]), 0.0)
            wanted = asked - left * rate[k] if is_level else asked
            plan[k] = min(max(wanted, left - bearable[k + 1], 0.0), room)
            left -= plan[k]
        return plan

    def missing(asked: float) -> float:
        return opening - end - float(planned(asked).sum())

    most = opening * (1.0 + float(rate.max()))
    if missing(most) >= 0.0:
        return sculpted_plan(served, opening)
    # What later quarters cannot carry may be all of it already.
    asked = 0.0 if missing(0.0) <= 0.0 else float(brentq(missing, 0.0, most, xtol=1e-15 * most))
    plan = planned(asked)
    plan[int(np.argmax(plan))] += opening - end - plan.sum()  # rounding
    return plan


def sculpted_plan(served: Served, opening: float) -> Array:
    """Principal of each quarter, (quarters,), USD, without the balloon: the same share of what may serve it.

    Where no share carries the loan, because cash is short of interest, principal follows what cash there is.
    """
    end, count = served.balloon * opening, len(served.cash)
    share = _share(served, opening)
    if np.isnan(share):
        served = served._replace(cash=np.maximum(served.cash, 0.0), fee=0.0 * served.fee)
        discount = 1.0 / np.cumprod(1.0 + served.rate)
        worth = float(served.cash @ discount)
        share = (opening - end * float(discount[-1])) / worth if worth > 0.0 else 0.0
    plan, left = np.zeros(count), opening
    for k in range(count):
        due = served.cash[k] * share - left * (served.rate[k] + served.fee[k] * share)
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
    at_once, later = cash[0] - served.fee[0] * opening, cash - served.fee * end
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
    return float(_carried(served, share, served.balloon * opening)[0]) - opening


def _carried(served: Served, share: float, end: float) -> Array:
    """Balance at the start of each quarter and after the last, (quarters + 1,), that this cash brings to ``end``, USD.

    With an infinite end it is the most on which interest is paid in every later quarter.
    """
    balance, due, held = np.full(len(served.cash) + 1, end), served.rate + served.fee * share, _held(served, share)
    for k in range(len(due) - 1, -1, -1):
        balance[k] = max(min((balance[k + 1] + served.cash[k] * share) / (1.0 + due[k]), held[k]), 0.0)
    return balance


def _held(served: Served, share: float) -> Array:
    """Balance whose interest takes that share of cash, (quarters,), USD; infinite where nothing is due."""
    due = served.rate + served.fee * share
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(due > 0.0, np.maximum(served.cash, 0.0) * share / due, np.inf)
