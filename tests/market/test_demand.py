"""Demand (model 1.2): shocks are risk around the reference path and never move its mean."""

import numpy as np
import pytest
from hypothesis import given, settings

from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.market.demand import cumulative_growth
from models.scenario.scenario import Scenario
from tests.engine.runs import market_of, same_bits, scenarios


def state(shocks: Shocks | None = None, **changes: float) -> Array:
    """Log deviation of demand from its reference with changed assumptions on demand."""
    scenario = Scenario().replace({f"demand.{name}": value for name, value in changes.items()})
    return market_of(scenario, shocks).demand_paths.state


@settings(max_examples=200)
@given(scenarios(only=("demand",), programs=0))
def test_cumulative_growth_by_quadrature(scenario: Scenario) -> None:
    d = scenario.demand
    t = np.linspace(0.0, 10.0, 4_001)
    rate = d.growth_long_run + (d.growth_now - d.growth_long_run) * np.exp(-d.growth_fade * t)
    total = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(t))])
    closed = cumulative_growth(d.growth_now, d.growth_long_run, d.growth_fade, t)
    assert np.allclose(closed, total, rtol=0.0, atol=2e-6)


def test_reference_demand_is_spending_over_cost() -> None:
    """Spending grows as declared; volume gains what the cost of a unit loses."""
    market = market_of(Scenario())
    reference = np.exp(market.demand_paths.log_reference)
    assert reference[0] == pytest.approx(35.4e6, rel=1e-12)
    spending = reference * market.curves.index[:41]
    assert np.log(spending[40] / spending[0]) == pytest.approx(1.5098895979167943, rel=1e-9)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"demand.bust_rate": 0.3, "demand.bust_size": 0.7, "demand.bust_permanent": 1.0},
        {"demand.bust_rate": 0.3, "demand.bust_size": 0.5, "demand.bust_permanent": 0.0, "demand.bust_half_life": 1.0},
        {"demand.volatility": 0.4, "demand.memory_years": 6.0},
        {"regime.is_on": True, "regime.bust_rate": 0.5},
    ],
    ids=["default", "lasting busts", "passing busts", "wild cycle", "regimes"],
)
def test_shocks_leave_the_mean_of_demand_alone(changes: dict[str, float]) -> None:
    shocks = draw_shocks(11, 65_536, "random")
    level = np.exp(market_of(Scenario().replace(changes), shocks).demand_paths.state)
    error = level.std(axis=0, ddof=1) / np.sqrt(len(level))
    assert level[:, 0] == pytest.approx(1.0, abs=1e-12)
    gap = np.abs(level.mean(axis=0) - 1.0)[1:]
    assert (gap <= 4.0 * error[1:]).all(), (gap / error[1:]).max()
    assert (error < 0.01).all(), "the test could not see a mean that is off by a few percent"


def test_a_bust_without_size_is_no_bust() -> None:
    never = state(bust_rate=0.0)
    for changes in ({}, {"bust_permanent": 1.0}, {"bust_rate": 0.3}):
        assert np.allclose(state(**{"bust_size": 0.0, **changes}), never, rtol=0.0, atol=1e-14)
    assert not np.allclose(state(), never, atol=0.01)


def test_permanent_share_does_not_matter_without_busts() -> None:
    assert same_bits(state(bust_size=0.0, bust_permanent=0.0), state(bust_size=0.0, bust_permanent=1.0))


def test_shocks_act_from_the_first_quarter() -> None:
    path = state(bust_rate=0.0)
    assert np.all(path[:, 0] == 0.0)
    assert path[:, 1].std() == pytest.approx(0.11, rel=0.35)


@pytest.mark.parametrize(("rebound", "effect"), [(0.3, -0.7), (1.0, 0.0), (1.5, 0.5)])
def test_an_efficiency_surprise_acts_through_rebound(rebound: float, effect: float) -> None:
    plain = market_of(Scenario())
    changes = {"demand.efficiency_factor": 2.0, "demand.efficiency_quarter": 6, "demand.rebound": rebound}
    shift = np.log(market_of(Scenario().replace(changes)).world.demand / plain.world.demand)
    assert np.allclose(shift[:, :6], 0.0, rtol=0.0, atol=1e-12)
    assert np.allclose(shift[:, 6:], effect * np.log(2.0), rtol=0.0, atol=1e-12)


@settings(max_examples=200)
@given(
    scenarios(
        only=("demand", "overcapacity", "clearing"), without=("demand.efficiency_factor", "demand.rebound"), programs=0
    )
)
def test_neutral_rebound_or_no_surprise_leave_the_market_alone(scenario: Scenario) -> None:
    plain = market_of(scenario.replace({"demand.efficiency_factor": 1.0, "demand.rebound": 1.0}))
    for changes in ({"demand.efficiency_factor": 8.0, "demand.rebound": 1.0}, {"demand.efficiency_factor": 1.0}):
        other = market_of(scenario.replace(changes))
        assert same_bits(other.price, plain.price)
        assert same_bits(other.utilization, plain.utilization)
