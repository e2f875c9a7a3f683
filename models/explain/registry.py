"""Explanations by path: each declares one kind of number of an evaluation, its equation and its operands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any, TypeVar

import numpy as np

from models.basis.entry import Entry
from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.store import Store
from models.basis.timeline import Array
from models.engine.evaluate import Evaluation
from models.evidence.presets import Preset
from models.explain.equation import Equation, Operand
from models.market.simulate import MarketPaths, Setting
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario

T = TypeVar("T")

# What a token of a path may be; every other token is one word.
_TOKENS = {
    "t": r"\d{1,4}",
    "year": r"\d{1,4}",
    "group": r"\d{1,4}",
    "pxx": r"p05|p50|p95",
    "stat": r"mean|path\d{1,9}",
    "path": r"path\d{1,9}",
    "run": r"(?:_local)?",
    "asset": r"(?:assets|variants)\.[a-z_]+(?:\.at_cost)?",
    "claim": r"(?:assets|variants)\.[a-z_]+",
    "measure": r"irr|moic|payback_years",
    "figure": r"(?:cash_)?npv_mean|probability_of_loss|probability_below_(?:cash|quarter)|cvar_95|"
              r"certainty_equivalent(?:_return)?",
    "debt": r"default_probability(?:_lab_(?:fails|lasts))?|loss_given_default|expected_loss|wal_years|advance_rate",
    "share": r"default_probability(?:_lab_(?:fails|lasts))?|expected_loss",
    "fate": r"lab_(?:fails|lasts)",
    "rate": r"hurdle|cash",
    "side": r"received|paid",
    "center": r"assets\.data_center|variants\.data_center_unlevered",
    "fleet": r"assets\.gpu_fleet|assets\.gpu_debt\.collateral",
}
_WHOLE = ("t", "year", "group")
_PLACE = re.compile(r"\{(\w+)(?:([+-])(\d+))?\}")


class UnknownPath(LookupError):
    """A path that leads to no number of this evaluation; the text says why, if there is more to say."""


Builder = Callable[..., Equation]
_builders: dict[str, list[tuple[re.Pattern[str], Builder]]] = {}


def explains(*templates: str) -> Callable[[Builder], Builder]:
    """Register a function as the explanation of every path of these shapes, such as ``market.price.{path}.{t}``.

    The function is called with the reader and the tokens by name. No two shapes may fit the same path.
    """

    def register(builder: Builder) -> Builder:
        for template in templates:
            shape = re.compile(re.sub(r"\{(\w+)\}", _group, template.replace(".", r"\.")), re.ASCII)
            for root in _roots(template):
                _builders.setdefault(root, []).append((shape, builder))
        return builder

    return register


def declare(
    template: str | tuple[str, ...], label: str, unit: str | Callable[[Reader, str], str], words: str, text: str,
    operands: Mapping[str, Operand], value: Callable[..., Any], *, is_averaged: bool = False, **more: Any,
) -> None:
    """Register an equation as the explanation of every path of a shape.

    Parameters
    ----------
    template : str or tuple of str
        As for `explains`.
    label : str
        Quarter and path are added to it.
    unit : str or callable
        The unit, or what gives it for the reader and the pass of the market loop.
    text : str
        The equation; ``{τ}`` is the years since closing.
    operands : mapping
        Symbol to path. A path that begins with a dot stays in the same class (or the market), ``@`` is the statistic
        and the quarter of the number itself, ``@-1`` a quarter before, and tokens stand in braces.
    value : callable
        The engine's own value: called with the reader and those tokens that it names; of an array over paths or
        quarters the place asked for is taken.
    is_averaged : bool
        Whether the text holds on each path but not for means, because it is not linear in what differs between paths.
    **more
        Other fields of the `Equation`.
    """
    names = tuple(signature(value).parameters)[1:]

    def build(reader: Reader, **tokens: Any) -> Equation:
        root = _class_of(templates[0]).format(**tokens)
        found = value(reader, **{name: tokens[name] for name in names})
        equation = Equation(
            label=f"{label}{_where(reader, tokens)}", value=_picked(reader, found, tokens),
            unit=unit if isinstance(unit, str) else unit(reader, tokens.get("run", "")), words=words,
            text=text.replace("{τ}", f"{tokens['t'] / 4:g}") if "{τ}" in text else text,
            operands={name: placed(where, root, tokens) for name, where in operands.items()}, **more,
        )
        return over_paths(equation, tokens.get("stat", "")) if is_averaged else equation

    templates = (template,) if isinstance(template, str) else template
    explains(*templates)(build)


def placed(where: Operand, root: str, tokens: Mapping[str, Any]) -> Operand:
    """Operand with the tokens of a number filled in; see `declare`."""
    if not isinstance(where, str):
        return where
    path = f"{root}{where}" if where.startswith(".") else where
    stat = "".join(f".{{{name}}}" for name in ("stat", "path") if name in tokens)
    path = re.sub(r"@([+-]\d+)?", rf"{stat}.{{t\1}}" if "t" in tokens else stat, path)

    def token(place: re.Match[str]) -> str:
        found = tokens[place[1]]
        return str(found + int(f"{place[2]}{place[3]}")) if place[2] else str(found)

    return _PLACE.sub(token, path)


def _class_of(template: str) -> str:
    first, second, *_ = (*template.split("."), "")
    return first if first == "market" or first.startswith("{") else f"{first}.{second}"


def _where(reader: Reader, tokens: Mapping[str, Any]) -> str:
    stat = tokens.get("stat") or tokens.get("path")
    place = {"": ", world", "_local": ", home bloc"}[tokens["run"]] if "run" in tokens else ""
    when = f", quarter {tokens['t']}" if "t" in tokens else ""
    return f"{place}{when}{f', {reader.whose(stat)}' if stat else ''}"


def _picked(reader: Reader, found: Any, tokens: Mapping[str, Any]) -> Any:
    """The number asked for out of (paths or 1, quarters + 1), (paths,) or (quarters + 1,); others as they are."""
    stat, t = tokens.get("stat") or tokens.get("path"), tokens.get("t")
    if not isinstance(found, np.ndarray):
        return found
    if stat is None:
        return at(found, int(t or 0)) if found.ndim == 1 else reader.pick(found, "mean", t)
    return reader.pick(found, stat, t if found.ndim == 2 else None)


def _group(token: re.Match[str]) -> str:
    return f"(?P<{token[1]}>{_TOKENS.get(token[1], '[a-z0-9_]+')})"


def _roots(template: str) -> tuple[str, ...]:
    first = template.split(".")[0]
    if first in ("{asset}", "{claim}", "{center}"):
        return "assets", "variants"
    return ("assets",) if first == "{fleet}" else (first,)


def find(path: str) -> Iterator[tuple[Builder, dict[str, Any]]]:
    """Explanations registered for a path, with its tokens: one, or none."""
    for shape, builder in _builders.get(path.split(".")[0], ()):
        if fits := shape.fullmatch(path):
            yield builder, {name: int(word) if name in _WHOLE else word for name, word in fits.groupdict().items()}


_kept: Store[Any] = Store(1_024)


class Reader:
    """An evaluation as explanations read it: results, the scenario as it was played, and arrays made once.

    Parameters
    ----------
    evaluation : Evaluation
    preset : Preset or None
        Whose reasons stand behind values that are not the defaults.
    """

    def __init__(self, evaluation: Evaluation, preset: Preset | None = None) -> None:
        self.evaluation = evaluation
        self.preset = preset
        self.market: MarketPaths = evaluation.market

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` returns, kept beside the evaluation while it lives, among the last results of the store."""
        value: T = _kept.beside(self.evaluation).get(name, make)
        return value

    @property
    def is_calm(self) -> bool:
        """Whether this is the one path without volatility, jumps and hazards."""
        return self.evaluation.is_calm and not (self.evaluation.scenario.run.paths == 1 and self._is_drawn)

    @property
    def _is_drawn(self) -> bool:
        return bool(self.market.demand_paths.state.any())

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was played, with rates in force."""
        whole = self.evaluation.scenario
        return self.once("played", lambda: whole.calm.in_force if self.is_calm else whole.in_force)

    @property
    def setting(self) -> Setting:
        """What the market is made of."""
        return self.scenario.setting

    @property
    def shocks(self) -> Shocks:
        """The draws the scenario names; whoever uses them checks that the evaluation was made with them."""
        if self.is_calm:
            return self.once("calm shocks", calm_shocks)
        run = self.evaluation.scenario.run
        return draw_shocks(run.seed, run.paths, "sobol" if run.method == "sobol" else "random")

    @property
    def paths(self) -> int:
        """Number of paths."""
        return len(self.evaluation.replicate)

    @property
    def entries(self) -> dict[str, Entry]:
        """Declared assumptions of the scenario by dotted path."""
        scenario = self.evaluation.scenario
        return self.once("entries", lambda: {item.path: item for item in catalog(scenario)})

    def pick(self, array: Array, stat: str, t: int | None = None) -> float:
        """Mean over paths, or the value on one path, of (paths or 1, quarters + 1) at ``t`` or of (paths,)."""
        if t is not None and not 0 <= t < array.shape[1]:
            raise UnknownPath(f"quarters run from 0 to {array.shape[1] - 1}")
        column = array if t is None else array[:, t]
        if stat == "mean":
            return float(column.mean())
        row = row_of(stat)
        if row >= self.paths:
            raise UnknownPath(f"paths run from path0 to path{self.paths - 1}")
        return float(column[row if len(column) > 1 else 0])

    def whose(self, stat: str) -> str:
        """Words for a statistic: on one path, or on average."""
        if self.paths == 1:
            return "on the one path"
        return f"mean of {self.paths:,} paths" if stat == "mean" else f"on path {row_of(stat):,}"


def over_paths(equation: Equation, stat: str) -> Equation:
    """The equation as it holds for a statistic: on a path as it is, for the mean as the mean over paths."""
    if stat != "mean" or not equation.text:
        return equation
    left, equals, right = equation.text.rpartition(" = ")
    return replace(equation, text=f"{left}{equals}E[{right}]", kind="statistic")


def faded(now: str, long_run: str, fade: str, years: str = "{τ}") -> str:
    """Text of the integral of a rate that fades from its current to its long-run level, in these symbols."""
    return f"{long_run}·{years} + ({now} − {long_run})·(1 − e^(−{fade}·{years}))/{fade}"


def at(curve: Array, t: int) -> float:
    """Value of a curve (quarters + 1,) in one quarter."""
    if not 0 <= t < len(curve):
        raise UnknownPath(f"quarters run from 0 to {len(curve) - 1}")
    return float(curve[t])


def of_programs(reader: Reader, *names: str) -> tuple[str, ...]:
    """Paths of these assumptions for every program of the scenario."""
    return tuple(f"policy.programs.{i}.{name}" for i in range(len(reader.scenario.policy.programs)) for name in names)


def named(*paths: str) -> dict[str, Operand]:
    """Operands by the last word of their path, for numbers a loop over quarters reads."""
    out: dict[str, Operand] = {}
    for path in paths:
        word = [token for token in path.split(".") if not re.fullmatch(r"(path)?\d+|mean", token)][-1]
        out[word if word not in out else f"{word}′"] = path
    return out


def row_of(stat: str) -> int:
    """Row of a token such as ``path417``."""
    return int(stat.removeprefix("path"))


def neighbors(values: Array, probability: float) -> tuple[int, int, float]:
    """Rows whose values a quantile lies between, and the weight of the upper one; undefined values have no place."""
    valued = np.flatnonzero(~np.isnan(values))
    order = valued[np.argsort(values[valued], kind="stable")]
    position = probability * (len(order) - 1)
    lower = int(np.floor(position))
    upper = min(lower + 1, len(order) - 1)
    share = position - lower
    if share == 0.0 or values[order[lower]] == values[order[upper]]:
        return int(order[lower]), int(order[lower]), 0.0
    return int(order[lower]), int(order[upper]), share
