"""T16 and T19: nations that differ, and supply that can be cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.claims.gpu_fleet import fleet_claim
from models.engine.prices import present_value
from models.evidence.presets import presets
from models.market.export import ExportPaths
from models.market.simulate import simulate_market
from models.measures import risk
from models.policy.program import INSTRUMENTS
from models.scenario.scenario import Scenario
from models.studies.thesis.record import FAILS, HOLDS, ClaimTest, Figure, Part, all_of, call, percent
from models.studies.thesis.statements import STATEMENTS
from models.studies.thesis.subject import Subject

PATHS = 1_024
SEED = 1
KINDS = 3  # different leading instruments from which nations differ
WHAT_IF = 4  # quarter in which controls are tried where the scenario has none


@dataclass(frozen=True)
class Bloc:
    """What one bloc preset gives a fleet: its value at cost per dollar, and what sets the bloc apart."""

    title: str
    value: float
    value_se: float
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
            preset.title.split(":")[0], float(value.mean()), risk.mean_standard_error(value, shocks.replicate), leading,
            market.bound_share, scenario.gpu_fleet.power_price, scenario.gpu_fleet.cost_factor,
        ))
    return tuple(out)


def nations(subject: Subject) -> ClaimTest:
    """T16: the bloc presets side by side; they are worlds of their own and leave this scenario aside."""
    found = blocs()
    best, worst = max(found, key=lambda bloc: bloc.value), min(found, key=lambda bloc: bloc.value)
    kinds = {bloc.instrument for bloc in found}
    gap = call(best.value - worst.value, float(np.hypot(best.value_se, worst.value_se)))
    parts = (
        Part("Leading instruments differ", HOLDS if len(kinds) >= KINDS else FAILS),
        Part("A fleet is worth more in one than in another", gap),
    )
    figures = [figure for bloc in found for figure in _figures(bloc)]
    why = (
        f"The same fleet gains {percent(best.value)} of its cost in value in the preset {best.title} and "
        f"{percent(worst.value)} in {worst.title}. The {len(found)} presets lead with {len(kinds)} different "
        f"instruments and bind {percent(min(bloc.bound for bloc in found))} to "
        f"{percent(max(bloc.bound for bloc in found))} of demand. They are compared as they stand, not under this "
        "scenario."
    )
    turn = "Nations that pay with the same instrument, at the same power price, behind the same borders."
    return ClaimTest(STATEMENTS["T16"], tuple(figures), parts, all_of([part.verdict for part in parts]), why, turn)


def _figures(bloc: Bloc) -> tuple[Figure, Figure]:
    return (
        Figure(f"{bloc.title}: value of a fleet over its cost", bloc.value, "share of cost", bloc.value_se),
        Figure(f"{bloc.title}: demand bound to the bloc", bloc.bound, "share"),
    )


def export_controls(subject: Subject) -> ClaimTest:
    """T19: deliveries while controls last, against the same world without them."""
    control = subject.scenario.export
    is_on = control.rate > 0.0 or control.start_quarter is not None
    hit = subject.market if is_on else subject.market_with({"export.start_quarter": WHAT_IF})
    free = subject.market_with({"export.rate": 0.0, "export.start_quarter": None})
    if hit.export is None or not hit.export.is_on.any():
        return _no_controls(is_on)
    cut = _cut(subject, hit.export, hit.world.additions, free.world.additions)
    rent = (hit.price / free.price - 1.0).max(axis=1)
    keep = np.ones(subject.market.paths) * control.affected_share
    figures = (
        cut, subject.mean("Largest rise of rents at home, ten years", rent, "share"),
        Figure("Deliveries that affected blocs lose", control.additions_cut, "share"),
        subject.mean("Part of the world's building in affected blocs", keep, "share"),
    )
    verdict = call(cut.value, cut.standard_error)
    why = (
        f"{'Controls' if is_on else 'This scenario has no controls; tried from its second year on, they'} take "
        f"{percent(cut.value)} of the world's deliveries while they last: affected blocs build "
        f"{percent(control.affected_share)} of the world's capacity, lose {percent(control.additions_cut)} of it, and "
        f"others receive {percent(control.diverted)} of what they lose. Rents at home rise by up to "
        f"{percent(figures[1].value)} on average."
    )
    turn = "Everything diverted to other buyers, or blocs that build at home what they may not buy." \
        if verdict == HOLDS else "Controls that hit blocs which build, with less diverted to others."
    return ClaimTest(STATEMENTS["T19"], figures, (), verdict, why, turn)


def _no_controls(is_on: bool) -> ClaimTest:
    nobody = Figure("Deliveries lost to controls", 0.0, "share")
    why = "No bloc is affected by controls in this scenario, so they cut nothing."
    return ClaimTest(STATEMENTS["T19"], (nobody,), (), FAILS, why, "Blocs that controls can hit.")


def _cut(subject: Subject, export: ExportPaths, hit: Array, free: Array) -> Figure:
    """Deliveries lost while controls are on, over those of the same quarters without them."""
    is_on = np.broadcast_to(export.is_on, hit.shape)
    table = np.column_stack([(hit * is_on).sum(axis=1), (free * is_on).sum(axis=1)])

    def lost(rows: Array) -> float:
        without = float(rows[:, 1].sum())
        return 1.0 - float(rows[:, 0].sum()) / without if without > 0.0 else 0.0

    error = float(risk.replicate_standard_error(lost, table, subject.shocks.replicate))
    return Figure("Deliveries of the world lost while controls last", lost(table), "share", error)
