"""Standard errors from replicates: against the definition, and blind to the order of paths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures import risk
from models.measures.standard_errors import by_replicate

REPLICATES, SIZE = 8, 64
PROBS = [0.05, 0.5, 0.95]


def sample(seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.standard_t(4.0, REPLICATES * SIZE), np.repeat(np.arange(REPLICATES) * 10, SIZE)


@given(st.integers(0, 2**32 - 1))
def test_fast_versions_equal_the_definition(seed: int) -> None:
    values, replicate = sample(seed)
    groups = values.reshape(REPLICATES, SIZE)

    def error(each: np.ndarray) -> np.ndarray:
        return np.std(each, axis=0, ddof=1) / np.sqrt(REPLICATES)

    np.testing.assert_allclose(risk.mean_standard_error(values, replicate), error(groups.mean(axis=1)))
    expected = error(np.quantile(groups, PROBS, axis=1).T)
    np.testing.assert_allclose(risk.quantile_standard_error(values, PROBS, replicate), expected)
    np.testing.assert_allclose(risk.quantile_standard_error(values, 0.5, replicate), expected[1])
    expected = error((groups < 0.3).mean(axis=1))
    np.testing.assert_allclose(risk.probability_standard_error(values, 0.3, replicate), expected)
    expected = error(np.array([risk.cvar(group, 0.95) for group in groups]))
    np.testing.assert_allclose(risk.cvar_standard_error(values, 0.95, replicate), expected)


@given(st.integers(0, 2**32 - 1))
def test_fast_versions_equal_the_general_one_in_any_order(seed: int) -> None:
    values, replicate = sample(seed)
    order = np.random.default_rng(seed + 1).permutation(len(values))
    for statistic, fast in (
        (np.mean, risk.mean_standard_error(values, replicate)),
        (lambda v: risk.quantiles(v, PROBS), risk.quantile_standard_error(values, PROBS, replicate)),
        (lambda v: risk.probability_below(v, 0.3), risk.probability_standard_error(values, 0.3, replicate)),
        (lambda v: risk.cvar(v, 0.95), risk.cvar_standard_error(values, 0.95, replicate)),
    ):
        general = risk.replicate_standard_error(statistic, values[order], replicate[order])
        np.testing.assert_allclose(general, fast, rtol=1e-12, atol=1e-12)
    shuffled = risk.quantile_standard_error(values[order], PROBS, replicate[order])
    np.testing.assert_array_equal(shuffled, risk.quantile_standard_error(values, PROBS, replicate))
    shuffled = risk.mean_standard_error(values[order], replicate[order])
    assert shuffled == pytest.approx(risk.mean_standard_error(values, replicate), rel=1e-12)


def test_several_assets_at_once() -> None:
    values, replicate = sample(5)
    table = np.stack([values, values**2])
    for fast in (risk.mean_standard_error, lambda v, r: risk.cvar_standard_error(v, 0.9, r)):
        np.testing.assert_allclose(fast(table, replicate), [fast(row, replicate) for row in table])
    errors = risk.quantile_standard_error(table, PROBS, replicate)
    assert errors.shape == (2, len(PROBS))
    np.testing.assert_allclose(errors[1], risk.quantile_standard_error(values**2, PROBS, replicate))
    matrix = risk.replicate_standard_error(risk.rank_correlation, table.T, replicate)
    assert matrix.shape == (2, 2) and matrix[0, 0] == 0.0 and matrix[0, 1] > 0.0


def test_one_randomization_says_nothing_about_its_error() -> None:
    values, replicate = sample(6)
    one = np.zeros_like(replicate)
    assert np.isnan(risk.mean_standard_error(values, one))
    assert np.isnan(risk.quantile_standard_error(values, PROBS, one)).all()
    assert np.isnan(risk.replicate_standard_error(np.mean, values, one))
    assert np.isnan(risk.cvar_standard_error([2.0], 0.95, [0])), "one path alone is one randomization too"
    assert np.isnan(risk.probability_standard_error(np.append(values[1:], np.nan), 0.0, replicate))


def test_error_of_a_mean_of_independent_paths() -> None:
    """Over many samples the estimate agrees with sigma / sqrt(n)."""
    generator = np.random.default_rng(7)
    values = generator.normal(0.0, 3.0, (400, REPLICATES * SIZE))
    errors = risk.mean_standard_error(values, np.repeat(np.arange(REPLICATES), SIZE))
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(3.0 / np.sqrt(REPLICATES * SIZE), rel=0.05)


def test_replicates_must_match_the_paths() -> None:
    values, replicate = sample(8)
    with pytest.raises(ValueError, match="equal size"):
        by_replicate(values[1:], replicate[1:])
    with pytest.raises(ValueError, match="equal size"):
        by_replicate(np.arange(4.0), [0, 0, 0, 1])
    with pytest.raises(ValueError, match="name every path"):
        by_replicate(values, replicate[1:])
