"""The market loop: demand meets capacity, price clears with a lag, builders answer old prices.

One loop serves three runs: the no-shock plan, the world, and the home bloc in units of its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.compiled import over_paths, time_major
from models.basis.shocks import Shocks
from models.basis.timeline import HOURS, Array
from models.market.capacity import Capacity, Overcapacity, Pipeline, planned_stock, power_limit
from models.market.clearing import Clearing, price_floors, spot_price_now
from models.market.demand import Demand, DemandPaths, log_reference_demand, simulate_demand
from models.market.export import ExportControl, ExportPaths, simulate_export
from models.market.kernel import Curves, Mismatch, Rules, Run, market_loop
from models.market.localization import Localization, matched_share, matched_slope
from models.market.long_run import Hardware, LongRun, long_run
from models.market.regime import Regime
from models.policy.effects import PolicyPaths, ProgramMarket, price_of_break_even_contract, simulate_policy
from models.policy.program import Policy

SCARCITY_CLIP = (0.5, 2.0)


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
    regime: Regime
    export: ExportControl
    contract_quarters: int


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
    export : ExportPaths or None
        Export controls, where they can come.
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
    export: ExportPaths | None

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
    deliveries: Array | None  # factor on what is delivered, under export controls
    plan: tuple[Array, Array] | None  # planned additions and log planned price over long-run price


def simulate_market(setting: Setting, shocks: Shocks) -> MarketPaths:
    """Run plan, world and home bloc on the given draws."""
    quarters = shocks.quarters
    curves = market_curves(setting, quarters)
    place = setting.localization
    demand = simulate_demand(setting.demand, setting.regime, curves, shocks)
    plan = _plan(setting, curves, demand, quarters)
    additions = plan.additions[0]
    first, last = contract_window(setting)
    anchor = price_of_break_even_contract(
        curves.price_expected, curves.balance_utilization, setting.hardware.availability,
        setting.hardware.merchant_hurdle, first, last,
    )

    meets = program_market(setting, curves, additions, anchor)
    programs = simulate_policy(setting.policy, setting.policy.active, shocks, meets)
    at_home = simulate_policy(setting.policy, setting.policy.home, shocks, meets)
    log_demand = demand.log_reference + demand.state + demand.efficiency
    targets = (additions, plan.log_ratio[0])
    export = simulate_export(setting.export, shocks)
    abroad = None if export is None else export.world
    base = place.bound_share()
    world = _loop(setting, curves, _inputs(log_demand, programs, 1.0, base, abroad, targets), shocks.paths)
    bound = place.bound_share(setting.policy.mandate if setting.policy.market_channel else 0.0)
    is_global = export is None or place.home_share == 1.0
    if bound == base and is_global and _same(programs, at_home, place.home_share):
        home = world
    else:
        factor = abroad if is_global or export is None else export.home
        inputs = _inputs(log_demand, at_home, place.home_share, bound, factor, targets)
        home = _loop(setting, curves, inputs, shocks.paths)
    return _blend(setting, curves, demand, plan, world, home, programs, anchor, bound, export)


def program_market(setting: Setting, curves: LongRun, additions: Array, offtake_price: float) -> ProgramMarket:
    """What programs meet in this setting; ``additions`` planned (quarters + 1,), H100e."""
    return ProgramMarket(
        curves.all_in_cost, additions, setting.localization.home_share, offtake_price, setting.hardware.availability,
        setting.clearing.demand_elasticity, setting.demand.diversion,
    )


def contract_window(setting: Setting) -> tuple[int, int]:
    """First and last quarter of a contract signed at closing."""
    ramp = setting.hardware.ramp_quarters
    return ramp + 1, ramp + setting.contract_quarters


def market_curves(setting: Setting, quarters: int) -> LongRun:
    """Deterministic curves of a setting."""
    c = setting.clearing
    return long_run(
        setting.hardware,
        setting.localization.derived(share=0.0, fragmentation=None, home_share=1.0),
        c.balance_utilization,
        c.ceiling_utilization,
        setting.policy.building_cost,
        quarters,
    )


def _same(programs: PolicyPaths, at_home: PolicyPaths, share: float) -> bool:
    if not programs.is_active and not at_home.is_active:
        return True
    return (
        share == 1.0
        and np.array_equal(programs.builds, at_home.builds)
        and np.array_equal(programs.demand, at_home.demand)
    )


def _inputs(
    log_demand: Array, programs: PolicyPaths, share: float, bound: float, deliveries: Array | None,
    plan: tuple[Array, Array],
) -> _Inputs:
    has_builds, has_demand = bool(programs.builds.any()), bool(programs.demand.any())
    return _Inputs(
        log_demand=log_demand,
        new_demand=programs.demand / share if has_demand else None,
        builds=programs.builds / share if has_builds else None,
        displaced=programs.displaced / share if has_builds else None,
        bound_share=bound,
        deliveries=deliveries,
        plan=plan,
    )


def _plan(setting: Setting, curves: LongRun, demand: DemandPaths, quarters: int) -> Run:
    """No-shock run: reference demand, no policy, no power limit, no order stop."""
    reference = demand.log_reference[None, :]
    inputs = _Inputs(reference, None, None, None, setting.localization.bound_share(), None, None)
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
    """One pass over the quarters, all paths."""
    quarters = inputs.log_demand.shape[1] - 1
    clearing, capacity, place = setting.clearing, setting.capacity, setting.localization
    scarcity, _ = initial_scarcity(setting, curves)
    zero_profit = np.exp(log_reference_demand(setting.demand, curves, quarters)) / clearing.balance_utilization
    shares, lags, responses = zip(*setting.pipeline.builders, strict=True)
    nothing = np.zeros(quarters + 1)
    additions, log_ratio = (nothing, nothing) if inputs.plan is None else inputs.plan
    power = np.full(quarters + 1, np.inf) if inputs.plan is None else power_limit(capacity, quarters)
    limit = power * 1e6 / curves.power_kw
    rules = Rules(
        shares=np.array(shares),
        lags=np.array(lags),
        responses=np.array(responses),
        retirement=capacity.retirement,
        economic=capacity.economic_retirement,
        availability=setting.hardware.availability,
        bust_switch=capacity.bust_switch,
        bust_on=capacity.bust_on,
        bust_off=capacity.bust_off,
        target=clearing.balance_utilization,
        ceiling=clearing.ceiling_utilization,
        elasticity=clearing.demand_elasticity,
        speed=clearing.price_speed,
        power=clearing.power,
        log_target=float(np.log(clearing.balance_utilization)),
        log_ceiling=float(np.log(clearing.ceiling_utilization)),
        log_cap=float(np.log(clearing.price_cap)),
        log_start=float(np.log(spot_price_now(clearing, curves) / curves.price[0])),
        bound=inputs.bound_share,
        is_plan=inputs.plan is None,
    )
    lines = Curves(
        stock=planned_stock(setting.overcapacity, zero_profit, scarcity), additions=additions, log_ratio=log_ratio,
        power_limit=limit, price=curves.price[: quarters + 1].copy(), old_cash=curves.old_cash_cost,
        log_floor=np.log(price_floors(clearing, setting.hardware, curves, quarters)),
    )
    out = Run(*(np.empty((quarters + 1, paths)) for _ in Run._fields))
    over_paths(
        market_loop,
        paths,
        rules,
        lines,
        mismatch_table(place.pooled_sd(place.scenario_error), place.local_sd(place.scenario_error)),
        time_major(inputs.log_demand),
        _columns(inputs.new_demand, quarters),
        _columns(inputs.builds, quarters),
        _columns(inputs.displaced, quarters), _columns(inputs.deliveries, quarters),
        out,
    )
    return Run(*(array.T for array in out))


@lru_cache(maxsize=32)
def mismatch_table(pool: float, local: float) -> Mismatch:
    """Table of the matched share for two spreads; eight spreads wide and at least 32 knots a spread."""
    reach = 8.0 * max(pool, local, 0.02)
    knots = int(min(max(2.0 * reach * 48.0 / max(min(pool, local), 0.02), 1_024), 32_768))
    grid = np.linspace(-reach, reach, knots)
    ratio = np.exp(grid)
    none = np.zeros(0)
    pairs = [
        (matched_share(ratio, sd), matched_slope(ratio, sd)) if sd >= 1e-8 else (none, none) for sd in (pool, local)
    ]
    return Mismatch(float(grid[0]), float(grid[1] - grid[0]), *pairs[0], *pairs[1])


def _columns(array: Array | None, quarters: int) -> Array:
    """Time-major copy for the compiled loop; no columns where there is nothing."""
    return np.zeros((quarters + 1, 0)) if array is None else time_major(array)


def _blend(
    setting: Setting, curves: LongRun, demand: DemandPaths, plan: Run, world: Run, home: Run, programs: PolicyPaths,
    anchor: float, bound: float, export: ExportPaths | None,
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
        scarcity_clipped=initial_scarcity(setting, curves)[1], export=export,
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
    return np.asarray(
        (HOURS * market.curves.old_cash_cost * np.maximum(0.0, run.stock - run.demand / target)).sum(axis=1)
    )
