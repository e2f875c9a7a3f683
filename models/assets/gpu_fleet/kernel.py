"""Compiled loop of the GPU fleet: operation of a range of paths until the end of life or scrapping."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.compiled import kernel
from models.basis.timeline import HOURS, Array

CLAWBACK_WINDOW = 20


class FleetRules(NamedTuple):
    """Numbers of operation, per H100e: quarters, shares, USD/h and USD."""

    first: int
    last: int
    contract_end: int
    contracted: float
    contract_price: float
    public_price: float
    availability: float
    cash_cost: float
    idle_cost: float
    own_fill: float
    ceiling: float
    salvage: float
    scrap_after: int
    grant_back: float


@kernel
def fleet_loop(
    first: int,
    last: int,
    rules: FleetRules,
    price: Array,
    utilization: Array,
    is_alive: NDArray[np.bool_],
    public: Array,
    cost_cut: Array,
    new_cost: Array,
    rent_factor: Array,
    residual: Array,
    revenue: Array,
    cost: Array,
    sale: Array,
    clawback: Array,
    flow: Array,
    scrapped_at: Array,
) -> None:
    """Write revenue, running cost, sale, clawback and their sum, (quarters + 1, paths), and when scrapped."""
    end = min(rules.last, price.shape[0] - 1)
    for i in range(first, last):
        idle = 0
        for t in range(rules.first, end + 1):
            if idle >= rules.scrap_after:
                scrapped_at[i] = t
                sale[t, i] = rules.salvage * new_cost[t]
                if t <= CLAWBACK_WINDOW:
                    clawback[t, i] = min(rules.grant_back, sale[t, i])
                flow[t, i] = sale[t, i] - clawback[t, i]
                break
            contracted = rules.contracted if is_alive[t, i] and t <= rules.contract_end else 0.0
            state = min(public[t, min(i, public.shape[1] - 1)], 1.0 - rules.contracted)
            market = min(rules.ceiling, rules.own_fill * utilization[t, i]) * price[t, i] * rent_factor[t]
            earned = (
                contracted * rules.contract_price + state * rules.public_price + (1.0 - contracted - state) * market
            )
            earned *= HOURS * rules.availability
            cash = rules.cash_cost - cost_cut[t, min(i, cost_cut.shape[1] - 1)]
            if earned >= HOURS * (cash - rules.idle_cost):
                idle = 0
                revenue[t, i] = earned
                cost[t, i] = HOURS * cash
            else:
                idle += 1
                cost[t, i] = HOURS * rules.idle_cost
            if t == rules.last:
                sale[t, i] = residual[i]
            flow[t, i] = revenue[t, i] - cost[t, i] + sale[t, i]
