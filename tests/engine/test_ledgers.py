"""Sources equal uses for every claim, in every quarter, on every path (model 3)."""

import numpy as np
import pytest
from hypothesis import given, settings

from models.claims.registry import CLASSES, VARIANTS
from models.evidence.presets import presets
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, scenarios


def check(scenario: Scenario) -> None:
    claims = claims_of(scenario)
    assert set(claims.by_key) == {*CLASSES, *VARIANTS}
    for key, claim in claims.by_key.items():
        flows = claim.flows
        assert flows.contrib.max() <= 0.0, f"{key}: a contribution is money in"
        assert flows.distrib.min() >= 0.0, f"{key}: a distribution is money out"
        assert len(flows.ledger) >= 2, key
        lines = [np.broadcast_to(line, flows.net.shape) for line in flows.ledger.values()]
        gross = sum(np.abs(line) for line in lines)
        gap = np.abs(sum(lines))
        assert (gap <= 1e-9 * gross + 1e-9).all(), f"{key}: {gap.max()} is missing"
        held = -np.broadcast_to(flows.ledger["investor"], flows.net.shape)
        assert np.allclose(held, flows.net, rtol=1e-12, atol=1e-9), f"{key}: the ledger is not of these flows"


@settings(max_examples=200)
@given(scenarios(programs=2))
def test_ledgers_balance(scenario: Scenario) -> None:
    check(scenario)


@pytest.mark.parametrize("name", list(presets()))
def test_ledgers_balance_in_every_preset(name: str) -> None:
    check(Scenario.preset(name))


def test_programs_pay_the_lender_what_they_spare_the_borrower() -> None:
    """A cheaper coupon is a line of its own while the loan performs, and none without a program."""
    loan = {"schedule": {"budget": 20e9}, "mix": {"loan": 1.0}, "terms": {"rate_cut": 0.04}}
    helped, plain = claims_of(Scenario().replace({"policy.programs": [loan]})), claims_of(Scenario())
    subsidy = helped.by_key["gpu_debt"].flows.ledger["interest subsidy"]
    assert subsidy.max() > 0.0
    assert not np.any(plain.by_key["gpu_debt"].flows.ledger["interest subsidy"])
    assert helped.loan is not None
    after = np.arange(41)[None, :] >= helped.loan.default_quarter[:, None]
    assert not np.any(subsidy * after)
