"""T2: cash that operators and suppliers earn early, by year and by holding period, beside a buyer at today's price."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from models.basis.timeline import DELTA, Array
from models.claims.data_center import WHOLE
from models.engine.estimate import Estimate
from models.engine.holding import holding_returns
from models.studies.thesis.record import Figure, Finding, dollars, figure, over, percent, tested, untested
from models.studies.thesis.subject import BAIN, Subject, claim

PERIODS = (12, 20, 28, 40)
EARLY = 3  # years
SHOWN = (1, 2, 3, 5, 7, 10)
NOT_EARNED = frozenset({"retained", "exit", "investor"})
"""Lines of the supplier's ledger that are no cash of the business."""
OPERATOR, SUPPLIER = "data_center", "hardware_supplier"


@claim("T2", "Data center operators and hardware suppliers get a short-term windfall.", BAIN,
       refuted_by=("Data center: return held 3 years less", "Data center: return held 3 years over",
                   "Hardware supplier: cash a year in years 1 to 3"))
def windfall(subject: Subject) -> Finding:
    """T2: an operator's early sale beats the long hold and the hurdle; a supplier's early cash beats its later cash."""
    if subject.evaluation.is_calm:
        why = "Holding periods are priced with shocks; one path without them says nothing about them."
        return untested(why, "Shocks.")
    for key in (OPERATOR, SUPPLIER):
        subject.result(key, "at_cost")
    table = holding_returns(subject.scenario, subject.shocks, periods=PERIODS).to_dict("records")
    held = {key: _held(table, key) for key in (OPERATOR, SUPPLIER)}
    scenario = subject.scenario
    asked = scenario.in_force
    hurdle = {OPERATOR: asked.data_center.hurdle, SUPPLIER: asked.hardware_supplier.hurdle}
    cash = supplier_cash(subject)
    early = subject.mean("Hardware supplier: cash a year in years 1 to 3 less that of later years",
                         cash[:, :EARLY].mean(axis=1) - cash[:, EARLY:].mean(axis=1), "USD")
    fade = {key: figure(f"{_name(held[key])}: return held 3 years less that held 10 years",
                        over(held[key][0].estimate, held[key][-1].estimate), "per year") for key in held}
    beats = {key: figure(f"{_name(held[key])}: return held 3 years over what it must earn",
                         over(held[key][0].estimate, Estimate(hurdle[key], 0.0)), "per year") for key in held}
    parts = (
        tested("An operator who sells early earns more than one who stays", fade[OPERATOR], above=0.0),
        tested("An operator who sells early earns more than the hurdle", beats[OPERATOR], above=0.0),
        tested("The supplier's cash comes early", early, above=0.0),
        tested("A buyer of the supplier at today's price gets a part of it", beats[SUPPLIER], above=0.0, counts=False),
    )
    figures = (
        fade[OPERATOR], beats[OPERATOR], early, beats[SUPPLIER], fade[SUPPLIER], *held[OPERATOR], *held[SUPPLIER],
        *_by_year(subject, "Hardware supplier: cash", cash), *_by_year(subject, "Data center: income of one MW built "
                                                                       "today", operator_income(subject)),
    )
    why = (
        f"Sold after three years a data center bought at cost returns {percent(held[OPERATOR][0].value)} a year in the "
        f"middle of futures, against {percent(held[OPERATOR][-1].value)} over ten and a hurdle of "
        f"{percent(hurdle[OPERATOR])}. In each of its first three years the supplier earns {dollars(abs(early.value))} "
        f"{'more' if early.value > 0.0 else 'less'} than in a later one; who buys its shares at today's price and "
        f"sells after three years gets {percent(held[SUPPLIER][0].value)} a year, against a hurdle of "
        f"{percent(hurdle[SUPPLIER])}: the price {'leaves a part' if beats[SUPPLIER].value > 0.0 else 'has all'} of it."
    )
    turn = (
        "A glut that peaks within three years takes the operator's early return away first; demand that keeps growing "
        "makes the supplier's cash lasting, not early.",
        "Data centers that are worth more than they cost when they open, and orders that come before the glut.",
    )
    return Finding(figures, why, turn, parts)


def supplier_cash(subject: Subject) -> Array:
    """What the supplier earns after tax, write-offs and losses on its customers, by year, USD, (paths, years)."""
    flows = subject.claim(SUPPLIER).flows
    lines = [line for name, line in flows.ledger.items() if name not in NOT_EARNED]
    return _years(np.broadcast_to(sum(lines, np.zeros(1)), flows.net.shape))


def operator_income(subject: Subject) -> Array:
    """Net operating income of one MW begun today, by year, USD, (paths, years)."""
    return _years(subject.claim(WHOLE).flows.extras["noi"])


def _years(quarterly: Array) -> Array:
    """Sums of four quarters, (paths, years)."""
    return np.asarray(quarterly[:, 1:].reshape(len(quarterly), -1, round(1.0 / DELTA)).sum(axis=2))


def _by_year(subject: Subject, label: str, yearly: Array) -> list[Figure]:
    return [subject.mean(f"{label}, year {year}", yearly[:, year - 1], "USD") for year in SHOWN]


def _held(table: list[dict[Hashable, Any]], key: str) -> list[Figure]:
    """Median return at today's price by holding period."""
    rows = {row["quarters"]: row for row in table if row["asset"] == key}
    return [
        figure(f"{rows[s]['label']}: return held {s // 4} years",
               Estimate(float(rows[s]["irr_p50"]), float(rows[s]["irr_p50_se"])), "per year")
        for s in PERIODS
    ]


def _name(held: list[Figure]) -> str:
    return held[0].label.split(":")[0]
