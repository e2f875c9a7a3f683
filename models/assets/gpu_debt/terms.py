"""From facility to resolved loan: coupon, base rate, what each rule allows, and the size that the smallest one sets."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from models.assets.gpu_debt.loan import Collateral, Covenants, GpuDebt
from models.assets.gpu_debt.size import LoanSize
from models.basis.timeline import Array
from models.debt.contract import ContractCredit
from models.debt.rates import BaseRate, RatePaths, forward_curve, paid_in, simulate_base
from models.debt.schedule import covered_principal
from models.debt.structure import LoanPricing, LoanTriggers, Mezzanine
from models.debt.terms import LoanTerms, Refinancing


class Facility(NamedTuple):
    """What the borrower asks for: the declared slices, today's base rate per year, and the ramp in quarters."""

    debt: GpuDebt
    covenants: Covenants
    pricing: LoanPricing
    triggers: LoanTriggers
    mezzanine: Mezzanine
    credit: ContractCredit
    base_rate: float
    ramp: int

    @property
    def coupon(self) -> float:
        """Coupon per year: fixed, or today's base rate and the spread as set or of the customer's grade."""
        if self.pricing.base == "fixed" and self.pricing.fixed_coupon is not None:
            return self.pricing.fixed_coupon
        usual = self.credit.spread(self.debt.customer)
        return self.base_rate + (usual if self.debt.spread is None else self.debt.spread)


def loan_terms(
    facility: Facility, collateral: Collateral, *, rate_cut: float, guarantee: Array | None
) -> tuple[LoanTerms, LoanSize]:
    """Terms with spread and size resolved, and how the size came about, USD per unit of collateral.

    Parameters
    ----------
    rate_cut : float
        What programs pay of the coupon, per year.
    guarantee : (paths or 1, quarters + 1), optional
        Share of the lender's loss that states pay if the loan fails in the quarter.
    """
    terms = _asked_terms(facility, collateral, rate_cut, guarantee)
    size = LoanSize.of(
        collateral.cost, _size_limits(facility, collateral, terms), asked_junior=terms.mezz_principal
    )
    return replace(terms, principal=size.lent, mezz_principal=size.junior), size


def _asked_terms(facility: Facility, collateral: Collateral, rate_cut: float, guarantee: Array | None) -> LoanTerms:
    """Terms as asked for, before size."""
    debt, covenants, pricing, triggers, mezzanine, _, base_rate, ramp = facility
    quarters = max(len(collateral.base_cfads) - 1, ramp + debt.tenor_quarters)
    renewed = Refinancing(triggers.refi_ltv, triggers.refi_dscr, triggers.refi_margin, triggers.refi_quarters)
    return LoanTerms(
        principal=debt.advance_cap * collateral.cost, coupon=facility.coupon - rate_cut, interest_subsidy=rate_cut,
        guarantee=0.0 if guarantee is None else guarantee, first=ramp + 1,
        last=ramp + debt.tenor_quarters, amortization=debt.amortization, balloon=debt.balloon,
        reserve_quarters=debt.reserve_months / 3.0, reserve_rate=base_rate, sweep=debt.sweep, **dict(covenants),
        mezz_principal=mezzanine.advance * collateral.cost, mezz_coupon=mezzanine.coupon,
        pays_in_kind=mezzanine.pays_in_kind,
        draws=pricing.draws, upfront_fee=pricing.upfront_fee, discount=pricing.discount,
        undrawn_fee=pricing.undrawn_fee, agent_fee=pricing.agent_fee, capitalizes=pricing.capitalizes,
        funds_reserve=not triggers.builds_reserve, accelerates=triggers.accelerates, early_dscr=triggers.early_dscr,
        early_ltv=triggers.early_ltv, early_customer=triggers.early_customer,
        base=paid_in(forward_curve(base_process(pricing, base_rate), quarters)) if floats(pricing) else None,
        hedged=pricing.hedged, is_super_senior=pricing.swap_rank == "super_senior",
        serves=served_share(debt, collateral.base_contracted, quarters),
        refinancing=renewed if triggers.refinances and debt.balloon > 0.0 else None,
    )


def served_share(debt: GpuDebt, contracted: Array, quarters: int) -> Array | None:
    """Share of each quarter's planned cash that may serve the loan, (quarters + 1,); None where no coverage is asked.

    Cash under contract covers service ``sizing_dscr`` times, the rest ``merchant_dscr`` times.
    """
    if debt.sizing_dscr is None:
        return None
    share = np.zeros(quarters + 1)
    share[: len(contracted)] = contracted[: quarters + 1]
    return np.asarray(share / debt.sizing_dscr + (1.0 - share) / debt.merchant_dscr)


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


def _size_limits(facility: Facility, collateral: Collateral, terms: LoanTerms) -> dict[str, float]:
    """What each rule allows; ``terms`` have the size that the advance rate asks for."""
    debt, sizing_ltv = facility.debt, facility.triggers.sizing_ltv
    limits = {"advance": terms.principal}
    by_grade = facility.credit.highest_advance(debt.customer)
    if by_grade is not None:
        limits["grade"] = by_grade * collateral.cost
    if debt.sizing_dscr is not None:
        limits["coverage"] = covered_principal(terms, collateral.base_cfads)
    if terms.balloon > 0.0 and facility.triggers.balloon_ltv is not None:
        opening = replace(terms, principal=1.0).opening_balance
        worth = float(collateral.base_value[min(terms.last, len(collateral.base_value) - 1)])
        limits["balloon"] = facility.triggers.balloon_ltv * worth / (terms.balloon * opening)
    if sizing_ltv is not None:
        limits["value"] = sizing_ltv * float(collateral.value[:, 0].mean())
    return limits

