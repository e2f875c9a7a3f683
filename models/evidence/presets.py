"""Presets: named scenarios of `data/presets/*.json`, each a set of differences from the defaults.

A file holds what the world or the deal changes (``set``), why each number is what it is (``reasons``), and the words
and figures an investor recognizes it by. Whatever is wrong with a file is an error here, not a number on a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from models.basis.entry import check
from models.basis.reading import quoted
from models.errors import DataError, ScenarioError
from models.evidence.sources import DATA, source
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario

PRESETS = DATA / "presets"
GROUPS = ("base", "bloc", "market", "deal")
PROGRAMS = "policy.programs"
"""The one key of ``set`` that is not a single assumption: a list of whole programs, each as its own differences."""

FIGURES = 3
TITLE_LENGTH = 60

_FIELDS = ("name", "title", "story", "order", "group", "set", "reasons", "key_figures", "sources")
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b", re.ASCII)


class KeyFigure(NamedTuple):
    """One figure that makes a preset what it is: label, value with its unit as text, source key."""

    label: str
    value: str
    source: str


class Reason(NamedTuple):
    """Why a preset sets a number to what it is: source key, and a few words."""

    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A named scenario.

    Attributes
    ----------
    name : str
        Key, as in a link or after ``--preset``.
    title, story : str
        What a person reads: a few words, and two sentences.
    order : int
        Place in the picker.
    group : {"base", "bloc", "market", "deal"}
        Blocs and market stories change the world, deals change what is bought in it.
    changes : dict
        Dotted path to value, as ``Scenario.replace`` takes them; to be read only.
    reasons : dict of str to Reason
        By dotted path: one for each change, and one for the budget of each program.
    key_figures : tuple of KeyFigure
        Three; a figure more than a year older than the data names its year in the label.
    sources : tuple of str
        Every source key the preset leans on, figures first.
    """

    name: str
    title: str
    story: str
    order: int
    group: str
    changes: dict[str, Any] = field(hash=False)
    reasons: dict[str, Reason] = field(hash=False)
    key_figures: tuple[KeyFigure, ...]
    sources: tuple[str, ...]

    def reason(self, path: str) -> Reason:
        """Why the value at a dotted path is what it is; our judgment where the file says nothing."""
        return self.reasons.get(path, Reason("judgment", ""))


def load_presets(directory: Path = PRESETS) -> dict[str, Preset]:
    """Every preset of a directory, checked, in the order of the picker.

    Parameters
    ----------
    directory : pathlib.Path
        Holds one ``NAME.json`` a preset. Read once, then remembered.

    Returns
    -------
    dict of str to Preset
        A new dictionary of frozen presets.

    Raises
    ------
    DataError
        Naming file, field and value: unreadable JSON, a number that is not finite, a missing or unknown field, an
        assumption that does not exist or is out of bounds, an unknown source, a story that is not two sentences.
    """
    return {name: loaded[0] for name, loaded in _load(directory).items()}


def presets() -> dict[str, Preset]:
    """The presets that ship with Assay, in the order of the picker; raises as `load_presets`."""
    return load_presets()


def preset(name: str) -> Preset:
    """One preset.

    Raises
    ------
    ScenarioError
        If there is none of this name, with the nearest names.
    """
    return _found(name)[0]


def preset_scenario(name: str) -> Scenario:
    """Scenario of a preset; raises as `preset`."""
    return _found(name)[1]


def _found(name: str) -> tuple[Preset, Scenario]:
    known = _load(PRESETS)
    if name in known:
        return known[name]
    asked = name[:80].lower()
    inside = [key for key in known if len(asked) > 1 and (asked in key or key in asked)]
    near = inside[:3] or get_close_matches(asked, known, n=3, cutoff=0.5)
    hint = f"nearest: {', '.join(near)}" if near else f"there are {', '.join(known)}"
    raise ScenarioError(f"preset {quoted(name)}: no such preset; {hint}")


@lru_cache(maxsize=8)
def _load(directory: Path) -> Mapping[str, tuple[Preset, Scenario]]:
    loaded = sorted((_parse(path) for path in sorted(directory.glob("*.json"))), key=lambda pair: pair[0].order)
    if not loaded:
        raise DataError(f"{directory.name}: there is no preset in this directory")
    for (before, _), (after, _) in pairwise(loaded):
        if before.order == after.order:
            _refuse(f"{after.name}.json", "order", after.order, f"is taken by {before.name}.json")
    return {found.name: (found, scenario) for found, scenario in loaded}


