"""The scenario under test: its evaluation, shared draws, and the paired runs that several claims need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any

from numpy.typing import ArrayLike

from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import Claim, build_claims
from models.engine.estimate import Estimate, mean, quantile
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.errors import AbsentError
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.scenario import Scenario
from models.studies.thesis.record import ClaimTest, Figure, Finding, Statement, figure, untested

PATHS = 2_048
BAIN, BLOG = "s5_bain_2024", "gold_rush_2025"
"""The two founding documents."""


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

    def result(self, key: str, entry: str = "fair") -> AssetResult:
        """Result of a class that the claim is about.

        Raises
        ------
        AbsentError
            If there is no investment in it.
        """
        result = self.evaluation.assets[key]
        if why := result.absent(entry):
            raise AbsentError(f"There is no investment in {result.asset.label}, because {why}")
        return result

    @cached_property
    def market(self) -> MarketPaths:
        """Market of the scenario on the shared draws."""
        return simulate_market(self.scenario.setting, self.shocks)

    def market_with(self, changes: dict[str, Any]) -> MarketPaths:
        """Market with some assumptions changed, on the same draws."""
        return simulate_market(self.scenario.replace(changes).setting, self.shocks)

    def claim(self, key: str, market: MarketPaths | None = None, scenario: Scenario | None = None) -> Claim:
        """One claim of a scenario on a market of the shared draws; the subject's own where none is given."""
        return build_claims(scenario or self.scenario, market or self.market, self.shocks, [key]).by_key[key]

    def estimate(self, values: ArrayLike) -> Estimate:
        """Mean of values (paths,)."""
        return mean(values, self.shocks.replicate)

    def mean(self, label: str, values: ArrayLike, unit: str) -> Figure:
        """Figure of the mean of values (paths,)."""
        return figure(label, self.estimate(values), unit)

    def median(self, label: str, values: Array, unit: str) -> Figure:
        """Figure of the median of values (paths,)."""
        return figure(label, quantile(values, 0.5, self.shocks.replicate), unit)


Test = Callable[[Subject], ClaimTest]
DECLARED: dict[str, tuple[Statement, Test]] = {}
"""Every claim by its number, as its author makes it and as it is tested."""


def claim(
    key: str, words: str, *said_by: str, refuted_by: tuple[str, ...] = ()
) -> Callable[[Callable[[Subject], Finding]], Test]:
    """Declare a claim with its author's words, what would refute it, and the function that tests it.

    Parameters
    ----------
    refuted_by : tuple of str
        Figures that would refute it, as their labels begin; empty for a fact or a definition.
    """
    statement = Statement(key, words, said_by, refuted_by)

    def declare(find: Callable[[Subject], Finding]) -> Test:
        @wraps(find)
        def test(subject: Subject) -> ClaimTest:
            try:
                return find(subject).under(statement)
            except AbsentError as error:
                return untested(f"{error}.", "An investment in that class.").under(statement)

        DECLARED[key] = statement, test
        return test

    return declare


def subject(evaluation: Evaluation) -> Subject:
    """Subject of an evaluation, on the draws its scenario names or on its one calm path."""
    scenario = evaluation.scenario
    if evaluation.is_calm:
        return Subject(evaluation, scenario.calm, calm_shocks())
    run = scenario.run
    method = "sobol" if run.method == "sobol" else "random"
    return Subject(evaluation.sample, scenario, draw_shocks(run.seed, min(run.paths, PATHS), method))
