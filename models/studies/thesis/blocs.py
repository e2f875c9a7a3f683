"""T12, T14, T15 and T20: borders, what they cost in idle machines, and how incumbents live with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.basis.timeline import Array
from models.engine.prices import present_value
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from models.studies.thesis.record import Figure, Finding, call, dollars, figure, percent, untested
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

YEARS = slice(1, 21)  # quarters of the first five years
MOST = 0.5
NOTICED = 0.001  # change of rents below which there is nothing to tell
MATERIAL = 0.02  # utilization points that an owner notices
SPLIT: dict[str, Any] = {"localization.share": 0.9, "localization.flexibility": 0.0, "localization.fragmentation": 0.6}
ALLIANCE: dict[str, Any] = {"localization.flexibility": 1.0}


def use(market: MarketPaths) -> Array:
    """Mean utilization of the first five years, (paths,)."""
    return np.asarray(market.utilization[:, YEARS].mean(axis=1))


def without_borders(scenario: Scenario) -> dict[str, Any]:
    """Changes that take every border away: localized demand and the mandates of programs."""
    mandates = {f"policy.programs.{i}.terms.mandate": 0.0 for i in range(len(scenario.policy.programs))}
    return {"localization.share": 0.0} | mandates


@claim("T14", "Sovereignty fragments workloads.", BAIN, BLOG)
def fragmentation(subject: Subject) -> Finding:
    """T14: utilization with this scenario's borders less without any, on the same draws."""
    bound = subject.scenario.localization.share + subject.scenario.policy.mandate
    if bound == 0.0:
        why = "No demand is bound to a bloc in this scenario, so there is nothing to take away."
        return untested(why, "Demand that must stay at home.", _bound(subject))
    free = subject.market_with(without_borders(subject.scenario))
    lost = use(free) - use(subject.market)
    figures = (
        subject.mean("Utilization that borders take, first five years", lost, "share"),
        subject.mean("Utilization, first five years", use(subject.market), "share"), _bound(subject),
        figure("Demand bound to its bloc before flexibility", min(bound, 1.0), "share"),
    )
    why = (
        f"With {percent(figures[2].value)} of demand bound to its bloc, machines are used "
        f"{percent(figures[1].value)} of the time in the first five years, {100.0 * abs(figures[0].value):.2f} points "
        f"{'less' if figures[0].value >= 0.0 else 'more'} than without borders."
    )
    turn = (
        "Full flexibility between blocs, or plans that err together.",
        "Borders that bind, between blocs whose demand differs.",
    )
    return Finding(figures, why, turn, verdict=call(figures[0].estimate))


def _bound(subject: Subject) -> Figure:
    return figure("Demand served at home, after flexibility", subject.market.bound_share, "share")


@claim("T15", "Data must be stored, processed and served inside the border.", BLOG)
def inside_the_border(subject: Subject) -> Finding:
    """T15: whether most demand must be served at home, what the mandate adds, and what it does to rents at home."""
    scenario, market = subject.scenario, subject.market
    mandate = scenario.policy.mandate
    free = subject.market_with(without_borders(scenario))
    rent = market.price[:, YEARS].mean(axis=1) / free.price[:, YEARS].mean(axis=1) - 1.0
    figures = (
        _bound(subject), figure("Added by the mandates of home programs", mandate, "share"),
        subject.mean("Change of rents at home through borders, first five years", rent, "share"),
    )
    why = (
        f"{percent(market.bound_share)} of the home bloc's demand must be served inside the border"
        + (f", {percent(mandate)} of it by mandate" if mandate else "; no program of this scenario has a mandate")
        + f". Rents at home {_moved(figures[2].value)} for it."
    )
    turn = (
        "Rules that let most demand be served abroad.",
        "Mandates that bind more than half of demand, as in the China-style preset.",
    )
    return Finding(figures, why, turn, verdict=call(market.bound_share - MOST))


def _moved(change: float) -> str:
    if abs(change) < NOTICED:
        return "hardly change"
    return f"are {percent(abs(change))} {'higher' if change > 0.0 else 'lower'}"


@claim("T20", "AI may split into blocs, or nations may collaborate.", BLOG)
def split_or_alliance(subject: Subject) -> Finding:
    """T20: how far a split world and an alliance lie apart, and where this scenario stands between them."""
    split, alliance = (use(subject.market_with(changes)) for changes in (SPLIT, ALLIANCE))
    here = use(subject.market)
    gap = subject.mean("Utilization of an alliance less that of a split, first five years", alliance - split, "share")
    figures = (
        gap,
        subject.mean("Utilization, split into blocs", split, "share"),
        subject.mean("Utilization, alliance", alliance, "share"),
        subject.mean("Utilization, this scenario", here, "share"),
    )
    way = float((here - split).mean() / gap.value) if abs(gap.value) > 1e-9 else 1.0
    why = (
        f"Split into blocs that plan alone, machines are used {percent(figures[1].value)} of the time in the first "
        f"five years, in an alliance {percent(figures[2].value)}; this scenario stands "
        f"{percent(min(max(way, 0.0), 1.0))} of the way to the alliance. Which of the two comes is an assumption; that "
        "the choice matters is what is tested."
    )
    turn = (
        "Blocs whose plans err together: then it does not matter who may serve whom.",
        "Blocs whose demand and plans differ.",
    )
    return Finding(figures, why, turn, verdict=call(gap.estimate, MATERIAL))


@claim("T12", "Incumbents adapt: they localize operations, comply with local rules, form joint ventures.", BAIN)
def joint_ventures(subject: Subject) -> Finding:
    """T12: the platform's value if it adapts to borders, against leaving localized demand to others."""
    scenario, local = subject.scenario, subject.market.bound_share
    if local == 0.0:
        why = "No demand is bound to a bloc in this scenario, so an incumbent has nothing to adapt to."
        return untested(why, "Demand that must stay at home.", _bound(subject))
    cloud = scenario.cloud_platform
    free = {"jv_cost": 0.0, "jv_share": 0.0}
    stays = _platform(subject, {})
    leaves = _platform(subject, free | {"ai_share": cloud.ai_share * (1.0 - local)})
    unbound = _platform(subject, free)
    figures = (
        subject.mean("Value of adapting, over leaving localized demand to others", stays - leaves, "USD"),
        subject.mean("What localization and the partner cost", unbound - stays, "USD"),
        subject.mean("Value of the platform as it adapts", stays, "USD"), _bound(subject),
        figure("Partner's share of localized profit", cloud.jv_share, "share"),
    )
    why = (
        f"Serving {percent(local)} of AI demand through local partners is worth {dollars(abs(figures[0].value))} "
        f"{'more' if figures[0].value >= 0.0 else 'less'} to the platform than leaving it to others; it costs "
        f"{dollars(figures[1].value)} against a world without borders."
    )
    turn = (
        "Partners or rules that take more of localized profit than it brings.",
        "Cheaper localization, or a smaller share for the partner.",
    )
    return Finding(figures, why, turn, verdict=call(figures[0].estimate))


def _platform(subject: Subject, changes: dict[str, float]) -> Array:
    """Value of the platform at its hurdle with terms changed, on the subject's market, USD, (paths,)."""
    cloud = subject.scenario.cloud_platform.derived(**changes)
    scenario = subject.scenario.derived(cloud_platform=cloud)
    return present_value(subject.claim("cloud_platform", scenario=scenario))

