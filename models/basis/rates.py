"""Rates that act continuously, and the yearly percentage people say for them; the one place that converts.

The model stores ``r`` and multiplies by ``exp(r t)`` or ``exp(-r t)``. People type, read and are told what happens in
a year: "50% a year" multiplies by 1.5 and is stored as ln 1.5, "falls 20% a year" multiplies by 0.8. Files, links and
``--set path=0.4`` keep the stored number, exact to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, expm1, floor, log1p
from typing import Literal


@dataclass(frozen=True, slots=True)
class YearlyRate:
    """How a continuous rate is told.

    Attributes
    ----------
    words : str
        Unit of the number people say.
    sign : {1, -1}
        1 where what is there is multiplied by ``exp(rate)`` in a year; -1 where ``exp(-rate)`` of it is left.
    """

    words: str
    sign: Literal[1, -1]

    def shown(self, stored: float) -> float:
        """Change in a year as a share: 0.4 is 0.4918 where something grows, 0.3297 where it shrinks."""
        return self.sign * expm1(self.sign * stored) + 0.0

    def stored(self, shown: float) -> float:
        """Continuous rate of a change in a year.

        Raises
        ------
        ValueError
            Where nothing would be left after a year, which no continuous rate reaches.
        """
        if self.sign * shown <= -1.0:
            raise ValueError(f"nothing is left after a year of {percent_text(shown)}")
        return self.sign * log1p(self.sign * shown) + 0.0

    def told(self, stored: float) -> str:
        """Change in a year as text: 49.18%."""
        return percent_text(self.shown(stored))

    def limits(self, low: float, high: float) -> tuple[float, float]:
        """Stored bounds as changes in a year, rounded inward to hundredths of a percent, so that both may be typed."""
        return ceil(round(self.shown(low) * 1e4, 6)) / 1e4, floor(round(self.shown(high) * 1e4, 6)) / 1e4

    def equation(self, stored: float) -> str:
        """How the number people say becomes the one in the equations: ``ln(1 + 49.18%) = 0.4``."""
        minus, between = ("", "+") if self.sign > 0 else ("−", "−")
        return f"{minus}ln(1 {between} {self.told(stored)}) = {stored:.4g}"


RATES: Mapping[str, YearlyRate] = {
    "log per year": YearlyRate("% a year", 1),
    "log fall per year": YearlyRate("% fall a year", -1),
    "fade per year": YearlyRate("% of the gap a year", -1),
    "events per year": YearlyRate("% chance a year", -1),
}
"""By the unit an assumption is stored in. Events come at this rate, so that the chance of one in a year is what is
told; a fade closes a gap at this rate."""


def percent_text(share: float) -> str:
    """Share as percent to a hundredth, finer only where it was typed finer: 50%, 49.18%, 12.345%."""
    value = round(100.0 * share, 8) + 0.0
    return f"{value if value == round(value, 4) else round(value, 2) + 0.0:,.10g}%"
