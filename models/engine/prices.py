"""Fair entry prices: what each class must cost so that a neutral world just pays its hurdle.

The neutral world has no glut, no policy and no surprise. Its prices come from one fixed block of draws, so that they
do not move with the seed or the number of paths of a scenario, and they are kept: most sliders leave them alone. Who
wants prices that somebody else is about to find waits for him; nobody waits for others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from threading import RLock
from typing import NamedTuple

import numpy as np

from models.basis.shocks import Shocks, draw_replicate
from models.basis.store import Store
from models.basis.timeline import Array, discount_factors
from models.claims.registry import CLASSES, VARIANTS, Claim, build_claims
from models.engine.noted import Noted, Parts, Reading
from models.market.simulate import DRAWS, MarketPaths, Setting, simulate_market
from models.measures import returns
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
    flow : tuple of float
        Mean neutral flow of a levered claim at fair entry by quarter, USD; empty for others and where nothing is lent.
    hurdle : float
        Return per year at which a levered claim's asset was priced; 0 for others.
    """

    premium: float
    premium_se: float
    earnings: float
    flow: tuple[float, ...] = ()
    hurdle: float = 0.0

    @cached_property
    def required(self) -> float:
        """Return required of a levered claim, per year: the one that makes its mean neutral flow worth nothing.

        NaN where no return above a total loss does.
        """
        rate = float(returns.irr(np.array(self.flow))[0])
        return rate if rate > -1.0 else math.nan


