"""The only cache: what a page makes of a scenario, made once for all sessions.

The evaluation behind it holds the paths and is kept only for the last few scenarios; what pages make of it is small.
Long work runs in the background and stops when nobody waits for it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from operator import attrgetter
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_run_yield_check

from dashboard import memory
from dashboard.jobs import Job, moves
from models.basis.store import Store
from models.engine.evaluate import Evaluation
from models.engine.evaluate import evaluate as _evaluate
from models.scenario.scenario import Scenario
from models.studies import verdict as _verdict
from models.studies.book.tape import Tape

EVALUATIONS, KEPT, JOBS, OWN = 2, 1_024, 64, 4
"""An evaluation holds 130 MB; what the first page keeps of it are four readings of 35 kB each."""

_LOG = logging.getLogger(__name__)
_KEY: dict[str | type[Any], Callable[[Any], Any]] = {
    Scenario: Scenario.model_dump_json, Tape: attrgetter("digest"),
}

T = TypeVar("T")

_evaluations: Store[Evaluation] = Store(EVALUATIONS)
_readings: Store[Any] = Store(KEPT)
_lead_errors: Store[float] = Store(KEPT)


def evaluation(scenario: Scenario) -> Evaluation:
    """Evaluation of a scenario; shared between sessions, so to be read only."""
    return _once(_evaluations, scenario, lambda: _noted(_evaluate(scenario)))


def _noted(made: Evaluation) -> Evaluation:
    """The same, with what the foot of every page says of it kept: by then others may have pushed it out."""
    _lead_errors.get(made.scenario, lambda: made.lead_share[1])
    return made


def lead_error(scenario: Scenario) -> float:
    """Standard error of the share of futures in which a family leads: how far any share may be off."""
    for found in _lead_errors.find(scenario):
        return found
    return evaluation(scenario).lead_share[1]


def knows(scenario: Scenario) -> bool:
    """Whether a scenario was evaluated not long ago, so that most of what is asked of it is kept."""
    return bool(_lead_errors.find(scenario))


def verdict(scenario: Scenario) -> _verdict.Verdict:
    """Verdict on a scenario."""
    return kept(_judged, scenario)


def _judged(scenario: Scenario) -> _verdict.Verdict:
    return _verdict.verdict(evaluation(scenario))


def kept(make: Callable[..., T], *key: Hashable) -> T:
    """What a function of a module makes of a scenario (or a name), made once for all sessions; to be read only.

    A page makes all that it shows of a scenario in one: between two turns others push the evaluation out.
    """
    found: T = _once(_readings, (_name(make), *key), lambda: make(*key))
    return found


def _once(store: Store[T], key: Hashable, make: Callable[[], T]) -> T:
    """What is kept at once; what must be made when a place is free, unless the reader has moved on by then.

    The place is taken before the store is asked, so that nobody waits inside for somebody outside.
    """
    for found in store.find(key):
        return found
    with moves.inside(get_run_yield_check() or _stay):
        return store.get(key, make)


def _stay() -> None:
    """Work without a reader is never superseded."""


def job(make: Callable[..., T], *key: Hashable, **named: Hashable) -> Job[T]:
    """The one job of ``make(*key, **named, progress=...)`` for all sessions; it starts when somebody asks for it."""
    return _job(_name(make), make, *key, **named)


@st.cache_resource(max_entries=JOBS, show_spinner=False, hash_funcs=_KEY)
def _job(name: str, _make: Callable[..., T], *key: Hashable, **named: Hashable) -> Job[T]:
    return Job(lambda progress: _make(*key, **named, progress=progress))


def own(make: Callable[..., T], *key: Hashable) -> T:
    """`kept` for what one reader brought along: in that session only, and gone with it."""
    return _own(_name(make), make, *key)


@st.cache_resource(max_entries=OWN, show_spinner=False, hash_funcs=_KEY, scope="session")
def _own(name: str, _make: Callable[..., T], *key: Hashable) -> T:
    return _make(*key)


def own_job(make: Callable[..., T], *key: Hashable) -> Job[T]:
    """`job` for what one reader brought along: in that session only, and gone with it."""
    return _own_job(_name(make), make, *key)


@st.cache_resource(max_entries=OWN, show_spinner=False, hash_funcs=_KEY, scope="session")
def _own_job(name: str, _make: Callable[..., T], *key: Hashable) -> Job[T]:
    return Job(lambda progress: _make(*key, progress=progress))


def _name(make: Callable[..., Any]) -> str:
    return f"{make.__module__}.{make.__qualname__}"


def warming(make: Callable[[], object]) -> Callable[[object], AbstractAsyncContextManager[None]]:
    """Lifespan of a server that makes what its first reader will ask for while it waits for that reader."""

    memory.share()

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        threading.Thread(target=_warm, args=(make,), name="warm-up", daemon=True).start()
        yield

    return lifespan


def _warm(make: Callable[[], object]) -> None:
    try:
        make()
    except Exception:  # the page computes the same and tells the reader; here it must only not die in silence
        _LOG.exception("warming up failed")
    # Streamlit collects garbage after every run while it holds the interpreter lock; what lives forever need not be
    # looked at again.
    memory.give_back()
    gc.freeze()
    memory.keep_low(lambda: moves.passed, lambda: not moves)
