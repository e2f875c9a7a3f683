"""The supplier: it lives on additions, its expense falls late, and what it promised customers costs it in a bust."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.basis.flows import CashFlows
from models.basis.shocks import calm_shocks
from models.basis.timeline import Array
from models.claims.registry import build_claims
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from tests.engine.runs import calm_flows, calm_market, claims_of, draws, market_of, same_bits, scenarios

KEY = "hardware_supplier"
BUST: dict[str, Any] = {"overcapacity.peak": 1.5, "demand.volatility": 0.4}


def flows_on(scenario: Scenario, market: MarketPaths) -> CashFlows:
    return build_claims(scenario, market, draws(), [KEY]).by_key[KEY].flows


def with_additions(market: MarketPaths, additions: Array) -> MarketPaths:
    """The same market with other gross additions of the world."""
    return replace(market, world=market.world._replace(additions=additions))


def after_a_fall(share: float) -> CashFlows:
    """The calm supplier, its additions steady in dollars and lower by a share from quarter 21 on."""
    scenario, market = Scenario().calm, calm_market(Scenario())
    steady = np.where(np.arange(41) > 20, 1.0 - share, 1.0) * 5e6 * market.curves.hardware_cost[0]
    additions = steady[None, :] / market.curves.hardware_cost
    return build_claims(scenario, with_additions(market, additions), calm_shocks(), [KEY]).by_key[KEY].flows


@settings(max_examples=100)
@given(scenarios(only=("hardware_supplier", "supplier_credit", "overcapacity", "demand", "export"), programs=0))
def test_it_lives_on_additions(scenario: Scenario) -> None:
    """Revenue and earnings are proportional to gross additions, price and cost held; without them there is none."""
    market = market_of(scenario)
    base = flows_on(scenario, market).extras
    more = flows_on(scenario, with_additions(market, 1.1 * market.world.additions)).extras
    for name in ("revenue", "earnings", "owed", "floors"):
        assert np.allclose(more[name], 1.1 * base[name], rtol=1e-9, atol=1e-3), name
    assert not flows_on(scenario, with_additions(market, 0.0 * market.world.additions)).net.any()
    for name in ("expense", "owed", "credit_loss", "floors", "write_off"):
        assert base[name].min() >= 0.0, name


@pytest.mark.parametrize(
    "changes", [{}, BUST, {**BUST, "supplier_credit.past_growth": 0.3, "supplier_credit.floor_level": 0.9}]
)
def test_each_path_in_plain_python(changes: dict[str, Any]) -> None:
    """From revenue to the owner's flow, quarter by quarter, written from the printed equations."""
    scenario = Scenario().replace(changes)
    s, c, o = scenario.hardware_supplier, scenario.supplier_credit, scenario.offtaker
    market = market_of(scenario)
    flows = flows_on(scenario, market)
    lab, contagion = build_claims(scenario, market, draws(), ["llm_developer"]).by_key, scenario.contagion
    fate = lab["llm_developer"].flows.extras
    state, price, long_run = market.demand_paths.state, market.price, market.curves.price
    for i in range(market.paths):
        revenue = [float(x) for x in flows.extras["revenue"][i]]
        sold = {q: revenue[1] * (1.0 + c.past_growth) ** ((q - 1) / 4) for q in range(-11, 1)}
        sold |= dict(enumerate(revenue[1:], 1))
        now = s.margin_now + s.opex * sum((1.0 + c.past_growth) ** (-k / 4) for k in range(12)) / 12
        left, machines, earned = {q: 1.0 for q in range(-11, 1)}, dict[int, float](), list[float]()
        for t in range(1, 41):
            ratio = price[i, t] / long_run[t]
            cost = market.curves.hardware_cost[t]
            machines[t] = revenue[t] / (s.price_factor * cost * min(max(ratio, 0.6), 1.6) ** 0.25)
            steady = s.margin_long_run + s.opex
            margin = steady + (now - steady) * 2.0 ** (-t / 4 / s.margin_half_life) + s.margin_slope * math.log(ratio)
            profit = min(max(margin, 0.20), 0.85) * revenue[t]
            profit -= s.opex * sum(sold[q] for q in range(t - 11, t + 1)) / 12
            hazard = o.non_ig_base + o.non_ig_price * max(0.0, 1.0 - ratio) + o.non_ig_demand * max(0.0, -state[i, t])
            failed, burn = fate["failed_at"][i], max(0.0, -fate["net"][i, t])
            weak = contagion.weak_hazard if t < failed and fate["cash"][i, t] < burn else 0.0
            with_lab = contagion.lab_share * (1.0 if t == failed else 1.0 - math.exp(-0.25 * weak))
            defaulted = 1.0 - math.exp(-0.25 * hazard) * (1.0 - with_lab)
            owed = c.financed_share * sum(sold[q] * left[t - 1] / left[q] for q in range(t - 12, t) if q > -12)
            left[t] = left[t - 1] * (1.0 - defaulted)
            profit -= c.loss_given_default * defaulted * owed
            short = max(0.0, c.floor_level * long_run[t] - price[i, t])
            backed = c.floor_share * sum(machines[q] for q in range(max(1, t - 12), t))
            profit -= 2_190.0 * scenario.hardware.availability * backed * short
            profit -= c.commitments * max(0.0, sold[t - 4] - sold[t])
            earned.append(profit - s.tax * max(0.0, profit))
            flow = s.payout * max(0.0, earned[-1]) + min(0.0, earned[-1])
            if t == 40:
                growth = sum(revenue[37:]) / sum(revenue[33:37]) - 1.0
                multiple = min(max(s.exit_multiple + s.exit_growth * growth, 8.0), 25.0)
                flow += multiple * max(0.0, 4.0 * sum(earned[-12:]) / 12)
            assert flows.extras["owed"][i, t] == pytest.approx(owed, rel=1e-9), (i, t)
            assert flows.net[i, t] == pytest.approx(flow, rel=1e-9, abs=1e-9 * revenue[1]), (i, t)


