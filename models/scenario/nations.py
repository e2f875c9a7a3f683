"""From the record of a country to its scenario: one function, which copies no figure by hand.

What is known of the country is read from its facts and from the library of national programs; what is not is as in the
preset of its bloc, with the reason that preset gives. History is shown and never set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from models.basis.reading import quoted
from models.errors import DataError, ScenarioError
from models.evidence.countries import Counted, Country, load_countries
from models.evidence.power_prices import fact_of, price_table
from models.evidence.presets import PROGRAMS, Preset, Reason, preset
from models.evidence.rows import read_rows
from models.evidence.sources import DATA, source
from models.policy.library import mapped, national_program
from models.scenario.scenario import Scenario

CHAMPION = "sovereign_champion"
"""Preset that gives the size and the money of a champion of which no figure is known."""
HOME_SHARE, POWER = "localization.home_share", "gpu_fleet.power_price"
BLOC_TERMS = ("additionality", "rate_cut", "mandate")
"""Terms of a program that no source gives: as in the first program of the bloc, where that declares them."""
FIRST_PLACE = 100

_BILLIONS = re.compile(r"^([A-Z]{3}) (?:bn|billion)")


class Change(NamedTuple):
    """One change of a scenario: value, and why it is what it is."""

    value: Any
    reason: Reason


def champion_changes(country: Country) -> dict[str, Change]:
    """The developer of models as the country's champion: as in the preset of one, with its own revenue where known."""
    if not country.has_champion:
        return {}
    usual = preset(CHAMPION)
    found = {path: Change(value, usual.reason(path)) for path, value in usual.changes.items()
             if path.startswith("llm_")}
    if country.champion_revenue is not None:
        fact = country.champion_revenue
        found["llm_developer.revenue_now"] = Change(_value(fact) * 1e9, Reason(fact, "revenue of the champion"))
    return found


def country_changes(country: Country) -> dict[str, Change]:
    """What a country's scenario changes against the defaults, by dotted path, programs as a list.

    Parameters
    ----------
    country : Country
        One whose bloc is more than itself; the scenario of another one is the preset of its bloc.

    Raises
    ------
    DataError
        If the record and the presets do not fit together.
    """
    bloc = preset(country.bloc)
    found = {path: Change(value, bloc.reason(path)) for path, value in bloc.changes.items() if path != PROGRAMS}
    found |= champion_changes(country)
    found[HOME_SHARE] = Change(country.home_share, Reason("judgment", f"its part of the {bloc.changes[HOME_SHARE]:.3g} "
                                                                      "of the bloc; no count of its own is known"))
    if country.power_place is not None:
        found[POWER] = _power(country, bloc)
    programs = [*_own_programs(country, bloc), *_part_of_union(country)]
    if programs:
        found[PROGRAMS] = Change([one.value for one in programs], Reason("judgment", "programs of the library"))
        found |= {f"{PROGRAMS}.{i}.schedule.budget": one for i, one in enumerate(programs)}
    return found


def country_preset(country: Country, place: int = FIRST_PLACE) -> Preset:
    """Preset of a country that has one of its own; raises DataError, naming country and field."""
    changes = country_changes(country)
    reasons = {path: tuple(change.reason) for path, change in changes.items() if path != PROGRAMS}
    try:
        return Preset.model_validate({
            "name": country.key, "title": country.title, "story": country.story, "order": place, "group": "nation",
            "set": {path: change.value for path, change in changes.items() if not path.startswith(f"{PROGRAMS}.")},
            "reasons": reasons, "key_figures": [_key_figure(*figure) for figure in country.figures],
            "sources": [one.id for one in country.sources],
        })
    except ValueError as error:
        raise DataError(f"countries.json, country {country.key}: {error}") from None


def nation_scenario(key: str) -> Scenario:
    """Scenario of a country with its champion as the developer of models, where it has one.

    Raises
    ------
    ScenarioError
        If there is no such country, with those there are.
    """
    known = load_countries()
    if key not in known:
        raise ScenarioError(f"nation {quoted(key)}: no such country; there are {', '.join(known)}")
    scenario = Scenario.preset(key)
    if not known[key].is_alone:
        return scenario
    return scenario.replace({path: change.value for path, change in champion_changes(known[key]).items()})


