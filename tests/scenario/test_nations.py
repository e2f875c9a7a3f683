"""Scenarios made of the records of countries: figures of their facts, terms of their blocs, one registry."""

import pytest

from models.errors import ScenarioError
from models.evidence import presets as files
from models.evidence.countries import load_countries
from models.evidence.power_prices import price_table
from models.evidence.sources import source
from models.policy.library import mapped, national_program
from models.scenario.link import decode, encode
from models.scenario.nations import CHAMPION, champion_changes, nation_presets
from models.scenario.presets import presets
from models.scenario.scenario import Scenario

NATIONS = nation_presets()


def test_files_stay_and_nations_follow_the_blocs() -> None:
    assert [name for name in presets() if name not in NATIONS] == list(files.presets())
    groups = [one.group for one in presets().values()]
    assert groups == sorted(groups, key=files.GROUPS.index)
    assert set(NATIONS) == {key for key, country in load_countries().items() if not country.is_alone}


@pytest.mark.parametrize("name", NATIONS)
def test_a_nation_goes_through_a_link(name: str) -> None:
    scenario = Scenario.preset(name)
    link = encode(scenario, name)
    assert f"p={name}" in link and "=" in link and "localization.home_share" not in link
    assert decode(link).scenario == scenario and not decode(link).notes
    changed = scenario.replace({"demand.growth_now": 0.5})
    assert decode(encode(changed, name)).scenario == changed


@pytest.mark.parametrize("name", NATIONS)
def test_every_change_has_a_reason_and_none_is_history(name: str) -> None:
    nation = NATIONS[name]
    for path in nation.changes:
        if path == files.PROGRAMS:
            continue
        reason = nation.reasons[path]
        in_bloc = files.preset(load_countries()[name].bloc).changes.get(path) == nation.changes[path]
        in_champion = files.preset(CHAMPION).changes.get(path) == nation.changes[path]
        assert in_bloc or in_champion or not source(reason.source).is_history, path


def test_programs_are_those_of_the_library() -> None:
    japan = Scenario.preset("japan").policy.programs
    announced = [mapped(national_program(key)).program for key in ("011", "012")]
    assert [one.schedule.budget for one in japan] == [one.schedule.budget for one in announced]
    assert [one.mix for one in japan] == [one.mix for one in announced]
    bloc = Scenario.preset("japan_korea").policy
    for name in ("japan", "south_korea"):
        assert Scenario.preset(name).policy.mandate == pytest.approx(bloc.mandate), "demand is bound once"
    assert all(one.terms.additionality == bloc.programs[0].terms.additionality for one in japan)
    korea = {one.name: one.mix for one in Scenario.preset("south_korea").policy.programs}
    assert korea["Korea: Upstage direct equity round (public part)"].champion == 1.0
    uk = Scenario.preset("united_kingdom").policy.programs
    assert [one.mix.champion for one in uk] == [1.0, 0.0]


def test_a_member_has_its_part_of_the_unions_program() -> None:
    union = Scenario.preset("eu_gigafactories")
    for name in ("france", "germany"):
        member = Scenario.preset(name)
        part = member.localization.home_share / union.localization.home_share
        (program,), (whole,) = member.policy.programs, union.policy.programs
        assert program.schedule.budget == pytest.approx(part * whole.schedule.budget)
        assert (program.mix, program.terms) == (whole.mix, whole.terms)


def test_power_follows_the_fact_of_the_place() -> None:
    prices = {row.place: row.price for row in price_table()}
    german = Scenario.preset("germany").gpu_fleet.power_price
    assert german == pytest.approx(0.14 * prices["germany"] / prices["eu"], abs=1e-4)
    assert NATIONS["germany"].reasons["gpu_fleet.power_price"].source == "data_centers-060"
    assert Scenario.preset("uae").gpu_fleet.power_price == Scenario.preset("gulf").gpu_fleet.power_price


def test_a_champion_has_its_own_revenue_where_it_is_known() -> None:
    usual = Scenario.preset(CHAMPION).llm_developer.revenue_now
    revenue = {name: Scenario.preset(name).llm_developer.revenue_now for name in NATIONS}
    assert revenue.pop("france") == 0.4e9 and set(revenue.values()) == {usual}
    assert champion_changes(load_countries()["us"]) == {}


@pytest.mark.parametrize(
    ("name", "key"), [("united_states", "us"), ("EU", "eu_gigafactories"), ("UK", "united_kingdom")]
)
def test_a_country_by_another_name_is_told_its_own(name: str, key: str) -> None:
    with pytest.raises(ScenarioError, match=f"is {key}$"):
        Scenario.preset(name)
    with pytest.raises(ScenarioError, match="nearest: gulf"):
        Scenario.preset("gulff")
