"""What a lender asks of a facility, each figure with its standard error: return, default, loss, life, coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.timeline import DELTA, Array
from models.measures import returns, risk
from models.measures.standard_errors import replicate_standard_error
from models.studies.facility import rating
from models.studies.facility.facility import FacilityResult
from models.studies.facility.rating import Band

FAN = (0.05, 0.25, 0.50, 0.75, 0.95)
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure of the simulation and its standard error (NaN where too few paths defaulted or none is random)."""

    value: float
    error: float


@dataclass(frozen=True)
class LenderView:
    """Figures of the senior loan; rates per year, shares of what was lent, losses positive.

    ``yield_promised`` if every payment comes; ``irr`` of the mean flow; ``irr_low`` the 5% quantile over paths;
    ``loss_rate`` expected loss over average life; ``spread`` over the base rate as agreed (fees spread over the life
    included) and ``spread_after_loss``; ``wal`` from the start of service, ``wal_closing`` from closing, years.
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
    wal_closing: Estimate
    min_dscr: Estimate
    by_loss: Band
    by_default: Band


def lender_view(result: FacilityResult) -> LenderView:
    """Measure a facility from the lender's side."""
    terms, loan, groups = result.terms, result.loan, result.replicate
    promised = _irr(result.promised)
    losses = loss_shares(result)["senior"]
    life = _life(result, terms.first - 1)
    loss, life_value = _mean(losses, result), life.value
    loss_rate = _ratio(losses, _life_weights(result), result)
    base = float(terms.base[terms.first : terms.last + 1].mean()) if terms.base is not None else _base(result)
    spread = (4.0 * ((1.0 + promised) ** DELTA - 1.0)) - base if np.isfinite(promised) else float("nan")
    default = _mean(loan.is_defaulted.astype(float), result)
    low = replicate_standard_error(lambda part: np.quantile(part, 0.05), _irrs(result), groups)
    return LenderView(
        yield_promised=promised,
        irr=_irr_of_mean(result),
        irr_low=Estimate(float(np.quantile(_irrs(result), 0.05)), float(low)),
        default_probability=default,
        loss_given_default=_ratio(loan.loss, loan.exposure, result),
        expected_loss=loss,
        loss_rate=loss_rate,
        spread=spread,
        spread_after_loss=Estimate(spread - loss_rate.value, loss_rate.error),
        wal=life,
        wal_closing=_life(result, 0),
        min_dscr=_median(min_dscr(result), result),
        by_loss=rating.by_loss(loss.value, loss.error, life_value),
        by_default=rating.by_default(default.value, default.error, life_value),
    )


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


def min_dscr(result: FacilityResult) -> Array:
    """Least coverage of each path, (paths,), NaN where there was no service."""
    found = result.dscr[:, result.terms.first : result.terms.last + 1]
    least = np.where(np.isnan(found), np.inf, found).min(axis=1, initial=np.inf)
    return np.where(np.isinf(least), np.nan, least)


def default_by_year(result: FacilityResult) -> pd.DataFrame:
    """Probability of default by year after closing: year, in the year, until its end, and the error of the latter."""
    last = -(-min(result.terms.last, result.quarters) // 4)
    rows = []
    before = 0.0
    for year in range(1, last + 1):
        so_far = _mean((result.loan.default_quarter <= 4 * year).astype(float), result)
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
        error = _error(lambda part: np.nanmedian(part) if np.isfinite(part).any() else np.nan, column, result)
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
            share = _mean(fails[:, t].astype(float), result)
            rows.append((t, t * DELTA, name, share.value, share.error))
    return pd.DataFrame(rows, columns=["quarter", "year", "test", "probability", "error"])


def tranche_losses(result: FacilityResult) -> pd.DataFrame:
    """Loss of each tranche: probability of any, mean, mean of the worst 5%, quantiles, each with its error."""
    rows = []
    for name, losses in loss_shares(result).items():
        hit = _mean((losses > 1e-9).astype(float), result)
        mean = _mean(losses, result)
        tail = Estimate(risk.cvar(losses, CONFIDENCE), risk.cvar_standard_error(losses, CONFIDENCE, result.replicate))
        rows.append((name, hit.value, hit.error, mean.value, mean.error, tail.value, tail.error,
                     *np.quantile(losses, (0.90, 0.95, 0.99))))
    return pd.DataFrame(rows, columns=[
        "tranche", "probability", "probability_se", "mean", "mean_se", "cvar_95", "cvar_95_se", "p90", "p95", "p99",
    ])


def loss_curve(result: FacilityResult, points: int = 50) -> pd.DataFrame:
    """Probability that a tranche loses more than a share of what it paid in: tranche, loss, probability."""
    at = np.linspace(0.0, 1.0, points + 1)
    rows = [
        (name, float(x), float((losses > max(x, 1e-9)).mean()))
        for name, losses in loss_shares(result).items() for x in at
    ]
    return pd.DataFrame(rows, columns=["tranche", "loss", "probability"])


def _irrs(result: FacilityResult) -> Array:
    rates, _ = returns.irr(result.lender)
    return np.where(np.isnan(rates), 0.0, rates)


def _irr_of_mean(result: FacilityResult) -> Estimate:
    error = _error(lambda part: _irr(part.mean(axis=0)), result.lender, result)
    return Estimate(_irr(result.lender.mean(axis=0)), error)


def _irr(flow: Array) -> float:
    rate, _ = returns.irr(flow[None, :])
    return float(rate[0])


def _base(result: FacilityResult) -> float:
    return result.scenario.rates.base_rate


def _life_weights(result: FacilityResult) -> Array:
    """Years times share of the principal paid back on a path, (paths,): its mean over paths is the average life."""
    paid = result.loan.principal + result.loan.prepaid
    when = np.maximum(np.arange(result.quarters + 1) - (result.terms.first - 1), 0) * DELTA
    total = float(paid.sum(axis=1).mean())
    return np.asarray((paid @ when) / total if total > 0 else np.full(result.paths, np.nan))


def _life(result: FacilityResult, start: int) -> Estimate:
    paid = result.loan.principal + result.loan.prepaid
    when = np.maximum(np.arange(result.quarters + 1) - start, 0) * DELTA
    return _ratio(paid @ when, paid.sum(axis=1), result)


def _mean(values: Array, result: FacilityResult) -> Estimate:
    return Estimate(float(values.mean()), float(risk.mean_standard_error(values, result.replicate)))


def _median(values: Array, result: FacilityResult) -> Estimate:
    if np.isnan(values).all():
        return Estimate(float("nan"), float("nan"))
    return Estimate(float(np.nanmedian(values)), _error(lambda part: np.nanmedian(part), values, result))


def _ratio(top: Array, bottom: Array, result: FacilityResult) -> Estimate:
    """Sum over sum, and its error from the scrambles."""
    def share(part: Array) -> float:
        total = float(part[:, 1].sum())
        return float(part[:, 0].sum()) / total if total > 0 else float("nan")

    both = np.stack([top, bottom], axis=1)
    return Estimate(share(both), _error(share, both, result))


def _error(statistic: Callable[[Array], float], values: Array, result: FacilityResult) -> float:
    """Standard error from the independent scrambles; those without a value are left out, NaN if fewer than two."""
    each = np.array([statistic(values[result.replicate == group]) for group in np.unique(result.replicate)])
    each = each[np.isfinite(each)]
    return float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else float("nan")
