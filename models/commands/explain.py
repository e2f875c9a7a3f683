"""``python -m models explain``: a number taken apart into formula, operands and sources, down to assumptions."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, evaluation_from, plain_json, told_scenario
from models.explain import as_rows, as_text, explain


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("path", metavar="PATH", help="key in `evaluate --json`, such as assets.gpu_fleet.irr.p50")
    parser.add_argument("--depth", type=int, default=3, metavar="N", help="levels below the number (default: 3)")
    parser.add_argument("--json", action="store_true", help="print rows of JSON instead of text")
    add_scenario_options(parser)


def run(args: argparse.Namespace) -> None:
    """Explain one number."""
    scenario, preset = told_scenario(args)
    trace = explain(evaluation_from(scenario, args), args.path, preset=preset, depth=args.depth)
    print(plain_json(as_rows(trace)) if args.json else as_text(trace, args.depth))
