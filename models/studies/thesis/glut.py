"""T3, T4 and T13: the glut that reaches data centers, suppliers that level off, and what every builder waits for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.basis.timeline import Array
from models.claims.data_center import WHOLE
from models.engine.estimate import Estimate, share
from models.measures import returns, risk
from models.studies.hindcast.observations import reading
from models.studies.thesis.record import Figure, Finding, dollars, fact, figure, finite, percent, tested
from models.studies.thesis.subject import BAIN, Subject, claim

GLUT = 0.5  # surplus above which builders stop ordering growth
FREQUENT = 0.10  # chance above which a risk is more than a remote one
TELECOM_PEAK = 3.0
THIRDS = 3
LONG_WAIT = 4  # quarters
FIVE_YEARS = 20  # quarters
NOTICED = 0.01  # share of cost, service or deliveries that a builder notices


@claim("T3", "Data center owners risk overcapacity, as telecom networks did in the early 2000s.", BAIN,
       refuted_by=("Futures with surplus capacity", "Data center: value per dollar"))
def overcapacity(subject: Subject) -> Finding:
    """T3: how often a glut comes, and what it takes from the owner of a data center."""
    subject.result("data_center")
    market, replicate = subject.evaluation.market, subject.evaluation.replicate
    is_glut = market.surplus[:, 1:].max(axis=1) > GLUT
    chance = figure("Futures with surplus capacity above 50%", share(is_glut, replicate), "share")
    damage = _damage(subject)
    here = subject.mean("Data center: chance of loss", _loss_chance(subject, {}), "share")
    there = subject.mean("Data center: chance of loss with a planned glut of telecom size",
                         _loss_chance(subject, {"overcapacity.peak": TELECOM_PEAK}), "share")
    seen = reading("telecom-4")
    figures = finite(
        chance, damage, here, there,
        subject.median("Lowest utilization, middle of futures", subject.market.utilization.min(axis=1), "share"),
        figure(seen.label, seen.value, "share", seen.source),
    )
    parts = (
        tested("A glut is more than a remote chance", chance, above=FREQUENT),
        tested("Surplus costs the data center owner", damage, below=0.0),
    )
    turn = (
        "A glut would have to become rarer than one future in ten: less planned overcapacity, or steadier demand."
        if chance.value > FREQUENT else "A glut would have to come in more than one future in ten."
    )
    return Finding(figures, _why_glut(subject, chance, damage, here, there), turn, parts)


def _why_glut(subject: Subject, chance: Figure, damage: Figure, here: Figure, there: Figure) -> str:
    text = f"Surplus capacity passes 50% in {percent(chance.value)} of futures."
    if math.isfinite(damage.value):
        text += (
            f" In the third of futures with the most surplus a data center is worth {percent(abs(damage.value))} of "
            f"its capital {'less' if damage.value < 0.0 else 'more'} than in the third with the least."
        )
    if subject.scenario.overcapacity.peak >= TELECOM_PEAK:
        return f"{text} Its owner loses money in {percent(here.value)} of futures."
    return (
        f"{text} Its owner loses money in {percent(here.value)} of futures, and with a planned glut of telecom size in "
        f"{percent(there.value)}."
    )


def _damage(subject: Subject) -> Figure:
    """Value in the third of futures with the most mean surplus less that in the third with the least."""
    values = subject.evaluation.assets["data_center"].cash_npv
    surplus = subject.evaluation.market.surplus[:, 1:].mean(axis=1)
    label = "Data center: value per dollar, futures with most surplus less those with least"
    if len(values) < THIRDS:
        return figure(label, math.nan, "share of capital")

    def gap(table: Array) -> float:
        order = np.argsort(table[:, 1], kind="stable")
        size = max(len(order) // THIRDS, 1)
        return float(table[order[-size:], 0].mean() - table[order[:size], 0].mean())

    table = np.column_stack([values, surplus])
    error = float(risk.replicate_standard_error(gap, table, subject.evaluation.replicate))
    return figure(label, Estimate(gap(table), error), "share of capital")


def _loss_chance(subject: Subject, changes: dict[str, float]) -> Array:
    """1 where a data center bought at fair entry returns less than was put in, (paths,)."""
    market = subject.market_with(changes) if changes else subject.market
    premium = subject.evaluation.assets["data_center"].fair_price.premium
    flows = subject.claim("data_center", market).flows.with_entry(premium)
    return np.asarray(returns.moic(flows.contrib, flows.distrib) < 1.0, dtype=np.float64)


@claim("T4", "Growth of silicon and hardware suppliers may level off in the long term.", BAIN,
       refuted_by=("Futures with less revenue",))
def leveling_off(subject: Subject) -> Finding:
    """T4: supplier revenue follows additions, so it can shrink while the stock grows."""
    quarters = subject.evaluation.assets["hardware_supplier"].claim.flows.extras["revenue"][:, 1:]
    yearly = quarters.reshape(len(quarters), -1, 4).sum(axis=2)
    replicate, stock = subject.evaluation.replicate, subject.evaluation.market.world.stock
    shrinks = figure("Futures with less revenue in year 10 than in year 1",
                     share(yearly[:, -1] < yearly[:, 0], replicate), "share")
    level = [_index(yearly, year, replicate) for year in (2, 5, 10)]
    lowest = np.minimum.accumulate(yearly[:, ::-1], axis=1)[:, ::-1]
    fall = 1.0 - np.divide(lowest, yearly, out=np.ones_like(yearly), where=yearly > 0.0)
    figures = (
        shrinks, *level,
        figure("Deepest fall of yearly revenue, middle of futures", float(np.median(fall.max(axis=1))), "share"),
        figure("Compute in use in ten years over today's, middle of futures",
               float(np.median(stock[:, -1] / stock[:, 0])), "x"),
    )
    why = (
        f"The middle of futures has yearly revenue at {level[1].value:.2f} times the first year's in year 5 and at "
        f"{level[2].value:.2f} times in year 10, while the compute in use grows {figures[-1].value:.0f}-fold; revenue "
        f"ends below where it began in {percent(shrinks.value)} of futures."
    )
    turn = (
        "Spending would have to keep growing for longer: with a fade of demand growth of 0.12 instead of 0.40 revenue "
        "rises through the ten years.",
        "Growth of spending would have to fade sooner, so that builders only replace what wears out.",
    )
    parts = [tested("In most futures revenue ends below where it began", shrinks, above=0.5)]
    return Finding(figures, why, turn, parts)


def _index(yearly: Array, year: int, replicate: NDArray[np.int64]) -> Figure:
    def ratio(table: Array) -> float:
        return float(np.median(table[:, year - 1]) / np.median(table[:, 0]))

    index = Estimate(ratio(yearly), float(risk.replicate_standard_error(ratio, yearly, replicate)))
    return figure(f"Supplier revenue in year {year} over year 1, middle of futures", index, "x")


@claim("T13", "Land, approvals, power and connectivity constrain every builder.", BAIN,
       refuted_by=("Cost of the wait", "Service lost to the wait", "Deliveries of five years that the power limit"))
def waiting_for_power(subject: Subject) -> Finding:
    """T13: what the wait for power costs in dollars and in builds, and what a limit on new power holds back."""
    center = subject.scenario.in_force.data_center
    wait = subject.claim(WHOLE).flows.extras["opening"] - center.build_quarters
    carry = (1.0 + center.hurdle) ** (wait / 4.0) - 1.0
    cost = subject.mean("Cost of the wait, per dollar of build cost", carry, "share")
    window = FIVE_YEARS - center.build_quarters
    lost = subject.mean("Service lost to the wait, first five years", np.minimum(wait, window) / window, "share")
    held = subject.mean("Deliveries of five years that the power limit holds back", _held_back(subject), "share")
    figures = (
        cost, lost, held,
        subject.mean("Cost of the wait, per MW", carry * center.capex, "USD"),
        subject.mean("Wait for power after construction, mean", wait, "quarters"),
        subject.mean("Buildings that wait a year or longer", wait >= LONG_WAIT, "share"),
        fact("Requests for grid connection that were built", "data_centers-074", "share", 0.01),
        fact("Requests for power over what gets built", "data_centers-075", "x"),
    )
    parts = [
        tested("The wait costs the builder money", cost, above=NOTICED),
        tested("The wait costs builds", lost, above=NOTICED),
    ]
    capacity = subject.scenario.capacity
    limit = "no limit on new power is set"
    if capacity.power_cap is not None or capacity.power_cap_by_year is not None:
        parts.append(tested("The power limit holds back every builder", held, above=NOTICED))
        capped = "a limit by year" if capacity.power_cap_by_year else f"a limit of {capacity.power_cap:g} GW a quarter"
        limit = f"{capped} holds back {percent(held.value)} of the deliveries of five years"
    why = (
        f"A building waits {figures[4].value:.1f} quarters for power on average, {percent(figures[5].value)} of them a "
        f"year or longer. What is already spent must earn its {percent(center.hurdle)} meanwhile: "
        f"{dollars(figures[3].value)} per MW, {percent(cost.value)} of the build cost; and {percent(lost.value)} of "
        f"the service of its first five years is lost. In this scenario {limit}."
    )
    turn = (
        "Power would have to be ready when the building is.",
        "A wait for power, and a limit on new power, if one is set, that building reaches.",
    )
    return Finding(figures, why, turn, parts)


def _held_back(subject: Subject) -> Array:
    """Deliveries of five years lost to the power limit, over those without one, (paths,)."""
    if subject.scenario.capacity.power_cap is None and subject.scenario.capacity.power_cap_by_year is None:
        return np.zeros(subject.market.paths)
    free = subject.market_with({"capacity.power_cap": None, "capacity.power_cap_by_year": None})
    limited, whole = (m.world.additions[:, 1 : FIVE_YEARS + 1].sum(axis=1) for m in (subject.market, free))
    return np.asarray(1.0 - np.divide(limited, whole, out=np.ones_like(whole), where=whole > 0.0))
