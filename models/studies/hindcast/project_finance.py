"""Investment-grade project finance, 1983 to 2015: long sculpted loans on a single good customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.studies.hindcast.observations import reading
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Check, Replay, model_rows, single, tidy

# Ten years in all: two quarters of ramp, then service to the horizon.
QUARTERS = 38
INPUTS: dict[str, Any] = {
    "gpu_debt.contracted_share": 1.0, "gpu_debt.customer": "ig", "gpu_debt.amortization": "sculpted",
    "gpu_debt.sizing_dscr": 1.4, "gpu_debt.advance_cap": 0.9, "gpu_debt.tenor_quarters": QUARTERS,
    "gpu_fleet.contract_quarters": QUARTERS, "hardware.life_quarters": QUARTERS,
}
STEADY: dict[str, Any] = {"hardware.deflation_now": 0.0, "hardware.deflation_long_run": 0.0}
NO_FIRE_SALE: dict[str, Any] = {"covenants.fire_sale": 0.0}


@dataclass(frozen=True, eq=False)
class Loan:
    """Chance of default in ten years, recovery per dollar of exposure, and the default rate by quarter."""

    default: float
    recovery: float
    by_quarter: Array


def replay() -> Replay:
    """The replay, on GPUs as collateral."""
    loan = _run({})
    default, recovery = reading("project-1"), reading("project-2")
    checks = (
        Check(f"{default.label}", "share", 0.03, 0.10, single(loan.default), source=default.source),
        Check(f"{recovery.label}", "share of exposure", 0.70, 0.90, single(loan.recovery), source=recovery.source),
    )
    return Replay(
        name="project_finance", title="Investment-grade project finance, 1983 to 2015",
        story="Banks lend for long terms to single projects with one good customer and coverage to spare. Few of these "
        "loans default, and what defaults is mostly recovered.",
        inputs=INPUTS, checks=checks,
        note=_note(loan), frame=_frame(loan),
    )


def _run(changes: dict[str, Any]) -> Loan:
    episode = Episode(past(INPUTS | changes))
    lender, when = episode.lender, episode.loan.default_quarter
    rate = np.array([float((when <= t).mean()) for t in range(episode.market.quarters + 1)])
    return Loan(lender.default_probability, 1.0 - lender.loss_given_default, rate)


def _frame(loan: Loan) -> pd.DataFrame:
    rows = model_rows("cumulative default rate", "share", range(len(loan.by_quarter)), loan.by_quarter)
    rows.loc[rows.index[-1], "observed"] = reading("project-1").value
    return tidy(rows)


def _note(loan: Loan) -> str:
    steady, patient = _run(STEADY), _run(STEADY | NO_FIRE_SALE)
    return (
        f"Defaults meet the record, recovery does not: {loan.recovery:.0%} against about "
        f"{reading('project-2').value:.0%}. GPUs are not bridges. Their rents fall every year, so what stands behind a "
        f"late default is worth little; with hardware that does not get cheaper {steady.recovery:.0%} is recovered, "
        f"and {patient.recovery:.0%} if it need not be sold in a hurry. The record is of ultimate recovery, the model "
        "sells after two quarters. So a ten-year loan on GPUs must not be priced as if it were project finance."
    )
