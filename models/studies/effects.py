"""Who gains and who loses from a scenario: value at fair entry against the neutral world, on the same draws.

A fair price just pays the hurdle in the neutral world, so what a class is worth there is noise of the draws alone; the
difference on the same draws is what the scenario does to whoever paid that price.
"""

from __future__ import annotations

import numpy as np

from models.basis.store import Store
from models.basis.timeline import Array
from models.claims.registry import build_claims
from models.engine.estimate import Estimate, paired
from models.engine.evaluate import Evaluation
from models.engine.noted import Noted, Parts
from models.engine.position import Position
from models.engine.prices import premium, priced
from models.engine.world import World, world_of
from models.measures.standard_errors import by_replicate
from models.scenario.scenario import Scenario

PATHS = 1_024
"""Most futures on which both worlds are compared: shared draws leave little noise in a difference."""
KEPT = 16
"""Neutral values of each class that are kept, 8 kB each: most sliders leave the neutral world as it is."""

_kept: Store[Noted[Array]] = Store(16)


def scenario_effects(evaluation: Evaluation, paths: int = PATHS) -> dict[str, Estimate]:
    """Mean value at the hurdle per dollar at fair entry, less that in the neutral world at the same price.

    Returns
    -------
    dict
        By class, of those with an investment in both worlds, with paired standard errors, USD per dollar committed;
        empty for the run without shocks, whose prices are those of the world with them.
    """
    if evaluation.is_calm:
        return {}
    world = world_of(evaluation.scenario, paths)
    neutral = world.to(evaluation.scenario.neutral, "agreed")
    replicate, found = world.shocks.replicate, {}
    for key, here in (_first_of(evaluation, len(replicate)) or world.positions()).items():
        there = _neutral_values(neutral, key, evaluation.scenario)
        if there.size:
            gain = here.npv - there
            found[key] = paired(float(gain.mean()), by_replicate(gain, replicate).mean(axis=-1))
    return found


def _first_of(evaluation: Evaluation, paths: int) -> dict[str, Position]:
    """Positions at fair entry on the first futures of every scramble: those that a run of so few paths draws.

    Empty where the evaluation is not on the draws that its scenario names.
    """
    sample = evaluation.sample
    if not sample.has_own_draws:
        return {}
    scrambles = np.unique(sample.replicate)
    rows = np.concatenate([np.flatnonzero(sample.replicate == k)[: paths // len(scrambles)] for k in scrambles])
    first = {key: result.bought["fair"].on(rows) for key, result in sample.assets.items()}
    return {key: position for key, position in first.items() if not position.absent}


def _neutral_values(world: World, key: str, drawn: Scenario) -> Array:
    """Value of a class at the hurdle in a neutral world, (paths,); empty without an investment. Kept by what it read.

    Parameters
    ----------
    drawn : Scenario
        Whose draws the world is on.
    """
    fair, shocks, run = world.prices[key], world.shocks, drawn.run

    def build(seen: Scenario) -> Array:
        _ = seen.setting  # the market is read as a whole
        claims, rates = build_claims(seen, world.market, shocks, (key,)), seen.in_force.rates
        claim = priced(claims.by_key[key], fair)
        position = Position(claim, premium(key, claim, fair), rates, claims, shocks.replicate)
        return np.empty(0) if position.absent else position.npv

    drawn_as = run.seed, run.method, len(shocks.replicate)
    return _kept.get(key, lambda: Noted(KEPT)).get(Parts(world.scenario), build, (drawn_as, fair))
