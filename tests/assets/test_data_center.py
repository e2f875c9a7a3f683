"""Data center (model 3.ii): slow rents, leases that roll, and a sale at a yield."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.assets.data_center.building import Building, energization_delay, exit_values, simulate_building
from models.assets.data_center.leasing import Leasing, market_rent_path, vacancy_path
from models.basis.shocks import Shocks, calm_shocks, draw_shocks
from models.market.simulate import MarketPaths
from models.measures import returns
from models.scenario.scenario import Scenario
from tests.engine.runs import NO_FEEDBACK, calm_market, claims_of, draws, market_of, npv, same_bits, scenarios
from tests.policy.test_programs import program, with_programs

GROUPS = ("data_center", "leasing", "overcapacity", "demand", "offtaker")
SAFE = {f"offtaker.ig_{name}": 0.0 for name in ("base", "price", "demand")}


def building(scenario: Scenario, market: MarketPaths | None = None, shocks: Shocks | None = None) -> Building:
    chosen = draws() if shocks is None else shocks
    there = market_of(scenario, chosen) if market is None else market
    contract = there.support_price * (1.0 - scenario.offtaker.discount(scenario.data_center.tenant))
    return simulate_building(scenario.data_center, scenario.leasing, scenario.offtaker, there, chosen, contract)


def test_a_full_building_at_a_constant_yield_returns_yield_plus_growth() -> None:
    """In quarters: a quarter's income over price, times growth; near cap + g a year, and exact in closed form."""
    scenario = Scenario().replace(
        {
            **SAFE, "data_center.prelease": 1.0, "data_center.delay_mean": 0.0, "data_center.ageing": 0.0,
            "data_center.exit_cap_slope": 0.0, "data_center.exit_cap_sd": 0.0, "leasing.exit_cost": 0.0,
            "leasing.term_short": 60, "leasing.term_long": 60,
        }
    )
    shocks = calm_shocks()
    made = building(scenario, calm_market(scenario), shocks)
    worth = exit_values(scenario.data_center, scenario.leasing, made, calm_market(scenario).surplus, np.zeros(1))
    bought = 12
    flows = np.zeros(41)
    flows[bought + 1 :] = made.noi[0, bought + 1 :]
    flows[bought] = -worth[0, bought]
    flows[40] += worth[0, 40]
    rate = returns.irr(flows[bought:])[0]
    assert rate == pytest.approx(1.025 * (1.0 + 0.065 / (4.0 * 1.025)) ** 4 - 1.0, abs=1e-9)
    assert rate == pytest.approx(0.065 + 0.025, abs=2e-3)


@settings(max_examples=200)
@given(scenarios(only=GROUPS, programs=0))
def test_a_building_keeps_to_its_bounds(scenario: Scenario) -> None:
    made, center = building(scenario), scenario.data_center
    roll, t = made.roll, np.arange(41)
    assert (made.opening >= center.build_quarters).all()
    assert (made.opening <= center.build_quarters + 12).all()
    assert made.vacancy[:, 0] == pytest.approx(scenario.leasing.vacancy_now)
    assert made.vacancy[:, 1:].min() >= min(0.02, scenario.leasing.vacancy_now) - 1e-12
    assert made.vacancy.max() <= max(0.50, scenario.leasing.vacancy_now) + 1e-12
    assert roll.occupancy.min() >= -1e-12
    assert roll.occupancy.max() <= 1.0 + 1e-12
    tenths = 10.0 * roll.occupancy
    assert np.allclose(tenths, np.round(tenths), atol=1e-9)
    before = t[None, :] <= made.opening[:, None]
    assert not made.noi[before].any(), "no income before delivery"
    dearest = 1.04**10 * max(center.rent, roll.market_rent.max())
    assert roll.rent.max() <= dearest * (1.0 + 1e-9)
    assert roll.rent.min() >= -1e-3
    assert (made.exit_cap >= 0.045).all()
    assert (made.exit_cap <= 0.11).all()
    assert made.sale.min() >= 0.0
    assert not made.sale[:, :40].any()
    assert np.isclose(made.budget_draw.sum(), center.capex)


