"""Reference cases in tests/cases: answers from documentation, closed forms and plain loops, none from this code.

Each file keeps its source, its tolerance and whether it was published, derived or adopted as a definition.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One reference case; a `None` in `expected` means "not defined"."""

    id: str
    category: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    absolute: float
    relative: float
    source: str

    def check(self, key: str, got: object) -> None:
        """Assert that `got` is the expected value of `key`, element by element, within the case's own tolerance."""
        self._check(f"{self.id}.{key}", got, self.expected[key])

    def _check(self, where: str, got: Any, expected: Any) -> None:
        if isinstance(expected, Mapping):
            assert set(got) == set(expected), where
            for name, value in expected.items():
                self._check(f"{where}.{name}", got[name], value)
        elif isinstance(expected, Sequence) and not isinstance(expected, str):
            assert len(got) == len(expected), where
            for position, value in enumerate(expected):
                self._check(f"{where}[{position}]", got[position], value)
        elif expected is None:
            assert not math.isfinite(got), f"{where}: {got} where nothing is defined"
        elif isinstance(expected, bool | str):
            assert got == expected, where
        else:
            allowed = self.absolute + self.relative * abs(expected)
            assert abs(got - expected) <= allowed, f"{where}: {got}, not {expected} ± {allowed} ({self.source})"


def load_case(name: str) -> Case:
    """Return the case with this id."""
    stored = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    tolerance = stored["tolerance"]
    return Case(
        stored["id"],
        stored["category"],
        stored["inputs"],
        stored["expected"],
        tolerance["abs"],
        tolerance["rel"],
        stored["source"],
    )


def find_cases(pattern: str) -> Iterator[Case]:
    """Return the cases whose id matches a shell pattern such as `irr_*`; an empty answer is an error."""
    names = sorted(path.stem for path in CASES.glob("*.json") if fnmatchcase(path.stem, pattern))
    assert names, f"no reference case matches {pattern}"
    return map(load_case, names)
