"""Cost of an evaluation: 4,096 paths beside the same paths one by one in plain Python, and growth with paths."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time

SAMPLE = 4
SIZES = (1_024, 4_096, 16_384, 65_536)
FEATURES = {
    "regime.is_on": True, "export.rate": 0.1, "export.is_home_affected": True, "hardware.deflation_surprise": 0.05,
    "localization.share": 0.4, "tax.is_on": True, "fleet_stages.is_on": True, "residual_guarantee.is_on": True,
    "loan_pricing.base": "simulated", "loan_pricing.draws": 3, "loan_triggers.builds_reserve": True,
    "loan_triggers.accelerates": True, "contract_credit.notice_quarters": 2,
}
FROM = "us"

_PLAIN = """
import sys, time
import numpy as np
from models import Scenario, evaluate
from models.basis.shocks import draw_shocks
engine = sys.modules["models.engine.evaluate"]
scenario, shocks = Scenario(), draw_shocks(1, 4096)
prices = {prices!r}
from models.engine.prices import FairPrice
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
    from models.engine.prices import fair_prices

    scenario = Scenario()
    started = time.perf_counter()
    prices = {k: (p.premium, p.premium_se, p.earnings) for k, p in fair_prices(scenario).items()}
    calibrated = time.perf_counter() - started
    rows: list[dict[str, object]] = [
        {"name": "fair prices of six classes, cold (32,768 paths)", "ms": 1e3 * calibrated, "note": "once a process"}
    ]
    measured = {size: _measured(size) for size in SIZES}
    whole = measured[4_096][0]
    rows.append({"name": "evaluate, 4,096 paths x 41 quarters, all metrics", "ms": 1e3 * whole, "note": "both entries"})
    alone = _plain_seconds(prices) * 4_096
    rows.append(
        {
            "name": "the same path by path in plain Python",
            "ms": 1e3 * alone,
            "note": f"{alone / whole:,.0f}x, from {SAMPLE} paths",
        }
    )
    featured, _ = _measured(4_096, True)
    rows.append({"name": "the same with every feature on", "ms": 1e3 * featured, "note": f"{featured / whole:.2f}x"})
    for size, (seconds, megabytes) in measured.items():
        note = f"{1e6 * seconds / size:.0f} us a path; peak {megabytes:,.0f} MB of a fresh process"
        rows.append({"name": f"evaluate, {size:,} paths", "ms": 1e3 * seconds, "note": note})
    return rows


def _measured(paths: int, has_features: bool = False) -> tuple[float, float]:
    """Best seconds of three evaluations in a process of their own, and its peak memory in MB, prices included."""
    code = f"from tests.bench.bench_evaluate import measure; measure({paths}, {has_features})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def measure(paths: int, has_features: bool) -> None:
    """Print what `_measured` asks for."""
    from models import Scenario, evaluate

    best = float("inf")
    for peak in (0.30, 0.31, 0.32):
        start = Scenario.preset(FROM).replace(FEATURES) if has_features else Scenario()
        scenario = start.replace({"run.paths": paths, "overcapacity.peak": peak})
        started = time.perf_counter()
        evaluation = evaluate(scenario)
        for result in (*evaluation.assets.values(), *evaluation.variants.values()):
            result.fair, result.at_cost, result.debt  # noqa: B018 - measured on first reading
        best = min(best, time.perf_counter() - started)
        del evaluation, result
    print(best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


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
