"""A bridge over six groups of drivers, 64 runs, beside the time of one evaluation times the number of runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

PATHS = 1_024
DIFFERENT = {
    "demand.growth_now": 0.5, "overcapacity.peak": 1.0, "hardware.surprise_year": 2.5, "policy.intensity": 5.0,
    "localization.share": 0.4, "covenants.fire_sale": 0.4,
}
"""One assumption of each group."""


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and a note."""
    from models import Scenario, evaluate
    from models.studies.comparison.bridge import Mixtures, bridge

    base = Scenario.preset("gulf").replace({"run.paths": PATHS})
    other = base.replace(DIFFERENT)
    for scenario in (base, other):
        evaluate(scenario)  # prices are solved and kept
    near = [base.replace({"demand.growth_now": growth}) for growth in (0.41, 0.42, 0.43)]
    one = min(_seconds(partial(_measure, evaluate, scenario)) for scenario in near)
    cold = _seconds(partial(bridge, base, other, paths=PATHS))
    between = Mixtures(base, other, PATHS)
    whole = _seconds(partial(bridge, base, other, mixtures=between))
    runs = 1 << len(between.groups)
    return [
        {"name": f"one evaluation, {PATHS:,} paths, measured", "ms": 1e3 * one, "note": "fair entry"},
        {"name": f"bridge over {len(between.groups)} groups, {runs} runs of {PATHS:,} paths", "ms": 1e3 * whole,
         "note": f"{runs * one / whole:.1f}x faster than {runs} evaluations"},
        {"name": "the same, neutral prices of the mixtures solved too", "ms": 1e3 * cold, "note": "first time"},
    ]


def _measure(evaluate: Callable[[Any], Any], scenario: Any) -> None:
    for result in evaluate(scenario).assets.values():
        result.fair  # noqa: B018 - measured on first reading


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
