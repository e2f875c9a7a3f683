"""What programs pay to the assets of a scenario: fleet, data center, their loans, and champion.

The size of a program decides how much of it one asset meets: by default the machines, and with them the space they
stand in, that its money pays for over all that the home bloc builds or runs, so that a small budget is a small support.
An asset that is known to be a recipient says so; even then a program never pays it more than it spends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.shocks import Shocks
from models.basis.timeline import HOURS, Array
from models.policy.effects import (
    ProgramMarket,
    build_rate,
    cliff_quarter,
    deliveries,
    live_quarters,
    offtake_price,
    quarterly_spend,
)
from models.policy.program import Policy, Program

FIRST_YEAR = 4
"""Quarters whose orders share what programs pay to an asset bought at closing."""


class Recipient(NamedTuple):
    """An asset of the scenario.

    ``share`` of what is offered that is its own (None: as the bloc's others), ``units`` of H100e it holds, and
    ``facility_kw`` drawn per H100e at the meter.
    """

    share: float | None
    units: float
    facility_kw: float


class Reach(NamedTuple):
    """How much of each instrument of a program reaches an asset, 0 to 1: numbers at closing, (quarters + 1,) after."""

    grant: float
    tax_credit: float
    concession: float
    guarantee: float
    power: Array
    offtake: Array


@dataclass(frozen=True, eq=False)
class Support:
    """What the scenario's fleet receives, per H100e, net of capture; arrays (paths or 1, quarters + 1).

    Attributes
    ----------
    at_closing : grant and value of concessional money, USD at t = 0
    concession : part of ``at_closing`` that is the value of cheap money
    credit : USD received at t = 4
    cash_cost_cut : USD/h
    offtake_share : share of the fleet that states offer to rent, all programs together
    offtake_price : what they pay on average for it, USD/h; each its own price for its own share
    rate_cut : interest advantage of a loan on the fleet, per year
    clawback : USD due back at default or closure
    guarantee : share of a lender's loss that states pay if the loan fails in the quarter
    """

    at_closing: float
    concession: float
    credit: float
    cash_cost_cut: Array
    offtake_share: Array
    offtake_price: Array
    rate_cut: float
    clawback: float
    guarantee: Array


def no_support(quarters: int) -> Support:
    """Support of a fleet that receives nothing."""
    zero = np.zeros((1, quarters + 1))
    return Support(0.0, 0.0, 0.0, zero, zero, zero, 0.0, 0.0, zero)


class ChampionSupport(NamedTuple):
    """What a national champion receives, (paths or 1, quarters + 1).

    ``live`` 0 to 1: how far home programs run as announced, which public demand follows; ``grant`` USD in the quarter;
    ``equity`` USD paid for new shares in the quarter.
    """

    live: Array
    grant: Array
    equity: Array


def reach(program: Program, policy: Policy, quarters: int, market: ProgramMarket, own: Recipient) -> Reach:
    """How much of a home program reaches an asset that is bought at closing.

    At closing: machines paid for by the first year's money over what the bloc adds in the quarters they are delivered;
    only programs open today pay. Later: machines that a quarter's money serves over those that stand in the bloc.
    Never more of the own asset than the money suffices for.
    """
    plan, mix, terms = program.schedule, program.mix, program.terms
    t = np.arange(quarters + 1)
    pay = np.where((t >= plan.start) & (t < plan.stop), quarterly_spend(program, policy, quarters), 0.0)
    lag = plan.build_lag
    delivered = slice(lag, lag + FIRST_YEAR)
    added = market.home_share * float(market.planned_additions[delivered].sum())
    standing = market.home_share * market.planned_stock
    is_open = plan.start <= 0

    def at_closing(units: float) -> float:
        return float(_reached(np.array(units), np.array(added), own)) if is_open else 0.0

    built = _first_year(program, policy, pay, market)
    loans = terms.guarantee_cost * terms.loan_share * market.unit_cost[delivered]
    money = pay[:FIRST_YEAR][: len(loans)]
    guaranteed = float((mix.guarantee * money / loans[: len(money)]).sum())
    served = mix.power * pay / (HOURS * own.facility_kw * terms.power_discount) if terms.power_discount else 0.0 * pay
    rented = (mix.offtake + mix.procurement) * pay / (HOURS * market.availability * offtake_price(program, market))
    return Reach(
        grant=at_closing(built * mix.grant / terms.capex_share),
        tax_credit=at_closing(built * mix.tax_credit / terms.capex_share),
        concession=at_closing(built * (mix.loan + mix.equity) / terms.loan_share),
        guarantee=at_closing(guaranteed),
        power=_reached(served, standing, own),
        offtake=_reached(rented / terms.offtake_share, standing, own) if terms.offtake_share else 0.0 * pay,
    )


def _first_year(program: Program, policy: Policy, pay: Array, market: ProgramMarket) -> float:
    """Units delivered in the first year of a program's deliveries over dollars of capacity that a dollar builds."""
    rate = build_rate(program)
    if not rate:
        return 0.0
    lag = program.schedule.build_lag
    units, _ = deliveries(program, policy.home, policy, pay[None, :], market)
    return float(units[0, lag : lag + FIRST_YEAR].sum()) / rate


def _reached(paid_for: Array, all_units: Array, own: Recipient) -> Array:
    """Part of an asset that a program reaches: its own share or that of all units, at most what money suffices for."""
    if own.share is None:
        known = np.where(all_units > 0.0, all_units, 1.0)
        share = np.where(all_units > 0.0, paid_for / known, 0.0)
    else:
        share = np.full_like(paid_for, own.share)
    return np.minimum(np.minimum(share, paid_for / own.units), 1.0)


def fleet_support(
    policy: Policy, shocks: Shocks, market: ProgramMarket, own: Recipient, *, hardware_cost: float,
    window: tuple[int, int],
) -> Support:
    """What the home programs pay to the scenario's fleet, per H100e and net of capture.

    Parameters
    ----------
    hardware_cost : float
        USD/H100e that support is a share of.
    window : (int, int)
        First and last quarter in which a public contract can run.
    """
    support = no_support(shocks.quarters)
    if not policy.direct_channel or not policy.home:
        return support
    t = np.arange(shocks.quarters + 1)
    in_window = (t >= window[0]) & (t <= window[1])
    closing = concession = credit = cut = financed = clawback = 0.0
    cheaper, rented, paid, cover = (support.cash_cost_cut,) * 4
    for program in policy.home:
        terms, met = program.terms, reach(program, policy, shocks.quarters, market, own)
        kept = 1.0 - terms.capture
        grant = met.grant * terms.capex_share * kept * hardware_cost
        sold = met.tax_credit * terms.credit_price * terms.capex_share * kept * hardware_cost
        closing, credit = closing + grant, credit + sold
        clawback += program.schedule.clawback * (grant + sold)
        concession += met.concession * cheap_money(program) * hardware_cost
        cut += met.concession * terms.loan_share * terms.rate_cut * kept
        financed += met.concession * terms.loan_share
        outlives = live_quarters(program, shocks, notice=True)
        cheaper = cheaper + met.power * own.facility_kw * terms.power_discount * kept * live_quarters(program, shocks)
        if not terms.refuses_offtake:
            share = met.offtake * terms.offtake_share * outlives * in_window
            rented, paid = rented + share, paid + share * offtake_price(program, market)
        cover = cover + met.guarantee * terms.guarantee_cover * outlives
    scale = 1.0 / max(financed, 1.0)  # programs cannot lend more than the whole cost
    price = np.divide(paid, rented, out=np.zeros_like(paid), where=rented > 0.0)
    return Support(
        closing + concession * scale, concession * scale, credit, cheaper, rented, price, cut * scale, clawback,
        np.minimum(cover, 1.0),
    )


class BuildingSupport(NamedTuple):
    """What a data center receives of home programs, net of capture, USD; arrays (paths or 1, quarters + 1).

    ``grant`` and ``concession``, the value of cheap money, are paid as the budget is spent, ``credit`` on delivery,
    each unless its program was ended before; ``promised`` is what the first two add to if none is, ``to_come`` what is
    left of all three after a quarter if none ends from then on. ``guarantee`` is the share of a lender's loss that
    states pay if the loan fails in the quarter.
    """

    promised: float
    grant: Array
    concession: Array
    credit: Array
    to_come: Array
    guarantee: Array

    @property
    def paid(self) -> Array:
        """All that is received in each quarter."""
        return self.grant + self.concession + self.credit


def building_support(
    policy: Policy, shocks: Shocks, market: ProgramMarket, own: Recipient, budget: Array, opening: NDArray[np.int64]
) -> BuildingSupport | None:
    """What the home programs pay to a data center; None where there is none.

    Parameters
    ----------
    budget : (quarters + 1,)
        Budgeted cost as it is spent, USD; support is a share of it.
    opening : (paths,)
        Quarter of delivery.
    """
    if not policy.direct_channel or not policy.home:
        return None
    t = np.arange(shocks.quarters + 1)
    cost, left = float(budget.sum()), budget.sum() - np.cumsum(budget)
    offers = [(program, reach(program, policy, shocks.quarters, market, own)) for program in policy.home]
    financed = sum(met.concession * program.terms.loan_share for program, met in offers)
    promised, zero = 0.0, np.zeros((1, shocks.quarters + 1))
    grant, concession, credit, to_come, cover = (zero,) * 5
    for program, met in offers:
        terms, kept = program.terms, 1.0 - program.terms.capture
        lasts = (t < cliff_quarter(program, shocks)[:, None]).astype(float)
        given = met.grant * terms.capex_share * kept
        cheap = met.concession * cheap_money(program) / max(financed, 1.0)
        sold = met.tax_credit * terms.credit_price * terms.capex_share * kept * cost
        promised += (given + cheap) * cost
        grant = grant + given * budget * lasts
        concession = concession + cheap * budget * lasts
        credit = credit + sold * (t == opening[:, None]) * lasts
        to_come = to_come + ((given + cheap) * left + sold * (t < opening[:, None])) * lasts
        cover = cover + met.guarantee * terms.guarantee_cover * live_quarters(program, shocks, notice=True)
    return BuildingSupport(promised, grant, concession, credit, to_come, np.minimum(cover, 1.0))


def champion_support(policy: Policy, shocks: Shocks, share: float, equity_part: float) -> ChampionSupport:
    """What home programs pay a champion: ``share`` of their money for champions, ``equity_part`` of it for shares."""
    zero = np.zeros((1, shocks.quarters + 1))
    live, grant, equity = zero, zero, zero
    for program in policy.home if policy.direct_channel else ():
        runs = live_quarters(program, shocks)
        live = np.maximum(live, runs * policy.force(shocks.quarters))
        money = share * program.mix.champion * quarterly_spend(program, policy, shocks.quarters) * runs
        grant = grant + (1.0 - equity_part) * money
        equity = equity + equity_part * money
    return ChampionSupport(live, grant, equity)


def cheap_money(program: Program) -> float:
    """Value of a program's cheap money to who gets it, as a share of cost, net of capture."""
    terms = program.terms
    return (1.0 - terms.capture) * concession_value(
        terms.loan_share, terms.rate_cut, terms.market_rate, terms.loan_years
    )


def concession_value(loan_share: float, rate_cut: float, market_rate: float, term_years: float) -> float:
    """Value of cheap money as a share of cost: loan share x interest advantage x annuity at the market rate."""
    annuity = (1.0 - (1.0 + market_rate) ** -term_years) / market_rate
    return float(loan_share * rate_cut * annuity)
