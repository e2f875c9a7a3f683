"""Cash flows of a claim, in the investor's sign: money in positive, money out negative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from models.basis.timeline import Array

Lines = Callable[[], Mapping[str, Array]]


def _no_lines() -> Mapping[str, Array]:
    return {}


@dataclass(frozen=True, eq=False)
class CashFlows:
    """Contributions and distributions of one claim.

    Attributes
    ----------
    contrib : (paths, quarters + 1)
        Money the investor pays in, <= 0, USD.
    distrib : (paths, quarters + 1)
        Money the investor receives, >= 0, USD.
    extras : mapping of str to array
        Lines worth showing beside the flows, each (paths, quarters + 1) or (paths,).
    lines : callable
        Signed sources (+) and uses (-) other than the investor's, built when somebody reads the ledger.
    """

    contrib: Array
    distrib: Array
    extras: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    lines: Lines = _no_lines

    @property
    def net(self) -> Array:
        """Net flow, shape (paths, quarters + 1)."""
        return self.contrib + self.distrib

    @property
    def ledger(self) -> dict[str, Array]:
        """Sources and uses whose sum is zero in every quarter on every path; the investor's line closes it."""
        return {**self.lines(), "investor": -self.net}

    def with_entry(self, price: float) -> CashFlows:
        """Return the same claim bought for ``price`` USD more at closing; a discount is negative."""
        contrib = self.contrib.copy(order="K")
        distrib = self.distrib
        contrib[:, 0] -= price
        if price < 0:  # a discount larger than what is paid at closing is money received
            gain = np.maximum(contrib[:, 0], 0.0)
            contrib[:, 0] -= gain
            distrib = distrib.copy(order="K")
            distrib[:, 0] += gain
        paid = np.zeros((1, contrib.shape[1]))
        paid[0, 0] = -price
        return CashFlows(contrib, distrib, self.extras, lambda: {**self.lines(), "price beyond cost": paid})


def split(net: Array) -> tuple[Array, Array]:
    """Split net flows into contributions (<= 0) and distributions (>= 0), each the shape of ``net``."""
    return np.minimum(net, 0.0), np.maximum(net, 0.0)
