"""Holding periods side by side: what a class returns a year if it is sold early, and what a dollar has become anyway.

A return a year flatters a short holding: it says nothing of what the money does after the sale. So every period is
also carried to the common horizon of ten years, proceeds earning the common funding rate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.basis.shocks import draw_shocks
from models.claims.registry import CLASSES
from models.engine.evaluate import Evaluation
from models.engine.holding import PERIODS, holding_returns
from models.engine.prices import fair_prices
from models.engine.wealth import EntryName, wealth_of_cash
from models.measures import returns, risk

PATHS = 4_096
_QUANTILES = (0.05, 0.5, 0.95)


def horizon(evaluation: Evaluation, entry: EntryName = "at_cost") -> pd.DataFrame:
    """One row a class and holding period: the columns of `models.holding.holding_returns`, and ``at_maturity``.

    A loan is not sold; it has one row, its term.
    """
    scenario = evaluation.scenario
    shocks = draw_shocks(scenario.run.seed, min(PATHS, scenario.run.paths))
    table = holding_returns(scenario, shocks, periods=PERIODS, entry=entry)
    table = table[table["asset"].isin(list(CLASSES))].assign(at_maturity=False)
    loan = pd.DataFrame([_loan(evaluation, entry)])
    out = pd.concat([table, loan], ignore_index=True)
    order = {key: i for i, key in enumerate(CLASSES)}
    return out.sort_values(["asset", "quarters"], key=lambda c: c.map(order) if c.name == "asset" else c).reset_index(
        drop=True
    )


def _loan(evaluation: Evaluation, entry: EntryName) -> dict[str, object]:
    """The loan, held until it is repaid."""
    result, replicate = evaluation.assets["gpu_debt"], evaluation.replicate
    measures, rate = result.entry(entry), evaluation.scenario.rates.cash_rate
    premium = fair_prices(evaluation.scenario)["gpu_debt"].premium if entry == "fair" else 0.0
    flows = result.claim.flows.with_entry(premium)
    cash = wealth_of_cash(evaluation.scenario.rates)
    wealth = cash * (1.0 + returns.npv(rate, flows.net) / measures.capital)
    terms = evaluation.claims.loan_terms
    quarters = terms.last if terms is not None else PERIODS[-1]
    values = np.asarray(risk.quantiles(wealth, _QUANTILES))
    errors = np.asarray(risk.quantile_standard_error(wealth, _QUANTILES, replicate))
    irr = measures.irr
    return {
        "asset": "gpu_debt", "label": CLASSES["gpu_debt"].label, "quarters": quarters, "years": quarters / 4,
        "irr_p05": irr.p05, "irr_p50": irr.p50, "irr_p95": irr.p95, "irr_p50_se": irr.p50_se,
        "probability_of_loss": measures.probability_of_loss,
        "probability_of_loss_se": measures.probability_of_loss_se,
        **{f"wealth_{name}": float(v) for name, v in zip(("p05", "p50", "p95"), values, strict=True)},
        **{f"wealth_{name}_se": float(v) for name, v in zip(("p05", "p50", "p95"), errors, strict=True)},
        "wealth_mean": float(wealth.mean()), "wealth_mean_se": float(risk.mean_standard_error(wealth, replicate)),
        "at_maturity": True,
    }
