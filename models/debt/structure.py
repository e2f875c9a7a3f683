"""The facility beyond size and price: draws and fees, base rate and swap, triggers, refinancing, mezzanine, rent floor.

Everything is off by default, so that a plain loan stays what ``assets.gpu_debt`` declares.
"""

from __future__ import annotations

from models.basis.assumption import Assumptions, assumption, choice, switch

RATE_KINDS = {
    "flat": "stays where it is",
    "forward": "follows the forward curve",
    "simulated": "drawn around the forward curve",
    "fixed": "fixed coupon",
}
SWAP_RANKS = {"pari_passu": "ranks with the loan", "super_senior": "ranks before the loan"}


class LoanPricing(Assumptions):
    """How the loan is drawn, what it costs besides the spread, and what its base rate does."""

    draws: int = assumption(
        1, unit="count", low=1, high=5, step=1, symbol="n_d", label="Draws", source="gpu_debt_deals-006",
        help="Equal draws, one a quarter from closing; hardware is paid as the loan is drawn.",
    )
    undrawn_fee: float = assumption(
        0.005, unit="per year", low=0.0, high=0.02, step=0.0005, symbol="undrawn fee", label="Fee on undrawn money",
        source="judgment", help="Paid to the lender on what is committed but not drawn yet.",
    )
    upfront_fee: float = assumption(
        0.0, unit="share", low=0.0, high=0.05, step=0.0025, symbol="upfront", label="Upfront fee",
        source="judgment", help="Paid to the lender at closing, as a share of the commitment.",
    )
    discount: float = assumption(
        0.0, unit="share", low=0.0, high=0.05, step=0.0025, symbol="OID", label="Original issue discount",
        source="judgment", help="How much less than what is owed the lender pays out at each draw.",
    )
    agent_fee: float = assumption(
        0.0, unit="per year", low=0.0, high=0.005, step=0.00025, symbol="agent fee", label="Agent fee",
        source="judgment", help="Paid to the agent on the balance, before interest.",
    )
    capitalizes: bool = switch(
        True, label="Interest is capitalized in the ramp", source="gpu_debt_deals-006", symbol="capitalized",
        help="Whether interest and fees before service are added to the loan instead of paid by the owner.",
    )
    base: str = choice(
        "flat", options=RATE_KINDS, label="Base rate", source="macro-001", symbol="SOFR path",
        help="What the base rate does over the life of the loan.",
    )
    fixed_coupon: float | None = assumption(
        None, unit="per year", low=0.03, high=0.16, step=0.0025, symbol="coupon", label="Fixed coupon",
        source="gpu_debt_deals-007", status="fact", none="today's base rate and the spread",
        help="Coupon of a loan at a fixed rate; used only where the base rate is fixed.",
    )
    long_run: float = assumption(
        0.032, unit="per year", low=0.005, high=0.08, step=0.0025, symbol="θ", label="Base rate in the long run",
        source="judgment", help="Where the forward curve of the base rate leads.",
    )
    half_life: float = assumption(
        2.0, unit="years", low=0.5, high=10.0, step=0.25, symbol="half-life (SOFR)",
        label="Half-life of the base rate", source="judgment",
        help="Years in which the base rate covers half of its way to the long run.",
    )
    volatility: float = assumption(
        0.06, unit="per root of rate and year", low=0.0, high=0.15, step=0.005, symbol="σ (CIR)",
        label="Volatility of the base rate", source="cir_1985",
        help="Moves of the base rate per root of the rate and of time, for a drawn rate.",
    )
    hedged: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="swapped", label="Share swapped to fixed",
        source="judgment", help="Share of the balance whose floating rate a swap fixes; it shrinks with the loan.",
    )
    swap_rank: str = choice(
        "pari_passu", options=SWAP_RANKS, label="Rank of the swap", source="judgment", symbol="swap rank",
        help="Whether the swap bank shares with the lender in a default or is paid first.",
    )


