"""What the page of a class shows of it: figures, charts and the sentences above them, by entry price."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import run, theme
from dashboard.blocks.blocks import Chart
from dashboard.blocks.choices import ENTRIES
from dashboard.blocks.explained import Figure
from dashboard.blocks.markup import Fact, key_html, tag
from dashboard.views.asset_class import cash_chart, charts, rows, words
from dashboard.words import records
from models.claims.registry import CLASSES, VARIANTS
from models.engine.evaluate import Evaluation
from models.engine.holding import holding_returns
from models.scenario.scenario import Scenario
from models.studies.sensitivity.driver_effects import driver_effects
from models.tables import classes as tables
from models.tables import one_class

VARIANTS_OF = {key: tuple(name for name, one in VARIANTS.items() if one.variant_of == key) for key in CLASSES}

ABOUT_CASH = (
    "Net cash flow a year per dollar committed, after closing: thin line nine in ten futures, bar half of them, "
    "tick the median, dot the mean."
)
ABOUT_LINES = "Mean of all futures by line, per dollar committed; the figure above a year is what the lines add up to."
ABOUT_FAN = "Median, range of half and of nine in ten futures, by quarter."
ABOUT_HOLDING = (
    "Sold at what a buyer pays then, priced so that in the neutral world any holding period earns the hurdle."
)


@dataclass(frozen=True, eq=False)
class ClaimReading:
    """What a page shows of one claim; mappings by entry.

    Attributes
    ----------
    rows : mapping
        Measures as a record.
    cash, lines : mapping
        Charts of the cash by year, in all and by line.
    fans : sequence
        Charts of what it earns on, each with the name of its dashed line.
    absent : mapping
        Why there is no investment in it at an entry; such an entry has no charts.
    """

    rows: Mapping[str, Mapping[str, Any]]
    cash: Mapping[str, Chart]
    lines: Mapping[str, Chart]
    fans: Sequence[tuple[Chart, str]]
    facts: Sequence[Fact]
    absent: Mapping[str, str]


def class_of(claim: str) -> str:
    """Class whose page shows a claim."""
    return VARIANTS[claim].variant_of if claim in VARIANTS else claim


def read_claim(scenario: Scenario, claim: str) -> ClaimReading:
    """Figures and charts of a class or close variant under a scenario."""
    result, key = run.evaluation(scenario), class_of(claim)
    measured = {entry: records(tables.classes(result, entry, keys=(claim,)))[0] for entry in ENTRIES}
    absent = {entry: why for entry in ENTRIES if (why := tables.result_of(result, claim).absent(entry))}
    # A variant without lines of its own earns on what its class earns on.
    shown = tables.result_of(result, claim if claim in VARIANTS and VARIANTS[claim].series else key)
    is_lent = shown.loan() is None or shown.debt is not None
    fans = [_fan(result, shown.asset.key, name) for name in shown.asset.series if is_lent]
    if shown.asset.events and is_lent:
        events = one_class.events(result, shown.asset.key)
        events.attrs = {}  # pandas copies them, units of every column, with each operation
        about = "Share of futures in which it has happened by each quarter."
        happened = words.events_message(events) if len(events) else ""
        fans.append((Chart(happened, charts.events_frame(events), charts.EVENT_SPECS[key], about), ""))
    return ClaimReading(
        rows=measured,
        cash={entry: _cash(result, key, claim, entry, measured[entry]) for entry in ENTRIES if entry not in absent},
        lines={entry: _lines(result, key, claim, entry) for entry in ENTRIES if entry not in absent},
        fans=fans,
        facts=rows.facts(records(one_class.facts(result, shown.asset.key)), rows.written) if is_lent else (),
        absent=absent,
    )


def _cash(result: Evaluation, key: str, claim: str, entry: str, row: Mapping[str, Any]) -> Chart:
    by_year = tables.cash_flow_fan(result, claim, entry)
    by_year.attrs = {}
    sale = cash_chart.exit_note(by_year)
    return Chart(
        words.payback_message(row), cash_chart.fan_frame(by_year), cash_chart.FAN_SPECS[key], ABOUT_CASH,
        "Net cash flow by year, per dollar committed.", tag("p", sale, "note") if sale else "",
    )


def _lines(result: Evaluation, key: str, claim: str, entry: str) -> Chart:
    by_line = one_class.cash_lines(result, claim, entry)
    by_line.attrs = {}
    # money in is in the color of the class, money out gray
    color = {"in": theme.SCREEN[key], "out": theme.gray("faint")}
    return Chart(
        words.lines_message(by_line), cash_chart.lines_frame(by_line), cash_chart.LINE_SPECS[key], ABOUT_LINES,
        "Mean cash flow by year and line.",
        key_html((color[side], shade, name) for name, side, shade in cash_chart.shading(by_line)),
    )


def _fan(result: Evaluation, key: str, name: str) -> tuple[Chart, str]:
    series = tables.result_of(result, key).asset.series[name]
    table = one_class.operating_fan(result, key, name)
    table.attrs = {}
    kind = charts.kind_of(series.unit)
    dashed = f"Dashed: {series.reference_label}." if series.reference_label else ""
    title = words.fan_message(series.label, table, kind)
    frame = charts.fan_frame(table, kind)
    return Chart(title, frame, charts.FAN_SPECS[class_of(key), kind], f"{ABOUT_FAN} {dashed}".strip()), dashed


def find_held(scenario: Scenario, entry: str, progress: Callable[[float], None]) -> Sequence[Mapping[str, Any]]:
    """Returns by holding period of every claim that can be sold."""
    progress(0.1)
    return records(holding_returns(scenario, entry=entry))


def held_chart(rows: Sequence[Mapping[str, Any]], claim: str) -> Chart:
    """Returns of a claim by holding period."""
    own = [row for row in rows if row["asset"] == claim]
    frame, spec = cash_chart.holding_frame(own), cash_chart.HOLDING_SPECS[class_of(claim)]
    return Chart(words.holding_message(own), frame, spec, ABOUT_HOLDING, "Return by holding period.")


def find_effects(scenario: Scenario, entry: str, progress: Callable[[float], None]) -> Sequence[Mapping[str, Any]]:
    """Effects of the drivers on every claim."""
    return records(driver_effects(scenario, entry, progress))


def figures(reading: ClaimReading, claim: str, entry: str) -> list[Figure]:
    """Figures of the table of measures, each with the path of its explanation."""
    if entry in reading.absent:
        return []
    root = f"{'variants' if claim in VARIANTS else 'assets'}.{claim}{'' if entry == 'fair' else f'.{entry}'}"
    return [
        Figure(one.label, float(reading.rows[entry][f"{one.column}_p50" if one.is_spread else one.column]),
               f"{root}.{one.column}{'.p50' if one.is_spread else ''}")
        for one in rows.MEASURES
    ]
