"""The whole fleet in dollars: results of one H100e times the number that is bought."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.assets.gpu_fleet import chip as chips
from models.assets.gpu_fleet.fleet import fleet_terms
from models.basis.timeline import Array
from models.claims.fleet_run import fleet_plan
from models.engine.evaluate import Evaluation
from models.measures import risk
from models.tables.classes import spread

HOURS_Y = 8_760.0
COLUMNS = ("label", "p05", "p50", "p95", "p50_se", "unit", "about")


def fleet_totals(evaluation: Evaluation, entry: str = "fair") -> pd.DataFrame:
    """Totals of the scenario's fleet.

    Parameters
    ----------
    entry : {"fair", "at_cost"}
        What is paid.

    Returns
    -------
    DataFrame
        label, p05, p50, p95, p50_se, unit, about. The outer two are NaN for one number, the error where nothing is
        drawn; a row of a mean holds it under p50.
    """
    scenario, result = evaluation.scenario, evaluation.assets["gpu_fleet"]
    terms = fleet_terms(
        scenario.gpu_fleet, scenario.offtaker, scenario.hardware, evaluation.market, fleet_plan(scenario)
    )
    count, measures = chips.units(scenario.chip, scenario.cluster), result.entry(entry)
    drawn = count * terms.it_kw / 1_000.0
    rows = [
        _known("GPUs", float(scenario.cluster.gpus), "GPUs", "Number of GPUs bought."),
        _known("Compute", count, "H100e", "GPUs times the performance of one, in H100-equivalents."),
        _known("Hardware bill", count * terms.cost, "USD", "What chips, servers, network and storage cost."),
        _known("Entry price", count * measures.price, "USD", "All that is paid at closing, with the premium."),
        _known("IT power", drawn, "MW", "Power of the machines, before cooling and losses."),
        _known("Grid power", drawn * scenario.gpu_fleet.facility_overhead, "MW", "Power drawn at the meter."),
        _known("Running cost", count * terms.cash_cost * HOURS_Y, "USD a year", "Space, power, staff and spares."),
        _drawn("First-year revenue", count * _first_year(evaluation, terms.first), evaluation, "USD",
               "Rent of the first four quarters after the ramp."),
        ("Value at the hurdle", np.nan, count * measures.npv_mean, np.nan, count * measures.npv_mean_se, "USD",
         "Mean net present value at the required return; zero is fairly paid."),
        ("Worst 5%", np.nan, count * measures.cvar_95 * measures.capital, np.nan,
         count * measures.cvar_95_se * measures.capital, "USD",
         "Mean loss of value at the common funding rate in the worst 5% of futures; a positive number is a loss."),
    ]
    return pd.DataFrame([*rows, *_options(evaluation, count)], columns=list(COLUMNS))


def _known(label: str, value: float, unit: str, about: str) -> tuple[str, float, float, float, float, str, str]:
    return label, np.nan, value, np.nan, np.nan, unit, about


def _drawn(
    label: str, values: Array, evaluation: Evaluation, unit: str, about: str
) -> tuple[str, float, float, float, float, str, str]:
    return label, *spread(values, evaluation.replicate[: len(values)]), unit, about  # a run may keep only some paths


def _first_year(evaluation: Evaluation, first: int) -> Array:
    revenue = evaluation.assets["gpu_fleet"].claim.flows.extras["revenue"]
    return np.asarray(revenue[:, first : first + 4].sum(axis=1))


def _options(evaluation: Evaluation, count: float) -> list[tuple[str, float, float, float, float, str, str]]:
    """Rows that exist only where an option is on."""
    scenario, extras = evaluation.scenario, evaluation.assets["gpu_fleet"].claim.flows.extras
    rows = []
    if scenario.fleet_stages.is_on and scenario.fleet_stages.end == "sold":
        last = int(extras["last"][0])
        sold = extras["scrapped_at"] > last
        if sold.any() and last < extras["sale"].shape[1]:
            rows.append(_drawn("Sold on for", count * extras["sale"][:, last], evaluation, "USD",
                               "What the fleet fetches when its resale stage begins; nothing where it was scrapped."))
    if "guarantee" in extras:
        paid, alive = extras["guarantee"].sum(axis=1), extras["vendor_alive"]
        due = min(int(extras["settled"][0]), alive.shape[1] - 1)
        failed = 1.0 - alive[:, due].astype(float)
        rows.append(("Paid by the vendor", np.nan, count * float(paid.mean()), np.nan,
                     count * float(risk.mean_standard_error(paid, evaluation.replicate[: len(paid)])), "USD",
                     "Mean settlement of the guarantee of the residual."))
        rows.append(("Vendor failed by then", np.nan, float(failed.mean()), np.nan,
                     float(risk.mean_standard_error(failed, evaluation.replicate[: len(failed)])), "share",
                     "Share of futures in which the vendor has defaulted when its guarantee is settled."))
    if "tax" in extras:
        tax = extras["tax"].sum(axis=1)
        rows.append(_drawn("Tax over the life", count * tax, evaluation, "USD", "All tax paid, not discounted."))
    return rows
