"""Three stages of a machine's life: it trains, then it infers, then it is sold on at a multiple of the rent to come.

The clearing price is one for all compute (model 1.5). A large new cluster earns a little more than that, an old one
less; what it fetches when sold follows the rents that buyers expect then, so a glut takes the residual with it.
"""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, choice, switch
from models.basis.timeline import QUARTERS, Array

LOOK_AHEAD = 4
"""Quarters of rent that the resale multiple is quoted on."""

ENDS = {"sold": "sold when the resale stage begins", "kept": "kept and let at resale rents"}


class FleetStages(Assumptions):
    """Rents by stage, and how the last stage is entered; without effect while switched off."""

    is_on: bool = switch(
        False, label="Three-stage life", source="judgment", symbol="stages",
        help="Whether rents differ by stage of life and the machine is sold on; off, it earns the clearing price.",
    )
    train_quarters: int = assumption(
        6, unit="quarters", low=0, high=16, step=1, symbol="N_1",
        label="Training stage", source="judgment", help="Quarters after the ramp in which the machine trains.",
    )
    infer_quarters: int = assumption(
        10, unit="quarters", low=0, high=24, step=1, symbol="N_2",
        label="Inference stage", source="judgment", help="Quarters after training in which the machine infers.",
    )
    train_factor: float = assumption(
        1.10, unit="x market", low=0.7, high=1.6, step=0.05, symbol="f_1",
        label="Rent while training", source="judgment",
        help="Rent of compute in a large new cluster against the clearing price.",
    )
    infer_factor: float = assumption(
        1.0, unit="x market", low=0.6, high=1.3, step=0.05, symbol="f_2",
        label="Rent while inferring", source="judgment",
        help="Rent of compute in the middle of a machine's life against the clearing price.",
    )
    resale_factor: float = assumption(
        0.80, unit="x market", low=0.3, high=1.1, step=0.05, symbol="f_3",
        label="Rent after resale", source="judgment",
        help="Rent of compute on an old machine against the clearing price, whoever owns it.",
    )
    end: str = choice(
        "sold", options=ENDS, label="When resale begins", source="judgment", symbol="end",
        help="What the owner does with a machine that has done its training and its inference.",
    )
    resale_multiple: float = assumption(
        1.1, unit="x yearly rent", low=0.2, high=3.0, step=0.1, symbol="m", status="assumption",
        label="Resale price over rent", source="macro-022",
        help="What a buyer of a used machine pays, over the rent that the next year is expected to bring.",
    )


def rent_factors(stages: FleetStages, first: int, chip_factor: float) -> Array:
    """What compute of the fleet earns against the market, by quarter from closing, (2 * QUARTERS,).

    Parameters
    ----------
    first : int
        First operating quarter.
    chip_factor : float
        Rent of the chip's compute against the market.
    """
    out = np.full(2 * QUARTERS, chip_factor)
    if not stages.is_on:
        return out
    infers, resold = first + stages.train_quarters, first + stages.train_quarters + stages.infer_quarters
    out[:infers] *= stages.train_factor
    out[infers:resold] *= stages.infer_factor
    out[resold:] *= stages.resale_factor
    return out


def last_quarter(stages: FleetStages, first: int, end_of_life: int, contract_end: int) -> int:
    """Last operating quarter: that of the sale, which waits for the contract, or the end of life."""
    if not stages.is_on or stages.end == "kept":
        return end_of_life
    resold = first - 1 + stages.train_quarters + stages.infer_quarters
    return min(end_of_life, max(resold, contract_end, first))
