"""The first page: which class pays for its risk, how sure that is, and what would flip it."""

from __future__ import annotations

import time

import streamlit as st

from dashboard import format as f
from dashboard import run, state, theme
from dashboard.blocks import frame, inputs
from dashboard.blocks.markup import heading, tag
from dashboard.charts import fans
from dashboard.run import Figure, Reading
from dashboard.views.decide import charts as risk_map
from dashboard.views.decide import rows
from models.claims.registry import CLASSES
from models.scenario.catalog import entry
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import Flip

SETTLING = 1.5
"""Seconds a scenario must stand still before anything is searched for it."""

ENTRY_NAMES = {"fair": "Fair entry", "at_cost": "At cost or market"}
ENTRY_NOTES = {
    "fair": "At fair entry the mean return equals the hurdle by construction: "
    "only risk, and what a scenario changes, tells classes apart.",
    "at_cost": "At cost for what is built, at today's market multiple for companies: "
    "here the price itself may decide who wins.",
}
MAP_ABOUT = (
    "Each class on the same futures: right is more loss in the worst 5% of them, up is more median return a year."
)
MAP_KEY = (
    '<p class="key"><span class="mark circle"></span>picks and shovels '
    '<span class="mark diamond"></span>LLM and cloud</p>'
)
# A name that changed with the figures would make the browser build the chart anew; the sentence above does change.
MAP_ALT = "Risk and return map of the six asset classes; the table beside it has the same figures."
FAN_ALT = "{}, by quarter until 2036: median and ranges of all futures."
FANS = (
    ("surplus", "Capacity beyond what demand needs at the break-even price: median, and ranges of all futures."),
    (
        "rent",
        "What one H100-equivalent earns an hour in the home bloc; the dashed line is what a new machine must earn "
        "to pay its hurdle.",
    ),
    (
        "share",
        "Share of capacity in use. Price cuts refill machines, so a glut shows in rent and surplus first.",
    ),
)
ABOUT = {
    "lead": "Share of futures in which picks and shovels are worth more per dollar than LLM and cloud, equal weights "
    "inside a family, fair entry.",
    "surplus": "Highest median surplus: capacity beyond demand at the break-even price, share of demand.",
    "rent": "Widest gap of the median rent to what a new machine must earn; below zero, new machines lose money.",
    "loan": "Share of futures in which the GPU-backed loan misses a payment.",
}


def render() -> None:
    """Numbers first, then charts, then what takes longest."""
    scenario = state.scenario()
    with st.container(key="waiting"), st.spinner(f"Pricing six asset classes on {scenario.run.paths:,} shared futures"):
        reading = run.reading(scenario)
    _verdict(reading)
    with st.spinner("Pricing the preset to compare with"):
        base = run.reading(state.base())
    _cards(reading, base)
    left, right = st.columns([46, 54], gap="large")
    with right:
        _rows(reading, base)
    with left:
        _map(reading)
    _fans(reading)
    _flips(scenario)
    frame.foot(reading)


def _verdict(reading: Reading) -> None:
    words = tag("h1", reading.verdict.headline) + tag("p", reading.verdict.detail)
    st.html(f'<div class="verdict" role="status" aria-live="polite">{words}</div>')
    _what_flips(reading.scenario)


def _cards(reading: Reading, base: Reading) -> None:
    surplus_year, gap_year = f.year_of(reading.peak_quarter), f.year_of(reading.gap_quarter)
    cards = (
        ("Picks and shovels ahead", "lead", reading.lead, base.lead),
        (f"Peak surplus, {surplus_year}", "surplus", reading.peak_surplus, base.peak_surplus),
        (f"Rent gap, {gap_year}", "rent", reading.rent_gap, base.rent_gap),
        ("GPU loan defaults", "loan", reading.loan_default, base.loan_default),
    )
    is_preset = reading.scenario == base.scenario
    with st.grid(4, min_column_width=150, gap="small"):
        for label, name, now, then in cards:
            error = f.noise(now.error)
            about = ABOUT[name] + (f" Noise (two standard errors): {error} points." if error else "")
            words, arrow = _delta(now, then, is_preset)
            value = f.percent(now.value, 0)
            st.metric(label, value, words, delta_color="off", delta_arrow=arrow, help=f.plain(about))


def _delta(now: Figure, then: Figure, is_preset: bool) -> tuple[str, str]:
    if is_preset:
        return "as in the preset", "off"
    difference = now.value - then.value
    error = (now.error**2 + then.error**2) ** 0.5
    if difference == 0.0:
        return "as in the preset", "off"
    if f.is_close(difference, error):
        return "too close to call", "off"
    return f"{f.points(difference, 0)} against the preset", "up" if difference > 0 else "down"


