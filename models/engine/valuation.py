"""Measures of a claim: return, risk and their standard errors, at fair entry and at cost or market."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.basis.investor import Rates
from models.basis.timeline import Array
from models.claims.registry import CLASSES, VARIANTS, AssetClass, Claim, Claims
from models.engine.estimate import CONFIDENCE, PROBABILITIES, standard_error
from models.engine.lending import LoanOutcomes, loan_outcomes, measured_loan
from models.engine.measures import DebtMeasures, Measures, Quantiles
from models.engine.position import Position, sure_gain
from models.engine.prices import FairPrice, premium, priced, steadied
from models.measures import returns, risk
from models.measures.standard_errors import by_replicate

ENTRIES = ("fair", "at_cost")
STATUS_WORDS = {
    "ok": "", "multiple": "", "total_loss": "",
    "undefined": "there is no cash flow",
    "no_investment": "nothing is paid in",
    "no_root": "no rate makes these flows worth nothing",
}
"""Why there is no yearly return, by the status of `models.measures.returns.irr`."""
NO_HURDLE = "the mean flow of the levered claim in the neutral world has no return that it could be required to earn"


@dataclass(frozen=True, eq=False)
class AssetResult:
    """One class at both entries. Each entry is measured when it is first read: a page shows one of them at a time.

    Attributes
    ----------
    asset : AssetClass
    fair_price : FairPrice
    bought : mapping
        The claim at the price of each entry, ``"fair"`` and ``"at_cost"``. Where more paths were run than are kept,
        its figures by path are those of all of them.
    loan : callable
        Its loan path by path; None for what is no loan.
    """

    asset: AssetClass
    fair_price: FairPrice
    bought: Mapping[str, Position]
    loan: Callable[[], LoanOutcomes | None]

    @property
    def claim(self) -> Claim:
        """Flows before the entry premium, and the hurdle."""
        return self.bought["fair"].claim

    @property
    def rates(self) -> Rates:
        """Common funding rate of every risk figure, and the investor's risk aversion."""
        return self.bought["fair"].rates

    @property
    def replicate(self) -> NDArray[np.int64]:
        """Independent scramble of each measured path, for standard errors."""
        return self.bought["fair"].replicate

    @property
    def claims(self) -> Claims:
        """All claims of the run."""
        return self.bought["fair"].claims

    @cached_property
    def fair(self) -> Measures:
        """Entry at the neutral price."""
        return measured(self.bought["fair"])

    @cached_property
    def at_cost(self) -> Measures:
        """Entry at cost, par or the market's price."""
        return measured(self.bought["at_cost"])

    @property
    def cash_npv(self) -> Array:
        """Present value at the common funding rate per dollar of capital at fair entry, (paths,)."""
        return self.bought["fair"].value

    @cached_property
    def debt(self) -> DebtMeasures | None:
        """What only a lender asks; None for other classes, and where nothing is lent."""
        loan = self.loan() if not self.claim.nothing else None
        return measured_loan(loan) if loan else None

    def entry(self, name: str) -> Measures:
        """Measures of entry ``"fair"`` or ``"at_cost"``."""
        return self.at_cost if name == "at_cost" else self.fair

    def absent(self, entry: str = "fair") -> str:
        """Why there is no investment in it at an entry; empty where there is one."""
        return self.bought[entry].absent


def asset_result(
    key: str, fair: FairPrice, rates: Rates, replicate: NDArray[np.int64], claims: Claims, lab: Claim | None = None
) -> AssetResult:
    """Result of one claim, measured on demand; ``lab`` is the simulated developer, whose fate a loan is read by."""
    claim = priced(claims.by_key[key], fair)
    bought = {
        entry: Position(claim, premium(key, claim, fair, entry), rates, claims, replicate) for entry in ENTRIES
    }
    return AssetResult(
        CLASSES.get(key) or VARIANTS[key], fair, bought, lambda: loan_outcomes(key, claims, replicate, lab)
    )


