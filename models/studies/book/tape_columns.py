"""Columns of a loan tape, each declared once: template, reading, checks, help and errors all come from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.market.customer import GRADES

Kind = Literal["text", "amount", "share", "rate", "number", "date", "choice"]

MAX_LOANS = 5_000
TODAY_YEAR, TODAY_QUARTER = 2026, 4
"""Calendar of quarter 0, in which a run begins."""
FIRST_VINTAGE, LAST_VINTAGE = -16, 16
"""Quarters before and after quarter 0 in which a loan may close: older machines are near the end of their life, and a
later loan would outlive the horizon."""

AMORTIZATION = {"level": "level payments", "straight": "equal principal"}
HOW: Mapping[Kind, str] = {
    "text": "write words",
    "amount": "write the full number of dollars, such as 300000000",
    "share": "write 0.75 or 75%",
    "rate": "write 0.04, 4% or 400 bp",
    "number": "write a plain number, such as 4 or 2.5",
    "date": "write the day as 2026-12-31",
    "choice": "choose one of the words of the template",
}
"""How a cell of each kind is written, for error messages."""


@dataclass(frozen=True)
class Column:
    """One column of the tape.

    Attributes
    ----------
    name, label : str
        Heading in the file, and the words for a reader.
    kind : Kind
        How its cells are read.
    unit, help : str
    is_required : bool
        Whether a cell must have a value.
    low, high : float or None
        Inclusive bounds in plain units (0.35, USD); length for text.
    options : mapping
        Stored key to shown words, for a choice.
    empty : str
        What an empty cell means.
    """

    name: str
    label: str
    kind: Kind
    unit: str
    help: str
    is_required: bool = False
    low: float | None = None
    high: float | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    empty: str = ""

    @property
    def bounds(self) -> str:
        """Bounds in words; empty where there are none."""
        if self.options:
            return " or ".join(self.options)
        if self.kind == "text" or self.low is None or self.high is None:
            return f"at most {self.high:g} characters" if self.high is not None else ""
        if self.kind == "date":
            return f"{vintage_start(int(self.low))} to {vintage_end(int(self.high))}"
        return f"{written(self.low, self.kind)} to {written(self.high, self.kind)}"


def written(value: float, kind: Kind) -> str:
    """Value as a tape would hold it: 75%, 400 bp, 300,000,000."""
    if kind == "share":
        return f"{value * 100:.6g}%"
    if kind == "rate":
        return f"{value * 1e4:.6g} bp"
    return f"{value:,.0f}" if kind == "amount" else f"{value:.6g}"


def vintage(day: dt.date) -> int:
    """Quarter of a day, counted from quarter 0; negative before it."""
    return (day.year - TODAY_YEAR) * 4 + (day.month - 1) // 3 + 1 - TODAY_QUARTER


def vintage_start(quarter: int) -> dt.date:
    """First day of a quarter counted from quarter 0."""
    count = TODAY_QUARTER - 1 + quarter
    return dt.date(TODAY_YEAR + count // 4, count % 4 * 3 + 1, 1)


def vintage_end(quarter: int) -> dt.date:
    """Last day of a quarter counted from quarter 0."""
    return vintage_start(quarter + 1) - dt.timedelta(days=1)


COLUMNS: tuple[Column, ...] = (
    Column(
        "loan", "Loan", "text", "name", "Name or number of the loan; every loan has its own.",
        is_required=True, high=80,
    ),
    Column(
        "offtaker", "Customer", "text", "name",
        "Who rents the machines. Loans with the same name share one default: when it fails, all of them lose it.",
        high=80, empty="allowed only without a contract",
    ),
    Column(
        "grade", "Customer grade", "choice", "choice", "Credit of the customer; one grade for each name.",
        options=GRADES, empty="allowed only without a contract",
    ),
    Column(
        "closing_date", "Closing", "date", "day", "Day on which the loan closed or will close; it sets the vintage.",
        is_required=True, low=FIRST_VINTAGE, high=LAST_VINTAGE,
    ),
    Column(
        "size_usd", "Size", "amount", "USD", "Amount lent at closing, not what is left of it.",
        is_required=True, low=100_000, high=1e12,
    ),
    Column(
        "advance_rate", "Advance rate", "share", "share of cost", "Amount lent over the cost of the machines it buys.",
        is_required=True, low=0.05, high=1.0,
    ),
    Column(
        "spread", "Spread", "rate", "per year", "Margin over the base rate; leave it empty for a fixed coupon.",
        low=0.0, high=0.20, empty="fixed coupon",
    ),
    Column(
        "fixed_coupon", "Fixed coupon", "rate", "per year", "Coupon of a fixed-rate loan; leave it empty for a spread.",
        low=0.01, high=0.25, empty="floating, with the spread",
    ),
    Column(
        "tenor_years", "Tenor", "number", "years", "Years of debt service after the ramp, in steps of a quarter.",
        is_required=True, low=1.0, high=5.0,
    ),
    Column(
        "contracted_share", "Contracted share", "share", "share of machines",
        "Share of the machines let under take-or-pay; the rest rents at the market.",
        is_required=True, low=0.0, high=1.0,
    ),
    Column(
        "contract_years", "Contract term", "number", "years", "Years the contract runs after the ramp.",
        low=0.25, high=5.0, empty="the scenario's contract term",
    ),
    Column(
        "contract_price", "Contract price", "number", "USD/h", "What the contract pays for one H100-equivalent hour.",
        low=0.2, high=15.0, empty="break-even price of its vintage, less the customer's discount",
    ),
    Column(
        "payback_years", "Contract payback", "number", "years",
        "Sets the contract price so that it returns the cost of the machines in this many years.",
        low=1.0, high=6.0, empty="no payback is given",
    ),
    Column(
        "amortization", "Repayment", "choice", "choice", "How principal is repaid over the tenor.",
        options=AMORTIZATION, empty="level payments",
    ),
    Column(
        "balloon", "Balloon", "share", "share of loan", "Share of the loan due in the last quarter.",
        low=0.0, high=0.6, empty="none",
    ),
    Column(
        "reserve_months", "Debt service reserve", "number", "months", "Months of debt service held in reserve.",
        low=0.0, high=12.0, empty="the scenario's reserve",
    ),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
