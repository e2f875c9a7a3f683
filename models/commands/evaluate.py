"""``python -m models evaluate``: market, six asset classes, correlation."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, evaluation_from, plain_json, told_scenario
from models.scenario.link import encode
from models.tables.contract import evaluation_json


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)
    parser.add_argument("--json", action="store_true", help="print the full JSON object instead of a table")


def run(args: argparse.Namespace) -> None:
    """Evaluate a scenario and print it."""
    scenario, preset = told_scenario(args)
    evaluation = evaluation_from(scenario, args)
    if args.json:
        print(plain_json(evaluation_json(evaluation, encode(scenario, preset))))
    else:
        print(evaluation.summary().to_string(index=False))
