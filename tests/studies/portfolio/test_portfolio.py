"""What to hold: exact mixes, limits, parts that add up, regret; the order of assets changes nothing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import norm, qmc

from models.__main__ import main
from models.basis.investor import Rates
from models.claims.registry import CLASSES
from models.engine.evaluate import Evaluation, evaluate
from models.engine.position import sure_wealth
from models.engine.wealth import Outcomes, outcomes, sure_gain, sure_gain_slope
from models.errors import ScenarioError
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.portfolio.frontier import (
    Limits,
    frontier,
    least,
    minimax_regret,
    risk_contributions,
    tail_loss,
    tail_plane,
)
from models.studies.portfolio.mandate import EQUAL, Settings, possible_worlds
from models.studies.portfolio.mixes import Judge
from models.studies.portfolio.portfolio import Own, Study, own_mix, study
from models.studies.stress.regret import regrets
from tests.oracle_cases import load_case

PATHS = 512
SCENARIO = Scenario().replace({"run.paths": PATHS})
FREE = Limits((1.0,) * 6)


def least_tail(gains, limits, means=None, target=-np.inf, confidence=0.95):
    return least(lambda w: (tail_plane(gains, w, confidence),), limits, means, target)


def normals(count: int, paths: int = 2**14):
    draws = norm.ppf(qmc.Sobol(count, rng=np.random.default_rng(3)).random(paths))
    return draws - draws.mean(axis=0)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(SCENARIO, variants=False)


@pytest.fixture(scope="module")
def found(evaluation) -> Study:
    return study(SCENARIO, Settings(), evaluation=evaluation)


@pytest.fixture(scope="module")
def equal(found) -> Own:
    return own_mix(found, EQUAL)


@pytest.fixture(scope="module")
def fresh(evaluation) -> Outcomes:
    return outcomes({key: result.bought["fair"] for key, result in evaluation.assets.items()})


# The program itself


def test_normal_returns_give_the_mean_variance_frontier():
    case = load_case("frontier_cvar_01")
    mu, cov = np.array(case.inputs["mu"]), np.array(case.inputs["cov"])
    gains = mu + normals(3) @ np.linalg.cholesky(cov).T
    weights = least_tail(gains, Limits((1.0,) * 3), mu, case.inputs["target"])
    assert weights == pytest.approx(case.expected["w"], abs=0.015)
    assert tail_loss(gains, weights) == pytest.approx(case.expected["cvar_loss"], abs=2e-3)
    assert weights @ mu == pytest.approx(case.inputs["target"], abs=1e-6)


def test_two_assets_of_no_mean_give_the_least_variance():
    case = load_case("frontier_02")
    (a, b), rho = case.inputs["sigma"], case.inputs["rho"]
    root = np.linalg.cholesky([[a * a, rho * a * b], [rho * a * b, b * b]])
    weights = least_tail(normals(2) @ root.T, Limits((1.0, 1.0)))
    assert weights == pytest.approx(case.expected["w"], abs=0.01)


@pytest.mark.parametrize("target", [0.1, 0.3, 0.8])
def test_cutting_planes_end_at_the_whole_linear_program(fresh, target):
    gains = fresh.gains[:256]
    means, (count, assets) = gains.mean(axis=0), gains.shape
    cost = np.r_[np.zeros(assets), 1.0, np.full(count, 1 / (0.05 * count))]
    rows = np.r_[np.c_[-gains, -np.ones(count), -np.eye(count)], [np.r_[-means, 0.0, np.zeros(count)]]]
    whole = linprog(
        cost, A_ub=rows, b_ub=np.r_[np.zeros(count), -target], A_eq=[np.r_[np.ones(assets), 0.0, np.zeros(count)]],
        b_eq=[1.0], bounds=[(0, 1)] * assets + [(None, None)] + [(0, None)] * count, method="highs",
    )
    weights = least_tail(gains, FREE, means, target)
    assert tail_loss(gains, weights) == pytest.approx(whole.fun, abs=2e-6)


def test_the_tail_splits_the_atom():
    case = load_case("cvar_discrete_01")
    losses = np.array(case.inputs["losses"], dtype=float)
    value, slope = tail_plane(-losses[:, None], np.ones(1), case.inputs["alpha"])
    case.check("cvar", value)
    assert slope[0] == pytest.approx(value)


@given(
    gains=st.lists(st.lists(st.floats(-1, 3), min_size=3, max_size=3), min_size=20, max_size=40),
    raw=st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
)
def test_parts_of_the_tail_add_up_and_no_mix_is_worse_than_its_parts(gains, raw):
    table, weights = np.array(gains), np.array(raw) / sum(raw)
    parts = risk_contributions(table, weights, 0.9)
    assert parts.sum() == pytest.approx(risk.cvar(-(table @ weights), 0.9), abs=1e-9)
    alone = [tail_loss(table, one, 0.9) for one in np.eye(3)]
    assert tail_loss(table, weights, 0.9) <= weights @ alone + 1e-9


def test_the_frontier_rises_and_bends_one_way(fresh):
    points = frontier(fresh.gains, fresh.means, FREE, points=11)
    means = points @ fresh.means
    tails = np.array([tail_loss(fresh.gains, w) for w in points])
    slopes = np.diff(tails) / np.diff(means)
    assert (np.diff(means) > 0).all() and (np.diff(tails) > -1e-6).all()
    assert (np.diff(slopes) > -1e-4).all(), slopes
    assert tails[0] <= min(tail_loss(fresh.gains, one) for one in np.eye(6)) + 1e-6


def test_one_more_asset_never_makes_the_frontier_worse(fresh):
    target = float(fresh.means[:4].mean())
    four = least_tail(fresh.gains[:, :4], Limits((1.0,) * 4), fresh.means[:4], target)
    six = least_tail(fresh.gains, FREE, fresh.means, target)
    assert tail_loss(fresh.gains, six) <= tail_loss(fresh.gains[:, :4], four) + 1e-6


def test_the_order_of_assets_changes_nothing(fresh):
    order = np.array([4, 2, 0, 5, 1, 3])
    here = frontier(fresh.gains, fresh.means, FREE, points=5)
    there = frontier(fresh.gains[:, order], fresh.means[order], FREE, points=5)
    for a, b in zip(here, there, strict=True):
        assert tail_loss(fresh.gains, a) == pytest.approx(tail_loss(fresh.gains[:, order], b), abs=1e-5)
        assert b @ fresh.means[order] == pytest.approx(a @ fresh.means, abs=1e-5)


def test_doubled_paths_change_nothing(fresh):
    twice = np.concatenate([fresh.gains, fresh.gains])
    once = least_tail(fresh.gains, FREE)
    assert tail_loss(twice, least_tail(twice, FREE)) == pytest.approx(tail_loss(fresh.gains, once), abs=1e-6)


def test_caps_and_family_limits_hold(fresh):
    limits = Limits((0.3, 0.3, 0.5, 0.3, 0.1, 1.0), (((0, 1, 2, 3), 0.6), ((4, 5), 0.7)))
    for weights in frontier(fresh.gains, fresh.means, limits, points=7):
        assert (weights <= np.array(limits.caps) + 1e-9).all() and (weights >= 0).all()
        assert weights[:4].sum() <= 0.6 + 1e-9 and weights[4:].sum() <= 0.7 + 1e-9
        assert weights.sum() == pytest.approx(1.0)


def test_limits_that_leave_no_mix_say_how_much_can_be_placed():
    with pytest.raises(ScenarioError, match=r"caps: together they let 60% of the money be placed"):
        Settings(caps=(0.1,) * 6)
    with pytest.raises(ScenarioError, match=r"caps\.gpu_debt: 120% is not allowed"):
        Settings(caps=(1.0, 1.0, 1.2, 1.0, 1.0, 1.0))


# One asset, two of the same


def test_a_mix_of_one_asset_is_that_asset(found, evaluation):
    for i, (key, result) in enumerate(evaluation.assets.items()):
        alone = own_mix(found, tuple(np.eye(6)[i])).mix
        assert alone.figures.tail == pytest.approx(result.fair.cvar_95, rel=1e-12), key
        assert alone.figures.tail_se == pytest.approx(result.fair.cvar_95_se, rel=1e-9), key
        assert alone.figures.below_cash == result.fair.probability_below_cash, key
        assert alone.figures.sure == pytest.approx(result.fair.certainty_equivalent, rel=1e-9), key
        assert alone.contributions[key] == pytest.approx(alone.figures.tail), key


@given(share=st.floats(0, 1))
def test_two_of_the_same_are_one(share):
    gains = np.random.default_rng(1).normal(0.1, 0.4, 200)
    table = np.stack([gains, gains], axis=1)
    assert tail_loss(table, np.array([share, 1 - share])) == pytest.approx(risk.cvar(-gains, 0.95))


def test_what_is_not_placed_is_cash(found):
    half, whole = own_mix(found, (0.5, 0, 0, 0, 0, 0)), own_mix(found, (1.0, 0, 0, 0, 0, 0))
    assert half.mix.figures.tail == pytest.approx(0.5 * whole.mix.figures.tail)
    assert half.mix.figures.mean == pytest.approx(0.5 * whole.mix.figures.mean)
    empty = own_mix(found, (0.0,) * 6)
    assert empty.match is None and empty.mix.figures.tail == 0.0


# Certainty equivalent


@pytest.mark.parametrize("case", [load_case("ce_twopoint_01"), load_case("ce_ruin_01")], ids=lambda case: case.id)
def test_sure_wealth_of_all_in(case):
    outcomes_, probs = np.array(case.inputs["outcomes"]), np.array(case.inputs["probs"])
    values = np.repeat(outcomes_, np.round(probs * 100).astype(int)) - 1.0
    gammas = np.atleast_1d(case.inputs["gamma"])
    got = [sure_wealth(values, float(gamma), 1.0) for gamma in gammas]
    case.check("ce", got if len(got) > 1 else got[0])


def test_ruin_is_reported_and_not_smoothed(found):
    gains = found.judge.fresh.gains.copy()
    gains[7, 2] = -1.2  # a call beyond what was committed takes all, not more than all
    judge = Judge(found.judge.fitted, replace(found.judge.fresh, gains=gains), found.rates)
    alone = judge.mix("loan", "Loan", np.eye(6)[2]).figures
    assert alone.ruin == 1 / PATHS and alone.sure_all == 0.0 and -1.0 < alone.sure < 0.2


@pytest.mark.parametrize("aversion", [0.0, 1.0, 3.0])
def test_the_slope_of_the_sure_gain(fresh, aversion):
    rates = Rates(risk_aversion=aversion)
    weights = np.array(EQUAL)
    value, slope = sure_gain_slope(fresh.gains, weights, rates)
    assert value == pytest.approx(sure_gain(fresh.gains @ weights, rates), abs=1e-12)
    for i, step in enumerate(1e-5 * np.eye(6)):
        up, down = (sure_gain(fresh.gains @ (weights + s), rates) for s in (step, -step))
        assert slope[i] == pytest.approx((up - down) / 2e-5, abs=1e-5)


def test_sure_gain_falls_with_aversion_and_tail_rises_with_confidence(fresh):
    mix = fresh.gains @ np.array(EQUAL)
    sure = [sure_gain(mix, Rates(risk_aversion=a)) for a in (0, 1, 2, 5, 10)]
    assert (np.diff(sure) < 0).all()
    tails = [risk.cvar(-mix, level) for level in (0.0, 0.5, 0.9, 0.95, 0.99)]
    assert (np.diff(tails) > 0).all() and tails[0] == pytest.approx(-mix.mean())


def test_the_best_sure_gain_beats_every_other_mix_on_its_own_paths(found):
    fitted, rates = found.judge.fitted, found.rates
    best = np.array(list(found.mix("sure").weights.values()))
    top = sure_gain(fitted.gains @ best, rates)
    for weights in (*np.eye(6), *found.points, np.array(EQUAL)):
        assert top >= sure_gain(fitted.gains @ weights, rates) - 1e-5


# Regret


def test_regret_of_pure_actions():
    case = load_case("regret_01")
    names = list(case.inputs["payoffs"])
    table = regrets(np.array([case.inputs["payoffs"][name] for name in names], dtype=float))
    most = dict(zip(names, table.max(axis=1), strict=True))
    case.check("max_regret", most)
    case.check("minimax", min(most, key=lambda name: most[name]))
    assert (table >= 0).all() and (table.min(axis=0) == 0).all()


def test_a_mix_can_regret_less_than_any_pure_action():
    case = load_case("regret_01")
    payoffs = np.array(list(case.inputs["payoffs"].values()), dtype=float)
    mix, best = minimax_regret([lambda w, p=p: (float(p @ w), p) for p in payoffs.T], Limits((1.0,) * 3))
    tops = [p @ w for p, w in zip(payoffs.T, best, strict=True)]
    assert tops == pytest.approx(payoffs.max(axis=0))
    most = (payoffs.max(axis=0) - mix @ payoffs).max()
    assert most <= 43.0 and mix.sum() == pytest.approx(1.0)


def test_regret_over_worlds(found, equal):
    table = found.regret
    held = [*CLASSES, *(mix.name for mix in found.mixes)]
    assert (table[held].to_numpy() > -1e-4).all()
    missed = np.array([value for value, _ in equal.regret])
    assert (missed > -1e-4).all()
    assert table["regret"].max() <= min(table[key].max() for key in (*CLASSES, "least_loss", "sure")) + 1e-4
    assert table["regret"].max() <= missed.max() + 1e-4


def test_worlds_keep_the_deals_and_the_prices():
    scenario = SCENARIO.replace({"gpu_fleet.contracted_share": 0.9})
    worlds = possible_worlds(scenario, "fair")
    assert all(world.gpu_fleet == scenario.gpu_fleet for world in worlds.values())
    assert "market_assumes" not in worlds and "market_assumes" in possible_worlds(scenario, "at_cost")
    assert "base" not in possible_worlds(SCENARIO, "fair"), "the same world is not counted twice"
    glut = worlds["telecom_glut"]
    from models.engine.wealth import training_world

    world = training_world(scenario, 64)
    cheap, own = (outcomes(world.to(glut, price).positions()).gains for price in ("agreed", "again"))
    assert cheap.shape == (64, 6) and np.isfinite(own).all()


# On fresh paths


def test_mixes_are_judged_on_other_paths_than_they_are_fitted_on(found):
    assert not np.array_equal(found.judge.fitted.gains[:PATHS], found.judge.fresh.gains)
    fitted = [tail_loss(found.judge.fitted.gains, w) for w in found.points]
    assert found.frontier["tail_in_sample"].to_numpy() == pytest.approx(fitted)
    assert (np.diff(fitted) > -1e-6).all(), "monotone where it was fitted"


def test_a_mix_of_the_same_wealth_never_loses_more_where_it_was_fitted(found, equal):
    assert equal.match is not None
    fitted = found.judge.fitted
    own, match = (np.array(list(mix.weights.values())) for mix in (equal.mix, equal.match))
    assert fitted.means @ match >= fitted.means @ own - 1e-6
    assert tail_loss(fitted.gains, match) <= tail_loss(fitted.gains, own) + 1e-6
    assert equal.gap > 2 * equal.gap_se > 0, "equal weights are far from the frontier"


def test_parts_of_every_mix_add_up(found, equal):
    for mix in (equal.mix, *found.mixes):
        assert sum(mix.contributions.values()) == pytest.approx(mix.figures.tail, abs=1e-12), mix.name
        assert sum(mix.weights.values()) == pytest.approx(1.0)
        assert mix.figures.tail_se > 0 and mix.figures.sure_se > 0


def test_correlations_are_symmetric_with_noise(found):
    for table, error in ((found.rank, found.rank_se), (found.tails, found.tails_se)):
        assert table == pytest.approx(table.T) and np.diag(table) == pytest.approx(1.0)
        off = ~np.eye(6, dtype=bool)
        assert (error[off] > 0).all() and (error[off] < 0.25).all()


def test_the_command_prints_mixes_and_refuses_by_name(capsys, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("class,amount\nGPU-backed debt,2\nData center,1\nCash,1\n")
    assert main(["portfolio", "--paths", "64", "--holdings", str(file), "--cap", "llm_developer=0.1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    own, safest = said["mixes"][0], said["mixes"][1]
    assert own["weights"]["gpu_debt"] == 0.5 and sum(own["weights"].values()) == 0.75
    assert max(mix["weights"]["llm_developer"] for mix in said["mixes"]) <= 0.1 + 1e-9
    assert sum(safest["contributions"].values()) == pytest.approx(safest["figures"]["tail"])
    assert len(said["frontier"]) == 15 and len(said["regret"]) == 6
    file.write_text("class,amount\nGold,2\n")
    assert main(["portfolio", "--holdings", str(file)]) == 1
    assert "line 2, class: 'Gold' is not a choice" in capsys.readouterr().err
    assert main(["portfolio", "--weights", "gold=1"]) == 1
    assert "--weights gold=1: write it as NAME=SHARE" in capsys.readouterr().err


def test_weights_that_are_no_mix(found):
    with pytest.raises(ScenarioError, match=r"weights: they add to 120%, at most 100%"):
        own_mix(found, (0.2,) * 6)
    with pytest.raises(ScenarioError, match=r"weights\.llm_developer: -10% is not allowed"):
        own_mix(found, (0.2, 0.2, 0.2, 0.2, -0.1, 0.2))
