"""What the risk page shows of each study: the stress matrix, the nearest loss, the regret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import format as f
from dashboard.blocks.blocks import Chart, Tile
from dashboard.blocks.markup import Cell, Markup, Row, pieces, table_html, tag
from dashboard.views.risk import charts, words
from dashboard.words import records
from models.claims.registry import CLASSES
from models.engine.figures import CLASS_FIGURES
from models.studies.stress.regret import Regret, regret_frame
from models.studies.stress.reverse_stress import ReverseStress
from models.studies.stress.stress import StressMatrix

FIGURES = {name: about.label for name, about in CLASS_FIGURES.items() if name != "value"}


def matrix_html(matrix: StressMatrix, table: pd.DataFrame, figure: str) -> Markup:
    """Heat table: a row a stress, a column a class; shade is the size of the change, the sign is written."""
    rows = [row for row in records(table) if row["figure"] == figure]
    widest = max((abs(row["change"]) for row in rows if row["change"] == row["change"]), default=float("nan"))
    present = {key: asset for key, asset in CLASSES.items() if key not in matrix.base.absent}
    head = [Cell(""), *(Cell(charts.SHORT[key], title=asset.label) for key, asset in present.items())]
    body = [
        Row(Cell(stress.title, title=stress.story),
            [matrix_cell(row, figure, widest) for row in rows if row["stress"] == stress.name])
        for stress in matrix.rows
    ]
    return table_html(f"Change of {FIGURES[figure]} by stress and class, percentage points", head, body, "heat")


def matrix_cell(row: Mapping[str, Any], figure: str, widest: float) -> Cell:
    """Change of one class by one stress, said in words when pointed at."""
    change, error = row["change"], row["change_se"]
    name = charts.SHORT[row["asset"]]
    if row["is_void"]:
        return Cell("–", css="none", name=name, title="This stress changes nothing in this scenario")
    if row["absent"]:
        return Cell("–", css="none", name=name, title=f"{row['label']} is left out: {row['absent']}")
    noise = f" ({f.noise(error, 2)} pts)" if f.noise(error, 2) else ""
    amount = f.irr if figure == "irr_p50" else f.percent
    about = f"{row['label']}: {f.points(change)}{noise}, from {amount(row['base'])} to {amount(row['value'])}"
    if f.is_close(change, error):
        return Cell("≈0", css="none", name=name, title=f"{about}; too close to call")
    kind, shade = "worse" if charts.is_worse(figure, change) else "better", charts.shade(change, widest)
    return Cell(f.signed(100 * change), css=kind, name=name, title=about, style=f"--s:{shade:.3f}")


def nearest_message(found: ReverseStress) -> str:
    """How a class gets to its nearest loss."""
    return words.reverse_message(
        CLASSES[found.key].label, found.loss, [vars(line) for line in found.story], found.beta
    )


def distance(found: ReverseStress) -> list[Tile]:
    """How far the nearest loss is, in deviations and as a chance, by theory and by simulation."""
    error = f.noise(found.simulated_se)
    return [
        Tile("Distance", f"{f.digits(found.beta, 3, 2)} sd",
             "Distance of the design point from the median future in standard deviations (beta); negative where the "
             f"median future is beyond the limit already. Two searches differ by {f.digits(found.search_gap, 2, 3)}."),
        Tile("Chance if the edge were flat", f.percent(found.probability),
             "Phi(-beta): what first-order theory makes of the distance. Jumps, hazards and many ways to lose bend "
             "the edge; the simulated share beside it is what counts."),
        Tile("Share of futures", f.percent(found.simulated),
             f"Share of {found.paths:,} simulated futures beyond the limit" + (f", {error} points." if error else ".")),
        Tile("Losses behind the story", f"{found.near:,}",
             "Simulated losses nearest to the design point, driver by driver; the lines and the words are their "
             "medians."),
    ]


def reconciled(found: ReverseStress) -> str:
    """Whether theory and simulation agree, said plainly."""
    gap = found.probability - found.simulated
    if f.is_close(gap, found.simulated_se):
        return "The flat-edge chance agrees with the simulated share within its noise."
    return (
        f"The flat edge would mean {'more' if gap > 0 else 'fewer'} losses than the simulated "
        f"{f.percent(found.simulated)}: the edge is bent, so trust the simulated share and read the point as the most "
        "likely way, not as a chance."
    )


def story_html(found: ReverseStress) -> Markup:
    """What happens when, and which drivers it takes."""
    story = pieces("views/risk/story.html").story([(f.calendar(line.quarter), line.words) for line in found.story])
    parts = [f"{f.inside(label)} {f.percent(share, 0)}" for label, share in found.importance.items() if share >= 0.01]
    needs = f"What it takes, by share of the squared distance: {', '.join(parts)}."
    return Markup(story) + (tag("p", needs, "note") if parts else "")


def paths(found: ReverseStress) -> list[Chart]:
    """The near losses beside all futures, a chart a series."""
    return [
        Chart(label, charts.path_frame(found.path, series), charts.PATH) for series, label in charts.SERIES.items()
    ]


def cash_held(found: Regret) -> list[str]:
    """Where a choice is cash, because nothing can be put into its class; a line a class, empty where none is."""
    return [
        words.cash_held(label, [title for name, title in found.scenarios.items() if (choice, name) in found.absent])
        for choice, label in found.choices.items()
    ]


def regrets(found: Regret) -> Chart:
    """What each choice would miss in each scenario."""
    table = regret_frame(found)
    return Chart(
        words.regret_message(table, found.best, found.is_close), charts.regret_frame(table, found.absent),
        charts.REGRET,
        "What the best choice of a scenario is worth more than this one, cents per dollar of capital over cash. Each "
        "scenario is run on the same draws, at its own entry price; the best choice of a scenario has no regret.",
        "Regret by choice and scenario",
    )
