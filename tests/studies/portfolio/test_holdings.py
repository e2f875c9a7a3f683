"""Own holdings from a file: what is read, and what is refused by row and column."""

import io

import openpyxl
import pytest

from models.errors import DataError
from models.studies.portfolio.holdings import MAX_ROWS, read_holdings


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
    found = read_holdings("mine.CSV", text.encode("utf-8-sig"))
    assert found.amounts["gpu_fleet"] == 1_500_000 and found.cash == 2_000_000 and found.rows == 4
    assert found.weights == (0.375, 0.0, 0.0, 0.0, 0.125, 0.0)


def test_semicolons_and_workbooks():
    assert read_holdings("a.csv", b"class;amount\nData center;7\n").weights[1] == 1.0
    found = read_holdings("a.xlsx", book(("class", "amount"), ("Cloud platform", 3), (None, None), ("Cash", 1.0)))
    assert found.weights[5] == 0.75


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "file: it is empty"),
        ("a,b\n1,2\n", "row 1: no column named class"),
        ("class,size\nCash,2\n", "row 1: no column named amount"),
        ("class,amount\nBonds,1\n", "row 2, class: 'Bonds' is not known; use one of GPU fleet"),
        ("class,amount\nCash,1\nGPU fleet,=SUM(A1:A2)\n", "row 3, amount: '=SUM(A1:A2)' is a formula"),
        ("class,amount\n=HYPERLINK(1),1\n", "row 2, class: '=HYPERLINK(1)' is a formula"),
        ("class,amount\n@x,1\n", "row 2, class: '@x' is a formula"),
        ("class,amount\nCash,-5\n", "row 2, amount: '-5' is below zero; short positions"),
        ("class,amount\nCash,5m\n", "row 2, amount: '5m' is not a number; write dollars"),
        ("class,amount\nCash,nan\n", "row 2, amount: 'nan' is not a number"),
        ("class,amount\nCash,1e200\n", "row 2, amount: 1e+200 is not allowed; it must lie in 0 to 1e+15"),
        ("class,amount\nCash\n", "row 2, amount: '' is not a number"),
        ("class,amount\nCash,0\n", "amount: the holdings add up to nothing"),
        ("class,amount\n" + "Cash,1\n" * (MAX_ROWS + 1), "file: 2,001 holdings; at most 2,000"),
    ],
)
def test_what_is_wrong_is_named(text, complaint):
    with pytest.raises(DataError) as error:
        read_holdings("mine.csv", text.encode())
    assert str(error.value).startswith(complaint)


def test_formulas_of_workbooks_are_refused_though_they_hold_a_value():
    with pytest.raises(DataError, match=r"row 2, amount: '=1\+1' is a formula"):
        read_holdings("a.xlsx", book(("class", "amount"), ("Cash", "=1+1")))


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.pdf", b"x", "file: 'a.pdf' is neither .csv nor .xlsx"),
        ("a.csv", b"\xff\xfe\x00a", "file: not readable as text"),
        ("a.xlsx", b"PK\x03\x04 broken", "file: not a workbook that can be read"),
        ("a.csv", b"x" * 1_000_001, "file: 1,000,001 bytes; at most 1,000,000"),
    ],
)
def test_files_that_are_none(name, content, complaint):
    with pytest.raises(DataError) as error:
        read_holdings(name, content)
    assert str(error.value).startswith(complaint)
