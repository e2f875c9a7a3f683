"""What an explanation says about a number is true of the number: every rule, on every operand, over several worlds."""

from collections.abc import Callable
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings

from models.engine.evaluate import Evaluation, evaluate
from models.explain.registry import Spec, find
from models.scenario.scenario import Scenario
from tests.explain.graph import HEADLINES, agree, applied, behind
from tests.strategies import changes

WORLDS = ("base", "gulf", "glut", "calm")


@pytest.fixture(scope="module", params=WORLDS)
def numbers(request: pytest.FixtureRequest, numbers_of: Callable[[str], dict[str, Spec]]) -> dict[str, Spec]:
    return numbers_of(request.param)


def broken(numbers: dict[str, Spec]) -> list[str]:
    """Numbers that are not what their rule makes of their operands."""
    wrong = []
    for path, spec in numbers.items():
        if not spec.rule:
            continue
        values = [float(numbers[name].value) for name in spec.operands]
        if spec.rule == "between":
            holds = min(values) <= spec.value <= max(values)
        else:
            found = applied(spec, values)
            holds = found is not None and agree(float(spec.value), found, sum(map(abs, values)))
        if not holds:
            wrong.append(f"{path} = {spec.value} is not the {spec.rule} of {values}")
    return wrong


def test_every_rule_holds_on_its_operands(numbers: dict[str, Spec]) -> None:
    assert not broken(numbers)[:5]
    assert sum(bool(spec.rule) for spec in numbers.values()) > 1_000


def test_no_number_explains_itself(numbers: dict[str, Spec]) -> None:
    TopologicalSorter({path: {*spec.operands, *spec.beside} for path, spec in numbers.items()}).prepare()


def test_every_explanation_ends_in_a_declaration_a_draw_or_a_definition(numbers: dict[str, Spec]) -> None:
    def is_end(path: str, spec: Spec) -> bool:
        return (
            spec.source is not None or spec.status == "draw" or path.startswith("constants.")
            or "set in this scenario" in spec.note
        )

    loose = [path for path, spec in numbers.items() if not spec.operands and not is_end(path, spec)]
    assert not loose[:5]


def test_every_path_has_one_explanation(numbers: dict[str, Spec]) -> None:
    torn = [path for path in numbers if len(list(find(path))) > 1]
    assert not torn[:5]


def test_every_number_says_what_it_is(numbers: dict[str, Spec]) -> None:
    silent = [path for path, spec in numbers.items() if not (spec.label and spec.formula)]
    assert not silent[:5]


@settings(max_examples=6)
@given(changes(only=("demand", "overcapacity", "pipeline", "capacity", "export", "regime", "policy"), most=6))
def test_rules_hold_in_any_market(found: dict) -> None:
    evaluation: Evaluation = evaluate(Scenario().replace(found | {"run.paths": 32}))
    heads = [name for name in HEADLINES if name.startswith(("market.", "assets.gpu_fleet.irr", "assets.hardware"))]
    assert not broken(behind(evaluation, heads))[:5]


def test_a_false_rule_is_noticed() -> None:
    numbers = {
        "a": Spec("a", 2.0, "", "a"), "b": Spec("b", 3.0, "", "b"),
        "sum": Spec("sum", 6.0, "", "sum", operands=("a", "b"), rule="sum"),
        "product": Spec("product", 6.0, "", "product", operands=("a", "b"), rule="product"),
    }
    assert broken(numbers) == ["sum = 6.0 is not the sum of [2.0, 3.0]"]
