"""``python -m models compare``: two scenarios side by side, and why they differ."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from models.basis.entry import value_text
from models.basis.reading import quoted
from models.commands.options import plain_json, read_file, tell
from models.engine.figures import FIGURES
from models.errors import ScenarioError
from models.evidence.presets import presets
from models.scenario.file import from_json
from models.scenario.link import decode
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import Bridge, Mixtures, bridge, drill_down
from models.studies.comparison.compare import Comparison, compare, headline_table
from models.studies.comparison.driver_groups import GROUPS


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    for name in ("A", "B"):
        parser.add_argument(name, help="a preset, a JSON file, or a link")
    parser.add_argument("--drill", metavar="GROUP", help=f"split one group further: {', '.join(GROUPS)}")
    parser.add_argument("--figure", metavar="KEY", default="families.lead", help="figure that the text explains")
    parser.add_argument("--paths", type=int, metavar="N", default=2_048, help="number of paths, a power of two")
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> None:
    """Print inputs that differ, figures of both, and the bridge between them."""
    if args.figure not in FIGURES:
        raise ScenarioError(f"--figure {quoted(args.figure)}: no such figure; there are {', '.join(FIGURES)}")
    if args.drill and args.drill not in GROUPS:
        raise ScenarioError(f"--drill {quoted(args.drill)}: no such group; there are {', '.join(GROUPS)}")
    sides = [named_scenario(args.A), named_scenario(args.B)]
    for _, notes in sides:
        tell(notes)
    sized = [scenario.replace({"run.paths": args.paths}) for scenario, _ in sides]
    found = compare(sized, (args.A, args.B), paths=args.paths, entry=args.entry)
    here, there = sized
    between = Mixtures(here, there, args.paths, args.entry)
    split = bridge(here, there, mixtures=between)
    inner = drill_down(here, there, args.drill, mixtures=between) if args.drill else None
    if args.json:
        print(plain_json(_compare_json(found, split, args.drill, inner)))
        return
    print(_inputs_text(found))
    print(_figures_text(found))
    print(_bridge_text(split, args.figure, "group"))
    if inner:
        print(_bridge_text(inner, args.figure, GROUPS[args.drill].label))


def named_scenario(text: str) -> tuple[Scenario, tuple[str, ...]]:
    """Scenario of a preset's name, a file or a link, and notes on what was ignored.

    Raises
    ------
    ScenarioError
        If it is none of them, with the nearest presets.
    """
    if text in presets():
        return Scenario.preset(text), ()
    if "=" in text:
        decoded = decode(text.split("?", 1)[-1])
        return decoded.scenario, decoded.notes
    if text.endswith(".json") or Path(text).is_file():
        return from_json(read_file(Path(text))), ()
    return Scenario.preset(text), ()


def _compare_json(found: Comparison, split: Bridge, group: str | None, inner: Bridge | None) -> dict[str, Any]:
    inputs = [
        {"path": row.entry.path, "label": row.entry.label, "unit": row.entry.unit, "group": row.group,
         "values": list(row.values)} for row in found.inputs
    ]
    out: dict[str, Any] = {
        "names": list(found.names), "paths": found.paths, "inputs": inputs,
        "figures": headline_table(found).to_dict("records"), "bridge": _bridge_json(split),
    }
    if inner is not None:
        out["drill"] = {"group": group, **_bridge_json(inner)}
    return out


def _bridge_json(split: Bridge) -> dict[str, Any]:
    return {
        "runs": split.runs, "paths": split.paths, "is_exact": split.is_exact,
        "parts": [
            {
                "key": part.key, "label": part.label, "paths": list(part.paths),
                "figures": {key: {"value": part.value(key), "se": part.error(key)} for key in FIGURES},
            }
            for part in split.parts
        ],
        "total": {key: {"value": split.total(key), "se": split.total_error(key)} for key in FIGURES},
    }


def _inputs_text(found: Comparison) -> str:
    if not found.inputs:
        return "The two scenarios are the same.\n"
    lines = [f"{len(found.inputs)} inputs differ"]
    for row in found.inputs:
        here, there = (value_text(value) for value in row.values)
        lines.append(f"  {row.entry.path:44} {here} -> {there}  ({row.entry.unit})")
    return "\n".join(lines) + "\n"


def _figures_text(found: Comparison) -> str:
    lines = [f"{'figure':38} {'A':>10} {'B':>10} {'change':>10} {'se':>9}  unit"]
    for key, about in FIGURES.items():
        change, error = found.change(1, key)
        here, there = found.figures[0][key], found.figures[1][key]
        lines.append(f"{key:38} {here:10.4f} {there:10.4f} {change:+10.4f} {error:9.4f}  {about.unit}")
    return "\n".join(lines) + "\n"


def _bridge_text(split: Bridge, key: str, what: str) -> str:
    rule = "every order" if split.is_exact else "a few orders and their reverses"
    lines = [f"Why {key} changes, by {what} ({split.runs} runs of {split.paths} paths, {rule})"]
    for part in split.parts:
        lines.append(f"  {part.label:44} {part.value(key):+10.4f}  se {part.error(key):.4f}")
    lines.append(f"  {'total':44} {split.total(key):+10.4f}  se {split.total_error(key):.4f}")
    return "\n".join(lines) + "\n"
