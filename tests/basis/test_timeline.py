"""The quarterly grid: sums over time."""

import numpy as np

from models.basis.timeline import running_product, running_sum


def test_running_sums_are_those_of_numpy_bit_by_bit_and_time_major() -> None:
    values = np.random.default_rng(1).normal(size=(7, 41)) * 1e6
    for layout in (np.ascontiguousarray, np.asfortranarray):
        found = running_sum(layout(values)), running_product(layout(values) / 1e6)
        np.testing.assert_array_equal(found[0], np.cumsum(values, axis=1))
        np.testing.assert_array_equal(found[1], np.cumprod(values / 1e6, axis=1))
        assert all(each.flags.f_contiguous for each in found)
