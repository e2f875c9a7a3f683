"""Units and order do not matter (properties C): money, size, the order and number of paths, the order of requests."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.basis.shocks import draw_shocks
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.evaluate import evaluate
from models.market.simulate import simulate_market
from models.measures import returns
from models.scenario.catalog import declared, values
from models.scenario.scenario import Scenario
from models.tables.classes import classes
from tests.engine.runs import beyond_bounds, bounds_lifted, claims_of, draws, same_bits, scenarios

COMPANIES = ("hardware_supplier", "llm_developer", "cloud_platform")
RATIOS = ("irr_p50", "moic_p50", "probability_of_loss", "probability_below_cash", "cvar_95", "payback_years_p50")
# The market's running cost contains power at $0.095, a fact in dollars: local prices and a chip's own draw stay beside
# it, and so does the reading of a rental-price index.
FIXED = (
    "gpu_fleet.power_price", "gpu_fleet.power_price_by_year", "cluster.place", "chip.power_kw", "clearing.price_index"
)


def in_other_money(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with every amount of money times ``factor``; what follows from others is written out first."""
    cash = scenario.hardware.cash_cost
    if cash is None:
        cash = 0.375 + 0.0068 * (scenario.hardware.installed_cost / 1e3 - 22.0)
    explicit = {"hardware.cash_cost": cash}
    plain = beyond_bounds(scenario, explicit)
    changes: dict[str, Any] = {}
    for path, entry in declared(0).items():
        value = values(plain)[path]
        if entry.unit.startswith("USD") and value is not None and path not in FIXED:
            changes[path] = factor * value
    programs = tuple(
        p.model_copy(
            update={
                "schedule": p.schedule.model_copy(update={"budget": factor * p.schedule.budget}),
                "terms": p.terms.model_copy(
                    update={
                        "power_discount": factor * p.terms.power_discount,
                        "offtake_price": None if p.terms.offtake_price is None else factor * p.terms.offtake_price,
                    }
                ),
            }
        )
        for p in plain.policy.programs
    )
    return beyond_bounds(plain, {**changes, "policy.programs": programs})


@settings(max_examples=100)
@given(scenarios(without=("run", *FIXED), programs=1), st.sampled_from([1e-6, 7.0, 1e6]))
def test_money_of_another_unit(scenario: Scenario, factor: float) -> None:
    with bounds_lifted():
        before, after = claims_of(scenario), claims_of(in_other_money(scenario, factor))
    for key, claim in before.by_key.items():
        net, scaled = claim.flows.net, after.by_key[key].flows.net / factor
        assert np.allclose(scaled, net, rtol=1e-6, atol=1e-6 * np.abs(net).max()), key
    assert before.loan is not None
    assert after.loan is not None
    assert (before.loan.default_quarter == after.loan.default_quarter).all()
    assert np.allclose(before.loan.dscr, after.loan.dscr, rtol=1e-6, atol=1e-6, equal_nan=True)


def test_ratios_do_not_know_the_currency() -> None:
    scenario = Scenario().replace({"run.paths": 256})
    with bounds_lifted():
        before, after = evaluate(scenario), evaluate(in_other_money(scenario, 7.0))
    for entry in ("fair", "at_cost"):
        one, other = classes(before, entry, variants=True), classes(after, entry, variants=True)
        for name in RATIOS:
            assert np.allclose(one[name].astype(float), other[name].astype(float), rtol=1e-6, atol=1e-9), name
        for name in ("npv_mean", "price", "capital"):
            assert np.allclose(7.0 * one[name].astype(float), other[name].astype(float), rtol=1e-6, atol=1e-3), name


@pytest.mark.parametrize("factor", [1e-3, 10.0])
def test_size_of_a_developer_does_not_change_its_ratios(factor: float) -> None:
    base = Scenario()
    changes = {
        f"{path}": factor * value
        for path, value in (
            ("llm_developer.revenue_now", base.llm_developer.revenue_now),
            ("llm_costs.frontier_bill", base.llm_costs.frontier_bill),
        )
    }
    small = claims_of(base, ["llm_developer"]).by_key["llm_developer"].flows
    large = claims_of(beyond_bounds(base, changes), ["llm_developer"]).by_key["llm_developer"].flows
    assert np.allclose(large.net, factor * small.net, rtol=1e-9)
    assert np.allclose(large.extras["own"], small.extras["own"], rtol=1e-9)


@settings(max_examples=100)
@given(scenarios(programs=1), st.integers(0, 2**31))
def test_shuffled_paths_give_shuffled_results(scenario: Scenario, seed: int) -> None:
    """Bit for bit: no compensator, price or lease looks at another path."""
    order = np.random.default_rng(seed).permutation(draws().paths)
    straight, shuffled = claims_of(scenario), claims_of(scenario, shocks=draws().take(order))
    for key, claim in straight.by_key.items():
        assert same_bits(claim.flows.net[order], shuffled.by_key[key].flows.net), key


def test_statistics_ignore_the_order_of_paths() -> None:
    shocks = draw_shocks(4, 1_024)
    order = np.random.default_rng(0).permutation(1_024)
    tables = [classes(evaluate(Scenario(), chosen), "fair", variants=True) for chosen in (shocks, shocks.take(order))]
    for name in tables[0].columns:
        if tables[0][name].dtype.kind == "f" and not name.endswith("_se"):
            assert np.allclose(tables[0][name], tables[1][name], rtol=1e-12, atol=1e-14, equal_nan=True), name


@pytest.mark.parametrize("rows", [1, 100, 2_048])
def test_a_subset_of_paths_is_the_run_of_those_paths(rows: int) -> None:
    """Across the split over threads too: 4,096 paths run in parts, 100 in one."""
    scenario = Scenario.preset("gulf").replace({"overcapacity.peak": 0.6})
    shocks = draw_shocks(1, 4_096)
    all_paths, some = claims_of(scenario, shocks=shocks), claims_of(scenario, shocks=shocks.take(slice(0, rows)))
    for key, claim in some.by_key.items():
        assert same_bits(claim.flows.net, all_paths.by_key[key].flows.net[:rows]), key


def test_twice_the_same_paths_are_the_same_distribution() -> None:
    shocks = draw_shocks(4, 512)
    twice = shocks.take(np.concatenate([np.arange(512), np.arange(512)]))
    once, doubled = (claims_of(Scenario(), ["gpu_fleet"], s).by_key["gpu_fleet"].flows for s in (shocks, twice))
    for level in (0.05, 0.5, 0.95):
        low, high = (np.quantile(returns.irr(f.net)[0], level, method="inverted_cdf") for f in (once, doubled))
        assert low == high


def test_order_of_requests_does_not_matter() -> None:
    shocks = draws()
    market = simulate_market(Scenario().setting, shocks)
    together = build_claims(Scenario(), market, shocks)
    for keys in (list(reversed([*CLASSES, *VARIANTS])), ["data_center"], ["gpu_debt_equity"], list(COMPANIES)):
        for key, claim in build_claims(Scenario(), market, shocks, keys).by_key.items():
            assert same_bits(claim.flows.net, together.by_key[key].flows.net), key


def test_evaluations_do_not_disturb_each_other() -> None:
    """A glut evaluated in between changes no bit of the base, nor do measures asked for in another order."""
    base = Scenario().replace({"run.paths": 64})
    first = classes(evaluate(base), "fair", variants=True)
    between = evaluate(base.replace({"overcapacity.peak": 2.0, "demand.volatility": 0.5}))
    classes(between, "at_cost")
    again = evaluate(base)
    classes(again, "at_cost", variants=True)
    assert first.equals(classes(again, "fair", variants=True))
