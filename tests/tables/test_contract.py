"""The JSON contract: no figure is null without its reason beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from models.engine.evaluate import evaluate
from models.scenario.scenario import Scenario
from models.tables.contract import evaluation_json


def undefined(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of the figures that become null."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from undefined(inner, (*path, str(name)))
    elif isinstance(value, float) and not math.isfinite(value):
        yield path


@pytest.mark.parametrize("name", ["base", "telecom_glut", "china", "efficiency_shock", "chip_domestic", "open_lab"])
def test_no_figure_is_null_without_its_reason(name: str, thin_prices: None) -> None:
    told = evaluation_json(evaluate(Scenario.preset(name).replace({"run.paths": 64})), "")
    missing, seen = [], 0
    for key, entries in (told["assets"] | told["variants"]).items():
        for entry in (entries, entries["at_cost"]):
            reasons = entry.get("undefined", {})
            for path in undefined({k: v for k, v in entry.items() if k not in ("at_cost", "undefined")}):
                seen += 1
                if not entry.get("absent") and path[0].removesuffix("_se") not in reasons:
                    missing.append((key, *path))
    assert seen, "payback of some class has no value in each of these"
    assert not missing


@pytest.mark.parametrize(("name", "often"), [("base", "one future in twenty"), ("telecom_glut", "half of all futures")])
def test_money_that_never_comes_back_is_said_with_how_often(name: str, often: str, thin_prices: None) -> None:
    fleet = evaluate(Scenario.preset(name).replace({"run.paths": 256})).assets["gpu_fleet"].fair
    assert math.isfinite(fleet.payback_years.p50) == (often == "one future in twenty")
    assert often in fleet.undefined["payback_years"]
