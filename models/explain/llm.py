"""Flows of the LLM developer as numbers with reasons: long demand, short compute."""

from __future__ import annotations

import numpy as np

from models.assets.llm_developer import GROWTH_CLIP
from models.basis.timeline import Array, years
from models.explain.equation import Equation
from models.explain.registry import Reader, Spec, at, explains
from models.explain.stake import held, line
from models.market.demand import cumulative_growth

LAB = "assets.llm_developer"
_FUNDING = ("llm_funding.runway", "llm_funding.raise_years", "llm_funding.raise_cap")


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, LAB).result.claim.flows.extras[name]


def _failed_at(reader: Reader, path: str) -> int:
    return int(reader.pick(_extra(reader, "failed_at"), path))


@explains("assets.llm_developer.hurdle")
def hurdle(reader: Reader) -> Equation:
    """Return required of an LLM developer."""
    return Spec("Hurdle, LLM developer", reader.scenario.llm_developer.hurdle, "per year", "As declared.", "r",
                ("llm_developer.hurdle",), "same")


@explains("assets.llm_developer.quarter.sale_or_exit.{path}.{t}")
def proceeds(reader: Reader, path: str, t: int) -> Equation:
    """What today's owners receive on a path."""
    value = reader.pick(line(reader, held(reader, LAB), "sale_or_exit")[1], path, t)
    label = f"Sale or exit, quarter {t}, {reader.whose(path)}"
    if t == _failed_at(reader, path):
        return Spec(
            label, value, "USD", "Money ran out: the company is sold for a fraction of its revenue, of which today's "
            "owners still hold a part.", "own·U(low, high)·R",
            (f"{LAB}.own.{path}.{t - 1}", f"{LAB}.revenue.{path}.{t}", "llm_funding.sale_low", "llm_funding.sale_high",
             f"{LAB}.cash.{path}.{t - 1}", f"{LAB}.operating.{path}.{t}", "draws"),
        )
    return Spec(
        label, value, "USD", "At the horizon: a multiple of revenue, and cash, of which today's owners still hold a "
        "part.", "own·(multiple·R + cash⁺)",
        (f"{LAB}.own.{path}.{t}", f"{LAB}.multiple.{path}", f"{LAB}.revenue.{path}.{t}", f"{LAB}.cash.{path}.{t}"),
    )


