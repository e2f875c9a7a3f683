"""What is asked of a class, or of one class against another: a metric with its standard error by replicate.

Differences between two scenarios are taken within each independent scramble, so that their error is the paired one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS
from models.engine import estimate
from models.engine.estimate import CONFIDENCE, Estimate
from models.engine.position import Position, sure_gain
from models.engine.prices import present_value, steadied
from models.engine.world import World
from models.errors import ScenarioError
from models.measures import risk

Statistic = Callable[[Array, Position], Array]


@dataclass(frozen=True)
class Metric:
    """One number made of a class: words, unit, the value of each path it reads, and what is made of them.

    ``statistic`` works along the last axis, so that it serves all paths and each replicate alike.
    """

    label: str
    unit: str
    help: str
    of: Callable[[Position], Array]
    statistic: Statistic


def _mean(values: Array, _: Position) -> Array:
    return np.asarray(values.mean(axis=-1))


def _quantile(share: float) -> Statistic:
    return lambda values, _: np.asarray(risk.quantiles(values, (share,)))[..., 0]


def _defaulted(position: Position) -> Array:
    loan = position.claims.loan
    if loan is None:
        raise ScenarioError("metric: default_probability is that of a loan; choose asset gpu_debt")
    return np.asarray(loan.is_defaulted, dtype=float)


def _worth(position: Position) -> Array:
    return position.claim.capital + steadied(present_value(position.claim), position.claim.controls)


METRICS: Mapping[str, Metric] = {
    "npv": Metric("Mean NPV at the hurdle", "share of capital", "Mean present value at the class's own hurdle, per "
                  "dollar committed; zero is fairly paid.", lambda b: b.npv, _mean),
    "value": Metric("Mean value over cash", "share of capital", "Mean present value at the common funding rate, per "
                    "dollar committed.", lambda b: b.steady_value, _mean),
    "irr_p50": Metric("Median IRR", "per year", "Yearly return that half of all futures exceed.",
                      lambda b: b.irr, _quantile(0.50)),
    "irr_p05": Metric("IRR of a bad future", "per year", "Yearly return that 95% of futures exceed.",
                      lambda b: b.irr, _quantile(0.05)),
    "moic_p50": Metric("Median MOIC", "x", "Money back over money in that half of all futures exceed.",
                       lambda b: b.moic, _quantile(0.50)),
    "probability_of_loss": Metric("P(loss)", "share", "Share of futures that return less than was paid in.",
                                  lambda b: np.asarray(b.is_lost, dtype=float), _mean),
    "probability_below_cash": Metric("P(below cash)", "share", "Share of futures that do worse than the common funding "
                                     "rate.", lambda b: np.asarray(b.value < 0.0, dtype=float), _mean),
    "cvar_95": Metric("Loss in the worst 5%", "share of capital", "Mean loss of the worst 5% of futures, at the common "
                      "funding rate per dollar committed.", lambda b: -b.value,
                      lambda losses, _: np.asarray(risk.cvar(losses, CONFIDENCE))),
    "certainty_equivalent": Metric("Sure gain over cash", "share of capital", "Certain gain over cash per dollar that "
                                   "a risk-averse investor finds as good.", lambda b: b.value,
                                   lambda values, b: sure_gain(values, b.rates)),
    "certainty_equivalent_return": Metric("Sure return a year over cash", "per year", "The same as a return over cash "
                                          "a year while the money is invested, so that a loan of two years and a "
                                          "company held for ten compare.", lambda b: b.value,
                                          lambda values, b: b.yearly(sure_gain(values, b.rates))),
    "default_probability": Metric("Loan defaults", "share", "Share of futures in which the GPU-backed loan misses a "
                                  "payment.", _defaulted, _mean),
    "worth": Metric("Price it is worth", "USD", "Price at which the mean return is the hurdle, USD per unit of the "
                    "class.", _worth, _mean),
}
"""Metrics by key. All but the last are per dollar, so that classes can be compared."""


@dataclass(frozen=True)
class Target:
    """A metric of one class, or by how much it exceeds that of another class.

    Parameters
    ----------
    metric : str
        Key of `METRICS`.
    asset, minus : str
        Keys of classes or variants; without ``minus`` it is the metric itself.

    Raises
    ------
    ScenarioError
        Where there is no such metric or class.
    """

    metric: str = "npv"
    asset: str = "gpu_fleet"
    minus: str = ""

    def __post_init__(self) -> None:
        if self.metric not in METRICS:
            raise ScenarioError(f"metric: {self.metric!r} is none; choose one of {', '.join(METRICS)}")
        known = (*CLASSES, *VARIANTS)
        for name, key in (("asset", self.asset), *((("minus", self.minus),) if self.minus else ())):
            if key not in known:
                raise ScenarioError(f"{name}: {key!r} is no class; choose one of {', '.join(known)}")
        if self.metric == "default_probability" and (self.asset != "gpu_debt" or self.minus):
            raise ScenarioError("metric: default_probability is that of a loan; choose asset gpu_debt alone")
        if self.metric == "worth" and self.minus:
            raise ScenarioError("metric: prices of different units cannot be compared; leave out minus")

    @property
    def keys(self) -> tuple[str, ...]:
        """Classes that must be valued."""
        return (self.asset, self.minus) if self.minus else (self.asset,)

    @property
    def unit(self) -> str:
        """Unit of the metric."""
        return METRICS[self.metric].unit

    @property
    def label(self) -> str:
        """Words for the target: ``Median IRR of GPU fleet``."""
        name = METRICS[self.metric].label
        owner = (CLASSES.get(self.asset) or VARIANTS[self.asset]).label
        other = f" less that of {(CLASSES.get(self.minus) or VARIANTS[self.minus]).label}" if self.minus else ""
        return f"{name} of {owner}{other}"

    def at(self, world: World, entry: str = "fair") -> Estimate:
        """The number in a world, at the prices paid there.

        Raises
        ------
        AbsentError
            If there is no investment in one of the classes there.
        """
        return self.read(world.invested(self.keys, entry))

    def read(self, positions: Mapping[str, Position]) -> Estimate:
        """The number made of positions."""
        found = _read(METRICS[self.metric], positions[self.asset])
        return found - _read(METRICS[self.metric], positions[self.minus]) if self.minus else found


def _read(metric: Metric, position: Position) -> Estimate:
    return estimate.of(lambda part: metric.statistic(part, position), metric.of(position), position.replicate)
