"""Flows of the cloud platform as numbers with reasons."""

from __future__ import annotations

import numpy as np

from models.assets.cloud_platform import MARGIN_BOUNDS, MULTIPLE_BOUNDS, PRICE_MEMORY, cloud_hurdle
from models.basis.timeline import HOURS, Array, years
from models.explain.bought import held, line, quarters_of
from models.explain.equation import Equation, Operand
from models.explain.gpu_fleet import tax_equation
from models.explain.registry import Reader, declare, explains, faded, over_paths
from models.market.demand import cumulative_growth

CLOUD = "assets.cloud_platform"


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, CLOUD).result.claim.flows.extras[name]


def _line(reader: Reader, name: str) -> Array:
    return line(reader, held(reader, CLOUD), name)[1]


def _is_neocloud(reader: Reader) -> bool:
    return reader.scenario.cloud_platform.business == "neocloud"


@explains("assets.cloud_platform.hurdle")
def hurdle(reader: Reader) -> Equation:
    """Return required of this kind of cloud."""
    cloud, capital = reader.scenario.cloud_platform, reader.scenario.cloud_capital
    name = "neocloud_hurdle" if _is_neocloud(reader) else "hurdle"
    return Equation("Hurdle, cloud platform", cloud_hurdle(cloud, capital), "per year", "That of its kind of business.",
                    "r", {"r": f"in_force.cloud_capital.{name}"}, beside=("cloud_platform.business",))


declare(
    "assets.cloud_platform.quarter.core_ebitda.{stat}.{t}", "Core EBITDA", "USD",
    "A quarter of yearly core revenue, times its margin.", "Δ·m_core·core",
    {"Δ": "constants.quarter", "m_core": "cloud_platform.core_margin", "core": ".core_revenue@"},
    lambda r: _line(r, "core_ebitda"),
)
declare(
    "assets.cloud_platform.core_revenue.{stat}.{t}", "Core revenue a year", "USD/year",
    "Growth that fades, and the business's own luck.", f"core_0·exp({faded('g_0', 'g_∞', 'k')})·luck",
    {"core_0": "cloud_platform.core_now", "g_0": "cloud_platform.core_growth_now",
     "g_∞": "cloud_platform.core_growth_long_run", "k": "cloud_platform.core_growth_fade", "luck": ".core_luck@"},
    lambda r: _extra(r, "core_revenue"),
)
declare(
    "assets.cloud_platform.core_luck.{stat}.{t}", "Luck of the core business", "x", "A martingale with mean one.",
    "", {"sd": "cloud_platform.core_sd", "draws": "draws"}, lambda r: r.once("core luck", lambda: _core_luck(r)),
    kind="draw", status="draw",
)


def _core_luck(reader: Reader) -> Array:
    cloud, revenue = reader.scenario.cloud_platform, _extra(reader, "core_revenue")
    growth = cumulative_growth(
        cloud.core_growth_now, cloud.core_growth_long_run, cloud.core_growth_fade, years(reader.market.quarters)
    )
    return _over(revenue, cloud.core_now * np.exp(growth))


def _over(made: Array, expected: Array) -> Array:
    """What was made over what was expected; one where nothing was."""
    return np.divide(made, expected, out=np.ones_like(made), where=expected != 0.0)


declare(
    "assets.cloud_platform.quarter.ai_ebitda.{stat}.{t}", "AI EBITDA", "USD",
    "A quarter of yearly AI revenue, times its margin.", "Δ·m_AI·AI",
    {"Δ": "constants.quarter", "m_AI": ".ai_margin@", "AI": ".ai_revenue@"}, lambda r: _line(r, "ai_ebitda"),
    is_averaged=True,
)


@explains("assets.cloud_platform.ai_margin.{stat}.{t}")
def ai_margin(reader: Reader, stat: str, t: int) -> Equation:
    """EBITDA margin of AI revenue."""
    low, high = MARGIN_BOUNDS
    recent = tuple(f"market.price_ratio.{stat}.{q}" for q in range(max(t - PRICE_MEMORY + 1, 0), t + 1))
    return over_paths(Equation(
        f"AI margin, quarter {t}, {reader.whose(stat)}", reader.pick(_extra(reader, "ai_margin"), stat, t), "share",
        f"Squeezed when the price falls below its mean of {PRICE_MEMORY} quarters, at which machines were contracted.",
        f"clip(m − slope·max(0, 1 − ρ/mean(ρ_recent)), {low:g}, {high:g})",
        {"m": "cloud_platform.ai_margin", "slope": "cloud_platform.ai_margin_slope"}
        | ({"P": f"market.price.mean.{t}"} if stat == "mean" else {"ρ": recent[-1], "ρ_recent": recent}),
    ), stat)


