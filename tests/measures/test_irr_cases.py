"""Rates of return against reference cases, and where our rules read several roots differently on purpose."""

import numpy as np
import pytest

from models.measures import returns
from tests.oracle_cases import Case, find_cases, load_case

SINGLE = [case for case in find_cases("irr_*") if "irr" in case.expected]
SEVERAL = [case for case in find_cases("irr_*") if "all_irr" in case.expected]

# The cases select the smallest positive root, else the largest other (MathWorks). Ours looks only on the side of zero
# that the undiscounted sum points to, so that a path which lost money never shows a gain: rate, status and reason.
READ_DIFFERENTLY = {
    "irr_multi_04": (-0.04880884817015155, "ok", "money was lost, and one root, -4.9%, says so; the case takes 100%"),
    "irr_multi_07": (1.8544178284561779, "ok", "same root; -77% is not a reading of flows that gained 650"),
    "irr_multi_09": (1.004269848720558, "ok", "same root; the trailing -1 makes a second one near -100%"),
}


def name(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", SINGLE, ids=name)
def test_rate_and_status(case: Case) -> None:
    rate, status = returns.irr(case.inputs["cashflows"], periods_per_year=1)
    case.check("irr", rate)
    case.check("status", status.name)
    if "moic" in case.expected:
        case.check("moic", returns.moic(case.inputs["cashflows"]))


@pytest.mark.parametrize("case", SEVERAL, ids=name)
def test_every_root_is_found(case: Case) -> None:
    roots = returns.irr_roots(case.inputs["cashflows"], periods_per_year=1)
    case.check("all_irr", roots)
    case.check("n_roots", len(roots))
    if len(roots):
        positive = roots[roots > 0.0]
        case.check("selected", positive.min() if len(positive) else roots.max())
        case.check("closest_to_zero", roots[np.argmin(np.abs(roots))])


@pytest.mark.parametrize("case", SEVERAL, ids=name)
def test_root_chosen_among_several(case: Case) -> None:
    rate, status = returns.irr(case.inputs["cashflows"], periods_per_year=1)
    if case.id in READ_DIFFERENTLY:
        expected, expected_status, reason = READ_DIFFERENTLY[case.id]
        assert rate == pytest.approx(expected, abs=1e-9), reason
        assert status.name == expected_status, reason
        assert (rate < 0.0) == (sum(case.inputs["cashflows"]) < 0.0), "the sign must say whether money was lost"
    else:
        case.check("selected", rate)
        case.check("status", status.name)


def test_different_readings_are_of_known_cases() -> None:
    assert set(READ_DIFFERENTLY) <= {case.id for case in SEVERAL}


def test_contract_that_pays_back_in_two_and_a_half_years() -> None:
    case = load_case("crwv_unit_01")
    quarters = 4 * case.inputs["contract_years"]
    flow = [-1.0, *[1.0 / (4 * case.inputs["payback_years"])] * quarters]
    case.check("irr_annual", returns.irr(flow)[0])
    case.check("moic", returns.moic(flow))
    assert returns.payback(flow) == pytest.approx(case.inputs["payback_years"])


def test_lender_below_par() -> None:
    case = load_case("debt_oid_01")
    case.check("irr_q", returns.irr(case.inputs["lender_cashflows"], periods_per_year=1)[0])
    case.check("irr_annual", returns.irr(case.inputs["lender_cashflows"])[0])


def test_lender_of_a_delayed_draw_loan() -> None:
    case = load_case("loan_ddtl_01")
    case.check("lender_irr_q", returns.irr(case.expected["lender_cashflows"], periods_per_year=1)[0])


def test_grant_and_its_clawback() -> None:
    case = load_case("grant_clawback_01")
    capex, grant, inflow = (case.inputs[key] for key in ("capex", "grant", "inflow"))
    plain = np.array([-capex, *[inflow] * case.inputs["years"]], dtype=float)
    granted = plain.copy()
    granted[0] += grant * capex
    clawed = granted.copy()
    clawed[case.inputs["clawback_year"]] -= case.inputs["clawback_share"] * grant * capex
    for key, flow in (("irr_no_grant", plain), ("irr_grant", granted), ("irr_clawback", clawed)):
        case.check(key, returns.irr(flow, periods_per_year=1)[0])


@pytest.mark.parametrize("case", list(find_cases("pysam_*")), ids=name)
def test_project_finance_model(case: Case) -> None:
    flow = case.inputs["cf_project_return_aftertax"]
    rate, status = returns.irr(flow, periods_per_year=1)
    case.check("irr_aftertax", rate)
    assert status is returns.IrrStatus.ok
    case.check("npv_aftertax", returns.npv(case.expected["nominal_discount"], flow, periods_per_year=1))


def test_rate_within_a_billionth_of_total_loss() -> None:
    """From numpy-financial's issue 15; pyxirr finds nothing there. The root of a cubic in 1 + r, checked by hand."""
    flow = [-3000.0, 2.3926932267015667e-07, 4.1672087103345505e-16, 5.3965110036378706e-25]
    rate, status = returns.irr(flow, periods_per_year=1)
    assert status is returns.IrrStatus.ok
    assert rate == pytest.approx(-0.9999999996, abs=1e-9)
    growth = 1.0 + rate  # 1 + r keeps only seven digits here
    assert -flow[0] * growth**3 == pytest.approx(flow[1] * growth**2 + flow[2] * growth + flow[3], rel=1e-6)
