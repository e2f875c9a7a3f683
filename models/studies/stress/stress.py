"""How bad: every class under each named stress, on the draws of the scenario as it stands.

The stress strikes somebody who has already paid: entry prices are those of the scenario without the stress. Each
difference is taken path by path, so its standard error is that of the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from models.claims.registry import CLASSES
from models.engine.figures import CLASS_FIGURES, ROW, Figures, paired_error, read_figures
from models.engine.world import world_of
from models.scenario.scenario import Scenario
from models.scenario.stresses import apply, stresses

PATHS = 4_096
ALL = "all"
"""Name of the row in which every stress strikes at once."""

ALL_TITLE = "All at once"
ALL_STORY = "Every stress above together: where two move the same assumption, the worse one counts."


@dataclass(frozen=True, eq=False)
class StressResult:
    """One stress of the matrix: figures under it, on the same draws as the scenario without it."""

    name: str
    title: str
    story: str
    notes: tuple[str, ...]
    is_void: bool
    scenario: Scenario
    figures: Figures


@dataclass(frozen=True, eq=False)
class StressMatrix:
    """A scenario and what each stress makes of it."""

    scenario: Scenario
    entry: str
    base: Figures
    rows: tuple[StressResult, ...]

    def change(self, row: StressResult, key: str) -> tuple[float, float]:
        """Change of a figure by a stress, and the standard error of that change."""
        i = ROW[key]
        error = paired_error(row.figures.each - self.base.each)
        return float(row.figures.whole[i] - self.base.whole[i]), float(error[i])


def stress_matrix(
    scenario: Scenario, *, paths: int = PATHS, entry: str = "fair",
    progress: Callable[[float], None] | None = None,
) -> StressMatrix:
    """Run every stress on top of a scenario, and all of them at once.

    Parameters
    ----------
    paths : int
        Most paths of each run.
    entry : {"fair", "at_cost"}
    progress : callable, optional
        Called with the share done.
    """
    world = world_of(scenario, paths)
    base = read_figures(world, entry)
    known = stresses()
    plans: list[tuple[str, str, str, tuple[str, ...]]] = [
        (s.name, s.title, s.story, (s.name,)) for s in known.values()
    ]
    plans.append((ALL, ALL_TITLE, ALL_STORY, tuple(known)))
    rows = []
    for done, (name, title, story, members) in enumerate(plans, start=1):
        there = apply(scenario, members)
        figures = base if there.is_void else read_figures(world.to(there.scenario), entry)
        rows.append(StressResult(name, title, story, there.notes, there.is_void, there.scenario, figures))
        if progress is not None:
            progress(done / len(plans))
    return StressMatrix(scenario, entry, base, tuple(rows))


def stress_table(matrix: StressMatrix) -> pd.DataFrame:
    """One row a stress, class and figure: stress, title, asset, label, figure, base, value, change, change_se, unit.

    A class without an investment before the stress has no rows; ``absent`` says why one is left without by a stress.
    """
    rows = []
    for row in matrix.rows:
        for key, asset in CLASSES.items():
            if key in matrix.base.absent:
                continue
            for name, about in CLASS_FIGURES.items():
                change, error = matrix.change(row, f"{key}.{name}")
                rows.append({
                    "stress": row.name, "title": row.title, "asset": key, "label": asset.label, "figure": name,
                    "base": matrix.base[f"{key}.{name}"], "value": row.figures[f"{key}.{name}"],
                    "change": change, "change_se": error, "unit": about.unit, "is_void": row.is_void,
                    "absent": row.figures.absent.get(key, ""),
                })
    return pd.DataFrame(rows)
