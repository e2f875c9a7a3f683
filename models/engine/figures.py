"""Headline figures of a scenario as one vector, whole and by replicate, so that differences carry paired errors.

Two scenarios read on the same draws differ only by what was changed: the standard error of their difference comes
from the differences of each independent scramble, not from the two errors added up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from models.basis.store import Store
from models.basis.timeline import Array
from models.claims.registry import CLASSES, Claims
from models.engine.estimate import CONFIDENCE, Replicate
from models.engine.position import Position, family_lead
from models.engine.world import World
from models.market.simulate import MarketPaths
from models.measures import risk
from models.measures.standard_errors import by_replicate

Pair = tuple[float, Array]
"""A figure from all paths, and from each replicate, (replicates,)."""


@dataclass(frozen=True)
class FigureName:
    """What a figure is: words, unit and one sentence of explanation."""

    label: str
    unit: str
    help: str


CLASS_FIGURES: Mapping[str, FigureName] = {
    "npv": FigureName(
        "Mean NPV at the hurdle", "share of capital", "Mean present value at the class's own hurdle, per dollar."
    ),
    "value": FigureName(
        "Mean value over cash", "share of capital", "Mean present value at the common funding rate, per dollar."
    ),
    "irr_p50": FigureName("Median IRR", "per year", "Yearly return that half of all futures exceed."),
    "probability_of_loss": FigureName("P(loss)", "share", "Share of futures that return less than was paid in."),
    "cvar_95": FigureName(
        "Loss in the worst 5%", "share of capital", "Mean loss of the worst 5% of futures at the common funding rate."
    ),
}
"""Figures of one class, per dollar committed."""

WORLD_FIGURES: Mapping[str, FigureName] = {
    "families.lead": FigureName(
        "Picks and shovels over LLM and cloud", "share of capital",
        "Mean value over cash of picks and shovels less that of LLM and cloud, equal weights in a family.",
    ),
    "families.lead_share": FigureName(
        "Picks and shovels ahead", "share", "Share of futures in which picks and shovels are worth more per dollar."
    ),
    "gpu_debt.default_probability": FigureName(
        "GPU loan defaults", "share", "Share of futures in which the GPU-backed loan misses a payment."
    ),
    "market.peak_surplus": FigureName(
        "Peak of median surplus", "share", "Highest median capacity beyond demand at the break-even price."
    ),
    "market.rent_gap": FigureName(
        "Rent gap", "share", "Widest gap of the median rent to what a new machine must earn; negative is below."
    ),
}
"""Figures of the world and of both families."""


def _inside(label: str) -> str:
    """Label as it stands inside a sentence; what starts like an abbreviation keeps its capitals."""
    return label[0].lower() + label[1:] if label[1].islower() else label


FIGURES: Mapping[str, FigureName] = {
    **WORLD_FIGURES,
    **{
        f"{key}.{name}": FigureName(f"{asset.label}: {_inside(about.label)}", about.unit, about.help)
        for key, asset in CLASSES.items()
        for name, about in CLASS_FIGURES.items()
    },
}
"""Every figure, in the order of the vectors."""

ROW = {key: i for i, key in enumerate(FIGURES)}


@dataclass(frozen=True, eq=False)
class Figures:
    """Headline figures on one set of draws.

    Attributes
    ----------
    whole : (figures,)
        From all paths; NaN where a figure is undefined.
    each : (replicates, figures)
        From each independent scramble.
    absent : mapping
        Classes without an investment, and why: their figures are undefined, and no figure of the families has them.
    """

    whole: Array
    each: Array
    absent: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> float:
        return float(self.whole[ROW[key]])

    def error(self, key: str) -> float:
        """Standard error of one figure; NaN with a single replicate."""
        return float(paired_error(self.each)[ROW[key]])


def paired_error(each: Array) -> Array:
    """Standard error of figures or of their linear combinations, from (replicates, ...)."""
    count = each.shape[0]
    if count < 2:
        return np.full(each.shape[1:], np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(each.std(axis=0, ddof=1) / np.sqrt(count))


def read_figures(world: World, entry: str = "fair") -> Figures:
    """Figures of a world; those of a layer that several neighbors share are read once as long as it lives."""
    positions, replicate = world.positions(entry=entry), world.shocks.replicate
    found: dict[str, Pair] = {}
    for key, position in positions.items():
        figures = _kept.beside(position).get("class", partial(_class_figures, position))
        found |= {f"{key}.{name}": pair for name, pair in figures.items()}
    lead = family_lead({key: position.value for key, position in positions.items()})
    steady = family_lead({key: position.steady_value for key, position in positions.items()})
    if lead is not None and steady is not None:
        found["families.lead"] = _mean(steady, replicate)
        found["families.lead_share"] = _mean((lead > 0).astype(float), replicate)
    if "gpu_debt" in positions:
        loan = positions["gpu_debt"].claims
        found |= _kept.beside(loan).get("loan", lambda: _loan_figures(loan, replicate))
    market = world.market
    found |= _kept.beside(market).get("market", lambda: _market_figures(market, replicate))
    undefined = math.nan, np.full(len(np.unique(replicate)), math.nan)
    every = [found.get(key, undefined) for key in FIGURES]
    return Figures(
        np.array([whole for whole, _ in every]), np.stack([each for _, each in every], axis=1),
        world.absent(entry=entry),
    )


_kept: Store[dict[str, Pair]] = Store(1)


def _class_figures(position: Position) -> dict[str, Pair]:
    cash, irr, replicate = position.value, position.irr, position.replicate
    middle = np.asarray(risk.quantiles(by_replicate(irr, replicate), (0.5,)))[..., 0]
    tail = np.asarray(risk.cvar(by_replicate(-cash, replicate), CONFIDENCE))
    return {
        "npv": _mean(position.npv, replicate),
        "value": _mean(position.steady_value, replicate),
        "irr_p50": (float(np.ravel(risk.quantiles(irr, (0.5,)))[0]), middle),
        "probability_of_loss": _mean(position.is_lost.astype(float), replicate),
        "cvar_95": (float(risk.cvar(-cash, CONFIDENCE)), tail),
    }


def _loan_figures(claims: Claims, replicate: Replicate) -> dict[str, Pair]:
    assert claims.loan is not None
    return {"gpu_debt.default_probability": _mean(claims.loan.is_defaulted.astype(float), replicate)}


def _market_figures(market: MarketPaths, replicate: Replicate) -> dict[str, Pair]:
    gap = market.price / market.curves.price[: market.quarters + 1] - 1.0
    return {
        "market.peak_surplus": _extreme(market.surplus, replicate, np.max),
        "market.rent_gap": _extreme(gap, replicate, np.min),
    }


def _mean(values: Array, replicate: Replicate) -> Pair:
    return float(values.mean()), by_replicate(values, replicate).mean(axis=-1)


def _extreme(series: Array, replicate: Replicate, extreme: Callable[..., Any]) -> Pair:
    """Highest or lowest point over time of the median path, of (paths, quarters + 1)."""
    groups = by_replicate(series.T, replicate)  # (quarters + 1, replicates, paths of each)
    return float(extreme(np.median(series, axis=0))), np.asarray(extreme(np.median(groups, axis=-1), axis=0))
