"""A column of numbers as people bring it: read row by row in the unit they say, or refused by row."""

import datetime as dt

import pytest

from dashboard.blocks.inputs import scale
from models.errors import DataError
from models.intake import years
from models.scenario.by_year import yearly_paths
from models.scenario.catalog import declared
from tests.intake.workbooks import workbook

YEARS = [str(year) for year in range(2027, 2037)]
PERCENT = {"low": -0.5, "high": 1.0, "factor": 100.0, "unit": "% a year"}


def book(*rows: list[object], percent: bool = False) -> bytes:
    def change(made):
        for cell in made.active["A"]:
            cell.number_format = "0.0%" if percent else cell.number_format

    return workbook(*rows, change=change)


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


# What real files hold

FALLING = (50, 45, 40, 35, 30, 25, 20, 15, 10, 8)
SHARES = tuple(value / 100 for value in FALLING)


def refused(data: bytes | str, **kind) -> str:
    with pytest.raises(DataError) as refusal:
        given = years.pasted(data) if isinstance(data, str) else years.uploaded(data)
        years.path_of(given, **(kind or PERCENT))
    return str(refusal.value)


def named(names, values=FALLING) -> str:
    return "year,growth\n" + "\n".join(f"{name},{value}" for name, value in zip(names, values, strict=True))


def test_a_blank_year_with_an_average_below_is_missing_by_name():
    values = [*FALLING[:3], "", *FALLING[4:], 27]
    column = "growth\n" + "\n".join(map(str, values))
    assert refused(column.encode()).startswith("year 4 is missing (2030): the row below '40' is empty; 10 are needed")
    assert refused(column).startswith("year 4 is missing (2030)")
    assert refused(workbook(["growth"], *[[value or None] for value in values])).startswith("year 4 is missing (2030)")
    both = named([*YEARS, "Average"], values)
    assert refused(both.encode()).startswith("year 4 is missing (2030): its cell is empty")
    gone = named([*YEARS[:3], *YEARS[4:]], [*FALLING[:3], *FALLING[4:]])
    assert refused(gone.encode()).startswith("year 4 is missing (2030): 9 rows hold a value")


@pytest.mark.parametrize("has_heading", [True, False])
@pytest.mark.parametrize("gone", range(1, 11))
def test_whichever_cell_is_blank_no_other_takes_its_year(gone, has_heading):
    values = [*map(str, FALLING), "27"]
    values[gone - 1] = ""
    column = "growth\n" * has_heading + "\n".join(values)
    made = workbook(*([["growth"]] * has_heading), *[[float(value) if value else None] for value in values])
    for data in (column, column.encode(), made):
        year = 2026 + gone
        assert refused(data).startswith((f"year {gone} is missing ({year})", f"year {gone} ({year}) may be missing"))


def test_lines_of_a_spacing_of_their_own_are_read():
    assert years.path_of(years.pasted("growth\n\n" + "\n\n".join(map(str, FALLING))), **PERCENT) == SHARES
    assert years.path_of(years.uploaded(b"sep=;\n" + b"40\n" * 10), **PERCENT) == (0.4,) * 10


def test_a_hidden_row_is_a_missing_year():
    def change(made):
        made.active.row_dimensions[5].hidden = True

    assert "year 4 is missing" in refused(workbook(["growth"], *[[value] for value in (*FALLING, 27)], change=change))


@pytest.mark.parametrize(
    "names",
    [
        YEARS, [f"FY{year[2:]}" for year in YEARS], [f"FY {year}" for year in YEARS],
        [f"year {k}" for k in range(1, 11)],
        [f"Year {k}:" for k in range(1, 11)], [f"Y{k}" for k in range(1, 11)], [f"{year}-12-31" for year in YEARS],
        [f"12/31/{year}" for year in YEARS], [f"31.12.{year}" for year in YEARS], [f"{year}E" for year in YEARS],
        [f"Dec-{year[2:]}" for year in YEARS], [f"'{year[2:]}" for year in YEARS], list(map(str, range(1, 11))),
    ],
)
def test_a_year_is_a_year(names):
    found = years.read_path(years.uploaded((named(names) + "\nAverage,27.8\n").encode()), **PERCENT)
    assert found.values == SHARES
    assert found.notes == ("Not a year and not read: 'Average'.",)


@pytest.mark.parametrize("names", [YEARS, [f"FY{year}" for year in YEARS], [f"{year}-12-31" for year in YEARS]])
def test_named_years_are_read_in_any_order(names):
    pairs = list(zip(names, FALLING, strict=True))
    for moved in (pairs[::-1], pairs[5:] + pairs[:5], pairs[::2] + pairs[1::2]):
        assert years.path_of(years.pasted(named(*zip(*moved, strict=True))), **PERCENT) == SHARES


