"""Compiled loops: a thin spelling of numba, so that kernels read as plain Python and run on every core.

Kernels take time-major arrays (quarters + 1, paths) and a range of paths, release the interpreter lock and write into
arrays they are given. Paths never see each other, so splitting them over threads changes no bit of the result.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

_WORKERS = max(1, min(4, os.cpu_count() or 1))
_MIN_PATHS = 512  # below this a thread costs more than it saves
_pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="paths")


def kernel(function: Kernel) -> Kernel:
    """Compile a function on first use; the result is kept on disk beside the source."""
    return cast(Kernel, njit(cache=True, nogil=True, error_model="numpy")(function))


def time_major(array: NDArray[Any]) -> NDArray[Any]:
    """(paths, quarters + 1) as contiguous (quarters + 1, paths); free for arrays that are laid out by time already."""
    return np.ascontiguousarray(array.T)


def over_paths(run: Callable[..., None], paths: int, *arguments: Any) -> None:
    """Call ``run(first, last, *arguments)`` on ranges of paths that together cover all of them."""
    parts = min(_WORKERS, max(1, paths // _MIN_PATHS))
    edges = [paths * k // parts for k in range(parts + 1)]
    if parts == 1:
        run(0, paths, *arguments)
        return
    for done in [_pool.submit(run, a, b, *arguments) for a, b in pairwise(edges)]:
        done.result()
