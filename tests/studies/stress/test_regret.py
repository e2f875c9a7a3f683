"""Regret: the textbook case, zero for the best, and mixes that spread risk."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.claims.registry import CLASSES
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.stress.regret import HERE, MIXES, least_regretted, regret_frame, regret_table, regrets

CASES = Path(__file__).resolve().parents[2] / "cases"
NAMES = ("base", "telecom_glut", "shortage")


@pytest.fixture(scope="module")
def found():
    return regret_table(Scenario(), paths=256, names=NAMES)


def test_regret_case():
    case = json.loads((CASES / "regret_01.json").read_text())
    payoffs = np.array(list(case["inputs"]["payoffs"].values()), dtype=float)
    best, largest = least_regretted(payoffs)
    assert dict(zip(case["inputs"]["payoffs"], largest, strict=True)) == case["expected"]["max_regret"]
    assert list(case["inputs"]["payoffs"])[best] == case["expected"]["minimax"]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**31))
def test_regret_is_never_negative_and_zero_for_the_best(choices, states, seed):
    payoffs = np.random.default_rng(seed).standard_normal((choices, states))
    found = regrets(payoffs)
    assert (found >= 0).all() and (found.min(axis=0) == 0).all()
    order = np.random.default_rng(seed).permutation(choices)
    assert regrets(payoffs[order]) == pytest.approx(found[order])


def test_rows_are_classes_and_mixes(found):
    assert list(found.choices) == [*CLASSES, *MIXES] and list(found.scenarios) == list(NAMES)
    assert found.value.shape == found.regret_se.shape == (9, 3)
    assert (found.regret >= 0).all() and (found.regret.min(axis=0) == 0).all()
    assert found.largest == pytest.approx(found.regret.max(axis=1))
    assert found.largest[list(found.choices).index(found.best)] == found.largest.min()
    best = found.regret == 0
    assert (found.regret_se[best] == 0).all(), "the best of a scenario has nothing to compare with"


def test_a_mix_is_worth_more_than_its_parts_to_who_dislikes_risk(found):
    keys = list(found.choices)
    average = found.value[[keys.index(key) for key in CLASSES]].mean(axis=0)
    assert (found.value[keys.index("both")] > average).all()
    plain = regret_table(Scenario(), measure="mean", paths=256, names=NAMES)
    mean = plain.value[[keys.index(key) for key in CLASSES]].mean(axis=0)
    assert plain.value[keys.index("both")] == pytest.approx(mean, abs=1e-12)


def test_values_are_those_of_the_classes(found):
    from models.engine.evaluate import evaluate

    glut = evaluate(Scenario.preset("telecom_glut").replace({"run.paths": 256}), variants=False)
    i, j = list(found.choices).index("gpu_debt"), list(found.scenarios).index("telecom_glut")
    sure = glut.assets["gpu_debt"].fair.certainty_equivalent
    assert found.value[i, j] == pytest.approx(sure, abs=1e-12)
    values = np.mean([a.cash_npv for k, a in glut.assets.items() if k in MIXES["picks"][1]], axis=0)
    equivalent = float(risk.certainty_equivalent(1.0 + values, 3.0, 0.1))
    assert found.value[list(found.choices).index("picks"), j] == pytest.approx((equivalent - 1.0) / 0.1, abs=1e-12)


def test_the_scenario_on_screen_is_one_of_the_states():
    mine = Scenario().replace({"overcapacity.peak": 1.0})
    table = regret_frame(regret_table(mine, paths=64, names=("base",)))
    assert set(table["scenario"]) == {HERE, "base"} and len(table) == 18
    assert set(regret_frame(regret_table(Scenario(), paths=64, names=("base",)))["scenario"]) == {"base"}
