"""The JSON contract of an evaluation: the object others script against."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.engine.estimate import PROBABILITIES
from models.engine.evaluate import Evaluation
from models.engine.measures import DebtMeasures, Measures, Quantiles
from models.engine.valuation import ENTRIES, AssetResult
from models.measures import risk
from models.scenario.cautions import cautions
from models.tables.classes import MARKET_SERIES, market_series

_NAMES = ("p05", "p50", "p95")
_ENTRY = (
    "npv_mean", "npv_mean_se", "cash_npv_mean", "cash_npv_mean_se", "probability_of_loss", "probability_of_loss_se",
    "probability_below_cash", "probability_below_cash_se", "probability_below_quarter", "probability_below_quarter_se",
    "cvar_95", "cvar_95_se", "irr_of_mean", "price", "capital", "certainty_equivalent", "certainty_equivalent_se",
    "certainty_equivalent_return", "certainty_equivalent_return_se", "years_at_stake", "irr", "moic", "payback_years",
    "irr_status",
)
_DEBT = (
    "default_probability", "default_probability_se", "loss_given_default", "expected_loss", "expected_loss_se",
    "wal_years", "advance_rate", "coupon", "min_dscr",
    "default_probability_lab_fails", "default_probability_lab_fails_se",
    "default_probability_lab_lasts", "default_probability_lab_lasts_se",
)


def evaluation_json(evaluation: Evaluation, link: str) -> dict[str, Any]:
    """Build the object that ``evaluate --json`` prints; plain Python values, NaN where undefined."""
    return {
        "model_version": evaluation.model_version,
        "scenario": evaluation.scenario.model_dump(mode="json"),
        "link": link,
        "paths": evaluation.paths,
        "seed": evaluation.scenario.run.seed,
        "no_shocks": evaluation.is_calm,
        "warnings": [caution.words for caution in cautions(evaluation.scenario)],
        "units": {
            "market": {name: unit for name, (_, unit) in MARKET_SERIES.items()},
            "assets": {key: f"USD per {result.asset.unit}" for key, result in evaluation.assets.items()},
        },
        "market": {name: _bands(market_series(evaluation, name)) for name in MARKET_SERIES},
        "ai_revenue_by_year": {
            "years": [str(year) for year in evaluation.revenue.years],
            **{name: _bands(paths) for name, paths in evaluation.revenue.series.items()},
            "sentence": evaluation.revenue.sentence,
        },
        "assets": {key: _asset(result) for key, result in evaluation.assets.items()},
        "variants": {key: _asset(result) for key, result in evaluation.variants.items()},
        "correlation": {"order": list(evaluation.assets), "rank": evaluation.correlation},
        "picks_and_shovels_ahead": {
            "probability": evaluation.lead_share[0],
            "standard_error": evaluation.lead_share[1],
            "mean": evaluation.lead_mean.value,
            "mean_standard_error": evaluation.lead_mean.error,
        },
    }


def _bands(paths: np.ndarray[Any, Any]) -> dict[str, Any]:
    values = np.asarray(risk.quantiles(paths.T, PROBABILITIES))
    return {name: values[:, i] for i, name in enumerate(_NAMES)}


def _asset(result: AssetResult) -> dict[str, Any]:
    debt = {} if result.debt is None else _told(result.debt, _DEBT)
    entries = {name: _told(result.entry(name), _ENTRY) | _reasons(result, name) for name in ENTRIES}
    return entries["fair"] | {"at_cost": entries["at_cost"] | debt} | debt


def _reasons(result: AssetResult, entry: str) -> dict[str, Any]:
    """Why a class is absent, or single figures are undefined; nothing where all is as usual."""
    absent, undefined = result.absent(entry), dict(result.entry(entry).undefined)
    if absent:
        return {"absent": absent}
    undefined |= {} if result.debt is None else result.debt.undefined
    return {"undefined": undefined} if undefined else {}


def _told(measures: Measures | DebtMeasures, names: tuple[str, ...]) -> dict[str, Any]:
    """Measures by name; quantiles and counts as mappings."""
    values = {name: getattr(measures, name) for name in names}
    return {name: dict(vars(x)) if isinstance(x, Quantiles) else x for name, x in values.items()}