def _parse(path: Path) -> tuple[Preset, Scenario]:
    file = path.name
    raw = _read(path)
    _check_keys(file, "", raw, _FIELDS)
    name, story = _text(file, "name", raw["name"]), _text(file, "story", raw["story"])
    if name != path.stem or not _NAME.fullmatch(name):
        _refuse(file, "name", name, "must be the name of the file, in lower case with underscores")
    if not story.endswith((".", "!", "?")) or len(_SENTENCE_END.findall(story)) != 2:
        _refuse(file, "story", story, "must be two sentences")
    if raw["group"] not in GROUPS:
        _refuse(file, "group", raw["group"], f"is none of {', '.join(GROUPS)}")
    if type(raw["order"]) is not int:
        _refuse(file, "order", raw["order"], "is not a whole number")
    changes, scenario = _changes(file, raw["group"], raw["set"])
    reasons = _reasons(file, changes, raw["reasons"])
    figures = _figures(file, raw["key_figures"])
    further = [_source(file, "sources", key) for key in _listed(file, "sources", raw["sources"])]
    cited = [figure.source for figure in figures] + [reason.source for reason in reasons.values()] + further
    found = Preset(
        name=name, title=_text(file, "title", raw["title"], TITLE_LENGTH), story=story, order=raw["order"],
        group=raw["group"], changes=changes, reasons=reasons, key_figures=figures, sources=tuple(dict.fromkeys(cited)),
    )
    return found, scenario


def _read(path: Path) -> Any:
    """JSON without what JSON itself should not hold: repeated keys, NaN, infinities."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for i, (key, _) in enumerate(pairs):
            if key in dict(pairs[:i]):
                raise ValueError(f"the field {quoted(key)} is there twice")
        return dict(pairs)

    def finite(text: str) -> float:
        if not isfinite(float(text)):
            raise ValueError(f"{text} is not a finite number")
        return float(text)

    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=unique, parse_float=finite, parse_constant=finite)
    except (OSError, ValueError, RecursionError) as cause:
        raise DataError(f"{path.name} cannot be read as JSON: {cause}") from None


def _changes(file: str, group: str, given: Any) -> tuple[dict[str, Any], Scenario]:
    """Changes that really differ from the defaults, and the scenario they make."""
    if not isinstance(given, dict):
        _refuse(file, "set", given, "must hold dotted paths and values")
    if bool(given) == (group == "base"):
        _refuse(file, "set", given, "must be empty for the base and hold a difference for every other preset")
    try:
        for path, value in given.items():
            is_default = not value if path == PROGRAMS else check(entry(path), value) == entry(path).default
            if is_default:
                _refuse(file, f"set, {path}", value, "is the default; a preset holds only differences")
        scenario = Scenario().replace(given)
        for path, value in _leaves(PROGRAMS, given.get(PROGRAMS, [])):
            check(entry(path, scenario), value)
    except ScenarioError as error:
        raise DataError(f"{file}, field set: {error}") from None
    return given, scenario


def _leaves(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    """Dotted path and value of everything inside a list of programs."""
    if isinstance(node, dict | list):
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _leaves(f"{path}.{key}", inner)
    else:
        yield path, node


def _reasons(file: str, changes: Mapping[str, Any], given: Any) -> dict[str, Reason]:
    if not isinstance(given, dict):
        _refuse(file, "reasons", given, "must hold dotted paths and reasons")
    programs = changes.get(PROGRAMS, [])
    inside = {path for path, _ in _leaves(PROGRAMS, programs)}
    single = set(changes) - {PROGRAMS}
    needed = single | {f"{PROGRAMS}.{i}.schedule.budget" for i in range(len(programs))}
    if missing := sorted(needed - set(given)):
        _refuse(file, "reasons", missing[0], "is set without a reason")
    reasons = {}
    for path, reason in given.items():
        if path not in single | inside:
            _refuse(file, "reasons", path, "is not set by this preset")
        _check_keys(file, f"reasons, {path}", reason, Reason._fields)
        note = _text(file, f"reasons, {path}, note", reason["note"])
        reasons[path] = Reason(_source(file, f"reasons, {path}", reason["source"]), note)
    return reasons


def _figures(file: str, given: Any) -> tuple[KeyFigure, ...]:
    figures = []
    for i, raw in enumerate(_listed(file, "key_figures", given)):
        where = f"key_figures {i + 1}"
        _check_keys(file, where, raw, KeyFigure._fields)
        figure = KeyFigure(*(_text(file, f"{where}, {name}", raw[name]) for name in KeyFigure._fields))
        cited = source(_source(file, where, figure.source))
        if cited.is_history and not _YEAR.search(figure.label):
            _refuse(file, f"{where}, label", figure.label, f"is history ({cited.date}) and must name its year")
        figures.append(figure)
    if len(figures) != FIGURES:
        _refuse(file, "key_figures", len(figures), f"are not {FIGURES}")
    return tuple(figures)


def _source(file: str, where: str, key: Any) -> str:
    try:
        return source(_text(file, where, key)).id
    except DataError as error:
        raise DataError(f"{file}, field {where}: {error}") from None


def _text(file: str, where: str, value: Any, length: int = 400) -> str:
    if not isinstance(value, str) or not value.strip() or value != value.strip() or len(value) > length:
        _refuse(file, where, value, f"must be words, at most {length} characters, without spaces around them")
    return str(value)


def _listed(file: str, where: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        _refuse(file, where, value, "must be a list")
    return list(value)


def _check_keys(file: str, where: str, value: Any, names: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or set(value) != set(names):
        there = ", ".join(map(quoted, value)) if isinstance(value, dict) else quoted(value)
        raise DataError(f"{file}{where and f', field {where}'}: the fields must be {', '.join(names)}; found {there}")


def _refuse(file: str, where: str, value: Any, why: str) -> NoReturn:
    raise DataError(f"{file}, field {where}: {quoted(value)} {why}")
