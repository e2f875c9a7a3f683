"""Columns of a loan tape and how much of one is read."""

from __future__ import annotations

from models.intake.column import Column
from models.intake.limits import Limits
from models.market.customer import GRADES

MAX_LOANS = 5_000
LIMITS = Limits(
    "loan tape", size=20_000_000, unpacked=20_000_000, rows=MAX_LOANS, thing="loan", whole="book",
    too_large=f"A book of {MAX_LOANS:,} loans takes under 2 MB: remove other sheets and columns",
    too_many="split it, or add up loans with the same customer, vintage and terms; "
    f"the first {MAX_LOANS:,} were checked",
)
FIRST_VINTAGE, LAST_VINTAGE = -16, 16
"""Quarters before and after quarter 0 in which a loan may close: older machines are near the end of their life, and a
later loan would outlive the horizon."""

AMORTIZATION = {"level": "level payments", "straight": "equal principal"}

COLUMNS: tuple[Column, ...] = (
    Column(
        "loan", "Loan", "text", "name", "Name or number of the loan; every loan has its own.",
        is_required=True, is_unique=True, high=80, aliases=("loan id", "loan name", "loan number"),
    ),
    Column(
        "offtaker", "Customer", "text", "name",
        "Who rents the machines. Loans with the same name share one default: when it fails, all of them lose it.",
        high=80, empty="allowed only without a contract", aliases=("customer name",),
    ),
    Column(
        "grade", "Customer grade", "choice", "choice", "Credit of the customer; one grade for each name.",
        options=GRADES, empty="allowed only without a contract",
    ),
    Column(
        "closing_date", "Closing", "date", "day", "Day on which the loan closed or will close; it sets the vintage.",
        is_required=True, low=FIRST_VINTAGE, high=LAST_VINTAGE,
        aliases=("origination date", "date of closing"),
    ),
    Column(
        "size_usd", "Size", "amount", "USD", "Amount lent at closing, not what is left of it.",
        is_required=True, low=100_000, high=1e12, negative="write what was lent as a positive number",
        aliases=("original balance", "original principal", "loan amount"),
    ),
    Column(
        "advance_rate", "Advance rate", "share", "share of cost", "Amount lent over the cost of the machines it buys.",
        is_required=True, low=0.05, high=1.0, aliases=("loan to cost", "ltc"),
    ),
    Column(
        "spread", "Spread", "rate", "per year", "Margin over the base rate; leave it empty for a fixed coupon.",
        low=0.0, high=0.20, empty="fixed coupon", aliases=("margin", "credit spread"),
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
        is_required=True, low=0.0, high=1.0, aliases=("contracted",),
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
        options=AMORTIZATION, empty="level payments", aliases=("amortisation",),
        spellings={"annuity": "level", "straight line": "straight"},
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
