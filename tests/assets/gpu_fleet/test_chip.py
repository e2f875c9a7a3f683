"""Chip, size and place: what they change against the market's own machine, by hand, and that nothing else moves."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assets.gpu_fleet import chip as chips
from models.assets.gpu_fleet.chip import Chip, Cluster
from models.assets.gpu_fleet.fleet import FleetPlan, FleetTerms, fleet_terms
from models.claims.fleet_run import fleet_plan
from models.evidence.power_prices import PLACES, fact_of, power_price
from models.evidence.sources import DATA
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, market_of, same_bits


def terms_of(scenario: Scenario) -> FleetTerms:
    market = market_of(scenario)
    return fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market, fleet_plan(scenario))


def test_nothing_declared_is_the_market_to_the_last_bit() -> None:
    base = Scenario()
    assert chips.scale(base.cluster) == 1.0
    assert chips.extra_service(base.chip, base.cluster, base.hardware.installed_cost) == 0.0
    bare = fleet_terms(base.gpu_fleet, base.offtaker, base.hardware, market_of(base))
    planned = terms_of(base)
    assert (planned.cost, planned.cash_cost, planned.idle_cost) == (22_000.0, bare.cash_cost, 0.17)
    assert planned.cash_cost == pytest.approx(0.375, abs=1e-12)
    assert (planned.rent_factors == 1.0).all()


def test_a_chip_is_priced_and_powered_for_each_h100e() -> None:
    scenario = Scenario().replace({"chip.h100e": 2.0, "chip.price": 50_000.0, "chip.power_kw": 2.0})
    terms = terms_of(scenario)
    assert terms.cost == pytest.approx(25_000.0)
    assert terms.it_kw == pytest.approx(1.0)
    # 0.24 kW more than the market: its space at $1.5m per MW and year, and its power at $0.095 with overhead.
    space = 0.24 * 1.5e6 / 8_760_000
    assert terms.cash_cost == pytest.approx(0.375 + space + 0.24 * 1.30 * 0.095)
    assert terms.idle_cost == pytest.approx(0.17 + space)


@given(st.floats(0.1, 8.0), st.floats(0.1, 4.0), st.floats(0.03, 0.25))
def test_running_cost_stays_positive_and_idling_is_cheaper(h100e: float, power: float, price: float) -> None:
    scenario = Scenario().replace(
        {"chip.h100e": h100e, "chip.power_kw": power, "gpu_fleet.power_price": price, "hardware.cash_cost": 0.25}
    )
    terms = terms_of(scenario)
    assert 0.0 <= terms.idle_cost < terms.cash_cost


def test_a_used_chip_stops_earning_when_its_life_ends() -> None:
    scenario = Scenario().replace({"chip.life_quarters": 8})
    flows = claims_of(scenario, ["gpu_fleet"]).by_key["gpu_fleet"].flows
    assert (flows.extras["revenue"][:, 10] > 0.0).mean() > 0.9
    assert not flows.extras["revenue"][:, 11:].any()
    whole = claims_of(scenario)
    assert whole.loan_terms is not None
    assert whole.loan_terms.last == 10, "the loan does not outlive the machine"


def test_rent_of_a_weak_chip_is_lower_under_contract_and_on_the_market() -> None:
    plain, weak = (terms_of(Scenario().replace({"chip.rent_factor": factor})) for factor in (1.0, 0.6))
    assert weak.contract_price == pytest.approx(0.6 * plain.contract_price)
    revenue = [
        claims_of(Scenario().replace({"chip.rent_factor": factor}), ["gpu_fleet"])
        .by_key["gpu_fleet"].flows.extras["revenue"][:, 3]
        for factor in (1.0, 0.6)
    ]
    assert np.allclose(revenue[1], 0.6 * revenue[0], rtol=1e-12)


def test_size_by_hand() -> None:
    tenfold = Cluster(gpus=10_240)
    assert chips.scale(tenfold) == pytest.approx(1.0 + 0.12 * 0.10 - 0.88 * 0.03)
    assert chips.scale(Cluster(gpus=104, network_growth=0.0)) == pytest.approx(
        1.0 - 0.88 * 0.03 * np.log10(104 / 1_024)
    )
    assert chips.scale(Cluster(gpus=1_000_000, volume_discount=0.15, network_share=0.0)) == chips.LEAST_SCALE
    # One server of eight: $40,000 a year over 8 H100e-years of hours, less the 6% of cost a year the market includes.
    extra = chips.extra_service(Chip(), Cluster(gpus=8), 22_000.0)
    assert extra == pytest.approx(40_000 / (8 * 8_760) - 0.06 * 22_000 / 8_760)
    assert chips.units(Chip(h100e=2.2), Cluster(gpus=1_000)) == pytest.approx(2_200)


def test_size_alone_moves_no_other_class() -> None:
    small, large = (claims_of(Scenario().replace({"cluster.gpus": n})).by_key for n in (64, 100_000))
    for key in ("data_center", "hardware_supplier", "llm_developer", "cloud_platform"):
        assert same_bits(small[key].flows.net, large[key].flows.net), key
    assert small["gpu_fleet"].capital > large["gpu_fleet"].capital


@pytest.mark.parametrize("place", [key for key in PLACES if key != "own"])
def test_power_of_a_place_is_its_row(place: str) -> None:
    with (DATA / "facts" / "data_centers.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["id"] == fact_of(place))
    to_usd = {"USD": 1.0, "EUR": 1.16, "JPY": 1 / 155, "MYR": 1 / 4.2, "CNY": 1 / 7.15}[row["unit"].split("/")[0]]
    assert row["unit"].endswith("/MWh")
    assert power_price(place, 9.9) == pytest.approx(float(row["value"]) * to_usd / 1_000)
    assert 0.03 < power_price(place, 9.9) < 0.35


def test_a_named_place_replaces_the_typed_price_and_is_no_part_of_the_neutral_world() -> None:
    typed = Scenario().replace({"gpu_fleet.power_price": 0.0977})
    named = Scenario().replace({"cluster.place": "us"})
    assert terms_of(named).cash_cost == pytest.approx(terms_of(typed).cash_cost)
    assert named.neutral == Scenario().neutral
    assert FleetPlan() == fleet_plan(Scenario())
