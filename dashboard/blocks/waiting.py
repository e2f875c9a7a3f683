"""Waiting in place for work that takes long: words, progress, and the way out when the reader moves on."""

from __future__ import annotations

import time
from typing import TypeVar

import streamlit as st

from dashboard import format as f
from dashboard import jobs, state
from models.scenario.scenario import Scenario

T = TypeVar("T")


def wait_for(job: jobs.Job[T], scenario: Scenario, words: str) -> T | None:
    """Result of a job that belongs to a scenario; None when the reader has changed the scenario meanwhile."""
    if job.result is not None:
        return job.result
    with st.empty():
        shown = -1.0
        while (result := job.result) is None:
            if state.scenario() != scenario:
                return None
            if (share := job.share) > shown and job.result is None:
                shown = share
                st.progress(share, text=f"{words}: {f.percent(share, 0)}")
            time.sleep(0.15)
        st.caption(" ")
    return result
