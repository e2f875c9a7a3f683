"""Hardware supplier equity: revenue follows additions to capacity, not capacity, so growth levels off by itself."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption
from models.basis.flows import CashFlows, split
from models.basis.shocks import Shocks, martingale
from models.basis.timeline import Array, years, zero_paths
from models.market.simulate import MarketPaths

SHARE_BOUNDS = (0.05, 0.95)
MARGIN_BOUNDS = (0.05, 0.70)
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
        0.60, unit="share", low=0.25, high=0.65, step=0.01, symbol="margin_0", status="assumption",
        label="Operating margin now", source="hardware_suppliers-006", help="Operating margin today.",
    )
    margin_long_run: float = assumption(
        0.42, unit="share", low=0.25, high=0.65, step=0.01, symbol="margin_∞", status="assumption",
        label="Operating margin, long run", source="judgment", help="Operating margin that competition leaves.",
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
    write_off: float = assumption(
        0.40, unit="share of a year's revenue", low=0.0, high=1.0, step=0.05, symbol="write-off", status="assumption",
        label="Write-off in a bust", source="telecom_bust-039",
        help="Inventory, purchase commitments and customer credit written off when orders stop.",
    )
    exit_multiple: float = assumption(
        15.0, unit="x earnings", low=8.0, high=25.0, step=0.5, symbol="exit multiple", status="assumption",
        label="Exit multiple without growth", source="judgment",
        help="Price over earnings at the horizon for a supplier that no longer grows.",
    )
    exit_growth: float = assumption(
        30.0, unit="x per unit growth", low=0.0, high=60.0, step=5.0, symbol="exit slope", status="assumption",
        label="Exit multiple for growth", source="judgment",
        help="How much the exit multiple rises with last year's growth of earnings.",
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


def cash_flows(supplier: HardwareSupplier, market: MarketPaths, shocks: Shocks) -> CashFlows:
    """Flows of the whole company before its entry price, USD."""
    revenue = supplier_revenue(supplier, market, shocks)
    earnings = revenue * operating_margin(supplier, market) * (1.0 - supplier.tax)
    flow = supplier.payout * earnings
    flow[:, 0] = 0.0
    loss = _write_offs(supplier, market.world.is_bust, revenue)
    flow -= loss
    worth = exit_value(supplier, revenue, earnings)
    flow[:, -1] += worth
    contrib, distrib = split(flow)
    extras = {"revenue": revenue, "earnings": earnings, "write_off": loss}

    def lines() -> dict[str, Array]:
        earned = np.where(np.arange(flow.shape[1]) > 0, earnings, 0.0)
        exit_line = zero_paths(market.paths, market.quarters)
        exit_line[:, -1] = worth
        return {
            "earnings": earned, "retained": -(1.0 - supplier.payout) * earned, "write-off": -loss, "exit": exit_line,
        }

    return CashFlows(contrib, distrib, extras, lines)


def supplier_revenue(supplier: HardwareSupplier, market: MarketPaths, shocks: Shocks) -> Array:
    """Revenue a quarter, USD, (paths, quarters + 1): share x gross additions of the world x selling price."""
    trend = _eroding(supplier.share_now, supplier.share_long_run, supplier.share_half_life, market.quarters)
    share = np.clip(trend * martingale(shocks.supplier_share_z, supplier.share_sd), *SHARE_BOUNDS)
    scarcity = np.exp(PRICE_POWER * np.clip(market.log_ratio, *np.log(PRICE_CLIP)))
    units = market.world.additions
    if market.export is not None:
        units = units * (1.0 - market.export.embargoed)
    return np.asarray(share * units * supplier.price_factor * market.curves.hardware_cost * scarcity)


def operating_margin(supplier: HardwareSupplier, market: MarketPaths) -> Array:
    """Operating margin, (paths, quarters + 1)."""
    trend = _eroding(supplier.margin_now, supplier.margin_long_run, supplier.margin_half_life, market.quarters)
    return np.clip(trend + supplier.margin_slope * market.log_ratio, *MARGIN_BOUNDS)


def _eroding(now: float, long_run: float, half_life: float, quarters: int) -> Array:
    """What competition leaves by and by, (quarters + 1,)."""
    return np.asarray(long_run + (now - long_run) * 2.0 ** (-years(quarters) / half_life))


def first_year_earnings(flows: CashFlows) -> float:
    """Mean earnings of quarters 1 to 4, USD: what a market multiple is quoted on."""
    return float(flows.extras["earnings"][:, 1:5].sum(axis=1).mean())


def exit_value(supplier: HardwareSupplier, revenue: Array, earnings: Array, quarter: int = -1) -> Array:
    """Price of the company at a quarter (the horizon by default), USD, (paths,).

    A multiple of last year's earnings that rises with last year's growth of revenue. In the first two years the year
    before starts with the first quarter's rate.
    """
    t = earnings.shape[1] + quarter if quarter < 0 else quarter
    year = np.maximum(np.arange(t - 3, t + 1), 1)
    last, before = revenue[:, year].sum(axis=1), revenue[:, np.maximum(year - 4, 1)].sum(axis=1)
    growth = np.where(before > 0, last / np.where(before > 0, before, 1.0) - 1.0, 0.0)
    multiple = np.clip(supplier.exit_multiple + supplier.exit_growth * growth, *MULTIPLE_BOUNDS)
    return np.asarray(multiple * earnings[:, year].sum(axis=1))


def _write_offs(supplier: HardwareSupplier, is_bust: Array, revenue: Array) -> Array:
    """Loss in the quarter in which a bust begins, USD >= 0: part of the last four quarters' revenue."""
    out = zero_paths(revenue.shape[0], revenue.shape[1] - 1)
    if supplier.write_off == 0.0 or not is_bust.any():
        return out
    begins = is_bust.copy(order="K")
    begins[:, 1:] = np.maximum(is_bust[:, 1:] - is_bust[:, :-1], 0.0)
    running = np.cumsum(revenue, axis=1)
    year = running.copy(order="K")
    year[:, 4:] -= running[:, :-4]
    np.multiply(begins * supplier.write_off, year, out=out)
    return out
