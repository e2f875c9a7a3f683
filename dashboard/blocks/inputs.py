"""One declared assumption becomes one widget: label, unit, help with source, and the value in the unit people say.

Stored values are plain (0.35, USD); percent, millions and billions exist only here and in `format`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard import format as f
from dashboard import state
from dashboard.blocks import years
from models.basis.entry import Entry, Value
from models.basis.rates import RATES, percent_text
from models.errors import DataError
from models.evidence.sources import source
from models.scenario.catalog import declared, values
from models.scenario.cautions import cautions

HEADLINE = (
    "demand.growth_now",
    "overcapacity.peak",
    "overcapacity.peak_quarter",
    "policy.intensity",
    "localization.share",
    "hardware.deflation_surprise",
    "gpu_fleet.contracted_share",
    "gpu_debt.advance_cap",
)
"""The eight assumptions that move most of the answer."""

_STATUS = {"fact": "A fact", "assumption": "An assumption bounded by sources", "judgment": "Our judgment"}


def scale(entry: Entry) -> f.Scale:
    """Scale of a number, by its unit and bounds."""
    return f.scale(entry.unit, entry.low or 0.0, entry.high or 0.0)


def headline(entry: Entry, base: Value) -> None:
    """Slider and typed entry of one of the eight assumptions; ``base`` is its value in the preset."""
    _number(entry, base, "")


def assumptions(entries: Iterable[Entry], scope: str, columns: int = 0, width: int = 280) -> None:
    """Widgets of assumptions under the name of the page, one below the other or in ``columns`` as fit by ``width``."""
    preset = values(state.base())
    with st.grid(columns, min_column_width=width, gap="medium") if columns else nullcontext():
        for entry in entries:
            with st.container(gap=None):
                any_assumption(entry, preset.get(entry.path), scope)


def any_assumption(entry: Entry, base: Value, scope: str = "all:") -> None:
    """Widget of any assumption, for the panel that lists them all, or for the page that names its own ``scope``."""
    if entry.kind == "years":
        years.editor(entry, scale(entry), explain(entry), scope)
        return
    if entry.kind in ("number", "integer"):
        if entry.none:
            _own_value(entry, scope)
        if entry.value is not None or not entry.none:
            _number(entry, base, scope)
        return
    key, shown = f"{scope}{entry.path}", state.value_of(entry)
    state.seed(key, shown)
    about: dict[str, Any] = {"key": key, "help": explain(entry), "on_change": _entered, "args": (entry.path, key)}
    label = _label(entry, base)
    if entry.kind == "choice":
        options = list(entry.options)
        st.selectbox(label, options, options.index(str(shown)), format_func=lambda name: entry.options[name], **about)
    elif entry.kind == "switch":
        st.toggle(label, bool(shown), **about)
    else:
        st.text_input(label, str(shown), max_chars=120, **about)


def _number(entry: Entry, base: Value, scope: str) -> None:
    slider_key, typed_key = f"{scope}{entry.path}", f"{scope}{entry.path}:typed"
    shape = scale(entry)
    convert = int if entry.kind == "integer" else float
    low, high = (convert(shape.shown(float(x or 0.0))) for x in (entry.low, entry.high))
    step = convert(shape.step(float(entry.step or 0.0), low))
    value = state.value_of(entry)
    shown = convert(shape.shown(float(value))) if isinstance(value, int | float) else low
    shown = min(max(shown, low), high)
    state.seed(slider_key, shown)
    state.seed(typed_key, shown)
    name = f"{entry.label}, {shape.unit}" if shape.unit else entry.label
    with st.container(gap=None, key=f"input:{slider_key}"):
        st.number_input(
            _label(entry, base), low, high, shown, step=step, format=_format(shape, shown, step), key=typed_key,
            help=explain(entry), on_change=_entered, args=(entry.path, typed_key, shape),
        )
        st.slider(
            name, low, high, shown, step=step, key=slider_key, label_visibility="collapsed", on_change=_entered,
            args=(entry.path, slider_key, shape),
        )
        if path := _replaced_by(entry.path):
            st.caption(f"Without effect: {f.plain(path)} is given.")
        for caution in cautions(state.scenario()):
            if entry.path in caution.paths:
                st.caption(f":orange[{f.plain(caution.words)}]")


def _replaced_by(path: str) -> str:
    """Label of the path by year that is used in place of this assumption; empty where there is none."""
    slice_name = path.partition(".")[0]
    held = getattr(state.scenario(), slice_name, None)
    return next((label for name, label in _replacements().get(path, ()) if getattr(held, name, None) is not None), "")


@lru_cache(maxsize=1)
def _replacements() -> Mapping[str, list[tuple[str, str]]]:
    """Field and label of the paths by year that replace an assumption."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path, item in declared().items():
        for replaced in item.replaces:
            found.setdefault(replaced, []).append((path.rpartition(".")[2], item.label))
    return found


