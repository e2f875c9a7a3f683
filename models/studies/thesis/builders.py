"""T5, T6, T7 and T17: who lends, who builds, what states order, and how much of it the supplier sells."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.engine.estimate import Estimate
from models.evidence.rows import read_rows
from models.evidence.sources import DATA
from models.studies.thesis.record import (
    HOLDS,
    UNTESTED,
    Finding,
    Part,
    Verdict,
    call,
    dollars,
    fact,
    fails_if,
    figure,
    finite,
    percent,
)
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

NEARLY_A_QUARTER = (0.20, 0.28)
NEXT_YEARS = 12  # quarters
CHIPS = ("GPU", "H100", "H200", "NVIDIA")
MATERIAL = 0.05  # share of revenue from which a customer matters


@claim("T5", "Financing secured on GPUs is becoming a common form of corporate debt, a new sub-asset class.", BAIN)
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
    figures = finite(
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
    paid = call(Estimate(spread - yearly, loss.error))
    parts = (
        Part("More facilities than before", fails_if(after <= before)),
        Part("The spread pays for the expected loss", paid),
    )
    why = f"{after} facilities on GPUs are known since 2025, after {before} before. "
    why += "No loan can be sized on this scenario's cash flow." if paid == UNTESTED else (
        f"Here a loan of {percent(loan.advance_rate)} of cost defaults in {percent(loan.default_probability)} of "
        f"futures and loses {percent(loan.expected_loss)} of what was lent, {percent(yearly)} for each year of its "
        f"life, against a spread of {percent(spread)}."
    )
    return Finding(figures, why, _turn_loans(paid, yearly, spread), parts)


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


@claim("T6", "Local providers account for nearly a quarter of the new data center capacity of the next years; "
       "hyperscalers plan most of it.", BAIN)
def who_builds(subject: Subject) -> Finding:
    """T6: shares of what is delivered in the next three years, public programs included."""
    pipeline, private = subject.scenario.pipeline, _private_share(subject)
    local = subject.mean("Local providers' share of new capacity, next three years", pipeline.local_share * private,
                         "share")
    large = subject.mean("Hyperscalers' share of new capacity, next three years", pipeline.hyperscaler_share * private,
                         "share")
    figures = (
        local, large, subject.mean("States' share of new capacity, next three years", _state_share(subject), "share"),
        fact("Local providers' share as forecast", "capacity_pipeline-054", "share", 0.01),
    )
    low, high = NEARLY_A_QUARTER
    parts = (
        Part("Local providers build nearly a quarter", fails_if(not low <= local.value <= high)),
        Part("Hyperscalers build most", call(large.estimate, 0.5)),
    )
    why = (
        f"Local providers deliver {percent(local.value)} of the new capacity of the next three years and hyperscalers "
        f"{percent(large.value)}. The shares of private building are assumptions; programs add "
        f"{percent(1.0 - float(private.mean()))}."
    )
    turn = "Other shares of planned building, or public programs large enough to change them."
    return Finding(figures, why, turn, parts)


def _private_share(subject: Subject) -> Array:
    """Share of gross additions of the next three years that programs do not build, (paths,)."""
    window = slice(1, NEXT_YEARS + 1)
    added = subject.market.world.additions[:, window].sum(axis=1)
    built = np.broadcast_to(subject.market.policy.builds, subject.market.price.shape)[:, window].sum(axis=1)
    return np.asarray(1.0 - np.divide(built, added, out=np.zeros_like(added), where=added > 0.0))


def _state_share(subject: Subject) -> Array:
    """Share that states build, by their own pipeline or by programs, (paths,)."""
    private = _private_share(subject)
    return np.asarray(1.0 - private + subject.scenario.pipeline.sovereign_share * private)


@claim("T7", "Governments ordered at least 40,000 GPUs in a year; Nvidia projected 10 billion dollars of sovereign "
       "revenue for 2024, from zero.", BAIN)
def sovereign_orders(subject: Subject) -> Finding:
    """T7: history with its dates, and what states order in this scenario."""
    share = subject.mean("States' share of new capacity, next three years", _state_share(subject), "share")
    facts = (
        fact("GPUs ordered by governments in a year", "capacity_pipeline-055", "count"),
        fact("Nvidia's sovereign revenue, the year before", "hardware_suppliers-008", "USD", 1e9),
        fact("Nvidia's sovereign revenue, projected for 2024", "hardware_suppliers-009", "USD", 1e9),
        fact("Nvidia's sovereign revenue, fiscal 2026 (over)", "hardware_suppliers-010", "USD", 1e9),
        fact("Sovereign share of Nvidia's data center revenue, fiscal 2026", "hardware_suppliers-011", "share", 0.01),
    )
    projected, reached = facts[2].value, facts[3].value
    why = (
        f"History: {facts[0].value:,.0f} GPUs and {dollars(projected)} were the figures of 2024. Sovereign revenue has "
        f"since passed {dollars(reached)}, {percent(facts[4].value)} of data center revenue; in this scenario states "
        f"build {percent(share.value)} of the capacity of the next three years."
    )
    turn = f"Sovereign revenue below the {dollars(projected)} projected then; it is history and cannot turn any more."
    return Finding((*facts, share), why, turn, verdict=fails_if(reached < projected))


@claim("T17", "Nvidia sells the shovels to all of them.", BLOG)
def supplier_to_all(subject: Subject) -> Finding:
    """T17: how much of the supplier's sales comes from states, and whether anybody is shut out."""
    market = subject.market
    state = subject.mean("States' share of new capacity, next three years", _state_share(subject), "share")
    shut = np.zeros(market.paths) if market.export is None else np.broadcast_to(
        market.export.embargoed, market.price.shape).mean(axis=1)
    barred = subject.mean("Part of additions the supplier may not sell to, ten years", shut, "share")
    figures = (
        state, barred,
        fact("Sovereign share of Nvidia's data center revenue, fiscal 2026", "hardware_suppliers-011", "share", 0.01),
    )
    parts = (
        Part("States are a customer that matters", call(state.estimate, MATERIAL)),
        Part("Nobody is shut out", fails_if(barred.value > 0.0)),
    )
    why = (
        f"States build {percent(state.value)} of the new capacity of the next three years, all of it bought in "
        f"the market that the supplier leads. Export controls "
        + (f"close {percent(barred.value)} of additions to it over ten years." if barred.value > 0.0
           else "are not part of this scenario.")
    )
    turn = "Export controls that shut buyers out, or states that stop building." if parts[1].verdict == HOLDS else (
        "An end of export controls."
    )
    return Finding(figures, why, turn, parts)
