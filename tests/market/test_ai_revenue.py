"""Who pays for compute: AI revenue from spending, its shocks, and the revenue that rents ask for."""

import math
from typing import Any

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.engine.evaluate import evaluate
from models.engine.revenue import HEADLINE_YEAR, RevenueByYear
from models.market.ai_revenue import ai_revenue, compute_share, private_rents, revenue_needed
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from tests.engine.runs import market_of, same_bits

SURPRISE = {"demand.efficiency_factor": 2.0, "demand.efficiency_quarter": 6}
OFFTAKE = Scenario.preset("gulf").policy.programs[0]


def revenue_of(changes: dict[str, Any]) -> tuple[np.ndarray, MarketPaths]:
    scenario = Scenario().replace(changes)
    market = market_of(scenario)
    return ai_revenue(scenario.ai_revenue, market), market


def by_hand(scenario: Scenario, market: MarketPaths, path: int, t: int) -> tuple[float, float]:
    """Revenue expected and needed of one path and quarter, from the equations as they are written."""
    d, a, year = scenario.demand, scenario.ai_revenue, t / 4
    share_now = 8760.0 * d.stock_now * float(market.curves.price[0]) / a.revenue_now
    share = a.compute_share + (share_now - a.compute_share) * 0.5 ** (year / a.share_half_life)
    growth = d.growth_long_run * year + (d.growth_now - d.growth_long_run) * (
        1.0 - math.exp(-d.growth_fade * year)) / d.growth_fade
    reference = a.revenue_now * math.exp(growth) * share_now / share
    gain = math.log(d.efficiency_factor) if t >= d.efficiency_quarter else 0.0
    expected = reference * math.exp(market.demand_paths.state[path, t] + (d.rebound - a.pass_on) * gain)
    run = market.world
    bought = market.policy.demand[path if len(market.policy.demand) > 1 else 0, t]
    rents = 8760.0 * run.utilization[path, t] * run.stock[path, t] * run.price[path, t]
    return expected, rents * (1.0 - bought / run.demand[path, t]) / a.compute_share


@pytest.mark.parametrize("preset", ["base", "gulf"])
def test_revenue_is_what_its_equations_say_on_every_path(preset: str) -> None:
    changes = {"ai_revenue.pass_on": 0.3, "ai_revenue.share_half_life": 2.0, "ai_revenue.revenue_now": 190e9}
    scenario = Scenario.preset(preset).replace(changes | SURPRISE)
    market = market_of(scenario)
    expected, needed = ai_revenue(scenario.ai_revenue, market), revenue_needed(scenario.ai_revenue, market)
    for path in range(market.paths):
        for t in range(41):
            told = by_hand(scenario, market, path, t)
            assert (expected[path, t], needed[path, t]) == pytest.approx(told, rel=1e-9), (path, t)


def test_todays_spending_ahead_of_revenue_is_derived() -> None:
    base = Scenario()
    market = market_of(base)
    share = compute_share(base.ai_revenue, market)
    spent = 8760.0 * base.demand.stock_now * market.curves.price[0]
    assert share[0] == pytest.approx(spent / base.ai_revenue.revenue_now, rel=1e-12) and share[0] > 1.0
    assert (np.diff(share) < 0.0).all() and share[40] > base.ai_revenue.compute_share
    twice = base.replace({"demand.stock_now": 2.0 * base.demand.stock_now})
    assert compute_share(twice.ai_revenue, market_of(twice))[0] == pytest.approx(2.0 * share[0], rel=1e-12)
    assert ai_revenue(base.ai_revenue, market)[:, 0] == pytest.approx(base.ai_revenue.revenue_now, rel=1e-12)


def test_the_mean_of_revenue_is_its_reference() -> None:
    base, shocks = Scenario(), draw_shocks(11, 16_384)
    market = market_of(base, shocks)
    calm = market_of(base.replace({"demand.volatility": 0.0, "demand.bust_rate": 0.0}))
    paths = ai_revenue(base.ai_revenue, market)
    error = paths.std(axis=0) / math.sqrt(len(paths))
    assert (np.abs(paths.mean(axis=0) - ai_revenue(base.ai_revenue, calm)[0])[1:] < 4.0 * error[1:]).all()


