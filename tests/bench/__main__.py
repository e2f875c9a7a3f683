"""Run every benchmark of this folder and print its figures: ``python -m tests.bench [name ...]``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Run the named benchmarks, all of them without names."""
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    for module in found:
        if names and not any(name in module for name in names):
            continue
        print(f"\n{module.removeprefix('bench_')}")
        for row in importlib.import_module(f"tests.bench.{module}").run():
            print("  " + "  ".join(_shown(value) for value in row.values()))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:12,.1f}"
    return f"{value!s:62.62}"


if __name__ == "__main__":
    main(sys.argv[1:])
