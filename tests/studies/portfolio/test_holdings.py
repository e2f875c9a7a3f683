"""Own holdings from a file: what is read, and what is refused by row and column."""

import pytest

from models.errors import DataError
from models.studies.portfolio.holdings import LIMITS, read_holdings
from tests.intake.workbooks import workbook as book


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
        ("class,amount\nCash,5q\n", "line 2, amount: '5q' is not a number; write the full number of dollars"),
        ("class,amount ($m)\nCash,5m\n", "line 2, amount: '5m' tells a scale under a heading that tells one too"),
        ("class,weight\nCash,50%\n", "amount: the column is missing; add it: What it is worth today. Not used: 'weig"),
        ("Fund (EUR)\nclass,amount\nCash,5\n", "'Fund (EUR)' above the headings may tell the unit of amount; convert"),
        ("Fund, USD millions\nclass,amount\nCash,5\n", "'Fund USD millions' above the headings may tell the unit"),
        ("in thousands\nclass,amount ($m)\nCash,5\n", "'amount ($m) (thousands)': 'thousands' is no unit that"),
        ("class,amount\nCash,5\nNote: in USD thousands\n", "'Note: in USD thousands' below the table may tell"),
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


# What real files hold


def refused(content: bytes) -> str:
    with pytest.raises(DataError) as error:
        read_holdings(content)
    return str(error.value)


def test_a_point_before_three_digits_is_refused_unless_the_column_settles_it():
    two_ways = b"class;amount\nGPU fleet;500.000\nData center;1250000\nCash;250.000\n"
    assert "line 2, amount: '500.000' can be read two ways; write 500 or 500000 (and 1 more)" == refused(two_ways)
    found = read_holdings(two_ways.replace(b"1250000", b"1.250.000"))
    assert (found.amounts["gpu_fleet"], found.amounts["data_center"], found.cash) == (500_000, 1_250_000, 250_000)
    found = read_holdings(two_ways.replace(b"1250000", b"1250000.5"))
    assert (found.amounts["gpu_fleet"], found.cash) == (500, 250)
    assert "'500.000' can be read two ways" in refused(two_ways.replace(b"1250000", b"1.250.000\nCash;0.75"))


def test_commas_that_part_cells_group_digits_unless_the_column_divides_with_them():
    text = 'class,amount\nGPU fleet,"500,000"\nCash,"250,000"\n'
    assert read_holdings(text.encode()).total == 750_000
    assert read_holdings((text + 'Cash,"0,5"\n').encode()).total == 750.5
    assert "can be read two ways" in refused(text.replace(",", "\t").replace('"500\t000"', "500,000").encode())


@pytest.mark.parametrize("unit", ["pieces", "number", "shares", "MWh", "%", "AUD", "Australian dollars", "CAD $"])
def test_an_amount_in_another_unit_is_refused(unit):
    assert refused(f"class,amount ({unit})\nCash,5\n".encode()).startswith(f"'amount ({unit})': ")


def test_of_two_amounts_pieces_are_left_aside_and_others_are_asked_about():
    rows = b"GPU fleet,12,5000000\nData center,300,5000000\n"
    found = read_holdings(b"class,amount (pieces),usd\n" + rows)
    assert found.weights[:2] == (0.5, 0.5)
    assert found.notes == ("Not used: 'amount (pieces)'.",)
    assert refused(b"class,amount,usd\n" + rows) == (
        "amount: 'amount' and 'usd' are the same column; keep the one to be read"
    )


@pytest.mark.parametrize(
    "code", ["¥#,##0", "[$¥-411]#,##0", "[$€-2] #,##0.00", "[$EUR] #,##0", '#,##0\\ "€"', "[$$-C09]#,##0"]
)
def test_a_cell_shown_in_another_currency_is_refused(code):
    rows = (("class", "amount"), ("GPU fleet", 1_000_000), ("Data center", 150_000_000))
    said = refused(book(*rows, change=lambda made: setattr(made.active["B3"], "number_format", code)))
    assert said.startswith("line 3, amount: '150000000' is in ")
    assert said.endswith("not in US dollars; convert it to USD")


@pytest.mark.parametrize(
    "code", ['"$"#,##0', "[$$-409]#,##0", "[$USD] #,##0", '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"??_)']
)
def test_a_cell_shown_in_dollars_is_read(code):
    assert read_holdings(book(("class", "amount"), ("Cash", 5.5), formats=code)).cash == 5.5


@pytest.mark.parametrize("cell", ["€500", "500 EUR", "£1,000.50", "CHF 5", "¥150000000", "C$ 5", "5 kr"])
def test_a_cell_written_in_another_currency_is_refused(cell):
    assert "not in US dollars; convert it to USD" in refused(f"class;amount\nCash;{cell}\n".encode())


def test_a_column_of_currencies_is_obeyed():
    text = "class,amount,currency\nCash,5,USD\nData center,5,{}\n"
    assert read_holdings(text.format("US$").encode()).total == 10
    said = refused(text.format("JPY").encode())
    assert said == "line 3, currency: 'JPY' is JPY, not US dollars; convert the row to USD"
    assert "'EUR' is EUR" in refused(text.replace("currency", "Deal currency (ISO)").format("EUR").encode())
    assert read_holdings(text.format("United States dollar").encode()).total == 10
    local = read_holdings(b"class,amount,amount in local currency\nCash,5,700\n")
    assert local.notes == ("Not used: 'amount in local currency'.",)
    assert "'currency' is empty" in refused(text.format("").encode())
    assert "'m' changes what the row means" in refused(text.replace("currency", "unit").format("m").encode())
    assert read_holdings(b"class,amount,currency\nCash,5,\n").notes == ("Not used: 'currency'.",)


