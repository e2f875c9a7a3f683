"""When: a later entry is the same asset, looking never hurts, nobody beats hindsight; what is worth finding out."""

import numpy as np
import pytest

from models.basis.investor import Rates
from models.basis.shocks import draw_shocks
from models.claims.registry import CLASSES
from models.engine.evaluate import evaluate
from models.engine.holding import horizon
from models.engine.wealth import sure_gain
from models.engine.world import World
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario
from models.studies.timing import information as info
from models.studies.timing.later import NEW, WITHOUT, bought_at, later_entries
from models.studies.timing.waiting import STRATEGIES, WAITING, ClassPaths, Waiting, features, play, waiting

GLUT = Scenario().replace({"overcapacity.peak": 0.6, "run.paths": 1024})
RATES = Rates()


@pytest.fixture(scope="module")
def glut() -> Waiting:
    return waiting(GLUT, paths=1024)


def strategy(found: Waiting, asset: str, name: str):
    return next(s for s in found.strategies if (s.asset, s.strategy) == (asset, name))


# Later entry


@pytest.mark.parametrize("preset", ["base", "gulf"])
@pytest.mark.parametrize("key", NEW)
def test_entering_later_by_no_time_is_entering_now(preset, key):
    scenario, shocks = Scenario.preset(preset), draw_shocks(5, 256)
    world = World(scenario, shocks)
    now = later_entries(world, (), keys=(key,))[key][0]
    later = bought_at(scenario, world.market, shocks, key, 0, world.prices[key].premium)
    assert later == pytest.approx(now, abs=1e-9)


def test_a_later_fleet_pays_the_cost_of_its_quarter_and_sees_no_earlier_price():
    scenario, shocks = Scenario().replace({"gpu_fleet.contracted_share": 0.0}), draw_shocks(5, 128)
    market = simulate_market(scenario.setting, shocks)
    here = later_entries(World(scenario, shocks), (8,), "at_cost", ("gpu_fleet",))["gpu_fleet"][8]
    from dataclasses import replace

    price, use = market.price.copy(), market.utilization.copy()
    price[:, 1:8] *= 3.0  # what was before the entry is nobody's business
    use[:, 1:8] = 0.1
    there = bought_at(scenario, replace(market, price=price, utilization=use), shocks, "gpu_fleet", 8, 0.0)
    assert there == pytest.approx(here, abs=1e-12)
    dear = replace(market.curves, hardware_cost=market.curves.hardware_cost * np.r_[np.ones(8), np.full(33, 1.2)])
    less = bought_at(scenario, replace(market, curves=dear), shocks, "gpu_fleet", 8, 0.0)
    earns = here > -0.95  # what never pays more than its running cost has lost all of any price
    assert earns.mean() > 0.9 and (less < here)[earns].all()


def test_every_class_can_be_entered_later_or_says_why_not():
    assert set(NEW) | set(WITHOUT) == set(CLASSES) and not set(NEW) & set(WITHOUT)


# Strategies


def paths(signal, early, late, now) -> ClassPaths:
    size = len(signal)
    seen = {4: signal[:, None], 8: signal[:, None]}
    as_paths = [np.broadcast_to(np.asarray(x, dtype=float), (size,)) for x in (now, early, late)]
    return ClassPaths(dict(zip((0, 4, 8), as_paths, strict=True)), seen)


def test_without_risk_looking_changes_nothing():
    flat = np.zeros(64)
    played = play(paths(flat, 0.08, -0.05, 0.1), paths(flat, 0.08, -0.05, 0.1), RATES)
    sure = {name: sure_gain(played.gains[name], RATES) for name in STRATEGIES}
    assert sure["see_4"] == pytest.approx(sure["later_4"]) == pytest.approx(0.08)
    assert sure["see_8"] == 0.0 and sure["later_8"] == pytest.approx(-0.05)
    assert sure["hindsight"] == pytest.approx(sure["now"]) == pytest.approx(0.1)


