"""A loan of a tape on the quarters of the model: its machines by vintage, its terms, what it owes today.

Loans that close at other times stand on machines of that time: dearer before, cheaper after, as hardware gets cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, sqrt

import numpy as np

from models.assets.gpu_fleet import fleet as gpu_fleet
from models.assets.gpu_fleet.fleet import FleetTerms, GpuFleet
from models.basis.timeline import DELTA, Array
from models.debt.schedule import scheduled_principal
from models.debt.terms import LoanTerms
from models.market.long_run import Hardware
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from models.studies.book.tape import Loan

HOURS_Y = 8_760.0


@dataclass(frozen=True, eq=False)
class Placed:
    """A loan with its machines, per H100e: terms of both, principal still to come, H100e it pays for."""

    loan: Loan
    fleet: FleetTerms
    terms: LoanTerms
    plan: Array
    units: float
    closing: int  # quarter from which its own clock runs, never negative


def vintage_factors(hardware: Hardware, market: MarketPaths, quarter: int) -> tuple[float, float, float]:
    """Cost, running cost and break-even contract price of machines bought at ``quarter``, over those of today.

    Later vintages follow the curves of the market; earlier ones are traced back at today's rate of deflation, because
    the model has no past.
    """
    if quarter <= 0:
        dearer = exp(-quarter * DELTA * hardware.deflation_now)
        return dearer, sqrt(dearer), dearer
    curves = market.curves
    price = curves.price_known_at(quarter)[quarter] / curves.price_known_at(0)[0]
    return (
        float(curves.hardware_cost[quarter] / curves.hardware_cost[0]),
        float(curves.cash_cost[quarter] / curves.cash_cost[0]),
        float(price),
    )


def place(scenario: Scenario, market: MarketPaths, loan: Loan) -> Placed:
    """Machines, terms and schedule of a loan of the tape, quarters counted from today."""
    fleet = _fleet_terms(scenario, market, loan)
    ramp = scenario.hardware.ramp_quarters
    debt = scenario.gpu_debt
    months = debt.reserve_months if loan.reserve_months is None else loan.reserve_months
    base = scenario.rates.base_rate
    terms = LoanTerms(
        principal=loan.advance_rate * fleet.cost,
        coupon=base + (loan.spread or 0.0) if loan.fixed_coupon is None else loan.fixed_coupon,
        first=ramp + 1, last=ramp + loan.tenor_quarters, amortization=loan.amortization, balloon=loan.balloon,
        reserve_quarters=months / 3.0, reserve_rate=base, sweep=debt.sweep, **dict(scenario.covenants),
    )
    units = loan.size / terms.principal
    terms, plan = _seasoned(terms, ramp, max(0, -loan.vintage))
    return Placed(loan, fleet, terms, plan, units, max(0, loan.vintage))


def _seasoned(terms: LoanTerms, ramp: int, age: int) -> tuple[LoanTerms, Array]:
    """The loan as it stands ``age`` quarters after closing, everything paid as scheduled, and what is still due."""
    nothing = np.zeros(terms.last + 1)
    served = age - ramp
    if served <= 0:
        owed = terms.principal * (1.0 + terms.rate_q) ** age
        terms = replace(terms, principal=owed, first=terms.first - age, last=terms.last - age)
        return terms, scheduled_principal(terms, nothing)
    plan = scheduled_principal(terms, nothing)
    owed = terms.opening_balance - float(plan[:served].sum())
    due_at_end = terms.balloon * terms.opening_balance / owed
    return replace(terms, principal=owed, balloon=due_at_end, first=1, last=terms.last - age), plan[served:]


def _fleet_terms(scenario: Scenario, market: MarketPaths, loan: Loan) -> FleetTerms:
    """Machines and contract behind a loan, quarters counted from today."""
    fleet = fleet_of(scenario, loan)
    now = gpu_fleet.fleet_terms(fleet, scenario.offtaker, scenario.in_force.hardware, market)
    cost_x, cash_x, price_x = vintage_factors(scenario.hardware, market, loan.vintage)
    cost, cash = now.cost * cost_x, now.cash_cost * cash_x
    price = now.contract_price * price_x
    if loan.payback_years is not None:
        price = (cash + cost / (HOURS_Y * loan.payback_years)) / now.availability
    if loan.contract_price is not None:
        price = loan.contract_price
    return now._replace(
        cost=cost, market_cost=now.market_cost * cost_x, cash_cost=cash, idle_cost=now.idle_cost * cash_x,
        contract_price=price, contract_end=now.contract_end + loan.vintage, first=max(1, now.first + loan.vintage),
        last=now.last + loan.vintage,
    )


def fleet_of(scenario: Scenario, loan: Loan) -> GpuFleet:
    """The scenario's fleet under the contract of a loan, without its price."""
    fleet = scenario.gpu_fleet
    term = fleet.contract_quarters if loan.contract_quarters is None else loan.contract_quarters
    return fleet.derived(
        contracted_share=loan.contracted_share, customer=loan.grade, contract_quarters=term,
        contract_price=None, payback_years=None,
    )
