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
from models.basis.timeline import DELTA, Array, empty_paths, running_sum, zero_paths

VACANCY_BOUNDS = (0.02, 0.50)
RENEWAL_BOUNDS = (0.2, 0.95)
LETTING_BOUNDS = (0.03, 0.5)
GRID = 101
LONGEST_WAIT = 80
"""Quarters after which an empty cohort is taken to be let: the chance is gone by then in any market."""


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
    settled_rent : (paths, quarters + 1)
        The same once vacancy has closed its gap, see the function of this name.
    over_market : (paths, quarters + 1)
        What leases in place, and the time until empty space is let, add to a building at market rent, USD; from the
        quarter of delivery on.
    """

    rent: Array
    occupancy: Array
    fit_out: Array
    market_rent: Array
    settled_rent: Array
    over_market: Array


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
    out[:, 1:] = running_sum(growth)
    return np.asarray(rent_now * np.exp(out))


class LeaseRules(NamedTuple):
    """Numbers of the lease roll.

    ``terms`` (COHORTS,) in quarters, ``escalation`` (quarters + 1,) since closing; ``lease_years`` and
    ``market_years`` (longest term + 1,) present value of a yearly rent of one that rises as leases or as market rents
    do, by quarters left.
    """

    let_first: int
    rent_now: float
    terms: NDArray[np.int64]
    escalation: Array
    downtime: int
    fit_out_years: float
    noi_margin: float
    fixed_cost: float
    lease_years: Array
    market_years: Array


@kernel
def lease_loop(
    first: int, last: int, rules: LeaseRules, market_rent: Array, renew_chance: Array, let_hazard: Array,
    settled: Array, empty_years: Array, opening: NDArray[np.int64], anchor_stays: NDArray[np.bool_],
    anchor_pays: NDArray[np.bool_], renewal_u: Array, letting_u: Array, rent: Array, occupancy: Array, fit_out: Array,
    over_market: Array,
) -> None:
    """Let, renew and re-let the cohorts of paths first..last; writes (quarters + 1, paths).

    A cohort's rent is kept without escalation, so that only leases with an event are touched. An empty cohort lets
    when the hazard it has faced since it was free passes the exponential clock of that vacancy. ``settled`` is the
    yearly income of a MW in a settled market, which a lease or an empty cohort is measured against, ``empty_years`` the
    expected present value of the time until it is let.
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
            is_anchor[c] = c < rules.let_first and anchor_stays[i]
            base[c] = rules.rent_now / rules.escalation[min(opens + 1, quarters)] if is_anchor[c] else 0.0
            expiry[c] = opens + rules.terms[c] if is_anchor[c] else -1
            free_from[c] = opens + 1
            spell[c] = renewals[c] = 0
            clock[c] = -math.log(letting_u[i, c, 0])
        was_paying = True
        for t in range(opens, quarters + 1):
            breaks = was_paying and not anchor_pays[t, i]
            was_paying = was_paying and not breaks
            rented, occupied, gap = 0.0, 0, 0.0
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
                    left = expiry[c] - t
                    gap += rules.noi_margin * base[c] * rules.escalation[t] * rules.lease_years[left]
                    gap -= settled[t, i] * rules.market_years[left]
                else:
                    waits = DELTA * max(free_from[c] - 1 - t, 0)
                    gap -= (settled[t, i] + rules.fixed_cost) * (empty_years[t, i] + waits)
                    gap -= rules.fit_out_years * market_rent[t, i]
            over_market[t, i] = gap / cohorts
            if t > opens:  # rent starts in the quarter after delivery
                rent[t, i] = rented / cohorts * rules.escalation[t]
                occupancy[t, i] = occupied / cohorts


def letting_chance(leasing: Leasing, vacancy: Array) -> Array:
    """Chance that an empty cohort finds a tenant in a quarter, shape of ``vacancy``."""
    return np.asarray(np.clip(leasing.letting * (1.0 - vacancy / 0.30), *LETTING_BOUNDS))


def settled_rent(leasing: Leasing, market_rent: Array, vacancy: Array) -> Array:
    """Yearly rent of today's money once vacancy has closed its gap to its natural rate, USD per MW, as the inputs.

    What is left of a gap moves rents until it is closed; no new surplus is expected.
    """
    quarters_open = (1.0 - leasing.vacancy_speed) / leasing.vacancy_speed
    gap = leasing.natural_vacancy - vacancy
    return np.asarray(market_rent * np.exp(DELTA * leasing.rent_adjustment * quarters_open * gap))


