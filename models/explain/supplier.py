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
from models.basis.timeline import Array
from models.explain.equation import Equation
from models.explain.registry import Reader, Spec, at, explains
from models.explain.stake import held, line

SUPPLIER = "assets.hardware_supplier"


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, SUPPLIER).result.claim.flows.extras[name]


@explains("assets.hardware_supplier.hurdle")
def hurdle(reader: Reader) -> Equation:
    """Return required of supplier equity."""
    return Spec("Hurdle, hardware supplier", reader.scenario.hardware_supplier.hurdle, "per year", "As declared.", "r",
                ("hardware_supplier.hurdle",), "same")


@explains("assets.hardware_supplier.quarter.earnings.{stat}.{t}", "assets.hardware_supplier.earnings.{stat}.{t}")
def earnings(reader: Reader, stat: str, t: int) -> Equation:
    """Earnings of a quarter."""
    return Spec(
        f"Earnings, quarter {t}, {reader.whose(stat)}", reader.pick(_extra(reader, "earnings"), stat, t), "USD",
        "Revenue, operating margin, and what tax leaves.", "Rev·margin·(1−tax)",
        (f"{SUPPLIER}.revenue.{stat}.{t}", f"{SUPPLIER}.margin.{stat}.{t}", "hardware_supplier.tax"),
    )


@explains("assets.hardware_supplier.quarter.retained.{stat}.{t}")
def retained(reader: Reader, stat: str, t: int) -> Equation:
    """Earnings that do not reach shareholders."""
    value = reader.pick(line(reader, held(reader, SUPPLIER), "retained")[1], stat, t)
    return Spec(
        f"Retained, quarter {t}, {reader.whose(stat)}", value, "USD", "Earnings that are not paid out.",
        "−(1−payout)·earnings", (f"{SUPPLIER}.earnings.{stat}.{t}", "hardware_supplier.payout"),
    )


@explains("assets.hardware_supplier.revenue.{path}.{t}")
def revenue(reader: Reader, path: str, t: int) -> Equation:
    """Revenue of a quarter on a path."""
    return Spec(
        f"Supplier revenue, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "revenue"), path, t), "USD",
        "Share of the world's gross additions, times the selling price: it follows additions, not capacity.",
        "share·A·ASP",
        (f"{SUPPLIER}.share.{path}.{t}", f"{SUPPLIER}.units.{path}.{t}", f"{SUPPLIER}.selling_price.{path}.{t}"),
        "product",
    )


def _units(reader: Reader, path: str, t: int) -> float:
    added, export = reader.pick(reader.market.world.additions, path, t), reader.market.export
    return added if export is None else added * (1.0 - reader.pick(export.embargoed, path, t))


@explains("assets.hardware_supplier.units.{path}.{t}")
def units(reader: Reader, path: str, t: int) -> Equation:
    """Machines the supplier may sell to."""
    label = f"Additions it may supply, quarter {t}, {reader.whose(path)}"
    value, added = _units(reader, path, t), f"market.additions.{path}.{t}"
    if reader.market.export is None:
        return Spec(label, value, "H100e", "The world's gross additions.", "A", (added,), "same")
    names = ("rate", "start_quarter", "duration", "affected_share", "additions_cut")
    return Spec(
        label, value, "H100e", "The world's gross additions, less those of blocs under export controls.",
        "A·(1 − embargoed)", (added, *(f"export.{name}" for name in names), "draws"),
    )


@explains("assets.hardware_supplier.revenue.mean.{t}")
def mean_revenue(reader: Reader, t: int) -> Equation:
    """Mean revenue of a quarter."""
    return Spec(
        f"Supplier revenue, quarter {t}, {reader.whose('mean')}",
        reader.pick(_extra(reader, "revenue"), "mean", t), "USD",
        "Share of the world's gross additions, times the selling price, averaged over paths.", "E[share·A·ASP]",
        (
            f"market.additions.mean.{t}", f"market.hardware_cost.{t}", "hardware_supplier.price_factor",
            "hardware_supplier.share_now", "hardware_supplier.share_long_run", "hardware_supplier.share_half_life",
        ),
    )


@explains("assets.hardware_supplier.share.{path}.{t}")
def share(reader: Reader, path: str, t: int) -> Equation:
    """Share of the supplier on a path."""
    sold = _units(reader, path, t) * _price(reader, path, t)
    low, high = SHARE_BOUNDS
    return Spec(
        f"Supplier's share, quarter {t}, {reader.whose(path)}",
        reader.pick(_extra(reader, "revenue"), path, t) / sold if sold else 0.0, "share",
        "Fades to its long-run level, and moves with the success of its own products.",
        f"clip([share_∞ + (share_0−share_∞)·2^(−τ/half-life)]·martingale, {low:g}, {high:g})",
        (
            "hardware_supplier.share_now", "hardware_supplier.share_long_run", "hardware_supplier.share_half_life",
            "hardware_supplier.share_sd", "draws",
        ), note=f"τ = {t / 4:g} years",
    )


def _price(reader: Reader, path: str, t: int) -> float:
    ratio = float(np.clip(np.exp(reader.pick(reader.market.log_ratio, path, t)), *PRICE_CLIP))
    cost = at(reader.market.curves.hardware_cost, t)
    return float(reader.scenario.hardware_supplier.price_factor * cost * ratio**PRICE_POWER)


