"""The loan waterfall, compiled: one path after the other, one quarter after the other, as a deal team reads it.

Rules are short functions of numbers; ``waterfall`` reads, calls them in order of payment and writes. They take no
arrays from it, because counting references to thirty arrays at every call would cost more than the work itself.
"""

from __future__ import annotations

import numpy as np

from models.basis.compiled import kernel
from models.debt import ledger
from models.debt.ledger import LoanInputs, LoanPaths, LoanRules

FLAT = 1e-9  # rate a quarter below which compounding is lost in rounding


@kernel
def scheduled(t: int, balance: float, planned: float, rate: float, rules: LoanRules) -> float:
    """Scheduled senior principal on the current balance: prepayments shorten the tail, the installment stays."""
    if t >= rules.last:
        return balance
    due = rules.installment - balance * rate if rules.is_level else planned
    return float(min(max(due, 0.0), balance))


@kernel
def reserve_target(
    t: int, balance: float, planned_next: float, rate_next: float, swap_next: float, balloon: float, rules: LoanRules
) -> float:
    """Reserve to hold after quarter t: months of the next quarter's service, in which a balloon is none."""
    nxt = t + 1
    if balance <= ledger.DUST or nxt > rules.last:
        return 0.0
    principal = scheduled(nxt, balance, planned_next, rate_next, rules)
    if nxt == rules.last:
        principal -= min(balloon, principal)
    return float(rules.reserve_quarters * (balance * (rate_next + swap_next) + principal))


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
    i: int, t: int, cash: float, exposure: float, swap_claim: float, mezz: float, rate: float, rules: LoanRules,
    inputs: LoanInputs, out: LoanPaths,
) -> tuple[float, float]:
    """Share out what a default leaves; returns what the lender gets at once and at the sale, seen from today.

    Cash goes out at once; collateral and contract claim are sold after the lag and pay lender and swap bank,
    mezzanine, equity in this order. A state guarantee pays its share of what the senior lender is still short.
    """
    quarters = inputs.cfads.shape[0] - 1
    pot = max(cash, 0.0)
    now, swap_now = share_out(pot, exposure, swap_claim, rules.is_super_senior)
    growth = (1.0 + rate) ** rules.recovery_lag
    rest, swap_rest = (exposure - now) * growth, (swap_claim - swap_now) * growth
    proceeds = rules.sale_share * inputs.value[t, i] + rules.contract_recovery * inputs.claim[t, i]
    later, swap_later = share_out(proceeds, rest, swap_rest, rules.is_super_senior)
    covered = inputs.cover[t, min(i, inputs.cover.shape[1] - 1)] * (rest - later)
    to_mezz = min(proceeds - later - swap_later, mezz * (1.0 + inputs.mezz_rate[t]) ** rules.recovery_lag)
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
def new_money(balloon: float, rate: float, value: float, ahead: float, rules: LoanRules) -> float:
    """What a new lender advances against the balloon: the least of balloon, loan-to-value and coverage limits.

    ``rate`` a quarter of the new loan; ``ahead`` cash flow a quarter around maturity, when the contract may be over.
    """
    count = rules.refi_quarters
    annuity = (1.0 - (1.0 + rate) ** -count) / rate if rate > FLAT else float(count)
    limit = min(rules.refi_ltv * value, ahead / rules.refi_coverage * annuity)
    return float(max(min(balloon, limit), 0.0))


@kernel
def installment(amount: float, rate: float, count: int) -> float:
    """Equal payment a quarter that repays an amount, USD."""
    growth = (1.0 + rate) ** count
    return amount * rate * growth / (growth - 1.0) if rate > FLAT else amount / count


@kernel
def coverage_tests(
    dscr: float, worn: bool, left: bool, weak: int, strong: int, is_event: bool, is_early: bool, rules: LoanRules
) -> tuple[int, int, bool, bool, int]:
    """Running counts and states of the covenants, and the rules that fired: each sends all excess to the lender."""
    rule = 0
    weak = weak + 1 if dscr < rules.event_of_default else 0
    strong = strong + 1 if dscr >= rules.lockup else 0
    is_event = (is_event or weak >= 2) and not strong >= 2
    is_early = is_early or dscr < rules.early_dscr or worn or left
    if is_event:
        rule |= ledger.EVENT
    if is_early:
        rule |= ledger.EARLY
    if dscr < rules.lockup:
        rule |= ledger.LOCKUP
    return weak, strong, is_event, is_early, rule