def settled_income(leasing: Leasing, rent: Array) -> Array:
    """Yearly income of a MW at this market rent and natural vacancy, USD, shape of ``rent``."""
    empty = leasing.natural_vacancy
    return leasing.noi_margin * rent * (1.0 - empty) - leasing.fixed_cost * empty


def expected_empty_years(leasing: Leasing, vacancy: Array, hurdle: float) -> Array:
    """Expected present value of the years until an empty cohort is let, shape of ``vacancy``.

    Vacancy is expected to close its gap to its natural rate at its speed; rent not earned grows with inflation.
    """
    grid = np.linspace(0.0, VACANCY_BOUNDS[1], GRID)
    ratio = (1.0 + hurdle) ** -DELTA * math.exp(DELTA * leasing.inflation)
    ahead, still, years = grid, np.ones(GRID), np.zeros(GRID)
    for quarter in range(1, LONGEST_WAIT + 1):
        ahead = ahead + leasing.vacancy_speed * (leasing.natural_vacancy - ahead)
        still = still * (1.0 - letting_chance(leasing, ahead))
        years = years + DELTA * ratio**quarter * still
    return np.asarray(np.interp(vacancy, grid, years))


def lease_terms(leasing: Leasing) -> NDArray[np.int64]:
    """Terms of the ten cohorts, in quarters, (COHORTS,)."""
    return np.round(np.linspace(leasing.term_short, leasing.term_long, COHORTS)).astype(np.int64)


def rules_of(leasing: Leasing, rent_now: float, let_first: int, hurdle: float, quarters: int) -> LeaseRules:
    """Rules of a building whose first cohorts are let before delivery; leases are valued at ``hurdle``, per year."""
    terms = lease_terms(leasing)
    v = (1.0 + hurdle) ** -DELTA
    in_lease, in_market = v * (1.0 + leasing.escalator) ** DELTA, v * math.exp(DELTA * leasing.inflation)
    left = np.arange(terms[-1] + 1.0)
    return LeaseRules(
        let_first=let_first, rent_now=rent_now, terms=terms,
        escalation=np.asarray((1.0 + leasing.escalator) ** (DELTA * np.arange(quarters + 1))),
        downtime=leasing.downtime,
        fit_out_years=leasing.fit_out_years, noi_margin=leasing.noi_margin, fixed_cost=leasing.fixed_cost,
        lease_years=DELTA * np.cumsum(in_lease**left) - DELTA, market_years=DELTA * np.cumsum(in_market**left) - DELTA,
    )


def roll_leases(
    leasing: Leasing, rules: LeaseRules, market_rent: Array, vacancy: Array, empty_years: Array,
    opening: NDArray[np.int64], anchor_stays: NDArray[np.bool_], anchor_pays: NDArray[np.bool_], shocks: Shocks,
) -> LeaseRoll:
    """Let, renew and re-let ten cohorts.

    Parameters
    ----------
    market_rent, vacancy, empty_years : (paths, quarters + 1)
        Yearly rent of a new lease, USD per MW, vacancy of the market, and `expected_empty_years`.
    opening : (paths,)
        Quarter of delivery; rents start in the next quarter, and rise from there.
    anchor_stays : (paths,)
        Whether the anchor tenant still wants the space on delivery.
    anchor_pays : (paths, quarters + 1)
        Whether the anchor tenant still pays.
    """
    paths, quarters = vacancy.shape[0], vacancy.shape[1] - 1
    renew_chance = np.clip(leasing.renewal - (vacancy - 0.05), *RENEWAL_BOUNDS)
    let_hazard = -np.log1p(-letting_chance(leasing, vacancy))
    expected = settled_rent(leasing, market_rent, vacancy)
    settled = settled_income(leasing, expected)
    rent, occupancy, fit_out, over_market = (np.zeros((quarters + 1, paths)) for _ in range(4))
    over_paths(
        lease_loop, paths, rules, time_major(market_rent), time_major(renew_chance), time_major(let_hazard),
        time_major(settled), time_major(empty_years), opening, anchor_stays, time_major(anchor_pays),
        shocks.renewal_u, shocks.letting_u, rent, occupancy, fit_out, over_market,
    )
    return LeaseRoll(rent.T, occupancy.T, fit_out.T, market_rent, expected, over_market.T)
