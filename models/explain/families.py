"""Classes against each other as numbers with reasons: rank correlation, and which family leads."""

from __future__ import annotations

import numpy as np

from models.explain.equation import Equation
from models.explain.quantile import error_spec, known, scramble_spec
from models.explain.registry import Reader, Spec, UnknownPath, explains
from models.explain.stake import held
from models.measures import risk

_FAMILIES = {"picks_and_shovels": "Picks and shovels", "llm_and_cloud": "LLM and cloud"}


@explains("correlation.rank.{row}.{column}")
def correlation(reader: Reader, row: str, column: str) -> Equation:
    """Rank correlation of two classes; by number or by key."""
    results = reader.evaluation.assets
    pair = [_class(reader, word) for word in (row, column)]
    keys = list(results)
    value = float(reader.evaluation.correlation[keys.index(pair[0]), keys.index(pair[1])])
    labels = " and ".join(results[key].asset.label for key in pair)
    return Spec(
        f"Rank correlation, {labels}", value, "correlation",
        "Paths are ranked by the value of each class over cash; both ride on the same futures, so their ranks move "
        "together by as much as the model makes them.", "Spearman's ρ",
        (*dict.fromkeys(f"assets.{key}.value_per_dollar.mean" for key in pair), "draws"),
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
    return Spec(
        f"Value over cash per dollar, {stake.label}, {reader.whose(stat)}",
        reader.pick(stake.result.cash_npv, stat), "share of capital",
        "Value at the common cash rate over committed capital.", "NPV(r_c)/capital",
        (f"{claim}.npv_cash.{stat}", f"{claim}.capital"),
        "quotient",
    )


@explains("picks_and_shovels_ahead.probability")
def ahead(reader: Reader) -> Equation:
    """Share of futures in which picks and shovels lead."""
    lead = (reader.evaluation.family_lead > 0).astype(float)
    return Spec(
        "Picks and shovels ahead of LLM and cloud", float(lead.mean()), "share",
        "Paths on which a dollar in picks and shovels is worth more, over all paths.", "",
        ("picks_and_shovels_ahead.paths", "draws"), "quotient", ("picks_and_shovels_ahead.lead.mean",),
        known(risk.mean_standard_error(lead, reader.evaluation.replicate)),
    )


@explains("picks_and_shovels_ahead.paths")
def ahead_paths(reader: Reader) -> Equation:
    """Number of paths on which picks and shovels lead."""
    lead = reader.evaluation.family_lead
    middle = int(np.argsort(lead, kind="stable")[len(lead) // 2])
    return Spec(
        "Paths on which picks and shovels lead", int((lead > 0).sum()), "paths",
        "Paths on which the lead is above zero; the middle one is shown.", "#{lead > 0}",
        (f"picks_and_shovels_ahead.lead.path{middle}",),
    )


@explains("picks_and_shovels_ahead.lead.{stat}")
def lead(reader: Reader, stat: str) -> Equation:
    """Lead of picks and shovels per dollar."""
    return Spec(
        f"Lead of picks and shovels, {reader.whose(stat)}", reader.pick(reader.evaluation.family_lead, stat),
        "share of capital", "Value over cash per dollar in picks and shovels, less that in LLM and cloud.", "",
        (f"families.picks_and_shovels.{stat}", f"families.llm_and_cloud.{stat}"), "difference",
    )


@explains("families.{family}.{stat}")
def family(reader: Reader, family: str, stat: str) -> Equation:
    """Mean value per dollar of the classes of a family."""
    if family not in _FAMILIES:
        raise UnknownPath(f"families are {', '.join(_FAMILIES)}")
    results = reader.evaluation.assets
    keys = [key for key, result in results.items() if result.asset.family == family]
    found = [reader.pick(results[key].cash_npv, stat) for key in keys]
    return Spec(
        f"Value over cash per dollar, {_FAMILIES[family]}, {reader.whose(stat)}", float(np.mean(found)),
        "share of capital", "Mean of its classes, each with the same weight.", "",
        tuple(f"assets.{key}.value_per_dollar.{stat}" for key in keys), "average",
    )


@explains("picks_and_shovels_ahead.standard_error")
def ahead_error(reader: Reader) -> Equation:
    """Standard error of the share of futures in which picks and shovels lead."""
    lead = (reader.evaluation.family_lead > 0).astype(float)
    return error_spec(
        reader, "Picks and shovels ahead", "share", risk.mean_standard_error(lead, reader.evaluation.replicate),
        "picks_and_shovels_ahead",
    )


@explains("picks_and_shovels_ahead.scramble{group}")
def ahead_scramble(reader: Reader, group: int) -> Equation:
    """Share of futures in which picks and shovels lead, on one scramble."""
    lead = (reader.evaluation.family_lead > 0).astype(float)
    return scramble_spec(reader, "Picks and shovels ahead", "share", lead, group, lambda part: float(part.mean()))
