"""Cloud platform: AI revenue diluted by a core business, with capital spending that peaks when prices are lowest."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, choice
from models.basis.flows import CashFlows, split
from models.basis.shocks import Shocks, martingale
from models.basis.tax import Tax, machine_schedule, tax_due
from models.basis.timeline import DELTA, HOURS, Array, running_sum, years, zero_paths
from models.market.demand import cumulative_growth
from models.market.simulate import MarketPaths

MARGIN_BOUNDS = (0.15, 0.65)
MULTIPLE_BOUNDS = (8.0, 20.0)
PRICE_MEMORY = 8


class CloudPlatform(Assumptions):
    """A cloud platform: an incumbent with a core business, a localized joint venture, or a neocloud."""

    business: str = choice(
        "platform",
        options={"platform": "platform with a core business", "neocloud": "neocloud that owns its machines"},
        label="Kind of cloud", source="judgment", symbol="neocloud",
        help="A platform earns on the market's machines and a core business; a neocloud only on its own machines.",
    )
    core_now: float = assumption(
        110.0e9, unit="USD/year", low=0.0, high=200.0e9, step=5.0e9, symbol="core", status="assumption",
        label="Core revenue today", source="cloud_economics-003", help="Yearly cloud revenue today without AI.",
    )
    core_growth_now: float = assumption(
        0.10, unit="log per year", low=0.0, high=0.2, step=0.01, symbol="core growth 0", status="assumption",
        label="Core growth now", source="cloud_economics-001", help="Yearly growth of core revenue today.",
    )
    core_growth_long_run: float = assumption(
        0.04, unit="log per year", low=0.0, high=0.1, step=0.005, symbol="core growth ∞", status="assumption",
        label="Core growth, long run", source="judgment", help="Growth that core growth fades to.",
    )
    core_growth_fade: float = assumption(
        0.20, unit="fade per year", low=0.05, high=1.0, step=0.05, symbol="core decay", status="assumption",
        label="Fade of core growth", source="judgment",
        help="How much of the gap to long-run growth is gone after a year.",
    )
    core_sd: float = assumption(
        0.08, unit="per sqrt year", low=0.0, high=0.3, step=0.01, symbol="cloud sd core",
        label="Core volatility", source="judgment", help="Volatility of core revenue.",
    )
    ai_share: float = assumption(
        0.21, unit="share", low=0.01, high=0.40, step=0.01, symbol="share",
        label="Share of AI compute", source="capacity_pipeline-043",
        help="Share of the world's compute it sells or uses; its first year's spending is then that of a great cloud.",
    )
    ai_share_sd: float = assumption(
        0.12, unit="per sqrt year", low=0.0, high=0.3, step=0.01, symbol="cloud sd share",
        label="AI share volatility", source="judgment", help="Volatility of the platform's share of AI compute.",
    )
    markup: float = assumption(
        1.10, unit="x rental price", low=1.0, high=2.0, step=0.05, symbol="markup",
        label="Platform price", source="judgment",
        help="What its compute brings over bare rent: a third more on what customers rent, nothing on its own use.",
    )
    core_margin: float = assumption(
        0.45, unit="share", low=0.3, high=0.6, step=0.01, symbol="m_core", status="assumption",
        label="Core EBITDA margin", source="cloud_economics-010", help="EBITDA margin of the core business.",
    )
    ai_margin: float = assumption(
        0.55, unit="share", low=0.15, high=0.65, step=0.01, symbol="m_AI", status="assumption",
        label="AI EBITDA margin", source="cloud_economics-026",
        help="EBITDA margin of AI revenue when prices are stable.",
    )
    ai_margin_slope: float = assumption(
        0.25, unit="per gap", low=0.0, high=0.5, step=0.05, symbol="gap slope", status="assumption",
        label="AI margin when prices fall", source="judgment",
        help="How much margin is lost when spot prices fall below the prices of the last two years' contracts.",
    )
    maintenance: float = assumption(
        0.12, unit="share of core", low=0.05, high=0.20, step=0.01, symbol="12%", status="assumption",
        label="Core capital spending", source="judgment", help="Yearly capital spending of the core business.",
    )
    jv_cost: float = assumption(
        0.15, unit="share of localized AI", low=0.0, high=0.4, step=0.01, symbol="JV cost", status="assumption",
        label="Localization cost", source="judgment",
        help="Extra cost of serving localized AI demand from inside the border.",
    )
    jv_share: float = assumption(
        0.20, unit="share of profit", low=0.0, high=0.6, step=0.05, symbol="JV share", status="assumption",
        label="Local partner's share", source="judgment",
        help="Share of profit on localized AI revenue that goes to a local partner.",
    )
    market_multiple: float = assumption(
        17.0, unit="x first-year EBITDA", low=10.0, high=25.0, step=0.5, symbol="cloud market entry",
        label="Market price", source="judgment",
        help="What the stock market pays for a platform with a core business, over first-year EBITDA.",
    )


class CloudCapital(Assumptions):
    """What a cloud owns, is worth at the horizon and must earn."""

    exit_multiple: float = assumption(
        14.0, unit="x EBITDA", low=8.0, high=20.0, step=0.5, symbol="14", status="assumption",
        label="Exit multiple", source="judgment",
        help="Enterprise value over EBITDA at the horizon when demand is on its reference path.",
    )
    exit_slope: float = assumption(
        6.0, unit="x per log demand", low=0.0, high=12.0, step=0.5, symbol="6", status="assumption",
        label="Exit multiple and demand", source="judgment",
        help="How much the exit multiple rises with log demand over its reference.",
    )
    hurdle: float = assumption(
        0.095, unit="per year", low=0.045, high=0.145, step=0.005, symbol="hurdle cloud", status="assumption",
        label="Cloud hurdle", source="judgment", help="Return required of a cloud platform.",
    )
    neocloud_hurdle: float = assumption(
        0.12, unit="per year", low=0.07, high=0.17, step=0.005, symbol="hurdle neocloud",
        label="Neocloud hurdle", source="judgment", help="Return required of a neocloud.",
    )
    neocloud_multiple: float = assumption(
        13.0, unit="x first-year EBITDA", low=5.0, high=25.0, step=0.5, symbol="neocloud market entry",
        label="Neocloud's market price", source="cloud_economics-036",
        help="What the stock market pays for a neocloud, debt included, over first-year EBITDA.",
    )
    neocloud_exit: float = assumption(
        6.0, unit="x EBITDA", low=2.0, high=15.0, step=0.5, symbol="neocloud exit",
        label="Neocloud's exit multiple", source="cloud_economics-103",
        help="Enterprise value over EBITDA at the horizon of a company that only rents out machines, when demand is on "
        "its reference path: machines wear out, so lessors of machines fetch less than platforms.",
    )
    own_stock: float = assumption(
        0.015, unit="share of world stock", low=0.001, high=0.05, step=0.001, symbol="C^own_0",
        label="Neocloud's own stock", source="cloud_economics-024",
        help="Share of the world's compute that a neocloud owns today.",
    )
    own_additions: float = assumption(
        0.05, unit="share of additions", low=0.005, high=0.15, step=0.005, symbol="neocloud additions",
        label="Neocloud's share of additions", source="capacity_pipeline-052",
        help="Share of the world's additions that a neocloud buys.",
    )
    book_life: float = assumption(
        6.0, unit="years", low=4.0, high=6.0, step=0.5, symbol="book life",
        label="Book life of machines", source="macro-018",
        help="Years over which the accounts depreciate machines; economic life is shorter.",
    )


def cash_flows(
    cloud: CloudPlatform, capital: CloudCapital, market: MarketPaths, shocks: Shocks, *, ramp: int, retirement: float,
    tax: Tax | None = None, lost: Array | None = None,
) -> CashFlows:
    """Flows of the whole company before its entry price, USD.

    Parameters
    ----------
    ramp : int
        Quarters before a neocloud's new machine earns.
    retirement : float
        Share of a neocloud's machines that wears out in a quarter.
    tax : Tax, optional
        Taken off if given: on EBITDA less depreciation of what is bought, past spending being
        that of the first year.
    lost : (paths, quarters + 1), optional
        Share of AI revenue that went with a failed customer and is not let again.
    """
    t = years(market.quarters)
    share = martingale(shocks.cloud_share_z, cloud.ai_share_sd)
    cost = market.curves.hardware_cost * (1.0 if market.export is None else market.export.cost)
    if cloud.business == "neocloud":
        core = zero_paths(market.paths, market.quarters)
        bought = capital.own_additions * share * market.world.additions
        stock = _own_stock(capital.own_stock * market.world.stock[:, 0], bought, ramp, retirement)
        ai = 4.0 * HOURS * market.utilization * stock * market.price * cloud.markup
        capex = bought * cost
    else:
        growth = cumulative_growth(cloud.core_growth_now, cloud.core_growth_long_run, cloud.core_growth_fade, t)
        core = cloud.core_now * np.exp(growth) * martingale(shocks.cloud_core_z, cloud.core_sd)
        ai = (
            cloud.ai_share * share * 4.0 * HOURS * market.utilization * market.world.stock * market.price * cloud.markup
        )
        capex = cloud.ai_share * share * market.world.additions * cost + cloud.maintenance * DELTA * core
    if lost is not None:
        ai = ai * (1.0 - lost)
    margin = ai_margin(cloud, market.log_ratio)
    local = market.bound_share
    jv = local * ai * (cloud.jv_cost + cloud.jv_share * margin)
    ebitda = cloud.core_margin * core + margin * ai - jv
    flow = DELTA * ebitda - capex
    due = None if tax is None else _tax(tax, DELTA * ebitda, capex)
    if due is not None:
        flow -= due
    flow[:, 0] = 0.0
    worth = exit_value(cloud, capital, ebitda, market.relative_demand)
    flow[:, -1] += worth
    contrib, distrib = split(flow)

    def lines() -> dict[str, Array]:
        exit_line = zero_paths(market.paths, market.quarters)
        exit_line[:, -1] = worth
        return {
            "core EBITDA": _operating(DELTA * cloud.core_margin * core), "AI EBITDA": _operating(DELTA * margin * ai),
            "localization and partner": -_operating(DELTA * jv), "capital spending": -_operating(capex),
            "exit": exit_line,
        } | ({} if due is None else {"tax": -_operating(due)})

    nothing = np.zeros((1, market.quarters + 1))
    extras = {
        "ebitda": ebitda, "ai_revenue": ai, "core_revenue": core, "capex": capex, "ai_margin": margin,
        "lost_revenue": nothing if lost is None else lost,
    }
    return CashFlows(contrib, distrib, extras, lines)


def _tax(tax: Tax, earned: Array, capex: Array) -> Array:
    """Tax of each quarter, (paths, quarters + 1), USD."""
    quarters = earned.shape[1] - 1
    shares = machine_schedule(tax, quarters)
    pace = capex[:, 1:5].mean(axis=1)
    deducted = np.zeros_like(earned)
    for t in range(1, quarters + 1):
        bought = capex[:, t:0:-1] @ shares[:t]
        deducted[:, t] = bought + pace * max(0.0, 1.0 - float(shares[:t].sum()))
    profit = earned - deducted
    profit[:, 0] = 0.0
    return tax_due(tax, profit)


def ai_margin(cloud: CloudPlatform, log_ratio: Array) -> Array:
    """EBITDA margin of AI revenue, (paths, quarters + 1): squeezed when spot falls below recent contract prices."""
    relative = np.exp(log_ratio)
    total = running_sum(relative)
    recent = total.copy(order="K")
    recent[:, PRICE_MEMORY:] -= total[:, :-PRICE_MEMORY]
    recent /= np.minimum(np.arange(relative.shape[1]) + 1, PRICE_MEMORY)
    gap = np.maximum(0.0, 1.0 - relative / recent)
    return np.asarray(np.clip(cloud.ai_margin - cloud.ai_margin_slope * gap, *MARGIN_BOUNDS))


def first_year_ebitda(flows: CashFlows) -> float:
    """Mean EBITDA of quarters 1 to 4, USD a year: what a market multiple is quoted on."""
    return float(flows.extras["ebitda"][:, 1:5].mean())


def exit_value(
    cloud: CloudPlatform, capital: CloudCapital, ebitda: Array, relative_demand: Array, quarter: int = -1
) -> Array:
    """Price at a quarter (the horizon by default), USD, (paths,): a multiple of last year's EBITDA, never negative.

    A neocloud's multiple moves with demand as a platform's does, from a level of its own.
    """
    t = ebitda.shape[1] + quarter if quarter < 0 else quarter
    multiple = np.clip(capital.exit_multiple + capital.exit_slope * np.log(relative_demand[:, t]), *MULTIPLE_BOUNDS)
    if cloud.business == "neocloud":
        multiple *= capital.neocloud_exit / capital.exit_multiple
    return np.asarray(multiple * np.maximum(ebitda[:, np.maximum(np.arange(t - 3, t + 1), 1)].mean(axis=1), 0.0))


def cloud_hurdle(cloud: CloudPlatform, capital: CloudCapital) -> float:
    """Return required of this kind of cloud, per year."""
    return capital.neocloud_hurdle if cloud.business == "neocloud" else capital.hurdle


def market_multiple(cloud: CloudPlatform, capital: CloudCapital) -> float:
    """What the stock market pays for this kind of cloud, over first-year EBITDA."""
    return capital.neocloud_multiple if cloud.business == "neocloud" else cloud.market_multiple


def _own_stock(start: Array, bought: Array, ramp: int, retirement: float) -> Array:
    """Machines that earn, H100e, (paths, quarters + 1): bought ones join after the ramp."""
    out = zero_paths(bought.shape[0], bought.shape[1] - 1)
    out[:, 0] = start
    for t in range(1, bought.shape[1]):
        joins = bought[:, t - ramp] if t - ramp >= 1 else 0.0
        out[:, t] = (1.0 - retirement) * out[:, t - 1] + joins
    return out


def _operating(line: Array) -> Array:
    """Line without its closing column: companies are bought at t = 0 and earn from t = 1."""
    out = line.copy(order="K")
    out[:, 0] = 0.0
    return np.asarray(out)
