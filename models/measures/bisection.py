"""Bisection of one bracket or of many at once, for borders that may jump, where nothing faster is safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.roots import FloatArray


def halved(
    near: ArrayLike, far: ArrayLike, is_beyond: Callable[[Any], Any], times: int
) -> tuple[FloatArray, FloatArray]:
    """Return brackets of a border halved some times.

    Parameters
    ----------
    near, far
        Ends before and beyond the border, numbers or (n,).
    is_beyond
        Whether points between the ends, of their shape, lie beyond it; one crossing is assumed.
    times
        Halvings, each one call.

    Returns
    -------
    The ends, the first never beyond the border as far as is known, the second always; of the shape given.
    """
    low, high = np.asarray(near, dtype=np.float64), np.asarray(far, dtype=np.float64)
    for _ in range(times):
        middle = 0.5 * (low + high)
        beyond = np.asarray(is_beyond(middle))
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return low, high
