"""The command line of the reports: a file, messages on stderr; exit 0, 1 for a model or input error, 2 for usage."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from errno import ENOENT
from pathlib import Path

from dashboard.reports.pdf import render_pdf
from models.commands.options import add_scenario_options, evaluation_from, scenario_from
from models.commands.parser import Parser
from models.errors import AssayError
from models.scenario.link import encode
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import flip_points
from models.studies.verdict import verdict

ADDRESS = "http://localhost:8501/"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        args.out.write_bytes(_pdf(args))
    except AssayError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{args.out}: cannot be written, {(error.strerror or str(error)).lower()}")
    return 0


def _parser() -> Parser:
    parser = Parser(prog="python -m dashboard.reports", description="Write a scenario as a document.")
    commands = parser.add_subparsers(metavar="FORMAT", required=True)
    words = (
        "Two pages: verdict, risk/return map, the six classes, the market, every changed assumption with its source."
    )
    pdf = commands.add_parser("pdf", help=words, description=words)
    add_scenario_options(pdf)
    pdf.add_argument("--out", metavar="FILE", type=Path, required=True, help="where to write the document")
    pdf.add_argument(
        "--address", metavar="URL", default=ADDRESS, help=f"where the dashboard runs, for the link (default: {ADDRESS})"
    )
    pdf.add_argument(
        "--date", metavar="YYYY-MM-DD", type=_day, default=None, help="date printed on the document (default: today)"
    )
    pdf.add_argument("--flips", action="store_true", help="also search what would flip the verdict; takes some seconds")
    return parser


def _pdf(args: argparse.Namespace) -> bytes:
    if not args.out.parent.is_dir():
        raise FileNotFoundError(ENOENT, "there is no such directory")
    scenario, preset, notes = scenario_from(args)
    for note in notes:
        print(note, file=sys.stderr)
    evaluation = evaluation_from(scenario, args)
    return render_pdf(
        evaluation,
        preset=preset,
        base=Scenario.preset(preset),
        link=f"{args.address.split('?')[0]}?{encode(scenario, preset)}",
        verdict=verdict(evaluation),
        today=args.date or date.today(),
        flips=flip_points(scenario) if args.flips else (),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-22") from None


def _failed(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
