"""Headings: every label that is shown can head a column, and what stands beside a name is applied or refused."""

import pytest

from models.intake.headings import named, nearest, unit_fault, unit_note
from models.intake.units import Unit
from models.studies.book.tape_columns import COLUMNS as TAPE
from models.studies.portfolio.holdings import COLUMNS as HOLDINGS

BY_NAME = {c.name: c for c in TAPE}


@pytest.mark.parametrize("column", [*TAPE, *HOLDINGS], ids=lambda c: c.name)
def test_name_label_and_aliases_head_their_column_with_its_unit_beside_them(column):
    columns = TAPE if column in TAPE else HOLDINGS
    for words in (column.name, column.label, *column.aliases):
        units = ("", f" ({column.unit})", f", {column.unit}") if column.is_number else ("",)
        for shown in (f"{words}{unit}" for unit in units):
            for heading in (shown, shown.upper(), shown.replace(" ", "_"), f" {shown} "):
                found = named(heading, columns)
                assert found is not None and found.column is column, heading
                assert found.unit in (Unit(), Unit(currency="USD")), heading


@pytest.mark.parametrize(
    ("heading", "name", "unit"),
    [
        ("Size USD (000)", "size_usd", Unit(3)), ("Size (USD m)", "size_usd", Unit(6, "USD")),
        ("Size in thousands", "size_usd", Unit(3)), ("Size, $mm", "size_usd", Unit(6, "USD")),
        ("size_usd_k", "size_usd", Unit(3)), ("USD m size", "size_usd", Unit(6, "USD")),
        ("Size ($ bn)", "size_usd", Unit(9, "USD")),
        ("Advance rate (%)", "advance_rate", Unit(mark="%")), ("Spread bps", "spread", Unit(mark="bp")),
        ("Spread (bp p.a.)", "spread", Unit(mark="bp")), ("Contract price ($/hr)", "contract_price", Unit()),
        ("Contract payback", "payback_years", Unit()), ("Tenor (yrs)", "tenor_years", Unit()),
        ("Size (EUR)", "size_usd", Unit(currency="EUR")), ("Size (pieces)", "size_usd", Unit(words=("pieces",))),
    ],
)
def test_a_unit_beside_a_name_is_understood(heading, name, unit):
    found = named(heading, TAPE)
    assert found is not None
    assert (found.column.name, found.unit) == (name, unit)


@pytest.mark.parametrize(
    "heading", ["remark", "Size class", "Contract", "EUR", "loan size", "", "()", "2026", "Tenor max"]
)
def test_other_headings_are_not_taken_for_a_column(heading):
    assert named(heading, TAPE) is None


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("Size (EUR)", "the amounts are in EUR, not in US dollars"), ("Size (A$ m)", "the amounts are in A$"),
        ("Size (pieces)", "'pieces' is no unit that is known here"), ("Size (%)", "the amounts are no percentages"),
        ("Tenor (months)", "'months' is no unit that is known here"), ("Tenor (k)", "the heading multiplies"),
        ("Contract price (€/h)", "in EUR, not in US dollars"), ("Advance rate ($)", "the heading is in USD"),
        ("Contract price (cents/h)", "'cents' is no unit"), ("Reserve months (years)", "'years' is no unit"),
    ],
)
def test_a_unit_that_is_another_is_refused(heading, said):
    found = named(heading, TAPE)
    assert found is not None
    fault = unit_fault(heading, found.unit, found.column)
    assert fault is not None and said in fault.problem


def test_what_a_heading_changes_is_told():
    size, customer = BY_NAME["size_usd"], BY_NAME["offtaker"]
    millions = unit_note("Size (USD m)", Unit(6, "USD"), size)
    assert millions == "'Size (USD m)': cells of size_usd were multiplied by 1,000,000."
    assert "no effect" in unit_note("Customer (legal)", Unit(words=("legal",)), customer)
    assert unit_note("Size (USD)", Unit(0, "USD"), size) == ""


def test_a_near_heading_names_the_column_by_its_label_too():
    assert nearest("Contract pay back", TAPE) == ["payback_years"]
    assert nearest("advance_rat", TAPE) == ["advance_rate"]
    assert nearest("remark", TAPE) == []
