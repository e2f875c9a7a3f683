"""Where the names of marks go: few spots tried at once on a page that moves with every slider, many on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Box = tuple[float, float, float, float, float]
"""Left, top, right and bottom of what is drawn, y downwards, and how much it hurts to print over it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with a vertical whisker, from the upper left corner of the plot."""

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

    def columns(self, end: str = "") -> dict[str, object]:
        """Fields of a row, their names ending as given."""
        return {f"dx{end}": self.dx, f"dy{end}": self.dy, f"align{end}": self.align, f"leader{end}": self.is_far}


@dataclass(frozen=True)
class Setting:
    """Type of the names, the spots that are tried, and what each trouble costs for an area of one.

    Attributes
    ----------
    letter : float
        Mean width of a character, share of the font size; ``half`` is half the height of a line, ``pad`` the room left
        and right of a name.
    spots : sequence of tuple
        Beside the mark: how far away (negative is to the left), how far below, cost, and whether a line must tie it.
    clear, centered : float
        How far above or below the whisker a name in the middle stands, and what that costs.
    whisker, dot : tuple of float
        Half the width of a mark's whisker and by how much it is longer than its line; half the width of its point; the
        last figure is how much it hurts to print over it.
    """

    size: float
    letter: float
    half: float
    pad: float
    spots: Sequence[tuple[float, float, float, bool]]
    clear: float
    centered: float
    over_name: float
    outside: float
    whisker: tuple[float, float, float]
    dot: tuple[float, float]
    sweeps: int

    def width(self, text: str) -> float:
        """Of a name."""
        return len(text) * self.size * self.letter


_NEAR = ((0.0, 0.0), (13.0, 14.0), (26.0, 40.0), (42.0, 62.0), (60.0, 90.0))
SCREEN = Setting(
    size=13.0, letter=0.54, half=0.62 * 13.0, pad=0.0, clear=0.62 * 13.0 + 1, centered=24.0, over_name=1.5,
    outside=12.0, whisker=(2.0, 0.0, 0.6), dot=(8.0, 1.2), sweeps=2,
    spots=[(9.0 * side, dy, cost, abs(dy) > 20.0)
           for far, cost in _NEAR for dy in ((-far, far) if far else (far,)) for side in (1, -1)],
)
PAPER = Setting(
    size=9.0, letter=0.49, half=0.6 * 9.0, pad=1.5, clear=8.0, centered=20.0, over_name=20.0, outside=100.0,
    whisker=(3.0, 1.0, 10.0), dot=(6.0, 10.0), sweeps=6,
    spots=[(side * away, up, abs(up) + 0.8 * away + 25.0 * (is_far := away > 9.0 or abs(up) > 9.0), is_far)
           for far in (0.0, 9.0, 18.0, 28.0, 40.0, 54.0) for up in ((-far, far) if far else (far,))
           for side in (1, -1) for away in (9.0, 20.0, 34.0, 50.0)],
)


def offsets(
    marks: Sequence[Mark], width: float, height: float, written: Sequence[Box] = (), setting: Setting = SCREEN
) -> list[Offset]:
    """One offset for each mark: least printed over names, marks and what is ``written``, in the plot, near first."""
    if not marks:
        return []
    spots = [spot for mark in marks for spot in _spots(mark, setting)]
    rects = np.array([rect for _, rect, _ in spots])
    cost = np.array([cost for _, _, cost in spots]) + setting.outside * _outside(rects, width, height)
    cost += _trouble(rects, marks, written, setting)
    between = setting.over_name * _overlap(rects, rects)
    each = len(spots) // len(marks)
    chosen = [i * each + int(cost[i * each : (i + 1) * each].argmin()) for i in range(len(marks))]
    for _ in range(setting.sweeps):
        for i in range(len(marks)):
            mine = slice(i * each, (i + 1) * each)
            others = [spot for j, spot in enumerate(chosen) if j != i]
            chosen[i] = i * each + int((cost[mine] + between[mine, others].sum(axis=1)).argmin())
    return [spots[spot][0] for spot in chosen]


def clearest(spaces: Sequence[Box], marks: Sequence[Mark], written: Sequence[Box], setting: Setting) -> Box:
    """The space in which least is printed over marks and what is ``written``."""
    if not marks:
        return spaces[0]
    return spaces[int(_trouble(np.array(spaces), marks, written, setting).argmin())]


def _trouble(rects: Array, marks: Sequence[Mark], written: Sequence[Box], setting: Setting) -> Array:
    """What each rectangle costs by what it is printed over."""
    boxes = np.array([*written, *(box for mark in marks for box in _drawn(mark, setting))])
    return np.asarray((_overlap(rects[:, :4], boxes[:, :4]) * boxes[:, 4]).sum(axis=1))


def _spots(mark: Mark, setting: Setting) -> list[tuple[Offset, tuple[float, ...], float]]:
    """Places of a name, the rectangle it takes in each, and what the place costs."""
    wide, half, pad = setting.width(mark.text), setting.half, setting.pad
    out: list[tuple[Offset, tuple[float, ...], float]] = []
    for dx, dy, cost, is_far in setting.spots:
        start, y = mark.x + dx - (wide if dx < 0 else 0.0), mark.y + dy
        rect = (start - pad, y - half, start + wide + pad, y + half)
        out.append((Offset(dx, dy, "left" if dx > 0 else "right", is_far), rect, cost))
    for y in (mark.top - setting.clear, mark.bottom + setting.clear):
        rect = (mark.x - wide / 2, y - half, mark.x + wide / 2, y + half)
        out.append((Offset(0.0, y - mark.y, "center", False), rect, setting.centered))
    return out


def _drawn(mark: Mark, setting: Setting) -> tuple[Box, Box]:
    """Whisker and point of a mark."""
    (wide, longer, line), (half, point) = setting.whisker, setting.dot
    whisker = (mark.x - wide, mark.top - longer, mark.x + wide, mark.bottom + longer, line)
    return whisker, (mark.x - half, mark.y - half, mark.x + half, mark.y + half, point)


def _outside(rects: Array, width: float, height: float) -> Array:
    over = np.stack([-rects[:, 0], rects[:, 2] - width, -rects[:, 1], rects[:, 3] - height])
    return np.asarray(np.maximum(over, 0.0).sum(axis=0))


def _overlap(a: Array, b: Array) -> Array:
    """Shared area of each rectangle of ``a`` with each of ``b``."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(high - low, 0.0).prod(axis=2))
