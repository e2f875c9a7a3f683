"""Who receives a subsidy: continuity, order of programs, limits of money, and a plain-Python cross-check."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from models.basis.shocks import calm_shocks
from models.basis.timeline import HOURS
from models.claims.fleet_run import fleet_support
from models.claims.llm_developer import public_support
from models.market.simulate import simulate_market
from models.policy.support import Support
from models.scenario.scenario import Scenario
from tests.engine.runs import claims_of, draws, market_of

BLOCS = ("us", "eu_gigafactories", "france_uk", "gulf", "india", "japan_korea", "canada", "china")


def offtake(name: str, price: float, budget: float = 4e9) -> dict[str, Any]:
    return {"name": name, "schedule": {"budget": budget}, "mix": {"offtake": 1.0}, "terms": {"offtake_price": price}}


def support_of(scenario: Scenario) -> Support:
    return fleet_support(scenario, market_of(scenario), draws())


@pytest.mark.parametrize("name", BLOCS)
def test_a_vanishing_budget_is_a_vanishing_support(name: str) -> None:
    """Mean value over intensity is continuous at zero, with the derived share and for a full recipient."""
    for share in (None, 1.0):
        scenario = Scenario.preset(name).replace({"policy.fleet_share": share})
        nothing, little = (
            claims_of(scenario.replace({"policy.intensity": level}), ["gpu_fleet"]).by_key["gpu_fleet"].flows.net
            for level in (0.0, 1e-9)
        )
        assert np.abs(nothing - little).max() < 0.01  # of 22,000 USD


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_programs_changes_nothing(order: tuple[int, ...]) -> None:
    programs = (offtake("a", 1.0), offtake("b", 2.5), {
        "name": "c", "schedule": {"budget": 5e9, "cliff_rate": 0.1}, "mix": {"loan": 0.5, "guarantee": 0.5},
        "terms": {"guarantee_cover": 0.8},
    })
    listed = Scenario().replace({"policy.programs": list(programs)})
    moved = Scenario().replace({"policy.programs": [programs[i] for i in order]})
    one, other = (claims_of(scenario, ["gpu_fleet", "gpu_debt"]).by_key for scenario in (listed, moved))
    for key in one:
        assert np.allclose(one[key].flows.net, other[key].flows.net, rtol=1e-12, atol=1e-9), key


def test_each_offtake_pays_its_own_price() -> None:
    """Shares and mean price of two programs, from the equations in plain Python."""
    scenario = Scenario().replace({"policy.programs": [offtake("a", 1.0, 4e9), offtake("b", 2.5, 1e9)]})
    market, got = market_of(scenario), support_of(scenario)
    t, rented, paid = 8, 0.0, 0.0
    for program in scenario.policy.programs:
        plan, terms = program.schedule, program.terms
        pay = plan.budget * plan.disbursement / (plan.stop - plan.start)
        hours = pay / (HOURS * scenario.hardware.availability * terms.offtake_price)
        fleets = hours / terms.offtake_share
        standing = scenario.localization.home_share * market.planned_stock[t]
        share = min(fleets / standing, fleets, 1.0) * terms.offtake_share
        rented, paid = rented + share, paid + share * terms.offtake_price
    assert got.offtake_share[0, t] == pytest.approx(rented, rel=1e-9)
    assert got.offtake_price[0, t] == pytest.approx(paid / rented, rel=1e-9)


def test_an_eligible_share_is_what_money_pays_for_over_what_is_built() -> None:
    grant = {"name": "g", "schedule": {"budget": 5e9}, "mix": {"grant": 1.0}, "terms": {"capex_share": 0.3}}
    scenario = Scenario().replace({"policy.programs": [grant]})
    market, program = market_of(scenario), scenario.policy.programs[0]
    plan, terms = program.schedule, program.terms
    pay = plan.budget * plan.disbursement / (plan.stop - plan.start)
    quarters = range(plan.build_lag, plan.build_lag + 4)
    paid_for = sum(pay / terms.capex_share / market.curves.all_in_cost[t] for t in quarters)
    added = scenario.localization.home_share * sum(market.planned_additions[t] for t in quarters)
    expected = paid_for / added * terms.capex_share * (1.0 - terms.capture) * scenario.hardware.installed_cost
    assert 0.0 < paid_for < added, "the premise: not everybody is paid"
    assert support_of(scenario).at_closing == pytest.approx(expected, rel=1e-9)
    full = support_of(scenario.replace({"policy.fleet_share": 1.0}))
    assert full.at_closing == pytest.approx(expected * added / paid_for, rel=1e-9)


def test_a_guarantee_covers_what_its_money_suffices_for() -> None:
    def covered(budget: float) -> Support:
        return support_of(Scenario().replace({
            "policy.programs": [{"name": "g", "schedule": {"budget": budget, "cliff_rate": 0.2},
                                 "mix": {"guarantee": 1.0}, "terms": {"guarantee_cover": 0.8}}],
            "policy.fleet_share": 1.0, "cluster.gpus": 1024,
        }))

    poor, rich = covered(1_000.0), covered(5e9)
    scenario = Scenario()
    market = market_of(scenario)
    money, lag = 1_000.0 * 0.35 / 20, 8
    loans = sum(money / (0.05 * 0.7 * market.curves.all_in_cost[lag + t]) for t in range(4))
    assert poor.guarantee.max() == pytest.approx(0.8 * loans / 1024, rel=1e-9)
    assert poor.guarantee.max() < 1e-4, "a thousand dollars remove no visible loss"
    assert rich.guarantee.max() == pytest.approx(0.8)
    assert not rich.guarantee[:, 20:].any(), "it ends with the program"
    assert (rich.guarantee[:, 10] == 0.0).any() and (rich.guarantee[:, 10] > 0.0).any(), "and with a cliff"


def test_more_support_raises_the_recipient_and_the_market_channel_lowers_others() -> None:
    grant = {"name": "g", "schedule": {"budget": 20e9}, "mix": {"grant": 1.0}, "terms": {}}
    base = Scenario().replace({"policy.programs": [grant]})

    def worth(**changes: Any) -> float:
        scenario = base.replace({f"policy.{name}": value for name, value in changes.items()})
        return float(claims_of(scenario, ["gpu_fleet"]).by_key["gpu_fleet"].flows.net.sum(axis=1).mean())

    shares = [worth(market_channel=False, fleet_share=share) for share in (0.0, 0.3, 1.0)]
    assert shares[0] < shares[1] < shares[2]
    assert shares[0] == worth(market_channel=False, direct_channel=False)
    assert worth(direct_channel=False) < shares[0]


def test_the_money_of_champions_is_in_the_budget() -> None:
    """Each quarter all instruments add to what is disbursed, and the champion receives its part of it, no more."""
    scenario = Scenario.preset("sovereign_champion").replace({
        "policy.programs.0.mix.champion": 1.0, "policy.programs.0.schedule.cliff_rate": 0.0,
        "llm_developer.champion_equity": 0.4, "llm_developer.champion_share": 0.5,
    })
    market = simulate_market(scenario.setting, calm_shocks())
    plan = scenario.policy.programs[0].schedule
    planned = np.where(np.arange(41) < plan.stop, plan.budget * plan.disbursement / plan.stop, 0.0)
    assert sum(money[0] for money in market.policy.spend.values()) == pytest.approx(planned, rel=1e-12)
    public = public_support(scenario, calm_shocks())
    assert public.grant[0] == pytest.approx(0.5 * 0.6 * planned, rel=1e-12)
    assert public.equity[0] == pytest.approx(0.5 * 0.4 * planned, rel=1e-12)
    assert not market.policy.builds.any()
