"""What is printed about a number is true of the number: every equation is computed as printed, over many worlds."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from graphlib import TopologicalSorter

import numpy as np
import pytest
from hypothesis import given, settings

from models.engine.evaluate import Evaluation, evaluate
from models.errors import AbsentError
from models.explain import as_rows, explain
from models.explain.equation import Equation, NotAnExpression, calculate, fill, rule, with_numbers
from models.explain.registry import find
from models.explain.resolve import headline_paths
from models.scenario.scenario import Scenario
from tests.explain.conftest import WORLDS
from tests.explain.graph import HEADLINES, broken
from tests.explain.graph import behind as everything_behind
from tests.prices import on_few_draws
from tests.strategies import changes


@pytest.fixture(scope="module", params=WORLDS)
def numbers(request: pytest.FixtureRequest, numbers_of: Callable[[str], dict[str, Equation]]) -> dict[str, Equation]:
    return numbers_of(request.param)


def test_every_printed_equation_gives_the_number(numbers: dict[str, Equation]) -> None:
    assert not broken(numbers)[:5]
    assert sum(equation.kind == "expression" for equation in numbers.values()) > 400


@settings(max_examples=6)
@given(changes(most=20))
def test_printed_equations_hold_in_any_scenario(drawn: dict) -> None:
    with on_few_draws():
        evaluation = evaluate(Scenario().replace(drawn | {"run.paths": 16}))
        assert not broken(everything_behind(evaluation, HEADLINES[::3], each=3), 1e-6)[:5]


DRIFTED = {
    "assets.cloud_platform.quarter.capital_spending.path3.9": ("{m:%}", "12%"),
    "assets.cloud_platform.quarter.exit.path3.40": ("{m} + {slope}", "14 + 6"),
}


@pytest.mark.parametrize("path", DRIFTED)
def test_a_parameter_printed_as_a_literal_is_noticed(path: str, numbers_of: Callable[[str], dict]) -> None:
    numbers = numbers_of("moved")
    right = numbers[path]
    slots, literal = DRIFTED[path]
    values = {name: numbers[where].value for name, where in right.symbols}
    assert fill(slots, values) in right.text
    wrong = replace(right, text=right.text.replace(fill(slots, values), literal))
    assert len(broken(numbers, only={path: wrong})) == 1


def test_what_is_no_expression_says_so_and_is_counted(numbers_of: Callable[[str], dict[str, Equation]]) -> None:
    kinds = {re.sub(r"\d+", "#", path): it.kind for path, it in numbers_of("base").items()}
    counts = Counter(kinds.values())
    assert counts["expression"] > 300
    # Loops over quarters: the second edition adds walk-away, customers' default and the fate of the lab.
    assert counts["simulation"] <= 45 and counts["statistic"] <= 75 and counts["root"] <= 15


def test_what_is_absent_says_why() -> None:
    """Leverage of 0 is no loan, so there is no figure of one to take apart."""
    short = evaluate(Scenario().replace({"demand.stock_now": 1.8e7, "gpu_debt.advance_cap": 0.0, "run.paths": 16}))
    with pytest.raises(AbsentError, match=r"assets.gpu_debt: nothing is lent: leverage is 0"):
        explain(short, "assets.gpu_debt.min_dscr.p50", depth=1)
    assert not any(path.startswith("assets.gpu_debt") for path in headline_paths(short))


def test_no_number_explains_itself(numbers: dict[str, Equation]) -> None:
    TopologicalSorter({path: {*it.paths, *it.beside} for path, it in list(numbers.items())}).prepare()


def test_every_explanation_ends_in_a_declaration_a_draw_or_a_definition(numbers: dict[str, Equation]) -> None:
    def is_end(path: str, it: Equation) -> bool:
        return (
            it.source is not None or it.status == "draw" or path.startswith("constants.") or it.text == "0"
            or "set in this scenario" in it.note
        )

    loose = [path for path, it in numbers.items() if not it.operands and not is_end(path, it)]
    assert not loose[:5]


def test_every_path_has_one_explanation_that_says_what_it_is(numbers: dict[str, Equation]) -> None:
    assert not [path for path in numbers if len(list(find(path))) > 1][:5]
    assert not [path for path, it in numbers.items() if not (it.label and it.words)][:5]


def test_the_grammar_reads_what_is_printed() -> None:
    values = {"P": 2.0, "P_0": 3.0, "e": 5.0, "x": np.array([1.0, 2.0, 6.0]), "ℓ'": 0.25, "C_{t−1}": 7.0}
    for text, value in {
        "P·P_0": 6, "−P^2": -4, "y = 2·[P + P_0]²": 50, "P_0 − P − 1": 0, "e^(0)·e": 5, "max(P, 12%, P_0)": 3,
        "clip(e, 0, 4.5)": 4.5, "Σ(x)": 9, "mean(x)/P": 1.5, "Σ(x·P^(−1))": 4.5, "√(P_0 + 1)·(1 − ℓ')": 1.5,
        "ln(exp(P))": 2, "Φ(0)": 0.5, "Π(x)": 12, "C_{t−1}/P": 3.5, "sd(x)": np.sqrt(7), "1.5e3·P": 3000,
    }.items():
        assert float(calculate(text, values)) == pytest.approx(value), text
    assert calculate("x·P", values) == pytest.approx([2, 4, 12])


@pytest.mark.parametrize("text", ["P.__class__", "P_1", "__import__('os')", "P P", "Q", "P if P else P", "", "max(P"])
def test_the_grammar_refuses_the_rest(text: str) -> None:
    with pytest.raises(NotAnExpression):
        calculate(text, {"P": 1.0})


def test_rules_and_numbers_in_place() -> None:
    symbols = {"a": 2_500.0, "b": -0.5, "x": np.array([1.0])}
    rules = {"c = a + b": "sum", "a·b": "product", "a/b": "quotient", "a − b": "difference", "2·a·b": ""}
    assert {text: rule(text, ("a", "b")) for text in rules} == rules
    assert [rule(text, ("x",)) for text in ("x", "−x", "Σ(x)", "E[x]")] == ["same", "minus", "sum", ""]
    assert with_numbers("c = a·b/Σ(x)", symbols) == "c = 2,500·(−0.5)/Σ(x)"
    assert fill("{a}·{b:%}", symbols) == "2500·-50%"


def test_a_reader_sees_the_equation_with_and_without_numbers(base: Evaluation) -> None:
    trace = explain(base, "assets.cloud_platform.quarter.core_ebitda.path3.8", depth=1)
    assert trace.equation == "Δ·m_core·core" and trace.with_numbers.startswith("0.25·0.45·")
    assert trace.symbols == ("Δ", "m_core", "core") and trace.kind == "expression" and trace.rule == "product"
    assert as_rows(trace)[0]["kind"] == "expression"


def test_two_sessions_may_explain_one_evaluation(base: Evaluation) -> None:
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda i: explain(base, f"assets.gpu_fleet.irr.path{i % 5}", depth=3).value, range(64)))
    assert values[:5] * 12 == values[:60]
