"""What a risk is worth a year while money is in it: the return of the sure flow that is as good as the gamble."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from models.measures.irr import QUARTERS_PER_YEAR, irr
from models.measures.roots import FloatArray

ROUNDING = 1e-9  # rate a year that a gain of all but nothing may be off by

__all__ = ["certainty_equivalent_return", "years_at_stake"]


def certainty_equivalent_return(
    paid: ArrayLike, received: ArrayLike, gain: ArrayLike, cash_rate: float,
    periods_per_year: float = QUARTERS_PER_YEAR,
) -> Any:
    """Return the yearly return over cash, while money is invested, of the sure flow that is as good as a gamble.

    Gains over a whole life cannot be compared where lives differ: 10% over cash on a loan of two years is more than
    20% on a company held for ten. So the gamble is replaced by a sure flow with its own timing. The investor pays
    what he pays on average, p_t, and receives what he receives on average, d_t, scaled by one number that makes the
    flow worth the certainty equivalent at the rate of cash c:

        PV_c(k d) - PV_c(p) = gain PV_c(p),    so    k = (1 + gain) PV_c(p) / PV_c(d).

    Its internal rate of return less cash is the answer: r with sum of (k d_t - p_t) (1 + r)^(-t/4) = 0, less c. The
    money at stake and the time it is at stake, weighted by one another, are those of the flow itself (`years_at_stake`
    is their first order: (1 + r) / (1 + c) is near (1 + gain)^(1 / years)).

    * A sure flow that earns r gives r - c exactly, however long it lasts and however it is paid back: there k = 1.
    * It has the sign of the gain, and rises with it; so it falls with risk aversion.
    * Neither the scale of the flows, nor the order of paths, nor quarters without a flow move it.

    Flows are discounted at c first, so the rules of `models.measures.returns.irr` for several roots choose the one
    nearest to cash. That NPV is the sum of what capital earns beyond c on the balance that is invested is Hotelling's
    identity; see Magni (2010), Average internal rate of return and investment decisions, The Engineering Economist
    55(2).

    Parameters
    ----------
    paid, received
        Mean money paid in and received by quarter, both >= 0, (T+1,), any money unit.
    gain
        Certainty equivalent of value over cash, per dollar of the present value of what is paid; one or (groups,).
    cash_rate
        c, per year.

    Returns
    -------
    Per year, a float or (groups,). Minus one less c where nothing is left of the money; NaN where nothing is paid in,
    or where money comes back before it is paid in, so that none is ever at stake.
    """
    out, back = _discounted(paid, cash_rate, periods_per_year), _discounted(received, cash_rate, periods_per_year)
    gains = np.atleast_1d(np.asarray(gain, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.maximum(1.0 + gains, 0.0) * np.divide(out.sum(), back.sum())
    flows = (back * scale[:, None] if back.any() else np.zeros((len(gains), 1))) - out
    rate, _ = irr(flows, periods_per_year)
    lost = np.isfinite(gains) & (gains < 0.0) & ~(rate < ROUNDING)  # a root on the other side, or none
    excess = (1.0 + cash_rate) * np.where(np.isnan(gains), np.nan, np.where(lost, -1.0, rate))
    return float(excess[0]) if np.ndim(gain) == 0 else excess


def years_at_stake(
    paid: ArrayLike, received: ArrayLike, cash_rate: float, periods_per_year: float = QUARTERS_PER_YEAR
) -> float:
    """Return the years money is at stake: mean time of what comes back less that of what goes in.

    Both are weighted by present value at the rate of cash; NaN where one of them is nothing.
    """
    times = []
    for amounts in (received, paid):
        worth = _discounted(amounts, cash_rate, periods_per_year)
        years = np.arange(len(worth)) / periods_per_year
        times.append(float(worth @ years / worth.sum()) if worth.sum() > 0.0 else float("nan"))
    return times[0] - times[1]


def _discounted(amounts: ArrayLike, cash_rate: float, periods_per_year: float) -> FloatArray:
    values = np.asarray(amounts, dtype=np.float64)
    return np.asarray(values * (1.0 + cash_rate) ** (-np.arange(len(values)) / periods_per_year))
