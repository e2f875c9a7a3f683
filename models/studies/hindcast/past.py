"""Scenarios of the past: the engine as it is, and a few numbers that lie beyond the bounds of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from models.basis.entry import check
from models.basis.shocks import Shocks, draw_shocks
from models.claims.registry import Claim, Claims, build_claims
from models.debt.loan import LoanPaths, LoanTerms
from models.engine.lending import measure_loan
from models.engine.measures import DebtMeasures
from models.errors import ScenarioError
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.catalog import declared, unknown
from models.scenario.scenario import Scenario, disagreements

PATHS = 4_096
SEED = 1

BEYOND: Mapping[str, tuple[float, float]] = {
    "overcapacity.peak": (0.0, 11.0),  # telecom planned eleven times what demand paid for
    "hardware.installed_cost": (15_000.0, 45_000.0),  # an H100 of 2023
    # Neither a bridge nor a silicon furnace gets cheaper; optical networks did for longer than chips are expected to.
    "hardware.deflation_long_run": (0.0, 0.30),
    "hardware.life_quarters": (12, 38),  # a bridge outlives a chip: ten years less the ramp
    "clearing.spot_price": (1.5, 16.0),  # 8 dollars for an H100 in 2023; eleven times the old price of silicon
    "gpu_fleet.contract_quarters": (4, 38),  # loans on single projects run for ten years
    "gpu_debt.tenor_quarters": (8, 38),
}
"""What may lie outside the bounds of the interface, and how far: no further than a replay needs."""


class PastScenario(Scenario):
    """A scenario of an episode: bounds keep sliders in the range the model was built for, `BEYOND` widens a few."""

    def replace(self, changes: Mapping[str, Any]) -> PastScenario:
        """Scenario with dotted ``slice.field`` paths set to new values, checked against the wider bounds.

        Raises
        ------
        ScenarioError
            Naming field, value and bound.
        """
        known = declared()
        parts: dict[str, dict[str, Any]] = {}
        for path, value in changes.items():
            if path not in known:
                raise ScenarioError(unknown(path, self))
            low, high = BEYOND.get(path, (known[path].low, known[path].high))
            parts.setdefault(known[path].group, {})[path.partition(".")[2]] = check(
                replace(known[path], low=low, high=high), value
            )
        out = self.derived(**{name: getattr(self, name).derived(**fields) for name, fields in parts.items()})
        for message in disagreements(out):
            raise ScenarioError(message)
        return out


def past(changes: Mapping[str, Any]) -> PastScenario:
    """Scenario of the past: the defaults with ``changes``."""
    return PastScenario().replace(changes)


@lru_cache(maxsize=1)
def draws() -> Shocks:
    """The draws every replay shares."""
    return draw_shocks(SEED, PATHS)


@dataclass(frozen=True, eq=False)
class Episode:
    """A scenario on the shared draws."""

    scenario: Scenario

    @cached_property
    def market(self) -> MarketPaths:
        """Its market."""
        return simulate_market(self.scenario.setting, draws())

    def claim(self, key: str) -> Claim:
        """One claim."""
        return build_claims(self.scenario, self.market, draws(), [key]).by_key[key]

    @cached_property
    def debt(self) -> Claims:
        """Loan and equity, with the loan's own paths."""
        return build_claims(self.scenario, self.market, draws(), ["gpu_debt", "gpu_debt_equity"])

    @property
    def terms(self) -> LoanTerms:
        """Terms of the loan."""
        assert self.debt.loan_terms is not None
        return self.debt.loan_terms

    @property
    def loan(self) -> LoanPaths:
        """The loan on every path."""
        assert self.debt.loan is not None
        return self.debt.loan

    @cached_property
    def lender(self) -> DebtMeasures:
        """What only a lender asks."""
        return measure_loan(self.terms, self.loan, self.debt.collateral_cost, draws().replicate)
