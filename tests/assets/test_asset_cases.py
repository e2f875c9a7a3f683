"""Assets against reference cases: real estate arithmetic, and what a contract earns by a company's filings."""

import numpy as np
import pytest

from models.assets.data_center.building import sale_price
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.engine.runs import beyond_bounds, calm_flows
from tests.oracle_cases import load_case


def test_exit_at_a_higher_yield() -> None:
    case = load_case("re_cap_shift_01")
    before, after = (float(sale_price(np.array([1.0]), 0.025, case.inputs[cap])[0]) for cap in ("cap0", "cap1"))
    case.check("value_change", after / before - 1.0)


def test_development_margin() -> None:
    case = load_case("re_devmargin_01")
    given = case.inputs
    value = float(sale_price(np.array([given["noi"]]), 0.0, given["cap"])[0])
    case.check("value", value)
    case.check("margin", value / given["cost"] - 1.0)


def test_contract_priced_by_payback_returns_what_the_filing_implies() -> None:
    """A machine fully let at a price that pays it back in 2.5 years, four years long, worth nothing after."""
    case = load_case("crwv_unit_01")
    quarters = 4 * case.inputs["contract_years"]
    scenario = Scenario().replace(
        {
            "gpu_fleet.contracted_share": 1.0, "gpu_fleet.payback_years": case.inputs["payback_years"],
            "gpu_fleet.contract_quarters": quarters, "gpu_fleet.salvage": 0.0, "gpu_fleet.hazard_scale": 0.0,
            "hardware.ramp_quarters": 0, "hardware.life_quarters": quarters,
        }
    )
    flows = calm_flows(scenario, "gpu_fleet")
    case.check("moic", returns.moic(flows.contrib, flows.distrib)[0])
    case.check("irr_annual", returns.irr(flows.net)[0][0])


@pytest.mark.parametrize("cost", [15_000.0, 22_000.0, 32_000.0])
def test_payback_price_pays_back_in_time_whatever_the_cost(cost: float) -> None:
    scenario = beyond_bounds(
        Scenario().replace(
            {"gpu_fleet.contracted_share": 1.0, "gpu_fleet.payback_years": 3.0, "hardware.ramp_quarters": 0}
        ),
        {"hardware.installed_cost": cost},
    )
    assert returns.payback(calm_flows(scenario, "gpu_fleet").net)[0] == pytest.approx(3.0, rel=1e-9)
