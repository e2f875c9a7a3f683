"""The loan waterfall, compiled: one path after the other, one quarter after the other, as a deal team reads it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import kernel
from models.basis.timeline import Array

DUST = 1e-9  # USD per unit of collateral below which a balance counts as repaid

# Rows of the step log, in order of payment; each has what was due and what was paid.
STEPS = (
    "cash available",
    "senior interest",
    "senior principal",
    "from trap",
    "from reserve",
    "equity cure",
    "reserve top-up",
    "mezzanine interest",
    "mezzanine principal",
    "senior prepayment",
    "trapped",
    "released",
    "equity",
)
(
    CASH,
    INTEREST,
    PRINCIPAL,
    FROM_TRAP,
    FROM_RESERVE,
    CURE,
    TOP_UP,
    MEZZ_INTEREST,
    MEZZ_PRINCIPAL,
    PREPAY,
    TRAP,
    RELEASE,
    EQUITY,
) = range(13)
# Rules that can fire in a quarter, as bits of ``rule``.
LOCKUP, EVENT, TRAPPED, CURED, DEFAULTED, REPAID, PIK = 1, 2, 4, 8, 16, 32, 64


class LoanRules(NamedTuple):
    """Numbers of the loan, see ``loan.LoanTerms``; rates are per quarter."""

    first: int
    last: int
    is_level: bool
    installment: float
    mezz_installment: float
    pays_in_kind: bool
    reserve_quarters: float
    reserve_rate: float
    lockup: float
    event_of_default: float
    sweep: float
    ltv_cap: float
    cures: int
    cure_cover: float
    sale_share: float
    recovery_lag: int
    contract_recovery: float
    guarantee: float


class LoanInputs(NamedTuple):
    """Curves and paths the loan meets, USD per unit of collateral.

    ``rate`` and ``mezz_rate`` per quarter, ``plan`` and ``mezz_plan`` scheduled principal, ``draw`` and ``mezz_draw``
    at closing and in the ramp, all (quarters + 1,); ``cfads``, ``value`` and ``claim`` (quarters + 1, paths).
    """

    rate: Array
    mezz_rate: Array
    plan: Array
    mezz_plan: Array
    draw: Array
    mezz_draw: Array
    cfads: Array
    value: Array
    claim: Array


class LoanOut(NamedTuple):
    """Results (quarters + 1, paths), USD; the fields of ``loan.LoanPaths``."""

    lender: Array
    mezzanine: Array
    equity: Array
    interest: Array
    principal: Array
    prepaid: Array
    balance: Array
    mezz_balance: Array
    mezz_interest: Array
    mezz_principal: Array
    reserve: Array
    trap: Array
    dscr: Array
    unpaid: Array
    recovery: Array
    reserve_income: Array
    cure: Array
    sale: Array
    guarantee: Array
    written_off: Array
    rule: Array


@kernel
def scheduled(t: int, balance: float, rules: LoanRules, inputs: LoanInputs) -> float:
    """Scheduled senior principal on the current balance: prepayments shorten the tail, the installment stays."""
    if t >= rules.last:
        return balance
    due = rules.installment - balance * inputs.rate[t] if rules.is_level else inputs.plan[t]
    return float(min(max(due, 0.0), balance))


@kernel
def reserve_target(t: int, balance: float, rules: LoanRules, inputs: LoanInputs) -> float:
    """Reserve to hold after quarter t: months of the next quarter's service."""
    nxt = t + 1
    if balance <= DUST or nxt > rules.last:
        return 0.0
    return float(rules.reserve_quarters * (balance * inputs.rate[nxt] + scheduled(nxt, balance, rules, inputs)))


