"""Named stresses of `data/stresses.json`: what each moves in the user's own scenario, and what that runs into.

A stress never eases: ``at_least`` and ``at_most`` keep the user's value where it is already worse, ``add`` shifts it
and stops at its declared bound, ``set`` replaces it. Several stresses act together by the same rules, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter, model_validator

from models.basis.entry import Entry, Value, check, told
from models.basis.rates import RATES
from models.basis.reading import number_text, quoted
from models.errors import DataError, ScenarioError
from models.evidence.presets import preset
from models.evidence.records import FROZEN, SourceKey, Words, read_records
from models.evidence.sources import DATA
from models.scenario.catalog import PROGRAMS, catalog, declared
from models.scenario.scenario import Scenario

FILE = DATA / "stresses.json"
Rule = Literal["at_least", "at_most", "add", "set"]
RULES = get_args(Rule)
EVERY = f"{PROGRAMS}.*."


class Move(BaseModel):
    """One assumption a stress moves. ``path`` may name every program with a star.

    A file may give ``preset`` in place of value, source and note: they are then as in that preset.
    """

    model_config = FROZEN

    path: str
    rule: Rule
    value: Any
    source: SourceKey
    note: Words

    @model_validator(mode="before")
    @classmethod
    def _as_in_the_preset(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "preset" not in raw:
            return raw
        named, path = preset(raw["preset"]), raw.get("path", "")
        if path not in named.changes:
            raise ValueError(f"{path}: preset {named.name} does not change it")
        reason = named.reason(path)._asdict()
        return {key: part for key, part in raw.items() if key != "preset"} | {"value": named.changes[path]} | reason

    @model_validator(mode="after")
    def _suits_its_assumption(self) -> Move:
        item = declared(1).get(self.path.replace(EVERY, f"{PROGRAMS}.0."))
        if item is None:
            raise ValueError(f"{self.path}: no such assumption")
        if self.rule != "set" and item.kind not in ("number", "integer"):
            raise ValueError(f"{self.path}: {self.rule} needs a number, and this is a {item.kind}")
        if self.rule != "add":  # a shift has no bounds of its own
            check(item, self.value)
        return self


class Stress(BaseModel):
    """A named stress: what happens, in one sentence, and the moves that make it."""

    model_config = FROZEN

    name: str
    title: Words
    story: Words
    sources: tuple[SourceKey, ...]
    moves: tuple[Move, ...]


_STRESSES = TypeAdapter(tuple[Stress, ...])


@dataclass(frozen=True)
class Stressed:
    """A scenario under stress.

    ``notes`` say in plain sentences what had no effect, was stopped at a bound or needs something the scenario lacks;
    ``is_void`` whether nothing changed at all.
    """

    scenario: Scenario
    notes: tuple[str, ...]
    is_void: bool


def stresses() -> dict[str, Stress]:
    """Every stress by name, in the order of the file.

    Raises
    ------
    DataError
        Naming the stress, the field and the value.
    """
    return {found.name: found for found in load_stresses(FILE)}


def stress(name: str) -> Stress:
    """One stress; raises ScenarioError with all names if there is none."""
    known = stresses()
    if name not in known:
        raise ScenarioError(f"stress {quoted(name)}: no such stress; there are {', '.join(known)}")
    return known[name]


@lru_cache(maxsize=4)
def load_stresses(path: Path) -> tuple[Stress, ...]:
    """Stresses of a file, checked against catalog, presets and sources; raises as `stresses`."""
    known = read_records(path, _STRESSES)
    names = [item.name for item in known]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DataError(f"{path.name}: {', '.join(sorted(twice))} is there twice")
    return known


def apply(scenario: Scenario, names: Iterable[str]) -> Stressed:
    """The user's scenario under one stress or several at once.

    Raises
    ------
    ScenarioError
        If two stresses set the same assumption to different values, or the result contradicts itself.
    """
    chosen = [stress(name) for name in dict.fromkeys(names)]
    entries = {item.path: item for item in catalog(scenario)}
    notes: list[str] = []
    moves: dict[str, list[tuple[Stress, Move]]] = {}
    for part in chosen:
        for move in part.moves:
            for path in _paths(move.path, scenario):
                moves.setdefault(path, []).append((part, move))
        if not any(_paths(move.path, scenario) for move in part.moves):
            notes.append(f"{part.title}: no sovereign program acts in this scenario, so there is nothing to end.")
    changes: dict[str, Value] = {}
    for path, asked in moves.items():
        value, said = _moved(entries[path], asked)
        notes += said
        if value != entries[path].value:
            changes[path] = value
    return Stressed(scenario.replace(dict(changes)), tuple(notes), not changes)


def _paths(path: str, scenario: Scenario) -> tuple[str, ...]:
    if not path.startswith(EVERY):
        return (path,)
    leaf = path.removeprefix(EVERY)
    return tuple(f"{PROGRAMS}.{i}.{leaf}" for i in range(len(scenario.policy.programs)))


def _moved(item: Entry, asked: Sequence[tuple[Stress, Move]]) -> tuple[Value, list[str]]:
    """Value of one assumption after all moves of it, and what there is to say about that."""
    by_rule = {rule: [(part, move) for part, move in asked if move.rule == rule] for rule in RULES}
    value, notes = item.value, []
    wanted = {move.value for _, move in by_rule["set"]}
    if len(wanted) > 1:
        names = " and ".join(part.title for part, _ in by_rule["set"])
        raise ScenarioError(f"{item.path}: {names} set it to different values ({', '.join(map(str, wanted))}); "
                            "choose one of them")
    if wanted:
        value = wanted.pop()
    for part, move in by_rule["at_least"] + by_rule["at_most"]:
        worse = _worse(move.rule, value, move.value)
        if worse == value and value != move.value:
            here, there = _shown(item, value), _shown(item, move.value)
            notes.append(f"{part.title}: {item.label} is already at {here}, beyond {there}; kept.")
        value = worse
    for part, move in by_rule["add"]:
        if value is None:
            notes.append(f"{part.title}: {item.label} has no number of its own to shift ({item.none}); kept.")
            continue
        shifted = float(value) + float(move.value)  # type: ignore[arg-type]
        low, high = float(item.low or 0.0), float(item.high) if item.high is not None else float("inf")
        value = round(min(max(shifted, low), high), 12)
        if value != round(shifted, 12):
            notes.append(f"{part.title}: {item.label} would be {_shown(item, shifted)}; stopped at its bound "
                         f"{_shown(item, value)}.")
    return value, notes


def _worse(rule: str, value: Value, asked: Value) -> Value:
    if value is None:  # no limit, or what the model derives: the stress names a number
        return asked
    return (max if rule == "at_least" else min)(value, asked)  # type: ignore[type-var]


def _shown(item: Entry, value: Value) -> str:
    """Value as a person reads it: shares in percent, everything else with its unit."""
    if value is None:
        return item.none
    if isinstance(value, bool) or not isinstance(value, float | int):
        return str(value)
    if item.unit in RATES:
        return told(value, item.unit)
    is_share = item.unit.split(" ")[0] == "share" or item.unit in ("per year", "per quarter", "log sd")
    return f"{number_text(round(100 * value, 6))}%" if is_share else f"{number_text(value)} {item.unit}"
