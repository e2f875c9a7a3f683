"""Tax: schedules by hand, losses carried forward, and the switch through every class it touches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basis.tax import MACRS_5, Tax, building_schedule, deductions, machine_schedule, tax_due
from models.basis.timeline import Array
from models.claims.fleet_run import run_fleet
from models.claims.gpu_debt import collateral, collateral_run, deducted_interest
from models.scenario.scenario import Scenario
from tests.engine.runs import calm_flows, claims_of, draws, market_of, npv, same_bits

ON = {"tax.is_on": True}
PROFITS = st.lists(st.floats(-100.0, 100.0), min_size=2, max_size=20)


def test_schedules_by_hand() -> None:
    assert sum(MACRS_5) == pytest.approx(1.0)
    macrs = machine_schedule(Tax(schedule="macrs"), 40)
    assert macrs[:4].tolist() == pytest.approx([0.05] * 4)
    assert macrs[4:8].sum() == pytest.approx(0.32)
    assert macrs[20:24].sum() == pytest.approx(0.0576)
    straight = machine_schedule(Tax(schedule="straight", machine_years=5.0), 40)
    assert straight[:20].tolist() == pytest.approx([0.05] * 20)
    assert machine_schedule(Tax(schedule="expensed"), 40)[:2].tolist() == [1.0, 0.0]
    assert building_schedule(Tax(building_years=20.0), 40)[7] == pytest.approx(1 / 80)
    for schedule in ("macrs", "straight", "expensed"):
        assert machine_schedule(Tax(schedule=schedule), 40).sum() == pytest.approx(1.0)


def test_all_is_deducted_by_the_sale() -> None:
    schedule = machine_schedule(Tax(schedule="straight"), 40)
    out = deductions(schedule, np.array([100.0, 100.0, 100.0]), np.array([3.0, 3.0, 3.0]), np.array([10.0, 22.0, 99.0]))
    assert np.allclose(out.sum(axis=1), 100.0)
    assert out[0, 10] == pytest.approx(100.0 - 7 * 5.0), "what is left goes in the quarter of the sale"
    assert not out[0, 11:].any()
    assert not out[:, :3].any()


@given(PROFITS, st.floats(0.0, 0.4))
def test_carried_losses_are_used_before_tax_is_due(profits: list[float], rate: float) -> None:
    due = tax_due(Tax(rate=rate), np.array([profits]))[0]
    left, expected = 0.0, []
    for profit in profits:
        taxable = max(0.0, profit - left)
        left = max(0.0, left - profit)
        expected.append(rate * taxable)
    assert np.allclose(due, expected, atol=1e-9)


@given(PROFITS)
def test_shared_losses_save_tax_at_once(profits: list[float]) -> None:
    carried = tax_due(Tax(rate=0.3), np.array([profits]))
    shared = tax_due(Tax(rate=0.3, losses="shared"), np.array([profits]))
    assert shared.sum() == pytest.approx(0.3 * sum(profits), abs=1e-9)
    assert (np.cumsum(shared) <= np.cumsum(carried) + 1e-9).all()


def test_switched_off_and_at_rate_zero_nothing_changes() -> None:
    plain = claims_of(Scenario()).by_key
    off = claims_of(Scenario().replace({"tax.rate": 0.4, "tax.schedule": "straight"})).by_key
    zero = claims_of(Scenario().replace({**ON, "tax.rate": 0.0})).by_key
    for key, claim in plain.items():
        assert same_bits(off[key].flows.net, claim.flows.net), key
        assert np.allclose(zero[key].flows.net, claim.flows.net, rtol=1e-12, atol=1e-6), key


def calm_fleet_tax(**changes: object) -> Array:
    scenario = Scenario().replace({**ON, "tax.schedule": "straight", **changes})
    return np.asarray(-calm_flows(scenario, "gpu_fleet").ledger["tax"][0])


def test_a_fleet_by_hand() -> None:
    plain = calm_flows(Scenario(), "gpu_fleet").net[0]
    slow = {"tax.machine_years": 6.0}
    due = calm_fleet_tax(**slow, **{"tax.losses": "shared"})
    expected = np.zeros(41)
    expected[3:27] = 0.25 * (plain[3:27] - 22_000 / 24)
    assert np.allclose(due, expected, atol=1e-6)
    best = np.cumsum(expected).max()
    assert best > expected.sum() > 0.0, "the last years make tax losses, which nothing can be set against"
    assert calm_fleet_tax(**slow).sum() == pytest.approx(best, rel=1e-9)


def test_the_sooner_a_cost_is_deducted_the_more_the_fleet_is_worth() -> None:
    worth = [
        npv(0.1, claims_of(Scenario().replace({**ON, "tax.schedule": name, "tax.losses": "shared"}), ["gpu_fleet"])
            .by_key["gpu_fleet"].flows.net).mean()
        for name in ("straight", "macrs", "expensed")
    ]
    untaxed = npv(0.1, claims_of(Scenario(), ["gpu_fleet"]).by_key["gpu_fleet"].flows.net).mean()
    assert worth[0] < worth[1] < worth[2] < untaxed


def test_grants_and_half_a_tax_credit_are_not_deducted() -> None:
    program = {"name": "p", "schedule": {"budget": 5e9}, "mix": {"tax_credit": 1.0}, "terms": {"capex_share": 0.2}}
    scenario = Scenario().replace({**ON, "policy.programs": [program], "policy.fleet_share": 1.0})
    run = run_fleet(scenario, scenario.gpu_fleet, market_of(scenario), draws())
    assert run.support.credit > 0
    profit = run.flow + run.extras["tax"]
    taxed = 0.25 * (profit.sum(axis=1) - (22_000 - 0.5 * run.support.credit))
    winners = taxed > 0
    late = run.extras["tax"].sum(axis=1)
    assert winners.any()
    assert (late[winners] >= taxed[winners] - 1e-6).all()


def test_tax_stands_before_debt_service_and_interest_is_deducted() -> None:
    taxed, plain = Scenario().replace(ON), Scenario()
    interest = deducted_interest(taxed)
    assert interest is not None and deducted_interest(plain) is None
    market = market_of(taxed)
    (pot, _), (bare, _) = collateral(taxed, market, draws()), collateral(plain, market, draws())
    without = run_fleet(taxed, collateral_run(taxed, market, draws()).fleet, market, draws())
    assert (pot.cfads <= bare.cfads + 1e-9).all()
    assert pot.cfads.sum() > without.flow.sum(), "interest saves tax"
    sized = [claims_of(s).loan_terms for s in (taxed, plain)]
    assert sized[0] is not None and sized[1] is not None
    assert sized[0].principal < sized[1].principal, "coverage after tax carries less debt"
    # Size and deducted interest agree: the loan's first paid interest is the one that was deducted.
    assert interest[3] == pytest.approx(sized[0].opening_balance * sized[0].rate_q, rel=1e-4)


def test_a_building_pays_on_income_and_on_the_gain_of_its_sale() -> None:
    plain, taxed = claims_of(Scenario()).by_key, claims_of(Scenario().replace(ON)).by_key
    for key in ("data_center", "data_center_unlevered"):
        due = -np.broadcast_to(taxed[key].flows.ledger["tax"], plain[key].flows.net.shape)
        assert (due >= -1e-9).all() and (due[:, -1] > 0).any()
        assert (taxed[key].flows.net <= plain[key].flows.net + 1e-6).all()
    bare = plain["data_center_unlevered"].flows.net.sum(axis=1)
    due = -taxed["data_center_unlevered"].flows.ledger["tax"].sum(axis=1)
    assert np.allclose(due, 0.25 * np.maximum(bare, 0.0), atol=1.0), "over the life profit is taxed once"
    levered = -taxed["data_center"].flows.ledger["tax"].sum(axis=1)
    assert (levered <= due + 1e-6).all()


def test_clouds_and_developers_are_taxed_and_the_supplier_keeps_its_own_rate() -> None:
    apart = Scenario().replace({"contagion.lab_share": 0.0})  # a taxed lab fails earlier, and its customers with it
    plain, taxed = claims_of(apart).by_key, claims_of(apart.replace(ON)).by_key
    assert same_bits(plain["hardware_supplier"].flows.net, taxed["hardware_supplier"].flows.net)
    assert taxed["cloud_platform"].flows.net.sum() < plain["cloud_platform"].flows.net.sum()
    cash = [claims["llm_developer"].flows.extras["cash"] for claims in (plain, taxed)]
    assert (cash[1][:, -1] <= cash[0][:, -1] + 1.0).any()
    assert taxed["llm_developer"].flows.net.sum() <= plain["llm_developer"].flows.net.sum()
