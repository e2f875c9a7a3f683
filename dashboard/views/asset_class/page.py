"""One page for each asset class: headline risk and return, its money by year, what it earns on, what hurts it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import draft, run, state
from dashboard import format as f
from dashboard.blocks import panel
from dashboard.blocks.blocks import chart, facts, part, picture, title, verdict
from dashboard.blocks.choices import ENTRIES, entry_price, switch
from dashboard.blocks.explained import explained
from dashboard.blocks.long_run import long_run
from dashboard.views.asset_class import fleet_size, rows, words
from dashboard.views.asset_class import reading as read
from dashboard.views.asset_class.reading import VARIANTS_OF, ClaimReading
from models.claims.registry import CLASSES, VARIANTS
from models.scenario.scenario import Scenario


def render(key: str) -> None:
    """Numbers first, then charts, then what takes longest, then the assumptions."""
    scenario = state.scenario()
    claim, entry = _choices(key)
    with st.spinner(f"Reading {draft.of(scenario).run.paths:,} futures of this class"):
        reading = draft.shown(read.read_claim, scenario, claim)
    if entry in reading.absent:
        verdict(*words.absence(claim, entry, reading.absent[entry]))
        if len(reading.absent) < len(ENTRIES):
            st.html(rows.measures(reading.rows, ENTRIES, entry))
    else:
        _money(scenario, claim, entry, reading)
    if key == "gpu_fleet" and entry not in reading.absent:
        fleet_size.render(scenario, entry)
    if reading.facts or reading.fans:
        _earns_on(reading)
    if entry not in reading.absent:
        _drivers(scenario, claim, entry)
    part("Its own assumptions")
    panel.groups(scenario, CLASSES[key].slices, f"{key}:")


def _money(scenario: Scenario, claim: str, entry: str, reading: ClaimReading) -> None:
    """Risk and return, the money by year and by line, and what an early sale brings."""
    verdict(words.headline(reading.rows[entry], entry), words.detail(reading.rows[entry]))
    left, right = st.columns([44, 56], gap="large")
    with left:
        st.html(rows.measures(reading.rows, ENTRIES, entry))
        explained(read.figures(reading, claim, entry), draft.of(scenario), claim)
    with right:
        chart(reading.cash[entry])
    left, right = st.columns([56, 44], gap="large")
    with left:
        chart(reading.lines[entry])
    with right:
        _holding(scenario, claim, entry, reading)


def _choices(key: str) -> tuple[str, str]:
    """The claim and the entry price the page shows."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"choices:{key}"):
        claim = key
        if VARIANTS_OF[key]:
            names = {key: CLASSES[key].label} | {variant: VARIANTS[variant].label for variant in VARIANTS_OF[key]}
            claim = switch("Claim", names, f"claim:{key}")
        return claim, entry_price(f"entry:{key}")


def _holding(scenario: Scenario, claim: str, entry: str, reading: ClaimReading) -> None:
    """Returns of selling early; a loan is held until it is paid."""
    if "wal_years" in reading.rows[entry]:
        life = f.years(reading.rows[entry]["wal_years"])
        title(f"A loan is held until it is paid: its average dollar is out {life}")
        st.caption("What a holder of the equity below it earns by holding period is shown under the other claim.")
        return
    held = long_run(
        run.job(read.find_held, scenario, entry), slot="class:holding", seconds=1.5,
        words="Selling after three, five, seven and ten years",
    )
    if held is not None:
        chart(read.held_chart(held, claim))
        if entry == "at_cost" and CLASSES[read.class_of(claim)].at_market:
            st.caption(words.SOLD_AT_MARKET)


def _earns_on(reading: ClaimReading) -> None:
    part("What it earns on")
    if reading.facts:
        facts(reading.facts)
    with st.grid(3, min_column_width=300, gap="medium"):
        for fan, dashed in reading.fans:
            with st.container(gap="small"):
                title(fan.title, fan.about)
                if dashed:
                    st.caption(dashed)
                picture(fan.data, fan.spec, fan.about)


def _drivers(scenario: Scenario, claim: str, entry: str) -> None:
    """What moves the class's value: six drivers, one at a time."""
    part("What helps it and what hurts it")
    effects = long_run(
        run.job(read.find_effects, scenario, entry), slot="class:drivers", words="Moving one driver at a time",
        seconds=8, starts=True,
    )
    if effects is not None:
        own = [effect for effect in effects if effect["asset"] == claim]
        title(words.drivers_message(own), rows.ABOUT_DRIVERS, rows.drivers(own))


def _page(key: str) -> Callable[[], None]:
    def show() -> None:
        render(key)

    show.__name__ = key
    return show


PAGES = tuple(
    (
        _page(key), item.label, item.label.lower().replace(" ", "-"),
        f"Risk, return, cash flow and drivers: {item.label}.",
    )
    for key, item in CLASSES.items()
)
"""One page a class, as the registry of pages wants them: render, title, url path, help."""
