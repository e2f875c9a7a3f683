"""Hardware deflation and the long-run price (model 1.1): closed forms, and what a buyer of new hardware earns."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from models.assets.gpu_fleet.fleet import fleet_terms
from models.assets.gpu_fleet.used import used_values
from models.basis.shocks import calm_shocks
from models.basis.timeline import HOURS
from models.claims.registry import build_claims
from models.market.long_run import (
    REFERENCE_PRICE_RATIO,
    Hardware,
    balance_utilization,
    break_even_price,
    cost_index,
)
from models.market.simulate import MarketPaths, market_curves, simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION
from tests.engine.runs import beyond_bounds, scenarios

MERCHANT = {"localization.share": 0.0, "gpu_fleet.contracted_share": 0.0, "gpu_fleet.salvage": 0.0}
NEUTRAL = Scenario().replace(MERCHANT)


def balanced(scenario: Scenario) -> Scenario:
    """The scenario with today's rent at its long-run level and no volatility."""
    price = float(market_curves(scenario.setting, 40).price[0])
    return beyond_bounds(scenario.calm, {"clearing.spot_price": price})


def merchant(scenario: Scenario) -> tuple[np.ndarray, MarketPaths, np.ndarray]:
    """Net flows, market and used values of one machine on the calm path."""
    shocks = calm_shocks()
    market = simulate_market(scenario.setting, shocks)
    flows = build_claims(scenario, market, shocks, ["gpu_fleet"]).by_key["gpu_fleet"].flows
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    return flows.net, market, used_values(scenario.gpu_fleet, terms, market)[0]


def test_defaults_give_the_figures_of_the_model() -> None:
    """The long-run price of the first edition, and today's: more quarters to earn in, and power that costs more."""
    for scenario, price in ((Scenario().replace(FIRST_EDITION), 2.484067), (Scenario(), 2.450780)):
        curves = market_curves(scenario.setting, 40)
        assert curves.balance_utilization == pytest.approx(0.768, abs=5e-4)
        assert curves.price[0] == pytest.approx(price, abs=5e-7)
        assert curves.hardware_cost[0] == pytest.approx(22_000.0, rel=1e-12)
    assert price == pytest.approx(2.85 / REFERENCE_PRICE_RATIO, abs=1e-12), "what today's rent is compared with"


@pytest.mark.parametrize("speed", [0.2, 0.6, 1.0])
def test_a_merchant_machine_earns_just_the_hurdle(speed: float) -> None:
    scenario = balanced(NEUTRAL.replace({"clearing.price_speed": speed}))
    net, market, value = merchant(scenario)
    assert returns.irr(net)[0][0] == pytest.approx(0.12, abs=1e-6)
    assert value[0] == pytest.approx(22_000.0, rel=1e-6)
    ahead = 1.12 ** (-np.arange(41) / 4)
    end = scenario.hardware.ramp_quarters + scenario.hardware.life_quarters
    for t in range(end):
        assert value[t] == pytest.approx(net[0, t + 1 :] @ ahead[1 : 41 - t], rel=1e-6), f"value after {t} quarters"
    assert value[end:].max() == 0.0
    assert np.allclose(market.price[0], market.curves.price[:41], rtol=1e-12, atol=0.0)


def test_salvage_adds_what_the_model_says() -> None:
    first = Scenario().replace({**FIRST_EDITION, **MERCHANT, "gpu_fleet.salvage": 0.03})
    net, _, value = merchant(balanced(first))
    assert returns.irr(net)[0][0] == pytest.approx(0.1276, abs=5e-5)
    assert value[0] == pytest.approx(22_350.0, abs=10.0)


@settings(max_examples=200)
@given(scenarios(only=("hardware", "clearing.balance_utilization", "localization.friction"), programs=0))
def test_new_hardware_breaks_even_today(scenario: Scenario) -> None:
    """Zero present value by plain summation, whatever the block; and the price is linear in both costs."""
    hardware, clearing = scenario.hardware, scenario.clearing
    earned = balance_utilization(
        hardware, scenario.localization, clearing.balance_utilization, clearing.ceiling_utilization
    )
    price = break_even_price(hardware, earned)
    cash = hardware.cash_cost
    if cash is None:
        cash = 0.375 + 0.0068 * (hardware.installed_cost / 1e3 - 22.0)
    index = cost_index(hardware, 60, surprise=False)
    value = -hardware.installed_cost
    for j in range(hardware.ramp_quarters + 1, hardware.ramp_quarters + hardware.life_quarters + 1):
        value += HOURS * (earned * price * index[j] - cash) * (1.0 + hardware.merchant_hurdle) ** (-j / 4)
    assert abs(value) < 1e-8 * hardware.installed_cost
    double = hardware.model_copy(update={"installed_cost": 2.0 * hardware.installed_cost, "cash_cost": 2.0 * cash})
    assert break_even_price(double, earned) == pytest.approx(2.0 * price, rel=1e-12)


