"""Export controls: for a while the affected blocs build half as much and pay more, and others get part of the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.basis.assumption import Assumptions, assumption, switch, yearly
from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array
from models.basis.yearly import Years, by_quarter


class ExportControl(Assumptions):
    """When controls come, how long they last and what they do."""

    rate: float = assumption(
        0.0, unit="events per year", low=0.0, high=0.5, step=0.02, symbol="λ_x",
        label="Export shock rate", source="judgment", help="Chance that export controls strike within a year.",
    )
    start_quarter: int | None = assumption(
        None, unit="quarter", low=1, high=40, step=1, symbol="export start",
        label="Export shock in quarter", source="judgment", none="comes at random, at the rate above",
        help="Quarter in which controls strike for certain, for a planned scenario.",
    )
    duration: int = assumption(
        6, unit="quarters", low=1, high=40, step=1, symbol="export duration",
        label="Length of controls", source="judgment", help="Quarters until controls are reversed.",
    )
    affected_share: float = assumption(
        0.15, unit="share", low=0.0, high=0.5, step=0.01, symbol="affected share",
        label="Affected share of building", source="s23_epoch",
        help="Share of the world's additions that stands in affected blocs.",
    )
    is_home_affected: bool = switch(
        False, label="Home bloc is affected", source="judgment", symbol="home affected",
        help="Whether the scenario's home bloc is under controls.",
    )
    cost_rise: float = assumption(
        0.35, unit="share", low=0.0, high=1.0, step=0.05, symbol="export cost",
        label="Cost rise under controls", source="judgment",
        help="How much more hardware costs in an affected bloc while controls last.",
    )
    additions_cut: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="export additions",
        label="Building lost under controls", source="judgment",
        help="Share of additions that affected blocs lose while controls last.",
    )
    cut_by_year: Years | None = yearly(
        unit="share", low=0.0, high=1.0, symbol="export additions_y", label="Building lost to controls by year",
        none="one episode of controls, if any", replaces=("rate", "start_quarter", "duration", "additions_cut"),
        help="Share of additions that affected blocs lose in each year; controls are off in a year of zero.",
    )
    diverted: float = assumption(
        0.5, unit="share", low=0.0, high=1.0, step=0.05, symbol="diverted",
        label="Units diverted elsewhere", source="judgment",
        help="Share of the lost units that unaffected blocs receive instead.",
    )


@dataclass(frozen=True, eq=False)
class ExportPaths:
    """Effect of controls; arrays (paths or 1, quarters + 1).

    ``is_on`` 1 while controls last; ``world`` and ``home`` multiply deliveries; ``embargoed`` share of the supplier's
    additions that it cannot sell to; ``cost`` multiplies hardware cost at home.
    """

    is_on: Array
    world: Array
    home: Array
    embargoed: Array
    cost: Array


def simulate_export(control: ExportControl, shocks: Shocks) -> ExportPaths | None:
    """Draw one episode of controls a path; None where controls cannot come."""
    by_year = control.cut_by_year
    comes = any(by_year) if by_year is not None else control.rate > 0.0 or control.start_quarter is not None
    if control.affected_share == 0.0 or not comes:
        return None
    is_on, cut = _episode(control, shocks)
    share = control.affected_share
    world = 1.0 - is_on * share * cut * (1.0 - control.diverted)
    elsewhere = 1.0 + is_on * share * cut * control.diverted / (1.0 - share)
    home = 1.0 - is_on * cut if control.is_home_affected else elsewhere
    embargoed = is_on * share * (1.0 - cut) / world
    cost = 1.0 + is_on * control.cost_rise * control.is_home_affected
    return ExportPaths(is_on, world, home, embargoed, cost)


def _episode(control: ExportControl, shocks: Shocks) -> tuple[Array, Array | float]:
    """When controls are on, (paths or 1, quarters + 1), and how much of additions affected blocs lose then."""
    t = np.arange(shocks.quarters + 1)
    if control.cut_by_year is not None:
        cut = by_quarter(control.cut_by_year, shocks.quarters)[None, :]
        return ((cut > 0.0) & (t > 0)).astype(float), cut
    if control.start_quarter is not None:
        begins = np.full((1, 1), float(control.start_quarter))
    else:
        begins = np.ceil(-np.log(shocks.export_u[:, :1]) / (control.rate * DELTA))
    return ((t >= begins) & (t < begins + control.duration)).astype(float), control.additions_cut