@settings(max_examples=200)
@given(scenarios(only=("leasing", "overcapacity", "demand"), programs=0), st.floats(0.01, 0.2))
def test_vacancy_holds_rents_down(scenario: Scenario, more: float) -> None:
    """Rosen-Smith: rents grow with inflation at natural vacancy, slower above, faster below; exactly, in logs."""
    leasing = scenario.leasing
    vacancy = vacancy_path(leasing, market_of(scenario).surplus)
    rent = market_rent_path(leasing, 1.0, vacancy)
    growth = np.diff(np.log(rent), axis=1)
    expected = 0.25 * (leasing.inflation + leasing.rent_adjustment * (leasing.natural_vacancy - vacancy[:, 1:]))
    assert np.allclose(growth, expected, rtol=0.0, atol=1e-12)
    emptier = np.diff(np.log(market_rent_path(leasing, 1.0, vacancy + more)), axis=1)
    assert (emptier < growth).all()


def test_rents_grow_with_inflation_at_natural_vacancy() -> None:
    leasing = Leasing(vacancy_now=0.08)
    vacancy = vacancy_path(leasing, np.zeros((1, 41)))
    assert vacancy == pytest.approx(0.08, abs=1e-15)
    assert market_rent_path(leasing, 2.0, vacancy)[0, 40] == pytest.approx(2.0 * np.exp(0.2), rel=1e-12)


def test_vacancy_is_slow() -> None:
    """Tenants pay for idle machines: vacancy closes an eighth of its gap to the target each quarter."""
    path = vacancy_path(Leasing(), np.ones((1, 41)))[0]
    target = 0.08 + 0.35
    assert path == pytest.approx(target - (target - 0.014) * 0.88 ** np.arange(41), rel=1e-12)


@settings(max_examples=100)
@given(
    scenarios(only=GROUPS, without=("data_center.exit_cap",), programs=0), st.floats(0.05, 0.09), st.floats(0.05, 0.09)
)
def test_sale_is_inverse_in_the_yield(scenario: Scenario, one: float, two: float) -> None:
    made = [building(scenario.replace({"data_center.exit_cap": cap})) for cap in (one, two)]
    assert same_bits(made[0].noi, made[1].noi)
    assert np.allclose(made[0].sale[:, 40] * made[0].exit_cap, made[1].sale[:, 40] * made[1].exit_cap, rtol=1e-12)
    low, high = sorted(made, key=lambda b: float(b.exit_cap.sum()))
    assert (high.sale[:, 40] <= low.sale[:, 40] * (1.0 + 1e-12)).all()


def test_delay_is_exponential_rounded_and_capped() -> None:
    uniform = (np.arange(200_000) + 0.5) / 200_000
    wait = energization_delay(2.0, uniform)
    assert wait.min() == 0
    assert wait.max() == 12
    assert wait.mean() == pytest.approx(2.0, abs=0.03)
    assert not energization_delay(0.0, uniform).any()


def test_a_glut_reaches_the_building_late() -> None:
    calm, glut = Scenario(), Scenario().replace({"overcapacity.peak": 1.0})
    quiet, full = (calm_market(s) for s in (calm, glut))
    vacancies = [vacancy_path(Leasing(), m.surplus)[0] for m in (quiet, full)]
    assert full.surplus[0].argmax() < vacancies[1].argmax(), "vacancy peaks after the surplus"
    assert vacancies[1].max() > vacancies[0].max() + 0.05


