"""Evidence: every assumption with where it comes from, the model against history, the method and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import state
from dashboard.blocks.blocks import download, safe_csv, section, sheet, verdict
from dashboard.blocks.choices import switch
from dashboard.views.evidence import history, levers, text
from dashboard.views.evidence.rows import COLUMNS, STATUS, assumption_rows, assumption_table, kind_of
from models.basis.entry import Entry
from models.scenario.catalog import catalog, search, values
from models.version import MODEL_VERSION

SECTIONS = {
    "assumptions": "Assumptions", "sliders": "What each slider does", "history": "Model against history",
    "method": "Method and limits",
}


def render() -> None:
    """One of four sections; only the open one is built."""
    entries = catalog(state.scenario())
    counts = {status: sum(kind_of(e) == status for e in entries) for status in STATUS}
    verdict(
        f"{len(entries)} assumptions stand behind every figure",
        f"{counts['fact']} are facts, {counts['assumption']} are assumptions that sources bound, {counts['judgment']} "
        f"are our judgment. Model {MODEL_VERSION}.",
    )
    chosen = switch("Section", SECTIONS, "evidence:section")
    if chosen == "history":
        history.render()
    elif chosen == "sliders":
        levers.render()
    elif chosen == "method":
        _method()
    else:
        _assumptions(entries, values(state.base()))


def _assumptions(entries: Sequence[Entry], base: Mapping[str, object]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input("Search", placeholder="Search, such as power or hurdle", key="evidence:words", width=260)
        groups = list(dict.fromkeys(e.group_title for e in entries))
        group = st.selectbox("Group", ["All groups", *groups], key="evidence:group", width=220)
        status = st.selectbox("Kind", ["All kinds", *(name for name, _ in STATUS.values())], key="evidence:status",
                              width=160)
        only_history = st.toggle("Only history", key="evidence:history",
                                 help="Figures that end more than a year before the data was curated")
        only_changed = st.toggle("Only changed", key="evidence:changed", help="Against the preset")
    rows = [
        row
        for row in assumption_rows(search(words, entries) if words else entries, base)
        if group in ("All groups", row["group"]) and status in ("All kinds", row["status"])
        and (row["history"] or not only_history) and (row["changed"] or not only_changed)
    ]
    st.caption(f"{len(rows)} of {len(entries)} assumptions. " + " ".join(f"{n}: {a}" for n, a in STATUS.values()))
    if not rows:
        st.markdown("Nothing found. Fewer words or filters find more.")
        return
    columns = {
        "Assumption": st.column_config.TextColumn(width="medium"),
        "Source": st.column_config.TextColumn(width="medium"),
        "Address": st.column_config.LinkColumn(display_text="open"),
        "What it is": st.column_config.TextColumn(width="large"),
    }
    table = assumption_table(rows, {e.path: e for e in entries})
    sheet(table, "evidence:table", height=520, column_config=columns)
    download("Download CSV", safe_csv(rows, COLUMNS), "assay-assumptions.csv", "evidence:csv")


def _method() -> None:
    for heading, paragraphs in text.SECTIONS:
        section(heading)
        st.markdown(paragraphs)
    st.caption(f"Model {MODEL_VERSION}. Not investment advice.")
