"""``python -m models regret``: what each class and mix would be regretted for."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, plain_json, told_scenario
from models.studies.stress.regret import regret_frame, regret_table


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--measure", choices=("sure", "mean"), default="sure", help="what counts: sure gain or mean")
    add_scenario_options(parser)
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> None:
    """Print regret of each choice in each preset of the world."""
    scenario = told_scenario(args)[0]
    found = regret_table(scenario, measure=args.measure, entry=args.entry)
    table = regret_frame(found)
    if args.json:
        print(plain_json({"best": found.best, "is_close": found.is_close, "rows": table.to_dict("records")}))
    else:
        print(table.pivot(index="label", columns="scenario", values="regret").round(3).to_string())
        print(f"smallest largest regret: {found.choices[found.best]}{' (too close to call)' if found.is_close else ''}")
