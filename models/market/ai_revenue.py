"""Who pays for compute: revenue of AI services worldwide, and the revenue that the rents of all machines ask for.

Demand for compute is declared in spending. Of that spending only a part is paid out of what customers pay for AI
today; internal use and investors pay the rest. Compute spending per dollar of AI revenue therefore starts high, at what
demand, price and revenue of today make it, and falls to what an industry can keep up that lives on its customers.
Spending is given, so revenue follows: the same shocks move both, but what states buy is compute and never AI revenue.
"""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption
from models.basis.timeline import HOURS, Array, years
from models.market.simulate import MarketPaths


class AiRevenue(Assumptions):
    """Revenue of AI services today, and how much compute a dollar of it can pay for."""

    revenue_now: float = assumption(
        205.0e9, unit="USD/year", low=150.0e9, high=300.0e9, step=5.0e9, symbol="V_0", status="assumption",
        label="AI revenue today", source="llm_economics-051",
        help="What customers pay for AI models and services worldwide in a year, each dollar counted once.",
    )
    compute_share: float = assumption(
        0.70, unit="share of AI revenue", low=0.3, high=1.5, step=0.05, symbol="s_∞", status="assumption",
        label="Compute share of AI revenue, long run", source="judgment",
        help="Spending on compute that AI revenue can pay for lastingly; above 1 others go on paying.",
    )
    share_half_life: float = assumption(
        3.0, unit="years", low=1.0, high=8.0, step=0.25, symbol="h_s", status="assumption",
        label="Half-life of spending ahead of revenue", source="judgment",
        help="Years in which half of the way is gone from today's compute spending per dollar of AI revenue.",
    )
    pass_on: float = assumption(
        0.50, unit="share", low=0.0, high=1.0, step=0.05, symbol="p", status="assumption",
        label="Efficiency passed on in prices", source="judgment",
        help="Share of an efficiency surprise that customers get as lower prices; the rest stays with who serves them.",
    )


def compute_share(revenue: AiRevenue, market: MarketPaths) -> Array:
    """Compute spending per dollar of AI revenue on the reference path (s_t), shape (quarters + 1,).

    Its first value follows from demand, long-run price and revenue of today; it is never typed.
    """
    now = 4.0 * HOURS * np.exp(market.demand_paths.log_reference[0]) * market.curves.price[0] / revenue.revenue_now
    left = 2.0 ** (-years(market.quarters) / revenue.share_half_life)
    return np.asarray(revenue.compute_share + (now - revenue.compute_share) * left)


def reference_revenue(revenue: AiRevenue, market: MarketPaths) -> Array:
    """AI revenue that the reference path of spending stands for (V_ref), USD a year, shape (quarters + 1,)."""
    share = compute_share(revenue, market)
    spending = np.exp(market.demand_paths.log_reference) * market.curves.index[: market.quarters + 1]
    return np.asarray(revenue.revenue_now * spending / spending[0] * share[0] / share)


def ai_revenue(revenue: AiRevenue, market: MarketPaths) -> Array:
    """AI revenue worldwide (V), USD a year, (paths, quarters + 1).

    It shares the shocks of demand. An efficiency surprise sells more work, by the rebound, at lower prices, by what is
    passed on. Public purchases of compute are no part of it.
    """
    return np.asarray(reference_revenue(revenue, market) * np.exp(log_deviation(revenue, market)))


def log_deviation(revenue: AiRevenue, market: MarketPaths) -> Array:
    """Log of AI revenue over its reference, (paths, quarters + 1)."""
    return np.asarray(market.demand_paths.state + efficiency_effect(revenue, market))


def efficiency_effect(revenue: AiRevenue, market: MarketPaths) -> Array:
    """Log effect of an efficiency surprise on AI revenue, (rebound - passed on) x gain, shape (quarters + 1,)."""
    demand = market.demand_paths
    return np.asarray(demand.efficiency + (1.0 - revenue.pass_on) * demand.gain)


def private_rents(market: MarketPaths) -> Array:
    """Rents of all machines in the world but for what programs rent, USD a year, (paths, quarters + 1)."""
    run = market.world
    private = 1.0 - market.policy.demand / run.demand
    return np.asarray(4.0 * HOURS * run.utilization * run.stock * run.price * private)


def revenue_needed(revenue: AiRevenue, market: MarketPaths) -> Array:
    """AI revenue that would have to exist for customers alone to pay these rents, USD a year, (paths, quarters + 1).

    Rents of the installed stock over the share of AI revenue that can go to compute lastingly. The share of the time
    itself would not do: above 1 it is no share of anything, and on the reference path the revenue needed would be the
    revenue expected by construction. What is missing against `ai_revenue` is what internal use and investors pay.
    """
    return np.asarray(private_rents(market) / revenue.compute_share)
