"""The loan waterfall, compiled: one path after the other, one quarter after the other, as a deal team reads it.

Each rule is a short function on the small state of one path; ``waterfall`` calls them in order of payment.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import kernel
from models.basis.timeline import Array
from models.debt.ledger import (
    ACCELERATED,
    CASH,
    CURE,
    CURED,
    DEFAULTED,
    DUST,
    EARLY,
    EQUITY,
    EVENT,
    FEE,
    FROM_RESERVE,
    FROM_TRAP,
    INTEREST,
    LOCKUP,
    MATURITY,
    MEZZ_INTEREST,
    MEZZ_PRINCIPAL,
    PIK,
    PREPAY,
    PRINCIPAL,
    REFINANCE,
    REFINANCED,
    REFI_SERVICE,
    RELEASE,
    REPAID,
    STEPS,
    SWAP,
    TOP_UP,
    TRAP,
    TRAPPED,
    LoanInputs,
    LoanOut,
    LoanRules,
)

__all__ = ["STEPS", "LoanInputs", "LoanOut", "LoanRules", "waterfall"]

# State of one path, an array of floats.
BALANCE, MEZZ, RESERVE, HELD, CURES_LEFT, WEAK, STRONG, CALM, IN_EVENT, IN_EARLY, SCALE, REFI, REFI_DUE = range(13)


@kernel
def at(curve: Array, t: int, i: int) -> float:
    """Value of a curve that is the same on every path or differs by path."""
    return float(curve[t, i] if curve.shape[1] > 1 else curve[t, 0])


@kernel
def scheduled(t: int, balance: float, scale: float, rate: float, rules: LoanRules, inputs: LoanInputs) -> float:
    """Scheduled senior principal on the current balance: prepayments shorten the tail, the installment stays."""
    if t >= rules.last:
        return balance
    due = rules.installment - balance * rate if rules.is_level else inputs.plan[t] * scale
    return float(min(max(due, 0.0), balance))


@kernel
def reserve_target(t: int, i: int, balance: float, scale: float, rules: LoanRules, inputs: LoanInputs) -> float:
    """Reserve to hold after quarter t: months of the next quarter's service."""
    nxt = t + 1
    if balance <= DUST or nxt > rules.last:
        return 0.0
    rate = at(inputs.rate, nxt, i)
    return float(rules.reserve_quarters * (balance * rate + scheduled(nxt, balance, scale, rate, rules, inputs)))


@kernel
def share_out(pot: float, lender: float, swap: float, is_super_senior: bool) -> tuple[float, float]:
    """Split a pot between the lender and the swap bank, whose claims rank equally or the swap first."""
    if is_super_senior:
        to_swap = min(pot, swap)
        return min(pot - to_swap, lender), to_swap
    if pot >= lender + swap:
        return lender, swap
    if swap <= 0.0:
        return min(pot, lender), 0.0
    return pot * lender / (lender + swap), pot * swap / (lender + swap)


@kernel
def liquidate(
    i: int, t: int, cash: float, exposure: float, swap_claim: float, mezz: float, rules: LoanRules,
    inputs: LoanInputs, out: LoanOut,
) -> tuple[float, float]:
    """Share out what a default leaves; returns what the lender gets at once and at the sale, seen from today.

    Cash goes out at once; collateral and contract claim are sold after the lag and pay lender and swap bank,
    mezzanine, equity in this order. A state guarantee pays its share of what the senior lender is still short.
    """
    quarters = inputs.cfads.shape[0] - 1
    pot = max(cash, 0.0)
    now, swap_now = share_out(pot, exposure, swap_claim, rules.is_super_senior)
    growth = (1.0 + at(inputs.rate, t, i)) ** rules.recovery_lag
    rest, swap_rest = (exposure - now) * growth, (swap_claim - swap_now) * growth
    proceeds = rules.sale_share * inputs.value[t, i] + rules.contract_recovery * inputs.claim[t, i]
    later, swap_later = share_out(proceeds, rest, swap_rest, rules.is_super_senior)
    covered = rules.guarantee * (rest - later)
    to_mezz = min(proceeds - later - swap_later, mezz * (1.0 + at(inputs.mezz_rate, t, 0)) ** rules.recovery_lag)
    when = min(t + rules.recovery_lag, quarters)
    out.lender[t, i] += now
    out.recovery[t, i] += now
    out.lender[when, i] += later + covered
    out.recovery[when, i] += later
    out.guarantee[when, i] += covered
    out.swap[t, i] += swap_now
    out.swap[when, i] += swap_later
    out.mezzanine[when, i] += to_mezz
    out.equity[t, i] += pot - now - swap_now
    out.equity[when, i] += proceeds - later - swap_later - to_mezz
    out.sale[when, i] += proceeds
    out.unpaid[t, i] = max(-cash, 0.0)
    return now, (later + covered) / growth


