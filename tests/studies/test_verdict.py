"""The verdict of scenarios in which a class has no investment: the others decide, and the absent one is named once."""

from __future__ import annotations

from typing import Any

import pytest

from models.engine.evaluate import evaluate
from models.scenario.scenario import Scenario
from models.studies.verdict import verdict

BARE = {
    "gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
    "gpu_fleet.facility_overhead": 1.6,
}
"""Machines that earn less than their power costs: coverage lends nothing on them."""


@pytest.mark.parametrize(("changes", "why", "share", "near"), [
    ({"gpu_debt.advance_cap": 0.0}, "leverage is 0", 0.73, {"gpu_debt.advance_cap": 0.01}),
    ({"hardware.life_quarters": 15}, "outlive", 0.73, {"hardware.life_quarters": 16}),
    (BARE, "coverage allows no loan", 0.70, {}),
    (BARE | {"gpu_debt.amortization": "sculpted"}, "coverage allows no loan", 0.70, {}),
])
def test_without_a_loan_the_other_classes_decide(
    changes: dict[str, Any], why: str, share: float, near: dict[str, Any]
) -> None:
    few = {"run.paths": 1024}
    bare = evaluate(Scenario().replace(changes | few))
    said = verdict(bare)
    assert why in bare.absent()["gpu_debt"] and why in said.detail
    assert said.best == "data_center" and said.family == "picks_and_shovels"
    assert bare.assets["gpu_debt"].debt is None
    assert said.lead_share == pytest.approx(share, abs=0.02)
    if near:  # where something is lent, however little, one class more stands in the family
        assert said.lead_share == pytest.approx(evaluate(Scenario().replace(near | few)).lead_share[0], abs=0.03)
