"""Choices among words: one of a few side by side, or one of a list."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import streamlit as st

from dashboard import state

K = TypeVar("K", bound=Hashable)

ENTRIES = {"fair": "Fair entry", "at_cost": "At cost or market"}
PAID = {"fair": "fair entry", "at_cost": "entry at cost or market"}
"""The same inside a sentence."""


def switch(label: str, options: Mapping[K, str], key: str, default: K | None = None, **more: Any) -> K:
    """One of a few, side by side, without a visible label; the first by default."""
    return _chosen(st.segmented_control, label, options, key, default, more)


def pill(label: str, options: Mapping[K, str], key: str, default: K | None = None, **more: Any) -> K:
    """One of several, in as many lines as they need, without a visible label; the first by default."""
    return _chosen(st.pills, label, options, key, default, more)


def _chosen(
    widget: Callable[..., K | None], label: str, options: Mapping[K, str], key: str, default: K | None,
    more: Mapping[str, Any],
) -> K:
    first = next(iter(options)) if default is None else default
    about = {"label_visibility": "collapsed", "required": True, **more}
    chosen = widget(label, list(options), format_func=options.__getitem__, default=first, key=key, **about)
    return first if chosen is None else chosen


def pick(label: str, options: Mapping[K, str], key: str, default: K | None = None, **more: Any) -> K:
    """One of a list."""
    names = list(options)
    at = 0 if default is None else names.index(default)
    chosen: K = st.selectbox(label, names, at, format_func=options.__getitem__, key=key, **more)
    return chosen


def entry_price(key: str) -> str:
    """Fair entry, or at cost or market: a way to look that is part of the address and the same on all pages."""
    state.seed(key, state.view("entry"))
    switch("Entry price", ENTRIES, key, state.view("entry"), on_change=viewed, args=("entry", key))
    return state.view("entry")


def viewed(view: str, key: str) -> None:
    """What a widget holds becomes the way to look."""
    value = state.entered(key)
    state.set_view(view, value if isinstance(value, str) else None)
