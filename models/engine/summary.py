"""The public summary of an evaluation: every class at both entries, each measure with its standard error and unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.engine.measures import Measures, Quantiles
from models.engine.revenue import HEADLINE_YEAR
from models.engine.valuation import AssetResult

if TYPE_CHECKING:
    from models.engine.evaluate import Evaluation

METRICS: dict[str, tuple[str, str]] = {
    "irr": ("IRR", "per year"),
    "npv_mean": ("Mean NPV at the hurdle", "USD"),
    "cash_npv_mean": ("Mean NPV at the common rate", "USD"),
    "moic": ("Multiple of money", "x"),
    "payback_years": ("Payback", "years"),
    "probability_of_loss": ("Chance of losing money", "share"),
    "probability_below_cash": ("Chance of earning less than cash", "share"),
    "probability_below_quarter": ("Chance of getting less than a quarter back", "share"),
    "cvar_95": ("Loss in the worst 5% of futures", "share of capital"),
    "certainty_equivalent": ("Sure gain worth the same", "share of capital"),
    "certainty_equivalent_return": ("Sure return a year over cash", "per year"),
    "years_at_stake": ("Time the money is at stake", "years"),
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
    "default_probability_lab_fails": ("Defaults where the lab fails", "share"),
    "default_probability_lab_lasts": ("Defaults where it does not", "share"),
}


def result_of(evaluation: Evaluation, key: str) -> AssetResult:
    """Result of a class or of a close variant.

    Raises
    ------
    KeyError
        If there is none of this key.
    """
    return (dict(evaluation.assets) | dict(evaluation.variants))[key]


def classes(
    evaluation: Evaluation, entry: str = "fair", *, variants: bool = False, keys: Sequence[str] = ()
) -> pd.DataFrame:
    """One row a class: asset, label, family, unit, then every metric (irr_p05 ... cvar_95_se, debt metrics).

    Parameters
    ----------
    entry : {"fair", "at_cost"}
    variants : bool
        Whether close variants follow the six classes.
    keys : sequence of str
        Classes and variants to list instead; one without an investment at this entry has a row of its price and NaN.
    """
    results = dict(evaluation.assets) | (dict(evaluation.variants) if variants else {})
    results = {key: result for key, result in results.items() if not result.absent(entry)}
    if keys:
        results = {key: result_of(evaluation, key) for key in keys}
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
    """Tidy: asset, entry, metric, value, standard_error, unit; quantiles as irr_p05, irr_p50, irr_p95.

    A class without an investment at an entry has no rows there, and an undefined figure has none. Rows of the asset
    ``market`` tell AI revenue needed, expected, and the share of the rents it covers in the year of the headline.
    """
    rows = []
    for entry in ("fair", "at_cost"):
        table = classes(evaluation, entry, variants=True)
        units = table.attrs.pop("units")  # pandas copies them for every row it hands out
        for record in table.to_dict("records"):
            for name, value in record.items():
                unit = units.get(name)
                if unit is None or str(name).endswith("_se") or value != value:
                    continue
                error = record.get(f"{name}_se", np.nan)
                rows.append((record["asset"], entry, name, value, error, unit))
    rows += _revenue(evaluation)
    return pd.DataFrame(rows, columns=["asset", "entry", "metric", "value", "standard_error", "unit"])


def _revenue(evaluation: Evaluation) -> list[tuple[str, str, str, float, float, str]]:
    """AI revenue against what rents ask for in the year of the headline, as rows of the summary."""
    rows = []
    for name in evaluation.revenue.series:
        found, unit = evaluation.revenue.at(name, HEADLINE_YEAR), "share" if name == "covered" else "USD/year"
        for part in ("p05", "p50", "p95"):
            metric = f"ai_revenue_{name}_{HEADLINE_YEAR}_{part}"
            rows.append(("market", "world", metric, getattr(found, part), getattr(found, f"{part}_se"), unit))
    return rows


def _flat(record: Measures | object) -> dict[str, object]:
    """Fields of a measures record as flat columns; quantiles become name_p05, name_p05_se and so on."""
    out: dict[str, object] = {}
    for field in fields(record):  # type: ignore[arg-type]
        value = getattr(record, field.name)
        if isinstance(value, Quantiles):
            for part in fields(value):
                out[f"{field.name}_{part.name}"] = getattr(value, part.name)
        elif not isinstance(value, Mapping):
            out[field.name] = value
    return out
