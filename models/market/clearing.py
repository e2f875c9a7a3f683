"""The rental price that clears the market in the short run, and how fast it gets there."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, choice
from models.basis.timeline import Array
from models.evidence.price_index import NO_INDEX, options, price_indices
from models.market.long_run import REFERENCE_PRICE_RATIO, Hardware, LongRun, cash_cost_now

USUAL_POWER = (0.4, 3.0)
"""Exponents of price in demand over capacity that the model is meant for; others are allowed, and warned about."""


class Clearing(Assumptions):
    """How price and utilization answer to demand and capacity."""

    price_index: str = choice(
        NO_INDEX, options=options(), symbol="P_0 index", label="Index of today's price", source="gpu_rental_prices-078",
        help="Which rental-price index today's price is taken from, where no price is typed; segments are never mixed.",
    )
    spot_price: float | None = assumption(
        None, unit="USD/h", low=1.5, high=5.0, step=0.05, symbol="P_0", status="assumption",
        label="Rental price today", source="gpu_rental_prices-098",
        none="as the index says; without an index 1.163 times the long-run price, $2.85 at default costs",
        help="What an H100-equivalent rents for per hour today, between interruptible and on-demand quotes.",
    )
    balance_utilization: float = assumption(
        0.80, unit="share", low=0.6, high=0.9, step=0.01, symbol="u*", status="assumption",
        label="Utilization at balance", source="data_centers-089",
        help="Utilization at which new hardware just earns the hurdle.",
    )
    ceiling_utilization: float = assumption(
        0.90, unit="share", low=0.8, high=0.97, step=0.01, symbol="ū", status="assumption",
        label="Highest utilization", source="data_centers-090",
        help="Utilization that cannot be passed even when demand exceeds capacity.",
    )
    supply_slope: float = assumption(
        3.0, unit="elasticity", low=1.0, high=6.0, step=0.1, symbol="η", status="assumption",
        label="Inverse supply slope", source="judgment",
        help="How steeply the price rises as capacity fills up.",
    )
    demand_elasticity: float = assumption(
        0.4, unit="elasticity", low=0.0, high=1.2, step=0.05, symbol="ε", status="assumption",
        label="Short-run demand elasticity", source="judgment",
        help="By how many percent use rises when the rental price falls one percent below the long-run price.",
    )
    price_speed: float = assumption(
        0.6, unit="share per quarter", low=0.2, high=1.0, step=0.05, symbol="θ", status="assumption",
        label="Speed of price adjustment", source="judgment",
        help="Share of the gap to the clearing price that closes in a quarter.",
    )
    price_cap: float = assumption(
        4.0, unit="x long-run price", low=2.0, high=8.0, step=0.25, symbol="M", status="assumption",
        label="Price ceiling", source="gpu_rental_prices-001",
        help="Highest price in a shortage, as a multiple of the long-run price.",
    )
    price_floor: float = assumption(
        0.25, unit="x long-run price", low=0.1, high=0.5, step=0.01, symbol="f_min", status="assumption",
        label="Price floor", source="judgment",
        help="Lowest price in a glut, as a multiple of the long-run price; avoidable cost can hold it higher.",
    )

    @property
    def power(self) -> float:
        """Exponent of price over long-run price in demand over capacity (ζ)."""
        return self.supply_slope / (1.0 + self.supply_slope * self.demand_elasticity)


def spot_price_now(clearing: Clearing, curves: LongRun) -> float:
    """Rental price today, USD/h: as typed, as the chosen index reads, or as usual against the long-run price."""
    if clearing.spot_price is not None:
        return clearing.spot_price
    if clearing.price_index != NO_INDEX:
        return price_indices()[clearing.price_index].price
    return REFERENCE_PRICE_RATIO * float(curves.price[0])


def price_floors(clearing: Clearing, hardware: Hardware, curves: LongRun, quarters: int) -> Array:
    """Price floor over long-run price, shape (quarters + 1,): below avoidable cost machines are switched off."""
    now = cash_cost_now(hardware)
    avoidable = curves.old_cash_cost * (now - hardware.idle_cost) / now
    return np.maximum(clearing.price_floor, avoidable / (curves.balance_utilization * curves.price[: quarters + 1]))