@kernel
def open_loan(i: int, s: Array, rules: LoanRules, inputs: LoanInputs, out: LoanOut) -> None:
    """Closing and ramp: draws, fees and interest that is capitalized or paid by equity."""
    quarters = inputs.cfads.shape[0] - 1
    s[:] = 0.0
    s[BALANCE], s[MEZZ] = inputs.draw[0], inputs.mezz_draw[0]
    s[CURES_LEFT] = rules.cures
    # Equity funds the reserve at closing for the first service it will face, known from the schedule.
    s[RESERVE] = rules.opening_reserve
    out.lender[0, i] = -inputs.draw[0] * (1.0 - rules.discount) + inputs.fee[0]
    out.lender_fees[0, i] = inputs.fee[0]
    out.mezzanine[0, i] = -inputs.mezz_draw[0]
    out.equity[0, i] = -s[RESERVE] - inputs.fee[0] - inputs.draw[0] * rules.discount
    out.reserve[0, i], out.balance[0, i], out.mezz_balance[0, i] = s[RESERVE], s[BALANCE], s[MEZZ]
    for t in range(1, min(rules.first, quarters + 1)):
        interest, fee = s[BALANCE] * at(inputs.rate, t, i), inputs.fee[t]
        drawn = inputs.draw[t]
        income = s[RESERVE] * rules.reserve_rate
        out.lender[t, i] = -drawn * (1.0 - rules.discount)
        out.equity[t, i] = inputs.cfads[t, i] + income - drawn * rules.discount
        if rules.capitalizes:
            s[BALANCE] += interest + fee
            out.capitalized[t, i] = interest + fee
        else:
            out.interest[t, i], out.lender_fees[t, i] = interest, fee
            out.lender[t, i] += interest + fee
            out.equity[t, i] -= interest + fee
        s[BALANCE] += drawn
        s[MEZZ] = s[MEZZ] * (1.0 + at(inputs.mezz_rate, t, 0)) + inputs.mezz_draw[t]
        out.mezzanine[t, i] = -inputs.mezz_draw[t]
        out.reserve_income[t, i] = income
        out.balance[t, i], out.mezz_balance[t, i], out.reserve[t, i] = s[BALANCE], s[MEZZ], s[RESERVE]
    s[SCALE] = s[BALANCE] / rules.opening if rules.opening > 0.0 else 1.0


@kernel
def new_money(t: int, i: int, principal: float, s: Array, rules: LoanRules, inputs: LoanInputs) -> float:
    """What a new lender advances against the balloon: the least of balloon, loan-to-value and coverage limits."""
    if not rules.refinances or t != rules.last:
        return 0.0
    quarters = inputs.cfads.shape[0] - 1
    rate = at(inputs.rate, t, i) + rules.refi_margin
    count = rules.refi_quarters
    annuity = (1.0 - (1.0 + rate) ** -count) / rate if rate > 0.0 else float(count)
    ahead = min(inputs.cfads[t, i], inputs.cfads[min(t + 1, quarters), i])  # the contract may be over
    limit = min(rules.refi_ltv * inputs.value[t, i], ahead / rules.refi_coverage * annuity)
    return float(max(min(principal, rules.balloon * s[SCALE], limit), 0.0))


