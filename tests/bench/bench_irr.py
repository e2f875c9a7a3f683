"""How fast the rate of return is, beside pyxirr and numpy-financial called row by row.

    python -m tests.bench.bench_irr [rows]

Absolute times belong to one machine; the ratios are what to keep.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import numpy_financial as npf
import pyxirr
from numpy.typing import NDArray

from models.measures.returns import irr

ROWS, PERIODS = 100_000, 40
INTERACTIVE_ROWS = 4_096
PYXIRR_ROWS, NUMPY_FINANCIAL_ROWS = 10_000, 400  # samples; their loops scale with rows, so times are scaled up
REPEATS = 5
Flows = NDArray[np.float64]


def ordinary_flows(rows: int) -> Flows:
    """An outlay, then forty quarters of decaying income (rows, 41), time-major in memory."""
    generator = np.random.default_rng(1)
    columns = np.empty((PERIODS + 1, rows))
    columns[0] = -np.exp(generator.normal(3.0, 0.1, rows))
    size = np.exp(generator.normal(0.0, 0.5, rows))
    for t in range(1, PERIODS + 1):
        columns[t] = size * np.exp(generator.normal(0.2 - 0.03 * t, 0.2, rows))
    return columns.T


def idle_flows(rows: int) -> Flows:
    """The same with idle cost in random later quarters and scrap at the end (rows, 41): several sign changes."""
    generator = np.random.default_rng(2)
    columns = ordinary_flows(rows).T
    onset = generator.integers(8, 25, rows)
    for t in range(8, PERIODS):
        columns[t, (t >= onset) & (generator.random(rows) < 0.5)] = -0.37
    columns[PERIODS] = 0.7
    return columns.T


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Best of several runs: the rest is other people's noise."""
    best = float("inf")
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begin)
    return best


def run(rows: int = ROWS) -> list[dict[str, float | int | str]]:
    """Return one record per measurement: what, rows, milliseconds, microseconds a row, times slower than ours."""
    flows, mixed, nearby = ordinary_flows(rows), idle_flows(rows), ordinary_flows(INTERACTIVE_ROWS)
    loops = flows[:PYXIRR_ROWS].tolist()
    by_path = np.ascontiguousarray(nearby)
    few = np.ascontiguousarray(flows[:NUMPY_FINANCIAL_ROWS])
    measured = [
        ("assay", rows, seconds(lambda: irr(flows))),
        ("assay, several sign changes", rows, seconds(lambda: irr(mixed), 2)),
        ("assay, one screen", INTERACTIVE_ROWS, seconds(lambda: irr(nearby), 20)),
        ("assay, one screen, C order", INTERACTIVE_ROWS, seconds(lambda: irr(by_path), 20)),
        ("pyxirr, row by row", len(loops), seconds(lambda: [pyxirr.irr(row) for row in loops], 2)),
        ("numpy-financial, row by row", len(few), seconds(lambda: [npf.irr(row) for row in few], 1)),
    ]
    ours = measured[0][2] / rows
    return [
        {
            "what": what,
            "rows": count,
            "milliseconds": 1e3 * elapsed,
            "microseconds_a_row": 1e6 * elapsed / count,
            "ratio": elapsed / count / ours,
        }
        for what, count, elapsed in measured
    ]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{'IRR of 41 quarters':<34}{'rows':>8}{'ms':>10}{'us/row':>9}{'ratio':>8}")
    for record in run(rows):
        print(
            f"{record['what']:<34}{record['rows']:>8}{record['milliseconds']:>10.1f}"
            f"{record['microseconds_a_row']:>9.2f}{record['ratio']:>8.1f}"
        )


if __name__ == "__main__":
    main()
