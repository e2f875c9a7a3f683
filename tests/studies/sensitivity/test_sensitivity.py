"""What drives a metric: reference cases, zero for what has no effect, in any order, stable when reseeded."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from models.engine.evaluate import evaluate
from models.engine.target import METRICS, Target
from models.engine.world import world_of
from models.errors import ScenarioError
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario
from models.studies.sensitivity.sobol import sobol, variance_shares
from models.studies.sensitivity.tornado import ends, number, tornado
from tests.oracle_cases import load_case

PATHS = 256
DRIVERS = ("overcapacity.peak", "hardware.deflation_surprise", "gpu_fleet.cost_factor", "llm_costs.other",
           "data_center.hurdle", "capacity.retirement", "gpu_fleet.scrap_after")


@pytest.fixture(scope="module")
def start() -> Scenario:
    return Scenario().replace({"run.paths": PATHS})


@pytest.fixture(scope="module")
def fleet(start: Scenario):
    return tornado(start, Target("npv", "gpu_fleet"), drivers=DRIVERS)


def ishigami(a: float, b: float):
    return lambda x: float(np.sin(x[0]) + a * np.sin(x[1]) ** 2 + b * x[2] ** 4 * np.sin(x[0]))


def test_ishigami_is_split_as_in_closed_form_and_a_dummy_brings_nothing() -> None:
    case = load_case("sobol_ishigami_01")
    function = ishigami(case.inputs["a"], case.inputs["b"])
    bounds = np.array([[-np.pi, np.pi]] * 4)
    shares = variance_shares(lambda x: function(x[:3]), bounds, 4_096)
    for name, got in (("S1", shares.first), ("ST", shares.total)):
        np.testing.assert_allclose(got[:3], case.expected[name], atol=0.02, err_msg=name)
        assert got[3] == 0.0, "an input that is never read"
    assert shares.mean == pytest.approx(case.expected["mean"], abs=0.05)
    assert shares.sd**2 == pytest.approx(case.expected["variance"], rel=0.03)
    assert (shares.first >= -shares.first_ci).all() and (shares.total >= shares.first - shares.first_ci).all()
    assert shares.first.sum() <= 1.0 + shares.first_ci.sum()
    inside = np.abs(shares.total[:3] - case.expected["ST"]) <= shares.total_ci[:3]
    assert inside.sum() >= 2, "intervals that never cover would be worthless"


def test_the_order_inputs_are_moved_in_changes_no_share() -> None:
    bounds, function = np.array([[-np.pi, np.pi]] * 3), ishigami(7.0, 0.1)
    plain = variance_shares(function, bounds, 64)
    other = variance_shares(function, bounds, 64, order=(2, 0, 1))
    np.testing.assert_array_equal(plain.total, other.total)
    np.testing.assert_array_equal(plain.first, other.first)


def test_what_never_varies_has_no_shares() -> None:
    shares = variance_shares(lambda x: 3.0, np.array([[0.0, 1.0]] * 2), 8)
    assert shares.mean == 3.0 and shares.sd == 0.0
    assert not shares.first.any() and not shares.total.any()


def test_shapley_effects_of_correlated_inputs_follow_from_conditional_variance() -> None:
    """Model 4.6: dependent inputs need Shapley effects; for a linear metric they follow from the covariance."""
    case = load_case("shapley_effects_01")
    sigma, rho, beta = case.inputs["sigma"], case.inputs["rho"], np.array(case.inputs["beta"], dtype=float)
    cov = np.array([[sigma[0] ** 2, rho * sigma[0] * sigma[1]], [rho * sigma[0] * sigma[1], sigma[1] ** 2]])
    total = float(beta @ cov @ beta)

    def explained(known: tuple[int, ...]) -> float:
        if not known:
            return 0.0
        at = list(known)
        weight = np.linalg.solve(cov[np.ix_(at, at)], cov[at] @ beta)
        return float(weight @ cov[np.ix_(at, at)] @ weight)

    count = len(beta)
    effects = []
    for i in range(count):
        others = [j for j in range(count) if j != i]
        parts = 0.0
        for size in range(count):
            for known in combinations(others, size):
                weight = factorial(size) * factorial(count - size - 1) / factorial(count)
                parts += weight * (explained(tuple(sorted((*known, i)))) - explained(known))
        effects.append(parts / total)
    case.check("variance", total)
    case.check("shapley_share", effects)


def test_sobol_points_are_the_published_ones() -> None:
    case = load_case("qmc_sobol_01")
    points = qmc.Sobol(case.inputs["d"], scramble=False).random(case.inputs["n"])
    case.check("points", points.tolist())
    boxes = load_case("qmc_sobol_02")
    cells = np.floor(qmc.Sobol(2, scramble=False).random(boxes.inputs["n"]) * 4).astype(int)
    counts = np.unique(cells, axis=0, return_counts=True)[1]
    boxes.check("boxes", len(counts))
    assert set(counts) == {boxes.expected["points_per_box"]}


def test_a_bar_is_the_paired_difference_of_two_evaluations(start: Scenario, fleet) -> None:
    bar = next(b for b in fleet.bars if b.path == "overcapacity.peak")
    world = world_of(start, PATHS)
    here, there = (world.neighbor(c).position("gpu_fleet").npv for c in ({}, {"overcapacity.peak": bar.high}))
    gaps = (there - here).reshape(8, -1).mean(axis=1)
    assert bar.effect_high == pytest.approx(float((there - here).mean()), rel=1e-12)
    assert bar.effect_high_se == pytest.approx(float(gaps.std(ddof=1) / np.sqrt(8)), rel=1e-9)
    alone = (there.reshape(8, -1).mean(axis=1).std(ddof=1), here.reshape(8, -1).mean(axis=1).std(ddof=1))
    assert bar.effect_high_se < np.hypot(*alone) / np.sqrt(8), "shared draws must make differences surer"


@pytest.mark.parametrize("metric", [m for m in METRICS if m not in ("worth", "irr_p05")])
def test_today_is_what_the_pages_show(start: Scenario, metric: str) -> None:
    held = evaluate(start).assets["gpu_debt"]
    m = held.fair
    shown = {
        "npv": m.npv_mean / m.capital, "value": m.cash_npv_mean / m.capital, "irr_p50": m.irr.p50,
        "moic_p50": m.moic.p50, "probability_of_loss": m.probability_of_loss,
        "probability_below_cash": m.probability_below_cash, "cvar_95": m.cvar_95,
        "certainty_equivalent": m.certainty_equivalent,
        "certainty_equivalent_return": m.certainty_equivalent_return,
        "default_probability": held.debt.default_probability,
    }[metric]
    found = tornado(start, Target(metric, "gpu_debt"), drivers=("gpu_debt.advance_cap",))
    assert found.base == pytest.approx(shown, rel=1e-9, abs=1e-12)


def test_what_has_no_effect_has_no_bar(fleet) -> None:
    assert fleet.idle == ("data_center.hurdle",), "what fails the developer reaches the fleets it rents from"
    assert {b.path for b in fleet.bars} == set(DRIVERS) - set(fleet.idle)
    assert all(b.swing > 0 for b in fleet.bars)


@settings(max_examples=4, deadline=None)
@given(order=st.permutations(DRIVERS))
def test_bars_do_not_depend_on_the_order_of_drivers(order, start: Scenario, fleet) -> None:
    again = tornado(start, Target("npv", "gpu_fleet"), drivers=order)
    assert again.bars == fleet.bars and again.idle == fleet.idle


def test_swapping_the_classes_of_a_spread_mirrors_its_bars(start: Scenario) -> None:
    one = tornado(start, Target("npv", "gpu_fleet", "llm_developer"), drivers=DRIVERS[:4])
    two = tornado(start, Target("npv", "llm_developer", "gpu_fleet"), drivers=DRIVERS[:4])
    assert one.base == pytest.approx(-two.base, rel=1e-12)
    assert [b.path for b in one.bars] == [b.path for b in two.bars]
    for a, b in zip(one.bars, two.bars, strict=True):
        assert (a.effect_low, a.effect_high) == pytest.approx((-b.effect_low, -b.effect_high), rel=1e-9, abs=1e-15)
        assert (a.effect_high_se) == pytest.approx(b.effect_high_se, rel=1e-9)


def test_noise_is_marked_and_contradictions_are_told(start: Scenario) -> None:
    found = tornado(start, Target("probability_of_loss", "gpu_fleet"))
    assert any(b.is_noise for b in found.bars) and not found.bars[0].is_noise
    for bar in found.bars:
        low, high = abs(bar.effect_low) > 2 * bar.effect_low_se, abs(bar.effect_high) > 2 * bar.effect_high_se
        assert bar.is_noise != (low or high)
    assert "must add to 1" in dict(found.stuck)["pipeline.local_share"]
    assert [b.swing for b in found.bars] == sorted((b.swing for b in found.bars), reverse=True)


def test_percentiles_are_those_of_a_triangle_with_its_peak_today() -> None:
    item = number("overcapacity.peak", Scenario())  # today at the lower bound: density falls in a line
    low, high = ends(item, "p10_p90")
    for end, share in ((low, 0.10), (high, 0.90)):
        assert 1.0 - (1.0 - end / item.high) ** 2 == pytest.approx(share, abs=1e-12)
    assert ends(item, "bounds") == (item.low, item.high)
    whole = ends(number("gpu_fleet.scrap_after", Scenario()), "p10_p90")
    assert all(isinstance(end, int) for end in whole)
    for entry in catalog():
        if entry.kind == "number" and entry.value is not None and entry.group not in ("run", "entry"):
            a, b = ends(entry, "p10_p90")
            assert entry.low <= a <= b <= entry.high, entry.path


def test_the_ranking_is_stable_and_inert_drivers_bring_exactly_nothing(start: Scenario) -> None:
    drivers = ("gpu_fleet.salvage", "gpu_fleet.cost_factor", "data_center.hurdle", "pipeline.local_share")
    found = sobol(start, Target("npv", "gpu_fleet"), drivers=drivers, base=128, paths=128)
    assert [path for path, _ in found.left_out] == ["pipeline.local_share"]
    by_path = {i.path: i for i in found.indices}
    assert by_path["data_center.hurdle"].first == by_path["data_center.hurdle"].total == 0.0
    assert found.indices[-1].path == "data_center.hurdle" and found.indices[-1].ranks == (3, 3)
    assert found.same_top == 3 and found.agreement == pytest.approx(1.0)
    assert found.evaluations == 128 * 5 and found.sd > 0
    assert 0.8 < found.sum_first < 1.2, "two nearly additive drivers"
    again = sobol(start, Target("npv", "gpu_fleet"), drivers=drivers, base=128, paths=128)
    assert again.indices == found.indices, "the same seed gives the same numbers"


def test_bad_questions_are_answered_with_what_to_do(start: Scenario) -> None:
    for make, said in (
        (lambda: Target("beauty"), "choose one of npv"),
        (lambda: Target("npv", "gold"), "choose one of gpu_fleet"),
        (lambda: Target("default_probability", "gpu_fleet"), "choose asset gpu_debt"),
        (lambda: Target("worth", "gpu_fleet", "gpu_debt"), "leave out minus"),
        (lambda: tornado(start, Target(), ranges="wide"), "choose p10_p90 or bounds"),
        (lambda: tornado(start, Target(), drivers=("gpu_fleet.customer",)), "it is no number"),
        (lambda: tornado(start, Target(), drivers=("gpu_fleet.contract_price",)), "set it first"),
        (lambda: sobol(start, Target(), base=100), "power of two"),
        (lambda: sobol(start, Target(), drivers=("pipeline.local_share",)), "choose others"),
    ):
        with pytest.raises(ScenarioError, match=said):
            make()
