"""What each slider does: shapes of curves, what cannot be moved, and points of no investment."""

import math

import pytest

from models.claims.registry import CLASSES
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.sensitivity import levers as study
from models.studies.sensitivity.directions import DIRECTIONS
from models.studies.sensitivity.levers import LEVERS, Curve, Lever, Levers, levers

NAN = math.nan
SMALL = Scenario().replace({"run.paths": 64})


def curve(*steps: float, error: float = 0.01) -> Curve:
    at = tuple(float(i) for i in range(len(steps) + 1))
    return Curve("a.b", "gpu_fleet", "", at, at, at, steps, (error,) * len(steps))


@pytest.mark.parametrize("steps, shape", [
    ((0.1, 0.2, 0.0), "rises"), ((-0.1, 0.01, -0.3), "falls"), ((0.1, -0.1), "turns"), ((0.01, -0.02), "level"),
    ((1e-4, 2e-4), "level"),
    ((NAN, 0.1), "rises"), ((NAN, NAN), "level"),
])
def test_a_curve_goes_one_way_unless_it_turns_beyond_the_noise(steps: tuple[float, ...], shape: str) -> None:
    assert curve(*steps).shape == shape


def test_a_cliff_is_the_share_of_the_way_gone_in_one_step() -> None:
    assert curve(0.25, 0.25, -0.25, 0.25).cliff == pytest.approx(0.25)
    assert curve(0.0, -1.0, 0.0).cliff == 1.0
    assert curve(0.0, 0.0).cliff == 0.0


def test_a_lever_is_moved_over_its_bounds_and_leaves_what_it_does_not_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "LEVERS", (Lever("gpu_fleet.power_price", "Cost of power"),))
    found = levers(SMALL, points=3)
    power = found.of("gpu_fleet.power_price")
    assert power["gpu_fleet"].places == (0.03, 0.14, 0.25) and power["gpu_fleet"].shape == "falls"
    assert power["data_center"].change == (0.0, 0.0, 0.0), "its tenants pay for power"
    assert found.to_dict()["curves"][0]["shape"] == "falls"


def test_what_cannot_be_moved_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "LEVERS", (Lever("policy.intensity", "Subsidy"), Lever("demand.growth_now", "Growth")))
    found = levers(SMALL.replace({"demand.growth_by_year": (0.3,) * 10}), points=2)
    assert found.curves == ()
    assert "No program" in found.stuck["policy.intensity"] and "by year" in found.stuck["demand.growth_now"]


def test_a_class_nobody_invests_in_has_no_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "LEVERS", (Lever("gpu_debt.advance_cap", "Highest advance"),))
    lent = levers(SMALL, points=3).of("gpu_debt.advance_cap")["gpu_debt"]
    assert lent.change[0] != lent.change[0] and lent.change[1] == 0.0


def test_fewer_than_two_points_are_refused() -> None:
    with pytest.raises(ScenarioError, match="points: 1"):
        levers(SMALL, points=1)


@pytest.fixture(scope="module")
def moved() -> Levers:
    """Every lever where European programs pay, so that there is a subsidy to scale.

    The building gets a share of its own: a derived one thins where demand, and all that a fixed budget pays for, rises.
    """
    return levers(Scenario.preset("eu_gigafactories").replace({"run.paths": 512, "policy.center_share": 0.1}))


def test_every_lever_has_an_expected_direction_with_a_reason() -> None:
    assert set(DIRECTIONS) == {lever.path for lever in LEVERS}
    assert all(set(ways) == set(CLASSES) for ways in DIRECTIONS.values())


@pytest.mark.parametrize("path", DIRECTIONS)
def test_each_class_goes_the_way_an_expert_expects(moved: Levers, path: str) -> None:
    here = moved.of(path)
    wrong = {
        key: f"{expected.shape} expected ({expected.why}), {here[key].shape} found: {here[key].change}"
        for key, expected in DIRECTIONS[path].items()
        if expected.shape != "turns" and here[key].shape != expected.shape
    }
    assert not wrong, wrong


# A mandate binds in full once programs pay what they announced: the first step is then the whole of it.
BY_CONTRACT = {("policy.intensity", "cloud_platform")}


@pytest.mark.parametrize("path", DIRECTIONS)
def test_nothing_falls_off_a_cliff(moved: Levers, path: str) -> None:
    """No step is nearly the whole way where the way is long."""
    steep = {
        key: (curve.cliff, curve.change) for key, curve in moved.of(path).items()
        if curve.cliff > 0.85 and max(map(abs, curve.change)) > 0.05 and (path, key) not in BY_CONTRACT
    }
    assert not steep, steep
