"""The market loop: demand meets capacity, price clears with a lag, builders answer old prices.

One loop serves three runs: the no-shock plan, the world, and the home bloc in units of its share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from models.basis.compiled import over_paths, time_major
from models.basis.shocks import Shocks
from models.basis.timeline import HOURS, Array
from models.market.capacity import (
    Capacity,
    Overcapacity,
    Pipeline,
    planned_stock,
    power_limit,
    supply_start,
)
from models.market.clearing import Clearing, price_floors, spot_price_now
from models.market.demand import Demand, DemandPaths, log_reference_demand, simulate_demand
from models.market.export import ExportControl, ExportPaths, simulate_export
from models.market.kernel import Curves, Mismatch, Rules, Run, market_loop
from models.market.localization import Localization, matched_share, matched_slope
from models.market.long_run import Hardware, LongRun, long_run
from models.market.regime import Regime
from models.policy.effects import PolicyPaths, ProgramMarket, price_of_break_even_contract, simulate_policy
from models.policy.program import Policy

DRAWS = ("demand_z", "jump_gap_u", "regime_u", "policy_u", "export_u")
"""Fields of `Shocks` that it reads."""
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
    planned_additions, planned_stock, planned_price : (quarters + 1,)
        Additions and stock (H100e) and price (USD/h) of the no-shock run.
    foreseen : (quarters + 1,)
        Additions (H100e) of the no-shock run without a planned glut, for which suppliers are ready.
    policy : PolicyPaths
        All programs, as they act on the world.
    support_price : float
        Break-even contract price, USD/h (P^eqv).
    bound_share : float
        Localized share of the home bloc after mandate and flexibility.
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
    planned_stock: Array
    planned_price: Array
    foreseen: Array
    policy: PolicyPaths
    support_price: float
    bound_share: float
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
        """World demand over reference demand, (paths, quarters + 1), without what programs buy.

        What multiples and stories read: a company is not worth more for each customer because a state buys compute.
        """
        return np.asarray(np.exp(self.demand_paths.state + self.demand_paths.efficiency))


def simulate_market(setting: Setting, shocks: Shocks) -> MarketPaths:
    """Run plan, world and home bloc on the given draws."""
    quarters = shocks.quarters
    curves = market_curves(setting, quarters)
    place = setting.localization
    demand = simulate_demand(setting.demand, setting.regime, curves, shocks)
    base = place.bound_share()
    plan = _loop(setting, curves, 1, demand.log_reference[None, :], base)
    additions = plan.additions[0]
    first, last = contract_window(setting)
    anchor = price_of_break_even_contract(
        curves.price_expected, curves.balance_utilization, setting.hardware.availability,
        setting.hardware.merchant_hurdle, first, last,
    )
    meets = program_market(setting, curves, additions, plan.stock[0], anchor)
    programs = simulate_policy(setting.policy, setting.policy.active, shocks, meets)
    at_home = simulate_policy(setting.policy, setting.policy.home, shocks, meets)
    log_demand = demand.log_reference + demand.state + demand.efficiency
    foreseen = _foreseen(setting, curves, demand, plan)
    targets = (additions, plan.log_ratio[0], foreseen)
    export = simulate_export(setting.export, shocks)
    abroad = None if export is None else export.world
    world = _loop(setting, curves, shocks.paths, log_demand, base, _met(programs, 1.0, abroad), targets)
    bound = place.bound_share(setting.policy.mandate if setting.policy.market_channel else 0.0)
    is_global = export is None or place.home_share == 1.0
    if bound == base and is_global and _same(programs, at_home, place.home_share):
        home = world
    else:
        factor = abroad if is_global or export is None else export.home
        met = _met(at_home, place.home_share, factor)
        home = _loop(setting, curves, shocks.paths, log_demand, bound, met, targets)
    return MarketPaths(
        **_blend(setting, curves, world, home, bound), world=world, home=home, demand_paths=demand, curves=curves,
        planned_additions=additions, planned_stock=plan.stock[0], planned_price=plan.price[0], foreseen=foreseen,
        policy=programs, support_price=anchor, bound_share=bound, export=export,
    )


def programs_met(setting: Setting, market: MarketPaths) -> ProgramMarket:
    """What programs meet in a market that was simulated."""
    return program_market(
        setting, market.curves, market.planned_additions, market.planned_stock, market.support_price
    )


def program_market(
    setting: Setting, curves: LongRun, additions: Array, stock: Array, offtake_price: float
) -> ProgramMarket:
    """What programs meet in this setting; ``additions`` and ``stock`` planned (quarters + 1,), H100e."""
    return ProgramMarket(
        curves.all_in_cost, additions, stock, setting.localization.home_share, offtake_price,
        setting.hardware.availability,
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


def _met(programs: PolicyPaths, share: float, deliveries: Array | None) -> tuple[Array | None, ...]:
    """New demand, builds, displaced builds in units of the bloc's share, and the factor on deliveries, where any."""
    builds = programs.builds.any()
    return (
        programs.demand / share if programs.demand.any() else None,
        programs.builds / share if builds else None,
        programs.displaced / share if builds else None,
        deliveries,
    )


