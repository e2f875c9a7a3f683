"""Tidy tables of an evaluation. Units ride along in ``frame.attrs["units"]``: column -> unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.basis.timeline import DELTA, Array
from models.engine.estimate import PROBABILITIES, quantile
from models.engine.evaluate import Evaluation
from models.engine.summary import DEBT_METRICS, METRICS, classes, result_of, summary
from models.market.ai_revenue import ai_revenue, revenue_needed
from models.measures import risk

__all__ = [
    "DEBT_METRICS", "FAN", "FAN_COLUMNS", "MARKET_SERIES", "METRICS", "cash_flow_fan", "classes", "correlation", "fan",
    "fan_frame", "market_series", "result_of", "spread", "summary",
]

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
    "ai_revenue": ("AI revenue", "USD/year"),
    "ai_revenue_needed": ("AI revenue needed to pay the rents", "USD/year"),
}

def fan_frame(paths: Array, **index: NDArray[Any]) -> pd.DataFrame:
    """Quantiles of paths (paths, n) as columns, behind the columns of ``index`` (n,)."""
    values = np.asarray(risk.quantiles(paths.T, FAN))
    return pd.DataFrame(index | dict(zip(FAN_COLUMNS, values.T, strict=True)))


def spread(values: NDArray[Any], replicate: NDArray[np.int64]) -> tuple[float, float, float, float]:
    """5th, 50th and 95th percentile of values (paths,), and the standard error of the median."""
    low, middle, high = (float(x) for x in np.asarray(risk.quantiles(values, PROBABILITIES)))
    return low, middle, high, quantile(values, 0.5, replicate).error


def market_series(evaluation: Evaluation, name: str) -> Array:
    """Paths of a market series by its public name, (paths or 1, quarters + 1).

    Raises
    ------
    KeyError
        If the name is not one of ``MARKET_SERIES``.
    """
    market = evaluation.market
    if name in ("ai_revenue", "ai_revenue_needed"):
        line = ai_revenue if name == "ai_revenue" else revenue_needed
        return line(evaluation.scenario.ai_revenue, market)
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
    paths = market_series(evaluation, name)
    quarter = np.arange(paths.shape[1])
    frame = fan_frame(paths, quarter=quarter, year=quarter * DELTA)
    label, unit = MARKET_SERIES[name]
    frame.attrs = {"label": label, "units": dict.fromkeys(FAN_COLUMNS, unit) | {"year": "years from today"}}
    return frame


def cash_flow_fan(evaluation: Evaluation, key: str, entry: str = "fair") -> pd.DataFrame:
    """Net cash flow of a class by year, share of committed capital: year, p05, p25, p50, p75, p95, mean."""
    result = result_of(evaluation, key)
    premium = result.entry(entry).price - result.claim.capital
    net = result.claim.flows.with_entry(premium).net / result.entry(entry).capital
    yearly = np.column_stack([net[:, 0], *(net[:, a : a + 4].sum(axis=1) for a in range(1, net.shape[1], 4))])
    frame = fan_frame(yearly, year=np.arange(yearly.shape[1]))
    frame["mean"] = yearly.mean(axis=0)
    frame.attrs["units"] = dict.fromkeys((*FAN_COLUMNS, "mean"), "share of capital")
    return frame


def correlation(evaluation: Evaluation) -> pd.DataFrame:
    """Rank correlation of value over cash between the classes, square, labeled by key."""
    keys = list(evaluation.assets)
    return pd.DataFrame(evaluation.correlation, index=keys, columns=keys)
