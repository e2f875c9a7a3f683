"""Work in the background: progress, time left, one core for everybody in turns, and an end when nobody asks any more.

Any number of sessions may wait for jobs. One job computes at a time, and between two worlds of its search it lets the
people who move sliders go first; after a while it hands the turn to the next in line, so that a short job never waits
for a long one to end.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from dashboard.turns import Gate, GivenUp, Turns
from models.basis.pace import paced

WORKERS = 8
"""Jobs that may be under way, holding memory; more wait without any."""
GRACE = 10.0
"""Seconds a reader may be cut off before what he waits for is given up."""
COURTESY = 2.0
"""Seconds a job lets readers go first at each pause, so that it moves on, however slowly, on a busy server."""

T = TypeVar("T")
Status = Literal["idle", "working", "done", "failed"]

moves = Gate()
"""What readers wait for at this moment: priced at most one a core at a time."""
_turns = Turns()
_rooms = Gate(WORKERS)


def _is_here() -> bool:
    """Whoever asks without saying how to look for him is here."""
    return True


@dataclass
class Waiter:
    """Somebody who waits for a job, and how to see whether he still does."""

    until: float
    is_here: Callable[[], bool]
    seen: float

    def waits(self) -> bool:
        """Whether his patience lasts and he was here not long ago."""
        now = time.monotonic()
        if self.is_here():
            self.seen = now
        return now < min(self.until, self.seen + GRACE)


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
    _waiters: dict[str, Waiter] = field(default_factory=dict)
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

    def ask(self, who: str = "", *, patience: float, is_here: Callable[[], bool] = _is_here) -> None:
        """Start or restart the job where needed, and keep it alive on behalf of ``who``.

        Parameters
        ----------
        patience : float
            Seconds until it must be asked for again.
        is_here : callable
            Whether ``who`` is still connected; after `GRACE` seconds without he does not wait any more.
        """
        now = time.monotonic()
        self._waiters[who] = Waiter(now + patience, is_here, now)
        self._declined.discard(who)
        with self._lock:
            if self.status != "idle":
                return
            self.done, self.began = 0.0, time.monotonic()
            self.future = Future()
            # A thread that the end of the server does not wait for.
            threading.Thread(target=self._fulfill, args=(self.future,), name="job", daemon=True).start()

    def is_asked_by(self, who: str) -> bool:
        """Whether ``who`` has asked and has not left."""
        return who in self._waiters

    def leave(self, who: str) -> None:
        """``who`` does not wait any more; without anybody the job ends at its next report."""
        self._waiters.pop(who, None)

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

    def _fulfill(self, promise: Future[T]) -> None:
        try:
            promise.set_result(self._run())
        except GivenUp:
            promise.set_exception(GivenUp())  # the one that was raised holds all paths of the search
        except BaseException as error:  # told by whoever asks for the result
            traceback.clear_frames(error.__traceback__)  # it stays, the paths it saw do not
            promise.set_exception(error)

    def _run(self) -> T:
        with _rooms.inside(self._check):
            try:
                _turns.take(self, self._is_wanted)
                with paced(self._pause):
                    self._advance(0.0)
                    return self.make(self._advance)
            finally:
                _turns.leave(self)

    def _advance(self, share: float) -> None:
        self.done = share
        self._pause()

    def _pause(self) -> None:
        """Let readers go first and other jobs in their turn; end where nobody waits."""
        self._check()
        moves.let_pass(COURTESY)
        self._check()
        _turns.pass_on(self, self._is_wanted)

    def _check(self) -> None:
        if not self._is_wanted():
            raise GivenUp

    def _is_wanted(self) -> bool:
        return any(waiter.waits() for waiter in tuple(self._waiters.values()))


def under_way() -> int:
    """Jobs that share the core now."""
    return len(_turns)
