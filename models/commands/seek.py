"""``python -m models seek``: which value of an assumption brings a metric to a goal."""

from __future__ import annotations

import argparse

from models.commands.options import plain_json
from models.commands.target_options import add_draw_options, add_target_options, asked_scenario, draws, target
from models.errors import ScenarioError
from models.studies.sensitivity.goal_seek import HURDLE, PRICE, seek


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("path", metavar="PATH", help=f"dotted path of the assumption to move, or {PRICE}")
    parser.add_argument("goal", metavar="GOAL", help=f"number in the unit of the metric (0.10 is 10%%), or {HURDLE}")
    add_target_options(parser)
    add_draw_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the solutions, or the nearest that can be had."""
    found = seek(asked_scenario(args), target(args), _goal(args.goal), args.path, entry=args.entry, **draws(args))
    print(plain_json(found.to_dict()))


def _goal(text: str) -> float | str:
    if text == HURDLE:
        return text
    try:
        return float(text)
    except ValueError:
        raise ScenarioError(f"GOAL {text!r}: give a number such as 0.10, or {HURDLE}") from None
