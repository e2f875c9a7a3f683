"""Flows of the cloud platform as numbers with reasons."""

from __future__ import annotations

from models.assets.cloud_platform import MARGIN_BOUNDS, MULTIPLE_BOUNDS, PRICE_MEMORY, cloud_hurdle
from models.basis.timeline import HOURS, Array
from models.explain.registry import Reader, Spec, explains
from models.explain.stake import held, line, quarters_of

CLOUD = "assets.cloud_platform"


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, CLOUD).result.claim.flows.extras[name]


def _is_neocloud(reader: Reader) -> bool:
    return reader.scenario.cloud_platform.business == "neocloud"


@explains("assets.cloud_platform.hurdle")
def hurdle(reader: Reader) -> Spec:
    """Return required of this kind of cloud."""
    scenario = reader.scenario
    name = "neocloud_hurdle" if _is_neocloud(reader) else "hurdle"
    return Spec(
        "Hurdle, cloud platform", cloud_hurdle(scenario.cloud_platform, scenario.cloud_capital), "per year",
        "That of its kind of business.", "r", (f"cloud_capital.{name}",), "same", ("cloud_platform.business",),
    )


@explains("assets.cloud_platform.quarter.core_ebitda.{stat}.{t}")
def core(reader: Reader, stat: str, t: int) -> Spec:
    """EBITDA of the core business in a quarter."""
    value = reader.pick(line(reader, held(reader, CLOUD), "core_ebitda")[1], stat, t)
    return Spec(
        f"Core EBITDA, quarter {t}, {reader.whose(stat)}", value, "USD", "A quarter of yearly core revenue, times its "
        "margin.", "Δ·m_core·core",
        ("constants.quarter", "cloud_platform.core_margin", f"{CLOUD}.core_revenue.{stat}.{t}"), "product",
    )


@explains("assets.cloud_platform.core_revenue.{stat}.{t}")
def core_revenue(reader: Reader, stat: str, t: int) -> Spec:
    """Yearly core revenue."""
    return Spec(
        f"Core revenue a year, quarter {t}, {reader.whose(stat)}", reader.pick(_extra(reader, "core_revenue"), stat, t),
        "USD/year", "Growth that fades, and the business's own luck.", "core·exp(∫g)·martingale",
        ("cloud_platform.core_now", "cloud_platform.core_growth_now", "cloud_platform.core_growth_long_run",
         "cloud_platform.core_growth_fade", "cloud_platform.core_sd", "draws"), note=f"τ = {t / 4:g} years",
    )


@explains("assets.cloud_platform.quarter.ai_ebitda.{stat}.{t}")
def ai(reader: Reader, stat: str, t: int) -> Spec:
    """EBITDA of AI in a quarter."""
    value = reader.pick(line(reader, held(reader, CLOUD), "ai_ebitda")[1], stat, t)
    return Spec(
        f"AI EBITDA, quarter {t}, {reader.whose(stat)}", value, "USD",
        "A quarter of yearly AI revenue, times its margin" + (", averaged over paths." if stat == "mean" else "."),
        "Δ·m_AI·AI",
        ("constants.quarter", f"{CLOUD}.ai_margin.{stat}.{t}", f"{CLOUD}.ai_revenue.{stat}.{t}"),
        "" if stat == "mean" else "product",
    )


@explains("assets.cloud_platform.ai_margin.{stat}.{t}")
def ai_margin(reader: Reader, stat: str, t: int) -> Spec:
    """EBITDA margin of AI revenue."""
    low, high = MARGIN_BOUNDS
    ratios = () if stat == "mean" else tuple(
        f"market.price_ratio.{stat}.{q}" for q in range(max(t - PRICE_MEMORY + 1, 0), t + 1)
    )
    return Spec(
        f"AI margin, quarter {t}, {reader.whose(stat)}", reader.pick(_extra(reader, "ai_margin"), stat, t), "share",
        f"Squeezed when the price falls below its mean of {PRICE_MEMORY} quarters, at which machines were contracted.",
        f"clip(m_AI − slope·(1 − rel/mean rel)⁺, {low:g}, {high:g})",
        ("cloud_platform.ai_margin", "cloud_platform.ai_margin_slope", *(ratios or (f"market.price.mean.{t}",))),
    )


@explains("assets.cloud_platform.ai_revenue.{path}.{t}")
def ai_revenue(reader: Reader, path: str, t: int) -> Spec:
    """Yearly AI revenue on a path."""
    return Spec(
        f"AI revenue a year, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "ai_revenue"), path, t),
        "USD/year", "Hours of a year, utilization, machines sold, price and markup.", "4·h·U·share·C·P·markup",
        (
            "constants.quarters", "constants.hours", f"market.utilization.{path}.{t}", f"{CLOUD}.machines.{path}.{t}",
            f"market.price.{path}.{t}", "cloud_platform.markup",
        ), "product",
    )


