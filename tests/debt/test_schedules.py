"""Schedules against numpy-financial, closed forms and reference cases."""

from dataclasses import replace

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.debt.loan import LoanTerms, run_waterfall
from models.debt.rates import BaseRate, forward_curve, paid_in
from models.debt.schedule import (
    covered_principal,
    level_payment,
    minimum_dscr,
    planned_coverage,
    scheduled_principal,
)
from models.measures import returns
from tests.debt.structures import plain_loan, structures
from tests.oracle_cases import load_case

few = settings(max_examples=80, deadline=None)
rates = st.floats(0.002, 0.06)
counts = st.integers(2, 30)


@few
@given(rates, counts, st.floats(0.0, 0.6))
def test_level_payment_is_that_of_numpy_financial(rate: float, count: int, balloon: float) -> None:
    expected = -npf.pmt(rate, count, 100.0, -100.0 * balloon)
    assert level_payment(100.0, 100.0 * balloon, rate, count) == pytest.approx(float(expected), rel=1e-10)


@few
@given(rates, counts)
def test_interest_and_principal_are_those_of_numpy_financial(rate: float, count: int) -> None:
    terms = plain_loan(coupon=4.0 * rate, last=count)
    plan = scheduled_principal(terms, np.zeros(count + 1))
    per = np.arange(1, count + 1)
    assert plan == pytest.approx(-npf.ppmt(rate, per, count, 100.0), rel=1e-9)
    cash = np.full((1, count + 1), 1e3)
    loan = run_waterfall(terms, cash, plan, 0 * cash, 0 * cash)
    assert loan.interest[0, 1:] == pytest.approx(-npf.ipmt(rate, per, count, 100.0), rel=1e-9, abs=1e-9)


def test_delayed_draws_with_capitalized_fee() -> None:
    """The whole reference case; its unequal draws replace the equal ones of the engine."""
    case = load_case("loan_ddtl_01")
    given_, rate, fee = case.inputs, case.inputs["rate_q"], case.inputs["undrawn_fee_q"]
    draws, commitment = np.array(given_["draws"], dtype=float), given_["commitment"]

    class Uneven(LoanTerms):
        def drawn(self, amount: float, quarters: int) -> np.ndarray:
            out = np.zeros(quarters + 1)
            out[: len(draws)] = draws * amount / commitment
            return out

    plain = plain_loan(principal=commitment, coupon=4.0 * rate, first=4, last=19, undrawn_fee=4.0 * fee)
    terms = Uneven(**{**vars(plain), "draws": 3})
    cash = np.full((1, 20), 50.0)
    cash[0, :4] = 0.0
    loan = run_waterfall(terms, cash, scheduled_principal(terms, cash[0]), 0 * cash, 0 * cash)
    assert loan.balance[0, 3] == pytest.approx(case.expected["balance_at_t3"], abs=1e-9)
    case.check("lender_cashflows", loan.lender[0])
    case.check("final_balance", loan.balance[0, -1])
    case.check("payment", loan.interest[0, 4] + loan.principal[0, 4])
    annual, _ = returns.irr(loan.lender)
    case.check("lender_irr_q", (1.0 + annual[0]) ** 0.25 - 1.0)


def test_issue_discount_raises_the_yield() -> None:
    """debt_oid_01 without its exit fee: a 98 price on an 8% bullet, from the engine's own flows."""
    terms = plain_loan(coupon=0.08, last=20, amortization="straight", balloon=1.0, discount=0.02)
    cash = np.full((1, 21), 500.0)
    loan = run_waterfall(terms, cash, scheduled_principal(terms, cash[0]), 0 * cash, 0 * cash)
    flow = np.array(load_case("debt_oid_01").inputs["lender_cashflows"], dtype=float)
    flow[-1] -= 1.0  # the exit fee
    assert loan.lender[0] == pytest.approx(flow, abs=1e-9)
    assert loan.equity[0, 0] == pytest.approx(-2.0), "equity pays for what the lender keeps"


