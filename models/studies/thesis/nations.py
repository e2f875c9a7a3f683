"""T16 and T19: nations that differ, and supply that can be cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.shocks import draw_shocks
from models.claims.gpu_fleet import fleet_claim
from models.engine.estimate import Estimate, mean, ratio
from models.engine.prices import present_value
from models.evidence.countries import load_countries
from models.market.export import ExportControl
from models.market.simulate import MarketPaths, simulate_market
from models.policy.program import INSTRUMENTS, Policy
from models.scenario.scenario import Scenario
from models.studies.thesis.record import HOLDS, Figure, Finding, call, figure, over, percent, reported, tested, untested
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

PATHS = 1_024
SEED = 1
KINDS = 3  # different leading instruments from which nations differ
NOTICED = 0.001  # share of the world's deliveries
WHAT_IF = 4  # quarter in which controls are tried where the scenario has none


@dataclass(frozen=True)
class Land:
    """What one country gives a fleet: its value at cost per dollar, and what sets the country apart."""

    title: str
    value: Estimate
    instrument: str
    bound: float
    power_price: float
    cost_factor: float


@lru_cache(maxsize=1)
def lands() -> tuple[Land, ...]:
    """Every country that is recorded, its own fleet on one set of draws."""
    shocks = draw_shocks(SEED, PATHS)
    out = []
    for name, country in load_countries().items():
        scenario = Scenario.preset(name)
        market = simulate_market(scenario.setting, shocks)
        claim = fleet_claim(scenario.in_force, market, shocks)
        value = present_value(claim) / claim.capital
        out.append(Land(
            country.title, mean(value, shocks.replicate), leading(scenario.policy),
            market.bound_share, scenario.gpu_fleet.power_price, scenario.gpu_fleet.cost_factor,
        ))
    return tuple(out)


def leading(policy: Policy) -> str:
    """Instrument on which home programs spend most, all of them together."""
    money = {kind: sum(one.schedule.budget * getattr(one.mix, kind) for one in policy.home) for kind in INSTRUMENTS}
    return max(money, key=money.__getitem__) if policy.home else "none"


@claim("T16", "Nations differ: state champions, a full domestic stack, public infrastructure, each with its own "
       "instruments.", BAIN, BLOG)
def nations(subject: Subject) -> Finding:
    """T16: countries side by side; they are worlds of their own and leave this scenario aside."""
    found = lands()
    ranked = sorted(found, key=lambda land: land.value.value)
    worst, best = ranked[0], ranked[-1]
    kinds = {land.instrument for land in found}
    parts = (
        reported("Leading instruments differ", len(kinds) >= KINDS),
        reported("A fleet is worth more in one than in another",
                 call(over(best.value, worst.value)) == HOLDS),
    )
    figures = [one for land in found for one in _figures(land)]
    why = (
        f"The same fleet gains {percent(best.value)} of its cost in value in {best.title} and "
        f"{percent(worst.value)} in {worst.title}. The {len(found)} countries lead with {len(kinds)} different "
        f"instruments and bind {percent(min(land.bound for land in found))} to "
        f"{percent(max(land.bound for land in found))} of demand. Their scenarios are made of "
        "published programs and records, and are compared as they stand: no scenario tests them. Nations has them in "
        "full."
    )
    turn = (
        "Nothing in a scenario; other records: nations that pay with the same instrument, at the same power price, "
        "behind the same borders."
    )
    return Finding(figures, why, turn, parts)


def _figures(land: Land) -> tuple[Figure, Figure]:
    return (
        figure(f"{land.title}: value of a fleet over its cost", land.value, "share of cost"),
        figure(f"{land.title}: demand bound to the country", land.bound, "share"),
    )


@claim("T19", "Sanctions and export restrictions can cut supply.", BLOG,
       refuted_by=("Deliveries of the world lost",))
def export_controls(subject: Subject) -> Finding:
    """T19: deliveries while the scenario's own controls last, against the same world without them."""
    control = subject.scenario.export
    free = subject.market_with({"export.rate": 0.0, "export.start_quarter": None, "export.cut_by_year": None})
    by_year = control.cut_by_year
    if control.rate == 0.0 and control.start_quarter is None and not any(by_year or ()):
        return _tried(subject, free)
    cut, rent = _cut(subject, subject.market, free)
    figures = (
        cut, rent, figure("Deliveries that affected blocs lose", _mean_cut(control), "share"),
        figure("Part of the world's building in affected blocs", control.affected_share, "share"),
    )
    why = (
        f"The scenario's controls take {percent(cut.value)} of the world's deliveries while they last: affected blocs "
        f"build {percent(control.affected_share)} of the world's capacity, lose {percent(figures[2].value)} of it, and "
        f"others receive {percent(control.diverted)} of what they lose. Rents at home rise by up to "
        f"{percent(rent.value)} on average."
    )
    turn = (
        "Everything diverted to other buyers, or blocs that build at home what they may not buy.",
        "Controls that hit blocs which build, with less diverted to others.",
    )
    return Finding(figures, why, turn, [tested("Controls cut deliveries", cut, above=NOTICED)])


def _tried(subject: Subject, free: MarketPaths) -> Finding:
    """What controls would do from the second year on, where the scenario has none: shown, not tested."""
    hit = subject.market_with({"export.start_quarter": WHAT_IF})
    cut, rent = _cut(subject, hit, free)
    why = (
        f"This scenario has no controls to test. Tried from the second year on, they would take {percent(cut.value)} "
        f"of the world's deliveries while they last and lift rents at home by up to {percent(rent.value)} on average."
    )
    return untested(why, "Controls in the scenario: a chance of them a year, or a quarter in which they strike.",
                    cut, rent)


def _mean_cut(control: ExportControl) -> float:
    """Share of additions that affected blocs lose while controls are on."""
    on = [cut for cut in control.cut_by_year or () if cut > 0.0]
    return float(np.mean(on)) if on else control.additions_cut


def _cut(subject: Subject, hit: MarketPaths, free: MarketPaths) -> tuple[Figure, Figure]:
    """Deliveries lost while controls are on, over those without them, and the largest rise of rents at home."""
    rent = subject.mean("Largest rise of rents at home, ten years", (hit.price / free.price - 1.0).max(axis=1), "share")
    label = "Deliveries of the world lost while controls last"
    if hit.export is None:  # nobody is affected
        return figure(label, 0.0, "share"), rent
    is_on = np.broadcast_to(hit.export.is_on, hit.price.shape)
    left, whole = ((market.world.additions * is_on).sum(axis=1) for market in (hit, free))
    return figure(label, ratio(whole - left, whole, subject.shocks.replicate), "share"), rent
