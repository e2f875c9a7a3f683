"""Commands about what moves a figure, what breaks it, and why two scenarios differ."""

from __future__ import annotations

import argparse
import math
from typing import Any

from models.basis.reading import quoted
from models.claims.registry import CLASSES, left_out
from models.commands.options import (
    Run,
    add_draw_options,
    add_entry_option,
    add_json_option,
    add_scenario_options,
    add_target_options,
    asked_scenario,
    draws,
    plain_json,
    target,
    tell,
    told_progress,
    told_scenario,
)
from models.commands.parser import Parser, finite
from models.engine.figures import FIGURES
from models.errors import ScenarioError


def tornado(parser: Parser) -> Run:
    """What each assumption alone does to a metric, widest bar first."""
    from models.studies.sensitivity.tornado import RANGES, tornado

    add_target_options(parser)
    parser.add_argument("--drivers", nargs="+", action="extend", default=[], metavar="PATH",
                        help="assumptions to move (default: all)")
    parser.add_argument("--ranges", choices=tuple(RANGES), default="p10_p90", help="how far each one is moved")
    add_draw_options(parser)
    return lambda args: _told(tornado(
        asked_scenario(args), target(args), ranges=args.ranges, drivers=_drivers(args), progress=told_progress(),
        **draws(args),
    ))


def sobol(parser: Parser) -> Run:
    """Share of variance each assumption brings, alone and with others."""
    from models.studies.sensitivity.sobol import BASE, DRIVERS, sobol

    add_target_options(parser)
    parser.add_argument("--drivers", nargs="+", action="extend", default=[], metavar="PATH",
                        help=f"assumptions to vary (default: the {DRIVERS} widest bars of the tornado)")
    parser.add_argument("--base", type=int, default=BASE, metavar="N",
                        help=f"rows of the base sample, a power of two (default: {BASE}); drivers + 2 scenarios each")
    add_draw_options(parser)
    return lambda args: _told(sobol(
        asked_scenario(args), target(args), drivers=_drivers(args), base=args.base, progress=told_progress(),
        **draws(args),
    ))


def seek(parser: Parser) -> Run:
    """Which value of an assumption brings a metric to a goal."""
    from models.studies.sensitivity.goal_seek import HURDLE, PRICE, seek

    parser.add_argument("path", metavar="PATH", help=f"dotted path of the assumption to move, or {PRICE}")
    parser.add_argument("goal", metavar="GOAL", help=f"number in the unit of the metric (0.10 is 10%%), or {HURDLE}")
    add_target_options(parser)
    add_draw_options(parser)

    def goal(text: str) -> float | str:
        try:
            return text if text == HURDLE else float(text)
        except ValueError:
            raise ScenarioError(f"GOAL {text!r}: give a number such as 0.10, or {HURDLE}") from None

    return lambda args: _told(seek(asked_scenario(args), target(args), goal(args.goal), args.path, **draws(args)))


def levers(parser: Parser) -> Run:
    """What the strongest sliders do to every class over their whole range."""
    from models.studies.sensitivity.levers import POINTS, levers

    parser.add_argument("--points", type=int, default=POINTS, metavar="N", help=f"of each slider (default: {POINTS})")
    add_draw_options(parser)
    return lambda args: _told(levers(
        asked_scenario(args), points=args.points, progress=told_progress(), **draws(args),
    ))


def surface(parser: Parser) -> Run:
    """Where over two assumptions one class stops beating another."""
    from models.studies.sensitivity.break_even import METRICS, POINTS, surface

    parser.add_argument("first", choices=tuple(CLASSES), help="class A")
    parser.add_argument("second", choices=tuple(CLASSES), help="class B")
    parser.add_argument("--x", default="overcapacity.peak", metavar="PATH", help="assumption across")
    parser.add_argument("--y", default="policy.intensity", metavar="PATH", help="assumption up")
    parser.add_argument("--points", type=int, default=POINTS, metavar="N", help=f"along each side (default: {POINTS})")
    parser.add_argument("--metric", choices=METRICS, default="value", help="value over cash, or at the hurdle")
    add_draw_options(parser)
    return lambda args: _told(surface(
        asked_scenario(args), args.first, args.second, args.x, args.y, points=args.points, metric=args.metric,
        progress=told_progress(), **draws(args),
    ))


def flips(parser: Parser) -> Run:
    """The cheapest combination of changes that flips the verdict."""
    from models.studies.sensitivity.cheapest import cheapest
    from models.studies.sensitivity.flip import QUESTIONS

    parser.add_argument("--question", choices=QUESTIONS, default="family", help="which answer is to flip")
    parser.add_argument(
        "--entry", choices=("verdict", "fair", "at_cost"), default="verdict",
        help="price paid (default: as in the verdict, fair for the family, today's for who pays best)",
    )
    add_scenario_options(parser)
    return lambda args: _told(cheapest(asked_scenario(args), args.question, progress=told_progress(), **draws(args)))


def _drivers(args: argparse.Namespace) -> tuple[str, ...]:
    """Each once, in the order named."""
    return tuple(dict.fromkeys(args.drivers))


def _told(study: Any) -> None:
    print(plain_json(study.to_dict()))


