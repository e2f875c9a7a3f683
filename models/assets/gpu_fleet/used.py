"""What a used machine and its contract are worth: rents as buyers expect them, given the price of the time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet.fleet import FleetTerms, GpuFleet
from models.assets.gpu_fleet.stages import LOOK_AHEAD
from models.basis.timeline import HOURS, Array, discount_factors
from models.market.simulate import MarketPaths


def used_values(fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, scrapped_at: Array | None = None) -> Array:
    """Value of one used H100e in every quarter, USD, (paths, quarters + 1): margins as buyers expect them then.

    ``scrapped_at`` (paths,): a scrapped fleet is worth nothing.
    """
    out = np.zeros((market.quarters + 1, market.paths))
    v = discount_factors(terms.hurdle_market, terms.last)
    for t in range(min(terms.last, market.quarters + 1)):
        rent, discount = _forward_rents(fleet, terms, market, t, terms.last, v)
        rent -= terms.cash_cost
        value = discount @ np.maximum(rent, 0.0, out=rent) * HOURS
        value += v[terms.last - t] * expected_residual(fleet, terms, market, t)
        out[t] = np.maximum(terms.salvage * market.curves.hardware_cost[t], value)
    return _until(out, scrapped_at)


def value_ahead(fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, quarter: int, ahead: int) -> Array:
    """What buyers at ``quarter`` expect a used H100e to be worth at ``ahead``, USD, (paths,); the same at both ends."""
    if ahead >= terms.last:
        return expected_residual(fleet, terms, market, quarter) * np.ones(market.paths)
    v = discount_factors(terms.hurdle_market, terms.last)
    rent, discount = _forward_rents(fleet, terms, market, quarter, terms.last, v)
    later = max(ahead + 1, terms.first) - max(quarter + 1, terms.first)
    rent = np.maximum(rent[later:] - terms.cash_cost, 0.0)
    value = (discount[later:] / v[ahead - quarter]) @ rent * HOURS
    value += v[terms.last - ahead] * expected_residual(fleet, terms, market, quarter)
    return np.asarray(np.maximum(terms.salvage * market.curves.hardware_cost[ahead], value))


def expected_residual(fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, quarter: int) -> Array | float:
    """What buyers at ``quarter`` expect the machine to fetch in the end, USD, (paths,) or the salvage value."""
    if not terms.resale_multiple:
        return terms.salvage * terms.market_cost
    v = np.ones(terms.last + LOOK_AHEAD + 1)
    rent, _ = _forward_rents(fleet, terms, market, quarter, terms.last + LOOK_AHEAD, v)
    year = HOURS * rent[-LOOK_AHEAD:].sum(axis=0)
    scrap = terms.salvage * market.curves.hardware_cost[min(terms.last, market.quarters)]
    return np.asarray(np.maximum(scrap, terms.resale_multiple * year))


def residuals(fleet: GpuFleet, terms: FleetTerms, market: MarketPaths) -> Array | None:
    """What the machine is sold for in its last quarter, USD, (paths,); None where it is the salvage value."""
    if not terms.resale_multiple or terms.last > market.quarters:
        return None
    return np.asarray(expected_residual(fleet, terms, market, terms.last))


def exit_values(
    fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, is_alive: NDArray[np.bool_], scrapped_at: Array
) -> Array:
    """What the fleet with its contract sells for in every quarter, USD per H100e, (paths, quarters + 1)."""
    machines = used_values(fleet, terms, market, scrapped_at)
    return machines + contract_claims(fleet, terms, market, is_alive, scrapped_at, floor=-np.inf)


def contract_claims(
    fleet: GpuFleet,
    terms: FleetTerms,
    market: MarketPaths,
    is_alive: NDArray[np.bool_],
    scrapped_at: Array | None = None,
    floor: float = 0.0,
) -> Array:
    """Value of the contract above market rents in every quarter, USD per H100e, (paths, quarters + 1).

    ``floor`` is the least a quarter of the contract is worth: a lender claims gains only, a buyer takes losses too.
    """
    out = np.zeros((market.quarters + 1, market.paths))
    end = min(terms.contract_end, terms.last)
    v = discount_factors(terms.hurdle_market, terms.last)
    income = terms.availability * terms.contract_price
    for t in range(min(end, market.quarters + 1)):
        rent, discount = _forward_rents(fleet, terms, market, t, end, v)
        np.subtract(income, np.maximum(rent, terms.cash_cost, out=rent), out=rent)
        gain = discount @ np.maximum(rent, floor, out=rent)
        out[t] = HOURS * terms.contracted * gain * is_alive[:, t]
    return _until(out, scrapped_at)


def _forward_rents(
    fleet: GpuFleet, terms: FleetTerms, market: MarketPaths, quarter: int, last: int, v: Array
) -> tuple[Array, Array]:
    """Rents per hour that buyers expect at ``quarter`` for each later one, (quarters ahead, paths), and their discount.

    Half of today's price gap is expected to close in ``gap_half_life`` quarters.
    """
    j = np.arange(max(quarter + 1, terms.first), last + 1)
    fade = 2.0 ** (-(j - quarter) / fleet.gap_half_life)
    rent = np.multiply.outer(fade, market.log_ratio[:, quarter])
    np.exp(rent, out=rent)
    rent *= (terms.earned * market.curves.price_known_at(quarter)[j] * terms.rent_factors[j])[:, None]
    return rent, v[j - quarter]


def _until(values: Array, scrapped_at: Array | None) -> Array:
    """Transpose to (paths, quarters + 1), zero from the quarter of scrapping."""
    if scrapped_at is not None:
        values *= np.arange(len(values))[:, None] < scrapped_at
    return values.T
