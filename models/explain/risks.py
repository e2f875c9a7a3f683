"""Risk as numbers with reasons: probabilities, tail loss, sure gain, correlation, and which family leads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from models.basis.timeline import Array
from models.claims.registry import left_out
from models.engine.estimate import CONFIDENCE
from models.engine.position import QUARTER_BACK, Position
from models.engine.position import sure_gain as gain_of
from models.engine.prices import steadied
from models.errors import AbsentError
from models.explain.bought import Bought, held, years_of
from models.explain.equation import Equation
from models.explain.quantile import error_equation, known, scramble_equation
from models.explain.registry import Reader, UnknownPath, explains
from models.measures import risk
from models.measures.irr import borrowing_rate
from models.tables.classes import METRICS

_FAMILIES = {"picks_and_shovels": "Picks and shovels", "llm_and_cloud": "LLM and cloud"}


@explains("{asset}.probability_of_loss")
def probability_of_loss(reader: Reader, asset: str) -> Equation:
    """Share of paths that return less than was paid in."""
    return _share(reader, asset, "probability_of_loss", "paths_with_loss")


@explains("{asset}.probability_below_cash")
def probability_below_cash(reader: Reader, asset: str) -> Equation:
    """Share of paths that earn less than cash."""
    return _share(reader, asset, "probability_below_cash", "paths_below_cash")


@explains("{asset}.probability_below_quarter")
def probability_below_quarter(reader: Reader, asset: str) -> Equation:
    """Share of paths that return less than a quarter of what was paid in."""
    return _share(reader, asset, "probability_below_quarter", "paths_below_quarter")


def _share(reader: Reader, asset: str, name: str, count: str) -> Equation:
    (label, unit), stake = METRICS[name], held(reader, asset)
    return Equation(
        f"{label}, {stake.label}", getattr(stake.measures, name), unit, "Such paths over all paths.", "count/n",
        {"count": f"{asset}.{count}", "n": "draws"}, standard_error=known(getattr(stake.measures, f"{name}_se")),
    )


@explains("{asset}.paths_with_loss")
def paths_with_loss(reader: Reader, asset: str) -> Equation:
    """Number of paths that lose money."""
    stake = held(reader, asset)
    return Equation(
        f"Paths that lose money, {stake.label}", int((stake.position.moic < 1.0).sum()), "paths",
        "Paths whose multiple of money is below one; where it stands on ordered paths shows how near that is.",
        "#{MOIC < 1}", {pxx: f"{asset}.moic.{pxx}" for pxx in ("p05", "p50", "p95")}, "statistic",
    )


@explains("{asset}.paths_below_quarter")
def paths_below_quarter(reader: Reader, asset: str) -> Equation:
    """Number of paths on which nearly all is lost."""
    stake = held(reader, asset)
    return Equation(
        f"Paths with less than a quarter back, {stake.label}", int(stake.position.is_nearly_lost.sum()), "paths",
        f"Paths whose multiple of money is below {QUARTER_BACK:g}.",
        f"#{{MOIC < {QUARTER_BACK:g}}}", {pxx: f"{asset}.moic.{pxx}" for pxx in ("p05", "p50", "p95")}, "statistic",
    )


@explains("{asset}.paths_below_cash")
def paths_below_cash(reader: Reader, asset: str) -> Equation:
    """Number of paths that earn less than cash."""
    stake = held(reader, asset)
    worth = stake.npv("cash")
    rows = {int(np.argsort(worth, kind="stable")[int(p * (len(worth) - 1))]) for p in (0.05, 0.5)}
    return Equation(
        f"Paths that earn less than cash, {stake.label}", int((worth < 0.0).sum()), "paths",
        "Paths whose value at the common cash rate is below zero; a poor and a middling one are shown.",
        "#{NPV(r_c) < 0}",
        {"r_c": "in_force.rates.cash_rate", "NPV": tuple(f"{asset}.npv_cash.path{i}" for i in sorted(rows))},
        "statistic",
    )


@explains("{asset}.cvar_95")
def tail_loss(reader: Reader, asset: str) -> Equation:
    """Mean loss in the worst futures."""
    stake = held(reader, asset)
    label, unit = METRICS["cvar_95"]
    return Equation(
        f"{label}, {stake.label}", stake.measures.cvar_95, unit,
        "The loss that 95% of futures do not exceed, and by how much the worst 5% exceed it on average. Loss is minus "
        "the value at the common cash rate per dollar of committed capital.", "CVaR = VaR + excess",
        {"VaR": f"{asset}.value_at_risk_95", "excess": f"{asset}.excess_loss_95"},
        standard_error=known(stake.measures.cvar_95_se),
    )


@explains("{asset}.value_at_risk_95")
def value_at_risk(reader: Reader, asset: str) -> Equation:
    """Loss that 95% of futures do not exceed."""
    stake = held(reader, asset)
    lost = -stake.position.value
    value = float(risk.value_at_risk(lost, CONFIDENCE))
    row = int(np.flatnonzero(lost == value)[0])
    return Equation(
        f"Loss that 95% of futures do not exceed, {stake.label}", value, "share of capital",
        f"Ordered by loss, path {row:,} stands at this place.", "VaR = L", {"L": f"{asset}.loss_per_dollar.path{row}"},
    )


@explains("{asset}.excess_loss_95")
def excess_loss(reader: Reader, asset: str) -> Equation:
    """Mean excess of the worst futures."""
    stake = held(reader, asset)
    lost = -stake.position.value
    edge = float(risk.value_at_risk(lost, CONFIDENCE))
    order = np.argsort(lost, kind="stable")
    middle = int(order[len(order) - 1 - int((1.0 - CONFIDENCE) * len(order)) // 2])
    return Equation(
        f"Mean excess in the worst 5%, {stake.label}",
        float(np.maximum(lost - edge, 0.0).mean() / (1.0 - CONFIDENCE)), "share of capital",
        "How much the worst 5% lose beyond that, on average; the middle one and the worst are shown.",
        "E[max(0, L − VaR)]/(1 − α)",
        {"L": tuple(f"{asset}.loss_per_dollar.path{int(i)}" for i in (middle, order[-1])), "α": "constants.confidence"},
        "statistic",
    )


@explains("{asset}.loss_per_dollar.{path}")
def path_loss(reader: Reader, asset: str, path: str) -> Equation:
    """Loss of one path per dollar."""
    stake = held(reader, asset)
    return Equation(
        f"Loss per dollar, {stake.label}, {reader.whose(path)}", reader.pick(-stake.position.value, path),
        "share of capital", "Minus the value at the common cash rate, over committed capital.", "L = −NPV/capital",
        {"NPV": f"{asset}.npv_cash.{path}", "capital": f"{asset}.capital"},
    )


@explains("{asset}.certainty_equivalent")
def sure_gain(reader: Reader, asset: str) -> Equation:
    """Sure gain over cash per dollar that is as good."""
    stake = held(reader, asset)
    label, unit = METRICS["certainty_equivalent"]
    return Equation(
        f"{label}, {stake.label}", stake.measures.certainty_equivalent, unit,
        "The sure wealth a risk-averse investor finds as good, less wealth held in cash, per dollar invested.",
        "(CE − 1)/f", {"CE": f"{asset}.sure_wealth", "f": "rates.wealth_share"},
        standard_error=known(stake.measures.certainty_equivalent_se),
    )


@explains("{asset}.sure_wealth")
def sure_wealth(reader: Reader, asset: str) -> Equation:
    """Sure wealth that is as good as the gamble."""
    stake, terms = held(reader, asset), reader.scenario.rates
    wealth = risk.certainty_equivalent(1.0 - -stake.position.value, terms.risk_aversion, terms.wealth_share)
    return Equation(
        f"Sure wealth as good as the gamble, {stake.label}", float(wealth), "x wealth in cash",
        "Part of wealth is in this class and the rest in cash; utility has constant relative risk aversion.",
        "CE = (E[W^(1 − γ)])^(1/(1 − γ)),  W = 1 + f·NPV/capital",
        {"γ": "rates.risk_aversion", "f": "rates.wealth_share", "NPV": f"{asset}.cash_npv_mean",
         "capital": f"{asset}.capital", "tail": f"{asset}.cvar_95"}, "statistic",
    )


@explains("{asset}.certainty_equivalent_return")
def sure_return(reader: Reader, asset: str) -> Equation:
    """Sure return over cash a year while invested that is as good."""
    stake = held(reader, asset)
    label, unit = METRICS["certainty_equivalent_return"]
    value, measures = stake.measures.certainty_equivalent_return, stake.measures
    if math.isnan(value):
        return Equation(f"{label}, {stake.label}", value, unit, f"{measures.undefined[_SURE]}.", "",
                        {"CE": f"{asset}.certainty_equivalent"}, "given")
    return Equation(
        f"{label}, {stake.label}", value, unit,
        "The yearly return, while money is invested, of the sure flow that is as good as the gamble, less that of "
        "cash: so a loan of two years and a company held for ten are comparable.",
        "r − r_c", {"r": f"{asset}.sure_rate", "r_c": "in_force.rates.cash_rate"},
        beside=(f"{asset}.certainty_equivalent", f"{asset}.years_at_stake"),
        standard_error=known(measures.certainty_equivalent_return_se),
    )


@explains("{asset}.sure_rate")
def sure_rate(reader: Reader, asset: str) -> Equation:
    """Yearly return of the sure flow that is as good as the gamble."""
    stake = held(reader, asset)
    columns = {side: years_of(amounts, reader.market.quarters) for side, amounts in (
        ("paid", stake.position.mean_paid[None]), ("received", stake.position.mean_received[None]))}
    return Equation(
        f"Return of the sure flow, {stake.label}", stake.position.sure_return + stake.position.rates.cash_rate,
        "per year",
        "The rate at which what is received on average, scaled to be as good as the gamble, is worth what is paid in "
        "on average; each discounted from the end of its quarter. Of several the one nearest to cash.",
        "Σ (k·received_t − paid_t)·(1 + r)^(−t/4) = 0",
        {"k": f"{asset}.sure_scale"} | {
            side: tuple(f"{asset}.{side}.mean.{year}" for year in years) for side, years in columns.items() if years},
        "root",
    )


@explains("{asset}.sure_scale")
def sure_scale(reader: Reader, asset: str) -> Equation:
    """By how much the mean receipts are scaled to be as good as the gamble."""
    stake = held(reader, asset)
    worth, gain = stake.npv("cash").mean() + stake.position.capital, stake.measures.certainty_equivalent
    value = max(1.0 + gain, 0.0) * stake.position.capital / worth if worth > 0.0 else 0.0
    operands = {"CE": f"{asset}.certainty_equivalent", "capital": f"{asset}.capital", "NPV": f"{asset}.npv_cash.mean"}
    return Equation(
        f"Sure receipts over mean receipts, {stake.label}", value, "x",
        "Scaled so, the mean receipts are worth the capital and the sure gain at the rate of cash; unscaled they are "
        "worth the capital and the mean value over cash.",
        "max(1 + CE, 0)·capital/(capital + NPV)" if worth > 0.0 else "0", operands if worth > 0.0 else {},
    )


@explains("{asset}.years_at_stake")
def years_at_stake(reader: Reader, asset: str) -> Equation:
    """Mean time that money is at stake."""
    stake = held(reader, asset)
    label, unit = METRICS["years_at_stake"]
    return Equation(
        f"{label}, {stake.label}", stake.measures.years_at_stake, unit,
        "Mean time of what is received less mean time of what is paid in, weighted by present value at the rate of "
        "cash: how long the money is out, on average.", "E[t; received] − E[t; paid]",
        {"r_c": "in_force.rates.cash_rate", "capital": f"{asset}.capital", "NPV": f"{asset}.npv_cash.mean"},
        "statistic",
    )


_SURE = "certainty_equivalent_return"
_FIGURES: Mapping[str, tuple[Callable[[Position], Array], Callable[[Array, Position], float]]] = {
    "npv_mean": (lambda p: steadied(p.hurdle_npv, p.controls), lambda part, _: float(part.mean())),
    "cash_npv_mean": (lambda p: steadied(p.cash_npv, p.controls), lambda part, _: float(part.mean())),
    "probability_of_loss": (lambda p: p.moic, lambda part, _: float(risk.probability_of_loss(part))),
    "probability_below_cash": (lambda p: p.cash_npv, lambda part, _: float(risk.probability_below(part))),
    "probability_below_quarter": (
        lambda p: p.moic, lambda part, _: float((part < QUARTER_BACK).mean())
    ),
    "cvar_95": (lambda p: -p.value, lambda part, _: float(risk.cvar(part, CONFIDENCE))),
    "certainty_equivalent": (lambda p: p.value, lambda part, p: float(gain_of(part, p.rates))),
    _SURE: (lambda p: p.value, lambda part, p: float(p.yearly(gain_of(part, p.rates)))),
}


@explains("{asset}.{figure}_se")
def figure_error(reader: Reader, asset: str, figure: str) -> Equation:
    """Standard error of a mean, a probability or a tail loss."""
    (label, unit), stake = METRICS[figure], held(reader, asset)
    value = getattr(stake.measures, f"{figure}_se")
    return error_equation(reader, f"{label}, {stake.label}", unit, value, f"{asset}.{figure}")


@explains("{asset}.{figure}.scramble{group}")
def figure_scramble(reader: Reader, asset: str, figure: str, group: int) -> Equation:
    """A mean, a probability or a tail loss on one scramble."""
    (label, unit), stake = METRICS[figure], held(reader, asset)
    per_path, statistic = _FIGURES[figure]
    return scramble_equation(reader, f"{label}, {stake.label}", unit, per_path(stake.position), group,
                             lambda part: statistic(part, stake.position))


@explains("{asset}.irr_status.{name}")
def status_count(reader: Reader, asset: str, name: str) -> Equation:
    """Number of paths whose IRR has a status."""
    stake = held(reader, asset)
    counts = stake.measures.irr_status
    if name not in counts:
        raise UnknownPath(f"statuses here are {', '.join(counts)}")
    return Equation(
        f"Paths with IRR status {name}, {stake.label}", counts[name], "paths",
        f"{_STATUS.get(name, 'By the rules of IRR.')}{_borrowed(stake, name)} Every path with a value stays in the "
        "quantiles.", "",
        {"n": "draws"} | {pxx: f"{asset}.irr.{pxx}" for pxx in ("p05", "p50", "p95")}, "statistic",
    )


def _borrowed(stake: Bought, name: str) -> str:
    """What paths cost that take money first and pay it back later: no investment's return, but a borrower's rate."""
    rates = borrowing_rate(stake.position.net) if name in ("no_root", "no_investment") else np.empty(0)
    paid = rates[np.isfinite(rates)]
    if not len(paid):
        return ""
    paths = "one path" if len(paid) == 1 else f"{len(paid):,} paths"
    return f" On {paths} of these money comes first and is paid back later: a borrower's {np.median(paid):.1%} a year."


_STATUS = {
    "ok": "One rate makes the flows worth nothing.", "total_loss": "Nothing comes back: the rate is -100%.",
    "multiple": "Several rates do; the one nearest zero is taken.", "no_root": "No rate does.",
    "no_investment": "Nothing was paid in.", "undefined": "Nothing flows.",
}


@explains("correlation.rank.{row}.{column}")
def correlation(reader: Reader, row: str, column: str) -> Equation:
    """Rank correlation of two classes; by number or by key."""
    results = reader.evaluation.assets
    pair = [_class(reader, word) for word in (row, column)]
    keys = list(results)
    labels = " and ".join(results[key].asset.label for key in pair)
    return Equation(
        f"Rank correlation, {labels}",
        float(reader.evaluation.correlation[keys.index(pair[0]), keys.index(pair[1])]), "correlation",
        "Paths are ranked by the value of each class over cash; both ride on the same futures, so their ranks move "
        "together by as much as the model makes them.", "Spearman's ρ",
        {"values": tuple(dict.fromkeys(f"assets.{key}.value_per_dollar.mean" for key in pair)), "n": "draws"},
        "statistic",
    )


def _class(reader: Reader, word: str) -> str:
    keys = list(reader.evaluation.assets)
    if word in keys:
        return word
    if word.isdigit() and int(word) < len(keys):
        return keys[int(word)]
    raise UnknownPath(f"classes are {', '.join(keys)}, counted from 0")


@explains("{claim}.value_per_dollar.{stat}")
def value_per_dollar(reader: Reader, claim: str, stat: str) -> Equation:
    """Value over cash per dollar of capital at fair entry."""
    stake = held(reader, claim)
    return Equation(
        f"Value over cash per dollar, {stake.label}, {reader.whose(stat)}", reader.pick(stake.result.cash_npv, stat),
        "share of capital", "Value at the common cash rate over committed capital.", "NPV/capital",
        {"NPV": f"{claim}.npv_cash.{stat}", "capital": f"{claim}.capital"},
    )


def _ahead(reader: Reader) -> Array:
    return np.asarray(_lead(reader) > 0, dtype=float)


def _lead(reader: Reader) -> Array:
    """Lead of picks and shovels, (paths,); there is none where all classes of a family are absent."""
    if (lead := reader.evaluation.family_lead) is None:
        raise AbsentError(f"picks_and_shovels_ahead: one family has no class. {left_out(reader.evaluation.absent())}")
    return lead


@explains("picks_and_shovels_ahead.probability")
def ahead(reader: Reader) -> Equation:
    """Share of futures in which picks and shovels lead."""
    return Equation(
        "Picks and shovels ahead of LLM and cloud", float(_ahead(reader).mean()), "share",
        "Paths on which a dollar in picks and shovels is worth more, over all paths.", "count/n",
        {"count": "picks_and_shovels_ahead.paths", "n": "draws"}, beside=("picks_and_shovels_ahead.lead.mean",),
        standard_error=known(risk.mean_standard_error(_ahead(reader), reader.evaluation.replicate)),
    )


@explains("picks_and_shovels_ahead.paths")
def ahead_paths(reader: Reader) -> Equation:
    """Number of paths on which picks and shovels lead."""
    lead = _lead(reader)
    middle = int(np.argsort(lead, kind="stable")[len(lead) // 2])
    return Equation(
        "Paths on which picks and shovels lead", int((lead > 0).sum()), "paths",
        "Paths on which the lead is above zero; the middle one is shown.", "#{lead > 0}",
        {"lead": f"picks_and_shovels_ahead.lead.path{middle}"}, "statistic",
    )


@explains("picks_and_shovels_ahead.lead.{stat}")
def lead(reader: Reader, stat: str) -> Equation:
    """Lead of picks and shovels per dollar."""
    return Equation(
        f"Lead of picks and shovels, {reader.whose(stat)}", reader.pick(_lead(reader), stat),
        "share of capital", "Value over cash per dollar in picks and shovels, less that in LLM and cloud.",
        "picks − other", {"picks": f"families.picks_and_shovels.{stat}", "other": f"families.llm_and_cloud.{stat}"},
    )


@explains("families.{family}.{stat}")
def family(reader: Reader, family: str, stat: str) -> Equation:
    """Mean value per dollar of the classes of a family."""
    if family not in _FAMILIES:
        raise UnknownPath(f"families are {', '.join(_FAMILIES)}")
    results = reader.evaluation.present()
    keys = [key for key, result in results.items() if result.asset.family == family]
    if not keys:
        raise AbsentError(f"families.{family}: it has no class. {left_out(reader.evaluation.absent())}")
    return Equation(
        f"Value over cash per dollar, {_FAMILIES[family]}, {reader.whose(stat)}",
        float(np.mean([reader.pick(results[key].cash_npv, stat) for key in keys])), "share of capital",
        "Mean of its classes, each with the same weight.", "mean(classes)",
        {"classes": tuple(f"assets.{key}.value_per_dollar.{stat}" for key in keys)},
    )


@explains("picks_and_shovels_ahead.mean")
def mean_lead(reader: Reader) -> Equation:
    """Mean lead of picks and shovels per dollar."""
    found = reader.evaluation.lead_mean
    return Equation(
        "Lead of picks and shovels, mean", float(_lead(reader).mean()), "share of capital",
        "Mean over all paths; it may favor one family where most futures favor the other.", "lead",
        {"lead": "picks_and_shovels_ahead.lead.mean"}, standard_error=known(found.error),
    )


@explains("picks_and_shovels_ahead.mean_standard_error")
def mean_lead_error(reader: Reader) -> Equation:
    """Standard error of the mean lead of picks and shovels."""
    return error_equation(reader, "Mean lead of picks and shovels", "share of capital",
                          reader.evaluation.lead_mean.error, "picks_and_shovels_ahead.mean")


@explains("picks_and_shovels_ahead.mean.scramble{group}")
def mean_lead_scramble(reader: Reader, group: int) -> Equation:
    """Mean lead of picks and shovels on one scramble."""
    return scramble_equation(reader, "Mean lead of picks and shovels", "share of capital", _lead(reader), group,
                             lambda part: float(part.mean()))


@explains("picks_and_shovels_ahead.standard_error")
def ahead_error(reader: Reader) -> Equation:
    """Standard error of the share of futures in which picks and shovels lead."""
    error = risk.mean_standard_error(_ahead(reader), reader.evaluation.replicate)
    return error_equation(reader, "Picks and shovels ahead", "share", error, "picks_and_shovels_ahead")


@explains("picks_and_shovels_ahead.scramble{group}")
def ahead_scramble(reader: Reader, group: int) -> Equation:
    """Share of futures in which picks and shovels lead, on one scramble."""
    return scramble_equation(
        reader, "Picks and shovels ahead", "share", _ahead(reader), group, lambda part: float(part.mean())
    )
