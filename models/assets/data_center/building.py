"""Data center: cohorts of leases on slow rents; a glut reaches it late, through vacancy and the exit yield."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center.leasing import (
    LeaseRoll,
    LeaseRules,
    Leasing,
    expected_empty_years,
    market_rent_path,
    roll_leases,
    rules_of,
    vacancy_path,
)
from models.basis.assumption import Assumptions, assumption, choice
from models.basis.flows import CashFlows, split
from models.basis.shocks import COHORTS, Shocks
from models.basis.tax import CREDIT_CUTS_BASIS, Tax, building_schedule, deductions
from models.basis.tax import tax_due as due_on
from models.basis.timeline import DELTA, Array, running_sum, zero_paths
from models.market.customer import GRADES, Offtaker, Tie, alive
from models.market.simulate import MarketPaths
from models.policy.support import BuildingSupport

MAX_DELAY = 12
CAP_BOUNDS = (0.045, 0.11)


class DataCenter(Assumptions):
    """One megawatt of IT load: what it costs, what it rents for, and how it is sold."""

    capex: float = assumption(
        17.6e6, unit="USD/MW", low=10.0e6, high=25.0e6, step=0.1e6, symbol="I", status="fact",
        label="Build cost", source="data_centers-001",
        help="Cost of a data center without IT equipment, per MW of IT load.",
    )
    rent: float = assumption(
        2.08e6, unit="USD/MW-year", low=1.2e6, high=2.4e6, step=0.02e6, symbol="R_0", status="fact",
        label="First-year rent", source="data_centers-036",
        help="Rent of a new lease today, per MW of IT load and year.",
    )
    build_quarters: int = assumption(
        6, unit="quarters", low=4, high=12, step=1, symbol="build", status="assumption",
        label="Construction time", source="data_centers-086",
        help="Quarters over which construction is paid, before the first lease can start.",
    )
    prelease: float = assumption(
        0.70, unit="share", low=0.0, high=1.0, step=0.1, symbol="prelease", status="assumption",
        label="Let before delivery", source="s14_cbre",
        help="Share of the building let to an anchor tenant before delivery, in tenths.",
    )
    tenant: str = choice(
        "ig", options=GRADES, label="Anchor tenant grade", source="judgment", symbol="tenant",
        help="Credit of the anchor tenant, which sets its default rate.",
    )
    exit_cap: float = assumption(
        0.065, unit="per year", low=0.05, high=0.09, step=0.0025, symbol="cap_0", status="assumption",
        label="Exit yield", source="data_centers-041",
        help="Yield at which the building is sold at the end, before glut and age.",
    )
    exit_cap_slope: float = assumption(
        0.05, unit="yield per surplus", low=0.0, high=0.12, step=0.01, symbol="b_S", status="assumption",
        label="Glut in the exit yield", source="judgment",
        help="How much the exit yield rises with surplus capacity in the last year.",
    )
    ageing: float = assumption(
        0.0075, unit="per year", low=0.0, high=0.02, step=0.0005, symbol="age", status="assumption",
        label="Age in the exit yield", source="judgment",
        help="How much the exit yield rises over the full holding period because the building is older.",
    )
    overrun_sd: float = assumption(
        0.12, unit="share", low=0.0, high=0.3, step=0.01, symbol="overrun",
        label="Cost overrun, spread", source="judgment",
        help="Standard deviation of final over budgeted construction cost; the mean is one.",
    )
    delay_mean: float = assumption(
        2.0, unit="quarters", low=0.0, high=8.0, step=0.5, symbol="delay",
        label="Energization delay, mean", source="data_centers-086",
        help="Average wait for power after construction; waits are exponential, at most three years.",
    )
    long_stop: int = assumption(
        4, unit="quarters", low=0, high=12, step=1, symbol="long stop",
        label="Delay the anchor tenant accepts", source="judgment",
        help="Quarters after planned completion from which the anchor may leave a building that is not delivered; it "
        "does where space has become cheaper than what it signed.",
    )
    exit_cap_sd: float = assumption(
        0.0075, unit="per year", low=0.0, high=0.015, step=0.0005, symbol="cap sd",
        label="Exit yield, spread", source="judgment",
        help="Standard deviation of the exit yield that has nothing to do with the glut.",
    )
    hurdle: float = assumption(
        0.10, unit="per year", low=0.05, high=0.15, step=0.005, symbol="hurdle DC", status="assumption",
        label="Data center hurdle", source="judgment", help="Return required of an unlevered data center.",
    )


@dataclass(frozen=True, eq=False)
class Building:
    """One simulated MW: lines of (paths, quarters + 1) in USD, and what it was built with.

    ``capex`` <= 0, ``noi`` net operating income, ``fit_out`` tenant improvements <= 0, ``sale`` net exit proceeds,
    ``budget_draw`` (quarters + 1,) budgeted capex, ``opening`` (paths,) quarter of delivery, ``exit_cap`` (paths,),
    ``tenant_pays`` whether the anchor tenant has not defaulted, ``left_at`` (paths,) quarter in which it left a late
    building, past the horizon where it did not; ``empty_years`` expected until a vacant cohort is let, ``rules`` of the
    leases, ``support`` of home programs, None without.
    """

    capex: Array
    noi: Array
    fit_out: Array
    sale: Array
    budget_draw: Array
    opening: NDArray[np.int64]
    exit_cap: Array
    vacancy: Array
    empty_years: Array
    roll: LeaseRoll
    tenant_pays: NDArray[np.bool_]
    left_at: NDArray[np.int64]
    rules: LeaseRules
    support: BuildingSupport | None = None


def simulate_building(
    center: DataCenter, leasing: Leasing, offtaker: Offtaker, market: MarketPaths, shocks: Shocks,
    contract_price: float, tie: Tie | None = None,
) -> Building:
    """Build, let, operate and sell one MW on the market's paths.

    Parameters
    ----------
    contract_price : float
        What the anchor tenant earns per H100e-hour, USD; its gap to the market drives the tenant's default.
    tie : Tie, optional
        What ties the anchor tenant to the simulated lab.
    """
    quarters = market.quarters
    t = np.arange(quarters + 1)
    paid = t < center.build_quarters
    budget = np.where(paid, center.capex / center.build_quarters, 0.0)
    overrun = _lognormal_factor(center.overrun_sd, shocks.dc_overrun_z)
    opening = center.build_quarters + energization_delay(center.delay_mean, shocks.dc_delay_u)
    vacancy = vacancy_path(leasing, market.surplus)
    tenant_pays = alive(
        offtaker.rates(center.tenant), market.price, contract_price, market.demand_paths.state, shocks.tenant_u,
        opening, tie,
    )
    market_rent = market_rent_path(leasing, center.rent, vacancy)
    left_at = anchor_leaves(center, market_rent, opening)
    rules = rules_of(leasing, center.rent, round(center.prelease * COHORTS), center.hurdle, quarters)
    empty_years = expected_empty_years(leasing, vacancy, center.hurdle)
    roll = roll_leases(
        leasing, rules, market_rent, vacancy, empty_years, opening, left_at > quarters, tenant_pays, shocks
    )
    started = (t[:, None] > opening).T  # laid out time-major as all else: mixed layouts take several times as long
    noi = DELTA * (roll.rent * leasing.noi_margin - leasing.fixed_cost * (1.0 - roll.occupancy)) * started
    cap = exit_cap(center, market.surplus, shocks.dc_exit_cap_z, quarters)
    sale = zero_paths(market.paths, quarters)
    sale[:, -1] = (1.0 - leasing.exit_cost) * sale_price(noi[:, -1] / DELTA, leasing.escalator, cap)
    return Building(
        capex=(-overrun * budget[:, None]).T, noi=noi, fit_out=-roll.fit_out, sale=sale, budget_draw=budget,
        opening=opening, exit_cap=cap, vacancy=vacancy, empty_years=empty_years, roll=roll, tenant_pays=tenant_pays,
        left_at=left_at, rules=rules,
    )


def anchor_leaves(center: DataCenter, market_rent: Array, opening: NDArray[np.int64]) -> NDArray[np.int64]:
    """Quarter in which the anchor tenant leaves a late building, (paths,); past the horizon where it stays.

    From the long stop until delivery it may leave, and does in the first quarter in which a new lease elsewhere is
    cheaper than the one it signed.
    """
    t = np.arange(market_rent.shape[1])[None, :]
    may = (t > center.build_quarters + center.long_stop) & (t <= opening[:, None])
    does = may & (market_rent < center.rent) & (center.prelease > 0.0)
    return np.asarray(np.where(does.any(axis=1), does.argmax(axis=1), market_rent.shape[1]))


def exit_cap(center: DataCenter, surplus: Array, z: Array, quarter: int) -> Array:
    """Yield at which the building is sold at ``quarter``, (paths,): higher in a glut, with age and by own bad luck."""
    glut = np.maximum(surplus[:, max(quarter - 3, 0) : quarter + 1], 0.0).mean(axis=1)
    age = center.ageing * quarter / (surplus.shape[1] - 1)
    cap = center.exit_cap + center.exit_cap_slope * glut + age + center.exit_cap_sd * z
    return np.asarray(np.clip(cap, *CAP_BOUNDS))


def exit_values(center: DataCenter, leasing: Leasing, building: Building, surplus: Array, z: Array) -> Array:
    """What the building sells for in every quarter, net of selling cost, USD, (paths, quarters + 1).

    Before the first full quarter of rent it is worth what was spent on it.
    """
    spent = -running_sum(building.capex)
    out = spent.copy(order="K")
    for t in range(int(building.opening.min()) + 1, surplus.shape[1]):
        cap = exit_cap(center, surplus, z, t)
        worth = (1.0 - leasing.exit_cost) * sale_price(building.noi[:, t] / DELTA, leasing.escalator, cap)
        out[:, t] = np.where(t > building.opening, worth, out[:, t])
    return out


def energization_delay(mean: float, uniform: Array) -> NDArray[np.int64]:
    """Whole quarters of waiting for power, (paths,): exponential, at most MAX_DELAY."""
    return np.minimum(np.round(-mean * np.log(uniform)), MAX_DELAY).astype(np.int64)


def sale_price(noi_y: Array, growth: float, cap: Array | float) -> Array:
    """Price on next year's income: forward NOI over the exit yield, never negative."""
    return np.asarray(np.maximum(noi_y * (1.0 + growth), 0.0) / cap)


