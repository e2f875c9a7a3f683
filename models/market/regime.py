"""Optional boom and bust regimes of demand: a two-state drift that replaces sudden busts."""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, switch
from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array, zero_paths


class Regime(Assumptions):
    """Demand drifts up in a boom and down in a bust; the mean over both is taken out, as for every shock."""

    is_on: bool = switch(
        False, label="Boom and bust regimes", source="judgment", symbol="regime",
        help="Whether two lasting regimes of demand replace sudden busts.",
    )
    boom_drift: float = assumption(
        0.10, unit="log per year", low=0.0, high=0.4, step=0.01, symbol="μ boom",
        label="Drift in a boom", source="judgment", help="Yearly drift of demand above its reference in a boom.",
    )
    bust_drift: float = assumption(
        -0.25, unit="log per year", low=-0.8, high=0.0, step=0.01, symbol="μ bust",
        label="Drift in a bust", source="judgment", help="Yearly drift of demand below its reference in a bust.",
    )
    bust_rate: float = assumption(
        0.20, unit="events per year", low=0.0, high=1.0, step=0.02, symbol="boom to bust",
        label="Boom ends", source="judgment", help="Chance that a boom turns into a bust within a year.",
    )
    boom_rate: float = assumption(
        0.60, unit="events per year", low=0.05, high=2.0, step=0.05, symbol="bust to boom",
        label="Bust ends", source="telecom_bust-019", help="Chance that a bust turns into a boom within a year.",
    )


def transition(regime: Regime) -> Array:
    """Quarterly chances to move between boom and bust, (2, 2), rows add to one."""
    leave_boom = -np.expm1(-regime.bust_rate * DELTA)
    leave_bust = -np.expm1(-regime.boom_rate * DELTA)
    return np.array([[1.0 - leave_boom, leave_boom], [leave_bust, 1.0 - leave_bust]])


def regime_compensator(regime: Regime, quarters: int) -> Array:
    """Log mean of the drift since closing, (quarters + 1,), starting in a boom: exact, by powers of the chain."""
    step = transition(regime) * np.exp(DELTA * np.array([regime.boom_drift, regime.bust_drift]))
    weight, out = np.array([1.0, 0.0]), np.zeros(quarters + 1)
    for t in range(1, quarters + 1):
        weight = weight @ step
        out[t] = np.log(weight.sum())
    return out


def simulate_regime(regime: Regime, shocks: Shocks) -> Array:
    """Compensated log drift of demand, (paths, quarters + 1)."""
    chances = transition(regime)
    drift = DELTA * np.array([regime.boom_drift, regime.bust_drift])
    out = zero_paths(shocks.paths, shocks.quarters)
    state = np.zeros(shocks.paths, dtype=np.int64)
    for t in range(1, shocks.quarters + 1):
        moves = shocks.regime_u[:, t] < chances[state, 1 - state]
        state = np.where(moves, 1 - state, state)
        out[:, t] = out[:, t - 1] + drift[state]
    return out - regime_compensator(regime, shocks.quarters)