def test_long_run_price_is_linear_in_each_cost() -> None:
    def price(cost: float, cash: float) -> float:
        return break_even_price(Hardware(installed_cost=cost, cash_cost=cash), 0.768)

    assert price(20e3, 0.4) + price(24e3, 0.4) == pytest.approx(2.0 * price(22e3, 0.4), rel=1e-12)
    assert price(22e3, 0.3) + price(22e3, 0.5) == pytest.approx(2.0 * price(22e3, 0.4), rel=1e-12)


def test_cost_index_is_the_integral_of_deflation() -> None:
    hardware = Hardware(deflation_now=0.31, deflation_long_run=0.08, deflation_fade=0.4)
    t = np.linspace(0.0, 7.5, 75_001)
    rate = 0.08 + (0.31 - 0.08) * np.exp(-0.4 * t)
    assert cost_index(hardware, 30)[30] == pytest.approx(np.exp(-np.trapezoid(rate, t)), rel=1e-9)


def test_a_surprise_is_unknown_before_it_comes() -> None:
    calm = market_curves(Scenario().setting, 40)
    shock = market_curves(Scenario().replace({"hardware.deflation_surprise": 0.15}).setting, 40)
    known = 6  # quarters: one year and a half
    assert np.array_equal(shock.hardware_cost[:known], calm.hardware_cost[:known])
    assert np.array_equal(shock.cash_cost[:known], calm.cash_cost[:known])
    assert np.array_equal(shock.price_expected, calm.price_expected)
    assert (shock.hardware_cost[known:] < calm.hardware_cost[known:]).all()
    assert np.allclose(shock.price[:41] / calm.price[:41], np.exp(-0.15 * np.maximum(0.0, np.arange(41) / 4 - 1.5)))


def test_a_surprise_hurts_owners_and_leaves_the_market() -> None:
    """Demand follows the new cost index, so surplus and relative price stay; owners' dollars do not (model 1.1)."""
    scenario = Scenario().replace({"gpu_fleet.contracted_share": 0.0, "clearing.spot_price": 2.60})
    before, market, _ = merchant(scenario.calm)
    after, shocked, _ = merchant(scenario.replace({"hardware.deflation_surprise": 0.10}).calm)
    assert after[0, 0] == before[0, 0]
    assert (after[0, 7:22] < before[0, 7:22]).all()
    assert np.allclose(shocked.surplus, market.surplus, rtol=0.0, atol=1e-12)
    assert np.allclose(shocked.log_ratio, market.log_ratio, rtol=0.0, atol=1e-12)


def test_hardware_keeps_a_value_in_every_corner() -> None:
    """K_t > 0; it falls except with the costliest running of the cheapest machine under a sharp, early fade.

    So at rates that fall from the start, of the life the exception is known for; dearer hardware is drawn below.
    """
    paths = ("deflation_now", "deflation_long_run", "deflation_fade", "merchant_hurdle", "installed_cost", "cash_cost")
    bounds = ((0.15, 0.40), (0.05, 0.20), (0.1, 1.0), (0.08, 0.18), (15e3, 32e3), (0.25, 0.70))
    for values in product(*bounds):
        now, low, fade, _, cost, cash = values
        changes = {f"hardware.{p}": v for p, v in zip(paths, values, strict=True)} | {"hardware.life_quarters": 20}
        setting = beyond_bounds(Scenario(), changes).setting
        curve = market_curves(setting, 40).hardware_cost
        assert (curve > 0.0).all(), values
        is_exception = (now, low, fade, cost, cash) == (0.40, 0.05, 1.0, 15e3, 0.70)
        assert (np.diff(curve) < 0.0).all() or is_exception, values


@settings(max_examples=200)
@given(scenarios(only=("hardware", "clearing.balance_utilization"), programs=0))
def test_hardware_that_gets_dearer_keeps_a_cost_and_a_running_cost(scenario: Scenario) -> None:
    """K_t and c_t are above zero and finite at every rate a slider reaches, dearer hardware and surprises included."""
    _has_costs(scenario)


def test_the_dearest_and_the_cheapest_hardware_keep_a_cost() -> None:
    """The corners of the sliders that a draw seldom meets."""
    bounds = {
        "deflation_now": (-0.10, 0.40), "deflation_long_run": (0.05, 0.20), "deflation_fade": (0.1, 1.0),
        "deflation_surprise": (-0.20, 0.20), "surprise_year": (0.0, 8.0), "life_quarters": (12, 32),
        "cash_cost": (0.25, 0.70),
    }
    for values in product(*bounds.values()):
        _has_costs(Scenario().replace({f"hardware.{p}": v for p, v in zip(bounds, values, strict=True)}))


def _has_costs(scenario: Scenario) -> None:
    curves = market_curves(scenario.setting, 40)
    for curve in (curves.hardware_cost, curves.cash_cost, curves.price):
        assert (curve > 0.0).all() and np.isfinite(curve).all(), scenario.hardware
    if curves.surprise_quarter > 0:  # a surprise of today is in today's price already
        assert curves.hardware_cost[0] == pytest.approx(scenario.hardware.installed_cost, rel=1e-9)
