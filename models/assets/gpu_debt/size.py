"""What each rule allows of a loan, what is lent of it, and in words why nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

ROUNDING = 1e-12  # a loan that is sized again on its own advance rate stays a loan
LEAST = 0.01  # share of cost below which nobody writes a loan
RULES = {
    "advance": "advance rate", "grade": "advance rate of the customer's grade",
    "coverage": "present value of cash over coverage",
    "value": "loan-to-value at closing", "balloon": "value at maturity",
}
"""What can size a loan, in words."""


@dataclass(frozen=True)
class LoanSize:
    """Size of a loan, USD per unit of collateral.

    Attributes
    ----------
    cost : float
        What the advance rate applies to: cost net of grants.
    limits : mapping
        What each rule allows, by key of `RULES`: nothing at least, the whole cost at most. The smallest counts.
    asked_junior : float
        Mezzanine asked for.
    """

    cost: float
    limits: Mapping[str, float]
    asked_junior: float = 0.0

    @classmethod
    def of(cls, cost: float, allowed: Mapping[str, float], *, asked_junior: float = 0.0) -> LoanSize:
        """Clip what each rule allows to 0 ... cost; a rule without a finite limit allows nothing."""
        most = max(cost, 0.0)
        limits = {name: min(max(limit, 0.0), most) if isfinite(limit) else 0.0 for name, limit in allowed.items()}
        return cls(cost, limits, asked_junior)

    @property
    def binding(self) -> str:
        """Key of the rule that sizes the loan."""
        return min(self.limits, key=lambda name: self.limits[name])

    @property
    def lent(self) -> float:
        """Size of the senior loan; exactly 0 below a hundredth of cost."""
        least = self.limits[self.binding]
        return least if self._is_loan(least) else 0.0

    @property
    def junior(self) -> float:
        """Size of the mezzanine: on top of a senior loan only, and both pay the cost at most."""
        least = min(self.asked_junior, self.cost - self.lent)
        return least if self.lent > 0.0 and self._is_loan(least) else 0.0

    @property
    def why_less_junior(self) -> str:
        """Why the mezzanine is not what was asked beside a senior loan; empty where it is."""
        if self.lent <= 0.0 or self.junior >= self.asked_junior * (1.0 - ROUNDING):
            return ""
        asked, room = (100.0 * amount / self.cost for amount in (self.asked_junior, self.cost - self.lent))
        if self.junior > 0.0:
            return f"the mezzanine is cut from {asked:.3g}% to {room:.3g}% of cost: both loans pay all of it at most"
        if asked <= room:
            return f"a mezzanine of {asked:.2g}% of cost is none: less than 1% is no loan"
        return f"no mezzanine is lent: the senior loan leaves {room:.2g}% of cost, and less than 1% is no loan"

    def _is_loan(self, amount: float) -> bool:
        return self.cost > 0.0 and amount >= LEAST * self.cost * (1.0 - ROUNDING)

    @property
    def why_nothing(self) -> str:
        """Why nothing is lent, such as "nothing is lent: leverage is 0"; empty where something is."""
        return "" if self.lent > 0.0 else f"nothing is lent: {self._reason()}"

    def _reason(self) -> str:
        if self.cost <= 0.0:
            return "grants pay the whole cost"
        share = self.limits[self.binding] / self.cost
        if self.binding == "advance" and share == 0.0:
            return "leverage is 0"
        if share > 0.0:
            return f"{_NAMES[self.binding]} allows {100.0 * share:.2g}% of cost, and less than 1% is no loan"
        return f"{_NAMES[self.binding]} allows no loan"


_NAMES = RULES | {"advance": "leverage", "coverage": "coverage"}
