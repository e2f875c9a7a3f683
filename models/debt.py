"""A loan on a special-purpose vehicle: schedule, waterfall, covenants, default and recovery. Arrays in, arrays out.

Default and recovery come from the same paths: the price that starves cash flow also sets the value of the collateral.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import DELTA, Array, zero_paths

Rows = NDArray[np.int64]
Valuer = Callable[[int, Rows], Array]


@dataclass(frozen=True, eq=False)
class LoanTerms:
    """Resolved terms of one loan, per unit of collateral.

    ``principal`` USD drawn at closing; ``coupon`` and ``reserve_rate`` per year, simple; ``first`` and ``last``
    service quarter; ``amortization`` level, straight or sculpted; ``balloon`` share of the opening balance due at the
    end; ``reserve_quarters`` of debt service held; ``lockup``, ``event_of_default`` DSCR tests; ``sweep`` share of
    excess that prepays; ``ltv_cap`` traps cash above it (None: off); ``cures`` and ``cure_cover`` of the sponsor;
    ``fire_sale``, ``sale_cost`` cuts of collateral value, ``recovery_lag`` quarters, ``contract_recovery`` share of
    the contract claim; ``guarantee`` share of the loss a state pays.
    """

    principal: float
    coupon: float
    first: int
    last: int
    amortization: str
    balloon: float
    target_dscr: float
    reserve_quarters: float
    reserve_rate: float
    lockup: float
    event_of_default: float
    sweep: float
    ltv_cap: float | None
    cures: int
    cure_cover: float
    fire_sale: float
    sale_cost: float
    recovery_lag: int
    contract_recovery: float
    guarantee: float = 0.0

    @property
    def rate_q(self) -> float:
        """Coupon a quarter."""
        return self.coupon * DELTA

    @property
    def opening_balance(self) -> float:
        """Balance when service begins: interest is capitalized until then."""
        return self.principal * (1.0 + self.rate_q) ** (self.first - 1)


@dataclass(frozen=True, eq=False)
class LoanPaths:
    """Result of the waterfall; arrays (paths, quarters + 1) in USD unless said otherwise.

    ``lender`` and ``equity`` receipts (equity negative when it cures), ``interest``, ``principal`` paid, ``prepaid``,
    ``balance`` closing, ``reserve`` and ``trap`` closing, ``dscr`` NaN without service, ``default_quarter`` (paths,)
    beyond the horizon if none, ``exposure`` and ``loss`` at default (paths,), ``unpaid`` operating cost,
    ``recovery`` received, ``reserve_income``, ``cure`` paid in, ``sale`` proceeds.
    """

    lender: Array
    equity: Array
    interest: Array
    principal: Array
    prepaid: Array
    balance: Array
    reserve: Array
    trap: Array
    dscr: Array
    default_quarter: NDArray[np.int64]
    exposure: Array
    loss: Array
    unpaid: Array
    recovery: Array
    reserve_income: Array
    cure: Array
    sale: Array
    guarantee: Array

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether the loan defaulted on a path, (paths,)."""
        return self.default_quarter < self.balance.shape[1]


def scheduled_principal(terms: LoanTerms, base_cfads: Array) -> Array:
    """Scheduled principal of service quarters, (last - first + 1,), before any prepayment, USD.

    Parameters
    ----------
    base_cfads : (quarters + 1,)
        Cash flow available for debt service on the no-shock path; used by sculpted loans.
    """
    count = terms.last - terms.first + 1
    balance, rate = terms.opening_balance, terms.rate_q
    repaid = balance * (1.0 - terms.balloon)
    if terms.amortization == "straight":
        plan = np.full(count, repaid / count)
    elif terms.amortization == "sculpted":
        plan = np.empty(count)
        left = balance
        for k in range(count):
            plan[k] = min(left, max(0.0, base_cfads[terms.first + k] / terms.target_dscr - left * rate))
            left -= plan[k]
    else:
        plan = np.empty(count)
        left, payment = balance, level_payment(balance, balance * terms.balloon, rate, count)
        for k in range(count):
            plan[k] = payment - left * rate
            left -= plan[k]
    plan[-1] += balance - plan.sum()  # balloon, or what a sculpted loan leaves
    return plan


def level_payment(balance: float, balloon: float, rate_q: float, count: int) -> float:
    """Equal payment a quarter that leaves ``balloon`` after ``count`` quarters, USD."""
    if rate_q == 0.0:
        return (balance - balloon) / count
    growth = (1.0 + rate_q) ** count
    return (balance * growth - balloon) * rate_q / (growth - 1.0)


