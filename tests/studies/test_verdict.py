"""The verdict by its rules: one measure and one price for each question, and an absent class is named once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from models.engine.evaluate import Evaluation, evaluate
from models.engine.world import World, draws_of
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import answer
from models.studies.verdict import ENTRY, verdict

BARE = {
    "gpu_debt.contracted_share": 1.0, "gpu_debt.contract_price": 0.4, "gpu_fleet.power_price": 0.25,
    "gpu_fleet.facility_overhead": 1.6,
}
"""Machines that earn less than their power costs: coverage lends nothing on them."""


@pytest.mark.parametrize(("changes", "why", "near"), [
    ({"gpu_debt.advance_cap": 0.0}, "leverage is 0", {"gpu_debt.advance_cap": 0.01}),
    (BARE, "coverage allows no loan", {}),
    (BARE | {"gpu_debt.amortization": "sculpted"}, "coverage allows no loan", {}),
])
def test_without_a_loan_the_other_classes_decide(
    changes: dict[str, Any], why: str, near: dict[str, Any]
) -> None:
    few = {"run.paths": 1024}
    bare = evaluate(Scenario().replace(changes | few))
    said = verdict(bare)
    assert why in bare.absent()["gpu_debt"] and why in said.detail
    assert said.best == max(said.returns, key=lambda key: said.returns[key].value) and "gpu_debt" not in said.returns
    assert "gpu_debt" not in said.effects
    assert bare.assets["gpu_debt"].debt is None
    if near:  # where something is lent, however little, one class more stands in the family
        assert said.lead_share == pytest.approx(evaluate(Scenario().replace(near | few)).lead_share[0], abs=0.03)


@pytest.fixture(scope="module", params=["base", "telecom_glut", "gulf"])
def whole(request: pytest.FixtureRequest) -> Evaluation:
    start = Scenario() if request.param == "base" else Scenario.preset(request.param)
    return evaluate(start.replace({"run.paths": 512}))


def test_who_pays_best_is_judged_a_year_at_todays_prices(whole: Evaluation) -> None:
    said = verdict(whole)
    for key, found in said.returns.items():
        assert found.value == whole.assets[key].at_cost.certainty_equivalent_return
    assert said.best == max(said.returns, key=lambda key: said.returns[key].value)
    assert set(said.losers) == {key for key, x in said.returns.items() if x.value < -2.0 * x.error}
    assert "at today's prices" in said.headline
    assert said.is_close or said.best in said.losers or f"{said.returns[said.best].value:.1%} a year" in said.headline


def test_flips_ask_what_the_verdict_answers(whole: Evaluation) -> None:
    said = verdict(whole)
    there = answer(World(whole.scenario, draws_of(whole.scenario, 512)))
    assert there.best == said.best
    assert there.sure == pytest.approx({key: found.value for key, found in said.returns.items()}, abs=1e-9)
    assert said.family in ("", there.family)


def test_the_family_sentence_has_share_mean_and_price(whole: Evaluation) -> None:
    said = verdict(whole)
    assert said.lead.value == pytest.approx(float(whole.family_lead.mean()))
    assert "At fair entry" in said.detail and "% of futures" in said.detail
    if not said.lead.is_noise:
        assert f"${abs(said.lead.value):.2f} more per dollar" in said.detail
        disagree = said.family and (said.lead.value > 0) != (said.family == "picks_and_shovels")
        assert (", but on average" in said.detail) == bool(disagree)


def test_the_neutral_world_gains_and_loses_nothing() -> None:
    few = Scenario().replace({"run.paths": 256})
    neutral = evaluate(few.neutral.derived(run=few.run))
    assert all(found.value == 0.0 for found in verdict(neutral).effects.values())
    assert "neutral world" not in verdict(neutral).detail


def test_a_glut_takes_from_who_owns_machines() -> None:
    said = verdict(evaluate(Scenario.preset("telecom_glut").replace({"run.paths": 256})))
    fleet = said.effects["gpu_fleet"]
    assert fleet.value < -2.0 * fleet.error
    told = said.detail.partition("Against the neutral world, at fair entry, per dollar: ")[2]
    assert re.search(r"GPU fleets \(\$0\.\d\d\)[^;]* loses?\.", told), told
    told = said.to_dict()
    assert told["entry"] == ENTRY and set(told["effects"]) == set(said.effects)
