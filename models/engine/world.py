"""A scenario on a set of draws, and its neighbors on the same ones: a layer runs again only when what it reads moved.

A market is simulated again only when its setting moved, a class only when its market or a slice it read did
(`models.engine.noted`).

By default the price is a fact: it was agreed in the world one starts from, and stays as it is while assumptions move.
(Where an assumption moved the price too, an investor who expects it would lose nothing by it, and no driver would
show.) Told ``price="again"``, a neighbor has the prices of its own scenario, as on its own pages. The two differ only
where an assumption moves the neutral world that prices come from. At entry ``"at_cost"`` built classes cost what they
cost in the neighbor, and companies their multiple there on the earnings that priced them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal

from models.basis.pace import pause
from models.basis.shocks import Shocks, draw_shocks
from models.basis.store import Store
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, Claims, build_claims
from models.engine.noted import Noted, Parts
from models.engine.position import Position
from models.engine.prices import FairPrice, fair_prices, premium, priced
from models.errors import AbsentError, ScenarioError
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.scenario import Scenario

PATHS = 1_024
KEPT = 4
"""Markets, and claims and positions of each class, that are kept: they hold paths."""

Changes = Mapping[str, Any]
Price = Literal["agreed", "again"]


class _Layers:
    """What neighbors share, by what each layer read."""

    def __init__(self) -> None:
        self.markets: Noted[MarketPaths] = Noted(KEPT)
        self.claims: Store[Noted[Claims]] = Store(16)
        self.positions: Store[Store[Position]] = Store(32)


class World:
    """A scenario on a set of draws.

    Parameters
    ----------
    scenario : Scenario
    shocks : Shocks
    beside : World, optional
        A world on the same draws with which layers are shared.
    price : {"again", "agreed"}
        Whether the prices are those of this scenario, or those agreed in the other world.
    """

    def __init__(
        self, scenario: Scenario, shocks: Shocks, beside: World | None = None, price: Price = "again"
    ) -> None:
        self.scenario, self.shocks = scenario, shocks
        self._parts = Parts(scenario)
        self._layers: _Layers = _Layers() if beside is None else beside._layers
        self._agreed: World = beside._agreed if beside is not None and price == "agreed" else self

    @cached_property
    def prices(self) -> Mapping[str, FairPrice]:
        """Fair prices that are paid here, by class."""
        return fair_prices(self.scenario) if self._agreed is self else self._agreed.prices

    def neighbor(self, changes: Changes, price: Price = "agreed") -> World:
        """The world with some assumptions changed.

        Parameters
        ----------
        changes : mapping
            Dotted paths to new values.
        price : {"agreed", "again"}

        Raises
        ------
        ScenarioError
            Where changes contradict other assumptions.
        """
        return self.to(self.scenario.replace(dict(changes)) if changes else self.scenario, price)

    def to(self, scenario: Scenario, price: Price = "agreed") -> World:
        """Any scenario on the same draws."""
        pause()
        return World(scenario, self.shocks, self, price)

    def problem(self, changes: Changes) -> str:
        """Why changes contradict the scenario, empty where they do not."""
        try:
            self.scenario.replace(dict(changes))
        except ScenarioError as error:
            return str(error)
        return ""

    @cached_property
    def market(self) -> MarketPaths:
        """The market."""
        return self._layers.markets.get(self._parts, lambda seen: simulate_market(seen.setting, self.shocks))

    def claims(self, key: str) -> Claims:
        """One class or variant, with its loan where it has one."""

        def build(seen: Scenario) -> Claims:
            _ = seen.setting  # the market is read as a whole
            return build_claims(seen, self.market, self.shocks, (key,))

        return self._layers.claims.get(key, lambda: Noted(KEPT)).get(self._parts, build)

    def position(self, key: str, entry: str = "fair") -> Position:
        """A class or variant at the price paid for it.

        Parameters
        ----------
        entry : {"fair", "at_cost"}
        """
        claims, rates, fair = self.claims(key), self.scenario.in_force.rates, self.prices[key]
        claim = priced(claims.by_key[key], fair)
        paid = premium(key, claim, fair, entry)
        return self._layers.positions.get((key, entry), lambda: Store(KEPT)).get(
            (claims, paid, claim.hurdle, rates),
            lambda: Position(claim, paid, rates, claims, self.shocks.replicate),
        )

    def positions(self, keys: Iterable[str] = tuple(CLASSES), entry: str = "fair") -> dict[str, Position]:
        """Several classes or variants at the prices paid for them, without those that nothing is invested in."""
        every = {key: self.position(key, entry) for key in keys}
        return {key: position for key, position in every.items() if not position.absent}

    def invested(self, keys: Iterable[str], entry: str = "fair") -> dict[str, Position]:
        """Positions of classes or variants that a figure needs.

        Raises
        ------
        AbsentError
            If there is no investment in one of them, with the reason.
        """
        every = {key: self.position(key, entry) for key in keys}
        for key, position in every.items():
            if position.absent:
                raise AbsentError(
                    f"{key}: {position.absent}; choose another class, or change what leaves it empty",
                    f"there is no investment in {(CLASSES | VARIANTS)[key].label}, because {position.absent}",
                )
        return every

    def absent(self, keys: Iterable[str] = tuple(CLASSES), entry: str = "fair") -> dict[str, str]:
        """Classes or variants without an investment, and why."""
        return {key: reason for key in keys if (reason := self.position(key, entry).absent)}

    def values(self, entry: str = "fair") -> dict[str, Array]:
        """Present value over cash per dollar committed, (paths,), of the classes that are present."""
        return {key: position.value for key, position in self.positions(entry=entry).items()}


def moves_market(scenario: Scenario, path: str) -> bool:
    """Whether an assumption is part of the market's setting: such are best moved last, while others share a market."""
    return hasattr(scenario.setting, path.split(".")[0])


def world_of(scenario: Scenario, paths: int = PATHS, seed: int | None = None) -> World:
    """A scenario on its own draws.

    Parameters
    ----------
    paths : int
        A power of two; never more than the scenario has.
    seed : int, optional
        The scenario's own when omitted.
    """
    return World(scenario, draws_of(scenario, paths, seed))


def draws_of(scenario: Scenario, paths: int, seed: int | None = None) -> Shocks:
    """Draws as a scenario names them, at most ``paths``."""
    run = scenario.run
    return draw_shocks(run.seed if seed is None else seed, min(paths, run.paths), run.method)
