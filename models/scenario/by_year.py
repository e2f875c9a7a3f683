"""Drivers that a user may give year by year, beside the path the model takes without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from models.basis.assumption import YEARS
from models.basis.timeline import Array
from models.market.capacity import planned_glut
from models.market.demand import log_growth
from models.market.long_run import cost_index
from models.scenario.catalog import declared, entry
from models.scenario.scenario import Scenario

_ENDS = 4 * np.arange(1, YEARS + 1)


def _growth(s: Scenario) -> Array:
    return np.diff(log_growth(s.demand, np.arange(YEARS + 1.0)))


def _deflation(s: Scenario) -> Array:
    return np.asarray(-np.diff(np.log(cost_index(s.hardware, 4 * YEARS, surprise=False)[::4])))


def _export_cut(s: Scenario) -> Array:
    control, year = s.export, np.arange(YEARS)
    if control.start_quarter is None:
        return np.zeros(YEARS)
    first, last = control.start_quarter, control.start_quarter + control.duration - 1
    quarters = np.minimum(last, 4 * year + 4) - np.maximum(first, 4 * year + 1) + 1
    return np.asarray(control.additions_cut * np.clip(quarters, 0, 4) / 4)


# What the model uses in each year where nothing is given.
_DEFAULTS: Mapping[str, Callable[[Scenario], Array]] = {
    "demand.growth_by_year": _growth,
    "hardware.deflation_by_year": _deflation,
    "overcapacity.plan_by_year": lambda s: planned_glut(s.overcapacity, 4 * YEARS)[_ENDS],
    "capacity.power_cap_by_year": lambda s: np.full(YEARS, s.capacity.power_cap or np.nan),
    "gpu_fleet.power_price_by_year": lambda s: np.full(YEARS, s.gpu_fleet.power_price),
    "policy.intensity_by_year": lambda s: np.ones(YEARS),
    "export.cut_by_year": _export_cut,
}


def yearly_paths() -> tuple[str, ...]:
    """Dotted paths of the drivers that can be given by year, in the order they are told."""
    found = {path for path, item in declared().items() if item.kind == "years"}
    return (*(path for path in _DEFAULTS if path in found), *sorted(found - _DEFAULTS.keys()))


def driver_path(scenario: Scenario, path: str) -> pd.DataFrame:
    """One driver year by year: year (1 is the first), usual, given (NaN where there is none); ``attrs`` has the unit.

    ``usual`` is what the model takes where nothing is given: the mean of a rate over the year, or the level reached at
    its end; NaN stands for no limit. Controls that come at random are not in it.

    Raises
    ------
    ScenarioError
        If there is no such assumption.
    """
    item = entry(path, scenario)
    usual = _DEFAULTS[path](scenario.replace({path: None}))
    given = item.value if isinstance(item.value, tuple) else (np.nan,) * YEARS
    frame = pd.DataFrame({"year": np.arange(1, YEARS + 1), "usual": usual + 0.0, "given": np.array(given, dtype=float)})
    frame.attrs["units"] = {"usual": item.unit, "given": item.unit}
    return frame
