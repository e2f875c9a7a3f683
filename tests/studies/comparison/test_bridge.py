"""Bridges between scenarios: parts add up, turn around with the scenarios, and belong to one group each."""

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.engine.evaluate import evaluate
from models.engine.figures import FIGURES, ROW, read_figures
from models.engine.world import world_of
from models.errors import ScenarioError
from models.scenario.catalog import PROGRAMS, declared, values
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import Bridge, Mixtures, bridge, common_draws, drill_down
from models.studies.comparison.driver_groups import BLOCKS, DRAWS, GROUPS, group_of, units
from models.studies.comparison.shapley import along_order, order_gains, paired_orders, shapley_values, shapley_weight
from tests.strategies import scenarios

CASES = Path(__file__).resolve().parents[2] / "cases"
PATHS = 256
A = Scenario()
B = A.replace({
    "demand.growth_now": 0.5, "overcapacity.peak": 1.5, "pipeline.local_lag": 8, "pipeline.local_response": 0.3,
    "localization.share": 0.0, "gpu_fleet.contracted_share": 0.2, "rates.cash_rate": 0.06,
})


@pytest.fixture(scope="module")
def there() -> Bridge:
    return bridge(A, B, paths=PATHS)


def test_shapley_case():
    case = json.loads((CASES / "shapley_01.json").read_text())
    base, alt = case["inputs"]["base"], case["inputs"]["alt"]

    def worth(subset: int) -> float:
        x1, x2, x3 = ((alt if subset >> i & 1 else base)[i] for i in range(3))
        return x1 * x2 - x3

    game = np.array([worth(subset) for subset in range(8)])
    parts = shapley_values(game)
    assert parts == pytest.approx(case["expected"]["shapley"], abs=1e-12)
    assert parts.sum() == pytest.approx(case["expected"]["total"], abs=1e-12)
    gains = order_gains(dict(enumerate(game)), (0, 1, 2))
    assert [gains[i] for i in range(3)] == pytest.approx(case["expected"]["sequential_123"], abs=1e-12)


@given(st.integers(1, 5), st.integers(0, 2**31))
def test_shapley_is_efficient_symmetric_and_gives_nothing_to_null_players(players, seed):
    rng = np.random.default_rng(seed)
    game = rng.standard_normal((1 << players, 3))
    assert shapley_values(game).sum(axis=0) == pytest.approx(game[-1] - game[0], abs=1e-12)
    doubled = np.concatenate([game, game])  # one more player who changes nothing
    assert shapley_values(doubled)[-1] == pytest.approx(np.zeros(3), abs=1e-12)
    by_size = np.array([rng.standard_normal() if s == 0 else s.bit_count() ** 1.5 for s in range(1 << players)])
    assert np.ptp(shapley_values(by_size)) < 1e-12
    turned = game[::-1]  # swapping the two ends
    assert shapley_values(turned) == pytest.approx(-shapley_values(game), abs=1e-12)


@pytest.mark.parametrize("count", [1, 2, 7, 9])
def test_orders_come_with_their_reverses_and_weights_add_to_one(count):
    orders = paired_orders(count, 2)
    assert {order[::-1] for order in orders} == set(orders)
    assert all(sorted(order) == list(range(count)) for order in orders)
    assert along_order(orders[0])[-1] == (1 << count) - 1
    assert sum(comb(count - 1, k) * shapley_weight(k, count) for k in range(count)) == pytest.approx(1.0)


def test_every_assumption_belongs_to_one_group():
    groups = {path: group_of(path) for path in declared(2)}
    assert set(groups.values()) == {*GROUPS, DRAWS}
    assert {path for path, group in groups.items() if group == DRAWS} == {"run.paths", "run.seed", "run.method"}


def test_blocks_stand_in_one_group():
    for members in BLOCKS.values():
        assert len({group_of(path) for path in members}) == 1
        assert set(members) <= set(declared())


@settings(max_examples=25)
@given(scenarios(), scenarios(), st.data())
def test_no_mixture_of_two_scenarios_contradicts_itself(base, other, data):
    found = units(base, other)
    taken = data.draw(st.sets(st.sampled_from([unit.key for unit in found])) if found else st.just(set()))
    changes = {path: value for unit in found if unit.key in taken for path, value in unit.changes.items()}
    mixed = values(base.replace(changes))
    assert all(mixed[path] == value for path, value in changes.items() if path != PROGRAMS)
    whole = base.replace({path: value for unit in found for path, value in unit.changes.items()})
    left = {path for path, value in values(whole).items() if value != values(other)[path]}
    assert all(group_of(path) == DRAWS or path.endswith(".name") for path in left)


