"""What a scenario may assume though the model then says little: told beside inputs and results, never refused."""

from __future__ import annotations

from typing import NamedTuple

from models.market.clearing import USUAL_POWER
from models.scenario.scenario import Scenario


class Caution(NamedTuple):
    """Words for a reader, and the dotted paths of the assumptions they are about."""

    paths: tuple[str, ...]
    words: str


def cautions(scenario: Scenario) -> tuple[Caution, ...]:
    """All that is to be told of a scenario; empty where it lies within what the model is meant for."""
    power, (low, high) = scenario.clearing.power, USUAL_POWER
    if low <= power <= high:
        return ()
    answer, remedy = ("far more", "lower the slope or raise the elasticity") if power > high else (
        "far less", "raise the slope or lower the elasticity")
    return (Caution(
        ("clearing.supply_slope", "clearing.demand_elasticity"),
        f"The rental price moves by {power:.2g}% for each percent of demand over capacity, {answer} than the {low:g}% "
        f"to {high:g}% that rental markets show; to come back, {remedy}.",
    ),)
