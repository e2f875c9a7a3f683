"""Shares of the leading supplier of accelerators: its claim, what it earns on, and who buys from it."""

from __future__ import annotations

from functools import partial

import numpy as np

from models.assets.hardware_supplier import supplier as hardware_supplier
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.asset_class import PICKS, AssetClass, Fact, Run, Series, growth, level, line, yearly
from models.claims.claim import Claim, Claims, by_quarter
from models.claims.contagion import defaulted_with_lab, lab_draws
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

KEY = "hardware_supplier"
FIVE_YEARS = 20


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    supplier = scenario.hardware_supplier
    flows = hardware_supplier.cash_flows(
        supplier, scenario.supplier_credit, market, shocks, default_rates=scenario.offtaker.rates("non_ig"),
        availability=scenario.hardware.availability,
        with_lab=defaulted_with_lab(scenario, market, shocks),
    )
    revenue, earnings = flows.extras["revenue"], flows.extras["earnings"]

    def worth() -> Array:
        return by_quarter(lambda t: hardware_supplier.exit_value(supplier, revenue, earnings, t), market)

    earned = hardware_supplier.first_year_earnings(flows)
    return Claims({KEY: Claim(flows, supplier.hurdle, 0.0, earned, supplier.market_multiple, exit_values=worth)})


def _earnings_index(run: Run) -> Array:
    earnings = line(run, KEY, "earnings")
    index = earnings / float(earnings[:, 1:5].mean())
    index[:, 0] = np.nan
    return np.asarray(index)


def _sovereign_share(run: Run) -> Array:
    """Additions that states order over all additions of five years, (paths,); their own pipeline as it is planned."""
    market, t = run.market, slice(1, FIVE_YEARS + 1)
    planned = run.scenario.pipeline.sovereign_share * market.planned_additions[t].sum()
    builds = np.broadcast_to(market.policy.builds, market.price.shape)[:, t].sum(axis=1)
    return np.asarray(np.minimum((planned + builds) / market.world.additions[:, t].sum(axis=1), 1.0))


def _embargoed_share(run: Run) -> Array:
    """Additions behind an embargo over all additions, (paths,)."""
    market = run.market
    if market.export is None:
        return np.zeros(market.paths)
    lost = np.broadcast_to(market.export.embargoed, market.price.shape) * market.world.additions
    return np.asarray(lost[:, 1:].sum(axis=1) / market.world.additions[:, 1:].sum(axis=1))


CLASS = AssetClass(
    KEY, "Hardware supplier", PICKS, "company", _build, at_market=True,
    short="Supplier", subject="the hardware supplier", color="brown", slices=("hardware_supplier", "supplier_credit"),
    now_only="Later shares have only a formula price, a multiple of last year's earnings: waiting would be paid by the "
    "errors of that formula.",
    draws=lambda scenario: ("supplier_share_z", *lab_draws(scenario)),
    series={
        "revenue": Series("Revenue", "USD a year", partial(yearly, key=KEY, name="revenue")),
        "earnings": Series("Earnings, first year = 1", "x", _earnings_index, level(1.0), "first year"),
    },
    facts=(
        Fact("Growth of revenue", "per year", "Growth of revenue a year, from the first to the last year.",
             partial(growth, key=KEY, name="revenue")),
        Fact("Units that states buy", "share", "Share of the world's additions of the first five years that states "
             "order themselves, in the planned pipeline and under the programs here.", _sovereign_share),
        Fact("Units behind an embargo", "share", "Share of the world's additions of ten years that export controls "
             "keep from the supplier.", _embargoed_share),
    ),
)
