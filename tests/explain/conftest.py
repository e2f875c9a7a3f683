"""Evaluations that explanations are tested on; few paths, because every identity holds on each of them."""

from collections.abc import Callable
from functools import cache

import pytest

from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.explain.registry import Spec
from models.scenario.scenario import Scenario
from tests.explain.graph import behind


@pytest.fixture(scope="session")
def base() -> Evaluation:
    return evaluate(Scenario().replace({"run.paths": 1024}))


@pytest.fixture(scope="session")
def gulf() -> Evaluation:
    """A home bloc with loans, cheap power and a cliff."""
    return evaluate(Scenario.preset("gulf").replace({"run.paths": 256}))


@pytest.fixture(scope="session")
def glut() -> Evaluation:
    """A glut under scarce power, export controls and public offtake at home."""
    program = {
        "name": "offtake", "schedule": {"budget": 30e9, "cliff_rate": 0.1}, "mix": {"grant": 0.5, "offtake": 0.5},
        "terms": {"mandate": 0.2},
    }
    changes = {
        "run.paths": 256, "overcapacity.peak": 1.0, "capacity.power_cap": 6.0, "export.rate": 0.3,
        "localization.home_share": 0.1, "export.is_home_affected": True, "policy.programs": [program],
    }
    return evaluate(Scenario().replace(changes))


@pytest.fixture(scope="session")
def calm() -> Evaluation:
    return evaluate_calm(Scenario())


@pytest.fixture(scope="session")
def numbers_of(
    base: Evaluation, gulf: Evaluation, glut: Evaluation, calm: Evaluation
) -> Callable[[str], dict[str, Spec]]:
    """Everything behind the headlines of a world, by its name; read once."""
    worlds = {"base": base, "gulf": gulf, "glut": glut, "calm": calm}
    return cache(lambda name: behind(worlds[name]))
