"""A scenario as a JSON file, and back; strict, with one line for everything that is wrong.

Two forms are read: every value (what `to_json` writes), and the changes of a preset,
``{"preset": "gulf", "set": {"demand.growth_now": 0.5}}``. The presets that ship are applied by the same rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from models.basis.entry import Value, check
from models.basis.reading import quoted, unique_keys
from models.errors import DataError, ScenarioError
from models.evidence.presets import Preset
from models.scenario.catalog import MAX_PROGRAMS, PROGRAMS, declared, unknown, values, with_programs
from models.scenario.presets import preset
from models.scenario.retired import as_meant
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION, SCHEMA_VERSION

MAX_SIZE = 1_000_000
MAX_LINES = 20
VERSIONS = ("schema_version", "model_version")


def to_json(scenario: Scenario) -> str:
    """Every value of a scenario with the versions it was written by; strict JSON, exact to the last bit."""
    head = {"schema_version": SCHEMA_VERSION, "model_version": MODEL_VERSION}
    whole = head | {"scenario": scenario.model_dump(mode="json")}
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str | bytes) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    text : str or bytes
        What `to_json` wrote, the bare object under its ``scenario``, or a preset with changes. What a file leaves out
        is as in the preset, or as declared. A list of programs replaces those of the preset.

    Raises
    ------
    ScenarioError
        One line for each problem, naming field, value and bound.
    """
    data = _load(text)
    version = data.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise ScenarioError(f"schema_version: {quoted(version)} cannot be read; this Assay reads {SCHEMA_VERSION}")
    edition = data.get("model_version")
    if "scenario" in data:
        _only(data, ("scenario",))
        return _changed(Scenario(), data["scenario"], "scenario", edition)
    if "preset" in data or "set" in data:
        _only(data, ("preset", "set"))
        name = data.get("preset", "base")
        if not isinstance(name, str):
            raise ScenarioError(f"preset: {quoted(name)} is not the name of a preset")
        return _changed(preset_scenario(name), data.get("set", {}), "set", edition)
    return _changed(Scenario(), {key: part for key, part in data.items() if key not in VERSIONS}, "scenario", edition)


@lru_cache(maxsize=64)
def preset_scenario(name: str) -> Scenario:
    """Scenario of a preset that ships with Assay, read once.

    Raises
    ------
    ScenarioError
        If there is none of this name, with the nearest names.
    """
    return applied(preset(name))


def applied(given: Preset) -> Scenario:
    """Scenario that a preset's changes make of the defaults.

    Raises
    ------
    DataError
        Naming file, field, value and bound: an assumption that does not exist or is out of bounds, or a value that is
        the default.
    """
    file = f"{given.name}.json"
    try:
        scenario = _changed(Scenario(), given.changes, "set")
    except ScenarioError as error:
        raise DataError(f"{file}, field set: {error}") from None
    ours, usual = values(scenario), values(Scenario())
    for path, value in given.changes.items():
        if not value if path == PROGRAMS else ours[path] == usual.get(path):
            raise DataError(
                f"{file}, field set, {path}: {quoted(value)} is the default; a preset holds only differences"
            )
    return scenario


def _load(text: str | bytes) -> dict[str, Any]:
    if len(text) > MAX_SIZE:
        raise ScenarioError(f"the file has {len(text)} characters; a scenario has less than {MAX_SIZE}")
    try:
        words = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        data = json.loads(words, object_pairs_hook=unique_keys)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ScenarioError(f"{where}: this is not JSON; {error.msg.lower()}") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"byte {error.start}: the file is not text in UTF-8") from None
    except (ValueError, RecursionError):
        raise ScenarioError("the file nests too deeply or holds a number with thousands of digits") from None
    if not isinstance(data, dict):
        raise ScenarioError(f"a scenario file holds one JSON object, not {quoted(data)}")
    return data


def _only(data: Mapping[str, Any], allowed: tuple[str, ...]) -> None:
    odd = [key for key in data if key not in (*allowed, *VERSIONS)]
    if odd:
        raise ScenarioError(f"{quoted(odd[0])} cannot stand beside {' and '.join(allowed)}")


def _changed(base: Scenario, data: object, where: str, edition: object = None) -> Scenario:
    if not isinstance(data, dict):
        raise ScenarioError(f"{where}: {quoted(data)} is not an object of assumptions")
    policy = data.get("policy")
    listed = data.get(PROGRAMS, policy.get("programs") if isinstance(policy, dict) else None)
    if isinstance(listed, list):
        if len(listed) > MAX_PROGRAMS:
            raise ScenarioError(f"{PROGRAMS}: {len(listed)} programs are too many; allowed is 0 to {MAX_PROGRAMS}")
        base = with_programs(with_programs(base, 0), len(listed))
    known = declared(len(base.policy.programs))
    changes: dict[str, Value] = {}
    problems: list[str] = []
    for path, value in _leaves(data, ""):
        try:
            if path in changes:
                raise ScenarioError(f"{path}: given twice")
            if path not in known:
                raise ScenarioError(unknown(path, base) if len(problems) < MAX_LINES else path)
            changes[path] = check(known[path], value)
        except ScenarioError as error:
            problems.append(str(error))
    if problems:
        more = [f"and {len(problems) - MAX_LINES} more problems"] if len(problems) > MAX_LINES else []
        raise ScenarioError("\n".join(problems[:MAX_LINES] + more))
    return as_meant(base.replace(dict(changes)), edition, changes)


def _leaves(node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Dotted paths and values; an object or list where a value belongs comes out as it is, to be refused."""
    for key, value in node.items():
        path = prefix + key
        if path == PROGRAMS and isinstance(value, list):
            yield from _leaves({str(i): program for i, program in enumerate(value)}, f"{path}.")
        elif path != PROGRAMS and path in _groups() and isinstance(value, dict):
            yield from _leaves(value, f"{path}.")
        else:
            yield path, value


@lru_cache(maxsize=1)
def _groups() -> frozenset[str]:
    """Every path that leads to a group of assumptions."""
    paths = [path.split(".") for path in declared(MAX_PROGRAMS)]
    return frozenset(".".join(keys[:depth]) for keys in paths for depth in range(1, len(keys)))
