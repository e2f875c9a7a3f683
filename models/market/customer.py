"""The customer of a contract: its default rate rises when compute gets cheap and demand falls (wrong-way risk)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.assumption import Assumptions, assumption
from models.basis.compiled import kernel, over_paths, time_major
from models.basis.timeline import DELTA, Array

GRADES = {"ig": "investment grade", "non_ig": "below investment grade"}


class Offtaker(Assumptions):
    """Default rates of customers by grade: base, per unit of price gap, per unit of lost demand."""

    ig_base: float = assumption(
        0.003, unit="events per year", low=0.0, high=0.009, step=0.001, symbol="λ0 IG", status="assumption",
        label="IG default rate", source="macro-010",
        help="Chance that an investment-grade customer fails within a year in calm markets.",
    )
    ig_price: float = assumption(
        0.005, unit="events per year", low=0.0, high=0.015, step=0.001, symbol="λ1 IG", status="assumption",
        label="IG default, price gap", source="judgment",
        help="Chance of default added as compute gets cheaper than the contract, at a gap of 100%.",
    )
    ig_demand: float = assumption(
        0.02, unit="events per year", low=0.0, high=0.06, step=0.005, symbol="λ2 IG", status="assumption",
        label="IG default, lost demand", source="judgment",
        help="Chance of default added where demand is at 37% of its reference (1/e), less where it is nearer.",
    )
    non_ig_base: float = assumption(
        0.02, unit="events per year", low=0.0, high=0.06, step=0.005, symbol="λ0 non-IG", status="assumption",
        label="Non-IG default rate", source="macro-010",
        help="Chance that a customer below investment grade fails within a year in calm markets.",
    )
    non_ig_price: float = assumption(
        0.08, unit="events per year", low=0.0, high=0.24, step=0.01, symbol="λ1 non-IG", status="assumption",
        label="Non-IG default, price gap", source="judgment",
        help="Chance of default added as compute gets cheaper than the contract, at a gap of 100%.",
    )
    non_ig_demand: float = assumption(
        0.15, unit="events per year", low=0.0, high=0.45, step=0.01, symbol="λ2 non-IG", status="assumption",
        label="Non-IG default, lost demand", source="judgment",
        help="Chance of default added where demand is at 37% of its reference (1/e), less where it is nearer.",
    )
    ig_discount: float = assumption(
        0.05, unit="share", low=0.0, high=0.2, step=0.01, symbol="d_c IG",
        label="IG contract discount", source="judgment",
        help="How much less an investment-grade customer pays than the break-even contract price.",
    )
    non_ig_discount: float = assumption(
        0.0, unit="share", low=0.0, high=0.2, step=0.01, symbol="d_c non-IG",
        label="Non-IG contract discount", source="judgment",
        help="How much less a customer below investment grade pays than the break-even contract price.",
    )

    def rates(self, grade: str, scale: float = 1.0) -> tuple[float, float, float]:
        """Base, price-gap and lost-demand rates of a grade, per year, times ``scale``."""
        if grade == "ig":
            return self.ig_base * scale, self.ig_price * scale, self.ig_demand * scale
        return self.non_ig_base * scale, self.non_ig_price * scale, self.non_ig_demand * scale

    def discount(self, grade: str) -> float:
        """Contract discount of a grade."""
        return self.ig_discount if grade == "ig" else self.non_ig_discount


class Contagion(Assumptions):
    """How much of what is rented hangs on one simulated lab, and what its trouble does to those who rent to it."""

    lab_share: float = assumption(
        0.25, unit="share", low=0.0, high=1.0, step=0.05, symbol="κ",
        label="Contracts with the simulated lab", source="judgment",
        help="Share of non-IG contracts, financed sales and cloud AI revenue that is the simulated LLM developer's.",
    )
    weak_hazard: float = assumption(
        0.50, unit="events per year", low=0.0, high=2.0, step=0.05, symbol="λ_w",
        label="Default rate of a lab short of money", source="judgment",
        help="Chance of default added to the lab's contracts while its cash lasts for less than a year.",
    )
    refill_years: float = assumption(
        1.0, unit="years", low=0.25, high=4.0, step=0.25, symbol="h_κ",
        label="Re-letting after the lab fails", source="judgment",
        help="Years in which a cloud lets half of the capacity again that the failed lab had rented.",
    )


@dataclass(frozen=True, eq=False)
class Tie:
    """What ties a customer to the simulated lab.

    ``hazard`` added to its default rate, per year, (paths, quarters + 1); ``ends`` (paths,) the quarter in which its
    contracts end because the lab fails, infinite where the customer is another.
    """

    hazard: Array
    ends: Array


@kernel
def _first_defaults(
    first: int, last: int, price: Array, state: Array, rates: tuple[float, float, float], contract_price: float,
    tied: Array, ends: Array, tolerance: Array, start: NDArray[np.int64], out: NDArray[np.bool_],
) -> None:
    base, gap, lost = rates
    is_tied = tied.shape[1] > 0
    for t in range(price.shape[0]):
        for i in range(first, last):
            if t >= start[i]:
                cheap = max(0.0, 1.0 - price[t, i] / contract_price)
                hazard = base + gap * cheap + lost * max(0.0, -state[t, i])
                if is_tied:
                    hazard += tied[t, i]
                tolerance[i] -= DELTA * hazard
            out[t, i] = tolerance[i] > 0.0
            if is_tied and t >= ends[i]:
                out[t, i] = False


def alive(
    rates: tuple[float, float, float], price: Array, contract_price: float, state: Array, uniform: Array,
    start: NDArray[np.int64] | int, tie: Tie | None = None,
) -> NDArray[np.bool_]:
    """Whether the customer still pays, shape (paths, quarters + 1).

    Parameters
    ----------
    rates : tuple of float
        Of default, per year: base, price gap and lost demand, see `Offtaker.rates`.
    price, state : (paths, quarters + 1)
        Rental price (USD/h) and log demand deviation.
    contract_price : float
        USD/h.
    uniform : (paths,)
        One draw a path; default comes when cumulative hazard reaches -ln U.
    start : int or (paths,)
        First quarter in which the customer can default.
    tie : Tie, optional
        What ties it to the simulated lab; when that fails, it pays no more.
    """
    out = np.empty((price.shape[1], price.shape[0]), dtype=np.bool_)
    begins = np.broadcast_to(np.asarray(start, dtype=np.int64), (price.shape[0],)).copy()
    tied = np.zeros((price.shape[1], 0)) if tie is None else time_major(tie.hazard)
    ends = np.zeros(0) if tie is None else tie.ends
    over_paths(
        _first_defaults, price.shape[0], time_major(price), time_major(state), rates, contract_price, tied, ends,
        -np.log(uniform), begins, out,
    )
    return out.T
