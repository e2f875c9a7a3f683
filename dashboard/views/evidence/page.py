"""Evidence: every assumption with where it comes from, the model against history, the method and its limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run, state
from dashboard.blocks import inputs
from dashboard.blocks.blocks import safe_csv
from dashboard.blocks.markup import heading, tag
from dashboard.views.evidence import history_chart as charts
from dashboard.views.evidence import text as evidence_text
from models.basis.assumption import Status
from models.basis.entry import Entry
from models.errors import DataError
from models.evidence.sources import Source, source
from models.scenario.catalog import catalog, search, values
from models.studies.hindcast import REPLAYS, Replay, replay
from models.version import MODEL_VERSION

SECTIONS = {"assumptions": "Assumptions", "history": "Model against history", "method": "Method and limits"}
STATUS = {
    "fact": ("Fact", "Read in a document or counted from data."),
    "assumption": ("Assumption", "Bounded by sources, chosen by us within them."),
    "judgment": ("Judgment", "No source gives this number; it is ours."),
}
VERDICTS = {"pass": "Meets every check", "partly": "Meets some checks", "fail": "Meets no check"}
COLUMNS = ("path", "group", "label", "status", "value", "unit", "default", "low", "high", "changed", "source",
           "publisher", "address", "date", "confidence", "history", "help")


def render() -> None:
    """One of three sections; only the open one is built."""
    scenario = state.scenario()
    entries = catalog(scenario)
    counts = {status: sum(kind_of(e) == status for e in entries) for status in STATUS}
    detail = (
        f"{counts['fact']} are facts, {counts['assumption']} are assumptions that sources bound, {counts['judgment']} "
        f"are our judgment. Model {MODEL_VERSION}."
    )
    words = tag("h1", f"{len(entries)} assumptions stand behind every figure") + tag("p", detail)
    st.html(f'<div class="verdict" role="status">{words}</div>')
    section = st.segmented_control(
        "Section", SECTIONS, default="assumptions", format_func=SECTIONS.__getitem__, key="evidence:section",
        required=True, label_visibility="collapsed",
    )
    if section == "history":
        _history()
    elif section == "method":
        _method()
    else:
        _assumptions(entries, values(state.base()))


def kind_of(entry: Entry) -> Status:
    """Fact, assumption or judgment; what no source bounds is judgment, however it was declared."""
    return "judgment" if entry.source == "judgment" else entry.status


def assumption_rows(entries: Iterable[Entry], base: Mapping[str, object]) -> list[dict[str, object]]:
    """One row an assumption in plain units, with its source; columns are `COLUMNS`.

    Parameters
    ----------
    base : mapping
        Values of the preset by path.
    """
    rows = []
    for e in entries:
        known = _source(e.source)
        rows.append({
            "path": e.path, "group": e.group_title, "label": e.label, "status": STATUS[kind_of(e)][0], "value": e.value,
            "unit": e.unit, "default": e.default, "low": e.low, "high": e.high,
            "changed": "changed" if e.value != base.get(e.path) else "",
            "source": known.title if known else e.source, "publisher": known.publisher if known else "",
            "address": known.address if known else "", "date": known.date if known else "",
            "confidence": known.confidence if known else "",
            "history": "history" if known and known.is_history else "", "help": e.help,
        })
    return rows


def _source(key: str) -> Source | None:
    try:
        return source(key)
    except DataError:
        return None


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
    found = search(words, entries) if words else entries
    rows = [
        row
        for row in assumption_rows(found, base)
        if group in ("All groups", row["group"]) and status in ("All kinds", row["status"])
        and (row["history"] or not only_history) and (row["changed"] or not only_changed)
    ]
    st.caption(f"{len(rows)} of {len(entries)} assumptions. " + " ".join(f"{n}: {a}" for n, a in STATUS.values()))
    if not rows:
        st.markdown("Nothing found. Fewer words or filters find more.")
        return
    _table(rows, {e.path: e for e in entries})
    st.download_button("Download CSV", safe_csv(rows, COLUMNS), file_name="assay-assumptions.csv", mime="text/csv",
                       key="evidence:csv", on_click="ignore")


def _table(rows: Sequence[Mapping[str, object]], entries: Mapping[str, Entry]) -> None:
    shown = []
    for row in rows:
        e = entries[str(row["path"])]
        bounds = "" if e.low is None else f"{inputs.written(e, e.low)} to {inputs.written(e, e.high)}"
        shown.append({
            "Assumption": row["label"], "Value": inputs.written(e, e.value), "Unit": row["unit"], "Kind": row["status"],
            "Bounds": bounds, "Source": row["source"], "Date": row["date"], "Age": row["history"],
            "Confidence": row["confidence"], "Publisher": row["publisher"], "Address": row["address"] or None,
            "Group": row["group"], "Changed": row["changed"], "What it is": row["help"],
        })
    columns = {
        "Assumption": st.column_config.TextColumn(width="medium"),
        "Source": st.column_config.TextColumn(width="medium"),
        "Address": st.column_config.LinkColumn(display_text="open"),
        "What it is": st.column_config.TextColumn(width="large"),
    }
    st.dataframe(pd.DataFrame(shown), hide_index=True, column_config=columns, height=520, key="evidence:table",
                 placeholder="")


def play_all(progress: Callable[[float], None]) -> dict[str, Replay]:
    """Every replay; takes some ten seconds once a process, so it is a job of `run`."""
    done = {}
    for i, name in enumerate(REPLAYS):
        progress(i / len(REPLAYS))
        done[name] = replay(name)
    return done


@st.fragment(parallel=True)
def _history() -> None:
    """Each episode: verdict, pictures, checks, and the note on where it misses."""
    slot = st.empty()
    job = run.job(play_all)
    while (share := job.share) < 1.0:
        slot.progress(share, text=f"Replaying {len(REPLAYS)} episodes of the past")
        time.sleep(0.2)
    slot.empty()
    replays = job.result
    if replays is None:
        st.caption("Interrupted; open this section again to go on.")
        return
    met = sum(check.passed for one in replays.values() for check in one.checks)
    count = sum(len(one.checks) for one in replays.values())
    st.html(heading(f"The model meets {met} of {count} checks against history", level=2))
    st.caption(
        "What was fitted to an episode is said with it. Line and band: median and 5% to 95% of the model; circles: "
        "what was observed."
    )
    for one in replays.values():
        _replay(one)


def _replay(one: Replay) -> None:
    met = sum(check.passed for check in one.checks)
    with st.container(border=True):
        st.html(heading(f"{one.title}: {VERDICTS[one.verdict].lower()} ({met} of {len(one.checks)})", level=3))
        st.markdown(f.plain(one.story))
        groups = [(str(name), part) for (name, _), part in one.frame.groupby(["series", "unit"], sort=False)]
        for start in range(0, len(groups), 3):
            for column, (name, part) in zip(st.columns(3, gap="medium"), groups[start : start + 3], strict=False):
                with column:
                    _picture(name, part)
        st.markdown(f"**Where it misses.** {f.plain(one.note)}")
        if one.fitted:
            st.markdown(f"**Fitted to the episode.** {f.plain(one.fitted)}")
        checks = st.expander(f"{len(one.checks)} checks", on_change="rerun", key=f"checks:{one.name}")
        if checks.open:
            with checks:
                st.dataframe(check_table(one), hide_index=True, key=f"checks:{one.name}:table")


def _picture(name: str, part: pd.DataFrame) -> None:
    unit = str(part["unit"].iloc[0])
    kind = charts.kind_of(part)
    data = charts.replay_frame(part, kind)
    about = f"{name}, {charts.UNITS.get(unit, unit)}"
    st.html(heading(charts.series_message(name, data, kind), about) + tag("p", charts.UNITS.get(unit, unit), "key"))
    st.vega_lite_chart(data, charts.SPECS[kind, charts.format_of(unit)], theme=None, alt=about)


def check_table(one: Replay) -> pd.DataFrame:
    """Checks of a replay as text: what, observed band, model, outcome, source."""
    rows = []
    for check in one.checks:
        share = check.unit == "change" or f.is_share(check.unit)
        write = f.percent if share else f.digits
        seen = write(check.low) if check.low == check.high else f"{write(check.low)} to {write(check.high)}"
        known = _source(check.source)
        model = write(check.model.p50)
        if check.model.p05 == check.model.p05:
            model += f" ({write(check.model.p05)} to {write(check.model.p95)})"
        rows.append({"Check": check.label, "History": seen, "Model": model, "Unit": "" if share else check.unit,
                     "Outcome": "met" if check.passed else "missed", "Source": known.citation if known else ""})
    return pd.DataFrame(rows)


def _method() -> None:
    for title, paragraphs in evidence_text.SECTIONS:
        st.html(heading(title, level=2))
        st.markdown(paragraphs)
    st.caption(f"Model {MODEL_VERSION}. Not investment advice.")
