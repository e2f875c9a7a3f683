"""Sovereign programs: what is announced, paid and built, who keeps the money, and the library to add from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import draft, run, state
from dashboard import format as f
from dashboard.blocks import inputs
from dashboard.blocks.blocks import chart, section, sheet, tiles, verdict
from dashboard.blocks.choices import pill
from dashboard.blocks.long_run import long_run
from dashboard.views.programs import library
from dashboard.views.programs.reading import find_incidence, read_programs
from models.scenario.catalog import PROGRAMS, catalog
from models.scenario.scenario import Scenario

PARTS = {"schedule": "Budget and schedule", "mix": "Instruments", "terms": "Terms"}
POLICY = ("policy.intensity", "policy.fleet_share", "policy.center_share", "policy.build_cap", "policy.building_cost",
          "policy.market_channel", "policy.direct_channel")
SCOPE = "programs:"


def render() -> None:
    """Numbers first, then effects, the programs themselves, and the library."""
    scenario = state.scenario()
    if scenario.policy.programs:
        with st.spinner("Running the market with and without them"):
            reading = draft.shown(read_programs, scenario)
        verdict(reading.headline, reading.detail)
        tiles(reading.tiles)
        _money(reading.money)
        chart(reading.intensity)
        _who_keeps(scenario)
    else:
        verdict("No sovereign program acts in this scenario",
                "Add one from the library below, or start from the preset of a bloc.")
    _edit(scenario)
    library.render(scenario)


def _money(table: pd.DataFrame) -> None:
    """One row a program; names are shown as plain text."""
    columns = {
        "name": st.column_config.TextColumn("Program", width="medium"),
        "announced": library.billions("Announced, $bn"),
        "disbursement": library.percent("Share paid"),
        "paid": library.billions("Paid, $bn"),
        "unspent": library.billions("Unspent, $bn", "Paid out to build, but the build cap left no room"),
        "built": st.column_config.NumberColumn("Built, H100e", format="compact"),
        "effect_q4": library.percent("Rent after 1 year"),
        "effect_q12": library.percent("after 3 years"),
        "effect_q20": library.percent("after 5 years"),
    }
    scaled = table.assign(**{name: table[name] / 1e9 for name in ("announced", "paid", "unspent")})
    sheet(scaled, "programs:money", column_order=list(columns), column_config=columns)
    st.caption("Rent: change by this program alone against the same futures without any, mean of the home bloc.")


def _who_keeps(scenario: Scenario) -> None:
    section("Who keeps the money")
    found = long_run(
        run.job(find_incidence, scenario), slot="programs:keeps", seconds=8, label="Run them", starts=True,
        words="Running the programs at their recipients only, in the market only, and both",
    )
    if found is not None:
        chart(found)


def _edit(scenario: Scenario) -> None:
    """The programs themselves: what they are made of, and a way to take each out."""
    section("Programs of this scenario", "Changes count on every page.")
    entries = {e.path: e for e in catalog(scenario)}
    for i, program in enumerate(scenario.policy.programs):
        box = st.expander(f.plain(program.name) or f"Program {i + 1}", on_change="rerun", key=f"program:{i}")
        if not box.open:
            continue
        with box:
            st.button("Take it out", key=f"remove:{i}", on_click=_remove, args=(i,))
            part, prefix = pill("Part", PARTS, f"part:{i}"), f"{PROGRAMS}.{i}."
            if part == "mix":
                st.caption("The shares add to 100%; a change waits until another one makes them fit.")
            own = (f"{prefix}name", f"{prefix}schedule.") if part == "schedule" else f"{prefix}{part}."
            inputs.assumptions((e for path, e in entries.items() if path.startswith(own)), SCOPE, columns=3)
    rules = st.expander("What holds for all programs", on_change="rerun", key="program:all")
    if rules.open:
        with rules:
            inputs.assumptions((entries[path] for path in POLICY), SCOPE, columns=3)


def _remove(position: int) -> None:
    programs = state.scenario().policy.programs
    library.put(programs[:position] + programs[position + 1 :])