@lru_cache(maxsize=1)
def nation_presets() -> Mapping[str, Preset]:
    """Presets made of the records of countries, in their order; a country that is its bloc alone has the bloc's."""
    own = [country for country in load_countries().values() if not country.is_alone]
    return MappingProxyType({country.key: country_preset(country, FIRST_PLACE + i) for i, country in enumerate(own)})


def _power(country: Country, bloc: Preset) -> Change:
    """The bloc's price scaled by that of the country's place over that of the bloc's, so that large sites pay less."""
    assert country.power_place is not None
    prices = {fact_of(row.place): row.price for row in price_table()}
    basis, own = bloc.reason(POWER).source, fact_of(country.power_place)
    if basis not in prices:
        raise DataError(f"countries.json, country {country.key}, field power_place: the bloc's price rests on {basis}")
    price = round(bloc.changes[POWER] * prices[own] / prices[basis], 4)
    note = "large sites pay less than this tariff, by as much as in the preset of the bloc" if own != basis else (
        bloc.reason(POWER).note)
    return Change(price, Reason(own, note))


def _own_programs(country: Country, bloc: Preset) -> list[Change]:
    """Programs of the library that count, each as its differences from the default program."""
    found = []
    terms = _bloc_terms(bloc)
    for key, counted in country.programs.items():
        plan = mapped(national_program(key)).program
        budget = plan.schedule.budget * counted.share
        if budget <= 0.0:
            continue
        program = plan.model_dump(exclude_defaults=True)
        program["schedule"] |= {"budget": budget} | terms["schedule"]
        program["terms"] = terms["terms"] | program.get("terms", {})
        terms["terms"].pop("mandate", None)  # demand is bound once, however many programs there are
        if counted.champion:
            program["mix"] = {"champion": 1.0}
        found.append(Change(program, Reason(key, _why(counted))))
    return found


def _why(counted: Counted) -> str:
    return counted.why or "as announced, with what is known of its delivery"


def _bloc_terms(bloc: Preset) -> dict[str, dict[str, Any]]:
    """What the bloc's first program declares of terms that no source gives, and of its end."""
    first = (bloc.changes.get(PROGRAMS) or [{}])[0]
    terms, schedule = first.get("terms", {}), first.get("schedule", {})
    return {
        "terms": {name: terms[name] for name in BLOC_TERMS if name in terms},
        "schedule": {name: schedule[name] for name in ("cliff_rate",) if name in schedule},
    }


def _part_of_union(country: Country) -> list[Change]:
    """The union's program as far as it is the country's: by its share of the union's demand."""
    if country.union is None:
        return []
    union = preset(country.union)
    part, found = country.home_share / union.changes[HOME_SHARE], []
    for i, program in enumerate(union.changes[PROGRAMS]):
        share = dict(program, name=f"{union.title}, its part"[:80],
                     schedule=dict(program["schedule"], budget=program["schedule"]["budget"] * part))
        cited = union.reason(f"{PROGRAMS}.{i}.schedule.budget").source
        found.append(Change(share, Reason(cited, f"{part:.0%} of the union's program, as of its demand")))
    return found


def _key_figure(label: str, key: str) -> tuple[str, str, str]:
    """Label, value with its unit and source of a figure; one that is history names its year."""
    cited = source(key)
    if cited.is_history and cited.date[:4] not in label:
        label = f"{label}, {cited.date[:4]}"
    value, unit = _cells(key)
    spelled = _BILLIONS.sub(r"bn \1", unit)
    return label, f"{value} {spelled}", key


def _value(key: str) -> float:
    return float(_cells(key)[0])


@lru_cache(maxsize=256)
def _cells(key: str) -> tuple[str, str]:
    """Value and unit of a fact row as they are written."""
    table = DATA / "facts" / f"{key.rpartition('-')[0]}.csv"
    for row in read_rows(table, ("id", "value", "unit")):
        if row["id"] == key:
            return row["value"], row["unit"]
    raise DataError(f"{table.name}: there is no row {key}")
