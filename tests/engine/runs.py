"""Runs that many tests share: draws on few paths, and scenarios beyond the declared bounds where a limit is tested."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import Claims, build_claims
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.catalog import values
from models.scenario.scenario import CALM, Scenario
from tests import strategies

FEW = 64
BUILT_ON_THE_MARKET = (
    "demand", "overcapacity", "pipeline", "capacity", "clearing", "localization", "hardware", "policy",
)
# Orders that ignore prices, gluts and what suppliers can deliver, machines that retire by age alone: capacity is then
# the same on every path.
NO_FEEDBACK: dict[str, Any] = {
    "pipeline.hyperscaler_response": 0.0, "pipeline.local_response": 0.0, "pipeline.sovereign_response": 0.0,
    "capacity.economic_retirement": 0.0, "capacity.bust_switch": False, "capacity.supply_growth": None,
}


def scenarios(**limits: Any) -> st.SearchStrategy[Scenario]:
    """Scenarios from the declared bounds, without specks: a rate of 1e-300 a year is no rate anybody means."""
    return strategies.scenarios(**limits).filter(_has_no_specks)


def _has_no_specks(scenario: Scenario) -> bool:
    return not any(isinstance(value, float) and 0.0 < abs(value) < 1e-9 for value in values(scenario).values())


@lru_cache(maxsize=8)
def draws(seed: int = 1, paths: int = FEW) -> Shocks:
    """Draws of a seed; the same object every time, so that compared scenarios share them."""
    return draw_shocks(seed, paths)


def market_of(scenario: Scenario, shocks: Shocks | None = None) -> MarketPaths:
    return simulate_market(scenario.setting, draws() if shocks is None else shocks)


def claims_of(scenario: Scenario, keys: Iterable[str] | None = None, shocks: Shocks | None = None) -> Claims:
    chosen = draws() if shocks is None else shocks
    return build_claims(scenario, market_of(scenario, chosen), chosen, keys)


def calm_market(scenario: Scenario) -> MarketPaths:
    """The one path without surprises."""
    return simulate_market(scenario.calm.setting, calm_shocks())


def calm_flows(scenario: Scenario, key: str) -> CashFlows:
    calm, shocks = scenario.calm, calm_shocks()
    return build_claims(calm, simulate_market(calm.setting, shocks), shocks, [key]).by_key[key].flows


def beyond_bounds(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with values that no slider reaches: what a formula tends to is often outside its bounds."""
    slices: dict[str, dict[str, Any]] = {}
    for path, value in changes.items():
        group, name = path.split(".")
        assert name in type(getattr(scenario, group)).model_fields, path
        slices.setdefault(group, {})[name] = value
    return scenario.model_copy(
        update={group: getattr(scenario, group).model_copy(update=values) for group, values in slices.items()}
    )


@contextmanager
def bounds_lifted() -> Iterator[None]:
    """Let scenarios beyond the bounds be played calm, which checks them again otherwise."""

    def calm(scenario: Scenario) -> Scenario:
        quiet = tuple(
            p.model_copy(update={"schedule": p.schedule.model_copy(update={"cliff_rate": 0.0})})
            for p in scenario.policy.programs
        )
        return beyond_bounds(scenario, {**CALM, "policy.programs": quiet})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scenario, "calm", property(calm))
        yield


def shift_price(market: MarketPaths, factor: float) -> MarketPaths:
    """The same market with rents times ``factor`` from the first quarter; quantities stay."""
    scale = np.where(np.arange(market.quarters + 1) > 0, factor, 1.0)
    return replace(market, price=market.price * scale, log_ratio=market.log_ratio + np.log(scale))


def same_bits(a: Array, b: Array) -> bool:
    """Whether two arrays are equal in every bit, NaN included."""
    return a.shape == b.shape and np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()


def npv(rate_y: float, net: Array) -> Array:
    """Present value per path by plain summation, an oracle for the engine's own."""
    return np.asarray(sum(net[:, t] * (1.0 + rate_y) ** (-t / 4) for t in range(net.shape[1])))
