"""GPU-backed debt: a delayed-draw term loan on a contracted fleet, seen from the lender and from the equity below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.assumption import Assumptions, assumption, choice
from models.basis.flows import CashFlows, split
from models.basis.timeline import DELTA, Array
from models.debt.contract import FACILITY_GRADES
from models.debt.loan import LoanPaths, LoanTerms, run_waterfall
from models.debt.rates import RatePaths
from models.debt.schedule import scheduled_principal

AMORTIZATION = {"level": "level payments", "straight": "equal principal", "sculpted": "sculpted to one coverage"}


class GpuDebt(Assumptions):
    """The facility: its customer, size, price and repayment."""

    contracted_share: float = assumption(
        0.95, unit="share", low=0.0, high=1.0, step=0.05, symbol="q (SPV)", status="assumption",
        label="Contracted share of the collateral", source="s16_coreweave",
        help="Share of the financed fleet let under take-or-pay; lenders ask for nearly all.",
    )
    customer: str = choice(
        "non_ig", options=FACILITY_GRADES, label="Customer grade of the collateral", source="judgment",
        symbol="offtaker",
        help="Credit of the customer behind the loan: it drives spread, price and default.",
    )
    contract_price: float | None = assumption(
        None, unit="USD/h", low=0.4, high=5.0, step=0.05, symbol="P_c (SPV)",
        label="Contract price of the collateral", source="judgment",
        none="break-even contract price less the customer's discount",
        help="What the contracted share of the collateral earns per H100-equivalent hour.",
    )
    payback_years: float | None = assumption(
        None, unit="years", low=2.0, high=4.0, step=0.1, symbol="payback", status="fact",
        label="Contract payback of the collateral", source="s16_coreweave", none="price is not set by payback",
        help="Sets the contract price so that it returns the hardware cost in this many years.",
    )
    advance_cap: float = assumption(
        0.75, unit="share of cost", low=0.0, high=0.9, step=0.01, symbol="λ_A", status="assumption",
        label="Leverage: highest advance rate", source="gpu_debt_deals-008",
        help="Largest share of hardware cost, net of grants, that the loan pays; coverage can make it smaller.",
    )
    sizing_dscr: float | None = assumption(
        1.30, unit="x", low=1.0, high=1.6, step=0.05, symbol="sizing DSCR", status="assumption",
        label="Coverage asked of contract cash", source="gpu_debt_deals-037",
        none="the advance rate alone sizes the loan",
        help="How many times planned cash under contract, after the agent's fee, must cover the debt service it "
             "carries; the loan is at most the present value of what all cash may serve.",
    )
    merchant_dscr: float = assumption(
        1.75, unit="x", low=1.0, high=3.0, step=0.05, symbol="sizing DSCR (merchant)",
        label="Coverage asked of market cash", source="judgment",
        help="How many times planned cash that no contract pays must cover the debt service it carries; without effect "
             "where the advance rate alone sizes the loan.",
    )
    spread: float | None = assumption(
        None, unit="per year", low=0.02, high=0.13, step=0.0025, symbol="spread", status="fact",
        label="Spread over the base rate", source="gpu_debt_deals-006", none="the spread of the customer's grade",
        help="Margin of the loan over SOFR.",
    )
    tenor_quarters: int = assumption(
        16, unit="quarters", low=8, high=20, step=1, symbol="tenor", status="assumption",
        label="Tenor", source="gpu_debt_deals-001", help="Quarters of debt service after the ramp.",
    )
    amortization: str = choice(
        "level", options=AMORTIZATION, label="Repayment", source="gpu_debt_deals-001", symbol="amortization",
        help="How principal is repaid over the tenor.",
    )
    balloon: float = assumption(
        0.0, unit="share", low=0.0, high=0.6, step=0.05, symbol="balloon",
        label="Balloon", source="judgment",
        help="Share of the loan due in the last quarter, beside debt service; a share of what machines are worth then "
             "limits it.",
    )
    reserve_months: float = assumption(
        3.0, unit="months", low=0.0, high=12.0, step=1.0, symbol="DSRA", status="assumption",
        label="Debt service reserve", source="judgment", help="Months of debt service that equity funds at closing.",
    )
    sweep: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="sweep", status="assumption",
        label="Cash sweep", source="judgment", help="Share of excess cash that prepays the loan in good times.",
    )


class Covenants(Assumptions):
    """Tests of the loan, rights of the sponsor and what a default recovers."""

    lockup: float = assumption(
        1.20, unit="x", low=1.1, high=1.5, step=0.05, symbol="lock-up", status="assumption",
        label="Lock-up coverage", source="gpu_debt_deals-006",
        help="Coverage below which all excess cash prepays the loan.",
    )
    event_of_default: float = assumption(
        1.05, unit="x", low=1.0, high=1.2, step=0.01, symbol="EoD", status="assumption",
        label="Event-of-default coverage", source="gpu_debt_deals-015",
        help="Coverage below which, two quarters running, an event of default sweeps all cash.",
    )
    ltv_cap: float | None = assumption(
        None, unit="x", low=0.5, high=1.5, step=0.05, symbol="LTV cap", status="assumption",
        label="Loan-to-value trap", source="judgment", none="no trap",
        help="Loan-to-value above which cash is trapped instead of distributed.",
    )
    cures: int | None = assumption(
        None, unit="count", low=0, high=4, step=1, symbol="k", none="as often as it is worth it",
        label="Most equity cures", source="judgment",
        help="How often the sponsor may pay in a shortfall; it does so only where it keeps more than it pays in.",
    )
    cure_cover: float = assumption(
        1.0, unit="x", low=1.0, high=1.5, step=0.05, symbol="cover (cure)",
        label="Value kept that makes a cure worth it", source="judgment",
        help="The sponsor cures if machines and contract, less all that is still owed, are worth this many times what "
             "it pays in.",
    )
    fire_sale: float = assumption(
        0.25, unit="share", low=0.0, high=0.7, step=0.05, symbol="fire", status="assumption",
        label="Fire-sale discount", source="s21_bloomberg",
        help="How much less than their value machines fetch when sold after a default.",
    )
    sale_cost: float = assumption(
        0.03, unit="share", low=0.0, high=0.10, step=0.01, symbol="cost", status="assumption",
        label="Cost of enforcement", source="s21_bloomberg", help="Share of sale proceeds that enforcement costs.",
    )
    recovery_lag: int = assumption(
        2, unit="quarters", low=0, high=6, step=1, symbol="lag", status="assumption",
        label="Time to recovery", source="s21_bloomberg", help="Quarters between default and sale of the collateral.",
    )
    contract_recovery: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="R_o",
        label="Recovery of the contract claim", source="judgment",
        help="Share of the contract's value above the market that a lender recovers.",
    )


@dataclass(frozen=True, eq=False)
class Collateral:
    """The financed fleet, per H100e, USD.

    ``cost`` net of what is received at closing; without shocks, (quarters + 1,) each: ``base_cfads`` cash flow,
    ``base_contracted`` share of it that the contract pays, ``base_value`` of the machines; the rest is (paths,
    quarters + 1): ``cfads``, ``extra`` equity receipts outside the waterfall (tax credit), ``value`` of the machines
    and ``claim`` on the contract; ``exit_values`` what both sell for, computed when asked for.
    ``rates`` the base rate a floating loan meets, ``lost`` whether the customer is gone, (paths or 1, quarters + 1).
    """

    cost: float
    cfads: Array
    base_cfads: Array
    base_contracted: Array
    base_value: Array
    extra: Array
    value: Array
    claim: Array
    exit_values: Callable[[], Array]
    rates: RatePaths | None = None
    lost: NDArray[np.bool_] | None = None


def cash_flows(terms: LoanTerms, collateral: Collateral) -> tuple[CashFlows, CashFlows, LoanPaths]:
    """Flows of the lender and of the equity below it, per H100e at par and at cost, and the loan's own paths, USD."""
    plan = scheduled_principal(terms, collateral.base_cfads)
    loan = run_waterfall(
        terms, collateral.cfads, plan, collateral.value, collateral.claim, rates=collateral.rates, lost=collateral.lost
    )
    # A concessional program pays the lender what it spares the borrower, so that the loan itself stays at market.
    subsidy = interest_subsidy(terms, loan)
    lender = CashFlows(
        *split(loan.lender + subsidy),
        extras={"balance": loan.balance, "dscr": loan.dscr, "interest_subsidy": subsidy},
        lines=lambda: _lines(terms, collateral, loan, subsidy),
    )
    equity = loan.equity + collateral.extra
    equity -= own_cost(terms, collateral.cost, loan.balance.shape[1] - 1)
    return lender, CashFlows(
        *split(equity), extras={"dscr": loan.dscr}, lines=lambda: _equity_lines(terms, collateral, loan)
    ), loan