@explains("assets.cloud_platform.ai_revenue.mean.{t}")
def mean_ai_revenue(reader: Reader, t: int) -> Spec:
    """Mean yearly AI revenue."""
    return Spec(
        f"AI revenue a year, quarter {t}, {reader.whose('mean')}",
        reader.pick(_extra(reader, "ai_revenue"), "mean", t), "USD/year",
        "Hours of a year, utilization, machines sold, price and markup, averaged over paths.",
        "E[4·h·U·share·C·P·markup]",
        ("constants.hours", f"market.utilization.mean.{t}", f"market.capacity.mean.{t}", f"market.price.mean.{t}",
         "cloud_platform.markup", *_share_of(reader)),
    )


def _share_of(reader: Reader) -> tuple[str, ...]:
    if _is_neocloud(reader):
        return "cloud_capital.own_stock", "cloud_capital.own_additions", "cloud_platform.ai_share_sd", "draws"
    return "cloud_platform.ai_share", "cloud_platform.ai_share_sd", "draws"


@explains("assets.cloud_platform.machines.{path}.{t}")
def machines(reader: Reader, path: str, t: int) -> Spec:
    """Machines whose hours the cloud sells."""
    market = reader.market
    each = 4.0 * HOURS * reader.pick(market.utilization, path, t) * reader.pick(market.price, path, t)
    value = reader.pick(_extra(reader, "ai_revenue"), path, t) / (each * reader.scenario.cloud_platform.markup)
    how = "Own machines: bought ones earn after the ramp and wear out." if _is_neocloud(reader) else (
        "Its share of the world's machines, which moves with its own success."
    )
    return Spec(
        f"Machines sold, quarter {t}, {reader.whose(path)}", value, "H100e", how,
        "C^own" if _is_neocloud(reader) else "share·ms·C", (f"market.capacity.{path}.{t}", *_share_of(reader)),
    )


@explains("assets.cloud_platform.quarter.localization_and_partner.{stat}.{t}")
def local(reader: Reader, stat: str, t: int) -> Spec:
    """Cost of localization and the partner's share of profit."""
    value = reader.pick(line(reader, held(reader, CLOUD), "localization_and_partner")[1], stat, t)
    return Spec(
        f"Localization and partner, quarter {t}, {reader.whose(stat)}", value, "USD",
        "On localized AI revenue: the cost of serving it at home, and the partner's share of its profit.",
        "−Δ·ℓ'·AI·(cost + share·m_AI)",
        ("constants.quarter", "market.bound_share", f"{CLOUD}.ai_revenue.{stat}.{t}", "cloud_platform.jv_cost",
         "cloud_platform.jv_share", f"{CLOUD}.ai_margin.{stat}.{t}"),
    )


@explains("assets.cloud_platform.quarter.capital_spending.{stat}.{t}")
def capex(reader: Reader, stat: str, t: int) -> Spec:
    """Capital spending of a quarter."""
    value = reader.pick(line(reader, held(reader, CLOUD), "capital_spending")[1], stat, t)
    costs = ("export.cost_rise", "export.is_home_affected") if reader.market.export is not None else ()
    core_parts = () if _is_neocloud(reader) else ("cloud_platform.maintenance", f"{CLOUD}.core_revenue.{stat}.{t}")
    return Spec(
        f"Capital spending, quarter {t}, {reader.whose(stat)}", value, "USD",
        "Its share of the world's additions at hardware cost"
        + (", and maintenance of the core." if core_parts else "."),
        "−share·ms·A·K − 12%·Δ·core",
        (f"market.additions.{stat}.{t}", f"market.hardware_cost.{t}", *_share_of(reader), *core_parts, *costs),
    )


@explains("assets.cloud_platform.quarter.exit.{stat}.{t}")
def exit_line(reader: Reader, stat: str, t: int) -> Spec:
    """Value of the company at the horizon."""
    value = reader.pick(line(reader, held(reader, CLOUD), "exit")[1], stat, t)
    low, high = MULTIPLE_BOUNDS
    multiple = () if stat == "mean" else (f"market.demand.{stat}.{t}", f"market.reference_demand.{t}")
    return Spec(
        f"Exit, {reader.whose(stat)}", value, "USD",
        "A multiple of the last year's EBITDA, higher when demand is above its reference.",
        f"clip(14 + 6·ln(B/B_ref), {low:g}, {high:g})·LTM",
        ("cloud_capital.exit_multiple", "cloud_capital.exit_slope", *multiple, f"{CLOUD}.last_ebitda.{stat}"),
    )


@explains("assets.cloud_platform.last_ebitda.{stat}")
def last_ebitda(reader: Reader, stat: str) -> Spec:
    """EBITDA of the last year."""
    last = reader.market.quarters
    value = reader.pick(_extra(reader, "ebitda")[:, -4:].mean(axis=1), stat)
    year = quarters_of((last + 3) // 4, last)
    names = [
        name for name in ("core_ebitda", "ai_ebitda", "localization_and_partner")
        if any(reader.pick(line(reader, held(reader, CLOUD), name)[1], stat, t) for t in year)
    ]
    return Spec(
        f"EBITDA of the last year, {reader.whose(stat)}", value, "USD/year", "Core, AI, localization and partner, over "
        "the last four quarters.", "LTM", tuple(f"{CLOUD}.line.{name}.{stat}.{(last + 3) // 4}" for name in names),
        "sum",
    )
