"""From a path to its trace: find the explanation, take its operands apart, stop at the asked depth."""

from __future__ import annotations

from dataclasses import fields, replace
from difflib import get_close_matches

from models.basis.reading import quoted
from models.engine.evaluate import KEPT, Evaluation
from models.engine.measures import DebtMeasures, Measures, Quantiles
from models.errors import ScenarioError
from models.explain.equation import Equation, fill, rule, with_numbers
from models.explain.leaves import assumption_spec
from models.explain.registry import Reader, UnknownPath, find
from models.explain.trace import Trace
from models.scenario.catalog import PROGRAMS
from models.scenario.presets import preset as find_preset
from models.tables.classes import DEBT_METRICS, MARKET_SERIES, METRICS

DEPTH = 10
_NAMES = ("p05", "p50", "p95")
_LONGEST = 200


def explain(evaluation: Evaluation, path: str, *, preset: str = "", depth: int = DEPTH) -> Trace:
    """Explain one number of an evaluation down to declared assumptions.

    Parameters
    ----------
    evaluation : Evaluation
    path : str
        As in the JSON contract: ``assets.gpu_fleet.irr.p50``, ``market.price.p50.12`` (quarter 12),
        ``assets.gpu_debt.at_cost.cvar_95``, ``picks_and_shovels_ahead.probability``, ``scenario.demand.growth_now``;
        or the path of any operand of a trace.
    preset : str
        Preset the scenario started from: its reasons are the sources of the values it sets.
    depth : int
        Levels of operands below the number; deeper ones are left out and can be asked for by their own path.

    Returns
    -------
    Trace

    Raises
    ------
    ScenarioError
        If the path leads to no number of this evaluation, with the nearest paths; if the preset is unknown; or if the
        run is so large that not all of its paths were kept.
    """
    if evaluation.paths > len(evaluation.replicate):
        raise ScenarioError(
            f"run.paths: {evaluation.paths:,} is too many to explain, because only {KEPT:,} paths are kept whole; "
            f"set run.paths to {KEPT} or less"
        )
    reader = Reader(evaluation, find_preset(preset) if preset else None)
    return _Resolver(reader).trace(path.strip().removeprefix("scenario."), depth, ())


def spec_of(reader: Reader, path: str) -> Equation:
    """Explanation of one path, operands by name only; raises as `explain`."""
    try:
        for builder, tokens in find(path):
            return _filled(reader, builder(reader, **tokens))
        return assumption_spec(reader, path)
    except UnknownPath as why:
        raise ScenarioError(_unknown(reader.evaluation, path, str(why.args[0]) if why.args else "")) from None


def _filled(reader: Reader, equation: Equation) -> Equation:
    """The equation with the values of assumptions in the places its text leaves for them."""
    if "{" not in equation.text:
        return equation
    entries = reader.entries
    values = {name: entries[path].value for name, path in equation.operands.items() if path in entries}
    return replace(equation, text=fill(equation.text, values))


class _Resolver:
    """Traces of one request; a number that is asked for twice is read once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.equations: dict[str, Equation] = {}
        self.made: dict[tuple[str, int], Trace] = {}

    def trace(self, path: str, left: int, trail: tuple[str, ...]) -> Trace:
        if path in trail:
            raise RuntimeError(f"{path} explains itself: {' <- '.join(trail)}")
        if (path, left) not in self.made:
            self.made[path, left] = self._take_apart(path, self.equation(path), left, (*trail, path))
        return self.made[path, left]

    def equation(self, path: str) -> Equation:
        if path not in self.equations:
            self.equations[path] = spec_of(self.reader, path)
        return self.equations[path]

    def _take_apart(self, path: str, it: Equation, left: int, trail: tuple[str, ...]) -> Trace:
        names, is_cut = it.symbols, left <= 0 and bool(it.operands)
        below = () if left <= 0 else tuple(self.trace(name, left - 1, trail) for _, name in names)
        is_expression = it.kind == "expression" and bool(below)
        return Trace(
            path=path, label=it.label, value=it.value, unit=it.unit, status=it.status, formula=it.words,
            equation=it.text, kind=it.kind, symbols=tuple(name for name, _ in names), operands=below,
            with_numbers=with_numbers(it.text, it.bound(lambda name: self.equation(name).value)) if is_expression
            else "", rule=rule(it.text, tuple(it.operands)) if it.kind == "expression" else "",
            beside=() if left <= 0 else tuple(self.trace(name, left - 1, trail) for name in it.beside),
            standard_error=it.standard_error, source=it.source, note=it.note, is_cut=is_cut,
        )


def headline_paths(evaluation: Evaluation) -> tuple[str, ...]:
    """Every number of the JSON contract that is not an assumption, by path; the market by quarter."""
    quarters = range(evaluation.market.quarters + 1)
    out = [f"market.{name}.{p}.{t}" for name in MARKET_SERIES for p in _NAMES for t in quarters]
    out += [f"ai_revenue_by_year.{name}.{p}.{year}" for name in evaluation.revenue.series for p in _NAMES
            for year in range(len(evaluation.revenue.years))]
    for root, results in (("assets", evaluation.assets), ("variants", evaluation.variants)):
        for key, result in results.items():
            for entry, name in ((f"{root}.{key}", "fair"), (f"{root}.{key}.at_cost", "at_cost")):
                if result.absent(name):
                    continue
                out += _fields(entry, Measures)
                if result.debt is not None:
                    out += _fields(entry, DebtMeasures)
    order = [i for i, result in enumerate(evaluation.assets.values()) if not result.absent()]
    out += [f"correlation.rank.{i}.{j}" for i in order for j in order]
    if evaluation.family_lead is not None:
        ahead = ("probability", "standard_error", "mean", "mean_standard_error")
        out += [f"picks_and_shovels_ahead.{name}" for name in ahead]
    return (*out, "paths", "seed")


def _fields(prefix: str, kind: type[Measures] | type[DebtMeasures]) -> list[str]:
    names = [field.name for field in fields(kind)]
    out = []
    for name in names:
        if name in (METRICS | DEBT_METRICS) and f"{name}_se" not in names and _is_spread(kind, name):
            out += [f"{prefix}.{name}.{part.name}" for part in fields(Quantiles)]
        elif name not in ("irr_status", "undefined"):
            out.append(f"{prefix}.{name}")
    return out


def _is_spread(kind: type[Measures] | type[DebtMeasures], name: str) -> bool:
    return str(kind.__annotations__[name]) == "Quantiles"


def _unknown(evaluation: Evaluation, path: str, why: str) -> str:
    known = [*headline_paths(evaluation), *(item for item in Reader(evaluation).entries)]
    asked = path[:_LONGEST].lower()
    inside = [name for name in known if f".{asked}." in f".{name}."][:3] if asked else []
    near = inside or get_close_matches(asked, known, 3, 0.5)
    if not near and asked.startswith(PROGRAMS):
        near = [f"{PROGRAMS}.0.schedule.budget"]
    hint = f"; nearest: {', '.join(near)}" if near else "; `python -m models evaluate --json` shows every number"
    return f"{quoted(path)}: no such number{f' ({why})' if why else ''}{hint}"
