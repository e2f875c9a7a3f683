"""Entering later: the same asset bought at quarter s, at the cost and the prices of that quarter.

Machines and buildings are bought new, on the market as it is seen from s: hardware at that quarter's cost and power, a
contract at the rents that customers expect then, a building at costs that rose with inflation and first rents of that
market. A later loan and later shares have no price in the model that knows the market of that quarter: see `WITHOUT`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center.leasing import market_rent_path, vacancy_path
from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array, discount_factors
from models.basis.yearly import Years
from models.claims.contagion import bring_lab, lab_of
from models.claims.registry import CLASSES, build_claims
from models.engine.wealth import EntryName
from models.engine.world import World
from models.market.kernel import Run
from models.market.long_run import LongRun
from models.market.simulate import MarketPaths, contract_window
from models.measures import returns
from models.policy.effects import price_of_break_even_contract
from models.policy.program import Policy
from models.scenario.scenario import Scenario

NEW = tuple(key for key, one in CLASSES.items() if not one.now_only)
"""Classes that are bought new at any quarter."""
WITHOUT = {key: one.now_only for key, one in CLASSES.items() if one.now_only}
"""Classes without a later entry, and why."""
STEPS = 8
"""Vacancy and rent of a later entry are quoted in so many steps each, contract prices in the square of it."""

def later_entries(
    world: World, quarters: tuple[int, ...], entry: EntryName = "fair", keys: tuple[str, ...] = NEW
) -> dict[str, dict[int, Array]]:
    """Value of every class bought at each of the given quarters, on the same paths.

    Returns
    -------
    dict
        Class -> quarter -> value over cash per dollar committed then, (paths,). Quarter 0 is entry now.
    """
    out: dict[str, dict[int, Array]] = {}
    for key, position in world.positions(keys, entry).items():
        now = world.scenario, world.market, world.shocks
        out[key] = {0: position.value} | {s: bought_at(*now, key, s, position.premium) for s in quarters}
    return out


def _value(scenario: Scenario, net: Array, contrib: Array) -> Array:
    """Value over cash per dollar of capital, both counted at the entry."""
    rate = scenario.in_force.rates.cash_rate
    paid = -returns.npv(rate, contrib.mean(axis=0))
    return np.asarray(returns.npv(rate, net) / paid)


def bought_at(
    scenario: Scenario, market: MarketPaths, shocks: Shocks, key: str, s: int, premium: float
) -> Array:
    """Value over cash per dollar, (paths,), of a machine or building bought at s.

    Paths are taken in groups that are quoted the same terms. ``premium`` is what is paid over cost today, USD.
    """
    net, contrib = (np.zeros((market.paths, market.quarters + 1 - s)) for _ in range(2))
    quoted = _quoted_fleet(scenario, market, s) if key == "gpu_fleet" else _quoted_building(scenario, market, s)
    cost = _cost_ratio(scenario, market, key, s)
    lab = lab_of(scenario, market, shocks)
    for rows, terms in quoted:
        seen = seen_from(market, s, rows, terms.support_price)
        draws = draws_from(shocks, s, rows, terms.scenario.policy)
        bring_lab(lab, s, rows, terms.scenario, seen)
        claim = build_claims(terms.scenario, seen, draws, (key,)).by_key[key]
        flows = claim.flows.with_entry(premium * cost)
        net[rows], contrib[rows] = flows.net, flows.contrib
    return _value(scenario, net, contrib)


def _cost_ratio(scenario: Scenario, market: MarketPaths, key: str, s: int) -> float:
    """Cost at s over cost today; the premium over cost moves with it, so that no gain is only a change of multiple."""
    if key == "gpu_fleet":
        return float(market.curves.hardware_cost[s] / market.curves.hardware_cost[0])
    return float(np.exp(scenario.leasing.inflation * DELTA * s))


@dataclass(frozen=True, eq=False)
class _Terms:
    scenario: Scenario
    support_price: float


def _quoted_fleet(
    scenario: Scenario, market: MarketPaths, s: int
) -> Iterator[tuple[NDArray[np.int64], _Terms]]:
    """Groups of paths with their contract price: it keeps today's relation to the rents that customers expect."""
    curves, hardware = market.curves, scenario.hardware
    cash, first = float(curves.cash_cost[s]), float(curves.cash_cost[0])
    machine = hardware.derived(
        installed_cost=float(curves.hardware_cost[s]), cash_cost=cash, power_kw=float(curves.power_kw[s]),
        idle_cost=hardware.idle_cost * cash / first,
    ) if s else hardware
    anchor = contract_anchor(scenario, market, s)
    relative = expected_rent(scenario, market, s) / expected_rent(scenario, market, 0)
    for rows in groups(relative, STEPS * STEPS):
        price = anchor * float(relative[rows].mean())
        fleet = scenario.gpu_fleet.derived(**_shifted_terms(scenario, s, price / market.support_price))
        later = scenario.derived(hardware=machine, gpu_fleet=fleet, policy=policy_seen_from(scenario.policy, s))
        yield rows, _Terms(later, price)


def _shifted_terms(scenario: Scenario, s: int, ratio: float) -> dict[str, Any]:
    """Typed contract prices move with the market; typed yearly prices start at the year of entry."""
    out: dict[str, Any] = {}
    if scenario.gpu_fleet.contract_price is not None:
        out["contract_price"] = scenario.gpu_fleet.contract_price * ratio
    by_year = getattr(scenario.gpu_fleet, "power_price_by_year", None)
    if by_year is not None:
        out["power_price_by_year"] = _years_from(by_year, s)
    return out


