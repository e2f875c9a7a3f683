"""``python -m models tape``: check a file of loans, and run them as one book."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from models.commands.options import add_scenario_options, plain_json, tell, told_scenario
from models.errors import DataError
from models.studies.book.book import evaluate_book
from models.studies.book.book_risk import GROUPS, BookRisk, book_risk, concentration, loan_table
from models.studies.book.tape import read_tape
from models.studies.book.tape_columns import LIMITS
from models.studies.book.tape_template import template_csv

SHOWN_PROBLEMS = 50
UNITS = "losses as shares of the balance of the book, balance in USD, correlations and indices as plain numbers"


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("tape", metavar="TAPE", nargs="?", help="file of loans, CSV or XLSX, as in the template")
    parser.add_argument("--template", action="store_true", help="print a template with invented loans and stop")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    add_scenario_options(parser)


def run(args: argparse.Namespace) -> None:
    """Check the tape, run the book, print its risk."""
    if args.template:
        print(template_csv().decode("utf-8-sig"), end="")
        return
    if not args.tape:
        raise DataError("name a file of loans, or write --template to get one to fill in")
    scenario, _ = told_scenario(args)
    found = read_tape(_bytes(Path(args.tape)))
    tell(found.notes)
    if found.problems:
        tell([str(problem) for problem in found.problems[:SHOWN_PROBLEMS]])
        more = len(found.problems) - SHOWN_PROBLEMS
        shown = f", the first {SHOWN_PROBLEMS} of them above" if more > 0 else ""
        raise DataError(f"{args.tape}: {_count(len(found.problems))}{shown}; nothing was run")
    book = evaluate_book(scenario, found.loans)
    summary, loans = book_risk(book), loan_table(book)
    groups = {by: concentration(book, by) for by in GROUPS}
    if args.json:
        print(plain_json({
            "book": asdict(summary), "units": UNITS,
            "loans": loans.to_dict("records"), "loan_units": loans.attrs["units"],
            "concentration": {by: frame.to_dict("records") for by, frame in groups.items()},
            "paths": int(book.loss.shape[1]), "seed": book.seed,
        }))
        return
    print(_sentence(summary))
    for frame in (loans, *groups.values()):
        print()
        print(frame.to_string(index=False, float_format="{:.4g}".format, na_rep=""))


def _count(problems: int) -> str:
    return "one problem" if problems == 1 else f"{problems:,} problems"


def _sentence(r: BookRisk) -> str:
    return (
        f"{r.loans} loans, {r.customers} customers, {r.balance / 1e6:,.0f} m USD: expected loss {r.expected_loss:.2%} "
        f"(±{2 * r.expected_loss_se:.2%}), mean of the worst 5% {r.cvar_95:.2%} (±{2 * r.cvar_95_se:.2%}), "
        f"{r.independent_cvar_95:.2%} if nothing tied the loans together"
    )


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMITS.size:
            raise DataError(f"{path}: larger than {LIMITS.size / 1e6:,.0f} MB; a book of loans is smaller")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or 'cannot be read'}") from None
