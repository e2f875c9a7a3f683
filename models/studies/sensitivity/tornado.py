"""Tornado: what each assumption alone does to a metric, on shared draws, with the noise of each bar.

*Range* of an assumption: its declared bounds, or the 10th and 90th percentile of a triangular distribution over them
with its peak at the value of the scenario. The triangle says what a bound means (beyond it nothing is thought possible)
and that today's value is the most likely one; it needs no number that is not declared already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scipy.stats import triang

from models.basis.entry import Entry
from models.engine.estimate import NOTHING, Estimate
from models.engine.target import Target
from models.engine.world import PATHS, Price, world_of
from models.errors import AbsentError, ScenarioError
from models.scenario.catalog import catalog
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario

RANGES = {
    "p10_p90": "10th to 90th percentile of a triangle over the declared bounds with its peak at today's value",
    "bounds": "declared bounds",
}
UNMOVED = ("run", "entry")
"""Groups that are no assumption about the world."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Bar:
    """What one assumption does to the metric.

    Attributes
    ----------
    path, label, unit : str
        Of the assumption.
    value, low, high : float
        Today's value and the two ends it is moved to.
    effect_low, effect_high : float
        Change of the metric at each end.
    effect_low_se, effect_high_se : float
        Standard errors of these paired differences.
    problem : str
        Why an end contradicts other assumptions, empty otherwise; its effect is NaN.
    """

    path: str
    label: str
    unit: str
    value: float
    low: float
    high: float
    effect_low: float
    effect_low_se: float
    effect_high: float
    effect_high_se: float
    problem: str = ""

    @property
    def swing(self) -> float:
        """Width of the bar, which always contains today: largest less smallest change."""
        ends = [e for e in (self.effect_low, self.effect_high) if e == e]
        return max([0.0, *ends]) - min([0.0, *ends])

    @property
    def is_noise(self) -> bool:
        """Whether neither end differs from today by more than two standard errors."""
        ends = ((self.effect_low, self.effect_low_se), (self.effect_high, self.effect_high_se))
        return not any(abs(effect) > 2.0 * error for effect, error in ends if effect == effect)


@dataclass(frozen=True)
class Tornado:
    """Bars of a target, widest first.

    ``idle`` are assumptions that change nothing at all, ``stuck`` those that cannot be moved alone, with the reason;
    ``emptied`` those of them that leave nothing invested in the class at an end of their range, with the clause why.
    """

    target: Target
    ranges: str
    base: float
    base_se: float
    paths: int
    bars: tuple[Bar, ...]
    idle: tuple[str, ...]
    stuck: tuple[tuple[str, str], ...]
    emptied: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        bars = [asdict(bar) | {"swing": bar.swing, "is_noise": bar.is_noise} for bar in self.bars]
        return asdict(self) | {
            "label": self.target.label, "unit": self.target.unit, "ranges_mean": RANGES[self.ranges], "bars": bars,
            "stuck": [{"path": path, "problem": problem} for path, problem in self.stuck],
        }


def tornado(
    scenario: Scenario, target: Target, *, ranges: str = "p10_p90", drivers: Sequence[str] = (), paths: int = PATHS,
    entry: str = "fair", price: Price = "agreed", progress: Progress | None = None,
) -> Tornado:
    """Move each assumption to both ends of its range, all others as they are.

    Parameters
    ----------
    ranges : {"p10_p90", "bounds"}
    drivers : sequence of str
        Dotted paths; every number of the scenario when empty. Their order changes no bar.
    entry : {"fair", "at_cost"}
    price : {"agreed", "again"}
        Whether the price paid stays as it is, or is found again at each end.

    Raises
    ------
    ScenarioError
        Where a driver is no number, or has no value that could be moved.
    """
    if ranges not in RANGES:
        raise ScenarioError(f"ranges: {ranges!r} is none; choose {' or '.join(RANGES)}")
    world = world_of(scenario, paths)
    items = [number(path, scenario) for path in dict.fromkeys(drivers)] if drivers else numbers(scenario)
    today = target.at(world, entry)

    def effect(path: str, end: float) -> tuple[Estimate, str]:
        try:
            return target.at(world.neighbor({path: end}, price), entry) - today, ""
        except AbsentError as error:
            emptied[path] = error.why
            return NOTHING, error.why
        except ScenarioError as error:
            return NOTHING, str(error)

    bars, emptied = [], dict[str, str]()
    for done, item in enumerate(items, start=1):
        both = ends(item, ranges)
        (low, low_problem), (high, high_problem) = (effect(item.path, end) for end in both)
        bars.append(Bar(
            item.path, item.label, item.unit, held(item), *both, low.value, low.error, high.value, high.error,
            "; ".join(problem for problem in (low_problem, high_problem) if problem),
        ))
        if progress is not None:
            progress(done / len(items))
    moved = sorted((b for b in bars if b.swing > 0.0), key=lambda b: (-b.swing, b.path))
    return Tornado(
        target, ranges, today.value, today.error, world.shocks.paths, tuple(moved),
        tuple(sorted(b.path for b in bars if b.swing == 0.0 and not b.problem)),
        tuple(sorted((b.path, b.problem) for b in bars if b.problem)), tuple(sorted(emptied.items())),
    )


def numbers(scenario: Scenario, groups: Iterable[str] = ()) -> list[Entry]:
    """Assumptions that can be moved up and down: numbers that have a value."""
    return [e for e in catalog(scenario) if _is_number(e) and e.group not in UNMOVED and e.group in (groups or e.group)]


def number(path: str, scenario: Scenario) -> Entry:
    """One assumption that can be moved up and down; raises ScenarioError where it is none."""
    item = declared(path, scenario)
    if not _is_number(item) or item.group in UNMOVED:
        why = f"it follows another one ({item.none}); set it first" if item.value is None else "it is no number"
        raise ScenarioError(f"{path}: cannot be moved up and down, {why}")
    return item


def _is_number(item: Entry) -> bool:
    is_held = isinstance(item.value, int | float) and not isinstance(item.value, bool)
    return item.kind in ("number", "integer") and is_held and item.high != item.low


def held(item: Entry) -> float:
    """Value of an assumption that is a number."""
    if not isinstance(item.value, int | float):
        raise ScenarioError(f"{item.path}: {item.value!r} is no number")
    return float(item.value)


def ends(item: Entry, ranges: str) -> tuple[float, float]:
    """Low and high end of an assumption's range, in its stored unit; whole numbers where it counts something."""
    low, high = float(item.low or 0.0), float(item.high or 0.0)
    if ranges == "bounds":
        return low, high
    peak = (held(item) - low) / (high - low)
    found = [float(x) for x in triang.ppf((0.10, 0.90), peak, loc=low, scale=high - low)]
    return tuple(round(x) if item.kind == "integer" else x for x in found)  # type: ignore[return-value]
