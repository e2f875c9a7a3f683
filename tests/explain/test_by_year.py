"""Explanations of a scenario with paths by year and a chosen index lead to what was given, not to what it replaces."""

import pytest

from models.engine.evaluate import Evaluation, evaluate
from models.explain import as_text, explain
from models.explain.trace import steps
from models.scenario.scenario import Scenario

GIVEN = {
    "demand.growth_by_year": (0.3,) * 10, "hardware.deflation_by_year": (0.2,) * 10,
    "overcapacity.plan_by_year": (0.5,) * 10, "capacity.power_cap_by_year": (3.0,) * 10,
    "gpu_fleet.power_price_by_year": (0.12,) * 10, "policy.intensity_by_year": (2.0,) * 10,
    "export.cut_by_year": (0.0, 0.5, *[0.0] * 8), "clearing.price_index": "cloud_on_demand",
}


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(Scenario.preset("gulf").replace({"run.paths": 64, **GIVEN}), variants=False)


@pytest.mark.parametrize(
    ("path", "given", "replaced"),
    [
        ("market.spending_growth.8", "demand.growth_by_year", "demand.growth_now"),
        ("market.cost_index.8", "hardware.deflation_by_year", "hardware.deflation_now"),
        ("market.falling_annuity", "hardware.deflation_by_year", "hardware.deflation_fade"),
        ("market.planned_glut.8", "overcapacity.plan_by_year", "overcapacity.peak"),
        ("market.held_back.path3.3", "capacity.power_cap_by_year", "capacity.power_cap"),
        ("market.public_builds.path3.12", "policy.intensity_by_year", ""),
        ("market.export_change.path3.6", "export.cut_by_year", "export.rate"),
        ("market.spot_price_now", "clearing.price_index", "clearing.spot_price"),
        ("assets.gpu_fleet.cash_cost", "gpu_fleet.power_price_by_year", "gpu_fleet.power_price"),
    ],
)
def test_a_trace_leads_to_what_was_given(result: Evaluation, path: str, given: str, replaced: str) -> None:
    trace = explain(result, path, depth=3)
    behind = {node.path for *_, node, _ in steps(trace)}
    assert given in behind and replaced not in behind
    assert as_text(trace)


def test_the_given_values_are_told_in_full(result: Evaluation) -> None:
    told = as_text(explain(result, "demand.growth_by_year"))
    assert "34.99%, 34.99%, 34.99% a year" in told and "set in this scenario" in told
    start = explain(result, "market.spot_price_now", depth=1)
    assert start.value == 2.81 and start.source is not None and start.source.id == "gpu_rental_prices-098"
    assert any(node.path == "clearing.price_index" for _, _, _, node, _ in steps(start))
