"""``python -m models catalog``: every assumption with unit, bounds, help and source."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

from models.commands.options import plain_json
from models.scenario.catalog import catalog, json_schema


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of a scenario instead")


def run(args: argparse.Namespace) -> None:
    """List the assumptions, or print the schema."""
    listing: Any = json_schema() if args.schema else [dataclasses.asdict(entry) for entry in catalog()]
    print(plain_json(listing))
