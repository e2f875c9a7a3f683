"""Sovereign programs: what is announced, paid and built, who keeps the money, and the library to add from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.markup import heading, tag
from dashboard.views.programs import charts
from models.evidence.programs import load_programs
from models.policy.library import mapped, national_program
from models.policy.program import Program
from models.scenario.catalog import MAX_PROGRAMS, PROGRAMS, catalog, values
from models.scenario.scenario import Scenario
from models.studies.comparison.incidence import incidence, incidence_table
from models.tables import programs as program_tables

PARTS = {"schedule": "Budget and schedule", "mix": "Instruments", "terms": "Terms"}
POLICY = ("policy.intensity", "policy.build_cap", "policy.building_cost", "policy.market_channel",
          "policy.direct_channel")
STAGES = {"released": "paid out", "budgeted": "in a budget"}


@dataclass(frozen=True, eq=False)
class ProgramReading:
    """Programs of one scenario: money (one row a program, the last for all), price effect, intensity curve."""

    money: pd.DataFrame
    price: pd.DataFrame
    curve: pd.DataFrame


def read_programs(scenario: Scenario) -> ProgramReading:
    """Tables of the programs of a scenario."""
    return ProgramReading(
        program_tables.program_table(run.evaluation(scenario)),
        program_tables.price_effect(scenario),
        program_tables.intensity_curve(scenario),
    )


def find_incidence(scenario: Scenario, progress: Callable[[float], None]) -> pd.DataFrame:
    """Who keeps the money, shares of capital by class; takes seconds, so it is a job of `run`."""
    progress(0.1)
    parts = incidence_table(incidence(scenario))
    progress(0.9)
    return program_tables.incidence_shares(parts, run.evaluation(scenario))


def render() -> None:
    """Numbers first, then effects, the programs themselves, and the library."""
    scenario = state.scenario()
    if scenario.policy.programs:
        with st.spinner("Running the market with and without them"):
            found = run.kept(read_programs, scenario)
        _numbers(scenario, found)
        _effects(found)
        _who_keeps(scenario)
    else:
        words = tag("h1", "No sovereign program acts in this scenario") + tag(
            "p", "Add one from the library below, or start from the preset of a bloc."
        )
        st.html(f'<div class="verdict" role="status">{words}</div>')
    _edit(scenario)
    _library(scenario)


def _numbers(scenario: Scenario, found: ProgramReading) -> None:
    total = found.money.iloc[-1]
    count = len(scenario.policy.programs)
    named = "One program" if count == 1 else f"{count} programs"
    detail = (
        f"{named}: {f.money(total['announced'])} announced, {f.money(total['paid'])} paid within ten years. "
        f"{_left_over(scenario, found)}"
    )
    words = tag("h1", charts.effect_message(found.curve)) + tag("p", detail)
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    with st.grid(6, min_column_width=150, gap="small"):
        st.metric("Announced", f.money(total["announced"]), help="Announced budgets times subsidy intensity.")
        st.metric("Paid", f.money(total["paid"]), help="Mean over futures: what is disbursed, less what a cliff stops.")
        st.metric("Built", f.compute(total["built"]), help="Capacity that public money builds, mean over futures.")
        for row in found.price.to_dict("records"):
            error = f.noise(row["change_se"], 2)
            about = f"Home rental price {f.rent(row['without'])} without and {f.rent(row['with'])} with the programs"
            years = int(row["quarter"]) // 4
            st.metric(
                f"Rent after {years} year{'' if years == 1 else 's'}",
                charts.relative(row["change"]),
                help=f.plain(f"{about}, mean of the same futures." + (f" Noise: {error} points." if error else "")),
            )
    _money(found.money)


def _left_over(scenario: Scenario, found: ProgramReading) -> str:
    total = found.money.iloc[-1]
    if total["cap_bound"]:
        return (
            f"Programs may build {f.percent(scenario.policy.build_cap, 0)} of planned additions at most: the cap binds "
            f"and leaves {f.money(total['unspent'])} unspent."
        )
    return "The cap on public building does not bind."


def _money(table: pd.DataFrame) -> None:
    """One row a program; names are shown as plain text."""
    shown = table[table["position"] >= 0]
    columns = {
        "name": st.column_config.TextColumn("Program", width="medium"),
        "announced": _billions("Announced, $bn"),
        "disbursement": st.column_config.NumberColumn("Share paid", format="percent"),
        "paid": _billions("Paid, $bn"),
        "unspent": _billions("Unspent, $bn", "Paid out to build, but the build cap left no room"),
        "built": st.column_config.NumberColumn("Built, H100e", format="compact"),
        "effect_q4": _percent("Rent after 1 year"),
        "effect_q12": _percent("after 3 years"),
        "effect_q20": _percent("after 5 years"),
    }
    scaled = shown.assign(**{name: shown[name] / 1e9 for name in ("announced", "paid", "unspent")})
    st.dataframe(scaled, hide_index=True, column_order=list(columns), column_config=columns, key="programs:money",
                 placeholder="")
    st.caption("Rent: change by this program alone against the same futures without any, mean of the home bloc.")


def _billions(label: str, about: str | None = None) -> object:
    return st.column_config.NumberColumn(label, format="%.2f", help=about)


def _percent(label: str) -> object:
    return st.column_config.NumberColumn(label, format="percent")


def _effects(found: ProgramReading) -> None:
    st.html(
        heading(
            charts.intensity_message(found.curve),
            "Budgets of all programs multiplied, on the same futures; the dot is this scenario. The curve bends where "
            "programs reach the cap on what they may build.",
        )
    )
    st.vega_lite_chart(
        charts.intensity_frame(found.curve), charts.INTENSITY, theme=None, alt="Change of rent by subsidy intensity"
    )


@st.fragment(parallel=True)
def _who_keeps(scenario: Scenario) -> None:
    """Direct and market effect by class, as soon as both channels were run alone and together."""
    st.html(heading("Who keeps the money", level=2))
    slot = st.empty()
    job = run.job(find_incidence, scenario)
    while (share := job.share) < 1.0:
        slot.progress(share, text="Running the programs at the asset only, in the market only, and both")
        time.sleep(0.2)
    slot.empty()
    shares = job.result
    if shares is None:
        st.caption("Interrupted; it starts again with the next change.")
        return
    about = (
        "What value at the hurdle each class gains or loses by the programs, per dollar committed. Paid to it: support "
        "at the asset alone. Through the market: more capacity and demand for everyone, nobody paid. The parts add up "
        "to the total; the line through the dot is two standard errors."
    )
    st.html(heading(charts.keeps_message(shares), about))
    st.vega_lite_chart(charts.keeps_frame(shares), charts.KEEPS, theme=None, alt=about)


def _edit(scenario: Scenario) -> None:
    """The programs themselves: what they are made of, and a way to take each out."""
    st.html(heading("Programs of this scenario", "Changes count on every page.", level=2))
    entries, preset = {e.path: e for e in catalog(scenario)}, values(state.base())
    for i, program in enumerate(scenario.policy.programs):
        box = st.expander(f.plain(program.name) or f"Program {i + 1}", on_change="rerun", key=f"program:{i}")
        if not box.open:
            continue
        with box:
            st.button("Take it out", key=f"remove:{i}", on_click=_remove, args=(i,))
            part = st.pills("Part", PARTS, default="schedule", format_func=PARTS.__getitem__, key=f"part:{i}",
                            label_visibility="collapsed", required=True)
            prefix = f"{PROGRAMS}.{i}."
            if part == "mix":
                st.caption("The shares add to 100%; a change waits until another one makes them fit.")
            with st.grid(3, min_column_width=280, gap="medium"):
                for path, entry in entries.items():
                    if path.startswith(f"{prefix}{part}.") or (part == "schedule" and path == f"{prefix}name"):
                        with st.container(gap=None):
                            inputs.any_assumption(entry, preset.get(path), "programs:")
    rules = st.expander("What holds for all programs", on_change="rerun", key="program:all")
    if rules.open:
        with rules, st.grid(3, min_column_width=280, gap="medium"):
            for path in POLICY:
                with st.container(gap=None):
                    inputs.any_assumption(entries[path], preset.get(path), "programs:")


def _remove(position: int) -> None:
    programs = state.scenario().policy.programs
    _set(programs[:position] + programs[position + 1 :])


def _set(programs: tuple[Program, ...]) -> None:
    state.drop_draft()  # what waits may belong to a program that moves
    state.change(PROGRAMS, programs)  # type: ignore[arg-type]


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
            "source": row.source.title, "address": row.source.address or None,
        }
        for row in load_programs()
    ])


def _library(scenario: Scenario) -> None:
    table = run.kept(library_table)
    st.html(
        heading(
            "Library of national programs",
            "Announced is not paid: where nothing is known of the delivery, the cell is empty, which is not zero.",
            level=2,
        )
    )
    _add(scenario, table)
    known = table["delivered_usd"].notna().sum()
    st.html(heading(f"Of {len(table)} programs, delivery is known for {known}"))
    st.vega_lite_chart(charts.delivery_frame(table), charts.DELIVERY, theme=None, alt="Announced and delivered money")
    scaled = table.assign(**{name: table[name] / 1e9 for name in ("announced_usd", "delivered_usd")})
    columns = {
        "country": st.column_config.TextColumn("Country"),
        "name": st.column_config.TextColumn("Program", width="medium"),
        "announced_usd": _billions("Announced, $bn"),
        "delivered_usd": _billions("Delivered, $bn"),
        "delivered_share": _percent("Delivered"),
        "stage": st.column_config.TextColumn("Stage"),
        "instrument": st.column_config.TextColumn("Instrument, in the source's words", width="medium"),
        "public_share": _percent("Public share"),
        "period": st.column_config.TextColumn("Period"),
        "date": st.column_config.TextColumn("As of"),
        "confidence": st.column_config.TextColumn("Confidence"),
        "history": st.column_config.TextColumn("Age"),
        "source": st.column_config.TextColumn("Source", width="medium"),
        "address": st.column_config.LinkColumn("Address", display_text="open"),
        "id": st.column_config.TextColumn("Id"),
    }
    st.dataframe(scaled, hide_index=True, column_order=list(columns), column_config=columns, key="programs:library",
                 placeholder="")


def _add(scenario: Scenario, table: pd.DataFrame) -> None:
    """Pick a program, read what had to be assumed of it, add it."""
    labels = dict(zip(table["id"], table["label"], strict=True))
    key = st.selectbox("Program to add", list(labels), format_func=labels.__getitem__, key="programs:pick")
    found = mapped(national_program(key))
    plan, mix = found.program.schedule, found.program.mix.model_dump()
    parts = ", ".join(f"{name.replace('_', ' ')} {f.percent(share, 0)}" for name, share in mix.items() if share)
    st.markdown(f.plain(
        f"Becomes: {f.money(plan.budget)} announced, {f.percent(plan.disbursement)} of it paid, {parts}."
    ))
    st.markdown("\n".join(f"- {f.plain(note)}" for note in found.notes))
    source = national_program(key).source
    st.caption(f"{inputs.cited(key)}. {f.plain(source.note)}")
    is_full = len(scenario.policy.programs) >= MAX_PROGRAMS
    st.button("Add to this scenario", key="programs:add", on_click=_append, args=(key,), disabled=is_full,
              help=f"A scenario holds {MAX_PROGRAMS} programs at most" if is_full else None)


def _append(key: str) -> None:
    _set((*state.scenario().policy.programs, mapped(national_program(key)).program))
