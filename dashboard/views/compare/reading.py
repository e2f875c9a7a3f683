"""What the compare page says, lists and draws: who leads where, tables, medians, the bridge between two scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isnan

from dashboard import format as f
from dashboard.blocks import inputs
from dashboard.blocks.blocks import Chart
from dashboard.blocks.markup import Cell, Markup, Row, row, table_html
from dashboard.views.compare import charts, words
from dashboard.views.compare.charts import LETTERS
from models.claims.registry import left_out
from models.engine.figures import FIGURES
from models.studies.comparison.bridge import Bridge
from models.studies.comparison.compare import Comparison
from models.studies.comparison.driver_groups import DRAWS, GROUPS

LEAD = "families.lead_share"


def lead_message(found: Comparison) -> str:
    """In which scenario picks and shovels are ahead most often, and in which least."""
    shares = {i: share for i, figures in enumerate(found.figures) if not isnan(share := figures[LEAD])}
    if len(shares) < 2:
        return "There are not two scenarios in which both families have a class, so no lead is compared"
    best, worst = (pick(shares, key=shares.__getitem__) for pick in (max, min))
    based = found if found.base in shares else replace(found, base=worst)
    widest = max((based.change(best, LEAD), based.change(worst, LEAD)), key=lambda change: abs(change[0]))
    if f.is_close(*widest):
        return "Which family leads is too close to call between these scenarios"
    return (
        f"Picks and shovels are ahead in {f.percent(shares[best], 0)} of futures in {LETTERS[best]}, "
        f"in {f.percent(shares[worst], 0)} in {LETTERS[worst]}"
    )


def inputs_html(found: Comparison) -> Markup:
    """One row an assumption, a column a scenario; what is as in the base is gray."""
    groups = {DRAWS: "Draws"} | {key: group.label for key, group in GROUPS.items()}
    return _table("Inputs that differ", found, [
        row(Cell(differs.entry.label, groups[differs.group], differs.entry.help), *(
            Cell(inputs.written(differs.entry, value), name=LETTERS[i],
                 css="same" if i != found.base and value == differs.values[found.base] else "")
            for i, value in enumerate(differs.values)
        ))
        for differs in found.inputs
    ])


def figures_html(found: Comparison, keys: Sequence[str]) -> Markup:
    """One row a figure, a column a scenario: the figure, and below it its change against the base.

    A figure that no scenario has is left out; `absences` says why.
    """
    return _table("Headline figures", found, [
        row(FIGURES[key].label, *(_figure(found, i, key) for i in range(len(found.names))), about=FIGURES[key].help)
        for key in keys if not all(isnan(figures[key]) for figures in found.figures)
    ])


def absences(found: Comparison) -> list[str]:
    """Which classes are left out of which scenario, a line a scenario."""
    return [
        f"{letter}: {said}" for letter, figures in zip(LETTERS, found.figures, strict=False)
        if (said := left_out(figures.absent))
    ]


def _figure(found: Comparison, position: int, key: str) -> Cell:
    change, error = found.change(position, key)
    if isnan(found.figures[position][key]):
        return Cell("–", name=LETTERS[position], title="Not there in this scenario: see below the table")
    if isnan(change):
        return Cell(words.amount(found.figures[position][key], FIGURES[key].unit), "not there in the base")
    below = "too close to call" if f.is_close(change, error) else f"{f.points(change)} {f.noise(error, 2)}".strip()
    value = words.amount(found.figures[position][key], FIGURES[key].unit)
    return Cell(value, below if position != found.base else "", name=LETTERS[position])


def _table(caption: str, found: Comparison, rows: Iterable[Row]) -> Markup:
    named = (Cell(letter, name) for letter, name in zip(LETTERS, found.names, strict=False))
    return table_html(caption, ["", *named], rows, "side")


def ranges(found: Comparison) -> Chart:
    """Return of each class in each scenario."""
    return Chart(
        "Return of each class, scenario by scenario", charts.ranges_frame(found.ranges), charts.RANGES,
        "Nine of ten futures lie within the bar; the tick is the median. Letters are the scenarios above.",
        "Returns by scenario",
    )


def medians(found: Comparison) -> list[Chart]:
    """Rent and surplus, a line a scenario."""
    return [Chart(label, charts.lines_frame(found.medians, series), charts.LINES[series])
            for series, label in charts.SERIES.items()]


def split(inner: Bridge) -> str:
    """How the part of a group is split into single assumptions."""
    rule = "all of their orders" if inner.is_exact else "a few fixed orders and their reverses"
    return (
        f"Single assumptions move within their group, by {rule}, with every coalition of the other groups around them; "
        "they add exactly to the part of the group."
    )


def steps(found: Bridge, key: str, letters: tuple[str, str], about: str, of: float | None) -> Chart:
    """Waterfall from one scenario to the other, or of the part ``of`` one group."""
    figure = FIGURES[key]
    parts = [{"label": p.label, "value": p.value(key), "error": p.error(key)} for p in found.parts if p.paths]
    start, end, ends = (found.start[key], found.end[key], letters) if of is None else (
        0.0, of, ("Without the group", "The group"))
    return Chart(
        words.bridge_message(figure.label, parts, found.total(key), found.total_error(key)),
        charts.steps_frame(start, end, parts, figure.unit, ends), charts.STEPS, about, "Bridge of a figure",
    )


def total(found: Bridge, key: str) -> str:
    """The figure, and how much of it the steps explain."""
    figure, noise = FIGURES[key], f.noise(found.total_error(key))
    return (
        f"{figure.label}: {figure.help} {found.runs} runs of {found.paths:,} futures. Total "
        f"{f.points(found.total(key))}" + (f" {noise} points." if noise else ".")
    )
