"""Which way an expert expects each class to go when a slider rises, and why in one line; a test holds the model to it.

``turns`` stands where two effects oppose each other, so that no single sign is true over the whole range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.studies.sensitivity.levers import Shape


@dataclass(frozen=True)
class Direction:
    """Expected shape of a curve and its reason."""

    shape: Shape
    why: str


def _ways(**shown: str) -> Mapping[str, Direction]:
    """Directions by class from ``"shape: reason"``."""
    pairs = {key: text.split(": ", 1) for key, text in shown.items()}
    return {key: Direction(shape, why) for key, (shape, why) in pairs.items()}  # type: ignore[arg-type]


DIRECTIONS: Mapping[str, Mapping[str, Direction]] = {
    "demand.growth_now": _ways(
        gpu_fleet="rises: more is built for a growing market, and what is built early is scarce",
        data_center="rises: halls stay let and rents follow",
        gpu_debt="level: a contract serves the loan whatever the market grows by",
        hardware_supplier="rises: sales are additions, and a faster market adds more",
        llm_developer="rises: revenue of the market is what it takes its share of",
        cloud_platform="rises: its AI revenue grows with the compute it rents out",
    ),
}
