"""A vendor's guarantee of what a machine is worth later: paid for at closing, and weakest when it is needed.

It is settled in cash against the price of used machines of the vintage, whatever became of the owner's own. The vendor
lives on new sales, so the glut that makes machines cheap also makes the vendor fail (wrong-way risk).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet.fleet import FleetTerms, GpuFleet
from models.assets.gpu_fleet.used import value_ahead
from models.basis.assumption import Assumptions, assumption, switch
from models.basis.timeline import DELTA, Array, zero_paths
from models.market.simulate import MarketPaths


class ResidualGuarantee(Assumptions):
    """Terms of the guarantee and credit of the vendor; without effect while switched off."""

    is_on: bool = switch(
        False, label="Vendor guarantees the residual", source="gpu_debt_deals-032", symbol="RVG",
        help="Whether a vendor or insurer pays if used machines are worth less than a share of their cost at a date.",
    )
    share: float = assumption(
        0.20, unit="share of cost", low=0.05, high=0.8, step=0.05, symbol="γ_v",
        label="Guaranteed share of cost", source="macro-022",
        help="What a used machine is guaranteed to be worth at the date, as a share of what it cost.",
    )
    quarter: int = assumption(
        16, unit="quarter", low=4, high=32, step=1, symbol="t_v",
        label="Date of the guarantee", source="judgment",
        help="Quarter in which the guarantee is settled, or the machine's last one if that comes first.",
    )
    premium: float = assumption(
        0.02, unit="share of cost", low=0.0, high=0.2, step=0.005, symbol="π_v",
        label="Premium for the guarantee", source="judgment", help="What the buyer pays for the guarantee at closing.",
    )
    default_base: float = assumption(
        0.01, unit="events per year", low=0.0, high=0.05, step=0.0025, symbol="λ0 vendor", status="assumption",
        label="Vendor default rate", source="macro-010",
        help="Chance that the vendor fails within a year in a balanced market.",
    )
    default_glut: float = assumption(
        0.20, unit="events per year", low=0.0, high=0.6, step=0.02, symbol="λ1 vendor",
        label="Vendor default in a glut", source="judgment",
        help="Chance of default added as rents fall below the long-run price, at a gap of 100%.",
    )
    recovery: float = assumption(
        0.3, unit="share", low=0.0, high=1.0, step=0.05, symbol="R_v", status="assumption",
        label="Paid by a failed vendor", source="macro-015",
        help="Share of the guarantee that is still paid once the vendor has defaulted.",
    )


def premium(guarantee: ResidualGuarantee, terms: FleetTerms) -> float:
    """Paid at closing for one H100e, USD."""
    return guarantee.premium * terms.cost if guarantee.is_on else 0.0


def settlement_quarter(guarantee: ResidualGuarantee, terms: FleetTerms) -> int:
    """Quarter in which the guarantee is settled."""
    return min(guarantee.quarter, terms.last)


def vendor_alive(guarantee: ResidualGuarantee, log_ratio: Array, uniform: Array) -> NDArray[np.bool_]:
    """Whether the vendor can still pay, (paths, quarters + 1).

    Parameters
    ----------
    log_ratio : (paths, quarters + 1)
        Log of rent over the long-run price: below zero there is a glut.
    uniform : (paths,)
        One draw a path; default comes when cumulative hazard reaches -ln U.
    """
    hazard = guarantee.default_base + guarantee.default_glut * np.maximum(0.0, -np.expm1(log_ratio))
    hazard[:, 0] = 0.0
    return np.asarray(DELTA * np.cumsum(hazard, axis=1) < -np.log(uniform)[:, None])


def standing_values(
    guarantee: ResidualGuarantee, fleet: GpuFleet, terms: FleetTerms, market: MarketPaths,
    is_alive: NDArray[np.bool_],
) -> Array:
    """What the guarantee is worth to a lender in every quarter until it is settled, USD, (paths, quarters + 1).

    The shortfall that the prices of the time point to, discounted, and cut to its recovery once the vendor has failed;
    no value is put on what may still change.
    """
    out = zero_paths(market.paths, market.quarters)
    due = settlement_quarter(guarantee, terms)
    for t in range(min(due, market.quarters) + 1):
        gap = guarantee.share * terms.cost - value_ahead(fleet, terms, market, t, due)
        paid = np.where(is_alive[:, t], 1.0, guarantee.recovery)
        out[:, t] = np.maximum(gap, 0.0) * paid * (1.0 + terms.hurdle_market) ** (-DELTA * (due - t))
    return out


def payments(
    guarantee: ResidualGuarantee, fleet: GpuFleet, terms: FleetTerms, market: MarketPaths,
    is_alive: NDArray[np.bool_],
) -> Array:
    """What the vendor pays, USD per H100e, (paths, quarters + 1): in one quarter only."""
    out = zero_paths(market.paths, market.quarters)
    due = settlement_quarter(guarantee, terms)
    if due <= market.quarters:
        gap = guarantee.share * terms.cost - value_ahead(fleet, terms, market, due, due)
        out[:, due] = np.maximum(gap, 0.0) * np.where(is_alive[:, due], 1.0, guarantee.recovery)
    return out
