"""Values of scenarios near one another on shared draws: each layer runs again only when something it reads has moved.

A market is simulated again only when its setting moved, a class only when its market or a slice it read did. What a
class reads is noted while it is built, not declared, so a new slice can never be forgotten here.

The price is a fact: it was agreed under the scenario one starts from, and stays as it is while assumptions move. (Where
an assumption moved the price too, an investor who expects it would lose nothing by it, and no driver would show.)
Solving neutral prices for each neighbor would also take longer than everything else. At ``entry="at_cost"`` built
classes cost what they cost in the neighboring scenario, and companies their multiple there on the earnings expected
today.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, partial, reduce
from typing import Any, Generic, TypeVar, cast

import numpy as np

from models.basis.flows import CashFlows
from models.basis.investor import Rates
from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.registry import CLASSES, Claim, Claims, build_claims
from models.engine.prices import fair_prices, market_price, steadied
from models.engine.valuation import committed_capital
from models.errors import ScenarioError
from models.market.simulate import MarketPaths, Setting, simulate_market
from models.measures import returns
from models.scenario.scenario import Scenario

PATHS = 1_024
KEPT = 4
"""Markets, and claims of each class, that are kept: they hold paths. Neighbors are best visited so that few suffice."""

Changes = Mapping[str, Any]
Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class Bought:
    """A claim at the price paid for it; arrays (paths,), computed when first read.

    Attributes
    ----------
    claim : Claim
    premium : float
        USD over cost or par, or the whole price of a company.
    rates : Rates
    claims : Claims
        What the claim was built with; its loan, for debt.
    """

    claim: Claim
    premium: float
    rates: Rates
    claims: Claims

    @cached_property
    def net(self) -> Array:
        """Net flow after the price, USD, (paths, quarters + 1)."""
        return self._flows.net

    @cached_property
    def capital(self) -> float:
        """Dollars committed, USD."""
        return committed_capital(self._flows, self.rates.cash_rate)

    @cached_property
    def value(self) -> Array:
        """Present value over cash per dollar committed."""
        return np.asarray(returns.npv(self.rates.cash_rate, self.net) / self.capital)

    @cached_property
    def steady_value(self) -> Array:
        """The same mean as `value` with less noise: what control variates explain is taken out."""
        return steadied(self.value, self.claim.controls)

    @cached_property
    def npv(self) -> Array:
        """Present value at the hurdle per dollar committed, less what control variates explain of its noise."""
        return steadied(np.asarray(returns.npv(self.claim.hurdle, self.net) / self.capital), self.claim.controls)

    @cached_property
    def irr(self) -> Array:
        """Return per year by the rules of the model; -1 is a total loss."""
        return np.asarray(returns.irr(self.net)[0])

    @cached_property
    def moic(self) -> Array:
        """Money back over money in."""
        return np.asarray(returns.moic(self._flows.contrib, self._flows.distrib))

    @cached_property
    def _flows(self) -> CashFlows:
        return self.claim.flows.with_entry(self.premium)


class Nearby:
    """A scenario and its neighbors on one set of draws.

    Parameters
    ----------
    scenario : Scenario
        Where one stands, and what the price was agreed under.
    paths : int
        A power of two; never more than the scenario has.
    seed : int, optional
        The scenario's own when omitted.
    entry : {"fair", "at_cost"}
    keys : iterable of str
        Classes or variants.
    """

    def __init__(
        self, scenario: Scenario, paths: int = PATHS, seed: int | None = None, *, entry: str = "fair",
        keys: Iterable[str] = tuple(CLASSES),
    ) -> None:
        draws = scenario.run
        method = "sobol" if draws.method == "sobol" else "random"
        self.scenario, self.entry, self.keys = scenario, entry, tuple(keys)
        self.shocks: Shocks = draw_shocks(draws.seed if seed is None else seed, min(paths, draws.paths), method)
        self._markets: _Kept[MarketPaths] = _Kept()
        self._claims: dict[str, _Kept[Claims]] = {key: _Kept() for key in self.keys}
        self._bought: dict[str, _Kept[Bought]] = {key: _Kept() for key in self.keys}

    @cached_property
    def prices(self) -> Mapping[str, Any]:
        """Fair prices of the scenario one starts from, by class."""
        return fair_prices(self.scenario)

    def at(self, changes: Changes) -> Scenario:
        """The neighbor with some assumptions changed; raises ScenarioError where they contradict others."""
        return self.scenario.replace(dict(changes)) if changes else self.scenario

    def values(self, changes: Changes | None = None) -> dict[str, Array]:
        """Present value over cash per dollar committed, (paths,), of every class."""
        return {key: bought.value for key, bought in self.bought(changes).items()}

    def bought(self, changes: Changes | None = None) -> dict[str, Bought]:
        """Every class in the neighbor with these changes, at the price paid."""
        return self.of(self.at(changes or {}))

    def of(self, scenario: Scenario) -> dict[str, Bought]:
        """Every class in any scenario, at the price paid in the one this started from."""
        parts = _Parts(scenario)
        return {key: self._bought[key].get(parts, partial(self._buy, key)) for key in self.keys}

    def market(self, scenario: Scenario) -> MarketPaths:
        """Market of a scenario on the shared draws."""
        return self._market(_Parts(scenario))

    def _market(self, parts: _Parts) -> MarketPaths:
        return self._markets.get(parts, lambda seen: simulate_market(seen.setting, self.shocks))

    def _build(self, key: str, parts: _Parts, seen: Scenario) -> Claims:
        _ = seen.setting  # the market is read as a whole
        return build_claims(seen, self._market(parts), self.shocks, (key,))

    def _buy(self, key: str, seen: Scenario) -> Bought:
        parts = cast(_Seen, seen).parts
        claims = self._claims[key].get(parts, partial(self._build, key, parts))
        for name in self._claims[key].reads_of(claims):
            reduce(getattr, name.split("."), seen)  # what the claim reads, this reads
        claim = claims.by_key[key]
        fair = self.prices[key]
        premium = fair.premium if self.entry == "fair" else market_price(key, claim, fair)
        return Bought(claim, premium, seen.rates, claims)


class _Parts:
    """Parts of one scenario by dotted name, in a form that can be compared."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known: dict[str, Any] = {}

    def part(self, name: str) -> Any:
        """A part such as ``rates`` or ``neutral.calm.setting``."""
        if name not in self._known:
            owner, _, last = name.rpartition(".")
            self._known[name] = getattr(self.part(owner) if owner else self.scenario, last)
        return self._known[name]

    def key(self, name: str) -> Any:
        """The part as a value that equals that of another scenario when nothing in it differs."""
        part = self.part(name)
        return tuple(getattr(part, f.name) for f in fields(part)) if isinstance(part, Setting) else part


