"""Rates against numpy-financial and pyxirr, where those can be trusted: one sign change."""

import numpy as np
import numpy_financial as npf
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from models.measures.returns import IrrStatus, irr, npv
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


@given(st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=30), st.floats(-0.5, 1.0))
def test_present_value_like_numpy_financial(flow: list[float], rate: float) -> None:
    gross = npv(rate, np.abs(flow), 1) + 1.0
    assert npv(rate, flow, 1) == pytest.approx(float(npf.npv(rate, flow)), abs=1e-9 * gross)
