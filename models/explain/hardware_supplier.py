"""Flows of the hardware supplier as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.assets.hardware_supplier import (
    MARGIN_BOUNDS,
    MULTIPLE_BOUNDS,
    PRICE_CLIP,
    PRICE_POWER,
    SHARE_BOUNDS,
    operating_margin,
)
from models.basis.timeline import Array, years
from models.explain.bought import held, line
from models.explain.equation import Equation
from models.explain.registry import Reader, declare, explains, over_paths

SUPPLIER = "assets.hardware_supplier"
_TREND = "{long_run} + ({now} − {long_run})·2^(−{{τ}}/{half_life})"


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, SUPPLIER).result.claim.flows.extras[name]


def _line(reader: Reader, name: str) -> Array:
    return line(reader, held(reader, SUPPLIER), name)[1]


declare("assets.hardware_supplier.hurdle", "Hurdle, hardware supplier", "per year", "As declared.", "r",
        {"r": "hardware_supplier.hurdle"}, lambda r: r.scenario.hardware_supplier.hurdle)
declare(
    ("assets.hardware_supplier.quarter.earnings.{stat}.{t}", "assets.hardware_supplier.earnings.{stat}.{t}"),
    "Earnings", "USD", "Revenue, operating margin, and what tax leaves.", "Rev·margin·(1 − tax)",
    {"Rev": ".revenue@", "margin": ".margin@", "tax": "hardware_supplier.tax"}, lambda r: _extra(r, "earnings"),
    is_averaged=True,
)
declare(
    "assets.hardware_supplier.quarter.retained.{stat}.{t}", "Retained", "USD", "Earnings that are not paid out.",
    "−(1 − payout)·E", {"E": ".earnings@", "payout": "hardware_supplier.payout"}, lambda r: _line(r, "retained"),
)
declare(
    "assets.hardware_supplier.revenue.{path}.{t}", "Supplier revenue", "USD",
    "Share of the world's gross additions, times the selling price: it follows additions, not capacity.",
    "share·A·ASP", {"share": ".share@", "A": ".units@", "ASP": ".selling_price@"}, lambda r: _extra(r, "revenue"),
)
declare(
    "assets.hardware_supplier.revenue.mean.{t}", "Supplier revenue, mean", "USD",
    "Share of the world's gross additions, times the selling price, averaged over paths.", "E[share·A·ASP]",
    {"A": "market.additions.mean.{t}", "K": "market.hardware_cost.{t}", "factor": "hardware_supplier.price_factor",
     "share_0": "hardware_supplier.share_now", "share_∞": "hardware_supplier.share_long_run",
     "half-life": "hardware_supplier.share_half_life"}, lambda r: _extra(r, "revenue"), kind="statistic",
)


@explains("assets.hardware_supplier.units.{path}.{t}")
def units(reader: Reader, path: str, t: int) -> Equation:
    """Machines the supplier may sell to."""
    export = reader.market.export
    return Equation(
        f"Additions it may supply, quarter {t}, {reader.whose(path)}", reader.pick(_units(reader), path, t), "H100e",
        "The world's gross additions." if export is None else
        "The world's gross additions, less those of blocs under export controls.",
        "A" if export is None else "A·(1 − embargoed)",
        {"A": f"market.additions.{path}.{t}"}
        | ({} if export is None else {"embargoed": f"{SUPPLIER}.embargoed.{path}.{t}"}),
    )


def _units(reader: Reader) -> Array:
    added, export = reader.market.world.additions, reader.market.export
    return added if export is None else added * (1.0 - export.embargoed)


declare(
    "assets.hardware_supplier.embargoed.{path}.{t}", "Additions it may not supply", "share",
    "Part of the world's additions that stands in blocs under export controls, while they last.", "",
    {"terms": tuple(f"export.{name}" for name in (
        "rate", "start_quarter", "duration", "affected_share", "additions_cut")), "draws": "draws"},
    lambda r: np.zeros((1, r.market.quarters + 1)) if r.market.export is None else r.market.export.embargoed,
    kind="draw", status="draw",
)
declare(
    "assets.hardware_supplier.share.{path}.{t}", "Supplier's share", "share",
    "Fades to its long-run level, and moves with the success of its own products.",
    f"clip([{_TREND.format(long_run='share_∞', now='share_0', half_life='half')}]·luck, "
    f"{SHARE_BOUNDS[0]:g}, {SHARE_BOUNDS[1]:g})",
    {"share_0": "hardware_supplier.share_now", "share_∞": "hardware_supplier.share_long_run",
     "half": "hardware_supplier.share_half_life", "luck": ".luck@"}, lambda r: _share(r),
)
declare(
    "assets.hardware_supplier.luck.{path}.{t}", "Success of its own products", "x",
    "A martingale with mean one, as far as it can be read from the share.", "",
    {"sd": "hardware_supplier.share_sd", "draws": "draws"}, lambda r: _luck(r), kind="draw", status="draw",
)
declare(
    "assets.hardware_supplier.selling_price.{path}.{t}", "Selling price", "USD/H100e",
    "Its part of hardware cost, a little more when compute is scarce.",
    f"ASP = factor·K·clip(ρ, {PRICE_CLIP[0]:g}, {PRICE_CLIP[1]:g})^{PRICE_POWER:g}",
    {"factor": "hardware_supplier.price_factor", "K": "market.hardware_cost.{t}", "ρ": "market.price_ratio@"},
    lambda r: _price(r),
)


def _share(reader: Reader) -> Array:
    def make() -> Array:
        sold = _units(reader) * _price(reader)
        return np.divide(_extra(reader, "revenue"), sold, out=np.zeros_like(sold), where=sold != 0.0)

    return reader.once("supplier share", make)


def _luck(reader: Reader) -> Array:
    own, t = reader.scenario.hardware_supplier, years(reader.market.quarters)
    trend = own.share_long_run + (own.share_now - own.share_long_run) * 2.0 ** (-t / own.share_half_life)
    return np.divide(_share(reader), trend, out=np.ones_like(_share(reader)), where=trend != 0.0)


def _price(reader: Reader) -> Array:
    def make() -> Array:
        ratio = np.clip(np.exp(reader.market.log_ratio), *PRICE_CLIP)
        cost = reader.scenario.hardware_supplier.price_factor * reader.market.curves.hardware_cost
        return np.asarray(cost * ratio**PRICE_POWER)

    return reader.once("supplier price", make)


@explains("assets.hardware_supplier.margin.{stat}.{t}")
def margin(reader: Reader, stat: str, t: int) -> Equation:
    """Operating margin."""
    margins = reader.once("supplier margin", lambda: operating_margin(reader.scenario.hardware_supplier, reader.market))
    trend = _TREND.format(long_run="m_∞", now="m_0", half_life="half").replace("{τ}", f"{t / 4:g}")
    return over_paths(Equation(
        f"Operating margin, quarter {t}, {reader.whose(stat)}", reader.pick(margins, stat, t), "share",
        "Fades to what competition leaves, and rises when compute is scarce.",
        f"clip({trend} + slope·ln(ρ), {MARGIN_BOUNDS[0]:g}, {MARGIN_BOUNDS[1]:g})",
        {"m_0": "hardware_supplier.margin_now", "m_∞": "hardware_supplier.margin_long_run",
         "half": "hardware_supplier.margin_half_life", "slope": "hardware_supplier.margin_slope",
         "ρ": f"market.price{'' if stat == 'mean' else '_ratio'}.{stat}.{t}"},
    ), stat)


@explains("assets.hardware_supplier.quarter.write_off.{stat}.{t}")
def write_off(reader: Reader, stat: str, t: int) -> Equation:
    """Loss when a bust begins."""
    value = reader.pick(_line(reader, "write_off"), stat, t)
    year = tuple(f"{SUPPLIER}.revenue.{stat}.{q}" for q in range(max(t - 3, 0), t + 1))
    return over_paths(Equation(
        f"Write-off, quarter {t}, {reader.whose(stat)}", value, "USD",
        "In the quarter in which builders stop ordering growth: part of the last four quarters' revenue.",
        "−share·Σ(Rev)" if value else "0", {"share": "hardware_supplier.write_off", "Rev": year},
        beside=("capacity.bust_on",),
    ), stat)


@explains("assets.hardware_supplier.quarter.exit.{stat}.{t}")
def exit_line(reader: Reader, stat: str, t: int) -> Equation:
    """Value of the company at the horizon."""
    multiple = {"multiple": f"{SUPPLIER}.exit_multiple.{stat}"} if stat != "mean" else {
        "m": "hardware_supplier.exit_multiple", "slope": "hardware_supplier.exit_growth"}
    return over_paths(Equation(
        f"Exit, {reader.whose(stat)}", reader.pick(_line(reader, "exit"), stat, t), "USD",
        "A multiple of the last year's earnings.", "multiple·LTM",
        {**multiple, "LTM": f"{SUPPLIER}.last_year.{stat}.{t}"},
    ), stat)


@explains("assets.hardware_supplier.last_year.{stat}.{t}")
def last_year(reader: Reader, stat: str, t: int) -> Equation:
    """Earnings of the four quarters up to one."""
    return _year(reader, "Earnings", "earnings", stat, t, 0)


@explains("assets.hardware_supplier.year_revenue.{path}.{t}")
def year_revenue(reader: Reader, path: str, t: int) -> Equation:
    """Revenue of the four quarters up to one."""
    return _year(reader, "Revenue", "revenue", path, t, 1)


def _year(reader: Reader, label: str, name: str, stat: str, t: int, first: int) -> Equation:
    quarters = range(max(t - 3, first), t + 1)
    return Equation(
        f"{label} of the four quarters to {t}, {reader.whose(stat)}",
        sum(reader.pick(_extra(reader, name), stat, q) for q in quarters), "USD", "Sum of the quarters.",
        f"Σ({name})", {name: tuple(f"{SUPPLIER}.{name}.{stat}.{q}" for q in quarters)},
    )


@explains("assets.hardware_supplier.exit_multiple.{path}")
def exit_multiple(reader: Reader, path: str) -> Equation:
    """Multiple of earnings at the horizon."""
    last = reader.market.quarters
    year = sum(reader.pick(_extra(reader, "earnings"), path, q) for q in range(last - 3, last + 1))
    return Equation(
        f"Exit multiple, {reader.whose(path)}", reader.pick(_line(reader, "exit"), path, last) / year if year else 0.0,
        "x earnings", "More for last year's growth of revenue.",
        "clip({m} + {slope}·(Rev/Rev_before − 1), " f"{MULTIPLE_BOUNDS[0]:g}, {MULTIPLE_BOUNDS[1]:g})",
        {"m": "hardware_supplier.exit_multiple", "slope": "hardware_supplier.exit_growth",
         "Rev": f"{SUPPLIER}.year_revenue.{path}.{last}", "Rev_before": f"{SUPPLIER}.year_revenue.{path}.{last - 4}"},
    )
