"""The widget of a driver that is given year by year: paste a column or upload a file, and one click to take it back."""

from __future__ import annotations

from math import nan
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import state
from models.basis.assumption import YEARS
from models.basis.entry import Entry
from models.basis.reading import number_text
from models.errors import DataError
from models.intake import years

SPAN = f"{years.FIRST_YEAR} to {years.FIRST_YEAR + YEARS - 1}"


def editor(entry: Entry, shape: f.Scale, about: str, scope: str) -> None:
    """Column of ten values in the unit people say, an upload, and a reset."""
    key, unit = f"{scope}{entry.path}", shape.unit
    _show_value(entry, shape, key)
    label = f"{f.plain(entry.label)}  \n:small[:gray[{f.plain(f'{unit}, one value a year, {SPAN}'.lstrip(', '))}]]"
    with st.form(f"{key}:form", border=False):
        st.text_area(label, key=f"{key}:text", height=260, placeholder="Paste a column of ten numbers", help=about)
        kinds = ["csv", "txt", "xlsx"]
        st.file_uploader("or a CSV or XLSX file", type=kinds, key=f"{key}:file", max_upload_size=1)
        st.form_submit_button(
            "Use these values", key=f"{key}:use", on_click=_use, args=(entry, shape, key), width="stretch"
        )
    if problem := state.entered(f"{key}:problem"):
        st.warning(f.plain(f"Not applied: {problem}. The scenario is kept as it was."))
    if notes := state.entered(f"{key}:notes"):
        st.caption(f.plain(str(notes)))
    if entry.value is None:
        st.caption(f"Now: {f.plain(entry.none)}")
    else:
        back = "Back to the usual path"
        st.button(back, key=f"{key}:reset", on_click=_reset, args=(entry.path, key), width="stretch")


def _reset(path: str, key: str) -> None:
    state.seed(f"{key}:notes", "")
    state.change(path, None)


def _show_value(entry: Entry, shape: f.Scale, key: str) -> None:
    """Put the scenario's values into the text, unless the reader is at work on others."""
    text = "\n".join(_typed(shape, each) for each in entry.value) if isinstance(entry.value, tuple) else ""
    if state.entered(f"{key}:seen") != text or state.entered(f"{key}:text") is None:
        state.seed(f"{key}:seen", text)
        state.seed(f"{key}:text", text)
        state.seed(f"{key}:problem", "")


def _typed(shape: f.Scale, value: float) -> str:
    """A value as it may be typed again: without their sign, small percentages may be fractions."""
    shown = shape.shown(value)
    return number_text(shown) + ("%" if shape.factor == 100.0 and 0.0 < abs(shown) <= years.SMALL else "")


def _use(entry: Entry, shape: f.Scale, key: str) -> None:
    """What was uploaded last, or else what stands in the text, becomes the driver's path."""
    file: Any = state.entered(f"{key}:file")
    is_new = file is not None and state.entered(f"{key}:used") != file.file_id
    text = state.entered(f"{key}:text")
    try:
        rows = years.uploaded(file.getvalue()) if is_new else years.pasted(str(text or ""))
        path, notes = _stored(entry, shape, rows)
    except DataError as error:
        state.seed(f"{key}:problem", str(error))
        state.seed(f"{key}:notes", "")
        return
    if is_new:
        state.seed(f"{key}:used", file.file_id)
    state.seed(f"{key}:problem", "")
    state.seed(f"{key}:notes", " ".join(notes))
    state.change(entry.path, path)


def _stored(entry: Entry, shape: f.Scale, rows: years.Given) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Path of typed values as it is stored, and how it was read; a value shown and read again stays what it was."""
    low, high = entry.low or 0.0, entry.high or 0.0
    least, most = shape.rate.limits(low, high) if shape.rate else (low, high)
    typed = years.read_path(rows, low=least, high=most, factor=shape.factor, unit=shape.unit)
    if shape.rate is None:
        return typed.values, typed.notes
    now = entry.value if isinstance(entry.value, tuple) else (nan,) * YEARS
    found = (shape.rate.stored(share) for share in typed.values)
    kept = (old if abs(new - old) < f.DUST else min(max(new, low), high) for new, old in zip(found, now, strict=True))
    return tuple(kept), typed.notes
