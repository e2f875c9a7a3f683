"""Cost of an evaluation: 4,096 paths beside the same paths one by one in plain Python, and growth with paths."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

SAMPLE = 4
SIZES = (1_024, 4_096, 16_384, 65_536)

_PLAIN = """
import sys, time
import numpy as np
from models import Scenario, evaluate
from models.basis.shocks import draw_shocks
engine = sys.modules["models.evaluate"]
scenario, shocks = Scenario(), draw_shocks(1, 4096)
prices = {prices!r}
from models.calibration import FairPrice
engine.fair_prices = lambda _: {{key: FairPrice(*value) for key, value in prices.items()}}
started = time.perf_counter()
for path in range({sample}):
    evaluation = evaluate(scenario, shocks.take(np.array([path])))
    for result in evaluation.assets.values():
        result.fair, result.at_cost, result.debt
print((time.perf_counter() - started) / {sample})
"""


def run() -> list[dict[str, object]]:
    """Rows of name, milliseconds and a note; every ratio is taken inside this run."""
    from models import Scenario
    from models.calibration import fair_prices

    scenario = Scenario()
    started = time.perf_counter()
    prices = {k: (p.premium, p.premium_se, p.earnings) for k, p in fair_prices(scenario).items()}
    calibrated = time.perf_counter() - started
    rows: list[dict[str, object]] = [
        {"name": "fair prices of six classes, cold (32,768 paths)", "ms": 1e3 * calibrated, "note": "once a process"}
    ]
    seconds = {size: _evaluation_seconds(size) for size in SIZES}
    whole = seconds[4_096]
    rows.append({"name": "evaluate, 4,096 paths x 41 quarters, all metrics", "ms": 1e3 * whole, "note": "both entries"})
    alone = _plain_seconds(prices) * 4_096
    rows.append(
        {
            "name": "the same path by path in plain Python",
            "ms": 1e3 * alone,
            "note": f"{alone / whole:,.0f}x, from {SAMPLE} paths",
        }
    )
    for size in SIZES:
        note = f"{1e6 * seconds[size] / size:.0f} us a path"
        rows.append({"name": f"evaluate, {size:,} paths", "ms": 1e3 * seconds[size], "note": note})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append({"name": "peak memory of this process", "ms": float("nan"), "note": f"{peak:,.0f} MB"})
    return rows


def _evaluation_seconds(paths: int) -> float:
    from models import Scenario, evaluate

    best = float("inf")
    for peak in (0.30, 0.31, 0.32):
        scenario = Scenario().replace({"run.paths": paths, "overcapacity.peak": peak})
        started = time.perf_counter()
        evaluation = evaluate(scenario)
        for result in evaluation.assets.values():
            result.fair, result.at_cost, result.debt  # noqa: B018 - measured on first reading
        best = min(best, time.perf_counter() - started)
    return best


def _plain_seconds(prices: dict[str, tuple[float, float, float]]) -> float:
    """Seconds a path without compilation and without vectors."""
    code = _PLAIN.format(prices=prices, sample=SAMPLE)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    return float(done.stdout)