def test_days_of_a_workbook_are_years():
    rows = [[dt.date(int(year), 12, 31), value] for year, value in zip(YEARS, FALLING, strict=True)]
    assert years.path_of(years.uploaded(workbook(["year", "growth"], *rows)), **PERCENT) == SHARES


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([*YEARS[:3], "2029", *YEARS[4:]], "row 4: the first cell is '2029', as in row 3 (2029); name each"),
        ([str(year) for year in range(2026, 2036)], "'2026' is none of the years 2027 to 2036; leave it out"),
        ([*YEARS[:3], "later", *YEARS[4:]], "row 4: the first cell is 'later'"),
        ([*YEARS[:3], "", *YEARS[4:]], "row 4: a value has no year beside it"),
        ([*YEARS[:3], "2030/31", *YEARS[4:]], "row 4: the first cell is '2030/31'"),
    ],
)
def test_what_is_no_year_of_the_path_is_named(names, words):
    assert words in refused(named(names).encode())


FRACTIONS = ("1.2", "0.9", "0.6", "0.5", "0.4", "0.3", "0.25", "0.2", "0.15", "0.1")


@pytest.mark.parametrize("scale", [1.0, 0.8, 2.4])
def test_fractions_are_refused_with_both_readings_though_one_is_above_one(scale):
    cells = [f"{float(text) * scale:.4g}" for text in FRACTIONS]
    column = "growth\n" + "\n".join(cells)
    for data in (column.encode(), column, workbook(["growth"], *[[float(text)] for text in cells])):
        said = refused(data)
        assert f"would be read as {cells[0]}%, but may be a fraction" in said
        assert f"write {float(cells[0]) * 100:g} or" in said


@pytest.mark.parametrize(
    "column",
    ["growth (%)\n" + "\n".join(FRACTIONS), "Growth, % a year\n" + "\n".join(FRACTIONS),
     "\n".join(f"{text}%" for text in FRACTIONS), "growth in percent\n" + "\n".join(FRACTIONS)],
)
def test_small_percentages_have_a_way_in(column):
    expected = tuple(round(float(text) / 100, 12) for text in FRACTIONS)
    assert years.path_of(years.uploaded(column.encode()), **PERCENT) == expected


def test_fractions_have_a_way_in_too():
    column = "growth (fraction)\n" + "\n".join(["0.99", *FRACTIONS[1:]])
    found = years.read_path(years.uploaded(column.encode()), **PERCENT)
    assert found.values == (0.99, *map(float, FRACTIONS[1:]))
    assert "read as fractions" in found.notes[0]


def test_a_path_with_and_without_signs_is_not_guessed():
    assert "row 2 (2028): '0.35' and so on" in refused("40%\n" + "0.35\n" * 9)
    assert years.path_of(years.pasted("0.5%\n" + "40\n" * 9), **PERCENT) == (0.005, *[0.4] * 9)


def test_every_label_of_a_path_heads_it_with_its_unit():
    for path in yearly_paths():
        item = declared()[path]
        shape = scale(item)
        low, high = shape.rate.limits(item.low, item.high) if shape.rate else (item.low, item.high)
        value = (low + high) / 2
        for heading in (item.label, f"{item.label} ({shape.unit})", f"{item.label}, {shape.unit}", shape.unit or "x"):
            column = f"year;{heading}\n" + "\n".join(f"{year};{value * shape.factor:.6f}" for year in YEARS)
            given = years.uploaded(column.encode())
            found = years.path_of(given, low=low, high=high, factor=shape.factor, unit=shape.unit)
            assert found == pytest.approx((value,) * 10), heading


def test_one_fraction_among_percentages_is_named():
    assert "row 4 (2030): '0.35' among larger ones" in refused("\n".join(["40"] * 3 + ["0.35"] + ["40"] * 6))
    fading = [40, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0]
    assert years.path_of(years.pasted("\n".join(map(str, fading))), **PERCENT) == tuple(x / 100 for x in fading)


GIGAWATTS = {"low": 0.5, "high": 40.0, "unit": "GW/quarter"}
PRICE = {"low": 0.01, "high": 0.5, "unit": "$ per kWh"}


