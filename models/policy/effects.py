"""What programs do to the market: builds, displaced builds and new demand, and the money behind them.

What they pay to the assets of a scenario is in `models.policy.support`; the two channels are kept apart, so that the
same dollar is never counted as price incidence and as capture.
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


def mean_intensity(program: Program, policy: Policy) -> float:
    """What the announced budget of a program is multiplied by, on average over the quarters it is planned for."""
    if policy.intensity_by_year is None:
        return policy.intensity
    plan = program.schedule
    return policy.intensity * float(by_quarter(policy.intensity_by_year, plan.stop)[plan.start : plan.stop].mean())


class ProgramMarket(NamedTuple):
    """What programs meet: the market as planned, before they change it.

    ``unit_cost`` all-in (USD/H100e), ``planned_additions`` and ``planned_stock`` of the world (H100e), (quarters + 1,);
    ``offtake_price`` USD/h paid where a program names no price of its own; ``elasticity`` of demand to price,
    ``diversion`` of public purchases from private ones.
    """

    unit_cost: Array
    planned_additions: Array
    planned_stock: Array
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
    for program in programs:
        live = live_quarters(program, shocks)
        pay = quarterly_spend(program, policy, shocks.quarters)
        rate = build_rate(program)
        if rate > 0:
            units, kept = deliveries(program, programs, policy, live * pay, market)
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


def _build_mix(program: Program) -> float:
    return program.mix.grant + program.mix.tax_credit + program.mix.loan + program.mix.equity


def build_rate(program: Program) -> float:
    """Dollars of all-in capacity that a dollar of spending builds."""
    mix, terms = program.mix, program.terms
    return (mix.grant + mix.tax_credit) / terms.capex_share + (mix.loan + mix.equity) / terms.loan_share


def deliveries(
    program: Program, programs: Sequence[Program], policy: Policy, pay: Array, market: ProgramMarket
) -> tuple[Array, Array]:
    """Units a program delivers, (paths or 1, quarters + 1), H100e, and building money it never places, USD.

    ``pay`` (paths or 1, quarters + 1) USD. All ``programs`` of one bloc share its build cap in proportion to what they
    build per dollar. What does not fit waits for a later quarter of the program; what is left at its stop stays
    unspent.
    """
    place = program.schedule.bloc_share
    crowd = sum(build_rate(other) for other in programs if other.schedule.bloc_share == place)
    bloc, rate = market.home_share if place is None else place, build_rate(program)
    room = policy.build_cap * bloc * market.planned_additions * rate / crowd
    money, lag, quarters = pay * rate, program.schedule.build_lag, pay.shape[1] - 1
    units = np.zeros_like(money)
    waiting = np.zeros(money.shape[0])
    for t in range(quarters + 1 - lag):
        due = t + lag
        if t >= program.schedule.stop:
            break
        waiting = waiting + money[:, t]
        units[:, due] = np.minimum(waiting / market.unit_cost[due], room[due])
        waiting = waiting - units[:, due] * market.unit_cost[due]
        waiting[waiting < 1e-6] = 0.0
    return units, waiting


def _new_demand(program: Program, money: Array, market: ProgramMarket) -> Array:
    """New demand in H100e: public purchases net of diversion, and what vouchers add."""
    mix, terms = program.mix, program.terms
    per_dollar = 1.0 / (HOURS * market.availability * offtake_price(program, market))
    public = (mix.offtake + mix.procurement) * (1.0 - market.diversion)
    added = mix.voucher / terms.voucher_rate * (1.0 - (1.0 - terms.voucher_rate) ** market.elasticity)
    return np.asarray(money * per_dollar * (public + added))


def offtake_price(program: Program, market: ProgramMarket) -> float:
    """What the program pays for an H100e-hour, USD."""
    return market.offtake_price if program.terms.offtake_price is None else program.terms.offtake_price


def price_of_break_even_contract(
    price: Array, earned: float, availability: float, hurdle: float, first: int, last: int
) -> float:
    """Level price, USD/h, worth as much as long-run rents over quarters first..last (P^eqv)."""
    j = np.arange(first, last + 1)
    v = discount_factors(hurdle, last)[j]
    return float((v * price[j]).sum() * earned / availability / v.sum())