@few
@given(st.floats(0.01, 0.08), st.floats(0.01, 0.08), st.floats(0.0, 0.6), st.sampled_from(["level", "straight"]))
def test_schedule_on_a_moving_curve(now: float, later: float, balloon: float, kind: str) -> None:
    """Level payments stay equal at rates that differ by quarter; every schedule ends at the balloon."""
    base = paid_in(forward_curve(BaseRate(now, later, 1.0, 0.0), 40))
    terms = plain_loan(coupon=now + 0.03, first=3, last=18, amortization=kind, balloon=balloon, base=base)
    plan = scheduled_principal(terms, np.zeros(41))
    assert plan.sum() == pytest.approx(terms.opening_balance)
    opening = terms.opening_balance - np.concatenate([[0.0], np.cumsum(plan)[:-1]])
    service = plan + opening * terms.rates_q(40)[3:19]
    service[-1] -= balloon * terms.opening_balance
    if kind == "level":
        assert service == pytest.approx(np.full(16, service[0]), rel=1e-9)
    else:
        assert plan[:-1] == pytest.approx(np.full(15, plan[0]), rel=1e-12)


@few
@given(st.floats(1.05, 1.8), st.floats(0.01, 0.09), st.integers(0, 2**31))
def test_sculpted_debt_keeps_its_coverage(target: float, later: float, seed: int) -> None:
    """F6: coverage is the target in every quarter, loan life coverage at the start too, and nothing is left."""
    cash = np.random.default_rng(seed).uniform(5.0, 15.0, 21)
    base = paid_in(forward_curve(BaseRate(0.04, later, 1.0, 0.0), 20))
    serves = np.full(21, 1.0 / target)
    terms = plain_loan(coupon=0.07, first=1, last=20, amortization="sculpted", base=base, serves=serves)
    size = covered_principal(terms, cash)
    terms = replace(terms, principal=size)
    assert minimum_dscr(terms, cash) == pytest.approx(target, rel=1e-9)
    flows = np.repeat(cash[None, :], 2, axis=0)
    loan = run_waterfall(terms, flows, scheduled_principal(terms, cash), 0 * flows, 0 * flows)
    assert loan.dscr[0, 1:] == pytest.approx(np.full(20, target), rel=1e-9)
    assert loan.balance[0, -1] == pytest.approx(0.0, abs=1e-9)
    present = (cash[1:] / np.cumprod(1.0 + terms.rates_q(20)[1:])).sum()
    assert present / size == pytest.approx(target, rel=1e-9)


CASH = st.lists(st.floats(-2.0, 15.0) | st.just(0.0), min_size=20, max_size=20)


@few
@given(structures(refinancing=None), CASH, st.floats(1.0, 3.0), st.floats(0.01, 1.0))
def test_the_largest_loan_has_the_coverage_asked_whatever_the_cash(
    terms: LoanTerms, cash: list[float], target: float, part: float
) -> None:
    """Cash may fail, go negative and come back; a smaller sculpted loan is covered no less, and never drawn again."""
    base = np.resize(cash, 41)
    terms = replace(terms, serves=np.full(41, 1.0 / target))
    largest = covered_principal(terms, base)
    assert largest >= 0.0
    if largest < 1e-6:
        return
    assert minimum_dscr(replace(terms, principal=largest), base) == pytest.approx(target, rel=1e-9)
    smaller = replace(terms, principal=largest * part)
    assert minimum_dscr(smaller, base) >= target * (1.0 - 1e-9)
    assert scheduled_principal(smaller, base).min() >= -1e-9 * largest


def test_a_sculpted_loan_is_repaid_before_cash_ends_and_owes_nothing_after() -> None:
    cash = np.array([0.0, *[10.0] * 6, 0.0, 0.0])
    terms = plain_loan(last=8, amortization="sculpted", serves=np.full(9, 1.0 / 1.25))
    sized = replace(terms, principal=covered_principal(terms, cash))
    coverage = planned_coverage(sized, cash)
    assert coverage[:6] == pytest.approx(np.full(6, 1.25), rel=1e-9)
    assert np.isnan(coverage[6:]).all() and minimum_dscr(sized, cash) == pytest.approx(1.25, rel=1e-9)
    assert np.isnan(minimum_dscr(replace(terms, principal=0.0), cash)), "nothing owed has no coverage"
