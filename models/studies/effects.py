"""Who gains and who loses from a scenario: value at fair entry against the neutral world, on the same draws.

A fair price just pays the hurdle in the neutral world, so what a class is worth there is noise of the draws alone; the
difference on the same draws is what the scenario does to whoever paid that price.
"""

from __future__ import annotations

from models.engine.estimate import Estimate, paired
from models.engine.evaluate import Evaluation
from models.engine.world import world_of
from models.measures.standard_errors import by_replicate

PATHS = 1_024
"""Most futures on which both worlds are compared: shared draws leave little noise in a difference."""


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
    here, there = world.positions(), world.to(evaluation.scenario.neutral, "agreed").positions()
    replicate, found = world.shocks.replicate, {}
    for key in [key for key in here if key in there]:
        gain = here[key].npv - there[key].npv
        found[key] = paired(float(gain.mean()), by_replicate(gain, replicate).mean(axis=-1))
    return found
