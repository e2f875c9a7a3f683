"""Nations side by side: every country is read without a figure that lacks a reason; the cost of an hour by hand."""

import json
import math

import numpy as np
import pytest

from models.__main__ import main
from models.basis.shocks import draw_shocks
from models.errors import ScenarioError
from models.evidence.countries import load_countries
from models.market.simulate import simulate_market
from models.scenario.nations import nation_scenario
from models.scenario.scenario import Scenario
from models.studies.nations import EARNERS, PROGRAM_QUARTERS, Nation, hour_cost, nation_rows, nations
from models.studies.thesis.labs import CHAMPION, funding_gap, need_and_money, operations, public_money
from models.studies.thesis.subject import Subject

PATHS = 64


@pytest.fixture(scope="module")
def found(thin_prices: None) -> tuple[Nation, ...]:
    shares: list[float] = []
    read = nations(paths=PATHS, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) == len(read)
    return read


def test_every_country_is_read_and_what_is_undefined_says_why(found: tuple[Nation, ...]) -> None:
    assert [one.country.key for one in found] == list(load_countries())
    for one, row in zip(found, nation_rows(found), strict=True):
        figures = {name: value for name, value in row.items() if isinstance(value, float) and name[-3:] != "_se"}
        empty = {name for name, value in figures.items() if math.isnan(value)}
        assert {name for name in empty if not name.startswith("keeps_")} <= set(one.undefined), one.country.key
        assert all(one.undefined.values())
        assert set(one.earns) == set(EARNERS) and row["hour_home"] > row["hour_supported"] * (1 - 1e-12) > 0.0
        assert 0.0 <= row["met"] and row["given"] <= row["paid"] + 1e-6, "a champion has no more than is paid"


def test_home_is_cheaper_with_cheap_power_and_dearer_under_control(found: tuple[Nation, ...]) -> None:
    hour = {one.country.key: one.hour for one in found}
    assert hour["uae"].home < hour["uae"].world < hour["germany"].home
    assert hour["china"].home > 1.1 * hour["china"].world
    assert hour["france"].home < hour["germany"].home, "power"
    assert len({round(one.world, 9) for one in hour.values()}) == 1


def test_money_for_a_champion_comes_from_programs_that_give_it_some(found: tuple[Nation, ...]) -> None:
    given = {one.country.key: one.given.value for one in found}
    assert {key for key, value in given.items() if value > 0.0} == {"united_kingdom", "south_korea"}
    assert all(one.covered >= one.met for one in found)


def test_the_cost_of_an_hour_earns_the_hurdle() -> None:
    """Money in and out of one machine at that rent, quarter by quarter, in plain Python."""
    scenario = nation_scenario("germany").replace({"run.paths": PATHS})
    shocks = draw_shocks(1, PATHS)
    market = simulate_market(scenario.setting, shocks)
    hardware, fleet = scenario.hardware, scenario.gpu_fleet
    cash = 0.375 + hardware.power_kw * fleet.facility_overhead * (fleet.power_price - 0.095)
    rent = hour_cost(scenario, market, shocks).home
    worth = -hardware.installed_cost * fleet.cost_factor
    extra = hardware.deflation_now - hardware.deflation_long_run
    for j in range(hardware.ramp_quarters + 1, hardware.ramp_quarters + hardware.life_quarters + 1):
        t = j / 4
        fall = math.exp(-(hardware.deflation_long_run * t
                          + extra * (1 - math.exp(-hardware.deflation_fade * t)) / hardware.deflation_fade))
        income = 8_760 / 4 * (market.curves.balance_utilization * rent * fall - cash)
        worth += income / (1 + hardware.merchant_hurdle) ** t
    assert worth == pytest.approx(0.0, abs=1e-6 * hardware.installed_cost)


def test_need_and_money_are_those_of_the_claim() -> None:
    scenario = Scenario.preset("united_kingdom").replace({"run.paths": PATHS})
    shocks = draw_shocks(1, PATHS)
    subject = Subject(None, scenario, shocks)  # type: ignore[arg-type]
    need, given = need_and_money(subject, PROGRAM_QUARTERS)
    assert scenario.llm_developer == Scenario.preset(CHAMPION).llm_developer
    alone = scenario.replace({"llm_costs.frontier_share": 1.0})
    assert np.array_equal(need, funding_gap(operations(subject, alone), PROGRAM_QUARTERS))
    assert np.array_equal(given, public_money(subject, alone, PROGRAM_QUARTERS))


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(ScenarioError, match="there are uae, saudi_arabia"):
        nations(["atlantis"])


def test_the_command_prints_the_table_and_the_records(thin_prices: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nations", "south_korea", "--paths", "64"]) == 0
    told = capsys.readouterr()
    assert "South Korea" in told.out and "keeps most" in told.out and "not known, which is not zero" in told.err
    assert main(["nations", "south_korea", "--paths", "64", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    counted = {row["id"]: row["counts"] for row in one["record"]["programs"]}
    assert counted["sovereign_programs-013"] == 0.0 and counted["sovereign_programs-015"] == 1.0
    yields = one["record"]["topics"]["Cost of capital"]["facts"][0]
    assert yields["is_history"] and "2.81 percent" in yields["reading"]
    assert one["figures"]["delivered_usd"] is None and one["undefined"]["delivered_usd"]
    assert main(["nations", "atlantis"]) == 1
    assert "no such country" in capsys.readouterr().err
