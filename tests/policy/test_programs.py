"""Sovereign programs (model 2): money, capacity and demand they move, and the fleet that receives them."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.basis.shocks import draw_shocks
from models.basis.timeline import Array
from models.evidence.presets import presets
from models.market.simulate import MarketPaths
from models.policy.effects import cliff_quarter, mean_intensity, quarterly_spend
from models.policy.program import INSTRUMENTS, Program
from models.scenario.scenario import Scenario
from tests.engine.runs import NO_FEEDBACK, beyond_bounds, claims_of, draws, market_of, npv, same_bits, scenarios

BLOC = {"localization.home_share": 0.1}
MONEY = ("policy", "localization.home_share", "demand.growth_now")


def program(mix: dict[str, float], schedule: dict[str, Any] | None = None, **terms: Any) -> dict[str, Any]:
    plan = {"budget": 20e9, "cliff_rate": 0.0, **(schedule or {})}
    return {"schedule": plan, "mix": mix, "terms": terms}


def with_programs(*programs: dict[str, Any], **changes: Any) -> Scenario:
    paths = {name.replace("__", "."): value for name, value in changes.items()}
    return Scenario().replace({**BLOC, **paths, "policy.programs": list(programs), "policy.fleet_share": 1.0})


def fleet(scenario: Scenario) -> Array:
    """Net flows of the scenario's fleet per H100e, USD."""
    return claims_of(scenario, ["gpu_fleet"]).by_key["gpu_fleet"].flows.net


def paid(market: MarketPaths) -> Array:
    """All money paid by programs, USD, (paths or 1, quarters + 1)."""
    return np.asarray(sum(market.policy.spend.values(), np.zeros((1, 41))))


@settings(max_examples=200)
@given(scenarios(only=MONEY, without=("policy.market_channel",), programs=2))  # off, the market sees no spending
def test_no_program_spends_more_than_is_disbursed_or_outside_its_time(scenario: Scenario) -> None:
    plan = scenario.policy
    spent = paid(market_of(scenario)).sum(axis=1)
    allowed = sum(mean_intensity(p, plan) * p.schedule.budget * p.schedule.disbursement for p in plan.active)
    assert (spent <= allowed * (1.0 + 1e-9)).all()
    for one in plan.active:
        alone = scenario.replace({"policy.programs": [one]})
        market = market_of(alone)
        money, t = market.policy.spend, np.arange(41)
        assert set(money) == {name for name in INSTRUMENTS if getattr(one.mix, name) > 0}
        total = paid(market)
        assert not total[:, (t < one.schedule.start) | (t >= one.schedule.stop)].any()
        end = cliff_quarter(one, draws())[:, None]
        bought = sum((money[name] for name in ("offtake", "procurement") if name in money), np.zeros((1, 41)))
        assert not (bought * (t >= end + one.schedule.notice)).any(), "purchases after notice"
        assert not ((total - bought) * (t >= end)).any(), "money after the cliff"
        live = (t >= one.schedule.start) & (t < one.schedule.stop) & (t < end)
        rate = live * quarterly_spend(one, plan, 40)
        assert np.allclose(np.where(live, total, 0.0), rate, rtol=1e-9), "instruments split the spending"


