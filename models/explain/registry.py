"""Explanations by path: each is a small function that reads one number of an evaluation and names its operands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from models.basis.entry import Entry, Value
from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.engine.evaluate import Evaluation
from models.evidence.presets import Preset
from models.evidence.sources import Source
from models.explain.trace import Rule, TraceStatus
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
    "figure": r"(?:cash_)?npv_mean|probability_of_loss|probability_below_cash|cvar_95|certainty_equivalent",
    "rate": r"hurdle|cash",
    "side": r"received|paid",
    "center": r"assets\.data_center|variants\.data_center_unlevered",
    "fleet": r"assets\.gpu_fleet|assets\.gpu_debt\.collateral",
}
_WHOLE = ("t", "year", "group")


class UnknownPath(LookupError):
    """A path that leads to no number of this evaluation; the text says why, if there is more to say."""


@dataclass(frozen=True)
class Spec:
    """One explained number, its operands named by their paths; see `Trace` for the fields."""

    label: str
    value: Value
    unit: str
    formula: str
    equation: str = ""
    operands: tuple[str, ...] = ()
    rule: Rule = ""
    beside: tuple[str, ...] = ()
    standard_error: float | None = None
    status: TraceStatus = "computed"
    source: Source | None = None
    note: str = ""


Builder = Callable[..., Spec]
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


_kept: WeakKeyDictionary[Evaluation, dict[str, Any]] = WeakKeyDictionary()


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
        """What ``make`` returns, kept as long as the evaluation lives."""
        kept = _kept.setdefault(self.evaluation, {})
        if name not in kept:
            kept[name] = make()
        found: T = kept[name]
        return found

    @property
    def is_calm(self) -> bool:
        """Whether this is the one path without volatility, jumps and hazards."""
        return self.evaluation.is_calm and not (self.evaluation.scenario.run.paths == 1 and self._is_drawn)

    @property
    def _is_drawn(self) -> bool:
        return bool(self.market.demand_paths.state.any())

    @property
    def scenario(self) -> Scenario:
        """The scenario as it was played."""
        whole = self.evaluation.scenario
        return self.once("played", lambda: whole.calm) if self.is_calm else whole

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


def at(curve: Array, t: int) -> float:
    """Value of a curve (quarters + 1,) in one quarter."""
    if not 0 <= t < len(curve):
        raise UnknownPath(f"quarters run from 0 to {len(curve) - 1}")
    return float(curve[t])


def intensity_of(reader: Reader) -> tuple[str, ...]:
    """What budgets are multiplied by: the intensity, and its path by year where one is given."""
    by_year = reader.scenario.policy.intensity_by_year is not None
    return ("policy.intensity", *(("policy.intensity_by_year",) if by_year else ()))


def row_of(stat: str) -> int:
    """Row of a token such as ``path417``."""
    return int(stat.removeprefix("path"))


def neighbors(values: Array, probability: float) -> tuple[int, int, float]:
    """Rows whose values a quantile lies between, and the weight of the upper one; undefined values have no place."""
    valued = np.flatnonzero(~np.isnan(values))
    if not len(valued):
        raise UnknownPath("the value is undefined on every path")
    order = valued[np.argsort(values[valued], kind="stable")]
    position = probability * (len(order) - 1)
    lower = int(np.floor(position))
    upper = min(lower + 1, len(order) - 1)
    share = position - lower
    if share == 0.0 or values[order[lower]] == values[order[upper]]:
        return int(order[lower]), int(order[lower]), 0.0
    return int(order[lower]), int(order[upper]), share
