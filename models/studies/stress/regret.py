"""What one would regret: each choice in each scenario against the best choice there (Savage 1951).

Choices are the six classes and equal-weight mixes of them. Every scenario is read on the same draws and at its own
entry price. What counts is the sure gain over cash per dollar that a risk-averse investor finds as good as the gamble,
so that a mix is worth more than its parts where they do not fall together; the mean value over cash can be taken
instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES, LLM_AND_CLOUD, PICKS
from models.engine.figures import paired_error
from models.engine.position import Position, sure_gain
from models.engine.world import world_of
from models.errors import AbsentError
from models.measures.standard_errors import by_replicate
from models.scenario.presets import presets
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import common_draws

PATHS = 1_024
HERE = "here"
"""Name of the scenario on screen among the presets."""

PRESET_GROUPS = ("base", "bloc", "market")
"""Deals change what is bought and not the world, so they are no states of the world to regret."""

MIXES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "picks": ("Picks and shovels, equal weights", tuple(k for k, c in CLASSES.items() if c.family == PICKS)),
    "others": ("LLM and cloud, equal weights", tuple(k for k, c in CLASSES.items() if c.family == LLM_AND_CLOUD)),
    "both": ("All six, equal weights", tuple(CLASSES)),
}


@dataclass(frozen=True, eq=False)
class Regret:
    """Values and regrets of choices in scenarios.

    Attributes
    ----------
    choices, scenarios : mapping
        Key to label, in the order of rows and columns.
    value, value_se, regret, regret_se : (choices, scenarios)
        Per dollar over cash, by the measure asked for; regret >= 0, its error from differences on the same draws.
    largest : (choices,)
        Largest regret of each choice over all scenarios.
    best : str
        Choice whose largest regret is smallest.
    is_close : bool
        Whether the next choice is within two standard errors of it.
    absent : set of (choice, scenario)
        Where nothing can be put into a class: choosing it is then holding cash, and mixes go without it.
    """

    choices: Mapping[str, str]
    scenarios: Mapping[str, str]
    value: Array
    value_se: Array
    regret: Array
    regret_se: Array
    largest: Array
    best: str
    is_close: bool
    absent: frozenset[tuple[str, str]] = frozenset()


def regrets(payoffs: Array) -> Array:
    """Regret of each choice (rows) in each state (columns): the best payoff of the state less the choice's own."""
    return np.asarray(payoffs.max(axis=0) - payoffs)


def least_regretted(payoffs: Array) -> tuple[int, Array]:
    """Row whose largest regret is smallest, and the largest regret of every row, (choices,)."""
    largest = regrets(payoffs).max(axis=1)
    return int(largest.argmin()), largest


def regret_table(
    scenario: Scenario, *, measure: str = "sure", paths: int = PATHS, entry: str = "fair",
    names: Sequence[str] | None = None, progress: Callable[[float], None] | None = None,
) -> Regret:
    """Regret over the presets of the world, and over the scenario on screen where it is none of them.

    Parameters
    ----------
    measure : {"sure", "mean"}
        Sure gain over cash, or mean value over cash, per dollar.
    names : sequence of str, optional
        Presets to take instead of all blocs and market stories.
    """
    states, labels = _states(scenario, names)
    drawn = dict(zip(states, common_draws((scenario, *states.values()), paths)[1:], strict=True))
    world = world_of(next(iter(drawn.values())), paths)
    rates, replicate = scenario.in_force.rates, world.shocks.replicate
    whole, each = [], []
    absent: set[tuple[str, str]] = set()
    for done, (name, state) in enumerate(drawn.items(), start=1):
        there = world.to(state, "again")
        absent |= {(key, name) for key in there.absent(entry=entry)}
        positions = there.positions(entry=entry)
        if not positions:
            raise AbsentError(f"{name}: no class has an investment in it there; leave this preset out")
        values = _with_mixes(positions, measure)
        whole.append([_worth(value, rates, measure) for value in values])
        each.append([_worth(by_replicate(value, replicate), rates, measure) for value in values])
        if progress is not None:
            progress(done / len(drawn))
    found = _regret(np.array(whole).T, np.moveaxis(np.array(each), (0, 1, 2), (2, 1, 0)), labels)
    return replace(found, absent=frozenset(absent))


def _worth(values: Array, rates: Rates, measure: str) -> Array:
    """What values per dollar (..., paths) are worth to the investor, (...)."""
    return np.asarray(values.mean(axis=-1)) if measure == "mean" else sure_gain(values, rates)


def _states(scenario: Scenario, names: Sequence[str] | None) -> tuple[dict[str, Scenario], dict[str, str]]:
    known = presets()
    wanted = names or [name for name, item in known.items() if item.group in PRESET_GROUPS]
    states = {name: Scenario.preset(name) for name in wanted}
    labels = {name: known[name].title for name in wanted}
    if not any(scenario == state for state in states.values()):
        states, labels = {HERE: scenario, **states}, {HERE: "This scenario", **labels}
    return states, labels


def _with_mixes(positions: Mapping[str, Position], measure: str) -> list[Array]:
    """Value over cash per dollar of every choice, (paths,) each."""
    values = {key: p.steady_value if measure == "mean" else p.value for key, p in positions.items()}
    cash = np.zeros_like(next(iter(values.values())))
    mixes = [
        np.asarray(np.mean([values[key] for key in members if key in values] or [cash], axis=0))
        for _, members in MIXES.values()
    ]
    return [*(values.get(key, cash) for key in CLASSES), *mixes]


def _regret(whole: Array, each: Array, scenarios: Mapping[str, str]) -> Regret:
    """From values (choices, scenarios) and by replicate (replicates, choices, scenarios)."""
    choices = {key: asset.label for key, asset in CLASSES.items()} | {key: label for key, (label, _) in MIXES.items()}
    winner, largest = least_regretted(whole)
    columns = np.arange(whole.shape[1])
    # The best of a state is the best of the mean; a replicate's own maximum would be biased upwards.
    best = whole.argmax(axis=0)
    per_replicate = each[:, best, columns][:, None, :] - each
    regret = regrets(whole)
    ranked = np.argsort(largest, kind="stable")
    close = False
    if len(ranked) > 1:
        first, second = (per_replicate[:, i, regret[i].argmax()] for i in ranked[:2])
        close = not largest[ranked[1]] - largest[ranked[0]] > 2.0 * float(paired_error(second - first))
    return Regret(
        choices, scenarios, whole, paired_error(each), regret, paired_error(per_replicate), largest,
        list(choices)[winner], close,
    )


def regret_frame(found: Regret) -> pd.DataFrame:
    """One row a choice and scenario: choice, label, scenario, title, value, value_se, regret, regret_se, largest."""
    return pd.DataFrame([
        {
            "choice": choice, "label": label, "scenario": scenario, "title": title,
            "value": found.value[i, j], "value_se": found.value_se[i, j],
            "regret": found.regret[i, j], "regret_se": found.regret_se[i, j], "largest": found.largest[i],
        }
        for i, (choice, label) in enumerate(found.choices.items())
        for j, (scenario, title) in enumerate(found.scenarios.items())
    ])
