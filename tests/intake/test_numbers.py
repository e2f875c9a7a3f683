"""Marks of numbers: both readings of a text are known, and only its column settles which is meant."""

from decimal import Decimal

import pytest

from models.intake.numbers import shown_marks, written
from models.intake.units import Unit, tokens, unit_of

HALF = Decimal("500000")


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1250000", 1250000, 1250000), ("500.000", "500", 500000), ("500,000", 500000, "500"),
        ("1 000 000", 1000000, 1000000), ("1\u00a0000\u202f000".replace("\u202f", "\u00a0"), 1000000, 1000000),
        ("1\u2009000\u2009000", 1000000, 1000000), ("1'000'000", 1000000, 1000000), ("1’000’000", 1000000, 1000000),
        ("1_000_000", 1000000, 1000000), ("500.000,00", None, 500000), ("1,234.5", "1234.5", None),
        ("1.250.000", None, 1250000), ("12,34,567", 1234567, None), ("1 234,5", None, "1234.5"),
        ("1'234.5", "1234.5", None), ("0.750", "0.75", None), ("0,75", None, "0.75"), (".5", "0.5", None),
        ("\u22125", -5, -5), ("(1,200.00)", -1200, None), ("$(5)", -5, -5), ("5-", -5, -5), ("+5", 5, 5),
        ("1.5e-3", "0.0015", None), ("3e8", 300000000, 300000000), ("٣٠٠", 300, 300), ("\u200e300\u200b", 300, 300),
    ],
)
def test_every_reading_of_a_text_is_known(text, point, comma):
    found = written(text)
    assert found is not None
    assert (found.point, found.comma) == tuple(None if x is None else Decimal(x) for x in (point, comma))


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "abc", "1.2.3", "1,2,3", "1 23", "12 34", "--5", "+-5", "(-5)", "5,", "5!", "~5", "<5", "5*", "½",
     "0x10", "1e", "e5", "5e", "nan", "inf", "1e5e5", "1,23,4.5", "1.234 567", "5 6", "=5", "5‰", "1" * 61],
)
def test_what_is_no_number_is_none_or_has_a_word_that_nobody_knows(text):
    found = written(text)
    assert found is None or found.unit.words


@pytest.mark.parametrize("text", ["1e9999999", "-1e9999999", "1e999999999999999999", "1e-9999999999999999", "9" * 60])
def test_no_exponent_is_too_large_to_be_looked_at(text):
    assert written(text) is not None


def test_only_clear_cells_show_a_mark():
    cells = [written(text) for text in ("500.000", "1250000", "1 000")]
    assert shown_marks(cell for cell in cells if cell) == frozenset()
    assert shown_marks([written("1.250.000")]) == {","}
    assert shown_marks([written("12.5")]) == {"."}


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("USD (000)", Unit(3, "USD")), ("in thousands", Unit(3)), ("USD m", Unit(6, "USD")), ("$mm", Unit(6, "USD")),
        ("%", Unit(mark="%")), ("€", Unit(currency="EUR")), ("bps", Unit(mark="bp")), ("basis points", Unit(mark="bp")),
        ("k", Unit(3)), ("USD '000s", Unit(3, "USD")), ("$ 000,000", Unit(6, "USD")), ("US$m", Unit(6, "USD")),
        ("USDk", Unit(3, "USD")), ("MEUR", Unit(6, "EUR")), ("k$", Unit(3, "USD")), ("x 1,000", Unit(3)),
        ("Mio. USD", Unit(6, "USD")), ("U.S. $", Unit(0, "USD")), ("C$", Unit(0, "C$")), ("crore", Unit(7)),
        ("pieces", Unit(words=("pieces",))), ("thousand million", Unit(3, words=("million",))),
        ("USD EUR", Unit(0, "USD and EUR")),
    ],
)
def test_words_of_a_unit(text, unit):
    assert unit_of(tokens(text)) == unit
