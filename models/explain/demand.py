"""Demand as a number with reasons: the reference path, the deviation of one future, efficiency, public purchases."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import years
from models.explain.equation import Equation
from models.explain.prices import place, run_of
from models.explain.registry import Reader, Spec, at, explains, intensity_of
from models.market.demand import compensator, log_growth

_CYCLE = ("demand.volatility", "demand.memory_years")
_BUST = ("demand.bust_rate", "demand.bust_size", "demand.bust_permanent")
_REGIME = ("regime.boom_drift", "regime.bust_drift", "regime.bust_rate", "regime.boom_rate")
_DUST = 1e-9  # of demand: rounding, not purchases


@explains("market.demand{run}.{path}.{t}")
def demand(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Compute wanted at the long-run price."""
    value = reader.pick(run_of(reader, run).demand, path, t)
    public = value - _private(reader, path, t)
    parts = [f"market.private_demand.{path}.{t}"]
    if abs(public) > _DUST * value:
        parts.append(f"market.public_demand{run}.{path}.{t}")
    unit = "H100e per unit of the bloc's share" if run and reader.scenario.localization.home_share < 1 else "H100e"
    return Spec(
        f"Demand at the long-run price, {place(run)}, quarter {t}, {reader.whose(path)}", value, unit,
        "What is wanted without programs, and what programs buy beyond what they replace.", "B", tuple(parts), "sum",
    )


def _private(reader: Reader, path: str, t: int) -> float:
    paths = reader.market.demand_paths
    log = paths.log_reference[t] + reader.pick(paths.state, path, t) + paths.efficiency[t]
    return float(np.exp(log))


@explains("market.private_demand.{path}.{t}")
def private_demand(reader: Reader, path: str, t: int) -> Equation:
    """Demand without programs."""
    parts = [f"market.reference_demand.{t}", f"market.demand_shock.{path}.{t}"]
    if reader.market.demand_paths.efficiency[t] != 0.0:
        parts.append(f"market.efficiency.{t}")
    return Spec(
        f"Demand without programs, quarter {t}, {reader.whose(path)}", _private(reader, path, t), "H100e",
        "Reference path times the deviation of this future.", "B_ref·exp(X+Y+Q−comp)", tuple(parts), "product",
    )


@explains("market.public_demand{run}.{path}.{t}")
def public_demand(reader: Reader, run: str, path: str, t: int) -> Equation:
    """New demand from offtake, procurement and vouchers."""
    value = reader.pick(run_of(reader, run).demand, path, t) - _private(reader, path, t)
    programs = reader.scenario.policy.programs
    parts = [*intensity_of(reader), "market.support_price", "demand.diversion", "hardware.availability"]
    for i, program in enumerate(programs):
        if program.mix.offtake + program.mix.procurement + program.mix.voucher > 0:
            root = f"policy.programs.{i}"
            parts += [f"{root}.schedule.{name}" for name in ("budget", "disbursement", "start", "stop", "cliff_rate")]
            parts += [f"{root}.mix.{name}" for name in ("offtake", "procurement", "voucher") if
                      getattr(program.mix, name)]
    if run:
        parts.append("localization.home_share")
    return Spec(
        f"New demand from programs, {place(run)}, quarter {t}, {reader.whose(path)}", value, "H100e",
        "Money spent on compute over its price, less what it replaces of private purchases; of vouchers only what "
        "cheaper compute adds.", "(1−d)·G", tuple(parts),
    )


@explains("market.reference_demand.{t}")
def reference_demand(reader: Reader, t: int) -> Equation:
    """Demand without shocks."""
    return Spec(
        f"Reference demand, quarter {t}", float(np.exp(at(reader.market.demand_paths.log_reference, t))), "H100e",
        "Demand today, grown with spending; as compute gets cheaper the same money buys more of it.",
        "B_ref = B_0·exp(∫g$)/H", ("demand.stock_now", f"market.spending_growth.{t}", f"market.cost_index.{t}"),
    )


