"""Risk as numbers with reasons: probabilities, tail loss, sure gain, correlation, and which family leads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from models.basis.timeline import Array
from models.engine.prices import steadied
from models.engine.valuation import CONFIDENCE
from models.explain.equation import Equation
from models.explain.quantile import error_spec, known, scramble_spec
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.explain.stake import Stake, held, losses, multiples, values
from models.measures import risk
from models.tables.classes import METRICS


@explains("{asset}.probability_of_loss")
def probability_of_loss(reader: Reader, asset: str) -> Equation:
    """Share of paths that return less than was paid in."""
    found = held(reader, asset).measures
    return _share(reader, asset, "probability_of_loss", found.probability_of_loss, found.probability_of_loss_se,
                  "paths_with_loss")


@explains("{asset}.probability_below_cash")
def probability_below_cash(reader: Reader, asset: str) -> Equation:
    """Share of paths that earn less than cash."""
    found = held(reader, asset).measures
    return _share(reader, asset, "probability_below_cash", found.probability_below_cash,
                  found.probability_below_cash_se, "paths_below_cash")


def _share(reader: Reader, asset: str, name: str, value: float, error: float, count: str) -> Equation:
    label, unit = METRICS[name]
    return Spec(
        f"{label}, {held(reader, asset).label}", value, unit, "Such paths over all paths.", "",
        (f"{asset}.{count}", "draws"), "quotient", standard_error=known(error),
    )


@explains("{asset}.paths_with_loss")
def paths_with_loss(reader: Reader, asset: str) -> Equation:
    """Number of paths that lose money."""
    stake = held(reader, asset)
    return Spec(
        f"Paths that lose money, {stake.label}", int((multiples(reader, stake) < 1.0).sum()), "paths",
        "Paths whose multiple of money is below one; where it stands on ordered paths shows how near that is.",
        "#{MOIC < 1}", tuple(f"{asset}.moic.{pxx}" for pxx in ("p05", "p50", "p95")),
    )


@explains("{asset}.paths_below_cash")
def paths_below_cash(reader: Reader, asset: str) -> Equation:
    """Number of paths that earn less than cash."""
    stake = held(reader, asset)
    found = values(reader, stake, "cash")
    rows = {int(np.argsort(found, kind="stable")[int(p * (len(found) - 1))]) for p in (0.05, 0.5)}
    return Spec(
        f"Paths that earn less than cash, {stake.label}", int((found < 0.0).sum()), "paths",
        "Paths whose value at the common cash rate is below zero; a poor and a middling one are shown.",
        "#{NPV(r_c) < 0}", ("rates.cash_rate", *(f"{asset}.npv_cash.path{i}" for i in sorted(rows))),
    )


@explains("{asset}.cvar_95")
def tail_loss(reader: Reader, asset: str) -> Equation:
    """Mean loss in the worst futures."""
    stake = held(reader, asset)
    label, unit = METRICS["cvar_95"]
    return Spec(
        f"{label}, {stake.label}", stake.measures.cvar_95, unit,
        "The loss that 95% of futures do not exceed, and by how much the worst 5% exceed it on average. Loss is minus "
        "the value at the common cash rate per dollar of committed capital.", "CVaR = VaR + E[(L−VaR)⁺]/(1−α)",
        (f"{asset}.value_at_risk_95", f"{asset}.excess_loss_95"), "sum",
        standard_error=known(stake.measures.cvar_95_se),
    )


@explains("{asset}.value_at_risk_95")
def value_at_risk(reader: Reader, asset: str) -> Equation:
    """Loss that 95% of futures do not exceed."""
    stake = held(reader, asset)
    lost = losses(reader, stake)
    value = float(risk.value_at_risk(lost, CONFIDENCE))
    row = int(np.flatnonzero(lost == value)[0])
    return Spec(
        f"Loss that 95% of futures do not exceed, {stake.label}", value, "share of capital",
        f"Ordered by loss, path {row:,} stands at this place.", "VaR", (f"{asset}.loss_per_dollar.path{row}",), "same",
    )


@explains("{asset}.excess_loss_95")
def excess_loss(reader: Reader, asset: str) -> Equation:
    """Mean excess of the worst futures."""
    stake = held(reader, asset)
    lost = losses(reader, stake)
    edge = float(risk.value_at_risk(lost, CONFIDENCE))
    order = np.argsort(lost, kind="stable")
    middle = int(order[len(order) - 1 - int((1.0 - CONFIDENCE) * len(order)) // 2])
    return Spec(
        f"Mean excess in the worst 5%, {stake.label}",
        float(np.maximum(lost - edge, 0.0).mean() / (1.0 - CONFIDENCE)), "share of capital",
        "How much the worst 5% lose beyond that, on average; the middle one and the worst are shown.",
        "E[(L−VaR)⁺]/(1−α)",
        (f"{asset}.loss_per_dollar.path{middle}", f"{asset}.loss_per_dollar.path{int(order[-1])}",
         "constants.confidence"),
    )


@explains("{asset}.loss_per_dollar.{path}")
def path_loss(reader: Reader, asset: str, path: str) -> Equation:
    """Loss of one path per dollar."""
    stake = held(reader, asset)
    return Spec(
        f"Loss per dollar, {stake.label}, {reader.whose(path)}", reader.pick(losses(reader, stake), path),
        "share of capital", "Minus the value at the common cash rate, over committed capital.", "L = −NPV(r_c)/capital",
        (f"{asset}.npv_cash.{path}", f"{asset}.capital"),
    )


@explains("{asset}.certainty_equivalent")
def sure_gain(reader: Reader, asset: str) -> Equation:
    """Sure gain over cash per dollar that is as good."""
    stake = held(reader, asset)
    label, unit = METRICS["certainty_equivalent"]
    return Spec(
        f"{label}, {stake.label}", stake.measures.certainty_equivalent, unit,
        "The sure wealth a risk-averse investor finds as good, less wealth held in cash, per dollar invested.",
        "(CE − 1)/f", (f"{asset}.sure_wealth", "rates.wealth_share"),
        standard_error=known(stake.measures.certainty_equivalent_se),
    )


@explains("{asset}.sure_wealth")
def sure_wealth(reader: Reader, asset: str) -> Equation:
    """Sure wealth that is as good as the gamble."""
    stake, terms = held(reader, asset), reader.scenario.rates
    wealth = risk.certainty_equivalent(1.0 - losses(reader, stake), terms.risk_aversion, terms.wealth_share)
    return Spec(
        f"Sure wealth as good as the gamble, {stake.label}", float(wealth), "x wealth in cash",
        "Part of wealth is in this class and the rest in cash; utility has constant relative risk aversion.",
        "CE = (E[W^(1−γ)])^(1/(1−γ)),  W = 1 + f·NPV(r_c)/capital",
        ("rates.risk_aversion", "rates.wealth_share", f"{asset}.cash_npv_mean", f"{asset}.capital", f"{asset}.cvar_95"),
    )


_FIGURES: Mapping[str, tuple[Callable[[Reader, Stake], Array], Callable[[Reader, Array], float]]] = {
    "npv_mean": (lambda r, s: _steadied(r, s, "hurdle"), lambda r, part: float(part.mean())),
    "cash_npv_mean": (lambda r, s: _steadied(r, s, "cash"), lambda r, part: float(part.mean())),
    "probability_of_loss": (multiples, lambda r, part: float(risk.probability_of_loss(part))),
    "probability_below_cash": (lambda r, s: values(r, s, "cash"), lambda r, part: float(risk.probability_below(part))),
    "cvar_95": (losses, lambda r, part: float(risk.cvar(part, CONFIDENCE))),
    "certainty_equivalent": (losses, lambda r, part: _gain(r, part)),
}


def _steadied(reader: Reader, stake: Stake, rate: str) -> Array:
    return steadied(values(reader, stake, rate), stake.result.claim.controls)


def _gain(reader: Reader, lost: Array) -> float:
    terms = reader.scenario.rates
    return float((risk.certainty_equivalent(1.0 - lost, terms.risk_aversion, terms.wealth_share) - 1.0)
                 / terms.wealth_share)


@explains("{asset}.{figure}_se")
def figure_error(reader: Reader, asset: str, figure: str) -> Equation:
    """Standard error of a mean, a probability or a tail loss."""
    stake = held(reader, asset)
    label, unit = METRICS[figure]
    value = getattr(stake.measures, f"{figure}_se")
    return error_spec(reader, f"{label}, {stake.label}", unit, value, f"{asset}.{figure}")


@explains("{asset}.{figure}.scramble{group}")
def figure_scramble(reader: Reader, asset: str, figure: str, group: int) -> Equation:
    """A mean, a probability or a tail loss on one scramble."""
    stake = held(reader, asset)
    label, unit = METRICS[figure]
    per_path, statistic = _FIGURES[figure]
    return scramble_spec(
        reader,
        f"{label}, {stake.label}",
        unit,
        per_path(reader, stake),
        group,
        lambda part: statistic(reader, part),
    )


@explains("{asset}.irr_status.{name}")
def status_count(reader: Reader, asset: str, name: str) -> Equation:
    """Number of paths whose IRR has a status."""
    stake = held(reader, asset)
    found = stake.measures.irr_status
    if name not in found:
        raise UnknownPath(f"statuses here are {', '.join(found)}")
    return Spec(
        f"Paths with IRR status {name}, {stake.label}",
        found[name],
        "paths",
        _STATUS.get(name, "By the rules of IRR.") + " Every path with a value stays in the quantiles.",
        "",
        ("draws", *(f"{asset}.irr.{pxx}" for pxx in ("p05", "p50", "p95"))),
    )


_STATUS = {
    "ok": "One rate makes the flows worth nothing.", "total_loss": "Nothing comes back: the rate is -100%.",
    "multiple": "Several rates do; the one nearest zero is taken.", "no_root": "No rate does.",
    "no_investment": "Nothing was paid in.", "undefined": "Nothing flows.",
}
