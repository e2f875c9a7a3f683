"""``python -m models flips``: the cheapest combination of changes that flips the verdict."""

from __future__ import annotations

import argparse

from models.commands.options import plain_json
from models.commands.target_options import add_draw_options, asked_scenario, draws, told_progress
from models.studies.sensitivity.cheapest import QUESTIONS, cheapest


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--question", choices=QUESTIONS, default="family", help="which answer is to flip")
    add_draw_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the changes and their distance."""
    found = cheapest(
        asked_scenario(args), args.question, entry=args.entry, progress=told_progress(), **draws(args)
    )
    print(plain_json(found.to_dict()))
