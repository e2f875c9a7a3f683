"""The data center as a recipient: continuity, shares, limits of money, order of programs, and signs."""

from typing import Any

import numpy as np
import pytest

from models.claims.data_center import build
from models.claims.fleet_run import fleet_support
from models.policy.support import BuildingSupport
from models.scenario.scenario import Scenario
from models.studies.timing.later import draws_from, policy_seen_from, seen_from
from tests.engine.runs import claims_of, draws, market_of

BLOCS = ("us", "eu_gigafactories", "france_uk", "gulf", "india", "japan_korea", "canada", "china")
KEYS = ("data_center", "data_center_unlevered", "data_center_loan")
GRANT: dict[str, Any] = {"name": "g", "schedule": {"budget": 5e9}, "mix": {"grant": 1.0}}


def with_programs(*programs: dict[str, Any], **changes: Any) -> Scenario:
    return Scenario().replace(
        {"policy.programs": list(programs)} | {f"policy.{name}": value for name, value in changes.items()}
    )


def support_of(scenario: Scenario) -> BuildingSupport:
    found = build(scenario, market_of(scenario), draws()).support
    assert found is not None
    return found


def worth(scenario: Scenario, key: str = "data_center") -> float:
    return float(claims_of(scenario, KEYS).by_key[key].flows.net.sum(axis=1).mean())


@pytest.mark.parametrize("name", BLOCS)
def test_a_vanishing_budget_is_a_vanishing_support(name: str) -> None:
    """Flows of owner, lender and whole building over intensity are continuous at zero, whatever the share."""
    for share in (None, 1.0):
        scenario = Scenario.preset(name).replace({"policy.center_share": share})
        nothing, little = (
            claims_of(scenario.replace({"policy.intensity": level}), KEYS).by_key for level in (0.0, 1e-9)
        )
        for key in KEYS:
            assert np.abs(nothing[key].flows.net - little[key].flows.net).max() < 100.0, key  # of 17,600,000 USD


def test_by_default_the_building_is_reached_as_the_machines_are() -> None:
    """A program pays for machines and the space they stand in together, so both shares of cost are the same."""
    scenario = with_programs(GRANT)
    fleet = fleet_support(scenario, market_of(scenario), draws())
    share = support_of(scenario).promised / scenario.data_center.capex
    assert share == pytest.approx(fleet.at_closing / scenario.hardware.installed_cost, rel=1e-9)
    assert 0.0 < share < 0.33 * 0.75


def test_money_limits_what_a_recipient_receives() -> None:
    """A thousand dollars remain so: a recipient never receives more than the first year's money."""
    for budget in (1e3, 1e6, 1e8):
        scenario = with_programs(GRANT | {"schedule": {"budget": budget}}, center_share=1.0)
        first_year = 4 * budget * 0.35 / 20
        assert 0.0 < support_of(scenario).promised < first_year
    rich = support_of(with_programs(GRANT, center_share=1.0))
    assert rich.promised == pytest.approx(0.33 * 0.75 * 17.6e6)


def test_grants_end_with_their_program() -> None:
    support = support_of(with_programs(GRANT | {"schedule": {"budget": 5e9, "cliff_rate": 0.4}}, center_share=1.0))
    received = support.paid.sum(axis=1)
    assert received.min() < received.max() == pytest.approx(support.promised)
    assert ((support.to_come + np.cumsum(support.paid, axis=1)) <= support.promised + 1e-6).all()
    assert not support.to_come[:, 5:].any(), "all is paid when construction ends"


def test_a_program_that_is_not_open_at_closing_pays_no_building() -> None:
    later = support_of(with_programs(GRANT | {"schedule": {"budget": 5e9, "start": 1}}, center_share=1.0))
    assert not later.paid.any() and later.promised == 0.0


