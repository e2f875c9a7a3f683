"""``python -m models link``: the link of a scenario."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, plain_json, scenario_from, tell
from models.scenario.link import encode


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)


def run(args: argparse.Namespace) -> None:
    """Print the link and what was ignored."""
    scenario, preset, notes = scenario_from(args)
    tell(notes)
    print(plain_json({"link": encode(scenario, preset), "notes": list(notes)}))