def test_a_signal_that_tells_all_is_worth_hindsight_and_one_that_tells_nothing_is_worth_nothing():
    rng = np.random.default_rng(2)
    sides = []
    for _ in range(2):
        signal = rng.normal(size=4096)
        noise = rng.normal(size=4096)
        sides.append((paths(signal, 0.3 * signal, 0.3 * signal, -1.0), paths(signal, 0.3 * noise, 0.3 * noise, -1.0)))
    told, blind = (play(sides[0][k], sides[1][k], RATES) for k in (0, 1))
    sure = {name: sure_gain(told.gains[name], RATES) for name in STRATEGIES}
    assert sure["see_4"] == pytest.approx(sure["hindsight"], abs=0.003)
    assert abs(sure_gain(blind.gains["see_4"], RATES)) < 0.02, "a rule fitted on noise gains nothing on fresh paths"


def test_looking_never_hurts_and_hindsight_is_never_beaten(glut):
    for s in glut.strategies:
        top = strategy(glut, s.asset, "hindsight")
        assert s.sure <= top.sure + 1e-12, s
        if s.strategy in ("see_4", "see_8"):
            assert s.looking >= -2 * s.looking_se - 1e-3, s
            assert s.sure >= -2 * s.sure_se - 1e-3, "staying out is always possible"
    for key in NEW:
        best = glut.best(key)
        assert best.sure >= max(strategy(glut, key, "later_4").sure, 0.0) - 2 * best.sure_se - 1e-3
        assert best.strategy in WAITING


def test_in_a_glut_fleets_are_left_alone(glut):
    fleet = strategy(glut, "gpu_fleet", "see_8")
    assert fleet.enters < 0.3 and fleet.over_now > 2 * fleet.over_now_se
    rule = next(r for r in glut.rules if (r.asset, r.quarter) == ("gpu_fleet", 8))
    assert rule.surplus_entered < rule.surplus_left


def test_half_now_is_half_of_each(glut):
    world = World(GLUT, draw_shocks(GLUT.run.seed, 1024))
    entries = later_entries(world, (4, 8))["gpu_fleet"]
    seen = {s: features(world.market, s) for s in (4, 8)}
    played = play(ClassPaths(entries, seen), ClassPaths(entries, seen), RATES)
    added = played.entered["staged"]
    assert played.gains["staged"] == pytest.approx(0.5 * entries[0] + np.where(added, 0.5 * entries[4], 0.0))


# Information


def worlds(best: np.ndarray, noise: float = 0.0):
    """Utilities (2, worlds, 7) in which class `best` of each world gains 0.02 and the others nothing."""
    rng = np.random.default_rng(4)
    utility = np.zeros((2, len(best), 7))
    utility[:, np.arange(len(best)), best] = 0.02
    utility[..., 6] = 0.0
    return utility + noise * rng.normal(size=utility.shape)


