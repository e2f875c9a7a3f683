"""What must hold for rates of return, whatever the flows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures.returns import IrrStatus, borrowing_rate, irr, irr_roots, npv, status_names
from tests.measures.cash_flows import (
    FloatArray,
    flows_with_roots,
    idle_quarters,
    investments,
    investments_with_rate,
    nasty_table,
)


@given(investments_with_rate())
def test_present_value_at_the_rate_is_zero(flow_and_rate: tuple[FloatArray, float]) -> None:
    flow, expected = flow_and_rate
    rate, status = irr(flow, periods_per_year=1)
    assert status is IrrStatus.ok
    assert abs(npv(rate, flow, periods_per_year=1)) <= 1e-8 * npv(rate, np.abs(flow), periods_per_year=1)
    assert np.log1p(rate) == pytest.approx(np.log1p(expected), abs=1e-10, rel=1e-10)


@given(st.integers(0, 2**32 - 1), st.integers(2, 41))
def test_hurdle_equal_to_the_rate_is_worth_nothing(seed: int, periods: int) -> None:
    """Annual rates of quarterly flows, and flows with idle quarters too, wherever there is a root."""
    flows = np.vstack([investments(16, periods, seed), idle_quarters(16, max(periods, 5), seed)[:, : periods + 1]])
    rate, status = irr(flows)
    has_root = (status == IrrStatus.ok) | (status == IrrStatus.multiple)
    assert has_root[:16].all()
    value, gross = npv(rate, flows), npv(rate, np.abs(flows))
    assert (np.abs(value) <= 1e-8 * gross)[has_root].all()


def test_each_row_is_what_it_would_be_alone() -> None:
    """Bit for bit, with every pathological row in the batch."""
    nasty = nasty_table(42)[:, :42]
    flows = np.vstack([nasty, investments(300, 41, 1), nasty, idle_quarters(300, 41, 2)])
    rate, status = irr(flows)
    shuffle = np.random.default_rng(3).permutation(len(flows))
    shuffled_rate, shuffled_status = irr(flows[shuffle])
    np.testing.assert_array_equal(shuffled_rate, rate[shuffle])
    np.testing.assert_array_equal(shuffled_status, status[shuffle])
    for row, flow in enumerate(flows):
        alone, alone_status = irr(flow)
        np.testing.assert_array_equal(alone, rate[row])
        assert alone_status == status[row]


def test_blocks_and_memory_order_change_nothing() -> None:
    flows = idle_quarters(9000, 12, 4)
    rate, status = irr(flows)
    c_ordered = np.ascontiguousarray(flows)
    for other in (c_ordered, c_ordered[::-1][::-1], np.asfortranarray(c_ordered)):
        np.testing.assert_array_equal(irr(other)[0], rate)
        np.testing.assert_array_equal(irr(other)[1], status)
    np.testing.assert_array_equal(irr(flows[8000:])[0], rate[8000:])


@given(flows_with_roots())
def test_rules_for_flows_with_known_roots(flow_and_roots: tuple[FloatArray, list[float]]) -> None:
    flow, roots = flow_and_roots
    np.testing.assert_allclose(irr_roots(flow, 1), roots, rtol=1e-7, atol=1e-9)
    rate, status = irr(flow, 1)
    signs = np.sign(flow[flow != 0.0])
    if np.count_nonzero(signs[1:] != signs[:-1]) == 1 and signs[0] < 0.0:
        admissible = roots
    else:
        admissible = [root for root in roots if (root < 0.0) == (flow.sum() < 0.0)]
        if not admissible and flow.sum() < 0.0 and signs[0] < 0.0:  # money was lost, yet only rates above zero exist
            admissible = roots
    if admissible:
        assert rate == pytest.approx(min(admissible, key=lambda root: abs(np.log1p(root))), rel=1e-7, abs=1e-9)
        assert status is (IrrStatus.ok if len(admissible) == 1 else IrrStatus.multiple)
    else:
        assert status is IrrStatus.no_root
        assert rate == -1.0 if flow.sum() < 0.0 else np.isnan(rate)


@given(st.lists(st.integers(-9, 9), min_size=0, max_size=9))
def test_status_follows_from_signs_and_sums(flow: list[int]) -> None:
    rate, status = irr(flow, 1)
    if not any(flow):
        assert status is IrrStatus.undefined and np.isnan(rate)
    elif min(flow) >= 0:
        assert status is IrrStatus.no_investment and np.isnan(rate)
    elif max(flow) <= 0:
        assert status is IrrStatus.total_loss and rate == -1.0
    else:
        assert status in (IrrStatus.ok, IrrStatus.multiple, IrrStatus.no_root)
        if status is IrrStatus.no_root:
            assert np.isnan(rate) if sum(flow) >= 0 else rate == -1.0
        else:
            assert rate > -1.0
            is_paired = status is IrrStatus.multiple and next(x for x in flow if x) < 0
            assert np.sign(rate) == np.sign(sum(flow)) or abs(rate) < 1e-9 or is_paired


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9), st.integers(0, 5), st.integers(0, 5))
def test_zeros_at_the_ends_change_nothing(flow: list[int], before: int, after: int) -> None:
    rate, status = irr(flow)
    padded, padded_status = irr([*[0] * before, *flow, *[0] * after])
    assert padded_status is status
    np.testing.assert_allclose(padded, rate, rtol=1e-9, atol=1e-10)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9), st.floats(1e-6, 1e6))
def test_unit_of_money_changes_nothing(flow: list[int], unit: float) -> None:
    rate, status = irr(flow)
    scaled, scaled_status = irr(unit * np.array(flow))
    assert scaled_status is status
    np.testing.assert_allclose(scaled, rate, rtol=1e-9, atol=1e-10)


@given(investments_with_rate())
def test_borrowing_has_the_roots_of_investing_but_is_no_investment_return(
    flow_and_rate: tuple[FloatArray, float],
) -> None:
    flow, _ = flow_and_rate
    np.testing.assert_allclose(irr_roots(-flow, 1), irr_roots(flow, 1), rtol=1e-9, atol=1e-12)
    rate, status = irr(-flow, 1)
    if abs(flow.sum()) > 1e-9 * np.abs(flow).sum():
        assert status is IrrStatus.no_root
        assert rate == -1.0 if flow.sum() > 0.0 else np.isnan(rate)


@given(investments_with_rate())
def test_a_borrower_pays_what_his_lender_earns(flow_and_rate: tuple[FloatArray, float]) -> None:
    flow, _ = flow_and_rate
    np.testing.assert_equal(borrowing_rate(-flow, 1), irr(flow, 1)[0])
    assert np.isnan(borrowing_rate(flow, 1)), "an investment borrows nothing"


def test_a_borrowers_rate_is_that_of_money_first_and_paid_back_later() -> None:
    flows = np.array([[100.0, -60.0, -60.0], [-100.0, 60.0, 60.0], [100.0, 0.0, 0.0], [-1.0, 0.0, 0.0],
                      [100.0, -160.0, 60.0], [0.0, 0.0, 0.0], [0.0, 100.0, -110.0]])
    nan = float("nan")
    rates = borrowing_rate(flows, 1)
    assert rates == pytest.approx([0.130662386, nan, nan, nan, nan, nan, 0.10], nan_ok=True)
    assert borrowing_rate(flows[0], 1) == rates[0]
    assert np.isnan(borrowing_rate([], 1))


@pytest.mark.parametrize("periods", [1, 4, 40])
def test_total_loss_is_the_limit_of_tiny_proceeds(periods: int) -> None:
    """The rate of -1 now and epsilon at the end falls to -100% as epsilon vanishes, where the rule puts it."""
    proceeds = 10.0 ** -np.arange(3, 13)
    flows = np.zeros((len(proceeds), periods + 1))
    flows[:, 0], flows[:, -1] = -1.0, proceeds
    rate, status = irr(flows, periods_per_year=1)
    assert (status == IrrStatus.ok).all()
    np.testing.assert_allclose(1.0 + rate, proceeds ** (1.0 / periods), rtol=1e-3, atol=0.0)
    assert (np.diff(rate) < 0.0).all() and (rate > -1.0).all()
    assert irr([-1.0, *[0.0] * periods]) == (-1.0, IrrStatus.total_loss)


def test_sum_of_zero_is_a_rate_of_zero() -> None:
    """Also when the sum is zero only up to rounding; other roots count if they are above zero."""
    assert irr([-100.0, 150.0, -50.0], 1) == (0.0, IrrStatus.ok)
    assert irr([-0.1, 0.3, -0.2], 1) == (0.0, IrrStatus.multiple)
    np.testing.assert_allclose(irr_roots([-0.1, 0.3, -0.2], 1), [0.0, 1.0], atol=1e-12)


def test_pair_of_roots_between_grid_points_is_found() -> None:
    """Rates a tenth of a percent apart: the scan must not mistake them for none."""
    flow = np.convolve([-1.0, 1.30], [1.0, -1.31])
    np.testing.assert_allclose(irr_roots(flow, 1), [0.30, 0.31], atol=1e-8)
    flow = -np.convolve([-1.0, 0.70], [1.0, -0.71])
    rate, status = irr(np.append(flow, 0.0), 1)
    assert status is IrrStatus.no_root, "money was gained, so roots below zero do not count"
    rate, status = irr(-flow, 1)
    assert rate == pytest.approx(-0.29, abs=1e-8)
    assert status is IrrStatus.multiple


def test_long_horizons_do_not_overflow() -> None:
    monthly = np.full((1, 481), 1.0)
    monthly[0, 0] = -1e-3
    rate, status = irr(monthly, 1)
    assert rate[0] == pytest.approx(1000.0, rel=1e-3) and status[0] == IrrStatus.ok
    monthly[0, 1:480] = 0.0
    monthly[0, 480] = 1e-250
    rate, status = irr(monthly, 1)
    assert rate[0] == pytest.approx((1e-247) ** (1.0 / 480.0) - 1.0) and status[0] == IrrStatus.ok


def test_shapes_and_names() -> None:
    rate, status = irr([-1.0, 2.0], 1)
    assert isinstance(rate, float) and status is IrrStatus.ok
    rate, status = irr(np.empty((0, 41)))
    assert rate.shape == status.shape == (0,)
    rate, status = irr(nasty_table())
    assert rate.shape == status.shape == (len(nasty_table()),)
    assert status_names(status)[5] == status_names(3) == "no_investment" == IrrStatus.no_investment.name
    with pytest.raises(ValueError, match="3 dimensions"):
        irr(np.zeros((2, 2, 2)))
