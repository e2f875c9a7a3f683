"""LLM developer equity: long AI revenue, short compute; burns cash, raises money, fails or is sold.

A rental price below the one that was expected cuts this asset's largest costs, so it hedges what hurts every owner of
compute: gluts, and hardware that gets cheaper than anyone planned for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.assumption import Assumptions, assumption, switch
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, martingale
from models.basis.tax import Tax, tax_due
from models.basis.timeline import DELTA, Array, years, zero_paths
from models.market.ai_revenue import AiRevenue, efficiency_effect, log_deviation, reference_revenue
from models.market.demand import cumulative_growth
from models.market.simulate import MarketPaths
from models.policy.support import ChampionSupport

MULTIPLE_CLIP = (0.2, 1.5)
"""How far growth, and how far margin, may move the multiple."""


class LlmDeveloper(Assumptions):
    """A developer of language models: revenue, its growth, its risk and its price."""

    revenue_now: float = assumption(
        65.0e9, unit="USD/year", low=0.05e9, high=200.0e9, step=0.5e9, symbol="R_0", status="assumption",
        label="Revenue today", source="llm_economics-033",
        help="Yearly revenue today; it then follows AI revenue worldwide and the success of own models.",
    )
    excess_growth_now: float = assumption(
        0.0, unit="log per year", low=-0.3, high=0.6, step=0.05, symbol="g_x 0", status="assumption",
        label="Growth beyond the market now", source="judgment",
        help="How much faster than AI revenue worldwide revenue grows today, before luck and erosion.",
    )
    excess_growth_long_run: float = assumption(
        0.0, unit="log per year", low=-0.1, high=0.1, step=0.01, symbol="g_x ∞", status="assumption",
        label="Growth beyond the market, long run", source="judgment",
        help="Growth beyond the market that today's fades to.",
    )
    excess_growth_fade: float = assumption(
        0.40, unit="fade per year", low=0.2, high=1.0, step=0.05, symbol="g_x decay", status="assumption",
        label="Fade of growth beyond the market", source="judgment",
        help="How much of the gap to the long run is gone after a year.",
    )
    quality_sd: float = assumption(
        0.45, unit="per sqrt year", low=0.0, high=1.0, step=0.05, symbol="σ_q", status="assumption",
        label="Model quality risk", source="s19_nuvc_pitchbook",
        help="Volatility of revenue from the developer's own models winning or losing.",
    )
    erosion: float = assumption(
        0.03, unit="log fall per year", low=0.0, high=0.10, step=0.005, symbol="erosion",
        label="Price erosion by open models", source="llm_economics-021",
        help="Yearly revenue lost to open-source models against the market of AI services.",
    )
    champion: bool = switch(
        False, label="National champion", source="judgment", symbol="champion",
        help="Whether the developer is a sovereign champion that receives public demand and money of home programs.",
    )
    champion_uplift: float = assumption(
        0.10, unit="share", low=0.0, high=0.3, step=0.01, symbol="champion revenue",
        label="Public demand for a champion", source="judgment",
        help="Revenue a champion gains from public customers while home programs run.",
    )
    champion_share: float = assumption(
        1.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="champion share",
        label="Champion's share of public money", source="judgment",
        help="Share it receives of what home programs spend on champions; one that spends nothing on them pays none.",
    )
    champion_equity: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="e",
        label="Public money paid for shares", source="llm_economics-046",
        help="Share of a champion's public money that buys new shares at the company's own value; the rest is a grant.",
    )
    market_multiple: float = assumption(
        14.0, unit="x revenue", low=6.0, high=43.0, step=0.5, symbol="LLM entry",
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
        0.45, unit="share of revenue", low=0.25, high=0.75, step=0.01, symbol=".45", status="assumption",
        label="Inference cost", source="judgment", help="Cost of serving users at the rental price that is expected.",
    )
    inference_price: float = assumption(
        0.8, unit="elasticity", low=0.4, high=1.2, step=0.05, symbol=".8", status="assumption",
        label="Inference cost and rental price", source="judgment",
        help="By how many percent inference cost moves with one percent of rental price.",
    )
    training: float = assumption(
        0.40, unit="share of revenue", low=0.2, high=0.825, step=0.01, symbol=".40", status="assumption",
        label="Training cost now", source="llm_economics-040",
        help="Least spending on training today; with it a frontier lab loses about the $14bn a year that is projected.",
    )
    training_price: float = assumption(
        0.7, unit="elasticity", low=0.35, high=1.05, step=0.05, symbol=".7", status="assumption",
        label="Training cost and rental price", source="judgment",
        help="By how many percent training cost moves with one percent of rental price.",
    )
    training_quality: float = assumption(
        0.6, unit="elasticity", low=0.3, high=0.9, step=0.05, symbol="i", status="assumption",
        label="Training cost and success", source="judgment",
        help="By how many percent training spending follows one percent of own success, or of demand.",
    )
    training_growth_now: float = assumption(
        0.70, unit="log per year", low=0.0, high=1.5, step=0.05, symbol="g_tr 0", status="assumption",
        label="Training cost growth now", source="llm_economics-016",
        help="Yearly growth of frontier training cost today: the low end of 2.0 to 3.1 times a year from 2016 to 2024.",
    )
    training_growth_long_run: float = assumption(
        0.06, unit="log per year", low=0.0, high=0.3, step=0.01, symbol="g_tr ∞", status="assumption",
        label="Training cost growth, long run", source="judgment",
        help="Growth of training cost that today's growth fades to.",
    )
    training_growth_fade: float = assumption(
        1.0, unit="fade per year", low=0.1, high=2.0, step=0.05, symbol="g_tr decay", status="assumption",
        label="Fade of training cost growth", source="judgment",
        help="How much of the gap to long-run growth is gone after a year; revenue soon outgrows training.",
    )
    maintenance: float = assumption(
        0.30, unit="share of training", low=0.0, high=1.0, step=0.05, symbol="maintenance",
        label="Training that keeps models current", source="judgment",
        help="Share of training a company cannot do without; a buyer counts only this against its margin.",
    )
    frontier_bill: float = assumption(
        26.0e9, unit="USD/year", low=3.0e9, high=100.0e9, step=0.5e9, symbol="TC_front",
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
        11.0, unit="x revenue", low=5.0, high=30.0, step=1.0, symbol="11", status="assumption",
        label="Multiple of growth, today", source="llm_economics-041",
        help="Part of the revenue multiple that fades as growth does.",
    )
    multiple_fade: float = assumption(
        0.20, unit="fade per year", low=0.07, high=0.35, step=0.01, symbol=".20", status="assumption",
        label="Fade of the multiple", source="judgment",
        help="How much of the growth part of the multiple is gone after a year.",
    )
    multiple_floor: float = assumption(
        3.0, unit="x revenue", low=1.5, high=4.5, step=0.25, symbol="3", status="assumption",
        label="Multiple of maturity", source="judgment", help="Revenue multiple of a mature developer.",
    )
    multiple_growth: float = assumption(
        1.0, unit="per log growth", low=0.0, high=3.0, step=0.1, symbol="b", status="assumption",
        label="Multiple and growth", source="judgment",
        help="How much the multiple rises for each unit of growth beyond the market's; at 1, ten points add a tenth.",
    )
    margin_low: float = assumption(
        0.0, unit="share of revenue", low=-0.3, high=0.2, step=0.05, symbol="m_low",
        label="Margin of the lowest multiple", source="judgment",
        help="Margin after inference and maintenance training at which a buyer pays next to nothing.",
    )
    margin_reference: float = assumption(
        0.45, unit="share of revenue", low=0.25, high=0.8, step=0.05, symbol="m_ref",
        label="Margin of the usual multiple", source="judgment",
        help="Margin after inference and maintenance training that the multiple is meant for.",
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
    """Annual rates, USD, (paths, quarters + 1); ``net`` is before funding, ``multiple`` applies to ``normal`` revenue.

    ``normal`` is revenue with what passes in demand replaced by what is left of it on average over five years.
    """

    revenue: Array
    normal: Array
    inference: Array
    training: Array
    net: Array
    multiple: Array

    @property
    def compute_cost(self) -> Array:
        """Inference and training together."""
        return self.inference + self.training


def simulate_operations(
    developer: LlmDeveloper, costs: LlmCosts, funding: LlmFunding, ai: AiRevenue, market: MarketPaths, shocks: Shocks,
    public: ChampionSupport,
) -> Operations:
    """Revenue, cost and value of the company on the market's paths.

    Revenue is a share of AI revenue worldwide that moves with own models. Compute is bought at today's rent against the
    one that was expected without a surprise, so hardware that gets cheaper than expected helps; an efficiency surprise
    saves compute, and what is not passed on in prices stays with the company.

    Public demand for a champion lasts as long as home programs.
    """
    t, demand = years(market.quarters), market.demand_paths
    quality = martingale(shocks.llm_quality_z, developer.quality_sd)
    reference = reference_revenue(ai, market) / ai.revenue_now
    uplift = 1.0 + developer.champion_uplift * developer.champion * public.live
    level = developer.revenue_now * reference * np.exp(own_trend(developer, t)) * uplift * quality
    revenue = level * np.exp(log_deviation(ai, market))
    normal = level * np.exp(demand.sustained + efficiency_effect(ai, market))
    rent = log_rent_against_plan(market)
    inference = costs.inference * revenue * np.exp(costs.inference_price * rent - (1.0 - ai.pass_on) * demand.gain)
    bill = max(costs.training * developer.revenue_now, costs.frontier_share * costs.frontier_bill)
    growth = cumulative_growth(costs.training_growth_now, costs.training_growth_long_run, costs.training_growth_fade, t)
    training = bill * np.exp(growth + demand.efficiency + costs.training_price * rent) * (
        quality * np.exp(demand.state)) ** costs.training_quality
    net = revenue * (1.0 - costs.other) - inference - training - costs.fixed * developer.revenue_now
    margin = 1.0 - (inference + costs.maintenance * training) / revenue
    multiple = (funding.multiple_excess * np.exp(-funding.multiple_fade * t) + funding.multiple_floor) * np.clip(
        (margin - funding.margin_low) / (funding.margin_reference - funding.margin_low), *MULTIPLE_CLIP)
    if market.quarters >= 4:
        ahead = np.log(normal / reference)
        multiple[:, 4:] *= np.clip(1.0 + funding.multiple_growth * (ahead[:, 4:] - ahead[:, :-4]), *MULTIPLE_CLIP)
    return Operations(revenue, normal, inference, training, net, multiple)


def own_trend(developer: LlmDeveloper, t: Array) -> Array:
    """Log of revenue over its share of the market's: growth beyond the market less erosion, shape of ``t``."""
    beyond = cumulative_growth(
        developer.excess_growth_now, developer.excess_growth_long_run, developer.excess_growth_fade, t
    )
    return np.asarray(beyond - developer.erosion * t)


