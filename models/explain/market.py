"""The market as numbers with reasons: rental price, utilization, surplus and demand, by quantile and on a path.

World and home bloc are two passes of one loop; tokens ending in ``_local`` mean the home bloc.
"""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array, years
from models.explain.equation import Equation, Operand
from models.explain.quantile import PROBABILITY, known, quantile_equation
from models.explain.registry import Reader, UnknownPath, at, declare, explains, faded
from models.market.demand import compensator, log_growth
from models.market.kernel import Run
from models.market.localization import matched_share
from models.measures import risk
from models.tables.classes import MARKET_SERIES, market_series

_CYCLE = ("demand.volatility", "demand.memory_years")
_BUST = ("demand.bust_rate", "demand.bust_size", "demand.bust_permanent")
_REGIME = ("regime.boom_drift", "regime.bust_drift", "regime.bust_rate", "regime.boom_rate")
_DUST = 1e-9  # of demand: rounding, not purchases


def run_of(reader: Reader, run: str) -> Run:
    """The world's pass of the market loop, or the home bloc's."""
    return reader.market.home if run else reader.market.world


def place(run: str) -> str:
    """Words for a pass of the market loop."""
    return "home bloc" if run else "world"


def machines(reader: Reader, run: str) -> str:
    """Unit of machines: a bloc's pass is counted in units of its share of the world."""
    return "H100e per unit of the bloc's share" if run and reader.scenario.localization.home_share < 1 else "H100e"


def is_one_market(reader: Reader) -> bool:
    """Whether the home bloc is the world: nothing tells them apart."""
    return reader.market.home is reader.market.world


def _column(paths: Array, t: int) -> Array:
    """One quarter of (paths or 1, quarters + 1)."""
    if not 0 <= t < paths.shape[1]:
        raise UnknownPath(f"quarters run from 0 to {paths.shape[1] - 1}")
    return np.asarray(paths[:, t])


def _series(reader: Reader, series: str, t: int) -> tuple[str, str, Array]:
    """Label, unit and values of a market series in a quarter."""
    if series not in MARKET_SERIES:
        raise UnknownPath(f"market series are {', '.join(MARKET_SERIES)}")
    return (*MARKET_SERIES[series], _column(market_series(reader.evaluation, series), t))


@explains("market.{series}.{pxx}.{t}")
def series_quantile(reader: Reader, series: str, pxx: str, t: int) -> Equation:
    """Quantile of a market series in one quarter."""
    label, unit, values = _series(reader, series, t)
    value = float(risk.quantiles(values, PROBABILITY[pxx]))
    if series == "price_long_run":
        return Equation(f"{label}, quarter {t}", value, unit, "The same on every path.", "P^LR",
                        {"P^LR": f"market.{series}.{t}"})
    error = None
    if len(values) == reader.paths > 1:
        error = float(risk.quantile_standard_error(values, PROBABILITY[pxx], reader.evaluation.replicate))
    return quantile_equation(
        reader, f"{label}, quarter {t}", unit, values, pxx, value, error, lambda i: f"market.{series}.path{i}.{t}"
    )


@explains("market.{series}.mean.{t}")
def series_mean(reader: Reader, series: str, t: int) -> Equation:
    """Mean of a market series over paths in one quarter."""
    label, unit, values = _series(reader, series, t)
    name, value = f"{label}, quarter {t}, mean", float(values.mean())
    if len(values) < reader.paths:
        return Equation(name, value, unit, "The same on every path.", "x", {"x": f"market.{series}.p50.{t}"})
    row = reader.once("typical path", lambda: _typical_path(reader.market.log_ratio))
    return Equation(
        name, value, unit, f"Mean over {reader.paths:,} paths, of which path {row:,} is the most typical.", "E[x]",
        {"x": f"market.{series}.path{row}.{t}", "draws": "draws"}, "statistic",
        standard_error=known(risk.mean_standard_error(values, reader.evaluation.replicate)),
    )


