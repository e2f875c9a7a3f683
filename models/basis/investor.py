"""Rates every class shares, how the run is drawn, and whose expectations set the fair price."""

from __future__ import annotations

from pydantic import field_validator

from models.basis.assumption import Assumptions, assumption, choice, switch

REFERENCE_RATE = 0.0387
"""Base rate at which cash rate, hurdles and exit yields are typed, per year (macro-001): there nothing moves."""


class Rates(Assumptions):
    """Market rates, and how others follow the base rate."""

    base_rate: float = assumption(
        REFERENCE_RATE, unit="per year", low=0.01, high=0.07, step=0.0025, symbol="SOFR", status="fact",
        label="Base rate (SOFR)", source="macro-001",
        help="Overnight rate that loans are priced over; cash, hurdles and exit yields follow it.",
    )
    move_together: bool = switch(
        True, label="Rates move together", source="judgment", symbol="together",
        help=f"Cash rate, hurdles and exit yields are typed for a base rate of {REFERENCE_RATE:.2%} and follow it from "
        "there; off, they stay as typed and only coupons move.",
    )
    hurdle_beta: float = assumption(
        1.0, unit="per point", low=0.0, high=1.5, step=0.1, symbol="β_r",
        label="Hurdles per point of base rate", source="judgment",
        help="How far hurdles follow the base rate: 1 keeps the premium for risk, less is a premium that shrinks.",
    )
    yield_beta: float = assumption(
        0.5, unit="per point", low=0.0, high=1.0, step=0.1, symbol="β_y",
        label="Exit yields per point of base rate", source="judgment",
        help="How far the yield at which a data center is sold follows the base rate: half, as rents rise too.",
    )
    market_beta: float = assumption(
        0.0, unit="per point", low=0.0, high=1.0, step=0.1, symbol="β_M",
        label="Merchant hurdle per point of base rate", source="judgment",
        help="How far the merchant hurdle follows the base rate: 0 leaves it, and with it rents and builds; at 1 rents "
        "rise for what buyers of machines ask.",
    )
    cash_rate: float = assumption(
        0.05, unit="per year", low=0.02, high=0.09, step=0.005, symbol="r_c", status="assumption",
        label="Common funding rate", source="judgment",
        help="Rate at which every class is discounted in risk figures, so that risk is not counted twice.",
    )
    risk_aversion: float = assumption(
        3.0, unit="relative", low=0.0, high=10.0, step=0.5, symbol="γ", status="assumption",
        label="Risk aversion", source="judgment",
        help="How much an investor dislikes risk: 0 not at all, 1 like a gambler on logs, 3 like most funds.",
    )
    wealth_share: float = assumption(
        0.10, unit="share", low=0.01, high=1.0, step=0.01, symbol="f", status="assumption",
        label="Share of wealth invested", source="judgment",
        help="Share of the investor's wealth that goes into one class; the rest earns the common rate.",
    )

    @property
    def rise(self) -> float:
        """How far the base rate lies above that which other rates are typed for, per year; 0 where each stays."""
        return self.base_rate - REFERENCE_RATE if self.move_together else 0.0


class Run(Assumptions):
    """How many paths are drawn, and from which seed."""

    paths: int = assumption(
        4096, unit="count", low=1, high=65536, step=1, symbol="n",
        label="Number of paths", source="owen_1997", help="How many futures are simulated; a power of two.",
    )
    seed: int = assumption(
        1, unit="count", low=0, high=2**31 - 1, step=1, symbol="seed",
        label="Seed", source="judgment", help="Starts the random draws; the same seed gives the same numbers.",
    )
    method: str = choice(
        "sobol", options={"sobol": "scrambled Sobol points", "random": "pseudo-random numbers"}, symbol="method",
        label="Draws", source="owen_1997", help="Sobol points cover the futures more evenly than random numbers.",
    )

    @field_validator("paths")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            raise ValueError(f"must be a power of two, such as {1 << (value.bit_length() - 1)}")
        return value


class Entry(Assumptions):
    """Whose view of the market the fair price contains."""

    expectations: str = choice(
        "base", options={"base": "the base case", "scenario": "this scenario without its surprises"},
        symbol="neutral scenario", label="Fair price expects", source="judgment",
        help="The fair price pays the hurdle in a world without glut and policy: the base case, or this scenario.",
    )
