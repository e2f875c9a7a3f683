"""Layers that evaluations share: a moved slider runs again only what reads it.

A market, the claims that are built together and the measures of a class are found by what they read for as long as
some evaluation holds them. Nothing is kept for its own sake, so memory is that of the evaluations that are alive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from weakref import WeakValueDictionary

from models.basis.shocks import Shocks
from models.basis.store import Store
from models.claims.llm_developer import KEY as LAB
from models.claims.registry import Build, Claims, builds
from models.engine.noted import Noted, Parts
from models.engine.prices import FairPrice
from models.engine.valuation import AssetResult, asset_result
from models.market.simulate import MarketPaths, simulate_market
from models.scenario.scenario import Scenario

FOUND = 32
"""Markets, and claims of each kind, that may be found again while somebody holds them."""


class Layers:
    """Layers of scenarios on the draws that each of them names."""

    def __init__(self) -> None:
        self._markets: Noted[MarketPaths] = Noted(FOUND, is_held=False)
        self._claims: Store[Noted[Claims]] = Store(FOUND)
        self._results: WeakValueDictionary[tuple[object, ...], AssetResult] = WeakValueDictionary()
        self._lock = Lock()

    def market(self, parts: Parts, shocks: Shocks) -> MarketPaths:
        """The market of a scenario."""

        def make(seen: Scenario) -> MarketPaths:
            _ = seen.run  # it names the draws
            return simulate_market(seen.setting, shocks)

        return self._markets.get(parts, make)

    def built(self, parts: Parts, market: MarketPaths, shocks: Shocks, keys: Iterable[str]) -> dict[str, Claims]:
        """Classes and variants, each with those it is built with."""
        def of(build: Build) -> Claims:
            def make(seen: Scenario) -> Claims:
                _ = seen.run, seen.setting  # the market is read as a whole
                return build(seen.in_force, market, shocks)

            return self._claims.get(build, lambda: Noted(FOUND, is_held=False)).get(parts, make)

        wanted = builds(keys)
        # The lab first, while it is held: the others ask for its fate.
        together = {build: of(build) for build in sorted(wanted, key=lambda build: LAB not in wanted[build])}
        return {key: together[build] for build, found in wanted.items() for key in found}

    def result(
        self, key: str, fair: FairPrice, parts: Parts, shocks: Shocks, built: Mapping[str, Claims]
    ) -> AssetResult:
        """One class at its prices, with what has been measured of it; a loan beside the lab that was built."""
        rates, claims = parts.scenario.in_force.rates, built[key]
        is_loan = claims.loan is not None or claims.center_loan is not None
        lab = built[LAB].by_key[LAB] if is_loan and LAB in built else None
        with self._lock:
            made = asset_result(key, fair, rates, shocks.replicate, claims, lab)
            # A result that is alive holds its claims, so that their ids are nobody else's.
            return self._results.setdefault((key, id(claims), id(lab), fair, rates), made)