def log_rent_against_plan(market: MarketPaths) -> Array:
    """Log of the rental price over the long-run path without surprise, (paths, quarters + 1)."""
    count = market.quarters + 1
    return np.asarray(market.log_ratio + np.log(market.curves.price[:count] / market.curves.price_expected[:count]))


def cash_flows(
    developer: LlmDeveloper, costs: LlmCosts, funding: LlmFunding, ai: AiRevenue, market: MarketPaths, shocks: Shocks,
    public: ChampionSupport, tax: Tax | None = None,
) -> CashFlows:
    """Flows of today's owners before their entry price, USD.

    Parameters
    ----------
    public : ChampionSupport
        What home programs pay to a champion: grants are income, new shares are paid at the company's own value.
    tax : Tax, optional
        Paid out of cash if given; losses wait for profits, because a young company has no other income.
    """
    ops = simulate_operations(developer, costs, funding, ai, market, shocks, public)
    paths, quarters = market.paths, market.quarters
    distrib, own_path, cash_path, raised = (zero_paths(paths, quarters) for _ in range(4))
    start = np.maximum(-ops.net[:, 0], 0.05 * developer.revenue_now)
    grant, equity = (developer.champion * money for money in (public.grant, public.equity))
    cash = 2.0 * start + grant[:, 0] + equity[:, 0]
    own = _diluted(np.ones(paths), ops.multiple[:, 0] * ops.normal[:, 0], equity[:, 0])
    is_alive = np.ones(paths, dtype=bool)
    failed_at = np.full(paths, float(quarters + 1))
    price = funding.sale_low + (funding.sale_high - funding.sale_low) * shocks.llm_sale_u
    own_path[:, 0], cash_path[:, 0] = own, cash
    due = None if tax is None else _tax(tax, ops.net, grant)
    for t in range(1, quarters + 1):
        net = ops.net[:, t]
        cash = cash + DELTA * net + grant[:, t] + equity[:, t]
        if due is not None:
            cash = cash - due[:, t]
        burn = np.maximum(-net, 0.0)
        wanted = funding.raise_years * burn
        before = ops.multiple[:, t] * ops.normal[:, t]
        own = _diluted(own, before, equity[:, t])
        raises = is_alive & (cash < funding.runway * DELTA * burn) & (wanted <= funding.raise_cap * before)
        money = np.where(raises, wanted, 0.0)
        cash = cash + money
        own = _diluted(own, before, money)
        fails = is_alive & (cash < 0.0)
        distrib[:, t] = np.where(fails, price * ops.revenue[:, t] * own, 0.0)
        failed_at[fails] = t
        is_alive &= ~fails
        own_path[:, t], cash_path[:, t], raised[:, t] = own * is_alive, cash * is_alive, money
    exit_value = own * (ops.multiple[:, -1] * ops.normal[:, -1] + np.maximum(cash, 0.0))
    distrib[:, -1] += np.where(is_alive, exit_value, 0.0)
    extras = {
        "revenue": ops.revenue, "normal_revenue": ops.normal, "compute_cost": ops.compute_cost,
        "training": ops.training, "net": ops.net, "own": own_path, "cash": cash_path, "raised": raised,
        "failed_at": failed_at, "multiple": ops.multiple,
    }
    return CashFlows(zero_paths(paths, quarters), distrib, extras, lambda: {"sale or exit": distrib})


def _diluted(own: Array, before: Array, money: Array) -> Array:
    """Share of today's owners, (paths,), after new shares are sold for ``money`` at a value of ``before``, USD."""
    return np.where(money > 0.0, own * before / np.where(money > 0.0, before + money, 1.0), own)


def _tax(tax: Tax, net: Array, grant: Array) -> Array:
    """Tax of each quarter, (paths, quarters + 1), USD, with losses carried forward."""
    profit = DELTA * net + grant
    profit[:, 0] = 0.0
    return tax_due(tax.derived(losses="carried"), profit)


def control_variates(developer: LlmDeveloper, market: MarketPaths, shocks: Shocks) -> Array:
    """Two variables of known mean one that carry the heavy tail, (paths, 2): quality, and that times lasting demand."""
    quality = martingale(shocks.llm_quality_z, developer.quality_sd)[:, -1]
    return np.stack([quality, quality * np.exp(market.demand_paths.sustained[:, -1])], axis=1)
