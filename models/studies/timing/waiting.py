"""Now, later, in stages or never: what it is worth to look at the market before committing (model 4.10).

Whether to enter at quarter s is decided by a rule that knows only what is seen then: surplus, rent over break-even,
utilization, demand and whether builders have stopped. The rule is a regression (Longstaff and Schwartz 2001) fitted on
training paths; every figure is its result on fresh paths, so it is a lower bound of the value of waiting and never
better than hindsight. Strategies are compared by terminal wealth at one reinvestment rate, as sure gains over cash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.basis.investor import Rates
from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.engine.estimate import mean, standard_error
from models.engine.wealth import EntryName, sure_gain, training_world, utility, wealth_of_cash
from models.engine.world import world_of
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from models.studies.timing.later import NEW, WITHOUT, later_entries

QUARTERS = (4, 8)
PATHS = 4_096
STRATEGIES = {
    "now": "Commit now",
    "later_4": "Commit to enter after 4 quarters",
    "later_8": "Commit to enter after 8 quarters",
    "see_4": "Look after 4 quarters, then enter or not",
    "see_8": "Look after 8 quarters, then enter or not",
    "see_4_8": "Look after 4 and, if not entered, after 8 quarters",
    "staged": "Half now; after 4 quarters decide on the other half",
    "hindsight": "Hindsight: enter now, later or never, knowing the future",
}
"""Strategies in the order they are shown; the last one is a bound, not a choice."""
WAITING = ("see_4", "see_8", "see_4_8", "staged")


@dataclass(frozen=True)
class Strategy:
    """Result of one strategy on fresh paths, per dollar set aside at closing.

    Attributes
    ----------
    sure : float
        Certain gain over cash as good as the gamble; ``sure_se`` its standard error.
    over_now : float
        Sure gain less that of committing now, on the same paths; ``over_now_se`` its standard error.
    looking : float
        Sure gain less that of entering at the same time without looking; NaN where nothing is looked at.
    wealth : float
        Mean wealth at the common horizon of ten years; ``wealth_se``.
    enters : float
        Share of futures in which the asset is bought at all.
    """

    asset: str
    strategy: str
    sure: float
    sure_se: float
    over_now: float
    over_now_se: float
    looking: float
    looking_se: float
    wealth: float
    wealth_se: float
    enters: float


@dataclass(frozen=True)
class Rule:
    """What the rule at one quarter does on fresh paths: share of futures entered, and median surplus by its answer."""

    asset: str
    quarter: int
    enters: float
    surplus_entered: float
    surplus_left: float


@dataclass(frozen=True, eq=False)
class Waiting:
    """Strategies of each class, rules, and the classes that cannot be entered later with the reason."""

    strategies: tuple[Strategy, ...]
    rules: tuple[Rule, ...]
    without: Mapping[str, str]

    def table(self) -> pd.DataFrame:
        """One row a class and strategy."""
        return pd.DataFrame([{"label": CLASSES[s.asset].label, **asdict(s)} for s in self.strategies])

    def best(self, asset: str) -> Strategy:
        """The waiting strategy with the greatest sure gain."""
        own = [s for s in self.strategies if s.asset == asset and s.strategy in WAITING]
        return max(own, key=lambda s: s.sure)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the command line."""
        return {
            "strategies": [asdict(s) for s in self.strategies], "rules": [asdict(r) for r in self.rules],
            "without": dict(self.without),
        }


def waiting(
    scenario: Scenario, entry: EntryName = "fair", paths: int = PATHS, progress: Callable[[float], None] | None = None
) -> Waiting:
    """Value of waiting 4 or 8 quarters and of entering in stages, for every class that can be entered later.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        Price paid now; later prices move with it.
    paths : int
        Training paths, and at most as many fresh ones.
    progress : callable, optional
        Called with the share done.
    """
    tell = progress or (lambda share: None)
    sides, absent = [], dict[str, str]()
    for done, world in enumerate((training_world(scenario, paths), world_of(scenario, paths))):
        absent |= world.absent(NEW, entry)
        market = world.market
        tell(0.1 + 0.45 * done)
        entries: dict[str, dict[int, Array]] = {}
        for k, key in enumerate(NEW):
            entries |= later_entries(world, QUARTERS, entry, (key,))
            tell(0.1 + 0.45 * done + 0.2 * (k + 1))
        sides.append(_Side(entries, {s: features(market, s) for s in QUARTERS}, market, world.shocks))
    strategies: list[Strategy] = []
    rules: list[Rule] = []
    rates = scenario.in_force.rates
    for key in (key for key in sides[0].entries if key not in absent):
        played = play(sides[0].class_of(key), sides[1].class_of(key), rates)
        strategies += _results(key, played, sides[1], rates)
        rules += _rules(key, played, sides[1])
    tell(1.0)
    left_out = {key: f"{why[0].upper()}{why[1:]}." for key, why in absent.items()}
    return Waiting(tuple(strategies), tuple(rules), dict(WITHOUT) | left_out)


@dataclass(frozen=True, eq=False)
class ClassPaths:
    """One class on one set of paths: entries by quarter, and what is seen then (paths, features)."""

    entries: Mapping[int, Array]
    seen: Mapping[int, Array]


