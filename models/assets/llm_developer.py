"""LLM developer equity: long demand, short compute; burns cash, raises money, fails or is sold.

A fall of the rental price cuts this asset's largest costs, so it hedges the glut that hurts every owner of compute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.assumption import Assumptions, assumption, switch
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, martingale
from models.basis.tax import Tax, tax_due
from models.basis.timeline import DELTA, Array, years, zero_paths
from models.market.demand import cumulative_growth
from models.market.simulate import MarketPaths

GROWTH_CLIP = (0.2, 1.5)


class LlmDeveloper(Assumptions):
    """A developer of language models: revenue, its growth, its risk and its price."""

    revenue_now: float = assumption(
        30.0e9, unit="USD/year", low=0.05e9, high=60.0e9, step=0.5e9, symbol="R_0", status="assumption",
        label="Revenue today", source="llm_economics-027", help="Yearly revenue today.",
    )
    growth_now: float = assumption(
        0.80, unit="log per year", low=0.3, high=1.5, step=0.05, symbol="ref growth 0", status="assumption",
        label="Revenue growth now", source="llm_economics-027",
        help="Yearly growth of revenue today.",
    )
    growth_long_run: float = assumption(
        0.12, unit="log per year", low=0.0, high=0.3, step=0.01, symbol="ref growth ∞", status="assumption",
        label="Revenue growth, long run", source="judgment", help="Growth that today's growth fades to.",
    )
    growth_fade: float = assumption(
        0.40, unit="fade per year", low=0.2, high=1.0, step=0.05, symbol="ref decay", status="assumption",
        label="Fade of revenue growth", source="judgment",
        help="How much of the gap to long-run growth is gone after a year.",
    )
    quality_sd: float = assumption(
        0.45, unit="per sqrt year", low=0.0, high=1.0, step=0.05, symbol="σ_q", status="assumption",
        label="Model quality risk", source="s19_nuvc_pitchbook",
        help="Volatility of revenue from the developer's own models winning or losing.",
    )
    erosion: float = assumption(
        0.03, unit="log fall per year", low=0.0, high=0.10, step=0.005, symbol="erosion",
        label="Price erosion by open models", source="llm_economics-021",
        help="Yearly revenue lost to open-source models, on top of the trend inside growth.",
    )
    champion: bool = switch(
        False, label="National champion", source="judgment", symbol="champion",
        help="Whether the developer is a sovereign champion that receives public demand and grants.",
    )
    champion_uplift: float = assumption(
        0.10, unit="share", low=0.0, high=0.3, step=0.01, symbol="champion revenue",
        label="Public demand for a champion", source="judgment", help="Revenue a champion gains from public customers.",
    )
    champion_grant: float = assumption(
        0.05e9, unit="USD/year", low=0.0, high=2.0e9, step=0.05e9, symbol="champion grant",
        label="Grant to a champion", source="judgment", help="Yearly grant while a home program is running.",
    )
    market_multiple: float = assumption(
        23.0, unit="x revenue", low=12.0, high=43.0, step=0.5, symbol="LLM entry",
        label="Market price", source="llm_economics-041",
        help="What investors pay for the company, over its revenue today.",
    )
    hurdle: float = assumption(
        0.15, unit="per year", low=0.10, high=0.20, step=0.005, symbol="hurdle LLM", status="assumption",
        label="LLM hurdle", source="judgment", help="Expected return required of an LLM developer.",
    )


class LlmCosts(Assumptions):
    """What an LLM developer spends: inference, training, people and data."""

    inference: float = assumption(
        0.50, unit="share of revenue", low=0.25, high=0.75, step=0.01, symbol=".50", status="assumption",
        label="Inference cost", source="judgment", help="Cost of serving users, at the long-run rental price.",
    )
    inference_price: float = assumption(
        0.8, unit="elasticity", low=0.4, high=1.2, step=0.05, symbol=".8", status="assumption",
        label="Inference cost and rental price", source="judgment",
        help="By how many percent inference cost moves with one percent of rental price.",
    )
    training: float = assumption(
        0.55, unit="share of revenue", low=0.275, high=0.825, step=0.01, symbol=".55", status="assumption",
        label="Training cost now", source="llm_economics-016", help="Least spending on training today.",
    )
    training_price: float = assumption(
        0.7, unit="elasticity", low=0.35, high=1.05, step=0.05, symbol=".7", status="assumption",
        label="Training cost and rental price", source="judgment",
        help="By how many percent training cost moves with one percent of rental price.",
    )
    training_quality: float = assumption(
        0.6, unit="elasticity", low=0.3, high=0.9, step=0.05, symbol="i", status="assumption",
        label="Training cost and success", source="judgment",
        help="By how many percent training spending follows one percent of own success.",
    )
    training_growth_now: float = assumption(
        0.60, unit="log per year", low=0.0, high=1.5, step=0.05, symbol="g_tr 0",
        label="Training cost growth now", source="judgment",
        help="Yearly growth of frontier training cost today, below the 2.0 to 3.1 times a year of 2016 to 2024.",
    )
    training_growth_long_run: float = assumption(
        0.06, unit="log per year", low=0.0, high=0.3, step=0.01, symbol="g_tr ∞", status="assumption",
        label="Training cost growth, long run", source="judgment",
        help="Growth of training cost that today's growth fades to.",
    )
    training_growth_fade: float = assumption(
        0.40, unit="fade per year", low=0.1, high=1.0, step=0.05, symbol="g_tr decay", status="assumption",
        label="Fade of training cost growth", source="judgment",
        help="How much of the gap to long-run growth is gone after a year.",
    )
    frontier_bill: float = assumption(
        16.5e9, unit="USD/year", low=3.0e9, high=40.0e9, step=0.5e9, symbol="TC_front",
        label="Frontier training bill", source="judgment", help="Yearly cost of staying at the frontier today.",
    )
    frontier_share: float = assumption(
        1.0, unit="share", low=0.0, high=1.0, step=0.01, symbol="f",
        label="Part of the frontier bill", source="judgment",
        help="How much of the frontier training bill this developer pays: all at the frontier, little for small ones.",
    )
    other: float = assumption(
        0.22, unit="share of revenue", low=0.0, high=0.4, step=0.01, symbol="other",
        label="Talent, data and rest", source="judgment", help="Talent 0.12, data 0.04 and other cost 0.06 of revenue.",
    )
    fixed: float = assumption(
        0.05, unit="share of revenue today", low=0.0, high=0.1, step=0.01, symbol="fixed",
        label="Fixed cost", source="judgment", help="Cost that does not grow, as a share of today's revenue.",
    )


class LlmFunding(Assumptions):
    """How the developer is financed, valued, sold and what happens when money runs out."""

    runway: float = assumption(
        4.0, unit="quarters", low=2.0, high=8.0, step=1.0, symbol="runway",
        label="Runway that triggers a raise", source="judgment",
        help="Cash left, in quarters of burn, at which money is raised.",
    )
    raise_years: float = assumption(
        2.0, unit="years of burn", low=1.0, high=3.0, step=0.25, symbol="raise",
        label="Size of a raise", source="judgment", help="How many years of burn a round covers.",
    )
    raise_cap: float = assumption(
        0.25, unit="share of value", low=0.1, high=0.5, step=0.05, symbol="raise cap",
        label="Largest raise", source="judgment",
        help="Investors refuse a round larger than this share of the pre-money value.",
    )
    multiple_excess: float = assumption(
        20.0, unit="x revenue", low=10.0, high=30.0, step=1.0, symbol="20", status="assumption",
        label="Multiple of growth, today", source="llm_economics-041",
        help="Part of the revenue multiple that fades as growth does.",
    )
    multiple_fade: float = assumption(
        0.14, unit="fade per year", low=0.07, high=0.21, step=0.01, symbol=".14", status="assumption",
        label="Fade of the multiple", source="judgment",
        help="How much of the growth part of the multiple is gone after a year.",
    )
    multiple_floor: float = assumption(
        3.0, unit="x revenue", low=1.5, high=4.5, step=0.25, symbol="3", status="assumption",
        label="Multiple of maturity", source="judgment", help="Revenue multiple of a mature developer.",
    )
    sale_low: float = assumption(
        0.3, unit="x revenue", low=0.0, high=1.5, step=0.1, symbol="sale low",
        label="Failure value, low", source="judgment", help="Lowest price of a failed developer, over its revenue.",
    )
    sale_high: float = assumption(
        1.0, unit="x revenue", low=0.0, high=1.5, step=0.1, symbol="sale high",
        label="Failure value, high", source="judgment", help="Highest price of a failed developer, over its revenue.",
    )


@dataclass(frozen=True, eq=False)
class Operations:
    """Annual rates, USD, (paths, quarters + 1): ``revenue``, ``net`` before funding, ``multiple`` of revenue."""

    revenue: Array
    compute_cost: Array
    net: Array
    multiple: Array


def simulate_operations(
    developer: LlmDeveloper, costs: LlmCosts, funding: LlmFunding, market: MarketPaths, shocks: Shocks,
    program_live: Array,
) -> Operations:
    """Revenue, cost and value of the company on the market's paths.

    ``program_live`` (paths or 1, quarters + 1) is 1 while a home program runs; public demand for a champion lasts as
    long.
    """
    t = years(market.quarters)
    quality = martingale(shocks.llm_quality_z, developer.quality_sd)
    demand = market.relative_demand
    log_trend = (
        cumulative_growth(developer.growth_now, developer.growth_long_run, developer.growth_fade, t)
        - developer.erosion * t
    )
    uplift = 1.0 + developer.champion_uplift * developer.champion * program_live
    revenue = developer.revenue_now * uplift * np.exp(log_trend) * demand * quality
    inference = costs.inference * revenue * np.exp(costs.inference_price * market.log_ratio)
    bill = max(costs.training * developer.revenue_now, costs.frontier_share * costs.frontier_bill)
    growth = cumulative_growth(costs.training_growth_now, costs.training_growth_long_run, costs.training_growth_fade, t)
    training = bill * np.exp(growth + costs.training_price * market.log_ratio) * quality**costs.training_quality
    net = revenue * (1.0 - costs.other) - inference - training - costs.fixed * developer.revenue_now
    multiple = (funding.multiple_excess * np.exp(-funding.multiple_fade * t) + funding.multiple_floor) * demand
    if market.quarters >= 4:
        expected = np.expm1(log_trend[4:] - log_trend[:-4])
        multiple[:, 4:] *= np.clip((revenue[:, 4:] / revenue[:, :-4] - 1.0) / expected, *GROWTH_CLIP)
    return Operations(revenue, inference + training, net, multiple)


def cash_flows(
    developer: LlmDeveloper, costs: LlmCosts, funding: LlmFunding, market: MarketPaths, shocks: Shocks,
    program_live: Array, tax: Tax | None = None,
) -> CashFlows:
    """Flows of today's owners before their entry price, USD.

    Parameters
    ----------
    program_live : (paths or 1, quarters + 1)
        1 while a home program is running; a champion receives its grant then.
    tax : Tax, optional
        Paid out of cash if given; losses wait for profits, because a young company has no other income.
    """
    ops = simulate_operations(developer, costs, funding, market, shocks, program_live)
    paths, quarters = market.paths, market.quarters
    distrib, own_path, cash_path, raised = (zero_paths(paths, quarters) for _ in range(4))
    start = np.maximum(-ops.net[:, 0], 0.05 * developer.revenue_now)
    cash, own = 2.0 * start, np.ones(paths)
    is_alive = np.ones(paths, dtype=bool)
    failed_at = np.full(paths, float(quarters + 1))
    price = funding.sale_low + (funding.sale_high - funding.sale_low) * shocks.llm_sale_u
    own_path[:, 0], cash_path[:, 0] = own, cash
    grant = DELTA * developer.champion_grant * developer.champion * program_live
    due = None if tax is None else _tax(tax, ops.net, grant)
    for t in range(1, quarters + 1):
        net = ops.net[:, t]
        cash = cash + DELTA * net + grant[:, t]
        if due is not None:
            cash = cash - due[:, t]
        burn = np.maximum(-net, 0.0)
        wanted = funding.raise_years * burn
        before = ops.multiple[:, t] * ops.revenue[:, t]
        raises = is_alive & (cash < funding.runway * DELTA * burn) & (wanted <= funding.raise_cap * before)
        money = np.where(raises, wanted, 0.0)
        cash = cash + money
        own = np.where(raises, own * before / np.where(raises, before + wanted, 1.0), own)
        fails = is_alive & (cash < 0.0)
        distrib[:, t] = np.where(fails, price * ops.revenue[:, t] * own, 0.0)
        failed_at[fails] = t
        is_alive &= ~fails
        own_path[:, t], cash_path[:, t], raised[:, t] = own * is_alive, cash * is_alive, money
    exit_value = own * (ops.multiple[:, -1] * ops.revenue[:, -1] + np.maximum(cash, 0.0))
    distrib[:, -1] += np.where(is_alive, exit_value, 0.0)
    extras = {
        "revenue": ops.revenue, "compute_cost": ops.compute_cost, "net": ops.net, "own": own_path, "cash": cash_path,
        "raised": raised, "failed_at": failed_at, "multiple": ops.multiple,
    }
    return CashFlows(zero_paths(paths, quarters), distrib, extras, lambda: {"sale or exit": distrib})


def _tax(tax: Tax, net: Array, grant: Array) -> Array:
    """Tax of each quarter, (paths, quarters + 1), USD, with losses carried forward."""
    profit = DELTA * net + grant
    profit[:, 0] = 0.0
    return tax_due(tax.derived(losses="carried"), profit)


def control_variates(developer: LlmDeveloper, market: MarketPaths, shocks: Shocks) -> Array:
    """Two variables of known mean one that carry the heavy tail, (paths, 2): quality, and quality times demand."""
    quality = martingale(shocks.llm_quality_z, developer.quality_sd)[:, -1]
    return np.stack([quality, quality * np.exp(market.demand_paths.state[:, -1])], axis=1)