@explains("assets.cloud_platform.ai_revenue.{path}.{t}")
def ai_revenue(reader: Reader, path: str, t: int) -> Equation:
    """What AI brings in, after what a failed customer rented."""
    lost: dict[str, Operand] = {}
    if reader.scenario.contagion.lab_share:
        lost["lost"] = f"{CLOUD}.lost_revenue.{path}.{t}"
    return Equation(
        f"AI revenue a year, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "ai_revenue"), path, t),
        "USD/year", "Hours of a year, utilization, machines sold, price and markup, less what went with a failed lab.",
        f"4·h·U·C_sold·P·markup{'·(1 − lost)' if lost else ''}",
        {"h": "constants.hours", "U": f"market.utilization.{path}.{t}", "C_sold": f"{CLOUD}.machines.{path}.{t}",
         "P": f"market.price.{path}.{t}", "markup": "cloud_platform.markup", **lost},
    )


declare(
    "assets.cloud_platform.lost_revenue.{path}.{t}", "AI revenue lost with the lab", "share",
    "Its share of AI revenue from the quarter in which it fails, half of it let again after so many years.",
    "κ·2^(−years/h)",
    {"κ": "contagion.lab_share", "h": "contagion.refill_years", "runway": "llm_funding.runway",
     "cap": "llm_funding.raise_cap", "draws": "draws"}, lambda r: _extra(r, "lost_revenue"), kind="simulation",
)
declare(
    "assets.cloud_platform.ai_revenue.mean.{t}", "AI revenue a year, mean", "USD/year",
    "Hours of a year, utilization, machines sold, price and markup, averaged over paths.", "E[4·h·U·C_sold·P·markup]",
    {"h": "constants.hours", "U": "market.utilization.mean.{t}", "C": "market.capacity.mean.{t}",
     "P": "market.price.mean.{t}", "markup": "cloud_platform.markup", "share": "cloud_platform.ai_share",
     "luck": ".share_luck.mean.{t}"},
    lambda r: _extra(r, "ai_revenue"), kind="statistic",
)


@explains("assets.cloud_platform.machines.{path}.{t}")
def machines(reader: Reader, path: str, t: int) -> Equation:
    """Machines whose hours the cloud sells."""
    label = f"Machines sold, quarter {t}, {reader.whose(path)}"
    value = reader.pick(reader.once("cloud machines", lambda: _machines(reader)), path, t)
    if not _is_neocloud(reader):
        return Equation(
            label, value, "H100e", "Its share of the world's machines, which moves with its own success.",
            "share·luck·C", {"share": "cloud_platform.ai_share", "luck": f"{CLOUD}.share_luck.{path}.{t}",
                             "C": f"market.capacity.{path}.{t}"},
        )
    if t == 0:
        return Equation(label, value, "H100e", "Its share of what stands today.", "share·C",
                        {"share": "cloud_capital.own_stock", "C": f"market.capacity.{path}.0"})
    bought = t - reader.scenario.hardware.ramp_quarters
    joins = {"share": "cloud_capital.own_additions", "luck": f"{CLOUD}.share_luck.{path}.{bought}",
             "A": f"market.additions.{path}.{bought}"} if bought >= 1 else {}
    return Equation(
        label, value, "H100e", "Own machines: bought ones earn after the ramp and wear out.",
        f"C_own = (1 − ρ_r)·C_before{' + share·luck·A' if joins else ''}",
        {"ρ_r": "capacity.retirement", "C_before": f"{CLOUD}.machines.{path}.{t - 1}", **joins},
    )


def _machines(reader: Reader) -> Array:
    market = reader.market
    kept = 1.0 - _extra(reader, "lost_revenue")
    return _extra(reader, "ai_revenue") / np.where(kept > 0.0, kept, np.nan) / (
        4.0 * HOURS * market.utilization * market.price * reader.scenario.cloud_platform.markup
    )


declare(
    "assets.cloud_platform.share_luck.{stat}.{t}", "Luck of the share of AI compute", "x",
    "A martingale with mean one: the cloud wins or loses customers.", "",
    {"sd": "cloud_platform.ai_share_sd", "draws": "draws"}, lambda r: r.once("share luck", lambda: _share_luck(r)),
    kind="draw", status="draw",
)


def _share_luck(reader: Reader) -> Array:
    market, scenario = reader.market, reader.scenario
    if not _is_neocloud(reader):
        return _over(_machines(reader), scenario.cloud_platform.ai_share * market.world.stock)
    cost = market.curves.hardware_cost * (1.0 if market.export is None else market.export.cost)
    return _over(_extra(reader, "capex"), scenario.cloud_capital.own_additions * market.world.additions * cost)