def _quoted_building(
    scenario: Scenario, market: MarketPaths, s: int
) -> Iterator[tuple[NDArray[np.int64], _Terms]]:
    """Groups of paths with the vacancy and the rent of a new lease at s."""
    vacancy = vacancy_path(scenario.leasing, market.surplus)
    rent = market_rent_path(scenario.leasing, scenario.data_center.rent, vacancy)[:, s]
    left = 1.0 - s / market.quarters  # a building bought later is younger when it is sold
    anchor, policy = contract_anchor(scenario, market, s), policy_seen_from(scenario.policy, s)
    for outer in groups(vacancy[:, s], STEPS):
        for inner in groups(rent[outer], STEPS):
            rows = outer[inner]
            center = scenario.data_center.derived(
                capex=scenario.data_center.capex * _cost_ratio(scenario, market, "data_center", s),
                rent=float(rent[rows].mean()), ageing=scenario.data_center.ageing * left,
            )
            leasing = scenario.leasing.derived(vacancy_now=float(vacancy[rows, s].mean()))
            later = scenario.derived(data_center=center, leasing=leasing, policy=policy)
            yield rows, _Terms(later, anchor)


def groups(values: Array, count: int) -> Iterator[NDArray[np.int64]]:
    """Rows in at most ``count`` groups of neighboring values, each (rows,) in rising order."""
    order = np.argsort(values, kind="stable")
    parts = 1 if values[order[0]] == values[order[-1]] else min(count, len(order))
    for part in np.array_split(order, parts):
        yield np.sort(part)


def contract_anchor(scenario: Scenario, market: MarketPaths, s: int) -> float:
    """Break-even contract price of machines bought at s, USD/h, on the long-run path known then."""
    if s == 0:
        return market.support_price
    first, last = contract_window(scenario.setting)
    return price_of_break_even_contract(
        market.curves.price_known_at(s)[s:], market.curves.balance_utilization, scenario.hardware.availability,
        scenario.in_force.hardware.merchant_hurdle, first, last,
    )


def expected_rent(scenario: Scenario, market: MarketPaths, s: int) -> Array:
    """Rents expected at s over a contract's term, relative to break-even ones, (paths,): price gaps close slowly."""
    first, last = contract_window(scenario.setting)
    j = np.arange(first, last + 1)
    factors = discount_factors(scenario.in_force.hardware.merchant_hurdle, last)
    weight = factors[j] * market.curves.price_known_at(s)[s + j]
    gap = np.exp(np.multiply.outer(market.log_ratio[:, s], 2.0 ** (-j / scenario.gpu_fleet.gap_half_life)))
    return np.asarray(gap @ weight / weight.sum())


def seen_from(market: MarketPaths, s: int, rows: NDArray[np.int64], support_price: float) -> MarketPaths:
    """The market from quarter s on, for some paths: what a buyer at s sees as quarter 0."""
    paths, columns = market.price.shape

    def cut(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == columns:
            return value[rows, s:] if value.shape[0] == paths else value[:, s:]
        return value

    world = Run(*map(cut, market.world))
    home = world if market.home is market.world else Run(*map(cut, market.home))
    named: Mapping[str, Any] = {name: cut(getattr(market, name)) for name in ("price", "log_ratio", "utilization",
                                                                             "surplus")}
    demand = replace(
        market.demand_paths, state=cut(market.demand_paths.state), permanent=cut(market.demand_paths.permanent),
        log_reference=market.demand_paths.log_reference[s:], efficiency=market.demand_paths.efficiency[s:],
    )
    return replace(
        market, **named, world=world, home=home, demand_paths=demand, curves=_curves_from(market.curves, s),
        planned_additions=market.planned_additions[s:], planned_stock=market.planned_stock[s:],
        planned_price=market.planned_price[s:],
        support_price=support_price, export=None,
    )


def _curves_from(curves: LongRun, s: int) -> LongRun:
    lines: dict[str, Any] = {f.name: getattr(curves, f.name) for f in fields(curves)}
    cut: dict[str, Any] = {name: line[s:] for name, line in lines.items() if isinstance(line, np.ndarray)}
    return replace(curves, **cut, surprise_quarter=curves.surprise_quarter - s)


def policy_seen_from(policy: Policy, s: int) -> Policy:
    """Programs as a buyer at s finds them: a start or an end s quarters ahead today is at closing then.

    A program keeps the pace of its spending: a buyer after its start is offered what it spends from then on. Whether it
    was ended early before s is not known to its terms, so a grant is slightly overstated where programs can be ended.
    """
    if s == 0 or not policy.programs:
        return policy
    programs = []
    for program in policy.programs:
        plan = program.schedule
        programs.append(program.derived(schedule=plan.derived(start=plan.start - s, stop=plan.stop - s)))
    by_year = policy.intensity_by_year
    left = None if by_year is None else _years_from(by_year, s)
    return policy.derived(programs=tuple(programs), intensity_by_year=left)


def _years_from(by_year: Years, s: int) -> Years:
    """A path by year from the year of s on; its last value stays."""
    k = min(s // 4, len(by_year) - 1)
    return (*by_year[k:], *(by_year[-1:] * k))


def draws_from(shocks: Shocks, s: int, rows: NDArray[np.int64], policy: Policy) -> Shocks:
    """Draws of some paths as a buyer at s meets them: fewer quarters, and programs nearer to their early end.

    A draw above one is an end before s. All programs share one draw: where their rates differ, those that end less
    often end too soon.
    """
    taken = shocks.take(rows)
    rate = max((program.schedule.cliff_rate for program in policy.programs), default=0.0)
    return replace(taken, demand_z=taken.demand_z[:, s:], policy_u=taken.policy_u * np.exp(rate * DELTA * s))
