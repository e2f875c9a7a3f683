"""Every assumption of a scenario as one flat list, read from where each is declared.

Widgets, links, files, appendices, the JSON Schema and the sensitivity bounds are readers of this list; none of them
knows a field by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from inspect import isclass
from types import NoneType
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from models.basis.assumption import Assumptions, metadata
from models.basis.entry import Entry, Kind, Value, read
from models.basis.reading import number_text, quoted
from models.errors import ScenarioError
from models.policy.program import INSTRUMENTS, Program
from models.scenario.retired import RETIRED
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION, SCHEMA_VERSION

__all__ = [
    "MAX_PROGRAMS", "PROGRAMS", "Difference", "Entry", "Kind", "Value", "catalog", "declaration", "declared",
    "differences", "entry", "json_schema", "parse", "search", "unknown", "values", "with_programs",
]

PROGRAMS = "policy.programs"
MAX_PROGRAMS = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """One assumption that two scenarios do not share; a program that only one of them has is one difference."""

    entry: Entry
    base: Value
    value: Value


def catalog(scenario: Scenario | None = None) -> tuple[Entry, ...]:
    """Every assumption, in the order of declaration.

    Parameters
    ----------
    scenario : Scenario, optional
        Whose values and programs to list; the defaults when omitted.

    Returns
    -------
    tuple of Entry
        Each program of the scenario adds its own entries.
    """
    return _catalog(scenario if scenario is not None else Scenario())


@lru_cache(maxsize=32)
def _catalog(scenario: Scenario) -> tuple[Entry, ...]:
    held = values(scenario)
    items = declared(len(scenario.policy.programs)).items()
    return tuple(item if held[path] == item.value else replace(item, value=held[path]) for path, item in items)


def values(scenario: Scenario) -> dict[str, Value]:
    """Stored values by dotted path, in the order of declaration."""
    return dict(_values(scenario, ""))


@lru_cache(maxsize=MAX_PROGRAMS + 1)
def declared(programs: int = 0) -> Mapping[str, Entry]:
    """Declarations by dotted path for a scenario with so many programs; each value is the default."""
    found = {}
    for group, slice_field in Scenario.model_fields.items():
        slice_class: Any = slice_field.annotation
        for path, leaf in _leaves(slice_class, f"{group}.", programs):
            found[path] = declaration(path, leaf, group, slice_field.title or group)
    return found


def entry(path: str, scenario: Scenario | None = None) -> Entry:
    """One assumption with its value.

    Raises
    ------
    ScenarioError
        If there is none at this path, with the nearest paths.
    """
    scenario = scenario if scenario is not None else Scenario()
    found = declared(len(scenario.policy.programs)).get(path)
    if found is None:
        raise ScenarioError(unknown(path, scenario))
    return replace(found, value=values(scenario)[path])


def unknown(path: str, scenario: Scenario) -> str:
    """What to say of a path that leads to no assumption: what took its place, or the nearest ones."""
    if path in RETIRED:
        return f"{path}: {RETIRED[path]}"
    count = len(scenario.policy.programs)
    number = path.removeprefix(f"{PROGRAMS}.").split(".")[0]
    if path.startswith(f"{PROGRAMS}.") and number.isascii() and number.isdigit() and int(number[:9]) >= count:
        there = f"the scenario has {count}, counted from 0" if count else "the scenario has none"
        return f"{quoted(path)}: no such program; {there}"
    if path == PROGRAMS:
        return f"{PROGRAMS}: this is a list of programs; a single field has a path such as {PROGRAMS}.0.schedule.budget"
    known = list(declared(count))
    asked = path[:80].lower()
    near = [name for name in known if len(asked) > 2 and asked in name][:3] or get_close_matches(asked, known, 3, 0.55)
    hint = f"; nearest: {', '.join(near)}" if near else "; `python -m models catalog` lists all"
    return f"{quoted(path)}: no such assumption{hint}"


def parse(path: str, text: str, scenario: Scenario | None = None) -> Value:
    """Read a value as typed after ``--set path=`` .

    Parameters
    ----------
    path : str
        Dotted path.
    text : str
        A plain number as it is stored, ``none`` or ``auto`` for no value, ``on`` or ``off``, the key of an option, or
        words. A continuous rate may be written as what happens in a year, with its sign: ``50%``.
    scenario : Scenario, optional
        Whose programs may be named.

    Raises
    ------
    ScenarioError
        Naming path, value, bound and remedy.
    """
    return read(entry(path, scenario), text, is_typed=True)


def with_programs(scenario: Scenario, count: int) -> Scenario:
    """The same scenario with its first ``count`` programs, and plain ones (no budget) where it has fewer."""
    kept = scenario.policy.programs[:count]
    added = (Program(),) * (count - len(kept))
    return scenario.replace({PROGRAMS: kept + added}) if added or kept != scenario.policy.programs else scenario


def differences(scenario: Scenario, base: Scenario) -> tuple[Difference, ...]:
    """What a scenario changes against another one, in the order of declaration.

    Programs are compared by position. A program that only one of the two has is one difference, at the path
    ``policy.programs.1``, whose value is a line that describes it, or None where it is missing.
    """
    ours, theirs = values(scenario), values(base)
    found = []
    for path, item in declared(max(len(scenario.policy.programs), len(base.policy.programs))).items():
        if path in ours and path in theirs:
            if ours[path] != theirs[path]:
                found.append(Difference(replace(item, value=ours[path]), theirs[path], ours[path]))
        elif path.endswith(".name"):
            found.append(_whole_program(int(path.split(".")[2]), scenario, base))
    return tuple(found)


def search(text: str, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries in which every word of a query occurs, best match first; all of them for an empty query.

    A word that occurs nowhere is read as the nearest one that does (``utilisation`` as ``utilization``).
    """
    found = tuple(entries)
    pages = [_weighed(item) for item in found]
    vocabulary = {word for page in pages for field, _ in page for word in field.split()}
    words = []
    for word in text[:200].casefold().split():
        is_known = any(word in known for known in vocabulary)
        words.append(word if is_known else (get_close_matches(word, vocabulary, 1, 0.8) or [word])[0])
    scores = [[_score(word, page) for word in words] for page in pages]
    ranked = sorted((-sum(score), i) for i, score in enumerate(scores) if all(score))
    return tuple(found[i] for _, i in ranked)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario; unit, bounds, source, status, symbol and options ride along."""
    schema = Scenario.model_json_schema()
    for definition in schema["$defs"].values():
        for leaf in definition.get("properties", {}).values():
            if "options" in leaf:
                leaf["enum"] = leaf.pop("pattern").strip("^()$").split("|")  # pydantic sorts the options by key
                leaf["options"] = {key: leaf["options"][key] for key in leaf["enum"]}
            if "replaces" in leaf:
                leaf["anyOf"][0]["items"] |= {"minimum": leaf["low"], "maximum": leaf["high"]}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Assay scenario", "model_version": MODEL_VERSION, "schema_version": SCHEMA_VERSION,
    }
    return head | {key: part for key, part in schema.items() if key not in head}


def declaration(path: str, leaf: FieldInfo, group: str, group_title: str) -> Entry:
    """Entry of a declared field; its value is the default."""
    meta = metadata(leaf)
    title = leaf.title or ""
    if path.startswith(f"{PROGRAMS}."):
        title = f"Program {int(path.split('.')[2]) + 1}: {title}"
    return Entry(
        path=path, group=group, group_title=group_title, label=title, unit=meta.get("unit", "text"),
        default=leaf.default, value=leaf.default, low=meta.get("low"), high=meta.get("high"), step=meta.get("step"),
        help=leaf.description or "", source=meta.get("source", "judgment"), status=meta.get("status", "judgment"),
        symbol=meta.get("symbol", ""), kind=_kind(leaf), options=meta.get("options", {}), none=meta.get("none", ""),
        replaces=tuple(f"{path.rpartition('.')[0]}.{name}" for name in meta.get("replaces", ())),
    )


def _leaves(model: type[Assumptions], prefix: str, items: int) -> Iterator[tuple[str, FieldInfo]]:
    for name, leaf in model.model_fields.items():
        inner: Any = leaf.annotation
        if isclass(inner) and issubclass(inner, Assumptions):
            yield from _leaves(inner, f"{prefix}{name}.", items)
        elif get_origin(inner) is tuple:
            for i in range(items):
                yield from _leaves(get_args(inner)[0], f"{prefix}{name}.{i}.", items)
        else:
            yield f"{prefix}{name}", leaf


def _values(model: Assumptions, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Assumptions):
            yield from _values(value, f"{prefix}{name}.")
        elif isinstance(value, tuple) and f"{prefix}{name}" == PROGRAMS:
            for i, item in enumerate(value):
                yield from _values(item, f"{prefix}{name}.{i}.")
        else:
            yield f"{prefix}{name}", value


def _kind(leaf: FieldInfo) -> Kind:
    if "options" in metadata(leaf):
        return "choice"
    stored: Any = next((part for part in get_args(leaf.annotation) if part is not NoneType), leaf.annotation)
    if get_origin(stored) is tuple:
        return "years"
    kinds: dict[Any, Kind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    return kinds[stored]


def _whole_program(position: int, scenario: Scenario, base: Scenario) -> Difference:
    ours, theirs = (dict(enumerate(map(_summary, s.policy.programs))).get(position) for s in (scenario, base))
    item = Entry(
        path=f"{PROGRAMS}.{position}", group="policy", group_title=Scenario.model_fields["policy"].title or "policy",
        label=f"Program {position + 1}", unit="text", default=None, value=ours, low=None, high=None, step=None,
        help="A sovereign program that only one of two scenarios has.", source="judgment", status="judgment",
        symbol="", kind="text", options={}, none="no such program",
    )
    return Difference(item, theirs, ours)


def _summary(program: Program) -> str:
    plan, mix = program.schedule, program.mix
    shares = [f"{name.replace('_', ' ')} {getattr(mix, name):g}" for name in INSTRUMENTS if getattr(mix, name)]
    return (
        f"{program.name}: {number_text(plan.budget)} USD announced, {plan.disbursement:g} of it paid, "
        f"quarters {plan.start} to {plan.stop}; {', '.join(shares) or 'no instrument'}"
    )


def _weighed(item: Entry) -> tuple[tuple[str, int], ...]:
    """What a search looks through, and how much a hit there counts."""
    path = item.path.replace(".", " ").replace("_", " ")
    rest = f"{item.help} {item.unit} {item.none} {item.source} {' '.join(item.options.values())}"
    fields = ((item.symbol, 9), (item.label, 7), (f"{path} {item.path}", 5), (item.group_title, 3), (rest, 1))
    return tuple((text.casefold(), weight) for text, weight in fields)


def _score(word: str, page: tuple[tuple[str, int], ...]) -> int:
    (symbol, exact), *texts = page
    hits = [weight + any(w.startswith(word) for w in text.split()) for text, weight in texts if word in text]
    return max([exact] * (word == symbol) + hits, default=0)
