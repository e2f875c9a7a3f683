"""LLM developer and cloud platform (model 3.v and vi): what they live on, and who owns them in the end."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.basis.flows import CashFlows
from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.llm_developer import public_support
from models.claims.registry import build_claims
from models.engine.prices import fair_prices
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from tests.engine.runs import (
    calm_flows,
    calm_market,
    claims_of,
    draws,
    market_of,
    npv,
    same_bits,
    scenarios,
    shift_price,
)

LLM = ("llm_developer", "llm_costs", "llm_funding", "ai_revenue", "demand", "overcapacity")


def flows_on(scenario: Scenario, market: MarketPaths, key: str, shocks: Shocks | None = None) -> CashFlows:
    return build_claims(scenario, market, draws() if shocks is None else shocks, [key]).by_key[key].flows


def changed_world(market: MarketPaths, **lines: Array) -> MarketPaths:
    """The same market with lines of the world's run replaced."""
    return replace(market, world=market.world._replace(**lines))


# LLM developer


@settings(max_examples=200)
@given(scenarios(only=(*LLM, "policy"), programs=1))
def test_llm_cash_and_ownership_add_up(scenario: Scenario) -> None:
    """Cash is last quarter's, plus a quarter of the yearly net, plus what was raised and granted; shares add to one."""
    flows = claims_of(scenario, ["llm_developer"]).by_key["llm_developer"].flows
    own, cash, raised, net = (flows.extras[name] for name in ("own", "cash", "raised", "net"))
    failed = flows.extras["failed_at"][:, None]
    t = np.arange(41)[None, :]
    alive = t < failed
    assert own.min() >= 0.0
    assert own.max() <= 1.0
    assert (np.diff(own, axis=1) <= 1e-15).all(), "nobody gives shares back"
    assert not raised[~alive & (t > failed)].any()
    public = public_support(scenario, draws())
    is_champion = scenario.llm_developer.champion
    grant, shares = (np.broadcast_to(is_champion * money, cash.shape) for money in (public.grant, public.equity))
    moved = cash[:, :-1] + 0.25 * net[:, 1:] + raised[:, 1:] + grant[:, 1:] + shares[:, 1:]
    here = alive[:, 1:]
    scale = 1.0 + np.abs(net).max()
    if scenario.tax.is_on:
        assert (cash[:, 1:] <= moved + 1e-9 * scale)[here].all()
    else:
        assert np.abs((cash[:, 1:] - moved)[here]).max(initial=0.0) <= 1e-9 * scale
    value = flows.extras["multiple"] * flows.extras["normal_revenue"]
    rounds = (raised[:, 1:] > 0.0) & here
    held = own[:, :-1] * value[:, 1:] / (value[:, 1:] + shares[:, 1:])
    diluted = held * value[:, 1:] / (value[:, 1:] + raised[:, 1:])
    assert np.allclose(own[:, 1:][rounds], diluted[rounds], rtol=1e-9)
    assert np.allclose(own[:, 1:][here & ~rounds], held[here & ~rounds], rtol=1e-12)
    limit = scenario.llm_funding.raise_cap * value[:, 1:]
    assert (raised[:, 1:][rounds] <= limit[rounds] * (1.0 + 1e-9)).all()


@settings(max_examples=200)
@given(scenarios(only=LLM, programs=0))
def test_llm_pays_out_once(scenario: Scenario) -> None:
    """A sale on failure or an exit at the horizon, never both, never a contribution after entry."""
    flows = claims_of(scenario, ["llm_developer"]).by_key["llm_developer"].flows
    assert not flows.contrib.any()
    assert ((flows.distrib > 0.0).sum(axis=1) <= 1).all()
    failed = flows.extras["failed_at"]
    when = flows.distrib.argmax(axis=1)
    paid = flows.distrib.max(axis=1) > 0.0
    assert (when[paid] == np.minimum(failed, 40)[paid]).all()


def test_a_larger_round_dilutes_more() -> None:
    """At its first round, at the same pre-money value and the same burn."""
    shares = []
    for years in (1.0, 2.0, 3.0):
        scenario = Scenario().replace({"llm_funding.raise_years": years, "llm_funding.raise_cap": 0.5})
        extras = claims_of(scenario, ["llm_developer"]).by_key["llm_developer"].flows.extras
        first = (extras["raised"] > 0.0).argmax(axis=1)
        shares.append((first, extras["own"][np.arange(len(first)), first]))
    same = (shares[0][0] == shares[2][0]) & (shares[1][0] == shares[0][0]) & (shares[0][0] > 0)
    assert same.sum() > 10
    for (_, less), (_, more) in pairwise(shares):
        assert (more[same] < less[same]).all()


def test_cheap_compute_helps_a_developer() -> None:
    """Short compute: at the same demand, lower rents cut its cost on every path and raise its mean value."""
    scenario, shocks = Scenario(), draw_shocks(1, 4_096)
    market = market_of(scenario, shocks)
    values, costs = [], []
    for factor in (1.0, 0.8, 0.5):
        flows = flows_on(scenario, shift_price(market, factor), "llm_developer", shocks)
        values.append(npv(0.15, flows.net).mean())
        costs.append(flows.extras["compute_cost"][:, 1:])
    assert all((less < more).all() for more, less in pairwise(costs))
    assert all(more > less for less, more in pairwise(values))


