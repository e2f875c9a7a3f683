"""What each asset class earns on, what may become of it, and single figures only it has: read from its paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.assets.gpu_fleet.fleet import GpuFleet, fleet_terms
from models.assets.gpu_fleet.used import value_ahead
from models.basis.timeline import Array
from models.claims.registry import VARIANTS
from models.engine.evaluate import Evaluation
from models.engine.valuation import AssetResult
from models.measures import risk
from models.tables.classes import market_series

Paths = Callable[[Evaluation], Array]


@dataclass(frozen=True)
class Series:
    """Something a class earns on, by quarter.

    Attributes
    ----------
    label, unit : str
    paths : callable
        Evaluation -> (paths or 1, quarters + 1), NaN where the quantity does not exist.
    reference, reference_label : callable, str
        Optional line to compare with, of the same shape; its mean is drawn.
    """

    label: str
    unit: str
    paths: Paths
    reference: Paths | None = None
    reference_label: str = ""


@dataclass(frozen=True)
class Fact:
    """One figure: per path (paths,), or a number with its standard error."""

    label: str
    unit: str
    about: str
    value: Callable[[Evaluation], Array | tuple[float, float]]


def result_of(evaluation: Evaluation, key: str) -> AssetResult:
    """Result of a class or of a close variant.

    Raises
    ------
    KeyError
        If there is none of this key.
    """
    return evaluation.variants[key] if key in VARIANTS else evaluation.assets[key]


def _extra(evaluation: Evaluation, key: str, name: str) -> Array:
    return result_of(evaluation, key).claim.flows.extras[name]


def _yearly(key: str, name: str, evaluation: Evaluation) -> Array:
    """A flow a quarter as a yearly rate, from the first operating quarter."""
    rate = 4.0 * _extra(evaluation, key, name)
    rate[:, 0] = np.nan
    return rate


def _rate(key: str, name: str, evaluation: Evaluation) -> Array:
    return _extra(evaluation, key, name)


def _fleet(name: str, evaluation: Evaluation) -> Array:
    """Yearly rate of a fleet line while it is in its life and not scrapped; (paths, quarters + 1)."""
    scrapped = _extra(evaluation, "gpu_fleet", "scrapped_at")
    rate = 4.0 * _extra(evaluation, "gpu_fleet", name)
    t = np.arange(rate.shape[1])
    in_life = (t > evaluation.scenario.hardware.ramp_quarters) & (t <= _last(evaluation))
    return np.where(in_life[None, :] & (t[None, :] < scrapped[:, None]), rate, np.nan)


def _last(evaluation: Evaluation) -> int:
    """Last operating quarter of the fleet: of its life, or of its sale."""
    return int(_extra(evaluation, "gpu_fleet", "last")[0])


def _fleet_cost(evaluation: Evaluation) -> Array:
    """Mean running cost of fleets not scrapped, a year, (1, quarters + 1); 0 outside their life."""
    cost = _fleet("running_cost", evaluation)
    there = ~np.isnan(cost)
    total = np.where(there, cost, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.asarray(total[None, :])


def _developer(name: str, evaluation: Evaluation) -> Array:
    """A line of the developer while it is in business."""
    values, failed = _extra(evaluation, "llm_developer", name), _extra(evaluation, "llm_developer", "failed_at")
    return np.where(np.arange(values.shape[1])[None, :] < failed[:, None], values, np.nan)


def _after_opening(name: str, evaluation: Evaluation) -> Array:
    values = _extra(evaluation, "data_center_unlevered", name)
    opening = _extra(evaluation, "data_center_unlevered", "opening")
    return np.where(np.arange(values.shape[1])[None, :] > opening[:, None], values, np.nan)


def _earnings_index(evaluation: Evaluation) -> Array:
    earnings = _extra(evaluation, "hardware_supplier", "earnings")
    first = float(earnings[:, 1:5].mean())
    index = earnings / first
    index[:, 0] = np.nan
    return np.asarray(index)


def _balance(evaluation: Evaluation) -> Array:
    terms = evaluation.claims.loan_terms
    assert terms is not None
    return np.asarray(_extra(evaluation, "gpu_debt", "balance")[:, : terms.last + 1] / terms.principal)


def _coverage(evaluation: Evaluation) -> Array:
    terms = evaluation.claims.loan_terms
    assert terms is not None
    return np.asarray(_extra(evaluation, "gpu_debt", "dscr")[:, : terms.last + 1])


def _level(value: float, evaluation: Evaluation) -> Array:
    return np.full((1, evaluation.market.quarters + 1), value)


def _compute_share(evaluation: Evaluation) -> Array:
    return _developer("compute_cost", evaluation) / _extra(evaluation, "llm_developer", "revenue")


SERIES: Mapping[str, Mapping[str, Series]] = {
    "gpu_fleet": {
        "revenue": Series("Revenue of one H100e", "USD a year", partial(_fleet, "revenue"), _fleet_cost,
                          "mean running cost"),
        "rent": Series("Spot rent in the home bloc", "USD/h", lambda e: market_series(e, "price"),
                       lambda e: market_series(e, "price_long_run"), "break-even of a new machine"),
    },
    "data_center": {
        "occupancy": Series("Occupancy of the building, once open", "share", partial(_after_opening, "occupancy")),
        "vacancy": Series("Vacancy in the market", "share", partial(_rate, "data_center_unlevered", "vacancy")),
        "noi": Series("Net operating income of one MW, once open", "USD a year",
                      lambda e: 4.0 * _after_opening("noi", e)),
    },
    "gpu_debt": {
        "dscr": Series("Debt service coverage of loans in service", "x", _coverage, partial(_level, 1.0),
                       "just enough to pay"),
        "balance": Series("Balance outstanding, share of the loan", "share of the loan", _balance),
    },
    "hardware_supplier": {
        "revenue": Series("Revenue", "USD a year", partial(_yearly, "hardware_supplier", "revenue")),
        "earnings": Series("Earnings, first year = 1", "x", _earnings_index, partial(_level, 1.0), "first year"),
    },
    "llm_developer": {
        "revenue": Series("Revenue while in business", "USD a year", partial(_developer, "revenue")),
        "compute": Series("Compute cost, share of revenue", "share of revenue", _compute_share, partial(_level, 1.0),
                          "all of revenue"),
        "cash": Series("Cash while in business", "USD", partial(_developer, "cash")),
        "own": Series("Still owned by today's investors", "share", partial(_developer, "own")),
    },
    "cloud_platform": {
        "ai_margin": Series("EBITDA margin of AI revenue", "share", partial(_rate, "cloud_platform", "ai_margin")),
        "ai_revenue": Series("AI revenue", "USD a year", partial(_rate, "cloud_platform", "ai_revenue")),
        "capex": Series("Capital spending", "USD a year", partial(_yearly, "cloud_platform", "capex")),
    },
}
"""What each class earns on, by its name."""


def _by_quarter(key: str, name: str, evaluation: Evaluation) -> Array:
    """Whether what happens at a quarter (paths,) has happened by each quarter."""
    when = _extra(evaluation, key, name)
    return np.asarray(np.arange(evaluation.market.quarters + 1)[None, :] >= when[:, None])


def _in_life(is_so: NDArray[np.bool_], evaluation: Evaluation) -> Array:
    """The same until the fleet's last quarter, false before it earns."""
    t = np.arange(is_so.shape[1])
    is_running = t > evaluation.scenario.hardware.ramp_quarters
    return np.asarray((is_so & is_running[None, :])[:, : _last(evaluation) + 1])


