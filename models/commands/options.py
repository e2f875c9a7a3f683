"""Options that commands share: which scenario, on which draws, at which price, and what is asked of which class."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from models.commands.parser import Parser
from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.engine.target import METRICS, Target
from models.errors import DataError, ScenarioError
from models.intake.limits import Limits, size_text
from models.policy.library import mapped, national_program
from models.scenario.catalog import PROGRAMS, parse
from models.scenario.cautions import cautions
from models.scenario.file import from_json
from models.scenario.link import decode
from models.scenario.scenario import Scenario

Run = Callable[[argparse.Namespace], None]

MAX_FILE_BYTES = 2_000_000


def add_entry_option(parser: Parser, help: str = "price paid (default: fair)") -> None:
    """Add the price that was paid."""
    parser.add_argument("--entry", choices=("fair", "at_cost"), default="fair", help=help)


def add_json_option(parser: Parser, help: str = "print JSON instead of text") -> None:
    """Add the choice of JSON."""
    parser.add_argument("--json", action="store_true", help=help)


def file_bytes(path: str, limits: Limits) -> bytes:
    """Bytes of a file that is to be read as a table; of one that is too large no more than its limit is read."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(limits.size + 1)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or 'cannot be read'}") from None
    if len(content) > limits.size:
        raise DataError(f"{path}: larger than {size_text(limits.size, limits)}. {limits.too_large}")
    return content


def add_target_options(parser: Parser) -> None:
    """Add what is asked: a metric of a class, or by how much it exceeds that of another."""
    parser.add_argument("--metric", choices=tuple(METRICS), default="npv", help="what is asked (default: npv)")
    parser.add_argument("--asset", default="gpu_fleet", metavar="KEY", help="of which class (default: gpu_fleet)")
    parser.add_argument("--minus", default="", metavar="KEY", help="less that of another class")


def add_draw_options(parser: Parser) -> None:
    """Add the price that was paid, and the options that name a scenario."""
    add_entry_option(parser, "price that was paid")
    add_scenario_options(parser)


def add_scenario_options(parser: Parser) -> None:
    """Add the options that name a scenario."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--preset", metavar="NAME", help="start from a named preset (default: base)")
    source.add_argument("--file", metavar="FILE", help="read the scenario from a JSON file")
    source.add_argument("--link", metavar="QUERY", help="read the scenario from a link or its query string")
    parser.add_argument(
        "--set", metavar="PATH=VALUE", action="append", default=[], dest="changes",
        help="set one assumption by its dotted path: a plain number as `catalog` lists it, or, for a rate that has a "
             "`typed` unit there, with a percent sign what happens in a year (demand.growth_now=50%% multiplies by 1.5)"
    )
    parser.add_argument(
        "--add-program", metavar="ID", action="append", default=[], dest="programs",
        help="add a national program of the library to the scenario, such as sovereign_programs-009"
    )
    parser.add_argument("--paths", type=int, metavar="N", help="number of paths, a power of two")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the random draws")
    parser.add_argument(
        "--no-shocks", action="store_true", help="run the one path without volatility, jumps and hazards"
    )


def scenario_from(args: argparse.Namespace) -> tuple[Scenario, str, tuple[str, ...]]:
    """Scenario, the preset it started from and notes about what was ignored.

    Raises
    ------
    ScenarioError
        Naming field, value and bound.
    """
    notes: tuple[str, ...] = ()
    preset = args.preset or "base"
    if args.file:
        scenario = from_json(read_file(Path(args.file)))
    elif args.link:
        decoded = decode(args.link.split("?", 1)[-1])
        scenario, preset, notes = decoded.scenario, decoded.preset, decoded.notes
    else:
        scenario = Scenario.preset(preset)
    for key in args.programs:  # before single values, so that these can name the new program
        added = mapped(national_program(key))
        scenario = scenario.replace({PROGRAMS: (*scenario.policy.programs, added.program)})
        notes += tuple(f"{key}: {note}" for note in added.notes)
    changes: dict[str, Any] = {}
    for change in args.changes:
        path, sign, text = change.partition("=")
        if not sign:
            raise ScenarioError(f"--set {change}: write it as dotted.path=value")
        if (path := path.strip()) in changes:
            raise ScenarioError(f"--set {change}: {path} is set before; write it once")
        changes[path] = parse(path, text.strip(), scenario)
    for name in ("paths", "seed"):
        if getattr(args, name) is not None:
            if f"run.{name}" in changes:
                raise ScenarioError(f"--{name}: run.{name} is set before; write one of them")
            changes[f"run.{name}"] = getattr(args, name)
    if changes:  # together, because some fields must agree with each other
        scenario = scenario.replace(changes)
    return scenario, preset, notes


def told_scenario(args: argparse.Namespace) -> tuple[Scenario, str]:
    """Scenario and preset; what was ignored and what is warned about goes to stderr. Raises as `scenario_from`."""
    scenario, preset, notes = scenario_from(args)
    tell([*notes, *(f"warning: {', '.join(paths)}: {words}" for paths, words in cautions(scenario))])
    return scenario, preset


def tell(notes: Sequence[str]) -> None:
    """Print notes where they do not disturb the result."""
    for note in notes:
        print(note, file=sys.stderr)


def evaluation_from(scenario: Scenario, args: argparse.Namespace) -> Evaluation:
    """Evaluate as the options ask: all paths, or the one without shocks."""
    return evaluate_calm(scenario) if args.no_shocks else evaluate(scenario)


def target(args: argparse.Namespace) -> Target:
    """What is asked; raises ScenarioError where there is no such class."""
    return Target(args.metric, args.asset, args.minus)


def asked_scenario(args: argparse.Namespace) -> Scenario:
    """Scenario of the options, notes told on stderr; raises ScenarioError for a run without shocks."""
    if args.no_shocks:
        raise ScenarioError("--no-shocks: one path has no sampling error to compare with; leave it out")
    return told_scenario(args)[0]


def draws(args: argparse.Namespace) -> dict[str, Any]:
    """Price and number of paths as asked for; each analysis knows its own number otherwise."""
    return {"entry": args.entry} | ({} if args.paths is None else {"paths": args.paths})


def told_progress() -> Callable[[float], None]:
    """Percent done on stderr, at a terminal only."""
    last = [-1]

    def tell(share: float) -> None:
        if sys.stderr.isatty() and int(100 * share) > last[0]:
            last[0] = int(100 * share)
            print(f"\r{last[0]}%", end="" if share < 1.0 else "\n", file=sys.stderr, flush=True)

    return tell


def plain_json(value: Any) -> str:
    """Strict JSON: numbers that are not finite become null."""
    return json.dumps(_finite(value), allow_nan=False, ensure_ascii=False, indent=1)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if hasattr(value, "tolist"):  # arrays and numbers of numpy
        return _finite(value.tolist())
    return value if not isinstance(value, float) or math.isfinite(value) else None


def read_file(path: Path) -> str:
    """Text of a scenario file; raises ScenarioError if it is too large, no text or not there."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ScenarioError(f"{path}: larger than {MAX_FILE_BYTES:,} bytes; a scenario is a few kilobytes")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: not a text file; a scenario is a JSON file") from None
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror or 'cannot be read'}") from None
