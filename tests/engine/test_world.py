"""Neighbors of a scenario on shared draws: as if run from scratch, in any order, and each layer only when needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.claims.registry import CLASSES, build_claims
from models.engine import world as module
from models.engine.position import committed_capital
from models.engine.prices import fair_prices
from models.engine.world import World, world_of
from models.errors import ScenarioError
from models.market.simulate import simulate_market
from models.measures import returns
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario
from tests.strategies import values_of

PATHS = 64
NUMBERS = [e for e in catalog() if e.kind in ("number", "integer", "choice", "switch") and e.group != "run"]


def from_scratch(start: Scenario, scenario: Scenario, world: World) -> dict[str, np.ndarray]:
    market = simulate_market(scenario.setting, world.shocks)
    prices, rate = fair_prices(start), scenario.rates.cash_rate
    out = {}
    for key, claim in build_claims(scenario, market, world.shocks, tuple(CLASSES)).by_key.items():
        flows = claim.flows.with_entry(prices[key].premium)
        out[key] = returns.npv(rate, flows.net) / committed_capital(flows.contrib.mean(axis=0), rate)
    return out


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_neighbors_visited_one_after_another_are_those_run_from_scratch(data: st.DataObject) -> None:
    start = Scenario.preset("gulf").replace({"run.paths": PATHS})
    world = world_of(start, PATHS)
    for _ in range(4):
        chosen = data.draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique_by=lambda e: e.path))
        changes = {e.path: data.draw(values_of(e)) for e in chosen}
        try:
            there = world.neighbor(changes)
        except ScenarioError:
            continue
        expected = from_scratch(start, there.scenario, world)
        for key, value in there.values().items():
            np.testing.assert_array_equal(value, expected[key], err_msg=f"{key} after {changes}")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    calls = {"market": 0, **dict.fromkeys(CLASSES, 0)}

    def simulate(setting, shocks):
        calls["market"] += 1
        return simulate_market(setting, shocks)

    def build(scenario, market, shocks, keys):
        for key in keys:
            calls[key] += 1
        return build_claims(scenario, market, shocks, keys)

    monkeypatch.setattr(module, "simulate_market", simulate)
    monkeypatch.setattr(module, "build_claims", build)
    return calls


@pytest.mark.parametrize(
    ("path", "value", "again"),
    [
        ("overcapacity.peak", 0.4, {"market", *CLASSES}),
        ("data_center.capex", 12e6, {"data_center"}),
        ("offtaker.non_ig_base", 0.05, {"gpu_fleet", "data_center", "gpu_debt", "hardware_supplier"}),
        ("gpu_fleet.salvage", 0.05, {"gpu_fleet", "gpu_debt"}),
        ("llm_costs.other", 0.3, set(CLASSES) - {"data_center"}),
        ("cloud_capital.book_life", 5.0, {"cloud_platform"}),
        ("hardware_supplier.share_sd", 0.1, {"hardware_supplier"}),
        ("gpu_debt.advance_cap", 0.6, {"gpu_debt"}),
        ("rates.base_rate", 0.06, set(CLASSES)),
        ("rates.risk_aversion", 2.0, set()),
    ],
)
def test_only_what_reads_a_changed_slice_is_run_again(counted: dict[str, int], path: str, value: float, again) -> None:
    world = world_of(Scenario().replace({"run.paths": PATHS}))
    today = world.values()
    before = dict(counted)
    there = world.neighbor({path: value}).values()
    assert {name for name, count in counted.items() if count > before[name]} == again
    moved = {key for key in CLASSES if not np.array_equal(there[key], today[key])}
    assert moved <= again, "what is not run again stays the same"
    here = dict(counted)
    world.to(world.scenario).values(), world.neighbor({path: value}).values()
    assert counted == here, "what was just seen is kept"


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(Scenario().replace({"run.paths": PATHS}))


@pytest.mark.parametrize(("key", "hurdle", "changes"), [
    ("gpu_fleet", "gpu_fleet.hurdle_non_ig", {}),
    ("data_center", "data_center.hurdle", {}),
    ("data_center", "data_center.hurdle", {"construction_loan.loan_to_cost": 0.0}),
])
def test_the_price_paid_stays_while_the_hurdle_moves(key: str, hurdle: str, changes: dict[str, float]) -> None:
    world, dear = world_of(Scenario().replace({"run.paths": PATHS, **changes})), {hurdle: 0.13}
    now, there = (w.position(key) for w in (world, world.neighbor(dear)))
    assert there.premium == now.premium and there.npv.mean() < now.npv.mean()
    again = world.neighbor(dear, "again").position(key)
    assert again.premium < now.premium, "told to pay again, one pays what that hurdle is worth"
    alone = from_scratch(*[world.scenario.replace(dear)] * 2, world)
    np.testing.assert_array_equal(again.value, alone[key])


def test_without_a_loan_the_owner_asks_what_the_building_must_earn() -> None:
    bare = world_of(Scenario().replace({"run.paths": PATHS, "construction_loan.loan_to_cost": 0.0}))
    assert bare.position("data_center").claim.hurdle == bare.scenario.data_center.hurdle


def test_the_rate_of_risk_figures_moves_values_without_a_claim_built_again(world: World) -> None:
    for key in ("gpu_fleet", "llm_developer"):
        now, there = (w.position(key) for w in (world, world.neighbor({"rates.cash_rate": 0.08})))
        assert there.claim is now.claim and there.value.mean() < now.value.mean()


def test_at_cost_a_company_costs_its_multiple_in_the_neighbor(world: World) -> None:
    now = world.positions(entry="at_cost")
    multiple = 0.8 * world.scenario.hardware_supplier.market_multiple
    there = world.neighbor({"hardware_supplier.market_multiple": multiple}).positions(entry="at_cost")
    assert there["hardware_supplier"].premium == pytest.approx(0.8 * now["hardware_supplier"].premium)
    assert now["gpu_fleet"].premium == 0.0


def test_a_contradiction_is_said_in_words(world: World) -> None:
    assert "must add to 1" in world.problem({"pipeline.local_share": 0.9})
    assert world.problem({"overcapacity.peak": 0.4}) == ""