def sculpted_capacity(base_cfads: Array, target_dscr: float, rate_q: float, first: int, last: int) -> float:
    """Largest balance at the start of service that a sculpted loan can carry, USD."""
    k = np.arange(1, last - first + 2)
    return float((base_cfads[first : last + 1] / target_dscr / (1.0 + rate_q) ** k).sum())


def minimum_dscr(terms: LoanTerms, base_cfads: Array) -> float:
    """Smallest debt service coverage on the no-shock path."""
    plan = scheduled_principal(terms, base_cfads)
    before = terms.opening_balance - np.concatenate([[0.0], np.cumsum(plan)[:-1]])
    service = plan + before * terms.rate_q
    return float((base_cfads[terms.first : terms.last + 1] / service).min())


def run_waterfall(terms: LoanTerms, cfads: Array, plan: Array, value: Valuer, claim: Valuer) -> LoanPaths:
    """Run the quarterly waterfall on every path.

    Parameters
    ----------
    cfads : (paths, quarters + 1)
        Cash flow available for debt service, USD; column 0 is ignored.
    plan : (service quarters,)
        Scheduled principal without prepayment.
    value, claim : callable
        Collateral value and contract claim of given rows at a quarter, USD.

    Notes
    -----
    Performing quarters balance as cfads + reserve income + cure = lender + equity + change of reserves; the quarter
    of default adds sale and unpaid operating cost. Everything after a default belongs to the buyer of the collateral.
    """
    return _Waterfall(terms, cfads, plan, value, claim).run()


