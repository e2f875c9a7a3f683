"""Options that the commands about sensitivity share: what is asked of which class, and on which draws."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TypedDict

from models.commands.options import add_scenario_options, told_scenario
from models.engine.target import METRICS, Target
from models.errors import ScenarioError
from models.scenario.scenario import Scenario


class Draws(TypedDict, total=False):
    """Number of paths, where one was asked for; each analysis knows its own otherwise."""

    paths: int


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Add what is asked: a metric of a class, or by how much it exceeds that of another."""
    parser.add_argument("--metric", choices=tuple(METRICS), default="npv", help="what is asked (default: npv)")
    parser.add_argument("--asset", default="gpu_fleet", metavar="KEY", help="of which class (default: gpu_fleet)")
    parser.add_argument("--minus", default="", metavar="KEY", help="less that of another class")


def add_draw_options(parser: argparse.ArgumentParser) -> None:
    """Add the price that was paid, and the options that name a scenario."""
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price that was paid")
    add_scenario_options(parser)


def target(args: argparse.Namespace) -> Target:
    """What is asked; raises ScenarioError where there is no such class."""
    return Target(args.metric, args.asset, args.minus)


def asked_scenario(args: argparse.Namespace) -> Scenario:
    """Scenario of the options, notes told on stderr; raises ScenarioError for a run without shocks."""
    if args.no_shocks:
        raise ScenarioError("--no-shocks: one path has no sampling error to compare with; leave it out")
    return told_scenario(args)[0]


def draws(args: argparse.Namespace) -> Draws:
    """Number of paths as asked for."""
    return {} if args.paths is None else {"paths": args.paths}


def told_progress() -> Callable[[float], None]:
    """Percent done on stderr, at a terminal only."""
    last = [-1]

    def tell(share: float) -> None:
        if sys.stderr.isatty() and int(100 * share) > last[0]:
            last[0] = int(100 * share)
            print(f"\r{last[0]}%", end="" if share < 1.0 else "\n", file=sys.stderr, flush=True)

    return tell
