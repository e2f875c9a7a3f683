"""Commands about what to hold and when to enter."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from models.claims.registry import CLASSES
from models.commands.options import (
    Run,
    add_entry_option,
    add_json_option,
    add_scenario_options,
    file_bytes,
    plain_json,
    tell,
    told_scenario,
)
from models.commands.parser import Parser, shares

FIGURES = ("mean", "tail", "tail_se", "tail_in_sample", "sure", "sure_se", "below_cash", "wealth", "sure_all")


def portfolio(parser: Parser) -> Run:
    """What to hold: efficient mixes of the six classes, your own mix among them."""
    from models.studies.portfolio.mandate import FAMILIES, Settings
    from models.studies.portfolio.portfolio import portfolio

    add_scenario_options(parser)
    own = parser.add_mutually_exclusive_group()
    own.add_argument(
        "--weights", metavar="CLASS=SHARE", nargs="+", action="extend",
        help="your own mix, such as gpu_fleet=0.2 data_center=0.5; a class that stands twice adds up, the rest is cash "
             "(default: a sixth each)",
    )
    own.add_argument("--holdings", metavar="FILE", help="your own holdings, CSV or XLSX with columns class and amount")
    parser.add_argument(
        "--cap", metavar="NAME=SHARE", nargs="+", action="extend", default=[], dest="caps",
        help="largest share of a class or a family in the mixes proposed, such as llm_developer=0.1",
    )
    add_entry_option(parser)
    add_json_option(parser, "print the full JSON object instead of a table")

    def run(args: argparse.Namespace) -> None:
        scenario, _ = told_scenario(args)
        caps = shares("--cap", args.caps, (*CLASSES, *FAMILIES))
        settings = Settings(args.entry, *(tuple(caps.get(key, 1.0) for key in keys) for keys in (CLASSES, FAMILIES)))
        found = portfolio(scenario, _own_weights(args), settings)
        if args.json:
            print(plain_json(found.to_dict()))
            return
        print(_mixes_text((found.own.mix, *found.study.mixes)))
        gap = f"{found.own.gap:.3f} ± {2 * found.own.gap_se:.3f}"
        print(f"\nTail loss of your mix beyond that of the efficient mix of the same mean: {gap}")
        tell(found.notes)

    return run


def _mixes_text(mixes: tuple[Any, ...]) -> str:
    table = {mix.label: {**mix.weights, **{name: getattr(mix.figures, name) for name in FIGURES}} for mix in mixes}
    return pd.DataFrame(table).round(3).to_string(na_rep="–")


def _own_weights(args: argparse.Namespace) -> tuple[float, ...]:
    from models.studies.portfolio.holdings import LIMITS, read_holdings
    from models.studies.portfolio.mandate import EQUAL

    if args.holdings:
        holdings = read_holdings(file_bytes(args.holdings, LIMITS))
        tell(holdings.notes)
        return holdings.weights
    if not args.weights:
        return EQUAL
    given = shares("--weights", args.weights, tuple(CLASSES), adds_up=True)
    return tuple(given.get(key, 0.0) for key in CLASSES)


def waiting(parser: Parser) -> Run:
    """Enter now, later, in stages or never; what looking first is worth."""
    from models.studies.timing.information import information
    from models.studies.timing.waiting import STRATEGIES, waiting

    add_scenario_options(parser)
    parser.add_argument(
        "--information", action="store_true",
        help="also tell which uncertainty is worth resolving before committing (half a minute)",
    )
    add_entry_option(parser)
    add_json_option(parser, "print the full JSON object instead of a table")

    def run(args: argparse.Namespace) -> None:
        scenario, _ = told_scenario(args)
        found = waiting(scenario, args.entry)
        known = information(scenario, args.entry) if args.information else None
        if args.json:
            print(plain_json(found.to_dict() | ({} if known is None else {"information": known.to_dict()})))
            return
        table = found.table()
        table["strategy"] = table["strategy"].map(STRATEGIES)
        print(table.drop(columns="asset").round(3).to_string(index=False, na_rep="–"))
        for key, reason in found.without.items():
            print(f"{CLASSES[key].label}: {reason}")
        if known is not None:
            print(f"\nBest without knowing more: {known.choice}, sure gain {known.sure:.3f} ± {2 * known.sure_se:.3f}")
            print(known.table().round(4).to_string(index=False, na_rep="–"))

    return run
