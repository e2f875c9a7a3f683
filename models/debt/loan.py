"""Terms, schedule and results of a loan on a special-purpose vehicle.

Default and recovery come from the same paths: the price that starves cash flow also sets the value of the collateral.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import over_paths, time_major
from models.basis.timeline import DELTA, Array
from models.debt.kernel import STEPS, LoanInputs, LoanOut, LoanRules, waterfall


@dataclass(frozen=True, eq=False)
class LoanTerms:
    """Resolved terms of one loan, per unit of collateral.

    ``principal`` USD drawn at closing; ``coupon`` and ``reserve_rate`` per year, simple; ``first`` and ``last``
    service quarter; ``amortization`` level, straight or sculpted; ``balloon`` share of the opening balance due at the
    end; ``reserve_quarters`` of debt service held; ``lockup``, ``event_of_default`` DSCR tests; ``sweep`` share of
    excess that prepays; ``ltv_cap`` traps cash above it (None: off); ``cures`` and ``cure_cover`` of the sponsor;
    ``fire_sale``, ``sale_cost`` cuts of collateral value, ``recovery_lag`` quarters, ``contract_recovery`` share of
    the contract claim; ``guarantee`` share of the loss a state pays; ``mezz_principal``, ``mezz_coupon`` and
    ``pays_in_kind`` of a junior tranche; ``interest_subsidy`` per year that a program pays beside the coupon.
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
    mezz_principal: float = 0.0
    mezz_coupon: float = 0.0
    pays_in_kind: bool = False
    interest_subsidy: float = 0.0

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

    ``lender``, ``mezzanine`` and ``equity`` receipts (equity negative when it cures), ``interest``, ``principal`` paid,
    ``prepaid``, ``balance`` closing, the same for the mezzanine, ``reserve`` and ``trap`` closing, ``dscr`` NaN without
    service, ``unpaid`` operating cost, ``recovery`` received, ``reserve_income``, ``cure`` paid in, ``sale`` proceeds,
    ``guarantee`` paid by the state, ``written_off`` mezzanine, ``rule`` bits of what fired (``kernel.LOCKUP`` ...),
    ``default_quarter`` (paths,) beyond the horizon if none, ``exposure`` and ``loss`` at default (paths,), ``log``
    (quarters + 1, steps, 2) due and paid of each step when asked for.
    """

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
    default_quarter: NDArray[np.int64]
    exposure: Array
    loss: Array
    log: Array

    @property
    def is_defaulted(self) -> NDArray[np.bool_]:
        """Whether the loan defaulted on a path, (paths,)."""
        return np.asarray(self.default_quarter < self.balance.shape[1])


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


def run_waterfall(
    terms: LoanTerms, cfads: Array, plan: Array, value: Array, claim: Array, *, log: bool = False
) -> LoanPaths:
    """Run the quarterly waterfall on every path.

    Parameters
    ----------
    cfads : (paths, quarters + 1)
        Cash flow available for debt service, USD; column 0 is ignored.
    plan : (service quarters,)
        Scheduled principal without prepayment.
    value, claim : (paths, quarters + 1)
        Collateral value and contract claim, USD.
    log : bool
        Keep what was due and paid at each step; for a single path only.

    Notes
    -----
    Performing quarters balance as cfads + reserve income + cure = lender + mezzanine + equity + change of reserves;
    the quarter of default adds sale and unpaid operating cost. Everything later belongs to the buyer of the collateral.
    """
    paths, quarters = cfads.shape[0], cfads.shape[1] - 1
    inputs = LoanInputs(
        rate=np.full(quarters + 1, terms.rate_q), mezz_rate=np.full(quarters + 1, terms.mezz_coupon * DELTA),
        plan=_on_grid(plan, terms.first, quarters), mezz_plan=np.zeros(quarters + 1),
        draw=_at_closing(terms.principal, quarters), mezz_draw=_at_closing(terms.mezz_principal, quarters),
        cfads=time_major(cfads), value=time_major(value), claim=time_major(claim),
    )
    out = LoanOut(*(np.zeros((quarters + 1, paths)) for _ in LoanOut._fields))
    out.dscr.fill(np.nan)
    default_quarter = np.full(paths, quarters + 1, dtype=np.int64)
    exposure, loss = np.zeros(paths), np.zeros(paths)
    steps = np.zeros((quarters + 1 if log and paths == 1 else 0, len(STEPS), 2))
    over_paths(waterfall, paths, _rules(terms, plan), inputs, out, default_quarter, exposure, loss, steps)
    return LoanPaths(
        default_quarter=default_quarter, exposure=exposure, loss=loss, log=steps,
        **{name: array.T for name, array in zip(LoanOut._fields, out, strict=True)},
    )


def _rules(terms: LoanTerms, plan: Array) -> LoanRules:
    count = terms.last - terms.first + 1
    mezz_opening = terms.mezz_principal * (1.0 + terms.mezz_coupon * DELTA) ** (terms.first - 1)
    return LoanRules(
        first=terms.first,
        last=terms.last,
        is_level=terms.amortization == "level" and terms.balloon == 0.0,
        installment=float(plan[0]) + terms.opening_balance * terms.rate_q,
        mezz_installment=level_payment(mezz_opening, 0.0, terms.mezz_coupon * DELTA, count),
        pays_in_kind=terms.pays_in_kind,
        reserve_quarters=terms.reserve_quarters,
        reserve_rate=terms.reserve_rate * DELTA,
        lockup=terms.lockup,
        event_of_default=terms.event_of_default,
        sweep=terms.sweep,
        ltv_cap=np.inf if terms.ltv_cap is None else terms.ltv_cap,
        cures=terms.cures,
        cure_cover=terms.cure_cover,
        sale_share=(1.0 - terms.fire_sale) * (1.0 - terms.sale_cost),
        recovery_lag=terms.recovery_lag,
        contract_recovery=terms.contract_recovery,
        guarantee=terms.guarantee,
    )


def _on_grid(plan: Array, first: int, quarters: int) -> Array:
    out = np.zeros(max(quarters, first + len(plan)) + 1)
    out[first : first + len(plan)] = plan
    return out[: quarters + 1]


def _at_closing(amount: float, quarters: int) -> Array:
    out = np.zeros(quarters + 1)
    out[0] = amount
    return out


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