@pytest.mark.parametrize(
    ("heading", "scale"),
    [("Amount (USD)", 1), ("USD", 1), ("Amount USD (000)", 1e3), ("Amount in thousands", 1e3), ("Amount, USD m", 1e6),
     ("Value ($mm)", 1e6), ("Amount [USD bn]", 1e9), ("USDk", 1e3), ("Value, k$", 1e3), ("Amount ($ '000s)", 1e3)],
)
def test_a_heading_scales_its_column_and_says_so(heading, scale):
    found = read_holdings(f'class;"{heading}"\nCash;5,5\n'.encode())
    assert found.cash == 5.5 * scale
    assert any(f"multiplied by {scale:,.0f}." in note for note in found.notes) == (scale > 1)


@pytest.mark.parametrize(
    ("code", "heading", "said"),
    [
        ("#,##0,", "amount (000)", "shown scaled under a heading that scales too; show it in full; it can be 5000 or"),
        ('0"m"', "amount", "shown with a word for 1,000,000; show it in full; it can be 5000 or 5000000000"),
        ('0" pieces"', "amount", "'5000' is shown with 'pieces'"),
        ("0%", "amount", "is a rate, but dollars are wanted"),
        ("[h]:mm", "amount", "a time of day or a duration"),
        ("yyyy-mm-dd", "amount", "is not a number"),
    ],
)
def test_a_format_that_says_what_the_value_does_not_is_refused(code, heading, said):
    assert said in refused(book(("class", heading), ("Cash", 5000), formats=code))


@pytest.mark.parametrize("code", ["#,##0,", '#,##0.0,,"M"'])
def test_a_format_that_only_shortens_is_read_in_full_and_said(code):
    found = read_holdings(book(("class", "amount"), ("Cash", 5_000_000), formats=code))
    assert found.cash == 5_000_000
    assert "their full values were read" in found.notes[0]


def test_the_sheet_that_is_shown_is_read():
    def change(made):
        made.active.title, made.active.sheet_state = "June", "hidden"
        for row in (("class", "amount"), ("Data center", 2)):
            (made["July"] if "July" in made.sheetnames else made.create_sheet("July")).append(row)

    found = read_holdings(book(("class", "amount"), ("GPU fleet", 1), change=change))
    assert found.weights[1] == 1.0
    assert found.notes == ("Hidden and not read: sheet 'June'.",)


@pytest.mark.parametrize("name", ["Total", "TOTAL:", "Grand total", "Average", "Sub-total", "Summe"])
def test_totals_are_no_holdings(name):
    found = read_holdings(f"class,amount\nCash,5\n{name},5\n".encode())
    assert (found.total, found.rows) == (5, 1)
    assert found.notes == (f"Not an entry and not read: '{name}' in line 3.",)


def test_what_stands_beside_the_table_is_named():
    notes = read_holdings(b"class,amount,,fx rate\nCash,5,x,2\n").notes
    assert notes == ("Not used: column 3, which has no heading, 'fx rate'.",)
    many = ",".join(f"extra {k}" for k in range(15))
    assert read_holdings(f"class,amount,{many}\nCash,5\n".encode()).notes[0].endswith("'extra 9' and 5 more.")


def test_words_that_the_pages_show_name_a_class():
    shown = {"GPU debt": "gpu_debt", "LLM": "llm_developer", "Cloud": "cloud_platform", "GPU fleets": "gpu_fleet"}
    for words, key in shown.items():
        assert read_holdings(f"class,amount\n{words},5\n".encode()).amounts[key] == 5


def test_a_merged_class_is_not_empty():
    merged = book(("class", "amount"), ("Cash", 5), (None, 6), change=lambda made: made.active.merge_cells("A2:A3"))
    assert "line 3, class: the cell is part of a merged one" in refused(merged)


MILLIONS = "GPU fleet;1\nData center;2.5\nCash;0.5\n"


@pytest.mark.parametrize(
    "text",
    [
        "ACME fund, as of 30 June 2026\nUSD in millions\n\nClass;Amount\n" + MILLIONS,
        "Class;Amount\n;USD m\n" + MILLIONS + "Subtotal physical;3.5\nGrand total;4\nSource: custodian\n* unaudited\n",
        "Asset class;Market value ($m)\n" + MILLIONS,
        "class;amount\nGPUs;1.0m\nDatacentres;$2.5mm\nCash and equivalents;500k\n",
        "class;amount\nGPU fleets;1,0 Mio.\nData Centre;2,5 MUSD\nCash;500 Tsd.\n",
        "Currency:;USD\nUnits:;thousands\nclass;amount\nGPUs;1000\nDatacenters;2500\nCash;500\n",
        "class;amount\nGPU fleets;10 lakh\ndata centre;0.25 crore\ncash;１０００００\ncash;4 lakh\n",
    ],
)
def test_what_stands_beside_the_table_is_applied_and_told(text):
    for data in (text.encode(), text.replace(";", "\t").encode("utf-16")):
        found = read_holdings(data)
        assert (found.amounts["gpu_fleet"], found.amounts["data_center"], found.cash) == (1e6, 2.5e6, 5e5)
        assert any("multiplied" in note for note in found.notes)


def test_a_cover_sheet_is_named_where_nothing_is_found():
    def change(made):
        made.create_sheet("Holdings").append(["class", "amount"])
        made.active.title = "Cover"

    with pytest.raises(DataError, match="Only the first sheet, 'Cover', was read"):
        read_holdings(book(["ACME"], change=change))
