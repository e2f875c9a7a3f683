"""Capacity as a number with reasons: what stands, what is ordered at which prices, what retires."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.explain.equation import Equation
from models.explain.prices import place, run_of
from models.explain.registry import Reader, Spec, UnknownPath, at, declare, explains, intensity_of
from models.market.capacity import planned_glut as planned_surplus
from models.market.capacity import planned_stock
from models.market.kernel import BACKLOG_KEPT
from models.market.simulate import initial_scarcity

BUILDERS = ("hyperscaler", "local", "sovereign")
_DUST = 1e-9


def _start(t: int, first: int = 1) -> None:
    if t < first:
        raise UnknownPath(f"this number starts in quarter {first}")


def _unit(reader: Reader, run: str) -> str:
    """A bloc's pass is counted in units of its share of the world."""
    return "H100e per unit of the bloc's share" if run and reader.scenario.localization.home_share < 1 else "H100e"


@explains("market.capacity{run}.{path}.{t}")
def capacity(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that stand."""
    value = reader.pick(run_of(reader, run).stock, path, t)
    label = f"Capacity, {place(run)}, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Spec(label, value, _unit(reader, run), "What stands today is what the plan starts from.", "C_0",
                    ("market.planned_stock.0",), "same")
    return Spec(
        label, value, _unit(reader, run), "What stood a quarter ago, less what retired, and what was delivered.",
        "C_t = C_{t−1} − retired + A_t",
        (
            f"market.capacity{run}.{path}.{t - 1}", f"market.retirement{run}.{path}.{t}",
            f"market.additions{run}.{path}.{t}",
        ), "sum",
    )


@explains("market.retirement{run}.{path}.{t}")
def retirement(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that leave, as a negative number."""
    _start(t)
    used, price = ("utilization_local", "price_local") if run else ("utilization_world", "price_global")
    return Spec(
        f"Retired, {place(run)}, quarter {t}, {reader.whose(path)}",
        -reader.pick(run_of(reader, run).retired, path, t), _unit(reader, run),
        "What wears out, and more when the oldest machines no longer earn their running cost.",
        "−(ρ_r + ρ_x·max(0, 1 − a·U·P/c_old))·C",
        (
            f"market.capacity{run}.{path}.{t - 1}", "capacity.retirement", "capacity.economic_retirement",
            "hardware.availability", f"market.{used}.{path}.{t - 1}", f"market.{price}.{path}.{t - 1}",
            f"market.old_cash_cost.{t - 1}",
        ),
    )


@explains("market.additions{run}.{path}.{t}")
def additions(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines delivered in a quarter."""
    values = _deliveries(reader, run, path, t)
    whole = values["private_builds"]
    parts = [name for name, value in values.items() if abs(value) > _DUST * max(abs(whole), 1.0)]
    return Spec(
        f"Gross additions, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).additions, path, t), f"{_unit(reader, run)} per quarter",
        "Private deliveries, those of programs and what waited, less what export controls stop and what finds no "
        "power.", "A_t = min(want, M_t/κ_t)",
        tuple(f"market.{name}{run}.{path}.{t}" for name in parts or ["private_builds"]), "sum",
    )


def _deliveries(reader: Reader, run: str, path: str, t: int) -> dict[str, float]:
    """Parts of gross additions by name; they add up."""
    paths = run_of(reader, run)
    total, private = reader.pick(paths.additions, path, t), reader.pick(paths.private, path, t)
    waited = reader.pick(paths.backlog, path, t - 1) if t else 0.0
    held_back = reader.pick(paths.backlog, path, t) / BACKLOG_KEPT
    factor = export_factor(reader, run, path, t)
    public = (total + held_back - waited) / factor - private if factor else 0.0
    return {
        "private_builds": private, "public_builds": public, "export_change": (factor - 1.0) * (private + public),
        "waiting_builds": waited, "held_back": -held_back,
    }


def export_factor(reader: Reader, run: str, path: str, t: int) -> float:
    """Part of deliveries that export controls let through; above one where they are diverted to."""
    export = reader.market.export
    if export is None or t == 0:
        return 1.0
    is_home = run and reader.scenario.localization.home_share < 1.0
    return reader.pick(export.home if is_home else export.world, path, t)


@explains("market.export_change{run}.{path}.{t}")
def export_change(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Deliveries that export controls stop or divert."""
    episode = ("rate", "start_quarter", "duration", "additions_cut")
    when = episode if reader.scenario.export.cut_by_year is None else ("cut_by_year",)
    names = (*when, "affected_share", "is_home_affected", "diverted")
    return Spec(
        f"Stopped or diverted by export controls, {place(run)}, quarter {t}, {reader.whose(path)}",
        _deliveries(reader, run, path, t)["export_change"], _unit(reader, run),
        "While controls last affected blocs receive less, and others part of the rest.", "(factor − 1)·builds",
        (f"market.private_builds{run}.{path}.{t}", *(f"export.{name}" for name in names), "draws"),
    )


declare(
    "market.export_cost.{path}.{t}", "Hardware cost under export controls", "x",
    "What hardware costs at home while controls last, against its cost without them.", "",
    {"rise": "export.cost_rise", "home": "export.is_home_affected", "draws": "draws"},
    lambda r: np.ones((1, r.market.quarters + 1)) if r.market.export is None else r.market.export.cost,
    kind="draw", status="draw",
)


@explains("market.public_builds{run}.{path}.{t}")
def public_builds(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that programs pay for."""
    parts = [*intensity_of(reader), "policy.build_cap", f"market.all_in_cost.{t}"]
    for i, program in enumerate(reader.scenario.policy.programs):
        if program.mix.grant + program.mix.tax_credit + program.mix.loan + program.mix.equity > 0:
            root = f"policy.programs.{i}"
            parts += [f"{root}.schedule.{n}" for n in ("budget", "disbursement", "start", "stop", "build_lag")]
            parts += [f"{root}.terms.{n}" for n in ("capex_share", "loan_share")]
    if run:
        parts.append("localization.home_share")
    return Spec(
        f"Built by programs, {place(run)}, quarter {t}, {reader.whose(path)}",
        _deliveries(reader, run, path, t)["public_builds"], _unit(reader, run),
        "Money spent a build lag ago over the part of all-in cost that it pays, up to a cap.", "N_t", tuple(parts),
    )


@explains("market.waiting_builds{run}.{path}.{t}")
def waiting_builds(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Builds that waited for power."""
    return _power_limit(reader, "waiting_builds", "Waited for power", run, path, t)


@explains("market.held_back{run}.{path}.{t}")
def held_back(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Builds that find no power, as a negative number."""
    return _power_limit(reader, "held_back", "Held back by power", run, path, t)


def _power_limit(reader: Reader, name: str, label: str, run: str, path: str, t: int) -> Equation:
    limit = "capacity.power_cap" if reader.scenario.capacity.power_cap_by_year is None else "capacity.power_cap_by_year"
    return Spec(
        f"{label}, {place(run)}, quarter {t}, {reader.whose(path)}", _deliveries(reader, run, path, t)[name],
        _unit(reader, run), "What does not fit under the power limit waits; a tenth of it is given up each quarter.",
        "backlog", (limit, "hardware.power_kw", f"market.cost_index.{t}"),
    )


@explains("market.private_builds{run}.{path}.{t}")
def private_builds(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Private deliveries after those that programs replace."""
    paths = run_of(reader, run)
    value, replaced = reader.pick(paths.private, path, t), reader.pick(paths.displaced, path, t)
    label = f"Private deliveries, {place(run)}, quarter {t}, {reader.whose(path)}"
    parts = [f"market.orders{run}.{path}.{t}"]
    if replaced:
        parts.append(f"market.displaced{run}.{path}.{t}")
    return Spec(label, value, _unit(reader, run), "Private orders, less those that programs replace.", "",
                tuple(parts), "sum")


@explains("market.displaced{run}.{path}.{t}")
def displaced(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Private builds that programs replace, as a negative number."""
    programs = range(len(reader.scenario.policy.programs))
    return Spec(
        f"Replaced by programs, {place(run)}, quarter {t}, {reader.whose(path)}",
        -reader.pick(run_of(reader, run).displaced, path, t), _unit(reader, run),
        "The part of subsidized capacity that would have been built anyway.", "−(1−α)·N",
        (f"market.public_builds{run}.{path}.{t}", *(f"policy.programs.{i}.terms.additionality" for i in programs)),
    )


@explains("market.orders{run}.{path}.{t}")
def orders(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Private orders that fall due."""
    return Spec(
        f"Private orders due, {place(run)}, quarter {t}, {reader.whose(path)}", _ordered(reader, run, path, t),
        _unit(reader, run), "Planned additions times the builders' answer to the prices of their order date.",
        "Σ_j w_j·a^plan·m_j", (f"market.planned_additions.{t}", f"market.order_answer{run}.{path}.{t}"), "product",
    )


def _ordered(reader: Reader, run: str, path: str, t: int) -> float:
    paths = run_of(reader, run)
    return reader.pick(paths.private, path, t) + reader.pick(paths.displaced, path, t)


@explains("market.order_answer{run}.{path}.{t}")
def order_answer(reader: Reader, run: str, path: str, t: int) -> Equation:
    """How builders answered to prices, against the plan."""
    planned = at(reader.market.planned_additions, t)
    pipeline, parts = reader.scenario.pipeline, []
    for name in BUILDERS:
        parts += [f"pipeline.{name}_share", f"pipeline.{name}_lag", f"pipeline.{name}_response"]
        lag = getattr(pipeline, f"{name}_lag")
        if t > lag and getattr(pipeline, f"{name}_response"):
            parts += [f"market.clearing_state{run}.{path}.{t - lag}", f"market.planned_price_ratio.{t - lag}"]
    return Spec(
        f"Orders against plan, {place(run)}, quarter {t}, {reader.whose(path)}",
        _ordered(reader, run, path, t) / planned if planned else 1.0, "x",
        "Each builder answers the prices of its order date against planned ones; in a lasting glut only replacements "
        "are ordered. Deliveries within the lag were committed before today.",
        "Σ_j w_j·clip((P/P^plan)_{t−L_j}^(ξ_j(1+n)), 0.2, 2.5)",
        (*dict.fromkeys(parts), "pipeline.neglect", "capacity.bust_switch", "capacity.bust_on", "capacity.bust_off"),
        note=_stopped(reader, run, path, t),
    )


def _stopped(reader: Reader, run: str, path: str, t: int) -> str:
    busts = run_of(reader, run).is_bust
    lags = {name: getattr(reader.scenario.pipeline, f"{name}_lag") for name in BUILDERS}
    held = [name for name, lag in lags.items() if t > lag and reader.pick(busts, path, t - lag) > 0]
    return f"orders were stopped by a glut: {', '.join(held)}" if held else ""


@explains("market.planned_price_ratio.{t}")
def planned_price_ratio(reader: Reader, t: int) -> Equation:
    """Price over long-run price of the plan."""
    price = at(reader.market.planned_price, t) / float(reader.market.curves.price[t])
    return Spec(
        f"Planned price over long-run price, quarter {t}", price, "x",
        "From the same market without shocks, programs and power limit.", "P^plan/P^LR",
        (f"market.planned_stock.{t}", f"market.reference_demand.{t}", "market.price_power", "clearing.price_speed"),
    )


@explains("market.planned_additions.{t}")
def planned_additions(reader: Reader, t: int) -> Equation:
    """Additions of the plan."""
    parts = [f"market.planned_stock.{t}"] + ([f"market.planned_stock.{t - 1}"] if t else [])
    return Spec(
        f"Planned additions, quarter {t}", at(reader.market.planned_additions, t), "H100e",
        "Planned stock less what is left of the stock before it.", "a^plan = max(0, C^plan_t − kept_{t−1})",
        (*parts, "capacity.retirement", "capacity.economic_retirement"),
    )


@explains("market.planned_stock.{t}")
def plan(reader: Reader, t: int) -> Equation:
    """Planned capacity."""
    return Spec(
        f"Planned capacity, quarter {t}", _planned(reader, t), "H100e",
        "The stock that just earns the hurdle, short today as today's price says, plus the planned glut.",
        "C^plan = (B_ref/u*)·[1−(1−1/σ_0)e^(−t/6)]·[1+O·b_t]",
        (f"market.zero_profit_stock.{t}", f"market.catching_up.{t}", f"market.planned_glut.{t}"), "product",
    )


def _planned(reader: Reader, t: int) -> float:
    scarcity, _ = initial_scarcity(reader.setting, reader.market.curves)
    return at(planned_stock(reader.scenario.overcapacity, _zero_profit(reader), scarcity), t)


def _zero_profit(reader: Reader) -> Array:
    target = reader.scenario.clearing.balance_utilization
    return np.asarray(np.exp(reader.market.demand_paths.log_reference) / target)


@explains("market.zero_profit_stock.{t}")
def zero_profit_stock(reader: Reader, t: int) -> Equation:
    """Stock that just earns the hurdle."""
    return Spec(
        f"Stock that just earns the hurdle, quarter {t}", at(_zero_profit(reader), t), "H100e",
        "Reference demand over utilization at balance.", "C* = B_ref/u*",
        (f"market.reference_demand.{t}", "clearing.balance_utilization"), "quotient",
    )


@explains("market.catching_up.{t}")
def catching_up(reader: Reader, t: int) -> Equation:
    """How far the plan has closed today's scarcity."""
    value = _planned(reader, t) / at(_zero_profit(reader), t) / _glut(reader, t)
    return Spec(
        f"Part of today's scarcity closed, quarter {t}", value, "x",
        "Today's shortage fades over six quarters.", "1−(1−1/σ_0)e^(−t/6)", ("market.scarcity_now",),
    )


@explains("market.planned_glut.{t}")
def planned_glut(reader: Reader, t: int) -> Equation:
    """Planned overcapacity."""
    label, value = f"Planned stock over what pays, quarter {t}", _glut(reader, t)
    if reader.scenario.overcapacity.plan_by_year is not None:
        return Spec(label, value, "x", "As given for the end of each year, straight lines in between.", "1+O_y",
                    ("overcapacity.plan_by_year",))
    return Spec(label, value, "x", "The glut as builders plan it: rises to its peak, then is worked off.", "1+O·b_t",
                ("overcapacity.peak", "overcapacity.peak_quarter", "overcapacity.width"))


def _glut(reader: Reader, t: int) -> float:
    return 1.0 + at(planned_surplus(reader.scenario.overcapacity, reader.market.quarters), t)

