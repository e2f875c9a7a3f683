"""A column of numbers as people bring it: read row by row in the unit they say, or refused by row."""

import io

import pytest
from openpyxl import Workbook

from models.errors import DataError
from models.intake import years

YEARS = [str(year) for year in range(2027, 2037)]
PERCENT = {"low": -0.5, "high": 1.0, "factor": 100.0, "unit": "% a year"}


def book(*rows: list[object], percent: bool = False) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    if percent:
        for cell in made.active["A"]:
            cell.number_format = "0.0%"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["40"] * 10), "40 " * 10, "40," * 10, "40%\n" * 10, "\n\n40\n" * 10, "growth\n" + "40\n" * 10,
        "\n".join(f"{year}\t40" for year in YEARS), "\n".join(f"{year},40" for year in YEARS),
        "\n".join(f"{i}; 40" for i in range(1, 11)), "40\t" * 10,
    ],
)
def test_pasted_text_is_read_in_the_unit_people_say(text):
    assert years.path_of(years.pasted(text), **PERCENT) == (0.4,) * 10


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffyear;growth\n".encode() + b"".join(f"{year};40\n".encode() for year in YEARS),
        b"growth\n" + b"".join(f"{year};40\n".encode() for year in YEARS),
        b"40\r\n" * 10,
        b"2027,40\n" + b"".join(f"{y},40\n".encode() for y in YEARS[1:]),
        book(["growth"], *[[40]] * 10),
        book(*[[int(y), 40.0] for y in YEARS]),
        book(*[[0.4]] * 10, percent=True),
    ],
)
def test_files_are_read_like_text(data):
    assert years.path_of(years.uploaded(data), **PERCENT) == (0.4,) * 10


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("40\n" * 9, ("9 rows", "10 are needed", "2027 to 2036")),
        ("", ("0 rows", "10 are needed")),
        ("40\n40\n150\n" + "40\n" * 7, ("row 3 (2029)", "'150' is too high", "50 to 100 (% a year)")),
        ("40\n" * 9 + "-60", ("row 10 (2036)", "too low")),
        ("40\n=A1*2\n" + "40\n" * 8, ("row 2", "'=A1*2' is a formula", "paste the value")),
        ("=1+1\n" + "40\n" * 9, ("row 1", "formula")),
        ("40\n0,35\n" + "40\n" * 8, ("row 2 (2028)", "decimal point, 0.35")),
        ("40\nlots\n" + "40\n" * 8, ("row 2 (2028)", "'lots'", "plain number")),
        ("40\nnan\n" + "40\n" * 8, ("row 2", "finite")),
        ("\n".join(f"{y}\t40" for y in reversed(YEARS)), ("row 1 (2027)", "'2036'", "in order")),
        ("0.4\n" * 10, ("would be read as 0.4%", "write 40 or 40%")),
    ],
)
def test_what_cannot_be_used_is_refused_by_row_with_its_bound(text, words):
    with pytest.raises(DataError) as refusal:
        years.path_of(years.pasted(text), **PERCENT)
    assert [word for word in words if word not in str(refusal.value)] == []


def test_small_percentages_that_are_meant_are_read():
    assert years.path_of(years.pasted("0.4%\n" * 10), **PERCENT) == (0.004,) * 10


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (book(["=B1*2"], *[[40]] * 9), "formula"),
        (b"PK\x03\x04 not a workbook", "the workbook is damaged; save it again, or as CSV"),
        (b"", "the file is empty"),
        (b"\xff\xfe\x00", "neither text nor a workbook; upload CSV or .xlsx"),
        (b"1," * 200_000, "has 400,000 bytes; at most 200,000 bytes are read"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_in_words(data, words):
    with pytest.raises(DataError, match=words):
        years.path_of(years.uploaded(data), **PERCENT)


def test_units_that_are_no_percentages_take_no_percent_sign():
    with pytest.raises(DataError, match="not as a percentage"):
        years.path_of(years.pasted("5%\n" * 10), low=0.5, high=40.0)
    assert years.path_of(years.pasted("5\n" * 10), low=0.5, high=40.0) == (5.0,) * 10
