"""Flows of the hardware supplier as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.assets.hardware_supplier.credit import BOOK, young_expense
from models.assets.hardware_supplier.supplier import (
    GROSS_BOUNDS,
    MULTIPLE_BOUNDS,
    PRICE_CLIP,
    PRICE_POWER,
    SHARE_BOUNDS,
    gross_margin,
    price_multiple,
    selling_price,
)
from models.basis.timeline import Array, years
from models.explain.bought import held
from models.explain.bought import line as bought_line
from models.explain.equation import Equation, Operand
from models.explain.registry import Reader, declare, explains, over_paths

SUPPLIER = "assets.hardware_supplier"
_TREND = "{long_run} + ({now} − {long_run})·2^(−{{τ}}/{half_life})"


def extra(reader: Reader, name: str) -> Array:
    """A line beside the supplier's flows, (paths, quarters + 1)."""
    return held(reader, SUPPLIER).result.claim.flows.extras[name]


def line(reader: Reader, name: str) -> Array:
    """A line of the supplier's flows, (paths, quarters + 1), USD."""
    return bought_line(reader, held(reader, SUPPLIER), name)[1]


def before_today(stat: str, quarters: range) -> tuple[str, dict[str, Operand]]:
    """Text and operands of the revenue of so many quarters before the first one, which is traced back."""
    return "Rev_1·Σ((1 + g)^(−k/4))", {
        "Rev_1": f"{SUPPLIER}.revenue.{stat}.1", "g": "supplier_credit.past_growth", "k": quarters}


declare("assets.hardware_supplier.hurdle", "Hurdle, hardware supplier", "per year", "As declared.", "r",
        {"r": "in_force.hardware_supplier.hurdle"}, lambda r: r.scenario.hardware_supplier.hurdle)
declare(
    "assets.hardware_supplier.earnings.{stat}.{t}", "Earnings", "USD", "Operating profit, and what tax leaves of it.",
    "Op − tax·max(0, Op)", {"Op": ".operating@", "tax": "hardware_supplier.tax"}, lambda r: extra(r, "earnings"),
    is_averaged=True,
)
declare(
    "assets.hardware_supplier.operating.{stat}.{t}", "Operating profit", "USD",
    "Gross profit, less expense and what the supplier's promises cost.", "G + O + C + F + W",
    {"G": ".quarter.gross_profit@", "O": ".quarter.operating_expense@", "C": ".quarter.customer_credit@",
     "F": ".quarter.minimum_rents@", "W": ".quarter.write_off@"}, lambda r: extra(r, "operating"),
)
declare(
    "assets.hardware_supplier.quarter.gross_profit.{stat}.{t}", "Gross profit", "USD", "Revenue times gross margin.",
    "Rev·m", {"Rev": ".revenue@", "m": ".margin@"}, lambda r: line(r, "gross_profit"), is_averaged=True,
)
declare(
    "assets.hardware_supplier.quarter.tax.{stat}.{t}", "Operating tax", "USD", "Due on profits; losses return none.",
    "−tax·max(0, Op)", {"Op": ".operating@", "tax": "hardware_supplier.tax"}, lambda r: line(r, "tax"),
    is_averaged=True,
)
declare(
    "assets.hardware_supplier.quarter.retained.{stat}.{t}", "Retained", "USD", "Earnings that are not paid out.",
    "−(1 − payout)·max(0, E)", {"E": ".earnings@", "payout": "hardware_supplier.payout"},
    lambda r: line(r, "retained"), is_averaged=True,
)


@explains("assets.hardware_supplier.quarter.operating_expense.{stat}.{t}")
def operating_expense(reader: Reader, stat: str, t: int) -> Equation:
    """Expense that follows the revenue of three years."""
    since = range(max(t - BOOK + 1, 1), t + 1)
    parts: dict[str, Operand] = {"o": "hardware_supplier.opex"}
    texts = []
    if since:
        parts["Rev"] = tuple(f"{SUPPLIER}.revenue.{stat}.{q}" for q in since)
        texts.append("Σ(Rev)")
    if t < BOOK:
        text, more = before_today(stat, range(1, BOOK - t + 1))
        texts.append(text)
        parts |= more
    return Equation(
        f"Operating expense, quarter {t}, {reader.whose(stat)}",
        reader.pick(line(reader, "operating_expense"), stat, t), "USD",
        "Follows the mean revenue of three years: it does not fall with sales.",
        f"−o·({' + '.join(texts)})/{BOOK}" if t else "0", parts if t else {},
    )


declare(
    "assets.hardware_supplier.revenue.{path}.{t}", "Supplier revenue", "USD",
    "Share of the world's gross additions, times the selling price: it follows additions, not capacity.",
    "share·A·ASP", {"share": ".share@", "A": ".units@", "ASP": ".selling_price@"}, lambda r: extra(r, "revenue"),
)
declare(
    "assets.hardware_supplier.revenue.mean.{t}", "Supplier revenue, mean", "USD",
    "Share of the world's gross additions, times the selling price, averaged over paths.", "E[share·A·ASP]",
    {"A": "market.additions.mean.{t}", "K": "market.hardware_cost.{t}", "factor": "hardware_supplier.price_factor",
     "share_0": "hardware_supplier.share_now", "share_∞": "hardware_supplier.share_long_run",
     "half-life": "hardware_supplier.share_half_life"}, lambda r: extra(r, "revenue"), kind="statistic",
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
    lambda r: price(r),
)


def _share(reader: Reader) -> Array:
    def make() -> Array:
        sold = _units(reader) * price(reader)
        return np.divide(extra(reader, "revenue"), sold, out=np.zeros_like(sold), where=sold != 0.0)

    return reader.once("supplier share", make)


