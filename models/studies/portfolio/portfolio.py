"""What to hold: mixes of the six classes by tail loss, sure gain and regret, and where the user's own mix stands.

Mixes are fitted on one set of paths and judged on another, the one that the pages show: a mix fitted and judged on the
same paths looks better than it is, and the difference is reported. What is not placed is cash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.engine.evaluate import Evaluation, evaluate
from models.engine.wealth import Outcomes, outcomes, sure_gain, sure_gain_slope, training_world
from models.measures import risk
from models.scenario.presets import presets
from models.scenario.scenario import Scenario
from models.studies.portfolio.frontier import Limits, Plane, frontier, least, minimax_regret, tail_loss, tail_plane
from models.studies.portfolio.mandate import EQUAL, Settings, absences, check_weights, notes, possible_worlds
from models.studies.portfolio.mixes import CONFIDENCE, Judge, Mix, dependence

PATHS = 2_048
WORLD_PATHS = 1_024
POINTS = 15
PROPOSED = {"least_loss": "Least tail loss", "sure": "Highest sure gain", "regret": "Least regret"}


@dataclass(frozen=True, eq=False)
class Study:
    """Everything about what to hold that does not depend on the user's own mix.

    Attributes
    ----------
    frontier : DataFrame
        One row a point: mean(+_se), tail(+_se), tail_in_sample, wealth, sure, and one column of weight a class.
    singles : DataFrame
        One row a class: asset, label, family, mean(+_se), tail(+_se), wealth, sure.
    mixes : tuple of Mix
        The mixes proposed.
    worlds : mapping
        Name -> outcomes of the same deals in that world, at today's prices; "" is the scenario's own.
    best : (worlds, classes)
        The best allowed mix of each world, had it been known.
    rank, rank_se, tails, tails_se : (6, 6)
        Correlation by rank and of tails, with standard errors; NaN for a class that is absent.
    absent : mapping
        Classes that nothing can be put into, and why: no mix holds them, and money meant for them stays in cash.
    """

    settings: Settings
    rates: Rates
    judge: Judge
    points: Array
    frontier: pd.DataFrame
    singles: pd.DataFrame
    mixes: tuple[Mix, ...]
    worlds: Mapping[str, Outcomes]
    best: Array
    rank: Array
    rank_se: Array
    tails: Array
    tails_se: Array
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """What mixes must obey: the caps asked for, and nothing of a class that is absent."""
        return self.settings.limits.without([key in self.absent for key in CLASSES])

    def mix(self, name: str) -> Mix:
        """The proposed mix of this name."""
        return next(mix for mix in self.mixes if mix.name == name)

    @cached_property
    def regret(self) -> pd.DataFrame:
        """One row a world: world, title, best (sure gain), and the regret (+_se) of each class and proposed mix."""
        alone = dict(zip(CLASSES, np.eye(len(CLASSES)), strict=True))
        held = {key: weights for key, weights in alone.items() if key not in self.absent}
        held |= {mix.name: _array(mix) for mix in self.mixes}
        rows: list[dict[str, Any]] = [
            {"world": name, "title": presets()[name].title if name else "This scenario",
             "best": sure_gain(table.gains @ top, self.rates)}
            for (name, table), top in zip(self.worlds.items(), self.best, strict=True)
        ]
        for key, weights in held.items():
            for row, (value, error) in zip(rows, self.regret_of(weights), strict=True):
                row |= {key: value, f"{key}_se": error}
        return pd.DataFrame(rows)

    def regret_of(self, weights: Array) -> list[tuple[float, float]]:
        """What a mix (classes,) misses against the best mix of each world, with paired standard errors."""
        out = []
        for table, top in zip(self.worlds.values(), self.best, strict=True):
            def missed(gains: Array, top: Array = top) -> float:
                return sure_gain(gains @ top, self.rates) - sure_gain(gains @ weights, self.rates)

            error = float(risk.replicate_standard_error(missed, table.gains, table.replicate))
            out.append((missed(table.gains), error))
        return out


@dataclass(frozen=True, eq=False)
class Own:
    """The user's own mix beside the efficient one of the same mean and the same amount of cash.

    Attributes
    ----------
    match : Mix or None
        None where nothing is placed, or the caps forbid that mean.
    gap, gap_se : float
        Tail loss of the own mix less that of the match, on the same fresh paths.
    regret : tuple of (float, float)
        For each world what the own mix falls short of the best one there, and its standard error.
    """

    mix: Mix
    match: Mix | None
    gap: float
    gap_se: float
    regret: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Portfolio:
    """A study and the user's own mix in it."""

    study: Study
    own: Own

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said with the figures."""
        return (*absences(self.study.absent, self.own.mix.weights), *notes(self.study.settings))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the command line."""
        study, own = self.study, self.own
        missed, errors = zip(*own.regret, strict=True)
        regret = study.regret.assign(own=missed, own_se=errors)
        return {
            "settings": asdict(study.settings), "mixes": [asdict(mix) for mix in (own.mix, *study.mixes)],
            "own_against_frontier": {
                "tail_gap": own.gap, "tail_gap_se": own.gap_se,
                "match": None if own.match is None else asdict(own.match),
            },
            "frontier": study.frontier.to_dict("records"), "classes": study.singles.to_dict("records"),
            "regret": regret.to_dict("records"),
            "correlation": {"order": list(CLASSES), "rank": study.rank, "rank_se": study.rank_se, "tail": study.tails,
                            "tail_se": study.tails_se},
            "absent": dict(study.absent), "notes": list(self.notes),
        }


