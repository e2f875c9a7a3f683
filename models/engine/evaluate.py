"""The whole order of the model in one function: draw, simulate the market, value six claims, price and measure them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import REPLICATES, Method, Shocks, calm_shocks, draw_replicate, joined_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, Claims, joined
from models.engine.estimate import NOTHING, Estimate, paired
from models.engine.layers import Layers
from models.engine.lending import pooled_loan
from models.engine.measures import Measures, Quantiles
from models.engine.noted import Parts
from models.engine.position import family_lead, pooled
from models.engine.prices import fair_prices
from models.engine.revenue import RevenueByYear, pooled_revenue, revenue_by_year
from models.engine.valuation import ENTRIES, AssetResult
from models.engine.world import draws_of
from models.market.simulate import MarketPaths
from models.measures import risk
from models.measures.standard_errors import by_replicate
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

KEPT = 4_096
"""Paths kept whole. A larger run is measured block by block over all its paths; these remain for pictures."""
_alive = Layers()
"""Of evaluations that somebody holds."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Everything a page, report or export may say about a scenario; nothing else is computed for them.

    ``market``, ``claims`` and ``replicate`` hold the paths that are kept, at most ``KEPT``; measures of `assets` and
    `variants`, `correlation` and `family_lead` read all ``paths``.
    """

    scenario: Scenario
    market: MarketPaths
    claims: Claims
    assets: Mapping[str, AssetResult]
    variants: Mapping[str, AssetResult]
    replicate: NDArray[np.int64]
    is_calm: bool
    paths: int
    has_own_draws: bool = False  # those its scenario names
    kept: Evaluation | None = None  # of the kept paths alone, where there are more
    all_revenue: RevenueByYear | None = None  # of all paths, where there are more than are kept
    model_version: str = MODEL_VERSION

    def summary(self) -> pd.DataFrame:
        """Tidy table: asset class, entry, metric, value, standard error, unit."""
        from models.engine.summary import summary  # pandas is loaded by whoever asks for a table

        return summary(self)

    def present(self, entry: str = "fair") -> dict[str, AssetResult]:
        """Classes that there is an investment in at an entry: the only ones that may be compared."""
        return {key: result for key, result in self.assets.items() if not result.absent(entry)}

    def absent(self, entry: str = "fair") -> dict[str, str]:
        """Classes without an investment at an entry, and why."""
        return {key: reason for key, result in self.assets.items() if (reason := result.absent(entry))}

    @cached_property
    def correlation(self) -> Array:
        """Rank correlation of value over cash between the six classes, (6, 6).

        NaN for a class that never varies, or that is absent.
        """
        nothing = np.zeros(self.paths)
        values = [nothing if a.absent() else a.cash_npv for a in self.assets.values()]
        return risk.rank_correlation(np.stack(values, axis=1))

    @cached_property
    def family_lead(self) -> Array | None:
        """Value per dollar of picks and shovels less that of LLM and cloud, (paths,), of the classes that are present.

        Equal weights inside a family; None where a family has no class that is present.
        """
        return family_lead({key: a.cash_npv for key, a in self.present().items()})

    @cached_property
    def lead_share(self) -> tuple[float, float]:
        """Share of paths on which picks and shovels lead, and its standard error; NaN where there is no lead."""
        if self.family_lead is None:
            return math.nan, math.nan
        leads = (self.family_lead > 0).astype(float)
        scrambles = next(iter(self.assets.values())).replicate
        return float(leads.mean()), float(risk.mean_standard_error(leads, scrambles))

    @cached_property
    def lead_mean(self) -> Estimate:
        """Mean of `family_lead`, USD per dollar; NaN where there is no lead."""
        if self.family_lead is None:
            return NOTHING
        scrambles = next(iter(self.assets.values())).replicate
        return paired(float(self.family_lead.mean()), by_replicate(self.family_lead, scrambles).mean(axis=-1))

    @cached_property
    def revenue(self) -> RevenueByYear:
        """AI revenue needed to pay the rents of all machines, against revenue expected, by year."""
        return self.all_revenue or revenue_by_year(self.scenario.ai_revenue, self.market, self.replicate)

    @property
    def sample(self) -> Evaluation:
        """The evaluation of the kept paths alone; the same object unless there are more."""
        return self.kept or self


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
        Whether the close variants (loan equity, unlevered data center and its loan) are measured too.
    """
    if shocks is None and scenario.run.paths > KEPT:
        return _in_blocks(scenario, keys, variants)
    if shocks is None:
        return _run(scenario, scenario, draws_of(scenario, scenario.run.paths), keys, variants, is_own=True)
    return _run(scenario, scenario, shocks, keys, variants)