def _is_idle(evaluation: Evaluation) -> Array:
    """Whether machines are switched off or scrapped inside their life."""
    return _in_life(_extra(evaluation, "gpu_fleet", "revenue") == 0.0, evaluation)


def _tenant_gone(evaluation: Evaluation) -> Array:
    """Whether the anchor tenant has defaulted; where nothing is let before delivery there is none."""
    pays = _extra(evaluation, "data_center_unlevered", "tenant_pays").astype(bool)
    return np.asarray(~pays if evaluation.scenario.data_center.prelease > 0.0 else np.zeros_like(pays))


def _is_defaulted(evaluation: Evaluation) -> Array:
    loan = evaluation.claims.loan
    assert loan is not None
    return np.asarray(np.arange(loan.balance.shape[1])[None, :] >= loan.default_quarter[:, None])


EVENTS: Mapping[str, Mapping[str, Paths]] = {
    "gpu_fleet": {
        "idle or scrapped": _is_idle,
        "customer has stopped paying": lambda e: _in_life(~_extra(e, "gpu_fleet", "alive").astype(bool), e),
    },
    "data_center": {"anchor tenant has defaulted": _tenant_gone},
    "gpu_debt": {"defaulted": _is_defaulted},
    "llm_developer": {"failed": partial(_by_quarter, "llm_developer", "failed_at")},
}
"""What may happen to a class: Evaluation -> (paths, quarters + 1) of bool."""


def _debt(name: str, evaluation: Evaluation) -> tuple[float, float]:
    debt = result_of(evaluation, "gpu_debt").debt
    assert debt is not None
    return float(getattr(debt, name)), float(getattr(debt, f"{name}_se", float("nan")))


def _failed(evaluation: Evaluation) -> tuple[float, float]:
    failed = _extra(evaluation, "llm_developer", "failed_at") <= evaluation.market.quarters
    return float(failed.mean()), float(risk.mean_standard_error(failed.astype(float), evaluation.replicate))


