"""A run that takes long, in place: a button that starts it, progress with the time left, a way out, and the result.

    found = long_run(run.job(find_sobol, scenario, settings), slot="sobol", words="Varying all assumptions", seconds=40)
    if found is not None:
        ...draw it...

The work is a function of a module, ``find_sobol(scenario, settings, progress=...)``, that reports the share done at
least once a second and returns small tables. `run.job` keeps it by scenario and settings for all sessions. The page
stays usable meanwhile: nothing blocks, a fragment looks at the job every `EVERY` seconds and draws the page anew once
when it is done. A run that is no longer on screen is given up: when the reader changes the scenario or a setting, goes
to another page (`leave_unseen`) or closes it.
"""

from __future__ import annotations

import logging
import time
from typing import TypeVar

import streamlit as st

from dashboard import format as f
from dashboard import jobs, state
from models.errors import AssayError

T = TypeVar("T")

QUICK = 6.0
"""Seconds below which a run starts by itself."""
BRIEF = 2.0
"""Seconds below which there is nothing worth cancelling."""
EVERY = 1.0
"""Seconds between two looks at a job."""
PATIENCE = 90.0
"""Seconds a run goes on after the page was last seen: browsers look rarely at pages in the background."""
PLACE = "run:"

_LOG = logging.getLogger(__name__)


def long_run(
    job: jobs.Job[T], *, slot: str, words: str, seconds: float, label: str = "Run", starts: bool = False,
    settles: float = 0.0, is_quiet: bool = False,
) -> T | None:
    """Result of a job, or None after drawing what stands in its place.

    Parameters
    ----------
    job : Job
        From `run.job`, keyed by scenario and settings.
    slot : str
        Name of this place in the dashboard: one run of a reader at a time in each.
    words : str
        What is going on while it works, such as ``"Varying all assumptions"``.
    seconds : float
        How long it takes on one quiet core, roughly.
    label : str
        Words on the button that starts it.
    starts : bool
        Whether it starts by itself however long it takes; what takes less than `QUICK` does anyhow.
    settles : float
        Seconds the page must stand still before it starts by itself, so that a slider on the move starts nothing;
        also the time between two looks at it.
    is_quiet : bool
        Whether words in place of a bar say what is going on; it is started, looked at and cancelled elsewhere on the
        same page.
    """
    me = state.session()
    before = state.appear(f"{PLACE}{slot}", job)
    if isinstance(before, jobs.Job) and before is not job:
        before.leave(me)
    status = job.status
    if status == "done":
        return job.result
    if status == "failed":
        _failed(job, slot)
    elif job.is_asked_by(me) or ((starts or seconds <= QUICK) and not job.is_declined_by(me)):
        if is_quiet:
            st.caption(f"{words}...")
        else:
            _watch(job, slot, words, seconds, settles)
    elif not is_quiet:
        _offer(job, slot, seconds, label)
    return None


def leave_unseen() -> None:
    """Last thing in a run: what was on screen before and is not now has no reader any more."""
    for job in state.disappeared(PLACE):
        if isinstance(job, jobs.Job):
            job.leave(state.session())


def lasting(seconds: float) -> str:
    """A time a person can use: 5 s, 40 s, 3 min."""
    if seconds < 90:
        step = 1 if seconds < 10 else 5 if seconds < 40 else 10
        return f"{max(1, step * round(seconds / step))} s"
    return f"{round(seconds / 60)} min"


def _offer(job: jobs.Job[T], slot: str, seconds: float, label: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(label, key=f"{slot}:start", on_click=_start, args=(job,))
        st.caption(f"Takes about {lasting(seconds)}; the page stays usable.", width="content")


def _start(job: jobs.Job[T]) -> None:
    job.ask(state.session(), patience=PATIENCE, is_here=state.presence())


def _cancel(job: jobs.Job[T]) -> None:
    job.decline(state.session())


def _watch(job: jobs.Job[T], slot: str, words: str, seconds: float, settles: float) -> None:
    me, since = state.session(), time.monotonic()

    @st.fragment(run_every=max(EVERY, settles))
    def look() -> None:
        if not job.is_asked_by(me) and time.monotonic() - since < 0.9 * settles:
            st.caption(f"{words}...")
            return
        if job.status in ("done", "failed") or job.is_declined_by(me):
            st.rerun()
        _start(job)
        others = jobs.under_way() - 1
        shared = f"; shares the processor with {others} other run{'s' * (others > 1)}" if others > 0 else ""
        left = f"about {lasting(job.seconds_left(seconds))} left" if job.progress < 0.985 else "nearly done"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.progress(job.progress, text=f"{words}: {f.percent(job.progress, 0)}, {left}{shared}")
            if seconds > BRIEF:
                st.button("Cancel", key=f"{slot}:cancel", type="tertiary", on_click=_cancel, args=(job,))

    look()


def _failed(job: jobs.Job[T], slot: str) -> None:
    error = job.future.exception() if job.future else None
    if is_answered := isinstance(error, AssayError):
        said = str(error)
    else:
        _LOG.error("a long run failed", exc_info=error)
        said = "Something went wrong in this run."
    with st.container(border=True):
        st.text(said)
        st.caption("Your scenario is kept; nothing else on this page depends on it.")
        if not is_answered:  # the same question has the same answer
            st.button("Try again", key=f"{slot}:again", on_click=job.forget)