@explains("assets.llm_developer.quarter.sale_or_exit.mean.{t}")
def mean_proceeds(reader: Reader, t: int) -> Equation:
    """What today's owners receive on average."""
    amounts = line(reader, held(reader, LAB), "sale_or_exit")[1]
    label, value = f"Sale or exit, quarter {t}, {reader.whose('mean')}", reader.pick(amounts, "mean", t)
    if t < reader.market.quarters:
        failed = int((_extra(reader, "failed_at") == t).sum())
        return Spec(
            label, value, "USD", f"Companies whose money ran out in this quarter ({failed} of {reader.paths:,} paths) "
            "are sold for a fraction of their revenue.", "",
            ("llm_funding.sale_low", "llm_funding.sale_high", *_FUNDING, "draws"),
        )
    rows = np.argsort(amounts[:, t], kind="stable")
    return Spec(
        label, value, "USD", "Survivors are worth a multiple of revenue at the horizon; a few very good futures carry "
        "most of the mean. The best and the middle one are shown.", "",
        tuple(f"{LAB}.quarter.sale_or_exit.path{int(rows[i])}.{t}" for i in (-1, len(rows) // 2)),
    )


@explains("assets.llm_developer.revenue.{path}.{t}")
def revenue(reader: Reader, path: str, t: int) -> Equation:
    """Yearly revenue on a path."""
    return Spec(
        f"Revenue a year, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "revenue"), path, t),
        "USD/year", "Revenue today, growth that fades less erosion, demand for compute against its reference, and how "
        "well its own models do.", "R_0·exp(trend)·(B/B_ref)·quality",
        ("llm_developer.revenue_now", f"{LAB}.trend.{t}", f"{LAB}.relative_demand.{path}.{t}",
         f"{LAB}.quality.{path}.{t}"),
        "product",
    )


def _trend(reader: Reader, t: int) -> float:
    lab, when = reader.scenario.llm_developer, years(reader.market.quarters)
    growth = cumulative_growth(lab.growth_now, lab.growth_long_run, lab.growth_fade, when) - lab.erosion * when
    return float(np.exp(at(growth, t)))


@explains("assets.llm_developer.trend.{t}")
def trend(reader: Reader, t: int) -> Equation:
    """Growth of revenue since closing without luck."""
    names = ("growth_now", "growth_long_run", "growth_fade", "erosion")
    return Spec(
        f"Revenue trend against today, quarter {t}", _trend(reader, t), "x",
        "Growth that fades, less what open models take.", "exp(g_∞τ + (g_0−g_∞)(1−e^(−fade·τ))/fade − erosion·τ)",
        tuple(f"llm_developer.{name}" for name in names), note=f"τ = {t / 4:g} years",
    )


@explains("assets.llm_developer.relative_demand.{path}.{t}")
def relative_demand(reader: Reader, path: str, t: int) -> Equation:
    """Demand for compute against its reference."""
    return Spec(
        f"Demand against its reference, quarter {t}, {reader.whose(path)}",
        reader.pick(reader.market.relative_demand, path, t), "x", "World demand over the reference path.", "B/B_ref",
        (f"market.demand.{path}.{t}", f"market.reference_demand.{t}"), "quotient",
    )


@explains("assets.llm_developer.quality.{path}.{t}")
def quality(reader: Reader, path: str, t: int) -> Equation:
    """How well the developer's own models do, and a champion's public customers."""
    rest = reader.scenario.llm_developer.revenue_now * _trend(reader, t) * reader.pick(
        reader.market.relative_demand, path, t
    )
    champion = ("llm_developer.champion", "llm_developer.champion_uplift")
    is_champion = reader.scenario.llm_developer.champion
    return Spec(
        f"Own success, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "revenue"), path, t) / rest, "x",
        "A martingale with mean one: models win or lose"
        + ("; public customers of a champion come on top." if is_champion else "."), "exp(Q)",
        ("llm_developer.quality_sd", *(champion if is_champion else ()), "draws"), status="draw",
    )


@explains("assets.llm_developer.operating.{path}.{t}")
def operating(reader: Reader, path: str, t: int) -> Equation:
    """Yearly cash flow before funding."""
    return Spec(
        f"Cash flow a year before funding, quarter {t}, {reader.whose(path)}",
        reader.pick(_extra(reader, "net"), path, t), "USD/year",
        "Revenue less people, data and rest, less compute, less fixed cost.", "R·(1−other) − compute − fixed·R_0",
        (f"{LAB}.revenue.{path}.{t}", "llm_costs.other", f"{LAB}.compute_cost.{path}.{t}", "llm_costs.fixed",
         "llm_developer.revenue_now"),
    )


@explains("assets.llm_developer.compute_cost.{path}.{t}")
def compute_cost(reader: Reader, path: str, t: int) -> Equation:
    """Yearly cost of inference and training."""
    names = (
        "inference", "inference_price", "training", "training_price", "training_quality", "training_growth_now",
        "training_growth_long_run", "training_growth_fade", "frontier_bill", "frontier_share",
    )
    return Spec(
        f"Compute cost a year, quarter {t}, {reader.whose(path)}",
        reader.pick(_extra(reader, "compute_cost"), path, t), "USD/year",
        "Inference follows revenue, training the frontier and own success; both get cheaper with the rental price: a "
        "glut helps this class.", ".50·R·(P/P^LR)^.8 + bill·exp(∫g_tr)·(P/P^LR)^.7·quality^.6",
        (f"{LAB}.revenue.{path}.{t}", f"market.price_ratio.{path}.{t}", f"{LAB}.quality.{path}.{t}",
         *(f"llm_costs.{name}" for name in names)),
    )


@explains("assets.llm_developer.cash.{path}.{t}")
def cash(reader: Reader, path: str, t: int) -> Equation:
    """Cash at the end of a quarter."""
    value = reader.pick(_extra(reader, "cash"), path, t)
    label = f"Cash, end of quarter {t}, {reader.whose(path)}"
    if t == 0:
        return Spec(label, value, "USD", "Two years of today's burn.", "", (f"{LAB}.operating.{path}.0",))
    grants = ("llm_developer.champion_grant",) if reader.scenario.llm_developer.champion else ()
    return Spec(
        label, value, "USD", "Cash a quarter ago, cash flow, grants, and money raised; nothing after a failure.",
        "cash + Δ·net + grants + raised",
        (f"{LAB}.cash.{path}.{t - 1}", "constants.quarter", f"{LAB}.operating.{path}.{t}", f"{LAB}.raised.{path}.{t}",
         *grants),
    )


@explains("assets.llm_developer.raised.{path}.{t}")
def raised(reader: Reader, path: str, t: int) -> Equation:
    """Money raised in a quarter."""
    return Spec(
        f"Raised, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "raised"), path, t), "USD",
        "When the runway is short, years of burn are raised, if that is not too large a part of the company.", "",
        (f"{LAB}.operating.{path}.{t}", f"{LAB}.revenue.{path}.{t}", *_FUNDING),
    )


@explains("assets.llm_developer.own.{path}.{t}")
def own(reader: Reader, path: str, t: int) -> Equation:
    """Part of the company that today's owners hold."""
    found = _extra(reader, "own")
    rounds = [q for q in range(1, t + 1) if reader.pick(_extra(reader, "raised"), path, q)]
    return Spec(
        f"Part held by today's owners, quarter {t}, {reader.whose(path)}", reader.pick(found, path, t), "share",
        f"Diluted by each of {len(rounds)} rounds." if rounds else "No round diluted it.", "own·pre/(pre + raise)",
        tuple(f"{LAB}.raised.{path}.{q}" for q in rounds) or _FUNDING,
    )


@explains("assets.llm_developer.multiple.{path}")
def multiple(reader: Reader, path: str) -> Equation:
    """Revenue multiple at the horizon."""
    last = reader.market.quarters
    value = reader.pick(_extra(reader, "multiple"), path, last)
    low, high = GROWTH_CLIP
    return Spec(
        f"Revenue multiple at the horizon, {reader.whose(path)}", value, "x revenue",
        "A part that fades as growth does and one that stays, more when demand is high and when revenue outgrows its "
        "trend.", f"(20·e^(−.14·τ) + 3)·(B/B_ref)·clip(growth/trend growth, {low:g}, {high:g})",
        (
            "llm_funding.multiple_excess", "llm_funding.multiple_fade", "llm_funding.multiple_floor",
            f"{LAB}.relative_demand.{path}.{last}", f"{LAB}.revenue.{path}.{last}", f"{LAB}.revenue.{path}.{last - 4}",
            f"{LAB}.trend.{last}", f"{LAB}.trend.{last - 4}",
        ),
    )