def _typical_path(log_ratio: Array) -> int:
    """Row of (paths, quarters + 1) that stays closest to the mean."""
    return int(np.abs(log_ratio - log_ratio.mean(axis=0)).sum(axis=1).argmin())


@explains("market.rent_gap.{t}")
def rent_gap(reader: Reader, t: int) -> Equation:
    """Median rent against what a new machine must earn."""
    label = f"Median rent against break-even, quarter {t}"
    median = float(risk.quantiles(_column(reader.market.price, t), PROBABILITY["p50"]))
    return Equation(
        label, median / float(reader.market.curves.price[t]) - 1.0, "share",
        "Below zero the median future pays less than a new machine must earn.", "P/P^LR − 1",
        {"P": f"market.price.p50.{t}", "P^LR": f"market.price_long_run.{t}"},
    )


@explains("market.price.{path}.{t}")
def price(reader: Reader, path: str, t: int) -> Equation:
    """Rental price at home; the price ratio is that of the world where nothing tells them apart."""
    ratio = f"market.{'clearing_state' if is_one_market(reader) else 'price_ratio'}.{path}.{t}"
    return Equation(
        f"Rental price, quarter {t}, {reader.whose(path)}", reader.pick(reader.market.price, path, t), "USD/h",
        "Price over long-run price, times the long-run price.", "P = ρ·P^LR",
        {"ρ": ratio, "P^LR": f"market.price_long_run.{t}"},
    )


_PRICE = "Price over long-run price, times the long-run price."
declare("market.price_global.{path}.{t}", "Rental price, world", "USD/h", _PRICE, "P = ρ·P^LR",
        {"ρ": ".clearing_state@", "P^LR": ".price_long_run.{t}"}, lambda r: r.market.world.price)
declare("market.price_local.{path}.{t}", "Rental price, home bloc", "USD/h", _PRICE, "P = ρ·P^LR",
        {"ρ": ".clearing_state_local@", "P^LR": ".price_long_run.{t}"}, lambda r: r.market.home.price)


def _at_home(reader: Reader, path: str, t: int, label: str, unit: str, value: float, name: str, text: str) -> Equation:
    """A number at home: that of the world, or world and home bloc weighted by the localized share of demand."""
    label, world = f"{label}, quarter {t}, {reader.whose(path)}", f"market.{name}.{path}.{t}"
    if is_one_market(reader):
        return Equation(label, value, unit, "The home bloc is the world market.", "world", {"world": world})
    return Equation(
        label, value, unit, "World and home bloc, weighted by the localized share of demand.", text,
        {"world": world, "local": f"market.{name}_local.{path}.{t}", "ℓ'": "market.bound_share"},
    )


def _ratio(run: Run) -> Array:
    return np.asarray(np.exp(run.log_ratio))


@explains("market.price_ratio.{path}.{t}")
def price_ratio(reader: Reader, path: str, t: int) -> Equation:
    """Price over long-run price at home."""
    value = float(np.exp(reader.pick(reader.market.log_ratio, path, t)))
    return _at_home(reader, path, t, "Price over long-run price", "x", value, "clearing_state",
                    "world^(1 − ℓ')·local^ℓ'")


@explains("market.overcapacity.{path}.{t}")
def surplus(reader: Reader, path: str, t: int) -> Equation:
    """Surplus capacity at home."""
    value = reader.pick(reader.market.surplus, path, t)
    return _at_home(reader, path, t, "Surplus capacity", "share", value, "surplus",
                    "(1 + world)^(1 − ℓ')·(1 + local)^ℓ' − 1")


declare(
    "market.surplus{run}.{path}.{t}", "Surplus capacity", "share",
    "Capacity beyond what demand at the long-run price would balance; price cuts refill machines, so utilization hides "
    "it.", "S = u*·C/B − 1",
    {"u*": "clearing.balance_utilization", "C": ".capacity{run}@", "B": ".demand{run}@"},
    lambda r, run: run_of(r, run).surplus,
)


