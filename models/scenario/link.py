"""A scenario as the query string of a link, and back: only what differs from a named preset, exact to the last bit.

    v=1&m=0.2.0&p=gulf&demand.growth_now=0.5&policy.programs=1&policy.programs.0.schedule.budget=4e9

Reading is total: whatever a link contains, it gives a valid scenario and says in notes what was ignored and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from itertools import combinations
from urllib.parse import parse_qsl, quote, urlencode

from models.basis.entry import Value, read, value_text
from models.basis.reading import quoted
from models.errors import ScenarioError
from models.scenario.catalog import MAX_PROGRAMS, PROGRAMS, declared, unknown, values, with_programs
from models.scenario.presets import presets
from models.scenario.retired import APART, as_meant
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION, SCHEMA_VERSION

BASE = "base"
MAX_LENGTH = 65_536
MAX_NOTES = 20
MAX_TRIALS = 300
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}", re.ASCII)
_COUNT = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a link says.

    Attributes
    ----------
    scenario : Scenario
        Always valid; what could not be read is as in the preset.
    preset : str
        Name of an existing preset.
    notes : tuple of str
        One sentence for everything that was ignored or may surprise. They quote the link, shortened and printable,
        but not escaped: show them as plain text.
    model_version : str
        Version the link was made with; ours where it says nothing, empty where it says nonsense.
    is_current : bool
        Whether the link was made with this version, so that its figures are the ones its author saw.
    """

    scenario: Scenario
    preset: str
    notes: tuple[str, ...]
    model_version: str
    is_current: bool


@dataclass(slots=True)
class _Notes:
    """Collects notes; a link full of junk gets a few and a count, and the others are never worded."""

    lines: list[str] = field(default_factory=list)
    more: int = 0

    def add(self, line: str | Callable[[], str]) -> None:
        if len(self.lines) >= MAX_NOTES:
            self.more += 1
        else:
            self.lines.append(line if isinstance(line, str) else line())

    def all(self) -> tuple[str, ...]:
        return (*self.lines, *([f"ignored: {self.more} more parts of the link"] if self.more else []))


def encode(scenario: Scenario, preset: str = BASE) -> str:
    """Query string, without the leading question mark.

    Parameters
    ----------
    scenario : Scenario
        Any scenario.
    preset : str
        Preset whose values are left out; the link holds the others.

    Raises
    ------
    ScenarioError
        If there is no such preset.
    """
    return urlencode(query_items(scenario, preset), quote_via=quote)


def query_items(scenario: Scenario, preset: str = BASE) -> dict[str, str]:
    """The parts of `encode` before they are escaped, in their order."""
    base = Scenario.preset(preset)
    count = len(scenario.policy.programs)
    items = {"v": str(SCHEMA_VERSION), "m": MODEL_VERSION, "p": preset}
    if count != len(base.policy.programs):
        items[PROGRAMS] = str(count)
    theirs = values(with_programs(base, count))
    return items | {path: value_text(value) for path, value in values(scenario).items() if value != theirs[path]}


def decode(query: str | Mapping[str, str | Iterable[str]], view_keys: Collection[str] = ()) -> Decoded:
    """Read a link. Never raises, whatever the link contains.

    Parameters
    ----------
    query : str or mapping
        A query string, a whole address, or keys with one value or several.
    view_keys : collection of str
        Keys that belong to the page and not to the scenario; passed over in silence.
    """
    notes = _Notes()
    given = _last_of_each(_pairs(query, notes), notes)
    given = {key: text for key, text in given.items() if key not in view_keys}
    is_ours = _is_our_schema(given.pop("v", str(SCHEMA_VERSION)), notes)
    version = _model_version(given.pop("m", MODEL_VERSION), notes)
    preset = _preset(given.pop("p", BASE), notes)
    base = Scenario.preset(preset)
    if PROGRAMS in given:
        base = _resized(base, given.pop(PROGRAMS), notes)
    changes = _read(base, given, notes)
    changed = _changed(base, changes, notes)
    scenario = as_meant(changed, version, changes)
    if scenario is not changed:
        notes.add(f"rates.base_rate: {APART}")
    return Decoded(scenario, preset, notes.all(), version, is_ours and version == MODEL_VERSION)


def _pairs(query: object, notes: _Notes) -> Iterable[tuple[str, str]]:
    if isinstance(query, str):
        return _split(query, notes)
    if isinstance(query, Mapping):
        return _flat(query, notes)
    notes.add(f"ignored: a link is text, not {type(query).__name__}")
    return ()


def _split(query: str, notes: _Notes) -> list[tuple[str, str]]:
    if len(query) > MAX_LENGTH:
        notes.add(f"the link has {len(query)} characters; only the first {MAX_LENGTH} were read")
        query = query[:MAX_LENGTH].rpartition("&")[0]  # half a value would be another value
    address, mark, rest = query.partition("?")
    if "=" not in address and (mark or "://" in address):
        query = rest
    return parse_qsl(query.partition("#")[0], keep_blank_values=True)