@kernel
def refinancing(t: int, i: int, advanced: float, s: Array, rules: LoanRules, inputs: LoanInputs, out: LoanOut) -> None:
    """Take up the new loan at maturity; it is repaid in level installments after it."""
    if advanced <= 0.0:
        return
    rate = at(inputs.rate, t, i) + rules.refi_margin
    growth = (1.0 + rate) ** rules.refi_quarters
    s[REFI] = advanced
    s[REFI_DUE] = advanced * rate * growth / (growth - 1.0) if rate > 0.0 else advanced / rules.refi_quarters
    out.refinance[t, i] = -advanced


@kernel
def pay_refinancing(t: int, i: int, excess: float, s: Array, rules: LoanRules, inputs: LoanInputs, out: LoanOut) -> float:
    """Service of the new loan; what cash cannot pay is added to it. Returns what is paid."""
    if s[REFI] <= DUST or t <= rules.last:
        return 0.0
    s[REFI] *= 1.0 + at(inputs.rate, t, i) + rules.refi_margin
    due = s[REFI] if t >= rules.last + rules.refi_quarters else min(s[REFI_DUE], s[REFI])
    paid = min(due, max(excess, 0.0))
    s[REFI] -= paid
    out.refinance[t, i] = paid
    return paid


@kernel
def coverage_tests(t: int, i: int, dscr: float, s: Array, rules: LoanRules, inputs: LoanInputs) -> tuple[float, int]:
    """Share of excess cash that prepays the loan, and the rules behind it."""
    rule = 0
    s[WEAK] = s[WEAK] + 1.0 if dscr < rules.event_of_default else 0.0
    s[STRONG] = s[STRONG] + 1.0 if dscr >= rules.lockup else 0.0
    if (s[IN_EVENT] > 0.0 or s[WEAK] >= 2.0) and not s[STRONG] >= 2.0:
        s[IN_EVENT] = 1.0
        rule |= EVENT
    else:
        s[IN_EVENT] = 0.0
    is_worn = s[BALANCE] > rules.early_ltv * inputs.value[t, i]
    is_left = rules.early_customer and inputs.lost[t, i if inputs.lost.shape[1] > 1 else 0]
    if dscr < rules.early_dscr or is_worn or is_left:
        s[IN_EARLY] = 1.0
    if s[IN_EARLY] > 0.0:
        rule |= EARLY
    if dscr < rules.lockup:
        rule |= LOCKUP
    sweeps_all = rule != 0
    return (1.0 if sweeps_all else rules.sweep), rule


@kernel
def pay_mezzanine(
    t: int, i: int, excess: float, senior_live: bool, s: Array, rules: LoanRules, inputs: LoanInputs, out: LoanOut
) -> tuple[float, float, float, int]:
    """Interest and principal of the mezzanine from what is left; unpaid interest is added to it."""
    if s[MEZZ] <= DUST:
        return 0.0, 0.0, 0.0, 0
    owed = s[MEZZ] * at(inputs.mezz_rate, t, 0)
    pays_now = not (rules.pays_in_kind and senior_live)
    interest = min(owed, max(excess, 0.0)) if pays_now else 0.0
    s[MEZZ] += owed - interest
    excess -= interest
    planned = rules.mezz_installment - owed if t < rules.last else s[MEZZ]
    if not senior_live:
        planned = s[MEZZ]  # nothing ranks ahead any more
    principal = min(max(planned, 0.0), s[MEZZ], max(excess, 0.0)) if pays_now or t >= rules.last else 0.0
    s[MEZZ] -= principal
    out.mezzanine[t, i] += interest + principal
    return owed, interest, principal, PIK if interest < owed else 0


@kernel
def hold_back(t: int, i: int, excess: float, s: Array, rules: LoanRules, inputs: LoanInputs) -> tuple[float, float]:
    """Cash trapped while the loan is too large for its collateral, and cash released when it is not any more."""
    held = released = 0.0
    is_above = s[BALANCE] > rules.ltv_cap * inputs.value[t, i] and s[BALANCE] > DUST
    s[CALM] = 0.0 if is_above else s[CALM] + 1.0
    if is_above:
        held = max(excess, 0.0)
    elif s[CALM] >= 2.0 or s[BALANCE] <= DUST:
        released = s[HELD]
    s[HELD] += held - released
    return held, released