def initial_scarcity(setting: Setting, curves: LongRun) -> tuple[float, bool]:
    """How many times demand exceeds the zero-profit stock today, and whether the clip binds."""
    c = setting.clearing
    floor = float(price_floors(c, setting.hardware, curves, 0)[0])
    ratio = float(np.clip(spot_price_now(c, curves) / curves.price[0], floor, c.price_cap))
    raw = ratio ** (1.0 / c.power)
    clipped = float(np.clip(raw, *SCARCITY_CLIP))
    return clipped, clipped != raw


def _foreseen(setting: Setting, curves: LongRun, demand: DemandPaths, plan: Run) -> Array:
    """Additions of the plan were no glut planned, (quarters + 1,), H100e: suppliers see these coming.

    In the first quarter, which is today's pace, at least what wears out: who sells little today is not shut for good.
    """
    if setting.overcapacity != Overcapacity():
        modest = replace(setting, overcapacity=Overcapacity())
        plan = _loop(modest, curves, 1, demand.log_reference[None, :], setting.localization.bound_share())
    foreseen = np.array(plan.additions[0])
    foreseen[1] = max(foreseen[1], setting.capacity.retirement * plan.stock[0, 0])
    return foreseen


def _loop(
    setting: Setting, curves: LongRun, paths: int, log_demand: Array, bound: float,
    met: tuple[Array | None, ...] = (None,) * 4, plan: tuple[Array, Array, Array] | None = None,
) -> Run:
    """One pass over the quarters, all paths.

    ``met`` as `_met` gives it; ``plan`` planned additions, log of planned over long-run price and what suppliers
    foresee, (quarters + 1,). Without one the pass is the plan itself: reference demand, no policy, no order stop, no
    limit of power or supply.
    """
    quarters = log_demand.shape[1] - 1
    clearing, capacity, place = setting.clearing, setting.capacity, setting.localization
    scarcity, _ = initial_scarcity(setting, curves)
    zero_profit = np.exp(log_reference_demand(setting.demand, curves, quarters)) / clearing.balance_utilization
    shares, lags, responses = zip(*setting.pipeline.builders, strict=True)
    nothing = np.zeros(quarters + 1)
    additions, log_ratio, foreseen = plan or (nothing, nothing, np.full(quarters + 1, np.inf))
    power = np.full(quarters + 1, np.inf) if plan is None else power_limit(capacity, quarters)
    limit = power * 1e6 / curves.power_kw
    supply, rise = supply_start(capacity, float(foreseen[1]))
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
        supply=supply,
        supply_rise=rise,
        target=clearing.balance_utilization,
        ceiling=clearing.ceiling_utilization,
        elasticity=clearing.demand_elasticity,
        speed=clearing.price_speed,
        power=clearing.power,
        log_target=float(np.log(clearing.balance_utilization)),
        log_ceiling=float(np.log(clearing.ceiling_utilization)),
        log_cap=float(np.log(clearing.price_cap)),
        log_start=float(np.log(spot_price_now(clearing, curves) / curves.price[0])),
        bound=bound,
        is_plan=plan is None,
    )
    lines = Curves(
        stock=planned_stock(setting.overcapacity, zero_profit, scarcity), additions=additions, log_ratio=log_ratio,
        foreseen=foreseen, power_limit=limit, price=curves.price[: quarters + 1].copy(), old_cash=curves.old_cash_cost,
        log_floor=np.log(price_floors(clearing, setting.hardware, curves, quarters)),
    )
    out = Run(*(np.empty((quarters + 1, paths)) for _ in Run._fields))
    table = mismatch_table(place.pooled_sd(place.scenario_error), place.local_sd(place.scenario_error))
    columns = (np.zeros((quarters + 1, 0)) if line is None else time_major(line) for line in met)
    over_paths(market_loop, paths, rules, lines, table, time_major(log_demand), *columns, out)
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


def _blend(setting: Setting, curves: LongRun, world: Run, home: Run, bound: float) -> dict[str, Array]:
    """What home assets see: geometric mean of world and local price, weighted by the localized share."""
    if home is world:
        return {name: getattr(world, name) for name in ("price", "log_ratio", "surplus", "utilization")}
    place = setting.localization
    error = place.scenario_error
    log_ratio = world.log_ratio + bound * (home.log_ratio - world.log_ratio)
    return {
        "price": np.exp(log_ratio) * curves.price[: log_ratio.shape[1]],
        "log_ratio": log_ratio,
        "surplus": np.exp((1.0 - bound) * np.log1p(world.surplus) + bound * np.log1p(home.surplus)) - 1.0,
        "utilization": setting.clearing.ceiling_utilization * (
            (1.0 - bound) * matched_share(world.served_ratio, place.pooled_sd(error))
            + bound * matched_share(home.served_ratio, place.local_sd(error))
        ),
    }


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
