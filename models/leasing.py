"""Vacancy, market rents and the roll of leases in ten cohorts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.basis.assumption import Assumptions, assumption
from models.basis.shocks import COHORTS, SPELLS, Shocks
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
        0.02, unit="per year", low=0.0, high=0.05, step=0.0025, symbol="infl", status="assumption",
        label="Rent inflation", source="judgment", help="Growth of market rents at natural vacancy.",
    )
    rent_adjustment: float = assumption(
        0.6, unit="per year", low=0.3, high=1.0, step=0.05, symbol=".6", status="assumption",
        label="Rent adjustment", source="rosen_smith_1983",
        help="How fast rents grow per point of vacancy below its natural rate.",
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
        label="Letting chance", source="judgment", help="Chance to let an empty cohort in a quarter when nothing else stands empty.",
    )
    downtime: int = assumption(
        2, unit="quarters", low=0, high=6, step=1, symbol="downtime",
        label="Downtime", source="judgment", help="Quarters a cohort is out of use when a tenant leaves.",
    )
    fit_out_years: float = assumption(
        0.5, unit="years of rent", low=0.0, high=1.0, step=0.05, symbol="TI",
        label="Fit-out for a new tenant", source="judgment", help="What the owner pays to fit out space for a new tenant.",
    )
    fixed_cost: float = assumption(
        0.10e6, unit="USD/MW-year", low=0.05e6, high=0.30e6, step=0.01e6, symbol="fixed",
        label="Cost of empty space", source="judgment", help="Yearly cost of a MW that stands empty.",
    )
    noi_margin: float = assumption(
        0.90, unit="share", low=0.80, high=0.95, step=0.01, symbol="NOI margin",
        label="Operating margin", source="judgment", help="Share of rent left after running the building; tenants pay power.",
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
    out = empty_paths(vacancy.shape[0], vacancy.shape[1] - 1)
    out[:, 0] = 0.0
    np.cumsum(growth, axis=1, out=out[:, 1:])
    return np.asarray(rent_now * np.exp(out))


def roll_leases(
    leasing: Leasing, rent_now: float, prelease: float, vacancy: Array, opening: NDArray[np.int64], anchor_pays: NDArray[np.bool_] | Array,
    shocks: Shocks,
) -> LeaseRoll:
    """Let, renew and re-let ten cohorts. Only cohorts with an event in a quarter are touched.

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
    escalation = (1.0 + leasing.escalator) ** (DELTA * np.arange(quarters + 1))
    terms = np.round(np.linspace(leasing.term_short, leasing.term_long, COHORTS)).astype(int)
    let_first = int(round(prelease * COHORTS))
    is_anchor = np.zeros((COHORTS, paths), dtype=bool)
    is_anchor[:let_first] = True
    # Rent is kept without escalation: base x escalation(t). `expiry` of an empty cohort lies beyond the horizon.
    base = np.zeros((COHORTS, paths))
    never = 10 * quarters + 1_000
    expiry = np.full((COHORTS, paths), never)
    expiry[:let_first] = opening + terms[:let_first, None]
    base[:let_first] = rent_now
    free_from = np.full((COHORTS, paths), never)
    free_from[let_first:] = opening + 1
    spell = np.zeros((COHORTS, paths), dtype=np.int8)
    clock = np.asfortranarray(-np.log(shocks.letting_u[:, :, 0]).T)
    out_rent, out_occupancy, fit_out = zero_paths(paths, quarters), zero_paths(paths, quarters), zero_paths(paths, quarters)
    rented, occupied = base.sum(axis=0), np.full(paths, float(let_first))
    first_open = int(opening.min())

    def vacate(cohort: NDArray[np.int64], row: NDArray[np.int64], t: int) -> None:
        np.subtract.at(rented, row, base[cohort, row])
        np.subtract.at(occupied, row, 1.0)
        base[cohort, row] = 0.0
        expiry[cohort, row] = never
        free_from[cohort, row] = t + leasing.downtime
        spell[cohort, row] = np.minimum(spell[cohort, row] + 1, SPELLS - 1)
        clock[cohort, row] = -np.log(shocks.letting_u[row, cohort, spell[cohort, row]])
        is_anchor[cohort, row] = False

    defaults = _first_false(anchor_pays)
    renewals = np.zeros((COHORTS, paths), dtype=np.int8)
    for t in range(first_open, quarters + 1):
        broke = np.flatnonzero(defaults == t)
        if len(broke):
            cohort, place = np.nonzero(is_anchor[:, broke])
            vacate(cohort, broke[place], t)
        cohort, row = np.nonzero(expiry == t - 1)
        if len(row):
            stays = shocks.renewal_u[row, cohort, np.minimum(renewals[cohort, row], SPELLS - 1)] < renew_chance[row, t]
            renewals[cohort, row] += 1
            vacate(cohort[~stays], row[~stays], t)
            cohort, row = cohort[stays], row[stays]
            new = market_rent[row, t] / escalation[t]
            np.add.at(rented, row, new - base[cohort, row])
            base[cohort, row] = new
            expiry[cohort, row] = t - 1 + terms[cohort]
        cohort, row = np.nonzero(free_from <= t)
        if len(row):
            clock[cohort, row] -= let_hazard[row, t]
            lets = clock[cohort, row] <= 0.0
            cohort, row = cohort[lets], row[lets]
            new = market_rent[row, t] / escalation[t]
            base[cohort, row] = new
            np.add.at(rented, row, new)
            np.add.at(occupied, row, 1.0)
            np.add.at(fit_out[:, t], row, leasing.fit_out_years * market_rent[row, t] / COHORTS)
            expiry[cohort, row] = t - 1 + terms[cohort]
            free_from[cohort, row] = never
        out_rent[:, t] = rented / COHORTS * escalation[t]
        out_occupancy[:, t] = occupied / COHORTS
    return LeaseRoll(out_rent, out_occupancy, fit_out, market_rent)


def _first_false(pays: NDArray[np.bool_] | Array) -> NDArray[np.int64]:
    """First quarter in which the anchor no longer pays, beyond the horizon if never, shape (paths,)."""
    stopped = ~np.asarray(pays, dtype=bool)
    return np.where(stopped.any(axis=1), stopped.argmax(axis=1), pays.shape[1] + 1)
