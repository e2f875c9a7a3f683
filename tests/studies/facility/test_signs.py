"""Which way a loan's figures move over the whole range of a slider."""

from typing import Any

import numpy as np
import pytest

from models.assets.gpu_debt.loan import GpuDebt
from models.basis.shocks import calm_shocks
from models.basis.timeline import DELTA
from models.scenario.scenario import Scenario
from models.studies.facility.facility import FacilityResult, facility_result

CALM = calm_shocks()
BY_ADVANCE = {"gpu_debt.sizing_dscr": None, "gpu_debt.contract_price": 2.0}
"""A loan whose size is its advance rate, so that nothing but the slider moves."""
GLUT = {"run.paths": 256, "overcapacity.peak": 1.0} | BY_ADVANCE


def over(name: str, count: int = 6) -> list[float]:
    """Values from one end of a slider of the loan to the other."""
    low, high = (next(getattr(m, side) for m in GpuDebt.model_fields[name].metadata if hasattr(m, side))
                 for side in ("ge", "le"))
    return [round(float(x), 6) for x in np.linspace(low, high, count)]


def defaults(changes: dict[str, Any]) -> float:
    return float(facility_result(Scenario().replace(GLUT | changes)).loan.is_defaulted.mean())


def test_a_dearer_loan_of_the_same_size_is_covered_less() -> None:
    found = [facility_result(Scenario().replace(BY_ADVANCE | {"gpu_debt.spread": x}), CALM) for x in over("spread")]
    assert np.ptp([r.terms.principal for r in found]) == 0.0
    assert (np.diff([float(r.least_dscr[0]) for r in found]) < 0.0).all()


def test_a_dearer_loan_that_cash_sizes_is_smaller() -> None:
    low_price = {"gpu_debt.advance_cap": 0.9, "gpu_debt.contract_price": 1.2}
    found = [facility_result(Scenario().replace(low_price | {"gpu_debt.spread": x}), CALM) for x in over("spread")]
    assert (np.diff([r.terms.principal for r in found]) < 0.0).all()


def test_more_leverage_defaults_more_often() -> None:
    found = [defaults({"gpu_debt.advance_cap": x, "gpu_debt.contracted_share": 0.5}) for x in over("advance_cap")]
    assert found == sorted(found) and found[0] == 0.0 < found[-1]


@pytest.mark.parametrize("contracted", [0.0, 0.5])
def test_a_larger_reserve_defaults_less_often(contracted: float) -> None:
    loan = {"gpu_debt.advance_cap": 0.6, "gpu_debt.contracted_share": contracted}
    found = [defaults(loan | {"gpu_debt.reserve_months": x}) for x in over("reserve_months", 5)]
    assert found == sorted(found, reverse=True) and found[0] > found[-1]


def at_close(result: FacilityResult) -> float:
    """Planned cash of the loan's life, worth at closing at the coupon, and the reserve, over what is owed."""
    terms, pot, worth = result.terms, result.ground.pot, 0.0
    for t in range(terms.first, terms.last + 1):
        worth += float(pot.base_cfads[t]) / (1.0 + terms.coupon * DELTA) ** t
    return (worth + float(result.loan.reserve[0, 0])) / float(result.loan.balance[0, 0])


def test_coverage_of_the_life_at_closing() -> None:
    """A fixed coupon without swap and agent: by hand, and 1.30 of contract cash is what the loan was sized to."""
    changes = {"loan_pricing.base": "fixed", "gpu_debt.advance_cap": 0.9, "gpu_debt.contract_price": 1.2,
               "gpu_debt.contracted_share": 1.0, "gpu_fleet.contract_quarters": 20, "gpu_debt.tenor_quarters": 12,
               "gpu_debt.reserve_months": 0.0}
    result = facility_result(Scenario().replace(changes), CALM)
    assert result.size.binding == "coverage"
    assert float(result.llcr[0, 0]) == pytest.approx(at_close(result), rel=1e-9)
    assert float(result.llcr[0, result.terms.first - 1]) == pytest.approx(1.30, rel=1e-9)


@pytest.mark.parametrize("changes", [{}, {"gpu_debt.contracted_share": 0.5}, {"loan_pricing.draws": 3}])
def test_the_profile_moves_nothing_where_the_worth_of_cash_binds(changes: dict[str, Any]) -> None:
    loan = {"gpu_debt.advance_cap": 0.9, "gpu_debt.contract_price": 1.2} | changes
    found = [facility_result(Scenario().replace(loan | {"gpu_debt.amortization": profile}), CALM)
             for profile in ("level", "straight", "sculpted")]
    assert all(r.size.binding == "coverage" for r in found)
    for other in found[1:]:
        np.testing.assert_allclose(other.loan.balance, found[0].loan.balance, atol=1e-8)