def measured(position: Position) -> Measures:
    """Measures of a claim at a price."""
    _ = position.held  # flows and net are made once while somebody holds them
    if position.absent:
        return _nothing(position)
    replicate, values = position.replicate, position.value
    ratios = np.stack([position.irr, position.moic, position.payback])
    quantiles, errors = (
        risk.quantiles(ratios, PROBABILITIES),
        risk.quantile_standard_error(ratios, PROBABILITIES, replicate),
    )
    spread = [Quantiles(*(float(x) for x in (*v, *e))) for v, e in zip(quantiles, errors, strict=True)]
    steady_npv, steady_cash = (steadied(npv, position.controls) for npv in (position.hurdle_npv, position.cash_npv))
    codes, counts = np.unique(position.irr_status, return_counts=True)
    lost, nearly = (part.astype(float) for part in (position.is_lost, position.is_nearly_lost))
    irr_of_mean, status_of_mean = returns.irr(position.mean_net)
    gains = sure_gain(by_replicate(values, replicate), position.rates)
    sure_return, *returns_of_each = position.yearly(np.array([position.sure_gain, *gains]))
    found = Measures(
        price=position.price,
        capital=position.capital,
        irr=spread[0],
        irr_of_mean=float(irr_of_mean),
        irr_status={str(name): int(n) for name, n in zip(returns.status_names(codes), counts, strict=True)},
        npv_mean=float(steady_npv.mean()),
        npv_mean_se=risk.mean_standard_error(steady_npv, replicate),
        cash_npv_mean=float(steady_cash.mean()),
        cash_npv_mean_se=risk.mean_standard_error(steady_cash, replicate),
        moic=spread[1],
        payback_years=spread[2],
        probability_of_loss=float(lost.mean()),
        probability_of_loss_se=risk.mean_standard_error(lost, replicate),
        probability_below_cash=risk.probability_below(position.cash_npv),
        probability_below_cash_se=risk.probability_standard_error(position.cash_npv, 0.0, replicate),
        probability_below_quarter=float(nearly.mean()),
        probability_below_quarter_se=risk.mean_standard_error(nearly, replicate),
        cvar_95=risk.cvar(-values, CONFIDENCE),
        cvar_95_se=risk.cvar_standard_error(-values, CONFIDENCE, replicate),
        certainty_equivalent=position.sure_gain,
        certainty_equivalent_se=standard_error(gains),
        certainty_equivalent_return=float(sure_return),
        certainty_equivalent_return_se=standard_error(returns_of_each),
        years_at_stake=position.years_at_stake,
    )
    return replace(found, undefined=_undefined(found, returns.status_names(status_of_mean)))


def _undefined(found: Measures, status_of_mean: str) -> dict[str, str]:
    """Why single figures of an investment have no value, by their names."""
    reasons = {}
    if math.isnan(found.irr_of_mean):
        reasons["irr_of_mean"] = STATUS_WORDS[status_of_mean]
    if math.isnan(found.npv_mean):
        reasons["npv_mean"] = NO_HURDLE
    if math.isnan(found.irr.p50):
        reasons["irr"] = STATUS_WORDS[max(found.irr_status, key=lambda name: found.irr_status[name])]
    if math.isnan(found.moic.p50):
        reasons["moic"] = STATUS_WORDS["no_investment"]
    if not math.isfinite(found.payback_years.p95 + found.payback_years.p95_se):
        often = "one future in twenty" if math.isfinite(found.payback_years.p50) else "half of all futures"
        reasons["payback_years"] = f"the money never comes back in about {often} or more"
    if math.isnan(found.certainty_equivalent_return):
        reasons["certainty_equivalent_return"] = "money comes back before it is paid in, so none is at stake"
    if math.isnan(found.years_at_stake):
        reasons["years_at_stake"] = "no money comes back, so there is no time it is at stake for"
    return reasons


def _nothing(position: Position) -> Measures:
    """Measures of a claim without an investment: its price alone, and why."""
    nothing = Quantiles(*(math.nan,) * 6)
    names = [f.name for f in fields(Measures) if f.name not in ("price", "irr_status", "undefined")]
    spreads = ("irr", "moic", "payback_years")
    values: dict[str, Any] = {name: nothing if name in spreads else math.nan for name in names}
    reasons = {name: position.absent for name in names if not name.endswith("_se")}
    return Measures(price=position.price, irr_status={}, undefined=reasons, **values)
