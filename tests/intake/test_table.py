"""A table of declared columns: what is read, what is refused by line and column, and that its limits are arguments."""

from dataclasses import replace

import pytest

from models.intake.cells import Fault
from models.intake.column import Column
from models.intake.sheet import Limits
from models.intake.table import read_table

COLUMNS = (
    Column("site", "Site", "text", "name", "Where it is.", is_required=True, is_unique=True, high=20),
    Column("load", "Load", "number", "MW", "What it draws.", is_required=True, low=0.0, high=100.0, aliases=("mw",)),
    Column("share", "Share", "share", "share", "What is let.", low=0.0, high=1.0, empty="all of it"),
)
LIMITS = Limits("list of sites", 1_000, 10_000, 3, "site", "list", too_large="Keep one row a site", too_many="split it")


def test_records_are_in_plain_units_whatever_the_heading_and_the_dialect() -> None:
    table = read_table("sep=;\nMW (IT);Site;note\n1,5;Oslo;x\n\n2;Paris;\n".encode("utf-16"), COLUMNS, LIMITS)
    assert table.problems == []
    assert table.records == [
        {"site": "Oslo", "load": 1.5, "share": None}, {"site": "Paris", "load": 2.0, "share": None},
    ]
    assert table.lines == [3, 5]
    assert table.notes == ("Cells are separated by ';'.", "Not used: 'note'.")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,=1+1,", "line 2, load: '=1+1' is a formula; formulas are not run; paste its value instead"),
        ("A,5%,", "line 2, load: '5%' is a rate, but MW are wanted; write a plain number, such as 4 or 2.5"),
        ("A,101,", "line 2, load: 101 is outside 0 to 100; write a plain number, such as 4 or 2.5, within 0 to 100"),
        ("A,1,50", "line 2, share: 50 is more than the whole (0% to 100%); if it is a percentage, write 50%"),
        ("A,1,\nA,2,", "line 3, site: 'A' is also in line 2; give every site a name of its own"),
        ("A,1,\nB,1,\nC,1,\nD,1,", "the file has 4 sites; at most 3 fit in one list; split it"),
        ("x" * 1_001, "the file has 1,017 bytes; at most 1,000 bytes are read. Keep one row a site"),
    ],
)
def test_a_problem_names_line_column_value_and_remedy(rows: str, said: str) -> None:
    table = read_table(f"site,load,share\n{rows}".encode(), COLUMNS, LIMITS)
    assert [str(problem) for problem in table.problems] == [said]


def test_a_cell_at_fault_is_neither_empty_nor_a_value() -> None:
    table = read_table(b"site,load\nA,abc\n", COLUMNS, replace(LIMITS, rows=1))
    fault = Fault("'abc' is not a number", "write a plain number, such as 4 or 2.5")
    assert table.records == [{"site": "A", "load": fault, "share": None}]


@pytest.mark.parametrize("blank", [b"", b" \n", b",,,\n", b'""', b"sep=;\n", b";;\n;\n"])
def test_a_file_without_a_filled_cell_is_empty(blank: bytes) -> None:
    table = read_table(blank, COLUMNS, LIMITS)
    assert [str(problem) for problem in table.problems] == [
        "the file is empty; give a line of headings, then a row for every entry"
    ]


def test_a_first_line_without_end_is_refused_at_once() -> None:
    table = read_table(b",".join(b"h%d" % i for i in range(201)), COLUMNS, LIMITS)
    assert "the first line has 201 cells; at most 200 columns are read" in str(table.problems[0])


def test_totals_below_a_full_list_are_no_entry() -> None:
    rows = "site,load\nA,1\nB,1\nC,1\n"
    table = read_table((rows + "Total,3\nAverage,1\n").encode(), COLUMNS, LIMITS)
    assert (table.problems, table.count) == ([], 3)
    over = read_table((rows + "D,1\nTotal,4\n").encode(), COLUMNS, LIMITS)
    assert str(over.problems[0]) == "the file has 4 sites; at most 3 fit in one list; split it"
    assert len(over.records) == 3


@pytest.mark.parametrize("end", [
    "Portfolio total,3,\n", "Total 2 sites,,0.5\n", "WA,,0.5\n", "Source: survey,,\n\n(1) as built,,\n",
    "† unaudited\n",
])
def test_titles_units_totals_and_remarks_are_no_entries(end: str) -> None:
    text = f"Sites of the group,,\n\nsite,load,share\n,MW,%\nA,1,50\nB,2,25\n{end}"
    table = read_table(text.encode(), COLUMNS, LIMITS)
    assert table.problems == []
    assert table.records == [{"site": "A", "load": 1.0, "share": 0.5}, {"site": "B", "load": 2.0, "share": 0.25}]
    assert (table.lines, table.count) == ([5, 6], 2)
    assert "Above the headings: 'Sites of the group'." in table.notes


def test_an_entry_whose_name_begins_like_a_total_or_a_remark_is_one() -> None:
    table = read_table(b"site,load\nTotal Energies,1\nNote 7,2\n", COLUMNS, LIMITS)
    assert [record["site"] for record in table.records] == ["Total Energies", "Note 7"]
    alone = read_table(b"site,load\nA,1\nB\n", COLUMNS, LIMITS)
    assert [str(problem) for problem in alone.problems] == [
        "line 3, load: a value is missing; write a plain number, such as 4 or 2.5"
    ]
