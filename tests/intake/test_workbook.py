"""Sheets of workbooks: what is shown is read, what is hidden is named, what is merged or costs too much is refused."""

import datetime as dt

import pytest

from models.errors import DataError
from models.intake.cell import MERGED, Figure
from models.intake.formats import format_of
from models.intake.limits import Limits
from models.intake.sheet import Sheet, read_sheet
from models.intake.units import Unit
from models.studies.book.tape import read_tape
from tests.intake.workbooks import packed, texts, workbook

LIMITS = Limits("list", 1_000_000, 2_000_000, 50, "entry", "list", too_large="Keep less", too_many="split it")
HEAD, ROW = ("name", "amount"), ("A", 5)


def read(data: bytes) -> Sheet:
    return read_sheet(data, LIMITS)


def test_cells_are_typed() -> None:
    day = dt.date(2026, 12, 31)
    book = workbook(HEAD, ("A", 0.5), ("B", day), ("C", True), ("D", "1,234"), ("E", "=1+1"), ("F", None))
    assert [row[1:] for row in read(book).rows[1:]] == [
        [Figure(0.5)], [dt.datetime(2026, 12, 31)], ["TRUE"], ["1,234"], ["=1+1"], [],
    ]


def test_a_plain_number_where_days_count_from_1904_has_two_readings() -> None:
    def change(book):
        book.epoch = dt.datetime(1904, 1, 1)

    row = ["A", 44925, 300_000_000, 0.75, 0.04, 4, 0]
    heads = ["loan", "closing_date", "size_usd", "advance_rate", "spread", "tenor_years", "contracted_share"]
    found = read_tape(workbook(heads, row, change=change))
    assert "can be read two ways" in str(found.problems[0])
    assert "write 2022-12-30 or 2026-12-31" in str(found.problems[0])
    assert found.notes == ()


def test_days_counted_from_1904_are_the_same_days() -> None:
    def change(book):
        book.epoch = dt.datetime(1904, 1, 1)

    assert read(workbook(HEAD, ("B", dt.date(2026, 12, 31)), change=change)).rows[1][1] == dt.datetime(2026, 12, 31)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_first_sheet_is_passed_over_and_said(state: str) -> None:
    def change(book):
        book.active.title, book.active.sheet_state = "June", state
        for row in (("name", "amount"), ("B", 7)):
            (book["July"] if "July" in book.sheetnames else book.create_sheet("July")).append(row)

    found = read(workbook(HEAD, ROW, change=change))
    assert found.rows[1] == ["B", Figure(7.0)]
    assert found.notes == ("Hidden and not read: sheet 'June'.",)


def test_other_sheets_that_are_shown_are_named() -> None:
    found = read(workbook(HEAD, ROW, change=lambda book: book.create_sheet("More")))
    assert found.notes == ("Only the first sheet, 'Sheet', was read.",)


def test_a_workbook_with_entities_is_refused() -> None:
    with pytest.raises(DataError, match="a document type"):
        read(packed(texts("&b;"), head='<!DOCTYPE a [<!ENTITY b "c">]>'))


def test_hidden_rows_and_columns_are_left_aside_and_said() -> None:
    def change(book):
        sheet = book.active
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions["B"].hidden = True

    rows = [("name", "secret", "amount"), ("A", 1, 2), ("B", 3, 4), ("C", 5, 6), ("D", 7, 8)]
    found = read(workbook(*rows, change=change))
    assert found.rows == [["name", "amount"], ["A", Figure(2.0)], ["D", Figure(8.0)]]
    assert found.lines == [1, 2, 5]
    assert found.notes == ("Hidden and not read: rows 3 to 4.", "Hidden and not read: column B.")


def test_what_a_merged_cell_covers_is_not_empty() -> None:
    found = read(workbook(HEAD, ("A", 1), (None, 2), change=lambda book: book.active.merge_cells("A2:A3")))
    assert found.rows[1:] == [["A", Figure(1.0)], [MERGED, Figure(2.0)]]


def test_cells_without_places_stand_one_after_the_other() -> None:
    assert read(packed(texts("a", "b") + "<row><c><v>1</v></c><c><v>2</v></c></row>")).rows == [
        ["a", "b"], [Figure(1.0), Figure(2.0)],
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(texts("a") + "<row>" + "<c><v>1</v></c>" * 201 + "</row>"), "row 2 has 201 cells; at most 200 columns"),
        (packed(texts("a" * 40_000)), "more than 32,767 characters"),
        (packed(texts("a"), strings=f"<si><t>{'a' * 40_000}</t></si>"), "more than 32,767 characters"),
        (packed(texts("a"), strings="<si/>" * 450_000), "the workbook unpacks to"),
        (packed(texts("a") + '<row><c r="ZZ2"><v>1</v></c></row>'), "row 2 has 702 cells; at most 200 columns"),
        (packed(texts("a") + f'<row><c r="{"A" * 1_500_000}"/></row>'), "the workbook is damaged"),
        (packed(texts("a")[:-1]), "the workbook is damaged"),
        (packed("<row><c><v>x</v></c></row>"), "the workbook is damaged"),
    ],
)
def test_what_no_table_holds_is_refused_while_it_is_read(data: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(data)


@pytest.mark.parametrize(
    ("code", "unit", "is_percent", "thousands"),
    [
        ("General", Unit(), False, 0), ("0.0%", Unit(), True, 0), ('0"%"', Unit(mark="%"), False, 0),
        ('"$"#,##0', Unit(currency="USD"), False, 0), ("[$€-407]#,##0.00", Unit(currency="EUR"), False, 0),
        ("[$$-409]#,##0", Unit(currency="USD"), False, 0), ("[$$-1009]#,##0", Unit(currency="XX$"), False, 0),
        ('_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', Unit(currency="USD"), False, 0),
        ("#,##0,", Unit(), False, 1), ('0.0,,"M"', Unit(6), False, 2), ('0"m"', Unit(6), False, 0),
        ('[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', Unit(6), False, 2), ('0" bp"', Unit(mark="bp"), False, 0),
        ("#,##0_);[Red](#,##0)", Unit(), False, 0), ("0.00E+00", Unit(), False, 0),
        ('0.0" years"', Unit(words=("years",)), False, 0),
    ],
)
def test_a_format_tells_what_it_shows(code: str, unit: Unit, is_percent: bool, thousands: int) -> None:
    found = format_of(code)
    assert (found.unit, found.is_percent, found.thousands, found.is_date) == (unit, is_percent, thousands, False)


@pytest.mark.parametrize("code", ["mm-dd-yy", "d-mmm-yy", "[$-409]d-mmm-yy;@", "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"])
def test_a_format_of_days_is_one(code: str) -> None:
    assert format_of(code).is_date
