"""The scenario under test: its evaluation, shared draws, and the paired runs that several claims need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import Claims, build_claims
from models.engine.evaluate import Evaluation
from models.market.simulate import MarketPaths, simulate_market
from models.measures import risk
from models.scenario.scenario import Scenario
from models.studies.thesis.record import Figure

PATHS = 2_048


@dataclass(frozen=True, eq=False)
class Subject:
    """One scenario, its evaluation, and draws that every comparison shares.

    Attributes
    ----------
    evaluation : Evaluation
        Whose figures the pages show; claims about classes read it, so they cannot disagree with the pages.
    scenario : Scenario
        As it is played: without volatility where the evaluation is.
    shocks : Shocks
        Draws of the paired runs, at most ``PATHS``.
    """

    evaluation: Evaluation
    scenario: Scenario
    shocks: Shocks

    @cached_property
    def market(self) -> MarketPaths:
        """Market of the scenario on the shared draws."""
        return simulate_market(self.scenario.setting, self.shocks)

    def market_with(self, changes: dict[str, Any]) -> MarketPaths:
        """Market with some assumptions changed, on the same draws."""
        return simulate_market(self.scenario.replace(changes).setting, self.shocks)

    def claims(
        self, keys: Iterable[str], market: MarketPaths | None = None, scenario: Scenario | None = None
    ) -> Claims:
        """Claims of a scenario on a market of the shared draws; the subject's own where none is given."""
        return build_claims(scenario or self.scenario, market or self.market, self.shocks, keys)

    def mean(self, label: str, values: Array, unit: str) -> Figure:
        """Figure of the mean of values (paths,), with its standard error."""
        return Figure(label, float(np.mean(values)), unit, self.error(values))

    def median(self, label: str, values: Array, unit: str) -> Figure:
        """Figure of the median of values (paths,), with its standard error."""
        error = risk.quantile_standard_error(values, 0.5, self.shocks.replicate)
        return Figure(label, float(risk.quantiles(values, 0.5)), unit, float(error))

    def error(self, values: Array) -> float:
        """Standard error of the mean of values (paths,); NaN for a single path."""
        return float(risk.mean_standard_error(np.asarray(values, dtype=np.float64), self.shocks.replicate))


def subject(evaluation: Evaluation) -> Subject:
    """Subject of an evaluation, on the draws its scenario names or on its one calm path."""
    scenario = evaluation.scenario
    if evaluation.is_calm:
        return Subject(evaluation, scenario.calm, calm_shocks())
    run = scenario.run
    method = "sobol" if run.method == "sobol" else "random"
    return Subject(evaluation.sample, scenario, draw_shocks(run.seed, min(run.paths, PATHS), method))