def _raised(evaluation: Evaluation) -> Array:
    return np.asarray(_extra(evaluation, "llm_developer", "raised").sum(axis=1))


def _growth(key: str, name: str, evaluation: Evaluation) -> Array:
    """Last year over first year, as growth a year, (paths,)."""
    line = _extra(evaluation, key, name)
    first, last = line[:, 1:5].sum(axis=1), line[:, -4:].sum(axis=1)
    span = (evaluation.market.quarters - 4) / 4.0
    return np.asarray((np.maximum(last, 0.0) / first) ** (1.0 / span) - 1.0)


FIVE_YEARS, THREE_YEARS = 20, 12


def _sovereign_share(evaluation: Evaluation) -> Array:
    """Additions that states order over all additions of five years, (paths,); their own pipeline as it is planned."""
    market, t = evaluation.market, slice(1, FIVE_YEARS + 1)
    planned = evaluation.scenario.pipeline.sovereign_share * market.planned_additions[t].sum()
    builds = np.broadcast_to(market.policy.builds, market.price.shape)[:, t].sum(axis=1)
    return np.asarray(np.minimum((planned + builds) / market.world.additions[:, t].sum(axis=1), 1.0))


def _embargoed_share(evaluation: Evaluation) -> Array:
    """Additions behind an embargo over all additions, (paths,)."""
    market = evaluation.market
    if market.export is None:
        return np.zeros(market.paths)
    lost = np.broadcast_to(market.export.embargoed, market.price.shape) * market.world.additions
    return np.asarray(lost[:, 1:].sum(axis=1) / market.world.additions[:, 1:].sum(axis=1))


def _book_value(evaluation: Evaluation) -> float:
    years = THREE_YEARS / 4.0
    return max(0.0, 1.0 - years / evaluation.scenario.cloud_capital.book_life)


def _used_share(evaluation: Evaluation) -> Array:
    """Value of a machine of the market three years after it was bought, over its cost, (paths,)."""
    scenario, market, fleet = evaluation.scenario, evaluation.market, GpuFleet()
    terms = fleet_terms(fleet, scenario.offtaker, scenario.hardware, market)
    return np.asarray(value_ahead(fleet, terms, market, THREE_YEARS, THREE_YEARS) / terms.cost)


FACTS: Mapping[str, tuple[Fact, ...]] = {
    "data_center": (
        Fact("Exit yield", "share", "Yield on next year's income at which the building is sold at the horizon.",
             lambda e: _extra(e, "data_center_unlevered", "exit_cap")),
        Fact("Time to power", "years", "Years from closing to the first rent: construction and waiting for power.",
             lambda e: _extra(e, "data_center_unlevered", "opening") / 4.0),
    ),
    "gpu_debt": (
        Fact("Default probability", "share", "Share of futures in which the loan misses a payment.",
             partial(_debt, "default_probability")),
        Fact("Loss given default", "share", "Loss over all exposure at default, after sale and contract claim.",
             partial(_debt, "loss_given_default")),
        Fact("Expected loss", "share", "Mean present value of losses, share of the loan.",
             partial(_debt, "expected_loss")),
        Fact("Weighted average life", "years", "Years the average dollar of the loan is out.",
             partial(_debt, "wal_years")),
        Fact("Advance rate", "share", "Loan over cost of the machines, after coverage limits it.",
             partial(_debt, "advance_rate")),
        Fact("Coupon", "per year", "Interest the borrower pays, a year.", partial(_debt, "coupon")),
    ),
    "hardware_supplier": (
        Fact("Growth of revenue", "per year", "Growth of revenue a year, from the first to the last year.",
             partial(_growth, "hardware_supplier", "revenue")),
        Fact("Units that states buy", "share", "Share of the world's additions of the first five years that states "
             "order themselves, in the planned pipeline and under the programs here.", _sovereign_share),
        Fact("Units behind an embargo", "share", "Share of the world's additions of ten years that export controls "
             "keep from the supplier.", _embargoed_share),
    ),
    "llm_developer": (
        Fact("Failed by the horizon", "share", "Share of futures in which money runs out and the rest is sold.",
             _failed),
        Fact("Money raised", "USD", "All later rounds together; each one dilutes today's owners.", _raised),
    ),
    "cloud_platform": (
        Fact("Growth of EBITDA", "per year", "Growth of EBITDA a year, from the first to the last year.",
             partial(_growth, "cloud_platform", "ebitda")),
        Fact("On the books after three years", "share", "What the accounts still show of a machine's cost, in equal "
             "parts over its book life.", lambda e: (_book_value(e), float("nan"))),
        Fact("Worth after three years", "share", "What a used machine fetches then, over its cost: economic life "
             "against book life.", _used_share),
    ),
}
