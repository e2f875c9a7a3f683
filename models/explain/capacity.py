"""Capacity and its cost as numbers with reasons: what stands, what is ordered, and what new hardware must earn."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array, discount_factors
from models.evidence.price_index import NO_INDEX, price_indices
from models.explain.equation import Equation, Operand
from models.explain.market import by_year, intensity_of, machines, place, run_of
from models.explain.registry import Reader, UnknownPath, at, declare, explains, faded, of_programs
from models.market.capacity import planned_glut as planned_surplus
from models.market.capacity import planned_stock, power_limit
from models.market.clearing import price_floors, spot_price_now
from models.market.kernel import BACKLOG_KEPT, ORDER_HIGH, ORDER_LOW
from models.market.long_run import (
    CASH_COST_SLOPE,
    EARNED_AT_MOST,
    REFERENCE_CASH_COST,
    REFERENCE_INSTALLED_COST,
    break_even_price,
    cash_cost_now,
    cash_quarters,
    cost_index,
)
from models.market.simulate import SCARCITY_CLIP, contract_window, initial_scarcity

BUILDERS = ("hyperscaler", "local", "sovereign")
_DUST = 1e-9


@explains("market.capacity{run}.{path}.{t}")
def capacity(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that stand."""
    value = reader.pick(run_of(reader, run).stock, path, t)
    label = f"Capacity, {place(run)}, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Equation(label, value, machines(reader, run), "What stands today is what the plan starts from.", "C_0",
                        {"C_0": "market.planned_stock.0"})
    return Equation(
        label, value, machines(reader, run), "What stood a quarter ago, less what retired, and what was delivered.",
        "C_t = C_{t−1} + retired + A_t",
        {"C_{t−1}": f"market.capacity{run}.{path}.{t - 1}", "retired": f"market.retirement{run}.{path}.{t}",
         "A_t": f"market.additions{run}.{path}.{t}"},
    )


