"""Where the names of marks go on a chart that moves with every slider: few spots, tried at once, near before far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SWEEPS = 2
LETTER = 0.54
"""Mean width of a letter, share of the font size."""
SIZE = 13.0
TALL = 0.62 * SIZE
ROOM = 9.0
FAR = 20.0

# Vertical offsets of a name beside its mark, and how much worse each is than the first; above and below come last.
_BESIDE = (
    (0.0, 0.0),
    (-13.0, 14.0),
    (13.0, 14.0),
    (-26.0, 40.0),
    (26.0, 40.0),
    (-42.0, 62.0),
    (42.0, 62.0),
    (-60.0, 90.0),
    (60.0, 90.0),
)
_ABOVE = 24.0
_OUTSIDE, _OVER_LABEL, _OVER_WHISKER, _OVER_MARK = 12.0, 1.5, 0.6, 1.2

Rect = tuple[float, float, float, float]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with a vertical whisker, pixels from the upper left corner."""

    text: str
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Offset:
    """Text position relative to its mark, and whether a line must tie the two together."""

    dx: float
    dy: float
    align: str
    is_far: bool


def offsets(marks: Sequence[Mark], width: float, height: float, written: Sequence[Rect] = ()) -> list[Offset]:
    """One offset for each mark; names avoid other names first, then the frame, then marks and what is ``written``."""
    if not marks:
        return []
    spots = [spot for mark in marks for spot in _spots(mark)]
    rects = np.array([rect for _, rect, _ in spots])
    cost = np.array([cost for _, _, cost in spots]) + _outside(rects, width, height)
    whiskers = [(m.x - 2, m.top, m.x + 2, m.bottom) for m in marks]
    dots = [*written, *((m.x - 8, m.y - 8, m.x + 8, m.y + 8) for m in marks)]
    cost += _OVER_WHISKER * _overlap(rects, np.array(whiskers)).sum(axis=1)
    cost += _OVER_MARK * _overlap(rects, np.array(dots)).sum(axis=1)
    between = _OVER_LABEL * _overlap(rects, rects)
    each = len(spots) // len(marks)
    chosen = [i * each + int(cost[i * each : (i + 1) * each].argmin()) for i in range(len(marks))]
    for _ in range(SWEEPS):
        for i in range(len(marks)):
            mine = slice(i * each, (i + 1) * each)
            others = [spot for j, spot in enumerate(chosen) if j != i]
            chosen[i] = i * each + int((cost[mine] + between[mine, others].sum(axis=1)).argmin())
    return [spots[spot][0] for spot in chosen]


def _spots(mark: Mark) -> list[tuple[Offset, Rect, float]]:
    wide = len(mark.text) * SIZE * LETTER
    out = []
    for dy, cost in _BESIDE:
        for side, align in ((1.0, "left"), (-1.0, "right")):
            start = mark.x + ROOM if side > 0 else mark.x - ROOM - wide
            rect = (start, mark.y + dy - TALL, start + wide, mark.y + dy + TALL)
            out.append((Offset(side * ROOM, dy, align, abs(dy) > FAR), rect, cost))
    for y in (mark.top - TALL - 1, mark.bottom + TALL + 1):
        rect = (mark.x - wide / 2, y - TALL, mark.x + wide / 2, y + TALL)
        out.append((Offset(0.0, y - mark.y, "center", False), rect, _ABOVE))
    return out


def _outside(rects: Array, width: float, height: float) -> Array:
    over = np.stack([-rects[:, 0], rects[:, 2] - width, -rects[:, 1], rects[:, 3] - height])
    return np.asarray(_OUTSIDE * np.maximum(over, 0.0).sum(axis=0))


def _overlap(a: Array, b: Array) -> Array:
    """Shared area of each rectangle of ``a`` with each of ``b``."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(high - low, 0.0).prod(axis=2))
