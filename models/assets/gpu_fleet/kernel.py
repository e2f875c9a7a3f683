"""Compiled loop of the GPU fleet: operation of a range of paths until the end of life or scrapping."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import kernel
from models.basis.timeline import HOURS, Array

CLAWBACK_WINDOW = 20


class FleetTerms(NamedTuple):
    """The numbers a fleet, a loan on it and its used value share, per H100e.

    ``cost`` USD paid, ``market_cost`` what others pay, ``cash_cost`` and ``idle_cost`` USD/h, ``contract_price`` USD/h,
    ``first`` and ``last`` operating quarter, ``contract_end`` last contracted quarter, ``own_fill`` its utilization
    against the market's, ``scrap_after`` idle quarters in a row it is sold for scrap, ``power_cut`` (quarters + 1,)
    USD/h by which power is cheaper in a quarter than over the life, ``rent_factors`` by quarter what its compute earns
    against the market, ``resale_multiple`` of a year's rent at which it is sold on in its last quarter (0: salvage),
    ``it_kw`` IT power.
    """

    cost: float
    market_cost: float
    cash_cost: float
    idle_cost: float
    contract_price: float
    contracted: float
    contract_end: int
    first: int
    last: int
    availability: float
    earned: float
    hurdle_market: float
    salvage: float
    own_fill: float
    scrap_after: int
    power_cut: Array
    rent_factors: Array
    resale_multiple: float
    it_kw: float


class FleetMarket(NamedTuple):
    """What a fleet meets: (quarters + 1, paths), or fewer columns where all paths are alike.

    ``price`` USD/h and ``utilization`` of the market up to its ``ceiling``, ``is_alive`` customer, ``public`` share let
    to states at a mean ``public_price`` in USD/h, ``cost_cut`` USD/h of support, ``grant_back`` USD due when it is
    scrapped early, ``new_cost`` (quarters + 1,) of hardware and ``residual`` (paths,) at the end of life, USD.
    """

    price: Array
    utilization: Array
    ceiling: float
    is_alive: NDArray[np.bool_]
    public: Array
    public_price: Array
    cost_cut: Array
    grant_back: float
    new_cost: Array
    residual: Array


class FleetLines(NamedTuple):
    """What operation gives, USD, (quarters + 1, paths), and the quarter of scrapping, (paths,)."""

    revenue: Array
    cost: Array
    sale: Array
    clawback: Array
    flow: Array
    scrapped_at: Array


@kernel
def fleet_loop(first: int, last: int, terms: FleetTerms, meets: FleetMarket, out: FleetLines) -> None:
    """Operate paths first..last and write their lines."""
    end = min(terms.last, meets.price.shape[0] - 1)
    for i in range(first, last):
        idle = 0
        for t in range(terms.first, end + 1):
            if idle >= terms.scrap_after:
                out.scrapped_at[i] = t
                out.sale[t, i] = terms.salvage * meets.new_cost[t]
                if t <= CLAWBACK_WINDOW:
                    out.clawback[t, i] = min(meets.grant_back, out.sale[t, i])
                out.flow[t, i] = out.sale[t, i] - out.clawback[t, i]
                break
            contracted = terms.contracted if meets.is_alive[t, i] and t <= terms.contract_end else 0.0
            state = min(meets.public[t, min(i, meets.public.shape[1] - 1)], 1.0 - terms.contracted)
            rent = meets.public_price[t, min(i, meets.public_price.shape[1] - 1)]
            let = min(meets.ceiling, terms.own_fill * meets.utilization[t, i])
            market = let * meets.price[t, i] * terms.rent_factors[t]
            earned = (
                contracted * terms.contract_price + state * rent + (1.0 - contracted - state) * market
            )
            earned *= HOURS * terms.availability
            cash = terms.cash_cost - meets.cost_cut[t, min(i, meets.cost_cut.shape[1] - 1)]
            if earned >= HOURS * (cash - terms.idle_cost):
                idle = 0
                out.revenue[t, i] = earned
                out.cost[t, i] = HOURS * cash
            else:
                idle += 1
                out.cost[t, i] = HOURS * terms.idle_cost
            if t == terms.last:
                out.sale[t, i] = meets.residual[i]
            out.flow[t, i] = out.revenue[t, i] - out.cost[t, i] + out.sale[t, i]
