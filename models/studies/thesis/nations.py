"""T16 and T19: nations that differ, and supply that can be cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.claims.gpu_fleet import fleet_claim
from models.engine.estimate import Estimate, mean
from models.engine.prices import present_value
from models.evidence.presets import presets
from models.market.export import ExportPaths
from models.market.simulate import simulate_market
from models.measures import risk
from models.policy.program import INSTRUMENTS
from models.scenario.scenario import Scenario
from models.studies.thesis.record import FAILS, Figure, Finding, Part, call, fails_if, figure, over, percent
from models.studies.thesis.subject import BAIN, BLOG, Subject, claim

PATHS = 1_024
SEED = 1
KINDS = 3  # different leading instruments from which nations differ
WHAT_IF = 4  # quarter in which controls are tried where the scenario has none


@dataclass(frozen=True)
class Bloc:
    """What one bloc preset gives a fleet: its value at cost per dollar, and what sets the bloc apart."""

    title: str
    value: Estimate
    instrument: str
    bound: float
    power_price: float
    cost_factor: float


@lru_cache(maxsize=1)
def blocs() -> tuple[Bloc, ...]:
    """Every bloc preset, its own fleet on one set of draws."""
    shocks = draw_shocks(SEED, PATHS)
    out = []
    for name, preset in presets().items():
        if preset.group != "bloc":
            continue
        scenario = Scenario.preset(name)
        market = simulate_market(scenario.setting, shocks)
        claim = fleet_claim(scenario, market, shocks)
        value = present_value(claim) / claim.capital
        mix = scenario.policy.home[0].mix if scenario.policy.home else None
        leading = max(INSTRUMENTS, key=lambda kind: getattr(mix, kind)) if mix else "none"
        out.append(Bloc(
            preset.title.split(":")[0], mean(value, shocks.replicate), leading,
            market.bound_share, scenario.gpu_fleet.power_price, scenario.gpu_fleet.cost_factor,
        ))
    return tuple(out)


@claim("T16", "Nations differ: state champions, a full domestic stack, public infrastructure, each with its own "
       "instruments.", BAIN, BLOG)
def nations(subject: Subject) -> Finding:
    """T16: the bloc presets side by side; they are worlds of their own and leave this scenario aside."""
    found = blocs()
    ranked = sorted(found, key=lambda bloc: bloc.value.value)
    worst, best = ranked[0], ranked[-1]
    kinds = {bloc.instrument for bloc in found}
    parts = (
        Part("Leading instruments differ", fails_if(len(kinds) < KINDS)),
        Part("A fleet is worth more in one than in another", call(over(best.value, worst.value))),
    )
    figures = [one for bloc in found for one in _figures(bloc)]
    why = (
        f"The same fleet gains {percent(best.value)} of its cost in value in the preset {best.title} and "
        f"{percent(worst.value)} in {worst.title}. The {len(found)} presets lead with {len(kinds)} different "
        f"instruments and bind {percent(min(bloc.bound for bloc in found))} to "
        f"{percent(max(bloc.bound for bloc in found))} of demand. They are compared as they stand, not under this "
        "scenario."
    )
    turn = "Nations that pay with the same instrument, at the same power price, behind the same borders."
    return Finding(figures, why, turn, parts)


def _figures(bloc: Bloc) -> tuple[Figure, Figure]:
    return (
        figure(f"{bloc.title}: value of a fleet over its cost", bloc.value, "share of cost"),
        figure(f"{bloc.title}: demand bound to the bloc", bloc.bound, "share"),
    )


@claim("T19", "Sanctions and export restrictions can cut supply.", BLOG)
def export_controls(subject: Subject) -> Finding:
    """T19: deliveries while controls last, against the same world without them."""
    control = subject.scenario.export
    is_on = control.rate > 0.0 or control.start_quarter is not None
    hit = subject.market if is_on else subject.market_with({"export.start_quarter": WHAT_IF})
    free = subject.market_with({"export.rate": 0.0, "export.start_quarter": None})
    if hit.export is None or not hit.export.is_on.any():
        why = "No bloc is affected by controls in this scenario, so they cut nothing."
        nobody = figure("Deliveries lost to controls", 0.0, "share")
        return Finding([nobody], why, "Blocs that controls can hit.", verdict=FAILS)
    cut = _cut(subject, hit.export, hit.world.additions, free.world.additions)
    rent = (hit.price / free.price - 1.0).max(axis=1)
    keep = np.ones(subject.market.paths) * control.affected_share
    figures = (
        cut, subject.mean("Largest rise of rents at home, ten years", rent, "share"),
        figure("Deliveries that affected blocs lose", control.additions_cut, "share"),
        subject.mean("Part of the world's building in affected blocs", keep, "share"),
    )
    why = (
        f"{'Controls' if is_on else 'This scenario has no controls; tried from its second year on, they'} take "
        f"{percent(cut.value)} of the world's deliveries while they last: affected blocs build "
        f"{percent(control.affected_share)} of the world's capacity, lose {percent(control.additions_cut)} of it, and "
        f"others receive {percent(control.diverted)} of what they lose. Rents at home rise by up to "
        f"{percent(figures[1].value)} on average."
    )
    turn = (
        "Everything diverted to other buyers, or blocs that build at home what they may not buy.",
        "Controls that hit blocs which build, with less diverted to others.",
    )
    return Finding(figures, why, turn, verdict=call(cut.estimate))


def _cut(subject: Subject, export: ExportPaths, hit: Array, free: Array) -> Figure:
    """Deliveries lost while controls are on, over those of the same quarters without them."""
    is_on = np.broadcast_to(export.is_on, hit.shape)
    table = np.column_stack([(hit * is_on).sum(axis=1), (free * is_on).sum(axis=1)])

    def lost(rows: Array) -> float:
        without = float(rows[:, 1].sum())
        return 1.0 - float(rows[:, 0].sum()) / without if without > 0.0 else 0.0

    error = float(risk.replicate_standard_error(lost, table, subject.shocks.replicate))
    return figure("Deliveries of the world lost while controls last", Estimate(lost(table), error), "share")
