"""Scenarios of the past: the engine as it is, with numbers that the interface does not offer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from models.basis.shocks import Shocks, draw_shocks
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.scenario import Scenario

PATHS = 4_096
SEED = 1


class PastScenario(Scenario):
    """A scenario whose numbers may lie outside the bounds of the interface.

    Bounds keep a user's sliders in the range the model was built for. Episodes of the past lie outside: the telecom
    build-out planned up to eleven times what demand paid for, an H100 cost 45,000 dollars, a bridge does not get
    cheaper. Fields are set without the check of bounds; every function of the engine is the same.
    """

    def replace(self, changes: dict[str, Any]) -> PastScenario:
        """Scenario with dotted ``slice.field`` paths set to new values, bounds unchecked."""
        out = self
        for path, value in changes.items():
            name, field = path.split(".")
            part = getattr(out, name)
            if field not in type(part).model_fields:
                raise KeyError(f"{path}: no such assumption")
            out = out.model_copy(update={name: part.model_copy(update={field: value})})
        return out


def past(changes: dict[str, Any]) -> PastScenario:
    """Scenario of the past: the defaults with ``changes``."""
    base = Scenario()
    slices = {name: getattr(base, name) for name in Scenario.model_fields}
    return PastScenario.model_construct(**slices).replace(changes)


@lru_cache(maxsize=1)
def draws() -> Shocks:
    """The draws every replay shares."""
    return draw_shocks(SEED, PATHS)


def market_of(scenario: Scenario) -> MarketPaths:
    """Market of a scenario on the shared draws."""
    return simulate_market(scenario.setting, draws())
