"""Fair entry prices: what each class must cost so that a neutral world just pays its hurdle.

The neutral world has no glut, no policy and no surprise. Its prices come from one fixed block of draws, so that they
do not move with the seed or the number of paths of a scenario, and they are kept: most sliders leave them alone. Who
wants prices that somebody else is about to find waits for him; nobody waits for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from threading import RLock

import numpy as np

from models.basis.shocks import Shocks, draw_replicate
from models.basis.store import Store
from models.basis.timeline import Array, discount_factors
from models.claims.registry import CLASSES, VARIANTS, Claim, build_claims
from models.engine.noted import Noted, Parts, Reading
from models.market.simulate import MarketPaths, Setting, simulate_market
from models.scenario.scenario import Scenario

SEED = 7
BLOCK = 4_096
PATHS = 32_768
LEAST_PATHS = 256  # below this a regression on controls adds more noise than it removes
SKEWED_PATHS = 65_536  # a tenth of the paths carries a third of its value


@dataclass(frozen=True)
class FairPrice:
    """Neutral price of one class.

    Attributes
    ----------
    premium : float
        Fair price less cost or par, USD per unit; for companies the whole price.
    premium_se : float
        Its standard error over independent scrambles, USD.
    earnings : float
        Neutral first-year earnings, EBITDA or revenue that a market multiple applies to, USD.
    """

    premium: float
    premium_se: float
    earnings: float


KEPT = 64
"""Prices of each class that are kept."""
_prices: Store[Noted[FairPrice]] = Store(64)
_blocks: Store[list[tuple[MarketPaths, Shocks]]] = Store(1)
_locks: Store[AbstractContextManager[bool]] = Store(64)


def fair_prices(scenario: Scenario) -> dict[str, FairPrice]:
    """Fair price of every class of a scenario.

    Returns
    -------
    dict
        Keyed by class and variant; a levered one pays the premium of the asset below it, any other variant the price
        of its class.
    """
    parts = Parts(scenario)
    classes = CLASSES | VARIANTS
    priced = [key for key, one in classes.items() if one.below or not one.variant_of]
    known = _found(priced, parts)
    missing = [key for key in priced if key not in known]
    if missing:
        with _locks.get(tuple((key, *_priced(key).likely(parts)) for key in missing), RLock):
            known |= _found(missing, parts)
            if missing := [key for key in missing if key not in known]:
                known |= _made(missing, parts)
    return {key: known[key if key in known else one.variant_of] for key, one in classes.items()}


def _priced(key: str) -> Noted[FairPrice]:
    """Prices of a class that are kept."""
    return _prices.get(key, lambda: Noted(KEPT))


def _found(keys: Sequence[str], parts: Parts) -> dict[str, FairPrice]:
    """Prices that are kept, held by whoever asks, so that they may be forgotten meanwhile."""
    return {key: price for key in keys for price in _priced(key).find(parts)}


def _made(keys: Sequence[str], parts: Parts) -> dict[str, FairPrice]:
    """Prices made now, and kept by what was read for them."""
    readings = {key: Reading(parts, set()) for key in keys}
    found = _solve({key: reading.as_scenario.neutral for key, reading in readings.items()})
    return {key: _priced(key).keep(readings[key], price) for key, price in found.items()}


def _solve(neutral: Mapping[str, Scenario]) -> dict[str, FairPrice]:
    """Price the given classes in their neutral worlds, each block of draws simulated once."""
    out: dict[str, FairPrice] = {}
    classes = CLASSES | VARIANTS
    skewed, lean, wide = (
        {key: world for key, world in neutral.items() if (classes[key].is_skewed, classes[key].is_lean) == kind}
        for kind in ((True, False), (False, True), (False, False))
    )
    if wide:
        out |= _mean_prices(wide, _stream(_setting(wide), PATHS))
    if lean:
        out |= _mean_prices(lean, iter(_kept_blocks(_setting(lean))))
    return out | {key: _skewed_price(key, world) for key, world in skewed.items()}


def _setting(neutral: Mapping[str, Scenario]) -> Setting:
    """The market of several classes: one and the same, but each notes that it reads it."""
    first, *_ = [world.setting for world in neutral.values()]
    return first


def _stream(setting: Setting, paths: int) -> Iterator[tuple[MarketPaths, Shocks]]:
    """Market paths of the fixed neutral draws, one independent scramble at a time to bound memory.

    Read it with ``map``: a loop variable would keep one block alive while the next is made.
    """
    for group in range(paths // BLOCK):
        shocks = draw_replicate(SEED, group, BLOCK)
        yield simulate_market(setting, shocks), shocks


def _kept_blocks(setting: Setting) -> list[tuple[MarketPaths, Shocks]]:
    """Lean neutral paths for fleets and loans: contract terms are slider material, so they must reprice at once."""
    key = tuple(getattr(setting, part.name) for part in fields(setting))
    return list(_blocks.get(key, lambda: list(map(_lean, _stream(setting, PATHS)))))


def _lean(paths: tuple[MarketPaths, Shocks]) -> tuple[MarketPaths, Shocks]:
    """Drop what a fleet and its loan do not read: three quarters of the memory."""
    market, shocks = paths
    nothing = np.broadcast_to(np.nan, market.price.shape)
    run = market.world._replace(**dict.fromkeys(market.world._fields, nothing))
    demand = replace(market.demand_paths, permanent=nothing)
    lean, others = ({name for one in CLASSES.values() if one.is_lean == is_lean for name in one.draws(Scenario())}
                    for is_lean in (True, False))
    thin = shocks.without("demand_z", "jump_gap_u", "regime_u", *(others - lean))
    return replace(market, world=run, home=run, demand_paths=demand, surplus=nothing), thin


def _mean_prices(
    neutral: Mapping[str, Scenario], blocks: Iterator[tuple[MarketPaths, Shocks]]
) -> dict[str, FairPrice]:
    def block(paths: tuple[MarketPaths, Shocks]) -> list[tuple[float, float]]:
        claims = (_neutral_claim(world, key, *paths) for key, world in neutral.items())
        return [(float(present_value(claim).mean()), claim.earnings) for claim in claims]

    found = np.array(list(map(block, blocks)))
    root = np.sqrt(PATHS // BLOCK)
    return {
        key: FairPrice(float(value.mean()), float(value.std(ddof=1) / root), float(earned.mean()))
        for key, (value, earned) in zip(neutral, found.transpose(1, 2, 0), strict=True)
    }


def _neutral_claim(neutral: Scenario, key: str, market: MarketPaths, shocks: Shocks) -> Claim:
    """The claim whose neutral value is the price: levered classes pay the premium of the asset below them."""
    below = (CLASSES | VARIANTS)[key].below
    return below(neutral, market, shocks) if below else build_claims(neutral, market, shocks, [key]).by_key[key]


def _skewed_price(key: str, neutral: Scenario) -> FairPrice:
    """Mean value by regression on variables of known mean: the tail is too heavy for a plain average."""
    def block(paths: tuple[MarketPaths, Shocks]) -> tuple[Array, Array, float]:
        claim = _neutral_claim(neutral, key, *paths)
        return present_value(claim), np.asarray(claim.controls), claim.earnings

    values, controls, earned = zip(*map(block, _stream(neutral.setting, SKEWED_PATHS)), strict=True)
    adjusted = steadied(np.concatenate(values), np.concatenate(controls))
    estimates = adjusted.reshape(SKEWED_PATHS // BLOCK, BLOCK).mean(axis=1)
    error = float(np.std(estimates, ddof=1) / np.sqrt(len(estimates)))
    return FairPrice(float(adjusted.mean()), error, earned[0])


def steadied(values: Array, controls: Array | None) -> Array:
    """Values of the same mean and less noise, (paths,): what control variates of mean zero explain is taken out."""
    if controls is None or len(values) < LEAST_PATHS:
        return values
    spread = controls - controls.mean(axis=0)
    slope = np.linalg.lstsq(spread, values - values.mean(), rcond=None)[0]
    return np.asarray(values - controls @ slope)


def present_value(claim: Claim) -> Array:
    """Present value of a claim's flows at its hurdle, USD, (paths,)."""
    return np.asarray(claim.flows.net @ discount_factors(claim.hurdle, claim.flows.contrib.shape[1] - 1))


def premium(key: str, claim: Claim, fair: FairPrice, entry: str = "fair") -> float:
    """What is paid over cost or par, USD per unit; for companies the whole price.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        The neutral price; or cost and par for what is built, and a market multiple of earnings for companies.
    """
    if entry == "fair":
        return fair.premium
    return claim.multiple * fair.earnings if key in CLASSES and CLASSES[key].at_market else 0.0
