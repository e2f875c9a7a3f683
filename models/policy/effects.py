"""What programs do: to the market (builds and demand) and to the fleet that receives them.

The two channels are kept apart, so that the same dollar is never counted as price incidence and as capture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, HOURS, Array, discount_factors
from models.basis.yearly import by_quarter
from models.policy.program import Policy, Program


@dataclass(frozen=True, eq=False)
class PolicyPaths:
    """Effect of a set of programs on a market. Arrays are (paths or 1, quarters + 1).

    Attributes
    ----------
    builds : capacity delivered, H100e
    displaced : private builds that the programs replace, H100e
    demand : new demand from offtake, procurement and vouchers, H100e
    spend : money paid by instrument, USD
    unspent : money that the build cap kept back, USD, shape (paths or 1,)
    """

    builds: Array
    displaced: Array
    demand: Array
    spend: dict[str, Array]
    unspent: Array

    @property
    def is_active(self) -> bool:
        """Whether the programs change the market at all."""
        return bool(self.builds.any() or self.demand.any())


@dataclass(frozen=True, eq=False)
class Support:
    """What an eligible fleet receives, per H100e, net of capture.

    Attributes
    ----------
    at_closing : grant and value of concessional money, USD at t = 0
    concession : part of ``at_closing`` that is the value of cheap money
    credit : USD received at t = 4
    cash_cost_cut : (paths or 1, quarters + 1), USD/h
    offtake_share : (paths or 1, quarters + 1), share of the fleet rented by the state
    offtake_price : USD/h
    rate_cut : interest advantage of a levered fleet, per year, on ``loan_share`` of its loan
    clawback : share of grants due back at default or closure
    guarantee_cover : share of a lender's loss the state pays
    """

    at_closing: float
    concession: float
    credit: float
    cash_cost_cut: Array
    offtake_share: Array
    offtake_price: float
    rate_cut: float
    loan_share: float
    clawback: float
    guarantee_cover: float


def no_support(quarters: int) -> Support:
    """Support of a fleet that receives nothing."""
    zero = np.zeros((1, quarters + 1))
    return Support(0.0, 0.0, 0.0, zero, zero, 0.0, 0.0, 0.0, 0.0, 0.0)


def cliff_quarter(program: Program, shocks: Shocks) -> Array:
    """First quarter in which the program has been ended early, shape (paths,); infinite if never."""
    if program.schedule.cliff_rate == 0:
        return np.full(1, np.inf)
    return np.asarray(np.ceil(-np.log(shocks.policy_u) / (program.schedule.cliff_rate * DELTA)))


def live_quarters(program: Program, shocks: Shocks, *, notice: bool = False) -> Array:
    """1 where the program spends, shape (paths or 1, quarters + 1); with ``notice`` purchases outlive a cliff."""
    t = np.arange(shocks.quarters + 1)
    end = cliff_quarter(program, shocks) + (program.schedule.notice if notice else 0)
    planned = (t >= program.schedule.start) & (t < program.schedule.stop)
    return np.asarray((planned & (t < end[:, None])).astype(float))


def quarterly_spend(program: Program, policy: Policy, quarters: int) -> Array:
    """Money paid in each quarter the program is live, USD, (quarters + 1,): what is really disbursed, straight line."""
    plan = program.schedule
    pay = float(policy.intensity * plan.budget * plan.disbursement / (plan.stop - plan.start))
    if policy.intensity_by_year is None:
        return np.full(quarters + 1, pay)
    return pay * by_quarter(policy.intensity_by_year, quarters)


def _runs(policy: Policy, quarters: int) -> Array:
    """1 in quarters of years that programs pay in, shape (quarters + 1,)."""
    if policy.intensity_by_year is None:
        return np.ones(quarters + 1)
    return np.asarray((by_quarter(policy.intensity_by_year, quarters) > 0.0).astype(float))


def mean_intensity(program: Program, policy: Policy) -> float:
    """What the announced budget of a program is multiplied by, on average over the quarters it is planned for."""
    if policy.intensity_by_year is None:
        return policy.intensity
    plan = program.schedule
    return policy.intensity * float(by_quarter(policy.intensity_by_year, plan.stop)[plan.start : plan.stop].mean())


class ProgramMarket(NamedTuple):
    """What programs meet: the market as planned, before they change it.

    ``unit_cost`` all-in (USD/H100e) and ``planned_additions`` of the world (H100e), (quarters + 1,); ``offtake_price``
    USD/h paid where a program names no price of its own; ``elasticity`` of demand to price, ``diversion`` of public
    purchases from private ones.
    """

    unit_cost: Array
    planned_additions: Array
    home_share: float
    offtake_price: float
    availability: float
    elasticity: float
    diversion: float


def simulate_policy(
    policy: Policy, programs: Sequence[Program], shocks: Shocks, market: ProgramMarket
) -> PolicyPaths:
    """Builds and demand of ``programs``."""
    zero = np.zeros((1, shocks.quarters + 1))
    builds, displaced, demand, unspent = zero, zero, zero, np.zeros(1)
    spend: dict[str, Array] = {}
    if not policy.market_channel:
        programs = ()
    capped = [p for p in programs if build_rate(p) > 0]
    crowd = {
        p.schedule.bloc_share: sum(build_rate(q) for q in capped if q.schedule.bloc_share == p.schedule.bloc_share)
        for p in capped
    }
    for program in programs:
        bloc = market.home_share if program.schedule.bloc_share is None else program.schedule.bloc_share
        live = live_quarters(program, shocks)
        pay = quarterly_spend(program, policy, shocks.quarters)
        rate = build_rate(program)
        if rate > 0:
            # Programs of one bloc share its build cap in proportion to what they build per dollar.
            room = policy.build_cap * bloc * market.planned_additions * rate / crowd[program.schedule.bloc_share]
            units, kept = _deliveries(program, live * pay * rate, market.unit_cost, room)
            builds = builds + units
            displaced = displaced + (1.0 - program.terms.additionality) * units
            unspent = unspent + kept * _build_mix(program) / rate
        bought = live_quarters(program, shocks, notice=True) * pay
        demand = demand + _new_demand(program, bought, market)
        for name, share in program.mix.model_dump().items():
            if share > 0:
                money = (bought if name in ("offtake", "procurement") else live * pay) * share
                spend[name] = spend.get(name, zero) + money
    return PolicyPaths(builds, displaced, demand, spend, unspent)


def simulate_support(
    policy: Policy,
    shocks: Shocks,
    *,
    hardware_cost: float,
    facility_kw: float,
    offtake_price: float,
    first_quarter: int,
    last_quarter: int,
) -> Support:
    """What the home programs pay to an eligible fleet, per H100e and net of capture.

    Parameters
    ----------
    hardware_cost : float
        USD/H100e paid by the fleet.
    facility_kw : float
        Power drawn per H100e at the meter, kW.
    first_quarter, last_quarter : int
        Quarters in which a public contract can run.
    """
    support = no_support(shocks.quarters)
    if not policy.direct_channel or not policy.home:
        return support
    t, runs = np.arange(shocks.quarters + 1), _runs(policy, shocks.quarters)
    closing = concession = credit = cut = cover = loan_share = clawback = 0.0
    cheaper, share = support.cash_cost_cut, support.offtake_share
    price = offtake_price
    for program in policy.home:
        mix, terms = program.mix, program.terms
        kept = 1.0 - terms.capture
        is_live = program.schedule.start == 0 and runs[0] > 0  # a fleet bought today is paid by what is open today
        if mix.grant > 0 and is_live:
            closing += terms.capex_share * kept * hardware_cost
            clawback = max(clawback, program.schedule.clawback)
        if mix.tax_credit > 0 and is_live:
            credit += terms.credit_price * terms.capex_share * kept * hardware_cost
            clawback = max(clawback, program.schedule.clawback)
        if mix.loan + mix.equity > 0 and is_live:
            value = concession_value(terms.loan_share, terms.rate_cut, terms.market_rate, terms.loan_years)
            concession += value * kept * hardware_cost
            cut, loan_share = cut + terms.rate_cut * kept, max(loan_share, terms.loan_share)
        if mix.power > 0:
            saving = facility_kw * terms.power_discount * kept
            cheaper = cheaper + saving * live_quarters(program, shocks) * runs
        if mix.offtake + mix.procurement > 0 and not terms.refuses_offtake:
            live = live_quarters(program, shocks, notice=True) * runs
            share = share + terms.offtake_share * live * ((t >= first_quarter) & (t <= last_quarter))
            price = offtake_price if terms.offtake_price is None else terms.offtake_price
        if mix.guarantee > 0:
            cover = max(cover, terms.guarantee_cover)
    return Support(closing + concession, concession, credit, cheaper, share, price, cut, loan_share, clawback, cover)


def concession_value(loan_share: float, rate_cut: float, market_rate: float, term_years: float) -> float:
    """Value of cheap money as a share of cost: loan share x interest advantage x annuity at the market rate."""
    annuity = (1.0 - (1.0 + market_rate) ** -term_years) / market_rate
    return float(loan_share * rate_cut * annuity)


def _build_mix(program: Program) -> float:
    return program.mix.grant + program.mix.tax_credit + program.mix.loan + program.mix.equity


def build_rate(program: Program) -> float:
    """Dollars of all-in capacity that a dollar of spending builds."""
    mix, terms = program.mix, program.terms
    return (mix.grant + mix.tax_credit) / terms.capex_share + (mix.loan + mix.equity) / terms.loan_share


def _deliveries(program: Program, money: Array, unit_cost: Array, room: Array) -> tuple[Array, Array]:
    """Units delivered, and building money never placed, under the cap on each quarter's deliveries.

    What does not fit waits for a later quarter of the program; what is left at its stop stays unspent.
    """
    lag, quarters = program.schedule.build_lag, money.shape[1] - 1
    units = np.zeros_like(money)
    waiting = np.zeros(money.shape[0])
    for t in range(quarters + 1 - lag):
        due = t + lag
        if t >= program.schedule.stop:
            break
        waiting = waiting + money[:, t]
        units[:, due] = np.minimum(waiting / unit_cost[due], room[due])
        waiting = waiting - units[:, due] * unit_cost[due]
        waiting[waiting < 1e-6] = 0.0
    return units, waiting


def _new_demand(program: Program, money: Array, market: ProgramMarket) -> Array:
    """New demand in H100e: public purchases net of diversion, and what vouchers add."""
    mix, terms = program.mix, program.terms
    price = market.offtake_price if terms.offtake_price is None else terms.offtake_price
    per_dollar = 1.0 / (HOURS * market.availability * price)
    public = (mix.offtake + mix.procurement) * (1.0 - market.diversion)
    added = mix.voucher / terms.voucher_rate * (1.0 - (1.0 - terms.voucher_rate) ** market.elasticity)
    return np.asarray(money * per_dollar * (public + added))


def price_of_break_even_contract(
    price: Array, earned: float, availability: float, hurdle: float, first: int, last: int
) -> float:
    """Level price, USD/h, worth as much as long-run rents over quarters first..last (P^eqv)."""
    j = np.arange(first, last + 1)
    v = discount_factors(hurdle, last)[j]
    return float((v * price[j]).sum() * earned / availability / v.sum())
