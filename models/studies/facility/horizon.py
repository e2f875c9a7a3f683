"""Maturity against the end of the contract and of the machines' economic life, and what stands at the wall between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.basis.timeline import DELTA
from models.debt import ledger
from models.engine.estimate import Estimate, share
from models.studies.facility.facility import FacilityResult
from models.studies.facility.lender import average_life


@dataclass(frozen=True)
class Wall:
    """What happens when the loan is due. Quarters from closing; shares of all paths with their errors.

    ``margin`` quarters by which the contract outlives the loan (negative: the loan outlives the contract);
    ``balloon`` share of the opening balance due at the end; ``after`` planned cash of the year after the contract over
    that of its last year; ``refinanced``, ``missed`` shares of paths; ``owed_at_end`` balance the day before maturity
    over what the machines are then worth, median of the paths that come so far.
    """

    maturity: int
    contract_end: int
    life_end: int
    margin: int
    balloon: float
    after: float
    refinanced: Estimate
    missed: Estimate
    owed_at_end: float


def horizon(result: FacilityResult) -> pd.DataFrame:
    """One bar a row: name, start, middle, end in years from closing, and what the middle marks.

    Loan: closing, average life, maturity. Contract: start, half of the customers that fail have failed (or its end),
    end. Economic life: start, median quarter of the last positive cash flow, end on the path without shocks.
    """
    first, scenario = result.terms.first, result.scenario
    pot = result.ground.pot
    t, life = np.arange(result.quarters + 1), average_life(result).value / DELTA
    earns = np.where(pot.cfads > 0.0, t, 0).max(axis=1)
    rows = [
        ("loan", 0, life, result.terms.last, "average life"),
        ("economic life", first, float(np.median(earns)), result.life_end, "median end of positive cash flow"),
    ]
    if scenario.gpu_debt.customer != "merchant" and scenario.gpu_debt.contracted_share > 0.0:
        lost = pot.lost if pot.lost is not None else np.zeros((1, len(t)), dtype=bool)
        alive = float((~lost[:, : result.contract_end + 1]).sum(axis=1).mean()) - first
        rows.insert(1, ("contract", first, first + alive, result.contract_end, "mean quarters that the customer pays"))
    frame = pd.DataFrame(rows, columns=["bar", "start", "middle", "end", "marks"])
    frame[["start", "middle", "end"]] *= DELTA
    return frame


def wall(result: FacilityResult) -> Wall:
    """Measure the refinancing wall."""
    loan, last = result.loan, min(result.terms.last, result.quarters)
    rule = loan.rule[:, last].astype(np.int64)
    base, end = result.ground.pot.base_cfads, min(result.contract_end, result.quarters - 1)
    under, beyond = base[max(end - 3, 0) : end + 1].mean(), base[end + 1 : end + 5].mean()
    before = loan.balance[:, last - 1]
    lives = (before > ledger.DUST) & (loan.default_quarter >= last)
    worth = result.ground.pot.value[:, last]
    owed = np.where(worth > 0.0, before / np.maximum(worth, 1e-9), np.inf)[lives]
    return Wall(
        maturity=last, contract_end=result.contract_end, life_end=result.life_end, margin=result.contract_end - last,
        balloon=result.terms.balloon, after=float(beyond / under) if under > 0 else float("nan"),
        refinanced=share(rule & ledger.REFINANCED > 0, result.replicate),
        missed=share(loan.default_quarter == last, result.replicate),
        owed_at_end=float(np.median(owed)) if len(owed) else float("nan"),
    )
