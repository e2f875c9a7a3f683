"""GPU-backed loans against an independent implementation at 16,384 paths (model 5.3).

By overcapacity 0, .25, .6, 1. The table of the model was computed with collateral that has no salvage value at the end
of its life, which its own equation includes: LGD is about four points higher there, PD half a point. The tolerance on
loss given default holds that difference; everything else is within the model's tolerance.
"""

import pytest

from tests.engine.figures import LOANS, PEAKS, figures

SALVAGE = 0.045  # points of LGD that the end-of-life value of the machines is worth to a lender
# PD %, LGD %, EL %, WAL years, median least DSCR, EL over WAL in bp a year.
TABLE: dict[str, tuple[str, str, str, float, tuple[float, float], str]] = {
    "base SPV non-IG": ("11/15/19/22", "55/61/67/72", "2.2/3.7/5.6/7.3", 2.15, (1.30, 1.27), "103/174/266/355"),
    "base SPV IG": ("1.6/2.1/2.5/2.7", "55/62/67/72", ".35/.54/.74/.92", 2.2, (1.28, 1.25), "16/25/34/42"),
    "75% non-IG, 1.407": ("12/16/21/24", "54/60/66/71", "2.4/4.0/6.1/7.9", 2.15, (1.67, 1.64), "110/188/290/385"),
    "75% IG, 1.407": ("1.8/2.2/2.6/2.9", "55/61/67/71", ".37/.56/.79/.97", 2.2, (1.75, 1.72), "17/26/36/44"),
    "85% non-IG, 1.407": ("13/17/21/24", "57/63/69/74", "2.8/4.4/6.4/8.1", 2.15, (1.41, 1.38), "125/203/302/391"),
    "75% non-IG, q .70": ("11/16/23/36", "54/60/64/63", "2.1/3.7/5.9/8.7", 2.05, (1.06, 0.87), "100/177/290/442"),
    "75% merchant": ("59/83/97/100", "49/52/56/59", "13/24/36/44", 1.55, (0.51, 0.23), "694/1445/2611/3662"),
}
# Equity at cost: median IRR % and P(loss).
EQUITY = {
    "base SPV non-IG": ("19/16/14/12", ".11/.15/.19/.23"),
    "base SPV IG": ("15/14/12/10", ".03/.05/.07/.11"),
    "75% non-IG, 1.407": ("46/45/43/41", ".05/.08/.10/.12"),
    "75% IG, 1.407": ("50/49/47/46", ".01/.01/.01/.01"),
    "85% non-IG, 1.407": ("52/50/47/45", ".05/.08/.10/.12"),
    "75% non-IG, q .70": ("19/9/0/-12", ".17/.31/.50/.71"),
    "75% merchant": ("24/-43/-83/-95", ".38/.67/.90/.98"),
}
SPREAD = {
    "base SPV non-IG": 400, "base SPV IG": 225, "75% non-IG, 1.407": 400, "75% IG, 1.407": 225,
    "85% non-IG, 1.407": 600,
}
each_loan = pytest.mark.parametrize("name", TABLE)
each_peak = pytest.mark.parametrize("peak", PEAKS)


def at(text: str, peak: float) -> float:
    return float(text.split("/")[PEAKS.index(peak)])


@each_peak
@each_loan
def test_loans(name: str, peak: float) -> None:
    default, given_default, expected, life, coverage, _ = TABLE[name]
    got = figures(LOANS[name], peak, ("gpu_debt",)).fair.loc["gpu_debt"]
    assert got["default_probability"] == pytest.approx(at(default, peak) / 100, abs=0.025)
    assert got["loss_given_default"] == pytest.approx(at(given_default, peak) / 100, abs=0.01 + SALVAGE)
    assert got["expected_loss"] == pytest.approx(at(expected, peak) / 100, rel=0.09, abs=0.001)
    if name != "75% merchant":
        assert got["wal_years"] == pytest.approx(life, abs=0.09)
    low, high = sorted(coverage)
    assert low - 0.01 <= got["min_dscr_p50"] <= high + 0.01


@each_peak
@each_loan
def test_equity_under_loans(name: str, peak: float) -> None:
    rates, losses = EQUITY[name]
    got = figures(LOANS[name], peak, ("gpu_debt",)).at_cost.loc["gpu_debt_equity"]
    rate = at(rates, peak) / 100
    if rate > -0.4:
        assert got["irr_p50"] == pytest.approx(rate, abs=0.02)
    else:
        assert got["irr_p50"] < -0.3
    assert got["probability_of_loss"] == pytest.approx(at(losses, peak), abs=0.02)


@pytest.mark.parametrize("name", SPREAD)
def test_quoted_spreads_pay_for_the_losses(name: str) -> None:
    """Expected loss a year stays below the spread the market quotes, in every glut (model 5.9, market prices)."""
    for peak in PEAKS:
        got = figures(LOANS[name], peak, ("gpu_debt",)).fair.loc["gpu_debt"]
        yearly = 1e4 * got["expected_loss"] / got["wal_years"]
        assert yearly == pytest.approx(at(TABLE[name][5], peak), rel=0.12, abs=6.0)
        assert yearly < SPREAD[name]


def test_covenants_of_bad_loans_are_breached_on_purpose() -> None:
    for name in ("75% non-IG, q .70", "75% merchant"):
        got = figures(LOANS[name], 1.0, ("gpu_debt",)).fair.loc["gpu_debt"]
        assert 1e4 * got["expected_loss"] / got["wal_years"] > 400.0, "the spread does not pay for the losses"


@each_peak
def test_customers_default_within_the_term(peak: float) -> None:
    got = figures({}, peak).extras["defaults"]
    assert got["non_ig"] == pytest.approx(dict(zip(PEAKS, (0.16, 0.18, 0.21, 0.24), strict=True))[peak], abs=0.015)
    assert 0.02 <= got["ig"] <= 0.035
