"""Corners of the declared bounds, and the scenarios they make."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from models.basis.entry import Entry
from models.errors import ScenarioError
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario

PATHS = {"run.paths": 16}


def ends(entry: Entry) -> list[Any]:
    """Values of an assumption at its bounds, or all it may be."""
    if entry.path.startswith("run.") or entry.kind in ("years", "text"):
        return []
    if entry.kind == "switch":
        return [True, False]
    return list(entry.options) if entry.kind == "choice" else [entry.low, entry.high]


def corners(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Combinations of assumptions at a bound, few and many of them."""
    drawn, entries = random.Random(seed), [entry for entry in catalog() if ends(entry)]
    for _ in range(count):
        some = drawn.sample(entries, drawn.choice((5, 15, 40, 120)))
        yield {entry.path: drawn.choice(ends(entry)) for entry in some}


def applied(changes: dict[str, Any]) -> Scenario:
    """The base case with those of the changes that do not contradict each other."""
    def kept(scenario: Scenario, items: list[tuple[str, Any]]) -> Scenario:
        try:
            return scenario.replace(dict(items))
        except ScenarioError:  # halves until what contradicts stands alone and is left out
            middle = len(items) // 2
            return kept(kept(scenario, items[:middle]), items[middle:]) if middle else scenario

    return kept(Scenario().replace(PATHS), list(changes.items()))
