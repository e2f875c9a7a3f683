"""Evaluations that explanations are tested on; few paths, because every equation holds on each of them."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from functools import cache
from typing import Any

import pytest

from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.explain.equation import Equation
from models.scenario.scenario import Scenario
from tests.explain.graph import behind
from tests.prices import on_few_draws
from tests.strategies import moved

GLUT = {
    "overcapacity.peak": 1.0, "capacity.power_cap": 6.0, "export.rate": 0.3, "localization.home_share": 0.1,
    "export.is_home_affected": True, "policy.programs": [{
        "name": "offtake", "schedule": {"budget": 30e9, "cliff_rate": 0.1}, "mix": {"grant": 0.5, "offtake": 0.5},
        "terms": {"mandate": 0.2},
    }],
}
OPTIONS = {
    "fleet_stages.is_on": True, "residual_guarantee.is_on": True, "tax.is_on": True, "chip.h100e": 2.2,
    "chip.price": 50_000.0, "chip.power_kw": 1.54, "chip.life_quarters": 18, "chip.rent_factor": 0.9,
    "cluster.gpus": 64, "overcapacity.peak": 0.6, "llm_developer.champion": True, "regime.is_on": True,
}
KEPT = {
    "fleet_stages.is_on": True, "fleet_stages.end": "kept", "tax.is_on": True, "cluster.place": "germany",
    "cloud_platform.business": "neocloud", "gpu_fleet.payback_years": 4.0,
}
DRAWN = {
    "loan_pricing.base": "simulated", "loan_pricing.hedged": 0.5, "loan_pricing.draws": 3,
    "loan_pricing.upfront_fee": 0.02, "loan_pricing.discount": 0.01, "loan_pricing.agent_fee": 0.001,
    "mezzanine.advance": 0.08,
}
FIXED = {
    "loan_pricing.base": "fixed", "loan_pricing.fixed_coupon": 0.09, "gpu_debt.balloon": 0.2,
    "loan_triggers.refinances": True, "gpu_fleet.contract_quarters": 20, "loan_pricing.capitalizes": False,
}
SOVEREIGN = {"gpu_debt.customer": "sovereign", "contract_credit.termination_quarters": 4}
MERCHANT = {"gpu_debt.customer": "merchant", "rent_floor.share": 0.5, "gpu_debt.sizing_dscr": None}
YEARS = {
    "demand.growth_by_year": (0.3,) * 10, "hardware.deflation_by_year": (0.2,) * 10,
    "overcapacity.plan_by_year": (0.5,) * 10, "capacity.power_cap_by_year": (3.0,) * 10,
    "gpu_fleet.power_price_by_year": (0.12,) * 10, "policy.intensity_by_year": (2.0,) * 10,
    "export.cut_by_year": (0.0, 0.5, *[0.0] * 8), "clearing.price_index": "cloud_on_demand",
}
# Every number moved off its default, so that no number of a formula can hide behind a default.
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "glut": GLUT, "moved": moved(), "options": OPTIONS, "kept": KEPT, "drawn": DRAWN, "fixed": FIXED,
    "sovereign": SOVEREIGN, "merchant": MERCHANT,
}
WORLDS = ("base", "gulf", "years", "calm", *CHANGES)
AT_ANY_PRICE = ("years", "moved", "kept", "fixed")
"""Worlds that no table holds a number of."""


def world(name: str, paths: int = 64) -> Evaluation:
    """Evaluation of a world by its name."""
    if name == "calm":
        return evaluate_calm(Scenario())
    start = Scenario.preset("gulf") if name in ("gulf", "years") else Scenario()
    changes = YEARS if name == "years" else CHANGES.get(name, {})
    with on_few_draws() if name in AT_ANY_PRICE else nullcontext():
        return evaluate(start.replace({"run.paths": paths, **changes}))


@pytest.fixture(scope="session")
def evaluation_of() -> Callable[[str], Evaluation]:
    """Evaluations by name, each made once."""
    return cache(world)


@pytest.fixture(scope="session")
def numbers_of(evaluation_of: Callable[[str], Evaluation]) -> Callable[[str], dict[str, Equation]]:
    """Everything behind the headlines of a world, by its name; read once."""
    return cache(lambda name: behind(evaluation_of(name)))


@pytest.fixture(scope="session")
def base() -> Evaluation:
    return evaluate(Scenario().replace({"run.paths": 1024}))


@pytest.fixture(scope="session")
def gulf(evaluation_of: Callable[[str], Evaluation]) -> Evaluation:
    """A home bloc with loans, cheap power and a cliff."""
    return evaluation_of("gulf")


@pytest.fixture(scope="session")
def glut(evaluation_of: Callable[[str], Evaluation]) -> Evaluation:
    """A glut under scarce power, export controls and public offtake at home."""
    return evaluation_of("glut")


@pytest.fixture(scope="session")
def calm(evaluation_of: Callable[[str], Evaluation]) -> Evaluation:
    return evaluation_of("calm")