def summary(utility, points, aversion=0.0):
    size = len(points)
    group = np.repeat(np.arange(8), size // 8)
    labels = {f"d{i}": f"Driver {i}" for i in range(points.shape[1])}
    return info.summarize(utility, points, group, labels, Rates(risk_aversion=aversion), 64)


def test_information_is_worth_nothing_when_one_class_is_best_everywhere():
    points = np.random.default_rng(0).random((256, 2))
    got = summary(worlds(np.full(256, 2)), points)
    assert got.choice == "gpu_debt" and got.best_in["gpu_debt"] == 1.0
    assert got.everything.value == 0.0 and all(w.value == 0.0 for w in got.drivers)


@pytest.mark.parametrize("aversion", [0.0, 3.0])
def test_the_driver_that_decides_is_worth_everything_and_a_dummy_nothing(aversion):
    points = np.random.default_rng(0).random((1024, 2))
    best = np.where(points[:, 0] < 0.5, 0, 5)
    got = summary(worlds(best, 0.001), points, aversion)
    values = {w.driver: w for w in got.drivers}
    truth = 0.02 * min((best == 0).mean(), (best == 5).mean()) / Rates().wealth_share
    assert got.everything.value == pytest.approx(truth, rel=0.05)
    assert values["d0"].value == pytest.approx(got.everything.value, rel=0.05)
    assert abs(values["d1"].value) <= 3 * max(values["d1"].value_se, 0.002)
    assert got.everything.naive == pytest.approx(got.everything.value, abs=2 * got.everything.value_se)


def test_all_wealth_and_much_aversion_still_give_figures():
    points = np.random.default_rng(0).random((64, 1))
    utility = worlds(np.zeros(64, dtype=int))
    utility[:, :8, :6] = -1e15  # ruin in some worlds
    size = np.repeat(np.arange(8), 8)
    got = info.summarize(utility, points, size, {"d0": "D"}, Rates(risk_aversion=10.0, wealth_share=1.0), 64)
    assert np.isfinite([got.everything.value, got.everything.naive, got.drivers[0].naive]).all()
    assert got.choice == "cash"


def test_everything_is_worth_at_least_each_driver_in_the_model():
    got = info.information(Scenario(), drivers=("hardware.deflation_surprise", "policy.intensity"), worlds=64, paths=64)
    assert [w.driver for w in got.drivers] == ["hardware.deflation_surprise"], "no program, no subsidy to wonder about"
    only, everything = got.drivers[0], got.everything
    noise = 2 * (only.value_se**2 + everything.value_se**2) ** 0.5
    assert everything.value >= -2 * everything.value_se
    assert only.value <= everything.value + noise and only.value >= -2 * only.value_se - 0.01
    assert sum(got.best_in.values()) == pytest.approx(1.0)


def test_worlds_lie_in_the_bounds_with_their_top_at_the_present_value():
    scenario = Scenario()
    drivers = ("overcapacity.peak", "overcapacity.peak_quarter", "demand.growth_now")
    points, group = info.draw_points(scenario, drivers, 512)
    from models.scenario.catalog import entry

    for column, path in zip(points.T, drivers, strict=True):
        item = entry(path, scenario)
        assert column.min() >= item.low and column.max() <= item.high
        mean = (item.low + item.high + item.value) / 3
        assert column.mean() == pytest.approx(mean, abs=0.02 * (item.high - item.low) + 0.3 * (item.kind == "integer"))
    assert (points[:, 1] == np.round(points[:, 1])).all() and np.bincount(group).tolist() == [64] * 8


# Holding periods


def test_wealth_after_ten_years_by_holding_period():
    scenario = Scenario().replace({"run.paths": 512})
    evaluation = evaluate(scenario, variants=False)
    table = horizon(evaluation)
    assert set(table["asset"]) == set(CLASSES)
    whole = table[(table["asset"] == "cloud_platform") & (table["quarters"] == 40)].iloc[0]
    at_cost = evaluation.assets["cloud_platform"].at_cost
    assert whole["irr_p50"] == pytest.approx(at_cost.irr.p50, abs=1e-9)
    mean = (1 + at_cost.cash_npv_mean / at_cost.capital) * 1.05**10
    assert whole["wealth_mean"] == pytest.approx(mean, rel=1e-9)
    loan = table[table["asset"] == "gpu_debt"].iloc[0]
    assert loan["at_maturity"] and loan["years"] == 4.5 and 1.0 < loan["wealth_p50"] < 2.0
    early = table[(table["asset"] == "data_center")].set_index("quarters")
    assert early.loc[12, "irr_p50"] > early.loc[40, "irr_p50"], "windfall first (claim T2)"
    assert early.loc[12, "wealth_p50"] < early.loc[40, "wealth_p50"], "but a dollar that stays becomes more"
    assert (table[["irr_p50_se", "wealth_p50_se", "probability_of_loss_se"]] >= 0).all(axis=None)
