"""Tables of the evidence page: every assumption with its source, and the checks of a replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard.blocks import inputs
from models.basis.assumption import Status
from models.basis.entry import Entry, told
from models.basis.rates import RATES
from models.claims.registry import CLASSES
from models.errors import DataError
from models.evidence.sources import Source, source
from models.studies.hindcast import Replay
from models.studies.sensitivity.directions import DIRECTIONS
from models.studies.sensitivity.levers import LEVERS, Levers

STATUS = {
    "fact": ("Fact", "Read in a document or counted from data."),
    "assumption": ("Assumption", "Bounded by sources, chosen by us within them."),
    "judgment": ("Judgment", "No source gives this number; it is ours."),
}
COLUMNS = ("path", "group", "label", "status", "value", "unit", "shown", "default", "low", "high", "changed", "source",
           "publisher", "address", "date", "confidence", "history", "help")

DIRECTION_COLUMNS = {
    "Slider up": st.column_config.TextColumn(width="medium"),
    "Why": st.column_config.TextColumn(width="large"),
}


def kind_of(entry: Entry) -> Status:
    """Fact, assumption or judgment; what no source bounds is judgment, however it was declared."""
    return "judgment" if entry.source == "judgment" else entry.status


def assumption_rows(entries: Iterable[Entry], base: Mapping[str, object]) -> list[dict[str, Any]]:
    """One row an assumption as it is stored and as it is shown, with its source; columns are `COLUMNS`.

    Parameters
    ----------
    base : mapping
        Values of the preset by path.
    """
    rows = []
    for e in entries:
        known = _source(e.source)
        cited = {
            name: getattr(known, name) if known else "" for name in ("publisher", "address", "date", "confidence")
        }
        rows.append({
            "path": e.path, "group": e.group_title, "label": e.label, "status": STATUS[kind_of(e)][0], "value": e.value,
            "unit": e.unit, "shown": _shown(e), "default": e.default, "low": e.low, "high": e.high,
            "changed": "changed" if e.value != base.get(e.path) else "", "source": known.title if known else e.source,
            **cited, "history": "history" if known and known.is_history else "", "help": e.help,
        })
    return rows


def _shown(entry: Entry) -> str:
    """Value in words where it is not the stored number times a power of ten: 49.18% a year."""
    if entry.unit not in RATES or entry.value is None:
        return inputs.written(entry, entry.value)
    return f"{told(entry.value, entry.unit)}{RATES[entry.unit].words.removeprefix('%')}"


def _source(key: str) -> Source | None:
    try:
        return source(key)
    except DataError:
        return None


def assumption_table(rows: Iterable[Mapping[str, Any]], entries: Mapping[str, Entry]) -> pd.DataFrame:
    """The rows as a person reads them."""
    shown = []
    for row in rows:
        e = entries[row["path"]]
        bounds = " to ".join(inputs.bounds(e) or ())
        shown.append({
            "Assumption": row["label"], "Value": inputs.written(e, e.value), "Unit": f.told_unit(row["unit"]),
            "Kind": row["status"], "Bounds": bounds, "Source": row["source"], "Date": row["date"],
            "Age": row["history"], "Confidence": row["confidence"], "Publisher": row["publisher"],
            "Address": row["address"] or None, "Group": row["group"], "Changed": row["changed"],
            "What it is": row["help"],
        })
    return pd.DataFrame(shown)


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


def direction_rows(found: Levers) -> pd.DataFrame:
    """The way each class is expected to go as a slider rises, the way it goes in this scenario, and why."""
    rows = [
        {
            "Slider up": lever.label, "Class": CLASSES[key].label, "Expected": expected.shape,
            "Here": here[key].shape if (here := found.of(lever.path)) else "not moved", "Why": expected.why,
        }
        for lever in LEVERS for key, expected in DIRECTIONS.get(lever.path, {}).items()
    ]
    return pd.DataFrame(rows)
