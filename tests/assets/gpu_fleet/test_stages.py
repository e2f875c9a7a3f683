"""Three stages of life: rents by stage, when the machine is sold on, and what it fetches."""


import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assets.gpu_fleet.stages import FleetStages, last_quarter, rent_factors
from models.assets.gpu_fleet.used import expected_residual, used_values, value_ahead
from models.basis.timeline import HOURS
from models.claims.fleet_run import run_fleet
from models.claims.gpu_debt import collateral_run, facility
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, draws, market_of, same_bits, shift_price

ON = {"fleet_stages.is_on": True}


def test_switched_off_every_quarter_earns_the_clearing_price() -> None:
    off = FleetStages(train_factor=1.6, resale_factor=0.3, train_quarters=3)
    assert (rent_factors(off, 3, 1.0) == 1.0).all()
    odd = Scenario().replace({"fleet_stages.train_factor": 1.6, "fleet_stages.resale_multiple": 3.0})
    for key, claim in claims_of(odd).by_key.items():
        assert same_bits(claim.flows.net, claims_of(Scenario()).by_key[key].flows.net), key


def test_stages_follow_each_other() -> None:
    factors = rent_factors(FleetStages(is_on=True, train_quarters=2, infer_quarters=3), 3, 0.5)
    assert factors[3:9].tolist() == pytest.approx([0.55, 0.55, 0.5, 0.5, 0.5, 0.4])


@given(st.integers(0, 16), st.integers(0, 24), st.integers(0, 30))
def test_a_sale_waits_for_contract_and_loan_and_never_outlives_the_machine(train: int, infer: int, wait: int) -> None:
    sold = FleetStages(is_on=True, train_quarters=train, infer_quarters=infer)
    last = last_quarter(sold, 3, 22, wait)
    assert 3 <= last <= 22
    assert last == 22 or last >= max(wait, train + infer + 2)
    assert last_quarter(sold.model_copy(update={"end": "kept"}), 3, 22, wait) == 22


def test_the_machine_is_sold_once_for_a_multiple_of_the_rent_to_come() -> None:
    scenario = Scenario().replace(ON)
    market = market_of(scenario)
    run = run_fleet(scenario, scenario.gpu_fleet, market, draws())
    assert run.terms.last == 18, "16 quarters of stages after a ramp of two"
    here = run.extras["scrapped_at"] > 18
    # By hand: half of the price gap is gone in eight quarters, balance utilization, 0.80 of the price after resale.
    j = np.arange(19, 23)
    gap = np.exp(np.outer(market.log_ratio[here, 18], 0.5 ** ((j - 18) / 8)))
    rent = run.terms.earned * market.curves.price[j] * 0.80 * gap
    floor = 0.03 * market.curves.hardware_cost[18]
    assert np.allclose(run.extras["sale"][here, 18], np.maximum(1.1 * HOURS * rent.sum(axis=1), floor), rtol=1e-12)
    assert not run.extras["revenue"][:, 19:].any()
    assert not run.extras["sale"][here][:, np.arange(41) != 18].any()


def test_cheaper_rents_take_the_residual_with_them() -> None:
    scenario = Scenario().replace(ON)
    market = market_of(scenario)
    run = run_fleet(scenario, scenario.gpu_fleet, market, draws())
    cheap = shift_price(market, 0.6)
    before, after = (np.asarray(expected_residual(run.fleet, run.terms, m, 18)) for m in (market, cheap))
    assert (after < before).all()
    assert (after / before).max() < 0.75, "at eighteen quarters most of the price gap is still there"
    constant = run.terms._replace(resale_multiple=0.0)
    assert expected_residual(run.fleet, constant, cheap, 18) == pytest.approx(0.10 * 22_000)


def test_value_ahead_meets_the_used_value_where_they_are_the_same() -> None:
    for changes in ({}, ON):
        scenario = Scenario().replace(changes)
        market = market_of(scenario)
        run = run_fleet(scenario, scenario.gpu_fleet, market, draws())
        worth = used_values(run.fleet, run.terms, market)
        for t in (0, 1, 7, 17):
            assert np.allclose(value_ahead(run.fleet, run.terms, market, t, t), worth[:, t], rtol=1e-12)
        end = value_ahead(run.fleet, run.terms, market, 5, run.terms.last)
        assert np.allclose(end, expected_residual(run.fleet, run.terms, market, 5))


def test_a_loan_is_due_before_its_machines_are_sold() -> None:
    scenario = Scenario().replace({**ON, "fleet_stages.infer_quarters": 2, "gpu_debt.tenor_quarters": 20})
    assert facility(scenario).tenor_quarters == 16
    assert collateral_run(scenario, market_of(scenario), draws()).terms.last == 18, "the contract runs until then"
    assert facility(scenario.replace({"gpu_debt.contracted_share": 0.0})).tenor_quarters == 8


def test_a_kept_machine_earns_less_at_the_end_and_is_not_sold() -> None:
    merchant = {"gpu_fleet.contracted_share": 0.0}
    plain = claims_of(Scenario().replace(merchant), ["gpu_fleet"]).by_key["gpu_fleet"].flows.extras
    kept = claims_of(
        Scenario().replace({**merchant, **ON, "fleet_stages.end": "kept"}), ["gpu_fleet"]
    ).by_key["gpu_fleet"].flows.extras
    works = (kept["revenue"][:, 20] > 0) & (plain["revenue"][:, 20] > 0)
    assert np.allclose(kept["revenue"][works, 20], 0.80 * plain["revenue"][works, 20], rtol=1e-12)
    assert np.allclose(kept["revenue"][:, 4], 1.10 * plain["revenue"][:, 4], rtol=1e-12)
