"""Figures of scenarios at 16,384 paths, computed once a session and kept as small tables (not as paths)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.engine.evaluate import evaluate
from models.market.customer import alive
from models.market.simulate import idle_capital_share
from models.scenario.scenario import Scenario
from models.tables.classes import classes

PATHS = 4_096
PEAKS = (0.0, 0.25, 0.6, 1.0)
QUARTERS = [4, 8, 12, 20, 40]
# The world of the independent implementation behind the expected figures: the defaults of the first edition, without
# what that implementation does not know. Its market, fleets and loans then test the mechanisms at any default.
FIRST_EDITION: dict[str, Any] = {
    "capacity.supply_growth": None, "clearing.spot_price": 2.60, "demand.stock_now": 19.6e6, "hardware.cash_cost": 0.36,
    "hardware.life_quarters": 20, "gpu_fleet.salvage": 0.03, "pipeline.hyperscaler_share": 0.68,
    "pipeline.sovereign_share": 0.08, "hardware_supplier.margin_now": 0.60, "cloud_platform.ai_share": 0.08,
    "cloud_platform.markup": 1.35, "cloud_capital.own_stock": 0.004, "cloud_capital.own_additions": 0.02,
    "cloud_capital.neocloud_exit": 14.0,
    "entry.expectations": "scenario", "contagion.lab_share": 0.0, "contract_credit.non_ig_spread": 0.04,
    "covenants.cures": 2, "construction_loan.spread_ig": 0.025,
    "construction_loan.spread_non_ig": 0.025, "construction_loan.sizing_dscr": 1.10,
    "construction_loan.amortization_years": 40.0, "data_center.long_stop": 12,
}

# What the tables of model 5 call each row.
FLEETS: dict[str, dict[str, Any]] = {
    "merchant": {"gpu_fleet.contracted_share": 0.0},
    "70% IG": {"gpu_fleet.customer": "ig"},
    "70% non-IG": {},
    "95% IG": {"gpu_fleet.customer": "ig", "gpu_fleet.contracted_share": 0.95},
    "95% non-IG": {"gpu_fleet.contracted_share": 0.95},
}
# Its loans ask one coverage of all cash.
FIRST_LOANS: dict[str, Any] = {"gpu_debt.merchant_dscr": 1.30}
NOT_SIZED = {**FIRST_LOANS, "gpu_debt.sizing_dscr": None}
RICH = {"gpu_debt.payback_years": 2.5, **NOT_SIZED}
LOANS: dict[str, dict[str, Any]] = {
    "base SPV non-IG": FIRST_LOANS,
    "base SPV IG": {**FIRST_LOANS, "gpu_debt.customer": "ig"},
    "75% non-IG, 1.407": RICH,
    "75% IG, 1.407": {**RICH, "gpu_debt.customer": "ig"},
    "85% non-IG, 1.407": {**RICH, "gpu_debt.advance_cap": 0.85, "gpu_debt.spread": 0.06},
    "75% non-IG, q .70": {**NOT_SIZED, "gpu_debt.contracted_share": 0.70},
    "75% merchant": {**NOT_SIZED, "gpu_debt.contracted_share": 0.0},
}
CENTERS: dict[str, dict[str, Any]] = {
    "non-IG tenant": {"data_center.tenant": "non_ig"},
    "shell": {
        "data_center.capex": 10.5e6, "data_center.rent": 1.42e6, "data_center.tenant": "non_ig",
        "data_center.exit_cap": 0.075,
    },
    "stress": {"leasing.vacancy_slope": 0.60, "data_center.prelease": 0.0},
}
CLOUDS: dict[str, dict[str, Any]] = {
    "neocloud": {"cloud_platform.business": "neocloud"},
    "joint venture": {"localization.share": 0.9, "cloud_platform.jv_share": 0.35},
    "localized": {"localization.share": 0.9},
}
LABS: dict[str, dict[str, Any]] = {
    "champion": {
        "llm_developer.revenue_now": 0.5e9, "llm_developer.excess_growth_now": 0.2, "llm_costs.frontier_share": 0.03,
        "llm_developer.champion": True,
    },
    "open lab": {
        "llm_developer.revenue_now": 0.1e9, "llm_developer.excess_growth_now": 0.4, "llm_costs.frontier_share": 0.012,
    },
}


@dataclass(frozen=True, eq=False)
class Figures:
    """Tables of one evaluation: classes at both entries, indexed by class, and what only paths can say."""

    fair: pd.DataFrame
    at_cost: pd.DataFrame
    correlation: pd.DataFrame | None
    extras: dict[str, Any]

    def entry(self, name: str) -> pd.DataFrame:
        return self.fair if name == "fair" else self.at_cost


def scenario_of(changes: dict[str, Any], peak: float) -> Scenario:
    return Scenario().replace({"overcapacity.peak": peak, "run.paths": PATHS, **FIRST_EDITION, **changes})


def figures(changes: dict[str, Any], peak: float, keys: tuple[str, ...] | None = None) -> Figures:
    """Tables of a scenario; ``keys`` limits the classes."""
    return _figures(tuple(sorted(changes.items())), peak, keys)


@lru_cache(maxsize=64)
def _figures(changes: tuple[tuple[str, Any], ...], peak: float, keys: tuple[str, ...] | None) -> Figures:
    scenario = scenario_of(dict(changes), peak)
    has_variants = keys is None or keys[0] in ("gpu_debt", "data_center")
    evaluation = evaluate(scenario, keys=keys, variants=has_variants)
    tables = [classes(evaluation, entry, variants=has_variants).set_index("asset") for entry in ("fair", "at_cost")]
    everything = keys is None
    extras: dict[str, Any] = {"prices": {key: r.fair_price for key, r in evaluation.assets.items()}}
    results = {**evaluation.assets, **evaluation.variants}
    extras["mean_value"] = {key: float(r.fair.npv_mean) for key, r in results.items()}
    supplier, developer = "hardware_supplier", "llm_developer"
    for key, name in ((supplier, "revenue"), (supplier, "earnings"), (developer, "failed_at")):
        if key in results:
            line = results[key].claim.flows.extras[name]
            extras[name] = line if line.ndim == 1 else line[:, 1:].reshape(len(line), 10, 4).sum(axis=2)
    if everything:
        extras |= {"market": _market(evaluation), "defaults": _defaults(evaluation)}
    correlation = _correlation(evaluation) if everything else None
    return Figures(*tables, correlation, extras)


def _market(evaluation: Any) -> dict[str, Array]:
    """Medians of the market and the distribution of its glut."""
    market = evaluation.market
    ratio, surplus = np.exp(market.log_ratio), market.surplus
    return {
        "price": np.median(ratio, axis=0)[QUARTERS],
        "utilization": np.median(market.utilization, axis=0)[QUARTERS],
        "surplus": np.median(surplus, axis=0)[QUARTERS],
        "peak": np.quantile(surplus.max(axis=1), (0.05, 0.5, 0.95)),
        "idle": np.median(idle_capital_share(market, evaluation.scenario.clearing.balance_utilization)),
        "quarters": np.median((surplus > 0.10).sum(axis=1)),
        "fires": market.world.is_bust.any(axis=1).mean(),
    }


def _defaults(evaluation: Any) -> dict[str, float]:
    """Share of customers that default within a contract of 16 quarters."""
    scenario, market = evaluation.scenario, evaluation.market
    uniform = draw_shocks(scenario.run.seed, PATHS).offtaker_u
    state = market.demand_paths.state
    out = {}
    for grade, price in (("ig", 0.95 * market.support_price), ("non_ig", market.support_price)):
        pays = alive(scenario.offtaker.rates(grade), market.price, price, state, uniform, 3)
        out[grade] = float(1.0 - pays[:, 18].mean())
    return out


def _correlation(evaluation: Any) -> pd.DataFrame:
    results = {**evaluation.assets, **evaluation.variants}
    return pd.DataFrame({key: r.cash_npv for key, r in results.items()}).corr(method="spearman")
