"""Drivers given year by year: the usual path given by hand changes nothing, and each year acts in its own quarters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.gpu_fleet.fleet import MARKET_POWER_PRICE
from models.basis.shocks import draw_shocks
from models.basis.yearly import at_year_end, by_quarter, integral
from models.engine.evaluate import evaluate
from models.errors import ScenarioError
from models.market.capacity import planned_glut
from models.market.long_run import Hardware, cost_index
from models.market.simulate import MarketPaths, market_curves, simulate_market
from models.scenario.by_year import driver_path, yearly_paths
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION

FLAT = (0.2,) * 10
SHOCKS = draw_shocks(3, 64)


def market_of(changes: dict[str, Any], preset: str = "base") -> MarketPaths:
    return simulate_market(Scenario.preset(preset).replace(changes).setting, SHOCKS)


def same(one: MarketPaths, other: MarketPaths) -> bool:
    names = ("price", "utilization", "surplus")
    return all(np.allclose(getattr(one, n), getattr(other, n), rtol=1e-12, atol=1e-12) for n in names)


def test_a_year_is_four_quarters_and_closing_belongs_to_the_first() -> None:
    steps = by_quarter(tuple(float(y) for y in range(1, 11)), 44)
    assert steps[[0, 1, 4, 5, 8, 40, 41, 44]].tolist() == [1, 1, 1, 2, 2, 10, 10, 10]
    ends = at_year_end((0.4, 0.8, *[0.0] * 8), 40)
    assert ends[[0, 2, 4, 6, 8, 10, 12]].tolist() == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 0.4, 0.0])


def test_rates_add_up_and_go_on_at_the_long_run_rate() -> None:
    rates = (0.1, 0.3, *[0.0] * 8)
    assert integral(rates, 0.05, np.array([0.0, 0.5, 1.0, 2.0, 10.0, 12.0])).tolist() == pytest.approx(
        [0.0, 0.05, 0.1, 0.4, 0.4, 0.5]
    )


@pytest.mark.parametrize(
    ("by_year", "usual", "preset"),
    [
        ({"demand.growth_by_year": FLAT}, {"demand.growth_now": 0.2, "demand.growth_long_run": 0.12}, "base"),
        ({"hardware.deflation_by_year": FLAT}, {"hardware.deflation_now": 0.2, "hardware.deflation_long_run": 0.2},
         "base"),
        ({"capacity.power_cap_by_year": (6.0,) * 10}, {"capacity.power_cap": 6.0}, "base"),
        ({"policy.intensity_by_year": (2.0,) * 10}, {"policy.intensity": 2.0}, "gulf"),
        ({"export.cut_by_year": (0.0, 0.5, *[0.0] * 8), "export.affected_share": 0.2},
         {"export.start_quarter": 5, "export.duration": 4, "export.affected_share": 0.2}, "base"),
        ({"overcapacity.plan_by_year": (0.0,) * 10}, {"overcapacity.peak": 0.0}, "base"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_the_usual_path_given_by_hand_changes_nothing(
    by_year: dict[str, Any], usual: dict[str, Any], preset: str
) -> None:
    if "demand.growth_by_year" in by_year:  # growth that does not fade
        usual = {"demand.growth_now": 0.12, "demand.growth_long_run": 0.12}
        by_year = {"demand.growth_by_year": (0.12,) * 10, "demand.growth_long_run": 0.12}
    if "hardware.deflation_by_year" in by_year:
        by_year = {**by_year, "hardware.deflation_long_run": 0.2}
    assert same(market_of(by_year, preset), market_of(usual, preset))


def test_power_given_at_one_price_is_that_price_and_a_dear_year_costs_that_year() -> None:
    small = {"run.paths": 128}
    flat = evaluate(Scenario().replace({**small, "gpu_fleet.power_price_by_year": (0.15,) * 10}), keys=("gpu_fleet",))
    usual = evaluate(Scenario().replace({**small, "gpu_fleet.power_price": 0.15}), keys=("gpu_fleet",))
    one, other = (e.assets["gpu_fleet"].fair.npv_mean for e in (flat, usual))
    assert one == pytest.approx(other, abs=1e-6)
    usual = MARKET_POWER_PRICE
    early = evaluate(
        Scenario().replace({**small, "gpu_fleet.power_price_by_year": (0.4, *[usual] * 9)}), keys=("gpu_fleet",)
    )
    late = evaluate(
        Scenario().replace({**small, "gpu_fleet.power_price_by_year": (*[usual] * 8, 0.4, usual)}), keys=("gpu_fleet",)
    )
    base = evaluate(Scenario().replace(small), keys=("gpu_fleet",))
    assert early.assets["gpu_fleet"].fair.npv_mean < base.assets["gpu_fleet"].fair.npv_mean
    assert late.assets["gpu_fleet"].fair.npv_mean == base.assets["gpu_fleet"].fair.npv_mean, "machines are gone by then"


def test_each_year_acts_in_its_own_quarters() -> None:
    boom = market_of({"demand.growth_by_year": (0.3, 0.3, 0.9, *[0.1] * 7)})
    calm = market_of({"demand.growth_by_year": (0.3, 0.3, 0.1, *[0.1] * 7)})
    ahead = boom.demand_paths.log_reference - calm.demand_paths.log_reference
    assert ahead[:9].tolist() == [0.0] * 9 and ahead[[12, 40]].tolist() == pytest.approx([0.8, 0.8])
    glut = Scenario().replace({"overcapacity.plan_by_year": (0.0, 0.5, 1.0, 0.5, *[0.0] * 6)})
    assert planned_glut(glut.overcapacity, 40)[[4, 8, 12, 16, 20]].tolist() == [0.0, 0.5, 1.0, 0.5, 0.0]
    # At the scale of the first edition, where the largest limit lets all of the backlog through within the ten years.
    tight = market_of({**FIRST_EDITION, "capacity.power_cap_by_year": (1.0, *[40.0] * 9)})
    assert tight.world.backlog[:, 1:4].all() and not tight.world.backlog[:, 30:].any()


def test_the_neutral_world_knows_no_glut_and_no_programs_by_year() -> None:
    scenario = Scenario().replace({
        "overcapacity.plan_by_year": FLAT, "policy.intensity_by_year": FLAT, "export.cut_by_year": FLAT,
        "gpu_fleet.power_price_by_year": FLAT, "hardware.deflation_by_year": FLAT, "demand.growth_by_year": FLAT,
    })
    neutral = scenario.neutral
    assert neutral.overcapacity.plan_by_year is neutral.policy.intensity_by_year is neutral.export.cut_by_year is None
    assert neutral.gpu_fleet.power_price_by_year is None is neutral.demand.growth_by_year
    assert neutral.hardware.deflation_by_year == FLAT, "what hardware is expected to cost is no surprise"


@settings(max_examples=60)
@given(st.lists(st.floats(-0.1, 0.6), min_size=10, max_size=10).map(tuple))
def test_hardware_bought_in_any_year_still_costs_something(path: tuple[float, ...]) -> None:
    scenario = Scenario().replace({"hardware.deflation_by_year": path})
    curves = market_curves(scenario.setting, 40)
    assert (curves.hardware_cost > 0).all() and np.isfinite(curves.price).all()
    assert curves.hardware_cost[0] == pytest.approx(22_000.0), "a new machine costs what it costs today"
    assert np.log(cost_index(scenario.hardware, 40))[40] == pytest.approx(-sum(path), abs=1e-9)


@pytest.mark.parametrize("path", yearly_paths())
def test_the_usual_path_is_what_the_model_takes(path: str) -> None:
    table = driver_path(Scenario(), path)
    assert table["year"].tolist() == list(range(1, 11)) and table["given"].isna().all()
    if path == "demand.growth_by_year":
        assert 0.07 < table["usual"].iloc[0] < 0.40 and table["usual"].is_monotonic_decreasing
    if path == "hardware.deflation_by_year":
        total = -np.log(cost_index(Hardware(), 40)[40])
        assert table["usual"].sum() == pytest.approx(total)
    if path == "capacity.power_cap_by_year":
        assert table["usual"].isna().all(), "no limit"
    given_too = driver_path(Scenario().replace({path: FLAT if "power_cap" not in path else (5.0,) * 10}), path)
    assert given_too["usual"].equals(table["usual"]) and given_too["given"].notna().all()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((0.1,) * 9, "9 values are given; 10 are needed"), ("x", "not a list of 10 numbers"),
        ((0.1,) * 9 + (2.0,), "year 10: 2 is too high; allowed is -0.5 to 1"),
    ],
)
def test_a_path_is_refused_with_year_value_and_bound(value: Any, words: str) -> None:
    with pytest.raises(ScenarioError, match="growth_by_year") as refusal:
        Scenario().replace({"demand.growth_by_year": value})
    assert words in str(refusal.value)
