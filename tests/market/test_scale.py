"""Today's scale against the facts it is taken from: sales of chips, spending of clouds, prices of used machines."""

import numpy as np
import pytest

from models.assets.gpu_fleet.fleet import fleet_terms
from models.assets.gpu_fleet.used import used_values
from models.basis.timeline import QUARTERS
from models.market.clearing import spot_price_now
from models.scenario.scenario import Scenario
from models.studies.hindcast.observations import fact_value
from tests.engine.runs import beyond_bounds, calm_flows, calm_market

# Value of a used machine over its new price at ages of one to six years, as the note of the fact row lists it.
USED = {2: (0.55, 0.70), 3: (0.40, 0.60), 4: (0.25, 0.45), 5: (0.15, 0.30), 6: (0.10, 0.20)}


def test_demand_today_follows_from_the_suppliers_year() -> None:
    """The rule of `stock_now`: with it, and without shocks, the supplier sells in a year what it says it will."""
    calm = Scenario().calm
    sold = calm_flows(Scenario(), "hardware_supplier").extras["revenue"][0, 1:5].sum()
    year = 394e9  # as the note of the fact row sums up quarters reported and guided
    assert sold == pytest.approx(year, rel=0.005)
    rest = fact_value("hardware_suppliers-016", factor=1e9) + fact_value("hardware_suppliers-017", factor=1e9)
    assert 0.6 * sold / calm.hardware_supplier.share_now < year + rest < sold / calm.hardware_supplier.share_now


def test_sales_are_in_proportion_to_demand_today() -> None:
    double = beyond_bounds(Scenario(), {"demand.stock_now": 2.0 * Scenario().demand.stock_now})
    one, two = (calm_market(scenario).world.additions for scenario in (Scenario(), double))
    assert np.allclose(two, 2.0 * one, rtol=1e-9)


def test_first_year_of_the_cloud_is_near_the_guidance_of_a_great_one() -> None:
    """A quarter of what the four largest plan for 2026."""
    capex = calm_flows(Scenario(), "cloud_platform").extras["capex"]
    assert capex[0, 1:5].sum() == pytest.approx(fact_value("capacity_pipeline-043", factor=1e9) / 4.0, rel=0.05)


def test_first_year_of_a_neocloud_is_near_its_guidance() -> None:
    capex = calm_flows(Scenario.preset("neocloud"), "cloud_platform").extras["capex"]
    assert capex[0, 1:5].sum() == pytest.approx(fact_value("capacity_pipeline-052", factor=1e9), rel=0.10)


def test_used_machines_fetch_what_is_seen() -> None:
    """In balance, from the second year on; in the first a running machine is worth more than one to be waited for."""
    balance = calm_market(Scenario()).curves.price[0]
    scenario = Scenario().replace({"gpu_fleet.contracted_share": 0.0, "clearing.spot_price": balance}).calm
    market = calm_market(scenario)
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    assert terms.last < QUARTERS
    share = used_values(scenario.gpu_fleet, terms, market)[0] / terms.cost
    for age, (low, high) in USED.items():
        assert low < share[4 * age] < high, age
    assert share[12] == pytest.approx(fact_value("macro-022", factor=0.01), abs=0.05)
    assert 0.85 < share[4] < share[0] < 1.2


def test_spot_price_today_lies_between_the_quotes_of_september() -> None:
    price = spot_price_now(Scenario().clearing, calm_market(Scenario()).curves)
    assert price == pytest.approx(2.85, abs=1e-6)
    cheap, dear = fact_value("gpu_rental_prices-093"), fact_value("gpu_rental_prices-082")
    assert cheap < price < dear and price == pytest.approx(fact_value("gpu_rental_prices-098"), abs=0.05)


def test_shares_of_builders_and_margin_are_those_reported() -> None:
    scenario = Scenario()
    reported = fact_value("hardware_suppliers-011", factor=0.01)
    assert scenario.pipeline.sovereign_share == pytest.approx(reported, abs=0.01)
    assert scenario.hardware_supplier.margin_now == pytest.approx(63.7 / 96.2, abs=0.005)