@kernel
def waterfall(
    first: int, last: int, rules: LoanRules, inputs: LoanInputs, out: LoanOut, default_quarter: NDArray[np.int64],
    exposure: Array, loss: Array, log: Array,
) -> None:
    """Run paths first..last. ``log`` (quarters + 1, steps, 2) takes due and paid of each step for a single path."""
    quarters = inputs.cfads.shape[0] - 1
    keeps_log = log.shape[0] > 0
    s = np.zeros(13)
    for i in range(first, last):
        open_loan(i, s, rules, inputs, out)
        for t in range(rules.first, quarters + 1):
            cash = inputs.cfads[t, i]
            income = (s[RESERVE] + s[HELD]) * rules.reserve_rate
            out.reserve_income[t, i] = income
            rule = 0
            senior_live = s[BALANCE] > DUST
            interest = principal = settled = fee = 0.0
            if senior_live:
                rate = at(inputs.rate, t, i)
                interest = s[BALANCE] * rate
                principal = scheduled(t, s[BALANCE], s[SCALE], rate, rules, inputs)
                fee = s[BALANCE] * rules.agent_fee
                settled = rules.hedged * s[BALANCE] * (rules.swap_rate - at(inputs.base, t, i))
            advanced = new_money(t, i, principal, s, rules, inputs)
            service = interest + principal + settled - advanced
            dscr = np.nan
            if service > 0.0:
                dscr = (cash - fee) / service
                out.dscr[t, i] = dscr
            due = fee + service
            liquid = cash + income + s[RESERVE] + s[HELD]
            cure = 0.0
            is_called = senior_live and rules.accelerates and s[WEAK] >= 1.0 and dscr < rules.event_of_default
            if senior_live and (liquid < due - DUST or is_called):
                worth = inputs.value[t, i] + inputs.claim[t, i]
                owed = s[BALANCE] + interest
                if s[CURES_LEFT] > 0.0 and worth > rules.cure_cover * owed and not is_called:
                    s[CURES_LEFT] -= 1.0
                    cure = due - liquid
                    rule |= CURED
                else:
                    ended = rules.hedged * s[BALANCE] * at(inputs.termination, t, i)
                    # What the swap owes the borrower is paid in at once and joins the cash.
                    claim = max(settled + ended, 0.0)
                    gained = max(-settled - ended, 0.0)
                    out.swap[t, i] -= gained
                    now, later = liquidate(
                        i, t, liquid + gained, owed, claim, s[MEZZ], rules, inputs, out
                    )
                    exposure[i] = owed
                    loss[i] = owed - now - later
                    default_quarter[i] = t
                    out.written_off[t, i] = s[MEZZ]
                    rule |= DEFAULTED
                    if is_called:
                        rule |= ACCELERATED
                    if t == rules.last and rules.balloon > 0.0:
                        rule |= MATURITY
                    out.rule[t, i] = rule
                    if keeps_log:
                        log[t, CASH, 0] = log[t, CASH, 1] = cash + income
                        log[t, FROM_TRAP, 1], log[t, FROM_RESERVE, 1] = s[HELD], s[RESERVE]
                        log[t, SWAP, 0], log[t, SWAP, 1] = claim, out.swap[t, i]
                        log[t, FEE, 0] = fee
                        log[t, INTEREST, 0], log[t, PRINCIPAL, 0] = interest, principal
                        log[t, INTEREST, 1] = min(now, interest)
                        log[t, PRINCIPAL, 1] = now - min(now, interest)
                        log[t, EQUITY, 1] = out.equity[t, i]
                    s[MEZZ] = 0.0
                    break
            out.cure[t, i] = cure
            left = cash + income + cure - due
            from_trap = min(max(-left, 0.0), s[HELD])
            from_reserve = min(max(-left - from_trap, 0.0), s[RESERVE])
            s[HELD] -= from_trap
            s[RESERVE] -= from_reserve
            s[BALANCE] -= principal
            out.interest[t, i], out.principal[t, i] = interest, principal
            out.swap[t, i], out.agent[t, i] = settled, fee
            out.lender[t, i] += interest + principal
            refinancing(t, i, advanced, s, rules, inputs, out)
            # Without a senior balance a shortfall beyond cash is the owner's to pay.
            excess = left if not senior_live else max(left, 0.0)
            if not senior_live:
                excess += from_trap + from_reserve
            target = reserve_target(t, i, s[BALANCE], s[SCALE], rules, inputs)
            wanted = max(target - s[RESERVE], 0.0)
            top_up = min(wanted, max(excess, 0.0))
            freed = max(s[RESERVE] - target, 0.0)
            s[RESERVE] += top_up - freed
            excess += freed - top_up
            renewed = pay_refinancing(t, i, excess, s, rules, inputs, out)
            excess -= renewed
            owed_mezz, mezz_interest, mezz_paid, kept = pay_mezzanine(
                t, i, excess, senior_live, s, rules, inputs, out
            )
            rule |= kept
            excess -= mezz_interest + mezz_paid
            prepaid = 0.0
            if senior_live:
                share, fired = coverage_tests(t, i, dscr, s, rules, inputs)
                rule |= fired
                prepaid = min(share * max(excess, 0.0), s[BALANCE])
                s[BALANCE] -= prepaid
                excess -= prepaid
                out.prepaid[t, i] = prepaid
                out.lender[t, i] += prepaid
                late = max(s[RESERVE] - reserve_target(t, i, s[BALANCE], s[SCALE], rules, inputs), 0.0)
                s[RESERVE] -= late
                excess += late
                freed += late
            held, released = hold_back(t, i, excess, s, rules, inputs)
            if held > 0.0 or (s[BALANCE] > DUST and s[CALM] == 0.0):
                rule |= TRAPPED
            excess += released - held
            if senior_live and s[BALANCE] <= DUST:
                s[BALANCE] = 0.0
                rule |= REPAID
            if advanced > 0.0:
                rule |= REFINANCED
            out.equity[t, i] += excess - cure
            out.mezz_interest[t, i], out.mezz_principal[t, i] = mezz_interest, mezz_paid
            out.balance[t, i], out.mezz_balance[t, i], out.refi_balance[t, i] = s[BALANCE], s[MEZZ], s[REFI]
            out.reserve[t, i], out.trap[t, i], out.rule[t, i] = s[RESERVE], s[HELD], rule
            if keeps_log:
                log[t, CASH, 0] = log[t, CASH, 1] = cash + income
                log[t, REFINANCE, 1] = advanced
                log[t, SWAP, 0] = log[t, SWAP, 1] = settled
                log[t, FEE, 0] = log[t, FEE, 1] = fee
                log[t, INTEREST, 0] = log[t, INTEREST, 1] = interest
                log[t, PRINCIPAL, 0] = log[t, PRINCIPAL, 1] = principal
                log[t, FROM_TRAP, 1], log[t, FROM_RESERVE, 1], log[t, CURE, 1] = from_trap, from_reserve, cure
                log[t, TOP_UP, 0], log[t, TOP_UP, 1] = wanted, top_up
                log[t, REFI_SERVICE, 1] = renewed
                log[t, MEZZ_INTEREST, 0], log[t, MEZZ_INTEREST, 1] = owed_mezz, mezz_interest
                log[t, MEZZ_PRINCIPAL, 1] = mezz_paid
                log[t, PREPAY, 1], log[t, TRAP, 1], log[t, RELEASE, 1] = prepaid, held, released + freed
                log[t, EQUITY, 1] = excess - cure
        if s[MEZZ] > DUST:  # what the life of the collateral did not repay is lost
            out.written_off[quarters, i] = s[MEZZ]
            out.mezz_balance[quarters, i] = 0.0
