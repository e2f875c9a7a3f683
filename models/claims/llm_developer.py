"""Shares of a developer of large models: its claim, what it earns on, and whether its money lasts."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from models.assets import llm_developer
from models.basis.flows import CashFlows
from models.basis.shocks import Shocks
from models.basis.store import Store
from models.basis.timeline import Array
from models.claims.asset_class import LLM_AND_CLOUD, AssetClass, Fact, Run, Series, level, line, quarters
from models.claims.claim import Claim, Claims
from models.market.simulate import MarketPaths
from models.policy.support import ChampionSupport, champion_support
from models.scenario.scenario import Scenario

KEY = "llm_developer"
PLAN_END = 16
"""Quarter that ends 2030: labs plan to earn money between 2027 and then."""


def public_support(scenario: Scenario, shocks: Shocks) -> ChampionSupport:
    """What home programs pay to the scenario's developer if it is a champion."""
    lab = scenario.llm_developer
    return champion_support(scenario.policy, shocks, lab.champion_share, lab.champion_equity)


_labs: Store[WeakValueDictionary[tuple[Hashable, ...], CashFlows]] = Store(1)
"""Developers beside the market they were simulated on, as long as somebody holds them."""


def reads(scenario: Scenario) -> tuple[Hashable, ...]:
    """All that the developer is simulated from, beside market and draws."""
    return (
        scenario.llm_developer, scenario.llm_costs, scenario.llm_funding, scenario.ai_revenue, scenario.tax,
        scenario.policy,
    )


def simulate_lab(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> CashFlows:
    """The developer on a market, from the market alone: other claims may ask for its fate before they are built.

    Parameters
    ----------
    shocks : Shocks
        The draws the market was made with.

    Of its extras, ``failed_at`` (paths,) is the quarter of failure, one past the horizon where there is none; ``cash``
    and ``net``, cash flow a year before funding (its burn where below zero), are (paths, quarters + 1), USD.
    """
    labs, name = _labs.beside(market).get("", WeakValueDictionary), reads(scenario)
    found = labs.get(name)
    return labs.setdefault(name, _simulated(scenario, market, shocks)) if found is None else found


def _simulated(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> CashFlows:
    return llm_developer.cash_flows(
        scenario.llm_developer, scenario.llm_costs, scenario.llm_funding, scenario.ai_revenue, market, shocks,
        public_support(scenario, shocks), scenario.tax if scenario.tax.is_on else None,
    )


def has_failed(flows: CashFlows, last: int | None = None) -> NDArray[np.bool_]:
    """Whether the developer fails by a quarter, or by the horizon where none is named, (paths,)."""
    return np.asarray(flows.extras["failed_at"] <= (flows.net.shape[1] - 1 if last is None else last))


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    developer = scenario.llm_developer
    flows = simulate_lab(scenario, market, shocks)
    x = flows.extras

    def worth() -> Array:
        return np.asarray(x["own"] * (x["multiple"] * x["normal_revenue"] + np.maximum(x["cash"], 0.0)))

    return Claims({KEY: Claim(
        flows, developer.hurdle, 0.0, developer.revenue_now, developer.market_multiple, exit_values=worth,
        controls=llm_developer.control_variates(developer, market, shocks) - 1.0,
    )})


def _in_business(name: str, run: Run) -> Array:
    """A line of the developer while it is in business."""
    return np.where(quarters(run) < line(run, KEY, "failed_at")[:, None], line(run, KEY, name), np.nan)


def _earns(run: Run, quarter: int) -> NDArray[np.bool_]:
    """Whether the developer is in business in a quarter and earns more than it spends, (paths,)."""
    at = min(quarter, run.market.quarters)
    return np.asarray((line(run, KEY, "failed_at") > at) & (line(run, KEY, "net")[:, at] > 0.0))


CLASS = AssetClass(
    KEY, "LLM developer", LLM_AND_CLOUD, "company", _build, at_market=True, is_skewed=True,
    short="LLM", subject="the LLM developer", color="blue",
    now_only="Later shares have only a formula price, a multiple of revenue: waiting would be paid by the errors of "
    "that formula.",
    slices=("llm_developer", "llm_costs", "llm_funding", "tax"),
    draws=lambda scenario: ("llm_quality_z", "llm_sale_u"),
    series={
        "revenue": Series("Revenue while in business", "USD a year", partial(_in_business, "revenue")),
        "compute": Series("Compute cost, share of revenue", "share of revenue",
                          lambda run: _in_business("compute_cost", run) / line(run, KEY, "revenue"), level(1.0),
                          "all of revenue"),
        "net": Series("Cash flow before funding, share of revenue", "share of revenue",
                      lambda run: _in_business("net", run) / line(run, KEY, "revenue"), level(0.0),
                      "neither earned nor lost"),
        "cash": Series("Cash while in business", "USD", partial(_in_business, "cash")),
        "own": Series("Still owned by today's investors", "share", partial(_in_business, "own")),
    },
    events={"failed": lambda run: quarters(run) >= line(run, KEY, "failed_at")[:, None]},
    facts=(
        Fact("Failed by the horizon", "share", "Share of futures in which money runs out and the rest is sold.",
             lambda run: has_failed(run.claims.by_key[KEY].flows)),
        Fact("Earns money by the end of 2030", "share", "Share of futures in which it is in business then, the last of "
             "the years labs plan profits for, and earns more than it spends.", lambda run: _earns(run, PLAN_END)),
        Fact("Money raised", "USD", "All later rounds together; each one dilutes today's owners.",
             lambda run: line(run, KEY, "raised").sum(axis=1)),
    ),
)
