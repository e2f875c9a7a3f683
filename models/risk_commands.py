"""Commands on risk and difference: compare, stress, reverse, regret. JSON or text on stdout."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.basis.entry import value_text
from models.basis.reading import quoted
from models.claims import CLASSES
from models.decisions.bridge import Bridge, Mixtures, bridge, drill_down
from models.decisions.compare import Comparison, compare, headline_table
from models.decisions.driver_groups import GROUPS
from models.decisions.figures import FIGURES
from models.decisions.regret import regret_frame, regret_table
from models.decisions.reverse_stress import reverse_stress
from models.decisions.stress import stress_matrix, stress_table
from models.errors import ScenarioError
from models.link import decode
from models.options import add_scenario_options, plain_json, read_file, scenario_from
from models.presets import preset_scenario, presets
from models.scenario import Scenario
from models.scenario_file import from_json

Add = Callable[..., argparse.ArgumentParser]


def add_risk_commands(add: Add) -> None:
    """Add the commands to the parser of `python -m models`."""
    pair = add("compare", _compare, "Compare two scenarios: inputs that differ, figures, and why they differ.")
    for name in ("A", "B"):
        pair.add_argument(name, help="a preset, a JSON file, or a link")
    pair.add_argument("--drill", metavar="GROUP", help=f"split one group further: {', '.join(GROUPS)}")
    pair.add_argument("--figure", metavar="KEY", default="families.lead", help="figure that the text explains")
    pair.add_argument("--paths", type=int, metavar="N", default=1_024, help="number of paths, a power of two")
    _add_entry(pair)
    _add_json(pair)
    bad = add("stress", _stress, "Put a scenario under each named stress, and under all at once.")
    back = add("reverse", _reverse, "Find the most likely way in which a class loses money.")
    back.add_argument("asset", metavar="CLASS", help=", ".join(CLASSES))
    back.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="share of capital lost (default: 0)")
    rue = add("regret", _regret, "Regret of each class and mix over the presets of the world.")
    rue.add_argument("--measure", choices=("sure", "mean"), default="sure", help="what counts: sure gain or mean")
    for parser in (bad, back, rue):
        add_scenario_options(parser)
        _add_entry(parser)
        _add_json(parser)


def named_scenario(text: str) -> tuple[Scenario, tuple[str, ...]]:
    """Scenario of a preset's name, a file or a link, and notes on what was ignored.

    Raises
    ------
    ScenarioError
        If it is none of them, with the nearest presets.
    """
    if text in presets():
        return preset_scenario(text), ()
    if "=" in text:
        decoded = decode(text.split("?", 1)[-1])
        return decoded.scenario, decoded.notes
    if text.endswith(".json") or Path(text).is_file():
        return from_json(read_file(Path(text))), ()
    return preset_scenario(text), ()


def _compare(args: argparse.Namespace) -> None:
    if args.figure not in FIGURES:
        raise ScenarioError(f"--figure {quoted(args.figure)}: no such figure; there are {', '.join(FIGURES)}")
    if args.drill and args.drill not in GROUPS:
        raise ScenarioError(f"--drill {quoted(args.drill)}: no such group; there are {', '.join(GROUPS)}")
    sides = [named_scenario(args.A), named_scenario(args.B)]
    for _, notes in sides:
        _tell(notes)
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


def _stress(args: argparse.Namespace) -> None:
    scenario, _, notes = scenario_from(args)
    _tell(notes)
    matrix = stress_matrix(scenario, paths=scenario.run.paths, entry=args.entry)
    for row in matrix.rows:
        _tell(row.notes)
    table = stress_table(matrix)
    if args.json:
        print(plain_json(table.to_dict("records")))
    else:
        print(table.pivot(index=["title", "label"], columns="figure", values="change").to_string())


def _reverse(args: argparse.Namespace) -> None:
    scenario, _, notes = scenario_from(args)
    _tell(notes)
    found = reverse_stress(scenario, args.asset, args.loss, entry=args.entry)
    if args.json:
        figures = {name: value for name, value in vars(found).items() if name not in ("path", "story")}
        lines = [vars(line) for line in found.story]
        print(plain_json({**figures, "story": lines, "path": found.path.to_dict("records")}))
        return
    print(f"beta {found.beta:.2f}; Phi(-beta) {found.probability:.3f}; share of futures {found.simulated:.3f} "
          f"(se {found.simulated_se:.4f}, {found.paths} paths)")
    for line in found.story:
        print(f"  quarter {line.quarter:2}: {line.words}")


def _regret(args: argparse.Namespace) -> None:
    scenario, _, notes = scenario_from(args)
    _tell(notes)
    found = regret_table(scenario, measure=args.measure, entry=args.entry)
    table = regret_frame(found)
    if args.json:
        print(plain_json({"best": found.best, "is_close": found.is_close, "rows": table.to_dict("records")}))
    else:
        print(table.pivot(index="label", columns="scenario", values="regret").round(3).to_string())
        print(f"smallest largest regret: {found.choices[found.best]}{' (too close to call)' if found.is_close else ''}")


def _add_entry(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def _tell(notes: tuple[str, ...]) -> None:
    for note in notes:
        print(note, file=sys.stderr)
