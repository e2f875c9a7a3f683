"""Several scenarios side by side: the inputs that differ, headline figures on the same draws, ranges and medians."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.entry import Entry, Value
from models.claims.registry import CLASSES
from models.engine.figures import FIGURES, ROW, Figures, paired_error, read_figures
from models.engine.world import World, world_of
from models.errors import ScenarioError
from models.measures import risk
from models.scenario.catalog import differences
from models.scenario.scenario import Scenario
from models.studies.comparison.bridge import common_draws
from models.studies.comparison.driver_groups import DRAWS, GROUPS, group_of

PATHS = 2_048
MOST = 6
"""Scenarios that can be told apart on one chart."""

RANGE = (0.05, 0.50, 0.95)


@dataclass(frozen=True)
class InputRow:
    """One assumption in which at least two scenarios differ: its values, one a scenario, and its group of drivers."""

    entry: Entry
    group: str
    values: tuple[Value, ...]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios side by side; ``base`` is the position of the one that changes are taken against.

    Attributes
    ----------
    names : tuple of str
        Text of the user where pinned by hand: to be shown as plain text.
    inputs : tuple of InputRow
    figures : tuple of Figures
        One a scenario, on the same draws.
    ranges : DataFrame
        position, name, asset, label, p05, p50, p95: yearly return of each class.
    medians : DataFrame
        position, name, series, quarter, value: medians of rent (USD/h) and surplus (share).
    paths : int
        Paths of each.
    """

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    base: int
    inputs: tuple[InputRow, ...]
    figures: tuple[Figures, ...]
    ranges: pd.DataFrame
    medians: pd.DataFrame
    paths: int

    def change(self, position: int, key: str) -> tuple[float, float]:
        """Change of a figure against the base, and the standard error of that change."""
        there, here = self.figures[position], self.figures[self.base]
        return there[key] - here[key], float(paired_error(there.each - here.each)[ROW[key]])


def compare(
    scenarios: Sequence[Scenario], names: Sequence[str], *, base: int = 0, paths: int = PATHS, entry: str = "fair",
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Put scenarios side by side.

    Raises
    ------
    ScenarioError
        If there are fewer than two or more than `MOST` of them.
    """
    if not 2 <= len(scenarios) <= MOST:
        raise ScenarioError(f"compare: {len(scenarios)} scenarios; from 2 to {MOST} can be compared")
    drawn = common_draws(scenarios, paths)
    first = world_of(drawn[0], paths)
    figures, ranges, medians = [], [], []
    for i, scenario in enumerate(drawn):
        world = first.to(scenario, "again")
        figures.append(read_figures(world, entry))
        ranges += _ranges(i, names[i], world, entry)
        medians.append(_medians(i, names[i], world))
        if progress is not None:
            progress((i + 1) / len(drawn))
    return Comparison(
        tuple(names), tuple(scenarios), base, input_rows(scenarios), tuple(figures), pd.DataFrame(ranges),
        pd.concat(medians, ignore_index=True), first.shocks.paths,
    )


def input_rows(scenarios: Sequence[Scenario]) -> tuple[InputRow, ...]:
    """Assumptions in which scenarios differ, by group of drivers; draws are shown last, because they count too."""
    first, *others = scenarios
    found = [{d.entry.path: d for d in differences(scenario, first)} for scenario in others]
    entries = {path: d for listed in found for path, d in listed.items()}
    order = [*GROUPS, DRAWS]
    rows = [
        InputRow(d.entry, group_of(path), (d.base, *(listed[path].value if path in listed else d.base
                                                     for listed in found)))
        for path, d in entries.items()
    ]
    return tuple(sorted(rows, key=lambda row: order.index(row.group)))


def headline_table(found: Comparison) -> pd.DataFrame:
    """One row a figure and scenario: figure, label, unit, help, position, name, value, value_se, change, change_se."""
    rows = []
    for key, about in FIGURES.items():
        for i, name in enumerate(found.names):
            change, error = found.change(i, key)
            rows.append({
                "figure": key, "label": about.label, "unit": about.unit, "help": about.help, "position": i,
                "name": name, "value": found.figures[i][key], "value_se": found.figures[i].error(key),
                "change": change, "change_se": error,
            })
    return pd.DataFrame(rows)


def _ranges(position: int, name: str, world: World, entry: str) -> list[dict[str, object]]:
    rows = []
    for key, held in world.positions(entry=entry).items():
        low, middle, high = (float(x) for x in np.ravel(risk.quantiles(held.irr, RANGE)))
        label = CLASSES[key].label
        rows.append({
            "position": position, "name": name, "asset": key, "label": label, "p05": low, "p50": middle, "p95": high
        })
    return rows


def _medians(position: int, name: str, world: World) -> pd.DataFrame:
    market = world.market
    parts = {"price": market.price, "surplus": market.surplus}
    return pd.concat([
        pd.DataFrame({
            "position": position, "name": name, "series": series, "quarter": np.arange(market.quarters + 1),
            "value": np.median(paths, axis=0),
        })
        for series, paths in parts.items()
    ])
