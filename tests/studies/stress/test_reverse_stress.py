"""Reverse stress: the design point of known limits, drivers as normals, and the story of the nearest loss."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from models.basis.shocks import draw_shocks
from models.engine.world import World
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.stress.driver_space import DriverSpace, drivers
from models.studies.stress.form import design_point
from models.studies.stress.reverse_stress import reverse_stress

CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.mark.parametrize("start", [(-1.0, 0.0), (-0.3, 1.0), (-1.0, -1.0), (1.0, 0.0)])
def test_form_case(start):
    case = json.loads((CASES / "form_01.json").read_text())
    slope, offset = np.array(case["inputs"]["grad"]), case["inputs"]["g0"]
    found = design_point(lambda z: offset + z @ slope, np.array([start]))
    assert found.beta == pytest.approx(case["expected"]["beta"], abs=1e-10)
    assert found.point == pytest.approx(case["expected"]["design_point"], abs=1e-10)
    assert ndtr(-found.beta) == pytest.approx(case["expected"]["prob"], abs=1e-10)
    assert abs(found.value) < 1e-10


def test_beta_is_negative_where_the_median_future_already_fails():
    slope = np.array([1.0, -2.0, 0.5])
    found = design_point(lambda z: -1.0 + z @ slope, -slope[None, :])
    assert found.beta == pytest.approx(-1.0 / np.linalg.norm(slope), abs=1e-10)
    assert ndtr(-found.beta) > 0.5


def test_the_nearest_of_two_boundaries_and_a_jump():
    def limit(z):  # a step at 1.5 along one driver, a plane at 2 along another, forty that mean nothing
        return np.where(z[:, 3] > 1.5, -1.0, 2.0 + z[:, 0])

    start = np.zeros((1, 42))
    start[0, :4] = (-1.0, 0.2, 0.1, 0.9)
    found = design_point(limit, start)
    assert found.beta == pytest.approx(1.5, rel=0.03)
    assert found.value == -1.0


def test_no_boundary_is_infinitely_far():
    found = design_point(lambda z: np.ones(len(z)), np.ones((1, 3)))
    assert found.beta == float("inf") and np.isnan(found.point).all()


@pytest.mark.parametrize("key", ["gpu_fleet", "data_center", "cloud_platform"])
def test_draws_become_normals_and_come_back(key):
    scenario = Scenario.preset("subsidy_cliff")
    shocks = draw_shocks(3, 64)
    space = DriverSpace(drivers(scenario, key), shocks.quarters)
    normals = space.normals(shocks)
    assert normals.shape == (64, space.size)
    back = space.shocks(normals)
    assert space.normals(back) == pytest.approx(normals, abs=1e-6)
    # with all drivers of the class restored but late busts, its value is restored too
    one, other = (World(scenario, s).position(key).value for s in (shocks, back))
    assert np.mean(np.isclose(one, other, rtol=1e-6, atol=1e-9)) > 0.95


def test_what_cannot_move_a_class_is_no_driver():
    calm = Scenario().replace({"demand.volatility": 0.0, "demand.bust_rate": 0.0})
    assert drivers(calm, "gpu_fleet") == ("offtaker_u", "llm_quality_z", "contagion_u")
    alone = calm.replace({"contagion.lab_share": 0.0})
    assert drivers(alone, "gpu_fleet") == ("offtaker_u",)
    assert "policy_u" in drivers(Scenario.preset("subsidy_cliff"), "gpu_fleet")
    assert "llm_sale_u" not in drivers(Scenario(), "gpu_fleet")


@pytest.fixture(scope="module")
def fleet():
    return reverse_stress(Scenario(), "gpu_fleet", paths=512)


def test_the_design_point_lies_on_the_boundary(fleet):
    assert fleet.design_value == pytest.approx(0.0, abs=2e-3)
    assert fleet.probability == pytest.approx(ndtr(-fleet.beta))
    assert 0.0 < fleet.beta < 1.5
    assert sum(fleet.importance.values()) == pytest.approx(1.0)


def test_no_sampled_loss_is_nearer(fleet):
    scenario, shocks = Scenario(), draw_shocks(1, 512)
    space = DriverSpace(drivers(scenario, "gpu_fleet"), shocks.quarters)
    lost = World(scenario, shocks).position("gpu_fleet").value <= 0
    assert np.linalg.norm(space.normals(shocks)[lost], axis=1).min() > fleet.beta - 1e-6
    assert fleet.simulated == pytest.approx(float(lost.mean()))


def test_the_story_is_in_order_and_matches_the_path(fleet):
    assert [line.topic for line in fleet.story][-1] == "cost"
    assert list(fleet.story) == sorted(fleet.story, key=lambda line: line.quarter)
    rent = next(line for line in fleet.story if line.topic == "price")
    path = fleet.path[fleet.path["series"] == "price"].set_index("quarter")
    assert path.loc[rent.quarter, "stressed"] == pytest.approx(rent.stressed) == path["stressed"].min()
    assert path.loc[rent.quarter, "usual"] > rent.stressed
    assert f"{abs(rent.stressed):.0%} below break-even" in rent.words
    assert set(fleet.path["series"]) == {"demand", "price", "surplus", "cash"} and len(fleet.path) == 4 * 41


def test_a_larger_loss_is_further_away(fleet):
    worse = reverse_stress(Scenario(), "gpu_fleet", 0.3, paths=512)
    assert worse.beta > fleet.beta and worse.simulated < fleet.simulated
    assert worse.design_value == pytest.approx(-0.3, abs=0.05)


def test_unknown_classes_are_refused():
    with pytest.raises(ScenarioError, match="no such asset class; there are gpu_fleet"):
        reverse_stress(Scenario(), "tulips")