class _Seen:
    """A scenario that notes which of its parts are read."""

    def __init__(
        self, parts: _Parts, read: set[str], prefix: str = "", replaced: Mapping[str, Any] | None = None
    ) -> None:
        self.parts, self._read, self._prefix, self._replaced = parts, read, prefix, replaced or {}

    def model_copy(self, *, update: Mapping[str, Any]) -> _Seen:
        """The same with some slices replaced by values, which whoever made them has read already."""
        return _Seen(self.parts, self._read, self._prefix, {**self._replaced, **update})

    def __getattr__(self, name: str) -> Any:
        whole = f"{self._prefix}{name}"
        if name in self._replaced:
            return self._replaced[name]
        if self._replaced and name not in Scenario.model_fields:
            if name == "setting":
                return cast(property, Scenario.__dict__[name]).fget(self)  # type: ignore[misc]  # noted slice by slice
            self._read.add(f"{self._prefix}model_dump")  # a method equals no other: nothing is kept
            owner = self.parts.part(self._prefix[:-1]) if self._prefix else self.parts.scenario
            return getattr(owner.model_copy(update=self._replaced), name)
        if name in ("neutral", "calm"):
            return _Seen(self.parts, self._read, f"{whole}.")
        self._read.add(whole)
        return self.parts.part(whole)


class _Kept(Generic[Part]):
    """The last few results of a layer with what each of them read, most recent first."""

    def __init__(self, size: int = KEPT) -> None:
        self._held: deque[tuple[dict[str, Any], Part]] = deque(maxlen=size)

    def get(self, parts: _Parts, make: Callable[[Scenario], Part]) -> Part:
        """Result for a scenario: one that read nothing else than what this scenario has, or a new one."""
        for i, (reads, result) in enumerate(self._held):
            if all(parts.key(name) == value for name, value in reads.items()):
                if i:
                    del self._held[i]
                    self._held.appendleft((reads, result))
                return result
        read: set[str] = set()
        result = make(cast(Scenario, _Seen(parts, read)))
        self._held.appendleft(({name: parts.key(name) for name in read}, result))
        return result

    def reads_of(self, result: Part) -> tuple[str, ...]:
        """What a result that is still held has read."""
        return next(tuple(reads) for reads, held in self._held if held is result)


def is_valid(nearby: Nearby, changes: Changes) -> str:
    """Why changes contradict the scenario, empty where they do not."""
    try:
        nearby.at(changes)
    except ScenarioError as error:
        return str(error)
    return ""
