"""Demand for compute: a reference path in spending terms, and shocks around it that never move its mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.assumption import Assumptions, assumption, yearly
from models.basis.shocks import Shocks
from models.basis.store import Store
from models.basis.timeline import DELTA, Array, years, zero_paths
from models.basis.yearly import Years, integral
from models.market.long_run import LongRun
from models.market.regime import Regime, simulate_regime

FORESIGHT = 20
"""Quarters over which a buyer of a company averages what is left of a passing deviation."""


class Demand(Assumptions):
    """How much compute is wanted, how fast that grows and how unsure it is."""

    stock_now: float = assumption(
        35.4e6, unit="H100e", low=18.0e6, high=72.0e6, step=0.2e6, symbol="B_0",
        label="Demand today", source="hardware_suppliers-007",
        help="Compute wanted today at the long-run price; first-year supplier revenue is then $394bn, fiscal 2027.",
    )
    growth_now: float = assumption(
        0.40, unit="log per year", low=0.0, high=0.8, step=0.02, symbol="g$_0", status="assumption",
        label="Demand growth now", source="hardware_suppliers-005",
        help="Yearly growth of spending on compute today.",
    )
    growth_long_run: float = assumption(
        0.07, unit="log per year", low=0.0, high=0.12, step=0.005, symbol="g$_∞", status="assumption",
        label="Demand growth, long run", source="judgment",
        help="Yearly growth of spending that today's growth fades to.",
    )
    growth_fade: float = assumption(
        0.40, unit="fade per year", low=0.1, high=1.0, step=0.02, symbol="κ", status="assumption",
        label="Fade of demand growth", source="judgment",
        help="How much of the gap to long-run growth is gone after a year; 33% halves it in 1.7 years.",
    )
    growth_by_year: Years | None = yearly(
        unit="log per year", low=-0.5, high=1.0, symbol="g$_y", label="Demand growth by year",
        none="fades from growth now to growth in the long run", replaces=("growth_now", "growth_fade"),
        help="Growth of spending on compute in each of the next ten years; the long-run rate follows.",
    )
    volatility: float = assumption(
        0.22, unit="per sqrt year", low=0.0, high=0.5, step=0.01, symbol="σ", status="assumption",
        label="Demand volatility", source="gpu_rental_prices-078",
        help="Volatility of the slow cycle of sentiment and adoption around the reference path.",
    )
    memory_years: float = assumption(
        3.0, unit="years", low=1.0, high=6.0, step=0.25, symbol="half-life of X", status="assumption",
        label="Memory of the demand cycle", source="judgment",
        help="Half-life of a deviation of demand from its reference path.",
    )
    bust_rate: float = assumption(
        0.08, unit="events per year", low=0.0, high=0.3, step=0.01, symbol="λ", status="assumption",
        label="Demand bust rate", source="judgment",
        help="Chance that a sudden demand bust strikes within a year.",
    )
    bust_size: float = assumption(
        0.35, unit="share", low=0.0, high=0.7, step=0.05, symbol="J", status="assumption",
        label="Demand bust size", source="judgment",
        help="Share of demand lost when a bust strikes.",
    )
    bust_permanent: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="π", status="assumption",
        label="Permanent part of a bust", source="judgment",
        help="Share of a bust that never comes back.",
    )
    bust_half_life: float = assumption(
        2.0, unit="years", low=1.0, high=4.0, step=0.25, symbol="half-life of Y", status="assumption",
        label="Recovery from a bust", source="judgment",
        help="Half-life of the temporary part of a bust.",
    )
    efficiency_factor: float = assumption(
        1.0, unit="x", low=1.0, high=8.0, step=0.25, symbol="exp(e)", status="assumption",
        label="Efficiency surprise", source="s3_efficiency",
        help="One-off gain in work done per unit of compute, above the trend already inside demand growth.",
    )
    efficiency_quarter: int = assumption(
        0, unit="quarter", low=0, high=40, step=1, symbol="q_e", status="assumption",
        label="Quarter of the efficiency surprise", source="judgment",
        help="First quarter in which the efficiency surprise acts.",
    )
    rebound: float = assumption(
        0.8, unit="elasticity", low=0.3, high=1.5, step=0.05, symbol="ε_R", status="assumption",
        label="Rebound", source="s3_efficiency",
        help="How far cheaper work creates more work: below 1 efficiency destroys demand, above 1 it adds to it.",
    )
    diversion: float = assumption(
        0.40, unit="share", low=0.0, high=1.0, step=0.05, symbol="d", status="assumption",
        label="Diversion of public purchases", source="judgment",
        help="Share of publicly bought compute that replaces private purchases.",
    )


@dataclass(frozen=True, eq=False)
class DemandPaths:
    """Demand before public purchases.

    Attributes
    ----------
    log_reference : (quarters + 1,)
        Log of reference demand, H100e at the long-run price.
    state : (paths, quarters + 1)
        Compensated log deviation X + Y + Q - comp (the demand state D^s).
    efficiency : (quarters + 1,)
        Log effect of an efficiency surprise on demand.
    gain : (quarters + 1,)
        Log of the surprise itself: work done per unit of compute over its trend.
    permanent : (paths, quarters + 1)
        Uncompensated permanent losses Q.
    sustained : (paths, quarters + 1)
        The state with cycle and temporary losses replaced by what is left of them on average over the next five years;
        compensated too. What a buyer of a company sees through a good or a bad year.
    """

    log_reference: Array
    state: Array
    efficiency: Array
    gain: Array
    permanent: Array
    sustained: Array


def log_growth(demand: Demand, t: Array) -> Array:
    """Cumulative log growth of spending after ``t`` years: as given by year, or a rate that decays (closed form)."""
    if demand.growth_by_year is not None:
        return integral(demand.growth_by_year, demand.growth_long_run, t)
    return cumulative_growth(demand.growth_now, demand.growth_long_run, demand.growth_fade, t)


def cumulative_growth(now: float, long_run: float, fade: float, t: Array) -> Array:
    """Integral of long_run + (now - long_run) exp(-fade t), same shape as ``t`` (years)."""
    return np.asarray(long_run * t + (now - long_run) * -np.expm1(-fade * t) / fade)


def log_reference_demand(demand: Demand, curves: LongRun, quarters: int) -> Array:
    """Log reference demand, H100e, shape (quarters + 1,): spending follows growth, so volume gains what cost loses."""
    return np.asarray(
        np.log(demand.stock_now) + log_growth(demand, years(quarters)) - np.log(curves.index[: quarters + 1])
    )


def simulate_demand(demand: Demand, regime: Regime, curves: LongRun, shocks: Shocks) -> DemandPaths:
    """Draw demand around its reference path; E[exp(state)] = 1 in every quarter, busts included."""
    quarters = shocks.quarters
    if regime.is_on:
        state, permanent, sustained = _deviation(demand.derived(bust_rate=0.0), shocks)
        drift = simulate_regime(regime, shocks)
        state, sustained = state + drift, sustained + drift
    else:
        state, permanent, sustained = _deviation(demand, shocks)
    e = np.where(np.arange(quarters + 1) >= demand.efficiency_quarter, np.log(demand.efficiency_factor), 0.0)
    return DemandPaths(
        log_reference=log_reference_demand(demand, curves, quarters),
        state=state,
        efficiency=-(1.0 - demand.rebound) * e,
        gain=e,
        permanent=permanent,
        sustained=sustained,
    )


def average_left(half_life: float) -> float:
    """What is left of a passing deviation on average over the next five years, from its half-life in years."""
    return float(np.mean(2.0 ** (-DELTA * np.arange(1, FORESIGHT + 1) / half_life)))


def compensator(demand: Demand, quarters: int, cycle_left: float = 1.0, bust_left: float = 1.0) -> Array:
    """Log mean of exp(X + Y + Q), shape (quarters + 1,): what is subtracted so that shocks are fair.

    ``cycle_left`` and ``bust_left`` are the parts of the cycle X and of temporary losses Y that count.
    """
    phi = 2.0 ** (-DELTA / demand.memory_years)
    t = np.arange(quarters + 1)
    variance = (cycle_left * demand.volatility) ** 2 * DELTA * (1.0 - phi ** (2 * t)) / (1.0 - phi**2)
    chance, log_loss = _bust_chance(demand), np.log1p(-demand.bust_size)
    left = demand.bust_permanent + bust_left * (1.0 - demand.bust_permanent) * 2.0 ** (
        -np.arange(quarters) * DELTA / demand.bust_half_life
    )
    jumps = np.concatenate([[0.0], np.cumsum(np.log(1.0 - chance + chance * np.exp(log_loss * left)))])
    return np.asarray(0.5 * variance + jumps)


def _bust_chance(demand: Demand) -> float:
    return float(-np.expm1(-demand.bust_rate * DELTA))


# Most sliders leave the deviation alone, so the last one is kept as long as its draws live.
_last: Store[tuple[Array, Array, Array]] = Store(1)


def _deviation(demand: Demand, shocks: Shocks) -> tuple[Array, Array, Array]:
    """State, permanent losses and sustained state of the draws."""
    key = (
        demand.volatility, demand.memory_years, demand.bust_rate, demand.bust_size, demand.bust_permanent,
        demand.bust_half_life,
    )
    return _last.beside(shocks).get(key, lambda: _simulate_deviation(demand, shocks))


def _simulate_deviation(demand: Demand, shocks: Shocks) -> tuple[Array, Array, Array]:
    quarters = shocks.quarters
    jumps = _bust_marks(demand, shocks) * np.log1p(-demand.bust_size)
    cycle, temporary, lasting = (zero_paths(shocks.paths, quarters) for _ in range(3))
    phi = 2.0 ** (-DELTA / demand.memory_years)
    decay = 2.0 ** (-DELTA / demand.bust_half_life)
    scale = demand.volatility * np.sqrt(DELTA)
    for t in range(1, quarters + 1):
        cycle[:, t] = phi * cycle[:, t - 1] + scale * shocks.demand_z[:, t]
        temporary[:, t] = decay * temporary[:, t - 1] + (1.0 - demand.bust_permanent) * jumps[:, t]
        lasting[:, t] = lasting[:, t - 1] + demand.bust_permanent * jumps[:, t]
    state = cycle + temporary + lasting - compensator(demand, quarters)
    seen = average_left(demand.memory_years), average_left(demand.bust_half_life)
    sustained = seen[0] * cycle + seen[1] * temporary + lasting - compensator(demand, quarters, *seen)
    state.flags.writeable = lasting.flags.writeable = sustained.flags.writeable = False
    return state, lasting, sustained


def _bust_marks(demand: Demand, shocks: Shocks) -> Array:
    """1 in the quarter of a bust, shape (paths, quarters + 1): geometric waiting times between busts."""
    marks = zero_paths(shocks.paths, shocks.quarters)
    chance = _bust_chance(demand)
    if chance == 0.0:
        return marks
    waits = np.floor(np.log1p(-shocks.jump_gap_u) / np.log1p(-chance)) + 1.0
    when = np.cumsum(waits, axis=1)
    rows, order = np.nonzero(when <= shocks.quarters)
    marks[rows, when[rows, order].astype(np.int64)] = 1.0
    return marks
