"""Tidy tables of the market beside its fans; what the market page shows.

Shares are decimals, capacity is H100e, power GW, money USD; ``_se`` columns are standard errors of the sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.timeline import QUARTERS, Array
from models.engine.evaluate import Evaluation
from models.market.capacity import Overcapacity
from models.market.clearing import spot_price_now
from models.market.kernel import ORDER_HIGH, ORDER_LOW
from models.market.localization import Localization, matched_share, safety_capacity_ratio
from models.market.simulate import (
    MarketPaths,
    Setting,
    idle_capital_share,
    idle_cost,
    initial_scarcity,
    market_curves,
)
from models.measures import risk
from models.scenario.scenario import Scenario
from models.tables.classes import fan_frame, spread

KW_PER_GW = 1e6
SURPLUS_SHOWN = 0.10
BUILDERS = ("hyperscaler", "local", "sovereign", "programs", "backlog")

RUN_SERIES: dict[str, tuple[str, str]] = {
    "retired": ("Retirements", "H100e per quarter"),
    "power": ("Capacity in power terms", "GW of IT load"),
}
"""Series of the world market beside `tables.MARKET_SERIES`: name and unit."""


def run_fan(evaluation: Evaluation, name: str) -> pd.DataFrame:
    """Quantiles by quarter of one of `RUN_SERIES`: quarter, p05, p25, p50, p75, p95."""
    if name not in RUN_SERIES:
        raise KeyError(name)
    market = evaluation.market
    paths = market.world.retired if name == "retired" else power_gw(market)
    return fan_frame(paths, quarter=np.arange(paths.shape[1]))


def power_gw(market: MarketPaths) -> Array:
    """IT load of the installed base, GW, (paths, quarters + 1).

    What stands today draws the power of today's machines; additions draw less each year, and what retires is taken to
    draw the average of the fleet.
    """
    run, per_unit = market.world, market.curves.power_kw
    out = np.empty_like(run.stock)
    out[:, 0] = run.stock[:, 0] * per_unit[0]
    for t in range(1, out.shape[1]):
        kept = 1.0 - run.retired[:, t] / run.stock[:, t - 1]
        out[:, t] = out[:, t - 1] * kept + run.additions[:, t] * per_unit[t]
    return np.asarray(out / KW_PER_GW)


def stopped(evaluation: Evaluation) -> pd.DataFrame:
    """Share of paths in which builders order no growth: quarter, share, share_se."""
    is_bust = np.asarray(evaluation.market.world.is_bust)
    quarters = np.arange(is_bust.shape[1])
    if len(is_bust) == 1:
        return pd.DataFrame({"quarter": quarters, "share": is_bust[0], "share_se": np.nan})
    error = risk.mean_standard_error(is_bust.T, evaluation.replicate)
    return pd.DataFrame({"quarter": quarters, "share": is_bust.mean(axis=0), "share_se": np.asarray(error)})


@dataclass(frozen=True)
class PriceToday:
    """Rental price the market starts from, USD/h, and whether it is beyond what scarcity explains."""

    price: float
    is_clipped: bool


def price_today(scenario: Scenario) -> PriceToday:
    """Price at closing as the scenario states it, takes it from an index, or relates it to the long-run price."""
    setting = scenario.setting
    curves = market_curves(setting, QUARTERS)
    return PriceToday(spot_price_now(setting.clearing, curves), initial_scarcity(setting, curves)[1])


def surplus_outcome(evaluation: Evaluation) -> pd.DataFrame:
    """The glut as it comes out: measure, unit, assumed, p05, p50, p95, p50_se; one row a measure.

    ``assumed`` is the input O or its quarter, NaN for what has no input.
    """
    scenario, market = evaluation.scenario, evaluation.market
    target = scenario.clearing.balance_utilization
    surplus = market.world.surplus[:, 1:]
    peak, when = _assumed_peak(scenario.overcapacity)
    rows = (
        ("peak", "share", peak, surplus.max(axis=1)),
        ("peak_quarter", "quarter", when, surplus.argmax(axis=1) + 1.0),
        ("quarters_above", "quarters", np.nan, (surplus > SURPLUS_SHOWN).sum(axis=1).astype(float)),
        ("idle_capital", "share", np.nan, idle_capital_share(market, target)),
        ("idle_cost", "USD", np.nan, idle_cost(market, target)),
    )
    return pd.DataFrame([
        (name, unit, assumed, *spread(values, evaluation.replicate)) for name, unit, assumed, values in rows
    ], columns=["measure", "unit", "assumed", "p05", "p50", "p95", "p50_se"])


def covered_by_year(evaluation: Evaluation) -> pd.DataFrame:
    """Share of the rents that AI revenue pays, by calendar year: year, p05, p50, p95, p50_se."""
    found = evaluation.revenue
    rows = [(year, found.at("covered", year)) for year in found.years]
    return pd.DataFrame([(year, x.p05, x.p50, x.p95, x.p50_se) for year, x in rows],
                        columns=["year", "p05", "p50", "p95", "p50_se"])


def _assumed_peak(over: Overcapacity) -> tuple[float, float]:
    """Height of the planned glut and its quarter, as assumed or as given by year."""
    if over.plan_by_year is None:
        return over.peak, float(over.peak_quarter)
    peak = max(over.plan_by_year)
    return peak, 4.0 * (over.plan_by_year.index(peak) + 1)


def builder_orders(setting: Setting, market: MarketPaths) -> Array:
    """Private orders due in each quarter by builder, H100e, (3, paths, quarters + 1); the rule of `market.kernel`.

    Hyperscalers, local providers, sovereign-owned; their sum less what programs displace is ``world.private``.
    """
    run, capacity = market.world, setting.capacity
    planned = np.log(market.planned_price / market.curves.price[: market.quarters + 1])
    before = np.concatenate([run.stock[:, :1], run.stock[:, :-1]], axis=1)
    out = np.empty((3, *run.stock.shape))
    for j, (share, lag, response) in enumerate(setting.pipeline.builders):
        order = np.broadcast_to(share * market.planned_additions, run.stock.shape).copy()
        answer = np.exp(response * (run.log_ratio - planned))[:, 1:-lag]
        order[:, lag + 1 :] *= np.clip(answer, ORDER_LOW, ORDER_HIGH)
        if capacity.bust_switch:
            least = np.minimum(order[:, lag + 1 :], share * capacity.retirement * before[:, lag + 1 :])
            order[:, lag + 1 :] = np.where(run.is_bust[:, 1:-lag] > 0, least, order[:, lag + 1 :])
        out[j] = order
    out[:, :, 0] = 0.0
    return out


def additions_by_builder(evaluation: Evaluation) -> pd.DataFrame:
    """Mean gross additions by year and by who ordered them: year (1 is the first), builder, mean, total_p05, total_p95.

    Deliveries are split as the orders behind them; ``backlog`` is what limits of power and supply delayed from earlier
    quarters.
    """
    market, run = evaluation.market, evaluation.market.world
    private = builder_orders(evaluation.scenario.setting, market)
    kept = _ratio(run.private, private.sum(axis=0))
    public = np.broadcast_to(market.policy.builds, run.stock.shape)
    waiting = np.concatenate([np.zeros((market.paths, 1)), run.backlog[:, :-1]], axis=1)
    wanted = np.stack([*(private * kept), public, waiting])
    delivered = wanted * _ratio(run.additions, wanted.sum(axis=0))
    delivered[:, :, 0] = 0.0
    yearly = delivered[:, :, 1:].reshape(len(BUILDERS), market.paths, -1, 4).sum(axis=3)
    low, high = np.asarray(risk.quantiles(yearly.sum(axis=0).T, (0.05, 0.95))).T
    return pd.DataFrame([
        {"year": y + 1, "builder": name, "mean": float(yearly[i, :, y].mean()), "total_p05": low[y],
         "total_p95": high[y]}
        for i, name in enumerate(BUILDERS)
        for y in range(yearly.shape[2])
        if yearly[i].any()
    ])


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def pooling(scenario: Scenario, steps: int = 19) -> pd.DataFrame:
    """Utilization at balance as more demand is localized: share, utilization, is_here; model 1.3.

    ``is_here`` marks the localized share of the scenario, mandates included.
    """
    place, clearing = scenario.localization, scenario.clearing
    here = place.bound_share(scenario.policy.mandate if scenario.policy.market_channel else 0.0)
    shares = np.unique(np.append(np.linspace(0.0, 1.0, steps), here))
    pool, local = _matched(place, clearing.balance_utilization / clearing.ceiling_utilization)
    used = clearing.ceiling_utilization * ((1.0 - shares) * pool + shares * local)
    return pd.DataFrame({"share": shares, "utilization": used, "is_here": shares == here})


def _matched(place: Localization, ratio: float) -> tuple[float, float]:
    """Share of capacity that finds demand at a demand/capacity ratio: fungible and localized demand."""
    error, at = place.scenario_error, np.array([ratio])
    return (
        float(matched_share(at, place.pooled_sd(error))[0]),
        float(matched_share(at, place.local_sd(error))[0]),
    )


def safety_capacity(scenario: Scenario) -> pd.DataFrame:
    """Spare capacity that so many equal blocs need over one pool (Eppen 1979): blocs, ratio, is_here."""
    place = scenario.localization
    blocs = np.unique(np.append(np.arange(1, 31), place.blocs))
    ratio = [safety_capacity_ratio(int(k), place.correlation) for k in blocs]
    return pd.DataFrame({"blocs": blocs, "ratio": ratio, "is_here": blocs == place.blocs})
