"""Prices are kept by what they read: a full store forgets nothing it is about to read, and nobody waits in vain."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest

from models.basis.shocks import draw_replicate
from models.basis.store import Store
from models.claims.registry import CLASSES, VARIANTS
from models.engine import prices
from models.engine.evaluate import evaluate
from models.engine.noted import Noted, Parts
from models.scenario.scenario import Scenario

SOLVE = prices._solve


@pytest.fixture(autouse=True)
def on_little(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, ...]]]:
    """Prices of few draws in stores of their own; what is solved is noted."""
    solved: list[tuple[str, ...]] = []

    def solve(groups: Any) -> Any:
        solved.append(tuple(sorted(key for keys, _ in groups for key in keys)))
        return SOLVE(groups)

    for name, value in {"BLOCK": 64, "PATHS": 128, "SKEWED_PATHS": 512, "_solve": solve}.items():
        monkeypatch.setattr(prices, name, value)
    for name in ("_prices", "_blocks", "_locks"):
        monkeypatch.setattr(prices, name, Store(getattr(prices, name).size))
    yield solved


def spread(i: int) -> Scenario:
    """A scenario that moves the price of the loan alone."""
    return Scenario().replace({"gpu_debt.spread": round(0.02 + i * 1e-4, 6), "run.paths": 64})


def of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "KEPT", 1)
    monkeypatch.setattr(prices, "_prices", Store(1))
    monkeypatch.setattr(prices, "_locks", Store(1))


@pytest.mark.parametrize("is_small", [True, False])
def test_a_full_store_forgets_nothing_it_is_about_to_read(
    is_small: bool, monkeypatch: pytest.MonkeyPatch, on_little: list[tuple[str, ...]]
) -> None:
    if is_small:
        of_one(monkeypatch)
    count = 4 if is_small else 260
    found = [prices.fair_prices(spread(i)) for i in range(count)]
    assert all(set(each) == set(CLASSES | VARIANTS) for each in found)
    assert len({each["gpu_debt"].premium for each in found}) == count, "every spread has a price of its own"
    assert len({each["cloud_platform"] for each in found}) == 1
    assert prices.fair_prices(spread(0)) == found[0], "forgotten or not, it is the same again"
    if not is_small:
        assert on_little[1:] == [("gpu_debt", "gpu_debt_equity")] * count, "only the loan is priced anew"


def test_sessions_at_once_find_what_one_alone_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [prices.fair_prices(spread(i)) for i in range(4)]
    of_one(monkeypatch)
    with ThreadPoolExecutor(8) as sessions:
        assert list(sessions.map(prices.fair_prices, (spread(i % 4) for i in range(12)))) == alone * 3
        assert len(list(sessions.map(evaluate, map(spread, range(3))))) == 3


def test_the_same_prices_are_found_once_and_others_do_not_wait_for_them(
    monkeypatch: pytest.MonkeyPatch, on_little: list[tuple[str, ...]]
) -> None:
    prices.fair_prices(spread(0))
    counting, gate, began = prices._solve, Event(), Event()

    def slow(groups: Any) -> Any:
        if groups[0][1].gpu_debt.spread == spread(1).gpu_debt.spread:
            began.set()
            assert gate.wait(20)
        return counting(groups)

    monkeypatch.setattr(prices, "_solve", slow)
    before = len(on_little)
    waiting = [Thread(target=prices.fair_prices, args=(spread(1).replace({"run.seed": seed}),)) for seed in (1, 2, 3)]
    for thread in waiting:
        thread.start()
    assert began.wait(20)
    prices.fair_prices(spread(2))  # would hang if one lock made everybody wait
    gate.set()
    for thread in waiting:
        thread.join(20)
    assert len(on_little) - before == 2, "three sessions, one price; and one for who did not wait"


def test_what_is_likely_read_is_what_was_read_last() -> None:
    noted: Noted[int] = Noted(4)
    one, other, third = (Parts(Scenario().replace(c)) for c in ({}, {"run.seed": 9}, {"gpu_debt.spread": 0.05}))
    assert noted.likely(one) != noted.likely(other), "nothing is known yet"
    noted.get(one, lambda seen: len(seen.gpu_debt.model_dump()))
    assert noted.likely(one) == noted.likely(other) != noted.likely(third)


@pytest.mark.parametrize("changes", [
    {}, {"data_center.tenant": "non_ig", "contagion.lab_share": 0.0}, {"data_center.tenant": "ig", "tax.is_on": True},
    {"entry.expectations": "scenario", "regime.is_on": True, "export.rate": 0.2},
    {"loan_pricing.base": "simulated", "residual_guarantee.is_on": True},
])
def test_prices_read_no_draws_but_those_their_classes_declare(
    changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = Scenario().replace(changes)
    found = prices.fair_prices(scenario)
    monkeypatch.setattr(prices, "draw_replicate", lambda *what, names: draw_replicate(*what))
    monkeypatch.setattr(prices, "_prices", Store(64))
    assert prices.fair_prices(scenario) == found
    assert all(one.premium == one.premium for one in found.values())
