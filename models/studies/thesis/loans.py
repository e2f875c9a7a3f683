"""T5: loans on GPUs, how many are known and whether this scenario's lender is paid for what it loses."""

from __future__ import annotations

from models.engine.estimate import Estimate
from models.evidence.rows import read_rows
from models.evidence.sources import DATA
from models.studies.thesis.record import (
    HOLDS,
    UNTESTED,
    Finding,
    Verdict,
    fact,
    figure,
    finite,
    percent,
    reported,
    tested,
)
from models.studies.thesis.subject import BAIN, Subject, claim

CHIPS = ("GPU", "H100", "H200", "NVIDIA")


@claim("T5", "Financing secured on GPUs is becoming a common form of corporate debt, a new sub-asset class.", BAIN,
       refuted_by=("Spread less expected loss",))
def gpu_loans(subject: Subject) -> Finding:
    """T5: whether such loans spread, and whether this scenario's lender is paid for what it loses."""
    result = subject.result("gpu_debt")
    terms = result.claims.loan_terms
    assert result.debt is not None and terms is not None
    loan = result.debt
    # A program that makes the coupon cheaper pays the lender the difference.
    spread = loan.coupon + terms.interest_subsidy - subject.scenario.rates.base_rate
    yearly = loan.expected_loss / loan.wal_years
    loss = Estimate(yearly, loan.expected_loss_se / loan.wal_years)
    before, after = _facilities()
    margin = figure("Spread less expected loss a year of life", Estimate(spread - yearly, loss.error), "per year")
    figures = finite(
        margin,
        figure("Chance of default", Estimate(loan.default_probability, loan.default_probability_se), "share"),
        figure("Expected loss", Estimate(loan.expected_loss, loan.expected_loss_se), "share of the loan"),
        figure("Loss given default", loan.loss_given_default, "share of exposure"),
        figure("Expected loss a year of life", loss, "per year"),
        figure("Spread over the base rate, with what a program pays the lender", spread, "per year"),
        figure("Loan over hardware cost", loan.advance_rate, "share"),
        figure("Least coverage of debt service, middle of futures",
               Estimate(loan.min_dscr.p50, loan.min_dscr.p50_se), "x"),
        figure("GPU facilities in the fact table, 2023 and 2024", float(before), "count", "gpu_debt_deals-001"),
        figure("GPU facilities in the fact table, 2025 and 2026", float(after), "count", "gpu_debt_deals-016"),
        fact("GPU-backed facilities announced in all, more than", "gpu_debt_deals-035", "USD", 1e9),
    )
    pays = tested("The spread pays for the expected loss", margin, above=0.0)
    parts = reported("More facilities since 2025 than before", after > before), pays
    why = f"{after} facilities on GPUs are known since 2025, after {before} before. "
    why += "No loan can be sized on this scenario's cash flow." if pays.verdict == UNTESTED else (
        f"Here a loan of {percent(loan.advance_rate)} of cost defaults in {percent(loan.default_probability)} of "
        f"futures and loses {percent(loan.expected_loss)} of what was lent, {percent(yearly)} for each year of its "
        f"life, against a spread of {percent(spread)}."
    )
    return Finding(figures, why, _turn_loans(pays.verdict, yearly, spread), parts)


def _turn_loans(paid: Verdict, yearly: float, spread: float) -> str:
    if paid == UNTESTED:
        return "Cash flow that covers a loan."
    if paid != HOLDS:
        return f"The lender would have to be paid more than {percent(yearly)} a year, or lose less."
    times = f"{spread / yearly:.1f} times today's" if yearly > 0.0 else f"{percent(spread)} a year"
    return f"Losses would have to reach {times}, as on loans without a contract in a glut."


def _facilities() -> tuple[int, int]:
    """Facilities on GPUs closed up to 2024, and since; rows that repeat a facility are counted once."""
    rows = read_rows(DATA / "facts" / "gpu_debt_deals.csv", ("id", "close_date", "collateral", "facility"))
    closed = {
        (row["borrower"], row["facility"].split(" (")[0]): row["close_date"][:4]
        for row in rows
        if row["close_date"] and any(chip in row["collateral"] for chip in CHIPS)
    }
    before = sum(year <= "2024" for year in closed.values())
    return before, len(closed) - before