@kernel
def mezzanine_service(
    t: int, balance: float, rate: float, excess: float, senior_live: bool, rules: LoanRules
) -> tuple[float, float, float]:
    """Interest owed, interest and principal paid to the mezzanine from what is left."""
    owed = balance * rate
    pays_now = not (rules.pays_in_kind and senior_live)
    interest = min(owed, max(excess, 0.0)) if pays_now else 0.0
    after = balance + owed - interest
    planned = rules.mezz_installment - owed if t < rules.last else after
    if not senior_live:
        planned = after  # nothing ranks ahead any more
    principal = min(max(planned, 0.0), after, max(excess - interest, 0.0)) if pays_now or t >= rules.last else 0.0
    return owed, interest, principal


@kernel
def waterfall(first: int, last: int, rules: LoanRules, inputs: LoanInputs, out: LoanPaths) -> None:
    """Run paths first..last. ``out.log`` takes due and paid of each step for a single path, if it has rows."""
    quarters = inputs.cfads.shape[0] - 1
    log = out.log
    keeps_log = log.shape[0] > 0
    start = min(rules.first, quarters + 1)
    for i in range(first, last):
        ir = i if inputs.rate.shape[1] > 1 else 0
        ib = i if inputs.base.shape[1] > 1 else 0
        it = i if inputs.termination.shape[1] > 1 else 0
        il = i if inputs.lost.shape[1] > 1 else 0
        balance, mezz = inputs.draw[0], inputs.mezz_draw[0]
        # Equity funds the reserve at closing for the first service it will face, known from the schedule.
        reserve, trap, renewed, renewed_due = rules.opening_reserve, 0.0, 0.0, 0.0
        cures, weak, strong, calm = rules.cures, 0, 0, 0
        is_event = is_early = is_over = False
        out.lender[0, i] = -inputs.draw[0] * (1.0 - rules.discount) + inputs.fee[0]
        if inputs.fee[0] > 0.0:
            out.lender_fees[0, i] = inputs.fee[0]
        out.equity[0, i] = -reserve - inputs.fee[0] - inputs.draw[0] * rules.discount
        out.reserve[0, i], out.balance[0, i] = reserve, balance
        if mezz > 0.0:
            out.mezzanine[0, i], out.mezz_balance[0, i] = -mezz, mezz
        for t in range(1, start):  # ramp: interest and fees are capitalized, or paid by equity
            interest, fee, drawn = balance * inputs.rate[t, ir], inputs.fee[t], inputs.draw[t]
            income = reserve * rules.reserve_rate
            out.lender[t, i] = -drawn * (1.0 - rules.discount)
            out.equity[t, i] = inputs.cfads[t, i] + income - drawn * rules.discount
            if rules.capitalizes:
                balance += interest + fee
                out.capitalized[t, i] = interest + fee
            else:
                out.interest[t, i], out.lender_fees[t, i] = interest, fee
                out.lender[t, i] += interest + fee
                out.equity[t, i] -= interest + fee
            balance += drawn
            if mezz > 0.0:
                mezz = mezz * (1.0 + inputs.mezz_rate[t]) + inputs.mezz_draw[t]
                out.mezzanine[t, i], out.mezz_balance[t, i] = -inputs.mezz_draw[t], mezz
            out.reserve_income[t, i] = income
            out.balance[t, i], out.reserve[t, i] = balance, reserve
        scale = balance / rules.opening if rules.opening > 0.0 else 1.0
        for t in range(start, quarters + 1):
            cash = inputs.cfads[t, i]
            value = inputs.value[t, i]
            if balance <= ledger.DUST and mezz <= ledger.DUST and renewed <= ledger.DUST and reserve + trap <= 0.0:
                out.equity[t, i] += cash  # nothing is owed any more
                continue
            income = (reserve + trap) * rules.reserve_rate
            out.reserve_income[t, i] = income
            rule = 0
            senior_live = balance > ledger.DUST
            rate = inputs.rate[t, ir]
            interest = principal = balloon = settled = fee = advanced = 0.0
            if senior_live:
                interest = balance * rate
                principal = scheduled(t, balance, inputs.plan[t] * scale, rate, rules)
                fee = balance * rules.agent_fee
                settled = rules.hedged * balance * (rules.swap_rate - inputs.base[t, ib])
                if t == rules.last:
                    balloon = min(rules.balloon * scale, principal)
                if rules.refinances and t == rules.last:
                    ahead = min(cash, inputs.cfads[min(t + 1, quarters), i])
                    advanced = new_money(balloon, rate + rules.refi_margin, value, ahead, rules)
            service = interest + principal - balloon + settled
            dscr = np.nan
            if service > 0.0:
                dscr = (cash - fee) / service
                out.service[t, i] = service
                out.dscr[t, i] = dscr
            due = fee + service + balloon - advanced
            liquid = cash + income + reserve + trap
            cure = 0.0
            is_called = senior_live and rules.accelerates and weak >= 1 and dscr < rules.event_of_default
            if senior_live and (liquid < due - ledger.DUST or is_called):
                owed = balance + interest
                cure = due - liquid
                kept = value + inputs.claim[t, i] - (balance - principal + advanced + mezz)  # by paying
                if cures > 0 and not is_called and kept > rules.cure_cover * cure:
                    cures -= 1
                    rule |= ledger.CURED
                else:
                    cure = 0.0
                    ended = settled + rules.hedged * balance * inputs.termination[t, it]
                    swap_claim, gained = max(ended, 0.0), max(-ended, 0.0)
                    out.swap[t, i] -= gained  # what the swap bank owes joins the cash
                    now, later = liquidate(
                        i, t, liquid + gained, owed, swap_claim, mezz, rate, rules, inputs, out
                    )
                    out.exposure[i] = owed
                    out.loss[i] = owed - now - later
                    out.default_quarter[i] = t
                    out.written_off[t, i] = mezz
                    rule |= ledger.DEFAULTED
                    if is_called:
                        rule |= ledger.ACCELERATED
                    if t == rules.last and rules.balloon > 0.0:
                        rule |= ledger.MATURITY
                    out.rule[t, i] = rule
                    if keeps_log:
                        log[t, ledger.CASH, 0] = log[t, ledger.CASH, 1] = cash + income
                        log[t, ledger.FROM_TRAP, 1], log[t, ledger.FROM_RESERVE, 1] = trap, reserve
                        log[t, ledger.SWAP, 0], log[t, ledger.SWAP, 1] = ended, out.swap[t, i]
                        log[t, ledger.FEE, 0] = fee
                        log[t, ledger.INTEREST, 0], log[t, ledger.PRINCIPAL, 0] = interest, balance
                        log[t, ledger.INTEREST, 1] = min(now, interest)
                        log[t, ledger.PRINCIPAL, 1] = now - min(now, interest)
                        log[t, ledger.EQUITY, 1] = out.equity[t, i]
                    is_over = True
                    break
            left = cash + income + cure - due
            from_trap = min(max(-left, 0.0), trap)
            from_reserve = min(max(-left - from_trap, 0.0), reserve)
            trap -= from_trap
            reserve -= from_reserve
            balance -= principal
            # What is rarely not zero is written only then: untouched memory costs nothing.
            if senior_live:
                out.interest[t, i], out.principal[t, i] = interest, principal
                out.lender[t, i] += interest + principal
            if settled != 0.0:
                out.swap[t, i] = settled
            if fee > 0.0:
                out.agent[t, i] = fee
            if cure > 0.0:
                out.cure[t, i] = cure
            # Without a senior balance a shortfall beyond cash is the owner's to pay.
            excess = left if not senior_live else max(left, 0.0)
            if not senior_live:
                excess += from_trap + from_reserve
            nxt = min(t + 1, quarters)
            rate_next, planned_next = inputs.rate[nxt, ir], inputs.plan[nxt] * scale
            swap_next = rules.hedged * (rules.swap_rate - inputs.base[nxt, ib])
            due_at_end = rules.balloon * scale
            target = reserve_target(t, balance, planned_next, rate_next, swap_next, due_at_end, rules)
            wanted = max(target - reserve, 0.0)
            top_up = min(wanted, max(excess, 0.0))
            freed = max(reserve - target, 0.0)
            reserve += top_up - freed
            excess += freed - top_up
            served = 0.0
            if renewed > ledger.DUST:
                renewed *= 1.0 + rate + rules.refi_margin
                asked = renewed if t >= rules.last + rules.refi_quarters else min(renewed_due, renewed)
                served = min(asked, max(excess, 0.0))
                renewed -= served
                excess -= served
            if advanced > 0.0:
                renewed = advanced
                renewed_due = installment(advanced, rate + rules.refi_margin, rules.refi_quarters)
                rule |= ledger.REFINANCED
            if served > 0.0 or advanced > 0.0:
                out.refinance[t, i], out.refi_balance[t, i] = served - advanced, renewed
            owed_mezz = mezz_interest = mezz_paid = 0.0
            if mezz > ledger.DUST:
                owed_mezz, mezz_interest, mezz_paid = mezzanine_service(
                    t, mezz, inputs.mezz_rate[t], excess, senior_live, rules
                )
                if mezz_interest < owed_mezz:
                    rule |= ledger.PIK
                mezz += owed_mezz - mezz_interest - mezz_paid
                excess -= mezz_interest + mezz_paid
                out.mezzanine[t, i] += mezz_interest + mezz_paid
                out.mezz_interest[t, i], out.mezz_principal[t, i] = mezz_interest, mezz_paid
                out.mezz_balance[t, i] = mezz
            prepaid = 0.0
            if senior_live:
                worn = balance > rules.early_ltv * value
                gone = rules.early_customer and inputs.lost[t, il]
                weak, strong, is_event, is_early, fired = coverage_tests(
                    dscr, worn, gone, weak, strong, is_event, is_early, rules
                )
                rule |= fired
                share = 1.0 if fired else rules.sweep
                prepaid = min(share * max(excess, 0.0), balance)
                balance -= prepaid
                excess -= prepaid
                if prepaid > 0.0:
                    out.prepaid[t, i] = prepaid
                    out.lender[t, i] += prepaid
                needed = reserve_target(t, balance, planned_next, rate_next, swap_next, due_at_end, rules)
                late = max(reserve - needed, 0.0)
                reserve -= late
                excess += late
                freed += late
            held = released = 0.0
            is_above = balance > rules.ltv_cap * value and balance > ledger.DUST
            calm = 0 if is_above else calm + 1
            if is_above:
                held = max(excess, 0.0)
                rule |= ledger.TRAPPED
            elif calm >= 2 or balance <= ledger.DUST:
                released = trap
            trap += held - released
            excess += released - held
            if senior_live and balance <= ledger.DUST:
                balance = 0.0
                rule |= ledger.REPAID
            out.equity[t, i] += excess - cure
            out.balance[t, i], out.reserve[t, i] = balance, reserve
            if trap > 0.0:
                out.trap[t, i] = trap
            if rule != 0:
                out.rule[t, i] = rule
            if keeps_log:
                log[t, ledger.CASH, 0] = log[t, ledger.CASH, 1] = cash + income
                log[t, ledger.REFINANCE, 1] = advanced
                log[t, ledger.SWAP, 0] = log[t, ledger.SWAP, 1] = settled
                log[t, ledger.FEE, 0] = log[t, ledger.FEE, 1] = fee
                log[t, ledger.INTEREST, 0] = log[t, ledger.INTEREST, 1] = interest
                log[t, ledger.PRINCIPAL, 0] = log[t, ledger.PRINCIPAL, 1] = principal - balloon
                log[t, ledger.BALLOON, 0] = log[t, ledger.BALLOON, 1] = balloon
                log[t, ledger.FROM_TRAP, 1], log[t, ledger.FROM_RESERVE, 1] = from_trap, from_reserve
                log[t, ledger.CURE, 1] = cure
                log[t, ledger.TOP_UP, 0], log[t, ledger.TOP_UP, 1] = wanted, top_up
                log[t, ledger.REFI_SERVICE, 1] = served
                log[t, ledger.MEZZ_INTEREST, 0], log[t, ledger.MEZZ_INTEREST, 1] = owed_mezz, mezz_interest
                log[t, ledger.MEZZ_PRINCIPAL, 1] = mezz_paid
                log[t, ledger.PREPAY, 1], log[t, ledger.TRAP, 1] = prepaid, held
                log[t, ledger.RELEASE, 1] = released + freed
                log[t, ledger.EQUITY, 1] = excess - cure
        if not is_over and mezz > ledger.DUST:  # what the life of the collateral did not repay is lost
            out.written_off[quarters, i] = mezz
            out.mezz_balance[quarters, i] = 0.0