class LoanTriggers(Assumptions):
    """Tests that size, stop, call or renew the loan."""

    sizing_ltv: float | None = assumption(
        None, unit="share of value", low=0.2, high=1.0, step=0.05, symbol="LTV_0", status="assumption",
        label="Loan-to-value at closing", source="gpu_debt_deals-038", none="not sized on market value",
        help="Largest share of what the machines are worth in the market at closing that the loan pays.",
    )
    balloon_ltv: float | None = assumption(
        0.6, unit="share of value", low=0.2, high=1.0, step=0.05, symbol="LTV (balloon)", status="assumption",
        label="Balloon over value at maturity", source="gpu_debt_deals-038", none="the balloon is not tested",
        help="Largest share of what the machines are forecast to be worth at maturity that a balloon may be.",
    )
    builds_reserve: bool = switch(
        False, label="Reserve is built from cash", source="judgment", symbol="DSRA built",
        help="Whether the debt service reserve starts empty and fills from excess cash.",
    )
    accelerates: bool = switch(
        False, label="Event of default calls the loan", source="judgment", symbol="acceleration",
        help="Whether an event of default makes the whole loan due, so that the collateral is sold.",
    )
    early_dscr: float | None = assumption(
        None, unit="x", low=0.8, high=1.4, step=0.05, symbol="early DSCR", label="Early amortization, coverage",
        source="judgment", none="no such trigger",
        help="Coverage below which all excess cash repays the loan until it is gone.",
    )
    early_ltv: float | None = assumption(
        None, unit="x", low=0.5, high=2.0, step=0.05, symbol="early LTV", label="Early amortization, loan-to-value",
        source="judgment", none="no such trigger",
        help="Loan-to-value above which all excess cash repays the loan until it is gone.",
    )
    early_customer: bool = switch(
        False, label="Early amortization, lost customer", source="judgment", symbol="early offtaker",
        help="Whether all excess cash repays the loan once the customer is gone.",
    )
    refinances: bool = switch(
        False, label="Balloon is refinanced", source="judgment", symbol="refinancing",
        help="Whether a new lender may repay the balloon; without one a balloon that cash cannot pay is a default.",
    )
    refi_ltv: float = assumption(
        0.6, unit="share of value", low=0.2, high=1.0, step=0.05, symbol="LTV (refi)",
        label="Loan-to-value of the new loan", source="gpu_debt_deals-038",
        help="Largest share of what the machines are worth at maturity that a new lender pays.",
    )
    refi_dscr: float = assumption(
        1.3, unit="x", low=1.0, high=2.0, step=0.05, symbol="DSCR (refi)", label="Coverage of the new loan",
        source="gpu_debt_deals-037", help="Coverage by the cash flow around maturity that a new lender asks.",
    )
    refi_margin: float = assumption(
        0.01, unit="per year", low=0.0, high=0.06, step=0.0025, symbol="margin (refi)", label="Dearer by",
        source="judgment", help="How much more than the old one the new loan costs.",
    )
    refi_quarters: int = assumption(
        8, unit="quarters", low=2, high=16, step=1, symbol="tenor (refi)", label="Tenor of the new loan",
        source="judgment", help="Quarters in which the new loan is repaid in level payments.",
    )


class Mezzanine(Assumptions):
    """A junior tranche below the loan."""

    advance: float = assumption(
        0.0, unit="share of cost", low=0.0, high=0.3, step=0.01, symbol="λ_M", label="Mezzanine",
        source="judgment", help="Share of hardware cost that a junior lender pays, on top of the senior loan.",
    )
    coupon: float = assumption(
        0.13, unit="per year", low=0.06, high=0.25, step=0.005, symbol="coupon (mezz)", label="Mezzanine coupon",
        source="gpu_debt_deals-003", help="Fixed coupon of the junior lender.",
    )
    pays_in_kind: bool = switch(
        True, label="Mezzanine interest is paid in kind", source="judgment", symbol="PIK",
        help="Whether junior interest is added to the junior loan while the senior one is outstanding.",
    )


class RentFloor(Assumptions):
    """A hedge that pays when rents fall below a floor."""

    share: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="hedged rent", label="Share of compute with a floor",
        source="judgment", help="Share of the collateral's compute whose market rent a seller of the hedge backs.",
    )
    floor: float = assumption(
        0.7, unit="share of expected rent", low=0.3, high=1.0, step=0.05, symbol="floor", label="Rent floor",
        source="judgment", help="The hedge pays what the market rent falls short of this share of the expected one.",
    )
    premium: float = assumption(
        0.04, unit="share of expected rent", low=0.0, high=0.2, step=0.005, symbol="premium",
        label="Premium of the floor", source="judgment",
        help="What the owner pays every quarter, as a share of the expected rent of what is hedged.",
    )
    quarters: int = assumption(
        16, unit="quarters", low=4, high=24, step=1, symbol="term (floor)", label="Term of the floor",
        source="judgment", help="Quarters after the ramp in which the hedge pays and costs.",
    )
