"""What a lender asks of a facility, each figure with its standard error: return, default, loss, life, coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.timeline import DELTA, Array
from models.engine.estimate import NOTHING, Estimate, Replicate, by_scramble, mean, ratio, share, tail
from models.measures import returns
from models.studies.facility import rating
from models.studies.facility.facility import FacilityResult
from models.studies.facility.rating import Band

FAN = (0.05, 0.25, 0.50, 0.75, 0.95)


@dataclass(frozen=True)
class LenderView:
    """Figures of the senior loan; rates per year, shares of what was lent, losses positive.

    ``yield_promised`` if every payment comes; ``irr`` of the mean flow; ``irr_low`` the 5% quantile over paths;
    ``loss_rate`` expected loss over average life; ``spread`` over the base rate as agreed (fees spread over the life
    included) and ``spread_after_loss``; ``wal`` years from closing in which a dollar lent is out and pays its spread.
    """

    yield_promised: float
    irr: Estimate
    irr_low: Estimate
    default_probability: Estimate
    loss_given_default: Estimate
    expected_loss: Estimate
    loss_rate: Estimate
    spread: float
    spread_after_loss: Estimate
    wal: Estimate
    min_dscr: Estimate
    by_loss: Band
    by_default: Band


def lender_view(result: FacilityResult) -> LenderView:
    """Measure a facility from the lender's side."""
    terms, loan, groups = result.terms, result.loan, result.replicate
    promised = _irr(result.promised)
    losses = loss_shares(result)["senior"]
    life, loss = average_life(result), mean(losses, groups)
    loss_rate = ratio(losses, _years_out(result), groups)
    base = float(terms.base[terms.first : terms.last + 1].mean()) if terms.base is not None else _base(result)
    spread = (4.0 * ((1.0 + promised) ** DELTA - 1.0)) - base if np.isfinite(promised) else float("nan")
    default = default_share(result)
    low = by_scramble(lambda part: np.quantile(part, 0.05), _irrs(result), groups)
    return LenderView(
        yield_promised=promised,
        irr=irr_of_mean(result.lender, groups),
        irr_low=NOTHING if result.size.why_nothing else low,
        default_probability=default,
        loss_given_default=ratio(loan.loss, loan.exposure, groups),
        expected_loss=loss,
        loss_rate=loss_rate,
        spread=spread,
        spread_after_loss=Estimate(spread - loss_rate.value, loss_rate.error),
        wal=life,
        min_dscr=middle(result.least_dscr, groups),
        by_loss=rating.by_loss(loss.value, loss.error, life.value),
        by_default=rating.by_default(default.value, default.error, life.value),
    )


def default_share(result: FacilityResult) -> Estimate:
    """Share of paths on which the loan defaults; undefined where nothing is lent."""
    return NOTHING if result.size.why_nothing else share(result.loan.is_defaulted, result.replicate)


