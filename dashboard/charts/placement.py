"""Where names go on a chart that cannot be hovered: paper is drawn once, so there is time to try many spots.

Slower and wider than the search behind the map of the page, which moves with every slider.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SWEEPS = 6
EM = 0.49
"""Mean width of a character of the text face, share of the font size."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points, y downwards; ``weight`` is how much it hurts to print over it."""

    left: float
    top: float
    right: float
    bottom: float
    weight: float = 1.0

    def overlap(self, other: "Box") -> float:
        """Shared area times the weight of this box."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return self.weight * wide * high if wide > 0 and high > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """Text that belongs to a mark at (x, y) with a whisker from ``top`` to ``bottom``."""

    text: str
    x: float
    y: float
    top: float
    bottom: float
    size: float

    @property
    def width(self) -> float:
        return len(self.text) * self.size * EM


@dataclass(frozen=True, slots=True)
class Spot:
    """Anchor of a label's text, its alignment, its box, and whether a line must tie it to its mark."""

    x: float
    y: float
    align: str
    box: Box
    cost: float
    is_far: bool


def place(labels: Sequence[Label], obstacles: Sequence[Box], frame: Box) -> list[Spot]:
    """One spot for each label: least printed over marks and other labels, inside the frame, near before far."""
    options = [_options(label) for label in labels]
    alone = [[spot.cost + _trouble(spot.box, obstacles, frame) for spot in spots] for spots in options]
    chosen = [spots[costs.index(min(costs))] for spots, costs in zip(options, alone, strict=True)]
    for _ in range(SWEEPS):
        for i, (spots, costs) in enumerate(zip(options, alone, strict=True)):
            others = [spot.box for j, spot in enumerate(chosen) if j != i]
            total = [
                cost + sum(20.0 * spot.box.overlap(o) for o in others) for spot, cost in zip(spots, costs, strict=True)
            ]
            chosen[i] = spots[total.index(min(total))]
    return chosen


def _trouble(box: Box, obstacles: Sequence[Box], frame: Box) -> float:
    outside = (
        max(0.0, frame.left - box.left)
        + max(0.0, box.right - frame.right)
        + max(0.0, frame.top - box.top)
        + max(0.0, box.bottom - frame.bottom)
    )
    return sum(o.overlap(box) for o in obstacles) + 100.0 * outside


def _options(label: Label) -> list[Spot]:
    half, tall = label.width / 2, label.size * 0.6
    out = []
    for up in (0.0, -9.0, 9.0, -18.0, 18.0, -28.0, 28.0, -40.0, 40.0, -54.0, 54.0):
        for side, align in ((1, "left"), (-1, "right")):
            for away in (9.0, 20.0, 34.0, 50.0):
                x, y = label.x + side * away, label.y + up
                left = x if side > 0 else x - label.width
                is_far = away > 9.0 or abs(up) > 9.0
                box = Box(left - 1.5, y - tall, left + label.width + 1.5, y + tall)
                out.append(Spot(x, y, align, box, abs(up) + 0.8 * away + 25.0 * is_far, is_far))
    for y in (label.top - 8.0, label.bottom + 8.0):
        box = Box(label.x - half, y - tall, label.x + half, y + tall)
        out.append(Spot(label.x, y, "center", box, 20.0, False))
    return out