def _luck(reader: Reader) -> Array:
    own, t = reader.scenario.hardware_supplier, years(reader.market.quarters)
    trend = own.share_long_run + (own.share_now - own.share_long_run) * 2.0 ** (-t / own.share_half_life)
    return np.divide(_share(reader), trend, out=np.ones_like(_share(reader)), where=trend != 0.0)


def price(reader: Reader) -> Array:
    """Selling price, USD/H100e, (paths, quarters + 1)."""
    return reader.once("supplier price", lambda: selling_price(reader.scenario.hardware_supplier, reader.market))


@explains("assets.hardware_supplier.margin.{stat}.{t}")
def margin(reader: Reader, stat: str, t: int) -> Equation:
    """Gross margin."""
    own = reader.scenario
    margins = reader.once(
        "supplier margin", lambda: gross_margin(own.hardware_supplier, own.supplier_credit, reader.market))
    trend = _TREND.format(long_run="m_∞ + o", now="(m_0 + o·young)", half_life="half").replace("− m_∞ + o", "− m_∞ − o")
    return over_paths(Equation(
        f"Gross margin, quarter {t}, {reader.whose(stat)}", reader.pick(margins, stat, t), "share",
        "Today's operating margin and expense; fades to what competition leaves and the expense of steady sales, and "
        "rises when compute is scarce.",
        f"clip({trend.replace('{τ}', f'{t / 4:g}')} + slope·ln(ρ), {GROSS_BOUNDS[0]:g}, {GROSS_BOUNDS[1]:g})",
        {"m_0": "hardware_supplier.margin_now", "m_∞": "hardware_supplier.margin_long_run",
         "o": "hardware_supplier.opex", "young": f"{SUPPLIER}.young_expense",
         "half": "hardware_supplier.margin_half_life", "slope": "hardware_supplier.margin_slope",
         "ρ": f"market.price{'' if stat == 'mean' else '_ratio'}.{stat}.{t}"},
    ), stat)


@explains("assets.hardware_supplier.young_expense")
def young(reader: Reader) -> Equation:
    """Mean revenue of three years over that of today."""
    return Equation(
        "Mean revenue of three years over today's", young_expense(reader.scenario.supplier_credit), "x",
        "After growth at the pace of the last three years.", f"Σ((1 + g)^(−k/4))/{BOOK}",
        {"g": "supplier_credit.past_growth", "k": range(BOOK)},
    )


@explains("assets.hardware_supplier.quarter.exit.{stat}.{t}")
def exit_line(reader: Reader, stat: str, t: int) -> Equation:
    """Value of the company at the horizon."""
    last = reader.market.quarters
    multiple = {"multiple": f"{SUPPLIER}.exit_multiple.{stat}"} if stat != "mean" else {
        "m": "hardware_supplier.exit_multiple", "slope": "hardware_supplier.exit_growth"}
    return over_paths(Equation(
        f"Exit, {reader.whose(stat)}", reader.pick(line(reader, "exit"), stat, t), "USD",
        "A multiple of normal earnings, never negative.", "multiple·max(0, normal)" if t == last else "0",
        {**multiple, "normal": f"{SUPPLIER}.normal_earnings.{stat}.{t}"} if t == last else {},
    ), stat)


@explains("assets.hardware_supplier.normal_earnings.{stat}.{t}")
def normal_earnings(reader: Reader, stat: str, t: int) -> Equation:
    """Mean earnings of the last twelve quarters, a year."""
    quarters = range(max(t - BOOK + 1, 1), t + 1)
    earned = [reader.pick(extra(reader, "earnings"), stat, q) for q in quarters]
    return Equation(
        f"Normal earnings in quarter {t}, {reader.whose(stat)}", 4.0 * float(np.mean(earned)), "USD a year",
        "The mean of the last twelve quarters: one good or bad year does not set the price.", "4·mean(E)",
        {"E": tuple(f"{SUPPLIER}.earnings.{stat}.{q}" for q in quarters)},
    )


@explains("assets.hardware_supplier.year_revenue.{path}.{t}")
def year_revenue(reader: Reader, path: str, t: int) -> Equation:
    """Revenue of the four quarters up to one."""
    quarters = range(max(t - 3, 1), t + 1)
    return Equation(
        f"Revenue of the four quarters to {t}, {reader.whose(path)}",
        sum(reader.pick(extra(reader, "revenue"), path, q) for q in quarters), "USD", "Sum of the quarters.",
        "Σ(Rev)", {"Rev": tuple(f"{SUPPLIER}.revenue.{path}.{q}" for q in quarters)},
    )


@explains("assets.hardware_supplier.exit_multiple.{path}")
def exit_multiple(reader: Reader, path: str) -> Equation:
    """Multiple of normal earnings at the horizon."""
    last, own = reader.market.quarters, reader.scenario.hardware_supplier
    return Equation(
        f"Exit multiple, {reader.whose(path)}",
        reader.pick(price_multiple(own, extra(reader, "revenue"), last), path), "x earnings",
        "More for last year's growth of revenue.",
        "clip({m} + {slope}·(Rev/Rev_before − 1), " f"{MULTIPLE_BOUNDS[0]:g}, {MULTIPLE_BOUNDS[1]:g})",
        {"m": "hardware_supplier.exit_multiple", "slope": "hardware_supplier.exit_growth",
         "Rev": f"{SUPPLIER}.year_revenue.{path}.{last}", "Rev_before": f"{SUPPLIER}.year_revenue.{path}.{last - 4}"},
    )