@dataclass(frozen=True, eq=False)
class _Side:
    entries: Mapping[str, Mapping[int, Array]]
    seen: Mapping[int, Array]
    market: MarketPaths
    shocks: Shocks

    def class_of(self, key: str) -> ClassPaths:
        return ClassPaths(self.entries[key], self.seen)


def features(market: MarketPaths, quarter: int) -> Array:
    """What is seen at a quarter, (paths, features): no path knows anything of what comes."""
    surplus, ratio = market.surplus[:, quarter], market.log_ratio[:, quarter]
    return np.stack(
        [surplus, ratio, market.utilization[:, quarter], market.demand_paths.state[:, quarter],
         market.world.is_bust[:, quarter], surplus**2, ratio**2, surplus * ratio], axis=1,
    )


@dataclass(frozen=True, eq=False)
class Played:
    """Strategies played on fresh paths: value over cash per dollar, (paths,), and where each entered."""

    gains: Mapping[str, Array]
    entered: Mapping[str, NDArray[np.bool_]]


def play(training: ClassPaths, fresh: ClassPaths, rates: Rates) -> Played:
    """Fit the rules on one set of paths and play every strategy on another.

    Parameters
    ----------
    training, fresh : ClassPaths
        The same class on independent paths, with entries at 0, 4 and 8.
    """
    early, late = QUARTERS
    gain = {s: utility(training.entries[s], rates) for s in QUARTERS}
    rule = {s: Regression(training.seen[s], gain[s]) for s in QUARTERS}
    does = {s: rule[s](fresh.seen[s]) > 0.0 for s in QUARTERS}
    # The value of looking again: what the rule at the later quarter brings on the training paths.
    goes_late = rule[late](training.seen[late]) > 0.0
    again = Regression(training.seen[early], np.where(goes_late, gain[late], 0.0))
    first = does[early] & (rule[early](fresh.seen[early]) >= again(fresh.seen[early]))
    now, v = fresh.entries[0], {s: fresh.entries[s] for s in QUARTERS}
    half = 0.5 * training.entries[0]
    more = Regression(
        training.seen[early],
        utility(half + 0.5 * training.entries[early], rates) - utility(half, rates),
    )
    adds = more(fresh.seen[early]) > 0.0
    everywhere = np.ones(len(now), dtype=bool)
    values = {
        "now": now, "later_4": v[early], "later_8": v[late],
        "see_4": v[early] * does[early], "see_8": v[late] * does[late],
        "see_4_8": np.where(first, v[early], v[late] * does[late]),
        "staged": 0.5 * now + 0.5 * v[early] * adds,
        "hindsight": np.maximum(0.0, np.maximum(now, np.maximum(v[early], v[late]))),
    }
    entered = {
        "now": everywhere, "later_4": everywhere, "later_8": everywhere, "see_4": does[early], "see_8": does[late],
        "see_4_8": first | does[late], "staged": adds,
        "hindsight": values["hindsight"] > 0.0,
    }
    return Played(values, entered)


class Regression:
    """Expected value given what is seen, by least squares on standardized features."""

    def __init__(self, seen: Array, target: Array) -> None:
        self.middle, self.spread = seen.mean(axis=0), seen.std(axis=0)
        self.spread = np.where(self.spread > 1e-12, self.spread, np.inf)  # what never varies explains nothing
        self.slope = np.linalg.lstsq(self._matrix(seen), target, rcond=1e-8)[0]

    def __call__(self, seen: Array) -> Array:
        """Expected values, (paths,)."""
        return np.asarray(self._matrix(seen) @ self.slope)

    def _matrix(self, seen: Array) -> Array:
        return np.column_stack([np.ones(len(seen)), (seen - self.middle) / self.spread])


def _results(key: str, played: Played, side: _Side, rates: Rates) -> list[Strategy]:
    replicate, cash = side.shocks.replicate, wealth_of_cash(rates)
    table = np.stack([played.gains[name] for name in STRATEGIES], axis=1)

    def sure(values: Array) -> Array:
        return np.array([sure_gain(column, rates) for column in values.T])

    every, each = sure(table), [sure(table[replicate == name]) for name in np.unique(replicate)]
    names = list(STRATEGIES)

    out = []
    for i, name in enumerate(names):
        paths = mean(table[:, i], replicate)
        blind = {"see_4": "later_4", "see_8": "later_8"}.get(name)
        j = names.index(blind) if blind else i
        out.append(Strategy(
            key, name, sure=float(every[i]), sure_se=standard_error([float(e[i]) for e in each]),
            over_now=float(every[i] - every[0]), over_now_se=standard_error([float(e[i] - e[0]) for e in each]),
            looking=float(every[i] - every[j]) if blind else float("nan"),
            looking_se=standard_error([float(e[i] - e[j]) for e in each]) if blind else float("nan"),
            wealth=cash * (1.0 + paths.value), wealth_se=cash * paths.error,
            enters=float(played.entered[name].mean()),
        ))
    return out


def _rules(key: str, played: Played, side: _Side) -> list[Rule]:
    out = []
    for s in QUARTERS:
        enters, surplus = played.entered[f"see_{s}"], side.market.surplus[:, s]
        out.append(Rule(key, s, float(enters.mean()), _median(surplus[enters]), _median(surplus[~enters])))
    return out


def _median(values: Array) -> float:
    return float(np.median(values)) if len(values) else float("nan")
