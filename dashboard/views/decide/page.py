"""The first page: which class pays for its risk, how sure that is, and what would flip it."""

from __future__ import annotations

from math import isnan

import streamlit as st

from dashboard import draft, state
from dashboard import format as f
from dashboard.blocks.blocks import Chart, Tile, chart, charts, tiles, verdict
from dashboard.blocks.choices import entry_price, pick, viewed
from dashboard.blocks.explained import Figure, explained
from dashboard.blocks.markup import tag
from dashboard.views.decide import charts as risk_map
from dashboard.views.decide import flips, rows
from dashboard.views.decide.reading import Reading, Standing, first_view
from models.engine.estimate import Estimate

ENTRY_NOTES = {
    "fair": "At fair entry the mean return equals the hurdle by construction: "
    "only risk, and what a scenario changes, tells classes apart. "
    "Who pays best is judged at today's prices: the verdict may name another class than comes first here.",
    "at_cost": "At cost for what is built, at today's market multiple for companies: "
    "here the price itself may decide who wins, and here the verdict judges who pays best.",
}
MAP_ABOUT = (
    "Each class on the same futures: right is more loss in the worst 5% of them; up is more sure return a year: cash, "
    "and what the risk is worth over it to a cautious investor. The verdict judges by this measure, at today's prices."
)
# A name that changed with the figures would make the browser build the chart anew; the sentence above does change.
MAP_ALT = "Risk and return map of the asset classes; the table beside it has the same figures."


def render() -> None:
    """Numbers first, then charts, then what takes longest."""
    scenario, base, entry = state.scenario(), state.base(), state.view("entry")
    is_preset = scenario == base
    with st.spinner(f"Pricing six asset classes on {draft.of(scenario).run.paths:,} shared futures"):
        reading, stand = draft.shown(first_view, scenario, entry)
    verdict(reading.verdict.headline, f"{reading.verdict.detail} {reading.revenue}")
    flips.in_a_sentence(scenario)
    with st.spinner("Pricing the preset to compare with"):
        before, stood = draft.shown(first_view, base, entry)
    tiles(_cards(reading, before, is_preset))
    explained(figures(reading, stand, entry), draft.of(scenario), "decide")
    left, right = st.columns([46, 54], gap="large")
    with right:
        _rows(stand, stood, is_preset)
    with left:
        chart(Chart(stand.title, stand.map, risk_map.SPEC, MAP_ABOUT, MAP_ALT, rows.FAMILY_KEY))
    charts(reading.fans)
    flips.as_buttons(scenario)


def figures(reading: Reading, stand: Standing, entry: str) -> list[Figure]:
    """Headline figures of the page, each with the path of its explanation."""
    at = "" if entry == "fair" else f".{entry}"
    surplus, gap = (f"{name}, {f.calendar(quarter)}" for name, quarter in (
        ("Peak of median surplus", reading.peak_quarter), ("Rent gap", reading.gap_quarter)))
    loan = [Figure("GPU loan defaults", reading.loan_default.value, "assets.gpu_debt.default_probability")]
    lead = [Figure("Picks and shovels ahead", reading.lead.value, "picks_and_shovels_ahead.probability")]
    lead, loan = ([] if isnan(found[0].value) else found for found in (lead, loan))
    return [
        *lead,
        Figure(surplus, reading.peak_surplus.value, f"market.overcapacity.p50.{reading.peak_quarter}"),
        Figure(gap, reading.rent_gap.value, f"market.rent_gap.{reading.gap_quarter}"),
        *loan,
        *(Figure(f"{name}, {each['label']}", each[column], f"assets.{each['asset']}{at}.{path}")
          for name, column, path in (
              ("Sure return", "certainty_equivalent_return", "certainty_equivalent_return"),
              ("Median return", "irr_p50", "irr.p50"), ("Worst 5%", "cvar_95", "cvar_95"))
          for each in stand.classes),
    ]


def _cards(now: Reading, then: Reading, is_preset: bool) -> list[Tile]:
    """Four figures, and how far each is from the preset."""
    lead = "Share of futures in which picks and shovels are worth more per dollar than LLM and cloud, equal weights " \
        "inside a family, fair entry."
    rent = "Widest gap of the median rent to what a new machine must earn; below zero, new machines lose money."
    return [
        _card("Picks and shovels ahead", lead, now.lead, then.lead, is_preset),
        _card(f"Peak of median surplus, {f.year_of(now.peak_quarter)}",
              "Peak of the median path: capacity beyond demand at the break-even price, share of demand.",
              now.peak_surplus, then.peak_surplus, is_preset),
        _card(f"Rent gap, {f.year_of(now.gap_quarter)}", rent, now.rent_gap, then.rent_gap, is_preset),
        _card("GPU loan defaults", "Share of futures in which the GPU-backed loan misses a payment.",
              now.loan_default, then.loan_default, is_preset, now.verdict.absent.get("gpu_debt", "")),
    ]


def _card(label: str, about: str, now: Estimate, then: Estimate, is_preset: bool, why_none: str = "") -> Tile:
    noise = f.noise(now.error)
    about += f" Noise (two standard errors): {noise} points." if noise else ""
    change = now - then
    if isnan(change.value):
        gone = (why_none or "undefined here") if isnan(now.value) else "undefined in the preset"
        return Tile(label, f.percent(now.value, 0), about, gone)
    if is_preset or change.value == 0.0:
        return Tile(label, f.percent(now.value, 0), about, "as in the preset")
    if f.is_close(change.value, change.error):
        return Tile(label, f.percent(now.value, 0), about, "too close to call")
    words = f"{f.points(change.value, 0)} against the preset"
    return Tile(label, f.percent(now.value, 0), about, words, "up" if change.value > 0 else "down")


def _rows(now: Standing, then: Standing, is_preset: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="views"):
        entry = entry_price("view:entry")
        state.seed("view:sort", state.view("sort"))
        names = {key: f"Sort: {name.lower()}" for key, (name, _) in rows.SORTS.items()}
        pick("Sort by", names, "view:sort", state.view("sort"), label_visibility="collapsed", width=190,
             on_change=viewed, args=("sort", "view:sort"))
    table = rows.rows_html(now.classes, then.classes, state.view("sort"), is_preset)
    # Who is absent stands in the verdict.
    st.html(table + tag("p", ENTRY_NOTES[entry], "note"))
