"""Worth of public support against closed forms from textbooks."""

import numpy as np
import pytest

from models.basis.shocks import calm_shocks
from models.basis.timeline import DELTA, HOURS
from models.measures import returns
from models.policy.effects import ProgramMarket
from models.policy.program import Mix, Policy, Program, Schedule, Terms
from models.policy.support import Recipient, concession_value, fleet_support
from tests.oracle_cases import load_case


def test_grant_element_of_a_cheap_loan() -> None:
    case = load_case("concess_loan_01")
    given = case.inputs
    full = concession_value(1.0, given["market"] - given["rate"], given["market"], given["years"])
    case.check("grant_element", full)
    case.check("closed_form", full)
    assert concession_value(0.7, 0.06, 0.08, 5) == pytest.approx(0.7 * full, rel=1e-12)


def test_saving_from_cheaper_power() -> None:
    case = load_case("power_discount_01")
    given = case.inputs
    assert given["hours"] == HOURS / DELTA
    program = Program(
        schedule=Schedule(budget=1e9, stop=41), mix=Mix(power=1.0),
        terms=Terms(power_discount=given["discount_per_kwh"], capture=0.0),
    )
    flat = np.ones(41)
    market = ProgramMarket(22_000.0 * flat, 1e6 * flat, 1e7 * flat, 1.0, 1.0, 0.97, 0.8, 0.0)
    support = fleet_support(
        Policy(programs=(program,)), calm_shocks(), market, Recipient(1.0, 1.0, given["kw_per_unit"]),
        hardware_cost=22_000.0, window=(1, 40),
    )
    saving = support.cash_cost_cut[0, 1] * given["hours"]
    case.check("annual_saving", saving)
    case.check("npv", returns.npv(given["rate"], [0.0, *[saving] * given["years"]], periods_per_year=1))
