"""The coverage asked is the coverage got: of any structure, the rule that binds is met exactly on the calm path."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.gpu_debt.size import LEAST
from models.basis.shocks import calm_shocks
from models.debt.loan import run_waterfall
from models.debt.schedule import minimum_dscr, planned_coverage, swap_cost
from models.scenario.scenario import Scenario
from models.studies.facility.facility import FacilityResult, facility_result
from models.studies.facility.steps import path_table
from tests.engine.runs import scenarios

STRUCTURE = (
    "gpu_debt", "covenants", "loan_pricing", "loan_triggers", "mezzanine", "contract_credit", "rent_floor",
    "residual_guarantee", "rates.base_rate", "hardware.life_quarters", "hardware.ramp_quarters",
    "gpu_fleet.contract_quarters", "gpu_fleet.facility_overhead",
)
CALM = calm_shocks()


def worth_of_cash(result: FacilityResult) -> float:
    """What planned cash repays at the coverages asked, beside the balloon, at the cost of this loan: plain Python.

    Interest must be paid in every quarter, so that no balance before it is larger than what its cash pays interest on.
    """
    debt, terms, pot = result.scenario.gpu_debt, result.terms, result.ground.pot
    assert debt.sizing_dscr is not None
    fee, cost = terms.agent_fee / 4.0, terms.rates_q(terms.last)[terms.first:] + swap_cost(terms, result.plan)
    balance = terms.balloon * terms.opening_balance
    for t in range(terms.last, terms.first - 1, -1):
        contracted = float(pot.base_contracted[t])
        share = contracted / debt.sizing_dscr + (1.0 - contracted) / debt.merchant_dscr
        rate = float(cost[t - terms.first]) + fee * share
        serves = share * float(pot.base_cfads[t])
        most = max(serves, 0.0) / rate if rate > 0.0 else float("inf")
        balance = max(min((balance + serves) / (1.0 + rate), most), 0.0)
    return balance


def met(result: FacilityResult) -> dict[str, float]:
    """What the loan is, by the measure of each rule, over what the rule asks: 1 where it is met exactly."""
    scenario, pot, lent = result.scenario, result.ground.pot, result.terms.principal
    triggers, by_grade = scenario.loan_triggers, scenario.contract_credit.highest_advance(scenario.gpu_debt.customer)
    out = {"advance": lent / pot.cost / scenario.gpu_debt.advance_cap}
    if by_grade is not None:
        out["grade"] = lent / pot.cost / by_grade
    if scenario.gpu_debt.sizing_dscr is not None:
        out["coverage"] = result.terms.opening_balance / worth_of_cash(result)
    if result.terms.balloon and triggers.balloon_ltv is not None:
        due = result.terms.balloon * result.terms.opening_balance
        out["balloon"] = due / pot.base_value[result.terms.last] / triggers.balloon_ltv
    if triggers.sizing_ltv is not None:
        out["value"] = lent / float(pot.value[:, 0].mean()) / triggers.sizing_ltv
    return out


@settings(max_examples=60)
@given(scenarios(only=STRUCTURE, most=30, programs=0), st.sampled_from(["level", "straight", "sculpted"]))
def test_the_rule_that_binds_is_met_exactly(scenario: Scenario, amortization: str) -> None:
    result = facility_result(scenario.replace({"gpu_debt.amortization": amortization}), CALM)
    size, cost, terms = result.size, result.ground.pot.cost, result.terms
    assert terms.principal == 0.0 or LEAST * cost <= terms.principal <= cost
    assert terms.mezz_principal == 0.0 or LEAST * cost <= terms.mezz_principal
    assert terms.principal + terms.mezz_principal <= cost * (1.0 + 1e-15)
    if size.why_nothing:
        assert terms.principal == 0.0 and np.isnan(minimum_dscr(terms, result.ground.pot.base_cfads))
        return
    rules = met(result)
    assert set(rules) == set(size.limits)
    assert rules[size.binding] == pytest.approx(1.0, rel=1e-9)
    assert max(rules.values()) <= 1.0 + 1e-9, "and no other rule is broken"


@settings(max_examples=60)
@given(scenarios(only=STRUCTURE, most=30, programs=0))
def test_the_waterfall_covers_what_the_plan_covers(scenario: Scenario) -> None:
    """On planned cash, until the first prepayment or default, every quarter has the coverage of the plan."""
    result = facility_result(scenario, CALM)
    pot, terms = result.ground.pot, result.terms
    value = pot.base_value[None, :]
    loan = run_waterfall(terms, pot.base_cfads[None, :], result.plan, value, 0.0 * value)
    planned = planned_coverage(terms, pot.base_cfads)
    prepaid = np.flatnonzero(loan.prepaid[0] > 0.0)
    last = min(int(prepaid[0]) if len(prepaid) else terms.last, int(loan.default_quarter[0]), terms.last)
    got = loan.dscr[0, terms.first : last + 1]
    assert got == pytest.approx(planned[: len(got)], rel=1e-9, nan_ok=True)
    owed = ~np.isnan(loan.dscr[0])
    assert (loan.service[0, owed] > 0.0).all() and not loan.service[0, ~owed].any()
    assert (np.abs(loan.dscr[0, owed]) < 1e6).all(), "nothing is divided by what rounding leaves"


AGENT = {"loan_pricing.agent_fee": 0.005, "gpu_debt.contracted_share": 1.0, "gpu_debt.advance_cap": 0.9}


@pytest.mark.parametrize("amortization", ["level", "straight", "sculpted"])
def test_an_agents_fee_is_paid_before_coverage_is_measured(amortization: str) -> None:
    """All under contract: 1.30 in every quarter, and the loan is sum(CFADS / 1.3 / prod(1 + r + f / 1.3))."""
    result = facility_result(Scenario().replace(AGENT | {"gpu_debt.amortization": amortization}), CALM)
    terms, base = result.terms, result.ground.pot.base_cfads
    cost = 1.0 + terms.rate_q + 0.005 / 4.0 / 1.3
    worth = sum(base[t] / 1.3 / cost ** (t - terms.first + 1) for t in range(terms.first, terms.last + 1))
    assert terms.opening_balance == pytest.approx(worth, rel=1e-12)
    assert planned_coverage(terms, base) == pytest.approx(np.full(16, 1.30), rel=1e-9)


def test_a_sculpted_loan_under_its_cap_keeps_its_tenor_at_one_coverage() -> None:
    half = {"gpu_debt.amortization": "sculpted", "gpu_debt.advance_cap": 0.5, "gpu_debt.contracted_share": 1.0}
    result = facility_result(Scenario().replace(half), CALM)
    base = result.ground.pot.base_cfads
    rates = result.terms.rates_q(result.terms.last)[result.terms.first :]
    span = slice(result.terms.first, result.terms.last + 1)
    worth = float((base[span] / np.cumprod(1.0 + rates)).sum())
    coverage = planned_coverage(result.terms, base)
    assert coverage == pytest.approx(np.full(16, worth / result.terms.opening_balance), rel=1e-9)
    assert coverage[0] > 1.30
    assert (result.plan > 0.0).all(), "no early repayment"


def test_a_path_shows_cash_and_service_that_give_its_coverage() -> None:
    structure = AGENT | {"gpu_debt.balloon": 0.2, "loan_pricing.base": "forward", "loan_pricing.hedged": 0.5}
    result = facility_result(Scenario().replace(structure | {"run.paths": 64}))
    for path in range(0, 64, 16):
        table = path_table(result, path)
        owed = table[table["dscr"].notna()]
        assert len(owed) > 0
        assert (owed["cash"] / owed["due"]).to_numpy() == pytest.approx(owed["dscr"].to_numpy(), rel=1e-9)
        assert (table.loc[table["dscr"].isna(), "due"] == 0.0).all()
