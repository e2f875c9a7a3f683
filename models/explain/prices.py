"""The market as numbers with reasons: rental price, utilization and surplus, by quantile, on average and on a path.

World and home bloc are two passes of one loop; tokens ending in ``_local`` mean the home bloc.
"""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.evidence.price_index import NO_INDEX, price_indices
from models.explain.equation import Equation
from models.explain.quantile import PROBABILITY, known, quantile_spec
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.market.clearing import price_floors, spot_price_now
from models.market.simulate import Run, initial_scarcity
from models.measures import risk
from models.tables.classes import MARKET_SERIES, market_series


def run_of(reader: Reader, run: str) -> Run:
    """The world's pass of the market loop, or the home bloc's."""
    return reader.market.home if run else reader.market.world


def place(run: str) -> str:
    """Words for a pass of the market loop."""
    return "home bloc" if run else "world"


def is_one_market(reader: Reader) -> bool:
    """Whether the home bloc is the world: nothing tells them apart."""
    return reader.market.home is reader.market.world


def column(reader: Reader, paths: Array, t: int) -> Array:
    """One quarter of (paths or 1, quarters + 1)."""
    if not 0 <= t < paths.shape[1]:
        raise UnknownPath(f"quarters run from 0 to {paths.shape[1] - 1}")
    return np.asarray(paths[:, t])


@explains("market.{series}.{pxx}.{t}")
def series_quantile(reader: Reader, series: str, pxx: str, t: int) -> Equation:
    """Quantile of a market series in one quarter."""
    label, unit = _series(series)
    values = column(reader, market_series(reader.evaluation, series), t)
    value = float(risk.quantiles(values, PROBABILITY[pxx]))
    if series == "price_long_run":
        return Spec(
            f"{label}, quarter {t}", value, unit, "The same on every path.", "", (f"market.{series}.{t}",), "same"
        )
    error = None
    if len(values) == reader.paths > 1:
        error = float(risk.quantile_standard_error(values, PROBABILITY[pxx], reader.evaluation.replicate))
    return quantile_spec(
        reader, f"{label}, quarter {t}", unit, values, pxx, value, error, lambda i: f"market.{series}.path{i}.{t}"
    )


@explains("market.{series}.mean.{t}")
def series_mean(reader: Reader, series: str, t: int) -> Equation:
    """Mean of a market series over paths in one quarter."""
    label, unit = _series(series)
    values = column(reader, market_series(reader.evaluation, series), t)
    name = f"{label}, quarter {t}, mean"
    if len(values) < reader.paths:
        return Spec(
            name, float(values.mean()), unit, "The same on every path.", "", (f"market.{series}.p50.{t}",), "same"
        )
    row = reader.once("typical path", lambda: typical_path(reader.market.log_ratio))
    return Spec(
        name, float(values.mean()), unit,
        f"Mean over {reader.paths:,} paths, of which path {row:,} is the most typical.", "",
        (f"market.{series}.path{row}.{t}", "draws"),
        standard_error=known(risk.mean_standard_error(values, reader.evaluation.replicate)),
    )


def typical_path(log_ratio: Array) -> int:
    """Row of (paths, quarters + 1) that stays closest to the mean."""
    return int(np.abs(log_ratio - log_ratio.mean(axis=0)).sum(axis=1).argmin())


def _series(series: str) -> tuple[str, str]:
    if series not in MARKET_SERIES:
        raise UnknownPath(f"market series are {', '.join(MARKET_SERIES)}")
    return MARKET_SERIES[series]


@explains("market.price.{path}.{t}")
def price(reader: Reader, path: str, t: int) -> Equation:
    """Rental price at home."""
    return Spec(
        f"Rental price, quarter {t}, {reader.whose(path)}", reader.pick(reader.market.price, path, t), "USD/h",
        "Price over long-run price, times the long-run price.", "P = (P/P^LR)·P^LR",
        (ratio_at(reader, path, t), f"market.price_long_run.{t}"), "product",
    )


def ratio_at(reader: Reader, path: str, t: int) -> str:
    """Path of price over long-run price at home: that of the world where nothing tells them apart."""
    return f"market.{'clearing_state' if is_one_market(reader) else 'price_ratio'}.{path}.{t}"


@explains("market.price_global.{path}.{t}")
def world_price(reader: Reader, path: str, t: int) -> Equation:
    """Rental price of the world."""
    return _pass_price(reader, "", path, t)


@explains("market.price_local.{path}.{t}")
def local_price(reader: Reader, path: str, t: int) -> Equation:
    """Rental price the home bloc would have on its own."""
    return _pass_price(reader, "_local", path, t)


def _pass_price(reader: Reader, run: str, path: str, t: int) -> Equation:
    return Spec(
        f"Rental price, {place(run)}, quarter {t}, {reader.whose(path)}",
        reader.pick(run_of(reader, run).price, path, t), "USD/h",
        "Price over long-run price, times the long-run price.", "P = (P/P^LR)·P^LR",
        (f"market.clearing_state{run}.{path}.{t}", f"market.price_long_run.{t}"), "product",
    )


