"""Own holdings from a file: what is read, and what is refused by row and column."""

import io

import openpyxl
import pytest

from models.errors import DataError
from models.studies.portfolio.holdings import LIMITS, read_holdings


def book(*rows: tuple) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_rows_of_one_class_add_up_and_cash_is_cash():
    rows = (
        "Note,Asset class,Amount",
        'a,GPU fleet,"$1,200,000"', "b,gpu-fleet,300000", "c,LLM developer,5e5",
        "d,cash,2e6",
    )
    text = "\n".join(rows)
    found = read_holdings(text.encode("utf-8-sig"))
    assert found.amounts["gpu_fleet"] == 1_500_000 and found.cash == 2_000_000 and found.rows == 4
    assert found.weights == (0.375, 0.0, 0.0, 0.0, 0.125, 0.0)


def test_semicolons_and_workbooks():
    assert read_holdings(b"class;amount\nData center;7\n").weights[1] == 1.0
    found = read_holdings(book(("class", "amount"), ("Cloud platform", 3), (None, None), ("Cash", 1.0)))
    assert found.weights[5] == 0.75


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the file is empty"),
        ("a,b\n1,2\n", "no column of a list of holdings is in the first line"),
        ("class,size\nCash,2\n", "amount: the column is missing"),
        ("class,amount\nBonds,1\n", "line 2, class: 'Bonds' is not a choice; write GPU fleet or Data center"),
        ("class,amount\nCash,1\nGPU fleet,=SUM(A1:A2)\n", "line 3, amount: '=SUM(A1:A2)' is a formula"),
        ("class,amount\n=HYPERLINK(1),1\n", "line 2, class: '=HYPERLINK(1)' is a formula"),
        ("class,amount\n@x,1\n", "line 2, class: '@x' is a formula"),
        ("class,amount\nCash,-5\n", "line 2, amount: -5 USD is negative; short positions are not allowed"),
        ("class,amount\nCash,5m\n", "line 2, amount: '5m' is not a number; write the full number of dollars"),
        ("class,amount\nCash,nan\n", "line 2, amount: 'nan' stands for a value that was lost"),
        ("class,amount\nCash,1e200\n", "line 2, amount: 1e+200 is outside 0 to 1,000,000,000,000,000"),
        ("class,amount\nCash\n", "line 2, amount: a value is missing"),
        ("class,amount\nCash,0\n", "amount: the holdings add up to nothing"),
        ("class,amount\n" + "Cash,1\n" * (LIMITS.rows + 1), "the file has 2,001 holdings; at most 2,000"),
    ],
)
def test_what_is_wrong_is_named(text, complaint):
    with pytest.raises(DataError) as error:
        read_holdings(text.encode())
    assert str(error.value).startswith(complaint)


def test_formulas_of_workbooks_are_refused_though_they_hold_a_value():
    with pytest.raises(DataError, match=r"line 2, amount: '=1\+1' is a formula"):
        read_holdings(book(("class", "amount"), ("Cash", "=1+1")))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"%PDF-1.7", "this is neither text nor a workbook; upload CSV or .xlsx"),
        (b"\xff\xfe\x00", "this is neither text nor a workbook"),
        (b"PK\x03\x04 broken", "the workbook is damaged"),
        (b"x" * 1_000_001, "the file has 1,000,001 bytes; at most 1,000,000 bytes are read. Keep one row a holding"),
    ],
)
def test_files_that_are_none(content, complaint):
    with pytest.raises(DataError) as error:
        read_holdings(content)
    assert str(error.value).startswith(complaint)
