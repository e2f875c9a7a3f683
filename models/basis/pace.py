"""Where long work stops to look up: between two worlds the engine pauses, and whoever runs it says what that means.

A server lets the people who move sliders go first there, and ends what nobody waits for; a command never stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_stop: ContextVar[Callable[[], None] | None] = ContextVar("stop", default=None)


def pause() -> None:
    """A good place to stop: nothing that others wait for is held here."""
    if (stop := _stop.get()) is not None:
        stop()


@contextmanager
def paced(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` at every pause of this thread; an error it raises ends the work."""
    before = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(before)
