"""``python -m models hindcast``: episodes of the past, what the model meets and what it misses."""

from __future__ import annotations

import argparse

from models.commands.options import plain_json
from models.studies.hindcast import REPLAYS, replay


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("names", metavar="REPLAY", nargs="*", help="names of replays (default: all of them)")


def run(args: argparse.Namespace) -> None:
    """Replay the named episodes."""
    print(plain_json([replay(name).to_dict() for name in args.names or REPLAYS]))
