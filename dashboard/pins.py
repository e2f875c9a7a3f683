"""Scenarios put aside to compare: a few links under names that are the reader's own."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 6
"""Scenarios that can be told apart side by side."""
NAME_LENGTH = 60


@dataclass(frozen=True)
class Pin:
    """One scenario as its link; the name is text of the reader, to be shown as plain text."""

    name: str
    link: str


@dataclass
class Board:
    """Pins in the order they were put there: at most `MOST`, no link twice, no name twice."""

    pins: list[Pin] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another one."""
        return len(self.pins) >= MOST

    def holds(self, link: str) -> bool:
        """Whether exactly this scenario is pinned."""
        return any(pin.link == link for pin in self.pins)

    def add(self, name: str, link: str) -> None:
        """Pin a scenario; one that is there already, or has no room, changes nothing."""
        if not self.is_full and not self.holds(link):
            self.pins.append(Pin(self._free(name), link))

    def rename(self, position: int, name: str) -> None:
        """Call a pin something else; an empty name keeps the old one."""
        if 0 <= position < len(self.pins) and name.strip() and name != self.pins[position].name:
            link = self.pins.pop(position).link
            self.pins.insert(position, Pin(self._free(name), link))

    def drop(self, position: int) -> None:
        """Take a pin away."""
        if 0 <= position < len(self.pins):
            del self.pins[position]

    def _free(self, name: str) -> str:
        """Printable, short, and not taken by another pin."""
        plain = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_LENGTH] or "Scenario"
        taken = {pin.name for pin in self.pins}
        numbered = (f"{plain} ({i})" for i in range(2, MOST + 2))
        return plain if plain not in taken else next(other for other in numbered if other not in taken)
