"""Commands about one scenario and what the model knows: its figures, its link, its assumptions, its record."""

from __future__ import annotations

import argparse
import dataclasses
import math
from typing import Any

from models.basis.entry import Entry, told
from models.basis.rates import RATES, percent_text
from models.claims.registry import left_out
from models.commands.options import (
    Run,
    add_json_option,
    add_scenario_options,
    evaluation_from,
    plain_json,
    scenario_from,
    tell,
    told_scenario,
)
from models.commands.parser import Parser
from models.engine.evaluate import Evaluation
from models.errors import AbsentError
from models.evidence.countries import made_of
from models.scenario import presets as library
from models.scenario.catalog import catalog as entries
from models.scenario.catalog import json_schema
from models.scenario.link import encode
from models.tables.contract import evaluation_json


def evaluate(parser: Parser) -> Run:
    """Evaluate a scenario: market, six asset classes, correlation."""
    add_scenario_options(parser)
    add_json_option(parser, "print the full JSON object instead of a table")

    def run(args: argparse.Namespace) -> None:
        scenario, preset = told_scenario(args)
        evaluation = evaluation_from(scenario, args)
        if args.json:
            print(plain_json(evaluation_json(evaluation, encode(scenario, preset)) | _told_verdict(evaluation)))
        else:
            tell([said] if (said := left_out(evaluation.absent())) else [])
            print(evaluation.summary().to_string(index=False, na_rep="–", formatters={"value": _figure}))

    return run


def _figure(value: float) -> str:
    """A figure in six digits; a payback that never comes has no number."""
    return "never" if value == math.inf else f"{value:.6g}"


def presets(parser: Parser) -> Run:
    """List the presets with their stories, what they change, and of which countries a bloc is made."""
    return lambda args: print(plain_json([
        preset.model_dump() | {"made_of": made_of(preset.name)} for preset in library.presets().values()
    ]))


def catalog(parser: Parser) -> Run:
    """List every assumption as stored, with unit, bounds, help and source; what --set takes with a percent sign."""
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a scenario instead")
    return lambda args: print(
        plain_json(json_schema() if args.schema else [_listed(entry) for entry in entries()])
    )


def _listed(entry: Entry) -> dict[str, Any]:
    """One assumption as it is stored; a continuous rate also as it is typed with a percent sign."""
    item = dataclasses.asdict(entry)
    if rate := RATES.get(entry.unit):
        low, high = map(percent_text, rate.limits(entry.low or 0.0, entry.high or 0.0))
        default = told(entry.default, entry.unit)
        item["typed"] = {"unit": rate.words, "default": default, "low": low, "high": high}
    return item


def link(parser: Parser) -> Run:
    """Print the link of a scenario."""
    add_scenario_options(parser)

    def run(args: argparse.Namespace) -> None:
        scenario, preset, notes = scenario_from(args)
        tell(notes)
        print(plain_json({"link": encode(scenario, preset), "notes": list(notes)}))

    return run


def explain(parser: Parser) -> Run:
    """Take a number apart: formula, operands, sources, down to assumptions."""
    from models.explain import as_rows, as_text, explain

    parser.add_argument("path", metavar="PATH", help="key in `evaluate --json`, such as assets.gpu_fleet.irr.p50")
    parser.add_argument("--depth", type=int, default=3, metavar="N", help="levels below the number (default: 3)")
    add_json_option(parser, "print rows of JSON instead of text")
    add_scenario_options(parser)

    def run(args: argparse.Namespace) -> None:
        scenario, preset = told_scenario(args)
        trace = explain(evaluation_from(scenario, args), args.path, preset=preset, depth=args.depth)
        print(plain_json(as_rows(trace)) if args.json else as_text(trace, args.depth))

    return run


def hindcast(parser: Parser) -> Run:
    """Replay episodes of the past: what the model meets, and what it misses."""
    from models.studies.hindcast import REPLAYS, replay

    parser.add_argument("names", metavar="REPLAY", nargs="*", help="names of replays (default: all of them)")
    return lambda args: print(plain_json([replay(name).to_dict() for name in args.names or REPLAYS]))


def thesis(parser: Parser) -> Run:
    """Test the claims of the founding documents under a scenario."""
    from models.studies.thesis import thesis

    add_scenario_options(parser)

    def run(args: argparse.Namespace) -> None:
        scenario, _ = told_scenario(args)
        print(plain_json([tested.to_dict() for tested in thesis(evaluation_from(scenario, args))]))

    return run


def _told_verdict(evaluation: Evaluation) -> dict[str, Any]:
    """The verdict with every figure it quotes; without one where there is nothing to compare."""
    from models.studies.verdict import verdict

    try:
        return {"verdict": verdict(evaluation).to_dict()}
    except AbsentError as error:
        return {"verdict": {"absent": str(error)}}
