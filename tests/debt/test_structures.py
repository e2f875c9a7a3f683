"""Conservation, sign and balance over random structures: every dollar is somewhere in every quarter of every path."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.basis.timeline import DELTA, Array
from models.debt import ledger
from models.debt.loan import LoanPaths, LoanTerms, run_waterfall
from models.debt.schedule import scheduled_principal
from models.debt.terms import Refinancing
from tests.debt.structures import QUARTERS, met_by, plain_loan, run, structures

TINY = 1e-9
DUST = 1e-7
seeds = st.integers(0, 2**31)
many = settings(max_examples=150, deadline=None)


def later_than_default(loan: LoanPaths) -> Array:
    return np.asarray(np.arange(QUARTERS + 1)[None, :] > loan.default_quarter[:, None])


@settings(max_examples=200, deadline=None)
@given(structures(), seeds)
def test_every_dollar_is_somewhere(terms: LoanTerms, seed: int) -> None:
    """A4: sources equal uses to 1e-9 of the flow, for lender, mezzanine, swap bank, agent, new lender and equity."""
    met = met_by(terms, seed)
    loan = run(terms, met)
    project = np.where(later_than_default(loan), 0.0, met.cfads)
    drawn = terms.drawn(terms.principal + terms.mezz_principal, QUARTERS)
    sources = project + loan.reserve_income + loan.sale + loan.guarantee + loan.unpaid - drawn
    kept = np.diff(loan.reserve + loan.trap, axis=1, prepend=0.0)
    uses = loan.lender + loan.mezzanine + loan.equity + loan.swap + loan.agent + loan.refinance + kept
    assert np.abs(sources - uses).max() <= TINY * max(np.abs(met.cfads).max(), terms.principal)


@many
@given(structures(), seeds)
def test_balances_roll_forward_and_end_at_zero(terms: LoanTerms, seed: int) -> None:
    """A2, A3: open + draw + capitalized - principal - prepaid - ended by default = close, senior and mezzanine."""
    loan = run(terms, met_by(terms, seed))
    t = np.arange(QUARTERS + 1)
    at_default = t[None, 1:] == loan.default_quarter[:, None]
    opening = loan.balance[:, :-1]
    added = terms.drawn(terms.principal, QUARTERS)[1:] + loan.capitalized[:, 1:]
    ended = np.where(at_default, opening, 0.0)
    closing = opening + added - loan.principal[:, 1:] - loan.prepaid[:, 1:] - ended
    assert np.allclose(loan.balance[:, 1:], closing, rtol=0.0, atol=DUST)
    assert loan.balance.min() >= 0.0
    assert (loan.balance[:, terms.last :] <= DUST).all()
    live = ~later_than_default(loan)[:, 1:] & ~at_default
    before = loan.mezz_balance[:, :-1]
    paid = loan.mezz_interest[:, 1:] + loan.mezz_principal[:, 1:]
    mezz = before * (1.0 + terms.mezz_coupon * DELTA) + terms.drawn(terms.mezz_principal, QUARTERS)[1:] - paid
    left = loan.written_off[:, 1:] + loan.mezz_balance[:, 1:]
    assert np.allclose(np.where(live, mezz, 0.0), np.where(live, left, 0.0), rtol=1e-9, atol=DUST)
    assert (loan.mezz_balance[:, -1] <= DUST).all(), "repaid or written off"


@many
@given(structures(), seeds)
def test_nobody_pays_what_only_receives(terms: LoanTerms, seed: int) -> None:
    """Signs: after the draws lenders only receive; equity pays nothing but cures, fees and running costs."""
    met = met_by(terms, seed)
    loan = run(terms, met)
    drawing = terms.drawn(terms.principal, QUARTERS) > 0.0
    assert loan.lender[:, ~drawing].min() >= -DUST
    assert loan.mezzanine[:, ~(terms.drawn(terms.mezz_principal, QUARTERS) > 0.0)].min(initial=0.0) >= -DUST
    after = np.arange(QUARTERS + 1) >= terms.first
    pays_in = loan.cure + np.maximum(-met.cfads, 0.0)
    assert (loan.equity + pays_in)[:, after].min() >= -DUST
    for name in ("interest", "principal", "prepaid", "reserve", "trap", "sale", "recovery", "guarantee", "agent",
                 "capitalized", "lender_fees", "cure", "refi_balance"):
        assert getattr(loan, name).min() >= -DUST, name
    assert (loan.loss >= -DUST).all()
    assert (loan.loss <= loan.exposure + DUST).all()


@many
@given(structures(guarantee=0.0, mezz_principal=20.0), seeds)
def test_rank_decides_who_loses(terms: LoanTerms, seed: int) -> None:
    """E12: in a liquidation no one below is paid while someone above is short."""
    loan = run(terms, met_by(terms, seed))
    short = loan.is_defaulted & (loan.loss > DUST)
    rows = np.flatnonzero(short)
    when = np.minimum(loan.default_quarter[rows] + terms.recovery_lag, QUARTERS)
    assert (np.abs(loan.mezzanine[rows, when]) <= DUST).all()
    assert (np.abs(loan.equity[rows, when]) <= DUST).all()


@many
@given(structures(hedged=0.0), seeds)
def test_interest_is_rate_times_balance(terms: LoanTerms, seed: int) -> None:
    """A5 quarter by quarter, at the rate the quarter has."""
    met = met_by(terms, seed)
    loan = run(terms, met)
    t = np.arange(1, QUARTERS + 1)
    rate = terms.rates_q(QUARTERS)[None, 1:]
    if met.rates is not None and terms.base is not None:
        rate = rate + (met.rates.base - terms.base)[:, 1:] * DELTA
    charged = rate * loan.balance[:, :-1]
    serves = (t >= terms.first) & (t < loan.default_quarter[:, None])
    assert np.allclose(loan.interest[:, 1:][serves], charged[serves], rtol=1e-9, atol=DUST)


@many
@given(structures(refinancing=None, balloon=0.0, accelerates=False), seeds)
def test_reserve_keeps_within_what_it_should_hold(terms: LoanTerms, seed: int) -> None:
    """A6: the account only moves by funding, income paid out, draws and release, and never turns negative."""
    loan = run(terms, met_by(terms, seed))
    assert loan.reserve.min() >= 0.0
    if not terms.funds_reserve:
        assert not loan.reserve[:, : terms.first].any()
    gone = loan.balance <= DUST
    assert not loan.reserve[gone].any(), "a repaid or failed loan holds no reserve"


def test_the_structures_reach_every_rule() -> None:
    """Otherwise the properties above would prove little."""
    seen = 0
    for seed in range(40):
        terms = plain_loan(
            coupon=0.09, first=3, last=14, reserve_quarters=1.0, lockup=1.2, event_of_default=1.05, cures=1, sweep=0.2,
            ltv_cap=0.8, mezz_principal=20.0, mezz_coupon=0.15, pays_in_kind=True, balloon=0.0 if seed % 2 else 0.3,
            accelerates=seed % 3 == 0, early_dscr=1.1 if seed % 5 == 0 else None,
            refinancing=None if seed % 4 else Refinancing(0.8, 1.0, 0.01, 8),
        )
        seen |= int(np.bitwise_or.reduce(run(terms, met_by(terms, seed)).rule.astype(int).ravel()))
    names = ("LOCKUP", "EVENT", "TRAPPED", "CURED", "DEFAULTED", "REPAID", "PIK", "EARLY", "ACCELERATED", "REFINANCED",
             "MATURITY")
    assert [name for name in names if not seen & getattr(ledger, name)] == []


def test_a_called_loan_is_sold_two_weak_quarters_running() -> None:
    cfads = np.full((1, QUARTERS + 1), 12.0)
    cfads[0, 5:] = 6.7
    value = np.full_like(cfads, 90.0)
    terms = plain_loan(event_of_default=1.05, lockup=1.2, reserve_quarters=4.0)
    plan = scheduled_principal(terms, cfads[0])
    called = run_waterfall(replace(terms, accelerates=True), cfads, plan, value, 0 * value)
    kept = run_waterfall(terms, cfads, plan, value, 0 * value)
    assert called.default_quarter[0] == 6
    assert called.loss[0] == pytest.approx(0.0, abs=1e-9), "the collateral covers a loan called in time"
    assert kept.default_quarter[0] > 6
