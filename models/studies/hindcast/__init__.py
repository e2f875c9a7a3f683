"""Replays of history: the engine run on past episodes, checked against what was observed, misses included.

Inputs are those of the specification of each replay (model 5.9); nothing is tuned to a verdict. Where a replay needs a
number outside the bounds of the interface, `models.studies.hindcast.past` says how and why.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from models.errors import ScenarioError
from models.studies.hindcast import (
    china,
    coreweave,
    equipment,
    h100,
    market_prices,
    miners,
    polysilicon,
    project_finance,
    rebound,
    telecom,
)
from models.studies.hindcast.observations import Observation, load_observations
from models.studies.hindcast.record import FRAME_COLUMNS, Check, Replay

REPLAYS: dict[str, Callable[[], Replay]] = {
    "h100": h100.replay,
    "telecom": telecom.replay,
    "equipment": equipment.replay,
    "china": china.replay,
    "coreweave": coreweave.replay,
    "miners": miners.replay,
    "project_finance": project_finance.replay,
    "market_prices": market_prices.replay,
    "polysilicon": polysilicon.replay,
    "rebound": rebound.replay,
}


@lru_cache(maxsize=len(REPLAYS))
def replay(name: str) -> Replay:
    """One replay by name; run once, then remembered.

    Raises
    ------
    ScenarioError
        If there is none of this name.
    """
    if name not in REPLAYS:
        raise ScenarioError(f"replay {name!r}: no such replay; there are {', '.join(REPLAYS)}")
    return REPLAYS[name]()


def hindcast() -> tuple[Replay, ...]:
    """Every replay, in the order of the specification; about ten seconds the first time."""
    return tuple(replay(name) for name in REPLAYS)


__all__ = ["FRAME_COLUMNS", "REPLAYS", "Check", "Observation", "Replay", "hindcast", "load_observations", "replay"]
