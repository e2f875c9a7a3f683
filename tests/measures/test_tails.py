"""Value at risk, tail means and quantiles."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures import risk
from tests.oracle_cases import load_case

LOSSES = st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=40)
CONFIDENCE = st.floats(0.0, 1.0)
CELLS = 1000
NORMAL = NormalDist()


def test_discrete_case_splits_the_atom() -> None:
    case = load_case("cvar_discrete_01")
    case.check("var", risk.value_at_risk(case.inputs["losses"], case.inputs["alpha"]))
    case.check("cvar", risk.cvar(case.inputs["losses"], case.inputs["alpha"]))


def test_normal_case() -> None:
    """A thousand equally likely cells, each at its own conditional mean, hold the exact tail mean."""
    case = load_case("cvar_normal_01")
    mu, sigma, alpha = (case.inputs[key] for key in ("mu", "sigma", "alpha"))
    bounds = [-np.inf, *(NORMAL.inv_cdf(cell / CELLS) for cell in range(1, CELLS)), np.inf]
    density = [0.0, *(NORMAL.pdf(bound) for bound in bounds[1:-1]), 0.0]
    losses = mu - sigma * CELLS * np.diff(density)
    case.check("cvar", risk.cvar(losses, alpha))
    # Value at risk is the upper end of the cell that reaches the confidence.
    case.check("var", risk.value_at_risk(mu + sigma * np.array([*bounds[1:-1], 99.0]), alpha))


def test_exponential_case() -> None:
    case = load_case("cvar_exp_01")
    rate, alpha = case.inputs["rate"], case.inputs["alpha"]
    survival = 1.0 - np.arange(CELLS + 1) / CELLS
    bounds = np.append(-np.log(survival[:-1]) / rate, 1e9)
    # Integral of the quantile function over each cell.
    partial = np.append(survival[:-1] * (bounds[:-1] + 1.0 / rate), 0.0)
    case.check("cvar", risk.cvar(-CELLS * np.diff(partial), alpha))
    case.check("var", risk.value_at_risk(bounds[1:], alpha))


def test_lognormal_case_lower_tail() -> None:
    """The tail of a multiple is its low end: losses are its negative."""
    case = load_case("cvar_lognormal_01")
    mu, sigma, tail = (case.inputs[key] for key in ("mu", "sigma", "tail"))
    bounds = np.array([-np.inf, *(NORMAL.inv_cdf(cell / CELLS) for cell in range(1, CELLS)), np.inf])
    below = np.array([NORMAL.cdf(bound - sigma) for bound in bounds])
    moic = CELLS * np.exp(mu + sigma**2 / 2.0) * np.diff(below)
    case.check("tail_mean", -risk.cvar(-moic, 1.0 - tail))
    case.check("mean", -risk.cvar(-moic, 0.0))
    lower_ends = np.exp(mu + sigma * bounds[:-1])
    case.check("quantile", -risk.value_at_risk(-lower_ends, 1.0 - tail))


@given(LOSSES, CONFIDENCE)
def test_cvar_is_the_minimum_it_is_defined_by(losses: list[float], confidence: float) -> None:
    """min over c of c + E[(L - c)+] / (1 - confidence); the minimum lies at one of the losses."""
    if confidence > 0.999:
        return
    sample = np.array(losses)
    objective = [c + np.maximum(sample - c, 0.0).mean() / (1.0 - confidence) for c in losses]
    assert risk.cvar(losses, confidence) == pytest.approx(min(objective), abs=1e-8)


@given(LOSSES, CONFIDENCE, st.floats(-50.0, 50.0), st.floats(0.01, 50.0))
def test_coherence(losses: list[float], confidence: float, shift: float, scale: float) -> None:
    sample = np.array(losses)
    value, tail = risk.value_at_risk(sample, confidence), risk.cvar(sample, confidence)
    slack = 1e-9 * (1.0 + np.abs(sample).max()) * (1.0 + scale)
    assert min(losses) - slack <= value <= tail + slack
    assert tail <= max(losses) + slack
    assert risk.cvar(sample + shift, confidence) == pytest.approx(shift + tail, abs=slack + 1e-9)
    assert risk.cvar(scale * sample, confidence) == pytest.approx(scale * tail, abs=slack)
    assert risk.cvar(sample, 0.0) == pytest.approx(sample.mean(), abs=slack)
    assert risk.cvar(sample, 1.0) == risk.value_at_risk(sample, 1.0) == max(losses)
    other = risk.cvar(np.sort(sample), confidence)
    assert other == pytest.approx(tail, abs=slack), "the order of paths does not matter"


@given(st.integers(0, 2**32 - 1), CONFIDENCE)
def test_diversification_never_adds_tail_risk(seed: int, confidence: float) -> None:
    first, second = np.random.default_rng(seed).standard_t(2.5, (2, 64))
    together = risk.cvar(first + second, confidence)
    assert together <= risk.cvar(first, confidence) + risk.cvar(second, confidence) + 1e-9


@given(LOSSES, st.lists(CONFIDENCE, min_size=2, max_size=2))
def test_tail_mean_grows_with_confidence(losses: list[float], levels: list[float]) -> None:
    low, high = sorted(levels)
    assert risk.cvar(losses, low) <= risk.cvar(losses, high) + 1e-7


@given(st.lists(st.one_of(st.floats(-1.0, 9.0), st.just(-1.0)), min_size=1, max_size=30), st.integers(0, 5))
def test_quantiles_like_numpy_and_without_the_undefined(values: list[float], undefined: int) -> None:
    probs = [0.0, 0.05, 0.25, 0.5, 0.95, 1.0]
    expected = np.quantile(values, probs)
    with_nan = np.array([*values, *[np.nan] * undefined])
    np.testing.assert_allclose(risk.quantiles(with_nan, probs), expected, rtol=1e-12, atol=1e-12)
    assert risk.quantiles(with_nan, 0.5) == pytest.approx(np.quantile(values, 0.5), abs=1e-12)
    assert risk.undefined_share(with_nan) == pytest.approx(undefined / len(with_nan))
    groups = risk.quantiles(np.stack([with_nan, with_nan[::-1]]), probs)
    np.testing.assert_allclose(groups, [expected, expected], rtol=1e-12, atol=1e-12)


def test_quantiles_keep_total_losses_and_infinities() -> None:
    assert risk.quantiles([-1.0, -1.0, -1.0, 0.2, np.nan], 0.5) == -1.0
    np.testing.assert_array_equal(risk.quantiles([1.0, np.inf, np.inf], [0.0, 0.5, 0.75]), [1.0, np.inf, np.inf])
    assert np.isnan(risk.quantiles([np.nan, np.nan], 0.5))


def test_undefined_and_impossible_arguments() -> None:
    assert np.isnan(risk.cvar([1.0, np.nan], 0.5)) and np.isnan(risk.value_at_risk([1.0, np.nan], 0.5))
    with pytest.raises(ValueError, match=r"95% is 0\.95"):
        risk.cvar([1.0], 95.0)
    with pytest.raises(ValueError, match="at least one path"):
        risk.value_at_risk([], 0.5)


def test_confidence_that_binary_cannot_hold() -> None:
    """0.07 * 100 and 0.28 * 100 are a hair above whole numbers."""
    losses = np.arange(1.0, 101.0)
    for percent in range(101):
        assert risk.value_at_risk(losses, percent / 100.0) == max(percent, 1)
        expected = losses[percent:].mean() if percent < 100 else 100.0
        assert risk.cvar(losses, percent / 100.0) == pytest.approx(expected, rel=1e-12)
