"""The market loop (model 1.4, 1.5, 1.8): stocks add up, limits hold, and price moves the right way."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.basis.shocks import Shocks, calm_shocks
from models.market.capacity import power_limit
from models.market.clearing import price_floors
from models.market.simulate import MarketPaths, market_curves, simulate_market
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION
from tests.engine.runs import (
    BUILT_ON_THE_MARKET,
    NO_FEEDBACK,
    beyond_bounds,
    calm_market,
    draws,
    market_of,
    same_bits,
    scenarios,
)

SLACK = 1e-9
BALANCED = {"clearing.spot_price": float(market_curves(Scenario().setting, 40).price[0]), "localization.share": 0.0}


def delivered(market: MarketPaths) -> np.ndarray:
    """Share of what was ordered that export controls let through."""
    return np.ones((1, 41)) if market.export is None else market.export.world


@settings(max_examples=200)
@given(scenarios(only=(*BUILT_ON_THE_MARKET, "export", "regime")))
def test_stocks_and_orders_add_up(scenario: Scenario) -> None:
    market = market_of(scenario)
    run, scale = market.world, market.world.stock.max()
    moved = run.stock[:, :-1] + run.additions[:, 1:] - run.retired[:, 1:]
    assert np.allclose(run.stock[:, 1:], moved, rtol=1e-12, atol=0.0)
    ordered = delivered(market) * (run.private + market.policy.builds)
    limit = power_limit(scenario.capacity, 40)
    if np.isinf(limit).all() and scenario.capacity.supply_growth is None:
        assert np.allclose(run.additions, ordered, rtol=1e-12, atol=SLACK * scale)
        assert not run.backlog.any()
    waiting = np.concatenate([np.zeros((run.backlog.shape[0], 1)), run.backlog[:, :-1]], axis=1)
    assert np.allclose(run.additions + run.backlog / 0.9, ordered + waiting, rtol=1e-12, atol=SLACK * scale)
    watts = run.additions * market.curves.power_kw
    assert (watts <= limit * 1e6 * (1.0 + SLACK)).all()
    assert (run.additions <= run.supply).all()
    for name in ("private", "displaced", "additions", "retired", "backlog"):
        assert getattr(run, name).min() >= 0.0, name
    crowded = np.broadcast_to(market.policy.displaced, run.displaced.shape)
    assert (run.displaced <= crowded * (1.0 + 1e-9) + SLACK * scale).all(), "more private building displaced than asked"


def test_what_suppliers_cannot_deliver_waits() -> None:
    """Path by path in plain Python: nobody delivers more than the best quarter so far allows, the rest waits."""
    scenario = Scenario().replace({"overcapacity.peak": 1.0, "capacity.supply_growth": 0.5})
    market, free = market_of(scenario), market_of(scenario.replace({"overcapacity.peak": 0.0}))
    run, ready, chips, rise = market.world, free.planned_additions, market.curves.price, 1.5**0.25
    assert run.backlog.any(), "a glut this large cannot be delivered as planned"
    for i in range(0, market.paths, 9):
        supply, sent, waiting = rise * ready[1], 0.0, 0.0
        for t in range(1, 41):
            if t > 1:
                supply = max(max(supply, rise * sent) * chips[t - 1] / chips[t], ready[t])
            want = run.private[i, t] + waiting
            sent = min(want, supply)
            waiting = 0.9 * (want - sent)
            assert run.additions[i, t] == pytest.approx(sent, rel=1e-9), (i, t)
            assert run.backlog[i, t] == pytest.approx(waiting, rel=1e-9, abs=1e-3), (i, t)


def test_the_supply_limit_leaves_the_plan_and_the_calm_world_alone() -> None:
    """As it is declared it holds back no build of a world without glut and surprise; a glut it delays."""
    free = {"capacity.supply_growth": None}
    assert same_bits(calm_market(Scenario()).price, calm_market(Scenario().replace(free)).price)
    glut = Scenario().replace({"overcapacity.peak": 3.0})
    tight, loose = calm_market(glut), calm_market(glut.replace(free))
    assert same_bits(tight.planned_additions, loose.planned_additions)
    assert (tight.world.stock[0, 2:9] < loose.world.stock[0, 2:9]).all()
    assert tight.price[0, 6] > loose.price[0, 6], "machines that come later leave rents higher until then"


@settings(max_examples=200)
@given(scenarios(only=(*BUILT_ON_THE_MARKET, "export", "regime")))
def test_nobody_is_served_twice(scenario: Scenario) -> None:
    market = market_of(scenario)
    ceiling = scenario.clearing.ceiling_utilization
    for run in (market.world, market.home):
        assert run.utilization.min() >= 0.0
        assert run.utilization.max() <= ceiling * (1.0 + SLACK)
        wanted = run.demand * np.exp(-scenario.clearing.demand_elasticity * run.log_ratio)
        assert (run.utilization * run.stock <= wanted * (1.0 + SLACK)).all()
        expected = wanted / (ceiling * run.stock)
        assert np.allclose(run.served_ratio, expected, rtol=1e-9)
        surplus = scenario.clearing.balance_utilization * run.stock / run.demand - 1.0
        assert np.allclose(run.surplus, surplus, rtol=1e-9, atol=1e-12)
        assert np.allclose(run.price, np.exp(run.log_ratio) * market.curves.price[:41], rtol=1e-12)
    assert market.utilization.min() >= 0.0
    assert market.utilization.max() <= ceiling * (1.0 + SLACK)


@pytest.mark.parametrize("speed", [0.2, 0.6, 1.0])
def test_a_balanced_market_stays_balanced(speed: float) -> None:
    scenario = Scenario().replace(
        {**BALANCED, "clearing.price_speed": speed, "localization.friction": 0.0, "localization.bloc_error": 0.0}
    )
    start = float(market_curves(scenario.setting, 40).price[0])
    market = calm_market(scenario.replace({"clearing.spot_price": start}))
    assert np.abs(market.log_ratio).max() <= 1e-13
    assert np.abs(market.utilization - 0.80).max() <= 1e-13
    assert np.abs(market.surplus).max() <= 1e-13


@settings(max_examples=200)
@given(scenarios(only=("demand", "hardware", "clearing", "capacity.retirement"), programs=0))
def test_a_balanced_market_stays_balanced_in_any_world(scenario: Scenario) -> None:
    """As long as builders never want less than wears out, and the floor of the price stays below its long-run level."""
    start = float(market_curves(scenario.setting, 40).price[0])
    unshocked = {"clearing.spot_price": start, "localization.share": 0.0, "demand.efficiency_factor": 1.0}
    setting = beyond_bounds(scenario.calm, unshocked).setting
    market = simulate_market(setting, calm_shocks())
    floor = price_floors(scenario.clearing, scenario.hardware, market.curves, 40)
    assume((market.planned_additions[1:] > 0.0).all() and (floor <= 1.0).all())
    assert np.abs(market.log_ratio).max() <= 1e-9
    assert np.abs(market.surplus).max() <= 1e-9


def test_a_planned_glut_comes_out_as_planned_from_balance() -> None:
    peaks = []
    for peak in (0.25, 0.6, 1.0, 2.0):
        market = calm_market(Scenario().replace({**BALANCED, "overcapacity.peak": peak, **NO_FEEDBACK}))
        assert market.surplus.max() == pytest.approx(peak, rel=1e-9)
        assert market.surplus[0].argmax() == 10
        peaks.append([
            calm_market(Scenario().replace({**world, "overcapacity.peak": peak, **NO_FEEDBACK})).surplus.max() / peak
            for world in (FIRST_EDITION, {})
        ])
    first, today = np.array(peaks).T
    assert 0.965 <= first.min() and first.max() <= 0.995, "rents at 1.05 times their long-run level (model 1.4)"
    assert (today < first).all(), "at 1.16 times it, scarcity takes more off: what is short is built first"
    assert 0.89 <= today.min() and today.max() <= 0.98
    assert (np.diff(today) > 0.0).all(), "and less of a large glut than of a small one"


@settings(max_examples=200)
@given(scenarios(only=("demand", "overcapacity", "clearing", "localization", "pipeline"), programs=0))
def test_capacity_is_certain_without_feedback(scenario: Scenario) -> None:
    stock = market_of(scenario.replace(NO_FEEDBACK)).world.stock
    assert np.allclose(stock, stock[:1], rtol=1e-12)


@pytest.mark.parametrize("slope", [1e-9, 1e-6])
def test_flat_supply_keeps_the_price_at_its_long_run_level(slope: float) -> None:
    scenario = Scenario().replace({**BALANCED, "overcapacity.peak": 0.6})
    market = market_of(beyond_bounds(scenario, {"clearing.supply_slope": slope}))
    assert np.abs(market.log_ratio).max() <= 5.0 * slope


def test_infinitely_elastic_demand_keeps_the_price_at_its_long_run_level() -> None:
    scenario = Scenario().replace({**BALANCED, "overcapacity.peak": 0.6})
    market = market_of(beyond_bounds(scenario, {"clearing.demand_elasticity": 1e8}))
    assert np.abs(market.log_ratio).max() <= 1e-7


def test_a_fast_market_forgets() -> None:
    """At full speed the price is the clearing price of the quarter, whatever it was before."""
    scenario = Scenario().replace({"clearing.price_speed": 1.0, "overcapacity.peak": 1.0})
    market = market_of(scenario)
    run, c = market.world, scenario.clearing
    clearing = np.minimum(c.power * np.log(run.demand / (c.balance_utilization * run.stock)), np.log(c.price_cap))
    free = run.log_ratio[:, 1:] > clearing[:, 1:] + 1e-9  # where the floor binds
    assert 0.0 < free.mean() < 0.5
    assert np.allclose(run.log_ratio[:, 1:][~free], clearing[:, 1:][~free], rtol=0.0, atol=1e-9)


@settings(max_examples=200)
@given(scenarios(only=("clearing", "overcapacity", "demand", "hardware"), programs=0))
def test_price_stays_between_floor_and_ceiling(scenario: Scenario) -> None:
    market = market_of(scenario)
    ratio = np.exp(market.world.log_ratio)
    start = ratio[0, 0]
    assert ratio.max() <= max(scenario.clearing.price_cap, start) * (1.0 + SLACK)
    assert ratio.min() >= min(scenario.clearing.price_floor, start) * (1.0 - SLACK)


@settings(max_examples=100)
@given(
    scenarios(only=("demand", "overcapacity", "capacity", "clearing", "policy", "localization"), programs=1),
    st.sampled_from([1e-3, 7.0, 1e3]),
)
def test_size_of_the_world_does_not_matter(scenario: Scenario, factor: float) -> None:
    """Demand, power and public budgets times k: same prices, same utilization, k times the machines."""
    changes: dict[str, Any] = {"demand.stock_now": factor * scenario.demand.stock_now}
    if scenario.capacity.power_cap is not None:
        changes["capacity.power_cap"] = factor * scenario.capacity.power_cap
    if (by_year := scenario.capacity.power_cap_by_year) is not None:
        changes["capacity.power_cap_by_year"] = tuple(factor * limit for limit in by_year)
    programs = tuple(
        p.model_copy(update={"schedule": p.schedule.model_copy(update={"budget": factor * p.schedule.budget})})
        for p in scenario.policy.programs
    )
    small, large = market_of(scenario), market_of(beyond_bounds(scenario, {**changes, "policy.programs": programs}))
    for name in ("price", "utilization", "surplus"):
        assert np.allclose(getattr(large, name), getattr(small, name), rtol=1e-7, atol=1e-9), name
    assert np.allclose(large.world.additions, factor * small.world.additions, rtol=1e-6, atol=factor)


def with_more_demand(shocks: Shocks, quarter: int, size: float) -> Shocks:
    """The same draws with the demand cycle pushed up in one quarter; it fades from there."""
    z = shocks.demand_z.copy(order="K")
    z[:, quarter] += size
    return replace(shocks, demand_z=z)


@settings(max_examples=200)
@given(
    scenarios(only=("demand", "overcapacity", "clearing", "localization"), programs=0),
    st.integers(1, 30),
    st.floats(0.01, 3.0),
)
def test_more_demand_never_lowers_the_price(scenario: Scenario, quarter: int, size: float) -> None:
    scenario = scenario.replace(NO_FEEDBACK)
    base, more = market_of(scenario), market_of(scenario, with_more_demand(draws(), quarter, size))
    assert (more.log_ratio >= base.log_ratio - SLACK).all()
    assert same_bits(more.log_ratio[:, :quarter], base.log_ratio[:, :quarter])


@settings(max_examples=200)
@given(
    scenarios(only=("demand", "overcapacity", "clearing", "localization"), programs=0),
    st.floats(0.0, 3.0),
    st.floats(0.0, 3.0),
)
def test_more_overcapacity_never_raises_the_price(scenario: Scenario, one: float, two: float) -> None:
    low, high = sorted((one, two))
    calm = scenario.replace(NO_FEEDBACK)
    less, more = (market_of(calm.replace({"overcapacity.peak": peak})) for peak in (low, high))
    assert (more.log_ratio <= less.log_ratio + SLACK).all()
    first_answer = 5  # every order of earlier quarters was placed before the glut
    free = {name: value for name, value in NO_FEEDBACK.items() if "capacity" in name}
    less, more = (market_of(scenario.replace({**free, "overcapacity.peak": peak})) for peak in (low, high))
    assert (more.log_ratio[:, :first_answer] <= less.log_ratio[:, :first_answer] + SLACK).all()


def test_orders_stop_in_a_glut_and_the_world_recovers_sooner() -> None:
    """The order stop acts on orders: what is committed is delivered, later deliveries are at most replacements."""
    glut = Scenario().replace({"overcapacity.peak": 1.0, "capacity.economic_retirement": 0.0})
    on, off = (calm_market(glut.replace({"capacity.bust_switch": switch})) for switch in (True, False))
    bust = np.flatnonzero(on.world.is_bust[0])
    assert not off.world.is_bust.any()
    assert same_bits(on.world.additions[:, : bust[0] + 5], off.world.additions[:, : bust[0] + 5])
    after = bust[0] + 8  # every builder has answered
    assert (on.world.additions[0, after] <= 0.03 * on.world.stock[0, after - 1] + 1e-6).all()
    assert (on.surplus[0] > 0.10).sum() < (off.surplus[0] > 0.10).sum()