def test_a_defaulting_anchor_empties_its_cohorts_for_the_downtime() -> None:
    risky = Scenario().replace({"data_center.tenant": "non_ig", "overcapacity.peak": 1.0})
    shocks = draw_shocks(2, 1_024)
    market = market_of(risky, shocks)
    never = replace(shocks, tenant_u=np.full(1_024, 1e-300))
    hit, kept = building(risky, market, shocks), building(risky, market, never)
    lost = hit.roll.occupancy < kept.roll.occupancy - 0.05
    assert 0.05 < lost.any(axis=1).mean() < 0.9
    row = int(np.flatnonzero(lost.any(axis=1))[0])
    first = int(np.flatnonzero(lost[row])[0])
    assert hit.roll.occupancy[row, first + 1] <= kept.roll.occupancy[row, first + 1] - 0.05
    assert (npv(0.10, claim_net(risky, shocks)).mean()) < npv(0.10, claim_net(risky, never)).mean()


def claim_net(scenario: Scenario, shocks: Shocks) -> np.ndarray:
    return claims_of(scenario, ["data_center_unlevered"], shocks).by_key["data_center_unlevered"].flows.net


def test_rent_signed_before_delivery_rises_from_delivery() -> None:
    """The first quarter of rent pays the rent of closing, however late; a year later it has risen once."""
    scenario = Scenario().replace({**SAFE, "data_center.prelease": 1.0, "data_center.delay_mean": 4.0})
    made = building(scenario)
    assert len(set(made.opening)) > 5
    rows = np.flatnonzero(made.left_at > 40)
    first = made.opening[rows] + 1
    assert np.allclose(made.roll.rent[rows, first], scenario.data_center.rent, rtol=1e-12)
    assert np.allclose(made.roll.rent[rows, first + 4], 1.025 * scenario.data_center.rent, rtol=1e-12)


@pytest.mark.parametrize("long_stop", [0, 2, 5, 12])
def test_an_anchor_leaves_a_late_building_when_space_got_cheaper(long_stop: int) -> None:
    scenario = Scenario().replace(
        {**SAFE, "overcapacity.peak": 2.0, "data_center.delay_mean": 6.0, "data_center.long_stop": long_stop}
    )
    made, build = building(scenario), scenario.data_center.build_quarters
    for row, opening in enumerate(made.opening):
        cheaper = [t for t in range(build + long_stop + 1, opening + 1)
                   if made.roll.market_rent[row, t] < scenario.data_center.rent]
        assert made.left_at[row] == (cheaper[0] if cheaper else 41)
        let_at_once = made.roll.occupancy[row, opening + 1]
        assert let_at_once < 0.7 if cheaper else let_at_once >= 0.7 - 1e-12
    left = (made.left_at <= 40).sum()
    assert left == 0 if long_stop == 12 else left > 3
    dearer = building(scenario.replace(
        {"overcapacity.peak": 0.0, "leasing.natural_vacancy": 0.12, "demand.volatility": 0.0, "demand.bust_rate": 0.0}
    ))
    assert (dearer.left_at > 40).all(), "nobody leaves a lease below the market"


def test_no_loan_is_the_building_itself() -> None:
    bare = Scenario().replace({"construction_loan.loan_to_cost": 0.0})
    claims = claims_of(bare, ["data_center", "data_center_unlevered", "data_center_loan"]).by_key
    assert same_bits(claims["data_center"].flows.net, claims["data_center_unlevered"].flows.net)
    assert not claims["data_center_loan"].flows.net.any()
    assert claims["data_center_loan"].nothing == "nothing is lent: the loan to cost is none"


def test_others_building_with_public_money_lowers_the_mean_value() -> None:
    """Market channel only, no purchases, orders without feedback (a glut also empties buildings)."""
    shocks = draw_shocks(1, 1_024)
    means = []
    for budget in (0.0, 40e9, 100e9):
        grant = program({"grant": 1.0}, {"budget": budget}, additionality=1.0)
        scenario = with_programs(grant, policy__intensity=10.0, policy__direct_channel=False).replace(
            {**NO_FEEDBACK, "localization.home_share": 1.0}
        )
        means.append(float(npv(0.10, claim_net(scenario, shocks)).mean()))
    assert all(less < more for more, less in pairwise(means))
