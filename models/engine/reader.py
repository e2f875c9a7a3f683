"""Figures of many scenarios on one set of draws, each layer of the model run only when something it reads moved."""

from __future__ import annotations

from dataclasses import replace

from models.basis.shocks import Shocks
from models.engine.figures import Figures, read_figures
from models.engine.nearby import Bought, Nearby
from models.engine.prices import fair_prices, market_price
from models.scenario.scenario import Scenario


class Reader:
    """Figures of scenarios on the draws of a first one.

    Parameters
    ----------
    scenario : Scenario
        Whose draws are used.
    paths : int
        Most of them.
    entry : {"fair", "at_cost"}
    is_price_held : bool
        Whether everybody pays the prices of the first scenario: a stress strikes somebody who has already paid. Else
        each scenario has its own prices, as on its own pages.
    """

    def __init__(self, scenario: Scenario, paths: int, entry: str = "fair", *, is_price_held: bool = False) -> None:
        self.nearby = Nearby(scenario, paths, entry=entry)
        self.is_price_held = is_price_held

    @property
    def shocks(self) -> Shocks:
        """The draws every scenario is read on."""
        return self.nearby.shocks

    def bought(self, scenario: Scenario) -> dict[str, Bought]:
        """Every class of a scenario at the price paid for it."""
        found = self.nearby.of(scenario)
        if self.is_price_held:
            return found
        own = fair_prices(scenario)
        out = {}
        for key, held in found.items():
            premium = own[key].premium if self.nearby.entry == "fair" else market_price(key, held.claim, own[key])
            out[key] = held if premium == held.premium else replace(held, premium=premium)
        return out

    def read(self, scenario: Scenario) -> Figures:
        """Figures of one scenario."""
        return read_figures(self.bought(scenario), self.nearby.market(scenario), self.shocks)