def test_what_states_buy_is_compute_and_never_revenue() -> None:
    """Multiples read no public purchase either; the rents that states pay are not asked of customers."""
    quiet = Scenario.preset("gulf").replace({"policy.intensity": 0.0})
    loud = quiet.replace({"policy.intensity": 30.0, "policy.programs.0.mix.offtake": 1.0, **{
        f"policy.programs.0.mix.{name}": 0.0 for name in type(OFFTAKE.mix).model_fields if name != "offtake"}})
    before, after = market_of(quiet), market_of(loud)
    assert (after.world.demand > before.world.demand * 1.001).any()
    assert same_bits(ai_revenue(quiet.ai_revenue, before), ai_revenue(loud.ai_revenue, after))
    assert same_bits(before.relative_demand, after.relative_demand)
    run = after.world
    whole = 8760.0 * run.utilization * run.stock * run.price
    assert (private_rents(after) <= whole).all() and (private_rents(after) < 0.999 * whole).any()


def test_cheaper_hardware_moves_no_revenue_and_efficiency_moves_it_by_what_is_kept() -> None:
    base, _ = revenue_of({})
    cheaper, _ = revenue_of({"hardware.deflation_surprise": 0.15})
    assert cheaper == pytest.approx(base, rel=1e-9)
    for pass_on, sign in ((0.3, 1), (0.8, 0), (1.0, -1)):
        surprised, market = revenue_of({**SURPRISE, "ai_revenue.pass_on": pass_on})
        moved = surprised[:, 6:] / base[:, 6:]
        assert moved == pytest.approx(2.0 ** (0.8 - pass_on), rel=1e-9)
        assert (np.sign(np.round(moved - 1.0, 9)) == sign).all()
        assert surprised[:, :6] == pytest.approx(base[:, :6], rel=1e-12)
        assert (market.demand_paths.efficiency[6:] < 0.0).all()


def test_the_gap_by_year_and_its_sentence() -> None:
    found = evaluate(Scenario().replace({"run.paths": 256}), variants=False)
    gap = found.revenue
    assert list(gap.years) == list(range(2027, 2037)) and HEADLINE_YEAR in gap.years
    whole = revenue_needed(found.scenario.ai_revenue, found.market)
    assert gap.needed[:, 3] == pytest.approx(whole[:, 13:17].mean(axis=1), rel=1e-12)
    told = gap.at("needed", 2030)
    assert told.p05 < told.p50 < told.p95 and told.p50_se > 0.0
    assert "must be found by 2030 to pay these rents" in gap.sentence and "is on its way." in gap.sentence
    rows = found.summary().set_index(["asset", "metric"])["value"]
    assert rows["market", "ai_revenue_needed_2030_p50"] == told.p50
    one = np.ones((4, 10)) * 1e12
    for expected, words in ((2.0, "more than that, $2tn, is on its way"),
                            (1.01, "about as much, $1.01tn"), (0.5, "$1tn of AI revenue a year must be found by 2030")):
        assert words in RevenueByYear(one, expected * one, np.arange(4)).sentence


def test_more_paths_than_are_kept_count_all_of_them() -> None:
    found = evaluate(Scenario().replace({"run.paths": 8_192}), keys=("gpu_fleet",), variants=False)
    assert len(found.revenue.needed) == 8_192 and len(found.sample.revenue.needed) == 4_096


def test_revenue_today_is_a_fact_of_a_neutral_world_and_its_future_is_not() -> None:
    moved = Scenario().replace({"ai_revenue.revenue_now": 250e9, "ai_revenue.compute_share": 0.5})
    neutral = moved.neutral.ai_revenue
    assert (neutral.revenue_now, neutral.compute_share) == (250e9, Scenario().ai_revenue.compute_share)
    assert moved.replace({"entry.expectations": "scenario"}).neutral.ai_revenue == moved.ai_revenue
