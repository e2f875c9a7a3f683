"""Tapes as people upload them: sound ones are read exactly, broken ones are refused cell by cell with a remedy."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import format as f
from models.basis.timeline import START_QUARTER, START_YEAR, quarter_end, quarter_start
from models.intake.limits import MAX_PROBLEMS
from models.studies.book import tape
from models.studies.book.tape import Loan, Tape, read_tape
from models.studies.book.tape_columns import COLUMNS, LIMITS, MAX_LOANS
from models.studies.book.tape_template import template_csv, template_xlsx

HEADER = ",".join(c.name for c in COLUMNS)
SOUND = {
    "loan": "A1", "offtaker": "Big Cloud", "grade": "ig", "closing_date": "2026-12-31", "size_usd": "300000000",
    "advance_rate": "0.75", "spread": "0.0225", "tenor_years": "4", "contracted_share": "0.95",
}


def row(**cells: str) -> str:
    filled = SOUND | cells
    return ",".join(f'"{filled.get(c.name, "")}"' for c in COLUMNS)


def read(*rows: str) -> Tape:
    return read_tape("\n".join([HEADER, *rows]).encode())


def only(found: Tape) -> str:
    assert found.loans == ()
    assert len(found.problems) == 1, [str(p) for p in found.problems]
    return str(found.problems[0])


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sound_row_is_read_exactly() -> None:
    found = read(row())
    assert found.problems == ()
    assert found.loans == (
        Loan("A1", "Big Cloud", "ig", 0, 3e8, 0.75, 0.0225, None, 16, 0.95, line=2),
    )


def test_both_templates_read_back_to_the_same_loans() -> None:
    from_csv, from_xlsx = read_tape(template_csv()), read_tape(template_xlsx())
    assert from_csv.problems == from_xlsx.problems == ()
    assert len(from_csv.loans) == 12
    assert from_csv.loans == from_xlsx.loans


@pytest.mark.parametrize(
    ("cells", "name", "value"),
    [
        ({"advance_rate": "75%"}, "advance_rate", 0.75),
        ({"advance_rate": "0,75"}, "advance_rate", 0.75),
        ({"spread": "400 bp"}, "spread", 0.04),
        ({"spread": "4%"}, "spread", 0.04),
        ({"spread": "", "fixed_coupon": "5.9%"}, "fixed_coupon", 0.059),
        ({"size_usd": "300,000,000"}, "size", 3e8),
        ({"size_usd": "$300,000,000.00"}, "size", 3e8),
        ({"size_usd": "300.000.000"}, "size", 3e8),
        ({"size_usd": "300 000 000"}, "size", 3e8),
        ({"size_usd": "300'000'000"}, "size", 3e8),
        ({"size_usd": "3e8"}, "size", 3e8),
        ({"grade": "Below investment grade"}, "grade", "non_ig"),
        ({"grade": "non-IG"}, "grade", "non_ig"),
        ({"closing_date": "2024-09-30 00:00:00"}, "vintage", -9),
        ({"closing_date": "2027-06-30"}, "vintage", 2),
        ({"closing_date": "30/6/2027"}, "vintage", 2),
        ({"closing_date": "46000"}, "vintage", -4),
        ({"tenor_years": "4.25"}, "tenor_quarters", 17),
        ({"offtaker": " Big   Cloud "}, "offtaker", "Big Cloud"),
    ],
)
def test_ways_to_write_the_same(cells: dict[str, str], name: str, value: object) -> None:
    found = read(row(**cells))
    assert found.problems == ()
    assert getattr(found.loans[0], name) == value


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"size_usd": "abc"}, "line 2, size_usd: 'abc' is not a number; write the full number of dollars"),
        ({"size_usd": "-300000000"}, "line 2, size_usd: -300,000,000 USD is negative; write what was lent"),
        ({"size_usd": "300"}, "300 is outside 100,000 to 1,000,000,000,000; write dollars, not thousands"),
        ({"size_usd": "NaN"}, "line 2, size_usd: 'NaN' stands for a value that was lost"),
        ({"size_usd": "#REF!"}, "line 2, size_usd: '#REF!' stands for a value that was lost"),
        ({"size_usd": "1e999"}, "is not a finite number"),
        ({"size_usd": ""}, "line 2, size_usd: a value is missing"),
        ({"size_usd": "=SUM(A1:A9)"}, "line 2, size_usd: '=SUM(A1:A9)' is a formula; formulas are not run"),
        ({"loan": "@cmd"}, "line 2, loan: '@cmd' is a formula"),
        ({"loan": "-2+3+cmd|calc"}, "is a formula; formulas are not run; paste its value instead"),
        ({"advance_rate": "75"}, "75 is more than the whole (5% to 100%); if it is a percentage, write 75%"),
        ({"spread": "400"}, "400 is no yearly rate (0 bp to 2000 bp); if these are basis points, write 400 bp"),
        ({"spread": "4"}, "4 is no yearly rate (0 bp to 2000 bp); if it is a percentage, write 4%"),
        ({"tenor_years": "4%"}, "'4%' is a rate, but years are wanted"),
        ({"tenor_years": "4.1"}, "the tenor is no whole number of quarters; write 4, 4.25 or 4.5"),
        ({"closing_date": "03/04/2026"}, "'03/04/2026' can be read two ways; write 2026-03-04 or 2026-04-03"),
        ({"closing_date": "2026-02-30"}, "'2026-02-30' is not a day of the calendar"),
        ({"closing_date": "soon"}, "'soon' is not a date; write the day as 2026-12-31"),
        ({"closing_date": "2019-01-01"}, "dates run from 2022-10-01 to 2030-12-31"),
        ({"closing_date": "2022-12-31", "tenor_years": "3"}, "the loan was repaid before 2026-12-31; leave it out"),
        ({"grade": "AAA"}, "line 2, grade: 'AAA' is not a choice; write ig or non_ig"),
        ({"grade": ""}, "machines are contracted, but the customer has no grade"),
        ({"offtaker": ""}, "machines are contracted, but no customer is named"),
        ({"spread": ""}, "neither spread nor fixed coupon is given; write one of them"),
        ({"fixed_coupon": "6%"}, "spread and fixed coupon are both given; keep the one the loan pays"),
        ({"contract_price": "2", "payback_years": "3"}, "contract price and payback are both given"),
        ({"loan": "x" * 81}, "has 81 characters; at most 80 are allowed"),
        ({"loan": "a\u0007b"}, "holds a character that cannot be printed"),
    ],
)
def test_a_bad_cell_is_named_with_its_remedy(cells: dict[str, str], said: str) -> None:
    assert said in only(read(row(**cells)))


def test_a_merchant_loan_needs_no_customer() -> None:
    found = read(row(offtaker="", grade="", contracted_share="0"))
    assert found.problems == ()
    assert found.loans[0].offtaker == "no customer"


def test_every_bad_cell_of_every_row_is_reported_at_once() -> None:
    found = read(row(size_usd="abc", advance_rate="75"), row(loan="B", spread="x"), row(loan="C"))
    assert [(p.line, p.column) for p in found.problems] == [(2, "advance_rate"), (2, "size_usd"), (3, "spread")]
    assert found.loans == ()


def test_the_second_of_two_loans_of_one_name_is_refused() -> None:
    assert "'A1' is also in line 2; give every loan a name of its own" in only(read(row(), row()))


def test_one_customer_has_one_grade() -> None:
    said = only(read(row(), row(loan="B", offtaker="big cloud", grade="non_ig")))
    assert said.startswith("line 3, grade: 'big cloud' is non_ig here and ig in line 2")


def test_a_wrong_column_is_named_with_the_nearest_one() -> None:
    found = read_tape(f"{HEADER.replace('advance_rate', 'advance_rat')}\n{row()}".encode())
    assert "'advance_rat': there is no such column; did you mean advance_rate?" in only(found)


def test_a_missing_column_is_named() -> None:
    found = read_tape(b"loan,offtaker\nA,B")
    missing = {p.column for p in found.problems}
    assert missing == {c.name for c in COLUMNS if c.is_required} - {"loan"}


def test_other_columns_are_left_aside_and_said_so() -> None:
    found = read_tape(f"{HEADER},remark\n{row()},fine".encode())
    assert found.problems == ()
    assert found.notes == ("Not used: 'remark'.",)


def test_headings_may_be_written_with_spaces_units_and_capitals() -> None:
    header = HEADER.replace("advance_rate", "Advance rate (share)").replace("size_usd", "SIZE-USD")
    assert read_tape(f"{header}\n{row()}".encode()).problems == ()


def test_a_separator_inside_a_cell_is_found() -> None:
    assert "line 2: 18 cells under 16 columns" in only(read(row() + ',"4","5"'))


def test_semicolons_decimal_commas_and_marks_of_excel_are_understood() -> None:
    text = f"{HEADER}\n{row(advance_rate='0§75', spread='2§25%', size_usd='300.000.000')}"
    text = text.replace(",", ";").replace("§", ",")
    for data in (text.encode("utf-8-sig"), text.encode("utf-16"), f"sep=;\n{text}".encode()):
        found = read_tape(data)
        assert found.problems == ()
        assert replace(found.loans[0], line=2) == read(row()).loans[0]


def test_a_number_that_can_be_read_two_ways_is_not_guessed() -> None:
    text = f"{HEADER}\n{row(contract_price='1§234')}".replace(",", ";").replace("§", ",")
    assert "'1,234' can be read two ways; write 1234 or 1.234" in only(read_tape(text.encode()))


def test_windows_text_is_read_and_said_so() -> None:
    found = read_tape(f"{HEADER}\n{row(offtaker='Société')}".encode("cp1252"))
    assert found.loans[0].offtaker == "Société"
    assert "not UTF-8" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"   \n \n", "the file is empty"),
        (f"{HEADER}\n".encode(), "a header and no loan"),
        (b"1,2,3\n4,5,6", "no column of a loan tape is in the first line"),
        (b"%PDF-1.7\n", "neither text nor a workbook"),
        (b"\x00\x01\x02", "neither text nor a workbook"),
        (b"PK\x03\x04rest", "the workbook is damaged"),
        (b"\xd0\xcf\x11\xe0rest", "a workbook of the old format; save it as .xlsx or as CSV"),
        (b"a" * (LIMITS.size + 1), "at most 20 MB are read"),
    ],
)
def test_files_that_are_no_tape(data: bytes, said: str) -> None:
    assert said in only(read_tape(data))


def test_a_formula_in_a_workbook_is_refused_and_not_run() -> None:
    cells = [SOUND.get(c.name, "") for c in COLUMNS]
    cells[4] = "=1+1"
    assert "size_usd: '=1+1' is a formula" in only(read_tape(workbook([c.name for c in COLUMNS], cells)))


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "LIMITS", replace(LIMITS, unpacked=10))
    assert "the workbook unpacks to" in only(read_tape(template_xlsx()))


def test_a_packed_file_that_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "x")
    assert "a packed file, but not a workbook" in only(read_tape(out.getvalue()))


@pytest.mark.parametrize("kind", ["sound", "broken", "workbook"])
def test_more_rows_than_are_read_meet_a_clear_limit(kind: str) -> None:
    """The limit is said, and rows up to it are checked all the same."""
    count = 20_000
    if kind == "sound":
        data = "\n".join([HEADER, *(row(loan=f"L{k}") for k in range(count))]).encode()
    elif kind == "broken":
        bad = (",".join(f"x{j}y{k}" for j in range(len(COLUMNS))) for k in range(count))
        data = "\n".join([HEADER, *bad]).encode()
    else:
        count = MAX_LOANS + 1
        filled = [SOUND.get(c.name, "") for c in COLUMNS]
        data = workbook([c.name for c in COLUMNS], *([f"L{k}", *filled[1:]] for k in range(count)))
    found = read_tape(data)
    assert found.count == count
    assert f"the file has {count:,} loans; at most {MAX_LOANS:,} fit in one book" in str(found.problems[0])
    assert len(found.problems) == 1 or kind == "broken"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read_tape(data), Tape)


@settings(max_examples=30)
@given(st.lists(st.text(max_size=20), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_no_cells_break_the_reader(cells: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = read_tape(f"{HEADER}\n{quoted}".encode("utf-8", "surrogatepass"))
    assert found.loans == () or found.problems == ()


HUGE = ["1e9999999", "-1e9999999", "1e999999999999999999", "1e-999999999", "9" * 400, "١e٩٩٩٩"]


@pytest.mark.parametrize("text", HUGE)
@pytest.mark.parametrize("column", [c.name for c in COLUMNS if c.is_number])
def test_no_number_is_too_large_to_be_refused(column: str, text: str) -> None:
    other = {"fixed_coupon": {"spread": ""}, "payback_years": {}, "contract_price": {}}.get(column, {})
    assert f"line 2, {column}: " in only(read(row(**other, **{column: text})))


def test_a_size_in_thousands_is_multiplied_and_said() -> None:
    found = read_tape(f"{HEADER.replace('size_usd', 'Size USD (000)')}\n{row(size_usd='300,000')}".encode())
    assert found.loans[0].size == 300e6
    assert found.notes == ("'Size USD (000)': cells of size_usd were multiplied by 1,000.",)


@pytest.mark.parametrize(
    ("heading", "quarter"),
    [("closing_date (dd/mm/yyyy)", -2), ("Closing (MM/DD/YYYY)", -3), ("Closing, dd.mm.yy", -2),
     ("Closing dd-mm-yyyy", -2)],
)
def test_a_heading_may_tell_the_order_of_a_day(heading: str, quarter: int) -> None:
    header = HEADER.replace("closing_date", f'"{heading}"')
    assert read_tape(f"{header}\n{row(closing_date='03/04/2026')}".encode()).loans[0].vintage == quarter


def test_a_label_of_our_own_is_a_heading() -> None:
    """A payback is no term of a contract, though its label is closer to that name."""
    header = HEADER.replace("payback_years", "Contract payback").replace("contract_years,", "")
    cells = row(payback_years="2.5").split(",")
    del cells[[c.name for c in COLUMNS].index("contract_years")]
    loan, = read_tape(f"{header}\n{','.join(cells)}".encode()).loans
    assert (loan.payback_years, loan.contract_quarters) == (2.5, None)


@pytest.mark.parametrize(
    ("heading", "spread", "read_as"),
    [("Spread (bps)", "400", 0.04), ("Spread (%)", "4", 0.04), ("Spread %", "4%", 0.04), ("Spread (bp)", "4%", 0.04)],
)
def test_a_rate_is_read_in_the_unit_of_its_heading(heading: str, spread: str, read_as: float) -> None:
    assert read_tape(f"{HEADER.replace('spread', heading)}\n{row(spread=spread)}".encode()).loans[0].spread == read_as


def test_fractions_under_a_heading_in_percent_are_refused_with_both_readings() -> None:
    said = only(read_tape(f"{HEADER.replace('spread', 'Spread (%)')}\n{row(spread='0.04')}".encode()))
    assert "'0.04' can be read two ways; write 0.04% or 4%" in said


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Size (EUR)", "'Size (EUR)': the amounts are in EUR, not in US dollars; convert them, and say USD"),
        ("Size (pieces)", "'pieces' is no unit that is known here"),
        ("Size (EUR m)", "the amounts are in EUR, not in US dollars"),
    ],
)
def test_a_heading_in_another_unit_is_refused_once(heading: str, said: str) -> None:
    assert said in only(read_tape(f"{HEADER.replace('size_usd', heading)}\n{row()}\n{row(loan='B')}".encode()))


def test_more_problems_than_are_listed_are_counted() -> None:
    bad = (",".join(f"x{j}y{k}" for j in range(len(COLUMNS))) for k in range(1_000))
    found = read_tape("\n".join([HEADER, *bad]).encode())
    assert len(found.problems) == MAX_PROBLEMS
    assert found.more > 10_000


def test_the_calendar_is_that_of_the_pages() -> None:
    assert (START_YEAR, START_QUARTER) == (f.START_YEAR, f.START_QUARTER)
    assert quarter_start(0).isoformat() == "2026-10-01"
    assert quarter_end(-1).isoformat() == "2026-09-30"
