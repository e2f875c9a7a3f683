"""Hardware supplier equity: revenue follows additions to capacity, not capacity, so growth levels off by itself.

Operating expense follows the revenue of three years, and customers are financed: a fall of sales shows in earnings.
"""

from __future__ import annotations

import numpy as np

from models.assets.hardware_supplier.credit import (
    BOOK,
    SupplierCredit,
    credit_losses,
    defaulted_share,
    floor_payments,
    outstanding,
    traced_back,
    write_offs,
    young_expense,
)
from models.basis.assumption import Assumptions, assumption
from models.basis.flows import CashFlows, split
from models.basis.shocks import Shocks, martingale
from models.basis.timeline import Array, running_sum, years, zero_paths
from models.market.simulate import MarketPaths

SHARE_BOUNDS = (0.05, 0.95)
GROSS_BOUNDS = (0.20, 0.85)
PRICE_CLIP = (0.6, 1.6)
PRICE_POWER = 0.25
MULTIPLE_BOUNDS = (8.0, 25.0)


class HardwareSupplier(Assumptions):
    """The leading accelerator supplier: share, margin, payout, and what the market pays for its earnings."""

    share_now: float = assumption(
        0.80, unit="share", low=0.4, high=0.95, step=0.01, symbol="share_0", status="assumption",
        label="Market share now", source="hardware_suppliers-002",
        help="Supplier's share of spending on accelerators today.",
    )
    share_long_run: float = assumption(
        0.60, unit="share", low=0.3, high=0.9, step=0.01, symbol="share_∞", status="assumption",
        label="Market share, long run", source="hardware_suppliers-016",
        help="Share that rivals and in-house chips leave it in the long run.",
    )
    share_half_life: float = assumption(
        4.0, unit="years", low=2.0, high=8.0, step=0.5, symbol="share half-life", status="assumption",
        label="Erosion of the share", source="judgment", help="Years in which half of the share to be lost is lost.",
    )
    share_sd: float = assumption(
        0.15, unit="per sqrt year", low=0.0, high=0.3, step=0.01, symbol="share sd",
        label="Share volatility", source="judgment",
        help="Volatility of the supplier's share from its own products' success.",
    )
    margin_now: float = assumption(
        0.66, unit="share", low=0.25, high=0.75, step=0.01, symbol="margin_0", status="fact",
        label="Operating margin now", source="hardware_suppliers-005", help="Operating margin today.",
    )
    margin_long_run: float = assumption(
        0.42, unit="share", low=0.25, high=0.75, step=0.01, symbol="margin_∞", status="assumption",
        label="Operating margin, long run", source="judgment",
        help="Operating margin that competition leaves while sales neither grow nor fall.",
    )
    margin_half_life: float = assumption(
        4.0, unit="years", low=2.0, high=8.0, step=0.5, symbol="margin half-life", status="assumption",
        label="Erosion of the margin", source="judgment", help="Years in which half of the excess margin is lost.",
    )
    margin_slope: float = assumption(
        0.12, unit="per log price", low=0.0, high=0.3, step=0.01, symbol="margin slope", status="assumption",
        label="Margin in a shortage", source="judgment",
        help="How much the margin rises with the log of rental price over its long-run level.",
    )
    price_factor: float = assumption(
        0.62, unit="share", low=0.5, high=0.75, step=0.01, symbol="ASP factor", status="assumption",
        label="Supplier's part of hardware cost", source="gpu_prices-001",
        help="Share of installed hardware cost that is the supplier's selling price.",
    )
    tax: float = assumption(
        0.16, unit="share", low=0.10, high=0.25, step=0.01, symbol="tax", status="assumption",
        label="Operating tax rate", source="hardware_suppliers-005", help="Tax inside reported earnings.",
    )
    payout: float = assumption(
        0.85, unit="share", low=0.5, high=1.0, step=0.05, symbol="payout", status="assumption",
        label="Payout", source="judgment", help="Share of earnings that reaches shareholders.",
    )
    opex: float = assumption(
        0.18, unit="share of revenue of three years", low=0.05, high=0.40, step=0.01, symbol="o", status="assumption",
        label="Operating expense", source="judgment",
        help="Research, sales and administration over the mean revenue of the last three years: it falls late.",
    )
    exit_multiple: float = assumption(
        15.0, unit="x earnings", low=8.0, high=25.0, step=0.5, symbol="exit multiple", status="assumption",
        label="Exit multiple without growth", source="judgment",
        help="Price over normal earnings, the mean of three years, for a supplier that no longer grows.",
    )
    exit_growth: float = assumption(
        30.0, unit="x per unit growth", low=0.0, high=60.0, step=5.0, symbol="exit slope", status="assumption",
        label="Exit multiple for growth", source="judgment",
        help="How much the exit multiple rises with last year's growth of revenue.",
    )
    market_multiple: float = assumption(
        24.2, unit="x first-year earnings", low=15.0, high=40.0, step=0.2, symbol="market multiple", status="fact",
        label="Market price", source="hardware_suppliers-012",
        help="What the stock market pays for the supplier, over its first-year earnings.",
    )
    hurdle: float = assumption(
        0.11, unit="per year", low=0.06, high=0.16, step=0.005, symbol="hurdle supplier", status="assumption",
        label="Supplier hurdle", source="judgment", help="Return required of supplier equity.",
    )