@kernel
def liquidate(
    i: int, t: int, cash: float, exposure: float, mezz: float, rules: LoanRules, inputs: LoanInputs, out: LoanOut
) -> tuple[float, float]:
    """Share out what a payment default leaves; returns what the lender gets at once and at the sale, seen from today.

    Cash goes to the lender at once; collateral and contract claim are sold after the lag and pay senior, mezzanine,
    equity in this order. A guarantee pays its share of what the senior lender is still short.
    """
    quarters = inputs.cfads.shape[0] - 1
    now = min(exposure, max(cash, 0.0))
    growth = (1.0 + inputs.rate[t]) ** rules.recovery_lag
    rest = (exposure - now) * growth
    proceeds = rules.sale_share * inputs.value[t, i] + rules.contract_recovery * inputs.claim[t, i]
    later = min(rest, proceeds)
    covered = rules.guarantee * (rest - later)
    to_mezz = min(proceeds - later, mezz * (1.0 + inputs.mezz_rate[t]) ** rules.recovery_lag)
    when = min(t + rules.recovery_lag, quarters)
    out.lender[t, i] += now
    out.recovery[t, i] += now
    out.lender[when, i] += later + covered
    out.recovery[when, i] += later
    out.guarantee[when, i] += covered
    out.mezzanine[when, i] += to_mezz
    out.equity[t, i] += max(cash - exposure, 0.0)
    out.equity[when, i] += proceeds - later - to_mezz
    out.sale[when, i] += proceeds
    out.unpaid[t, i] = max(-cash, 0.0)
    return now, (later + covered) / growth


