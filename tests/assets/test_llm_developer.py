"""The developer against its equations in plain Python, path by path, and the signs an expert would expect of it."""

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from models.assets.llm_developer import control_variates
from models.basis.shocks import Shocks, draw_shocks
from models.basis.timeline import Array
from models.claims.llm_developer import simulate_lab
from models.claims.registry import build_claims
from models.engine.evaluate import evaluate
from models.engine.prices import fair_prices
from models.engine.world import World
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from tests.engine.runs import draws, market_of, scenarios

QUARTERS = 40
MOVED: dict[str, Any] = {
    "demand.efficiency_factor": 2.0, "demand.efficiency_quarter": 6, "hardware.deflation_surprise": 0.08,
    "ai_revenue.pass_on": 0.3, "llm_developer.excess_growth_now": 0.2, "llm_developer.excess_growth_long_run": 0.02,
    "llm_funding.margin_low": -0.1, "llm_costs.maintenance": 0.4, "llm_funding.multiple_growth": 1.7,
}
CHAMPION: dict[str, Any] = {
    "llm_developer.revenue_now": 2e9, "llm_costs.frontier_share": 0.1, "llm_developer.champion": True,
    "llm_developer.champion_share": 0.8, "llm_developer.champion_equity": 0.3, "llm_developer.champion_uplift": 0.2,
    "policy.intensity": 2.0, "policy.intensity_by_year": (0.5, 1.0, 0.2, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "policy.programs": [
        {"name": "fund", "schedule": {"budget": 6e9, "cliff_rate": 0.15, "stop": 12}, "mix": {"champion": 1.0}},
        {"name": "later", "schedule": {"budget": 9e9, "start": 6, "stop": 30, "cliff_rate": 0.05, "notice": 8},
         "mix": {"champion": 0.4, "voucher": 0.6}},
        {"name": "abroad", "schedule": {"budget": 50e9, "bloc_share": 0.2}, "mix": {"champion": 1.0}},
    ],
}
"""A small lab with public customers, money of two home programs that may end early, and none of one abroad."""


def public_by_hand(s: Scenario, shocks: Shocks, path: int) -> list[tuple[float, float, float]]:
    """How far home programs run as announced, what they give, and what they pay for new shares, by quarter."""
    lab, policy, rows = s.llm_developer, s.policy, []
    for t in range(QUARTERS + 1):
        live, money = 0.0, 0.0
        times = policy.intensity * (policy.intensity_by_year or (1.0,) * 10)[max(t - 1, 0) // 4]
        for program in policy.programs if lab.champion else ():
            plan = program.schedule
            if plan.bloc_share is not None:
                continue
            if plan.start <= t < min(plan.stop, math.ceil(-4.0 * math.log(shocks.policy_u[path]) / plan.cliff_rate)):
                live = max(live, min(times, 1.0))
                spent = times * plan.budget * plan.disbursement / (plan.stop - plan.start)
                money += lab.champion_share * program.mix.champion * spent
        rows.append((live, (1.0 - lab.champion_equity) * money, lab.champion_equity * money))
    return rows


def passing(demand: Any, shocks: Shocks, path: int) -> tuple[list[float], list[float], list[float]]:
    """Cycle X, temporary losses Y and lasting losses Q of one path, from the draws."""
    chance, busts, at = 1.0 - math.exp(-demand.bust_rate / 4), set(), 0
    for u in shocks.jump_gap_u[path]:
        at += math.floor(math.log(1.0 - u) / math.log(1.0 - chance)) + 1
        busts.add(at)
    x, y, q = [0.0], [0.0], [0.0]
    for t in range(1, QUARTERS + 1):
        jump = math.log(1.0 - demand.bust_size) if t in busts else 0.0
        x.append(x[-1] * 0.5 ** (0.25 / demand.memory_years) + demand.volatility * 0.5 * shocks.demand_z[path, t])
        y.append(y[-1] * 0.5 ** (0.25 / demand.bust_half_life) + (1.0 - demand.bust_permanent) * jump)
        q.append(q[-1] + demand.bust_permanent * jump)
    return x, y, q


def fair(demand: Any, t: int, of_cycle: float, of_bust: float) -> float:
    """Log mean of exp(a X + b Y + Q), summed term by term."""
    phi, chance = 0.5 ** (0.25 / demand.memory_years), 1.0 - math.exp(-demand.bust_rate / 4)
    out = 0.5 * sum((of_cycle * demand.volatility * 0.5 * phi**k) ** 2 for k in range(t))
    for k in range(t):
        left = demand.bust_permanent + of_bust * (1.0 - demand.bust_permanent) * 0.5 ** (k / 4 / demand.bust_half_life)
        out += math.log(1.0 - chance + chance * (1.0 - demand.bust_size) ** left)
    return out


def faded(now: float, later: float, fade: float, year: float) -> float:
    return later * year + (now - later) * (1.0 - math.exp(-fade * year)) / fade


def by_hand(s: Scenario, market: MarketPaths, shocks: Shocks, path: int) -> list[tuple[float, ...]]:
    """Revenue, normal revenue, compute cost, net and multiple of one path by quarter."""
    lab, costs, funding, ai, demand = s.llm_developer, s.llm_costs, s.llm_funding, s.ai_revenue, s.demand
    seen_x, seen_y = (
        sum(0.5 ** (k / 4 / half) for k in range(1, 21)) / 20 for half in (demand.memory_years, demand.bust_half_life)
    )
    (x, y, q), walk, rows = passing(demand, shocks, path), 0.0, []
    share_now = 8760.0 * demand.stock_now * float(market.curves.price[0]) / ai.revenue_now
    references: list[float] = []
    public = public_by_hand(s, shocks, path)
    for t in range(QUARTERS + 1):
        year = t / 4
        walk += lab.quality_sd * 0.5 * shocks.llm_quality_z[path, t]
        quality = math.exp(walk - 0.5 * lab.quality_sd**2 * year)
        deviation = x[t] + y[t] + q[t] - fair(demand, t, 1.0, 1.0)
        lasting = seen_x * x[t] + seen_y * y[t] + q[t] - fair(demand, t, seen_x, seen_y)
        gain = math.log(demand.efficiency_factor) if t >= demand.efficiency_quarter else 0.0
        share = ai.compute_share + (share_now - ai.compute_share) * 0.5 ** (year / ai.share_half_life)
        spending = math.exp(faded(demand.growth_now, demand.growth_long_run, demand.growth_fade, year))
        references.append(spending * share_now / share)
        beyond = faded(lab.excess_growth_now, lab.excess_growth_long_run, lab.excess_growth_fade, year)
        own = beyond - lab.erosion * year
        level = lab.revenue_now * references[t] * math.exp(own + (demand.rebound - ai.pass_on) * gain) * quality
        level *= 1.0 + lab.champion_uplift * public[t][0]
        revenue, normal = level * math.exp(deviation), level * math.exp(lasting)
        rent = float(market.price[path, t] / market.curves.price_expected[t])
        inference = costs.inference * revenue * rent**costs.inference_price * math.exp(-(1.0 - ai.pass_on) * gain)
        training = max(costs.training * lab.revenue_now, costs.frontier_share * costs.frontier_bill) * math.exp(
            faded(costs.training_growth_now, costs.training_growth_long_run, costs.training_growth_fade, year)
            - (1.0 - demand.rebound) * gain
        ) * rent**costs.training_price * (quality * math.exp(deviation)) ** costs.training_quality
        margin = 1.0 - (inference + costs.maintenance * training) / revenue
        multiple = funding.multiple_excess * math.exp(-funding.multiple_fade * year) + funding.multiple_floor
        multiple *= min(max((margin - funding.margin_low) / (funding.margin_reference - funding.margin_low), 0.2), 1.5)
        if t >= 4:
            growth = math.log(normal / rows[t - 4][1]) - math.log(references[t] / references[t - 4])
            multiple *= min(max(1.0 + funding.multiple_growth * growth, 0.2), 1.5)
        net = revenue * (1.0 - costs.other) - inference - training - costs.fixed * lab.revenue_now
        rows.append((revenue, normal, inference + training, net, multiple))
    return rows


@pytest.mark.parametrize("changes", [{}, MOVED, CHAMPION], ids=["base", "moved", "champion"])
def test_every_path_is_what_the_equations_say(changes: dict[str, Any]) -> None:
    scenario, shocks = Scenario().replace(changes), draws()
    market = market_of(scenario, shocks)
    flows = simulate_lab(scenario, market, shocks)
    extras, funding = flows.extras, scenario.llm_funding
    names = ("revenue", "normal_revenue", "compute_cost", "net", "multiple")
    for path in range(market.paths):
        rows = by_hand(scenario, market, shocks, path)
        told = np.array([[extras[name][path, t] for name in names] for t in range(QUARTERS + 1)])
        np.testing.assert_allclose(told, rows, rtol=1e-9)
        cash, own, paid = 2.0 * max(-rows[0][3], 0.05 * scenario.llm_developer.revenue_now), 1.0, 0.0
        public = public_by_hand(scenario, shocks, path)
        for t in range(QUARTERS + 1):
            (revenue, normal, _, net, multiple), (_, grant, shares) = rows[t], public[t]
            burn, worth = max(-net, 0.0), multiple * normal
            cash, own = cash + grant + shares, own * worth / (worth + shares)
            if t > 0:
                cash += net / 4
                wanted = funding.raise_years * burn
                if cash < funding.runway * burn / 4 and wanted <= funding.raise_cap * worth:
                    cash, own = cash + wanted, own * worth / (worth + wanted)
            if cash < 0.0:
                price = funding.sale_low + (funding.sale_high - funding.sale_low) * shocks.llm_sale_u[path]
                paid = price * revenue * own
                assert extras["failed_at"][path] == t
                break
            assert extras["cash"][path, t] == pytest.approx(cash, rel=1e-9)
            assert extras["own"][path, t] == pytest.approx(own, rel=1e-9)
        else:
            paid = own * (rows[-1][4] * rows[-1][1] + max(cash, 0.0))
            assert extras["failed_at"][path] == QUARTERS + 1
        assert flows.distrib[path].sum() == pytest.approx(paid, rel=1e-9)


def test_a_champion_is_paid_as_long_as_its_programs_last() -> None:
    """What the cross-check above covers: programs that end early, money that saves, and money that only buys shares."""
    scenario, shocks = Scenario().replace(CHAMPION), draws()
    market = market_of(scenario, shocks)
    public = np.array([public_by_hand(scenario, shocks, path) for path in range(market.paths)])
    paid = np.count_nonzero(public[:, :, 1] > 0.0, axis=1)
    assert paid.min() < 10 and paid.max() == 30 - 4, "some end early; nothing is paid in the year without money"

    def found(**changes: Any) -> Any:
        moved = scenario.replace({f"llm_developer.{name}": value for name, value in changes.items()})
        return simulate_lab(moved, market, shocks)

    alone, given, sold = found(champion=False), found(champion_equity=0.0), found(champion_equity=1.0)
    alive = [np.count_nonzero(one.extras["failed_at"] > QUARTERS) for one in (alone, given, sold)]
    assert alive[0] < alive[1] == alive[2], "money saves, and saves no less where it buys shares"
    assert (sold.distrib.sum(axis=1) <= given.distrib.sum(axis=1)).all(), "but today's owners then keep less"


def test_the_lab_is_known_from_the_market_alone() -> None:
    """Its fate can be asked before fleets, loans and suppliers are built, and is the one of its claim."""
    scenario, shocks = Scenario(), draws()
    market = market_of(scenario, shocks)
    alone = simulate_lab(scenario, market, shocks).extras
    claim = build_claims(scenario, market, shocks, ["llm_developer"]).by_key["llm_developer"].flows.extras
    for name in ("failed_at", "cash", "net"):
        assert np.array_equal(alone[name], claim[name])
    assert alone["failed_at"].shape == (market.paths,) and (alone["failed_at"] <= QUARTERS).any()


def test_control_variates_have_mean_one() -> None:
    shocks = draw_shocks(5, 65_536, "random")
    scenario = Scenario()
    controls = control_variates(scenario.llm_developer, market_of(scenario, shocks), shocks)
    error = controls.std(axis=0) / math.sqrt(len(controls))
    assert (np.abs(controls.mean(axis=0) - 1.0) < 4.0 * error).all() and (error < 0.03).all()


# Signs


@lru_cache(maxsize=1)
def world() -> World:
    return World(Scenario(), draw_shocks(1, 4_096))


def values(changes: dict[str, Any], key: str = "llm_developer") -> Array:
    """Value over cash per dollar at the fair entry agreed before, noise taken out, (paths,)."""
    return (world().neighbor(changes) if changes else world()).position(key, "fair").steady_value


def moved(changes: dict[str, Any], key: str = "llm_developer") -> tuple[float, float]:
    """Change of mean value per dollar and its standard error, on the same draws."""
    gap = values(changes, key) - values({}, key)
    return float(gap.mean()), float(gap.std(ddof=1) / math.sqrt(len(gap)))


def test_an_efficiency_surprise_hurts_fleets_more_than_the_developer() -> None:
    surprise = {"demand.efficiency_factor": 2.0, "demand.efficiency_quarter": 4, "ai_revenue.pass_on": 0.5}
    lab, noise = moved(surprise)
    fleet, _ = moved(surprise, "gpu_fleet")
    assert fleet < 0.0 and lab - fleet > 3.0 * noise
    all_passed_on, _ = moved(surprise | {"ai_revenue.pass_on": 1.0})
    assert all_passed_on < lab, "what customers get, the company does not"


def test_cheaper_hardware_than_expected_helps_a_developer_and_hurts_fleets() -> None:
    helped, noise = moved({"hardware.deflation_surprise": 0.10})
    dearer, _ = moved({"hardware.deflation_surprise": -0.05})
    assert helped > 3.0 * noise and dearer < -3.0 * noise
    assert moved({"hardware.deflation_surprise": 0.10}, "gpu_fleet")[0] < 0.0


@pytest.mark.parametrize("path", ["demand.volatility", "demand.bust_rate"])
def test_risk_of_demand_never_raises_its_mean_value(path: str) -> None:
    usual = {"demand.volatility": 0.22, "demand.bust_rate": 0.08}[path]
    before = values({path: 0.0})
    for value in (usual, 2.0 * usual):
        gap = values({path: value}) - before
        assert gap.mean() <= 3.0 * gap.std(ddof=1) / math.sqrt(len(gap)), value


@settings(max_examples=60)
@given(scenarios(only=("llm_developer", "llm_costs", "llm_funding", "ai_revenue", "demand"), programs=0))
def test_the_multiple_rises_with_growth_at_every_corner(scenario: Scenario) -> None:
    """More growth in the last year, everything of this quarter the same: never a lower multiple."""
    shocks = draws()
    market = market_of(scenario, shocks)
    base = simulate_lab(scenario, market, shocks).extras
    slower = market.demand_paths.sustained.copy()
    slower[:, -5] += 0.1  # it was larger a year ago, so it grew less
    less = simulate_lab(
        scenario, replace(market, demand_paths=replace(market.demand_paths, sustained=slower)), shocks
    ).extras
    assert np.array_equal(base["normal_revenue"][:, -1], less["normal_revenue"][:, -1])
    assert (less["multiple"][:, -1] <= base["multiple"][:, -1] * (1.0 + 1e-12)).all()


def test_growth_beyond_the_market_raises_multiple_and_revenue() -> None:
    market = market_of(Scenario())
    extras = [
        simulate_lab(Scenario().replace({"llm_developer.excess_growth_long_run": g}), market, draws()).extras
        for g in (-0.05, 0.0, 0.05)
    ]
    for name in ("revenue", "multiple"):
        less, usual, more = (part[name][:, -1] for part in extras)
        assert (less <= usual).all() and (usual <= more).all() and (less < more).any()


def test_a_transitory_boom_is_not_paid_for_in_full() -> None:
    scenario, shocks = Scenario().replace({"demand.bust_rate": 0.0}), draws()
    market = market_of(scenario, shocks)
    x = simulate_lab(scenario, market, shocks).extras
    state, ratio = market.demand_paths.state, x["normal_revenue"] / x["revenue"]
    boom, slump = state[:, -1] > 0.3, state[:, -1] < -0.3
    assert boom.any() and (ratio[boom, -1] < 1.0).all() and (ratio[slump, -1] > 1.0).all()


def test_the_noise_of_the_fair_price_stays_small() -> None:
    scenario = Scenario()
    price = fair_prices(scenario)["llm_developer"]
    assert price.premium_se < 0.015 * price.premium


def test_where_the_tail_says_nothing_the_chance_of_little_back_does() -> None:
    """The worst 5% lose nearly all whatever happens; how often that is moves with the world."""
    shown = {}
    for name, changes in (("usual", {}), ("risky", {"llm_developer.quality_sd": 0.8})):
        found = evaluate(Scenario().replace({"run.paths": 1_024} | changes), keys=("llm_developer",), variants=False)
        shown[name] = found.assets["llm_developer"].fair
        moic = found.assets["llm_developer"].bought["fair"].moic
        assert shown[name].probability_below_quarter == pytest.approx((moic < 0.25).mean(), rel=1e-12)
        assert shown[name].probability_below_quarter < shown[name].probability_of_loss
    assert all(one.cvar_95 > 0.9 for one in shown.values())
    assert shown["risky"].probability_below_quarter > shown["usual"].probability_below_quarter + 0.05
