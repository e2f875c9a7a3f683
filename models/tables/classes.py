"""Tidy tables of an evaluation. Units ride along in ``frame.attrs["units"]``: column -> unit."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from models.basis.timeline import DELTA, Array
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult, Measures, Quantiles
from models.measures import risk

FAN = (0.05, 0.25, 0.50, 0.75, 0.95)
FAN_COLUMNS = ("p05", "p25", "p50", "p75", "p95")

MARKET_SERIES: dict[str, tuple[str, str]] = {
    "price": ("Rental price", "USD/h"),
    "price_global": ("Rental price, world", "USD/h"),
    "price_long_run": ("Long-run rental price", "USD/h"),
    "utilization": ("Utilization", "share"),
    "overcapacity": ("Surplus capacity", "share"),
    "capacity": ("Capacity", "H100e"),
    "demand": ("Demand at the long-run price", "H100e"),
    "additions": ("Gross additions", "H100e per quarter"),
}

METRICS: dict[str, tuple[str, str]] = {
    "irr": ("IRR", "per year"),
    "npv_mean": ("Mean NPV at the hurdle", "USD"),
    "cash_npv_mean": ("Mean NPV at the common rate", "USD"),
    "moic": ("Multiple of money", "x"),
    "payback_years": ("Payback", "years"),
    "probability_of_loss": ("Chance of losing money", "share"),
    "probability_below_cash": ("Chance of earning less than cash", "share"),
    "cvar_95": ("Loss in the worst 5% of futures", "share of capital"),
    "certainty_equivalent": ("Sure gain worth the same", "share of capital"),
    "irr_of_mean": ("IRR of the mean cash flow", "per year"),
    "price": ("Entry price", "USD"),
    "capital": ("Committed capital", "USD"),
}

DEBT_METRICS: dict[str, tuple[str, str]] = {
    "default_probability": ("Default probability", "share"),
    "loss_given_default": ("Loss given default", "share of exposure"),
    "expected_loss": ("Expected loss", "share of funding"),
    "wal_years": ("Weighted average life", "years"),
    "min_dscr": ("Least debt service coverage", "x"),
    "advance_rate": ("Advance rate", "share of cost"),
    "coupon": ("Coupon", "per year"),
}


def result_of(evaluation: Evaluation, key: str) -> AssetResult:
    """Result of a class or of a close variant.

    Raises
    ------
    KeyError
        If there is none of this key.
    """
    return (dict(evaluation.assets) | dict(evaluation.variants))[key]


def market_series(evaluation: Evaluation, name: str) -> Array:
    """Paths of a market series by its public name, (paths or 1, quarters + 1).

    Raises
    ------
    KeyError
        If the name is not one of ``MARKET_SERIES``.
    """
    market = evaluation.market
    return {
        "price": market.price,
        "price_global": market.world.price,
        "price_long_run": market.curves.price[None, : market.quarters + 1],
        "utilization": market.utilization,
        "overcapacity": market.surplus,
        "capacity": market.world.stock,
        "demand": market.world.demand,
        "additions": market.world.additions,
    }[name]


def fan(evaluation: Evaluation, name: str) -> pd.DataFrame:
    """Quantiles of a market series by quarter: quarter, year, p05, p25, p50, p75, p95."""
    values = np.asarray(risk.quantiles(market_series(evaluation, name).T, FAN))
    quarter = np.arange(len(values))
    frame = pd.DataFrame(values, columns=list(FAN_COLUMNS))
    frame.insert(0, "quarter", quarter)
    frame.insert(1, "year", quarter * DELTA)
    label, unit = MARKET_SERIES[name]
    frame.attrs = {"label": label, "units": dict.fromkeys(FAN_COLUMNS, unit) | {"year": "years from today"}}
    return frame


def classes(evaluation: Evaluation, entry: str = "fair", *, variants: bool = False) -> pd.DataFrame:
    """One row a class: asset, label, family, unit, then every metric (irr_p05 ... cvar_95_se, debt metrics).

    Parameters
    ----------
    entry : {"fair", "at_cost"}
    variants : bool
        Whether close variants follow the six classes.
    """
    results = dict(evaluation.assets) | (dict(evaluation.variants) if variants else {})
    rows = []
    for key, result in results.items():
        row: dict[str, object] = {
            "asset": key, "label": result.asset.label, "family": result.asset.family, "unit": result.asset.unit,
            "entry": entry, "reward_for_risk": result.entry(entry).reward_for_risk,
            "entry_gap": result.at_cost.price - result.fair.price,
        }
        row |= _flat(result.entry(entry))
        if result.debt is not None:
            row |= _flat(result.debt)
        rows.append(row)
    frame = pd.DataFrame(rows)
    frame.attrs["units"] = {
        column: unit
        for name, (_, unit) in (METRICS | DEBT_METRICS).items()
        for column in frame.columns
        if column.startswith(name)
    }
    return frame


def summary(evaluation: Evaluation) -> pd.DataFrame:
    """Tidy: asset, entry, metric, value, standard_error, unit; quantiles as irr_p05, irr_p50, irr_p95."""
    rows = []
    for entry in ("fair", "at_cost"):
        table = classes(evaluation, entry, variants=True)
        for record in table.to_dict("records"):
            for name, value in record.items():
                unit = table.attrs["units"].get(name)
                if unit is None or str(name).endswith("_se") or _is_missing(value):
                    continue
                error = record.get(f"{name}_se", np.nan)
                rows.append((record["asset"], entry, name, value, error, unit))
    return pd.DataFrame(rows, columns=["asset", "entry", "metric", "value", "standard_error", "unit"])


def cash_flow_fan(evaluation: Evaluation, key: str, entry: str = "fair") -> pd.DataFrame:
    """Net cash flow of a class by year, share of committed capital: year, p05, p25, p50, p75, p95, mean."""
    result = result_of(evaluation, key)
    premium = result.entry(entry).price - result.claim.capital
    net = result.claim.flows.with_entry(premium).net / result.entry(entry).capital
    yearly = np.column_stack([net[:, 0], *(net[:, a : a + 4].sum(axis=1) for a in range(1, net.shape[1], 4))])
    frame = pd.DataFrame(np.asarray(risk.quantiles(yearly.T, FAN)), columns=list(FAN_COLUMNS))
    frame.insert(0, "year", np.arange(yearly.shape[1]))
    frame["mean"] = yearly.mean(axis=0)
    frame.attrs["units"] = dict.fromkeys((*FAN_COLUMNS, "mean"), "share of capital")
    return frame


def correlation(evaluation: Evaluation) -> pd.DataFrame:
    """Rank correlation of value over cash between the classes, square, labeled by key."""
    keys = list(evaluation.assets)
    return pd.DataFrame(evaluation.correlation, index=keys, columns=keys)


def _flat(record: Measures | object) -> dict[str, object]:
    """Fields of a measures record as flat columns; quantiles become name_p05, name_p05_se and so on."""
    out: dict[str, object] = {}
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if isinstance(value, Quantiles):
            for part in fields(value):
                out[f"{field.name}_{part.name}"] = getattr(value, part.name)
        elif not isinstance(value, dict):
            out[field.name] = value
    return out


def _is_missing(value: object) -> bool:
    return isinstance(value, float) and np.isnan(value)
