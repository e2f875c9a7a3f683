"""What would have to be true: planted roots, goals out of reach, the mirror of a surface, flips of several changes."""

import numpy as np
import pytest

from models.engine.target import Target
from models.engine.world import world_of
from models.errors import ScenarioError
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity import goal_seek
from models.studies.sensitivity.break_even import surface
from models.studies.sensitivity.cheapest import Cheapest, cheapest
from models.studies.sensitivity.flip import DRIVERS, answer, flip_points
from models.studies.sensitivity.goal_seek import HURDLE, PRICE, seek

PATHS, FEW = 256, 128
FLEET = Target("npv", "gpu_fleet")


@pytest.fixture(scope="module")
def start() -> Scenario:
    return Scenario().replace({"run.paths": PATHS})


@pytest.mark.parametrize(
    ("target", "path", "planted", "within"),
    [
        (FLEET, "gpu_fleet.cost_factor", 1.137, 1e-6),
        (Target("irr_p50", "gpu_fleet"), "gpu_fleet.power_price", 0.1137, 1e-6),
        # Machines scrapped and customers lost a quarter earlier make small steps, so that several values near the
        # planted one meet the goal.
        (FLEET, "overcapacity.peak", 0.4321, 0.002),
        (Target("value", "gpu_fleet", "cloud_platform"), "hardware.deflation_surprise", 0.0371, 0.002),
    ],
)
def test_a_planted_value_is_found_again(start: Scenario, target: Target, path: str, planted: float, within) -> None:
    goal = target.at(world_of(start, PATHS).neighbor({path: planted})).value
    found = seek(start, target, goal, path)
    closest = min(found.solutions, key=lambda s: abs(s.value - planted))
    assert closest.value == pytest.approx(planted, abs=within * (found.high - found.low))
    assert closest.metric == pytest.approx(goal, abs=1e-9 if within < 1e-3 else 1e-3)
    assert closest.low < planted < closest.high, "a value is known no better than the metric"
    assert np.isnan(found.nearest)


def test_a_price_that_pays_the_hurdle_is_the_one_it_is_worth(start: Scenario) -> None:
    by_price = seek(start, FLEET, 0.0, PRICE).solutions[0].value
    worth = seek(start, Target("worth", "gpu_fleet"), by_price, "overcapacity.peak")
    assert worth.today_metric == pytest.approx(by_price, rel=1e-6)
    assert any(s.value == pytest.approx(0.0, abs=1e-3) for s in worth.solutions) or worth.nearest == 0.0


def test_a_quoted_price_tells_the_overcapacity_it_implies(start: Scenario) -> None:
    target = Target("worth", "gpu_fleet")
    quoted = target.at(world_of(start, PATHS).neighbor({"overcapacity.peak": 0.6})).value
    implied = seek(start, target, quoted, "overcapacity.peak").solutions
    assert [s.value for s in implied] == [pytest.approx(0.6, abs=0.005)]


def test_a_goal_out_of_reach_gives_the_nearest_and_its_bound(start: Scenario) -> None:
    found = seek(start, Target("npv", "gpu_fleet"), 0.90, "overcapacity.peak")
    assert found.solutions == () and found.nearest == 0.0 and found.at_bound == "low"
    assert found.nearest_metric == pytest.approx(max(found.metrics)) and found.nearest_goal == 0.90
    other = seek(start, Target("probability_of_loss", "gpu_fleet"), 1.0, "gpu_fleet.cost_factor")
    assert other.at_bound == "high" or other.solutions