def loss_shares(result: FacilityResult) -> dict[str, Array]:
    """Loss of each tranche on each path, share of what it paid in, (paths,), present value at its own rate.

    The senior's is loss at default discounted to closing; the mezzanine's what its receipts fall short of its draws at
    its coupon; the owner's what distributions fall short of money paid in, undiscounted.
    """
    terms, loan = result.terms, result.loan
    quarter = np.minimum(loan.default_quarter, result.quarters + 1).astype(float)
    funded = terms.principal if terms.principal > 0 else float("nan")
    senior = np.where(loan.is_defaulted, loan.loss * (1.0 + terms.rate_q) ** -quarter, 0.0) / funded
    paid = np.minimum(result.equity, 0.0).sum(axis=1)
    got = np.maximum(result.equity, 0.0).sum(axis=1)
    out = {"senior": senior}
    if terms.mezz_principal > 0.0:
        factors = (1.0 + terms.mezz_coupon * DELTA) ** -np.arange(result.quarters + 1.0)
        lent = -(np.minimum(loan.mezzanine, 0.0) @ factors)
        out["mezzanine"] = np.maximum(1.0 - (np.maximum(loan.mezzanine, 0.0) @ factors) / lent, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        out["equity"] = np.where(paid < 0.0, np.maximum(1.0 + got / paid, 0.0), 0.0)
    return out


def _lost(result: FacilityResult) -> dict[str, Array]:
    """Losses of the tranches that there are."""
    return {name: losses for name, losses in loss_shares(result).items() if not np.isnan(losses).all()}


def default_by_year(result: FacilityResult) -> pd.DataFrame:
    """Probability of default by year after closing: year, in the year, until its end, and the error of the latter."""
    last = -(-min(result.terms.last, result.quarters) // 4)
    rows = []
    before = 0.0
    for year in range(1, last + 1):
        so_far = share(result.loan.default_quarter <= 4 * year, result.replicate)
        rows.append((year, so_far.value - before, so_far.value, so_far.error))
        before = so_far.value
    return pd.DataFrame(rows, columns=["year", "in_year", "by_year", "by_year_se"])


def fan(result: FacilityResult, name: str) -> pd.DataFrame:
    """Quantiles by quarter of ``dscr``, ``llcr`` or ``ltv`` over paths on which the loan still lives.

    Columns quarter, year, p05, p25, p50, p75, p95, p50_se, alive (share of paths behind them).
    """
    series: Array = getattr(result, name)
    start = result.terms.first if name == "dscr" else 0
    rows = []
    for t in range(start, min(result.terms.last + (name == "dscr"), result.quarters + 1)):
        column = series[:, t]
        lives = column[~np.isnan(column)]
        if len(lives) == 0:
            continue
        error = middle(column, result.replicate).error
        rows.append((t, t * DELTA, *np.quantile(lives, FAN), error, len(lives) / len(column)))
    names = ["quarter", "year", *(f"p{round(100 * p):02d}" for p in FAN), "p50_se", "alive"]
    return pd.DataFrame(rows, columns=names)


def breaches(result: FacilityResult) -> pd.DataFrame:
    """Share of all paths on which a test fails in a quarter: quarter, year, test, probability, error."""
    terms, loan = result.terms, result.loan
    with np.errstate(invalid="ignore"):
        tests = {
            "lock-up": result.dscr < terms.lockup,
            "event of default": result.dscr < terms.event_of_default,
            "coverage below 1": result.dscr < 1.0,
            "loan above value": result.ltv > 1.0,
        }
    tests["in default"] = np.asarray(loan.default_quarter[:, None] <= np.arange(result.quarters + 1)[None, :])
    rows = []
    for name, fails in tests.items():
        for t in range(terms.first, min(terms.last, result.quarters) + 1):
            failing = share(fails[:, t], result.replicate)
            rows.append((t, t * DELTA, name, failing.value, failing.error))
    return pd.DataFrame(rows, columns=["quarter", "year", "test", "probability", "error"])


def tranche_losses(result: FacilityResult) -> pd.DataFrame:
    """Loss of each tranche: probability of any, mean, mean of the worst 5%, quantiles, each with its error."""
    rows = []
    for name, losses in _lost(result).items():
        groups = result.replicate
        figures = (share(losses > 1e-9, groups), mean(losses, groups), tail(losses, groups))
        rows.append((name, *(x for f in figures for x in (f.value, f.error)), *np.quantile(losses, (0.90, 0.95, 0.99))))
    return pd.DataFrame(rows, columns=[
        "tranche", "probability", "probability_se", "mean", "mean_se", "cvar_95", "cvar_95_se", "p90", "p95", "p99",
    ])


def loss_curve(result: FacilityResult, points: int = 50) -> pd.DataFrame:
    """Probability that a tranche loses more than a share of what it paid in: tranche, loss, probability."""
    at = np.linspace(0.0, 1.0, points + 1)
    rows = [
        (name, float(x), float((losses > max(x, 1e-9)).mean()))
        for name, losses in _lost(result).items() for x in at
    ]
    return pd.DataFrame(rows, columns=["tranche", "loss", "probability"])


def _irrs(result: FacilityResult) -> Array:
    rates, _ = returns.irr(result.lender)
    return np.where(np.isnan(rates), 0.0, rates)


def irr_of_mean(flows: Array, replicate: Replicate) -> Estimate:
    """Return per year of the mean flow of paths, (paths, quarters + 1)."""
    return by_scramble(lambda part: _irr(part.mean(axis=0)), flows, replicate, omit=True)


def _irr(flow: Array) -> float:
    rate, _ = returns.irr(flow[None, :])
    return float(rate[0])


def _base(result: FacilityResult) -> float:
    return result.scenario.rates.base_rate


def _years_out(result: FacilityResult) -> Array:
    """Years a dollar lent is out on each path, (paths,): its mean is the average life."""
    funded = result.terms.principal if result.terms.principal > 0.0 else np.nan
    return np.asarray(result.loan.balance.sum(axis=1) * DELTA / funded)


def average_life(result: FacilityResult) -> Estimate:
    """Mean years from closing in which a dollar of the loan is out, until it is repaid, recovered or lost."""
    return mean(_years_out(result), result.replicate)


def middle(values: Array, replicate: Replicate) -> Estimate:
    """Median of values (paths,) on the paths that have one."""
    known = by_scramble(lambda part: np.nanmedian(part) if np.isfinite(part).any() else np.nan, values, replicate,
                        omit=True)
    return NOTHING if np.isnan(values).all() else known