def priced(claim: Claim, fair: FairPrice) -> Claim:
    """The claim with the return it must earn at this price; other than levered claims bring their own.

    Who asks a point more of the asset than when the price was agreed asks a point more of its levered owner.
    """
    return replace(claim, hurdle=fair.required + claim.hurdle - fair.hurdle) if fair.flow else claim


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
        Keyed by class and variant; a levered one pays the premium of the asset below it, a variant without a price of
        its own that of its class.
    """
    parts = Parts(scenario)
    classes = CLASSES | VARIANTS
    own = [key for key, one in classes.items() if one.below or one.has_own_price or not one.variant_of]
    known = _found(own, parts)
    missing = [key for key in own if key not in known]
    if missing:
        with _locks.get(tuple((key, *_kept_of(key).likely(parts)) for key in missing), RLock):
            known |= _found(missing, parts)
            if missing := [key for key in missing if key not in known]:
                known |= _made(missing, parts)
    return {
        key: known[key] if key in known else replace(known[one.variant_of], flow=()) for key, one in classes.items()
    }


def _kept_of(key: str) -> Noted[FairPrice]:
    """Prices of a class that are kept."""
    return _prices.get(key, lambda: Noted(KEPT))


def _found(keys: Sequence[str], parts: Parts) -> dict[str, FairPrice]:
    """Prices that are kept, held by whoever asks, so that they may be forgotten meanwhile."""
    return {key: price for key in keys for price in _kept_of(key).find(parts)}


def _made(keys: Sequence[str], parts: Parts) -> dict[str, FairPrice]:
    """Prices made now, and kept by what was read for them; what is built together is built and read together."""
    classes = CLASSES | VARIANTS
    groups: dict[object, list[str]] = {}
    for key in keys:
        groups.setdefault(classes[key].build, []).append(key)
    readings = [Reading(parts, set()) for _ in groups]
    found = _solve([(tuple(group), r.as_scenario.neutral) for group, r in zip(groups.values(), readings, strict=True)])
    of_key = {key: r for group, r in zip(groups.values(), readings, strict=True) for key in group}
    return {key: _kept_of(key).keep(of_key[key], price) for key, price in found.items()}


Group = tuple[tuple[str, ...], Scenario]
"""Classes that one function builds, and their neutral world."""


def _solve(groups: Sequence[Group]) -> dict[str, FairPrice]:
    """Price the given classes in their neutral worlds, each block of draws simulated once."""
    out: dict[str, FairPrice] = {}
    classes = CLASSES | VARIANTS
    skewed, lean, wide = (
        [(keys, world) for keys, world in groups if (classes[keys[0]].is_skewed, classes[keys[0]].is_lean) == kind]
        for kind in ((True, False), (False, True), (False, False))
    )
    if wide:
        names = {name for keys, world in wide for key in keys for name in classes[key].draws(world)}
        out |= _mean_prices(wide, _stream(_setting(wide), PATHS, names))
    if lean:
        out |= _mean_prices(lean, iter(_kept_blocks(_setting(lean))))
    return out | {key: _skewed_price(key, world) for (key,), world in skewed}


def _setting(groups: Sequence[Group]) -> Setting:
    """The market of several classes: one and the same, but each notes that it reads it."""
    first, *_ = [world.setting for _, world in groups]
    return first


def _stream(
    setting: Setting, paths: int, names: Collection[str] | None = None
) -> Iterator[tuple[MarketPaths, Shocks]]:
    """Market paths of the fixed neutral draws, one independent scramble at a time to bound memory.

    Read it with ``map``: a loop variable would keep one block alive while the next is made.

    Parameters
    ----------
    names : collection of str, optional
        Draws that will be read beside those of the market, all by default.
    """
    read = None if names is None else {*DRAWS, *names}
    for group in range(paths // BLOCK):
        shocks = draw_replicate(SEED, group, BLOCK, names=read)
        yield simulate_market(setting, shocks), shocks


def _kept_blocks(setting: Setting) -> list[tuple[MarketPaths, Shocks]]:
    """Lean neutral paths for fleets, buildings and loans: their terms are slider material, so they reprice at once."""
    key = tuple(getattr(setting, part.name) for part in fields(setting))
    return list(_blocks.get(key, lambda: list(map(_lean, _stream(setting, PATHS)))))


def _lean(paths: tuple[MarketPaths, Shocks]) -> tuple[MarketPaths, Shocks]:
    """Drop what fleets, buildings and their loans do not read: most of the memory."""
    market, shocks = paths
    nothing = np.broadcast_to(np.nan, market.price.shape)
    run = market.world._replace(**dict.fromkeys(market.world._fields, nothing))
    demand = replace(market.demand_paths, permanent=nothing)
    lean, others = ({name for one in CLASSES.values() if one.is_lean == is_lean for name in one.draws(Scenario())}
                    for is_lean in (True, False))
    thin = shocks.without("demand_z", "jump_gap_u", "regime_u", *(others - lean))
    return replace(market, world=run, home=run, demand_paths=demand), thin


def _mean_prices(groups: Sequence[Group], blocks: Iterator[tuple[MarketPaths, Shocks]]) -> dict[str, FairPrice]:
    # One world for all blocks: what does not hang on the draws is found once.
    worlds = [(keys, world.in_force) for keys, world in groups]

    def block(paths: tuple[MarketPaths, Shocks]) -> list[_Block]:
        return [one for keys, world in worlds for one in _neutral_block(world, keys, *paths)]

    by_block = list(map(block, blocks))
    root = np.sqrt(PATHS // BLOCK)
    out = {}
    for key, found in zip((key for keys, _ in groups for key in keys), zip(*by_block, strict=True), strict=True):
        value = np.array([one.value for one in found])
        premium = float(value.mean())
        flow = np.mean([one.flow for one in found], axis=0)
        if len(flow):
            flow[0] -= premium
        earned = float(np.mean([one.earnings for one in found]))
        error = float(value.std(ddof=1) / root)
        out[key] = FairPrice(premium, error, earned, tuple(flow.tolist()), found[0].hurdle if len(flow) else 0.0)
    return out


class _Block(NamedTuple):
    """What a block of neutral draws says of a class: mean value of what it pays for, earnings, levered mean flow."""

    value: float
    earnings: float
    flow: Array
    hurdle: float


def _neutral_block(world: Scenario, keys: Sequence[str], market: MarketPaths, shocks: Shocks) -> list[_Block]:
    """Classes that are built together; a levered one pays the premium of the asset below it."""
    classes = CLASSES | VARIANTS
    built = classes[keys[0]].build(world, market, shocks)
    out = []
    for key in keys:
        claim, below = built.by_key[key], classes[key].below
        worth = claim if below is None else below(world, market, shocks, built)
        is_levered = claim.capital < worth.capital
        flow = np.asarray(claim.flows.net.mean(axis=0)) if is_levered else np.zeros(0)
        out.append(_Block(float(present_value(worth).mean()), claim.earnings, flow, claim.hurdle))
    return out


def _skewed_price(key: str, neutral: Scenario) -> FairPrice:
    """Mean value by regression on variables of known mean: the tail is too heavy for a plain average."""
    def block(paths: tuple[MarketPaths, Shocks]) -> tuple[Array, Array, float]:
        claim = build_claims(neutral, *paths, [key]).by_key[key]
        return present_value(claim), np.asarray(claim.controls), claim.earnings

    paths = _stream(neutral.setting, SKEWED_PATHS, CLASSES[key].draws(neutral))
    values, controls, earned = zip(*map(block, paths), strict=True)
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
