"""Who enters later meets programs on his own clock: what starts in quarter 8 starts in quarter 4 for a buyer at 4."""

from typing import Any

import numpy as np
import pytest

from models.basis.timeline import Array
from models.claims.fleet_run import fleet_support
from models.policy.effects import live_quarters, quarterly_spend
from models.policy.program import Policy
from models.policy.support import Support
from models.scenario.scenario import Scenario
from models.studies.timing.later import draws_from, policy_seen_from, seen_from
from tests.engine.runs import draws, market_of

LATE = {"name": "late", "schedule": {"budget": 20e9, "start": 8, "stop": 28, "build_lag": 2}}
POWER = {"mix": {"power": 1.0}, "terms": {"power_discount": 0.02, "capture": 0.0}}
GRANT = {"mix": {"grant": 1.0}}


def with_program(*parts: dict[str, Any], **changes: Any) -> Scenario:
    program = {name: value for part in (LATE, *parts) for name, value in part.items()}
    program["schedule"] = LATE["schedule"] | changes
    return Scenario().replace({"policy.programs": [program]})


def met_at(scenario: Scenario, s: int) -> Support:
    """Support of a fleet bought at s, on all paths."""
    market, rows = market_of(scenario), np.arange(draws().replicate.size)
    later = scenario.derived(policy=policy_seen_from(scenario.policy, s))
    return fleet_support(
        later, seen_from(market, s, rows, market.support_price), draws_from(draws(), s, rows, later.policy)
    )


def first_paid(line: Array) -> int:
    return int(np.flatnonzero(line.max(axis=0))[0])


@pytest.mark.parametrize(("s", "start"), [(0, 8), (4, 4), (8, 0), (12, 0)])
def test_running_support_starts_on_the_buyers_clock(s: int, start: int) -> None:
    scenario = with_program(POWER)
    assert first_paid(met_at(scenario, s).cash_cost_cut) == start
    assert met_at(scenario, s).cash_cost_cut.shape[1] == 41 - s
    assert not met_at(scenario, s).cash_cost_cut[:, 28 - s:].any(), "and ends with the program"


def test_a_grant_is_paid_to_who_buys_while_the_program_is_open() -> None:
    scenario = with_program(GRANT)
    paid = {s: met_at(scenario, s).at_closing for s in (0, 4, 7, 8, 12, 27, 28, 32)}
    assert {s for s, money in paid.items() if money > 0.0} == {8, 12, 27}


@pytest.mark.parametrize("s", [4, 8, 20])
def test_a_buyer_meets_every_program_in_the_quarters_and_at_the_pace_it_has(s: int) -> None:
    """Path by path, with early ends and notice: quarter t of the buyer is quarter s + t of the program."""
    scenario = with_program(GRANT, cliff_rate=0.3, notice=3)
    policy, rows = scenario.policy, np.arange(draws().replicate.size)
    seen = policy_seen_from(policy, s)
    shocks = draws_from(draws(), s, rows, seen)
    (before,), (after,) = policy.programs, seen.programs
    for notice in (False, True):
        whole = live_quarters(before, draws(), notice=notice)
        assert np.array_equal(live_quarters(after, shocks, notice=notice), whole[:, s:])
    assert (whole[:, s:].any(axis=1)).any() and not (whole[:, s:].any(axis=1)).all()
    assert np.array_equal(quarterly_spend(after, seen, 40 - s), quarterly_spend(before, policy, 40)[s:])


def test_intensity_by_year_is_that_of_the_buyers_years() -> None:
    by_year = tuple(float(k) for k in range(10))
    policy = with_program(GRANT).replace({"policy.intensity_by_year": by_year}).policy
    seen = policy_seen_from(policy, 8)
    pays = quarterly_spend(seen.programs[0], seen, 32)
    assert pays[1:] == pytest.approx(quarterly_spend(policy.programs[0], policy, 40)[9:])
    assert policy_seen_from(Policy(), 8) == Policy()


def test_money_that_is_spent_is_not_offered_again() -> None:
    """An open program offers a buyer at 12 what it pays in his first year, not its whole budget over what is left."""
    scenario = with_program(GRANT)
    seen = policy_seen_from(scenario.policy, 12)
    plan = scenario.policy.programs[0].schedule
    assert quarterly_spend(seen.programs[0], seen, 28)[0] == pytest.approx(plan.budget * plan.disbursement / 20)
