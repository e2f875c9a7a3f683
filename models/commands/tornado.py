"""``python -m models tornado``: what each assumption alone does to a metric."""

from __future__ import annotations

import argparse

from models.commands.options import plain_json
from models.commands.target_options import (
    add_draw_options,
    add_target_options,
    asked_scenario,
    draws,
    target,
    told_progress,
)
from models.studies.sensitivity.tornado import RANGES, tornado


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target_options(parser)
    parser.add_argument("--drivers", nargs="+", default=(), metavar="PATH", help="assumptions to move (default: all)")
    parser.add_argument("--ranges", choices=tuple(RANGES), default="p10_p90", help="how far each one is moved")
    add_draw_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the bars, widest first."""
    found = tornado(
        asked_scenario(args), target(args), ranges=args.ranges, drivers=args.drivers, entry=args.entry,
        progress=told_progress(), **draws(args),
    )
    print(plain_json(found.to_dict()))
