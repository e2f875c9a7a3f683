"""Shortfall, chance of loss, drawdown and certainty equivalents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures import risk
from tests.oracle_cases import load_case

MULTIPLES = st.lists(st.floats(0.0, 9.0), min_size=1, max_size=30)


def outcomes(values: list[float], probs: list[float]) -> list[float]:
    """A hundred equally likely outcomes with these probabilities."""
    return [value for value, prob in zip(values, probs, strict=True) for _ in range(round(100 * prob))]


def test_downside_case() -> None:
    case = load_case("downside_01")
    sample, target = case.inputs["returns"], case.inputs["target"]
    case.check("downside_deviation", risk.downside_deviation(sample, target))
    case.check("sortino", risk.sortino(sample, target))
    case.check("mean", risk.cvar(sample, 0.0))


def test_certainty_equivalent_cases() -> None:
    case = load_case("ce_twopoint_01")
    sample = outcomes(case.inputs["outcomes"], case.inputs["probs"])
    case.check("ce", [risk.certainty_equivalent(sample, gamma, wealth_share=1.0) for gamma in case.inputs["gamma"]])
    case = load_case("ce_ruin_01")
    sample = outcomes(case.inputs["outcomes"], case.inputs["probs"])
    case.check("ce", risk.certainty_equivalent(sample, case.inputs["gamma"], wealth_share=1.0))
    assert risk.certainty_equivalent(sample, 1.0, wealth_share=1.0) == 0.0
    assert risk.certainty_equivalent(sample, 0.5, wealth_share=1.0) > 1.5, "ruin does not end it below g = 1"


@given(MULTIPLES, st.floats(0.0, 10.0), st.floats(0.0, 1.0))
def test_certainty_equivalent_limits(moic: list[float], aversion: float, share: float) -> None:
    wealth = 1.0 - share + share * np.array(moic)
    assert risk.certainty_equivalent(moic, 0.0, share) == pytest.approx(wealth.mean(), abs=1e-12)
    assert risk.certainty_equivalent(moic, aversion, 0.0) == pytest.approx(1.0)
    equivalent = risk.certainty_equivalent(moic, aversion, share)
    assert min(wealth) - 1e-9 <= equivalent <= wealth.mean() + 1e-9


@given(MULTIPLES, st.lists(st.floats(0.0, 12.0), min_size=2, max_size=2), st.floats(0.0, 1.0))
def test_more_aversion_is_worth_less(moic: list[float], levels: list[float], share: float) -> None:
    low, high = sorted(levels)
    cautious = risk.certainty_equivalent(moic, high, share)
    assert cautious <= risk.certainty_equivalent(moic, low, share) + 1e-9


@given(MULTIPLES, st.sampled_from([1e-12, 1e-9, 1e-6]))
def test_geometric_mean_is_approached_smoothly(moic: list[float], step: float) -> None:
    """Naive powers lose all digits here."""
    logarithmic = risk.certainty_equivalent(moic, 1.0, 0.5)
    for aversion in (1.0 - step, 1.0 + step):
        assert risk.certainty_equivalent(moic, aversion, 0.5) == pytest.approx(logarithmic, rel=10.0 * step + 1e-12)


def test_certainty_equivalent_at_the_edges() -> None:
    assert risk.certainty_equivalent([1e-60, 1.0], 10.0, 1.0) == pytest.approx(1e-60 * 2.0 ** (1.0 / 9.0))
    assert np.isnan(risk.certainty_equivalent([-0.5, 1.0], 3.0, 1.0))
    assert risk.certainty_equivalent([2.0, 2.0], 3.0, 0.25, safe=1.2) == pytest.approx(0.75 * 1.2 + 0.5)
    table = np.array([[0.5, 1.5], [1.0, 1.0]])
    np.testing.assert_allclose(risk.certainty_equivalent(table, 2.0, 1.0), [0.75, 1.0])


def test_two_chances_of_loss() -> None:
    assert risk.probability_of_loss([0.0, 0.99, 1.0, 1.5]) == 0.5
    assert risk.probability_below([-1.0, 0.0, 1.0, 2.0]) == 0.25
    assert risk.probability_below([-1.0, 0.0, 1.0, 2.0], 1.5) == 0.75
    assert np.isnan(risk.probability_of_loss([0.5, np.nan])), "an undefined multiple is not a gain"
    np.testing.assert_array_equal(risk.probability_of_loss(np.array([[0.5, 2.0], [2.0, 2.0]])), [0.5, 0.0])


@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=30))
def test_shortfall_divides_by_everyone(sample: list[float]) -> None:
    deviation = risk.downside_deviation(sample)
    assert deviation >= 0.0
    doubled = risk.downside_deviation([*sample, *[100.0] * len(sample)])
    assert doubled == pytest.approx(deviation / np.sqrt(2.0))


def test_nothing_falls_short() -> None:
    assert risk.sortino([0.1, 0.2]) == np.inf
    assert np.isnan(risk.sortino([0.0, 0.0]))


@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=20))
def test_drawdown_is_the_deepest_fall(curve: list[float]) -> None:
    deepest = max(early - late for i, early in enumerate(curve) for late in curve[i:])
    assert risk.drawdown(curve) == pytest.approx(deepest)
    np.testing.assert_allclose(risk.drawdown(np.array([curve, sorted(curve)])), [deepest, 0.0])
