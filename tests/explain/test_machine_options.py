"""Explanations hold with every option of the fleet on: the rules give the numbers, and their operands exist."""

from typing import Any

import pytest

from models.engine.evaluate import evaluate
from models.explain import explain
from models.scenario.scenario import Scenario
from tests.explain.graph import agree, applied, behind

HEADLINES = ("assets.gpu_fleet.irr.p50", "assets.gpu_debt.min_dscr.p50", "assets.gpu_fleet.npv_mean",
             "variants.data_center_unlevered.irr.p50", "assets.cloud_platform.irr.p50", "assets.gpu_debt.advance_rate",
             "assets.gpu_fleet.at_cost.price")
ALL_ON = {
    "fleet_stages.is_on": True, "residual_guarantee.is_on": True, "tax.is_on": True, "chip.h100e": 2.2,
    "chip.price": 50_000.0, "chip.power_kw": 1.54, "chip.life_quarters": 18, "chip.rent_factor": 0.9,
    "cluster.gpus": 64, "overcapacity.peak": 0.6,
}
KEPT = {"fleet_stages.is_on": True, "fleet_stages.end": "kept", "tax.is_on": True, "cluster.place": "germany"}


@pytest.mark.parametrize("changes", [ALL_ON, KEPT], ids=["all on", "kept"])
def test_rules_give_the_numbers(changes: dict[str, Any]) -> None:
    evaluation = evaluate(Scenario().replace({"run.paths": 128, **changes}))
    found = behind(evaluation, HEADLINES)
    wrong = []
    for path, spec in found.items():
        values = [float(found[operand].value) for operand in spec.operands] if spec.rule else []
        made = applied(spec, values) if values else None
        scale = max(map(abs, values), default=1.0)
        if made is not None and not agree(float(spec.value), made, scale, 1e-6):
            wrong.append((path, spec.value, made))
    assert not wrong[:5]
    assert any(".quarter.tax." in path for path in found)
    assert any(path.startswith("tax.") for path in found)


def test_the_guarantee_is_traced_to_its_terms() -> None:
    evaluation = evaluate(Scenario().replace({"run.paths": 128, **ALL_ON}), keys=("gpu_fleet",), variants=False)
    trace = explain(evaluation, "assets.gpu_fleet.quarter.vendor_guarantee.mean.16", depth=2)
    assert trace.value > 0
    assert {"residual_guarantee.share", "residual_guarantee.recovery"} <= {step.path for step in trace.operands}
