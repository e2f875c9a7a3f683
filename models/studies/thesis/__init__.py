"""The claims T1 to T20 of the founding documents, computed under a scenario (model 5.7).

Each test reads the scenario's own evaluation, or compares paired runs on shared draws; facts stand beside with source
and date. Rules are fixed here and in the functions, never per scenario: a difference within two standard errors is too
close to call, a claim that says several things holds only if each of them does, and each names the figures that would
refute it. What no scenario can refute is reported, not tested.
"""

from __future__ import annotations

from collections.abc import Callable

from models.basis.store import Store
from models.engine.evaluate import Evaluation
from models.studies.thesis import (  # noqa: F401 (they declare)
    blocs,
    borders,
    builders,
    costs,
    developers,
    families,
    glut,
    loans,
    nations,
    windfall,
)
from models.studies.thesis.record import ClaimTest, Figure, Part, Statement, Verdict
from models.studies.thesis.subject import DECLARED, subject

_ORDER = sorted(DECLARED, key=lambda key: int(key[1:]))
STATEMENTS = {key: DECLARED[key][0] for key in _ORDER}
TESTS = {key: DECLARED[key][1] for key in _ORDER}

_kept: Store[tuple[ClaimTest, ...]] = Store(16)


def thesis(evaluation: Evaluation, progress: Callable[[float], None] | None = None) -> tuple[ClaimTest, ...]:
    """Every claim tested under the scenario of an evaluation, in the order of the documents.

    Parameters
    ----------
    evaluation : Evaluation
        All classes and variants, on the draws its scenario names or on the calm path.
    progress : callable, optional
        Called with the share done after each claim.
    """

    def tested() -> tuple[ClaimTest, ...]:
        under_test, done = subject(evaluation), []
        for test in TESTS.values():
            done.append(test(under_test))
            if progress is not None:
                progress(len(done) / len(TESTS))
        return tuple(done)

    return _kept.get((evaluation.scenario, evaluation.is_calm), tested)


def examine(evaluation: Evaluation, name: str) -> ClaimTest:
    """One claim, such as ``"T4"``, tested on its own."""
    return TESTS[name](subject(evaluation))


__all__ = ["STATEMENTS", "TESTS", "ClaimTest", "Figure", "Part", "Statement", "Verdict", "examine", "subject", "thesis"]
