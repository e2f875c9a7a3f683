"""Worth of public support against closed forms from textbooks."""

import pytest

from models.policy.effects import concession_value, grant_element, power_saving
from tests.oracle_cases import load_case


def test_grant_element_of_a_cheap_loan() -> None:
    case = load_case("concess_loan_01")
    given = case.inputs
    case.check("grant_element", grant_element(given["rate"], given["market"], given["years"]))
    full = concession_value(1.0, given["market"] - given["rate"], given["market"], given["years"])
    case.check("closed_form", full)
    assert concession_value(0.7, 0.06, 0.08, 5) == pytest.approx(0.7 * full, rel=1e-12)


def test_saving_from_cheaper_power() -> None:
    case = load_case("power_discount_01")
    given = case.inputs
    assert given["hours"] == 8760
    saving, worth = power_saving(given["kw_per_unit"], given["discount_per_kwh"], given["rate"], given["years"])
    case.check("annual_saving", saving)
    case.check("npv", worth)
