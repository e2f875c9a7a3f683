"""Vacancy, market rents and the roll of leases in ten cohorts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basis.assumption import Assumptions, assumption
from models.basis.compiled import kernel, over_paths, time_major
from models.basis.shocks import COHORTS, Shocks
from models.basis.timeline import DELTA, Array, empty_paths, zero_paths

VACANCY_BOUNDS = (0.02, 0.50)
RENEWAL_BOUNDS = (0.2, 0.95)
LETTING_BOUNDS = (0.03, 0.5)


class Leasing(Assumptions):
    """How the market for data center space answers to a glut, and how one building is let."""

    vacancy_now: float = assumption(
        0.014, unit="share", low=0.0, high=0.2, step=0.002, symbol="v_0", status="fact",
        label="Vacancy today", source="data_centers-040", help="Share of data center space that stands empty today.",
    )
    natural_vacancy: float = assumption(
        0.08, unit="share", low=0.05, high=0.12, step=0.005, symbol="v*", status="assumption",
        label="Natural vacancy", source="rosen_smith_1983",
        help="Vacancy at which rents rise just with inflation.",
    )
    vacancy_speed: float = assumption(
        0.12, unit="per quarter", low=0.05, high=0.3, step=0.01, symbol="vacancy speed", status="assumption",
        label="Speed of vacancy", source="judgment",
        help="Share of the gap to its target that vacancy closes in a quarter; tenants pay for idle machines.",
    )
    vacancy_slope: float = assumption(
        0.35, unit="share per surplus", low=0.2, high=0.6, step=0.05, symbol="slope", status="assumption",
        label="Vacancy in a glut", source="judgment",
        help="How much target vacancy rises with surplus compute capacity.",
    )
    inflation: float = assumption(
        0.02, unit="log per year", low=0.0, high=0.05, step=0.0025, symbol="infl", status="assumption",
        label="Rent inflation", source="judgment", help="Yearly growth of market rents at natural vacancy.",
    )
    rent_adjustment: float = assumption(
        0.6, unit="per vacancy", low=0.3, high=1.0, step=0.05, symbol=".6", status="assumption",
        label="Rent adjustment", source="rosen_smith_1983",
        help="Points a year that rents grow faster for each point of vacancy below its natural rate.",
    )
    escalator: float = assumption(
        0.025, unit="per year", low=0.0, high=0.04, step=0.0025, symbol="escalator", status="assumption",
        label="Lease escalator", source="judgment", help="Yearly rise of rent inside a lease.",
    )
    term_short: int = assumption(
        20, unit="quarters", low=12, high=60, step=2, symbol="shortest term", status="assumption",
        label="Shortest lease", source="judgment", help="Term of the shortest cohort of leases.",
    )
    term_long: int = assumption(
        40, unit="quarters", low=12, high=60, step=2, symbol="longest term", status="assumption",
        label="Longest lease", source="judgment", help="Term of the longest cohort of leases.",
    )
    renewal: float = assumption(
        0.85, unit="share", low=0.75, high=0.95, step=0.01, symbol="renewal",
        label="Renewal chance", source="judgment", help="Chance that a tenant renews when vacancy is 5%.",
    )
    letting: float = assumption(
        0.35, unit="per quarter", low=0.25, high=0.45, step=0.01, symbol="re-let",
        label="Letting chance", source="judgment",
        help="Chance to let an empty cohort in a quarter when nothing else stands empty.",
    )
    downtime: int = assumption(
        2, unit="quarters", low=0, high=6, step=1, symbol="downtime",
        label="Downtime", source="judgment", help="Quarters a cohort is out of use when a tenant leaves.",
    )
    fit_out_years: float = assumption(
        0.5, unit="years of rent", low=0.0, high=1.0, step=0.05, symbol="TI",
        label="Fit-out for a new tenant", source="judgment",
        help="What the owner pays to fit out space for a new tenant.",
    )
    fixed_cost: float = assumption(
        0.10e6, unit="USD/MW-year", low=0.05e6, high=0.30e6, step=0.01e6, symbol="fixed",
        label="Cost of empty space", source="judgment", help="Yearly cost of a MW that stands empty.",
    )
    noi_margin: float = assumption(
        0.90, unit="share", low=0.80, high=0.95, step=0.01, symbol="NOI margin",
        label="Operating margin", source="judgment",
        help="Share of rent left after running the building; tenants pay power.",
    )
    exit_cost: float = assumption(
        0.02, unit="share", low=0.0, high=0.04, step=0.0025, symbol="exit cost",
        label="Cost of selling", source="judgment", help="Share of the sale price that selling costs.",
    )


@dataclass(frozen=True, eq=False)
class LeaseRoll:
    """Rent roll of one MW.

    Attributes
    ----------
    rent : (paths, quarters + 1)
        Annual rent of occupied cohorts, USD.
    occupancy : (paths, quarters + 1)
        Share of cohorts let.
    fit_out : (paths, quarters + 1)
        Money spent on new tenants in the quarter, USD >= 0.
    market_rent : (paths, quarters + 1)
        Annual rent of a new lease, USD per MW.
    """

    rent: Array
    occupancy: Array
    fit_out: Array
    market_rent: Array


def vacancy_path(leasing: Leasing, surplus: Array) -> Array:
    """Vacancy that slowly follows surplus compute capacity, (paths, quarters + 1)."""
    target = np.clip(leasing.natural_vacancy + leasing.vacancy_slope * np.maximum(surplus, 0.0), *VACANCY_BOUNDS)
    out = empty_paths(surplus.shape[0], surplus.shape[1] - 1)
    out[:, 0] = leasing.vacancy_now
    for t in range(1, surplus.shape[1]):
        out[:, t] = out[:, t - 1] + leasing.vacancy_speed * (target[:, t] - out[:, t - 1])
    return out


def market_rent_path(leasing: Leasing, rent_now: float, vacancy: Array) -> Array:
    """Rent of a new lease, USD per MW-year, (paths, quarters + 1): Rosen-Smith adjustment to vacancy."""
    growth = DELTA * (leasing.inflation + leasing.rent_adjustment * (leasing.natural_vacancy - vacancy[:, 1:]))
    out = zero_paths(vacancy.shape[0], vacancy.shape[1] - 1)
    np.cumsum(growth.T, axis=0, out=out.T[1:])
    return np.asarray(rent_now * np.exp(out))


class LeaseRules(NamedTuple):
    """Numbers of the lease roll; ``terms`` (COHORTS,) in quarters, ``escalation`` (quarters + 1,) since closing."""

    let_first: int
    rent_now: float
    terms: NDArray[np.int64]
    escalation: Array
    downtime: int
    fit_out_years: float


@kernel
def lease_loop(
    first: int, last: int, rules: LeaseRules, market_rent: Array, renew_chance: Array, let_hazard: Array,
    opening: NDArray[np.int64], anchor_pays: NDArray[np.bool_], renewal_u: Array, letting_u: Array, rent: Array,
    occupancy: Array, fit_out: Array,
) -> None:
    """Let, renew and re-let the cohorts of paths first..last; writes (quarters + 1, paths).

    A cohort's rent is kept without escalation, so that only leases with an event are touched. An empty cohort lets
    when the hazard it has faced since it was free passes the exponential clock of that vacancy.
    """
    cohorts, quarters = len(rules.terms), market_rent.shape[0] - 1
    base, clock = np.zeros(cohorts), np.zeros(cohorts)
    expiry, free_from = np.zeros(cohorts, dtype=np.int64), np.zeros(cohorts, dtype=np.int64)
    spell, renewals = np.zeros(cohorts, dtype=np.int64), np.zeros(cohorts, dtype=np.int64)
    is_anchor = np.zeros(cohorts, dtype=np.bool_)
    spells = letting_u.shape[2]
    for i in range(first, last):
        opens = opening[i]
        for c in range(cohorts):
            is_anchor[c] = c < rules.let_first
            base[c] = rules.rent_now if is_anchor[c] else 0.0
            expiry[c] = opens + rules.terms[c] if is_anchor[c] else -1
            free_from[c] = opens + 1
            spell[c] = renewals[c] = 0
            clock[c] = -math.log(letting_u[i, c, 0])
        was_paying = True
        for t in range(opens, quarters + 1):
            breaks = was_paying and not anchor_pays[t, i]
            was_paying = was_paying and not breaks
            rented, occupied = 0.0, 0
            for c in range(cohorts):
                leaves = breaks and is_anchor[c]
                if not leaves and expiry[c] == t - 1:
                    leaves = not renewal_u[i, c, min(renewals[c], spells - 1)] < renew_chance[t, i]
                    renewals[c] += 1
                    if not leaves:
                        base[c] = market_rent[t, i] / rules.escalation[t]
                        expiry[c] = t - 1 + rules.terms[c]
                if leaves:
                    base[c] = 0.0
                    expiry[c] = -1
                    is_anchor[c] = False
                    free_from[c] = t + rules.downtime
                    spell[c] = min(spell[c] + 1, spells - 1)
                    clock[c] = -math.log(letting_u[i, c, spell[c]])
                if expiry[c] < 0 and t >= free_from[c]:
                    clock[c] -= let_hazard[t, i]
                    if clock[c] <= 0.0:
                        base[c] = market_rent[t, i] / rules.escalation[t]
                        expiry[c] = t - 1 + rules.terms[c]
                        fit_out[t, i] += rules.fit_out_years * market_rent[t, i] / cohorts
                if expiry[c] >= 0:
                    rented += base[c]
                    occupied += 1
            if t > opens:  # rent starts in the quarter after delivery
                rent[t, i] = rented / cohorts * rules.escalation[t]
                occupancy[t, i] = occupied / cohorts


def roll_leases(
    leasing: Leasing, rent_now: float, prelease: float, vacancy: Array, opening: NDArray[np.int64],
    anchor_pays: NDArray[np.bool_], shocks: Shocks,
) -> LeaseRoll:
    """Let, renew and re-let ten cohorts.

    Parameters
    ----------
    prelease : float
        Share of cohorts let at delivery to the anchor tenant.
    opening : (paths,)
        Quarter of delivery; rents start in the next quarter.
    anchor_pays : (paths, quarters + 1)
        Whether the anchor tenant still pays.
    """
    paths, quarters = vacancy.shape[0], vacancy.shape[1] - 1
    market_rent = market_rent_path(leasing, rent_now, vacancy)
    renew_chance = np.clip(leasing.renewal - (vacancy - 0.05), *RENEWAL_BOUNDS)
    let_hazard = -np.log1p(-np.clip(leasing.letting * (1.0 - vacancy / 0.30), *LETTING_BOUNDS))
    rules = LeaseRules(
        let_first=round(prelease * COHORTS), rent_now=rent_now,
        terms=np.round(np.linspace(leasing.term_short, leasing.term_long, COHORTS)).astype(np.int64),
        escalation=(1.0 + leasing.escalator) ** (DELTA * np.arange(quarters + 1)), downtime=leasing.downtime,
        fit_out_years=leasing.fit_out_years,
    )
    rent, occupancy, fit_out = (np.zeros((quarters + 1, paths)) for _ in range(3))
    over_paths(
        lease_loop, paths, rules, time_major(market_rent), time_major(renew_chance), time_major(let_hazard), opening,
        time_major(anchor_pays), shocks.renewal_u, shocks.letting_u, rent, occupancy, fit_out,
    )
    return LeaseRoll(rent.T, occupancy.T, fit_out.T, market_rent)
