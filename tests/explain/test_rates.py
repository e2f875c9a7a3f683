"""A rate in force is taken apart into what was typed and what the base rate adds."""

import pytest

from models.engine.evaluate import Evaluation, evaluate
from models.errors import ScenarioError
from models.explain import calculate, explain
from models.explain.registry import Reader
from models.explain.resolve import spec_of
from models.scenario.catalog import values
from models.scenario.in_force import BETAS
from models.scenario.scenario import Scenario

UP = {"rates.base_rate": 0.0487, "rates.hurdle_beta": 0.8, "rates.market_beta": 0.3, "run.paths": 16}
APART = {**UP, "rates.move_together": False}


@pytest.fixture(scope="module", params=[UP, APART], ids=["together", "apart"])
def evaluation(request: pytest.FixtureRequest) -> Evaluation:
    return evaluate(Scenario().replace(request.param), keys=("gpu_fleet",), variants=False)


@pytest.mark.parametrize("path", BETAS)
def test_what_is_in_force_is_what_is_typed_and_its_beta_times_the_rise(evaluation: Evaluation, path: str) -> None:
    reader, typed = Reader(evaluation), values(evaluation.scenario)
    found = spec_of(reader, f"in_force.{path}")
    operands = {name: spec_of(reader, where).value for name, where in found.symbols}
    assert calculate(found.text, operands) == found.value
    own = typed[path]
    if not evaluation.scenario.rates.move_together:
        assert found.value == own and found.text == "r"
    else:
        beta = getattr(evaluation.scenario.rates, BETAS[path]) if BETAS[path] else 1.0
        assert found.value == pytest.approx(own + beta * 0.01)


def test_a_hurdle_leads_to_the_base_rate(evaluation: Evaluation) -> None:
    trace = explain(evaluation, "assets.gpu_fleet.hurdle")
    found, ahead = set[str](), [trace]
    while ahead:
        step = ahead.pop()
        found.add(step.path)
        ahead += step.operands
    is_together = evaluation.scenario.rates.move_together
    assert ({"rates.base_rate", "rates.hurdle_beta", "constants.base_rate"} <= found) is is_together
    assert "hardware.merchant_hurdle" in found


def test_what_does_not_follow_has_no_rate_in_force(evaluation: Evaluation) -> None:
    with pytest.raises(ScenarioError, match=r"rates that follow the base rate are rates.cash_rate"):
        explain(evaluation, "in_force.leasing.inflation")
