"""Flows of the LLM developer as numbers with reasons: long AI revenue, short compute."""

from __future__ import annotations

import numpy as np

from models.assets.llm_developer import MULTIPLE_CLIP, log_rent_against_plan, own_trend
from models.basis.timeline import DELTA, Array, years
from models.claims.llm_developer import public_support
from models.explain.bought import held, line
from models.explain.equation import Equation, Operand
from models.explain.registry import Reader, UnknownPath, at, declare, explains, faded, of_programs
from models.market.ai_revenue import ai_revenue
from models.policy.support import ChampionSupport

LAB = "assets.llm_developer"
_FUNDING = ("llm_funding.runway", "llm_funding.raise_years", "llm_funding.raise_cap")


def _extra(reader: Reader, name: str) -> Array:
    return held(reader, LAB).result.claim.flows.extras[name]


def _proceeds(reader: Reader) -> Array:
    return line(reader, held(reader, LAB), "sale_or_exit")[1]


def _failed_at(reader: Reader, path: str) -> int:
    return int(reader.pick(_extra(reader, "failed_at"), path))


declare("assets.llm_developer.hurdle", "Hurdle, LLM developer", "per year", "As declared.", "r",
        {"r": "in_force.llm_developer.hurdle"}, lambda r: r.scenario.llm_developer.hurdle)


@explains("assets.llm_developer.quarter.sale_or_exit.{path}.{t}")
def proceeds(reader: Reader, path: str, t: int) -> Equation:
    """What today's owners receive on a path."""
    value, revenue = reader.pick(_proceeds(reader), path, t), f"{LAB}.revenue.{path}.{t}"
    label = f"Sale or exit, quarter {t}, {reader.whose(path)}"
    if t == _failed_at(reader, path):
        diluted = _shares_sold(reader, path, t)
        state: dict[str, Operand] = {
            "x": f"{LAB}.multiple.{path}.{t}", "N": f"{LAB}.normal_revenue.{path}.{t}",
            "shares": f"{LAB}.public_equity.{path}.{t}"} if diluted else {}
        return Equation(
            label, value, "USD", "Money ran out: the company is sold for a fraction of its revenue, of which today's "
            "owners still hold a part" + (", after shares a state bought in that quarter." if diluted else "."),
            "own·price·R" + ("·x·N/(x·N + shares)" if diluted else ""),
            {"own": f"{LAB}.own.{path}.{t - 1}", "price": f"{LAB}.sale_price.{path}", "R": revenue} | state,
            beside=(f"{LAB}.cash.{path}.{t - 1}", f"{LAB}.operating.{path}.{t}"),
        )
    if t < reader.market.quarters:
        return Equation(label, value, "USD", "The company is neither sold nor at the horizon.", "0")
    return Equation(
        label, value, "USD", "At the horizon: a multiple of normal revenue, and cash, of which today's owners still "
        "hold a part.", "own·(multiple·R_normal + max(cash, 0))",
        {"own": f"{LAB}.own.{path}.{t}", "multiple": f"{LAB}.multiple.{path}",
         "R_normal": f"{LAB}.normal_revenue.{path}.{t}", "cash": f"{LAB}.cash.{path}.{t}"},
    )


@explains("assets.llm_developer.sale_price.{path}")
def sale_price(reader: Reader, path: str) -> Equation:
    """Price of the company where its money ran out, over its revenue."""
    t, value = _failed_at(reader, path), None
    if t <= reader.market.quarters:
        owned = reader.pick(_extra(reader, "own"), path, t - 1) * reader.pick(_extra(reader, "revenue"), path, t)
        worth = reader.pick(_extra(reader, "multiple") * _extra(reader, "normal_revenue"), path, t)
        owned *= worth / (worth + reader.pick(_paid(reader, "equity"), path, t))
        value = reader.pick(_proceeds(reader), path, t) / owned if owned else 0.0
    return Equation(
        f"Price of a failed company, {reader.whose(path)}", value, "x revenue", "Any price between the two is as "
        "likely.", "", {"low": "llm_funding.sale_low", "high": "llm_funding.sale_high", "draws": "draws"}, "draw",
        status="draw",
    )


