"""``python -m models reverse``: the most likely way in which a class loses money."""

from __future__ import annotations

import argparse

from models.claims.registry import CLASSES
from models.commands.options import add_scenario_options, plain_json, told_scenario
from models.studies.stress.reverse_stress import reverse_stress


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("asset", metavar="CLASS", help=", ".join(CLASSES))
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="share of capital lost (default: 0)")
    add_scenario_options(parser)
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> None:
    """Print distance, chance and story of the nearest loss."""
    scenario = told_scenario(args)[0]
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
