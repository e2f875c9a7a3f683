"""Credit of the contract: who pays, what ends or cuts it, and how the loan feels it."""

from typing import Any

import numpy as np
import pytest

from models.claims.backing import collateral_fleet
from models.debt.contract import (
    ContractCredit,
    ContractTerms,
    contract_paths,
    renegotiated_prices,
    sovereign_pays,
)
from models.scenario.scenario import Scenario
from models.studies.facility.facility import facility_result
from models.studies.facility.lender import lender_view

BASE = Scenario().replace({"run.paths": 1_024})
TERMS = ContractTerms(price=1.2, contracted=0.95, hours=2_000.0, first=3, last=18)
T = np.arange(41)


def view(**changes: Any) -> Any:
    return lender_view(facility_result(BASE, changes={k.replace("__", "."): v for k, v in changes.items()}))


def test_a_cliff_ends_payment_after_notice() -> None:
    credit = ContractCredit(cliff_rate=0.1, notice_quarters=3)
    uniform = np.array([np.exp(-0.099), np.exp(-0.499), np.nextafter(0.0, 1.0)])  # cliffs in quarters 4, 20, never
    pays = sovereign_pays(credit, np.ones((3, 41), dtype=bool), uniform)
    assert list(pays.argmin(axis=1)) == [7, 23, 0]
    assert pays[2].all()


def test_the_cliff_of_the_contract_is_that_of_the_program() -> None:
    """Same draw: a customer that is a state leaves on the very paths on which its programs end."""
    from models.policy.effects import cliff_quarter
    from models.policy.program import Program

    result = facility_result(BASE.replace({
        "gpu_debt.customer": "sovereign", "contract_credit.sovereign_default": 0.0,
        "contract_credit.notice_quarters": 0,
    }))
    program = Program()
    program = program.model_copy(update={"schedule": program.schedule.model_copy(update={"cliff_rate": 0.06})})
    ends = cliff_quarter(program, result.ground.shocks)
    lost = result.ground.pot.lost
    assert lost is not None
    expected = (T[None, :] >= ends[:, None]) & (T <= 18)
    assert np.array_equal(lost, expected)


def test_renegotiation_comes_only_where_the_market_is_cheaper() -> None:
    credit = ContractCredit(renegotiation_rate=2.0, renegotiation_gap=0.3, concession=0.5)
    price = np.full((4, 41), 1.2)
    price[1] = 0.9  # 25% cheaper, tolerated
    price[2:] = 0.6  # 50% cheaper: hazard of 0.4 a year
    uniform = np.array([0.5, 0.5, np.exp(-0.15), 1e-9])
    factor = renegotiated_prices(credit, TERMS, price, np.ones((4, 41), dtype=bool), uniform)
    assert (factor[[0, 1, 3]] == 1.0).all()
    assert (factor[2, 4:] == pytest.approx(0.75))
    assert (factor[2, :4] == 1.0).all()


def test_take_or_pay_and_termination_are_counted_once() -> None:
    credit = ContractCredit(take_or_pay=0.6, termination_quarters=2.0, termination_recovery=0.4)
    pays = np.ones((2, 41), dtype=bool)
    pays[1, 10:] = False
    used = np.full((2, 41), 0.5)
    price = np.full((2, 41), 1.2)
    paths = contract_paths(credit, "non_ig", TERMS, price, used, pays, np.full(2, 0.5))
    assert paths is not None
    full = 2_000.0 * 0.95 * 1.2
    assert paths.cash[0, 3:19] == pytest.approx(np.full(16, -0.2 * full))
    assert not paths.cash[0, 19:].any()
    assert paths.cash[1, 10] == pytest.approx(0.4 * 2.0 * full)
    assert not paths.cash[1, 11:].any()
    state = contract_paths(credit, "sovereign", TERMS, price, used, pays, np.full(2, 0.5))
    assert state is not None
    assert state.cash[1, 10] == pytest.approx(2.0 * full), "a state pays in full"
    late = TERMS._replace(last=10)
    end = contract_paths(credit, "sovereign", late, price, used, pays, np.full(2, 0.5))
    assert end is not None
    assert end.cash[1, 10] == pytest.approx(full), "never more than what is left of the term"


def test_a_contract_paid_in_full_changes_nothing() -> None:
    flat = np.ones((1, 41))
    assert contract_paths(ContractCredit(), "ig", TERMS, flat, flat, flat > 0.0, np.ones(1)) is None


def test_grades_order_default_and_price() -> None:
    ig, sovereign, non_ig, merchant = (view(gpu_debt__customer=g) for g in ("ig", "sovereign", "non_ig", "merchant"))
    assert ig.default_probability.value < sovereign.default_probability.value < merchant.default_probability.value
    assert ig.default_probability.value < non_ig.default_probability.value < merchant.default_probability.value
    assert ig.spread < sovereign.spread < non_ig.spread < merchant.spread
    assert collateral_fleet(BASE.replace({"gpu_debt.customer": "merchant"})).contracted_share == 0.0


def test_what_weakens_the_contract_weakens_the_loan() -> None:
    plain = view(gpu_debt__customer="sovereign")
    sooner = view(gpu_debt__customer="sovereign", contract_credit__cliff_rate=0.2)
    assert sooner.expected_loss.value > plain.expected_loss.value
    assert view(
        gpu_debt__customer="sovereign", contract_credit__cliff_rate=0.0, contract_credit__sovereign_default=0.0
    ).default_probability.value == 0.0
    paid = view(gpu_debt__customer="sovereign", contract_credit__termination_quarters=8)
    assert paid.expected_loss.value < plain.expected_loss.value
    base = view()
    assert view(contract_credit__renegotiation_rate=2.0, contract_credit__concession=1.0).expected_loss.value > (
        base.expected_loss.value
    )


def test_defaults_come_when_compute_is_cheap() -> None:
    """Wrong-way risk by construction: rents on paths and quarters of default are far below the rest."""
    result = facility_result(BASE)
    rows = np.flatnonzero(result.loan.is_defaulted)
    quarter = result.loan.default_quarter[rows]
    price = result.ground.market.price
    assert price[rows, quarter].mean() < 0.8 * price[:, quarter].mean()
    value = result.ground.pot.value
    assert value[rows, quarter].mean() < 0.8 * value[:, quarter].mean()


def test_a_rent_floor_pays_when_rents_fall() -> None:
    changes = {"gpu_debt.customer": "merchant", "gpu_debt.sizing_dscr": None, "gpu_debt.advance_cap": 0.5}
    bare = facility_result(BASE, changes=changes)
    hedged = facility_result(BASE, changes=changes | {"rent_floor.share": 1.0, "rent_floor.premium": 0.0})
    paid = hedged.ground.pot.cfads - bare.ground.pot.cfads
    floor = 0.7 * hedged.ground.market.planned_price
    falls = hedged.ground.market.price < floor
    assert paid.min() >= -1e-9
    assert (paid[falls & (paid > 1e-9)] > 0.0).all()
    assert not paid[~falls].any()
    assert not paid[:, 19:].any()
    assert lender_view(hedged).default_probability.value < lender_view(bare).default_probability.value
