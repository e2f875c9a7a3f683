"""Capacity: what is planned, who builds it, how fast it arrives and when it retires."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, switch, yearly
from models.basis.timeline import DELTA, Array
from models.basis.yearly import Years, at_year_end, by_quarter


class Overcapacity(Assumptions):
    """The glut as an input: planned stock beyond what reference demand pays for."""

    peak: float = assumption(
        0.0, unit="share", low=0.0, high=3.0, step=0.05, symbol="O", status="assumption",
        label="Overcapacity at its peak", source="judgment",
        help="Planned capacity beyond the zero-profit stock when the build-out is at its most excessive.",
    )
    peak_quarter: int = assumption(
        10, unit="quarter", low=2, high=30, step=1, symbol="t_O", status="assumption",
        label="Quarter of the peak", source="judgment",
        help="When planned overcapacity is largest, counted in quarters from today.",
    )
    width: float = assumption(
        6.0, unit="quarters", low=2.0, high=12.0, step=0.5, symbol="w", status="assumption",
        label="Length of the glut", source="judgment",
        help="How slowly planned overcapacity is worked off after its peak.",
    )
    plan_by_year: Years | None = yearly(
        unit="share", low=-0.3, high=3.0, symbol="O_y", label="Planned overcapacity by year",
        none="rises to its peak and falls back", replaces=("peak", "peak_quarter", "width"),
        help="Planned capacity beyond the zero-profit stock at the end of each year, straight lines in between.",
    )


class Pipeline(Assumptions):
    """Who builds: share of planned additions, lag from order to delivery, answer to prices."""

    hyperscaler_share: float = assumption(
        0.61, unit="share", low=0.0, high=1.0, step=0.01, symbol="w_1", status="fact",
        label="Hyperscalers' share of building", source="capacity_pipeline-054",
        help="Share of planned additions built by hyperscalers; the three shares add to one.",
    )
    local_share: float = assumption(
        0.24, unit="share", low=0.0, high=1.0, step=0.01, symbol="w_2", status="fact",
        label="Local providers' share of building", source="capacity_pipeline-054",
        help="Share of planned additions built by local providers; the three shares add to one.",
    )
    sovereign_share: float = assumption(
        0.15, unit="share", low=0.0, high=1.0, step=0.01, symbol="w_3", status="fact",
        label="Sovereign-owned share of building", source="hardware_suppliers-011",
        help="Share of planned additions built by state-owned entities; the three shares add to one.",
    )
    hyperscaler_lag: int = assumption(
        5, unit="quarters", low=2, high=14, step=1, symbol="L_1", status="assumption",
        label="Hyperscalers' order lag", source="data_centers-086",
        help="Quarters from a hyperscaler's order to its delivery.",
    )
    local_lag: int = assumption(
        6, unit="quarters", low=2, high=14, step=1, symbol="L_2", status="assumption",
        label="Local providers' order lag", source="data_centers-086",
        help="Quarters from a local provider's order to its delivery.",
    )
    sovereign_lag: int = assumption(
        8, unit="quarters", low=2, high=14, step=1, symbol="L_3", status="assumption",
        label="Sovereign order lag", source="data_centers-087",
        help="Quarters from a state's order to its delivery.",
    )
    hyperscaler_response: float = assumption(
        0.5, unit="elasticity", low=0.0, high=2.0, step=0.1, symbol="ξ_1", status="assumption",
        label="Hyperscalers' answer to prices", source="s6_shipping_cycles",
        help="By how many percent orders change when the rental price is one percent above plan.",
    )
    local_response: float = assumption(
        1.0, unit="elasticity", low=0.0, high=2.0, step=0.1, symbol="ξ_2", status="assumption",
        label="Local providers' answer to prices", source="s6_shipping_cycles",
        help="By how many percent orders change when the rental price is one percent above plan.",
    )
    sovereign_response: float = assumption(
        0.0, unit="elasticity", low=0.0, high=2.0, step=0.1, symbol="ξ_3", status="assumption",
        label="States' answer to prices", source="judgment",
        help="By how many percent state orders change with the rental price; zero makes gluts last.",
    )
    neglect: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="n", status="assumption",
        label="Competition neglect", source="s6_shipping_cycles",
        help="How far builders overreact to prices because they overlook that others order too.",
    )

    @property
    def builders(self) -> tuple[tuple[float, int, float], ...]:
        """Share, lag and price response of each builder, neglect included."""
        boost = 1.0 + self.neglect
        return (
            (self.hyperscaler_share, self.hyperscaler_lag, self.hyperscaler_response * boost),
            (self.local_share, self.local_lag, self.local_response * boost),
            (self.sovereign_share, self.sovereign_lag, self.sovereign_response * boost),
        )


class Capacity(Assumptions):
    """How capacity retires, what power and suppliers allow, and when a glut stops new orders."""

    retirement: float = assumption(
        0.03, unit="per quarter", low=0.01, high=0.06, step=0.005, symbol="ρ_r", status="assumption",
        label="Retirement", source="macro-021",
        help="Share of capacity that wears out each quarter.",
    )
    economic_retirement: float = assumption(
        0.05, unit="per quarter", low=0.0, high=0.3, step=0.01, symbol="ρ_x", status="assumption",
        label="Economic retirement", source="judgment",
        help="Share of capacity switched off for good each quarter when the oldest machines earn nothing.",
    )
    power_cap: float | None = assumption(
        None, unit="GW/quarter", low=1.0, high=40.0, step=0.5, symbol="M_t", status="assumption",
        label="Power limit", source="data_centers-086", none="no limit",
        help="New IT power that grids can connect in a quarter; what does not fit waits.",
    )
    power_cap_by_year: Years | None = yearly(
        unit="GW/quarter", low=0.5, high=80.0, symbol="M_y", label="Power limit by year",
        none="one limit for all years, or none", replaces=("power_cap",),
        help="New IT power that grids can connect in a quarter of each year; what does not fit waits.",
    )
    supply_growth: float | None = assumption(
        1.0, unit="per year", low=0.25, high=4.0, step=0.25, symbol="s", status="assumption",
        label="Rise of deliveries, at most", source="hardware_suppliers-007", none="no limit",
        help="By how much suppliers can raise deliveries of chips within a year, over their best quarter so far; more "
        "has to wait, unless a plan without a glut needs it.",
    )
    bust_switch: bool = switch(
        True, label="Order stop in a glut", source="s6_shipping_cycles", symbol="bust switch",
        help="Whether builders order no more than replacements once a glut has lasted two quarters.",
    )
    bust_on: float = assumption(
        0.50, unit="share", low=0.25, high=1.0, step=0.05, symbol="bust on",
        label="Surplus that stops orders", source="judgment",
        help="Surplus capacity above which, two quarters running, builders stop ordering growth.",
    )
    bust_off: float = assumption(
        0.10, unit="share", low=0.0, high=0.3, step=0.05, symbol="bust off",
        label="Surplus that restarts orders", source="judgment",
        help="Surplus capacity below which builders order growth again.",
    )


def glut_shape(over: Overcapacity, quarters: int) -> Array:
    """Shape b_t of planned overcapacity, 0 at closing and 1 at its peak, shape (quarters + 1,)."""
    t = np.arange(quarters + 1)
    rise = np.sin(0.5 * np.pi * np.minimum(t, over.peak_quarter) / over.peak_quarter) ** 2
    fall = np.exp(-0.5 * ((t - over.peak_quarter) / over.width) ** 2)
    return np.asarray(np.where(t <= over.peak_quarter, rise, fall))


def planned_glut(over: Overcapacity, quarters: int) -> Array:
    """Planned overcapacity as a share of the zero-profit stock, shape (quarters + 1,)."""
    if over.plan_by_year is not None:
        return at_year_end(over.plan_by_year, quarters)
    return over.peak * glut_shape(over, quarters)


def power_limit(capacity: Capacity, quarters: int) -> Array:
    """IT power that can be connected in each quarter, GW, shape (quarters + 1,); infinite without a limit."""
    if capacity.power_cap_by_year is not None:
        return by_quarter(capacity.power_cap_by_year, quarters)
    return np.full(quarters + 1, np.inf if capacity.power_cap is None else capacity.power_cap)


def supply_start(capacity: Capacity, pace: float) -> tuple[float, float]:
    """What suppliers can deliver in the first quarter, H100e, and by what factor a quarter it rises at most.

    ``pace`` of today's deliveries, H100e a quarter. Infinite and zero without a limit.
    """
    if capacity.supply_growth is None:
        return np.inf, 0.0
    rise = (1.0 + capacity.supply_growth) ** DELTA
    return rise * pace, rise


def planned_stock(over: Overcapacity, zero_profit: Array, scarcity: float) -> Array:
    """Planned capacity, H100e, shape (quarters + 1,).

    Parameters
    ----------
    zero_profit : (quarters + 1,)
        Stock that just earns the hurdle at reference demand.
    scarcity : float
        How many times today's stock is short of it; fades with six quarters.
    """
    quarters = len(zero_profit) - 1
    catching_up = 1.0 - (1.0 - 1.0 / scarcity) * np.exp(-np.arange(quarters + 1) / 6.0)
    return np.asarray(zero_profit * catching_up * (1.0 + planned_glut(over, quarters)))