def _rows(reading: Reading, base: Reading) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="views"):
        state.seed("view:entry", state.view("entry"))
        st.segmented_control(
            "Entry price",
            list(ENTRY_NAMES),
            format_func=ENTRY_NAMES.__getitem__,
            default=state.view("entry"),
            key="view:entry",
            required=True,
            label_visibility="collapsed",
            on_change=_viewed,
            args=("entry",),
        )
        state.seed("view:sort", state.view("sort"))
        st.selectbox(
            "Sort by",
            list(rows.SORTS),
            list(rows.SORTS).index(state.view("sort")),
            format_func=lambda key: f"Sort: {rows.SORTS[key][0].lower()}",
            key="view:sort",
            label_visibility="collapsed",
            width=190,
            on_change=_viewed,
            args=("sort",),
        )
    shown = state.view("entry")
    now, then = run.standing(reading.scenario, shown), run.standing(base.scenario, shown)
    table = rows.rows_html(now.classes, then.classes, state.view("sort"), reading.scenario == base.scenario)
    st.html(f"{table}{tag('p', ENTRY_NOTES[shown], 'note')}")


def _viewed(key: str) -> None:
    value = state.entered(f"view:{key}")
    state.set_view(key, value if isinstance(value, str) else None)


def _map(reading: Reading) -> None:
    standing = run.standing(reading.scenario, state.view("entry"))
    st.html(heading(standing.title, MAP_ABOUT) + MAP_KEY)
    st.vega_lite_chart(standing.map, risk_map.SPEC, theme=None, alt=MAP_ALT)


def _fans(reading: Reading) -> None:
    for column, (name, about) in zip(st.columns(3, gap="medium"), FANS, strict=True):
        with column:
            st.html(heading(reading.titles[name], about))
            st.vega_lite_chart(reading.fans[name], fans.SPECS[name], theme=None, alt=FAN_ALT.format(fans.TITLES[name]))


@st.fragment(parallel=True)
def _what_flips(scenario: Scenario) -> None:
    """The verdict's last words, as soon as they are known."""
    found = _wait_for_flips(scenario, st.empty(), "Searching nearby futures for what would flip it")
    if found is None:
        return
    if not found:
        st.html(tag("p", "No single headline assumption flips this within its range.", "flips-if"))
        return
    flip = found[0]
    st.html(tag("p", f"Flips if {_condition(flip)}: {_outcome(flip)}.", "flips-if"))


@st.fragment(parallel=True)
def _flips(scenario: Scenario) -> None:
    """The three cheapest changes that flip the verdict, each a button that applies it."""
    st.html(
        heading(
            "What would flip it",
            "The smallest single changes that give another verdict, by share of the assumption's range.",
        )
    )
    slot = st.empty()
    found = _wait_for_flips(scenario, slot, "Moving each assumption until the verdict changes")
    if found is None:
        return
    if not found:
        st.caption("None of the assumptions searched flips the verdict alone, however far it moves within its range.")
        return
    with st.grid(3, min_column_width=240, gap="small"):
        for i, flip in enumerate(found):
            st.button(
                f"{f.plain(_move(flip))}: {f.plain(_outcome(flip))}",
                key=f"flip:{i}:{flip.path}",
                on_click=state.change,
                args=(flip.path, flip.to_value),
                help="Apply this change; undo takes it back",
                width="stretch",
                wrap=True,
            )


def _wait_for_flips(scenario: Scenario, slot: st.delta_generator.DeltaGenerator, words: str) -> tuple[Flip, ...] | None:
    """Best flips of up to three assumptions; None when the reader has moved on."""
    search = run.flip_search(scenario)
    if search.flips is None:
        shown, settled = -1.0, time.monotonic() + SETTLING
        slot.caption(f"{words}...")
        while search.flips is None:
            if state.scenario() != scenario:
                return None
            if time.monotonic() > settled and (share := search.share) > shown:
                shown = share
                slot.caption(f"{words}: {f.percent(share, 0)}")
            time.sleep(0.2)
        slot.empty()
    return tuple({flip.path: flip for flip in reversed(search.flips or ())}.values())[::-1][:3]


def _move(flip: Flip) -> str:
    item = entry(flip.path, state.scenario())
    return f"{flip.label} {inputs.written(item, flip.from_value)} → {inputs.written(item, flip.to_value)}"


def _condition(flip: Flip) -> str:
    item = entry(flip.path, state.scenario())
    way = "rises" if flip.to_value > flip.from_value else "falls"
    label = flip.label if flip.label[:2].isupper() else flip.label[0].lower() + flip.label[1:]
    return f"{label} {way} to {inputs.written(item, flip.to_value)}"


def _outcome(flip: Flip) -> str:
    if flip.question == "family":
        return f"{theme.FAMILY_NAMES[flip.answer]} lead"
    label = CLASSES[flip.answer].label
    return f"{label[0].lower() + label[1:] if not label[:2].isupper() else label} pays best"
