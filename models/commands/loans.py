"""Commands about loans: those that really closed, and a file of one's own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from models.commands.options import (
    Run,
    add_json_option,
    add_scenario_options,
    file_bytes,
    plain_json,
    tell,
    told_scenario,
)
from models.commands.parser import Parser
from models.errors import DataError
from models.evidence.deals import comparables_table

if TYPE_CHECKING:
    from models.studies.book.book_risk import BookRisk

DEALS = ["borrower", "facility", "date", "size", "spread", "grade", "tenor_years", "advance_rate", "status"]
REPLAYS = ["title", "advance_rate", "spread", "expected_loss", "wal_years", "loss_rate", "loss_rate_se", "verdict"]
SHOWN_PROBLEMS = 50
UNITS = "losses as shares of the balance of the book, balance in USD, correlations and indices as plain numbers"


def comparables(parser: Parser) -> Run:
    """Loans on GPUs that really closed, and what the model expects them to lose."""
    from models.studies.facility.replay import replay_deals, replay_table

    add_scenario_options(parser)
    add_json_option(parser, "print one JSON object instead of tables")

    def run(args: argparse.Namespace) -> None:
        scenario, _ = told_scenario(args)
        deals, replays = comparables_table(), replay_table(replay_deals(scenario))
        if args.json:
            print(plain_json({
                "comparables": deals.to_dict("records"), "replays": replays.to_dict("records"),
                "units": deals.attrs["units"] | replays.attrs["units"],
            }))
            return
        for frame in (deals[DEALS], replays[REPLAYS]):
            print(frame.to_string(index=False, na_rep="", float_format="{:.4g}".format), end="\n\n")
        for row in replays.to_dict("records"):
            if row["note"]:
                print(f"{row['title']}: {row['note']}")

    return run


def tape(parser: Parser) -> Run:
    """Check a file of loans (CSV or XLSX) and run them as one book."""
    from models.engine.estimate import flatten
    from models.studies.book.book import evaluate_book
    from models.studies.book.book_risk import GROUPS, book_risk, concentration, loan_table
    from models.studies.book.tape import read_tape
    from models.studies.book.tape_columns import LIMITS
    from models.studies.book.tape_template import template_csv

    parser.add_argument("tape", metavar="TAPE", nargs="?", help="file of loans, CSV or XLSX, as in the template")
    parser.add_argument("--template", action="store_true", help="print a template with invented loans and stop")
    add_json_option(parser, "print one JSON object instead of tables")
    add_scenario_options(parser)

    def run(args: argparse.Namespace) -> None:
        if args.template:
            print(template_csv().decode("utf-8-sig"), end="")
            return
        if not args.tape:
            raise DataError("name a file of loans, or write --template to get one to fill in")
        scenario, _ = told_scenario(args)
        found = read_tape(file_bytes(args.tape, LIMITS))
        tell(found.notes)
        if found.problems:
            tell([str(problem) for problem in found.problems[:SHOWN_PROBLEMS]])
            total = len(found.problems) + found.more
            count = "one problem" if total == 1 else f"{total:,} problems"
            shown = f", the first {SHOWN_PROBLEMS} of them above" if len(found.problems) > SHOWN_PROBLEMS else ""
            raise DataError(f"{args.tape}: {count}{shown}; nothing was run")
        book = evaluate_book(scenario, found.loans)
        summary, loans = book_risk(book), loan_table(book)
        groups = {by: concentration(book, by) for by in GROUPS}
        if args.json:
            print(plain_json({
                "book": flatten(summary), "units": UNITS,
                "loans": loans.to_dict("records"), "loan_units": loans.attrs["units"],
                "concentration": {by: frame.to_dict("records") for by, frame in groups.items()},
                "paths": int(book.loss.shape[1]), "seed": book.seed,
            }))
            return
        print(_sentence(summary))
        for frame in (loans, *groups.values()):
            print()
            print(frame.to_string(index=False, float_format="{:.4g}".format, na_rep=""))

    return run


def _sentence(r: BookRisk) -> str:
    return (
        f"{r.loans} loans, {r.customers} customers, {r.balance / 1e6:,.0f} m USD: expected loss "
        f"{r.expected_loss.value:.2%} (±{2 * r.expected_loss.error:.2%}), mean of the worst 5% {r.cvar_95.value:.2%} "
        f"(±{2 * r.cvar_95.error:.2%}), {r.independent_cvar_95.value:.2%} if nothing tied the loans together"
    )


