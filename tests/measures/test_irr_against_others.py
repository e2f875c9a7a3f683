"""Rates against numpy-financial and pyxirr, where those can be trusted: one sign change."""

from datetime import date, timedelta

import numpy as np
import numpy_financial as npf
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from models.measures.returns import IrrStatus, irr, mirr, npv, xirr, xnpv
from tests.measures.cash_flows import FloatArray, investments, investments_with_rate


@given(investments_with_rate())
def test_one_rate_like_pyxirr(flow_and_rate: tuple[FloatArray, float]) -> None:
    flow, _ = flow_and_rate
    other = pyxirr.irr(flow.tolist())
    rate, _ = irr(flow, periods_per_year=1)
    if other is not None and -0.5 < rate < 2.0:  # farther out it stops at a tolerance on present value
        assert rate == pytest.approx(other, abs=1e-6)


def test_many_rates_like_both() -> None:
    flows = investments(300, 40, 11)
    rate, status = irr(flows, periods_per_year=1)
    assert (status == IrrStatus.ok).all()
    np.testing.assert_allclose(rate, [pyxirr.irr(flow.tolist()) for flow in flows], rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(rate, [npf.irr(flow) for flow in flows], rtol=0.0, atol=1e-9)


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.floats(0.01, 50.0)), min_size=1, max_size=12),
    st.floats(1.0, 200.0),
)
def test_dated_rate_like_pyxirr(inflows: list[tuple[int, float]], outflow: float) -> None:
    start = date(2026, 3, 31)
    dates = [start, *(start + timedelta(days=days) for days, _ in inflows)]
    flow = [-outflow, *(amount for _, amount in inflows)]
    rate, status = xirr(dates, flow)
    assert status is IrrStatus.ok
    if -1.0 < rate < np.inf:  # half lost or everything doubled in a day rounds to either; the status stays ok
        # Weigh each flow from the last date back, so that a rate near -100% cannot overflow.
        years = np.array([(max(dates) - day).days / 365.0 for day in dates])
        weight = np.exp(np.log1p(rate) * np.where(rate < 0.0, years, years - years[0]))
        assert abs(weight @ flow) <= 1e-7 * (weight @ np.abs(flow)) or rate < -0.99999
    other = pyxirr.xirr(dates, flow)
    if other is not None and -0.99 < rate < 100.0:
        assert rate == pytest.approx(other, rel=1e-6, abs=1e-8)
        assert xnpv(rate, dates, flow) == pytest.approx(0.0, abs=1e-6 * sum(np.abs(flow)))


@given(st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=30), st.floats(-0.5, 1.0), st.floats(0.0, 0.5))
def test_present_value_and_modified_rate(flow: list[float], rate: float, other_rate: float) -> None:
    gross = npv(rate, np.abs(flow), 1) + 1.0
    assert npv(rate, flow, 1) == pytest.approx(float(npf.npv(rate, flow)), abs=1e-9 * gross)
    if min(flow) < -0.01 and max(flow) > 0.01:
        expected = float(npf.mirr(np.array(flow), other_rate, rate))
        assert mirr(flow, other_rate, rate, 1) == pytest.approx(expected, rel=1e-9, abs=1e-9)
