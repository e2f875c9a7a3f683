"""Makers of telecom equipment, 2000 to 2003: who bought them at the peak, and what was left of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.assets.hardware_supplier.supplier import exit_value
from models.basis.timeline import Array
from models.claims.claim import by_quarter
from models.studies.hindcast import telecom
from models.studies.hindcast.observations import observed, reading
from models.studies.hindcast.past import Episode, past
from models.studies.hindcast.record import Check, Replay, model_rows, observed_rows, single, spread, tidy

START = "2000-12-31"  # the quarter of the highest sales
HELD = 12
BEFORE = 4
MOST = 0.5
INPUTS: dict[str, Any] = telecom.INPUTS | {"supplier_credit.past_growth": 0.30}
PEAKS = (0.3, telecom.SHOWN)
"""What was spent too much in 1999 and 2000, 50 of some 160 billion (telecom_bust-029 and -023), and the glut of the
networks themselves."""
SHOWN = PEAKS[0]


@dataclass(frozen=True, eq=False)
class Maker(Episode):
    """The supplier around its best quarter; arrays by quarter from ``BEFORE`` before it to ``HELD`` after it."""

    @property
    def peak(self) -> float:
        """Overcapacity as planned."""
        return self.scenario.overcapacity.peak

    @cached_property
    def top(self) -> NDArray[np.int64]:
        """Quarter of the highest sales, (paths,), at least a year after closing and three before the horizon."""
        sales = self.claim("hardware_supplier").flows.extras["revenue"]
        return np.asarray(BEFORE + sales[:, BEFORE : sales.shape[1] - HELD].argmax(axis=1))

    def around(self, line: Array, first: int, last: int) -> Array:
        """Columns ``first``..``last`` from the best quarter on, of (paths, quarters + 1)."""
        columns = self.top[:, None] + np.arange(first, last + 1)[None, :]
        return np.asarray(np.take_along_axis(line, columns, axis=1))

    @cached_property
    def sales(self) -> Array:
        """Sales over those of the best quarter, (paths, BEFORE + 1 + HELD)."""
        sales = self.around(self.claim("hardware_supplier").flows.extras["revenue"], -BEFORE, HELD)
        return np.asarray(sales / sales[:, BEFORE : BEFORE + 1])

    @cached_property
    def worth(self) -> Array:
        """Price of the company by the model's own formula, USD, (paths, quarters + 1)."""
        own, extras = self.scenario.hardware_supplier, self.claim("hardware_supplier").flows.extras
        return by_quarter(lambda t: exit_value(own, extras["revenue"], extras["earnings"], t), self.market)

    @cached_property
    def price(self) -> Array:
        """Price of the company over its highest, (paths, BEFORE + 1 + HELD)."""
        price = self.around(self.worth, -BEFORE, HELD)
        return np.asarray(price / np.maximum(price.max(axis=1, keepdims=True), 1.0))

    @cached_property
    def kept(self) -> Array:
        """What a dollar becomes that buys at the peak for the market's multiple and sells three years later, (paths,).

        The price is the multiple of the year's earnings; what owners have to pay in later is paid on top.
        """
        own, claim = self.scenario.hardware_supplier, self.claim("hardware_supplier")
        earned = self.around(claim.flows.extras["earnings"], 1 - BEFORE, 0)
        flows = self.around(claim.flows.net, 1, HELD)
        paid = own.market_multiple * earned.sum(axis=1) - np.minimum(flows, 0.0).sum(axis=1)
        sold = self.around(self.worth, HELD, HELD)[:, 0]
        return np.asarray((np.maximum(flows, 0.0).sum(axis=1) + sold) / paid)

    @cached_property
    def uncollected(self) -> Array:
        """Losses on financed customers in three years, over what they owed at the peak, (paths,)."""
        extras = self.claim("hardware_supplier").flows.extras
        return np.asarray(
            self.around(extras["credit_loss"], 1, HELD).sum(axis=1) / self.around(extras["owed"], 1, 1)[:, 0]
        )


def replay() -> Replay:
    """The replay, for a planned overcapacity of three tenths and of three times what demand pays for."""
    cases = [Maker(past(INPUTS | {"overcapacity.peak": peak})) for peak in PEAKS]
    return Replay(
        name="equipment", title="Makers of telecom equipment, 2000 to 2003",
        story="The makers of network equipment sold more than ever in 2000, much of it to customers they had financed. "
        "When the carriers stopped ordering, sales fell by more than half and expense did not.",
        inputs=INPUTS | {"overcapacity.peak": list(PEAKS)},
        checks=tuple(check for case in cases for check in _checks(case)), note=_note(*cases),
        frame=tidy(*_parts(cases[0])),
    )


def _checks(case: Maker) -> list[Check]:
    tag = f", glut of {case.peak:g}"
    least = [max(seen.value for seen in observed("equipment", name)) for name in ("revenue", "share price")]
    lost = reading("equipment-5")
    return [
        Check(f"Sales three years after their peak{tag}", "change", -1.0, least[0], spread(case.sales[:, -1] - 1.0),
              source="telecom_bust-040"),
        Check(f"Price of the company, lowest within three years{tag}", "change", -1.0, least[1],
              spread(case.price[:, BEFORE:].min(axis=1) - 1.0), source="telecom_bust-038"),
        Check(f"What is left of a dollar that bought at the peak{tag}", "x", 0.0, MOST, spread(case.kept),
              source="telecom_bust-038"),
        Check(f"Futures in which such a buyer loses most of the money{tag}", "share", 0.5, 1.0,
              single(float((case.kept < MOST).mean())), source="judgment"),
        Check(f"Vendor financing that was not collected{tag}", lost.unit, 0.33, 0.80, spread(case.uncollected),
              source=lost.source, rule="range"),
    ]


def _parts(case: Maker) -> list[pd.DataFrame]:
    after, names = range(HELD + 1), ("sales, peak = 1", "price of the company, peak = 1")
    sales, price = observed("equipment", "revenue"), observed("equipment", "share price")
    return [
        model_rows(names[0], "index", after, case.sales[:, BEFORE:], START),
        observed_rows(names[0], sales, start=START, unit="index").assign(observed=[1.0 + s.value for s in sales]),
        model_rows(names[1], "index", after, case.price[:, BEFORE:], START),
        observed_rows(names[1], price, start=START, unit="index").assign(observed=[1.0 + s.value for s in price]),
    ]


def _note(case: Maker, deep: Maker) -> str:
    tiers = [f"{-seen.value:.0%}" for seen in observed("equipment", "revenue")]
    sales, low = (float(np.median(x)) for x in (case.sales[:, -1], case.price[:, BEFORE:].min(axis=1)))
    multiple = case.scenario.hardware_supplier.market_multiple
    return (
        f"With a glut of {case.peak:g} sales fall by {1.0 - sales:.0%} in three years and the price of the company by "
        f"{1.0 - low:.0%}; makers of systems lost {tiers[0]} of sales and makers of parts {tiers[1]}. With the glut of "
        f"the networks themselves, {deep.peak:g}, sales fall by {1.0 - np.median(deep.sales[:, -1]):.0%}: the model's "
        f"order stop is all or nothing. Who paid {multiple:g} times the year's earnings at the peak, today's multiple "
        f"and far less than then, has {np.median(case.kept):.2f} of a dollar left. Of what financed customers owed "
        f"{np.median(case.uncollected):.0%} is lost, {reading('equipment-5').value:.0%} was then: demand goes on "
        "growing in the model, and the customers' hazard follows it."
    )
