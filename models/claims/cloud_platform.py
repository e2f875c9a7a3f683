"""Shares of a cloud platform: its claim, what it earns on, and what its machines are worth on the books."""

from __future__ import annotations

from functools import partial

import numpy as np

from models.assets import cloud_platform
from models.assets.gpu_fleet.fleet import GpuFleet, fleet_terms
from models.assets.gpu_fleet.used import value_ahead
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.asset_class import LLM_AND_CLOUD, AssetClass, Fact, Run, Series, growth, line, yearly
from models.claims.claim import Claim, Claims, by_quarter
from models.claims.contagion import lab_draws, lost_revenue
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

KEY = "cloud_platform"
THREE_YEARS = 12


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    cloud, capital = scenario.cloud_platform, scenario.cloud_capital
    flows = cloud_platform.cash_flows(
        cloud, capital, market, shocks,
        ramp=scenario.hardware.ramp_quarters, retirement=scenario.capacity.retirement,
        tax=scenario.tax if scenario.tax.is_on else None, lost=lost_revenue(scenario, market, shocks),
    )
    ebitda = flows.extras["ebitda"]

    def worth() -> Array:
        relative = market.relative_demand
        return by_quarter(lambda t: cloud_platform.exit_value(cloud, capital, ebitda, relative, t), market)

    hurdle = cloud_platform.cloud_hurdle(cloud, capital)
    earned = cloud_platform.first_year_ebitda(flows)
    multiple = cloud_platform.market_multiple(cloud, capital)
    return Claims({KEY: Claim(flows, hurdle, 0.0, earned, multiple, exit_values=worth)})


def _used_share(run: Run) -> Array:
    """Value of a machine of the market three years after it was bought, over its cost, (paths,)."""
    scenario, fleet = run.scenario, GpuFleet()
    terms = fleet_terms(fleet, scenario.offtaker, scenario.hardware, run.market)
    return np.asarray(value_ahead(fleet, terms, run.market, THREE_YEARS, THREE_YEARS) / terms.cost)


CLASS = AssetClass(
    KEY, "Cloud platform", LLM_AND_CLOUD, "company", _build, at_market=True,
    short="Cloud", subject="the cloud platform", color="green",
    now_only="Later shares have only a formula price, a multiple of last year's EBITDA: waiting would be paid by the "
    "errors of that formula.",
    slices=("cloud_platform", "cloud_capital", "tax"),
    draws=lambda scenario: ("cloud_core_z", "cloud_share_z", *lab_draws(scenario)),
    series={
        "ai_margin": Series("EBITDA margin of AI revenue", "share", partial(line, key=KEY, name="ai_margin")),
        "ai_revenue": Series("AI revenue", "USD a year", partial(line, key=KEY, name="ai_revenue")),
        "capex": Series("Capital spending", "USD a year", partial(yearly, key=KEY, name="capex")),
    },
    facts=(
        Fact("Growth of EBITDA", "per year", "Growth of EBITDA a year, from the first to the last year.",
             partial(growth, key=KEY, name="ebitda")),
        Fact("On the books after three years", "share", "What the accounts still show of a machine's cost, in equal "
             "parts over its book life.",
             lambda run: max(0.0, 1.0 - THREE_YEARS / 4.0 / run.scenario.cloud_capital.book_life)),
        Fact("Worth after three years", "share", "What a used machine fetches then, over its cost: economic life "
             "against book life.", _used_share),
    ),
)