def portfolio(
    scenario: Scenario, weights: tuple[float, ...] = EQUAL, settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Portfolio:
    """Frontier, proposed mixes, the user's own mix, regret and correlation.

    Parameters
    ----------
    weights : tuple of float
        The user's own share of each class; what is missing to one is cash.
    settings : Settings, optional
        Fair entry without caps if omitted.
    progress : callable, optional
        Called with the share done.
    """
    check_weights(weights)
    found = study(scenario, settings or Settings(), progress=progress)
    return Portfolio(found, own_mix(found, weights))


def study(
    scenario: Scenario, settings: Settings, *, evaluation: Evaluation | None = None,
    progress: Callable[[float], None] | None = None,
) -> Study:
    """Fit the mixes and judge them on the paths of the evaluation (made if not given)."""
    tell = progress or (lambda share: None)
    rates = scenario.in_force.rates
    shown = (evaluation or evaluate(scenario, variants=False)).sample
    training = training_world(scenario, PATHS)
    absent = shown.absent(settings.entry) | training.absent(entry=settings.entry)
    limits = settings.limits.without([key in absent for key in CLASSES])
    limits.check("; ".join(f"{key}: {why}" for key, why in absent.items()))
    fresh = outcomes({key: shown.assets[key].bought[settings.entry] for key in CLASSES if key not in absent})
    tell(0.1)
    fitted = outcomes({k: p for k, p in training.positions(entry=settings.entry).items() if k not in absent})
    judge = Judge(fitted, fresh, rates)
    tell(0.2)
    points = frontier(fitted.gains, fitted.means, limits, CONFIDENCE, POINTS)
    tell(0.4)
    worlds, here = {}, training_world(scenario, WORLD_PATHS)
    for name, world in possible_worlds(scenario, settings.entry).items():
        worlds[name] = outcomes(here.to(world).positions(entry=settings.entry))
        tell(min(0.4 + 0.04 * len(worlds), 0.65))
    least_regret, best = minimax_regret([_payoff(table, rates) for table in worlds.values()], limits)
    tell(0.75)
    errors = {"least_loss": _leave_one_out(fitted, lambda values: least(_tail(values), limits))}
    tell(0.85)
    errors["sure"] = _leave_one_out(fitted, lambda values: _best_sure(values, limits, rates))
    chosen = {"least_loss": points[0], "sure": _best_sure(fitted.gains, limits, rates), "regret": least_regret}
    mixes = tuple(judge.mix(name, PROPOSED[name], weights, errors.get(name)) for name, weights in chosen.items())
    rank, rank_se, tails, tails_se = dependence(fresh)
    tell(1.0)
    return Study(
        settings, rates, judge, points, judge.points(points), judge.singles(), mixes, worlds, best, rank, rank_se,
        tails, tails_se, absent,
    )


def own_mix(found: Study, weights: tuple[float, ...]) -> Own:
    """Place the user's own mix in a study; a matter of milliseconds, so that weights can be tried."""
    check_weights(weights)
    own, judge = np.array(weights), found.judge  # what is meant for an absent class earns what cash does
    match = _match(judge.fitted, own, found.limits, found.points)
    regret = tuple(found.regret_of(own))
    mix = judge.mix("own", "Your mix", own)
    if match is None:
        return Own(mix, None, float("nan"), float("nan"), regret)

    def difference(values: Array) -> float:
        return tail_loss(values, own, CONFIDENCE) - tail_loss(values, match, CONFIDENCE)

    error = risk.replicate_standard_error(difference, judge.fresh.gains, judge.fresh.replicate)
    same = judge.mix("match", "Efficient mix of the same mean", match)
    return Own(mix, same, difference(judge.fresh.gains), float(error), regret)


def _match(fitted: Outcomes, own: Array, limits: Limits, points: Array) -> Array | None:
    """Efficient mix with the mean of the user's own, placing as much as he does; None if the caps forbid that mean."""
    placed = float(own.sum())
    if placed <= 0.0:
        return None
    target = float(fitted.means @ own) / placed
    if target > float(fitted.means @ points[-1]) + 1e-9:
        return None
    return np.asarray(placed * least(_tail(fitted.gains), limits, fitted.means, target))


def _tail(values: Array) -> Callable[[Array], tuple[Plane]]:
    return lambda weights: (tail_plane(values, weights, CONFIDENCE),)


def _payoff(table: Outcomes, rates: Rates) -> Callable[[Array], Plane]:
    return lambda weights: sure_gain_slope(table.gains, weights, rates)


def _best_sure(values: Array, limits: Limits, rates: Rates) -> Array:
    def goal(weights: Array) -> tuple[Plane]:
        gain, slope = sure_gain_slope(values, weights, rates)
        return ((-gain, -slope),)

    return least(goal, limits)


def _leave_one_out(fitted: Outcomes, fit: Callable[[Array], Array]) -> Array:
    """Jackknife standard error of fitted weights, (classes,), over the scrambles of the fitting paths."""
    names = np.unique(fitted.replicate)
    each = np.array([fit(fitted.gains[fitted.replicate != name]) for name in names])
    return np.asarray(np.sqrt((len(names) - 1) * each.var(axis=0)))


def _array(mix: Mix) -> Array:
    return np.array(list(mix.weights.values()))
