"""Memory of the server: taken from one pool by all its threads, and given back when it is quiet.

Every run of a page has a thread of its own. The allocator of Linux would give it a pool of its own, too, and each pool
keeps the largest evaluation it ever saw. Elsewhere nothing is done.
"""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable

M_ARENA_MAX = -8
"""Parameter of ``mallopt``: the number of pools."""
QUIET = 5.0
"""Seconds between two looks whether it is quiet."""


def share() -> None:
    """One pool for all threads that are still to come; they hardly allocate at the same time."""
    if mallopt := _known("mallopt"):
        mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Let go what nobody refers to, and return free pages to the system."""
    gc.collect()
    if trim := _known("malloc_trim"):
        trim(0)


def keep_low(made: Callable[[], int], is_quiet: Callable[[], bool]) -> None:
    """Give back in every pause after work, for ever; ``made`` counts the work done so far."""
    seen = 0
    while True:
        time.sleep(QUIET)
        if made() != seen and is_quiet():
            seen = made()
            give_back()


def _known(name: str) -> Callable[..., object] | None:
    """A function of the C library, where it has one of that name."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):  # no C library to ask, as on Windows
        return None
