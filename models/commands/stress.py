"""``python -m models stress``: every class under each named stress, and under all at once."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, plain_json, tell, told_scenario
from models.studies.stress.stress import stress_matrix, stress_table


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> None:
    """Print the change of every figure by each stress."""
    scenario = told_scenario(args)[0]
    matrix = stress_matrix(scenario, paths=scenario.run.paths, entry=args.entry)
    for row in matrix.rows:
        tell(row.notes)
    table = stress_table(matrix)
    if args.json:
        print(plain_json(table.to_dict("records")))
    else:
        print(table.pivot(index=["title", "label"], columns="figure", values="change").to_string())
