"""Rates every class shares, how the run is drawn, and whose expectations set the fair price."""

from __future__ import annotations

from pydantic import field_validator

from models.basis.assumption import Assumptions, assumption, choice


class Rates(Assumptions):
    """Market rates."""

    base_rate: float = assumption(
        0.0387, unit="per year", low=0.01, high=0.07, step=0.0025, symbol="SOFR", status="fact",
        label="Base rate (SOFR)", source="macro-001", help="Overnight rate that floating loans are priced over.",
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
