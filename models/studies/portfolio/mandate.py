"""What is asked of a portfolio: entry, caps, the user's own weights, and the worlds that regret is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.claims.registry import CLASSES, LLM_AND_CLOUD, PICKS, left_out
from models.engine.wealth import EntryName
from models.errors import ScenarioError
from models.scenario.scenario import Scenario
from models.studies.portfolio.frontier import Limits

FAMILIES = (PICKS, LLM_AND_CLOUD)
WORLDS = ("base", "telecom_glut", "shortage", "efficiency_shock", "export_shock", "subsidy_cliff")
"""Presets whose world the regret is taken over; the terms of deals stay the user's own."""
MARKET_WORLD = "market_assumes"
"""The world in which market prices are right: only for who pays them."""
_WORLD_SLICES = (
    "demand", "ai_revenue", "overcapacity", "pipeline", "capacity", "localization", "policy", "regime", "export",
)
EQUAL = (1 / 6,) * 6


@dataclass(frozen=True)
class Settings:
    """What is asked of a portfolio: entry, and the largest share of each class and of each family.

    Attributes
    ----------
    entry : {"fair", "at_cost"}
    caps : tuple of float
        In the order of the classes.
    family_caps : tuple of float
        Of picks and shovels, and of LLM and cloud.
    """

    entry: EntryName = "fair"
    caps: tuple[float, ...] = (1.0,) * 6
    family_caps: tuple[float, ...] = (1.0, 1.0)

    def __post_init__(self) -> None:
        """Refuse what leaves no room for all the money."""
        _check_shares("caps", self.caps, tuple(CLASSES))
        _check_shares("family_caps", self.family_caps, FAMILIES)
        self.limits.check()

    @property
    def limits(self) -> Limits:
        """Caps of classes and families."""
        members = [tuple(i for i, c in enumerate(CLASSES.values()) if c.family == family) for family in FAMILIES]
        return Limits(self.caps, tuple(zip(members, self.family_caps, strict=True)))


def check_weights(weights: tuple[float, ...]) -> None:
    """Raise unless the shares of the six classes are a mix; what is missing to one is cash.

    Raises
    ------
    ScenarioError
        Naming the class, its share and the bound.
    """
    _check_shares("weights", weights, tuple(CLASSES))
    if sum(weights) > 1.0 + 1e-9:
        raise ScenarioError(f"weights: they add to {100 * sum(weights):.4g}%, at most 100%; the rest is held in cash")


def _check_shares(name: str, values: tuple[float, ...], keys: tuple[str, ...]) -> None:
    if len(values) != len(keys):
        raise ScenarioError(f"{name}: {len(values)} values given, {len(keys)} are needed")
    for key, value in zip(keys, values, strict=True):
        if not 0.0 <= value <= 1.0:
            raise ScenarioError(f"{name}.{key}: {100 * value:.4g}% is not allowed; it must lie in 0% to 100%")


def possible_worlds(scenario: Scenario, entry: EntryName) -> dict[str, Scenario]:
    """The scenario's own deals in its own world ("") and in those of the presets; each world once."""
    out = {"": scenario}
    for name in (*WORLDS, MARKET_WORLD) if entry == "at_cost" else WORLDS:
        other = Scenario.preset(name)
        world = scenario.derived(**{part: getattr(other, part) for part in _WORLD_SLICES})
        if world not in out.values():
            out[name] = world
    return out


def absences(absent: Mapping[str, str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """What must be said of classes that nothing can be put into, and of money that the user's own mix has there."""
    return tuple(
        left_out({key: why}) + (f" Your {weights[key]:.0%} in it stay in cash." if weights.get(key) else "")
        for key, why in absent.items()
    )


def notes(settings: Settings) -> tuple[str, ...]:
    """What must be said with the figures of a study."""
    out = [
        "Mixes are fitted on one set of futures and judged on another; on the futures they were fitted on they look "
        "better than they are."
    ]
    if settings.entry == "fair":
        out.append(
            "At fair entry every class earns its own hurdle rate on average, and that is an input: the mean says what "
            "the hurdles say; the tail and the sure gain say what the model adds."
        )
    return tuple(out)
