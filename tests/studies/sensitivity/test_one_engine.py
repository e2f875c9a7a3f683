"""Two pages never contradict each other: flips, combinations, goals and bars value one world by one price rule."""

import pytest

from models.engine.target import Target
from models.engine.world import World, world_of
from models.scenario.scenario import Scenario
from models.studies.sensitivity.cheapest import Cheapest, cheapest
from models.studies.sensitivity.flip import Flip, answer, flip_points
from models.studies.sensitivity.goal_seek import seek
from models.studies.sensitivity.tornado import tornado

PATHS = 256
DRIVERS = ("overcapacity.peak", "hardware.deflation_surprise")
EXPECTED = Scenario().replace({"run.paths": PATHS, "entry.expectations": "scenario", "demand.growth_now": 0.25})
"""Buyers expect what the scenario says, so that moving it would move the neutral price too."""


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(EXPECTED, PATHS)


@pytest.fixture(scope="module")
def flips() -> tuple[Flip, ...]:
    return flip_points(EXPECTED, DRIVERS, paths=PATHS, price="agreed")


@pytest.fixture(scope="module", params=["family", "best"])
def combination(request: pytest.FixtureRequest) -> Cheapest:
    return cheapest(EXPECTED, request.param, paths=PATHS, drivers=DRIVERS)


def test_the_cheapest_single_change_is_the_nearest_flip(combination: Cheapest, flips: tuple[Flip, ...]) -> None:
    nearest = min((f for f in flips if f.question == combination.question), key=lambda f: f.effort, default=None)
    if nearest is None:
        assert combination.single is None
        return
    single = combination.single
    assert single is not None and single.path == nearest.path
    assert combination.single_answer == nearest.answer
    moved = (nearest.to_value - nearest.from_value) * (single.to_value - single.from_value)
    assert moved > 0.0, "both go the same way"
    assert abs(single.effort) == pytest.approx(nearest.effort, abs=0.02)


def test_what_is_said_to_flip_the_verdict_flips_it(
    combination: Cheapest, flips: tuple[Flip, ...], world: World
) -> None:
    assert combination.changes and combination.answer != combination.today
    there = world.neighbor({c.path: c.to_value for c in combination.changes})
    assert getattr(answer(there), combination.question) == combination.answer
    for flip in flips:
        assert getattr(answer(world.neighbor({flip.path: flip.to_value})), flip.question) == flip.answer


def test_a_change_that_is_applied_keeps_its_promise(world: World) -> None:
    """A page prices the changed scenario anew, so that is what the flips it offers must have asked."""
    offered = flip_points(EXPECTED, DRIVERS[1:], paths=PATHS)
    assert offered
    for flip in offered:
        applied = World(EXPECTED.replace({flip.path: flip.to_value}), world.shocks)
        assert getattr(answer(applied), flip.question) == flip.answer


def test_goals_and_bars_read_the_same_value_as_flips(world: World) -> None:
    path, target = "hardware.deflation_surprise", Target("value", "hardware_supplier")
    sought = seek(EXPECTED, target, 0.0, path, paths=PATHS, points=3)
    bar = tornado(EXPECTED, target, drivers=(path,), ranges="bounds", paths=PATHS).bars[0]
    today = float(world.position("hardware_supplier").steady_value.mean())
    for end, effect in ((bar.low, bar.effect_low), (bar.high, bar.effect_high)):
        there = float(world.neighbor({path: end}).position("hardware_supplier").steady_value.mean())
        assert effect == there - today
        assert sought.metrics[list(sought.points).index(end)] == there


def test_paying_again_is_another_question_and_has_a_name(world: World) -> None:
    """An investor who expects faster growth has paid for it: what he agreed on before gains more."""
    agreed, again = (world.neighbor({"demand.growth_now": 0.5}, price) for price in ("agreed", "again"))
    key = "hardware_supplier"
    assert again.position(key).premium > agreed.position(key).premium == world.position(key).premium
    assert again.position(key).value.mean() < agreed.position(key).value.mean()
    assert again.market is agreed.market
