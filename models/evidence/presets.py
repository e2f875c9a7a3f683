"""Presets: named scenarios of `data/presets/*.json`, each a set of differences from the defaults.

A file holds what the world or the deal changes (``set``), why each number is what it is (``reasons``), and the words
and figures an investor recognizes it by. Whatever is wrong with a file is an error here, not a number on a page; the
values themselves are checked where they are applied (`models.scenario.file`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    computed_field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from models.basis.reading import quoted
from models.errors import DataError, ScenarioError
from models.evidence.records import FROZEN, SourceKey, Words, read_records
from models.evidence.sources import DATA, source

PRESETS = DATA / "presets"
Group = Literal["base", "bloc", "nation", "market", "deal"]
GROUPS = get_args(Group)
PROGRAMS = "policy.programs"
"""The one key of ``set`` that is not a single assumption: a list of whole programs, each as its own differences."""

FIGURES = 3

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b", re.ASCII)


def _two_sentences(story: str) -> str:
    if not story.endswith((".", "!", "?")) or len(_SENTENCE_END.findall(story)) != 2:
        raise PydanticCustomError("story", "must be two sentences")
    return story


class KeyFigure(NamedTuple):
    """One figure that makes a preset what it is: label, value with its unit as text, source key."""

    label: Words
    value: Words
    source: SourceKey


def _dated(figure: KeyFigure) -> KeyFigure:
    cited = source(figure.source)
    if cited.is_history and not _YEAR.search(figure.label):
        raise ValueError(f"label {quoted(figure.label)} is history ({cited.date}) and must name its year")
    return figure


class Reason(NamedTuple):
    """Why a preset sets a number to what it is: source key, and a few words."""

    source: SourceKey
    note: Words


class Preset(BaseModel):
    """A named scenario.

    Attributes
    ----------
    name : str
        Key, as in a link or after ``--preset``: the name of its file.
    title, story : str
        What a person reads: a few words, and two sentences.
    order : int
        Place in the picker.
    group : {"base", "bloc", "nation", "market", "deal"}
        Blocs, nations and market stories change the world, deals change what is bought in it. Files hold no nation:
        those are made of the records of countries (`models.scenario.nations`).
    changes : dict
        Dotted path to value, as ``Scenario.replace`` takes them; to be read only.
    reasons : dict of str to Reason
        By dotted path: one for each change, and one for the budget of each program.
    key_figures : tuple of KeyFigure
        Three; a figure more than a year older than the data names its year in the label.
    """

    model_config = FROZEN

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Annotated[Words, StringConstraints(max_length=60)]
    story: Annotated[Words, AfterValidator(_two_sentences)]
    order: StrictInt
    group: Group
    changes: dict[str, Any] = Field(alias="set")
    reasons: dict[str, Reason]
    key_figures: tuple[Annotated[KeyFigure, AfterValidator(_dated)], ...] = Field(
        min_length=FIGURES, max_length=FIGURES
    )
    further: tuple[SourceKey, ...] = Field(alias="sources", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sources(self) -> tuple[str, ...]:
        """Every source key the preset leans on, figures first."""
        figures, reasons = ([each.source for each in part] for part in (self.key_figures, self.reasons.values()))
        return tuple(dict.fromkeys([*figures, *reasons, *self.further]))

    @model_validator(mode="after")
    def _every_change_has_its_reason(self) -> Preset:
        if bool(self.changes) == (self.group == "base"):
            raise ValueError("set: it must be empty for the base and hold a difference for every other preset")
        programs = self.changes.get(PROGRAMS, [])
        single = set(self.changes) - {PROGRAMS}
        count = len(programs) if isinstance(programs, list) else 0
        budgets = {f"{PROGRAMS}.{i}.schedule.budget" for i in range(count)}
        if missing := sorted((single | budgets) - set(self.reasons)):
            raise ValueError(f"reasons: {quoted(missing[0])} is set without a reason")
        if odd := sorted(set(self.reasons) - single - set(_leaves(PROGRAMS, programs))):
            raise ValueError(f"reasons: {quoted(odd[0])} is not set by this preset")
        return self

    def reason(self, path: str) -> Reason:
        """Why the value at a dotted path is what it is; our judgment where the file says nothing."""
        return self.reasons.get(path, Reason("judgment", ""))


_PRESET = TypeAdapter(Preset)


def _leaves(path: str, node: Any) -> Iterator[str]:
    """Dotted path of everything inside a list of programs."""
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(f"{path}.{key}", inner)
    else:
        yield path


@lru_cache(maxsize=8)
def load_presets(directory: Path = PRESETS) -> Mapping[str, Preset]:
    """Every preset of a directory, checked, in the order of the picker; read once, then remembered.

    Raises
    ------
    DataError
        Naming file, field and value: unreadable JSON, a missing or unknown field, a change without a reason, an
        unknown source, a story that is not two sentences.
    """
    known = sorted((_read(path) for path in sorted(directory.glob("*.json"))), key=lambda preset: preset.order)
    if not known:
        raise DataError(f"{directory.name}: there is no preset in this directory")
    for before, after in pairwise(known):
        if before.order == after.order:
            raise DataError(f"{after.name}.json, field order: {after.order} is taken by {before.name}.json")
    return MappingProxyType({preset.name: preset for preset in known})


def _read(path: Path) -> Preset:
    preset = read_records(path, _PRESET)
    if preset.name != path.stem:
        raise DataError(f"{path.name}, field name: {quoted(preset.name)} must be the name of the file")
    return preset


def presets() -> Mapping[str, Preset]:
    """The presets that ship with Assay, in the order of the picker; raises as `load_presets`."""
    return load_presets()


def preset(name: str, known: Mapping[str, Preset] | None = None) -> Preset:
    """One preset of those ``known``, by default the files that ship with Assay.

    Raises
    ------
    ScenarioError
        If there is none of this name, with the nearest names.
    """
    known = presets() if known is None else known
    if name in known:
        return known[name]
    asked = name[:80].lower()
    inside = [key for key in known if len(asked) > 1 and (asked in key or key in asked)]
    near = inside[:3] or get_close_matches(asked, known, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else f"there are {', '.join(known)}"
    raise ScenarioError(f"preset {quoted(name)}: no such preset; {hint}")
