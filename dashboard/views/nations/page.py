"""Nations: countries side by side, one of them in full with its sources, to open as a scenario or to pin."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks.blocks import chart, notes, section, title, verdict
from dashboard.blocks.choices import pick
from dashboard.blocks.long_run import long_run
from dashboard.views.nations import reading, record
from models.evidence.countries import Country, load_countries, made_of
from models.evidence.presets import preset
from models.scenario.link import encode
from models.scenario.nations import nation_scenario

PICK = "nations:pick"
ABOUT_PICK = (
    "The scenario of a country is made of its record: its programs of the library, its price of power, its champion; "
    "what is not known of it is as in the preset of its bloc."
)


def render() -> None:
    """All of them first, then one."""
    found = long_run(
        run.job(reading.find_nations), slot="nations", seconds=40, label="Read the nations", starts=True,
        words=f"Reading {len(load_countries())} nations on the same futures",
    )
    if found is not None:
        verdict(found.headline, found.detail)
        chart(found.picture)
        title("Nation by nation", reading.ABOUT_TABLE, found.table)
        notes(*found.absences)
    _one(load_countries())


def _one(countries: Mapping[str, Country]) -> None:
    section("One nation", ABOUT_PICK)
    titles, here = {key: one.title for key, one in countries.items()}, state.preset()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        key = pick("Nation", titles, PICK, here if here in titles else None, label_visibility="collapsed", width=240)
        st.button("Open as scenario", key="nations:open", on_click=_open, help="Put it on screen; undo returns")
        board = state.board()
        is_there = board.holds(encode(nation_scenario(key), key))
        st.button("Pin", key="nations:pin", on_click=_pin, disabled=is_there or board.is_full,
                  help="Put it aside to compare; pin another one, too")
        if len(board.pins) > 1:
            target = st.Page(_elsewhere, title="Compare", url_path="compare")
            st.page_link(target, label=f"Compare the {len(board.pins)} pinned")
    country = countries[key]
    st.caption(_belongs(country))
    record.render(country)


def _belongs(country: Country) -> str:
    """Which preset the scenario comes from, and what of it is not its own."""
    bloc = f.plain(preset(country.bloc).title)
    champion = " with its champion as the developer of models" if country.has_champion else ""
    if country.is_alone:
        return f"Its scenario is the preset “{bloc}”{champion}."
    return f"What is not known of it is as in the preset “{bloc}”, which is made of {made_of(country.bloc)}."


def _chosen() -> Country:
    return load_countries()[str(state.entered(PICK))]


def _open() -> None:
    key = _chosen().key
    state.load_scenario(nation_scenario(key), key)


def _pin() -> None:
    chosen = _chosen()
    state.pin_scenario(chosen.title, nation_scenario(chosen.key), chosen.key)


def _elsewhere() -> None:
    """Stands for a page of the registry in a link to it."""
