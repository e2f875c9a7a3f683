"""What a data center is worth as it stands: a settled market, its leases beside it, less what it takes to finish it.

Owner and buyer know what is known in the quarter: rents, vacancy and surplus of that quarter, the overrun and the delay
so far. They expect vacancy to close its gap to its natural rate at its speed and to take rents with it, then inflation,
and the wait for power to last its mean. The owner, who need not sell, reckons with the yield of a market without a
glut; a buyer pays that of the quarter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.assets.data_center.building import CAP_BOUNDS, Building, DataCenter
from models.assets.data_center.leasing import Leasing, settled_income
from models.basis.timeline import DELTA, Array, empty_paths, running_sum


class Worth(NamedTuple):
    """Value at the end of each quarter, after what was spent in it, net of selling cost, USD, (paths, quarters + 1).

    Before delivery it may be negative: what is left to spend is then more than the finished building is worth.
    """

    owner: Array
    buyer: Array


def settled_yields(center: DataCenter, quarters: int) -> Array:
    """Exit yield without a glut in each quarter, (1, quarters + 1); the building's own luck shows only at the sale."""
    return np.asarray(np.clip(center.exit_cap + center.ageing * np.arange(quarters + 1) / quarters, *CAP_BOUNDS))[None]


def buyers_yields(center: DataCenter, surplus: Array) -> Array:
    """Exit yield with the glut of the last year in each quarter, (paths, quarters + 1)."""
    paths, quarters = surplus.shape[0], surplus.shape[1] - 1
    short, out = np.maximum(surplus, 0.0), empty_paths(paths, quarters)
    for t in range(quarters + 1):
        glut = short[:, max(t - 3, 0) : t + 1].mean(axis=1)
        out[:, t] = center.exit_cap + center.exit_cap_slope * glut + center.ageing * t / quarters
    return np.clip(out, *CAP_BOUNDS, out=out)


def as_it_stands(center: DataCenter, leasing: Leasing, building: Building, surplus: Array) -> Worth:
    """What owner and buyer take a building for in every quarter.

    From delivery on it is settled income over the yield, and the present value of leases above or below the market and
    of empty space. Before, it is what is expected of the finished building, discounted at the hurdle over the time that
    is left, less what is left to spend. The owner counts what home programs still owe him; a buyer does not receive it.
    """
    roll, t = building.roll, np.arange(surplus.shape[1])
    rent = roll.settled_rent
    ahead = np.maximum(center.build_quarters - t, 0) + center.delay_mean
    later = rent * np.exp(leasing.inflation * DELTA * ahead)
    v = (1.0 + center.hurdle) ** (-DELTA * ahead)
    income, income_later = settled_income(leasing, rent), settled_income(leasing, later)
    beside = _over_market_ahead(leasing, building, income_later, later)
    spent = running_sum(building.capex)
    is_open = (t[:, None] >= building.opening).T
    sold_on = (1.0 - leasing.exit_cost) * (1.0 + leasing.escalator) * np.maximum(
        np.where(is_open, income, v * income_later), 0.0)
    rest = np.where(is_open, roll.over_market, v * beside - (spent - spent[:, -1:]))
    to_come = 0.0 if building.support is None else building.support.to_come
    return Worth(sold_on / settled_yields(center, surplus.shape[1] - 1) + rest + to_come,
                 sold_on / buyers_yields(center, surplus) + rest)


def _over_market_ahead(leasing: Leasing, building: Building, income: Array, rent: Array) -> Array:
    """What the leases signed before delivery add to a building at market rent, less the time to let the rest, USD.

    ``income`` and ``rent`` (paths, quarters + 1) a year are those expected on delivery.
    """
    rules, cohorts = building.rules, len(building.rules.terms)
    first = rules.terms[: rules.let_first]
    lease = rules.noi_margin * rules.rent_now * rules.lease_years[first].sum() / (1.0 + leasing.escalator) ** DELTA
    signed = lease - income * rules.market_years[first].sum()
    empty = -(income + rules.fixed_cost) * building.empty_years - rules.fit_out_years * rent
    stays = (np.arange(rent.shape[1])[:, None] < building.left_at).T
    let = np.where(stays, float(rules.let_first), 0.0)
    return np.asarray((np.where(stays, signed, 0.0) + (cohorts - let) * empty) / cohorts)