def test_every_crossing_is_found(start: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric that rises and falls meets a goal twice."""

    def humped(self, value):
        from models.engine.estimate import paired

        height = 1.0 - (value - 1.3) ** 2
        return paired(height, np.full(8, height) + np.linspace(-0.01, 0.01, 8)), self.goal

    monkeypatch.setattr(goal_seek._Line, "at", lambda self, v: self.known.setdefault(v, humped(self, v)))
    found = seek(start, FLEET, 0.75, "overcapacity.peak")
    assert [s.value for s in found.solutions] == [pytest.approx(0.8, abs=1e-6), pytest.approx(1.8, abs=1e-6)]
    out = seek(start, FLEET, 1.1, "overcapacity.peak")
    assert out.solutions == () and out.nearest == pytest.approx(1.3, abs=1e-2) and out.at_bound == ""


def test_the_hurdle_moves_with_what_it_depends_on(start: Scenario) -> None:
    found = seek(start, Target("irr_p50", "cloud_platform"), HURDLE, "cloud_capital.hurdle")
    assert found.goals.min() == entry("cloud_capital.hurdle").low
    assert found.solutions and found.solutions[0].value == pytest.approx(found.today_metric, abs=1e-6)


def test_whole_numbers_stay_whole(start: Scenario) -> None:
    found = seek(start, FLEET, 0.0, "gpu_fleet.contract_quarters")
    assert all(value == int(value) for value in found.points)
    assert all(s.value == int(s.value) for s in found.solutions)


@pytest.mark.parametrize(
    ("target", "goal", "path", "said"),
    [
        (FLEET, HURDLE, "overcapacity.peak", "hurdle for an IRR"),
        (Target("probability_of_loss", "gpu_fleet"), 7.0, "overcapacity.peak", "from 0 to 1"),
        (FLEET, float("nan"), "overcapacity.peak", "is no number"),
        (FLEET, 0.0, "pipeline.local_share", "move first what it depends on"),
        (FLEET, 0.0, "gpu_fleet.customer", "it is no number"),
        (FLEET, 0.0, "no.such", "no such assumption"),
        (Target("npv", "gpu_fleet", "gpu_debt"), 0.0, PRICE, "metric of one class"),
    ],
)
def test_bad_goals_are_answered_with_what_to_do(start: Scenario, target: Target, goal, path: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        seek(start, target, goal, path)


@pytest.fixture(scope="module")
def fleet_against_center():
    return surface(Scenario.preset("gulf").replace({"run.paths": PATHS}), "gpu_fleet", "data_center", points=7)


def test_swapping_the_classes_mirrors_the_surface(fleet_against_center) -> None:
    one = fleet_against_center
    gulf = Scenario.preset("gulf").replace({"run.paths": PATHS})
    two = surface(gulf, "data_center", "gpu_fleet", points=7)
    np.testing.assert_array_equal(one.gap, -two.gap)
    np.testing.assert_allclose(one.probability, 1.0 - two.probability, atol=1e-15)
    np.testing.assert_allclose(one.gap_se, two.gap_se, rtol=1e-12)
    assert one.shares == pytest.approx(two.shares[::-1])
    (lines, bands), (lines2, bands2) = one.border(), two.border()
    points = [np.array(sorted(map(tuple, np.concatenate(x)))) for x in (lines, lines2)]
    np.testing.assert_allclose(*points, atol=1e-9)
    assert len(bands) == len(bands2)


def test_swapping_the_axes_transposes_the_surface(fleet_against_center) -> None:
    gulf = Scenario.preset("gulf").replace({"run.paths": PATHS})
    turned = surface(gulf, "gpu_fleet", "data_center", "policy.intensity", "overcapacity.peak", points=7)
    np.testing.assert_array_equal(turned.gap.T, fleet_against_center.gap)
    np.testing.assert_array_equal(turned.probability.T, fleet_against_center.probability)


def test_at_the_border_the_paired_difference_is_nothing(fleet_against_center) -> None:
    """Between points of the grid the line is linear, so the difference there is small against what the grid spans."""
    gulf = Scenario.preset("gulf").replace({"run.paths": PATHS})
    world = world_of(gulf, PATHS)
    lines, bands = fleet_against_center.border()
    assert lines and bands
    spread = float(np.ptp(fleet_against_center.gap))
    for x, y in np.concatenate(lines)[::3]:
        there = world.neighbor({"overcapacity.peak": float(x), "policy.intensity": float(y)}).positions()
        gap = float((there["gpu_fleet"].steady_value - there["data_center"].steady_value).mean())
        assert abs(gap) < 0.08 * spread
        inside = [_is_inside(band, x, y) for band in bands]
        assert any(inside), "the band contains its zero"


def _is_inside(outline: np.ndarray, x: float, y: float) -> bool:
    """Even-odd rule, with a little tolerance at the rim."""
    for dx in (0.0, 1e-6, -1e-6):
        for dy in (0.0, 1e-6, -1e-6):
            hits, px, py = 0, x + dx, y + dy
            for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
                if (y1 > py) != (y2 > py) and px < (x2 - x1) * (py - y1) / (y2 - y1) + x1:
                    hits += 1
            if hits % 2:
                return True
    return False


def test_points_that_contradict_other_assumptions_stay_empty() -> None:
    found = surface(Scenario().replace({"run.paths": 64}), "gpu_fleet", "data_center", "leasing.term_short",
                    "leasing.term_long", points=4)
    assert np.isnan(found.gap).any() and not np.isnan(found.gap).all()
    assert sum(found.shares) == pytest.approx(1.0)
    found.to_dict()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"first": "gpu_fleet", "second": "gpu_fleet"}, "choose another one"),
        ({"first": "gpu_fleet", "second": "gold"}, "is no class"),
        ({"first": "gpu_fleet", "second": "gpu_debt", "x": "policy.intensity"}, "first assumption too"),
        ({"first": "gpu_fleet", "second": "gpu_debt", "points": 1}, "choose 3 to 101"),
        ({"first": "gpu_fleet", "second": "gpu_debt", "metric": "irr_p50"}, "choose value or npv"),
    ],
)
def test_a_surface_of_nothing_is_refused(start: Scenario, arguments: dict, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        surface(start, **arguments)


@pytest.fixture(scope="module", params=["family", "best"])
def flip(request: pytest.FixtureRequest) -> tuple[Scenario, Cheapest]:
    few = Scenario().replace({"run.paths": FEW})
    return few, cheapest(few, request.param, paths=FEW, drivers=DRIVERS[:5])


def test_the_combination_flips_the_verdict_by_the_rules_of_the_verdict_itself(flip: tuple[Scenario, Cheapest]) -> None:
    few, found = flip
    assert found.changes and found.answer != found.today
    world = world_of(few, FEW)
    there = world.neighbor({c.path: c.to_value for c in found.changes})
    assert getattr(answer(there), found.question) == found.answer
    assert getattr(answer(world), found.question) == found.today
    halfway = world.neighbor({c.path: 0.5 * (c.from_value + c.to_value) for c in found.changes})
    assert getattr(answer(halfway), found.question) == found.today, "half of it is not enough"
    for c in found.changes:
        item = entry(c.path)
        assert item.low <= c.to_value <= item.high
        assert c.to_value - c.from_value == pytest.approx(c.effort * (item.high - item.low), abs=1e-9)
    assert found.distance == pytest.approx(float(np.sqrt(sum(c.effort**2 for c in found.changes))))


def test_the_combination_costs_no_more_than_the_cheapest_single_change(flip: tuple[Scenario, Cheapest]) -> None:
    few, found = flip
    # One at a time: three flips of the family would leave those of the best class out.
    singles = [f for driver in DRIVERS[:5] for f in flip_points(few, drivers=(driver,), paths=FEW, price="agreed")
               if f.question == found.question]
    if found.single is None:
        assert found.question == "family" and not singles, "the search for single flips finds none either"
    else:
        assert abs(found.single.effort) == pytest.approx(min(f.effort for f in singles), abs=0.02)
        assert found.distance <= abs(found.single.effort) + 1e-12


def test_no_such_question(start: Scenario) -> None:
    with pytest.raises(ScenarioError, match="choose family or best"):
        cheapest(start, "beauty")
