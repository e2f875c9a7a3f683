"""T12, T14 and T20: borders, what they cost in idle machines, and how incumbents live with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.basis.timeline import Array
from models.engine.prices import present_value
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from models.studies.thesis.record import Figure, Finding, dollars, figure, percent, tested, untested
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

YEARS = slice(1, 21)  # quarters of the first five years
NOTICED = 0.01  # utilization that an owner notices: at full use, more than three days a year
SPLIT: dict[str, Any] = {"localization.share": 0.9, "localization.flexibility": 0.0}


def use(market: MarketPaths) -> Array:
    """Mean utilization of the first five years, (paths,)."""
    return np.asarray(market.utilization[:, YEARS].mean(axis=1))


def without_borders(scenario: Scenario) -> dict[str, Any]:
    """Changes that take every border away: localized demand and the mandates of programs."""
    mandates = {f"policy.programs.{i}.terms.mandate": 0.0 for i in range(len(scenario.policy.programs))}
    return {"localization.share": 0.0} | mandates


@claim("T14", "Sovereignty fragments workloads.", BAIN, BLOG, refuted_by=("Utilization that borders take",))
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
        f"{'less' if figures[0].value >= 0.0 else 'more'} than without borders; less than {100.0 * NOTICED:.0f} point "
        "is no fragmentation that matters."
    )
    turn = (
        "Full flexibility between blocs, or plans that err together.",
        "Borders that bind, between blocs whose demand differs.",
    )
    parts = [tested("Borders take use from machines that an owner notices", figures[0], above=NOTICED)]
    return Finding(figures, why, turn, parts)


def _bound(subject: Subject) -> Figure:
    return figure("Demand served at home, after flexibility", subject.market.bound_share, "share")


@claim("T20", "AI may split into blocs, or nations may collaborate.", BLOG,
       refuted_by=("Utilization of an alliance less that of a split",))
def split_or_alliance(subject: Subject) -> Finding:
    """T20: this scenario's own blocs, split as far as they can be and in an alliance, and where it stands between."""
    place = subject.scenario.localization
    alliance, split = subject.market_with(alliance_of(subject.scenario)), subject.market_with(SPLIT)
    gap = subject.mean("Utilization of an alliance less that of a split, first five years", use(alliance) - use(split),
                       "share")
    figures = (
        gap,
        subject.mean("Utilization, split into blocs", use(split), "share"),
        subject.mean("Utilization, alliance", use(alliance), "share"),
        subject.mean("Utilization, this scenario", use(subject.market), "share"), _bound(subject),
        figure("Blocs in this scenario", float(place.blocs), "count"),
        figure("Planning error of a bloc", place.scenario_error, "log sd"),
        figure("Correlation of planning errors", place.correlation, "correlation"),
    )
    way = float((use(subject.market) - use(split)).mean() / gap.value) if abs(gap.value) > 1e-9 else 1.0
    why = (
        f"The {place.blocs} blocs of this scenario, each behind its border and with the scenario's own controls, use "
        f"their machines {percent(figures[1].value)} of the time in the first five years; in an alliance without "
        f"controls {percent(figures[2].value)}. This scenario stands {percent(min(max(way, 0.0), 1.0))} of the way to "
        f"the alliance. Which of the two comes is an assumption; whether the choice matters, by more than "
        f"{100.0 * NOTICED:.0f} point, is what is tested."
    )
    turn = (
        "Blocs whose plans err together, or one bloc only: then it does not matter who may serve whom.",
        "More blocs, whose demand and plans differ.",
    )
    return Finding(figures, why, turn, [tested("Split or alliance makes a difference", gap, above=NOTICED)])


def alliance_of(scenario: Scenario) -> dict[str, Any]:
    """Changes that let every bloc of a scenario serve every other, and lift its export controls."""
    free = {"localization.flexibility": 1.0, "export.rate": 0.0, "export.start_quarter": None}
    return free | ({} if scenario.export.cut_by_year is None else {"export.cut_by_year": None})


@claim("T12", "Incumbents adapt: they localize operations, comply with local rules, form joint ventures.", BAIN,
       refuted_by=("Value of adapting",))
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
    return Finding(figures, why, turn, [tested("Adapting is worth more than leaving", figures[0], above=0.0)])


def _platform(subject: Subject, changes: dict[str, float]) -> Array:
    """Value of the platform at its hurdle with terms changed, on the subject's market, USD, (paths,)."""
    cloud = subject.scenario.cloud_platform.derived(**changes)
    scenario = subject.scenario.derived(cloud_platform=cloud)
    return present_value(subject.claim("cloud_platform", scenario=scenario))

