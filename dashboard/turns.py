"""Who computes when: a gate with a few places for what readers wait for, turns for what goes on in the background."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice

QUANTUM = 1.0
"""Seconds a job computes before it lets the next one in line."""
CORES = max(1, os.cpu_count() or 1)


class GivenUp(Exception):
    """Nobody waits for the job any more."""


def _stays() -> None:
    """Who waits, stays."""


class Gate:
    """At most so many threads inside; the others wait in line, first come, first served, and may walk away.

    More threads than cores would finish none of them earlier and hold the memory of all of them.

    Parameters
    ----------
    places : int

    Attributes
    ----------
    passed : int
        How often somebody has left so far.
    """

    def __init__(self, places: int = CORES) -> None:
        self.places = places
        self.passed = 0
        self._line: deque[int] = deque()
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return len(self._line)

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now must wait."""
        return len(self._line) >= self.places

    @contextmanager
    def inside(self, check: Callable[[], None] = _stays) -> Iterator[None]:
        """Be inside, once it is one's turn; ``check`` is called while waiting and may raise to walk away."""
        me = threading.get_ident()
        if me in self._line:  # already inside: what is made inside another making needs no second place
            yield
            return
        with self._changed:
            self._line.append(me)
        try:
            self._wait(me, check)
            yield
        finally:
            with self._changed:
                self._line.remove(me)
                self.passed += 1
                self._changed.notify_all()

    def let_pass(self, seconds: float) -> None:
        """Wait until nobody is inside or in line, at most so long; who is inside itself does not wait."""
        if self._line and threading.get_ident() not in self._line:
            with self._changed:
                self._changed.wait_for(lambda: not self._line, seconds)

    def _wait(self, me: int, check: Callable[[], None]) -> None:
        while True:
            with self._changed:
                if me in islice(self._line, self.places):
                    return
                self._changed.wait(0.1)
            check()


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