@settings(max_examples=200)
@given(scenarios(only=MONEY, programs=2))
def test_builds_are_paid_for(scenario: Scenario) -> None:
    """Capacity times what a unit costs the state is never more than was spent on building, and keeps under the cap."""
    for one in scenario.policy.active:
        market = market_of(scenario.replace({"policy.programs": [one]}))
        money, builds = market.policy.spend, market.policy.builds
        zero = np.zeros((1, 41))
        granted = money.get("grant", zero) + money.get("tax_credit", zero)
        lent = money.get("loan", zero) + money.get("equity", zero)
        means = granted / one.terms.capex_share + lent / one.terms.loan_share
        used = np.cumsum(builds * market.curves.all_in_cost, axis=1)
        lag = one.schedule.build_lag
        ordered = np.zeros_like(used + means)
        ordered[:, lag:] = np.cumsum(means, axis=1)[:, : 41 - lag]
        assert (used <= ordered * (1.0 + 1e-9) + 1.0).all(), "delivered before or beyond what was paid for"
        bloc = scenario.localization.home_share if one.schedule.bloc_share is None else one.schedule.bloc_share
        room = scenario.policy.build_cap * bloc * market.planned_additions
        assert (builds <= room * (1.0 + 1e-9) + 1e-6).all()
        expected = (1.0 - one.terms.additionality) * builds
        assert np.allclose(market.policy.displaced, expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", list(presets()))
def test_zero_intensity_is_no_policy_bit_for_bit(name: str) -> None:
    scenario = Scenario.preset(name)
    shocks = draw_shocks(3, 64)
    without = claims_of(scenario.replace({"policy.programs": []}), shocks=shocks)
    off = claims_of(scenario.replace({"policy.intensity": 0.0}), shocks=shocks)
    for key, claim in without.by_key.items():
        assert same_bits(off.by_key[key].flows.net, claim.flows.net), key


@settings(max_examples=100)
@given(scenarios(only=("policy", "localization", "demand"), programs=2))
def test_programs_that_begin_after_the_horizon_do_nothing(scenario: Scenario) -> None:
    late = [
        p.model_copy(
            update={
                "schedule": p.schedule.model_copy(update={"start": 41, "stop": 60}),
                "terms": p.terms.model_copy(update={"mandate": 0.0}),
            }
        )
        for p in scenario.policy.programs
    ]
    none = scenario.replace({"policy.programs": []})
    other = beyond_bounds(scenario, {"policy.programs": tuple(late)})
    for key in ("gpu_fleet", "gpu_debt", "llm_developer"):
        flows = [claims_of(s, [key]).by_key[key].flows.net for s in (none, other)]
        assert same_bits(*flows), key


def test_displacing_programs_leave_the_market_and_still_pay_the_recipient() -> None:
    """Additionality zero and no purchases: not one machine more, yet the eligible fleet is supported."""
    mixes = [{"grant": 1.0}, {"tax_credit": 1.0}, {"loan": 0.5, "equity": 0.5}]
    none = market_of(with_programs())
    for mix in mixes:
        scenario = with_programs(program(mix, additionality=0.0))
        market = market_of(scenario)
        assert market.policy.builds.max() > 0.0
        assert (none.home.private >= market.policy.displaced / 0.1).all(), "the premise: builders still want that much"
        for name in ("price", "utilization", "surplus"):
            assert np.allclose(getattr(market, name), getattr(none, name), rtol=1e-9, atol=1e-12), name
        assert (npv(0.12, fleet(scenario)) > npv(0.12, fleet(with_programs())) + 100.0).all()


def test_purchases_are_split_into_new_and_diverted_demand() -> None:
    buy = program({"offtake": 1.0})
    bought = {d: market_of(with_programs(buy, demand__diversion=d)).policy.demand for d in (0.0, 0.4, 1.0)}
    assert np.allclose(bought[0.4], 0.6 * bought[0.0], rtol=1e-12)
    assert not bought[1.0].any()
    price = market_of(with_programs(buy)).support_price
    hours = 8760.0 / 4.0
    assert bought[0.0][0, 0] == pytest.approx(20e9 * 0.35 / 20 / (hours * 0.97 * price), rel=1e-9)


@pytest.mark.parametrize(("rate", "share"), [(0.41, 0.19), (0.80, 0.47)])
def test_part_of_a_voucher_is_new_demand(rate: float, share: float) -> None:
    market = market_of(with_programs(program({"voucher": 1.0}, voucher_rate=rate)))
    units = 20e9 * 0.35 / 20 / (rate * 2190.0 * 0.97 * market.support_price)
    assert market.policy.demand[0, 0] / units == pytest.approx(share, abs=5e-3)
    assert market.policy.demand[0, 0] / units == pytest.approx(1.0 - (1.0 - rate) ** 0.4, rel=1e-9)


# Monotonicity, path by path on the same draws. The market is held where only the recipient is meant.


@pytest.mark.parametrize("instrument", ["grant", "tax_credit"])
def test_a_larger_grant_never_lowers_the_value(instrument: str) -> None:
    values = [
        npv(
            0.12,
            fleet(
                with_programs(
                    program({instrument: 1.0}, {"clawback": 0.0}, capex_share=share), policy__market_channel=False
                )
            ),
        )
        for share in (0.02, 0.2, 0.5, 0.9)
    ]
    assert all((more > less).all() for less, more in pairwise(values))


def test_capture_takes_from_the_recipient_and_not_from_the_market() -> None:
    mix = {"grant": 0.3, "loan": 0.3, "power": 0.4}
    runs = [with_programs(program(mix, capture=phi, power_discount=0.02)) for phi in (0.0, 0.25, 0.6)]
    values, prices = [npv(0.12, fleet(s)) for s in runs], [market_of(s).price for s in runs]
    assert all((more < less).all() for less, more in pairwise(values))
    assert same_bits(prices[0], prices[1])
    assert same_bits(prices[0], prices[2])


@settings(max_examples=100)
@given(
    scenarios(only=("demand", "overcapacity", "clearing", "hardware.deflation_now"), programs=0),
    st.floats(0.05, 1.0),
    st.sampled_from(["grant", "tax_credit", "loan"]),
)
def test_building_by_others_never_helps_the_unsubsidized(scenario: Scenario, alpha: float, instrument: str) -> None:
    """Only the market channel, no purchases: fleets earn weakly less in every quarter, the supplier sells more."""
    free = {**NO_FEEDBACK, **BLOC, "gpu_fleet.contracted_share": 0.0, "policy.direct_channel": False}
    none = beyond_bounds(scenario.replace(free), {"gpu_fleet.scrap_after": 99})
    builder = Program.model_validate(program({instrument: 1.0}, additionality=alpha))
    some = beyond_bounds(none, {"policy.programs": (builder,)})
    keys = ("gpu_fleet", "hardware_supplier")
    before, after = claims_of(none, keys), claims_of(some, keys)
    worse = after.by_key["gpu_fleet"].flows.net - before.by_key["gpu_fleet"].flows.net
    assert (worse <= 1e-6).all()
    market, base = market_of(some), market_of(none)
    first = int(np.flatnonzero(market.policy.builds.any(axis=0))[0])
    assert (market.world.additions[:, : first + 1] >= base.world.additions[:, : first + 1] - 1e-6).all()
    assert (market.world.additions[:, first] > base.world.additions[:, first]).all()


def test_clawback_and_cliffs_never_help_the_recipient() -> None:
    merchant = {"gpu_fleet__contracted_share": 0.0, "policy__market_channel": False, "overcapacity__peak": 1.5}

    def values(schedule: dict[str, Any], mix: dict[str, float], scrap_after: int) -> Array:
        scenario = with_programs(program(mix, schedule, power_discount=0.04), **merchant)
        return npv(0.12, fleet(beyond_bounds(scenario, {"gpu_fleet.scrap_after": scrap_after})))

    claws = [values({"clawback": share}, {"grant": 1.0}, 4) for share in (0.0, 0.5, 1.0)]
    # Losing cheap power can bring a sale for scrap forward, which may pay: the rule of thumb is not the best exit.
    cliffs = [values({"cliff_rate": rate}, {"power": 1.0}, 99) for rate in (0.0, 0.1, 0.5)]
    for ordered in (claws, cliffs):
        assert all((more <= less + 1e-9).all() for less, more in pairwise(ordered))
        assert ordered[2].mean() < ordered[0].mean() - 1.0, "no path shows the effect, so the test proves nothing"


def test_order_of_programs_does_not_matter() -> None:
    one = program({"grant": 0.5, "offtake": 0.5}, offtake_share=0.1, capture=0.1)
    two = program({"loan": 0.7, "power": 0.3}, {"budget": 5e9, "cliff_rate": 0.1}, rate_cut=0.04, power_discount=0.01)
    three = program({"procurement": 1.0}, {"budget": 3e9}, mandate=0.1)
    straight, turned = with_programs(one, two, three), with_programs(three, one, two)
    for key in ("gpu_fleet", "gpu_debt", "hardware_supplier", "cloud_platform"):
        flows = [claims_of(s, [key]).by_key[key].flows.net for s in (straight, turned)]
        assert np.allclose(*flows, rtol=1e-9, atol=1e-9 * np.abs(flows[0]).max()), key


def test_a_year_without_money_pays_nobody() -> None:
    """Money skips the year, a fleet bought in it gets no grant, and no year at all is no policy."""
    gulf = Scenario.preset("gulf")
    late = gulf.replace({"policy.intensity_by_year": (0.0, *[1.0] * 9)})
    money = paid(market_of(late))
    assert not money[:, :5].any() and money[:, 5].mean() > 0
    assert (paid(market_of(gulf))[:, 6:12] == money[:, 6:12]).all()
    today, later = (claims_of(s, ["gpu_fleet"]).by_key["gpu_fleet"].flows.net[:, 0].mean() for s in (gulf, late))
    assert later < today, "support at closing lowers what is paid in"
    never = gulf.replace({"policy.intensity_by_year": (0.0,) * 10})
    assert never.policy.active == () == never.policy.home
