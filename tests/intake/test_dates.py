"""Days: clear ones are read whatever their style, two-way ones only where their column settles the order."""

import datetime as dt

import pytest

from models.intake import dates
from models.intake.cell import Fault
from models.intake.cells import read_column
from models.intake.column import Column
from models.intake.units import Unit

CLOSING = Column("closing_date", "Closing", "date", "day", "When it closed.", is_required=True, low=-16, high=16)
LAST = dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31", "2026/12/31", "2026.12.31", "20261231", "46387", "46387.0", "12/31/2026", "31/12/2026",
        "31.12.2026", "31-12-2026", "31-Dec-2026", "31-Dec-26", "31 December 2026", "31st of December 2026",
        "Dec 31, 2026",
        "December 31 2026", "Thursday, 31 December 2026", "2026-Dec-31", "12/31/26", "2026-12-31T00:00:00Z",
        "2026-12-31 00:00:00", "2026-12-31T00:00:00.000+01:00", "12/31/2026 0:00", "12/31/2026 12:00:00 AM",
    ],
)
def test_a_clear_day_is_read(text):
    assert set((dates.readings(text) or {}).values()) == {LAST}
    assert read_column([text], CLOSING)[0] == [0.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("03/04/2026", "can be read two ways"), ("3.4.2026", "can be read two ways"),
        ("31/12/26", "can be read two ways"),
        ("2026-02-30", "is not a day of the calendar"), ("31/13/2026", "is not a day of the calendar"),
        ("2026-12-31T23:00:00Z", "has a time of day"), ("soon", "is not a date"), ("Dec 2026", "is not a date"),
        ("2026", "is not a date"), ("20261331", "is not a date"), ("=TODAY()", "is a formula"), ("-1", "is not a date"),
    ],
)
def test_what_is_not_clear_is_refused(text, said):
    (found,), _ = read_column([text], CLOSING)
    assert isinstance(found, Fault)
    assert said in found.problem


def test_both_readings_of_a_two_way_day_are_told():
    assert read_column(["03/04/2026"], CLOSING)[0] == [
        Fault("'03/04/2026' can be read two ways", "write 2026-03-04 or 2026-04-03")
    ]


@pytest.mark.parametrize(
    ("clear", "quarter", "words"), [("12/31/2026", -3.0, "month first"), ("31/12/2026", -2.0, "day first")]
)
def test_one_clear_day_settles_its_column(clear, quarter, words):
    values, notes = read_column(["03/04/2026", clear], CLOSING)
    assert values == [quarter, 0.0]
    said = f"days that can be read two ways were read {words}, as other days of the column show."
    assert notes == [f"closing_date: {said}"]


@pytest.mark.parametrize("others", [["12/31/2026", "31/12/2026"], ["31.12.2026"], ["2026-12-31"], ["31-Dec-2026"]])
def test_days_that_disagree_or_are_written_otherwise_settle_nothing(others):
    values, _ = read_column(["03/04/2026", *others], CLOSING)
    assert isinstance(values[0], Fault)
    assert values[1:] == [0.0] * len(others)


def test_the_heading_may_tell_the_order():
    values, notes = read_column(["03/04/2026"], CLOSING, Unit(words=("dd", "mm", "yyyy")))
    assert values == [-2.0]
    assert "as the heading says" in notes[0]


def test_days_that_a_spreadsheet_of_another_country_exchanged_are_not_trusted():
    """It reads 03/04 its own way and leaves 31/12 as text."""
    values, _ = read_column([dt.datetime(2026, 3, 4), dt.datetime(2026, 5, 5), "31/12/2026"], CLOSING)
    assert isinstance(values[0], Fault) and values[0].remedy == "write 2026-03-04 or 2026-04-03 as text"
    assert values[1:] == [-2.0, 0.0]
    values, _ = read_column([dt.datetime(2026, 3, 4), dt.datetime(2026, 5, 25), "31/12/2026"], CLOSING)
    assert values == [-3.0, -2.0, 0.0]


def test_a_day_number_is_read_and_said():
    assert read_column(["46387"], CLOSING)[1] == [
        "closing_date: numbers were read as days of a spreadsheet, 46387 as 2026-12-31."
    ]
