"""Compiled loops: a thin spelling of numba, so that kernels read as plain Python and run on every core.

Kernels take time-major arrays (quarters + 1, paths) and a range of paths, release the interpreter lock and write into
arrays they are given. Paths never see each other, so splitting them over threads changes no bit of the result.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
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
    """Compile a function on first use; the result is kept on disk, beside the source or in the user's cache.

    Where neither can be written to, it is compiled anew in every process, and that is said once. No shared temporary
    folder: what is kept there is code, and anybody may write it.
    """
    try:
        return cast(Kernel, njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        _say_nothing_is_kept()
        return cast(Kernel, njit(nogil=True, error_model="numpy")(function))


@lru_cache(maxsize=1)
def _say_nothing_is_kept() -> None:
    logging.getLogger("assay").warning(
        "The compiled model cannot be kept: neither its own folder nor the cache of this user can be written to. It is "
        "compiled anew at every start, about 20 seconds; set NUMBA_CACHE_DIR to a folder of yours to save them."
    )


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
