"""What hurts a class and what helps it: the drivers of the dependence map, each moved alone by a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.entry import Entry, Value
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS
from models.engine.estimate import NOTHING, mean
from models.engine.world import World, world_of
from models.errors import ScenarioError
from models.scenario.catalog import PROGRAMS, catalog, with_programs
from models.scenario.catalog import entry as declared
from models.scenario.scenario import Scenario
from models.studies.sensitivity.tornado import Progress, held

COLUMNS = ("path", "label", "unit", "before", "after", "asset", "effect", "effect_se", "problem")


@dataclass(frozen=True)
class Push:
    """One driver of the dependence map and how far it is moved: by ``step``, or by ``factor`` of its value.

    A path with ``*`` stands for the same field of every program.
    """

    path: str
    label: str
    step: float = 0.0
    factor: float = 1.0


PUSHES = (
    Push("demand.growth_now", "Demand growth", factor=1.10),
    Push("overcapacity.peak", "Overcapacity at its peak", step=0.25),
    Push("clearing.spot_price", "Rental price today", factor=1.10),
    Push("hardware.deflation_surprise", "Hardware deflation surprise", step=0.03),
    Push("localization.share", "Localized demand", step=0.20),
    Push("rates.base_rate", "Base rate", step=0.01),
    Push(f"{PROGRAMS}.*.schedule.cliff_rate", "Policy cliff", step=0.20),
)


def driver_effects(scenario: Scenario, entry: str = "fair", progress: Progress | None = None) -> pd.DataFrame:
    """What hurts a class and what helps it: each of `PUSHES` alone, for every class and close variant.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        What was paid; it stays the same while a driver moves.
    progress : callable, optional
        Called with the share done after each driver.

    Returns
    -------
    DataFrame
        path, label, unit, before, after, asset, effect, effect_se (change of the mean value at the class's hurdle,
        share of capital), problem: why a driver could not be moved, empty otherwise.
    """
    world = world_of(scenario)
    today = hurdle_values(world, entry)
    rows = []
    for done, push in enumerate(PUSHES, start=1):
        item = declaration(push.path)
        before, after, changes, problem = _move(push, world)
        there: dict[str, Array] = {}
        if not problem:
            try:
                there = hurdle_values(world.neighbor(changes), entry)
            except ScenarioError as error:
                problem = str(error)
        for key in (*CLASSES, *VARIANTS):
            is_known = key in there and key in today
            gap = mean(there[key] - today[key], world.shocks.replicate) if is_known else NOTHING
            rows.append((push.path, push.label, item.unit, before, after, key, gap.value, gap.error, problem))
        if progress is not None:
            progress(done / len(PUSHES))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs["units"] = {"effect": "share of capital", "effect_se": "share of capital"}
    return frame


def hurdle_values(world: World, entry: str) -> dict[str, Array]:
    """Present value at the hurdle per dollar of capital, (paths,), of every class and variant."""
    positions = world.positions((*CLASSES, *VARIANTS), entry)
    return {key: p.hurdle_npv / p.capital for key, p in positions.items()}


def declaration(path: str) -> Entry:
    """Declared assumption behind a push; that of the first program where it is in all of them."""
    return declared(path.replace("*", "0"), with_programs(Scenario(), 1))


def _move(push: Push, world: World) -> tuple[float, float, dict[str, Value], str]:
    """Value before and after, the changes that make it, and why there are none (empty otherwise)."""
    scenario = world.scenario
    count = len(scenario.policy.programs)
    paths = [push.path.replace("*", str(i)) for i in range(count)] if "*" in push.path else [push.path]
    if not paths:
        return np.nan, np.nan, {}, "No program runs in this scenario, so none can end."
    entries = [declared(path, scenario) for path in paths]
    if by_year := replaced_by(push.path, scenario):
        return np.nan, np.nan, {}, f"{by_year} is given, which is used instead."
    # A rental price that is not stated is that of the market at closing.
    before = [float(world.market.price[:, 0].mean()) if e.value is None else held(e) for e in entries]
    after = [
        _moved(push, value, float(item.low or 0.0), float(item.high or 0.0))
        for item, value in zip(entries, before, strict=True)
    ]
    return float(np.mean(before)), float(np.mean(after)), dict(zip(paths, after, strict=True)), ""


def replaced_by(path: str, scenario: Scenario) -> str:
    """Label of the path by year that replaces an assumption; empty where it acts."""
    return next((item.label for item in catalog(scenario) if path in item.replaces and item.value is not None), "")


def _moved(push: Push, before: float, low: float, high: float) -> float:
    """New value: upwards where the bound leaves room for it, else downwards."""
    move = push.step or before * (push.factor - 1.0) or push.factor - 1.0
    after = before + move
    if after > high + 1e-12:
        after = before - move
    return float(round(min(max(after, low), high), 6))
