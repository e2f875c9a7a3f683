"""``python -m models sobol``: which share of variance each assumption brings, alone and with others."""

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
from models.studies.sensitivity.sobol import BASE, DRIVERS, sobol


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target_options(parser)
    parser.add_argument("--drivers", nargs="+", default=(), metavar="PATH",
                        help=f"assumptions to vary (default: the {DRIVERS} widest bars of the tornado)")
    parser.add_argument("--base", type=int, default=BASE, metavar="N",
                        help=f"rows of the base sample, a power of two (default: {BASE}); drivers + 2 scenarios each")
    add_draw_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the indices, largest total first."""
    found = sobol(
        asked_scenario(args), target(args), drivers=args.drivers, base=args.base, entry=args.entry,
        progress=told_progress(), **draws(args),
    )
    print(plain_json(found.to_dict()))
