"""The command line: JSON on stdout, messages on stderr; exit 0, 1 for a model or input error, 2 for usage."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Callable, Sequence
from typing import Any

from models.catalog import catalog, json_schema
from models.contract import evaluation_json
from models.decisions.hindcast import REPLAYS, replay
from models.decisions.thesis import thesis
from models.errors import AssayError
from models.explain import as_rows, as_text, explain
from models.link import encode
from models.options import add_scenario_options, evaluation_from, plain_json, scenario_from
from models.presets import presets


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except AssayError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description="Evaluate sovereign-AI investment scenarios.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], None], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(run=run)
        return command

    evaluate = add("evaluate", _evaluate, "Evaluate a scenario: market, six asset classes, correlation.")
    add_scenario_options(evaluate)
    evaluate.add_argument("--json", action="store_true", help="print the full JSON object instead of a table")
    add("presets", _presets, "List the presets with their stories and what they change.")
    listing = add("catalog", _catalog, "List every assumption with unit, bounds, help and source.")
    listing.add_argument("--schema", action="store_true", help="print the JSON Schema of a scenario instead")
    add_scenario_options(add("link", _link, "Print the link of a scenario."))
    reasons = add("explain", _explain, "Take a number apart: formula, operands, sources, down to assumptions.")
    reasons.add_argument("path", metavar="PATH", help="key in `evaluate --json`, such as assets.gpu_fleet.irr.p50")
    reasons.add_argument("--depth", type=int, default=3, metavar="N", help="levels below the number (default: 3)")
    reasons.add_argument("--json", action="store_true", help="print rows of JSON instead of text")
    add_scenario_options(reasons)
    replays = add("hindcast", _hindcast, "Replay episodes of the past: what the model meets, and what it misses.")
    replays.add_argument("names", metavar="REPLAY", nargs="*", help="names of replays (default: all of them)")
    add_scenario_options(add("thesis", _thesis, "Test the claims of the founding documents under a scenario."))
    return parser


def _evaluate(args: argparse.Namespace) -> None:
    scenario, preset, notes = scenario_from(args)
    _tell(notes)
    evaluation = evaluation_from(scenario, args)
    if args.json:
        print(plain_json(evaluation_json(evaluation, encode(scenario, preset))))
    else:
        print(evaluation.summary().to_string(index=False))


def _presets(args: argparse.Namespace) -> None:
    print(plain_json([dataclasses.asdict(preset) for preset in presets().values()]))


def _catalog(args: argparse.Namespace) -> None:
    listing: Any = json_schema() if args.schema else [dataclasses.asdict(entry) for entry in catalog()]
    print(plain_json(listing))


def _link(args: argparse.Namespace) -> None:
    scenario, preset, notes = scenario_from(args)
    _tell(notes)
    print(plain_json({"link": encode(scenario, preset), "notes": list(notes)}))


def _hindcast(args: argparse.Namespace) -> None:
    print(plain_json([replay(name).to_dict() for name in args.names or REPLAYS]))


def _thesis(args: argparse.Namespace) -> None:
    scenario, _, notes = scenario_from(args)
    _tell(notes)
    print(plain_json([tested.to_dict() for tested in thesis(evaluation_from(scenario, args))]))


def _explain(args: argparse.Namespace) -> None:
    scenario, preset, notes = scenario_from(args)
    _tell(notes)
    trace = explain(evaluation_from(scenario, args), args.path, preset=preset, depth=args.depth)
    print(plain_json(as_rows(trace)) if args.json else as_text(trace, args.depth))


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        print(note, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
