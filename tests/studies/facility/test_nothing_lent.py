"""Where nothing is lent, every reading of the facility says so: no figure of nothing, no exception, no rating."""

import math
import warnings

import numpy as np
import pytest

from models.scenario.scenario import Scenario
from models.studies.facility import haircut, lender, solve
from models.studies.facility.against import compare
from models.studies.facility.facility import FacilityResult, facility_result
from models.studies.facility.horizon import horizon, wall
from models.studies.facility.steps import path_table, steps, telling_paths

POOR = {
    "gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
    "gpu_fleet.facility_overhead": 1.6,
}
# A grant of the whole cost: nothing is left to lend on.
GRANTS = Scenario.preset("eu_gigafactories").model_dump()["policy"]["programs"][0]
GRANTS = GRANTS | {
    "mix": GRANTS["mix"] | {"grant": 1.0, "offtake": 0.0},
    "terms": GRANTS["terms"] | {"capex_share": 1.0, "capture": 0.0, "guarantee_cover": 1.0},
}
NOTHING: dict[str, dict[str, object]] = {
    "leverage": {"gpu_debt.advance_cap": 0.0},
    "dust": {"gpu_debt.advance_cap": 0.009},
    "mezzanine alone": {"gpu_debt.advance_cap": 0.0, "mezzanine.advance": 0.3},
    "coverage": POOR,
    "sculpted": POOR | {"gpu_debt.amortization": "sculpted"},
    "balloon": {"gpu_debt.balloon": 0.3, "hardware.life_quarters": 15},
    "draws and fees": {"gpu_debt.advance_cap": 0.0, "loan_pricing.draws": 3, "loan_pricing.upfront_fee": 0.02,
                       "loan_pricing.base": "simulated", "loan_pricing.hedged": 1.0},
    "grants": {"policy.programs": [GRANTS], "policy.fleet_share": 1.0},
}


@pytest.fixture(scope="module", params=NOTHING)
def nothing(request: pytest.FixtureRequest) -> FacilityResult:
    return facility_result(Scenario().replace({"run.paths": 64} | NOTHING[request.param]))


def test_nothing_is_lent_and_owed(nothing: FacilityResult) -> None:
    assert nothing.size.why_nothing.startswith("nothing is lent: ")
    assert nothing.advance_rate == nothing.terms.principal == nothing.terms.mezz_principal == 0.0
    assert np.isnan(nothing.dscr).all() and not nothing.loan.balance.any() and not nothing.lender.any()
    assert not nothing.loan.mezzanine.any() and not nothing.loan.is_defaulted.any()


def test_readings_are_empty_and_quiet(nothing: FacilityResult) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = lender.lender_view(nothing)
        assert view.by_loss.words == view.by_default.words == "n/a"
        for figure in (view.default_probability, view.loss_given_default, view.expected_loss, view.loss_rate, view.wal,
                       view.irr, view.irr_low, view.spread_after_loss, view.min_dscr):
            assert math.isnan(figure.value)
        assert not lender.breaches(nothing)["probability"].any()
        assert list(lender.tranche_losses(nothing)["tranche"]) == ["equity"]
        assert set(lender.loss_curve(nothing)["tranche"]) == {"equity"}
        horizon(nothing)
        wall(nothing)
        compare(nothing, nothing)
        telling_paths(nothing)
        table = path_table(nothing, 3)
        assert table["dscr"].isna().all() and not table["due"].any()
        assert steps(nothing, 3, 6)["due"].sum() >= 0.0


def test_questions_about_a_loan_are_answered_with_the_reason(nothing: FacilityResult) -> None:
    shocks = nothing.ground.shocks
    spread = solve.paying_spread(nothing.scenario, shocks=shocks)
    assert spread.why_nothing == nothing.size.why_nothing and math.isnan(spread.value)
    for cut in (haircut.price_haircut(nothing), haircut.residual_haircut(nothing)):
        assert math.isnan(cut.value) and not cut.holds_always and not cut.fails_already


def test_a_loan_of_a_hundredth_of_cost_keeps_its_size_on_cheaper_machines() -> None:
    result = facility_result(Scenario().replace({"run.paths": 64, "gpu_debt.advance_cap": 0.01}))
    assert result.advance_rate == pytest.approx(0.01) and not result.size.why_nothing
    assert haircut.residual_haircut(result).holds_always


def test_grants_leave_senior_and_mezzanine_the_rest_of_the_cost() -> None:
    half = GRANTS | {"terms": GRANTS["terms"] | {"capex_share": 0.5}}
    result = facility_result(Scenario().replace({
        "run.paths": 64, "policy.programs": [half], "policy.fleet_share": 1.0, "mezzanine.advance": 0.3,
        "gpu_debt.advance_cap": 0.9, "gpu_debt.reserve_months": 12.0,
    }))
    assert result.size.cost == pytest.approx(11_000.0)
    assert result.terms.principal == pytest.approx(9_900.0) and result.terms.mezz_principal == pytest.approx(1_100.0)
    assert max(result.size.limits.values()) <= result.size.cost, "coverage would carry more, and lends the cost"


def test_coverage_says_what_it_would_allow_at_leverage_0() -> None:
    """By continuity: what it allows does not depend on what is asked for."""
    none, some = (facility_result(Scenario().replace({"run.paths": 64, "gpu_debt.advance_cap": cap}))
                  for cap in (0.0, 0.75))
    assert none.size.limits["coverage"] == some.size.limits["coverage"]
    assert none.size.limits["coverage"] / none.size.cost == pytest.approx(0.722, abs=0.0006)


@pytest.mark.parametrize("amortization", ["level", "sculpted"])
@pytest.mark.parametrize(("glut", "most"), [(0.0, 0.05), (1.0, 0.20), (2.0, 0.25)])
def test_the_coverage_told_yields_the_loan_found(amortization: str, glut: float, most: float) -> None:
    scenario = Scenario().replace({"run.paths": 256, "gpu_debt.amortization": amortization})
    found = solve.surviving_loan(scenario, glut, most)
    assert 0.01 <= found.value == pytest.approx(found.advance)
    asked = scenario.derived(gpu_debt=scenario.gpu_debt.derived(
        sizing_dscr=found.coverage, merchant_dscr=found.coverage, advance_cap=0.9,
    ))
    assert facility_result(asked).advance_rate == pytest.approx(found.advance, rel=1e-9)


def test_where_no_loan_survives_none_is_told() -> None:
    found = solve.surviving_loan(Scenario().replace({"run.paths": 256, "covenants.cures": 0}), 2.0, 0.05)
    assert found.value == found.advance == 0.0 and found.reached > 0.05
