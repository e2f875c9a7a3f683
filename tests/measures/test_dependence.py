"""Rank and tail correlation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from models.measures import risk


def matrix(seed: int, paths: int = 200) -> np.ndarray:
    """Correlated outcomes, two of them with an atom at total loss and one coarse: plenty of ties."""
    generator = np.random.default_rng(seed)
    common = generator.normal(size=(paths, 1))
    values = 0.6 * common + generator.normal(size=(paths, 4))
    values[:, :2] = np.maximum(values[:, :2], -0.5)
    values[:, 2] = np.round(values[:, 2])
    return values


@given(st.integers(0, 2**32 - 1))
def test_ranks_like_scipy(seed: int) -> None:
    values = matrix(seed)
    result = risk.rank_correlation(values)
    np.testing.assert_allclose(result, stats.spearmanr(values).statistic, atol=1e-12)
    np.testing.assert_array_equal(np.diag(result), 1.0)
    np.testing.assert_array_equal(result, result.T)


@given(st.integers(0, 2**32 - 1))
def test_monotone_transforms_and_path_order_change_nothing(seed: int) -> None:
    values = matrix(seed)
    order = np.random.default_rng(seed).permutation(len(values))
    for measure in (risk.rank_correlation, risk.tail_correlation):
        np.testing.assert_allclose(measure(values[order]), measure(values), atol=1e-12)
        np.testing.assert_allclose(measure(np.exp(values)), measure(values), atol=1e-12)


def test_constant_and_undefined_columns_have_no_correlation() -> None:
    values = matrix(1)
    values[:, 1] = 0.1  # not representable: its mean differs from it in the last bit
    values[3, 2] = np.nan
    for measure in (risk.rank_correlation, risk.tail_correlation):
        result = measure(values)
        for column in (1, 2):
            assert np.isnan(result[column]).all() and np.isnan(result[:, column]).all()
        assert np.isfinite(result[np.ix_([0, 3], [0, 3])]).all()
    low, high = risk.rank_correlation_interval(values, np.random.default_rng(1), draws=5)
    assert np.isnan(low[1]).all() and np.isnan(high[2]).all() and low[0, 3] < high[0, 3]


def test_interval_is_that_of_a_plain_bootstrap() -> None:
    """Counting draws per path gives exactly what ranking the drawn rows gives."""
    values = matrix(2, paths=60)
    low, high = risk.rank_correlation_interval(values, np.random.default_rng(9), level=0.9, draws=50)
    generator = np.random.default_rng(9)
    drawn = [stats.spearmanr(values[generator.integers(0, 60, 60)]).statistic for _ in range(50)]
    np.testing.assert_allclose(low, np.quantile(drawn, 0.05, axis=0), atol=1e-12)
    np.testing.assert_allclose(high, np.quantile(drawn, 0.95, axis=0), atol=1e-12)


def test_interval_covers_and_repeats() -> None:
    values = matrix(3, paths=2000)
    low, high = risk.rank_correlation_interval(values, np.random.default_rng(4))
    again, _ = risk.rank_correlation_interval(values, np.random.default_rng(4))
    np.testing.assert_array_equal(low, again)
    result = risk.rank_correlation(values)
    assert ((low <= result) & (result <= high)).all()
    assert (high - low)[0, 3] == pytest.approx(2 * 1.96 / np.sqrt(2000), rel=0.35)


def test_tail_of_independent_equal_and_opposite_assets() -> None:
    generator = np.random.default_rng(5)
    first, second = generator.normal(size=(2, 100_000))
    result = risk.tail_correlation(np.column_stack([first, second, first**3, -first]), tail=0.1)
    assert abs(result[0, 1]) < 0.02
    assert result[0, 2] == pytest.approx(1.0)
    assert result[0, 3] == pytest.approx(-0.1 / 0.9)


def test_tail_sees_what_ranks_do_not() -> None:
    """Two assets that fail together and are otherwise unrelated."""
    generator = np.random.default_rng(6)
    first, second = generator.normal(size=(2, 20_000))
    together = generator.random(20_000) < 0.1
    first[together] -= 10.0
    second[together] -= 10.0
    values = np.column_stack([first, second])
    assert risk.tail_correlation(values, 0.1)[0, 1] > 0.95
    assert risk.rank_correlation(values)[0, 1] < 0.4


def test_ties_at_the_boundary_share_the_tail() -> None:
    """Half of all paths are total losses: being one of them must not make a tail of ten percent into fifty."""
    generator = np.random.default_rng(7)
    first = np.maximum(generator.normal(size=50_000), 0.0)
    second = generator.normal(size=50_000)
    result = risk.tail_correlation(np.column_stack([first, second, first + 5.0]), 0.1)
    assert abs(result[0, 1]) < 0.03
    assert result[0, 2] == pytest.approx(1.0)
