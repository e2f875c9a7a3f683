"""Scenarios that claims are tested under: each is evaluated once, however many tests ask for it."""

from dataclasses import replace
from functools import cache
from typing import Any

from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.scenario.scenario import Scenario
from models.studies.thesis import TESTS, ClaimTest, Part, subject
from models.studies.thesis.subject import Subject

PATHS = 256
READS_MEASURES = frozenset({"T1", "T3", "T4", "T5"})
"""Claims about the figures of the pages; all others compare paired runs, which need no evaluation of their own."""


def scenario_of(preset: str, changes: tuple[tuple[str, Any], ...] = ()) -> Scenario:
    return Scenario.preset(preset).replace({"run.paths": PATHS, **dict(changes)})


@cache
def evaluated(preset: str = "base", changes: tuple[tuple[str, Any], ...] = ()) -> Evaluation:
    return evaluate(scenario_of(preset, changes))


@cache
def base() -> Subject:
    return subject(evaluated())


@cache
def calm() -> Evaluation:
    return evaluate_calm(scenario_of("base"))


def under(name: str, preset: str = "base", changes: dict[str, Any] | None = None) -> ClaimTest:
    """One claim under a preset with some assumptions changed, on the base draws."""
    return _under(name, preset, tuple((changes or {}).items()))


@cache
def _under(name: str, preset: str, changes: tuple[tuple[str, Any], ...]) -> ClaimTest:
    if name in READS_MEASURES or (preset, changes) == ("base", ()):
        return TESTS[name](subject(evaluated(preset, changes)))
    return TESTS[name](replace(base(), scenario=scenario_of(preset, changes)))


def shown(test: ClaimTest, label: str) -> float:
    return next(f.value for f in test.figures if f.label.startswith(label))


def part(test: ClaimTest, label: str) -> Part:
    return next(one for one in test.parts if one.label.startswith(label))