def tax_due(tax: Tax, building: Building, interest: Array | None = None) -> Array:
    """Tax of one MW in each quarter, (paths, quarters + 1), USD: on income, and on the gain of the sale.

    Depreciation, fit-out and interest are deducted; grants, and half of a tax credit, are not depreciated.

    Parameters
    ----------
    interest : (paths, quarters + 1), optional
        Deducted, USD.
    """
    paths, quarters = _dims(building.noi)
    basis, support = -np.ascontiguousarray(building.capex).sum(axis=1), building.support
    if support is not None:
        basis = np.maximum(basis - (support.grant + CREDIT_CUTS_BASIS * support.credit).sum(axis=1), 0.0)
    deducted = deductions(
        building_schedule(tax, quarters), basis, (building.opening + 1).astype(np.float64),
        np.full(paths, float(quarters)),
    )
    profit = building.noi + building.fit_out + building.sale - deducted
    return due_on(tax, profit if interest is None else profit - interest)


def cash_flows(building: Building, tax: Array | None = None) -> CashFlows:
    """Flows of one MW bought at cost and held without debt, USD; ``tax`` (paths, quarters + 1) is taken off."""
    net = building.noi + building.fit_out + building.capex + building.sale
    if building.support is not None:
        net = net + building.support.paid
    contrib, distrib = split(net if tax is None else net - tax)
    lines = {
        "construction": building.capex, "net operating income": building.noi, "fit-out": building.fit_out,
        "sale": building.sale,
    }
    if building.support is not None:
        lines["support"] = building.support.paid
    if tax is not None:
        lines["tax"] = -tax
    extras = {"noi": building.noi, "vacancy": building.vacancy, "occupancy": building.roll.occupancy,
              "exit_cap": building.exit_cap, "opening": building.opening.astype(float),
              "tenant_pays": building.tenant_pays, "left_at": building.left_at.astype(float)}
    return CashFlows(contrib, distrib, extras, lambda: lines)


def _dims(array: Array) -> tuple[int, int]:
    return array.shape[0], array.shape[1] - 1


def _lognormal_factor(sd: float, z: Array) -> Array:
    """Lognormal factor with mean one and the given standard deviation, shape of ``z``."""
    log_sd = np.sqrt(np.log1p(sd**2))
    return np.asarray(np.exp(log_sd * z - 0.5 * log_sd**2))
