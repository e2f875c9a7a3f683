"""Localization and fragmentation: capacity idle in one bloc cannot serve another's shortage.

Newsvendor argument: within a bloc the ratio of demand to built capacity is uncertain when capacity is ordered. The
share of capacity that finds demand is the mean of min(1, X) with X lognormal; pooling blocs shrinks the spread
(Eppen 1979).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from models.basis.assumption import Assumptions, assumption
from models.basis.timeline import Array


class Localization(Assumptions):
    """How much demand must be served at home, and how badly blocs match demand with capacity."""

    share: float = assumption(
        0.25, unit="share", low=0.0, high=0.9, step=0.05, symbol="ℓ", status="assumption",
        label="Localized demand", source="judgment",
        help="Share of demand that may be served only inside its own bloc.",
    )
    flexibility: float = assumption(
        0.0, unit="share", low=0.0, high=1.0, step=0.05, symbol="ω", status="assumption",
        label="Flexibility between blocs", source="jordan_graves_1995",
        help="Share of localized demand that alliances and embassies of data let others serve after all.",
    )
    friction: float = assumption(
        0.10, unit="log sd", low=0.0, high=0.3, step=0.01, symbol="s_f", status="assumption",
        label="Friction everywhere", source="judgment",
        help="Mismatch of demand and capacity inside any market, as a log standard deviation.",
    )
    bloc_error: float = assumption(
        0.30, unit="log sd", low=0.0, high=0.8, step=0.02, symbol="s_k", status="assumption",
        label="Bloc planning error (calibration)", source="judgment",
        help="Error of one bloc's capacity plan; only its part not shared with other blocs acts here.",
    )
    fragmentation: float | None = assumption(
        None, unit="log sd", low=0.0, high=0.8, step=0.02, symbol="s_k scenario", status="assumption",
        label="Bloc planning error (this scenario)", source="judgment", none="as in the calibration",
        help="Planning error of blocs in this scenario, which customers did not foresee when prices were set.",
    )
    correlation: float = assumption(
        0.5, unit="correlation", low=0.0, high=1.0, step=0.05, symbol="ρ", status="assumption",
        label="Correlation of blocs", source="judgment",
        help="How far planning errors of different blocs move together.",
    )
    blocs: int = assumption(
        12, unit="count", low=1, high=60, step=1, symbol="K", status="assumption",
        label="Number of blocs", source="judgment",
        help="Into how many equal blocs the world is split.",
    )
    home_share: float = assumption(
        1.0, unit="share", low=0.01, high=1.0, step=0.005, symbol="w_b", status="assumption",
        label="Home bloc share of demand", source="s23_epoch",
        help="Share of world demand in the bloc whose assets are bought; 1 is a global investor.",
    )

    @property
    def scenario_error(self) -> float:
        """Bloc error of this scenario."""
        return self.bloc_error if self.fragmentation is None else self.fragmentation

    def pooled_sd(self, error: float) -> float:
        """Log sd of the demand/capacity ratio of fungible demand: bloc noise averages out."""
        return float(np.sqrt(self.friction**2 + error**2 * (1.0 - self.correlation) / self.blocs))

    def local_sd(self, error: float) -> float:
        """Log sd of the demand/capacity ratio of localized demand; one bloc is simply the pool."""
        return float(np.sqrt(self.friction**2 + error**2 * (1.0 - self.correlation)))

    def bound_share(self, mandate: float = 0.0) -> float:
        """Localized share net of flexibility, with a policy's mandate added."""
        return min(self.share + mandate, 1.0) * (1.0 - self.flexibility)


def matched_share(ratio: Array, sd: float) -> Array:
    """Mean of min(1, X) for lognormal X with mean ``ratio`` (any shape) and log standard deviation ``sd``."""
    ratio = np.maximum(ratio, 1e-12)
    if sd < 1e-8:
        return np.minimum(1.0, ratio)
    d2 = np.log(ratio) / sd - 0.5 * sd
    return np.asarray(ratio * ndtr(-(d2 + sd)) + ndtr(d2))


def matched_slope(ratio: Array, sd: float) -> Array:
    """Slope of ``matched_share`` in the log of the ratio, same shape: x times the chance that demand falls short."""
    if sd < 1e-8:
        return np.where(ratio < 1.0, ratio, 0.0)
    return np.asarray(ratio * ndtr(-(np.log(ratio) / sd + 0.5 * sd)))


def safety_capacity_ratio(blocs: int, correlation: float) -> float:
    """Safety capacity of equal blocs over that of one pool (Eppen 1979): sqrt(K / (1 + (K - 1) rho))."""
    return float(np.sqrt(blocs / (1.0 + (blocs - 1) * correlation)))