def compare(parser: Parser) -> Run:
    """Two scenarios side by side: inputs that differ, figures, and why they differ."""
    from models.commands.comparison import bridge_text, comparison_json, figures_text, inputs_text, named_scenario
    from models.studies.comparison.bridge import Mixtures, bridge, drill_down
    from models.studies.comparison.compare import compare
    from models.studies.comparison.driver_groups import GROUPS

    for name in ("A", "B"):
        parser.add_argument(name, help="a preset, a JSON file, or a link")
    parser.add_argument("--drill", metavar="GROUP", help=f"split one group further: {', '.join(GROUPS)}")
    parser.add_argument("--figure", metavar="KEY", default="families.lead", help="figure that the text explains")
    parser.add_argument("--paths", type=int, metavar="N", default=2_048, help="number of paths, a power of two")
    add_entry_option(parser)
    add_json_option(parser)

    def run(args: argparse.Namespace) -> None:
        if args.figure not in FIGURES:
            raise ScenarioError(f"--figure {quoted(args.figure)}: no such figure; there are {', '.join(FIGURES)}")
        if args.drill and args.drill not in GROUPS:
            raise ScenarioError(f"--drill {quoted(args.drill)}: no such group; there are {', '.join(GROUPS)}")
        sides = [named_scenario(args.A), named_scenario(args.B)]
        for _, notes in sides:
            tell(notes)
        here, there = (scenario.replace({"run.paths": args.paths}) for scenario, _ in sides)
        found = compare([here, there], (args.A, args.B), paths=args.paths, entry=args.entry)
        between = Mixtures(here, there, args.paths, args.entry)
        split = bridge(here, there, mixtures=between)
        inner = drill_down(here, there, args.drill, mixtures=between) if args.drill else None
        if args.json:
            print(plain_json(comparison_json(found, split, args.drill, inner)))
            return
        print(inputs_text(found))
        print(figures_text(found))
        print(bridge_text(split, args.figure, "group"))
        if inner:
            print(bridge_text(inner, args.figure, GROUPS[args.drill].label))

    return run


def stress(parser: Parser) -> Run:
    """Every class under each named stress, and under all at once."""
    from models.studies.stress.stress import stress_matrix, stress_table

    add_scenario_options(parser)
    add_entry_option(parser)
    add_json_option(parser)

    def run(args: argparse.Namespace) -> None:
        scenario, _ = told_scenario(args)
        matrix = stress_matrix(scenario, paths=scenario.run.paths, entry=args.entry)
        tell(list(dict.fromkeys(note for row in matrix.rows for note in row.notes)))
        table = stress_table(matrix)
        if args.json:
            print(plain_json(table.to_dict("records")))
        else:
            tell([said] if (said := left_out(matrix.base.absent)) else [])
            print(table.pivot(index=["title", "label"], columns="figure", values="change").to_string(na_rep="absent"))

    return run


def reverse(parser: Parser) -> Run:
    """The most likely way in which a class loses money, and its story."""
    from models.studies.stress.form import REACH
    from models.studies.stress.reverse_stress import reverse_stress

    parser.add_argument("asset", metavar="CLASS", help=", ".join(CLASSES))
    parser.add_argument("--loss", type=finite, default=0.0, metavar="SHARE", help="share of capital lost (default: 0)")
    add_scenario_options(parser)
    add_entry_option(parser)
    add_json_option(parser)

    def run(args: argparse.Namespace) -> None:
        found = reverse_stress(told_scenario(args)[0], args.asset, args.loss, entry=args.entry)
        if args.json:
            figures = {name: value for name, value in vars(found).items() if name not in ("path", "story")}
            lines = [vars(line) for line in found.story]
            print(plain_json({**figures, "story": lines, "path": found.path.to_dict("records")}))
            return
        is_near = math.isfinite(found.beta)
        where = f"beta {found.beta:.2f}; Phi(-beta) {found.probability:.3f}" if is_near else (
            f"no boundary within {REACH:g} standard deviations of the median future")
        print(f"{where}; share of futures {found.simulated:.3f} (se {found.simulated_se:.4f}, {found.paths} paths)")
        for line in found.story:
            print(f"  quarter {line.quarter:2}: {line.words}")

    return run


def regret(parser: Parser) -> Run:
    """What each class and mix would be regretted for, over the presets."""
    from models.studies.stress.regret import regret_frame, regret_table

    parser.add_argument("--measure", choices=("sure", "mean"), default="sure", help="what counts: sure gain or mean")
    add_scenario_options(parser)
    add_entry_option(parser)
    add_json_option(parser)

    def run(args: argparse.Namespace) -> None:
        found = regret_table(told_scenario(args)[0], measure=args.measure, entry=args.entry)
        table = regret_frame(found)
        if args.json:
            print(plain_json({"best": found.best, "is_close": found.is_close, "rows": table.to_dict("records"),
                              "absent": sorted(found.absent)}))
            return
        tell([f"{found.scenarios[state]}: nothing can be put into {found.choices[choice]}, so choosing it there is "
              "holding cash." for choice, state in sorted(found.absent)])
        print(table.pivot(index="label", columns="scenario", values="regret").round(3).to_string())
        close = " (too close to call)" if found.is_close else ""
        print(f"smallest largest regret: {found.choices[found.best]}{close}")

    return run
