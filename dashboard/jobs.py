"""Work in the background: progress, time left, one core for everybody in turns, and an end when nobody asks any more.

Any number of sessions may wait for jobs. One job computes at a time, so that the people who move sliders keep the other
core; at each report of progress it hands the turn to the next in line, so that a short job never waits for a long one
to end.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

QUANTUM = 1.0
"""Seconds a job computes before it lets the next one in line."""
WORKERS = 8
"""Jobs that may be under way, holding memory; more wait without any."""

T = TypeVar("T")
Status = Literal["idle", "working", "done", "failed"]


class GivenUp(Exception):
    """Nobody waits for the job any more."""


class Turns:
    """A line of jobs: the first one computes; after its quantum it goes to the end."""

    def __init__(self, quantum: float = QUANTUM) -> None:
        self.quantum = quantum
        self._line: deque[object] = deque()
        self._changed = threading.Condition()
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._line)

    def take(self, who: object, is_wanted: Callable[[], bool]) -> None:
        """Join the line and wait for the turn; raises GivenUp when nobody wants the work any more."""
        with self._changed:
            self._line.append(who)
            self._wait(who, is_wanted)

    def pass_on(self, who: object, is_wanted: Callable[[], bool]) -> None:
        """Let the next one work if the quantum is over, and wait for the turn to come back."""
        if len(self._line) < 2 or time.monotonic() - self._since < self.quantum:
            return
        with self._changed:
            self._line.rotate(-1)
            self._changed.notify_all()
            self._wait(who, is_wanted)

    def leave(self, who: object) -> None:
        """Leave the line."""
        with self._changed:
            if who in self._line:
                self._line.remove(who)
            self._since = time.monotonic()
            self._changed.notify_all()

    def _wait(self, who: object, is_wanted: Callable[[], bool]) -> None:
        while self._line[0] is not who:
            self._changed.wait(0.5)
            if not is_wanted():
                raise GivenUp
        self._since = time.monotonic()


_turns = Turns()
_pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="job")


@dataclass(eq=False)
class Job(Generic[T]):
    """Work that reports its progress; asking keeps it alive.

    Attributes
    ----------
    make : callable
        Does the work; is given a function to report the share done to, at least once a second.
    done : float
        Share done, as reported.
    began : float
        When it was started, by the monotonic clock.
    """

    make: Callable[[Callable[[float], None]], T]
    done: float = 0.0
    began: float = 0.0
    future: Future[T] | None = None
    _until: dict[str, float] = field(default_factory=dict)
    _declined: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def status(self) -> Status:
        """Where the job stands; one that was given up is idle again."""
        future = self.future
        if future is None:
            return "idle"
        if not future.done():
            return "working"
        error = future.exception()
        return "done" if error is None else "idle" if isinstance(error, GivenUp) else "failed"

    def ask(self, who: str = "", *, patience: float) -> None:
        """Start or restart the job where needed, and keep it alive for ``patience`` seconds on behalf of ``who``."""
        self._until[who] = time.monotonic() + patience
        self._declined.discard(who)
        with self._lock:
            if self.status != "idle":
                return
            self.done, self.began = 0.0, time.monotonic()
            self.future = _pool.submit(self._run)

    def is_asked_by(self, who: str) -> bool:
        """Whether ``who`` has asked and has not left."""
        return who in self._until

    def leave(self, who: str) -> None:
        """``who`` does not wait any more; without anybody the job ends at its next report."""
        self._until.pop(who, None)

    def decline(self, who: str) -> None:
        """``who`` does not want it, also where it would start by itself."""
        self._declined.add(who)
        self.leave(who)

    def is_declined_by(self, who: str) -> bool:
        """Whether ``who`` has declined and not asked again."""
        return who in self._declined

    def forget(self) -> None:
        """Be idle again after a failure, so that the next one to ask starts it anew."""
        if self.status == "failed":
            self.future = None

    @property
    def progress(self) -> float:
        """Share of the work that is done, 0 to 1."""
        return 1.0 if self.future is not None and self.future.done() else min(self.done, 0.99)

    def seconds_left(self, estimate: float) -> float:
        """Seconds until it is done: by what it took so far, and by ``estimate`` for the whole until that says much."""
        passed = time.monotonic() - self.began
        weight = min(1.0, 10.0 * self.done)
        measured = passed * (1.0 - self.done) / self.done if self.done > 0 else 0.0
        return float(weight * measured + (1.0 - weight) * max(0.0, estimate - passed))

    @property
    def result(self) -> T | None:
        """What came of it; None while working."""
        if self.future is None or not self.future.done():
            return None
        if error := self.future.exception():
            if isinstance(error, GivenUp):
                return None
            raise error
        return self.future.result()

    def _run(self) -> T:
        try:
            _turns.take(self, self._is_wanted)
            self._advance(0.0)
            return self.make(self._advance)
        finally:
            _turns.leave(self)

    def _advance(self, share: float) -> None:
        if not self._is_wanted():
            raise GivenUp
        self.done = share
        _turns.pass_on(self, self._is_wanted)

    def _is_wanted(self) -> bool:
        return any(until > time.monotonic() for until in tuple(self._until.values()))


def under_way() -> int:
    """Jobs that share the core now."""
    return len(_turns)
