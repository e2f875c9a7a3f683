"""AI revenue as numbers with reasons: what customers pay, and what the rents of all machines ask for."""

from __future__ import annotations

import numpy as np

from models.basis.timeline import Array
from models.engine.revenue import RevenueByYear
from models.explain.equation import Equation
from models.explain.market import has_public_demand
from models.explain.quantile import quantile_equation
from models.explain.registry import Reader, UnknownPath, at, declare, explains
from models.market import ai_revenue

_NAMES = {"needed": "AI revenue needed", "expected": "AI revenue expected", "covered": "Rents that AI revenue covers"}
_SERIES = {"needed": "ai_revenue_needed", "expected": "ai_revenue"}

declare(
    "market.compute_share.{t}", "Compute spending per dollar of AI revenue", "x",
    "Today's spending ahead of revenue, halved again and again, towards what AI revenue can pay for lastingly.",
    "s = s_∞ + (s_0 − s_∞)·2^(−{τ}/h_s)",
    {"s_∞": "ai_revenue.compute_share", "s_0": ".compute_share_now", "h_s": "ai_revenue.share_half_life"},
    lambda r: ai_revenue.compute_share(r.scenario.ai_revenue, r.market),
)
declare(
    "market.compute_share_now", "Compute spending per dollar of AI revenue, today", "x",
    "A year of today's demand at the long-run price, over what customers pay for AI; internal use and investors pay "
    "what is above the long run.", "s_0 = 4·h·B_0·P^LR/V_0",
    {"h": "constants.hours", "B_0": "demand.stock_now", "P^LR": ".price_long_run.0", "V_0": "ai_revenue.revenue_now"},
    lambda r: float(ai_revenue.compute_share(r.scenario.ai_revenue, r.market)[0]),
)
declare(
    "market.ai_revenue_reference.{t}", "AI revenue on the reference path", "USD/year",
    "Spending on compute is given; the less of it others pay for, the more revenue stands behind it.",
    "V_ref = V_0·spending·s_0/s",
    {"V_0": "ai_revenue.revenue_now", "spending": ".spending_growth.{t}", "s_0": ".compute_share_now",
     "s": ".compute_share.{t}"}, lambda r: ai_revenue.reference_revenue(r.scenario.ai_revenue, r.market),
)


@explains("market.ai_revenue_efficiency.{t}")
def efficiency(reader: Reader, t: int) -> Equation:
    """Effect of an efficiency surprise on AI revenue."""
    value = float(np.exp(at(ai_revenue.efficiency_effect(reader.scenario.ai_revenue, reader.market), t)))
    return Equation(
        f"Efficiency surprise in AI revenue, quarter {t}", value, "x",
        "Cheaper work sells more of it, by the rebound, at lower prices, by what is passed on.",
        "f^(ε_R − p)" if t >= reader.scenario.demand.efficiency_quarter else "1",
        {"f": "demand.efficiency_factor", "ε_R": "demand.rebound", "p": "ai_revenue.pass_on"},
        beside=("demand.efficiency_quarter",),
    )


@explains("market.ai_revenue.{path}.{t}")
def revenue(reader: Reader, path: str, t: int) -> Equation:
    """What customers pay for AI on one path."""
    is_surprised = at(reader.market.demand_paths.gain, t) != 0.0
    return Equation(
        f"AI revenue, quarter {t}, {reader.whose(path)}",
        reader.pick(_lines(reader, "expected"), path, t), "USD/year",
        "The reference path times the deviation of this future; what states buy is no part of it.",
        f"V = V_ref·deviation{'·surprise' if is_surprised else ''}",
        {"V_ref": f"market.ai_revenue_reference.{t}", "deviation": f"market.demand_shock.{path}.{t}"}
        | ({"surprise": f"market.ai_revenue_efficiency.{t}"} if is_surprised else {}),
    )


@explains("market.ai_revenue_needed.{path}.{t}")
def needed(reader: Reader, path: str, t: int) -> Equation:
    """AI revenue that would pay the rents of all machines on one path."""
    public = has_public_demand(reader, path, t)
    return Equation(
        f"AI revenue needed, quarter {t}, {reader.whose(path)}", reader.pick(_lines(reader, "needed"), path, t),
        "USD/year", "Rents of all machines but those that programs rent, over the share of AI revenue that can go to "
        "compute lastingly.", f"4·h·U·C·P{'·private/B' if public else ''}/s_∞",
        {"h": "constants.hours", "U": f"market.utilization_world.{path}.{t}", "C": f"market.capacity.{path}.{t}",
         "P": f"market.price_global.{path}.{t}", "s_∞": "ai_revenue.compute_share"}
        | ({"private": f"market.private_demand.{path}.{t}", "B": f"market.demand.{path}.{t}"} if public else {}),
    )


def _lines(reader: Reader, name: str) -> Array:
    make = {"needed": ai_revenue.revenue_needed, "expected": ai_revenue.ai_revenue}[name]
    return reader.once(f"AI revenue {name}", lambda: make(reader.scenario.ai_revenue, reader.market))


def _years(reader: Reader, name: str, year: int) -> tuple[RevenueByYear, Array]:
    found = reader.evaluation.sample.revenue
    if name not in _NAMES or year >= len(found.years):
        raise UnknownPath(
            f"by year there are {', '.join(_NAMES)}, from 0 for {found.years[0]} to {len(found.years) - 1}"
        )
    return found, found.series[name][:, year]


@explains("ai_revenue_by_year.{name}.{pxx}.{year}")
def yearly_quantile(reader: Reader, name: str, pxx: str, year: int) -> Equation:
    """Quantile over paths of AI revenue of a calendar year, counted from the first whole one."""
    found, values = _years(reader, name, year)
    spread = found.at(name, found.years[year])
    return quantile_equation(
        reader, f"{_NAMES[name]}, {found.years[year]}", _unit(name), values, pxx, float(getattr(spread, pxx)),
        float(getattr(spread, f"{pxx}_se")), lambda i: f"ai_revenue_by_year.{name}.path{i}.{year}",
    )


@explains("ai_revenue_by_year.{name}.{path}.{year}")
def yearly(reader: Reader, name: str, path: str, year: int) -> Equation:
    """AI revenue of a calendar year on one path."""
    found, values = _years(reader, name, year)
    label, value = f"{_NAMES[name]}, {found.years[year]}, {reader.whose(path)}", reader.pick(values, path)
    if name == "covered":
        return Equation(label, value, "share", "Revenue expected over revenue needed.", "expected/needed",
                        {other: f"ai_revenue_by_year.{other}.{path}.{year}" for other in _SERIES})
    last = 4 * (year + 1)
    return Equation(
        label, value, "USD/year", "Mean of the four quarters.", "mean(V)",
        {"V": tuple(f"market.{_SERIES[name]}.{path}.{t}" for t in range(last - 3, last + 1))},
    )


def _unit(name: str) -> str:
    return "share" if name == "covered" else "USD/year"