def cash_flows(
    supplier: HardwareSupplier, credit: SupplierCredit, market: MarketPaths, shocks: Shocks, *,
    default_rates: tuple[float, float, float], availability: float, with_lab: Array | None = None,
) -> CashFlows:
    """Flows of the whole company before its entry price, USD.

    Parameters
    ----------
    default_rates : tuple of float
        Of financed customers, per year, see `credit.defaulted_share`.
    availability : float
        Share of hours in which a machine with a minimum rent can run.
    with_lab : (paths, quarters + 1), optional
        Share of financed customers that goes with the simulated lab.
    """
    units = supplied_units(supplier, market, shocks)
    revenue = units * selling_price(supplier, market)
    sold = traced_back(credit, revenue)
    gross = gross_margin(supplier, credit, market) * revenue
    expense = supplier.opex * trailing_mean(sold)
    expense[:, 0] = 0.0
    defaulted = defaulted_share(default_rates, market, with_lab)
    owed = outstanding(credit, sold, defaulted)
    lost, parts = credit_losses(credit, owed, defaulted), write_offs(credit, sold)
    floors = floor_payments(credit, units, market, availability)
    operating = gross - expense - lost - floors - parts
    tax = supplier.tax * np.maximum(operating, 0.0)
    earnings = operating - tax
    retained = (1.0 - supplier.payout) * np.maximum(earnings, 0.0)
    flow = earnings - retained
    worth = exit_value(supplier, revenue, earnings)
    flow[:, -1] += worth
    contrib, distrib = split(flow)
    extras = {
        "revenue": revenue, "earnings": earnings, "operating": operating, "expense": expense, "owed": owed,
        "with_lab": np.zeros((1, market.quarters + 1)) if with_lab is None else with_lab,
        "defaulted": defaulted, "credit_loss": lost, "floors": floors, "write_off": parts,
    }

    def lines() -> dict[str, Array]:
        exit_line = zero_paths(market.paths, market.quarters)
        exit_line[:, -1] = worth
        return {
            "gross profit": gross, "operating expense": -expense, "customer credit": -lost, "minimum rents": -floors,
            "write-off": -parts, "tax": -tax, "retained": -retained, "exit": exit_line,
        }

    return CashFlows(contrib, distrib, extras, lines)


def supplied_units(supplier: HardwareSupplier, market: MarketPaths, shocks: Shocks) -> Array:
    """Machines it sells in a quarter, H100e, (paths, quarters + 1): its share of the world's gross additions."""
    trend = _eroding(supplier.share_now, supplier.share_long_run, supplier.share_half_life, market.quarters)
    share = np.clip(trend * martingale(shocks.supplier_share_z, supplier.share_sd), *SHARE_BOUNDS)
    units = market.world.additions
    if market.export is not None:
        units = units * (1.0 - market.export.embargoed)
    return np.asarray(share * units)


def selling_price(supplier: HardwareSupplier, market: MarketPaths) -> Array:
    """What it gets for a machine, USD/H100e, (paths, quarters + 1): a little more when compute is scarce."""
    scarcity = np.exp(PRICE_POWER * np.clip(market.log_ratio, *np.log(PRICE_CLIP)))
    return np.asarray(supplier.price_factor * market.curves.hardware_cost * scarcity)


def trailing_mean(sold: Array) -> Array:
    """Mean revenue of the last three years, USD, (paths, quarters + 1), of `traced_back`."""
    total = running_sum(sold)
    total[:, BOOK:] -= total[:, :-BOOK].copy()
    return np.asarray(total[:, BOOK - 1 :] / BOOK)


def gross_margin(supplier: HardwareSupplier, credit: SupplierCredit, market: MarketPaths) -> Array:
    """Gross margin, (paths, quarters + 1).

    Today's operating margin and the expense of today; in the long run the margin that competition leaves and the
    expense of sales that stand still. It rises when compute is scarce.
    """
    now = supplier.margin_now + supplier.opex * young_expense(credit)
    trend = _eroding(now, supplier.margin_long_run + supplier.opex, supplier.margin_half_life, market.quarters)
    return np.clip(trend + supplier.margin_slope * market.log_ratio, *GROSS_BOUNDS)


def _eroding(now: float, long_run: float, half_life: float, quarters: int) -> Array:
    """What competition leaves by and by, (quarters + 1,)."""
    return np.asarray(long_run + (now - long_run) * 2.0 ** (-years(quarters) / half_life))


def first_year_earnings(flows: CashFlows) -> float:
    """Mean earnings of quarters 1 to 4, USD: what a market multiple is quoted on."""
    return float(flows.extras["earnings"][:, 1:5].sum(axis=1).mean())


def exit_value(supplier: HardwareSupplier, revenue: Array, earnings: Array, quarter: int = -1) -> Array:
    """Price of the company at a quarter (the horizon by default), USD, (paths,); never negative.

    A multiple of normal earnings, the mean of the last twelve quarters since closing.
    """
    t = earnings.shape[1] + quarter if quarter < 0 else quarter
    book = earnings[:, max(t - BOOK + 1, 1) : t + 1]
    normal = 4.0 * np.ascontiguousarray(book.T).mean(axis=0)  # summed in order, however many paths there are
    return np.asarray(price_multiple(supplier, revenue, t) * np.maximum(normal, 0.0))


def price_multiple(supplier: HardwareSupplier, revenue: Array, t: int) -> Array:
    """Price over normal earnings in quarter ``t``, (paths,): rises with last year's growth of revenue.

    In the first two years the year before starts with the first quarter's rate.
    """
    year = np.maximum(np.arange(t - 3, t + 1), 1)
    last, before = revenue[:, year].sum(axis=1), revenue[:, np.maximum(year - 4, 1)].sum(axis=1)
    growth = np.where(before > 0, last / np.where(before > 0, before, 1.0) - 1.0, 0.0)
    return np.clip(supplier.exit_multiple + supplier.exit_growth * growth, *MULTIPLE_BOUNDS)
