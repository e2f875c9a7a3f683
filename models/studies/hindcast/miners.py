"""Loans on mining machines, 2022: collateral that falls with the income that should repay the loan."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from models.assets.gpu_debt.loan import Collateral
from models.basis.shocks import Shocks, calm_shocks
from models.basis.timeline import Array
from models.claims.gpu_debt import collateral
from models.debt.schedule import loan_to_value, scheduled_principal
from models.market.simulate import simulate_market
from models.scenario.scenario import Scenario
from models.studies.hindcast.observations import Observation, observed, reading
from models.studies.hindcast.past import Episode, PastScenario, draws, past
from models.studies.hindcast.quarters import quarter_of
from models.studies.hindcast.record import Check, Replay, model_rows, observed_rows, single, spread, tidy

START = "2021-11-30"
LOAN_TO_VALUE = 0.60
QUARTERS = 8
YEAR = 4
INPUTS: dict[str, Any] = {
    "gpu_fleet.contracted_share": 0.0, "gpu_debt.contracted_share": 0.0, "gpu_debt.sizing_dscr": None,
    "gpu_debt.tenor_quarters": QUARTERS, "hardware.ramp_quarters": 0, "overcapacity.peak_quarter": YEAR,
    # The glut stands for a fall of the coin, too, and for that nobody has to deliver anything.
    "capacity.supply_growth": None,
}


class Rig(Episode):
    """The loan and its collateral; arrays (paths, QUARTERS + 1)."""

    @cached_property
    def pot(self) -> Collateral:
        """What stands behind the loan."""
        return collateral(self.scenario, self.market, draws())[0]

    @property
    def value(self) -> Array:
        """Value of a machine over its first."""
        value = self.pot.value[:, : QUARTERS + 1]
        return value / value[:, :1]

    @property
    def price(self) -> Array:
        """Price of its output over the first."""
        return self.market.price[:, : QUARTERS + 1] / self.market.price[:, :1]

    @cached_property
    def ltv(self) -> Array:
        """Loan to value as scheduled."""
        paid = np.concatenate([[0.0], np.cumsum(scheduled_principal(self.terms, self.pot.base_cfads))])
        value = self.pot.value[:, : QUARTERS + 1]
        return loan_to_value(np.broadcast_to(self.terms.opening_balance - paid, value.shape), value)


def replay() -> Replay:
    """The replay: the glut is fitted so that machines lose 85% in a year, everything else follows."""
    rig = Rig(_fitted())
    above = rig.ltv > 1.0
    crossed = np.where(above.any(axis=1), above.argmax(axis=1), np.inf)
    source = "s21_bloomberg"
    checks = (
        Check("Quarter in which the loan exceeds the machines", "quarter", 2.0, 3.0, spread(crossed), source=source),
        Check("Merchant loans in default", "share", 0.60, 1.0, single(rig.lender.default_probability),
              source="judgment"),
        Check("Loss given default", "share of exposure", 0.50, 0.85, single(rig.lender.loss_given_default),
              source=source),
        _inside(reading("miners-3"), rig.price),
        _inside(reading("miners-2"), rig.value),
    )
    return Replay(
        name="miners", title="Loans on mining machines, 2022",
        story="Lenders gave two to four billion dollars on mining machines, much of it with no other security. "
        " Within a year the income of the machines fell by three quarters and their price by 85%.",
        inputs=_inputs() | {"overcapacity.peak": rig.scenario.overcapacity.peak,
                            "gpu_debt.advance_cap": rig.scenario.gpu_debt.advance_cap},
        fitted="One number: the glut, so that machines without shocks lose 85% of their value in four quarters.",
        checks=checks, note=_note(rig), frame=_frame(rig),
    )


def _inside(seen: Observation, ratio: Array) -> Check:
    """A fall that was not fitted, against the model's in the same quarter."""
    change = ratio[:, quarter_of(START, seen.date)] - 1.0
    return Check(f"{seen.label}, not fitted", "change", seen.value, seen.value, spread(change), source=seen.source,
                 rule="range")


def _inputs() -> dict[str, Any]:
    rate = reading("miners-4").value
    return INPUTS | {"gpu_debt.spread": rate - past({}).rates.base_rate}


@lru_cache(maxsize=1)
def _fitted() -> PastScenario:
    """The scenario whose machines lose 85% in four quarters without shocks, lent 60% of their first value."""
    base, target = past(_inputs()), reading("miners-1").value

    def gap(peak: float) -> float:
        value = _value(base.replace({"overcapacity.peak": peak}).calm, calm_shocks())
        return float(value[0, YEAR] / value[0, 0] - 1.0 - target)

    peak = float(brentq(gap, 0.0, 8.0, xtol=1e-6))
    scenario = base.replace({"overcapacity.peak": peak})
    first = float(_value(scenario.calm, calm_shocks())[0, 0])
    return scenario.replace({"gpu_debt.advance_cap": LOAN_TO_VALUE * first / scenario.hardware.installed_cost})


def _value(scenario: Scenario, shocks: Shocks) -> Array:
    """Value of a used machine, USD, (paths, quarters + 1)."""
    return collateral(scenario, simulate_market(scenario.setting, shocks), shocks)[0].value


def _frame(rig: Rig) -> pd.DataFrame:
    falls = [*observed("miners", "machine value"), *observed("miners", "revenue")]
    seen = observed_rows("", falls, start=START, unit="index")
    seen["series"] = ["machine value, closing = 1", "machine value, closing = 1", "income, closing = 1"]
    seen["observed"] += 1.0
    quarters = range(QUARTERS + 1)
    return tidy(
        model_rows("machine value, closing = 1", "index", quarters, rig.value, START),
        model_rows("income, closing = 1", "index", quarters, rig.price, START),
        model_rows("loan to value as scheduled", "x", quarters[:-1], rig.ltv[:, :-1], START),
        seen,
    )


def _note(rig: Rig) -> str:
    known = reading("miners-6").value / reading("miners-5").value
    return (
        "The glut that takes machines down by 85% also takes their income down by "
        f"{1.0 - np.median(rig.price[:, YEAR]):.0%}, which was not fitted; miners' revenue fell by "
        f"{-reading('miners-3').value:.0%}. The loss given default, {rig.lender.loss_given_default:.0%}, is at the "
        "mild end: merchant loans default early, before the machines have lost all of their 85%, and the reserve of "
        "three months that the loan has by default pays a part. All such loans default in the model; the known "
        f"defaults, {known:.0%} of loans outstanding, are those of listed miners alone. Power, a larger cost to a "
        "miner than to a GPU fleet, is not adjusted."
    )