def evaluate_calm(scenario: Scenario) -> Evaluation:
    """Evaluate the one path without volatility, jumps and hazards; prices stay those of the full scenario."""
    return _run(scenario, scenario.calm, calm_shocks(), None, True)


def _run(
    scenario: Scenario, played: Scenario, shocks: Shocks, keys: tuple[str, ...] | None, variants: bool,
    is_own: bool = False,
) -> Evaluation:
    """Evaluate ``played`` at the entry prices of ``scenario``; layers are shared on draws that are its own."""
    prices = fair_prices(scenario)  # first, so that its draws are gone before those of the run come
    layers, parts = _alive if is_own else Layers(), Parts(played)
    market = layers.market(parts, shocks)
    wanted = (tuple(CLASSES) if keys is None else keys) + (tuple(VARIANTS) if variants else ())
    built = layers.built(parts, market, shocks, wanted)
    claims = joined(list(dict.fromkeys(built.values())), wanted)
    results = {key: layers.result(key, prices[key], parts, shocks, built) for key in claims.by_key}
    return Evaluation(
        scenario=scenario, market=market, claims=claims, has_own_draws=is_own,
        assets={key: r for key, r in results.items() if key in CLASSES},
        variants={key: r for key, r in results.items() if key in VARIANTS},
        replicate=shocks.replicate, is_calm=shocks.paths == 1, paths=shocks.paths,
    )


def _in_blocks(scenario: Scenario, keys: tuple[str, ...] | None, variants: bool) -> Evaluation:
    """Evaluate scramble by scramble: only figures by path stay, and the first paths of every scramble."""
    run = scenario.run
    each = run.paths // REPLICATES
    blocks: list[dict[Any, Any]] = []
    kept: list[Shocks] = []
    for group in range(REPLICATES):
        shocks = draw_replicate(run.seed, group, each, _method(scenario))
        blocks += [_block(scenario, shocks.take(rows), keys, variants) for rows in _rows(each)]
        kept.append(shocks.take(slice(0, KEPT // REPLICATES)))
    whole = _run(scenario, scenario, joined_shocks(kept), keys, variants, is_own=True)

    def of_all(key: str, result: AssetResult) -> AssetResult:
        bought = {e: pooled(result.bought[e], [block[key, e] for block in blocks]) for e in ENTRIES}
        loans = [block[key, "loan"] for block in blocks if block[key, "loan"] is not None]
        return replace(result, bought=bought, loan=lambda: pooled_loan(loans) if loans else None)

    return replace(
        whole, paths=run.paths, kept=whole,
        assets={key: of_all(key, result) for key, result in whole.assets.items()},
        variants={key: of_all(key, result) for key, result in whole.variants.items()},
        all_revenue=pooled_revenue([block["revenue"] for block in blocks]),
    )


def _rows(paths: int) -> list[slice]:
    """Rows of a scramble, at most ``KEPT`` at a time."""
    size = min(paths, KEPT)
    return [slice(first, first + size) for first in range(0, paths, size)]


def _block(scenario: Scenario, shocks: Shocks, keys: tuple[str, ...] | None, variants: bool) -> dict[Any, Any]:
    """Figures by path of every class at both entries, and of the loans; flows and market are let go."""
    part = _run(scenario, scenario, shocks, keys, variants)
    results = dict(part.assets) | dict(part.variants)
    by_path = {(key, e): result.bought[e].by_path() for key, result in results.items() for e in ENTRIES}
    loans = {(key, "loan"): result.loan() for key, result in results.items()}
    return {**by_path, **loans, "revenue": part.revenue}


def _method(scenario: Scenario) -> Method:
    return "sobol" if scenario.run.method == "sobol" else "random"


__all__ = ["AssetResult", "Evaluation", "Measures", "Quantiles", "evaluate", "evaluate_calm"]
