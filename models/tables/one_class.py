"""Tables of one asset class: its money by line and year, what it earns on, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.claims.asset_class import Fact
from models.engine.estimate import share
from models.engine.evaluate import Evaluation
from models.tables.classes import FAN, FAN_COLUMNS, result_of, spread

COMPANY_PRICE, PREMIUM = "price of the company", "price beyond cost"
BALANCED_BY = "investor"
"""Ledger line that is the flow itself, with its sign turned."""


def cash_lines(evaluation: Evaluation, key: str, entry: str = "fair") -> pd.DataFrame:
    """Mean cash flow by year and line, share of committed capital: year, line, value. Lines add up to the mean flow.

    Parameters
    ----------
    key : str
        Class or close variant.
    entry : {"fair", "at_cost"}
        The premium or price of this entry is a line of its own at closing.
    """
    result = result_of(evaluation, key)
    measures = result.entry(entry)
    premium = measures.price - result.claim.capital
    lines = {name: _by_year(line) for name, line in _lines(evaluation, key).items()}
    years = len(next(iter(lines.values())))
    paid = np.zeros(years)
    paid[0] = -premium
    lines = {COMPANY_PRICE if result.asset.at_market else PREMIUM: paid} | lines
    rows = [
        (year, name, float(values[year]) / measures.capital)
        for name, values in lines.items() if np.abs(values).max() > 1e-9 * measures.capital
        for year in range(years)
    ]
    frame = pd.DataFrame(rows, columns=["year", "line", "value"])
    frame.attrs["units"] = {"year": "years from closing", "value": "share of capital"}
    return frame


def _by_year(line: Array) -> Array:
    mean = line.mean(axis=0)
    return np.array([mean[0], *(mean[a : a + 4].sum() for a in range(1, len(mean), 4))])


def _lines(evaluation: Evaluation, key: str) -> Mapping[str, Array]:
    """Signed lines whose sum is the claim's own flow, each (paths or 1, quarters + 1), USD."""
    flows = result_of(evaluation, key).claim.flows
    if key == "gpu_debt":
        return _lender_lines(evaluation)
    lines = {name: line for name, line in flows.ledger.items() if name != BALANCED_BY}
    return lines or {"equity paid in": flows.contrib, "distributions": flows.distrib}


def _lender_lines(evaluation: Evaluation) -> Mapping[str, Array]:
    loan, subsidy = evaluation.claims.loan, result_of(evaluation, "gpu_debt").claim.flows.extras["interest_subsidy"]
    assert loan is not None
    flow = loan.lender + subsidy
    drawn = np.minimum(flow, 0.0)
    known = loan.interest + loan.recovery + loan.guarantee + subsidy
    return {
        "loan drawn": drawn, "interest": loan.interest, "principal": flow - drawn - known,
        "recovery after default": loan.recovery, "guarantee": loan.guarantee, "interest paid by a program": subsidy,
    }


def operating_fan(evaluation: Evaluation, key: str, name: str) -> pd.DataFrame:
    """Quantiles of what a class earns on: quarter, p05, p25, p50, p75, p95, reference (NaN where there is none).

    Quarters in which the quantity exists on no path are left out.
    """
    series = result_of(evaluation, key).asset.series[name]
    paths = np.asarray(series.paths(evaluation), dtype=np.float64)
    exists = ~np.isnan(paths).all(axis=0)
    quarters = np.flatnonzero(exists)
    frame = pd.DataFrame(np.nanquantile(paths[:, exists], FAN, axis=0).T, columns=list(FAN_COLUMNS))
    frame.insert(0, "quarter", quarters)
    frame["reference"] = np.nan
    if series.reference is not None:
        frame["reference"] = np.asarray(series.reference(evaluation), dtype=np.float64).mean(axis=0)[quarters]
    frame.attrs = {"label": series.label, "units": dict.fromkeys((*FAN_COLUMNS, "reference"), series.unit)}
    return frame


def events(evaluation: Evaluation, key: str) -> pd.DataFrame:
    """Share of futures in which something has happened by each quarter: quarter, event, share; may be empty."""
    rows = [
        (quarter, name, float(share))
        for name, happened in result_of(evaluation, key).asset.events.items()
        for quarter, share in enumerate(np.asarray(happened(evaluation)).mean(axis=0))
    ]
    frame = pd.DataFrame(rows, columns=["quarter", "event", "share"])
    frame.attrs["units"] = {"share": "share of futures"}
    return frame


def facts(evaluation: Evaluation, key: str) -> pd.DataFrame:
    """Single figures of a class: label, p05, p50, p95, p50_se, unit, about.

    The outer two are NaN for one number, the error for terms known at closing.
    """
    known = result_of(evaluation, key).asset.facts
    rows = [(fact.label, *_figure(evaluation, key, fact), fact.unit, fact.about) for fact in known]
    return pd.DataFrame(rows, columns=["label", "p05", "p50", "p95", "p50_se", "unit", "about"])


def _figure(evaluation: Evaluation, key: str, fact: Fact) -> tuple[float, float, float, float]:
    nothing = float("nan")
    if isinstance(fact.value, str):
        debt = result_of(evaluation, key).debt
        return nothing, getattr(debt, fact.value), nothing, getattr(debt, f"{fact.value}_se", nothing)
    value = fact.value(evaluation)
    if isinstance(value, float):
        return nothing, value, nothing, nothing
    if value.dtype == bool:
        part = share(value, evaluation.replicate)
        return nothing, part.value, nothing, part.error
    return spread(value, evaluation.replicate)