def own_cost(terms: LoanTerms, cost: float, quarters: int) -> Array:
    """What equity pays for hardware beside the lenders, USD, (quarters + 1,); hardware is paid as the loan is drawn."""
    lent = terms.principal + terms.mezz_principal
    return terms.drawn(cost - lent, quarters)


def interest_subsidy(terms: LoanTerms, loan: LoanPaths) -> Array:
    """What a program pays the lender for a cheaper coupon, USD, (paths, quarters + 1), while the loan performs."""
    out = np.zeros_like(loan.balance)
    performs = (np.arange(1, out.shape[1])[:, None] < loan.default_quarter).T
    out[:, 1:] = loan.balance[:, :-1] * terms.interest_subsidy * DELTA * performs
    return out


def _lines(terms: LoanTerms, collateral: Collateral, loan: LoanPaths, subsidy: Array) -> dict[str, Array]:
    """Project cash on one side, the other claimants and reserves on the other; the lender closes the sum."""
    shared = _shared_lines(collateral, loan)
    # The draws pay for hardware.
    drawn = -terms.drawn(terms.principal + terms.mezz_principal, loan.balance.shape[1] - 1)[None, :]
    shared["project"][:, 0] = drawn[0, 0]
    drawn[0, 0] = 0.0
    shared |= _moved({"later draws": drawn})
    return shared | {"cure": loan.cure, "interest subsidy": subsidy, "equity": -(loan.equity + loan.cure)}


