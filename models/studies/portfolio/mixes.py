"""A mix of the six classes, judged on fresh paths: its mean, its tail, what each class adds to it, and the noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES
from models.engine.position import sure_wealth
from models.engine.wealth import Outcomes, sure_gain, wealth_of_cash
from models.measures import risk
from models.studies.portfolio.frontier import risk_contributions, tail_loss

CONFIDENCE = 0.95
TAIL = 0.10


@dataclass(frozen=True)
class Figures:
    """One mix on fresh paths, per dollar; losses positive.

    Attributes
    ----------
    mean : float
        Mean value over cash; ``mean_se``.
    tail : float
        CVaR 95%: mean loss against cash in the worst 5% of futures; ``tail_se``.
    tail_in_sample : float
        The same on the paths the mix was fitted on: lower, because it was chosen to be.
    wealth : float
        Mean wealth after ten years, proceeds reinvested at the common funding rate.
    sure : float
        Certain gain over cash that is as good, at the investor's risk aversion and share of wealth; ``sure_se``.
    sure_all : float
        Certain wealth over that of cash if all wealth is in the mix; 0 if some path loses everything (aversion >= 1).
    ruin : float
        Share of futures in which the mix loses all that was put in.
    below_cash : float
        Share of futures that earn less than cash; ``below_cash_se``.
    """

    mean: float
    mean_se: float
    tail: float
    tail_se: float
    tail_in_sample: float
    wealth: float
    sure: float
    sure_se: float
    sure_all: float
    ruin: float
    below_cash: float
    below_cash_se: float


@dataclass(frozen=True)
class Mix:
    """A named mix: weights by class (the rest is cash), their noise, its figures and what each class adds to the tail.

    ``weights_se`` is by leaving out one scramble of the fitting paths at a time; zero for the user's own mix.
    ``contributions`` add up to the tail loss.
    """

    name: str
    label: str
    weights: Mapping[str, float]
    weights_se: Mapping[str, float]
    figures: Figures
    contributions: Mapping[str, float]
    contributions_se: Mapping[str, float]


def dependence(fresh: Outcomes) -> tuple[Array, Array, Array, Array]:
    """Correlation by rank and of the worst tenths, with standard errors, each (classes, classes)."""

    def tails(values: Array) -> Array:
        together = np.asarray(risk.tail_correlation(values, TAIL))
        gone = [fresh.keys.index(key) for key in fresh.absent]
        together[gone, :] = together[:, gone] = np.nan
        return together

    return (
        np.asarray(risk.rank_correlation(fresh.gains)),
        np.asarray(risk.replicate_standard_error(risk.rank_correlation, fresh.gains, fresh.replicate)),
        tails(fresh.gains), np.asarray(risk.replicate_standard_error(tails, fresh.gains, fresh.replicate)),
    )


class Judge:
    """Figures of mixes on fresh paths beside those they were fitted on."""

    def __init__(self, fitted: Outcomes, fresh: Outcomes, rates: Rates) -> None:
        self.fitted, self.fresh, self.rates = fitted, fresh, rates

    def figures(self, weights: Array) -> Figures:
        """All figures of one mix."""
        values, replicate, rates = self.fresh.gains @ weights, self.fresh.replicate, self.rates
        steady = self.fresh.steady @ weights
        mean = float(steady.mean())

        def sure(part: Array) -> float:
            return sure_gain(part, rates)

        return Figures(
            mean=mean, mean_se=float(risk.mean_standard_error(steady, replicate)),
            tail=float(risk.cvar(-values, CONFIDENCE)),
            tail_se=float(risk.cvar_standard_error(-values, CONFIDENCE, replicate)),
            tail_in_sample=tail_loss(self.fitted.gains, weights, CONFIDENCE),
            wealth=(1.0 + mean) * wealth_of_cash(rates), sure=sure(values),
            sure_se=float(risk.replicate_standard_error(sure, values, replicate)),
            sure_all=float(sure_wealth(values, rates.risk_aversion, 1.0)),
            ruin=float(np.mean(values <= -1.0)), below_cash=float(np.mean(values < 0.0)),
            below_cash_se=float(risk.probability_standard_error(values, 0.0, replicate)),
        )

    def mix(self, name: str, label: str, weights: Array, error: Array | None = None) -> Mix:
        """A mix with its figures and the parts of its tail loss; ``error`` (classes,) is the noise of its weights."""
        error = np.zeros(len(weights)) if error is None else error

        def parts(values: Array) -> Array:
            return risk_contributions(values, weights, CONFIDENCE)

        noise = risk.replicate_standard_error(parts, self.fresh.gains, self.fresh.replicate)
        keys = self.fresh.keys
        return Mix(
            name, label, _by_class(keys, weights), _by_class(keys, error), self.figures(weights),
            _by_class(keys, parts(self.fresh.gains)), _by_class(keys, noise),
        )

    def points(self, points: Array) -> pd.DataFrame:
        """The frontier, one row a point."""
        rows = []
        for weights in points:
            f = self.figures(weights)
            names = ("mean", "mean_se", "tail", "tail_se", "tail_in_sample", "wealth", "sure")
            rows.append({name: getattr(f, name) for name in names} | _by_class(self.fresh.keys, weights))
        return pd.DataFrame(rows)

    def singles(self) -> pd.DataFrame:
        """Each class alone that is present, one row a class."""
        rows = []
        for i, key in enumerate(self.fresh.keys):
            if key in self.fresh.absent:
                continue
            f = self.figures(np.eye(len(self.fresh.keys))[i])
            rows.append({
                "asset": key, "label": CLASSES[key].label, "family": CLASSES[key].family, "mean": f.mean,
                "mean_se": f.mean_se, "tail": f.tail, "tail_se": f.tail_se, "wealth": f.wealth, "sure": f.sure,
            })
        return pd.DataFrame(rows)


def _by_class(keys: tuple[str, ...], values: Array) -> dict[str, float]:
    return {key: float(value) for key, value in zip(keys, values, strict=True)}
