"""CoreWeave's contracts: what a loan on a payback of 2.5 years earns, against what filings and notes say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.claims.backing import collateral_fleet
from models.claims.gpu_fleet import fleet_claim
from models.claims.registry import build_claims
from models.engine.valuation import DebtMeasures, measure_loan
from models.measures import returns
from models.scenario.scenario import Scenario
from models.studies.hindcast.observations import load_observations, observed, reading
from models.studies.hindcast.past import draws, market_of, past
from models.studies.hindcast.record import Check, Replay, model_row, observed_rows, single, spread, tidy

# The two ends of what the notes report: loan to cost and the all-in rate of the loan.
CASES = ((0.75, 0.09), (0.85, 0.11))
INPUTS: dict[str, Any] = {"gpu_debt.contracted_share": 0.95, "gpu_debt.payback_years": 2.5}


@dataclass(frozen=True, eq=False)
class Deal:
    """One loan: what the contract alone earns, what equity and lender earn, all per path."""

    margin: Array
    contract_irr: Array
    equity_irr: Array
    lender_irr: Array
    min_dscr: Array
    loan: DebtMeasures


def replay() -> Replay:
    """The replay, at 75% loan to cost and 9%, and at 85% and 11%."""
    deals = [_deal(advance, rate) for advance, rate in CASES]
    checks: list[Check] = []
    for (advance, rate), deal in zip(CASES, deals, strict=True):
        checks += _checks(f", {advance:.0%} at {rate:.0%}", deal)
    return Replay(
        name="coreweave", title="CoreWeave's contract economics, 2024 to 2026",
        story="A neocloud borrows most of the price of its machines against take-or-pay contracts that return the "
        "price in two and a half years. Notes on its filings report the margins, the coverage and the cost of the "
        "debt.",
        inputs=INPUTS | {"gpu_debt.advance_cap": [advance for advance, _ in CASES],
                         "gpu_debt.spread": [_spread(rate) for _, rate in CASES]}, fitted="",
        observations=load_observations()["coreweave"], checks=tuple(checks), note=_note(deals), frame=_frame(deals),
    )


def _deal(advance: float, rate: float) -> Deal:
    scenario = past(INPUTS | {"gpu_debt.advance_cap": advance, "gpu_debt.spread": _spread(rate)})
    market = market_of(scenario)
    claims = build_claims(scenario, market, draws(), ["gpu_debt", "gpu_debt_equity"])
    assert claims.loan is not None and claims.loan_terms is not None
    margin, contract = _contract(scenario)
    first, last = claims.loan_terms.first, claims.loan_terms.last
    coverage = claims.loan.dscr[:, first : last + 1]
    return Deal(
        margin=margin, contract_irr=contract,
        equity_irr=returns.irr(claims.by_key["gpu_debt_equity"].flows.net)[0],
        lender_irr=returns.irr(claims.by_key["gpu_debt"].flows.net)[0],
        min_dscr=np.where(np.isnan(coverage), np.inf, coverage).min(axis=1),
        loan=measure_loan(claims.loan_terms, claims.loan, claims.collateral_cost, draws().replicate),
    )


def _spread(rate: float) -> float:
    """Spread over the base rate that makes a coupon of ``rate``."""
    return round(rate - past({}).rates.base_rate, 6)


def _contract(scenario: Scenario) -> tuple[Array, Array]:
    """Margin while the contract runs, and the return of its flows alone, without what the machines earn later."""
    fleet = collateral_fleet(scenario)
    flows = fleet_claim(scenario.derived(gpu_fleet=fleet), market_of(scenario), draws()).flows
    first, last = scenario.hardware.ramp_quarters + 1, scenario.hardware.ramp_quarters + fleet.contract_quarters
    term = slice(first, last + 1)
    margin = 1.0 - flows.extras["running_cost"][:, term].sum(axis=1) / flows.extras["revenue"][:, term].sum(axis=1)
    return margin, returns.irr(flows.net[:, : last + 1])[0]


def _checks(case: str, deal: Deal) -> list[Check]:
    low, high = reading("coreweave-1"), reading("coreweave-2")
    notes = "s16_coreweave"
    return [
        Check(f"EBITDA margin of the contract{case}", "share", low.value, high.value, spread(deal.margin),
              source=notes),
        Check(f"Return of the contract alone{case}", "per year", 0.16, 0.28, spread(deal.contract_irr), source=notes),
        Check(f"Levered return{case}", "per year", 0.30, 0.60, spread(deal.equity_irr), source=notes),
        Check(f"Least coverage{case}", "x", 1.2, 1.8, spread(deal.min_dscr), source="s18_anu"),
        Check(f"Average life of the loan from first service{case}", "years", 1.8, 2.6, single(deal.loan.wal_years),
              source="s18_coreweave_10q"),
        Check(f"Cost of the debt{case}", "per year", 0.09, 0.12, spread(deal.lender_irr),
              source="gpu_debt_deals-002"),
    ]


def _frame(deals: list[Deal]) -> pd.DataFrame:
    """Model and reading side by side; dates are those of the readings."""
    parts = [observed_rows(name, observed("coreweave", name)) for name in
             ("contract margin", "levered return", "coverage", "loan life", "debt cost")]
    for (advance, rate), deal in zip(CASES, deals, strict=True):
        case = f"{advance:.0%} at {rate:.0%}"
        for name, values, unit in (
            ("contract margin", deal.margin, "share"), ("levered return", deal.equity_irr, "per year"),
            ("coverage", deal.min_dscr, "x"), ("debt cost", deal.lender_irr, "per year"),
        ):
            parts.append(model_row(name, case, unit, spread(values)))
        parts.append(model_row("loan life", case, "years", single(deal.loan.wal_years)))
    return tidy(*parts)


def _note(deals: list[Deal]) -> str:
    weak = float((deals[0].equity_irr < 0.0).mean())
    company = reading("coreweave-9")
    return (
        f"The middle of every figure is in its band. No filing shows the tail: equity loses money on {weak:.0%} of the "
        "paths, most of them those on which the customer, below investment grade, fails. Loan to cost, payback and "
        "the rate of the loan are inputs, so the cost of the debt checks fees and compounding only. The contract "
        f"margin compares with notes on single contracts; the company's own margin of {company.value:.0%} is after its "
        "corporate cost. The notes are secondary sources."
    )
