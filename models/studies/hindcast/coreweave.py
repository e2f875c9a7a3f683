"""CoreWeave's contracts: what a loan on a payback of 2.5 years earns, against what filings and notes say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.claims.backing import collateral_fleet
from models.debt.loan import loan_life
from models.measures import returns
from models.studies.hindcast.observations import observed, reading
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Band, Check, Replay, model_row, observed_rows, single, spread, tidy

# The two ends of what the notes report: loan to cost and the all-in rate of the loan.
CASES = ((0.75, 0.09), (0.85, 0.11))
NOTES, ALONE = "s16_coreweave", "return of the contract alone"
INPUTS: dict[str, Any] = {"gpu_debt.contracted_share": 0.95, "gpu_debt.payback_years": 2.5}


@dataclass(frozen=True, eq=False)
class Deal(Episode):
    """One loan; figures per path, (paths,)."""

    advance: float
    rate: float

    @property
    def case(self) -> str:
        """Loan to cost and coupon in words."""
        return f"{self.advance:.0%} at {self.rate:.0%}"

    @cached_property
    def contract(self) -> tuple[Array, Array]:
        """Margin while the contract runs, and the return of its flows alone, without what the machines earn later."""
        scenario, fleet = self.scenario, collateral_fleet(self.scenario)
        flows = Episode(scenario.derived(gpu_fleet=fleet)).claim("gpu_fleet").flows
        first = scenario.hardware.ramp_quarters + 1
        term = slice(first, first + fleet.contract_quarters)
        cost, revenue = (flows.extras[name][:, term].sum(axis=1) for name in ("running_cost", "revenue"))
        return 1.0 - cost / revenue, returns.irr(flows.net[:, : term.stop])[0]

    def irr(self, key: str) -> Array:
        """Return of the lender, or of equity."""
        return np.asarray(returns.irr(self.debt.by_key[key].flows.net)[0])

    @cached_property
    def figures(self) -> dict[str, tuple[Band, str]]:
        """What the notes report, by name: figure and unit."""
        coverage = self.loan.dscr[:, self.terms.first : self.terms.last + 1]
        least = np.where(np.isnan(coverage), np.inf, coverage).min(axis=1)
        return {
            "contract margin": (spread(self.contract[0]), "share"),
            ALONE: (spread(self.contract[1]), "per year"),
            "levered return": (spread(self.irr("gpu_debt_equity")), "per year"),
            "coverage": (spread(least), "x"),
            "debt cost": (spread(self.irr("gpu_debt")), "per year"),
            "loan life": (single(loan_life(self.terms, self.loan.balance, self.terms.first - 1)), "years"),
        }


def replay() -> Replay:
    """The replay, at 75% loan to cost and 9%, and at 85% and 11%."""
    deals = [
        Deal(past(INPUTS | {"gpu_debt.advance_cap": advance, "gpu_debt.spread": _spread(rate)}), advance, rate)
        for advance, rate in CASES
    ]
    checks = [check for deal in deals for check in _checks(deal)]
    return Replay(
        name="coreweave", title="CoreWeave's contract economics, 2024 to 2026",
        story="A neocloud borrows most of the price of its machines against take-or-pay contracts that return the "
        "price in two and a half years. Notes on its filings report the margins, the coverage and the cost of the "
        "debt.",
        inputs=INPUTS | {"gpu_debt.advance_cap": [advance for advance, _ in CASES],
                         "gpu_debt.spread": [_spread(rate) for _, rate in CASES]},
        checks=tuple(checks), note=_note(deals), frame=_frame(deals),
    )


def _spread(rate: float) -> float:
    """Spread over the base rate that makes a coupon of ``rate``."""
    return round(rate - past({}).rates.base_rate, 6)


def _checks(deal: Deal) -> list[Check]:
    low, high = reading("coreweave-1").value, reading("coreweave-2").value
    bands = {
        "contract margin": ("EBITDA margin of the contract", low, high, NOTES),
        ALONE: ("Return of the contract alone", 0.16, 0.28, NOTES),
        "levered return": ("Levered return", 0.30, 0.60, NOTES),
        "coverage": ("Least coverage", 1.2, 1.8, "s18_anu"),
        "loan life": ("Average life of the loan from first service", 1.8, 2.6, "s18_coreweave_10q"),
        "debt cost": ("Cost of the debt", 0.09, 0.12, "gpu_debt_deals-002"),
    }
    return [
        Check(f"{label}, {deal.case}", deal.figures[name][1], low, high, deal.figures[name][0], source)
        for name, (label, low, high, source) in bands.items()
    ]


def _frame(deals: list[Deal]) -> pd.DataFrame:
    """Model and reading side by side; dates are those of the readings."""
    parts = [observed_rows(name, observed("coreweave", name)) for name in
             ("contract margin", "levered return", "coverage", "loan life", "debt cost")]
    parts += [
        model_row(name, deal.case, unit, figure)
        for deal in deals for name, (figure, unit) in deal.figures.items() if name != ALONE
    ]
    return tidy(*parts)


def _note(deals: list[Deal]) -> str:
    weak = float((deals[0].irr("gpu_debt_equity") < 0.0).mean())
    company = reading("coreweave-9")
    return (
        f"The middle of every figure is in its band. No filing shows the tail: equity loses money on {weak:.0%} of the "
        "paths, most of them those on which the customer, below investment grade, fails. Loan to cost, payback and "
        "the rate of the loan are inputs, so the cost of the debt checks fees and compounding only. The contract "
        f"margin compares with notes on single contracts; the company's own margin of {company.value:.0%} is after its "
        "corporate cost. The notes are secondary sources."
    )