@explains("assets.hardware_supplier.selling_price.{path}.{t}")
def selling_price(reader: Reader, path: str, t: int) -> Equation:
    """What the supplier gets for an H100e."""
    low, high = PRICE_CLIP
    return Spec(
        f"Selling price, quarter {t}, {reader.whose(path)}", _price(reader, path, t), "USD/H100e",
        "Its part of hardware cost, a little more when compute is scarce.",
        f"ASP = factor·K_t·clip(P/P^LR, {low:g}, {high:g})^{PRICE_POWER:g}",
        ("hardware_supplier.price_factor", f"market.hardware_cost.{t}", f"market.price_ratio.{path}.{t}"),
    )


@explains("assets.hardware_supplier.margin.{stat}.{t}")
def margin(reader: Reader, stat: str, t: int) -> Equation:
    """Operating margin."""
    found = reader.once("supplier margin", lambda: operating_margin(reader.scenario.hardware_supplier, reader.market))
    low, high = MARGIN_BOUNDS
    price = f"market.price_ratio.{stat}.{t}" if stat != "mean" else f"market.price.mean.{t}"
    return Spec(
        f"Operating margin, quarter {t}, {reader.whose(stat)}", reader.pick(found, stat, t), "share",
        "Fades to what competition leaves, and rises when compute is scarce.",
        f"clip(m_∞ + (m_0−m_∞)·2^(−τ/half-life) + slope·ln(P/P^LR), {low:g}, {high:g})",
        (
            "hardware_supplier.margin_now", "hardware_supplier.margin_long_run", "hardware_supplier.margin_half_life",
            "hardware_supplier.margin_slope", price,
        ), note=f"τ = {t / 4:g} years",
    )


@explains("assets.hardware_supplier.quarter.write_off.{stat}.{t}")
def write_off(reader: Reader, stat: str, t: int) -> Equation:
    """Loss when a bust begins."""
    value = reader.pick(line(reader, held(reader, SUPPLIER), "write_off")[1], stat, t)
    return Spec(
        f"Write-off, quarter {t}, {reader.whose(stat)}", value, "USD",
        "In the quarter in which builders stop ordering growth: part of the last four quarters' revenue.",
        "−share·Σ Rev",
        (
            "hardware_supplier.write_off", "capacity.bust_on",
            *(f"{SUPPLIER}.revenue.{stat}.{q}" for q in range(max(t - 3, 0), t + 1)),
        ),
    )


@explains("assets.hardware_supplier.quarter.exit.{stat}.{t}")
def exit_line(reader: Reader, stat: str, t: int) -> Equation:
    """Value of the company at the horizon."""
    value = reader.pick(line(reader, held(reader, SUPPLIER), "exit")[1], stat, t)
    if stat == "mean":
        return Spec(
            f"Exit, {reader.whose(stat)}", value, "USD", "A multiple of the last year's earnings.", "",
            (f"{SUPPLIER}.last_year.mean.{t}", "hardware_supplier.exit_multiple", "hardware_supplier.exit_growth"),
        )
    return Spec(
        f"Exit, {reader.whose(stat)}", value, "USD", "Multiple times the last year's earnings.", "multiple·LTM",
        (f"{SUPPLIER}.exit_multiple.{stat}", f"{SUPPLIER}.last_year.{stat}.{t}"), "product",
    )


@explains("assets.hardware_supplier.last_year.{stat}.{t}")
def last_year(reader: Reader, stat: str, t: int) -> Equation:
    """Earnings of the four quarters up to one."""
    found = _extra(reader, "earnings")
    quarters = range(max(t - 3, 0), t + 1)
    return Spec(
        f"Earnings of the four quarters to {t}, {reader.whose(stat)}",
        sum(reader.pick(found, stat, q) for q in quarters), "USD", "Sum of the quarters.", "LTM",
        tuple(f"{SUPPLIER}.earnings.{stat}.{q}" for q in quarters), "sum",
    )


@explains("assets.hardware_supplier.exit_multiple.{path}")
def exit_multiple(reader: Reader, path: str) -> Equation:
    """Multiple of earnings at the horizon."""
    last = reader.market.quarters
    sold = reader.pick(line(reader, held(reader, SUPPLIER), "exit")[1], path, last)
    earned = _extra(reader, "earnings")
    year = sum(reader.pick(earned, path, q) for q in range(last - 3, last + 1))
    low, high = MULTIPLE_BOUNDS
    return Spec(
        f"Exit multiple, {reader.whose(path)}", sold / year if year else 0.0, "x earnings",
        "More for last year's growth of revenue.", f"clip(15 + 30·growth, {low:g}, {high:g})",
        ("hardware_supplier.exit_multiple", "hardware_supplier.exit_growth", f"{SUPPLIER}.year_revenue.{path}.{last}",
         f"{SUPPLIER}.year_revenue.{path}.{last - 4}"),
    )


@explains("assets.hardware_supplier.year_revenue.{path}.{t}")
def year_revenue(reader: Reader, path: str, t: int) -> Equation:
    """Revenue of the four quarters up to one."""
    found, quarters = _extra(reader, "revenue"), range(max(t - 3, 1), t + 1)
    return Spec(
        f"Revenue of the four quarters to {t}, {reader.whose(path)}",
        sum(reader.pick(found, path, q) for q in quarters), "USD", "Sum of the quarters.", "",
        tuple(f"{SUPPLIER}.revenue.{path}.{q}" for q in quarters), "sum",
    )
