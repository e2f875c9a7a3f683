"""GPU fleet (model 3.i): what it earns on, when it stands still, and what its customer's default does."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.gpu_fleet.fleet import customer_alive, fleet_terms
from models.assets.gpu_fleet.used import contract_claims, used_values
from models.basis.flows import CashFlows
from models.basis.shocks import draw_shocks
from models.basis.timeline import HOURS, Array
from models.claims.registry import build_claims
from models.market.customer import Offtaker, alive
from models.market.simulate import MarketPaths
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.engine.figures import FIRST_EDITION
from tests.engine.runs import beyond_bounds, claims_of, draws, market_of, npv, same_bits, scenarios, shift_price

FIRST = Scenario().replace(FIRST_EDITION)
GROUPS = ("gpu_fleet", "offtaker", "hardware", "overcapacity", "demand", "clearing")


def fleet_flows(scenario: Scenario, market: MarketPaths | None = None) -> CashFlows:
    there = market_of(scenario) if market is None else market
    return build_claims(scenario, there, draws(), ["gpu_fleet"]).by_key["gpu_fleet"].flows


@settings(max_examples=200)
@given(scenarios(only=(*GROUPS, "policy"), programs=1))
def test_life_of_a_fleet(scenario: Scenario) -> None:
    """Nothing before the ramp ends or after the last quarter or the sale; who stands idle pays the idle cost."""
    market = market_of(scenario)
    flows = fleet_flows(scenario, market)
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    revenue, cost, sale = (flows.extras[name] for name in ("revenue", "running_cost", "sale"))
    t = np.arange(41)
    asleep = (t < terms.first) | (t > terms.last)
    assert not revenue[:, asleep].any()
    assert not cost[:, asleep].any()
    scrapped = flows.extras["scrapped_at"][:, None]
    assert not (revenue + cost)[t[None, :] >= scrapped].any(), "a scrapped fleet neither earns nor costs"
    assert not sale[(t[None, :] != scrapped) & (t[None, :] != terms.last)].any()
    worth = used_values(scenario.gpu_fleet, terms, market, scrapped[:, 0])
    assert not worth[t[None, :] >= scrapped].any()
    assert not worth[:, terms.last :].any()
    idle = (revenue == 0.0) & (t[None, :] < scrapped) & ~asleep
    assert np.allclose(cost[idle], HOURS * terms.idle_cost, rtol=1e-12)
    avoidable = terms.cash_cost - terms.idle_cost
    works = (revenue > 0.0) & (t[None, :] < scrapped)
    if scenario.policy.programs == ():
        saved = avoidable - terms.power_cut
        saved = np.broadcast_to(saved, revenue.shape)[works]
        assert (revenue[works] >= HOURS * saved - 1e-9).all(), "who works earns what idling saves"
    at_sale = np.take_along_axis(flows.net, np.minimum(scrapped, 40).astype(int), axis=1)[:, 0]
    assert (at_sale[scrapped[:, 0] <= 40] >= 0.0).all(), "a sale for scrap never costs money"


def test_four_idle_quarters_end_in_a_sale() -> None:
    glut = Scenario().replace({"overcapacity.peak": 3.0, "gpu_fleet.contracted_share": 0.0})
    market = market_of(glut)
    flows = fleet_flows(glut, market)
    revenue, scrapped = flows.extras["revenue"], flows.extras["scrapped_at"].astype(int)
    assert (scrapped <= 22).mean() > 0.5
    for row in np.flatnonzero(scrapped <= 22):
        before = revenue[row, 3 : scrapped[row]]
        assert not before[-4:].any(), "sold after four idle quarters"
        runs = "".join("1" if value > 0 else "0" for value in before[:-1])
        assert "0000" not in runs, "and not later"
        price = 0.10 * market.curves.hardware_cost[scrapped[row]]
        assert flows.net[row, scrapped[row]] == pytest.approx(price, rel=1e-12)


@settings(max_examples=200)
@given(scenarios(only=GROUPS, without=("gpu_fleet.contracted_share",), programs=0), st.floats(1.0, 1.5))
def test_higher_rents_never_hurt_a_merchant_fleet(scenario: Scenario, factor: float) -> None:
    """With the market held. A fleet is never scrapped here: a sale brought forward may beat more idle quarters."""
    lasting = beyond_bounds(scenario, {"gpu_fleet.contracted_share": 0.0, "gpu_fleet.scrap_after": 99})
    market = market_of(lasting)
    low, high = fleet_flows(lasting, market).net, fleet_flows(lasting, shift_price(market, factor)).net
    assert (high >= low - 1e-9).all()


@settings(max_examples=200)
@given(
    scenarios(only=GROUPS, without=("gpu_fleet.contract_price",), programs=0), st.floats(0.4, 5.0), st.floats(0.4, 5.0)
)
def test_a_richer_contract_never_hurts_unless_it_drives_default(scenario: Scenario, one: float, two: float) -> None:
    low, high = sorted((one, two))
    calm = {"offtaker.ig_price": 0.0, "offtaker.non_ig_price": 0.0, "gpu_fleet.scrap_after": 99}
    runs = [
        fleet_flows(beyond_bounds(scenario, {**calm, "gpu_fleet.contract_price": price})).net for price in (low, high)
    ]
    assert (runs[1] >= runs[0] - 1e-9).all()


@settings(max_examples=100)
@given(scenarios(only=("overcapacity", "demand", "clearing", "pipeline", "capacity"), programs=0))
def test_a_full_take_or_pay_contract_does_not_see_the_market(scenario: Scenario) -> None:
    """With a customer that always pays: neither its own default nor that of a lab behind it ends the contract."""
    full = {
        "gpu_fleet.contracted_share": 1.0, "gpu_fleet.contract_quarters": 24, "gpu_fleet.hazard_scale": 0.0,
        "contagion.lab_share": 0.0,
        "clearing.balance_utilization": 0.80, "clearing.ceiling_utilization": 0.90,  # part of the block: they set P^eqv
    }
    quiet = fleet_flows(Scenario().replace({**full, "demand.volatility": 0.0}))
    assert same_bits(fleet_flows(scenario.replace(full)).extras["revenue"], quiet.extras["revenue"])


def test_take_or_pay_narrows_the_outcomes_with_a_safe_customer() -> None:
    sure = {f"offtaker.ig_{name}": 0.0 for name in ("base", "price", "demand")} | {"gpu_fleet.customer": "ig"}
    widths = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        value = npv(0.05, fleet_flows(Scenario().replace({**sure, "gpu_fleet.contracted_share": share})).net)
        widths.append(float(np.subtract(*np.quantile(value, (0.95, 0.05)))))
    assert all(wider > narrower for wider, narrower in pairwise(widths))


def test_a_break_even_contract_is_worth_the_long_run_rents_it_replaces() -> None:
    market = market_of(FIRST)
    j = np.arange(3, 19)
    v = 1.12 ** (-j / 4)
    rents = market.curves.balance_utilization * market.curves.price[j]
    assert 0.97 * market.support_price * v.sum() == pytest.approx(v @ rents, rel=1e-12)
    assert market.support_price == pytest.approx(1.172, abs=5e-4)
    for grade, price, payback in (("ig", 1.113, 3.5), ("non_ig", 1.172, 3.2)):
        scenario = FIRST.replace({"gpu_fleet.customer": grade})
        terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
        assert terms.contract_price == pytest.approx(price, abs=1e-3)
        assert 22_000.0 / (8_760.0 * (0.97 * terms.contract_price - 0.36)) == pytest.approx(payback, abs=0.05)
    paid = FIRST.replace({"gpu_fleet.payback_years": 2.5})
    terms = fleet_terms(paid.gpu_fleet, paid.offtaker, paid.hardware, market)
    assert terms.contract_price == pytest.approx(1.407, abs=5e-4)


def survival(scenario: Scenario) -> Array:
    market = market_of(scenario)
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    return customer_alive(scenario.gpu_fleet, scenario.offtaker, terms, market, draws().offtaker_u)


@settings(max_examples=200)
@given(scenarios(only=("offtaker", "gpu_fleet", "overcapacity", "demand"), programs=0))
def test_a_customer_defaults_once_and_not_before_it_pays(scenario: Scenario) -> None:
    pays = survival(scenario)
    assert pays[:, :3].all(), "nobody defaults before the first rent is due"
    assert (np.diff(pays.astype(int), axis=1) <= 0).all()
    safer = survival(scenario.replace({"gpu_fleet.hazard_scale": 0.0}))
    assert safer.all()
    assert (survival(scenario.replace({"gpu_fleet.hazard_scale": 3.0})) <= survival(
        scenario.replace({"gpu_fleet.hazard_scale": 1.0})
    )).all()


def test_customers_default_at_their_hazard() -> None:
    """Constant hazard, plain draws: the share that survives is exp(-rate x time) within four standard errors."""
    shocks = draw_shocks(5, 16_384, "random")
    flat = np.ones((16_384, 41))
    rates = Offtaker(non_ig_base=0.06, non_ig_price=0.0, non_ig_demand=0.0)
    share = alive(rates.rates("non_ig"), flat, 1.0, 0.0 * flat, shocks.offtaker_u, 3).mean(axis=0)
    expected = np.exp(-0.06 * 0.25 * np.maximum(0, np.arange(41) - 2))
    assert (np.abs(share - expected) <= 4.0 * np.sqrt(expected * (1.0 - expected) / 16_384)).all()


def test_wrong_way_risk() -> None:
    """Customers default when compute is cheap and demand is low, so defaults come with low rents."""
    scenario, shocks = Scenario(), draw_shocks(1, 4_096)
    market = market_of(scenario, shocks)
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    pays = customer_alive(scenario.gpu_fleet, scenario.offtaker, terms, market, shocks.offtaker_u)
    gone = ~pays[:, 18]
    assert market.log_ratio[gone, 12].mean() < market.log_ratio[~gone, 12].mean() - 0.1
    dear = fleet_terms(
        scenario.gpu_fleet.model_copy(update={"contract_price": 2.0}), scenario.offtaker, scenario.hardware, market
    )
    pays_more = customer_alive(scenario.gpu_fleet, scenario.offtaker, dear, market, shocks.offtaker_u)
    assert (pays_more <= pays).all(), "a better price is likelier to be abandoned"
    assert pays_more.mean() < pays.mean()


def test_claim_on_a_contract_is_what_the_market_does_not_pay() -> None:
    """Zero without a customer, never negative, and the present value of the gap where the market earns nothing."""
    scenario = FIRST
    market = market_of(scenario)
    terms = fleet_terms(scenario.gpu_fleet, scenario.offtaker, scenario.hardware, market)
    pays = np.ones((draws().paths, 41), dtype=bool)
    claim = contract_claims(scenario.gpu_fleet, terms, market, pays)
    assert claim.min() >= 0.0
    assert not contract_claims(scenario.gpu_fleet, terms, market, ~pays).any()
    assert not claim[:, 18:].any()
    worthless = shift_price(market, 1e-9)
    gap = HOURS * 0.70 * (0.97 * terms.contract_price - 0.36)
    for t in (4, 10, 17):
        fade = 2.0 ** (-np.arange(1, 19 - t) / 8.0)
        ahead = 1.12 ** (-np.arange(1, 19 - t) / 4.0)
        rents = 0.768 * np.exp(np.outer(worthless.log_ratio[:, t], fade)) * market.curves.price[t + 1 : 19]
        expected = (HOURS * 0.70 * np.maximum(0.0, 0.97 * terms.contract_price - np.maximum(rents, 0.36))) @ ahead
        got = contract_claims(scenario.gpu_fleet, terms, worthless, pays)[:, t]
        assert np.allclose(got, expected, rtol=2e-3)
        assert (got <= gap * ahead.sum() + 1e-9).all()


def test_own_cost_moves_the_owner_and_not_the_market() -> None:
    base, dear = Scenario(), Scenario().replace({"gpu_fleet.cost_factor": 1.5, "gpu_fleet.power_price": 0.25})
    assert same_bits(market_of(base).price, market_of(dear).price)
    flows = fleet_flows(dear)
    assert np.all(flows.contrib[:, 0] == -33_000.0)
    rates = [float(np.median(returns.irr(fleet_flows(s).net)[0])) for s in (base, dear)]
    assert rates[1] < rates[0] - 0.10
    extra = 0.76 * 1.30 * (0.25 - 0.095)
    running = claims_of(dear, ["gpu_fleet"]).by_key["gpu_fleet"].flows.extras["running_cost"].max()
    assert running == pytest.approx(HOURS * (0.375 + extra), rel=1e-12)