def test_a_fall_of_sales_shows_in_earnings() -> None:
    """Telecom suppliers lost 60% of revenue: a year later earnings are down by far more, three years later by less."""
    fallen, steady = after_a_fall(0.60).extras, after_a_fall(0.0).extras
    left = fallen["earnings"][0] / steady["earnings"][0]
    assert left[24] < 0.15 < left[36] < 0.45
    assert fallen["revenue"][0, 24] == pytest.approx(0.4 * steady["revenue"][0, 24])


def test_today_and_a_steady_state_earn_the_declared_margin() -> None:
    supplier, extras = Scenario().hardware_supplier, after_a_fall(0.0).extras
    parts = {"hardware_supplier.margin_slope": 0.0, "supplier_credit.floor_share": 0.0}
    first = calm_flows(Scenario().replace(parts), KEY).extras
    assert first["operating"][0, 1] / first["revenue"][0, 1] == pytest.approx(supplier.margin_now, abs=0.01)
    margin = (extras["operating"] + extras["floors"] + extras["write_off"])[0] / extras["revenue"][0].clip(1.0)
    erodes = supplier.margin_long_run + 0.8 * (1.0 - 0.4) * 2.0 ** (-10.0 / supplier.margin_half_life)
    assert supplier.margin_long_run < margin[40] < erodes


def test_commitments_are_written_off_in_proportion_to_the_fall() -> None:
    small, large = (after_a_fall(share).extras["write_off"][0, 21:] for share in (0.25, 0.50))
    gentle = after_a_fall(0.0).extras["write_off"][0, 21:]
    assert np.allclose(large[:4] - gentle[:4], 2.0 * (small[:4] - gentle[:4]), rtol=0.05), "in proportion"
    revenue = after_a_fall(0.50).extras["revenue"][0]
    assert large[:4].sum() == pytest.approx(0.25 * (revenue[17:21] - revenue[21:25]).sum())
    assert large[4:].sum() < 0.2 * large[:4].sum(), "orders that stay low were not placed"


@pytest.mark.parametrize(
    ("path", "low", "high"),
    [
        ("supplier_credit.financed_share", 0.0, 0.3), ("supplier_credit.loss_given_default", 0.4, 1.0),
        ("supplier_credit.floor_share", 0.0, 0.2), ("supplier_credit.floor_level", 0.4, 1.0),
        ("supplier_credit.commitments", 0.0, 0.6),
    ],
)
def test_every_promise_costs(path: str, low: float, high: float) -> None:
    glut = Scenario().replace(BUST)
    market = market_of(glut)
    less, more = (flows_on(glut.replace({path: value}), market).extras["earnings"] for value in (low, high))
    assert more.sum() < less.sum()
    assert (more <= less + 1e-3).all()


def test_nobody_defaults_on_the_calm_path() -> None:
    extras = calm_flows(Scenario(), KEY).extras
    assert not extras["credit_loss"].any() and extras["owed"][0, 1:].min() > 0.0


def test_growth_levels_off_while_capacity_grows() -> None:
    market, extras = calm_market(Scenario()), calm_flows(Scenario(), KEY).extras
    yearly = extras["revenue"][0, 1:].reshape(10, 4).sum(axis=1)
    assert market.world.stock[0, 40] > 15.0 * market.world.stock[0, 0]
    assert 0.8 * yearly[0] < yearly.min()
    assert yearly.max() < 1.3 * yearly[0], "revenue follows additions, not the stock"


def test_the_exit_pays_a_multiple_of_normal_earnings_that_follows_growth() -> None:
    worth = []
    for slope in (0.0, 30.0):
        scenario = Scenario().replace({"hardware_supplier.exit_growth": slope})
        claim = claims_of(scenario, [KEY]).by_key[KEY]
        normal = 4.0 * claim.flows.extras["earnings"][:, 29:].mean(axis=1)
        assert claim.flows.ledger["exit"].min() >= 0.0
        worth.append((claim.flows.ledger["exit"][:, 40] / normal)[normal > 0.0])
    assert worth[0] == pytest.approx(15.0, rel=1e-12)
    assert 8.0 - 1e-9 <= worth[1].min() and worth[1].max() <= 25.0 + 1e-9
    assert np.ptp(worth[1]) > 3.0


def test_promises_of_none_are_as_without_them() -> None:
    """No credit, floors or parts: then earnings are gross profit less expense and tax."""
    names = ("financed_share", "floor_share", "commitments")
    none = Scenario().replace({f"supplier_credit.{name}": 0.0 for name in names})
    extras, lines = flows_on(none, market_of(none)).extras, flows_on(none, market_of(none)).ledger
    assert same_bits(extras["operating"], lines["gross profit"] - extras["expense"])