def _own_value(entry: Entry, scope: str) -> None:
    """Switch between no value, with what that means, and a value of one's own."""
    key = f"{scope}{entry.path}:own"
    has_own = entry.value is not None
    state.seed(key, has_own)
    label = f"{f.plain(entry.label)}: own value"
    st.toggle(label, has_own, key=key, help=explain(entry), on_change=_own, args=(entry, key))
    if entry.value is None:
        st.caption(f"Now: {f.plain(entry.none)}")


def _own(entry: Entry, key: str) -> None:
    middle = 0.5 * ((entry.low or 0.0) + (entry.high or 0.0))
    start = entry.default if entry.default is not None else round(middle, 6)
    state.change(entry.path, start if state.entered(key) else None)


def _entered(path: str, key: str, shape: f.Scale | None = None) -> None:
    """What a widget holds becomes the scenario's value; a field left empty changes nothing."""
    value = state.entered(key)
    if isinstance(value, bool | str):
        state.change(path, value)
    elif isinstance(value, int) and shape is not None and shape.factor == 1.0:
        state.change(path, value)
    elif isinstance(value, int | float) and shape is not None:
        state.change(path, shape.stored(value))


def _label(entry: Entry, base: Value) -> str:
    """Name, and below it unit and, where it was changed, the preset's value; a changed name is bold."""
    name, unit = f.plain(entry.label), f.plain(scale(entry).unit if entry.kind in ("number", "integer") else "")
    before = "" if entry.value == base else f"was {f.plain(written(entry, base))}"
    below = ", ".join(part for part in (unit, before) if part)
    return f"{f'**{name}**' if before else name}" + (f"  \n:small[:gray[{below}]]" if below else "")


def _format(shape: f.Scale, value: float, step: float) -> str:
    """Format that shows a value in full: no fewer places than the step has."""
    return "%d" if isinstance(value, int) else f"%.{shape.places(value, step)}f"


def written(entry: Entry, value: Value) -> str:
    """Value of an assumption as a person reads it: 60%, $1.2bn, 2029-Q2; of a path by year its first and last."""
    if isinstance(value, tuple):
        first, last = (f.assumption(each, entry.unit) for each in (value[0], value[-1]))
        return f"{first} to {last}, by year"
    return f.assumption(value, entry.unit, dict(entry.options), entry.none)


def bounds(entry: Entry) -> tuple[str, str] | None:
    """Bounds of a number as they may be typed; None where there are none."""
    if entry.low is None or entry.high is None:
        return None
    if rate := RATES.get(entry.unit):
        low, high = (percent_text(end).replace("-", f.MINUS) for end in rate.limits(entry.low, entry.high))
        return low, high
    return written(entry, entry.low), written(entry, entry.high)


def explain(entry: Entry) -> str:
    """What an assumption is, its range, its default, and where that comes from, as Markdown."""
    return _explained(entry.help, bounds(entry), written(entry, entry.default), entry.source, entry.status)


@lru_cache(maxsize=1024)
def _explained(help_: str, bounds: tuple[str, str] | None, default: str, key: str, status: str) -> str:
    limits = f" Range {bounds[0]} to {bounds[1]}." if bounds else ""
    origin = (
        "Our judgment; no source gives this number."
        if key == "judgment"
        else f"{_STATUS[status]}. Source: {cited(key)}"
    )
    return "\n\n".join([f.plain(help_), f.plain(f"Default {default}.{limits}"), origin])


@lru_cache(maxsize=1024)
def cited(key: str) -> str:
    """A source as Markdown: publisher, title with its address, date."""
    try:
        found = source(key)
    except DataError:
        return f.plain(key)
    title = f.plain(found.title)
    named = f"[{title}]({found.address})" if found.address else title
    parts = [f.plain(found.publisher), named, f.plain(found.date), "as quoted" if found.evidence == "quoted" else ""]
    reading = f" ({f.plain(found.reading)})" if found.reading else ""
    return ", ".join(part for part in parts if part) + reading
