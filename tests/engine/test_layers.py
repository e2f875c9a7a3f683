"""A moved slider runs again only what reads it, and an evaluation that nobody holds leaves nothing behind."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from weakref import ref

import numpy as np
import pytest

from models.basis.shocks import draw_shocks
from models.claims import llm_developer
from models.engine import evaluate as engine
from models.engine import layers as module
from models.engine.evaluate import evaluate
from models.engine.layers import Layers
from models.engine.noted import Noted, Parts
from models.engine.prices import fair_prices
from models.scenario.scenario import Scenario
from models.studies.effects import scenario_effects

BASE = Scenario().replace({"run.paths": 64})
EVERY = {"gpu_fleet", "data_center", "gpu_debt", "hardware_supplier", "llm_developer", "cloud_platform"}


@pytest.fixture(autouse=True)
def ran(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is run, in layers of their own."""
    calls: list[str] = []
    simulate, builds = module.simulate_market, module.builds

    def market(*arguments):
        calls.append("market")
        return simulate(*arguments)

    def counted(keys):
        def of(build, together):
            def run(*arguments):
                calls.append(together[0])
                return build(*arguments)
            return run
        return {counting.setdefault(build, of(build, keys)): keys for build, keys in builds(keys).items()}

    counting: dict = {}
    monkeypatch.setattr(module, "simulate_market", market)
    monkeypatch.setattr(module, "builds", counted)
    monkeypatch.setattr(engine, "_alive", Layers())
    yield calls


@pytest.mark.parametrize(("path", "value", "again"), [
    ("gpu_debt.advance_cap", 0.6, {"gpu_debt"}),
    ("data_center.exit_cap", 0.07, {"data_center"}),
    ("rates.cash_rate", 0.06, set()),
    ("rates.risk_aversion", 5.0, set()),
    ("overcapacity.peak", 0.4, {"market", *EVERY}),
    ("run.seed", 2, {"market", *EVERY}),
])
def test_a_move_runs_only_what_reads_it(ran: list[str], path: str, value: float, again: set[str]) -> None:
    held = evaluate(BASE)
    assert sorted(ran) == sorted({"market", *EVERY})
    ran.clear()
    moved = evaluate(BASE.replace({path: value}))
    assert sorted(ran) == sorted(again)
    same = {key for key in EVERY if moved.assets[key].bought["fair"].claims is held.assets[key].bought["fair"].claims}
    assert same == EVERY - again
    if path.startswith("rates"):
        assert moved.assets["gpu_fleet"].fair.certainty_equivalent != held.assets["gpu_fleet"].fair.certainty_equivalent
    elif "gpu_fleet" in same:
        assert moved.assets["gpu_fleet"] is held.assets["gpu_fleet"], "what has been measured is not measured again"


def test_what_is_found_is_what_is_run_from_scratch(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    moves = [{"gpu_debt.advance_cap": 0.6}, {"rates.cash_rate": 0.06}, {"cloud_capital.book_life": 5.0}]
    held = [evaluate(BASE)]
    held += [evaluate(BASE.replace(move)) for move in moves]
    assert len(ran) < 2 * len({"market", *EVERY})
    for found in held:
        monkeypatch.setattr(engine, "_alive", Layers())
        assert found.summary().equals(evaluate(found.scenario).summary())


def test_nothing_is_left_when_nobody_holds_it(ran: list[str]) -> None:
    first = evaluate(BASE)
    gone = [ref(thing) for thing in (first.market, first.claims.by_key["gpu_fleet"], first.assets["gpu_fleet"])]
    del first
    gc.collect()
    assert [thing() for thing in gone] == [None] * 3
    evaluate(BASE)
    assert ran.count("market") == 2


def test_draws_that_no_scenario_names_share_nothing(ran: list[str]) -> None:
    draws, held = draw_shocks(9, 64), evaluate(BASE)
    assert not np.array_equal(evaluate(BASE, draws).market.price, held.market.price)
    evaluate(BASE, draws)
    assert ran.count("market") == 3


def test_threads_share_one_run(ran: list[str]) -> None:
    moves = [BASE.replace({"gpu_debt.advance_cap": 0.5 + 0.02 * (i % 4)}) for i in range(16)]
    evaluate(BASE)  # what a layer reads is known once it has been made
    gc.collect()
    ran.clear()
    with ThreadPoolExecutor(8) as sessions:
        held = list(sessions.map(evaluate, moves))
    assert ran.count("market") == ran.count("cloud_platform") == 1
    assert ran.count("gpu_debt") == 4
    for one, other in zip(held, held[4:], strict=False):
        assert one.assets["gpu_debt"].fair == other.assets["gpu_debt"].fair


def test_the_lab_is_simulated_once_for_all_who_ask_for_its_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    once, calls = llm_developer._simulated, []
    monkeypatch.setattr(llm_developer, "_simulated", lambda *arguments: calls.append(1) or once(*arguments))
    moved = BASE.replace({"contagion.lab_share": 0.4})
    for scenario in (BASE, moved):
        fair_prices(scenario)
    calls.clear()
    held = evaluate(BASE)
    assert len(calls) == 1 and held.scenario.contagion.lab_share > 0.0
    assert evaluate(moved).assets["llm_developer"].bought["fair"].claims is held.assets[
        "llm_developer"].bought["fair"].claims
    assert len(calls) == 1, "the market and the lab are still those of the one that is held"


def test_keys_that_nobody_holds_are_forgotten_first_in_first_out() -> None:
    noted: Noted[np.ndarray] = Noted(2)
    parts = [Parts(BASE.replace({"run.seed": seed})) for seed in range(3)]
    for each in parts:
        noted.get(each, lambda seen: np.zeros(seen.run.seed))
    assert [len(noted.find(each)) for each in parts] == [0, 1, 1]


def test_effects_are_those_of_a_world_on_as_many_draws() -> None:
    scenario = Scenario.preset("gulf").replace({"run.paths": 256})
    own = scenario_effects(evaluate(scenario), 64)
    again = scenario_effects(evaluate(scenario, draw_shocks(1, 256)), 64)
    assert own == again and {key: each.each.tolist() for key, each in own.items()} == {
        key: each.each.tolist() for key, each in again.items()}
