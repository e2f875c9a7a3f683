"""One page for each asset class: headline risk and return, its money by year, what it earns on, what hurts it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.markup import Markup, heading, tag
from dashboard.blocks.waiting import wait_for
from dashboard.views.asset_class import cash_chart as cash_flow
from dashboard.views.asset_class import charts as asset_fan
from dashboard.views.asset_class import fleet_size
from dashboard.views.asset_class import holding_chart as asset_holding
from dashboard.views.asset_class import rows as asset_rows
from dashboard.views.asset_class import words as messages
from dashboard.words import records
from models.claims.registry import CLASSES, VARIANTS
from models.engine.holding import holding_returns
from models.scenario.catalog import catalog, values
from models.scenario.scenario import Scenario
from models.studies.sensitivity.driver_effects import driver_effects
from models.tables import classes as tables
from models.tables import one_class as asset_tables

ENTRIES = {"fair": "Fair entry", "at_cost": "At cost or market"}
VARIANT_OF = {variant.variant_of: key for key, variant in VARIANTS.items()}

ABOUT_CASH = (
    "Net cash flow a year per dollar committed, after closing: thin line nine in ten futures, bar half of them, "
    "tick the median, dot the mean."
)
ABOUT_LINES = "Mean of all futures by line, per dollar committed; the figure above a year is what the lines add up to."
ABOUT_FAN = "Median, range of half and of nine in ten futures, by quarter."
ABOUT_HOLDING = (
    "Sold at what a buyer pays then, priced so that in the neutral world any holding period earns the hurdle."
)
ABOUT_DRIVERS = (
    "One driver is moved, all draws and the price paid stay the same. Change in mean value at the hurdle, cents per "
    "dollar committed; within two standard errors it is too close to call."
)


@dataclass(frozen=True, eq=False)
class Fan:
    """One fan of what a class earns on: its sentence, how it is drawn, its frame, and the name of its dashed line."""

    title: str
    kind: str
    frame: pd.DataFrame
    dashed: str


@dataclass(frozen=True, eq=False)
class ClaimReading:
    """What a page shows of one claim; mappings by entry."""

    rows: Mapping[str, Mapping[str, Any]]
    cash: Mapping[str, pd.DataFrame]
    notes: Mapping[str, str]
    lines: Mapping[str, pd.DataFrame]
    lines_titles: Mapping[str, str]
    shading: Mapping[str, Sequence[tuple[str, str, float]]]
    fans: tuple[Fan, ...]
    events: pd.DataFrame
    events_title: str
    facts: Sequence[Mapping[str, Any]]


def read_claim(scenario: Scenario, claim: str) -> ClaimReading:
    """Tables, frames and sentences of a class or close variant under a scenario."""
    result = run.evaluation(scenario)
    rows, cash, notes, lines, titles, shading = {}, {}, {}, {}, {}, {}
    for entry in ENTRIES:
        table = messages_rows(tables.classes(result, entry, variants=True))
        rows[entry] = next(row for row in table if row["asset"] == claim)
        by_year = _bare(tables.cash_flow_fan(result, claim, entry))
        cash[entry], notes[entry] = cash_flow.fan_frame(by_year), cash_flow.exit_note(by_year)
        by_line = _bare(asset_tables.cash_lines(result, claim, entry))
        lines[entry], titles[entry] = cash_flow.lines_frame(by_line), messages.lines_message(by_line)
        shading[entry] = cash_flow.shading(by_line)
    key = class_of(claim)
    events = _bare(asset_tables.events(result, key))
    return ClaimReading(
        rows=rows,
        cash=cash,
        notes=notes,
        lines=lines,
        lines_titles=titles,
        shading=shading,
        fans=tuple(_fan(result, key, name) for name in CLASSES[key].series),
        events=asset_fan.events_frame(events),
        events_title=messages.events_message(events) if len(events) else "",
        facts=records(_bare(asset_tables.facts(result, key))),
    )


def messages_rows(table: pd.DataFrame) -> Sequence[Mapping[str, Any]]:
    """Rows of the table of classes as plain dictionaries."""
    return records(_bare(table))


def _fan(result: Any, key: str, name: str) -> Fan:
    series = CLASSES[key].series[name]
    kind = asset_fan.kind_of(series.unit)
    table = _bare(asset_tables.operating_fan(result, key, name))
    title = messages.fan_message(series.label, table, kind)
    return Fan(title, kind, asset_fan.fan_frame(table, kind), series.reference_label)


def _bare(table: pd.DataFrame) -> pd.DataFrame:
    table.attrs = {}
    return table


def class_of(claim: str) -> str:
    """Class whose page shows a claim."""
    return VARIANTS[claim].variant_of if claim in VARIANTS else claim


def held_rows(scenario: Scenario, entry: str) -> Sequence[Mapping[str, Any]]:
    """Returns by holding period of every claim that can be sold."""
    return records(holding_returns(scenario, entry=entry))


def effects(scenario: Scenario, entry: str, progress: Callable[[float], None]) -> Sequence[Mapping[str, Any]]:
    """Effects of the drivers on every claim."""
    return records(_bare(driver_effects(scenario, entry, progress)))


def render(key: str) -> None:
    """Numbers first, then charts, then what takes longest, then the assumptions."""
    scenario = state.scenario()
    claim, entry = _choices(key)
    with st.spinner(f"Reading {scenario.run.paths:,} futures of this class"):
        reading = run.kept(read_claim, scenario, claim)
    row = reading.rows[entry]
    title = tag("h1", messages.headline(row, entry)) + tag("p", messages.detail(row))
    st.html(f'<div class="verdict" role="status" aria-live="polite">{title}</div>')
    left, right = st.columns([44, 56], gap="large")
    with left:
        st.html(asset_rows.measures(reading.rows, ENTRIES, entry))
    with right:
        note = tag("p", reading.notes[entry], "note") if reading.notes[entry] else ""
        st.html(heading(messages.payback_message(row), ABOUT_CASH) + note)
        _chart(reading.cash[entry], cash_flow.FAN_SPECS[key], "Net cash flow by year, per dollar committed.")
    _money(reading, key, entry, claim, scenario)
    if key == "gpu_fleet":
        fleet_size.render(scenario, entry)
    _earns_on(reading, key)
    _drivers(scenario, claim, entry)
    _assumptions(scenario, key)


def _choices(key: str) -> tuple[str, str]:
    """The claim and the entry price the page shows."""
    claim = key
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"choices:{key}"):
        if key in VARIANT_OF:
            names = {key: CLASSES[key].label, VARIANT_OF[key]: VARIANTS[VARIANT_OF[key]].label}
            claim = (
                st.segmented_control(
                    "Claim",
                    list(names),
                    format_func=names.__getitem__,
                    default=key,
                    key=f"claim:{key}",
                    required=True,
                    label_visibility="collapsed",
                )
                or key
            )
        widget = state.seed(f"entry:{key}", state.view("entry"))
        st.segmented_control(
            "Entry price",
            list(ENTRIES),
            format_func=ENTRIES.__getitem__,
            default=state.view("entry"),
            key=widget,
            required=True,
            label_visibility="collapsed",
            on_change=_entry_chosen,
            args=(widget,),
        )
    return claim, state.view("entry")


def _entry_chosen(widget: str) -> None:
    value = state.entered(widget)
    state.set_view("entry", value if isinstance(value, str) else None)


def _chart(data: pd.DataFrame, spec: Mapping[str, Any], words: str) -> None:
    st.vega_lite_chart(data, dict(spec), theme=None, alt=words)


def _money(reading: ClaimReading, key: str, entry: str, claim: str, scenario: Scenario) -> None:
    left, right = st.columns([56, 44], gap="large")
    with left:
        key_of_lines = Markup(asset_rows.line_key(key, reading.shading[entry]))
        st.html(heading(reading.lines_titles[entry], ABOUT_LINES) + key_of_lines)
        _chart(reading.lines[entry], cash_flow.LINE_SPECS[key], "Mean cash flow by year and line.")
    with right:
        _holding(scenario, claim, entry, reading.rows[entry])


@st.fragment(parallel=True)
def _holding(scenario: Scenario, claim: str, entry: str, row: Mapping[str, Any]) -> None:
    """Returns of selling early; a loan is held until it is paid."""
    if claim == "gpu_debt":
        st.html(heading(f"A loan is held until it is paid: its average dollar is out {f.years(row['wal_years'])}"))
        st.caption("What a holder of the equity below it earns by holding period is shown under the other claim.")
        return
    with st.spinner("Selling after three, five, seven and ten years"):
        table = run.kept(held_rows, scenario, entry)
    rows = [held for held in table if held["asset"] == claim]
    st.html(heading(messages.holding_message(rows), ABOUT_HOLDING))
    _chart(asset_holding.holding_frame(rows), asset_holding.SPECS[class_of(claim)], "Return by holding period.")


def _earns_on(reading: ClaimReading, key: str) -> None:
    st.html(tag("h2", "What it earns on", "assay-part"))
    if reading.facts:
        st.html(asset_rows.facts(reading.facts))
    with st.grid(3, min_column_width=300, gap="medium"):
        for fan in reading.fans:
            with st.container(gap="small"):
                dashed = f"Dashed: {fan.dashed}." if fan.dashed else ""
                st.html(heading(fan.title, f"{ABOUT_FAN} {dashed}".strip()))
                if dashed:
                    st.caption(dashed)
                _chart(fan.frame, asset_fan.FAN_SPECS[key, fan.kind], fan.title)
        if CLASSES[key].events:
            with st.container(gap="small"):
                st.html(heading(reading.events_title, "Share of futures in which it has happened by each quarter."))
                _chart(reading.events, asset_fan.EVENT_SPECS[key], reading.events_title)


@st.fragment(parallel=True)
def _drivers(scenario: Scenario, claim: str, entry: str) -> None:
    """What moves the class's value: six drivers, one at a time."""
    st.html(tag("h2", "What helps it and what hurts it", "assay-part"))
    found = wait_for(run.job(effects, scenario, entry), scenario, "Moving one driver at a time")
    if found is None:
        return
    rows = [effect for effect in found if effect["asset"] == claim]
    st.html(heading(messages.drivers_message(rows), ABOUT_DRIVERS) + Markup(asset_rows.drivers(rows)))


def _assumptions(scenario: Scenario, key: str) -> None:
    """Widgets of the class's own assumptions; built only where a group is opened."""
    st.html(tag("h2", "Its own assumptions", "assay-part"))
    entries, preset = catalog(scenario), values(state.base())
    for group in CLASSES[key].slices:
        own = [item for item in entries if item.group == group]
        changed = sum(item.value != preset.get(item.path) for item in own)
        words = f", {changed} changed" if changed else ""
        drawer = st.expander(
            f"{own[0].group_title}: {len(own)} assumptions{words}", on_change="rerun", key=f"own:{group}"
        )
        if drawer.open:
            with drawer, st.grid(3, min_column_width=270, gap="medium"):
                for item in own:
                    with st.container():
                        inputs.any_assumption(item, preset.get(item.path), f"{key}:")


def _page(key: str) -> Callable[[], None]:
    def show() -> None:
        render(key)

    show.__name__ = key
    return show


PAGES = tuple(
    (
        _page(key),
        item.label,
        item.label.lower().replace(" ", "-"),
        f"Risk, return, cash flow and drivers: {item.label}.",
    )
    for key, item in CLASSES.items()
)
"""One page a class, as the registry of pages wants them: render, title, url path, help."""
