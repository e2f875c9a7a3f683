"""Compiled loops of the GPU fleet: operation, used value and contract claim, all quarters of a range of paths."""

from __future__ import annotations

import math
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
    market_cost: float
    scrap_after: int
    grant_back: float


class ValueRules(NamedTuple):
    """Numbers of used value: quarters, USD/h, USD, and curves over quarters from closing."""

    first: int
    last: int
    contract_end: int
    contracted: float
    contract_income: float
    earned: float
    cash_cost: float
    salvage: float
    market_cost: float
    surprise_quarter: int
    expected: Array
    surprised: Array
    discount: Array
    fade: Array
    new_cost: Array


@kernel
def fleet_loop(
    first: int, last: int, rules: FleetRules, price: Array, utilization: Array, is_alive: NDArray[np.bool_], public: Array,
    cost_cut: Array, new_cost: Array, revenue: Array, cost: Array, sale: Array, clawback: Array, flow: Array,
    scrapped_at: Array,
) -> None:
    """Write revenue, running cost, sale, clawback and their sum, (quarters + 1, paths), and the quarter of scrapping."""
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
            market = min(rules.ceiling, rules.own_fill * utilization[t, i]) * price[t, i]
            earned = contracted * rules.contract_price + state * rules.public_price + (1.0 - contracted - state) * market
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
                sale[t, i] = rules.salvage * rules.market_cost
            flow[t, i] = revenue[t, i] - cost[t, i] + sale[t, i]


@kernel
def value_loop(first: int, last: int, rules: ValueRules, log_ratio: Array, gone: Array, out: Array) -> None:
    """Write the value of a used machine, (quarters + 1, paths)."""
    for t in range(min(rules.last, log_ratio.shape[0])):
        known = rules.surprised if t >= rules.surprise_quarter else rules.expected
        scrap = rules.salvage * rules.new_cost[t]
        for i in range(first, last):
            if t >= gone[i]:
                continue
            margin = 0.0
            for j in range(max(t + 1, rules.first), rules.last + 1):
                rent = rules.earned * math.exp(log_ratio[t, i] * rules.fade[j - t]) * known[j]
                margin += rules.discount[j - t] * max(0.0, rent - rules.cash_cost)
            ending = rules.discount[rules.last - t] * rules.salvage * rules.market_cost
            out[t, i] = max(scrap, HOURS * margin + ending)


@kernel
def claim_loop(
    first: int, last: int, rules: ValueRules, log_ratio: Array, is_alive: NDArray[np.bool_], gone: Array, out: Array
) -> None:
    """Write the value of the contract above market rents, (quarters + 1, paths)."""
    end = min(rules.contract_end, rules.last)
    for t in range(min(end, log_ratio.shape[0])):
        known = rules.surprised if t >= rules.surprise_quarter else rules.expected
        for i in range(first, last):
            if t >= gone[i] or not is_alive[t, i]:
                continue
            gain = 0.0
            for j in range(max(t + 1, rules.first), end + 1):
                rent = rules.earned * math.exp(log_ratio[t, i] * rules.fade[j - t]) * known[j]
                gain += rules.discount[j - t] * max(0.0, rules.contract_income - max(rent, rules.cash_cost))
            out[t, i] = HOURS * rules.contracted * gain