def _flat(query: Mapping[object, object], notes: _Notes) -> Iterator[tuple[str, str]]:
    length = 0
    for key, held in query.items():
        for text in held if isinstance(held, list | tuple) else (held,):
            if not isinstance(key, str) or not isinstance(text, str):
                notes.add(f"ignored: {quoted(key)} is not text")
                continue
            length += len(key) + len(text) + 2
            if length > MAX_LENGTH:
                notes.add(f"the link is longer than {MAX_LENGTH} characters; it was not read from {quoted(key)} on")
                return
            yield key, text


def _last_of_each(pairs: Iterable[tuple[str, str]], notes: _Notes) -> dict[str, str]:
    given: dict[str, str] = {}
    for key, text in pairs:
        if key in given and given[key] != text:
            notes.add(f"{quoted(key)} is given more than once; the last value counts")
        given[key] = text
    return given


def _is_our_schema(text: str, notes: _Notes) -> bool:
    if text == str(SCHEMA_VERSION):
        return True
    is_newer = _COUNT.fullmatch(text) and int(text) > SCHEMA_VERSION
    what = "was written by a newer Assay" if is_newer else "has an unknown version"
    notes.add(f"the link {what} (v={quoted(text)}, this one reads {SCHEMA_VERSION}); what is not understood is ignored")
    return False


def _model_version(text: str, notes: _Notes) -> str:
    if text == MODEL_VERSION:
        return text
    if not _VERSION.fullmatch(text):
        notes.add(f"the link names no known model version (m={quoted(text)}); its figures may have been different")
        return ""
    age = "older" if _ordered(text) < _ordered(MODEL_VERSION) else "newer"
    notes.add(f"the link was made with the {age} model {text}; this is {MODEL_VERSION}, so figures may have moved")
    return text


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _preset(name: str, notes: _Notes) -> str:
    if name in presets():
        return name
    near = get_close_matches(name[:80].lower(), presets(), 3, 0.5)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    notes.add(f"there is no preset {quoted(name)}{hint}; the link was read as changes of {BASE}")
    return BASE


def _resized(base: Scenario, text: str, notes: _Notes) -> Scenario:
    if _COUNT.fullmatch(text) and int(text) <= MAX_PROGRAMS:
        return with_programs(base, int(text))
    notes.add(f"ignored: {PROGRAMS}: {quoted(text)} is not a number of programs; allowed is 0 to {MAX_PROGRAMS}")
    return base


def _read(base: Scenario, given: Mapping[str, str], notes: _Notes) -> dict[str, Value]:
    known = declared(len(base.policy.programs))
    changes: dict[str, Value] = {}
    for path, text in given.items():
        if path not in known:
            notes.add(partial(_unknown, path, base))
            continue
        if known[path].kind in ("number", "integer"):
            text = text.replace("e ", "e+").replace("E ", "e+")  # a plus that nobody escaped arrives as a space
        try:
            changes[path] = read(known[path], text)
        except ScenarioError as error:
            notes.add(f"ignored: {error}")
    return changes


def _unknown(path: str, base: Scenario) -> str:
    return f"ignored: {unknown(path, base)}"


def _changed(base: Scenario, changes: Mapping[str, Value], notes: _Notes) -> Scenario:
    """Base with all changes; if they contradict each other, without as few of them as it takes."""
    try:
        return base.replace(dict(changes))
    except ScenarioError:
        pass
    slices: dict[str, dict[str, Value]] = {}
    for path, value in changes.items():
        keys = path.split(".")
        slices.setdefault(".".join(keys[: 3 if path.startswith(PROGRAMS) else 1]), {})[path] = value
    scenario, trials = base, _Trials()
    for part in slices.values():
        try:
            scenario = scenario.replace(part)
        except ScenarioError as error:
            kept = trials.largest_part(scenario, part)
            scenario = scenario.replace(kept)
            for path in (path for path in part if path not in kept):
                notes.add(f"ignored: {path}: {quoted(part[path])}, because {error}")
    return scenario


@dataclass(slots=True)
class _Trials:
    """Tries parts of contradictory changes, a limited number of times for the whole link."""

    left: int = MAX_TRIALS

    def largest_part(self, scenario: Scenario, changes: dict[str, Value]) -> dict[str, Value]:
        """Most of the changes that fit together; of equally many, those that come first."""
        for count in range(1, len(changes)):
            for out in combinations(reversed(changes), count):
                self.left -= 1
                if self.left < 0:
                    return _one_by_one(scenario, changes)
                kept = {path: value for path, value in changes.items() if path not in out}
                if _fits(scenario, kept):
                    return kept
        return {}


def _one_by_one(scenario: Scenario, changes: dict[str, Value]) -> dict[str, Value]:
    kept: dict[str, Value] = {}
    for path in (*changes, *changes):  # twice: what did not fit at first may fit beside the others
        if path not in kept and _fits(scenario, kept | {path: changes[path]}):
            kept[path] = changes[path]
    return kept


def _fits(scenario: Scenario, changes: dict[str, Value]) -> bool:
    try:
        scenario.replace(dict(changes))
    except ScenarioError:
        return False
    return True
