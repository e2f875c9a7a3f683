"""The JSON contract of an evaluation: the object others script against."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.engine.estimate import PROBABILITIES
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult, DebtMeasures, Measures, Quantiles
from models.measures import risk
from models.tables.classes import MARKET_SERIES, market_series

_NAMES = ("p05", "p50", "p95")


def evaluation_json(evaluation: Evaluation, link: str) -> dict[str, Any]:
    """Build the object that ``evaluate --json`` prints; plain Python values, NaN where undefined."""
    return {
        "model_version": evaluation.model_version,
        "scenario": evaluation.scenario.model_dump(mode="json"),
        "link": link,
        "paths": evaluation.paths,
        "seed": evaluation.scenario.run.seed,
        "no_shocks": evaluation.is_calm,
        "units": {
            "market": {name: unit for name, (_, unit) in MARKET_SERIES.items()},
            "assets": {key: f"USD per {result.asset.unit}" for key, result in evaluation.assets.items()},
        },
        "market": {name: _bands(market_series(evaluation, name)) for name in MARKET_SERIES},
        "assets": {key: _asset(result) for key, result in evaluation.assets.items()},
        "variants": {key: _asset(result) for key, result in evaluation.variants.items()},
        "correlation": {"order": list(evaluation.assets), "rank": evaluation.correlation},
        "picks_and_shovels_ahead": {
            "probability": evaluation.lead_share[0],
            "standard_error": evaluation.lead_share[1],
        },
    }


def _bands(paths: np.ndarray[Any, Any]) -> dict[str, Any]:
    values = np.asarray(risk.quantiles(paths.T, PROBABILITIES))
    return {name: values[:, i] for i, name in enumerate(_NAMES)}


def _asset(result: AssetResult) -> dict[str, Any]:
    out = _entry(result.fair)
    out["at_cost"] = _entry(result.at_cost)
    if result.debt is not None:
        out |= _debt(result.debt)
        out["at_cost"] |= _debt(result.debt)
    return out


def _entry(measures: Measures) -> dict[str, Any]:
    names = (
        "npv_mean",
        "npv_mean_se",
        "cash_npv_mean",
        "cash_npv_mean_se",
        "probability_of_loss",
        "probability_of_loss_se",
        "probability_below_cash",
        "probability_below_cash_se",
        "cvar_95",
        "cvar_95_se",
        "irr_of_mean",
        "price",
        "capital",
        "certainty_equivalent",
    )
    out: dict[str, Any] = {name: getattr(measures, name) for name in names}
    for name in ("irr", "moic", "payback_years"):
        out[name] = _quantiles(getattr(measures, name))
    out["irr_status"] = dict(measures.irr_status)
    return out


def _debt(debt: DebtMeasures) -> dict[str, Any]:
    names = (
        "default_probability", "default_probability_se", "loss_given_default", "expected_loss", "expected_loss_se",
        "wal_years", "advance_rate", "coupon",
    )
    return {name: getattr(debt, name) for name in names} | {"min_dscr": _quantiles(debt.min_dscr)}


def _quantiles(q: Quantiles) -> dict[str, float]:
    return {name: getattr(q, name) for name in (*_NAMES, *(f"{n}_se" for n in _NAMES))}
