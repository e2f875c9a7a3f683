"""The command line: JSON on stdout, messages on stderr; exit 0, 1 for a model or input error, 2 for usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from models.errors import AssayError

COMMANDS = {
    "evaluate": "Evaluate a scenario: market, six asset classes, correlation.",
    "presets": "List the presets with their stories and what they change.",
    "catalog": "List every assumption with unit, bounds, help and source.",
    "link": "Print the link of a scenario.",
    "explain": "Take a number apart: formula, operands, sources, down to assumptions.",
    "hindcast": "Replay episodes of the past: what the model meets, and what it misses.",
    "thesis": "Test the claims of the founding documents under a scenario.",
    "portfolio": "What to hold: efficient mixes of the six classes, your own mix among them.",
    "waiting": "Enter now, later, in stages or never; what looking first is worth.",
    "tornado": "What each assumption alone does to a metric, widest bar first.",
    "sobol": "Share of variance each assumption brings, alone and with others.",
    "seek": "Which value of an assumption brings a metric to a goal.",
    "surface": "Where over two assumptions one class stops beating another.",
    "flips": "The cheapest combination of changes that flips the verdict.",
    "compare": "Two scenarios side by side: inputs that differ, figures, and why they differ.",
    "stress": "Every class under each named stress, and under all at once.",
    "reverse": "The most likely way in which a class loses money, and its story.",
    "regret": "What each class and mix would be regretted for, over the presets.",
    "comparables": "Loans on GPUs that really closed, and what the model expects them to lose.",
    "tape": "Check a file of loans (CSV or XLSX) and run them as one book.",
}
"""What there is, in the order of the help; ``models/commands`` has a module for each."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = _parser(words).parse_args(words)
    try:
        args.run(args)
    except AssayError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    return 0


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Parser of all commands; only the one that is asked for is imported, since each pulls in its part of the model."""
    parser = argparse.ArgumentParser(prog="python -m models", description="Evaluate sovereign-AI investment scenarios.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name == next(iter(words), None):
            module = import_module(f"models.commands.{name}")
            module.options(command)
            command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
