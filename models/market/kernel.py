"""The market loop of model Appendix B, compiled: all quarters of a range of paths."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from models.basis.compiled import kernel
from models.basis.timeline import Array

ORDER_LOW, ORDER_HIGH = 0.2, 2.5
BACKLOG_KEPT = 0.9
LOG_LEAST = math.log(1e-12)


class Rules(NamedTuple):
    """Numbers of the loop: builders (shares, lags, responses), retirement, order stop, price and utilization.

    ``supply`` H100e that suppliers can deliver in the first quarter, ``supply_rise`` factor a quarter on their best one
    so far. Infinite and zero without a limit.
    """

    shares: Array
    lags: np.ndarray
    responses: Array
    retirement: float
    economic: float
    availability: float
    bust_switch: bool
    bust_on: float
    bust_off: float
    supply: float
    supply_rise: float
    target: float
    ceiling: float
    elasticity: float
    speed: float
    power: float
    log_target: float
    log_ceiling: float
    log_cap: float
    log_start: float
    bound: float
    is_plan: bool


class Curves(NamedTuple):
    """Deterministic curves, (quarters + 1,).

    Planned ``stock`` and ``additions`` (H100e), planned ``log_ratio`` of price, ``foreseen`` additions of the plan
    without a glut, for which suppliers are ready, ``power_limit`` (H100e a quarter), long-run ``price``,
    ``old_cash`` cost of the oldest vintage (USD/h), ``log_floor`` of the price.
    """

    stock: Array
    additions: Array
    log_ratio: Array
    foreseen: Array
    power_limit: Array
    price: Array
    old_cash: Array
    log_floor: Array


class Run(NamedTuple):
    """One pass of the market loop, in units of the bloc's share: (paths, quarters + 1), time-major inside the loop.

    ``price`` USD/h, ``log_ratio`` log of price over long-run price, ``surplus`` stock beyond demand at the
    long-run price, ``stock`` and ``additions`` H100e, ``demand`` H100e at the long-run price, ``served_ratio``
    demand at the market price over usable capacity, ``retired`` and ``backlog`` H100e, ``is_bust`` 1 while builders
    stop ordering growth, ``supply`` H100e a quarter that suppliers can deliver.
    """

    price: Array
    log_ratio: Array
    utilization: Array
    surplus: Array
    stock: Array
    additions: Array
    demand: Array
    served_ratio: Array
    retired: Array
    private: Array
    displaced: Array
    backlog: Array
    is_bust: Array
    supply: Array


class Mismatch(NamedTuple):
    """Table of the matched share over log demand/capacity: cubic pieces on an even grid, exact slope at the knots.

    ``start`` and ``step`` of the grid; ``value`` and ``slope`` at its knots, for fungible and for localized demand.
    Below the grid nothing is short and the share is the ratio, above it everything is let and the share is one.
    """

    start: float
    step: float
    pool_value: Array
    pool_slope: Array
    local_value: Array
    local_slope: Array


@kernel
def matched(log_ratio: float, ratio: float, start: float, step: float, value: Array, slope: Array) -> float:
    """Matched share by cubic interpolation; 1e-10 from the closed form at the default friction."""
    if len(value) == 0:  # no spread: the closed form has a kink that cubics would round off
        return min(1.0, ratio)
    place = (log_ratio - start) / step
    if place <= 0.0:
        return ratio
    k = int(place)
    if k >= len(value) - 1:
        return 1.0
    u = place - k
    a, b = value[k], value[k + 1]
    c, d = slope[k] * step, slope[k + 1] * step
    return float(a + u * (c + u * (3.0 * (b - a) - 2.0 * c - d + u * (2.0 * (a - b) + c + d))))


@kernel
def orders(i: int, t: int, stock: float, rules: Rules, curves: Curves, out: Run) -> float:
    """Private deliveries of quarter t: ordered a lag ago at the prices of that time."""
    total = 0.0
    for j in range(len(rules.shares)):
        lag = rules.lags[j]
        order = rules.shares[j] * curves.additions[t]
        if t > lag:  # earlier deliveries were committed before today
            if rules.responses[j] != 0.0:
                answer = math.exp(rules.responses[j] * (out.log_ratio[t - lag, i] - curves.log_ratio[t - lag]))
                order *= min(max(answer, ORDER_LOW), ORDER_HIGH)
            if rules.bust_switch and out.is_bust[t - lag, i] > 0.0:
                order = min(order, rules.shares[j] * rules.retirement * stock)
        total += order
    return total


@kernel
def market_loop(
    first: int,
    last: int,
    rules: Rules,
    curves: Curves,
    table: Mismatch,
    log_demand: Array,
    new_demand: Array,
    builds: Array,
    crowded: Array,
    deliveries: Array,
    out: Run,
) -> None:
    """Run every quarter for paths first..last.

    ``log_demand`` (quarters + 1, paths); ``new_demand``, ``builds`` and ``crowded`` (public demand, public capacity,
    private capacity it replaces, H100e) and ``deliveries`` (factor under export controls) have as many
    columns as paths, one if they are the same on all, none if absent.
    """
    for t in range(log_demand.shape[0]):
        for i in range(first, last):
            stock = curves.stock[0] if t == 0 else out.stock[t - 1, i]
            log_ratio = rules.log_start if t == 0 else out.log_ratio[t - 1, i]
            backlog = 0.0 if t == 0 else out.backlog[t - 1, i]
            supply = rules.supply if t == 0 else out.supply[t - 1, i]
            if t > 1:  # counted in chips: the same plants deliver more H100e as chips improve
                better = curves.price[t - 1] / curves.price[t]
                supply = max(better * max(supply, rules.supply_rise * out.additions[t - 1, i]), curves.foreseen[t])
            bust = 0.0
            if t >= 2 and rules.bust_switch and not rules.is_plan:
                before = out.surplus[t - 1, i]
                is_hot = before > rules.bust_on and out.surplus[t - 2, i] > rules.bust_on
                if (out.is_bust[t - 1, i] > 0.0 or is_hot) and not before < rules.bust_off:
                    bust = 1.0
            out.is_bust[t, i] = bust
            additions = private = displaced = retired = 0.0
            if t > 0:
                earning = rules.availability * out.utilization[t - 1, i] * out.price[t - 1, i] / curves.old_cash[t - 1]
                leaving = rules.retirement + rules.economic * max(0.0, 1.0 - earning)
                retired = leaving * stock
                kept = stock - retired
                if rules.is_plan:
                    additions = private = max(0.0, curves.stock[t] - kept)
                else:
                    ordered = orders(i, t, stock, rules, curves, out)
                    private = ordered
                    public = 0.0
                    if builds.shape[1] > 0:
                        c = min(i, builds.shape[1] - 1)
                        private = max(ordered - crowded[t, c], 0.0)
                        displaced = ordered - private
                        public = builds[t, c]
                    want = private + public
                    if deliveries.shape[1] > 0:
                        want *= deliveries[t, min(i, deliveries.shape[1] - 1)]
                    want += backlog
                    additions = min(want, curves.power_limit[t], supply)
                    backlog = BACKLOG_KEPT * (want - additions)
                stock = kept + additions
            log_demand_now = log_demand[t, i]
            demand = math.exp(log_demand_now)
            if new_demand.shape[1] > 0:
                demand += new_demand[t, min(i, new_demand.shape[1] - 1)]
                log_demand_now = math.log(demand)
            log_gap = log_demand_now - math.log(stock)
            if t > 0:
                clearing = min(max(rules.power * (log_gap - rules.log_target), curves.log_floor[t]), rules.log_cap)
                log_ratio = (1.0 - rules.speed) * log_ratio + rules.speed * clearing
            log_x = max(log_gap - rules.elasticity * log_ratio - rules.log_ceiling, LOG_LEAST)
            x = math.exp(log_x)
            share = matched(log_x, x, table.start, table.step, table.pool_value, table.pool_slope)
            if rules.bound > 0.0:
                at_home = matched(log_x, x, table.start, table.step, table.local_value, table.local_slope)
                share = (1.0 - rules.bound) * share + rules.bound * at_home
            out.price[t, i] = math.exp(log_ratio) * curves.price[t]
            out.log_ratio[t, i] = log_ratio
            out.utilization[t, i] = rules.ceiling * min(share, x, 1.0)
            out.surplus[t, i] = rules.target * stock / demand - 1.0
            out.stock[t, i] = stock
            out.additions[t, i] = additions
            out.demand[t, i] = demand
            out.served_ratio[t, i] = x
            out.retired[t, i] = retired
            out.private[t, i] = private
            out.displaced[t, i] = displaced
            out.backlog[t, i] = backlog
            out.supply[t, i] = supply
