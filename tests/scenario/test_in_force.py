"""Rates move together: as typed where the base rate stands, by their betas where it moves, not at all if off."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.data_center.building import CAP_BOUNDS
from models.basis.investor import REFERENCE_RATE
from models.claims.registry import CLASSES, VARIANTS
from models.engine.evaluate import evaluate
from models.engine.prices import fair_prices
from models.engine.world import World, draws_of, world_of
from models.evidence.presets import presets
from models.scenario.catalog import declared, values
from models.scenario.file import from_json, to_json
from models.scenario.in_force import BETAS
from models.scenario.link import decode, encode
from models.scenario.scenario import Scenario
from tests.strategies import scenarios

FEW = Scenario().replace({"run.paths": 256})
POINT = {"rates.base_rate": REFERENCE_RATE + 0.01}


def moved_by_hand(scenario: Scenario) -> Scenario:
    """The scenario with rates apart, and what follows the base rate typed where it then is, in plain arithmetic."""
    rates, far = scenario.rates, scenario.rates.base_rate - 0.0387
    hurdle, cap = rates.hurdle_beta * far, rates.yield_beta * far
    fleet, market = scenario.gpu_fleet, scenario.hardware.merchant_hurdle
    capital, center = scenario.cloud_capital, scenario.data_center
    return scenario.derived(
        rates=rates.derived(move_together=False, cash_rate=rates.cash_rate + far),
        hardware=scenario.hardware.derived(merchant_hurdle=market + rates.market_beta * far),
        gpu_fleet=fleet.derived(hurdle_ig=fleet.hurdle_ig + hurdle, hurdle_non_ig=fleet.hurdle_non_ig + hurdle),
        data_center=center.derived(hurdle=center.hurdle + hurdle, exit_cap=center.exit_cap + cap),
        hardware_supplier=scenario.hardware_supplier.derived(hurdle=scenario.hardware_supplier.hurdle + hurdle),
        llm_developer=scenario.llm_developer.derived(hurdle=scenario.llm_developer.hurdle + hurdle),
        cloud_capital=capital.derived(
            hurdle=capital.hurdle + hurdle, neocloud_hurdle=capital.neocloud_hurdle + hurdle
        ),
    )


@settings(max_examples=20)
@given(scenarios(most=30))
def test_off_or_at_the_reference_everything_is_as_typed_to_the_last_bit(scenario: Scenario) -> None:
    """So are every figure, price and link: what the engine reads is the very object."""
    apart = scenario.replace({"rates.move_together": False})
    there = scenario.replace({"rates.base_rate": REFERENCE_RATE, "rates.move_together": True})
    assert apart.in_force is apart and there.in_force is there


@settings(max_examples=20)
@given(scenarios(only=("rates", *{path.split(".")[0] for path in BETAS}), most=30, programs=0))
def test_on_each_is_where_plain_arithmetic_puts_it(scenario: Scenario) -> None:
    on = scenario.replace({"rates.move_together": True})
    found, by_hand = values(on.in_force), values(moved_by_hand(on))
    for path in BETAS:
        assert found[path] == pytest.approx(by_hand[path], abs=1e-15), path
    assert on.in_force.in_force == on.in_force, "what has moved does not move again"
    assert {path for path in found if found[path] != values(on)[path]} <= {*BETAS, "rates.move_together"}


def test_every_rate_that_is_asked_for_follows() -> None:
    named = {p for p, it in declared().items() if it.unit == "per year" and ("hurdle" in p or p.endswith("exit_cap"))}
    assert {*named, "rates.cash_rate"} == {*BETAS}


def test_figures_are_those_of_rates_typed_where_they_moved() -> None:
    """Nothing reads a typed rate past the move: prices, flows and every measure of all classes, bit for bit."""
    up = FEW.replace({**POINT, "rates.hurdle_beta": 0.8, "rates.yield_beta": 0.4, "rates.market_beta": 0.5})
    typed = moved_by_hand(up)
    here, there = evaluate(up), evaluate(typed)
    assert here.scenario.rates.cash_rate == FEW.rates.cash_rate, "a scenario keeps what was typed"
    np.testing.assert_array_equal(here.market.price, there.market.price)
    for key, one in {**here.assets, **here.variants}.items():
        other = (there.assets | there.variants)[key]
        assert (one.claim.hurdle, one.fair_price) == (other.claim.hurdle, other.fair_price), key
        for entry in ("fair", "at_cost"):
            np.testing.assert_equal(vars(one.bought[entry].rates), vars(typed.rates))
            np.testing.assert_array_equal(one.bought[entry].net, other.bought[entry].net)
    assert here.summary().equals(there.summary())


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(FEW)


def test_a_point_on_the_base_rate_lowers_every_class_but_the_loan_that_follows_it(world: World) -> None:
    """At the price paid before: value at the hurdle and over cash; a loan earns the point that it must earn more."""
    up = world.neighbor(POINT)
    for key in (*CLASSES, *VARIANTS):
        now, there = world.position(key), up.position(key)
        assert there.premium == now.premium
        fall, in_cash = (np.mean(getattr(there, name) / there.capital) - np.mean(getattr(now, name) / now.capital)
                         for name in ("hurdle_npv", "cash_npv"))
        if key in ("gpu_debt", "data_center_loan"):
            assert abs(fall) < 0.002 and abs(in_cash) < 0.002, key
        else:
            assert fall < -0.01 and in_cash < -0.01, key


def test_at_fair_prices_a_dearer_world_is_a_cheaper_one() -> None:
    now, up = fair_prices(FEW), fair_prices(FEW.replace(POINT))
    falls = ("gpu_fleet", "data_center_unlevered", "hardware_supplier", "llm_developer", "cloud_platform")
    assert all(up[key].premium < now[key].premium for key in falls)
    for key in ("data_center", "gpu_debt_equity"):
        assert 0.005 < up[key].required - now[key].required < 0.015, "levered equity asks for about the point, too"


def test_coupons_and_cash_follow_in_full_and_yields_by_their_beta(world: World) -> None:
    up = world.neighbor(POINT)
    assert up.position("gpu_debt").rates.cash_rate - world.position("gpu_debt").rates.cash_rate == pytest.approx(0.01)
    for key, terms in (("gpu_debt", "loan_terms"), ("data_center_loan", "center_terms")):
        now, there = (getattr(one.claims(key), terms).coupon for one in (world, up))
        assert there - now == pytest.approx(0.01)
    now, there = (one.claims("data_center_unlevered").by_key["data_center_unlevered"].flows.extras["exit_cap"]
                  for one in (world, up))
    low, high = CAP_BOUNDS
    inside = (now > low) & (there < high)
    assert inside.mean() > 0.5 and (there - now)[inside] == pytest.approx(0.005)


def test_rents_and_builds_stay_unless_their_beta_says_otherwise() -> None:
    assert FEW.replace(POINT).setting.hardware == FEW.setting.hardware
    follows = FEW.replace({**POINT, "rates.market_beta": 1.0}).setting
    assert follows.hardware.merchant_hurdle == pytest.approx(FEW.hardware.merchant_hurdle + 0.01)


def test_rates_may_move_beyond_what_may_be_typed() -> None:
    """Bounds are for what is typed: the lowest of all, at the lowest base rate, is still valued, calm path and all."""
    low = {path: declared()[path].low for path in BETAS}
    lowest = FEW.replace({**low, "rates.base_rate": 0.01, "rates.hurdle_beta": 1.0})
    assert lowest.in_force.gpu_fleet.hurdle_ig < declared()["gpu_fleet.hurdle_ig"].low
    values_there = World(lowest, draws_of(lowest, 16)).values("at_cost")
    assert all(np.isfinite(found).all() for found in values_there.values())


def test_no_preset_moves_the_base_rate_under_hurdles_typed_for_another() -> None:
    """Hurdles of presets and replays are typed for the reference; one with a base rate of its own must say which."""
    for preset in presets().values():
        assert "rates.base_rate" not in preset.changes or "rates.move_together" in preset.changes


OLD = {"rates": {"base_rate": 0.05}, "gpu_fleet": {"hurdle_ig": 0.09}}


@pytest.mark.parametrize(("version", "together"), [("0.1.0", False), ("0.0.9", False), ("0.2.0", True), ("x", True)])
def test_what_an_earlier_edition_wrote_keeps_its_meaning(version: str, together: bool) -> None:
    link = decode(f"v=1&m={version}&p=base&rates.base_rate=0.05&gpu_fleet.hurdle_ig=0.09")
    file = from_json(json.dumps({"model_version": version, "scenario": OLD}))
    short = from_json(json.dumps({"model_version": version, "preset": "base", "set": {"rates.base_rate": 0.05}}))
    for scenario in (link.scenario, file, short):
        assert scenario.rates.move_together is together and scenario.rates.base_rate == 0.05
    assert any("rates.move_together is off" in note for note in link.notes) is not together
    assert decode(encode(link.scenario)).scenario == from_json(to_json(file)) == file


def test_an_earlier_edition_at_the_reference_or_with_a_word_of_its_own_is_left_alone() -> None:
    assert decode("v=1&m=0.1.0&p=base&gpu_fleet.hurdle_ig=0.09").scenario.rates.move_together
    told = decode("v=1&m=0.1.0&p=base&rates.base_rate=0.05&rates.move_together=true").scenario
    assert told.rates.move_together


@settings(max_examples=10)
@given(st.floats(0.01, 0.07))
def test_a_saved_scenario_holds_what_was_typed(base: float) -> None:
    scenario = Scenario().replace({"rates.base_rate": base})
    saved: dict[str, Any] = json.loads(to_json(scenario))["scenario"]
    assert saved["rates"]["cash_rate"] == 0.05 and saved["data_center"]["hurdle"] == 0.10
    assert from_json(to_json(scenario)) == scenario == decode(encode(scenario)).scenario
