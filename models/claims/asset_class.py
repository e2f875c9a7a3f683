"""What an asset class says of itself, in one record: everything that lists classes is read from these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import Shocks
from models.basis.timeline import Array
from models.claims.claim import Claim, Claims
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario

PICKS, LLM_AND_CLOUD = "picks_and_shovels", "llm_and_cloud"
FAMILIES = {PICKS: "Picks and shovels", LLM_AND_CLOUD: "LLM and cloud"}


class Run(Protocol):
    """A scenario that has been run, as far as a class looks at it."""

    @property
    def scenario(self) -> Scenario:
        """The scenario."""

    @property
    def market(self) -> MarketPaths:
        """Its market."""

    @property
    def claims(self) -> Claims:
        """Its claims."""


Paths = Callable[[Run], Array]
Happened = Callable[[Run], NDArray[np.bool_]]


@dataclass(frozen=True)
class Series:
    """Something a class earns on, by quarter.

    Attributes
    ----------
    label, unit : str
    paths : callable
        Run -> (paths or 1, quarters + 1), NaN where the quantity does not exist.
    reference, reference_label : callable, str
        Optional line to compare with, of the same shape; its mean is drawn.
    """

    label: str
    unit: str
    paths: Paths
    reference: Paths | None = None
    reference_label: str = ""


@dataclass(frozen=True)
class Fact:
    """One figure of a class.

    Attributes
    ----------
    label, unit, about : str
    value : callable or str
        Run -> a number for each path, (paths,); whether something happens on it, (paths,) of bool; or one number known
        at closing. A name is that of a lender's measure.
    """

    label: str
    unit: str
    about: str
    value: Callable[[Run], Array | NDArray[np.bool_] | float] | str


@dataclass(frozen=True, eq=False)
class AssetClass:
    """An asset class, or a close variant of one.

    Attributes
    ----------
    key, label, family, unit : str
        The unit is what its money is counted for.
    build : callable
        (scenario, market, draws) -> its claims; classes built together share one function.
    at_market : bool
        Whether entry beside the fair one is a market price, not a cost.
    below : callable, optional
        (scenario, market, draws, what was built) -> claim on the asset below a levered class, whose premium it pays.
    is_lean : bool
        Whether it reads of a market only what a machine under contract or a building does: neutral paths are then
        small enough to keep.
    is_skewed : bool
        Whether a few paths carry its value, so that its price takes more of them and control variates.
    variant_of : str
        Key of the class it is a variant of; empty for a class.
    has_own_price : bool
        Whether a variant has a fair price of its own, not that of its class.
    short, subject : str
        Name that fits beside a cell, and name inside a sentence.
    is_plural : bool
        Whether the subject takes a plural verb.
    color : str
        Its hue in the palette of the dashboard.
    slices : tuple of str
        Groups of assumptions that are its own.
    draws : callable
        Scenario -> fields of `Shocks` that move it, beside those of the market.
    series : mapping
        What it earns on, by name.
    events : mapping
        What may happen to it: words -> (run -> (paths, quarters + 1) of bool).
    facts : tuple of Fact
    now_only : str
        Why the model has no price for a later entry; empty for what is bought new at any time.
    """

    key: str
    label: str
    family: str
    unit: str
    build: Callable[[Scenario, MarketPaths, Shocks], Claims]
    at_market: bool = False
    below: Callable[[Scenario, MarketPaths, Shocks, Claims], Claim] | None = None
    is_lean: bool = False
    is_skewed: bool = False
    variant_of: str = ""
    has_own_price: bool = False
    short: str = ""
    subject: str = ""
    is_plural: bool = False
    color: str = ""
    slices: tuple[str, ...] = ()
    draws: Callable[[Scenario], tuple[str, ...]] = lambda scenario: ()
    series: Mapping[str, Series] = field(default_factory=dict)
    events: Mapping[str, Happened] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    now_only: str = ""


def line(run: Run, key: str, name: str) -> Array:
    """A line beside the flows of a claim, as its asset wrote it."""
    return run.claims.by_key[key].flows.extras[name]


def yearly(run: Run, key: str, name: str) -> Array:
    """A flow a quarter as a yearly rate, from the first operating quarter."""
    rate = 4.0 * line(run, key, name)
    rate[:, 0] = np.nan
    return rate


def growth(run: Run, key: str, name: str) -> Array:
    """Last year over first year, as growth a year, (paths,)."""
    amounts = line(run, key, name)
    first, last = amounts[:, 1:5].sum(axis=1), amounts[:, -4:].sum(axis=1)
    span = (run.market.quarters - 4) / 4.0
    return np.asarray((np.maximum(last, 0.0) / first) ** (1.0 / span) - 1.0)


def level(value: float) -> Paths:
    """A line that stands still, (1, quarters + 1)."""
    return lambda run: np.full((1, run.market.quarters + 1), value)


def quarters(run: Run) -> NDArray[np.int64]:
    """Quarters of a run from closing, (1, quarters + 1)."""
    return np.arange(run.market.quarters + 1)[None, :]
