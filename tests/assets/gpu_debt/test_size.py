"""Size of a loan: a floor, a ceiling, a smallest loan, and in words why nothing is lent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assets.gpu_debt.size import LEAST, RULES, LoanSize
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of

ANY = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-2e4, 4e4)


@given(st.floats(-1e4, 1e5), st.dictionaries(st.sampled_from(sorted(RULES)), ANY, min_size=1), st.floats(0.0, 4e4))
def test_sizes_have_a_floor_and_a_ceiling(cost: float, allowed: dict[str, float], junior: float) -> None:
    size = LoanSize.of(cost, allowed, asked_junior=junior)
    assert size.lent == 0.0 or LEAST * cost <= size.lent <= cost
    assert size.junior == 0.0 or LEAST * cost <= size.junior <= junior
    assert size.lent + size.junior <= max(cost, 0.0) * (1.0 + 1e-15)
    assert (size.lent == 0.0) == size.why_nothing.startswith("nothing is lent: ")
    assert size.lent > 0.0 or size.junior == 0.0, "no junior loan without a senior one"


@pytest.mark.parametrize(("changes", "why"), [
    ({"gpu_debt.advance_cap": 0.0}, "leverage is 0"),
    ({"gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
      "gpu_fleet.facility_overhead": 1.6}, "coverage allows no loan"),
    ({"gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
      "gpu_fleet.facility_overhead": 1.6, "gpu_debt.amortization": "sculpted"}, "coverage allows no loan"),
])
def test_why_nothing_is_lent(changes: dict[str, object], why: str) -> None:
    claims = claims_of(Scenario().replace({"run.paths": 64, **changes}), ["gpu_debt"])
    assert claims.loan_size is not None and claims.loan_terms is not None
    assert claims.loan_terms.principal == claims.loan_size.lent == 0.0
    assert claims.loan_size.why_nothing == f"nothing is lent: {why}"


@pytest.mark.parametrize(("junior", "lent", "said"), [
    (0.10, 0.10, ""), (0.20, 0.20, ""),
    (0.30, 0.20, "the mezzanine is cut from 30% to 20% of cost: both loans pay all of it at most"),
    (0.005, 0.0, "a mezzanine of 0.5% of cost is none: less than 1% is no loan"),
])
def test_a_mezzanine_that_is_cut_says_so(junior: float, lent: float, said: str) -> None:
    size = LoanSize.of(100.0, {"advance": 80.0}, asked_junior=100.0 * junior)
    assert size.junior == pytest.approx(100.0 * lent) and size.why_less_junior == said


def test_a_mezzanine_that_finds_no_room_says_so() -> None:
    full, none = (LoanSize.of(100.0, {"advance": senior}, asked_junior=10.0) for senior in (99.5, 0.0))
    assert full.junior == 0.0
    assert full.why_less_junior.startswith("no mezzanine is lent: the senior loan leaves 0.5% of cost")
    assert none.why_less_junior == "" and none.why_nothing, "without a senior loan that alone is told"
