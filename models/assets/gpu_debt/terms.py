"""From facility to resolved loan: coupon, base rate, what each rule allows, and the size that the smallest one sets."""

from __future__ import annotations

from dataclasses import replace

from models.assets.gpu_debt.loan import SPREADS, Collateral, Covenants, GpuDebt
from models.basis.timeline import Array
from models.debt.contract import ContractCredit
from models.debt.rates import BaseRate, RatePaths, forward_curve, paid_in, simulate_base
from models.debt.schedule import minimum_dscr, sculpted_capacity
from models.debt.structure import LoanPricing, Structure
from models.debt.terms import LoanTerms, Refinancing

SCULPTED_DSCR = 1.30  # target of a sculpted loan that coverage does not size


def spread_of(debt: GpuDebt, credit: ContractCredit | None = None) -> float:
    """Spread per year: as set, or that of the customer's grade."""
    if debt.spread is not None:
        return debt.spread
    found = (credit or ContractCredit()).spread(debt.customer)
    return SPREADS[debt.customer] if found is None else found


def loan_terms(
    debt: GpuDebt,
    covenants: Covenants,
    collateral: Collateral,
    *,
    base_rate: float,
    ramp: int,
    rate_cut: float,
    guarantee: float,
    structure: Structure | None = None,
    credit: ContractCredit | None = None,
) -> LoanTerms:
    """Resolve spread and size: the smallest of what advance rate, coverage and value allow."""
    structure = structure or Structure()
    terms = _asked_terms(debt, covenants, collateral, structure, base_rate, ramp)
    terms = replace(
        terms, coupon=_coupon(debt, structure.pricing, credit, base_rate) - rate_cut, interest_subsidy=rate_cut,
        guarantee=guarantee,
    )
    limits = size_limits(debt, collateral, terms, structure, credit)
    return replace(terms, principal=min(limits.values()))


def _coupon(debt: GpuDebt, pricing: LoanPricing, credit: ContractCredit | None, base_rate: float) -> float:
    if pricing.base == "fixed" and pricing.fixed_coupon is not None:
        return pricing.fixed_coupon
    return base_rate + spread_of(debt, credit)


def _asked_terms(
    debt: GpuDebt, covenants: Covenants, collateral: Collateral, structure: Structure, base_rate: float, ramp: int
) -> LoanTerms:
    """Terms as asked for, before coupon and size."""
    pricing, triggers, mezzanine = structure
    quarters = max(len(collateral.base_cfads) - 1, ramp + debt.tenor_quarters)
    renewed = Refinancing(triggers.refi_ltv, triggers.refi_dscr, triggers.refi_margin, triggers.refi_quarters)
    return LoanTerms(
        principal=debt.advance_cap * collateral.cost, coupon=base_rate, first=ramp + 1,
        last=ramp + debt.tenor_quarters, amortization=debt.amortization, balloon=debt.balloon,
        target_dscr=debt.sizing_dscr or SCULPTED_DSCR, reserve_quarters=debt.reserve_months / 3.0,
        reserve_rate=base_rate, sweep=debt.sweep, **dict(covenants),
        mezz_principal=mezzanine.advance * collateral.cost, mezz_coupon=mezzanine.coupon,
        pays_in_kind=mezzanine.pays_in_kind,
        draws=pricing.draws, upfront_fee=pricing.upfront_fee, discount=pricing.discount,
        undrawn_fee=pricing.undrawn_fee, agent_fee=pricing.agent_fee, capitalizes=pricing.capitalizes,
        funds_reserve=not triggers.builds_reserve, accelerates=triggers.accelerates, early_dscr=triggers.early_dscr,
        early_ltv=triggers.early_ltv, early_customer=triggers.early_customer,
        base=paid_in(forward_curve(base_process(pricing, base_rate), quarters)) if floats(pricing) else None,
        hedged=pricing.hedged, is_super_senior=pricing.swap_rank == "super_senior",
        refinancing=renewed if triggers.refinances and debt.balloon > 0.0 else None,
    )


def floats(pricing: LoanPricing) -> bool:
    """Whether the coupon moves with the base rate."""
    return pricing.base in ("forward", "simulated")


def base_process(pricing: LoanPricing, base_rate: float) -> BaseRate:
    """The process behind forward curve and drawn rates."""
    return BaseRate(base_rate, pricing.long_run, pricing.half_life, pricing.volatility)


def base_rates(pricing: LoanPricing, base_rate: float, normals: Array) -> RatePaths | None:
    """Base rate a floating loan meets; None where it does not move. ``normals`` (paths, quarters + 1)."""
    if not floats(pricing):
        return None
    process = base_process(pricing, base_rate)
    if pricing.base == "forward" or pricing.volatility == 0.0:
        return RatePaths(paid_in(forward_curve(process, normals.shape[1] - 1))[None, :], process)
    return simulate_base(process, normals)


def size_limits(
    debt: GpuDebt, collateral: Collateral, terms: LoanTerms, structure: Structure | None = None,
    credit: ContractCredit | None = None,
) -> dict[str, float]:
    """What each rule allows, USD per unit of collateral; the smallest sizes the loan.

    Parameters
    ----------
    terms : LoanTerms
        Terms with coupon and the size that the advance rate asks for.
    """
    limits = {"advance": debt.advance_cap * collateral.cost}
    by_grade = credit.highest_advance(debt.customer) if credit else None
    if by_grade is not None:
        limits["grade"] = by_grade * collateral.cost
    if debt.sizing_dscr is not None:
        limits["coverage"] = _coverage_limit(terms, collateral, debt.sizing_dscr)
    if structure and structure.triggers.sizing_ltv is not None:
        limits["value"] = structure.triggers.sizing_ltv * float(collateral.value[:, 0].mean())
    return limits


def _coverage_limit(terms: LoanTerms, collateral: Collateral, target: float) -> float:
    """Largest principal with the target coverage on the no-shock path; coverage is inverse in size unless sculpted."""
    if terms.principal <= 0.0:
        return 0.0
    if terms.amortization == "sculpted":
        rates = terms.rates_q(terms.last)[terms.first :]
        capacity = sculpted_capacity(collateral.base_cfads, target, rates, terms.first, terms.last)
        return capacity * terms.principal / terms.opening_balance
    return terms.principal * max(minimum_dscr(terms, collateral.base_cfads), 0.0) / target
