"""What is undefined without a reason, or rests on something undefined, in an evaluation."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from models.engine.evaluate import Evaluation, evaluate
from models.engine.measures import Measures, Quantiles
from models.engine.position import Position
from models.engine.summary import summary
from models.engine.valuation import ENTRIES, AssetResult
from models.studies.verdict import verdict
from models.tables.contract import evaluation_json
from tests.corners import applied


def figures(measures: Measures) -> Iterator[tuple[str, float]]:
    """Every figure by the name its reason would have; noise and infinities (never paid back) are no figures."""
    for each in fields(Measures):
        value = getattr(measures, each.name)
        if isinstance(value, Quantiles):
            yield each.name, value.p50
        elif isinstance(value, float) and not each.name.endswith("_se"):
            yield each.name, value


def holes(name: str, position: Position, measures: Measures) -> list[str]:
    """Figures of one position that are undefined without a reason."""
    found = [f"{name} {figure}" for figure, value in figures(measures)
             if math.isnan(value) and not measures.undefined.get(figure)]
    if not position.absent and not np.isfinite(position.value).all():
        found.append(f"{name} is present and not finite")
    return found


def faults(evaluation: Evaluation) -> list[str]:
    """What is undefined without a reason, or rests on something undefined."""
    found = []
    results: dict[str, AssetResult] = {**evaluation.assets, **evaluation.variants}
    for key, result in results.items():
        for entry in ENTRIES:
            found += holes(f"{key} {entry}", result.bought[entry], result.entry(entry))
    said = verdict(evaluation)
    if said.best in said.absent or set(said.losers) & set(said.absent):
        found.append("the verdict ranks what is absent")
    if math.isnan(said.lead_share) != (evaluation.family_lead is None):
        found.append("a lead without families, or none with them")
    found += ["words"] * any("nan" in text.lower().split() for text in (said.headline, said.detail))
    for key, why in evaluation.absent().items():
        if said.detail.count(why) < 1 or evaluation_json(evaluation, "")["assets"][key]["absent"] != why:
            found.append(f"{key} is absent and not named")
    return found


def checked(changes: dict[str, Any], *, table: bool = False) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluation = evaluate(applied(changes))
        found = faults(evaluation)
    if table:
        rows = summary(evaluation)
        told = rows.loc[~rows["metric"].str.startswith("payback"), "value"]
        found += ["the summary holds an undefined figure"] * (not np.isfinite(told).all())
    return found
