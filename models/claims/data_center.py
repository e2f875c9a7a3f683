"""One MW of data center, with its construction loan and without: claims, what they earn on, terms of the sale."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center import building as data_center
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.asset_class import PICKS, AssetClass, Fact, Run, Series, line, quarters
from models.claims.claim import Claim, Claims
from models.claims.contagion import lab_draws, tie_of
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

KEY, WHOLE = "data_center", "data_center_unlevered"


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    center = scenario.data_center
    contract = market.support_price * (1.0 - scenario.offtaker.discount(center.tenant))
    tie = tie_of(scenario, center.tenant, market, shocks)
    building = data_center.simulate_building(
        center, scenario.leasing, scenario.offtaker, market, shocks, contract, tie
    )
    rate, tax = scenario.rates.base_rate, scenario.tax
    due = data_center.tax_due(tax, building) if tax.is_on else None
    paid = data_center.interest(center, building, rate)
    levered_due = data_center.tax_due(tax, building, paid) if tax.is_on else None
    levered = data_center.levered_cash_flows(center, building, rate, levered_due)
    own = center.capex * (1.0 - center.loan_to_cost)

    def worth() -> Array:
        return data_center.exit_values(center, scenario.leasing, building, market.surplus, shocks.dc_exit_cap_z)

    balance = levered.extras["loan_balance"]
    whole = data_center.cash_flows(building, due)
    return Claims({
        KEY: Claim(levered, center.hurdle, own, exit_values=worth, debt_due=balance),
        WHOLE: Claim(whole, center.hurdle, center.capex, exit_values=worth),
    })


def _after_opening(name: str, run: Run) -> Array:
    return np.where(quarters(run) > line(run, WHOLE, "opening")[:, None], line(run, WHOLE, name), np.nan)


def _tenant_gone(run: Run) -> NDArray[np.bool_]:
    """Whether the anchor tenant has defaulted; where nothing is let before delivery there is none."""
    pays = line(run, WHOLE, "tenant_pays").astype(bool)
    return ~pays if run.scenario.data_center.prelease > 0.0 else np.zeros_like(pays)


CLASS = AssetClass(
    KEY, "Data center", PICKS, "MW", _build, below=lambda *world: _build(*world).by_key[WHOLE],
    short="Data center", subject="data centers", is_plural=True, color="orange",
    slices=("data_center", "leasing", "tax"),
    draws=lambda scenario: ("tenant_u", "dc_overrun_z", "dc_delay_u", "dc_exit_cap_z", "renewal_u", "letting_u",
                            *(lab_draws(scenario, flag=True) if scenario.data_center.tenant == "non_ig" else ())),
    series={
        "occupancy": Series("Occupancy of the building, once open", "share", partial(_after_opening, "occupancy")),
        "vacancy": Series("Vacancy in the market", "share", lambda run: line(run, WHOLE, "vacancy")),
        "noi": Series("Net operating income of one MW, once open", "USD a year",
                      lambda run: 4.0 * _after_opening("noi", run)),
    },
    events={"anchor tenant has defaulted": _tenant_gone},
    facts=(
        Fact("Exit yield", "share", "Yield on next year's income at which the building is sold at the horizon.",
             lambda run: line(run, WHOLE, "exit_cap")),
        Fact("Time to power", "years", "Years from closing to the first rent: construction and waiting for power.",
             lambda run: line(run, WHOLE, "opening") / 4.0),
    ),
)
UNLEVERED = AssetClass(
    WHOLE, "Data center without debt", PICKS, "MW", _build, variant_of=KEY,
    subject="data centers without debt", is_plural=True,
)
