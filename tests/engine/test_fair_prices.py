"""Fair entry (model 3): in the neutral world every class just pays its own hurdle."""

import numpy as np
import pytest

from models.basis.shocks import REPLICATES, draw_replicate
from models.claims.registry import build_claims
from models.engine.evaluate import evaluate
from models.engine.prices import PATHS, SEED, fair_prices
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION
from tests.engine.runs import npv

# A levered claim pays the premium of the asset below it, so its own mean value is an outcome.
PRICED = ("gpu_fleet", "data_center_unlevered", "gpu_debt", "hardware_supplier", "cloud_platform")


def test_on_its_own_draws_the_neutral_value_is_exactly_zero() -> None:
    scenario = Scenario()
    prices, totals = fair_prices(scenario), dict.fromkeys(PRICED, 0.0)
    for group in range(REPLICATES):
        shocks = draw_replicate(SEED, group, PATHS // REPLICATES)
        market = simulate_market(scenario.neutral.setting, shocks)
        for key, claim in build_claims(scenario.neutral, market, shocks, PRICED).by_key.items():
            bought = claim.flows.with_entry(prices[key].premium)
            totals[key] += float(npv(claim.hurdle, bought.net).mean()) / REPLICATES
    for key in PRICED:
        scale = max(prices[key].premium, 22_000.0)
        assert abs(totals[key]) <= 1e-9 * abs(scale), key


def test_on_other_draws_the_neutral_value_is_zero_within_its_error() -> None:
    evaluation = evaluate(Scenario().neutral.replace({"run.seed": 31, "run.paths": 16_384}))
    for key, result in {**evaluation.assets, **evaluation.variants}.items():
        if key in (*PRICED, "llm_developer"):
            error = np.hypot(result.fair.npv_mean_se, result.fair_price.premium_se)
            assert abs(result.fair.npv_mean) <= 3.0 * error, key
            assert error <= 0.05 * result.fair.price, f"{key}: too noisy to prove anything"


def test_prices_know_neither_glut_nor_policy_nor_seed() -> None:
    """Surprises and programs must not be priced in, or free entry would hide the shock that is studied."""
    base = fair_prices(Scenario())
    for changes in (
        {"overcapacity.peak": 1.0},
        {"hardware.deflation_surprise": 0.1},
        {"demand.efficiency_factor": 2.0},
        {"localization.fragmentation": 0.8},
        {"run.seed": 5, "run.paths": 64},
        {"gpu_fleet.cost_factor": 1.2},
        {"gpu_fleet.power_price": 0.14},
    ):
        assert fair_prices(Scenario().replace(changes)) == base, changes


def test_expectations_of_the_scenario_price_its_market() -> None:
    """By default a scenario's demand is news; told otherwise it is what buyers paid for."""
    boom = Scenario().replace({"demand.growth_fade": 0.12})
    believed = boom.replace({"entry.expectations": "scenario"})
    key = "hardware_supplier"
    assert fair_prices(boom)[key] == fair_prices(Scenario())[key]
    assert fair_prices(believed)[key].premium > 2.0 * fair_prices(boom)[key].premium


def test_what_the_market_assumes_makes_the_supplier_fair() -> None:
    """The preset's world pays the market multiple of 24.2 on the supplier's own first-year earnings, as its story says.

    The slowest fade alone does not.
    """
    scenario = Scenario.preset("market_assumes")
    price = fair_prices(scenario)["hardware_supplier"]
    assert price.premium / price.earnings == pytest.approx(24.2, abs=0.3)
    demand = scenario.demand
    assert (np.log(2.0) / demand.growth_fade, demand.growth_long_run) == (pytest.approx(7.0, abs=0.1), 0.10)
    fade = fair_prices(scenario.replace({"demand.growth_long_run": 0.07}))["hardware_supplier"]
    assert fade.premium / fade.earnings == pytest.approx(21.3, abs=0.3)


def test_parts_of_the_merchant_premium() -> None:
    """Model 3 lists them one after the other: bust switch .57, salvage .35, localization -.32 of 1.67 $k.

    Taken off alone, as here, a part also keeps what it shares with the others.
    """

    def premium(**changes: float | bool) -> float:
        paths = {name.replace("__", "."): value for name, value in changes.items()}
        told = {**FIRST_EDITION, "gpu_fleet.contracted_share": 0.0, **paths}
        return fair_prices(Scenario().replace(told))["gpu_fleet"].premium / 1e3

    whole = premium()
    assert whole == pytest.approx(1.67, abs=0.05)
    assert whole - premium(capacity__bust_switch=False) == pytest.approx(0.57, abs=0.10)
    assert whole - premium(gpu_fleet__salvage=0.0) == pytest.approx(0.35, abs=0.10)
    assert whole - premium(localization__share=0.0) == pytest.approx(-0.32, abs=0.10)