class _Waterfall:
    """State of the waterfall while it runs through the quarters; one instance a run."""

    def __init__(self, terms: LoanTerms, cfads: Array, plan: Array, value: Valuer, claim: Valuer) -> None:
        paths, quarters = cfads.shape[0], cfads.shape[1] - 1
        self.terms, self.cfads, self.value, self.claim = terms, cfads, value, claim
        self.paths, self.quarters = paths, quarters
        is_level = terms.amortization == "level" and terms.balloon == 0.0
        self.installment = plan[0] + terms.opening_balance * terms.rate_q if is_level else None
        self.plan = np.zeros(quarters + 2)
        self.plan[terms.first : terms.last + 1] = plan
        names = ("lender", "equity", "interest", "principal", "prepaid", "balance", "reserve", "trap", "unpaid",
                 "recovery", "reserve_income", "cure", "sale", "guarantee")
        self.out = {name: zero_paths(paths, quarters) for name in names}
        self.out["dscr"] = np.full((quarters + 1, paths), np.nan).T
        self.balance = np.full(paths, terms.principal)
        self.reserve, self.trap = np.zeros(paths), np.zeros(paths)
        self.cures_left = np.full(paths, terms.cures)
        self.weak, self.strong = np.zeros(paths, dtype=int), np.zeros(paths, dtype=int)
        self.is_event = np.zeros(paths, dtype=bool)
        self.is_live = np.full(paths, terms.principal > 0.0)
        self.below_cap = np.zeros(paths, dtype=int)
        self.default_quarter = np.full(paths, quarters + 1)
        self.exposure, self.loss = np.zeros(paths), np.zeros(paths)

    def run(self) -> LoanPaths:
        self._close()
        for t in range(1, self.quarters + 1):
            if t < self.terms.first:
                self._ramp(t)
            else:
                self._service(t)
            self._record(t)
        return LoanPaths(
            default_quarter=self.default_quarter, exposure=self.exposure, loss=self.loss, **self.out
        )

    def _record(self, t: int) -> None:
        self.out["balance"][:, t], self.out["reserve"][:, t], self.out["trap"][:, t] = self.balance, self.reserve, self.trap

    def _close(self) -> None:
        """Closing: the loan is drawn and equity funds the reserve account."""
        self.out["lender"][:, 0] = -self.terms.principal
        self.reserve = self.reserve + self._reserve_target(self.terms.first - 1)
        self.out["equity"][:, 0] = -self.reserve
        self._record(0)

    def _service_due(self, t: int) -> Array:
        """Interest plus scheduled principal of quarter t on the current balance, (paths,)."""
        if t > self.terms.last:
            return np.zeros(self.paths)
        interest = self.balance * self.terms.rate_q
        if t < self.terms.first:
            interest = np.full(self.paths, self.terms.opening_balance * self.terms.rate_q)
            return np.asarray(interest + self.plan[self.terms.first])
        return np.asarray(interest + self._scheduled(t, interest))

    def _scheduled(self, t: int, interest: Array) -> Array:
        """Scheduled principal on the current balance: prepayments shorten the tail, the installment stays."""
        if t == self.terms.last:
            return self.balance.copy()
        due = self.plan[t] if self.installment is None else self.installment - interest
        return np.asarray(np.minimum(due, self.balance))

    def _reserve_target(self, t: int) -> Array:
        """Reserve to hold at the end of quarter t: months of the next quarter's service."""
        nxt = max(t + 1, self.terms.first)
        if nxt > self.terms.last:
            return np.zeros(self.paths)
        if t < self.terms.first:
            due = self.terms.opening_balance * self.terms.rate_q + self.plan[self.terms.first]
            return np.where(self.is_live, self.terms.reserve_quarters * due, 0.0)
        return np.asarray(self.terms.reserve_quarters * self._service_due(nxt))

    def _ramp(self, t: int) -> None:
        """Before service interest is capitalized and the reserve's income goes to equity."""
        self.balance = self.balance * (1.0 + self.terms.rate_q)
        income = self.reserve * self.terms.reserve_rate * DELTA
        self.out["reserve_income"][:, t] = income
        self.out["equity"][:, t] = self.cfads[:, t] + income

    def _service(self, t: int) -> None:
        terms, out, cfads = self.terms, self.out, self.cfads[:, t]
        live = self.is_live & (self.balance > 1e-9)
        gone = self.default_quarter < t
        income = np.where(gone, 0.0, (self.reserve + self.trap) * terms.reserve_rate * DELTA)
        out["reserve_income"][:, t] = income
        interest = np.where(live, self.balance * terms.rate_q, 0.0)
        scheduled = np.where(live, self._scheduled(t, interest), 0.0) if t <= terms.last else np.zeros(self.paths)
        due = interest + scheduled
        dscr = np.where(live, cfads / np.where(due > 0, due, 1.0), np.nan)
        out["dscr"][:, t] = dscr
        cash = cfads + income
        liquid = cash + self.reserve + self.trap
        short = live & (liquid < due - 1e-9)
        cured = self._cure(t, short, due - liquid, interest)
        failed = short & ~cured
        if failed.any():
            self._liquidate(t, np.flatnonzero(failed), liquid, interest)
        pays = live & ~failed
        out["interest"][:, t] = np.where(pays, interest, 0.0)
        out["principal"][:, t] = np.where(pays, scheduled, 0.0)
        out["lender"][:, t] += np.where(pays, due, 0.0)
        self.balance = np.where(pays, self.balance - scheduled, self.balance)
        # What cash does not cover comes from the trap, then from the reserve.
        left = cash + out["cure"][:, t] - due
        from_trap = np.clip(-left, 0.0, self.trap)
        self.trap = np.where(pays, self.trap - from_trap, self.trap)
        from_reserve = np.clip(-left - from_trap, 0.0, self.reserve)
        self.reserve = np.where(pays, self.reserve - from_reserve, self.reserve)
        excess = np.where(pays, np.maximum(left, 0.0), 0.0)
        excess = self._top_up(t, pays, excess)
        excess = self._share_excess(t, pays, excess, dscr)
        free = ~live & ~gone & ~failed
        released = np.where(free, self.reserve + self.trap, 0.0)
        self.reserve = np.where(free, 0.0, self.reserve)
        self.trap = np.where(free, 0.0, self.trap)
        out["equity"][:, t] += np.where(free, cash + released, excess) - out["cure"][:, t]

    def _cure(self, t: int, short: NDArray[np.bool_], missing: Array, interest: Array) -> NDArray[np.bool_]:
        """Equity pays a shortfall while what it keeps is worth more than the debt."""
        cured = np.zeros(self.paths, dtype=bool)
        rows = np.flatnonzero(short & (self.cures_left > 0))
        if len(rows) == 0:
            return cured
        worth = self.value(t, rows) + self.claim(t, rows)
        rows = rows[worth > self.terms.cure_cover * (self.balance[rows] + interest[rows])]
        cured[rows] = True
        self.cures_left[rows] -= 1
        self.out["cure"][rows, t] = missing[rows]
        return cured

    def _liquidate(self, t: int, rows: Rows, liquid: Array, interest: Array) -> None:
        """Payment default: cash at once, collateral and contract claim after the lag, the rest is lost."""
        terms, out = self.terms, self.out
        exposure = self.balance[rows] + interest[rows]
        now = np.minimum(exposure, np.maximum(liquid[rows], 0.0))
        rest = exposure - now
        growth = (1.0 + terms.rate_q) ** terms.recovery_lag
        proceeds = (1.0 - terms.fire_sale) * (1.0 - terms.sale_cost) * self.value(t, rows)
        proceeds = proceeds + terms.contract_recovery * self.claim(t, rows)
        later = np.minimum(rest * growth, proceeds)
        covered = terms.guarantee * (rest * growth - later)
        when = min(t + terms.recovery_lag, self.quarters)
        out["lender"][rows, t] += now
        out["recovery"][rows, t] += now
        out["lender"][rows, when] += later + covered
        out["recovery"][rows, when] += later
        out["guarantee"][rows, when] += covered
        out["equity"][rows, t] += np.maximum(liquid[rows] - exposure, 0.0)
        out["equity"][rows, when] += proceeds - later
        out["sale"][rows, when] += proceeds
        out["unpaid"][rows, t] = np.maximum(-liquid[rows], 0.0)
        self.default_quarter[rows] = t
        self.exposure[rows] = exposure
        self.loss[rows] = exposure - now - (later + covered) / growth
        self.is_live[rows] = False
        self.balance[rows] = 0.0
        self.reserve[rows] = self.trap[rows] = 0.0

    def _top_up(self, t: int, pays: NDArray[np.bool_], excess: Array) -> Array:
        """Refill the reserve from excess cash, or release what is above its target."""
        target = np.where(pays & (self.balance > 1e-9), self._reserve_target(t), 0.0)
        added = np.where(pays, np.minimum(excess, np.maximum(target - self.reserve, 0.0)), 0.0)
        released = np.where(pays, np.maximum(self.reserve - target, 0.0), 0.0)
        self.reserve = self.reserve + added - released
        return np.asarray(excess - added + released)

    def _share_excess(self, t: int, pays: NDArray[np.bool_], excess: Array, dscr: Array) -> Array:
        """Prepay under lock-up or an event of default, sweep, trap; what is left is equity's."""
        terms = self.terms
        with np.errstate(invalid="ignore"):
            low, locked, healthy = dscr < terms.event_of_default, dscr < terms.lockup, dscr >= terms.lockup
        self.weak = np.where(low, self.weak + 1, 0)
        self.strong = np.where(healthy, self.strong + 1, 0)
        self.is_event = (self.is_event | (self.weak >= 2)) & ~(self.strong >= 2)
        share = np.where(locked | self.is_event, 1.0, terms.sweep)
        prepaid = np.where(pays, np.minimum(share * excess, self.balance), 0.0)
        self.balance = self.balance - prepaid
        self.out["prepaid"][:, t] = prepaid
        self.out["lender"][:, t] += prepaid
        excess = excess - prepaid
        # The reserve of a shorter loan is smaller; what the last prepayment frees goes to equity at once.
        target = np.where(pays & (self.balance > 1e-9), self._reserve_target(t), 0.0)
        freed = np.where(pays, np.maximum(self.reserve - target, 0.0), 0.0)
        self.reserve = self.reserve - freed
        excess = excess + freed
        if terms.ltv_cap is not None:
            excess = self._trap_cash(t, pays, excess)
        return excess

    def _trap_cash(self, t: int, pays: NDArray[np.bool_], excess: Array) -> Array:
        """Hold excess while loan-to-value is above its cap; release after two quarters below it."""
        rows = np.flatnonzero(pays)
        worth = np.zeros(self.paths)
        worth[rows] = self.value(t, rows)
        over = pays & (self.balance > self.terms.ltv_cap * worth) & (self.balance > 1e-9)  # type: ignore[operator]
        self.below_cap = np.where(over, 0, self.below_cap + 1)
        release = pays & ((self.below_cap >= 2) | (self.balance <= 1e-9))
        freed = np.where(release, self.trap, 0.0)
        held = np.where(over, excess, 0.0)
        self.trap = self.trap - freed + held
        return np.asarray(excess - held + freed)


def loan_to_value(balance: Array, value: Array) -> Array:
    """Balance over collateral value, shape of ``balance``; infinite when a balance has no collateral."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(balance > 0, balance / value, 0.0)


def weighted_average_life(terms: LoanTerms, loan: LoanPaths) -> float:
    """Mean years from the start of service to each dollar of principal paid, over all paths."""
    paid = loan.principal + loan.prepaid
    when = np.maximum(np.arange(paid.shape[1]) - (terms.first - 1), 0) * DELTA
    total = float(paid.sum())
    return float((paid * when).sum() / total) if total > 0 else float("nan")


def liquidation_split(proceeds: Array, senior: float, mezzanine: float) -> tuple[Array, Array, Array]:
    """Split proceeds by rank: senior, mezzanine, equity, each the shape of ``proceeds``."""
    to_senior = np.minimum(proceeds, senior)
    to_mezzanine = np.minimum(proceeds - to_senior, mezzanine)
    return to_senior, to_mezzanine, proceeds - to_senior - to_mezzanine