def test_what_programs_rent_is_compute_not_space() -> None:
    rents = {"name": "o", "schedule": {"budget": 5e9}, "mix": {"offtake": 0.5, "power": 0.5},
             "terms": {"power_discount": 0.02}}
    assert not support_of(with_programs(rents, center_share=1.0)).paid.any()


def test_the_order_of_programs_changes_nothing() -> None:
    other = {"name": "b", "schedule": {"budget": 3e9, "cliff_rate": 0.2}, "mix": {"loan": 0.6, "guarantee": 0.4},
             "terms": {"guarantee_cover": 0.8}}
    one, two = (claims_of(with_programs(*order, center_share=0.5), KEYS).by_key
                for order in ((GRANT, other), (other, GRANT)))
    for key in KEYS:
        assert np.allclose(one[key].flows.net, two[key].flows.net, rtol=1e-12, atol=1e-6), key


def test_more_support_raises_the_owner_and_the_market_channel_does_not_pay_it() -> None:
    base = with_programs(GRANT, market_channel=False)
    levels = [worth(base.replace({"policy.center_share": share})) for share in (0.0, 0.3, 1.0)]
    assert levels[0] < levels[1] < levels[2]
    assert levels[0] == worth(base.replace({"policy.direct_channel": False}))
    whole = [worth(base.replace({"policy.center_share": share}), KEYS[1]) for share in (0.0, 1.0)]
    assert whole[1] - whole[0] == pytest.approx(0.33 * 0.75 * 17.6e6, rel=1e-9), "the building receives the grant, once"


def test_a_guarantee_helps_the_lender_alone() -> None:
    hard = {"overcapacity.peak": 2.5, "data_center.overrun_sd": 0.3, "data_center.tenant": "non_ig"}
    program = {"name": "g", "schedule": {"budget": 5e9, "stop": 40}, "mix": {"guarantee": 1.0},
               "terms": {"guarantee_cover": 0.5}}
    base = with_programs(program, market_channel=False, center_share=1.0).replace(hard)
    bare, covered = (claims_of(base.replace({"policy.direct_channel": on}), KEYS) for on in (False, True))
    assert bare.center_loan is not None and covered.center_loan is not None
    failed = bare.center_loan.default_quarter < 40
    assert (bare.center_loan.loss[failed] > 0.0).any()
    assert covered.center_loan.loss[failed] == pytest.approx(0.5 * bare.center_loan.loss[failed])
    assert np.array_equal(covered.by_key[KEYS[0]].flows.net, bare.by_key[KEYS[0]].flows.net)
    gap = covered.by_key[KEYS[2]].flows.net - bare.by_key[KEYS[2]].flows.net
    assert (gap >= 0.0).all() and gap == pytest.approx(covered.center_loan.guarantee)


def test_grants_are_not_depreciated() -> None:
    taxed = with_programs(GRANT, center_share=1.0, market_channel=False).replace({"tax.is_on": True})
    free = taxed.replace({"policy.direct_channel": False})
    due = [-claims_of(one, KEYS).by_key[KEYS[1]].flows.ledger["tax"].sum(axis=1).mean() for one in (taxed, free)]
    lost = taxed.tax.rate * 0.33 * 0.75 * 17.6e6
    assert 0.0 < due[0] - due[1] <= lost * (1.0 + 1e-9)


def test_who_builds_later_meets_the_program_then() -> None:
    """A program that starts in quarter 8 pays who begins to build in quarter 8, not who does at 4."""
    scenario = with_programs(GRANT | {"schedule": {"budget": 5e9, "start": 8}}, center_share=1.0)
    market, rows = market_of(scenario), np.arange(64)
    paid = {}
    for s in (0, 4, 8, 12):
        later = scenario.derived(policy=policy_seen_from(scenario.policy, s))
        seen, shocks = seen_from(market, s, rows, market.support_price), draws_from(draws(), s, rows, later.policy)
        paid[s] = build(later, seen, shocks).support.paid.sum()  # type: ignore[union-attr]
    assert {s for s, money in paid.items() if money > 0.0} == {8, 12}
