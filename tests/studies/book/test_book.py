"""A book of loans: one loan is the engine's loan, parts add up, one customer fails once, order does not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.claims.registry import build_claims
from models.engine.estimate import flatten
from models.errors import DataError
from models.market.simulate import simulate_market
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.book.book import Book, customer_shocks, evaluate_book
from models.studies.book.book_risk import (
    book_risk,
    concentration,
    distribution,
    independent_loss,
    loan_table,
    tail_weights,
    total_loss,
)
from models.studies.book.placing import vintage_factors
from models.studies.book.tape import Loan, read_tape
from models.studies.book.tape_template import template_csv

PATHS = 512
GLUT = Scenario().replace({"overcapacity.peak": 0.6})
LOAN = Loan("A", "Lab", "non_ig", 0, 1e9, 0.75, 0.04, None, 16, 0.95)


def run(*loans: Loan, scenario: Scenario = GLUT) -> Book:
    return evaluate_book(scenario, loans, paths=PATHS)


@pytest.fixture(scope="module")
def example() -> Book:
    return run(*read_tape(template_csv()).loans)


@pytest.mark.parametrize("preset", ["base", "coreweave_ddtl_5", "telecom_glut"])
def test_a_book_of_one_loan_is_that_loan(preset: str) -> None:
    """Path by path: the same quarter of default and the same loss as the engine's own loan on the same draws.

    The engine's loan is not sized by coverage here: a tape has the schedule that was signed.
    """
    scenario = Scenario.preset(preset).replace({"run.paths": PATHS, "gpu_debt.sizing_dscr": None})
    debt = scenario.gpu_debt
    shocks = customer_shocks(draw_shocks(scenario.run.seed, PATHS), "lab")
    claims = build_claims(scenario, simulate_market(scenario.setting, shocks), shocks, ["gpu_debt"])
    terms, loan = claims.loan_terms, claims.loan
    assert terms is not None
    assert loan is not None
    book = run(
        replace(LOAN, grade=debt.customer, advance_rate=terms.principal / claims.collateral_cost,
                spread=terms.coupon - scenario.rates.base_rate, contracted_share=debt.contracted_share,
                payback_years=debt.payback_years, tenor_quarters=debt.tenor_quarters),
        scenario=scenario,
    )
    quarter = np.minimum(loan.default_quarter, book.quarters + 1)
    lost = np.where(loan.is_defaulted, loan.loss * (1 + terms.rate_q) ** -quarter.astype(float), 0.0)
    assert lost.max() > 0
    assert (book.default_quarter[0] == quarter).all()
    assert book.loss[0] / book.balance[0] == pytest.approx(lost / terms.principal, abs=1e-12)


def test_two_alike_loans_of_one_customer_share_every_default() -> None:
    book = run(LOAN, replace(LOAN, name="B", size=5e8))
    assert (book.default_quarter[0] == book.default_quarter[1]).all()
    assert book.loss[0] == pytest.approx(2 * book.loss[1])
    measured = book_risk(book)
    assert measured.same_customer_correlation.value == pytest.approx(1.0)
    assert measured.diversification.value == pytest.approx(0.0, abs=1e-12)


def test_customers_of_other_names_fail_on_their_own() -> None:
    book = run(LOAN, replace(LOAN, name="B", offtaker="Other lab"))
    assert (book.customer_default[0] != book.customer_default[1]).any()
    measured = book_risk(book)
    assert abs(measured.default_correlation.value) < 0.25
    assert np.isnan(measured.same_customer_correlation.value)
    assert measured.diversification.value > 0
    half = replace(LOAN, contracted_share=0.5)  # the rest of the machines is on one market
    tied = book_risk(run(half, replace(half, name="B", offtaker="Other lab")))
    assert 0.5 < tied.default_correlation.value < 0.95
    assert 0 < tied.diversification.value < measured.diversification.value


def test_capitals_do_not_make_another_customer() -> None:
    book = run(LOAN, replace(LOAN, name="B", offtaker="LAB"))
    assert len(book.customers) == 1
    assert (book.default_quarter[0] == book.default_quarter[1]).all()


def test_names_that_hang_on_the_lab_fail_with_it() -> None:
    """Whoever is the lab pays until it fails and no longer; with nobody the lab, nothing hangs on it."""
    apart, tied = (run(LOAN, replace(LOAN, name="B", offtaker="Other lab"),
                       scenario=GLUT.replace({"contagion.lab_share": share})) for share in (0.0, 1.0))
    assert (tied.customer_default <= apart.customer_default).all()
    moved = tied.customer_default < apart.customer_default
    assert moved.any(axis=1).all() and moved.all(axis=0).any()
    draws = [customer_shocks(draw_shocks(1, PATHS), key).contagion_u for key in ("lab", "other lab")]
    assert (draws[0] != draws[1]).any()


def test_another_loan_moves_no_loan_that_was_there(example: Book) -> None:
    alone = run(example.loans[3])  # its customer has a second loan in the example, with another contract
    other = run(example.loans[3], replace(LOAN, name="new", offtaker="Newcomer"))
    assert (alone.loss[0] == other.loss[0]).all()


def test_the_order_of_the_tape_does_not_matter(example: Book) -> None:
    back = run(*reversed(example.loans))
    assert (back.loss[::-1] == example.loss).all()
    one, two = (flatten(book_risk(book)) for book in (example, back))
    assert one.pop("largest_name") == two.pop("largest_name")
    assert one == pytest.approx(two, nan_ok=True)


def test_contributions_add_up(example: Book) -> None:
    measured, loans = book_risk(example), loan_table(example)
    assert loans["expected_loss_contribution"].sum() == pytest.approx(measured.expected_loss.value)
    assert loans["tail_contribution"].sum() == pytest.approx(measured.cvar_95.value)
    for by in ("customer", "vintage"):
        shares = concentration(example, by)[["balance_share", "loss_share", "tail_share"]].sum()
        assert shares.to_numpy() == pytest.approx([1, 1, 1])


def test_the_tail_is_that_of_the_risk_measures(example: Book) -> None:
    losses = total_loss(example)
    for confidence in (0.5, 0.9, 0.95, 0.99):
        weights = tail_weights(losses, confidence)
        assert weights.sum() == pytest.approx(1.0)
        assert losses @ weights == pytest.approx(risk.cvar(losses, confidence))


def test_untied_loans_lose_the_same_on_average_and_less_in_the_tail(example: Book) -> None:
    measured = book_risk(example)
    assert independent_loss(example).mean() == pytest.approx(measured.expected_loss.value)
    assert measured.independent_cvar_95.value < measured.cvar_95.value <= measured.standalone_cvar_95


def test_the_chance_of_a_larger_loss_never_rises(example: Book) -> None:
    table = distribution(example)
    assert (np.diff(table["probability"]) <= 0).all()
    assert table["probability"].iloc[-1] == 0
    assert len(table) * 2 <= 300


def test_concentration_of_alike_customers_is_one_over_their_number() -> None:
    book = run(*(replace(LOAN, name=f"L{k}", offtaker=f"C{k}") for k in range(4)))
    measured = book_risk(book)
    assert measured.customer_hhi == pytest.approx(0.25)
    assert measured.vintage_hhi == pytest.approx(1.0)


def test_a_seasoned_loan_owes_what_its_schedule_leaves() -> None:
    rate = (Scenario().rates.base_rate + 0.04) / 4
    young, old = run(replace(LOAN, vintage=-2)), run(replace(LOAN, vintage=-10))
    assert young.balance[0] == pytest.approx(1e9 * (1 + rate) ** 2)
    assert old.balance[0] == pytest.approx(young.balance[0] * (1 - (1 + rate) ** -8) / (1 - (1 + rate) ** -16))
    straight = run(replace(LOAN, vintage=-10, amortization="straight"))
    assert straight.balance[0] == pytest.approx(young.balance[0] / 2)


def test_a_later_loan_cannot_default_before_it_pays() -> None:
    book = run(replace(LOAN, vintage=8), replace(LOAN, name="B", vintage=-8))
    ramp = GLUT.hardware.ramp_quarters
    assert book.default_quarter[0].min() > 8 + ramp
    gone_before = book.customer_default[0] <= 8
    assert gone_before.any()
    assert (book.loss[0][gone_before] == 0).all()


def test_machines_were_dearer_and_get_cheaper() -> None:
    scenario = Scenario()
    market = simulate_market(scenario.setting, draw_shocks(1, 8))
    factors = np.array([vintage_factors(scenario.hardware, market, q) for q in range(-16, 17)])
    assert factors[16] == pytest.approx([1, 1, 1])
    assert (np.diff(factors, axis=0) < 0).all()


def test_a_grade_below_loses_more() -> None:
    good, bad = run(replace(LOAN, grade="ig")), run(LOAN)
    assert good.loss.mean() < bad.loss.mean()


def test_progress_is_told_for_every_loan_and_an_empty_book_is_refused() -> None:
    told: list[float] = []
    evaluate_book(GLUT, [LOAN, replace(LOAN, name="B")], paths=64, progress=told.append)
    assert told == [0.5, 1.0]
    with pytest.raises(DataError, match="no loan"):
        evaluate_book(GLUT, [])
