"""``python -m models portfolio``: what to hold, and where one's own mix stands."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from models.claims.registry import CLASSES
from models.commands.options import add_scenario_options, plain_json, tell, told_scenario
from models.errors import DataError, ScenarioError
from models.studies.portfolio.holdings import read_holdings
from models.studies.portfolio.mandate import EQUAL, FAMILIES, Settings
from models.studies.portfolio.portfolio import portfolio

FIGURES = ("mean", "tail", "tail_se", "tail_in_sample", "sure", "sure_se", "below_cash", "wealth", "sure_all")


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_scenario_options(parser)
    own = parser.add_mutually_exclusive_group()
    own.add_argument(
        "--weights", metavar="CLASS=SHARE", nargs="+",
        help="your own mix, such as gpu_fleet=0.2 data_center=0.5; the rest is cash (default: a sixth each)",
    )
    own.add_argument("--holdings", metavar="FILE", help="your own holdings, CSV or XLSX with columns class and amount")
    parser.add_argument(
        "--cap", metavar="NAME=SHARE", nargs="+", default=[], dest="caps",
        help="largest share of a class or a family in the mixes proposed, such as llm_developer=0.1",
    )
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help="price paid (default: fair)")
    parser.add_argument("--json", action="store_true", help="print the full JSON object instead of a table")


def run(args: argparse.Namespace) -> None:
    """Print the mixes, the frontier and the regret."""
    scenario, _ = told_scenario(args)
    caps = _shares("--cap", args.caps, (*CLASSES, *FAMILIES))
    settings = Settings(
        args.entry, tuple(caps.get(key, 1.0) for key in CLASSES), tuple(caps.get(key, 1.0) for key in FAMILIES)
    )
    found = portfolio(scenario, _own_weights(args), settings)
    if args.json:
        print(plain_json(found.to_dict()))
        return
    mixes = (found.own.mix, *found.study.mixes)
    table = pd.DataFrame({
        mix.label: {**mix.weights, **{name: getattr(mix.figures, name) for name in FIGURES}} for mix in mixes
    })
    print(table.round(3).to_string())
    gap = f"{found.own.gap:.3f} ± {2 * found.own.gap_se:.3f}"
    print(f"\nTail loss of your mix beyond that of the efficient mix of the same mean: {gap}")
    tell(found.notes)


def _own_weights(args: argparse.Namespace) -> tuple[float, ...]:
    if args.holdings:
        path = Path(args.holdings)
        try:
            return read_holdings(path.read_bytes()).weights
        except OSError as error:
            raise DataError(f"{path}: {error.strerror or 'cannot be read'}") from None
    if not args.weights:
        return EQUAL
    given = _shares("--weights", args.weights, tuple(CLASSES))
    return tuple(given.get(key, 0.0) for key in CLASSES)


def _shares(option: str, given: list[str], known: tuple[str, ...]) -> dict[str, float]:
    out = {}
    for item in given:
        key, sign, text = item.partition("=")
        if not sign or key not in known:
            raise ScenarioError(f"{option} {item}: write it as NAME=SHARE, NAME being one of {', '.join(known)}")
        try:
            out[key] = float(text)
        except ValueError:
            raise ScenarioError(f"{option} {item}: {text} is not a share; write 0.25 for 25%") from None
    return out