def test_demand_helps_a_developer() -> None:
    market = market_of(Scenario())
    base = flows_on(Scenario(), market, "llm_developer").extras["revenue"]
    lifted = replace(market.demand_paths, state=market.demand_paths.state + np.log(1.2))
    more = flows_on(Scenario(), replace(market, demand_paths=lifted), "llm_developer")
    assert np.allclose(more.extras["revenue"], 1.2 * base, rtol=1e-12)
    public = flows_on(Scenario(), changed_world(market, demand=1.2 * market.world.demand), "llm_developer")
    assert np.allclose(public.extras["revenue"], base, rtol=1e-12), "what states buy is nobody's revenue"


@pytest.mark.parametrize(
    ("changes", "bill"),
    [
        ({}, 0.40),
        ({"llm_developer.revenue_now": 0.5e9, "llm_costs.frontier_share": 0.03}, 1.56),
        ({"llm_developer.revenue_now": 0.1e9, "llm_costs.frontier_share": 0.012}, 3.12),
    ],
    ids=["frontier", "champion", "open lab"],
)
def test_training_bill_weighs_on_small_developers(changes: dict[str, Any], bill: float) -> None:
    """Claim T11: the same bill over less revenue."""
    scenario = Scenario().replace(changes)
    revenue = scenario.llm_developer.revenue_now
    market = calm_market(scenario)
    balanced = replace(market, log_ratio=0.0 * market.log_ratio)
    cost = flows_on(scenario.calm, balanced, "llm_developer", calm_shocks()).extras["compute_cost"][0, 0]
    assert (cost - 0.45 * revenue) / revenue == pytest.approx(bill, rel=1e-9)


# Cloud platform


@settings(max_examples=200)
@given(scenarios(only=("cloud_platform", "cloud_capital", "localization.share", "overcapacity", "demand"), programs=0))
def test_cloud_flows_are_ebitda_less_capital_spending(scenario: Scenario) -> None:
    flows = claims_of(scenario, ["cloud_platform"]).by_key["cloud_platform"].flows
    ebitda, capex = flows.extras["ebitda"], flows.extras["capex"]
    assert np.allclose(flows.net[:, 1:40], 0.25 * ebitda[:, 1:40] - capex[:, 1:40], rtol=1e-9, atol=1.0)
    worth = flows.net[:, 40] - 0.25 * ebitda[:, 40] + capex[:, 40]
    multiple = worth / np.maximum(ebitda[:, 37:].mean(axis=1), 1e-300)
    capital = scenario.cloud_capital
    if scenario.cloud_platform.business == "neocloud":  # moves as a platform's multiple, from a level of its own
        multiple *= capital.exit_multiple / capital.neocloud_exit
    positive = ebitda[:, 37:].mean(axis=1) > 0.0
    assert multiple[positive].min(initial=20.0) >= 8.0 - 1e-6
    assert multiple[positive].max(initial=8.0) <= 20.0 + 1e-6
    assert np.allclose(worth[~positive], 0.0, atol=1.0)


@settings(max_examples=100)
@given(scenarios(only=("cloud_platform", "overcapacity", "demand"), without=("cloud_platform.jv_cost",), programs=0))
def test_localization_costs_a_cloud(scenario: Scenario) -> None:
    """With the market held, a dearer venture or a larger localized share never raises EBITDA."""
    market = market_of(scenario)

    def ebitda(cost: float, local: float) -> Array:
        there = replace(market, bound_share=local)
        return flows_on(scenario.replace({"cloud_platform.jv_cost": cost}), there, "cloud_platform").extras["ebitda"]

    base = ebitda(0.10, 0.3)
    assert (ebitda(0.25, 0.3) <= base + 1.0).all()
    assert (ebitda(0.10, 0.6) <= base + 1.0).all()
    assert same_bits(ebitda(0.10, 0.0), ebitda(0.40, 0.0))


def test_a_neocloud_is_sold_as_a_lessor_of_machines_and_not_as_a_platform() -> None:
    """Its exit follows its own multiple alone; at that, what it is fairly worth and what it costs are of one order."""
    changes = {"cloud_platform.business": "neocloud"}
    base, other, dear = (
        calm_flows(Scenario().replace({**changes, **more}), "cloud_platform")
        for more in ({}, {"cloud_capital.exit_multiple": 14.5}, {"cloud_capital.neocloud_exit": 12.0})
    )
    ebitda = base.extras["ebitda"][:, 37:41].mean(axis=1)
    assert dear.net[:, -1] - base.net[:, -1] == pytest.approx(6.0 * ebitda, rel=1e-9)
    assert other.net[:, -1] == pytest.approx(base.net[:, -1], rel=1e-9), "on the reference path of demand"
    price = fair_prices(Scenario().replace(changes))["cloud_platform"]
    assert 0.5 < price.premium / (13.0 * price.earnings) < 2.0


def test_neocloud_has_no_core_and_earns_on_its_own_machines() -> None:
    scenario = Scenario().replace({"cloud_platform.business": "neocloud"})
    market = calm_market(scenario)
    extras = calm_flows(scenario, "cloud_platform").extras
    assert not extras["core_revenue"].any()
    rent = 4.0 * 2190.0 * market.utilization * market.price * 1.10
    stock = extras["ai_revenue"] / rent
    assert stock[0, 0] == pytest.approx(0.015 * market.world.stock[0, 0], rel=1e-12)
    for t in range(3, 41):
        joined = 0.05 * market.world.additions[0, t - 2]
        assert stock[0, t] == pytest.approx(0.97 * stock[0, t - 1] + joined, rel=1e-9)
    yearly = [extras["capex"][0, a : a + 4].sum() / extras["ai_revenue"][0, a : a + 4].mean() for a in (1, 5, 17)]
    assert yearly == pytest.approx([2.6, 1.2, 0.4], abs=0.15)
