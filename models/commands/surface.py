"""``python -m models surface``: where over two assumptions one class stops beating another."""

from __future__ import annotations

import argparse

from models.claims.registry import CLASSES
from models.commands.options import plain_json
from models.commands.target_options import add_draw_options, asked_scenario, draws, told_progress
from models.studies.sensitivity.break_even import METRICS, POINTS, surface


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("first", choices=tuple(CLASSES), help="class A")
    parser.add_argument("second", choices=tuple(CLASSES), help="class B")
    parser.add_argument("--x", default="overcapacity.peak", metavar="PATH", help="assumption across")
    parser.add_argument("--y", default="policy.intensity", metavar="PATH", help="assumption up")
    parser.add_argument("--points", type=int, default=POINTS, metavar="N", help=f"along each side (default: {POINTS})")
    parser.add_argument("--metric", choices=METRICS, default="value", help="value over cash, or at the hurdle")
    add_draw_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the grid, rows of y and columns of x."""
    found = surface(
        asked_scenario(args), args.first, args.second, args.x, args.y, points=args.points, entry=args.entry,
        metric=args.metric, progress=told_progress(), **draws(args),
    )
    print(plain_json(found.to_dict()))
