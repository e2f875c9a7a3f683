"""Countries: what is known of each, where it is written, and what is not known, from `data/countries.json`.

A record points at programs, facts and documents and holds no figure of its own but its share of the world's demand,
which is a judgment. What is not known is said to be missing, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field, TypeAdapter, model_validator

from models.errors import DataError, ScenarioError
from models.evidence.power_prices import PLACES
from models.evidence.presets import Preset, preset
from models.evidence.programs import Program, load_programs
from models.evidence.records import FROZEN, SourceKey, Words, read_records
from models.evidence.sources import DATA, Source, source

Topic = Literal["power", "compute", "chips", "localization", "champion", "talent", "capital"]
TOPICS: Mapping[Topic, str] = MappingProxyType({
    "power": "Power price",
    "compute": "Machines and share of the world's",
    "chips": "Chip access and export regime",
    "localization": "Rules of localization",
    "champion": "Champion",
    "talent": "Cost of talent and data",
    "capital": "Cost of capital",
})
"""What is said of every country, in the order it is read."""


class Known(BaseModel):
    """What is known of one topic: words, the facts and documents behind them, and what is missing and why."""

    model_config = FROZEN

    words: Words | None = None
    facts: tuple[SourceKey, ...] = ()
    missing: Words | None = None

    @model_validator(mode="after")
    def _something_is_said(self) -> Known:
        if bool(self.words) != bool(self.facts):
            raise ValueError("words and facts: each needs the other")
        if not self.facts and not self.missing:
            raise ValueError("missing: say why nothing is known")
        return self


class Counted(BaseModel):
    """How much of a program of the library acts in the country's scenario, ``share`` of its budget, and why not all.

    ``champion``: whether it pays developers of models, whatever instruments its source names.
    """

    model_config = FROZEN

    share: Annotated[float, Field(ge=0.0, le=1.0)]
    champion: bool = False
    why: Words | None = None

    @model_validator(mode="after")
    def _less_than_all_has_a_reason(self) -> Counted:
        if (self.share < 1.0 or self.champion) and not self.why:
            raise ValueError("why: say why the program does not count as it stands")
        return self


class Country(BaseModel):
    """One country.

    Attributes
    ----------
    key : str
        Its name in a link or after ``--preset``: a preset of its own, or the bloc that is this country alone.
    library : str
        Its name in the library of national programs.
    bloc : str
        Preset of the bloc it belongs to, which gives what is not known of the country itself.
    union : str or None
        Preset of the union whose program it has a part in, by its share of the union's demand.
    home_share : float
        Its share of the world's demand, a judgment.
    power_place : str or None
        Place whose price of power is known (`models.evidence.power_prices`).
    champion_revenue : str or None
        Fact row of its champion's yearly revenue, USD billion.
    has_champion : bool
        Whether its developer of models is a state's champion.
    programs : dict of str to Counted
        By row of the library.
    story, figures
        As of a preset; where the country is its bloc alone, the preset of the bloc has them.
    topics : dict of str to Known
        One for each of `TOPICS`.
    """

    model_config = FROZEN

    key: str
    title: Words
    library: str
    bloc: str
    union: str | None = None
    home_share: Annotated[float, Field(ge=0.01, le=1.0)]
    power_place: str | None = None
    champion_revenue: SourceKey | None = None
    has_champion: bool = True
    story: Words | None = None
    figures: tuple[tuple[Words, SourceKey], ...] = ()
    programs: dict[SourceKey, Counted] = {}
    topics: dict[Topic, Known]

    @model_validator(mode="after")
    def _is_whole(self) -> Country:
        for name in (self.bloc, self.union):
            if name is not None and _bloc(name).group != "bloc":
                raise ValueError(f"bloc: {name!r} is no preset of a bloc")
        if self.power_place is not None and self.power_place not in PLACES:
            raise ValueError(f"power_place: {self.power_place!r} is no place whose price of power is known")
        if missing := [topic for topic in get_args(Topic) if topic not in self.topics]:
            raise ValueError(f"topics: nothing is said of {', '.join(missing)}")
        if self.is_alone == bool(self.story or self.figures or self.programs):
            raise ValueError("story, figures, programs: a country that is its bloc alone has those of the bloc")
        if not self.is_alone and (not self.story or len(self.figures) != 3):
            raise ValueError("story, figures: a country with a preset of its own needs a story and three figures")
        return self

    @property
    def is_alone(self) -> bool:
        """Whether the preset of its bloc is this country and nobody else."""
        return self.key == self.bloc

    @property
    def library_programs(self) -> tuple[Program, ...]:
        """Its rows of the library of national programs, announced and delivered."""
        return tuple(row for row in load_programs() if row.country == self.library)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every document and figure the record leans on, once."""
        keys = [*(row.id for row in self.library_programs), *(key for _, key in self.figures)]
        keys += [key for topic in self.topics.values() for key in topic.facts]
        return tuple(source(key) for key in dict.fromkeys(keys))


_COUNTRIES = TypeAdapter(tuple[Country, ...])


def _bloc(name: str) -> Preset:
    try:
        return preset(name)
    except ScenarioError as error:
        raise ValueError(str(error)) from None


@lru_cache(maxsize=4)
def load_countries(data: Path = DATA) -> Mapping[str, Country]:
    """Every country by its key, in the order of the file.

    Raises
    ------
    DataError
        Naming file, field and value: a broken record, a key used twice, a program of the library that a record with a
        preset of its own passes over in silence, a fact of revenue that is history.
    """
    path = data / "countries.json"
    found: dict[str, Country] = {}
    for country in read_records(path, _COUNTRIES):
        where = f"{path.name}, country {country.key}"
        if country.key in found:
            raise DataError(f"{where}, field key: it was used above")
        rows = {row.id for row in country.library_programs}
        if odd := sorted(set(country.programs) - rows):
            raise DataError(f"{where}, field programs: {odd[0]} is no program of {country.library} in the library")
        silent = sorted(row.id for row in country.library_programs if row.is_compute and row.id not in country.programs)
        if silent and not country.is_alone:
            raise DataError(f"{where}, field programs: nothing is said of {silent[0]}")
        if country.champion_revenue is not None and source(country.champion_revenue).is_history:
            raise DataError(f"{where}, field champion_revenue: {country.champion_revenue} is history")
        found[country.key] = country
    return MappingProxyType(found)


def made_of(bloc: str) -> str:
    """Which countries a bloc's preset is made of, in words; empty for a preset that is no bloc."""
    members = [country for country in load_countries().values() if bloc in (country.bloc, country.union)]
    others = [country.title for country in members if not country.is_alone]
    if not others:
        return "".join(f"{country.title} alone" for country in members)
    if len(others) < len(members):
        return f"{', '.join(others)} and the other members of the union"
    return " and ".join(others)
