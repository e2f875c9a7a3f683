"""The model against history: each episode with its verdict, pictures, checks, and the note on where it misses."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import format as f
from dashboard import run
from dashboard.blocks.blocks import Chart, charts, section, sheet, title
from dashboard.blocks.long_run import long_run
from dashboard.blocks.markup import tag
from dashboard.views.evidence import history_chart
from dashboard.views.evidence.rows import check_table
from dashboard.views.evidence.words import series_message
from models.studies.hindcast import REPLAYS, Replay, replay

VERDICTS = {"pass": "Meets every check", "partly": "Meets some checks", "fail": "Meets no check"}


def play_all(progress: Callable[[float], None]) -> dict[str, Replay]:
    """Every replay; takes some ten seconds once a process, so it is a job of `run`."""
    done = {}
    for i, name in enumerate(REPLAYS):
        progress(i / len(REPLAYS))
        done[name] = replay(name)
    return done


def render() -> None:
    """How many checks are met, then episode by episode."""
    replays = long_run(
        run.job(play_all), slot="evidence:history", words=f"Replaying {len(REPLAYS)} episodes of the past", seconds=10,
        label="Replay the past", starts=True,
    )
    if replays is None:
        return
    met = sum(check.passed for one in replays.values() for check in one.checks)
    count = sum(len(one.checks) for one in replays.values())
    section(f"The model meets {met} of {count} checks against history")
    st.caption(
        "What was fitted to an episode is said with it. Line and band: median and 5% to 95% of the model; circles: "
        "what was observed."
    )
    for one in replays.values():
        _replay(one)


def _replay(one: Replay) -> None:
    met = sum(check.passed for check in one.checks)
    with st.container(border=True):
        title(f"{one.title}: {VERDICTS[one.verdict].lower()} ({met} of {len(one.checks)})")
        st.markdown(f.plain(one.story))
        groups = one.frame.groupby(["series", "unit"], sort=False)
        charts([_picture(str(name), str(unit), part) for (name, unit), part in groups], columns=3)
        st.markdown(f"**Where it misses.** {f.plain(one.note)}")
        if one.fitted:
            st.markdown(f"**Fitted to the episode.** {f.plain(one.fitted)}")
        checks = st.expander(f"{len(one.checks)} checks", on_change="rerun", key=f"checks:{one.name}")
        if checks.open:
            with checks:
                sheet(check_table(one), f"checks:{one.name}:table")


def _picture(name: str, unit: str, part: pd.DataFrame) -> Chart:
    kind, words = history_chart.kind_of(part), history_chart.UNITS.get(unit, unit)
    data, spec = history_chart.replay_frame(part, kind), history_chart.SPECS[kind, history_chart.format_of(unit)]
    title = series_message(name, data, kind)
    return Chart(title, data, spec, f"{name}, {words}", note=tag("p", words, "key"))
