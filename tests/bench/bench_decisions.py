"""Cost of decisions: surface, tornado and Sobol run, each beside one evaluation times the number of evaluations.

"Plain" is `models.evaluate` and the metric, once a scenario: what an analysis costs that shares nothing but
its draws. Neutral prices are the same in both and already known. The Sobol run is measured on fewer rows of its base
sample and scaled: its cost is the same for every row.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PATHS, DRIVERS, BASE, SAMPLE = 1_024, 30, 2_048, 32
Row = dict[str, object]


def run() -> list[Row]:
    """Rows of name, milliseconds and a note."""
    from models.engine.target import Target
    from models.scenario.scenario import Scenario
    from models.studies.sensitivity.break_even import surface
    from models.studies.sensitivity.sobol import sobol
    from models.studies.sensitivity.tornado import tornado

    scenario, target = Scenario().replace({"run.paths": PATHS}), Target("npv", "gpu_fleet")
    one = _one_evaluation(scenario)
    widest = tornado(scenario, target, ranges="bounds").bars
    drivers = [bar.path for bar in widest if bar.problem == ""][:DRIVERS]
    rows: list[Row] = [{"name": "one evaluation of six classes, 1,024 paths, fair entry", "ms": 1e3 * one, "note": ""}]
    rows.append(_row("21 x 21 surface, 1,024 paths", 441 * one, 441, lambda: surface(
        scenario, "gpu_fleet", "data_center")))
    rows.append(_row("30-parameter tornado, 1,024 paths", (2 * DRIVERS + 1) * one, 2 * DRIVERS + 1, lambda: tornado(
        scenario, target, drivers=drivers)))
    began = time.perf_counter()
    found = sobol(scenario, target, drivers=drivers, base=SAMPLE, paths=PATHS)
    spent = (time.perf_counter() - began) * BASE / SAMPLE
    count = BASE * (len(found.indices) + 2)
    rows.append(_told(f"Sobol, {BASE:,} x ({len(found.indices)} + 2), 1,024 paths, from {SAMPLE} rows", spent,
                      count * one, count))
    return rows


def _one_evaluation(scenario) -> float:
    from models.engine.evaluate import evaluate

    best = float("inf")
    for peak in (0.0, 0.30, 0.31, 0.32):
        there = scenario.replace({"overcapacity.peak": peak})
        began = time.perf_counter()
        for result in evaluate(there, variants=False).assets.values():
            result.fair  # noqa: B018 - measured on first reading
        best = min(best, time.perf_counter() - began)
    return best


def _row(name: str, plain: float, count: int, work: Callable[[], object]) -> Row:
    began = time.perf_counter()
    work()
    return _told(name, time.perf_counter() - began, plain, count)


def _told(name: str, spent: float, plain: float, count: int) -> Row:
    return {"name": name, "ms": 1e3 * spent, "note": f"{plain / spent:,.1f}x less than {count:,} evaluations"}


if __name__ == "__main__":
    for row in run():
        print(row)
