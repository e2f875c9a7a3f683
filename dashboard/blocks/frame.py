"""What surrounds every page: preset, changes, undo, share and export on top, assumptions at the side, the foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard import address, state
from dashboard import format as f
from dashboard.blocks import inputs, panel
from dashboard.blocks.blocks import download
from dashboard.blocks.choices import pick
from models.basis.investor import Run
from models.evidence.countries import made_of
from models.evidence.presets import Preset
from models.scenario.catalog import Difference, entry
from models.scenario.cautions import cautions
from models.scenario.presets import presets
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION

Report = Callable[[Scenario, Scenario, str, str], bytes]
"""Makes the report of a scenario, its base, the name of its preset and its link."""

GROUPS = {"base": "", "bloc": "Bloc", "nation": "Nation", "market": "Market", "deal": "Deal"}
SHOWN_CHANGES = 1


def top_bar(report: Report) -> None:
    """Preset picker, what was changed, undo and reset; share and export at the right."""
    known = presets()
    changes = state.changes()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="top-bar"):
        state.seed("preset", state.preset())
        pick("Preset", {name: _title(each) for name, each in known.items()}, "preset", state.preset(),
             label_visibility="collapsed", width=300, on_change=_preset_chosen)
        _about(known[state.preset()])
        _changes(changes)
        _action("Undo", state.undo, "Take back the last change", disabled=not state.can_undo())
        _action("Redo", state.redo, "Do it again", disabled=not state.can_redo())
        _action("Reset", state.reset, "Back to the preset, all changes undone", disabled=not changes)
        st.space("stretch")
        _pin()
        _share()
        _export(report)


def _action(label: str, act: Callable[[], None], about: str, disabled: bool, key: str = "") -> None:
    key = key or label.lower()
    st.button(label, key=key, type="tertiary", disabled=disabled, on_click=act, help=about)


def _preset_chosen() -> None:
    name = state.entered("preset")
    if isinstance(name, str):
        state.load_preset(name)


def _title(preset: Preset) -> str:
    group = GROUPS.get(preset.group, "")
    return f"{group}: {preset.title}" if group and not preset.title.startswith(group) else preset.title


def _about(preset: Preset) -> None:
    about = st.popover("About", type="tertiary", on_change="rerun", key="about")
    if not about.open:
        return
    with about:
        st.markdown(f"**{f.plain(preset.title)}**")
        st.markdown(f.plain(preset.story))
        if countries := made_of(preset.name):
            st.markdown(f"Made of {countries}.")
        for figure in preset.key_figures:
            st.markdown(
                f"**{f.plain(figure.value)}** {f.plain(figure.label)}  \n:small[:gray[{inputs.cited(figure.source)}]]"
            )


def _changes(changes: Sequence[Difference]) -> None:
    if not changes:
        st.markdown(":gray[As in the preset]", width="content")
        return
    shown = ", ".join(f"{f.inside(c.entry.label)} {_arrow(c)}" for c in changes[:SHOWN_CHANGES])
    more = ", ..." if len(changes) > SHOWN_CHANGES else ""
    listed = st.popover(
        f"{len(changes)} changed: {f.plain(shown)}{more}", type="tertiary", on_change="rerun", key="changes"
    )
    if not listed.open:
        return
    with listed:
        st.markdown("**Changed against the preset**")
        for change in changes:
            st.markdown(f"{f.plain(change.entry.label)}  \n:small[:gray[{f.plain(_arrow(change))}]]")
        if any(change.base is not None for change in changes):
            st.caption("Reset takes all of them back, undo the last one.")


def _arrow(change: Difference) -> str:
    return f"{inputs.written(change.entry, change.base)} → {inputs.written(change.entry, change.value)}"


def _pin() -> None:
    """Puts the scenario aside for the page that compares."""
    count, is_full = len(state.board().pins), state.board().is_full
    about = "Put this scenario aside, to see it beside others on Compare"
    if state.is_pinned():
        about = "This scenario is pinned; see Compare"
    elif is_full:
        about = f"{count} scenarios are pinned, the most; take one away on Compare"
    _action(f"Pin ({count})" if count else "Pin", state.pin, about, is_full or state.is_pinned(), "pin")


def _share() -> None:
    share = st.popover("Share", key="share", on_change="rerun")
    if not share.open:
        return
    with share:
        st.markdown("Opens exactly this scenario, with the figures of all its futures.")
        st.code(address.link(), language=None, wrap_lines=True)
        st.caption(f"The address bar holds the same link. Model {MODEL_VERSION}.")


def _export(report: Report) -> None:
    scenario, base, preset, link = state.scenario(), state.base(), state.preset(), address.link()
    download(
        "Export PDF", lambda: report(scenario, base, preset, link), f"assay-{preset}.pdf", "export", "application/pdf",
        "Two pages: verdict, map, classes, fans, and every changed assumption with its source",
    )


def side_bar() -> None:
    """Eight sliders, then every other assumption in a drawer."""
    scenario, base = state.scenario(), state.base()
    with st.sidebar:
        st.html('<p class="wordmark">Assay</p>')
        _problem()
        for caution in cautions(scenario):
            st.warning(f.plain(caution.words), title="Outside what the model is meant for")
        for path in inputs.HEADLINE:
            inputs.headline(entry(path, scenario), entry(path, base).value)
        panel.all_assumptions(scenario, base)


def _problem() -> None:
    message, waiting = state.problem()
    if not message:
        return
    st.warning(
        f"{f.plain(message)}\n\nThe scenario is kept as it was; your entry waits until another one fits it.",
        title="Not applied yet",
    )
    st.button(f"Discard {len(waiting)} waiting", key="discard", on_click=state.drop_waiting)


def notes() -> None:
    """What was ignored of the link the session was opened with, and what was kept."""
    lines = state.notes()
    if not lines:
        return
    listed = "\n".join(f"- {f.plain(line)}" for line in lines)
    st.info(
        f"{listed}\n\nEverything else was read; the rest is as in the preset.",
        title="Not everything in this link could be used",
    )
    st.button("Understood", key="dismiss", type="tertiary", on_click=state.dismiss_notes)


def foot(error_of_shares: float, draws: Run, read: int) -> None:
    """Version, seed, paths and how many of them were read, sampling error, sources, and what this is not."""
    error = f.noise(error_of_shares)
    sampling = f"sampling error {error} points on shares of futures" if error else "no sampling error given"
    paths = f"{draws.paths:,} paths" if read == draws.paths else f"draft: {read:,} of {draws.paths:,} paths"
    words = (
        f"Model {MODEL_VERSION}", f"seed {draws.seed}", paths,
        f"{sampling} (two standard errors); model error is not shown and is larger", "not investment advice",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        st.caption(" · ".join(words), width="stretch")
        listed = st.popover("Sources", type="tertiary", on_change="rerun", key="sources")
        if listed.open:
            with listed:
                panel.sources(state.scenario())
