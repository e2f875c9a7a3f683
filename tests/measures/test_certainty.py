"""The sure return a year while invested: exact for sure flows of any length, and never moved by what is no risk."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basis.investor import Rates
from models.engine.position import sure_gain
from models.measures import returns

RATES = st.floats(-0.3, 0.6)
CASH = st.floats(0.0, 0.09)
MONEY = st.floats(0.01, 1e3)
GAINS = st.floats(-0.95, 5.0)
LOAN = np.array([0.0, *[0.15] * 8])
COMPANY = np.array([*[0.0] * 40, 4.0])
PAID = {"loan": np.array([1.0]), "company": np.array([1.0, 0.0, 0.2])}


def padded(*amounts: np.ndarray) -> list[np.ndarray]:
    """The same amounts, as long as the longest."""
    length = max(map(len, amounts))
    return [np.pad(each, (0, length - len(each))) for each in amounts]


def sure(paid: np.ndarray, received: np.ndarray, gain: float, cash: float = 0.05) -> float:
    return returns.certainty_equivalent_return(*padded(paid, received), gain, cash)


@given(RATES, CASH, st.lists(MONEY, min_size=1, max_size=40), st.integers(0, 8))
def test_a_sure_flow_earns_its_rate_over_cash_however_long_it_lasts(
    rate: float, cash: float, paid_back: list[float], wait: int
) -> None:
    """A bullet, an annuity or anything between: money lent at r is worth r less cash."""
    received = np.array([0.0] * (1 + wait) + paid_back)
    price = float(returns.npv(rate, received))
    paid, received = padded(np.array([price]), received)
    worth = float(returns.npv(cash, received))
    assert sure(paid, received, worth / price - 1.0, cash) == pytest.approx(rate - cash, abs=1e-9)


@given(RATES, CASH)
def test_drawn_step_by_step_it_still_earns_its_rate(rate: float, cash: float) -> None:
    paid = np.array([1.0, 2.0, 0.5, 0.0, 0.0, 0.0])
    balance = np.zeros(6)
    for t in range(6):
        balance[t] = (balance[t - 1] * (1.0 + rate) ** 0.25 if t else 0.0) + paid[t]
    received = np.array([0.0] * 5 + [balance[5]])
    worth, cost = (float(returns.npv(cash, x)) for x in (received, paid))
    assert sure(paid, received, worth / cost - 1.0, cash) == pytest.approx(rate - cash, abs=1e-9)


@pytest.mark.parametrize("name", PAID)
@given(GAINS, st.floats(1e-6, 1e9))
def test_neither_scale_nor_empty_quarters_move_it(name: str, gain: float, scale: float) -> None:
    paid, received = padded(PAID[name], LOAN if name == "loan" else COMPANY)
    once = sure(paid, received, gain)
    assert sure(scale * paid, scale * received, gain) == pytest.approx(once, abs=1e-9)
    assert sure(paid, np.append(received, np.zeros(12)), gain) == pytest.approx(once, abs=1e-12)


@pytest.mark.parametrize("received", [LOAN, COMPANY])
@given(GAINS, GAINS)
def test_it_has_the_sign_of_the_gain_and_rises_with_it(received: np.ndarray, one: float, other: float) -> None:
    low, high = (sure(np.array([1.0]), received, gain) for gain in sorted((one, other)))
    assert low <= high + 1e-12
    assert sure(np.array([1.0]), received, 0.0) == pytest.approx(0.0, abs=1e-12)
    if abs(one) > 1e-9:
        assert np.sign(sure(np.array([1.0]), received, one)) == np.sign(one)


@given(st.lists(st.floats(-1.0, 5.0), min_size=2, max_size=20), st.floats(0.0, 9.0), st.floats(0.1, 1.0))
def test_it_falls_with_aversion_and_knows_no_order_of_paths(values: list[float], aversion: float, more: float) -> None:
    def yearly(paths: list[float], dislike: float) -> float:
        return sure(np.array([1.0]), COMPANY, float(sure_gain(np.array(paths), Rates(risk_aversion=dislike))))

    assert yearly(values, aversion + more) <= yearly(values, aversion) + 1e-9
    assert yearly(values[::-1], aversion) == pytest.approx(yearly(values, aversion), abs=1e-9)


def test_the_same_gain_is_worth_more_a_year_where_money_is_back_sooner() -> None:
    short, long = sure(np.array([1.0]), LOAN, 0.1), sure(np.array([1.0]), COMPANY, 0.1)
    assert short > 5.0 * long > 0.0
    years = [returns.years_at_stake(*padded(np.array([1.0]), each), 0.05) for each in (LOAN, COMPANY)]
    assert 1.1 < years[0] < 1.125, "each of eight quarters, the later ones worth less"
    assert years[1] == pytest.approx(10.0)
    for gain, n, found in ((0.1, years[0], short), (0.1, years[1], long)):
        assert 1.05 * ((1.0 + gain) ** (1.0 / n) - 1.0) == pytest.approx(found, rel=0.03)


def test_at_the_edges() -> None:
    assert sure(np.array([1.0]), np.zeros(5), -0.4) == -1.05, "nothing comes back"
    assert sure(np.array([1.0]), LOAN, -1.0) == -1.05 == sure(np.array([1.0]), LOAN, -3.0), "all is lost for sure"
    assert np.isnan(sure(np.zeros(1), LOAN, 0.1)), "nothing is paid in"
    assert np.isnan(sure(np.array([0.0, 0.0, 1.0]), np.array([2.0, 0.0, 0.0]), 0.1)), "it is a borrower's flow"
    assert np.isnan(sure(np.array([1.0]), LOAN, np.nan))
    several = returns.certainty_equivalent_return(*padded(np.array([1.0]), LOAN), np.array([-0.2, 0.0, 0.3]), 0.05)
    assert several == pytest.approx([sure(np.array([1.0]), LOAN, gain) for gain in (-0.2, 0.0, 0.3)])
