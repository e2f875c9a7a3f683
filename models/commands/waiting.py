"""``python -m models waiting``: enter now, later, in stages or never, and which uncertainty to resolve first."""

from __future__ import annotations

import argparse

from models.claims.registry import CLASSES
from models.commands.options import add_scenario_options, plain_json, told_scenario
from models.studies.timing.information import information
from models.studies.timing.waiting import STRATEGIES, waiting


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)
    parser.add_argument(
        "--information", action="store_true",
        help="also tell which uncertainty is worth resolving before committing (half a minute)",
    )
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print the full JSON object instead of a table")


def run(args: argparse.Namespace) -> None:
    """Print every strategy, and the value of information if asked for."""
    scenario, _ = told_scenario(args)
    found = waiting(scenario, args.entry)
    known = information(scenario, args.entry) if args.information else None
    if args.json:
        print(plain_json(found.to_dict() | ({} if known is None else {"information": known.to_dict()})))
        return
    table = found.table()
    table["strategy"] = table["strategy"].map(STRATEGIES)
    print(table.drop(columns="asset").round(3).to_string(index=False))
    for key, reason in found.without.items():
        print(f"{CLASSES[key].label}: {reason}")
    if known is not None:
        print(f"\nBest without knowing more: {known.choice}, sure gain {known.sure:.3f} ± {2 * known.sure_se:.3f}")
        print(known.table().round(4).to_string(index=False))
