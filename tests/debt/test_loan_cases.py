"""The loan's schedule and waterfall against reference cases computed by plain loops and spreadsheets."""


import numpy as np
import pytest

from models.basis.timeline import Array
from models.debt.loan import LoanPaths, LoanTerms, loan_life, run_waterfall
from models.debt.schedule import covered_principal, level_payment, loan_to_value, minimum_dscr, scheduled_principal
from tests.debt.structures import liquidated, plain_loan
from tests.oracle_cases import Case, find_cases, load_case

RICH = 1e6  # collateral that is always worth curing for


def run(terms: LoanTerms, cfads: Array, value: float = 0.0, plan: Array | None = None) -> LoanPaths:
    """Waterfall on quarters 1.. of one or more paths, with collateral of a constant value."""
    flows = np.atleast_2d(cfads)
    padded = np.concatenate([np.zeros((len(flows), 1)), flows], axis=1)
    schedule = scheduled_principal(terms, padded[0]) if plan is None else plan
    worth = np.full(padded.shape, value)
    return run_waterfall(terms, padded, schedule, worth, np.zeros(padded.shape))


@pytest.mark.parametrize("case", list(find_cases("loan_level_*")), ids=lambda case: case.id)
def test_level_loan(case: Case) -> None:
    given = case.inputs
    n, coupon = given["n"], 4.0 * given["rate_q"]
    case.check("payment", level_payment(given["principal"], 0.0, given["rate_q"], n))
    terms = plain_loan(principal=given["principal"], coupon=coupon, last=n)
    loan = run(terms, np.full(n, 50.0))
    case.check("balance", loan.balance[0])
    case.check("wal_years", loan_life(terms, loan.balance, terms.first - 1))
    if "interest" in case.expected:
        case.check("interest", loan.interest[0, 1:])
        case.check("principal_paid", loan.principal[0, 1:])
        case.check("total_interest", loan.interest.sum())
        life = 4.0 * loan_life(terms, loan.balance, terms.first - 1)
        case.check("total_interest", given["rate_q"] * given["principal"] * life)


def test_spreadsheet_payment() -> None:
    case = load_case("pmt_xls_01")
    given = case.inputs
    case.check("payment", level_payment(given["pv"], 0.0, given["rate_year"] / 12, given["months"]))


def test_payment_after_capitalized_interest() -> None:
    """Only the service part of the delayed-draw case: draws in tranches are not offered here."""
    case = load_case("loan_ddtl_01")
    payment = level_payment(case.expected["balance_at_t3"], 0.0, case.inputs["rate_q"], 16)
    case.check("payment", payment)
    terms = plain_loan(principal=case.expected["balance_at_t3"], coupon=4.0 * case.inputs["rate_q"], last=16)
    loan = run(terms, np.full(16, 50.0))
    case.check("final_balance", loan.balance[0, -1])
    assert loan.lender[0, 1:] == pytest.approx(case.expected["lender_cashflows"][4:], abs=1e-9)


@pytest.mark.parametrize("case", list(find_cases("loan_sweep_*")), ids=lambda case: case.id)
def test_sweep(case: Case) -> None:
    given = case.inputs
    n = len(given["cfads"])
    terms = plain_loan(
        principal=given["principal"], coupon=4.0 * given["rate_q"], last=n, amortization="straight",
        sweep=given["sweep_share"],
    )
    loan = run(terms, np.array(given["cfads"], dtype=float), plan=np.array(given["scheduled"], dtype=float))
    case.check("closing", loan.balance[0, 1:])
    case.check("equity", loan.equity[0, 1:])
    case.check("dscr", loan.dscr[0, 1:])
    case.check("wal_years", loan_life(terms, loan.balance, terms.first - 1))
    case.check("min_dscr", np.nanmin(loan.dscr))


