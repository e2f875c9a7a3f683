"""What the supplier stands behind: sales it finances, minimum rents it guarantees, parts it has ordered."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption
from models.basis.timeline import DELTA, HOURS, Array, running_product, running_sum, zero_paths
from models.market.simulate import MarketPaths

BOOK = 12
"""Quarters for which a sale is financed, and a rent guaranteed."""
LEAD = 4
"""Quarters ahead for which parts are ordered."""


class SupplierCredit(Assumptions):
    """What the supplier has sold, and promises to sell more: credit, minimum rents, and orders for parts of its own."""

    financed_share: float = assumption(
        0.12, unit="share", low=0.0, high=0.5, step=0.01, symbol="v",
        label="Sales financed by the supplier", source="judgment",
        help="Share of sales to customers whose loans or leases the supplier lends, buys or backs, for three years.",
    )
    loss_given_default: float = assumption(
        0.75, unit="share", low=0.3, high=1.0, step=0.05, symbol="LGD", status="assumption",
        label="Loss on financed customers", source="telecom_bust-058",
        help="Share of what a defaulted customer owes that the supplier does not get back.",
    )
    floor_share: float = assumption(
        0.05, unit="share", low=0.0, high=0.3, step=0.01, symbol="f",
        label="Machines sold with a minimum rent", source="judgment",
        help="Share of machines for which the supplier makes up rents below a minimum, for three years.",
    )
    floor_level: float = assumption(
        0.70, unit="share of long-run price", low=0.3, high=1.0, step=0.05, symbol="φ",
        label="Minimum rent", source="judgment",
        help="Rent the supplier guarantees on such machines, over the long-run rental price.",
    )
    commitments: float = assumption(
        0.25, unit="share of the fall", low=0.0, high=1.0, step=0.05, symbol="w",
        label="Purchase commitments lost", source="judgment",
        help="Part written off of what sales fall short of those a year before, for which parts had been ordered.",
    )
    past_growth: float = assumption(
        0.75, unit="per year", low=0.0, high=2.0, step=0.05, symbol="g_past", status="fact",
        label="Growth of the last three years", source="hardware_suppliers-004",
        help="Yearly growth of revenue until today, which says how small the expense of today's revenue is.",
    )


def traced_back(credit: SupplierCredit, revenue: Array) -> Array:
    """Revenue from ``BOOK - 1`` quarters before closing on, USD, (paths, BOOK + quarters).

    Until today it grew at the pace of the last three years, up to the revenue of the first quarter.
    """
    before = (1.0 + credit.past_growth) ** (DELTA * np.arange(-BOOK, 0))
    return np.concatenate([np.outer(before, revenue[:, 1]), revenue[:, 1:].T]).T


def young_expense(credit: SupplierCredit) -> float:
    """Mean revenue of three years over that of the last quarter, after growth at the pace of these years."""
    return float(np.mean((1.0 + credit.past_growth) ** (-DELTA * np.arange(BOOK))))


def defaulted_share(
    rates: tuple[float, float, float], market: MarketPaths, with_lab: Array | None = None
) -> Array:
    """Share of the customers still there that default in a quarter, (paths, quarters + 1).

    Many customers, each with the hazard of one below investment grade. Their machines are of all vintages, so the
    price gap is that to the long-run price of the time.

    Parameters
    ----------
    rates : tuple of float
        Of default, per year: base, price gap and lost demand, see `models.market.customer.Offtaker.rates`.
    with_lab : (paths, quarters + 1), optional
        Share that goes with the simulated lab.
    """
    base, gap, lost = rates
    cheap = np.maximum(0.0, 1.0 - np.exp(market.log_ratio))
    hazard = base + gap * cheap + lost * np.maximum(0.0, -market.demand_paths.state)
    out = -np.expm1(-DELTA * hazard)
    if with_lab is not None:
        out = 1.0 - (1.0 - out) * (1.0 - with_lab)
    out[:, 0] = 0.0
    return np.asarray(out)


def outstanding(credit: SupplierCredit, sold: Array, defaulted: Array) -> Array:
    """What financed customers owe as a quarter begins, USD, (paths, quarters + 1).

    Parameters
    ----------
    sold : (paths, BOOK + quarters)
        Sales from ``BOOK - 1`` quarters before closing on.
    defaulted : (paths, quarters + 1)
        Share that defaults in each quarter.
    """
    left = running_product(1.0 - defaulted)
    weighted = sold.copy(order="K")
    weighted[:, BOOK - 1 :] /= left
    total = running_sum(weighted)
    out = np.zeros_like(left)
    out[:, 1] = total[:, BOOK - 1]
    out[:, 2:] = total[:, BOOK:-1] - total[:, : -BOOK - 1]
    out[:, 1:] *= credit.financed_share * left[:, :-1]
    return out


def credit_losses(credit: SupplierCredit, owed: Array, defaulted: Array) -> Array:
    """Loss on financed customers in each quarter, USD >= 0, (paths, quarters + 1)."""
    return np.asarray(credit.loss_given_default * defaulted * owed)


def floor_payments(credit: SupplierCredit, units: Array, market: MarketPaths, availability: float) -> Array:
    """What minimum rents cost in each quarter, USD >= 0, (paths, quarters + 1).

    Parameters
    ----------
    units : (paths, quarters + 1)
        Machines sold in each quarter, H100e.
    """
    total = running_sum(units)
    backed = zero_paths(units.shape[0], units.shape[1] - 1)
    backed[:, 1:] = total[:, :-1]
    backed[:, BOOK + 1 :] -= total[:, : -BOOK - 1]
    short = np.maximum(credit.floor_level * market.curves.price[: units.shape[1]] - market.price, 0.0)
    return np.asarray(credit.floor_share * HOURS * availability * backed * short)


def write_offs(credit: SupplierCredit, sold: Array) -> Array:
    """Part of the fall of sales within a year that is written off, USD >= 0, (paths, quarters + 1); sales as above."""
    fall = np.maximum(sold[:, BOOK - 1 - LEAD : -LEAD] - sold[:, BOOK - 1 :], 0.0)
    fall[:, 0] = 0.0
    return np.asarray(credit.commitments * fall)