declare(
    "assets.cloud_platform.quarter.localization_and_partner.{stat}.{t}", "Localization and partner", "USD",
    "On localized AI revenue: the cost of serving it at home, and the partner's share of its profit.",
    "−Δ·ℓ'·AI·(cost + share·m_AI)",
    {"Δ": "constants.quarter", "ℓ'": "market.bound_share", "AI": ".ai_revenue@", "cost": "cloud_platform.jv_cost",
     "share": "cloud_platform.jv_share", "m_AI": ".ai_margin@"},
    lambda r: _line(r, "localization_and_partner"), is_averaged=True,
)


@explains("assets.cloud_platform.quarter.capital_spending.{stat}.{t}")
def capex(reader: Reader, stat: str, t: int) -> Equation:
    """Capital spending of a quarter."""
    is_neocloud, is_dear = _is_neocloud(reader), reader.market.export is not None
    core = {"m": "cloud_platform.maintenance", "Δ": "constants.quarter", "core": f"{CLOUD}.core_revenue.{stat}.{t}"}
    return over_paths(Equation(
        f"Capital spending, quarter {t}, {reader.whose(stat)}", reader.pick(_line(reader, "capital_spending"), stat, t),
        "USD", "Its share of the world's additions at hardware cost"
        + (", and maintenance of the core." if not is_neocloud else "."),
        f"−share·luck·A·K{'·dear' if is_dear else ''}{'' if is_neocloud else ' − {m:%}·Δ·core'}",
        {"share": "cloud_capital.own_additions" if is_neocloud else "cloud_platform.ai_share",
         "luck": f"{CLOUD}.share_luck.{stat}.{t}", "A": f"market.additions.{stat}.{t}",
         "K": f"market.hardware_cost.{t}"} | ({} if is_neocloud else core)
        | ({"dear": f"market.export_cost.{stat}.{t}"} if is_dear and stat != "mean" else {}),
    ), stat)


@explains("assets.cloud_platform.quarter.exit.{stat}.{t}")
def exit_line(reader: Reader, stat: str, t: int) -> Equation:
    """Value of the company at the horizon."""
    low, high = MULTIPLE_BOUNDS
    is_neocloud = _is_neocloud(reader)
    own = {"own": "cloud_capital.neocloud_exit"} if is_neocloud else {}
    demand = {} if stat == "mean" else {
        "B": f"market.private_demand.{stat}.{t}", "B_ref": f"market.reference_demand.{t}",
    }
    return over_paths(Equation(
        f"Exit, {reader.whose(stat)}", reader.pick(_line(reader, "exit"), stat, t), "USD",
        "A multiple of the last year's EBITDA, higher when demand without programs is above its reference"
        + (", from the level of a company that only rents out machines." if is_neocloud else "."),
        f"clip({{m}} + {{slope}}·ln(B/B_ref), {low:g}, {high:g}){'·own/{m}' if is_neocloud else ''}·max(LTM, 0)",
        {"m": "cloud_capital.exit_multiple", "slope": "cloud_capital.exit_slope", **own, **demand,
         "LTM": f"{CLOUD}.last_ebitda.{stat}"},
    ), stat)


@explains("assets.cloud_platform.last_ebitda.{stat}")
def last_ebitda(reader: Reader, stat: str) -> Equation:
    """EBITDA of the last year."""
    last = reader.market.quarters
    year = (last + 3) // 4
    names = [
        name for name in ("core_ebitda", "ai_ebitda", "localization_and_partner")
        if any(reader.pick(_line(reader, name), stat, t) for t in quarters_of(year, last))
    ]
    return Equation(
        f"EBITDA of the last year, {reader.whose(stat)}",
        reader.pick(_extra(reader, "ebitda")[:, -4:].mean(axis=1), stat), "USD/year",
        "Core, AI, localization and partner, over the last four quarters.", "LTM = Σ(lines)",
        {"lines": tuple(f"{CLOUD}.line.{name}.{stat}.{year}" for name in names)},
    )


@explains("assets.cloud_platform.quarter.tax.{stat}.{t}")
def tax(reader: Reader, stat: str, t: int) -> Equation:
    """Tax of a cloud in a quarter."""
    parts = (f"{CLOUD}.quarter.ai_ebitda.{stat}.{t}", f"{CLOUD}.quarter.capital_spending.{stat}.{t}")
    return tax_equation(reader, _line(reader, "tax"), stat, t, "USD", parts, "schedule")
