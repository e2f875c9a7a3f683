"""Telecom 1998 to 2003: a planned glut of networks against the prices, the idle lines and the defaults of then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from models.basis.timeline import Array
from models.studies.hindcast.observations import observed, reading
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Check, Replay, model_rows, observed_rows, single, spread, tidy

START = "1998-12-31"
PEAKS = (3.0, 5.0, 10.0)
SHOWN = 3.0  # the case of the chart: the largest glut the interface offers
INPUTS: dict[str, Any] = {
    "hardware.deflation_now": 0.40, "hardware.deflation_long_run": 0.30, "localization.share": 0.0,
    "pipeline.hyperscaler_response": 0.3, "pipeline.local_response": 0.3, "pipeline.sovereign_response": 0.3,
    "gpu_fleet.contracted_share": 0.2, "gpu_debt.contracted_share": 0.2, "gpu_debt.advance_cap": 0.7,
    "gpu_debt.sizing_dscr": None,
}
FIVE_YEARS = 20


@dataclass(frozen=True, eq=False)
class Case(Episode):
    """One planned glut."""

    @property
    def peak(self) -> float:
        """Overcapacity as planned."""
        return self.scenario.overcapacity.peak

    @cached_property
    def revenue(self) -> Array:
        """Supplier revenue of each quarter, USD, (paths, quarters)."""
        return self.claim("hardware_supplier").flows.extras["revenue"][:, 1:]

    @property
    def price_change(self) -> Array:
        """Price after five years over the first one, less one, (paths,)."""
        return np.asarray(self.market.price[:, FIVE_YEARS] / self.market.price[:, 0] - 1.0)

    @property
    def lowest_use(self) -> Array:
        """Lowest utilization, (paths,)."""
        return np.asarray(self.market.utilization.min(axis=1))


def replay() -> Replay:
    """The replay, for planned overcapacity of three, five and ten times what demand pays for."""
    cases = [Case(past(INPUTS | {"overcapacity.peak": peak})) for peak in PEAKS]
    shown = next(case for case in cases if case.peak == SHOWN)
    return Replay(
        name="telecom", title="Telecom networks, 1998 to 2003",
        story="Carriers borrowed to lay networks for traffic that came later. Prices fell by nine tenths in five "
        "years, equipped networks ran at a third of capacity, and half of the defaulted junk bonds of 2002 were "
        "theirs.",
        inputs=INPUTS | {"overcapacity.peak": list(PEAKS)},
        checks=tuple(check for case in cases for check in _checks(case)),
        note=_note(cases, shown), frame=tidy(*_parts(shown)),
    )


def _checks(case: Case) -> list[Check]:
    tag, used = f", glut of {case.peak:g}", reading("telecom-4")
    return [
        Check(f"Price after five years{tag}", "change", -0.97, -0.88, spread(case.price_change), source="s20_matr"),
        Check(f"Lowest use of what is equipped{tag}", used.unit, used.value, used.value, spread(case.lowest_use),
              source=used.source, rule="range"),
        Check(f"Loans in default{tag}", "share", 0.5, 1.0, single(case.lender.default_probability), source="judgment"),
        Check(f"Supplier revenue within four quarters of its peak{tag}", "change", -1.0, -0.6,
              spread(fall_from_peak(case.revenue, 4)), source="telecom_bust-040"),
    ]


def fall_from_peak(revenue: Array, quarters: int) -> Array:
    """Deepest fall within ``quarters`` after the highest quarter, (paths,) of (paths, quarters)."""
    rows, top = np.arange(len(revenue)), revenue.argmax(axis=1)
    last = revenue.shape[1] - 1
    after = np.stack([revenue[rows, np.minimum(top + k, last)] for k in range(quarters + 1)], axis=1)
    return np.asarray(after.min(axis=1) / after[:, 0] - 1.0)


def _parts(case: Case) -> list[pd.DataFrame]:
    transit, capex = observed("telecom", "transit price"), observed("telecom", "carrier capex")
    spent = case.revenue[:, :FIVE_YEARS].reshape(len(case.revenue), -1, 4).sum(axis=2)
    price = case.market.price[:, : FIVE_YEARS + 1] / case.market.price[:, :1]
    quarters, names = range(FIVE_YEARS + 1), ("price, 1998 = 1", "utilization", "equipment spending, 2000 = 1")
    return [
        model_rows(names[0], "index", quarters, price, START),
        observed_rows(names[0], transit, start=START, base=transit[0].value, unit="index"),
        model_rows(names[1], "share", quarters, case.market.utilization[:, : FIVE_YEARS + 1], START),
        observed_rows(names[1], observed("telecom", "utilization"), start=START),
        model_rows(names[2], "index", quarters[4::4], spent / np.median(spent[:, 1]), START),
        observed_rows(names[2], capex, start=START, base=capex[0].value, unit="index"),
    ]


def _note(cases: list[Case], shown: Case) -> str:
    listed = "; ".join(
        f"a glut of {case.peak:g} brings {np.median(case.price_change):.0%} and {np.median(case.lowest_use):.0%}"
        for case in cases
    )
    capex = observed("telecom", "carrier capex")
    cut = 1.0 - capex[-1].value / capex[0].value
    lost = -float(np.median(fall_from_peak(shown.revenue, 4)))
    demand = shown.market.world.demand
    both = [f"{case.peak:g}" for case in cases if all(check.passed for check in _checks(case)[:2])]
    fits = f"a glut of {' or '.join(both)} gives" if both else "no single glut gives"
    return (
        f"Of those tried, {fits} both the fall of prices and the idle networks. Price after five years and lowest use: "
        f"{listed}; history has {reading('telecom-10').value:.0%} and {reading('telecom-4').value:.0%}. Use is lowest "
        f"{np.median(shown.market.utilization.argmin(axis=1)):.0f} quarters after the end of 1998, the reading is of "
        f"October 2002. With a glut of {shown.peak:g}, demand grows by "
        f"{np.median(demand[:, 16] / demand[:, 12]) - 1.0:.0%} in 2002, traffic grew by "
        f"{reading('telecom-5').value:.0%}. All such loans default ({shown.lender.default_probability:.0%}), "
        f"{reading('telecom-12').value:.0%} of Oregon's builders did; {1.0 - shown.lender.loss_given_default:.0%} is "
        f"recovered with security, {reading('telecom-11').value:.0%} was without. Supplier revenue falls by {lost:.0%} "
        f"within a year of its peak, carriers cut their spending by {cut:.0%} in two: the model's order stop is all or "
        "nothing. Gluts above 3 lie outside the interface."
    )
