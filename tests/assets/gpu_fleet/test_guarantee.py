"""Vendor guarantee of the residual: what it pays, that it fails when it is needed, and what it does for a lender."""

import numpy as np
import pytest

from models.assets.gpu_fleet.guarantee import ResidualGuarantee, vendor_alive
from models.assets.gpu_fleet.used import used_values
from models.claims.fleet_run import FleetRun, run_fleet
from models.claims.gpu_debt import collateral, collateral_run
from models.engine.evaluate import evaluate
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, draws, market_of, same_bits, shift_price

ON = {"residual_guarantee.is_on": True}
SAFE = {**ON, "residual_guarantee.default_base": 0.0, "residual_guarantee.default_glut": 0.0}


def played(changes: dict[str, object], market: MarketPaths | None = None) -> tuple[FleetRun, MarketPaths]:
    scenario = Scenario().replace(changes)
    there = market_of(scenario) if market is None else market
    return run_fleet(scenario, scenario.gpu_fleet, there, draws()), there


def test_switched_off_nothing_changes() -> None:
    odd = Scenario().replace({"residual_guarantee.share": 0.8, "residual_guarantee.premium": 0.2})
    for key, claim in claims_of(odd).by_key.items():
        assert same_bits(claim.flows.net, claims_of(Scenario()).by_key[key].flows.net), key


def test_a_safe_vendor_pays_the_whole_shortfall_once() -> None:
    run, market = played({**SAFE, "residual_guarantee.share": 0.4})
    worth = used_values(run.fleet, run.terms, market)[:, 16]
    paid = run.extras["guarantee"]
    assert np.allclose(paid[:, 16], np.maximum(0.4 * 22_000 - worth, 0.0), rtol=1e-12)
    assert (paid[:, 16] > 0).any()
    assert not paid[:, np.arange(41) != 16].any()
    assert run.protection == pytest.approx(0.02 * 22_000)


def test_a_failed_vendor_pays_its_recovery() -> None:
    safe, market = played({**SAFE, "residual_guarantee.share": 0.6})
    risky, _ = played({**ON, "residual_guarantee.share": 0.6, "residual_guarantee.default_base": 0.05}, market)
    alive = risky.extras["vendor_alive"][:, 16] > 0
    assert 0 < alive.sum() < len(alive)
    whole = safe.extras["guarantee"][:, 16]
    assert np.allclose(risky.extras["guarantee"][:, 16], whole * np.where(alive, 1.0, 0.3), rtol=1e-12)


def test_default_rate_by_hand_and_never_back_to_life() -> None:
    guarantee = ResidualGuarantee(is_on=True, default_base=0.02, default_glut=0.4)
    ratio = np.log(np.full((3, 41), 0.5))
    # A gap of one half: (0.02 + 0.4 * 0.5) a year, so at four years the chance to be alive is exp(-0.88).
    uniform = np.exp(-0.22 * np.array([3.9, 4.1, 20.0]))
    alive = vendor_alive(guarantee, ratio, uniform)
    assert alive[:, 0].all()
    assert alive[:, 16].tolist() == [False, True, True]
    assert (np.diff(alive.astype(int), axis=1) <= 0).all()
    assert vendor_alive(guarantee, -ratio, uniform)[0, 16], "scarcity adds nothing to the base rate"


def test_the_promise_is_worth_least_when_it_is_needed() -> None:
    """Wrong-way risk: the lower rents are, the larger the claim and the smaller the part of it that is paid."""
    parts = []
    for factor in (0.8, 0.6, 0.3):
        market = shift_price(market_of(Scenario()), factor)
        safe, _ = played(SAFE, market)
        risky, _ = played(ON, market)
        owed, paid = (run.extras["guarantee"].sum(axis=1).mean() for run in (safe, risky))
        parts.append((owed, paid / owed))
    assert parts[0][0] < parts[1][0] < parts[2][0]
    assert parts[0][1] > parts[1][1] > parts[2][1]


def test_the_lender_sells_the_guarantee_with_the_machines() -> None:
    scenario, plain = Scenario().replace({**SAFE, "residual_guarantee.share": 0.5}), Scenario()
    market = market_of(scenario)
    run = collateral_run(scenario, market, draws())
    pot, bare = (collateral(s, market, draws())[0] for s in (scenario, plain))
    assert run.standing is not None
    more = pot.value - bare.value
    assert np.allclose(more, run.standing(), atol=1e-6)
    assert (more[:, 10] >= 0).all() and (more[:, 10] > 0).mean() > 0.8
    assert not more[:, 17:].any(), "after the settlement there is nothing left to sell"
    assert np.allclose(run.standing()[:, 16], run.extras["guarantee"][:, 16])
    assert pot.cost == pytest.approx(bare.cost * 1.02)


def test_a_guarantee_spares_the_lender_losses() -> None:
    few = {"run.paths": 256, "overcapacity.peak": 1.0}
    losses = [
        evaluate(Scenario().replace({**few, **changes}), keys=("gpu_debt",), variants=False).assets["gpu_debt"].debt
        for changes in ({}, {**ON, "residual_guarantee.share": 0.5}, {**SAFE, "residual_guarantee.share": 0.5})
    ]
    none, risky, safe = (debt.expected_loss for debt in losses if debt is not None)
    assert safe < risky < none