def test_parts_add_to_the_difference(there):
    for key in FIGURES:
        assert there.total(key) == pytest.approx(there.end[key] - there.start[key], abs=1e-10), key
    assert there.runs == 16, "demand, supply, place and deals differ"
    moved = {path for part in there.parts for path in part.paths}
    assert moved == {path for unit in units(A, B) for path in unit.changes}


def test_a_group_that_does_not_differ_gets_nothing(there):
    for part in there.parts:
        if part.key in ("hardware", "policy"):
            assert not part.paths and not np.any(part.whole) and not np.any(part.each)


def test_the_way_back_is_the_way_there_with_other_signs(there):
    back = bridge(B, A, paths=PATHS)
    for one, other in zip(there.parts, back.parts, strict=True):
        assert np.nan_to_num(one.whole) == pytest.approx(-np.nan_to_num(other.whole), abs=1e-10)
        assert np.nan_to_num(one.each) == pytest.approx(-np.nan_to_num(other.each), abs=1e-10)


@pytest.mark.parametrize("group", ["supply", "deals"])
def test_assumptions_add_to_their_group_both_ways(there, group):
    whole = next(part for part in there.parts if part.key == group)
    inner, back = drill_down(A, B, group, paths=PATHS), drill_down(B, A, group, paths=PATHS)
    together = sum(part.whole for part in inner.parts)
    assert np.nan_to_num(together) == pytest.approx(np.nan_to_num(whole.whole), abs=1e-10)
    assert inner.is_exact
    for one in inner.parts:
        other = next(part for part in back.parts if part.key == one.key)
        assert np.nan_to_num(one.whole) == pytest.approx(-np.nan_to_num(other.whole), abs=1e-10)


def test_many_assumptions_go_by_orders_and_still_add_up():
    far = A.replace({
        "overcapacity.peak": 1.0, "overcapacity.width": 9.0, "pipeline.hyperscaler_lag": 7, "pipeline.local_lag": 8,
        "pipeline.hyperscaler_response": 0.3, "capacity.retirement": 0.04, "clearing.price_speed": 0.4,
    })  # the neutral world has none of these, so no price is solved anew
    between = Mixtures(A, far, 64)
    whole = bridge(A, far, mixtures=between)
    inner = drill_down(A, far, "supply", mixtures=between)
    assert not inner.is_exact and len(inner.parts) == 7
    for key in FIGURES:
        assert inner.total(key) == pytest.approx(whole.end[key] - whole.start[key], abs=1e-10, nan_ok=True), key


def test_shares_that_add_to_one_move_as_one():
    other = A.replace({"pipeline.hyperscaler_share": 0.5, "pipeline.local_share": 0.4, "pipeline.sovereign_share": 0.1})
    found = units(A, other)
    assert [unit.key for unit in found] == ["Who builds"]
    assert set(found[0].changes) == set(BLOCKS["Who builds"])


def test_programs_without_counterparts_move_together():
    gulf, china = Scenario.preset("gulf"), Scenario.preset("china")
    assert [u.key for u in units(A, gulf) if u.group == "policy"] == [PROGRAMS]
    inside = [u.key for u in units(gulf, china) if u.group == "policy"]
    assert "Program 1: budget and instruments" in inside and len(inside) > 3


def test_the_seed_is_no_driver():
    other = A.replace({"run.seed": 5, "run.paths": 512})
    assert units(A, other) == ()
    same = bridge(A, other, paths=64)
    assert same.runs == 1 and not np.any([part.whole for part in same.parts])
    drawn = common_draws((other, A), 1_024)
    assert {s.run.seed for s in drawn} == {1} and {s.run.paths for s in drawn} == {512}


def test_there_is_no_other_group():
    with pytest.raises(ScenarioError, match="no such group of drivers; there are demand"):
        drill_down(A, B, "weather")


def test_figures_are_those_of_the_pages():
    scenario = B.replace({"run.paths": 512})
    result = evaluate(scenario, variants=False)
    read = read_figures(world_of(scenario, 512))
    for key, asset in result.assets.items():
        m = asset.fair
        assert read[f"{key}.npv"] == pytest.approx(m.npv_mean / m.capital, abs=1e-12)
        assert read[f"{key}.value"] == pytest.approx(m.cash_npv_mean / m.capital, abs=1e-12)
        assert read[f"{key}.irr_p50"] == m.irr.p50
        assert read.error(f"{key}.irr_p50") == pytest.approx(m.irr.p50_se)
        assert read[f"{key}.probability_of_loss"] == m.probability_of_loss
        assert read[f"{key}.cvar_95"] == pytest.approx(m.cvar_95)
        assert read.error(f"{key}.cvar_95") == pytest.approx(m.cvar_95_se)
    assert read["families.lead_share"] == float((result.family_lead > 0).mean())
    assert read["gpu_debt.default_probability"] == result.assets["gpu_debt"].debt.default_probability
    assert list(ROW) == list(FIGURES)
