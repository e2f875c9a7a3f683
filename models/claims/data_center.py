"""One MW of data center, with its loan and without, and the loan: claims, what they earn on, terms of the sale."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.assets.data_center import building as data_center
from models.assets.data_center import service
from models.assets.data_center.loan import planned_interest, sized
from models.assets.data_center.worth import as_it_stands
from models.basis.shocks import Shocks
from models.basis.timeline import DELTA, Array
from models.claims.asset_class import PICKS, AssetClass, Fact, Run, Series, level, line, quarters
from models.claims.claim import Claim, Claims
from models.claims.contagion import lab_draws, tie_of
from models.market.simulate import MarketPaths, programs_met
from models.policy.support import Recipient, building_support
from models.scenario.scenario import Scenario

KEY, WHOLE, LOAN = "data_center", "data_center_unlevered", "data_center_loan"
KW = 1_000.0
"""Power of machines in one MW, kW: what they are is how many units a program pays for."""


def build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> data_center.Building:
    """The scenario's building, with what home programs pay for it."""
    center = scenario.data_center
    contract = market.support_price * (1.0 - scenario.offtaker.discount(center.tenant))
    building = data_center.simulate_building(
        center, scenario.leasing, scenario.offtaker, market, shocks, contract,
        tie_of(scenario, center.tenant, market, shocks),
    )
    if not scenario.policy.home:
        return building
    drawn_kw = scenario.hardware.power_kw
    own = Recipient(scenario.policy.center_share, KW / drawn_kw, drawn_kw)
    met = programs_met(scenario.setting, market)
    support = building_support(scenario.policy, shocks, met, own, building.budget_draw, building.opening)
    return replace(building, support=support)


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    center, leasing, lending, tax = scenario.data_center, scenario.leasing, scenario.construction_loan, scenario.tax
    building = build(scenario, market, shocks)
    promised = 0.0 if building.support is None else building.support.promised
    terms = sized(lending, center, leasing, scenario.rates.base_rate, promised)
    due, owner_due = None, None
    if tax.is_on:
        interest = planned_interest(terms, service.drawn(terms, building), building.opening)
        due, owner_due = data_center.tax_due(tax, building), data_center.tax_due(tax, building, interest)
    stands = as_it_stands(center, leasing, building, market.surplus)
    paid = service.run_loan(lending, terms, building, stands, owner_due)

    def worth() -> Array:
        return data_center.exit_values(center, leasing, building, market.surplus, shocks.dc_exit_cap_z)

    # An owner who has handed over the keys has nothing to sell.
    t = np.arange(market.quarters + 1)
    owed = np.where(t >= paid.default_quarter[:, None], np.inf, paid.balance)
    effective = (1.0 + terms.coupon * DELTA) ** 4 - 1.0
    owner = service.owner_flows(lending, building, paid, owner_due)
    claims = {
        KEY: Claim(owner, center.hurdle, center.capex - terms.principal, exit_values=worth, debt_due=owed),
        WHOLE: Claim(data_center.cash_flows(building, due), center.hurdle, center.capex, exit_values=worth),
        LOAN: Claim(service.lender_flows(paid), effective, terms.principal, nothing=terms.nothing),
    }
    return Claims(claims, center_loan=paid, center_terms=terms)


def _after_opening(name: str, run: Run) -> Array:
    return np.where(quarters(run) > line(run, WHOLE, "opening")[:, None], line(run, WHOLE, name), np.nan)


def _tenant_gone(run: Run) -> NDArray[np.bool_]:
    """Whether the anchor tenant has defaulted; where nothing is let before delivery there is none."""
    pays = line(run, WHOLE, "tenant_pays").astype(bool)
    return ~pays if run.scenario.data_center.prelease > 0.0 else np.zeros_like(pays)


def _balance(run: Run) -> Array:
    lent = run.claims.by_key[LOAN].capital
    return np.asarray(line(run, LOAN, "balance") / (lent if lent > 0.0 else np.nan))


CLASS = AssetClass(
    KEY, "Data center", PICKS, "MW", _build, is_lean=True,
    below=lambda scenario, market, shocks, built: built.by_key[WHOLE],
    short="Data center", subject="data centers", is_plural=True, color="orange",
    slices=("data_center", "leasing", "construction_loan", "tax"),
    draws=lambda scenario: ("tenant_u", "dc_overrun_z", "dc_delay_u", "dc_exit_cap_z", "renewal_u", "letting_u",
                            *(lab_draws(scenario, flag=True) if scenario.data_center.tenant == "non_ig" else ())),
    series={
        "occupancy": Series("Occupancy of the building, once open", "share", partial(_after_opening, "occupancy")),
        "vacancy": Series("Vacancy in the market", "share", lambda run: line(run, WHOLE, "vacancy")),
        "noi": Series("Net operating income of one MW, once open", "USD a year",
                      lambda run: 4.0 * _after_opening("noi", run)),
    },
    events={
        "anchor tenant has defaulted": _tenant_gone,
        "anchor tenant has left a late building": lambda run: quarters(run) >= line(run, WHOLE, "left_at")[:, None],
        "owner has handed over the keys": lambda run: quarters(run) >= line(run, KEY, "default_quarter")[:, None],
    },
    facts=(
        Fact("Exit yield", "share", "Yield on next year's income at which the building is sold at the horizon.",
             lambda run: line(run, WHOLE, "exit_cap")),
        Fact("Time to power", "years", "Years from closing to the first rent: construction and waiting for power.",
             lambda run: line(run, WHOLE, "opening") / 4.0),
    ),
)
UNLEVERED = AssetClass(
    WHOLE, "Data center without debt", PICKS, "MW", _build, is_lean=True, variant_of=KEY,
    subject="data centers without debt", is_plural=True,
)
DEBT = AssetClass(
    LOAN, "Data center loan", PICKS, "MW", _build, is_lean=True, variant_of=KEY, has_own_price=True,
    subject="the data center loan",
    series={
        "dscr": Series("Debt service coverage once open", "x", lambda run: line(run, LOAN, "dscr"), level(1.0),
                       "just enough to pay"),
        "balance": Series("Balance outstanding, share of the loan", "share of the loan", _balance),
    },
    events={"keys handed over": lambda run: quarters(run) >= line(run, LOAN, "default_quarter")[:, None]},
    facts=(
        Fact("Default probability", "share", "Share of futures in which the owner hands over the keys.",
             "default_probability"),
        Fact("Loss given default", "share", "Loss over all that is owed at default, after the forced sale.",
             "loss_given_default"),
        Fact("Expected loss", "share", "Mean present value of losses, share of the loan.", "expected_loss"),
        Fact("Weighted average life", "years", "Years the average dollar of the loan is out.", "wal_years"),
        Fact("Loan to cost", "share", "Loan over budgeted cost, after coverage limits it.", "advance_rate"),
        Fact("Coupon", "per year", "Interest the owner pays, a year.", "coupon"),
    ),
)
