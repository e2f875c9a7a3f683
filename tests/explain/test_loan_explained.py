"""Explanations of a structured loan: every operand exists and every named rule gives the number it explains."""

from typing import Any

import pytest

from models.engine.evaluate import evaluate
from models.explain.registry import Spec
from models.scenario.scenario import Scenario
from tests.explain.graph import agree, applied, behind

ASKED = (
    "assets.gpu_debt.default_probability", "assets.gpu_debt.loss_given_default", "assets.gpu_debt.wal_years",
    "assets.gpu_debt.min_dscr.p50", "assets.gpu_debt.irr.p05", "assets.gpu_debt.advance_rate", "assets.gpu_debt.coupon",
    "variants.gpu_debt_equity.irr.p50",
)
WORLDS: dict[str, dict[str, Any]] = {
    "drawn rate": {
        "loan_pricing.base": "simulated", "loan_pricing.hedged": 0.5, "loan_pricing.draws": 3,
        "loan_pricing.upfront_fee": 0.02, "loan_pricing.discount": 0.01, "loan_pricing.agent_fee": 0.001,
        "mezzanine.advance": 0.08,
    },
    "fixed, renewed": {
        "loan_pricing.base": "fixed", "loan_pricing.fixed_coupon": 0.09, "gpu_debt.balloon": 0.2,
        "loan_triggers.refinances": True, "gpu_fleet.contract_quarters": 20, "loan_pricing.capitalizes": False,
    },
    "sovereign": {"gpu_debt.customer": "sovereign", "contract_credit.termination_quarters": 4},
    "merchant": {"gpu_debt.customer": "merchant", "rent_floor.share": 0.5, "gpu_debt.sizing_dscr": None},
}


@pytest.mark.parametrize("world", WORLDS)
def test_numbers_of_a_structured_loan_are_explained(world: str) -> None:
    evaluation = evaluate(Scenario().replace(WORLDS[world] | {"run.paths": 64}))
    found = behind(evaluation, ASKED)
    assert len(found) > 100
    wrong = [path for path, spec in found.items() if not _holds(spec, found)]
    assert not wrong[:5]


def _holds(spec: Spec, found: dict[str, Spec]) -> bool:
    values = [found[path].value for path in spec.operands]
    if not spec.rule or not all(isinstance(value, int | float) for value in (*values, spec.value)):
        return True
    numbers = [float(value) for value in values]  # type: ignore[arg-type]
    result = applied(spec, numbers)
    scale = max(map(abs, numbers), default=0.0)
    return result is None or agree(float(spec.value), result, scale, 1e-6)  # type: ignore[arg-type]