@explains("market.clearing_state{run}.{path}.{t}")
def pass_ratio(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Price over long-run price in one pass of the loop: sticky."""
    value = float(np.exp(reader.pick(run_of(reader, run).log_ratio, path, t)))
    label = f"Price over long-run price, {place(run)}, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Equation(label, value, "x", "Today's price over today's long-run price.", "P_0/P^LR_0",
                        {"P_0": "market.spot_price_now", "P^LR_0": "market.price_long_run.0"})
    return Equation(
        label, value, "x", "Prices are sticky: part of the gap to the clearing price closes in a quarter.",
        "ρ_t = ρ_{t−1}^(1 − {θ})·ρ_clear^{θ}",
        {"ρ_{t−1}": f"market.clearing_state{run}.{path}.{t - 1}", "θ": "clearing.price_speed",
         "ρ_clear": f"market.clearing_ratio{run}.{path}.{t}"},
    )


@explains("market.clearing_ratio{run}.{path}.{t}")
def clearing_ratio(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Price ratio that would clear the market in one quarter, read back from two sticky ones."""
    if t < 1:
        raise UnknownPath("the market clears from quarter 1")
    speed = reader.scenario.clearing.price_speed
    state = run_of(reader, run).log_ratio
    now, before = reader.pick(state, path, t), reader.pick(state, path, t - 1)
    return Equation(
        f"Clearing price over long-run price, {place(run)}, quarter {t}, {reader.whose(path)}",
        float(np.exp((now - (1.0 - speed) * before) / speed)), "x",
        "Demand over the capacity that balances it, to a power, between floor and ceiling.",
        "clip((B/(u*·C))^ζ, f, {M})",
        {"B": f"market.demand{run}.{path}.{t}", "u*": "clearing.balance_utilization",
         "C": f"market.capacity{run}.{path}.{t}", "ζ": "market.price_power", "f": f"market.price_floor.{t}",
         "M": "clearing.price_cap"},
    )


declare(
    "market.price_power", "Power of scarcity in the price", "",
    "Inverse supply slope over one plus slope times elasticity.", "ζ = η/(1 + η·ε)",
    {"η": "clearing.supply_slope", "ε": "clearing.demand_elasticity"}, lambda r: r.scenario.clearing.power,
)


@explains("market.utilization.{path}.{t}")
def utilization(reader: Reader, path: str, t: int) -> Equation:
    """Utilization at home."""
    return _utilization(reader, reader.market.utilization, "", path, t)


@explains("market.utilization_world.{path}.{t}")
def utilization_world(reader: Reader, path: str, t: int) -> Equation:
    """Utilization of the world, which decides what retires."""
    if is_one_market(reader):
        value = reader.pick(reader.market.world.utilization, path, t)
        label = f"Utilization, world, quarter {t}, {reader.whose(path)}"
        return Equation(label, value, "share", "The home bloc is the world market.", "U",
                        {"U": f"market.utilization.{path}.{t}"})
    return _utilization(reader, reader.market.world.utilization, "_world", path, t)


@explains("market.utilization_local.{path}.{t}")
def utilization_local(reader: Reader, path: str, t: int) -> Equation:
    """Utilization the home bloc would have on its own."""
    return _utilization(reader, reader.market.home.utilization, "_local", path, t)


def _utilization(reader: Reader, values: Array, which: str, path: str, t: int) -> Equation:
    words = {"": "", "_world": ", world", "_local": ", home bloc alone"}[which]
    pool, home = "_local" if which == "_local" else "", "" if which == "_world" else "_local"
    return Equation(
        f"Utilization{words}, quarter {t}, {reader.whose(path)}", reader.pick(values, path, t), "share",
        "Highest utilization times the share of capacity that finds demand: pooled for demand that may go anywhere, "
        "inside the bloc for localized demand.", "U = ū·[(1 − ℓ')·pooled + ℓ'·localized]",
        {"ū": "clearing.ceiling_utilization", "ℓ'": f"market.bound_share{'_world' if which == '_world' else ''}",
         "pooled": f"market.matched_pool{pool}.{path}.{t}", "localized": f"market.matched_home{home}.{path}.{t}"},
    )


@explains("market.matched_pool{run}.{path}.{t}")
def matched_pool(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Share of capacity that finds demand which may go anywhere."""
    zone = reader.scenario.localization
    return _matched(reader, run, path, t, "fungible", zone.pooled_sd(zone.scenario_error), "market.pooled_sd")


@explains("market.matched_home{run}.{path}.{t}")
def matched_home(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Share of capacity that finds demand bound to its bloc."""
    zone = reader.scenario.localization
    return _matched(reader, run, path, t, "localized", zone.local_sd(zone.scenario_error), "market.local_sd")


def _matched(reader: Reader, run: str, path: str, t: int, which: str, sd: float, sd_path: str) -> Equation:
    ratio = reader.pick(run_of(reader, run).served_ratio, path, t)
    return _mean_of_smaller(
        f"Capacity that finds {which} demand, quarter {t}, {reader.whose(path)}", ratio, sd,
        "Mean of the smaller of one and a lognormal ratio of demand to capacity: what is idle in one place cannot "
        "serve a shortage in another.", {"x": f"market.served_ratio{run}.{path}.{t}", "s": sd_path}, "x",
    )


def _mean_of_smaller(
    label: str, ratio: float, sd: float, words: str, operands: dict[str, Operand], x: str
) -> Equation:
    text = f"{x}·Φ(−ln({x})/s − s/2) + Φ(ln({x})/s − s/2)" if sd >= 1e-8 else f"min(1, {x})"
    return Equation(label, float(matched_share(np.array([ratio]), sd)[0]), "share", words, f"m = {text}", operands)


@explains("market.balance_match")
def balance_match(reader: Reader) -> Equation:
    """Share of usable capacity that finds demand at balance."""
    clearing, zone = reader.scenario.clearing, reader.scenario.localization
    return _mean_of_smaller(
        "Capacity that finds demand at balance", clearing.balance_utilization / clearing.ceiling_utilization,
        zone.pooled_sd(zone.bloc_error),
        "Mean of the smaller of one and a lognormal ratio of demand to usable capacity.",
        {"u*": "clearing.balance_utilization", "ū": "clearing.ceiling_utilization", "s": "market.pooled_sd_before"},
        "(u*/ū)",
    )


declare(
    "market.served_ratio{run}.{path}.{t}", "Demand over usable capacity", "x",
    "Demand at today's price, over the capacity that can be used at most.", "x = B·ρ^(−{ε})/(ū·C)",
    {"B": ".demand{run}@", "ρ": ".clearing_state{run}@", "ε": "clearing.demand_elasticity",
     "ū": "clearing.ceiling_utilization", "C": ".capacity{run}@"}, lambda r, run: run_of(r, run).served_ratio,
)


@explains("market.pooled_sd")
def pooled_sd(reader: Reader) -> Equation:
    """Spread of demand over capacity where blocs pool."""
    return _pooled(reader, "Mismatch of pooled demand", reader.scenario.localization.fragmentation is not None)


@explains("market.pooled_sd_before")
def pooled_sd_before(reader: Reader) -> Equation:
    """Spread of pooled demand that the long-run price was set on."""
    return _pooled(reader, "Mismatch of pooled demand, calibration", False)


def _pooled(reader: Reader, label: str, is_fragmented: bool) -> Equation:
    zone = reader.scenario.localization
    return Equation(
        label, zone.pooled_sd(zone.scenario_error if is_fragmented else zone.bloc_error), "log sd",
        "Friction, and planning errors of blocs that average out over their number.",
        "s_pool = √(s_f² + s_k²·(1 − r)/K)", {**_mismatch(is_fragmented), "K": "localization.blocs"},
    )


def _mismatch(is_fragmented: bool) -> dict[str, str]:
    return {"s_f": "localization.friction", "s_k": f"localization.{'fragmentation' if is_fragmented else 'bloc_error'}",
            "r": "localization.correlation"}


@explains("market.local_sd")
def local_sd(reader: Reader) -> Equation:
    """Spread of demand over capacity inside one bloc."""
    zone = reader.scenario.localization
    return Equation(
        "Mismatch of localized demand", zone.local_sd(zone.scenario_error), "log sd",
        "Friction, and a bloc's own planning error, which nothing averages out.", "s_loc = √(s_f² + s_k²·(1 − r))",
        _mismatch(zone.fragmentation is not None),
    )


@explains("market.bound_share")
def bound_share(reader: Reader) -> Equation:
    """Share of home demand that must be served at home."""
    policy = reader.scenario.policy
    bind = [i for i, program in enumerate(policy.programs)
            if program in policy.home and program.terms.mandate and policy.market_channel]
    return Equation(
        "Localized share at home", reader.market.bound_share, "share",
        "Localized demand and what programs add to it, less what alliances let others serve.",
        f"ℓ' = min(ℓ{' + Σ(Δℓ·m)' if bind else ''}, 1)·(1 − ω)",
        {"ℓ": "localization.share",
         **({"Δℓ": tuple(f"policy.programs.{i}.terms.mandate" for i in bind),
             "m": tuple(f"market.mandate_force.{i}" for i in bind)} if bind else {}),
         "ω": "localization.flexibility"},
    )


@explains("market.mandate_force.{program}")
def mandate_force(reader: Reader, program: str) -> Equation:
    """How far a mandate is carried out."""
    policy, i = reader.scenario.policy, int(program) if program.isdigit() else -1
    if not 0 <= i < len(policy.programs):
        raise UnknownPath(f"programs run from 0 to {len(policy.programs) - 1}")
    varies = policy.intensity_by_year is not None
    return Equation(
        f"How far the mandate of program {i} is carried out", policy.mean_force(policy.programs[i]), "share",
        "As far as programs pay what they announced" + (", on average over the years it is planned for." if varies
                                                        else "."),
        "m = min(multiplier, 1)", {"multiplier": "policy.intensity"}
        | ({"by year": "policy.intensity_by_year"} if varies else {}), "simulation" if varies else "expression",
        beside=() if not varies else (f"policy.programs.{i}.schedule.start", f"policy.programs.{i}.schedule.stop"),
    )


declare(
    "market.bound_share_world", "Localized share, world", "share",
    "Localized demand less what alliances let others serve.", "ℓ' = ℓ·(1 − ω)",
    {"ℓ": "localization.share", "ω": "localization.flexibility"}, lambda r: r.scenario.localization.bound_share(),
)


@explains("market.demand{run}.{path}.{t}")
def demand(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Compute wanted at the long-run price."""
    value = reader.pick(run_of(reader, run).demand, path, t)
    public = has_public_demand(reader, path, t, run)
    return Equation(
        f"Demand at the long-run price, {place(run)}, quarter {t}, {reader.whose(path)}", value, machines(reader, run),
        "What is wanted without programs, and what programs buy beyond what they replace.",
        f"B = private{' + public' if public else ''}",
        {"private": f"market.private_demand.{path}.{t}"}
        | ({"public": f"market.public_demand{run}.{path}.{t}"} if public else {}),
    )


def has_public_demand(reader: Reader, path: str, t: int, run: str = "") -> bool:
    """Whether programs add to demand in a quarter of a path."""
    value = reader.pick(run_of(reader, run).demand, path, t)
    return abs(value - _private(reader, path, t)) > _DUST * value


def _private(reader: Reader, path: str, t: int) -> float:
    paths = reader.market.demand_paths
    log = paths.log_reference[t] + reader.pick(paths.state, path, t) + paths.efficiency[t]
    return float(np.exp(log))


@explains("market.private_demand.{path}.{t}")
def private_demand(reader: Reader, path: str, t: int) -> Equation:
    """Demand without programs."""
    is_surprised = reader.market.demand_paths.efficiency[t] != 0.0
    return Equation(
        f"Demand without programs, quarter {t}, {reader.whose(path)}", _private(reader, path, t), "H100e",
        "Reference path times the deviation of this future.", f"B_ref·deviation{'·surprise' if is_surprised else ''}",
        {"B_ref": f"market.reference_demand.{t}", "deviation": f"market.demand_shock.{path}.{t}"}
        | ({"surprise": f"market.efficiency.{t}"} if is_surprised else {}),
    )


@explains("market.public_demand{run}.{path}.{t}")
def public_demand(reader: Reader, run: str, path: str, t: int) -> Equation:
    """New demand from offtake, procurement and vouchers."""
    parts = [*intensity_of(reader), *(("localization.home_share",) if run else ())]
    for i, program in enumerate(reader.scenario.policy.programs):
        bought = [name for name in ("offtake", "procurement", "voucher") if getattr(program.mix, name)]
        if bought:
            root = f"policy.programs.{i}"
            parts += [f"{root}.schedule.{name}" for name in ("budget", "disbursement", "start", "stop", "cliff_rate")]
            parts += [f"{root}.mix.{name}" for name in bought]
    return Equation(
        f"New demand from programs, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).demand, path, t) - _private(reader, path, t), "H100e",
        "Money spent on compute over its price, less what it replaces of private purchases; of vouchers only what "
        "cheaper compute adds.", "(1 − d)·G",
        {"d": "demand.diversion", "P^eqv": "market.support_price", "a": "hardware.availability", "G": tuple(parts)},
        "simulation",
    )


def intensity_of(reader: Reader) -> tuple[str, ...]:
    """What budgets are multiplied by: the intensity, and its path by year where one is given."""
    by_year = reader.scenario.policy.intensity_by_year is not None
    return ("policy.intensity", *(("policy.intensity_by_year",) if by_year else ()))


declare(
    "market.reference_demand.{t}", "Reference demand", "H100e",
    "Demand today, grown with spending; as compute gets cheaper the same money buys more of it.",
    "B_ref = B_0·spending/H", {"B_0": "demand.stock_now", "spending": ".spending_growth.{t}", "H": ".cost_index.{t}"},
    lambda r: np.exp(r.market.demand_paths.log_reference),
)


@explains("market.spending_growth.{t}")
def spending_growth(reader: Reader, t: int) -> Equation:
    """Growth of spending since closing."""
    value = float(np.exp(at(log_growth(reader.scenario.demand, years(reader.market.quarters)), t)))
    label, note = f"Spending on compute against today, quarter {t}", f"τ = {t / 4:g} years"
    if reader.scenario.demand.growth_by_year is not None:
        return Equation(label, value, "x", "Growth of each year until then, as given year by year.",
                        f"exp({by_year('g_y', f'{t / 4:g}')})",
                        {"g_y": "demand.growth_by_year", "y": range(10)}, note=note)
    return Equation(
        label, value, "x", "Growth that fades from its current to its long-run rate.",
        f"exp({faded('g_0', 'g_∞', 'k', f'{t / 4:g}')})",
        {"g_0": "demand.growth_now", "g_∞": "demand.growth_long_run", "k": "demand.growth_fade"}, note=note,
    )


def by_year(rate: str, when: str) -> str:
    """Text of the integral of a rate given for each year ``y`` up to a time."""
    return f"Σ({rate}·clip({when} − y, 0, 1))"


@explains("market.demand_shock.{path}.{t}")
def demand_shock(reader: Reader, path: str, t: int) -> Equation:
    """Deviation of one future from the reference path."""
    state = reader.market.demand_paths.state
    label = f"Demand over its reference, quarter {t}, {reader.whose(path)}"
    value = float(np.exp(reader.pick(state, path, t)))
    if not state.any():
        return Equation(label, value, "x", "There are no shocks on this path.", "1", {"draws": "draws"})
    lasting = {} if reader.scenario.regime.is_on else {"lasting": f"market.lasting_loss.{path}.{t}"}
    return Equation(
        label, value, "x", "Cycle and busts, and what keeps their mean at one.",
        f"cycle{'·lasting' if lasting else ''}·compensation",
        {"cycle": f"market.cycle.{path}.{t}", **lasting, "compensation": f"market.compensation.{t}"},
    )


declare(
    "market.demand_sustained.{path}.{t}", "Demand over its reference, as it lasts", "x",
    "Cycle and passing losses count with what is left of them on average over the next five years, lasting losses in "
    "full; mean one, too.", "", {name: name for name in (*_CYCLE, *_BUST, "demand.bust_half_life", "draws")},
    lambda r: np.exp(r.market.demand_paths.sustained), kind="draw", status="draw",
)


@explains("market.cycle.{path}.{t}")
def cycle(reader: Reader, path: str, t: int) -> Equation:
    """Slow cycle and temporary part of busts, or boom and bust."""
    paths, has_regimes = reader.market.demand_paths, reader.scenario.regime.is_on
    rest = reader.pick(paths.state, path, t) - reader.pick(paths.permanent, path, t)
    parts = (*_CYCLE, *(_REGIME if has_regimes else (*_BUST, "demand.bust_half_life")), "draws")
    return Equation(
        f"Cycle{', and boom or bust' if has_regimes else ' and temporary losses'}, quarter {t}, {reader.whose(path)}",
        float(np.exp(rest - np.log(at(_compensation(reader), t)))), "x",
        "A slow cycle of sentiment and adoption, and a drift that is up in a boom and down in a bust, its mean taken "
        "out." if has_regimes else "A slow cycle of sentiment and adoption, and the part of busts that comes back.",
        "e^(X + R)" if has_regimes else "e^(X + Y)", {"terms": parts}, "draw", status="draw",
    )


@explains("market.lasting_loss.{path}.{t}")
def lasting_loss(reader: Reader, path: str, t: int) -> Equation:
    """Lasting part of busts."""
    return Equation(
        f"Lasting losses from busts, quarter {t}, {reader.whose(path)}",
        float(np.exp(reader.pick(reader.market.demand_paths.permanent, path, t))), "x",
        "The part of busts so far that never comes back.", "e^(Q)", {"terms": (*_BUST, "draws")}, "draw",
        status="draw",
    )


@explains("market.compensation.{t}")
def compensation(reader: Reader, t: int) -> Equation:
    """Factor that keeps the mean of demand at its reference."""
    parts: dict[str, Operand] = {"σ": "demand.volatility", "m": "demand.memory_years"}
    text = f"e^(−σ²/8·(1 − 2^(−{t}/(2·m)))/(1 − 2^(−1/(2·m))))"
    if not reader.scenario.regime.is_on:
        left = "lasting + (1 − lasting)·2^(−i/(4·h))"
        text += f"/Π(1 − (1 − e^(−λ/4))·[1 − (1 − J)^({left})])"
        parts |= {"λ": "demand.bust_rate", "J": "demand.bust_size", "lasting": "demand.bust_permanent",
                  "h": "demand.bust_half_life", "i": range(t)}
    return Equation(
        f"What keeps mean demand at its reference, quarter {t}", at(_compensation(reader), t), "x",
        "Volatility would raise and busts would lower the mean; this factor takes both back, so that shocks are risk "
        "and not a forecast.", text, parts,
    )


def _compensation(reader: Reader) -> Array:
    def make() -> Array:
        demand = reader.scenario.demand
        if reader.scenario.regime.is_on:  # they replace sudden busts
            demand = demand.derived(bust_rate=0.0)
        return np.asarray(np.exp(-compensator(demand, reader.market.quarters)))

    return reader.once("compensation", make)


@explains("market.efficiency.{t}")
def efficiency(reader: Reader, t: int) -> Equation:
    """Effect of an efficiency surprise."""
    demand = reader.scenario.demand
    return Equation(
        f"Efficiency surprise in demand, quarter {t}",
        float(np.exp(at(reader.market.demand_paths.efficiency, t))), "x",
        "Work done with less compute lowers demand, and the rebound brings part of it back.",
        "f^(−(1 − ε_R))" if t >= demand.efficiency_quarter else "1",
        {"f": "demand.efficiency_factor", "ε_R": "demand.rebound"}, beside=("demand.efficiency_quarter",),
    )