@explains("assets.llm_developer.quarter.sale_or_exit.mean.{t}")
def mean_proceeds(reader: Reader, t: int) -> Equation:
    """What today's owners receive on average."""
    amounts = _proceeds(reader)
    label, value = f"Sale or exit, quarter {t}, {reader.whose('mean')}", reader.pick(amounts, "mean", t)
    if t < reader.market.quarters:
        failed = int((_extra(reader, "failed_at") == t).sum())
        names = ("llm_funding.sale_low", "llm_funding.sale_high", *_FUNDING, "draws")
        return Equation(
            label, value, "USD", f"Companies whose money ran out in this quarter ({failed} of {reader.paths:,} paths) "
            "are sold for a fraction of their revenue.", "E[own·price·R]", {"terms": names}, "statistic",
        )
    rows = np.argsort(amounts[:, t], kind="stable")
    shown = tuple(f"{LAB}.quarter.sale_or_exit.path{int(rows[i])}.{t}" for i in (-1, len(rows) // 2))
    return Equation(
        label, value, "USD", "Survivors are worth a multiple of revenue at the horizon; a few very good futures carry "
        "most of the mean. The best and the middle one are shown.", "E[exit]", {"exit": shown}, "statistic",
    )


declare(
    "assets.llm_developer.revenue.{path}.{t}", "Revenue a year", "USD/year",
    "Revenue today, moving with AI revenue worldwide, with its own growth beyond the market less erosion, and with how "
    "well its own models do.", "R_0·V/V_0·own·quality",
    {"R_0": "llm_developer.revenue_now", "V": "market.ai_revenue@", "V_0": "ai_revenue.revenue_now",
     "own": ".trend.{t}", "quality": ".quality@"}, lambda r: _extra(r, "revenue"),
)
declare(
    "assets.llm_developer.normal_revenue.{path}.{t}", "Normal revenue a year", "USD/year",
    "Revenue as a buyer sees it through a good or a bad year: what passes in demand counts with what is left of it on "
    "average over five years.", "R·lasting/deviation",
    {"R": ".revenue@", "lasting": "market.demand_sustained@", "deviation": "market.demand_shock@"},
    lambda r: _extra(r, "normal_revenue"),
)
declare(
    "assets.llm_developer.trend.{t}", "Revenue against its share of the market", "x",
    "Growth beyond the market, less what open models take.", f"exp({faded('g_0', 'g_∞', 'k')} − erosion·{{τ}})",
    {"g_0": "llm_developer.excess_growth_now", "g_∞": "llm_developer.excess_growth_long_run",
     "k": "llm_developer.excess_growth_fade", "erosion": "llm_developer.erosion"}, lambda r: _trend(r),
)
declare(
    "assets.llm_developer.rent_against_plan.{path}.{t}", "Rental price against plan", "x",
    "What compute rents for over what was expected: a glut and hardware that got cheaper than expected both lower it.",
    "P/P^exp", {"P": "market.price@", "P^exp": ".expected_rent.{t}"}, lambda r: np.exp(log_rent_against_plan(r.market)),
)
declare(
    "assets.llm_developer.expected_rent.{t}", "Rental price expected, without surprise", "USD/h",
    "The long-run price, less what a surprise in hardware cost took off it.", "P^LR·e^(surprise)",
    {"P^LR": "market.price_long_run.{t}", "surprise": ".unexpected_fall.{t}"},
    lambda r: r.market.curves.price_expected[: r.market.quarters + 1],
)
declare(
    "assets.llm_developer.unexpected_fall.{t}", "Unexpected fall of hardware cost", "log",
    "The surprise a year, from the year it comes.", "Δδ·max(0, {τ} − y_0)",
    {"Δδ": "hardware.deflation_surprise", "y_0": "hardware.surprise_year"},
    lambda r: np.log(r.market.curves.price_expected / r.market.curves.price)[: r.market.quarters + 1],
)


def _trend(reader: Reader) -> Array:
    return np.asarray(np.exp(own_trend(reader.scenario.llm_developer, years(reader.market.quarters))))


def _quality(reader: Reader) -> Array:
    def make() -> Array:
        lab, ai = reader.scenario.llm_developer, reader.scenario.ai_revenue
        expected = lab.revenue_now * _trend(reader) * ai_revenue(ai, reader.market) / ai.revenue_now
        return np.asarray(_extra(reader, "revenue") / expected)

    return reader.once("lab quality", make)


@explains("assets.llm_developer.quality.{path}.{t}")
def quality(reader: Reader, path: str, t: int) -> Equation:
    """How well the developer's own models do, and a champion's public customers."""
    label, value = f"Own success, quarter {t}, {reader.whose(path)}", reader.pick(_quality(reader), path, t)
    if reader.scenario.llm_developer.champion:
        return Equation(
            label, value, "x", "How well its own models do; public customers of a champion come on top.",
            "success·(1 + uplift·live)",
            {"success": f"{LAB}.success.{path}.{t}", "uplift": "llm_developer.champion_uplift",
             "live": f"{LAB}.program_live.{path}.{t}"}, beside=("llm_developer.champion",),
        )
    return Equation(label, value, "x", "A martingale with mean one: models win or lose.", "",
                    {"σ_q": "llm_developer.quality_sd", "draws": "draws"}, "draw", status="draw")


def _public(reader: Reader) -> ChampionSupport:
    return reader.once("champion support", lambda: public_support(reader.scenario, reader.shocks))


def _live(reader: Reader) -> Array:
    return _public(reader).live


def _paid(reader: Reader, name: str) -> Array:
    """Grant or equity of the quarter from home programs, (paths or 1, quarters + 1), USD; zero unless a champion."""
    return np.asarray(getattr(_public(reader), name) * reader.scenario.llm_developer.champion)


def _shares_sold(reader: Reader, path: str, t: int) -> bool:
    return reader.pick(_paid(reader, "equity"), path, t) > 0.0


@explains("assets.llm_developer.public_{kind}.{path}.{t}")
def public_money(reader: Reader, kind: str, path: str, t: int) -> Equation:
    """What home programs pay a champion in a quarter, as grants or for new shares."""
    if kind not in ("grant", "equity"):
        raise UnknownPath("programs pay a champion a grant or equity")
    what = "Grants" if kind == "grant" else "Paid for new shares"
    return Equation(
        f"{what} from home programs, quarter {t}, {reader.whose(path)}", reader.pick(_paid(reader, kind), path, t),
        "USD", "A champion's share of what home programs spend on champions, while they run.",
        f"Σ share·spending·champion·{'(1 − e)' if kind == 'grant' else 'e'}",
        {"share": "llm_developer.champion_share", "e": "llm_developer.champion_equity",
         "champion": "llm_developer.champion", "draws": "draws",
         "programs": of_programs(reader, "schedule.budget", "schedule.disbursement", "mix.champion")}, "simulation",
    )


declare(
    "assets.llm_developer.success.{path}.{t}", "Success of its own models", "x",
    "A martingale with mean one: models win or lose.", "", {"σ_q": "llm_developer.quality_sd", "draws": "draws"},
    lambda r: _quality(r) / (
        1.0 + r.scenario.llm_developer.champion_uplift * r.scenario.llm_developer.champion * _live(r)),
    kind="draw", status="draw",
)
declare(
    "assets.llm_developer.program_live.{path}.{t}", "Home program runs", "share",
    "One while a home program runs, zero before it starts and after it ends or is cut; less where it pays less than "
    "announced.", "", {"draws": "draws"},
    _live, kind="draw", status="draw", beside=("llm_developer.champion",),
)
declare(
    "assets.llm_developer.operating.{path}.{t}", "Cash flow a year before funding", "USD/year",
    "Revenue less people, data and rest, less compute, less fixed cost.", "R·(1 − other) − compute − fixed·R_0",
    {"R": ".revenue@", "other": "llm_costs.other", "compute": ".compute_cost@", "fixed": "llm_costs.fixed",
     "R_0": "llm_developer.revenue_now"}, lambda r: _extra(r, "net"),
)


declare(
    "assets.llm_developer.compute_cost.{path}.{t}", "Compute cost a year", "USD/year", "Inference and training.",
    "inference + training", {"inference": ".inference@", "training": ".training@"}, lambda r: _extra(r, "compute_cost"),
)


def _is_surprised(reader: Reader, t: int) -> bool:
    return at(reader.market.demand_paths.gain, t) != 0.0


@explains("assets.llm_developer.inference.{path}.{t}")
def inference(reader: Reader, path: str, t: int) -> Equation:
    """Yearly cost of serving users."""
    saved = _is_surprised(reader, t)
    return Equation(
        f"Inference a year, quarter {t}, {reader.whose(path)}",
        reader.pick(_extra(reader, "compute_cost") - _extra(reader, "training"), path, t), "USD/year",
        "A share of revenue; rents below plan lower it"
        + (", and of an efficiency surprise what is not passed on to customers." if saved else "."),
        "{inference}·R·ρ^{a}" + ("·f^(−(1 − p))" if saved else ""),
        {"inference": "llm_costs.inference", "R": f"{LAB}.revenue.{path}.{t}",
         "ρ": f"{LAB}.rent_against_plan.{path}.{t}", "a": "llm_costs.inference_price"}
        | ({"f": "demand.efficiency_factor", "p": "ai_revenue.pass_on"} if saved else {}),
    )


@explains("assets.llm_developer.training.{path}.{t}")
def training(reader: Reader, path: str, t: int) -> Equation:
    """Yearly cost of training."""
    own, saved = "success" if reader.scenario.llm_developer.champion else "quality", _is_surprised(reader, t)
    growth = faded("g_0", "g_∞", "k", f"{t / 4:g}")
    names = {
        "training": "training", "b": "training_price", "c": "training_quality", "g_0": "training_growth_now",
        "g_∞": "training_growth_long_run", "k": "training_growth_fade", "bill": "frontier_bill", "f": "frontier_share",
    }
    return Equation(
        f"Training a year, quarter {t}, {reader.whose(path)}", reader.pick(_extra(reader, "training"), path, t),
        "USD/year", "It follows the frontier, own success and demand; rents below plan lower it"
        + (", and an efficiency surprise saves what the rebound leaves." if saved else "."),
        "max({training}·R_0, f·bill)·" f"exp({growth})·" "ρ^{b}·(q·D)^{c}" + ("·e_gain" if saved else ""),
        {"ρ": f"{LAB}.rent_against_plan.{path}.{t}", "q": f"{LAB}.{own}.{path}.{t}",
         "D": f"market.demand_shock.{path}.{t}", "R_0": "llm_developer.revenue_now"}
        | {name: f"llm_costs.{where}" for name, where in names.items()}
        | ({"e_gain": f"market.efficiency.{t}"} if saved else {}),
    )


@explains("assets.llm_developer.cash.{path}.{t}")
def cash(reader: Reader, path: str, t: int) -> Equation:
    """Cash at the end of a quarter."""
    value = reader.pick(_extra(reader, "cash"), path, t)
    label = f"Cash, end of quarter {t}, {reader.whose(path)}"
    is_champion = reader.scenario.llm_developer.champion
    public: dict[str, Operand] = {"grant": f"{LAB}.public_grant.{path}.{t}",
                                  "shares": f"{LAB}.public_equity.{path}.{t}"} if is_champion else {}
    if t == 0:
        return Equation(
            label, value, "USD", "Two years of today's burn" + (", and public money." if is_champion else "."),
            "2·max(−net, 0.05·R_0)" + (" + grant + shares" if is_champion else ""),
            {"net": f"{LAB}.operating.{path}.0", "R_0": "llm_developer.revenue_now"} | public,
        )
    if t >= _failed_at(reader, path):
        return Equation(label, value, "USD", "Nothing after a failure.", "0")
    parts: dict[str, Operand] = {
        "cash": f"{LAB}.cash.{path}.{t - 1}", "Δ": "constants.quarter", "net": f"{LAB}.operating.{path}.{t}",
        "raised": f"{LAB}.raised.{path}.{t}"}
    parts |= public
    text = "cash + Δ·net + raised" + (" + grant + shares" if is_champion else "")
    if reader.scenario.tax.is_on:
        text, parts = f"{text} − tax", parts | {"tax": f"{LAB}.tax.{path}.{t}"}
    words = "Cash a quarter ago, cash flow, public money and money raised, less tax."
    return Equation(label, value, "USD", words, text, parts)


@explains("assets.llm_developer.tax.{path}.{t}")
def tax(reader: Reader, path: str, t: int) -> Equation:
    """Tax paid out of cash in a quarter."""
    value = 0.0
    if reader.scenario.tax.is_on and 0 < t < _failed_at(reader, path):
        value = sum(reader.pick(_extra(reader, name), path, t) * part for name, part in (("net", DELTA), ("raised", 1)))
        value += reader.pick(_extra(reader, "cash"), path, t - 1) - reader.pick(_extra(reader, "cash"), path, t)
        value += sum(reader.pick(_paid(reader, kind), path, t) for kind in ("grant", "equity"))
    return Equation(
        f"Tax, quarter {t}, {reader.whose(path)}", value, "USD",
        "Rate times profit; losses of the years before wait for it.", "τ_c·max(0, profit − losses)",
        {"τ_c": "tax.rate", "profit": f"{LAB}.operating.{path}.{t}"}, "simulation",
    )


@explains("assets.llm_developer.raised.{path}.{t}")
def raised(reader: Reader, path: str, t: int) -> Equation:
    """Money raised in a quarter."""
    value = reader.pick(_extra(reader, "raised"), path, t)
    return Equation(
        f"Raised, quarter {t}, {reader.whose(path)}", value, "USD",
        "When the runway is short, years of burn are raised, if that is not too large a part of the company."
        + ("" if value else " Not in this quarter."), "y·max(−net, 0)" if value else "0",
        {"y": "llm_funding.raise_years", "net": f"{LAB}.operating.{path}.{t}"},
        beside=(f"{LAB}.normal_revenue.{path}.{t}", "llm_funding.runway", "llm_funding.raise_cap"),
    )


@explains("assets.llm_developer.own.{path}.{t}")
def own(reader: Reader, path: str, t: int) -> Equation:
    """Part of the company that today's owners hold."""
    label, value = f"Part held by today's owners, quarter {t}, {reader.whose(path)}", _extra(reader, "own")
    rounds = [q for q in range(1, t + 1) if reader.pick(_extra(reader, "raised"), path, q)]
    if t >= _failed_at(reader, path):
        return Equation(label, reader.pick(value, path, t), "share", "Nothing after a failure.", "0")
    public = [q for q in range(t + 1) if _shares_sold(reader, path, q)]
    if not rounds and not public:
        return Equation(label, reader.pick(value, path, t), "share", "No round diluted it.", "1", {"terms": _FUNDING})
    sold: dict[str, tuple[str, list[int]]] = {}
    if rounds:
        sold |= {"x": ("multiple", rounds), "N": ("normal_revenue", rounds), "raised": ("raised", rounds)}
    if public:
        sold |= {"y": ("multiple", public), "M": ("normal_revenue", public), "shares": ("public_equity", public)}
    return Equation(
        label, reader.pick(value, path, t), "share",
        f"Diluted by each of {len(rounds)} rounds" + (f", and by shares that states bought in {len(public)} quarters."
                                                      if public else "."),
        "·".join(["Π(x·N/(x·N + raised))"] * bool(rounds) + ["Π(y·M/(y·M + shares))"] * bool(public)),
        {name: tuple(f"{LAB}.{where}.{path}.{q}" for q in at_quarters) for name, (where, at_quarters) in sold.items()},
    )


@explains("assets.llm_developer.multiple.{path}", "assets.llm_developer.multiple.{path}.{t}")
def multiple(reader: Reader, path: str, t: int | None = None) -> Equation:
    """Revenue multiple, at the horizon or in a quarter."""
    when = reader.market.quarters if t is None else t
    bounds = ", ".join(f"{bound:g}" for bound in MULTIPLE_CLIP)
    year = {"b": "llm_funding.multiple_growth", "N": f"{LAB}.normal_revenue.{path}.{when}",
            "N_before": f"{LAB}.normal_revenue.{path}.{when - 4}", "V": f"market.ai_revenue_reference.{when}",
            "V_before": f"market.ai_revenue_reference.{when - 4}"}
    text = "({excess}·e^(−{fade}·" f"{when / 4:g}" ") + {floor})" f"·clip((m − m_low)/(m_ref − m_low), {bounds})"
    return Equation(
        f"Revenue multiple {'at the horizon' if t is None else f'in quarter {t}'}, {reader.whose(path)}",
        reader.pick(_extra(reader, "multiple"), path, when), "x revenue",
        "A part that fades and one that stays; more with the margin, and when normal revenue outgrows the market's "
        "reference: a difference of growth, never a ratio.",
        text + (f"·clip(1 + b·(ln(N/N_before) − ln(V/V_before)), {bounds})" if when >= 4 else ""),
        {"excess": "llm_funding.multiple_excess", "fade": "llm_funding.multiple_fade",
         "floor": "llm_funding.multiple_floor", "m": f"{LAB}.margin.{path}.{when}", "m_low": "llm_funding.margin_low",
         "m_ref": "llm_funding.margin_reference"} | (year if when >= 4 else {}),
    )


declare(
    "assets.llm_developer.margin.{path}.{t}", "Margin after inference and maintenance training", "share of revenue",
    "What is left of revenue after serving users and keeping models current.", "1 − (inference + kept·training)/R",
    {"inference": ".inference@", "kept": "llm_costs.maintenance", "training": ".training@", "R": ".revenue@"},
    lambda r: 1.0 - (_extra(r, "compute_cost") - (1.0 - r.scenario.llm_costs.maintenance) * _extra(r, "training")
                     ) / _extra(r, "revenue"),
)
