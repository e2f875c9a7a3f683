"""All assumptions, grouped and searchable; nothing of it is built while it is closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from dashboard import format as f
from dashboard import state
from dashboard.blocks import inputs
from models.basis.entry import Entry, Value
from models.evidence.sources import load_sources
from models.scenario.catalog import catalog, search, values
from models.scenario.scenario import Scenario

MOST = 20
CHANGED = "Changed"


def all_assumptions(scenario: Scenario, base: Scenario) -> None:
    """Drawer with one widget for each assumption of a group, of a search, or that was changed."""
    entries = catalog(scenario)
    drawer = st.expander(f"All {len(entries)} assumptions", on_change="rerun", key="all-assumptions")
    if not drawer.open:
        return
    with drawer:
        preset = values(base)
        words = st.text_input(
            "Search", placeholder="Search, such as power or hurdle", key="search", label_visibility="collapsed"
        )
        if words:
            found = search(words, entries)
            _list(found[:MOST], preset, with_group=True)
            if not found:
                st.caption("Nothing found. Fewer words find more.")
            elif len(found) > MOST:
                st.caption(f"The best {MOST} of {len(found)}; another word narrows it down.")
            return
        changed = [e for e in entries if e.value != preset.get(e.path)]
        groups = ([CHANGED] if changed else []) + list(dict.fromkeys(e.group_title for e in entries))
        group = st.selectbox("Group", groups, key="group", label_visibility="collapsed")
        _list(
            changed if group == CHANGED else [e for e in entries if e.group_title == group],
            preset,
            with_group=group == CHANGED,
        )


def _list(entries: Sequence[Entry], preset: Mapping[str, Value], *, with_group: bool) -> None:
    title = ""
    for entry in entries:
        if with_group and entry.group_title != title:
            title = entry.group_title
            st.caption(f.plain(title))
        inputs.any_assumption(entry, preset.get(entry.path))


def groups(scenario: Scenario, names: Iterable[str], scope: str) -> None:
    """A drawer for each group of assumptions; its widgets are built where it is opened."""
    entries, preset = catalog(scenario), values(state.base())
    for group in names:
        own = [entry for entry in entries if entry.group == group]
        changed = sum(entry.value != preset.get(entry.path) for entry in own)
        count = f"{len(own)} assumptions{f', {changed} changed' if changed else ''}"
        drawer = st.expander(f"{own[0].group_title}: {count}", on_change="rerun", key=f"own:{group}")
        if drawer.open:
            with drawer:
                inputs.assumptions(own, scope, columns=3, width=270)


def sources(scenario: Scenario) -> None:
    """Every source the assumptions of a scenario name."""
    known = load_sources()
    keys = sorted({e.source for e in catalog(scenario)} & set(known), key=lambda key: known[key].publisher.casefold())
    st.markdown(f"**{len(keys)} sources** behind the assumptions of this scenario")
    for key in keys:
        st.markdown(f":small[{inputs.cited(key)}]")
