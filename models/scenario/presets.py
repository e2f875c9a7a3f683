"""The one registry of named scenarios: presets that are files, and nations made of the records of countries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from models.basis.reading import quoted
from models.errors import DataError, ScenarioError
from models.evidence import presets as files
from models.evidence.countries import load_countries
from models.evidence.presets import GROUPS, Preset
from models.scenario.nations import nation_presets


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Preset]:
    """Every named scenario, in the order of the picker.

    Raises
    ------
    DataError
        If a file or a record is broken, or a country has the name of a preset.
    """
    named, nations = files.presets(), nation_presets()
    if twice := sorted(set(named) & set(nations)):
        raise DataError(f"countries.json, country {twice[0]}, field key: it is the name of a preset")
    ordered = sorted([*named.values(), *nations.values()], key=lambda one: (GROUPS.index(one.group), one.order))
    return MappingProxyType({one.name: one for one in ordered})


def preset(name: str) -> Preset:
    """One named scenario.

    Raises
    ------
    ScenarioError
        If there is none of this name: with the name of the country that it may mean, or the nearest names.
    """
    spelled = name[:80].casefold().replace(" ", "_")
    for country in load_countries().values():
        meant = (country.title.casefold().replace(" ", "_"), country.library.casefold().replace(" ", "_"))
        if name not in presets() and spelled in meant:
            raise ScenarioError(f"preset {quoted(name)}: no such preset; {country.title} is {country.key}")
    return files.preset(name, presets())
