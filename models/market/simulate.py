"""The market loop: demand meets capacity, price clears with a lag, builders answer old prices.

One loop serves three runs: the no-shock plan, the world, and the home bloc in units of its share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.shocks import Shocks
from models.basis.timeline import HOURS, Array, empty_paths
from models.market.capacity import Capacity, Overcapacity, Pipeline, planned_stock
from models.market.clearing import Clearing, price_floors, spot_price_now
from models.market.demand import Demand, DemandPaths, log_reference_demand, simulate_demand
from models.market.localization import Localization, matched_share, matched_share_log
from models.market.long_run import Hardware, LongRun, long_run
from models.policy.effects import PolicyPaths, price_of_break_even_contract, simulate_policy
from models.policy.program import Policy

SCARCITY_CLIP = (0.5, 2.0)
ORDER_CLIP = (0.2, 2.5)
BACKLOG_KEPT = 0.9


@dataclass(frozen=True, eq=False)
class Setting:
    """Everything the market is made of; each part is a declared slice of the scenario."""

    hardware: Hardware
    demand: Demand
    overcapacity: Overcapacity
    pipeline: Pipeline
    capacity: Capacity
    clearing: Clearing
    localization: Localization
    policy: Policy
    contract_quarters: int


@dataclass(frozen=True, eq=False)
class Run:
    """One pass of the market loop; arrays (paths, quarters + 1) in units of the bloc's share.

    ``price`` USD/h, ``log_ratio`` log of price over long-run price, ``surplus`` stock beyond demand at the
    long-run price, ``stock`` and ``additions`` H100e, ``demand`` H100e at the long-run price, ``served_ratio``
    demand at the market price over usable capacity, ``retired`` and ``backlog`` H100e, ``is_bust`` 1 while builders
    stop ordering growth.
    """

    price: Array
    log_ratio: Array
    utilization: Array
    surplus: Array
    stock: Array
    additions: Array
    demand: Array
    served_ratio: Array
    retired: Array
    private: Array
    displaced: Array
    backlog: Array
    is_bust: Array


@dataclass(frozen=True, eq=False)
class MarketPaths:
    """What the assets of a scenario see. Arrays are (paths, quarters + 1) unless said otherwise.

    Attributes
    ----------
    price, utilization, surplus
        Of the home bloc: USD/H100e-hour, share, share.
    world, home : Run
        The two passes behind them; the same object when nothing tells them apart.
    demand_paths : DemandPaths
    curves : LongRun
        Deterministic curves (quarters + 1,).
    planned_additions, planned_price : (quarters + 1,)
        Additions (H100e) and price (USD/h) of the no-shock run.
    policy : PolicyPaths
        All programs, as they act on the world.
    support_price : float
        Break-even contract price, USD/h (P^eqv).
    bound_share : float
        Localized share of the home bloc after mandate and flexibility.
    scarcity_clipped : bool
        Whether today's price is beyond what scarcity explains.
    """

    price: Array
    log_ratio: Array
    utilization: Array
    surplus: Array
    world: Run
    home: Run
    demand_paths: DemandPaths
    curves: LongRun
    planned_additions: Array
    planned_price: Array
    policy: PolicyPaths
    support_price: float
    bound_share: float
    scarcity_clipped: bool

    @property
    def paths(self) -> int:
        """Number of paths."""
        return int(self.price.shape[0])

    @property
    def quarters(self) -> int:
        """Operating quarters."""
        return int(self.price.shape[1] - 1)

    @property
    def relative_demand(self) -> Array:
        """World demand over reference demand, (paths, quarters + 1)."""
        return np.asarray(self.world.demand / np.exp(self.demand_paths.log_reference))


@dataclass(frozen=True, eq=False)
class _Inputs:
    """What differs between the passes of the loop."""

    log_demand: Array
    new_demand: Array | None
    builds: Array | None
    displaced: Array | None
    bound_share: float
    plan: tuple[Array, Array] | None  # planned additions and log planned price over long-run price


def simulate_market(setting: Setting, shocks: Shocks) -> MarketPaths:
    """Run plan, world and home bloc on the given draws."""
    quarters = shocks.quarters
    curves = market_curves(setting, quarters)
    place = setting.localization
    demand = simulate_demand(setting.demand, curves, shocks)
    plan = _plan(setting, curves, demand, quarters)
    additions, price = plan.additions[0], plan.price[0]
    first, last = contract_window(setting)
    anchor = price_of_break_even_contract(
        curves.price_expected, curves.balance_utilization, setting.hardware.availability,
        setting.hardware.merchant_hurdle, first, last,
    )

    def effects(home_only: bool) -> PolicyPaths:
        return simulate_policy(
            setting.policy, setting.policy.home if home_only else setting.policy.active, shocks,
            unit_cost=curves.all_in_cost, planned_additions=additions, home_share=place.home_share,
            offtake_price=anchor, availability=setting.hardware.availability,
            elasticity=setting.clearing.demand_elasticity, diversion=setting.demand.diversion,
        )

    log_demand = demand.log_reference + demand.state + demand.efficiency
    targets = (additions, plan.log_ratio[0])
    programs, at_home = effects(home_only=False), effects(home_only=True)
    world = _loop(setting, curves, _inputs(log_demand, programs, 1.0, place.bound_share(), targets), shocks.paths)
    bound = place.bound_share(setting.policy.mandate if setting.policy.market_channel else 0.0)
    if bound == place.bound_share() and _same(programs, at_home, place.home_share):
        home = world
    else:
        home = _loop(setting, curves, _inputs(log_demand, at_home, place.home_share, bound, targets), shocks.paths)
    return _blend(setting, curves, demand, plan, world, home, programs, anchor, bound)


def contract_window(setting: Setting) -> tuple[int, int]:
    """First and last quarter of a contract signed at closing."""
    ramp = setting.hardware.ramp_quarters
    return ramp + 1, ramp + setting.contract_quarters


def market_curves(setting: Setting, quarters: int) -> LongRun:
    """Deterministic curves of a setting."""
    c = setting.clearing
    return long_run(
        setting.hardware, setting.localization.model_copy(update={"share": 0.0, "fragmentation": None, "home_share": 1.0}),
        c.balance_utilization, c.ceiling_utilization, setting.policy.building_cost, quarters,
    )


def _same(programs: PolicyPaths, at_home: PolicyPaths, share: float) -> bool:
    if not programs.is_active and not at_home.is_active:
        return True
    return share == 1.0 and np.array_equal(programs.builds, at_home.builds) and np.array_equal(programs.demand, at_home.demand)


def _inputs(
    log_demand: Array, programs: PolicyPaths, share: float, bound: float, plan: tuple[Array, Array]
) -> _Inputs:
    has_builds, has_demand = bool(programs.builds.any()), bool(programs.demand.any())
    return _Inputs(
        log_demand=log_demand,
        new_demand=programs.demand / share if has_demand else None,
        builds=programs.builds / share if has_builds else None,
        displaced=programs.displaced / share if has_builds else None,
        bound_share=bound,
        plan=plan,
    )


def _plan(setting: Setting, curves: LongRun, demand: DemandPaths, quarters: int) -> Run:
    """No-shock run: reference demand, no policy, no power limit, no order stop."""
    reference = demand.log_reference[None, :]
    inputs = _Inputs(reference, None, None, None, setting.localization.bound_share(), None)
    return _loop(setting, curves, inputs, 1)


def initial_scarcity(setting: Setting, curves: LongRun) -> tuple[float, bool]:
    """How many times demand exceeds the zero-profit stock today, and whether the clip binds."""
    c = setting.clearing
    floor = float(price_floors(c, setting.hardware, curves, 0)[0])
    ratio = float(np.clip(spot_price_now(c, curves) / curves.price[0], floor, c.price_cap))
    raw = ratio ** (1.0 / c.power)
    clipped = float(np.clip(raw, *SCARCITY_CLIP))
    return clipped, clipped != raw


def _loop(setting: Setting, curves: LongRun, inputs: _Inputs, paths: int) -> Run:
    """Appendix B of the model: one pass over the quarters, vectorized over paths."""
    quarters = inputs.log_demand.shape[1] - 1
    c, cap, place = setting.clearing, setting.capacity, setting.localization
    target, ceiling, eps, theta, power = c.balance_utilization, c.ceiling_utilization, c.demand_elasticity, c.price_speed, c.power
    error = place.scenario_error
    pool, local = place.pooled_sd(error), place.local_sd(error)
    bound = inputs.bound_share
    log_floor = np.log(price_floors(c, setting.hardware, curves, quarters))
    log_cap = np.log(c.price_cap)
    scarcity, _ = initial_scarcity(setting, curves)
    zero_profit = np.exp(log_reference_demand(setting.demand, curves, quarters)) / target
    planned = planned_stock(setting.overcapacity, zero_profit, scarcity)
    out = {name: empty_paths(paths, quarters) for name in Run.__dataclass_fields__}
    out["is_bust"][:] = 0.0
    stock = np.full(paths, planned[0])
    backlog = np.zeros(paths)
    log_ratio = np.full(paths, np.log(spot_price_now(c, curves) / curves.price[0]))
    busts = cap.bust_switch and inputs.plan is not None
    for t in range(quarters + 1):
        if t >= 2 and busts:
            is_hot = (out["surplus"][:, t - 1] > cap.bust_on) & (out["surplus"][:, t - 2] > cap.bust_on)
            going = (out["is_bust"][:, t - 1] > 0) | is_hot
            out["is_bust"][:, t] = going & ~(out["surplus"][:, t - 1] < cap.bust_off)
        additions = private = displaced = retired = np.zeros(paths)
        if t > 0:
            keep = _kept_share(setting, curves, out, t)
            retired = stock - keep * stock
            if inputs.plan is None:
                additions = private = np.maximum(0.0, planned[t] - keep * stock)
            else:
                orders = _orders(setting, inputs.plan, out, stock, t)
                private, displaced = orders, np.zeros(paths)
                want = orders + backlog
                if inputs.builds is not None and inputs.displaced is not None:
                    private = np.maximum(orders - inputs.displaced[:, t], 0.0)
                    displaced = orders - private
                    want = private + inputs.builds[:, t] + backlog
                additions = want
                if cap.power_cap is not None:
                    additions = np.minimum(want, cap.power_cap * 1e6 / curves.power_kw[t])
                    backlog = BACKLOG_KEPT * (want - additions)
            stock = keep * stock + additions
        log_demand = inputs.log_demand[:, t]
        if inputs.new_demand is not None:
            log_demand = np.log(np.exp(log_demand) + inputs.new_demand[:, t])
        log_stock = np.log(stock)
        tightness = log_demand - log_stock - np.log(target)
        if t > 0:
            clearing = np.clip(power * tightness, log_floor[t], log_cap)
            log_ratio = (1.0 - theta) * log_ratio + theta * clearing
        log_x = log_demand - eps * log_ratio - log_stock - np.log(ceiling)
        x = np.exp(log_x)
        matched = matched_share_log(log_x, x, pool)
        if bound > 0 and local != pool:
            matched = (1.0 - bound) * matched + bound * matched_share_log(log_x, x, local)
        out["price"][:, t] = np.exp(log_ratio) * curves.price[t]
        out["log_ratio"][:, t] = log_ratio
        out["utilization"][:, t] = ceiling * matched
        out["surplus"][:, t] = np.exp(-tightness) - 1.0
        out["demand"][:, t] = np.exp(log_demand)
        out["served_ratio"][:, t] = x
        for name, value in (
            ("stock", stock), ("additions", additions), ("retired", retired), ("private", private),
            ("displaced", displaced), ("backlog", backlog),
        ):
            out[name][:, t] = value
    return Run(**out)


def _kept_share(setting: Setting, curves: LongRun, out: dict[str, Array], t: int) -> Array:
    """Share of the stock that survives the quarter: wear, and retirement when old machines do not earn their cost."""
    a = setting.hardware.availability
    earning = a * out["utilization"][:, t - 1] * out["price"][:, t - 1] / curves.old_cash_cost[t - 1]
    economic = setting.capacity.economic_retirement * np.maximum(0.0, 1.0 - earning)
    return np.asarray(1.0 - setting.capacity.retirement - economic)


def _orders(setting: Setting, plan: tuple[Array, Array], out: dict[str, Array], stock: Array, t: int) -> Array:
    """Private deliveries of quarter t: orders placed a lag ago, at the prices of that time."""
    planned, planned_log_ratio = plan
    total = np.zeros(len(stock))
    for share, lag, response in setting.pipeline.builders:
        base = share * planned[t]
        if t <= lag:  # committed before today
            total += base
            continue
        if response == 0.0:
            order = np.full(len(stock), base)
        else:
            answer = np.exp(response * (out["log_ratio"][:, t - lag] - planned_log_ratio[t - lag]))
            order = base * np.clip(answer, *ORDER_CLIP)
        if setting.capacity.bust_switch:
            replacement = share * setting.capacity.retirement * stock
            order = np.where(out["is_bust"][:, t - lag] > 0, np.minimum(order, replacement), order)
        total += order
    return total


def _blend(
    setting: Setting, curves: LongRun, demand: DemandPaths, plan: Run, world: Run, home: Run, programs: PolicyPaths,
    anchor: float, bound: float,
) -> MarketPaths:
    """Home prices: geometric mean of world and local, weighted by the localized share."""
    price, log_ratio, surplus, utilization = world.price, world.log_ratio, world.surplus, world.utilization
    if home is not world:
        place = setting.localization
        error = place.scenario_error
        log_ratio = world.log_ratio + bound * (home.log_ratio - world.log_ratio)
        price = np.exp(log_ratio) * curves.price[: price.shape[1]]
        surplus = np.exp((1.0 - bound) * np.log1p(world.surplus) + bound * np.log1p(home.surplus)) - 1.0
        utilization = setting.clearing.ceiling_utilization * (
            (1.0 - bound) * matched_share(world.served_ratio, place.pooled_sd(error))
            + bound * matched_share(home.served_ratio, place.local_sd(error))
        )
    return MarketPaths(
        price=price, log_ratio=log_ratio, utilization=utilization, surplus=surplus, world=world, home=home,
        demand_paths=demand, curves=curves, planned_additions=plan.additions[0], planned_price=plan.price[0],
        policy=programs, support_price=anchor, bound_share=bound,
        scarcity_clipped=initial_scarcity(setting, curves)[1],
    )


def idle_capital_share(market: MarketPaths, target: float) -> Array:
    """Largest idle capital over all capital put in, per path: the cost of the glut, shape (paths,)."""
    run, cost = market.world, market.curves.hardware_cost
    idle = cost * np.maximum(0.0, run.stock - run.demand / target)
    spent = cost[0] * run.stock[:, :1] + np.cumsum((cost * run.additions)[:, 1:], axis=1)
    return np.asarray((idle[:, 1:] / spent).max(axis=1))


def idle_cost(market: MarketPaths, target: float) -> Array:
    """Running cost of idle machines over the horizon, USD, shape (paths,)."""
    run = market.world
    return np.asarray((HOURS * market.curves.old_cash_cost * np.maximum(0.0, run.stock - run.demand / target)).sum(axis=1))

