"""The command line: JSON on stdout, messages on stderr; exit 0, 1 for a model or input error, 2 for usage."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from models.commands import drivers, holdings, loans, scenarios
from models.commands import nations as countries
from models.commands.parser import Parser
from models.errors import AssayError

COMMANDS = {
    command.__name__: command
    for command in (
        scenarios.evaluate, scenarios.presets, scenarios.catalog, scenarios.link, scenarios.explain,
        scenarios.hindcast, scenarios.thesis, holdings.portfolio, holdings.waiting, drivers.tornado, drivers.sobol,
        drivers.seek, drivers.levers, drivers.surface, drivers.flips, drivers.compare, drivers.stress, drivers.reverse,
        drivers.regret, countries.nations, loans.comparables, loans.tape,
    )
}
"""What there is, in the order of the help."""


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


def _parser(words: Sequence[str]) -> Parser:
    """Parser of all commands; only the one asked for adds its options, since each imports its part of the model."""
    parser = Parser(prog="python -m models", description="Evaluate sovereign-AI investment scenarios.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        chosen = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        if name == next(iter(words), None):
            chosen.set_defaults(run=command(chosen))
    return parser


if __name__ == "__main__":
    sys.exit(main())