@explains("market.retirement{run}.{path}.{t}")
def retirement(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that leave, as a negative number."""
    if t < 1:
        raise UnknownPath("this number starts in quarter 1")
    used, price = ("utilization_local", "price_local") if run else ("utilization_world", "price_global")
    return Equation(
        f"Retired, {place(run)}, quarter {t}, {reader.whose(path)}",
        -reader.pick(run_of(reader, run).retired, path, t), machines(reader, run),
        "What wears out, and more when the oldest machines no longer earn their running cost.",
        "−({ρ_r} + {ρ_x}·max(0, 1 − a·U·P/c_old))·C",
        {"C": f"market.capacity{run}.{path}.{t - 1}", "ρ_r": "capacity.retirement",
         "ρ_x": "capacity.economic_retirement", "a": "hardware.availability", "U": f"market.{used}.{path}.{t - 1}",
         "P": f"market.{price}.{path}.{t - 1}", "c_old": f"market.old_cash_cost.{t - 1}"},
    )


@explains("market.additions{run}.{path}.{t}")
def additions(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines delivered in a quarter."""
    values = _deliveries(reader, run, path, t)
    dust = _DUST * max(abs(values["private_builds"]), 1.0)
    parts = [name for name, value in values.items() if abs(value) > dust] or ["private_builds"]
    return Equation(
        f"Gross additions, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).additions, path, t), f"{machines(reader, run)} per quarter",
        "Private deliveries, those of programs and what waited, less what export controls stop and what finds neither "
        "power nor machines.", "A = " + " + ".join(parts), {name: f"market.{name}{run}.{path}.{t}" for name in parts},
    )


def _deliveries(reader: Reader, run: str, path: str, t: int) -> dict[str, float]:
    """Parts of gross additions by name; they add up."""
    paths = run_of(reader, run)
    total, private = reader.pick(paths.additions, path, t), reader.pick(paths.private, path, t)
    waited = reader.pick(paths.backlog, path, t - 1) if t else 0.0
    held_back = reader.pick(paths.backlog, path, t) / BACKLOG_KEPT
    factor = _export_factor(reader, run, path, t)
    public = (total + held_back - waited) / factor - private if factor else 0.0
    return {
        "private_builds": private, "public_builds": public, "export_change": (factor - 1.0) * (private + public),
        "waiting_builds": waited, "held_back": -held_back,
    }


def _export_factor(reader: Reader, run: str, path: str, t: int) -> float:
    export = reader.market.export
    if export is None or t == 0:
        return 1.0
    is_home = run and reader.scenario.localization.home_share < 1.0
    return reader.pick(export.home if is_home else export.world, path, t)


def _episode(reader: Reader) -> tuple[str, ...]:
    by = ("rate", "start_quarter", "duration", "additions_cut")
    when = by if reader.scenario.export.cut_by_year is None else ("cut_by_year",)
    return tuple(f"export.{name}" for name in (*when, "affected_share", "is_home_affected", "diverted"))


@explains("market.export_factor{run}.{path}.{t}")
def export_factor(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Part of deliveries that export controls let through; above one where they are diverted to."""
    return Equation(
        f"Deliveries under export controls, {place(run)}, quarter {t}, {reader.whose(path)}",
        _export_factor(reader, run, path, t), "x",
        "While controls last affected blocs receive less, and others part of the rest.", "",
        {"terms": _episode(reader), "draws": "draws"}, "draw", status="draw",
    )


@explains("market.export_change{run}.{path}.{t}")
def export_change(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Deliveries that export controls stop or divert."""
    values = _deliveries(reader, run, path, t)
    public = {"public": f"market.public_builds{run}.{path}.{t}"} if values["public_builds"] else {}
    return Equation(
        f"Stopped or diverted by export controls, {place(run)}, quarter {t}, {reader.whose(path)}",
        values["export_change"], machines(reader, run),
        "While controls last affected blocs receive less, and others part of the rest.",
        f"(factor − 1)·(private{' + public' if public else ''})",
        {"factor": f"market.export_factor{run}.{path}.{t}", "private": f"market.private_builds{run}.{path}.{t}",
         **public}, beside=_episode(reader),
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
    parts = list(intensity_of(reader))
    for i, program in enumerate(reader.scenario.policy.programs):
        if program.mix.grant + program.mix.tax_credit + program.mix.loan + program.mix.equity > 0:
            root = f"policy.programs.{i}"
            parts += [f"{root}.schedule.{n}" for n in ("budget", "disbursement", "start", "stop", "build_lag")]
            parts += [f"{root}.terms.{n}" for n in ("capex_share", "loan_share")]
    return Equation(
        f"Built by programs, {place(run)}, quarter {t}, {reader.whose(path)}",
        _deliveries(reader, run, path, t)["public_builds"], machines(reader, run),
        "Money spent a build lag ago over the part of all-in cost that it pays, up to a cap.", "N_t",
        {"K^all": f"market.all_in_cost.{t}", "cap": "policy.build_cap",
         "terms": (*parts, *(("localization.home_share",) if run else ()))}, "simulation",
    )


@explains("market.waiting_builds{run}.{path}.{t}")
def waiting_builds(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Builds that waited for power or for machines."""
    before = {"held": f"market.held_back{run}.{path}.{t - 1}"} if t else {}
    return Equation(
        f"Waited for power or machines, {place(run)}, quarter {t}, {reader.whose(path)}",
        _deliveries(reader, run, path, t)["waiting_builds"], machines(reader, run),
        f"What did not fit under the limits of power and supply waits; {1 - BACKLOG_KEPT:.0%} of it is given up each "
        "quarter.",
        f"−{BACKLOG_KEPT:g}·held" if t else "0", before,
    )


@explains("market.held_back{run}.{path}.{t}")
def held_back(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Builds that find no power or no machines, as a negative number."""
    values = _deliveries(reader, run, path, t)
    wanted = [name for name in ("private_builds", "public_builds", "export_change", "waiting_builds") if values[name]]
    capacity = reader.scenario.capacity
    limits: dict[str, Operand] = {}
    if capacity.power_cap is not None or capacity.power_cap_by_year is not None:
        limits["power"] = f"market.power_limit.{t}"
    if capacity.supply_growth is not None:
        limits["supply"] = f"market.supply{run}.{path}.{t}"
    text = f"−max(0, {' + '.join(wanted) or '0'} − min({', '.join(limits)}))"
    return Equation(
        f"Held back by power or supply, {place(run)}, quarter {t}, {reader.whose(path)}", values["held_back"],
        machines(reader, run), "What is wanted beyond what grids can connect, or suppliers can deliver.",
        text if t and limits else "0", {name: f"market.{name}{run}.{path}.{t}" for name in wanted} | limits,
    )


@explains("market.supply{run}.{path}.{t}")
def supply(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Machines that suppliers can deliver in a quarter."""
    value = reader.pick(run_of(reader, run).supply, path, t)
    label = f"Machines that suppliers can deliver, {place(run)}, quarter {t}, {reader.whose(path)}"
    if reader.scenario.capacity.supply_growth is None:
        return Equation(label, value, machines(reader, run), "There is no limit.", kind="given")
    if t < 2:
        return Equation(label, value, machines(reader, run), "Today's pace, and what it can be raised by in a quarter.",
                        "pace·(1 + s)^0.25", {"pace": "market.foreseen_additions.1", "s": "capacity.supply_growth"})
    return Equation(
        label, value, machines(reader, run),
        "The best quarter so far, and what it can be raised by in a quarter, in chips that get better; at least what a "
        "plan without a glut needs.",
        "max(max(before, A_{t−1}·(1 + s)^0.25)·H_{t−1}/H_t, ready)",
        {"before": f"market.supply{run}.{path}.{t - 1}", "A_{t−1}": f"market.additions{run}.{path}.{t - 1}",
         "s": "capacity.supply_growth", "H_{t−1}": f"market.cost_index.{t - 1}", "H_t": f"market.cost_index.{t}",
         "ready": f"market.foreseen_additions.{t}"},
    )


@explains("market.foreseen_additions.{t}")
def foreseen(reader: Reader, t: int) -> Equation:
    """Additions of the plan without a glut."""
    return Equation(
        f"Additions that suppliers foresee, quarter {t}", at(reader.market.foreseen, t), "H100e",
        "Planned additions, were no glut planned; in the first quarter at least what wears out.",
        "max(0, C* − kept)",
        {"C*": tuple(f"market.zero_profit_stock.{q}" for q in range(max(t - 1, 0), t + 1)),
         "ρ_r": "capacity.retirement", "ρ_x": "capacity.economic_retirement"}, "simulation",
    )


@explains("market.power_limit.{t}")
def limit(reader: Reader, t: int) -> Equation:
    """Machines whose power grids can connect in a quarter."""
    own, label = reader.scenario.capacity, f"Machines that grids can connect, quarter {t}"
    power = at(power_limit(own, reader.market.quarters), t)
    if np.isinf(power):
        return Equation(label, power, "H100e", "There is no limit.", kind="given")
    name = "power_cap" if own.power_cap_by_year is None else "power_cap_by_year"
    return Equation(
        label, power * 1e6 / float(reader.market.curves.power_kw[t]), "H100e",
        "Power connected in the quarter, over that of a machine, which falls with the root of hardware cost.",
        f"{power:.12g}·1e6/(κ_0·√(H))",
        {"κ_0": "hardware.power_kw", "H": f"market.cost_index.{t}", "M": f"capacity.{name}"},
    )


@explains("market.private_builds{run}.{path}.{t}")
def private_builds(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Private deliveries after those that programs replace."""
    paths = run_of(reader, run)
    replaced = reader.pick(paths.displaced, path, t)
    parts = {"orders": f"market.orders{run}.{path}.{t}"}
    if replaced:
        parts["replaced"] = f"market.displaced{run}.{path}.{t}"
    return Equation(
        f"Private deliveries, {place(run)}, quarter {t}, {reader.whose(path)}", reader.pick(paths.private, path, t),
        machines(reader, run), "Private orders, less those that programs replace.", " + ".join(parts), parts,
    )


@explains("market.displaced{run}.{path}.{t}")
def displaced(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Private builds that programs replace, as a negative number."""
    alphas = of_programs(reader, "terms.additionality")
    return Equation(
        f"Replaced by programs, {place(run)}, quarter {t}, {reader.whose(path)}",
        -reader.pick(run_of(reader, run).displaced, path, t), machines(reader, run),
        "The part of subsidized capacity that would have been built anyway; with several programs each has its own.",
        "−min((1 − α)·N, orders)",
        {"N": f"market.public_builds{run}.{path}.{t}", "α": alphas[0] if len(alphas) == 1 else alphas,
         "orders": f"market.orders{run}.{path}.{t}"}, "expression" if len(alphas) == 1 else "simulation",
    )


declare(
    "market.orders{run}.{path}.{t}", "Private orders due", machines,
    "Planned additions times the builders' answer to the prices of their order date.", "plan·answer",
    {"plan": ".planned_additions.{t}", "answer": ".order_answer{run}@"},
    lambda r, run: run_of(r, run).private + run_of(r, run).displaced,
)


@explains("market.order_answer{run}.{path}.{t}")
def order_answer(reader: Reader, run: str, path: str, t: int) -> Equation:
    """How builders answered to prices, against the plan."""
    planned, paths, own = at(reader.market.planned_additions, t), run_of(reader, run), reader.scenario
    ordered = reader.pick(paths.private, path, t) + reader.pick(paths.displaced, path, t)
    texts, parts, stopped = [], dict[str, Operand](), list[str]()
    for i, name in enumerate(BUILDERS, 1):
        lag, text = getattr(own.pipeline, f"{name}_lag"), f"w_{i}"
        parts[text] = f"pipeline.{name}_share"
        if t > lag and getattr(own.pipeline, f"{name}_response"):
            text += f"·clip((ρ_{i}/ρ^plan_{i})^(ξ_{i}·(1 + n)), {ORDER_LOW:g}, {ORDER_HIGH:g})"
            parts |= {f"ρ_{i}": f"market.clearing_state{run}.{path}.{t - lag}", "n": "pipeline.neglect",
                      f"ρ^plan_{i}": f"market.planned_price_ratio.{t - lag}", f"ξ_{i}": f"pipeline.{name}_response"}
        if t > lag and own.capacity.bust_switch and reader.pick(paths.is_bust, path, t - lag) > 0:
            stopped.append(name)
            text = f"min({text}, w_{i}·ρ_r·C/plan)"
            parts |= {"ρ_r": "capacity.retirement", "plan": f"market.planned_additions.{t}",
                      "C": f"market.capacity{run}.{path}.{t - 1}"}
        texts.append(text)
    return Equation(
        f"Orders against plan, {place(run)}, quarter {t}, {reader.whose(path)}",
        ordered / planned if planned else 1.0, "x",
        "Each builder answers the prices of its order date against planned ones; in a lasting glut only replacements "
        "are ordered. Deliveries within the lag were committed before today.",
        " + ".join(texts) if planned and t else "1", parts,
        beside=(*(f"pipeline.{name}_lag" for name in BUILDERS), "capacity.bust_switch", "capacity.bust_on",
                "capacity.bust_off"),
        note=f"orders were stopped by a glut: {', '.join(stopped)}" if stopped else "",
    )


declare(
    "market.planned_price_ratio.{t}", "Planned price over long-run price", "x",
    "From the same market without shocks, programs and limits of power and supply.", "P^plan/P^LR",
    {"C": ".planned_stock.{t}", "B": ".reference_demand.{t}", "ζ": ".price_power", "θ": "clearing.price_speed"},
    lambda r: r.market.planned_price / r.market.curves.price[: r.market.quarters + 1], kind="simulation",
)


@explains("market.planned_additions.{t}")
def planned_additions(reader: Reader, t: int) -> Equation:
    """Additions of the plan."""
    stocks = tuple(f"market.planned_stock.{q}" for q in range(max(t - 1, 0), t + 1))
    return Equation(
        f"Planned additions, quarter {t}", at(reader.market.planned_additions, t), "H100e",
        "Planned stock less what is left of the stock before it.", "max(0, C^plan − kept)",
        {"C^plan": stocks, "ρ_r": "capacity.retirement", "ρ_x": "capacity.economic_retirement"}, "simulation",
    )


declare(
    "market.planned_stock.{t}", "Planned capacity", "H100e",
    "The stock that just earns the hurdle, short today as today's price says, plus the planned glut.",
    "C^plan = C*·closed·glut",
    {"C*": ".zero_profit_stock.{t}", "closed": ".catching_up.{t}", "glut": ".planned_glut.{t}"}, lambda r: _planned(r),
)
declare(
    "market.zero_profit_stock.{t}", "Stock that just earns the hurdle", "H100e",
    "Reference demand over utilization at balance.", "C* = B_ref/u*",
    {"B_ref": ".reference_demand.{t}", "u*": "clearing.balance_utilization"}, lambda r: _zero_profit(r),
)
declare(
    "market.catching_up.{t}", "Part of today's scarcity closed", "x", "Today's shortage fades over six quarters.",
    "1 − (1 − 1/σ_0)·e^(−4·{τ}/6)", {"σ_0": ".scarcity_now"}, lambda r: _planned(r) / _zero_profit(r) / _glut(r),
)


def _planned(reader: Reader) -> Array:
    scarcity, _ = initial_scarcity(reader.setting, reader.market.curves)
    return reader.once("plan", lambda: planned_stock(reader.scenario.overcapacity, _zero_profit(reader), scarcity))


def _zero_profit(reader: Reader) -> Array:
    target = reader.scenario.clearing.balance_utilization
    return np.asarray(np.exp(reader.market.demand_paths.log_reference) / target)


def _glut(reader: Reader) -> Array:
    return 1.0 + planned_surplus(reader.scenario.overcapacity, reader.market.quarters)


@explains("market.planned_glut.{t}")
def planned_glut(reader: Reader, t: int) -> Equation:
    """Planned overcapacity."""
    label, value = f"Planned stock over what pays, quarter {t}", at(_glut(reader), t)
    if reader.scenario.overcapacity.plan_by_year is not None:
        when = f"{t / 4:g}"
        return Equation(label, value, "x", "As given for the end of each year, straight lines in between.",
                        f"1 + Σ(O_y·max(0, 1 − max({when} − y, y − {when})))",
                        {"O_y": "overcapacity.plan_by_year", "y": range(1, 11)})
    peak = "sin(π·{t}/(2·q))²" if t <= reader.scenario.overcapacity.peak_quarter else "e^(−(({t} − q)/w)²/2)"
    return Equation(
        label, value, "x", "The glut as builders plan it: rises to its peak, then is worked off.",
        f"1 + O·{peak}".replace("{t}", str(t)),
        {"O": "overcapacity.peak", "q": "overcapacity.peak_quarter", "w": "overcapacity.width"},
    )


@explains("market.scarcity_now")
def scarcity_now(reader: Reader) -> Equation:
    """How short of the zero-profit stock the market is today."""
    value, is_clipped = initial_scarcity(reader.setting, reader.market.curves)
    low, high = SCARCITY_CLIP
    return Equation(
        "Scarcity today", value, "x", "How many times the stock falls short of what would just earn the hurdle, read "
        "from today's price.", f"σ_0 = clip(clip(P_0/P^LR_0, f, M)^(1/ζ), {low:g}, {high:g})",
        {"P_0": "market.spot_price_now", "P^LR_0": "market.price_long_run.0", "ζ": "market.price_power",
         "f": "market.price_floor.0", "M": "clearing.price_cap"},
        note="today's price is beyond what scarcity explains" if is_clipped else "",
    )


@explains("market.spot_price_now")
def spot_price(reader: Reader) -> Equation:
    """Rental price today."""
    label, value = "Rental price today", spot_price_now(reader.scenario.clearing, reader.market.curves)
    if reader.scenario.clearing.spot_price is not None:
        return Equation(label, value, "USD/h", "As set.", "P_0", {"P_0": "clearing.spot_price"})
    if (key := reader.scenario.clearing.price_index) != NO_INDEX:
        index = price_indices()[key]
        return Equation(label, value, "USD/h", f"As the chosen index reads: {index.label}, {index.date}.", "P_0",
                        {"index": "clearing.price_index"}, "given", source=index.source)
    return Equation(
        label, value, "USD/h", "In its usual relation to the long-run price.", "ratio·P^LR_0",
        {"ratio": "constants.price_ratio", "P^LR_0": "market.price_long_run.0"}, beside=("clearing.spot_price",),
    )


declare(
    "market.price_floor.{t}", "Price floor over long-run price", "x",
    "Below the avoidable cost of the oldest machines they are switched off, so prices stop falling there.",
    "max({f_min}, c_old·(c_0 − c_idle)/c_0/(û_0·P^LR))",
    {"f_min": "clearing.price_floor", "c_old": ".old_cash_cost.{t}", "c_0": ".cash_cost_now",
     "c_idle": "hardware.idle_cost", "û_0": ".earned_utilization", "P^LR": ".price_long_run.{t}"},
    lambda r: price_floors(r.scenario.clearing, r.scenario.hardware, r.market.curves, r.market.quarters),
)
declare(
    "market.price_long_run.{t}", "Long-run rental price", "USD/h",
    "The price along which a buyer of new hardware just earns the hurdle; it falls with hardware cost.",
    "P^LR_t = P^LR_0·H", {"P^LR_0": ".break_even_price", "H": ".cost_index.{t}"},
    lambda r: r.market.curves.price[: r.market.quarters + 1],
)


@explains("market.cost_index.{t}")
def index(reader: Reader, t: int) -> Equation:
    """Cost of a unit of compute against today."""
    surprise = reader.scenario.hardware.deflation_surprise != 0.0
    return _index(reader, f"Hardware cost against today, quarter {t}", at(reader.market.curves.index, t), t, surprise)


@explains("market.expected_index.{t}")
def expected_index(reader: Reader, t: int) -> Equation:
    """Cost of a unit of compute against today, as expected at closing."""
    index = cost_index(reader.scenario.hardware, len(reader.market.curves.index) - 1, surprise=False)
    return _index(reader, f"Hardware cost against today as expected, quarter {t}", at(index, t), t, False)


def _index(reader: Reader, label: str, value: float, t: int, has_surprise: bool) -> Equation:
    words, when = "Deflation that fades from its current to its long-run rate", f"{t / 4:g}"
    parts: dict[str, Operand] = {"δ_0": "hardware.deflation_now", "δ_∞": "hardware.deflation_long_run",
                                 "k": "hardware.deflation_fade"}
    text = faded("δ_0", "δ_∞", "k", when)
    if reader.scenario.hardware.deflation_by_year is not None:
        words = "Deflation of each year until then, as given year by year"
        parts = {"δ_y": "hardware.deflation_by_year", "δ_∞": "hardware.deflation_long_run", "y": range(10)}
        text = f"{by_year('δ_y', when)} + δ_∞·max(0, {when} − 10)"
    if has_surprise:
        words, text = f"{words}, and the surprise from its year on", f"{text} + Δδ·max(0, {when} − y_0)"
        parts |= {"Δδ": "hardware.deflation_surprise", "y_0": "hardware.surprise_year"}
    return Equation(label, value, "x", f"{words}.", f"H = exp(−[{text}])", parts, note=f"τ = {when} years")


_V = "(1 + r_M)^(−j/4)"


def _life(reader: Reader, t: int | None = None) -> dict[str, Operand]:
    """Discounting over the quarters in which a machine earns, and hardware cost in them seen from quarter ``t``."""
    quarters = cash_quarters(reader.scenario.hardware)
    life = range(int(quarters[0]), int(quarters[-1]) + 1)
    parts: dict[str, Operand] = {"r_M": "in_force.hardware.merchant_hurdle", "j": life}
    if t is None:
        return parts
    curve = _believed(reader, t)
    return parts | {"H_j": tuple(f"market.{curve}.{t + int(j)}" for j in quarters), "H": f"market.{curve}.{t}"}


def _believed(reader: Reader, t: int) -> str:
    return "cost_index" if t >= reader.market.curves.surprise_quarter else "expected_index"


declare(
    "market.break_even_price", "Long-run rental price today", "USD/h",
    "Cost of the machine and of running it, over the hours it earns, all at the hurdle and with rents that fall.",
    "P^LR_0 = (K_0 + h·c_0·annuity)/(h·û_0·falling)",
    {"K_0": "hardware.installed_cost", "h": "constants.hours", "c_0": ".cash_cost_now", "annuity": ".annuity",
     "û_0": ".earned_utilization", "falling": ".falling_annuity"},
    lambda r: break_even_price(r.scenario.hardware, r.market.curves.balance_utilization),
)


@explains("market.annuity")
def annuity(reader: Reader) -> Equation:
    """Present value of a dollar a quarter over the life of a machine."""
    return Equation(
        "A dollar a quarter over a machine's life", float(_factors(reader).sum()), "USD",
        "Discounted at the merchant hurdle, from the end of the ramp to the end of life.", f"Σ({_V})", _life(reader),
        beside=("hardware.ramp_quarters", "hardware.life_quarters"),
    )


@explains("market.falling_annuity")
def falling_annuity(reader: Reader) -> Equation:
    """The same, falling with hardware cost as was expected at closing."""
    hardware = reader.scenario.hardware
    j = cash_quarters(hardware)
    fall = cost_index(hardware, int(j[-1]), surprise=False)[j]
    return Equation(
        "A dollar that falls with hardware cost, over a machine's life", float((_factors(reader) * fall).sum()), "USD",
        "As before, each dollar lowered by the deflation expected at closing.", f"Σ({_V}·H_j)",
        _life(reader) | {"H_j": tuple(f"market.expected_index.{q}" for q in j)}, beside=_deflation(reader),
    )


def _deflation(reader: Reader) -> tuple[str, ...]:
    if reader.scenario.hardware.deflation_by_year is not None:
        return "hardware.deflation_by_year", "hardware.deflation_long_run"
    return "hardware.deflation_now", "hardware.deflation_long_run", "hardware.deflation_fade"


def _factors(reader: Reader) -> Array:
    j = cash_quarters(reader.scenario.hardware)
    return np.asarray(discount_factors(reader.scenario.hardware.merchant_hurdle, int(j[-1]))[j])


@explains("market.cash_cost_now")
def running_cost(reader: Reader) -> Equation:
    """Running cost of a new machine today."""
    hardware, label = reader.scenario.hardware, "Running cost of a new machine"
    if hardware.cash_cost is not None:
        return Equation(label, cash_cost_now(hardware), "USD/h", "As set.", "c_0", {"c_0": "hardware.cash_cost"})
    return Equation(
        label, cash_cost_now(hardware), "USD/h", "Follows the cost of hardware.",
        f"c_0 = {REFERENCE_CASH_COST:g} + {CASH_COST_SLOPE:g}·(K_0 − {REFERENCE_INSTALLED_COST:g})/1000",
        {"K_0": "hardware.installed_cost"}, beside=("hardware.cash_cost",),
    )


@explains("market.cash_cost.{t}")
def vintage_cost(reader: Reader, t: int) -> Equation:
    """Running cost of the machines bought in a quarter."""
    return Equation(
        f"Running cost of machines bought in quarter {t}", at(reader.market.curves.cash_cost, t), "USD/h",
        f"Falls with the root of hardware cost, and never takes more than {EARNED_AT_MOST:.0%} of what the machine "
        "earns.", f"min(c_0·√(H), {EARNED_AT_MOST:g}·û_0·P^LR_0·Σ({_V}·H_j)/Σ({_V}))",
        {"c_0": "market.cash_cost_now", "û_0": "market.earned_utilization", "P^LR_0": "market.break_even_price",
         **_life(reader, t)},
    )


@explains("market.old_cash_cost.{t}")
def old_cost(reader: Reader, t: int) -> Equation:
    """Running cost of the oldest machines in use."""
    vintage = max(t - reader.scenario.hardware.life_quarters, 0)
    return Equation(
        f"Running cost of the oldest machines, quarter {t}", at(reader.market.curves.old_cash_cost, t), "USD/h",
        "Fixed for the life of a vintage: that of the oldest one still in use.", "c_old",
        {"c_old": f"market.cash_cost.{vintage}"},
    )


@explains("market.hardware_cost.{t}")
def hardware_cost(reader: Reader, t: int) -> Equation:
    """Cost at which hardware bought in a quarter just earns the hurdle."""
    return Equation(
        f"Cost of new hardware, quarter {t}", at(reader.market.curves.hardware_cost, t), "USD/H100e",
        "What a machine bought then will earn over its life at long-run prices, less its running cost.",
        f"K_t = h·Σ({_V}·[û_0·P^LR_0·H_j − c_t])",
        {"h": "constants.hours", "û_0": "market.earned_utilization", "P^LR_0": "market.break_even_price",
         "c_t": f"market.cash_cost.{t}", **_life(reader, t)},
    )


declare(
    "market.all_in_cost.{t}", "Cost of new hardware with its data center", "USD/H100e",
    "Hardware, and a turn-key data center for its power, which falls with the root of hardware cost.",
    "K^all = K + κ_0·√(H)·{building}",
    {"K": ".hardware_cost.{t}", "κ_0": "hardware.power_kw", "H": ".cost_index.{t}", "building": "policy.building_cost"},
    lambda r: r.market.curves.all_in_cost,
)
declare(
    "market.earned_utilization", "Earned utilization at balance", "share",
    "Availability, highest utilization, and the share of capacity that finds demand at balance.", "û_0 = a·ū·m",
    {"a": "hardware.availability", "ū": "clearing.ceiling_utilization", "m": ".balance_match"},
    lambda r: r.market.curves.balance_utilization,
)
declare(
    "market.support_price", "Break-even contract price", "USD/h",
    "The level price over the contract term that is worth as much as long-run rents, per hour the machine is "
    "available.", "P^eqv = û_0/a·P^LR_0·fall",
    {"û_0": ".earned_utilization", "a": "hardware.availability", "P^LR_0": ".break_even_price",
     "fall": ".contract_deflation"}, lambda r: r.market.support_price,
)


@explains("market.contract_deflation")
def contract_deflation(reader: Reader) -> Equation:
    """How far rents fall, on average over the contract term."""
    hardware = reader.scenario.hardware
    first, last = contract_window(reader.setting)
    v = discount_factors(hardware.merchant_hurdle, last)[first : last + 1]
    fall = cost_index(hardware, last, surprise=False)[first : last + 1]
    return Equation(
        f"Long-run price over quarters {first} to {last} against today", float((v * fall).sum() / v.sum()), "x",
        "Mean of the deflation expected at closing, weighted by discount factors at the merchant hurdle.",
        f"Σ({_V}·H_j)/Σ({_V})",
        {"r_M": "in_force.hardware.merchant_hurdle", "j": range(first, last + 1),
         "H_j": tuple(f"market.expected_index.{q}" for q in range(first, last + 1))},
        beside=("hardware.ramp_quarters", "gpu_fleet.contract_quarters"),
    )
