"""Numbers as people read them."""

from math import inf, nan

import pytest

from dashboard import format as f


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f.percent(0.124), "12.4%"),
        (f.percent(-0.0345), "−3.5%"),
        (f.percent(0.61, 0), "61%"),
        (f.percent(0.0), "0.0%"),
        (f.percent(-0.0001), "0.0%"),
        (f.percent(1.2345), "123%"),
        (f.percent(0.09996), "10.0%"),
        (f.percent(nan), "n/a"),
        (f.irr(-1.0), "total loss"),
        (f.irr(-0.494), "−49.4%"),
        (f.irr(nan), "n/a"),
        (f.points(-0.061), "−6.1 pts"),
        (f.points(0.6, 0), "+60 pts"),
        (f.points(0.0), "0.0 pts"),
        (f.points(nan), "n/a"),
        (f.multiple(1.8349), "1.8x"),
        (f.multiple(17.82), "17.8x"),
        (f.multiple(0.012), "0.01x"),
        (f.multiple(nan), "n/a"),
        (f.money(22971.06), "$23,000"),
        (f.money(1.2e9), "$1.2bn"),
        (f.money(-8_562_585), "−$8.56m"),
        (f.money(1.5437e12), "$1.54tn"),
        (f.money(999_600_000), "$1.0bn"),
        (f.money(48e6), "$48.0m"),
        (f.money(2.314), "$2.31"),
        (f.money(nan), "n/a"),
        (f.rent(2.306), "$2.31/h"),
        (f.rent(nan), "n/a"),
        (f.years(4.517), "4.5 years"),
        (f.years(inf), "never"),
        (f.years(nan), "n/a"),
        (f.noise(0.0045), "±0.9"),
        (f.noise(nan), ""),
        (f.noise(0.0), ""),
        (f.digits(1234567.0), "1,230,000"),
        (f.digits(inf), "∞"),
    ],
)
def test_three_significant_digits_a_true_minus_and_words_where_there_is_no_number(written: str, expected: str) -> None:
    assert written == expected


def test_no_number_carries_a_hyphen_for_a_minus() -> None:
    for value in (-0.5, -1.0, -1e-9, -123456.0, -inf):
        for write in (f.percent, f.irr, f.points, f.multiple, f.money, f.rent, f.digits):
            assert "-" not in write(value)


@pytest.mark.parametrize(
    ("quarter", "date", "year"),
    [(0, "2026-Q4", 2026), (1, "2027-Q1", 2027), (12, "2029-Q4", 2029), (40, "2036-Q4", 2036)],
)
def test_quarters_are_counted_from_the_end_of_2026(quarter: int, date: str, year: int) -> None:
    assert f.calendar(quarter) == date
    assert f.year_of(quarter) == year
    assert year < f.moment(quarter) < year + 1


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.35, "share", "35%"),
        (0.0387, "per year", "3.87%"),
        (0.583, "share of cost", "58.3%"),
        (-0.1, "log per year", "−9.52%"),
        (22000.0, "USD/H100e", "$22,000"),
        (60e9, "USD", "$60bn"),
        (17.6e6, "USD/MW", "$17.6m"),
        (1.172, "USD/h", "$1.172/h"),
        (30.0, "x announced", "30x"),
        (10, "quarter", "2029-Q2"),
        (16, "quarters", "16 quarters"),
        (0.4, "elasticity", "0.4"),
        (0.35, "share per surplus", "0.35"),
        (True, "on/off", "on"),
        (None, "x", "n/a"),
        ("ig", "choice", "ig"),
    ],
)
def test_assumptions_are_written_in_full(value: object, unit: str, expected: str) -> None:
    assert f.assumption(value, unit) == expected


def test_a_choice_is_written_in_words_and_no_value_as_what_it_means() -> None:
    assert f.assumption("ig", "choice", {"ig": "investment grade"}) == "investment grade"
    assert f.assumption(None, "USD/h", None, "the market price") == "the market price"


def test_a_difference_within_two_standard_errors_is_close() -> None:
    assert f.is_close(0.01, 0.006)
    assert not f.is_close(0.013, 0.006)
    assert not f.is_close(-0.013, 0.006)
    assert f.is_close(0.0, nan) and f.is_close(nan, 0.1)


@pytest.mark.parametrize(
    "text", ["[x](javascript:alert(1))", "**b** _i_ `c`", "# h\n- l", "<b>&amp;", "$x$ :red[y]", "![i](u)"]
)
def test_words_of_a_user_stay_words_in_markdown(text: str) -> None:
    escaped = f.plain(text)
    assert "\n" not in escaped
    for mark in "[]()*_`#<>$:!":
        assert escaped.count(mark) == escaped.count(f"\\{mark}")
