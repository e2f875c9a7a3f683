"""Hardware deflation and the long-run rental price.

The long-run price is the path along which a buyer of new hardware just earns the hurdle, knowing that rents will
keep falling: Jorgenson's (1963) user cost with economic depreciation, not a level annuity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.assumption import Assumptions, assumption, yearly
from models.basis.timeline import DELTA, HOURS, QUARTERS, Array, discount_factors
from models.basis.yearly import Years, integral
from models.market.localization import Localization, matched_share

REFERENCE_INSTALLED_COST = 22_000.0
REFERENCE_CASH_COST, CASH_COST_SLOPE = 0.375, 0.0068  # USD/h, and USD/h for each USD 1,000 of hardware beyond
EARNED_AT_MOST = 0.8  # part of what a machine earns that its running cost may take
REFERENCE_PRICE_RATIO = 2.85 / 2.450780  # spot over long-run price at the default calibration


class Hardware(Assumptions):
    """What a unit of compute costs to buy and to run, and how fast that falls."""

    installed_cost: float = assumption(
        22_000.0, unit="USD/H100e", low=15_000.0, high=32_000.0, step=500.0, symbol="K_0", status="assumption",
        label="Installed hardware cost", source="gpu_prices-001",
        help="Price of one H100-equivalent of compute installed, with server, network and storage.",
    )
    cash_cost: float | None = assumption(
        None, unit="USD/h", low=0.25, high=0.70, step=0.01, symbol="c_0", status="assumption",
        label="Cash running cost", source="s1_rittenhouse",
        none="0.375, plus 0.0068 for each $1k of hardware above $22k",
        help="Rent, power, staff and spares of one H100-equivalent, per hour, fixed for the life of its vintage.",
    )
    idle_cost: float = assumption(
        0.17, unit="USD/h", low=0.05, high=0.30, step=0.01, symbol="c_idle",
        label="Cost when idle", source="judgment",
        help="Rent and insurance that remain due when a machine is switched off.",
    )
    merchant_hurdle: float = assumption(
        0.12, unit="per year", low=0.08, high=0.18, step=0.005, symbol="r_M", status="assumption",
        label="Merchant hurdle rate", source="judgment",
        help="Return a buyer of new hardware needs when renting it out at market prices.",
    )
    deflation_now: float = assumption(
        0.26, unit="log fall per year", low=-0.10, high=0.40, step=0.01, symbol="δ0", status="assumption",
        label="Hardware deflation now", source="llm_economics-018",
        help="Yearly fall in the cost of a unit of compute today; below zero it gets dearer, as by memory or tariffs.",
    )
    deflation_long_run: float = assumption(
        0.12, unit="log fall per year", low=0.05, high=0.20, step=0.01, symbol="δ∞", status="assumption",
        label="Hardware deflation, long run", source="llm_economics-018",
        help="Yearly fall in the cost of compute that deflation fades to.",
    )
    deflation_fade: float = assumption(
        0.25, unit="fade per year", low=0.1, high=1.0, step=0.05, symbol="k", status="assumption",
        label="Fade of deflation", source="judgment",
        help="How much of the way from current to long-run deflation is gone after a year.",
    )
    deflation_by_year: Years | None = yearly(
        unit="log fall per year", low=-0.1, high=0.6, symbol="δ_y", label="Hardware deflation by year",
        none="fades from deflation now to deflation in the long run", replaces=("deflation_now", "deflation_fade"),
        help="Expected fall in the cost of compute in each of the next ten years; the long-run rate follows.",
    )
    deflation_surprise: float = assumption(
        0.0, unit="log fall per year", low=-0.20, high=0.20, step=0.01, symbol="Δδ", status="assumption",
        label="Hardware deflation surprise", source="judgment",
        help="Extra yearly fall in hardware cost that nobody priced in; owners of older machines bear it, and "
        "below zero it falls less than expected, or rises.",
    )
    surprise_year: float = assumption(
        1.5, unit="years", low=0.0, high=8.0, step=0.25, symbol="y_0",
        label="Year of the deflation surprise", source="judgment",
        help="When the deflation surprise becomes known and starts.",
    )
    ramp_quarters: int = assumption(
        2, unit="quarters", low=0, high=4, step=1, symbol="L_r",
        label="Ramp before earning", source="judgment",
        help="Quarters between paying for hardware and its first revenue.",
    )
    life_quarters: int = assumption(
        24, unit="quarters", low=12, high=32, step=1, symbol="N",
        label="Economic life", source="cloud_economics-030",
        help="Quarters during which a machine earns rent.",
    )
    availability: float = assumption(
        0.97, unit="share", low=0.90, high=1.0, step=0.01, symbol="a",
        label="Availability", source="judgment",
        help="Share of hours a machine is fit for use.",
    )
    power_kw: float = assumption(
        0.76, unit="kW/H100e", low=0.5, high=1.4, step=0.02, symbol="κ_0",
        label="Power per unit of compute", source="data_centers-020",
        help="IT power of one H100-equivalent today; it falls with the square root of hardware cost.",
    )


@dataclass(frozen=True, eq=False)
class LongRun:
    """Deterministic curves of the calibration, each shape (quarters + 1,) unless said otherwise.

    Attributes
    ----------
    index : (quarters + ramp + life + 1,)
        Cost index with the surprise, 1 at closing.
    price : as ``index``
        Long-run rental price with the surprise, USD/H100e-hour.
    price_expected : as ``index``
        The same without the surprise: what was believed before it.
    hardware_cost : cost at which a new vintage just earns the hurdle, USD/H100e (K_t)
    cash_cost : running cost of the vintage bought at t, USD/h (c_t)
    old_cash_cost : running cost of the oldest vintage in use at t, USD/h
    all_in_cost : hardware plus turn-key data center, USD/H100e
    power_kw : IT power of a unit bought at t, kW/H100e
    balance_utilization : earned utilization at balance (û_0), a number
    surprise_quarter : first quarter in which the surprise is known
    """

    index: Array
    price: Array
    price_expected: Array
    hardware_cost: Array
    cash_cost: Array
    old_cash_cost: Array
    all_in_cost: Array
    power_kw: Array
    balance_utilization: float
    surprise_quarter: int

    def price_known_at(self, quarter: int) -> Array:
        """Long-run price path as believed at ``quarter``: the surprise is unknown before it comes."""
        return self.price if quarter >= self.surprise_quarter else self.price_expected


def cost_index(hardware: Hardware, quarters: int, *, surprise: bool = True) -> Array:
    """Index of hardware cost H_t = exp(-integral of deflation), shape (quarters + 1,)."""
    t = np.asarray(np.arange(quarters + 1) * DELTA, dtype=np.float64)
    k = hardware.deflation_fade
    extra = hardware.deflation_now - hardware.deflation_long_run
    log = -(hardware.deflation_long_run * t + extra * -np.expm1(-k * t) / k)
    if hardware.deflation_by_year is not None:
        log = -integral(hardware.deflation_by_year, hardware.deflation_long_run, t)
    if surprise:
        log = log - hardware.deflation_surprise * np.maximum(0.0, t - hardware.surprise_year)
    return np.asarray(np.exp(log))


def cash_cost_now(hardware: Hardware) -> float:
    """Running cost of a new machine today, USD/h: as typed, or following the hardware cost."""
    if hardware.cash_cost is not None:
        return hardware.cash_cost
    return REFERENCE_CASH_COST + CASH_COST_SLOPE * (hardware.installed_cost - REFERENCE_INSTALLED_COST) / 1_000.0


def balance_utilization(hardware: Hardware, place: Localization, target: float, ceiling: float) -> float:
    """Earned utilization of a balanced market without localization: availability x ceiling x mismatch (û_0)."""
    matched = float(matched_share(np.array([target / ceiling]), place.pooled_sd(place.bloc_error))[0])
    return hardware.availability * ceiling * matched


def break_even_price(hardware: Hardware, earned: float) -> float:
    """Rental price today at which a new machine just earns the hurdle, USD/h (P^LR_0).

    Parameters
    ----------
    earned : float
        Earned utilization at balance.
    """
    j = cash_quarters(hardware)
    v = discount_factors(hardware.merchant_hurdle, int(j[-1]))[j]
    fall = cost_index(hardware, int(j[-1]), surprise=False)[j]
    cost = hardware.installed_cost + HOURS * cash_cost_now(hardware) * v.sum()
    return float(cost / (HOURS * earned * (v * fall).sum()))


def cash_quarters(hardware: Hardware) -> np.ndarray:
    """Quarters after purchase in which a machine earns, shape (life,)."""
    return np.arange(hardware.ramp_quarters + 1, hardware.ramp_quarters + hardware.life_quarters + 1)


@lru_cache(maxsize=64)
def long_run(
    hardware: Hardware,
    place: Localization,
    target: float,
    ceiling: float,
    building_cost: float,
    quarters: int = QUARTERS,
) -> LongRun:
    """All deterministic curves of the calibration block.

    Parameters
    ----------
    target, ceiling : float
        Balance and highest utilization.
    building_cost : float
        Turn-key data center, USD per kW of IT load.
    """
    earned = balance_utilization(hardware, place, target, ceiling)
    reach = quarters + hardware.ramp_quarters + hardware.life_quarters
    index, expected = cost_index(hardware, reach), cost_index(hardware, reach, surprise=False)
    now = break_even_price(hardware, earned)
    known = int(np.ceil(hardware.surprise_year / DELTA - 1e-9))
    j = cash_quarters(hardware)
    v = discount_factors(hardware.merchant_hurdle, int(j[-1]))[j]
    cash, cost = np.empty(quarters + 1), np.empty(quarters + 1)
    for t in range(quarters + 1):
        curve = index if t >= known else expected
        income = earned * now * float((v * curve[t + j]).sum())
        cash[t] = min(cash_cost_now(hardware) * np.sqrt(curve[t]), EARNED_AT_MOST * income / v.sum())
        cost[t] = HOURS * (income - cash[t] * v.sum())
    old = cash[np.maximum(np.arange(quarters + 1) - hardware.life_quarters, 0)]
    power = hardware.power_kw * np.sqrt(index[: quarters + 1])
    return LongRun(
        index=index,
        price=now * index,
        price_expected=now * expected,
        hardware_cost=cost,
        cash_cost=cash,
        old_cash_cost=old,
        all_in_cost=cost + power * building_cost,
        power_kw=power,
        balance_utilization=earned,
        surprise_quarter=known,
    )