def _equity_lines(terms: LoanTerms, collateral: Collateral, loan: LoanPaths) -> dict[str, Array]:
    """What the fleet costs and earns, and what lenders and reserves take; the equity closes the sum."""
    cost = -terms.drawn(collateral.cost, loan.balance.shape[1] - 1)[None, :]
    return _shared_lines(collateral, loan) | {"hardware": cost, "lender": -loan.lender, "tax credit": collateral.extra}


def _shared_lines(collateral: Collateral, loan: LoanPaths) -> dict[str, Array]:
    change = np.zeros_like(loan.reserve)
    change[:, 1:] = np.diff(loan.reserve + loan.trap, axis=1)
    change[:, 0] = loan.reserve[:, 0]
    gone = np.arange(loan.reserve.shape[1])[None, :] > loan.default_quarter[:, None]
    project = np.where(gone, 0.0, collateral.cfads)
    project[:, 0] = 0.0
    return {
        "project": project, "reserve income": loan.reserve_income, "sale": loan.sale, "guarantee": loan.guarantee,
        "unpaid": loan.unpaid, "mezzanine": -loan.mezzanine, "reserves": -change,
    } | _moved({"agent": -loan.agent, "swap": -loan.swap, "new lender": -loan.refinance})


def _moved(lines: Mapping[str, Array]) -> dict[str, Array]:
    """Lines that are not zero everywhere."""
    return {name: line for name, line in lines.items() if line.any()}
