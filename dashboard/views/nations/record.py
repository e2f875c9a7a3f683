"""One nation in full: its programs, what is known of each topic with its source, and what is missing and why."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard.blocks import inputs
from dashboard.blocks.blocks import sheet
from models.basis.entry import Entry
from models.evidence.countries import TOPICS, Country, Known, Topic
from models.evidence.programs import Program
from models.evidence.sources import source
from models.scenario.catalog import PROGRAMS, catalog
from models.scenario.nations import nation_scenario

MEANT: Mapping[Topic, str] = {
    "power": "gpu_fleet.power_price",
    "compute": "localization.home_share",
    "chips": "gpu_fleet.cost_factor",
    "localization": f"{PROGRAMS}.0.terms.mandate",
    "champion": "llm_developer.revenue_now",
    "talent": "llm_costs.other",
    "capital": f"{PROGRAMS}.0.terms.rate_cut",
}
"""Topic -> assumption of the nation's scenario that it stands for."""


def render(country: Country) -> None:
    """Programs, topics, sources."""
    _programs(country)
    entries = {entry.path: entry for entry in catalog(nation_scenario(country.key))}
    with st.grid(2, min_column_width=300, gap="small"):
        for topic, name in TOPICS.items():
            with st.container():
                _topic(name, country.topics[topic], entries.get(MEANT[topic]))
    drawer = st.expander(f"{len(country.sources)} sources of {country.title}", on_change="rerun", key="nations:sources")
    if drawer.open:
        with drawer:
            for cited in country.sources:
                st.markdown(f":small[{inputs.cited(cited.id)}. {_grade(cited.id)}]")


def _topic(name: str, known: Known, meant: Entry | None) -> None:
    lines = [f"**{name}** {f.plain(known.words or '')}".rstrip()]
    lines += [f":small[:gray[{inputs.cited(key)}. {_grade(key)}]]" for key in known.facts]
    if known.missing:
        lines.append(f":small[Not known: {f.plain(f.inside(known.missing))}]")
    if meant is not None:
        lines.append(f":small[In its scenario: {f.plain(f.inside(meant.label))} "
                     f"{f.plain(inputs.written(meant, meant.value))}]")
    st.markdown("  \n".join(lines))


def _grade(key: str) -> str:
    """How far to trust a source, and whether it is history."""
    cited = source(key)
    age = "; history, shown with its date" if cited.is_history else ""
    return f"Confidence {cited.confidence}{age}."


def _programs(country: Country) -> None:
    """Announced and delivered, and how much of each acts in the scenario."""
    text = st.column_config.TextColumn
    columns = {
        "name": text("Program", width="medium"),
        "announced": st.column_config.NumberColumn("Announced, $bn", format="%.2f"),
        "delivered": st.column_config.NumberColumn("Delivered, $bn", format="%.2f", help="Empty: not known, which is "
                                                   "not zero"),
        "counts": text("Counts", help="Part of the budget that acts in the nation's scenario"),
        "why": text("Why", width="medium"),
        "date": text("As of"),
        "confidence": text("Confidence"),
        "age": text("Age"),
        "instrument": text("Instrument, in the source's words", width="medium"),
    }
    sheet(programs_table(country), "nations:programs", height="fit", column_order=list(columns), column_config=columns)


def programs_table(country: Country) -> pd.DataFrame:
    """Programs of a country's library, one a row; money in USD billion."""
    rows = []
    for row in country.library_programs:
        counts, why = _counted(country, row)
        rows.append({
            "name": row.name, "announced": None if row.announced_usd is None else row.announced_usd / 1e9,
            "delivered": None if row.delivered_usd is None else row.delivered_usd / 1e9, "counts": counts, "why": why,
            "instrument": row.instrument, "date": row.source.date, "confidence": row.source.confidence,
            "age": "history" if row.source.is_history else "",
        })
    return pd.DataFrame(rows)


def _counted(country: Country, row: Program) -> tuple[str, str]:
    if row.refusal:
        return "no", row.refusal
    if country.is_alone:
        return "as in the preset", "The preset of its bloc is this country and has programs and reasons of its own"
    counted = country.programs[row.id]
    return f.percent(counted.share, 0), counted.why or ""
