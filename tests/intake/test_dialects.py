"""One table of numbers in many dialects: all three readers read the same numbers, or refuse; never another number."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.claims import registry
from models.errors import DataError
from models.intake import years
from models.studies.book.tape import read_tape
from models.studies.book.tape_columns import COLUMNS
from models.studies.portfolio.holdings import read_holdings

CLASSES = (*(c.label for c in registry.CLASSES.values()), "Cash")
LOAN = {"loan": "A", "offtaker": "Société", "grade": "ig", "closing_date": "2026-12-31", "advance_rate": "75%",
        "spread": "400 bp", "tenor_years": "4", "contracted_share": "95%"}
GROUPS = ("", ",", ".", " ", "\u00a0", "\u202f", "'", "’")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
ENDS = ("\n", "\r\n", "\r")
MINUS = ("-", "\u2212", "(")

dialects = st.fixed_dictionaries({
    "separator": st.sampled_from((",", ";", "\t", "|")), "group": st.sampled_from(GROUPS),
    "point": st.sampled_from((".", ",")), "encoding": st.sampled_from(ENCODINGS), "end": st.sampled_from(ENDS),
    "says": st.booleans(), "minus": st.sampled_from(MINUS), "places": st.integers(0, 4),
})


def written(value: float, way: dict[str, object]) -> str:
    """A number as a program of some country writes it; digits and marks only."""
    whole, _, fraction = f"{abs(value):,.{way['places']}f}".partition(".")
    text = whole.replace(",", str(way["group"])) + (str(way["point"]) + fraction if fraction else "")
    return text if value >= 0 else f"({text})" if way["minus"] == "(" else f"{way['minus']}{text}"


def file(rows: Sequence[Sequence[str]], way: dict[str, object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=str(way["separator"]), lineterminator=str(way["end"])).writerows(rows)
    head = f"sep={way['separator']}{way['end']}" if way["says"] else ""
    return (head + out.getvalue()).encode(str(way["encoding"]))


def is_fair(way: dict[str, object]) -> bool:
    """Whether the dialect has different marks, and its encoding has their signs."""
    has_signs = way["encoding"] != "cp1252" or (way["minus"] != "\u2212" and way["group"] != "\u202f")
    return way["group"] != way["point"] and has_signs


amounts = st.lists(st.floats(1e5, 1e12).map(lambda x: round(x, 0)), min_size=1, max_size=7)


@settings(max_examples=80, deadline=None)
@given(values=amounts, way=dialects)
def test_tape_and_holdings_read_the_same_amounts_or_refuse(values: list[float], way: dict[str, object]) -> None:
    if not is_fair(way):
        return
    names = [c.name for c in COLUMNS]
    loans = [
        [{**LOAN, "loan": f"L{k}", "size_usd": written(value, way)}.get(name, "") for name in names]
        for k, value in enumerate(values)
    ]
    tape = read_tape(file([names, *loans], way))
    if tape.problems:
        assert all(p.column == "size_usd" or "two ways" in p.problem for p in tape.problems), tape.problems
    else:
        assert [loan.size for loan in tape.loans] == pytest.approx(values, rel=1e-12)
    rows = [[name, written(value, way)] for name, value in zip(CLASSES, values, strict=False)]
    try:
        held = read_holdings(file([["class", "amount"], *rows], way))
    except DataError as error:
        assert "two ways" in str(error), error
    else:
        assert sorted([*held.amounts.values(), held.cash])[-len(values):] == pytest.approx(sorted(values), rel=1e-12)


@settings(max_examples=80, deadline=None)
@given(values=st.lists(st.floats(-40.0, 95.0).map(lambda x: round(x, 2)), min_size=10, max_size=10), way=dialects,
       is_named=st.booleans(), has_sign=st.booleans())
def test_paths_by_year_read_the_same_percentages_or_refuse(
    values: list[float], way: dict[str, object], is_named: bool, has_sign: bool
) -> None:
    if not is_fair(way):
        return
    values = [round(value, int(str(way["places"]))) for value in values]
    cells = [written(value, way) + ("%" if has_sign else "") for value in values]
    names = [[str(2027 + k)] if is_named else [] for k in range(10)]
    head = [*(["year"] if is_named else []), "growth"]
    rows = [head, *([*name, cell] for name, cell in zip(names, cells, strict=True))]
    try:
        found = years.path_of(years.uploaded(file(rows, way)), low=-0.5, high=1.0, factor=100.0)
    except DataError as error:
        assert any(words in str(error) for words in ("two ways", "fraction", "too high")), error
    else:
        assert found == pytest.approx([value / 100 for value in values], abs=1e-12)


MESSY = {
    "1 000 000": 1e6, "1\u00a0000\u00a0000": 1e6, "1\u202f000\u202f000": 1e6, "1'000'000": 1e6, "1’000’000": 1e6,
    "500.000,00": 5e5, "1.250.000": 1.25e6, "1,250,000": 1.25e6, "$1,250,000": 1.25e6, "USD 1.250.000,00": 1.25e6,
    "1_250_000": 1.25e6, "1250000": 1.25e6, "1.25e6": 1.25e6, "12,50,000": 1.25e6,
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, encoding) for text in MESSY for encoding in ENCODINGS if encoding != "cp1252" or "\u202f" not in text],
)
def test_clear_amounts_are_read_in_every_encoding(text: str, encoding: str) -> None:
    way = {"separator": ";", "end": "\r", "encoding": encoding, "says": False}
    names = [c.name for c in COLUMNS]
    tape = read_tape(file([["Size (USD)" if n == "size_usd" else n for n in names],
                           [{**LOAN, "size_usd": text}.get(n, "") for n in names]], way))
    assert [loan.size for loan in tape.loans] == [MESSY[text]], tape.problems
    held = read_holdings(file([["Class", "Amount (USD)"], ["Cash", text]], way))
    assert held.cash == MESSY[text]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("cell", ["12,5", "12.5", "12,5 %", "12.5%", "1250 bp", "+12,5"])
def test_clear_percentages_are_read_in_every_encoding(cell: str, encoding: str) -> None:
    way = {"separator": ";", "end": "\r", "encoding": encoding, "says": False}
    data = file([["growth"], *[[cell]] * 10], way)
    assert years.path_of(years.uploaded(data), low=-0.5, high=1.0, factor=100.0) == (0.125,) * 10
