"""Corporate tax, one switch for all classes; off, every figure is before tax (model 0).

Losses are carried forward without interest, or used at once against other income of the owner. Hurdles, used values
and the market's long-run price stay as they are: buyers on the market are not assumed to share one owner's tax.
The supplier keeps the 16% inside its reported earnings whatever the switch says (model 3.iv).
"""

from __future__ import annotations

import numpy as np

from models.basis.assumption import Assumptions, assumption, choice, switch
from models.basis.timeline import Array

SCHEDULES = {
    "straight": "equal parts over the tax life", "macrs": "US five-year class (MACRS)",
    "expensed": "all in the first quarter of use",
}
LOSSES = {"carried": "carried forward", "shared": "used at once against the owner's other income"}
MACRS_5 = (0.20, 0.32, 0.192, 0.1152, 0.1152, 0.0576)
"""Shares by year of the five-year class with the half-year convention (IRS publication 946, table A-1)."""

CREDIT_CUTS_BASIS = 0.5
"""Half of an investment tax credit is taken off the basis (model 2)."""


class Tax(Assumptions):
    """Tax on fleets, data centers, loans' cash flow, developers and clouds."""

    is_on: bool = switch(
        False, label="Corporate tax", source="judgment", symbol="tax",
        help="Whether profits are taxed; off, every class is shown before tax.",
    )
    rate: float = assumption(
        0.25, unit="share", low=0.0, high=0.4, step=0.01, symbol="τ_c",
        label="Corporate tax rate", source="judgment", help="Share of taxable profit that is paid.",
    )
    schedule: str = choice(
        "macrs", options=SCHEDULES, label="Depreciation of machines for tax", source="judgment", symbol="schedule",
        help="How the cost of machines is deducted; the faster, the later tax is due.",
    )
    machine_years: float = assumption(
        5.0, unit="years", low=2.0, high=8.0, step=0.5, symbol="N_tax",
        label="Tax life of machines", source="cloud_economics-030",
        help="Years over which machines are deducted in equal parts, where that schedule is chosen.",
    )
    building_years: float = assumption(
        20.0, unit="years", low=10.0, high=40.0, step=1.0, symbol="N_dc",
        label="Tax life of buildings", source="judgment",
        help="Years over which a data center is deducted in equal parts, equipment and shell together.",
    )
    losses: str = choice(
        "carried", options=LOSSES, label="Tax losses", source="judgment", symbol="losses",
        help="What happens with a taxable loss: it waits for profits, or it saves tax elsewhere at once.",
    )


def machine_schedule(tax: Tax, quarters: int) -> Array:
    """Share of a machine's cost deducted in each quarter of use from the first, (quarters + 1,); adds up to one."""
    if tax.schedule == "expensed":
        return np.asarray(np.eye(1, quarters + 1)[0])
    if tax.schedule == "macrs":
        shares = np.repeat(np.array(MACRS_5) / 4.0, 4)
        return np.pad(shares, (0, quarters + 1))[: quarters + 1]
    return _straight(tax.machine_years, quarters)


def building_schedule(tax: Tax, quarters: int) -> Array:
    """Share of a building's cost deducted in each quarter of use, (quarters + 1,)."""
    return _straight(tax.building_years, quarters)


def _straight(years: float, quarters: int) -> Array:
    deducted = np.minimum(np.arange(quarters + 2) / (4.0 * years), 1.0)
    return np.diff(deducted)


def deductions(schedule: Array, basis: Array, first: Array, disposal: Array) -> Array:
    """Deductions by quarter, (paths, quarters + 1), USD: what is left is deducted when the asset is sold or scrapped.

    Parameters
    ----------
    schedule : (quarters + 1,)
    basis : (paths,)
        What may be deducted, USD.
    first : (paths,)
        First quarter of use.
    disposal : (paths,)
        Quarter of the sale; beyond the horizon if none.
    """
    quarters = len(schedule) - 1
    t = np.arange(quarters + 1)[None, :]
    whole = np.concatenate([[0.0], np.cumsum(schedule)])
    age = np.clip(t - first[:, None] + 1, 0, quarters + 1).astype(np.int64)
    part = np.where(t >= disposal[:, None], 1.0, whole[age])
    return np.diff(basis[:, None] * part, axis=1, prepend=0.0)


def tax_due(tax: Tax, profit: Array) -> Array:
    """Tax of each quarter, (paths, quarters + 1), USD; negative where a loss saves tax elsewhere.

    Parameters
    ----------
    profit : (paths, quarters + 1)
        Taxable profit of the quarter, USD.
    """
    if tax.losses == "shared":
        return np.asarray(tax.rate * profit)
    # Carried losses: tax is due on each new maximum of profit so far.
    taxed = np.maximum(np.maximum.accumulate(np.cumsum(profit, axis=1), axis=1), 0.0)
    return np.asarray(tax.rate * np.diff(taxed, axis=1, prepend=0.0))
