"""The base rate and the swap: moments of the process, a fair swap, and what it does to the borrower."""

from dataclasses import replace

import numpy as np
import pytest

from models.basis.timeline import DELTA
from models.debt.loan import run_waterfall
from models.debt.rates import (
    BaseRate,
    RatePaths,
    fair_swap_rate,
    forward_curve,
    paid_in,
    simulate_base,
    termination_values,
)
from models.debt.schedule import scheduled_principal
from tests.debt.structures import plain_loan

PROCESS = BaseRate(0.04, 0.03, 2.0, 0.10)
N, Q = 40_000, 20


@pytest.fixture(scope="module")
def drawn() -> RatePaths:
    return simulate_base(PROCESS, np.random.default_rng(3).standard_normal((N, Q + 1)))


def test_mean_of_drawn_rates_is_the_forward_curve(drawn: RatePaths) -> None:
    error = drawn.base.std(axis=0) / np.sqrt(N)
    gap = np.abs(drawn.base.mean(axis=0) - paid_in(forward_curve(PROCESS, Q)))
    assert (gap <= 4.5 * error + 1e-12).all()
    assert drawn.base.min() >= 0.0


@pytest.mark.parametrize("volatility", [0.05, 0.10, 0.40])
def test_variance_is_that_of_the_square_root_process(volatility: float) -> None:
    """Closed form of Cox, Ingersoll and Ross for the rate a quarter of years ahead; high volatility hits zero."""
    process = replace(PROCESS, volatility=volatility)
    rates = simulate_base(process, np.random.default_rng(5).standard_normal((N, Q + 1))).base[:, -1]
    k, t, s2 = process.speed, (Q - 1) * DELTA, volatility**2
    decay = np.exp(-k * t)
    variance = process.now * s2 / k * (decay - decay**2) + process.long_run * s2 / (2 * k) * (1 - decay) ** 2
    assert rates.var() == pytest.approx(variance, rel=0.05)


def floating(**changes: object) -> object:
    base = paid_in(forward_curve(PROCESS, Q))
    return plain_loan(**{"coupon": 0.07, "last": 16, "base": base, "hedged": 1.0, **changes})


def test_a_fair_swap_is_worth_nothing_at_closing(drawn: RatePaths) -> None:
    """The mean of discounted exchanges on the scheduled balance is zero, and the rate lies on the curve's range."""
    terms = floating()
    plan = scheduled_principal(terms, np.zeros(Q + 1))
    fixed = fair_swap_rate(terms, plan)
    assert terms.base[1:17].min() < fixed < terms.base[1:17].max()
    notional = 100.0 - np.concatenate([[0.0], np.cumsum(plan)[:-1]])
    discount = np.cumprod(1.0 / (1.0 + terms.base * DELTA))[1:17]
    exchanged = ((fixed - drawn.base[:, 1:17]) * notional * discount * DELTA).sum(axis=1)
    assert abs(exchanged.mean()) <= 4.5 * exchanged.std() / np.sqrt(N)


def test_ending_a_swap_costs_what_is_still_to_come(drawn: RatePaths) -> None:
    """Termination value = mean of later exchanges given today's rate; zero at the end; higher where rates fell."""
    terms = floating()
    plan = scheduled_principal(terms, np.zeros(Q + 1))
    value = termination_values(terms, plan, drawn)
    assert not value[16:].any()
    t = 8
    notional = 100.0 - np.concatenate([[0.0], np.cumsum(plan)[:-1]])
    factor = np.cumprod(1.0 / (1.0 + terms.base * DELTA))
    later = np.arange(t + 1, 17)
    paid = (fair_swap_rate(terms, plan) - drawn.base[:, later]) * (notional[later - 1] * factor[later] / factor[t])
    per_dollar = paid.sum(axis=1) * DELTA / notional[t - 1]
    level = drawn.base[:, t + 1]
    low, high = level < np.median(level), level >= np.median(level)
    for part in (low, high):
        error = per_dollar[part].std() / np.sqrt(part.sum())
        assert abs(value[t][part].mean() - per_dollar[part].mean()) <= 5.0 * error
    assert value[t][low].mean() > value[t][high].mean()


def test_a_full_swap_fixes_what_the_borrower_pays(drawn: RatePaths) -> None:
    terms, cash = floating(), np.full((200, Q + 1), 50.0)
    few = RatePaths(drawn.base[:200], PROCESS)
    plan = scheduled_principal(terms, cash[0])
    loan = run_waterfall(terms, cash, plan, 0 * cash, 0 * cash, rates=few)
    service = (loan.interest + loan.swap)[:, 1:17]
    fixed = (terms.coupon - terms.base[0] + fair_swap_rate(terms, plan)) * DELTA
    assert service == pytest.approx(fixed * loan.balance[:, :16], rel=1e-9, abs=1e-9)
    open_ = run_waterfall(replace(terms, hedged=0.0), cash, plan, 0 * cash, 0 * cash, rates=few)
    assert open_.interest[:, 8].std() > 0.0
    assert not open_.swap.any()


def test_rank_of_the_swap_decides_who_is_short(drawn: RatePaths) -> None:
    """Rates fall, the borrower owes the swap bank, cash stops: super-senior takes it all first, pari passu shares."""
    fallen = RatePaths(np.concatenate([np.full((1, 5), 0.04), np.full((1, Q - 4), 0.001)], axis=1), PROCESS)
    cash = np.full((1, Q + 1), 50.0)
    cash[0, 6:] = 0.0
    value = np.full_like(cash, 20.0)

    def claims(rank: bool) -> tuple[float, float]:
        terms = floating(is_super_senior=rank)
        loan = run_waterfall(terms, cash, scheduled_principal(terms, cash[0]), value, 0 * value, rates=fallen)
        assert loan.default_quarter[0] == 6
        return float(loan.recovery.sum()), float(loan.swap[0, 6:].sum())

    (shared_lender, shared_swap), (junior_lender, senior_swap) = claims(False), claims(True)
    assert 0.0 < shared_swap < senior_swap
    assert junior_lender < shared_lender
    assert shared_lender + shared_swap == pytest.approx(junior_lender + senior_swap)