@explains("market.spending_growth.{t}")
def spending_growth(reader: Reader, t: int) -> Equation:
    """Growth of spending since closing."""
    growth = log_growth(reader.scenario.demand, years(reader.market.quarters))
    label, value, note = f"Spending on compute against today, quarter {t}", float(np.exp(at(growth, t))), (
        f"τ = {t / 4:g} years")
    if reader.scenario.demand.growth_by_year is not None:
        return Spec(
            label, value, "x", "Growth of each year until then, as given year by year.", "exp(Σ g$_y)",
            ("demand.growth_by_year",), note=note,
        )
    return Spec(
        label, value, "x",
        "Growth that fades from its current to its long-run rate.",
        "exp(g$_∞·τ + (g$_0−g$_∞)(1−e^(−κτ))/κ)",
        ("demand.growth_now", "demand.growth_long_run", "demand.growth_fade"), note=note,
    )


@explains("market.demand_shock.{path}.{t}")
def demand_shock(reader: Reader, path: str, t: int) -> Equation:
    """Deviation of one future from the reference path."""
    state = reader.market.demand_paths.state
    label = f"Demand over its reference, quarter {t}, {reader.whose(path)}"
    value = float(np.exp(reader.pick(state, path, t)))
    if not state.any():
        return Spec(label, value, "x", "There are no shocks on this path.", "", ("draws",))
    parts = [f"market.cycle.{path}.{t}", f"market.compensation.{t}"]
    if not _has_regimes(reader):
        parts.insert(1, f"market.lasting_loss.{path}.{t}")
    return Spec(
        label, value, "x", "Cycle and busts, and what keeps their mean at one.", "exp(X+Y+Q−comp)", tuple(parts),
        "product",
    )


def _has_regimes(reader: Reader) -> bool:
    return reader.scenario.regime.is_on


@explains("market.cycle.{path}.{t}")
def cycle(reader: Reader, path: str, t: int) -> Equation:
    """Slow cycle and temporary part of busts."""
    paths = reader.market.demand_paths
    rest = reader.pick(paths.state, path, t) - reader.pick(paths.permanent, path, t) + _compensation(reader, t)
    if _has_regimes(reader):
        return Spec(
            f"Cycle, and boom or bust, quarter {t}, {reader.whose(path)}", float(np.exp(rest)), "x",
            "A slow cycle of sentiment and adoption, and a drift that is up in a boom and down in a bust, its mean "
            "taken out.", "exp(X+R)", (*_CYCLE, *_REGIME, "draws"), status="draw",
        )
    return Spec(
        f"Cycle and temporary losses, quarter {t}, {reader.whose(path)}", float(np.exp(rest)), "x",
        "A slow cycle of sentiment and adoption, and the part of busts that comes back.", "exp(X+Y)",
        (*_CYCLE, *_BUST, "demand.bust_half_life", "draws"), status="draw",
    )


@explains("market.lasting_loss.{path}.{t}")
def lasting_loss(reader: Reader, path: str, t: int) -> Equation:
    """Lasting part of busts."""
    value = float(np.exp(reader.pick(reader.market.demand_paths.permanent, path, t)))
    return Spec(
        f"Lasting losses from busts, quarter {t}, {reader.whose(path)}", value, "x",
        "The part of busts so far that never comes back.", "exp(Q)", (*_BUST, "draws"), status="draw",
    )


@explains("market.compensation.{t}")
def compensation(reader: Reader, t: int) -> Equation:
    """Factor that keeps the mean of demand at its reference."""
    return Spec(
        f"What keeps mean demand at its reference, quarter {t}", float(np.exp(-_compensation(reader, t))), "x",
        "Volatility would raise and busts would lower the mean; this factor takes both back, so that shocks are risk "
        "and not a forecast.", "exp(−comp)",
        _CYCLE if _has_regimes(reader) else (*_CYCLE, *_BUST, "demand.bust_half_life"),
    )


def _compensation(reader: Reader, t: int) -> float:
    demand = reader.scenario.demand
    if _has_regimes(reader):  # they replace sudden busts
        demand = demand.model_copy(update={"bust_rate": 0.0})
    return at(compensator(demand, reader.market.quarters), t)


@explains("market.efficiency.{t}")
def efficiency(reader: Reader, t: int) -> Equation:
    """Effect of an efficiency surprise."""
    return Spec(
        f"Efficiency surprise in demand, quarter {t}", float(np.exp(at(reader.market.demand_paths.efficiency, t))),
        "x", "Work done with less compute lowers demand, and the rebound brings part of it back.", "exp(−(1−ε_R)·e)",
        ("demand.efficiency_factor", "demand.efficiency_quarter", "demand.rebound"),
    )

