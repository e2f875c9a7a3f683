"""Market closed forms against reference cases computed by loops, quadrature and exact fractions."""

import numpy as np
import pytest

from models.market.demand import Demand, compensator, cumulative_growth
from models.market.localization import safety_capacity_ratio
from models.market.long_run import Hardware, break_even_price
from tests.oracle_cases import load_case


def test_variance_of_the_demand_cycle() -> None:
    case = load_case("ar1_var_01")
    demand = Demand(volatility=case.inputs["sigma"], memory_years=case.inputs["half_life_years"], bust_rate=0.0)
    half_variance = compensator(demand, max(case.inputs["n"]))
    case.check("var", [2.0 * half_variance[n] for n in case.inputs["n"]])


def test_growth_that_fades() -> None:
    case = load_case("growth_decay_01")
    given = case.inputs
    case.check("log_growth", cumulative_growth(given["g0"], given["ginf"], given["kappa"], np.array(given["t"])))


def test_gain_from_pooling_blocs() -> None:
    case = load_case("pool_eppen_01")
    case.check("ratio", [[safety_capacity_ratio(k, rho) for rho in case.inputs["rho"]] for k in case.inputs["K"]])


@pytest.mark.parametrize(("deflation", "key"), [("as given", "p_lr0"), ("none", "naive_flat_annuity")])
def test_break_even_rent_of_new_hardware(deflation: str, key: str) -> None:
    case = load_case("plr_zero_npv_01")
    given = case.inputs
    fall = given["deflation"] if deflation == "as given" else 0.0
    hardware = Hardware().model_copy(
        update={
            "installed_cost": 1e3 * given["capex_kusd"], "cash_cost": given["cash_cost_hr"],
            "merchant_hurdle": given["hurdle"], "deflation_now": fall, "deflation_long_run": fall,
            "ramp_quarters": 0, "life_quarters": given["life_q"],
        }
    )
    case.check(key, break_even_price(hardware, given["utilisation"]))
