"""``python -m models thesis``: the claims of the founding documents under a scenario."""

from __future__ import annotations

import argparse

from models.commands.options import add_scenario_options, evaluation_from, plain_json, told_scenario
from models.studies.thesis import thesis


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)


def run(args: argparse.Namespace) -> None:
    """Test every claim."""
    scenario, _ = told_scenario(args)
    print(plain_json([tested.to_dict() for tested in thesis(evaluation_from(scenario, args))]))
