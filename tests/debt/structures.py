"""Random loans with every feature, and the cash, collateral and rates they meet."""

from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from models.basis.timeline import Array
from models.debt.loan import LoanPaths, LoanTerms, run_waterfall
from models.debt.rates import BaseRate, RatePaths, forward_curve, paid_in, simulate_base
from models.debt.schedule import scheduled_principal
from models.debt.terms import Refinancing

QUARTERS, PATHS = 40, 32


class Met(NamedTuple):
    """What a loan meets: cash flow, collateral value, claim on the contract, base rate, lost customer."""

    cfads: Array
    value: Array
    claim: Array
    rates: RatePaths | None
    lost: Any


def plain_loan(**changes: Any) -> LoanTerms:
    """A loan without ramp, reserve, covenants or cures; the coupon is a year's, simple."""
    terms: dict[str, Any] = {
        "principal": 100.0, "coupon": 0.08, "first": 1, "last": 16, "amortization": "level", "balloon": 0.0,
        "reserve_quarters": 0.0, "reserve_rate": 0.0, "lockup": 0.0, "event_of_default": 0.0,
        "sweep": 0.0, "ltv_cap": None, "cures": 0, "cure_cover": 1.1, "fire_sale": 0.25, "sale_cost": 0.03,
        "recovery_lag": 2, "contract_recovery": 0.5,
    }
    return LoanTerms(**{**terms, **changes})


@st.composite
def structures(draw: Any, **fixed: Any) -> LoanTerms:
    """A loan with random size, price, repayment, protection, mezzanine, swap and refinancing."""
    first = draw(st.integers(1, 5))
    some = st.floats(0.0, 1.0)
    process = BaseRate(draw(st.floats(0.005, 0.08)), draw(st.floats(0.005, 0.08)), draw(st.floats(0.5, 6.0)), 0.1)
    floats = draw(st.booleans())
    new = Refinancing(draw(st.floats(0.2, 1.2)), draw(st.floats(1.0, 1.6)), draw(st.floats(0.0, 0.05)),
                      draw(st.integers(2, 12)))
    values: dict[str, Any] = {
        "coupon": draw(st.floats(0.0, 0.12)) + (process.now if floats else 0.02), "first": first,
        "last": first + draw(st.integers(3, 20)),
        "amortization": draw(st.sampled_from(["level", "straight", "sculpted"])),
        "balloon": draw(st.sampled_from([0.0, 0.0, 0.3, 0.6])), "reserve_quarters": draw(st.floats(0.0, 4.0)),
        "reserve_rate": draw(st.floats(0.0, 0.06)), "lockup": draw(st.floats(1.0, 1.5)),
        "event_of_default": draw(st.floats(0.8, 1.2)), "sweep": draw(some),
        "ltv_cap": draw(st.none() | st.floats(0.5, 1.5)), "cures": draw(st.integers(0, 4)),
        "cure_cover": draw(st.floats(1.0, 1.5)), "fire_sale": draw(st.floats(0.0, 0.7)),
        "sale_cost": draw(st.floats(0.0, 0.1)), "recovery_lag": draw(st.integers(0, 6)),
        "contract_recovery": draw(some), "guarantee": draw(st.sampled_from([0.0, 0.0, 0.5, 1.0])),
        "mezz_principal": draw(st.sampled_from([0.0, 20.0])), "mezz_coupon": draw(st.floats(0.0, 0.25)),
        "pays_in_kind": draw(st.booleans()), "draws": draw(st.integers(1, 5)),
        "upfront_fee": draw(st.sampled_from([0.0, 0.02])), "discount": draw(st.sampled_from([0.0, 0.03])),
        "undrawn_fee": draw(st.floats(0.0, 0.02)), "agent_fee": draw(st.sampled_from([0.0, 0.004])),
        "capitalizes": draw(st.booleans()), "funds_reserve": draw(st.booleans()),
        "accelerates": draw(st.booleans()), "early_dscr": draw(st.none() | st.floats(0.8, 1.4)),
        "early_ltv": draw(st.none() | st.floats(0.5, 2.0)), "early_customer": draw(st.booleans()),
        "base": paid_in(forward_curve(process, QUARTERS)) if floats else None,
        "hedged": draw(st.sampled_from([0.0, 0.5, 1.0])) if floats else 0.0,
        "is_super_senior": draw(st.booleans()), "refinancing": draw(st.sampled_from([None, new])),
    }
    return plain_loan(**{**values, **fixed})


def met_by(terms: LoanTerms, seed: int) -> Met:
    """Cash around the service that sometimes collapses and goes negative; collateral that decays, sometimes fast."""
    rng = np.random.default_rng(seed)
    shape, t = (PATHS, QUARTERS + 1), np.arange(QUARTERS + 1)
    service = 1.2 * terms.opening_balance / (terms.last - terms.first + 1)
    level = rng.uniform(0.8, 2.0, (PATHS, 1)) * np.exp(rng.normal(0.0, 0.15, shape).cumsum(axis=1))
    hit = t >= rng.integers(1, 60, (PATHS, 1))
    cfads = service * np.where(hit, level * rng.uniform(-0.3, 1.0, (PATHS, 1)), level)
    fall = rng.uniform(0.01, 0.25, (PATHS, 1))
    value = terms.principal * rng.uniform(0.3, 2.5, (PATHS, 1)) * np.exp(-fall * t)
    claim = terms.principal * rng.uniform(0.0, 0.3, (PATHS, 1)) * np.maximum(0.0, 1.0 - t / 18)
    cfads[:, 0] = 0.0
    lost = t >= rng.integers(1, 60, (PATHS, 1))
    rates = None
    if terms.base is not None:
        process = BaseRate(float(terms.base[0]), float(terms.base[-1]), 2.0, 0.1)
        rates = simulate_base(process, rng.standard_normal(shape))
    return Met(cfads, value, claim, rates, lost)


def run(terms: LoanTerms, met: Met) -> LoanPaths:
    """Waterfall on what the loan meets."""
    plan = scheduled_principal(terms, met.cfads[0])
    return run_waterfall(terms, met.cfads, plan, met.value, met.claim, rates=met.rates, lost=met.lost)


def liquidated(proceeds: float, senior: float, mezz: float) -> tuple[float, float, float]:
    """What senior lender, mezzanine and equity get of collateral sold at once, without cost, interest or cash."""
    terms = plain_loan(
        principal=senior, coupon=0.0, mezz_principal=mezz, fire_sale=0.0, sale_cost=0.0, recovery_lag=0
    )
    nothing = np.zeros((1, 17))
    loan = run(terms, Met(nothing, np.full((1, 17), proceeds), nothing, None, nothing > 0.0))
    return float(loan.recovery.sum()), float(loan.mezzanine[:, 1:].sum()), float(loan.equity[:, 1:].sum())
