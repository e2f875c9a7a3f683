"""Present value, multiples, payback and lives: reference cases and what must always hold."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measures import returns
from tests.measures.cash_flows import idle_quarters, nasty_table
from tests.oracle_cases import Case, find_cases, load_case

FLOWS = st.lists(st.integers(-9, 9), min_size=1, max_size=12)


@pytest.mark.parametrize("case", list(find_cases("npv_xls_*")), ids=lambda case: case.id)
def test_npv_cases(case: Case) -> None:
    case.check("npv", returns.npv(case.inputs["rate"], case.inputs["cashflows"], periods_per_year=1))


@pytest.mark.parametrize("case", list(find_cases("payback_*")), ids=lambda case: case.id)
def test_payback_cases(case: Case) -> None:
    years = returns.payback(case.inputs["cashflows"], periods_per_year=1)
    case.check("payback_periods", years)
    case.check("recovered", bool(np.isfinite(years)))
    case.check("moic", returns.moic(case.inputs["cashflows"]))


def test_mirr_case() -> None:
    case = load_case("mirr_xls_01")
    flow = case.inputs["cashflows"]
    got = [returns.mirr(flow[: years + 1], finance, reinvest, 1) for finance, reinvest, years in case.inputs["cases"]]
    case.check("mirr", got)


def test_dated_cases() -> None:
    case = load_case("xirr_pyx_01")
    dates = [date.fromisoformat(day) for day in case.inputs["dates"]]
    rate, status = returns.xirr(dates, case.inputs["cashflows"])
    case.check("xirr", rate)
    assert status is returns.IrrStatus.ok
    case = load_case("xnpv_xls_01")
    dates = [date.fromisoformat(day) for day in case.inputs["dates"]]
    case.check("xnpv", returns.xnpv(case.inputs["rate"], dates, case.inputs["cashflows"]))


def test_dated_rate_takes_any_order_and_several_roots() -> None:
    days = [date(2026, 1, 1), date(2027, 1, 1), date(2028, 1, 1), date(2026, 1, 1)]
    rate, status = returns.xirr(days, [-60.0, 150.0, -50.0, -40.0])
    assert (rate, status) == (0.0, returns.IrrStatus.ok)
    rate, status = returns.xirr(days, [-60.0, 171.0, -72.0, -40.0])
    assert rate == pytest.approx(-0.04, abs=1e-9) and status is returns.IrrStatus.multiple
    assert returns.xirr(days[:1], [-5.0]) == (-1.0, returns.IrrStatus.total_loss)


MISSING = [None, np.datetime64("NaT"), pd.NaT, float("nan")]


@pytest.mark.parametrize("missing", MISSING)
@pytest.mark.filterwarnings("error")
def test_a_missing_date_leaves_dated_measures_undefined(missing: object) -> None:
    days = [date(2026, 1, 1), missing]
    rate, status = returns.xirr(days, [-1.0, 2.0])
    assert np.isnan(rate) and status is returns.IrrStatus.undefined
    assert np.isnan(returns.xnpv(0.1, days, [-1.0, 2.0]))


@pytest.mark.filterwarnings("error")
def test_dated_measures_answer_like_those_of_equal_periods() -> None:
    rate, status = returns.xirr([], [])
    assert np.isnan(rate) and status is returns.irr([])[1] is returns.IrrStatus.undefined
    assert returns.xnpv(0.1, [], []) == returns.npv(0.1, []) == 0.0
    days, flows = [date(2026, 1, 1), date(2027, 1, 1)], [-1.0, 2.0]
    for impossible in (-1.0, -2.0, float("nan")):
        assert np.isnan(returns.xnpv(impossible, days, flows)) and np.isnan(returns.npv(impossible, flows, 1))
    assert np.isnan(returns.xnpv(0.1, days, [-1.0, float("nan")]))
    assert returns.xirr(days, [-1.0, float("nan")])[1] is returns.IrrStatus.undefined


@pytest.mark.parametrize(("days", "flows", "said"), [(1, 2, r"\(1\) .* \(2\)"), (3, 0, r"\(3\) .* \(0\)")])
def test_lengths_that_differ_are_named(days: int, flows: int, said: str) -> None:
    dates, amounts = [date(2026, 1, 1)] * days, [1.0] * flows
    for ask in (lambda: returns.xirr(dates, amounts), lambda: returns.xnpv(0.1, dates, amounts)):
        with pytest.raises(ValueError, match=said):
            ask()


def test_weighted_average_life_cases() -> None:
    case = load_case("crwv_wal_01")
    case.check("wal_years", returns.wal(case.inputs["principal"], years=case.inputs["years"]))
    for name in ("loan_level_01", "loan_level_02"):
        case = load_case(name)
        repaid = -np.diff(case.expected["balance"], prepend=case.inputs["principal"])
        case.check("wal_years", returns.wal(repaid))
    case = load_case("loan_level_01")
    interest = (
        case.inputs["rate_q"] * case.inputs["principal"] * 4.0 * returns.wal([0, *case.expected["principal_paid"]])
    )
    case.check("total_interest", interest)
    assert np.isnan(returns.wal([0.0, 0.0]))


@given(st.integers(0, 2**32 - 1), st.floats(-0.6, 3.0))
def test_npv_of_rows_is_npv_of_each(seed: int, rate_y: float) -> None:
    flows = idle_quarters(12, 20, seed)
    value = returns.npv(rate_y, flows)
    discount = (1.0 + rate_y) ** (-np.arange(21) / 4.0)
    np.testing.assert_allclose(value, flows @ discount, rtol=1e-12, atol=1e-12 * np.abs(flows * discount).sum())
    np.testing.assert_array_equal(value, [returns.npv(rate_y, flow) for flow in flows])
    each = returns.npv(np.full(12, rate_y), np.ascontiguousarray(flows))
    np.testing.assert_allclose(each, value, rtol=1e-12, atol=1e-12 * np.abs(flows).max())


@given(FLOWS)
def test_npv_at_zero_is_the_sum(flow: list[int]) -> None:
    assert returns.npv(0.0, flow) == sum(flow)


@given(st.lists(st.floats(-100.0, 100.0), min_size=1, max_size=10), st.floats(0.0, 0.5))
def test_annual_flows_on_quarterly_columns(flow: list[float], rate_y: float) -> None:
    quarterly = np.zeros(4 * len(flow))
    quarterly[::4] = flow
    assert returns.npv(rate_y, quarterly) == pytest.approx(returns.npv(rate_y, flow, 1), abs=1e-9)


def test_npv_where_no_rate_is() -> None:
    flows = np.array([[-1.0, 2.0]] * 3)
    assert np.isnan(returns.npv([-1.0, np.nan, -2.0], flows)).all()
    assert returns.npv([0.0, 0.1], [-1.0, 2.0]).shape == (2,)


@given(FLOWS, st.integers(0, 6), st.sampled_from([1e-6, 7.0, 1e6]))
def test_padding_and_money_unit(flow: list[int], zeros: int, unit: float) -> None:
    """Trailing zeros change nothing, leading ones delay; the unit of money drops out of every ratio."""
    padded = unit * np.array([*flow, *[0] * zeros], dtype=float)
    assert returns.npv(0.08, padded) == pytest.approx(unit * returns.npv(0.08, flow), rel=1e-12, abs=1e-12 * unit)
    for measure in (returns.moic, returns.payback):
        np.testing.assert_allclose(measure(padded), measure(flow), rtol=1e-9, atol=1e-12)
    late = [*[0] * zeros, *flow]
    assert returns.npv(0.08, late) == pytest.approx(1.08 ** (-zeros / 4.0) * returns.npv(0.08, flow), abs=1e-9)


@given(FLOWS)
def test_payback_is_the_first_crossing(flow: list[int]) -> None:
    """Against a plain loop; and rows are what each would be alone."""
    running, was_below, expected = 0, False, None
    for t, amount in enumerate(flow):
        if running < 0 <= running + amount and expected is None:
            expected = t - 1 - running / amount
        running += amount
        was_below |= running < 0
    if expected is None:
        expected = float("inf") if was_below else 0.0
    assert returns.payback(flow, 1) == pytest.approx(expected)
    table = np.array([flow, flow[::-1]], dtype=float)
    np.testing.assert_array_equal(returns.payback(table), [returns.payback(row) for row in table])


def test_payback_of_par_exactly_repaid() -> None:
    """Ten times a tenth is not one in binary; the loan is repaid all the same."""
    assert returns.payback([-1.0, *[0.1] * 10], 1) == pytest.approx(10.0)
    assert np.isinf(returns.payback([-1.0, *[0.1] * 9, 0.0999999], 1))


@given(FLOWS, FLOWS)
def test_multiple_and_its_curve(contrib: list[int], distrib: list[int]) -> None:
    length = min(len(contrib), len(distrib))
    paid, received = -np.abs(contrib[:length]), np.abs(distrib[:length])
    multiple, curve = returns.moic(paid, received), returns.dpi(paid, received)
    assert curve.shape == (length,)
    np.testing.assert_allclose(curve[-1], multiple)
    if paid.sum() == 0:
        assert np.isnan(multiple)
    else:
        assert multiple == pytest.approx(received.sum() / -paid.sum())
        net = returns.moic(paid + received)
        gain = received.sum() + paid.sum()
        # Netting a quarter moves the multiple away from one, or leaves nothing invested at all.
        assert np.isnan(net) or abs(net - 1.0) >= abs(multiple - 1.0) - 1e-12 or gain == 0


def test_modified_rate_at_the_edges() -> None:
    rate = returns.mirr(nasty_table()[[2, 3, 4, 9]], 0.1, 0.05)
    assert np.isnan(rate[0]) and rate[1] == rate[2] == -1.0 and np.isfinite(rate[3])
    assert returns.mirr([-5.0], 0.1, 0.1) == -1.0


def test_modified_rate_at_the_rate_itself() -> None:
    """Financing and reinvesting at the rate of return leaves the rate of return."""
    flow = [-100.0, 20.0, -10.0, 80.0, 40.0]
    rate, _ = returns.irr(flow)
    assert returns.mirr(flow, rate, rate) == pytest.approx(rate)