def test_reserve_account() -> None:
    """The case goes on after a shortfall, so equity cures here; what it pays in is the shortfall."""
    case = load_case("loan_dsra_01")
    given = case.inputs
    service = float(given["debt_service"][0])
    n = len(given["cfads"])
    terms = plain_loan(
        principal=n * service, coupon=0.0, last=n, amortization="straight",
        reserve_quarters=given["reserve_target"] / service, cures=n,
    )
    loan = run(terms, np.array(given["cfads"], dtype=float), value=RICH)
    assert loan.reserve[0, 0] == given["reserve_initial"]
    case.check("reserve", loan.reserve[0, 1:])
    moved = np.diff(loan.reserve[0])
    case.check("draw", np.maximum(-moved, 0.0))
    case.check("topup", np.maximum(moved, 0.0))
    case.check("shortfall", loan.cure[0, 1:])
    case.check("distribution", loan.equity[0, 1:] + loan.cure[0, 1:])
    uncured = run(plain_loan(**{**vars(terms), "cures": 0}), np.array(given["cfads"], dtype=float))
    assert uncured.default_quarter[0] == 1 + int(np.argmax(np.array(case.expected["shortfall"]) > 0))


@pytest.mark.parametrize("case", list(find_cases("waterfall_*")), ids=lambda case: case.id)
def test_liquidation_by_rank(case: Case) -> None:
    given = case.inputs
    split = liquidated(float(given["proceeds"]), given["senior"], given["mezz"])
    for name, got in zip(("senior", "mezz", "equity"), split, strict=True):
        case.check(name, got)
    case.check("senior_lgd", 1.0 - split[0] / given["senior"])
    case.check("mezz_lgd", 1.0 - split[1] / given["mezz"])


def test_loan_to_value_of_rig_loans() -> None:
    case = load_case("ltv_asic_2022")
    given = case.inputs
    terms = plain_loan(coupon=4.0 * given["rate_q"], last=given["n"])
    loan = run(terms, np.full(given["n"], 50.0))
    fall = given["collateral_annual_factor"] ** (np.arange(given["n"] + 1) / 4.0)
    ltv = loan_to_value(loan.balance[0], terms.principal / given["initial_ltv"] * fall)
    case.check("ltv", ltv)
    case.check("first_quarter_above_100pct", int(np.argmax(ltv > 1.0)))


def test_sculpted_debt_keeps_coverage_at_its_target() -> None:
    """Principal = CFADS / target - interest: coverage is the target every quarter and nothing is left."""
    rng = np.random.default_rng(4)
    for target in (1.1, 1.3, 1.6):
        cfads = rng.uniform(5.0, 20.0, 16)
        padded = np.concatenate([[0.0], cfads])
        terms = plain_loan(amortization="sculpted", serves=np.full(17, 1.0 / target))
        size = covered_principal(terms, padded)
        assert size == pytest.approx(sum(c / target / 1.02**k for k, c in enumerate(cfads, start=1)), rel=1e-12)
        sized = plain_loan(amortization="sculpted", principal=size)
        loan = run(sized, cfads)
        assert loan.dscr[0, 1:] == pytest.approx(target, rel=1e-9)
        assert loan.balance[0, -1] == pytest.approx(0.0, abs=1e-9)
        assert minimum_dscr(sized, padded) == pytest.approx(target, rel=1e-9)


def test_straight_and_balloon_schedules() -> None:
    straight = scheduled_principal(plain_loan(amortization="straight"), np.zeros(17))
    assert straight == pytest.approx(100.0 / 16.0)
    balloon = scheduled_principal(plain_loan(balloon=0.4), np.zeros(17))
    assert balloon.sum() == pytest.approx(100.0, rel=1e-12)
    assert balloon[-1] > 40.0
    service = balloon[:-1] + 0.02 * (100.0 - np.concatenate([[0.0], np.cumsum(balloon)[:-1]]))[:-1]
    assert service == pytest.approx(level_payment(100.0, 40.0, 0.02, 16), rel=1e-12)
