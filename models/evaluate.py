"""The whole order of the model in one function: draw, simulate the market, value six claims, price and measure them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import Method, Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.calibration import fair_prices
from models.claims import CLASSES, PICKS, VARIANTS, Claims, build_claims
from models.market.simulate import MarketPaths, simulate_market
from models.measures import risk
from models.scenario import Scenario
from models.valuation import AssetResult, Measures, Quantiles, asset_result
from models.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything a page, report or export may say about a scenario; nothing else is computed for them."""

    scenario: Scenario
    market: MarketPaths
    claims: Claims
    assets: Mapping[str, AssetResult]
    variants: Mapping[str, AssetResult]
    replicate: NDArray[np.int64]
    is_calm: bool
    model_version: str = MODEL_VERSION

    def summary(self) -> pd.DataFrame:
        """Tidy table: asset class, entry, metric, value, standard error, unit."""
        from models.tables import summary

        return summary(self)

    @cached_property
    def correlation(self) -> Array:
        """Rank correlation of value over cash between the six classes, (6, 6); NaN for a class that never varies."""
        return risk.rank_correlation(np.stack([a.cash_npv for a in self.assets.values()], axis=1))

    @cached_property
    def family_lead(self) -> Array:
        """Value per dollar of picks and shovels less that of LLM and cloud, equal weights inside a family, (paths,)."""
        means = {
            family: np.mean([a.cash_npv for a in self.assets.values() if (a.asset.family == PICKS) == family], axis=0)
            for family in (True, False)
        }
        return np.asarray(means[True] - means[False])


def evaluate(
    scenario: Scenario, shocks: Shocks | None = None, *, keys: tuple[str, ...] | None = None, variants: bool = True
) -> Evaluation:
    """Evaluate a scenario; the same scenario gives the same bytes.

    Parameters
    ----------
    scenario : Scenario
    shocks : Shocks, optional
        Draws to use instead of those the scenario names; compared scenarios must share one object.
    keys : tuple of str, optional
        Classes to value; all six if omitted.
    variants : bool
        Whether the close variants (loan equity, unlevered data center) are measured too.
    """
    if shocks is None:
        shocks = draw_shocks(scenario.run.seed, scenario.run.paths, _method(scenario))
    return _run(scenario, scenario, shocks, keys, variants)


def evaluate_calm(scenario: Scenario) -> Evaluation:
    """Evaluate the one path without volatility, jumps and hazards; prices stay those of the full scenario."""
    return _run(scenario, scenario.calm, calm_shocks(), None, True)


def _run(
    scenario: Scenario, played: Scenario, shocks: Shocks, keys: tuple[str, ...] | None, variants: bool
) -> Evaluation:
    """Evaluate ``played`` at the entry prices of ``scenario``."""
    market = simulate_market(played.setting, shocks)
    wanted = (tuple(CLASSES) if keys is None else keys) + (tuple(VARIANTS) if variants else ())
    claims = build_claims(played, market, shocks, wanted)
    prices = fair_prices(scenario)
    results = {
        key: asset_result(key, claim, prices[key], played.rates, shocks.replicate, claims)
        for key, claim in claims.by_key.items()
    }
    return Evaluation(
        scenario=scenario, market=market, claims=claims,
        assets={key: r for key, r in results.items() if key in CLASSES},
        variants={key: r for key, r in results.items() if key in VARIANTS},
        replicate=shocks.replicate, is_calm=shocks.paths == 1,
    )


def _method(scenario: Scenario) -> Method:
    return "sobol" if scenario.run.method == "sobol" else "random"


__all__ = ["AssetResult", "Evaluation", "Measures", "Quantiles", "evaluate", "evaluate_calm"]
