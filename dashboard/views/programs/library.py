"""National programs as they were announced, and a way to add one to the scenario."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.blocks import Chart, chart, section, sheet
from dashboard.blocks.choices import pick
from dashboard.views.programs import charts
from models.evidence.programs import Program as NationalProgram
from models.evidence.programs import load_programs
from models.policy.library import mapped, national_program
from models.policy.program import Program
from models.scenario.catalog import MAX_PROGRAMS, PROGRAMS
from models.scenario.scenario import Scenario

STAGES = {"released": "paid out", "budgeted": "in a budget"}


def library_table() -> pd.DataFrame:
    """National programs as rows: id, label, announced and delivered USD, and where each is written."""
    return pd.DataFrame([
        {
            "id": row.id, "country": row.country, "name": row.name, "label": f"{row.country}: {row.name}",
            "announced_usd": row.announced_usd, "delivered_usd": row.delivered_usd,
            "delivered_share": row.delivered_share, "stage": STAGES.get(row.delivered_stage, ""),
            "instrument": row.instrument, "period": row.period, "public_share": row.public_share,
            "date": row.source.date, "confidence": row.source.confidence,
            "history": "history" if row.source.is_history else "",
            "refusal": row.refusal,
            "source": row.source.title, "address": row.source.address or None,
        }
        for row in load_programs()
    ])


def render(scenario: Scenario) -> None:
    """What can be added, how much of it was ever delivered, and the whole list."""
    table = run.kept(library_table)
    section("Library of national programs",
            "Announced is not paid: where nothing is known of the delivery, the cell is empty, which is not zero.")
    _add(scenario, dict(zip(table["id"], table["label"], strict=True)))
    known = table["delivered_usd"].notna().sum()
    chart(Chart(f"Of {len(table)} programs, delivery is known for {known}", charts.delivery_frame(table),
                charts.DELIVERY, alt="Announced and delivered money"))
    text = st.column_config.TextColumn
    columns = {
        "country": text("Country"),
        "name": text("Program", width="medium"),
        "announced_usd": billions("Announced, $bn"),
        "delivered_usd": billions("Delivered, $bn"),
        "delivered_share": percent("Delivered"),
        "stage": text("Stage"),
        "instrument": text("Instrument, in the source's words", width="medium"),
        "public_share": percent("Public share"),
        "refusal": text("Why it cannot be added", width="medium"),
        "period": text("Period"),
        "date": text("As of"),
        "confidence": text("Confidence"),
        "history": text("Age"),
        "source": text("Source", width="medium"),
        "address": st.column_config.LinkColumn("Address", display_text="open"),
        "id": text("Id"),
    }
    scaled = table.assign(**{name: table[name] / 1e9 for name in ("announced_usd", "delivered_usd")})
    sheet(scaled, "programs:library", column_order=list(columns), column_config=columns)


def billions(label: str, about: str | None = None) -> object:
    """Column of dollars in billions."""
    return st.column_config.NumberColumn(label, format="%.2f", help=about)


def percent(label: str) -> object:
    """Column of shares."""
    return st.column_config.NumberColumn(label, format="percent")


def _add(scenario: Scenario, labels: dict[str, str]) -> None:
    """Pick a program, read what had to be assumed of it, add it."""
    key = pick("Program to add", labels, "programs:pick")
    national = national_program(key)
    if national.refusal:
        st.markdown(f.plain(f"Cannot be added to a scenario. {national.refusal}"))
        _cite(key, national)
        st.button("Add to this scenario", key="programs:add", disabled=True, help=f.plain(national.refusal))
        return
    found = mapped(national)
    plan, mix = found.program.schedule, found.program.mix.model_dump()
    parts = ", ".join(f"{name.replace('_', ' ')} {f.percent(share, 0)}" for name, share in mix.items() if share)
    st.markdown(f.plain(
        f"Becomes: {f.money(plan.budget)} announced, {f.percent(plan.disbursement)} of it paid, {parts}."
    ))
    st.markdown("\n".join(f"- {f.plain(note)}" for note in found.notes))
    _cite(key, national)
    is_full = len(scenario.policy.programs) >= MAX_PROGRAMS
    st.button("Add to this scenario", key="programs:add", on_click=_append, args=(key,), disabled=is_full,
              help=f"A scenario holds {MAX_PROGRAMS} programs at most" if is_full else None)


def _cite(key: str, national: NationalProgram) -> None:
    st.caption(f"{inputs.cited(key)}. {f.plain(national.source.note)}")


def _append(key: str) -> None:
    put((*state.scenario().policy.programs, mapped(national_program(key)).program))


def put(programs: tuple[Program, ...]) -> None:
    """Give the scenario other programs."""
    state.drop_waiting()  # what waits may belong to a program that moves
    state.change(PROGRAMS, programs)  # type: ignore[arg-type]