@pytest.mark.parametrize(
    ("heading", "cell", "kind", "words"),
    [
        ("Power (MW)", "5", GIGAWATTS, "is in mw; GW/quarter are wanted"),
        ("Power (%)", "5", GIGAWATTS, "is in %; GW/quarter are wanted"),
        ("Price, $/MWh", "0.05", PRICE, "is in mwh; $ per kWh are wanted"),
        ("Price, cents", "0.05", PRICE, "is in cents; $ per kWh are wanted"),
        ("Price (EUR)", "0.05", PRICE, "is in EUR; $ per kWh are wanted"),
        ("Power (thousands)", "5", GIGAWATTS, "multiplies by thousands"),
        ("Price", "€0.05", PRICE, "is shown in another unit"),
        ("Power", "5 MW", GIGAWATTS, "is shown in another unit"),
        ("Power", "1,500", GIGAWATTS, "can be read two ways; write 1500 or 1.5"),
        ("growth", "1e9999999", PERCENT, "a finite number is needed"),
        ("growth", "-1e999999999999999999", PERCENT, "a finite number is needed"),
    ],
)
def test_another_unit_in_heading_or_cell_is_refused(heading, cell, kind, words):
    assert words in refused((heading + "\n" + f'"{cell}"\n' * 10).encode(), **kind)


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [("1.500", GIGAWATTS, 1.5), ("1,5", GIGAWATTS, 1.5), ("$0.05", PRICE, 0.05), ("5 GW", GIGAWATTS, 5.0),
     ("(5)", PERCENT, -0.05),
     ("\u22125", PERCENT, -0.05), ("5,5 %", PERCENT, 0.055), ("500 bp", PERCENT, 0.05)],
)
def test_marks_of_every_country_are_read(cell, kind, value):
    assert years.path_of(years.uploaded(("path\n" + f"{cell}\n" * 10).encode()), **kind) == (value,) * 10


def test_a_lone_column_with_decimal_commas_is_no_table_of_two():
    column = "growth\n" + "\n".join(f"{value},5" for value in FALLING)
    expected = tuple((value + 0.5) / 100 for value in FALLING)
    assert years.path_of(years.uploaded(column.encode()), **PERCENT) == pytest.approx(expected)
    line = column.removeprefix("growth\n").replace("\n", " ")
    assert years.path_of(years.pasted(line), **PERCENT) == pytest.approx(expected)
    assert "'1,50' can be read two ways" in refused("\n".join(f"{k},{value}" for k, value in enumerate(FALLING, 1)))


def test_a_row_of_years_above_a_row_of_values_is_read():
    rows = [["year", *YEARS], ["growth", *map(str, FALLING)]]
    assert years.path_of(years.uploaded("\n".join(map(",".join, rows)).encode()), **PERCENT) == SHARES


@pytest.mark.parametrize("count", [201, 300, 90_000])
def test_the_rows_of_a_long_file_are_counted_honestly(count):
    assert f"{count:,} rows hold a value; 10 are needed" in refused(b"growth\n" + b"4\n" * count)


def test_more_columns_than_a_year_and_its_value_are_refused():
    rows = "\n".join(f"{year},40,3" for year in YEARS)
    assert "row 1 (2027): 3 cells; keep one column, or a year and its value" in refused(f"year,a,b\n{rows}".encode())


def test_one_cell_that_was_lost_is_not_taken_for_a_heading():
    assert "11 rows hold a value" in refused("n/a\n" + "\n".join(map(str, FALLING)))


BOTH = "\n".join(f"{year};{value}" for year, value in zip(YEARS, FALLING, strict=True))
WIDE = "year;" + ";".join(YEARS) + "\ngrowth;" + ";".join(map(str, FALLING))


@pytest.mark.parametrize("above", ["", "Forecast of demand\n", "Forecast, by us\n\n", "Forecast\nas of June\n"])
@pytest.mark.parametrize("below", ["", "\nSource: survey", "\n\n(1) base case\n* unaudited"])
@pytest.mark.parametrize("path", ["year;growth\n" + BOTH, "year;growth\n;%\n" + BOTH, WIDE])
def test_titles_units_and_remarks_are_no_years(above, path, below):
    for data in (above + path + below).encode(), (above + path + below).replace(";", "\t").encode("utf-16"):
        assert years.path_of(years.uploaded(data), **PERCENT) == SHARES


@pytest.mark.parametrize(("above", "below"), [("In EUR\n", ""), ("", "\nNote: cents"), ("", "\n* USD thousands")])
def test_another_unit_beside_a_path_is_refused(above, below):
    prices = "year;price\n" + "\n".join(f"{year};0.08" for year in YEARS)
    with pytest.raises(DataError, match="USD/kWh are wanted"):
        years.path_of(years.pasted(above + prices + below), low=0.0, high=1.0, unit="USD/kWh")


def test_one_odd_value_is_no_title():
    column = "growth\nabc\n" + "\n".join(map(str, FALLING[1:]))
    assert refused(column).startswith("row 1 (2027): 'abc' is not a number")
    under = years.path_of(years.pasted("growth\n%\n" + "0.5\n" * 10), **PERCENT)
    assert under == (0.005,) * 10