@kernel
def waterfall(
    first: int, last: int, rules: LoanRules, inputs: LoanInputs, out: LoanOut, default_quarter: NDArray[np.int64],
    exposure: Array, loss: Array, log: Array,
) -> None:
    """Run paths first..last. ``log`` (quarters + 1, steps, 2) takes due and paid of each step for a single path."""
    quarters = inputs.cfads.shape[0] - 1
    keeps_log = log.shape[0] > 0
    for i in range(first, last):
        balance = inputs.draw[0]
        mezz = inputs.mezz_draw[0]
        reserve = trap = 0.0
        cures = rules.cures
        weak = strong = calm = 0
        is_event = False
        is_over = False
        out.lender[0, i] = -inputs.draw[0]
        out.mezzanine[0, i] = -inputs.mezz_draw[0]
        for t in range(1, min(rules.first, quarters + 1)):  # ramp: interest is capitalized
            balance = balance * (1.0 + inputs.rate[t]) + inputs.draw[t]
            mezz = mezz * (1.0 + inputs.mezz_rate[t]) + inputs.mezz_draw[t]
            out.lender[t, i] = -inputs.draw[t]
            out.mezzanine[t, i] = -inputs.mezz_draw[t]
            out.balance[t, i], out.mezz_balance[t, i] = balance, mezz
        # Equity funds the reserve at closing for the first service it will face, known from the schedule.
        reserve = reserve_target(rules.first - 1, balance, rules, inputs)
        out.equity[0, i] = -reserve
        out.reserve[0, i], out.balance[0, i], out.mezz_balance[0, i] = reserve, inputs.draw[0], inputs.mezz_draw[0]
        for t in range(1, min(rules.first, quarters + 1)):
            income = reserve * rules.reserve_rate
            out.reserve_income[t, i] = income
            out.equity[t, i] = inputs.cfads[t, i] + income
            out.reserve[t, i] = reserve
        for t in range(rules.first, quarters + 1):
            if is_over:
                break
            cash = inputs.cfads[t, i]
            income = (reserve + trap) * rules.reserve_rate
            out.reserve_income[t, i] = income
            rule = 0
            senior_live = balance > DUST
            interest = balance * inputs.rate[t] if senior_live else 0.0
            principal = scheduled(t, balance, rules, inputs) if senior_live else 0.0
            due = interest + principal
            dscr = np.nan
            if due > 0.0:
                dscr = cash / due
                out.dscr[t, i] = dscr
            liquid = cash + income + reserve + trap
            cure = 0.0
            if senior_live and liquid < due - DUST:
                worth = inputs.value[t, i] + inputs.claim[t, i]
                if cures > 0 and worth > rules.cure_cover * (balance + interest):
                    cures -= 1
                    cure = due - liquid
                    rule |= CURED
                else:
                    now, later = liquidate(i, t, liquid, balance + interest, mezz, rules, inputs, out)
                    exposure[i] = balance + interest
                    loss[i] = balance + interest - now - later
                    default_quarter[i] = t
                    out.written_off[t, i] = mezz
                    out.rule[t, i] = rule | DEFAULTED
                    if keeps_log:
                        log[t, CASH, 0] = log[t, CASH, 1] = cash + income
                        log[t, INTEREST, 0], log[t, PRINCIPAL, 0] = interest, principal
                        log[t, INTEREST, 1] = now
                    is_over = True
                    continue
            out.cure[t, i] = cure
            left = cash + income + cure - due
            from_trap = min(max(-left, 0.0), trap)
            from_reserve = min(max(-left - from_trap, 0.0), reserve)
            trap -= from_trap
            reserve -= from_reserve
            balance -= principal
            out.interest[t, i], out.principal[t, i] = interest, principal
            out.lender[t, i] += due
            # Without a senior balance a shortfall beyond cash is the owner's to pay.
            excess = left if not senior_live else max(left, 0.0)
            if not senior_live:
                excess += from_trap + from_reserve
            target = reserve_target(t, balance, rules, inputs)
            top_up = min(max(target - reserve, 0.0), max(excess, 0.0))
            freed = max(reserve - target, 0.0)
            reserve += top_up - freed
            excess += freed - top_up
            mezz_interest = mezz_paid = 0.0
            if mezz > DUST:
                owed = mezz * inputs.mezz_rate[t]
                pays_now = not (rules.pays_in_kind and senior_live)
                mezz_interest = min(owed, max(excess, 0.0)) if pays_now else 0.0
                if mezz_interest < owed:
                    rule |= PIK
                mezz += owed - mezz_interest
                excess -= mezz_interest
                planned = rules.mezz_installment - owed if t < rules.last else mezz
                if not senior_live:
                    planned = mezz  # nothing ranks ahead any more
                mezz_paid = min(max(planned, 0.0), mezz, max(excess, 0.0)) if pays_now or t >= rules.last else 0.0
                mezz -= mezz_paid
                excess -= mezz_paid
                out.mezzanine[t, i] += mezz_interest + mezz_paid
            prepaid = 0.0
            if senior_live:
                weak = weak + 1 if dscr < rules.event_of_default else 0
                strong = strong + 1 if dscr >= rules.lockup else 0
                is_event = (is_event or weak >= 2) and not strong >= 2
                share = 1.0 if dscr < rules.lockup or is_event else rules.sweep
                if dscr < rules.lockup:
                    rule |= LOCKUP
                if is_event:
                    rule |= EVENT
                prepaid = min(share * max(excess, 0.0), balance)
                balance -= prepaid
                excess -= prepaid
                out.prepaid[t, i] = prepaid
                out.lender[t, i] += prepaid
                freed_late = max(reserve - reserve_target(t, balance, rules, inputs), 0.0)
                reserve -= freed_late
                excess += freed_late
                freed += freed_late
            held = released = 0.0
            is_above = balance > rules.ltv_cap * inputs.value[t, i] and balance > DUST
            calm = 0 if is_above else calm + 1
            if is_above:
                held = max(excess, 0.0)
                rule |= TRAPPED
            elif calm >= 2 or balance <= DUST:
                released = trap
            trap += held - released
            excess += released - held
            if senior_live and balance <= DUST:
                balance = 0.0
                rule |= REPAID
            out.equity[t, i] += excess - cure
            out.mezz_interest[t, i], out.mezz_principal[t, i] = mezz_interest, mezz_paid
            out.balance[t, i], out.mezz_balance[t, i] = balance, mezz
            out.reserve[t, i], out.trap[t, i], out.rule[t, i] = reserve, trap, rule
            if keeps_log:
                log[t, CASH, 0] = log[t, CASH, 1] = cash + income
                log[t, INTEREST, 0] = log[t, INTEREST, 1] = interest
                log[t, PRINCIPAL, 0] = log[t, PRINCIPAL, 1] = principal
                log[t, FROM_TRAP, 1], log[t, FROM_RESERVE, 1], log[t, CURE, 1] = from_trap, from_reserve, cure
                log[t, TOP_UP, 0], log[t, TOP_UP, 1] = max(target - reserve + top_up, 0.0), top_up
                log[t, MEZZ_INTEREST, 1], log[t, MEZZ_PRINCIPAL, 1] = mezz_interest, mezz_paid
                log[t, PREPAY, 1], log[t, TRAP, 1], log[t, RELEASE, 1] = prepaid, held, released + freed
                log[t, EQUITY, 1] = excess - cure
        if not is_over and mezz > DUST:  # what the life of the collateral did not repay is lost
            out.written_off[quarters, i] = mezz
            out.mezz_balance[quarters, i] = 0.0
