"""What a dollar in each class becomes: the matrix of paths and classes that every allocation question is asked of.

Money that is not in a class yet, or no longer, earns the common funding rate. So the terminal wealth of a dollar is
(1 + value over cash) times what cash alone would have become, whatever the life of the asset: a four-year loan and a
ten-year building stand on the same footing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.basis.investor import Rates
from models.basis.shocks import draw_shocks
from models.basis.timeline import QUARTERS, Array
from models.claims.registry import CLASSES
from models.engine import position
from models.engine.position import Position
from models.engine.world import World
from models.errors import AbsentError
from models.measures import risk
from models.scenario.scenario import Scenario

EntryName = Literal["fair", "at_cost"]
TRAINING_OFFSET = 1_000_003
"""Seeds of the draws that rules are fitted on lie this far from those that they are valued on."""
NO_WEALTH = 0.01
"""Wealth below one percent of today's counts as one percent while mixes and rules are fitted, never when a mix or a
strategy is reported."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Value of a dollar in each class on the same paths.

    Attributes
    ----------
    keys : tuple of str
        Classes, one per column.
    gains : (paths, classes)
        Present value over cash per dollar committed; terminal wealth is (1 + gain) times that of cash.
    steady : (paths, classes)
        The same mean with less noise (control variates of the LLM developer); for means only.
    replicate : (paths,)
        Independent scramble of each path, for standard errors.
    absent : tuple of str
        Classes without an investment: a dollar meant for one of them stays in cash, so that its gain is zero.
    """

    keys: tuple[str, ...]
    gains: Array
    steady: Array
    replicate: NDArray[np.int64]
    absent: tuple[str, ...] = ()

    @property
    def means(self) -> Array:
        """Mean value over cash per dollar, (classes,)."""
        return np.asarray(self.steady.mean(axis=0))


def outcomes(positions: Mapping[str, Position], keys: Sequence[str] = tuple(CLASSES)) -> Outcomes:
    """Outcomes of classes at the prices paid, all on the same paths.

    Parameters
    ----------
    positions : mapping
        Of the classes that are present.
    keys : sequence of str
        All classes that a dollar may be meant for.

    Raises
    ------
    AbsentError
        If none is present.
    """
    if not positions:
        raise AbsentError("no class has an investment in it here, so there is nothing to hold but cash")
    replicate = next(iter(positions.values())).replicate
    cash = np.zeros(len(replicate))
    return Outcomes(
        tuple(keys), np.stack([positions[k].value if k in positions else cash for k in keys], axis=1),
        np.stack([positions[k].steady_value if k in positions else cash for k in keys], axis=1), replicate,
        tuple(k for k in keys if k not in positions),
    )


def training_world(scenario: Scenario, paths: int) -> World:
    """The scenario on draws that rules and mixes are fitted on; never those of its own evaluation."""
    run = scenario.run
    return World(scenario, draw_shocks((run.seed + TRAINING_OFFSET) % 2**31, paths, run.method))


def wealth_of_cash(rates: Rates) -> float:
    """What a dollar left in cash has become at the common horizon of ten years."""
    return float((1.0 + rates.cash_rate) ** (QUARTERS / 4))


def sure_gain(values: Array, rates: Rates) -> float:
    """Certain gain over cash per dollar, of values (paths,), that is as good to the investor (model 4.4)."""
    return float(position.sure_gain(values, rates))


def utility(values: Array, rates: Rates) -> Array:
    """Gain of utility over cash of an investor with constant relative risk aversion, shape of ``values``."""
    wealth = np.maximum(1.0 + rates.wealth_share * values, NO_WEALTH)
    power = 1.0 - rates.risk_aversion
    return np.log(wealth) if abs(power) < 1e-12 else np.asarray((wealth**power - 1.0) / power)


def gain_of_utility(value: float, rates: Rates) -> float:
    """Sure gain over cash per dollar that has this mean `utility`."""
    power = 1.0 - rates.risk_aversion
    # A regression may promise more utility than any wealth gives; it then counts as very much, not as an error.
    wealth = np.exp(value) if abs(power) < 1e-12 else max(1.0 + power * value, 1e-12) ** (1.0 / power)
    return float((wealth - 1.0) / rates.wealth_share)


def sure_gain_slope(values: Array, weights: Array, rates: Rates) -> tuple[float, Array]:
    """Sure gain of a mix (classes,) of values (paths, classes), and its slope in each weight, (classes,)."""
    aversion, share = rates.risk_aversion, rates.wealth_share
    wealth = np.maximum(1.0 + share * (values @ weights), NO_WEALTH)
    sure = float(risk.certainty_equivalent(wealth, aversion, 1.0))
    slope = (sure / wealth) ** aversion @ values / len(values)
    return (sure - 1.0) / share, np.asarray(slope)
