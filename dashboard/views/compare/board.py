"""Pinned scenarios: their names, what can be done with each, and presets to add."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.blocks.choices import pick
from dashboard.pins import NAME_LENGTH
from dashboard.views.compare.charts import LETTERS
from models.scenario import link as links
from models.scenario.presets import presets
from models.scenario.scenario import Scenario

EXAMPLE = ("base", "telecom_glut", "shortage")


def pinned() -> tuple[tuple[str, ...], tuple[Scenario, ...]]:
    """Names and scenarios of the pins."""
    pins = state.board().pins
    return tuple(pin.name for pin in pins), tuple(links.decode(pin.link).scenario for pin in pins)


def render() -> None:
    """A row a pin, and presets to add while there is room."""
    pins = state.board().pins
    if not pins:
        st.button("Show an example: the base case, a glut and a shortage", key="pin:example", on_click=_example)
    for i, pin in enumerate(pins):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pin-row:{i}"):
            st.markdown(f"**{LETTERS[i]}**", width="content")
            key = state.seed(f"pin:name:{i}", pin.name)
            st.text_input("Name", pin.name, key=key, label_visibility="collapsed", max_chars=NAME_LENGTH, width=320,
                          on_change=_renamed, args=(i, key))
            st.button("Open", key=f"pin:open:{i}", type="tertiary", on_click=state.open_pin, args=(i,),
                      help="Put this scenario on screen; undo returns")
            st.button("Take away", key=f"pin:drop:{i}", type="tertiary", on_click=state.unpin, args=(i,))
    if state.board().is_full:
        st.caption(f"{len(pins)} scenarios are pinned, the most that can be told apart.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pin-add"):
        titles = {name: preset.title for name, preset in presets().items()}
        pick("Preset to pin", titles, "pin:preset", label_visibility="collapsed", width=320)
        st.button("Pin this preset", key="pin:add", on_click=_add)


def _example() -> None:
    for name in EXAMPLE:
        state.pin_preset(name)


def _add() -> None:
    state.pin_preset(str(state.entered("pin:preset")))


def _renamed(position: int, key: str) -> None:
    state.board().rename(position, str(state.entered(key) or ""))