@explains("market.price_ratio.{path}.{t}")
def price_ratio(reader: Reader, path: str, t: int) -> Equation:
    """Price over long-run price at home."""
    value = float(np.exp(reader.pick(reader.market.log_ratio, path, t)))
    label = f"Price over long-run price, quarter {t}, {reader.whose(path)}"
    if is_one_market(reader):
        return Spec(
            label, value, "x", "The home bloc is the world market.", "", (f"market.clearing_state.{path}.{t}",), "same"
        )
    return Spec(
        label, value, "x", "World and home bloc, weighted by the localized share of demand.",
        "world^(1−ℓ)·local^ℓ",
        (f"market.clearing_state.{path}.{t}", f"market.clearing_state_local.{path}.{t}", "market.bound_share"),
    )


@explains("market.clearing_state{run}.{path}.{t}")
def pass_ratio(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Price over long-run price in one pass of the loop: sticky."""
    value = float(np.exp(reader.pick(run_of(reader, run).log_ratio, path, t)))
    label = f"Price over long-run price, {place(run)}, quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Spec(
            label, value, "x", "Today's price over today's long-run price.", "P_0/P^LR_0",
            ("market.spot_price_now", "market.price_long_run.0"), "quotient",
        )
    return Spec(
        label,
        value,
        "x",
        "Prices are sticky: part of the gap to the clearing price closes in a quarter.",
        "r_t = r_{t−1}^(1−θ)·eq^θ",
        (
            f"market.clearing_state{run}.{path}.{t - 1}",
            f"market.clearing_ratio{run}.{path}.{t}",
            "clearing.price_speed",
        ),
    )


@explains("market.clearing_ratio{run}.{path}.{t}")
def clearing_ratio(reader: Reader, run: str, path: str, t: int) -> Equation:
    """Price ratio that would clear the market in one quarter, read back from two sticky ones."""
    if t < 1:
        raise UnknownPath("the market clears from quarter 1")
    speed = reader.scenario.clearing.price_speed
    state = run_of(reader, run).log_ratio
    now, before = reader.pick(state, path, t), reader.pick(state, path, t - 1)
    return Spec(
        f"Clearing price over long-run price, {place(run)}, quarter {t}, {reader.whose(path)}",
        float(np.exp((now - (1.0 - speed) * before) / speed)), "x",
        "Demand over the capacity that balances it, to a power, between floor and ceiling.",
        "clip((B/(u*·C))^ζ, f, M)",
        (
            f"market.demand{run}.{path}.{t}", "clearing.balance_utilization", f"market.capacity{run}.{path}.{t}",
            "market.price_power", f"market.price_floor.{t}", "clearing.price_cap",
        ),
    )


@explains("market.price_power")
def price_power(reader: Reader) -> Equation:
    """Exponent of price in demand over capacity."""
    return Spec(
        "Power of scarcity in the price",
        reader.scenario.clearing.power,
        "",
        "Inverse supply slope over one plus slope times elasticity.",
        "ζ = η/(1+ηε)",
        ("clearing.supply_slope", "clearing.demand_elasticity"),
    )


@explains("market.price_floor.{t}")
def price_floor(reader: Reader, t: int) -> Equation:
    """Lowest price over long-run price."""
    curves, scenario = reader.market.curves, reader.scenario
    floors = price_floors(scenario.clearing, scenario.hardware, curves, reader.market.quarters)
    return Spec(
        f"Price floor over long-run price, quarter {t}", reader.pick(floors[None, :], "mean", t), "x",
        "Below the avoidable cost of the oldest machines they are switched off, so prices stop falling there.",
        "max(f_min, c_old·(c_0−c_idle)/c_0/(û_0·P^LR))",
        (
            "clearing.price_floor", f"market.old_cash_cost.{t}", "market.cash_cost_now", "hardware.idle_cost",
            "market.earned_utilization", f"market.price_long_run.{t}",
        ),
    )


@explains("market.spot_price_now")
def spot_price(reader: Reader) -> Equation:
    """Rental price today."""
    value = spot_price_now(reader.scenario.clearing, reader.market.curves)
    if reader.scenario.clearing.spot_price is not None:
        return Spec("Rental price today", value, "USD/h", "As set.", "P_0", ("clearing.spot_price",), "same")
    if (key := reader.scenario.clearing.price_index) != NO_INDEX:
        index = price_indices()[key]
        return Spec(
            "Rental price today", value, "USD/h", f"As the chosen index reads: {index.label}, {index.date}.", "P_0",
            ("clearing.price_index",), source=index.source,
        )
    return Spec(
        "Rental price today", value, "USD/h", "In its usual relation to the long-run price.", "P_0",
        ("constants.price_ratio", "market.price_long_run.0"), "product", ("clearing.spot_price",),
    )


@explains("market.scarcity_now")
def scarcity_now(reader: Reader) -> Equation:
    """How short of the zero-profit stock the market is today."""
    value, is_clipped = initial_scarcity(reader.setting, reader.market.curves)
    return Spec(
        "Scarcity today", value, "x", "How many times the stock falls short of what would just earn the hurdle, read "
        "from today's price.", "σ_0 = clip((P_0/P^LR_0)^(1/ζ), 0.5, 2)",
        ("market.spot_price_now", "market.price_long_run.0", "market.price_power"),
        note="today's price is beyond what scarcity explains" if is_clipped else "",
    )
