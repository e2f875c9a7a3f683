"""One flag joins labs, clouds, lenders and suppliers: who rents to the lab, when its contracts end, who never does."""

import math
from typing import Any

import numpy as np
import pytest

from models.claims.contagion import lab_of
from models.claims.gpu_fleet import contract_draws
from models.claims.registry import CLASSES, Claims
from models.engine.evaluate import evaluate
from models.scenario.scenario import Scenario
from models.tables.one_class import facts
from tests.engine.runs import claims_of, draws, market_of, same_bits

# A lab that often fails early, so that there is something to see on few paths.
FRAIL: dict[str, Any] = {"llm_costs.training_growth_now": 1.2, "llm_funding.raise_cap": 0.1}


def frail(**changes: Any) -> Scenario:
    return Scenario().replace(FRAIL | {path.replace("__", "."): value for path, value in changes.items()})


def every(scenario: Scenario) -> Claims:
    return claims_of(scenario)


@pytest.mark.parametrize("preset", ["base", "telecom_glut", "neocloud", "eu_gigafactories"])
def test_without_a_share_nothing_hangs_on_the_lab(preset: str) -> None:
    """Bit for bit: then neither the lab's costs nor its weakness move anybody but the lab."""
    one = Scenario.preset(preset).replace({"contagion.lab_share": 0.0})
    other = one.replace({**FRAIL, "contagion.weak_hazard": 2.0, "contagion.refill_years": 4.0})
    before, after = every(one).by_key, every(other).by_key
    for key in before:
        assert same_bits(before[key].flows.net, after[key].flows.net) == (key != "llm_developer"), key
    assert lab_of(one, market_of(one), draws()) is None
    assert "contagion_u" not in contract_draws(one)


def test_the_flag_and_the_end_of_the_contract_in_plain_python() -> None:
    """Path by path: the customer is the lab below the share, is more likely to default as money runs out, and ends."""
    scenario = frail(contagion__lab_share=0.6)
    market, shocks = market_of(scenario), draws()
    fleet = every(scenario).by_key["gpu_fleet"].flows.extras["alive"]
    fate = every(scenario).by_key["llm_developer"].flows.extras
    o, c, first = scenario.offtaker, scenario.contagion, scenario.hardware.ramp_quarters + 1
    price = market.support_price * (1.0 - o.non_ig_discount)
    ended = 0
    for i in range(market.paths):
        is_lab, hazard, pays = shocks.contagion_u[i] < c.lab_share, 0.0, True
        for t in range(first, first + scenario.gpu_fleet.contract_quarters):
            rate = o.non_ig_base + o.non_ig_price * max(0.0, 1.0 - market.price[i, t] / price)
            rate += o.non_ig_demand * max(0.0, -market.demand_paths.state[i, t])
            short = fate["cash"][i, t] < max(0.0, -fate["net"][i, t])
            if is_lab and short and t < fate["failed_at"][i]:
                rate += c.weak_hazard
            hazard += 0.25 * rate
            gone = is_lab and t >= fate["failed_at"][i]
            ended += gone and hazard < -math.log(shocks.offtaker_u[i])
            pays = pays and hazard < -math.log(shocks.offtaker_u[i]) and not gone
            assert bool(fleet[i, t]) == pays, (i, t)
    assert ended > 0, "on some path the contract ends for no other reason"


def test_who_never_rents_to_the_lab_is_left_alone() -> None:
    changes = {"gpu_fleet.customer": "ig", "gpu_debt.customer": "ig"}
    none, all_of_it = (every(frail(contagion__lab_share=s).replace(changes)).by_key for s in (0.0, 1.0))
    for key in ("gpu_fleet", "gpu_debt", "gpu_debt_equity", "data_center", "llm_developer"):
        assert same_bits(none[key].flows.net, all_of_it[key].flows.net), key
    for key in ("hardware_supplier", "cloud_platform"):
        assert all_of_it[key].flows.net.sum() < none[key].flows.net.sum(), key


def test_a_larger_share_ends_more_contracts() -> None:
    """Owners may gain by it: while rents are higher than the contract they let again at more."""
    less, more = (every(frail(contagion__lab_share=s, data_center__tenant="non_ig")).by_key for s in (0.1, 0.9))
    for key, name in (("gpu_fleet", "alive"), ("data_center_unlevered", "tenant_pays")):
        before, after = (claims[key].flows.extras[name].astype(bool) for claims in (less, more))
        assert (after <= before).all() and after.sum() < before.sum(), key
    for key in ("hardware_supplier", "cloud_platform"):
        assert more[key].flows.net.sum() < less[key].flows.net.sum(), key


def test_a_cloud_loses_the_share_and_lets_half_of_it_again_in_the_half_life() -> None:
    none, some = (every(frail(contagion__lab_share=s)).by_key["cloud_platform"].flows.extras for s in (0.0, 0.25))
    failed = every(frail()).by_key["llm_developer"].flows.extras["failed_at"]
    kept = some["ai_revenue"] / none["ai_revenue"]
    for i, quarter in enumerate(failed):
        for t in range(1, 41):
            expected = 1.0 - 0.25 * 2.0 ** (-(t - quarter) / 4.0) if t >= quarter else 1.0
            assert kept[i, t] == pytest.approx(expected, rel=1e-12), (i, t)
    assert (failed <= 40).any()


def test_the_chain_is_told_beside_the_loan() -> None:
    evaluation = evaluate(frail(contagion__lab_share=1.0, run__paths=512))
    shown = facts(evaluation, "gpu_debt").set_index("label")["p50"]
    loan, terms = evaluation.claims.loan, evaluation.claims.loan_terms
    assert loan is not None and terms is not None
    failed = evaluation.claims.by_key["llm_developer"].flows.extras["failed_at"] <= terms.last
    assert failed.any() and not failed.all()
    assert shown["Defaults where the lab fails"] == pytest.approx(loan.is_defaulted[failed].mean(), rel=1e-12)
    assert shown["Defaults where it does not"] == pytest.approx(loan.is_defaulted[~failed].mean(), rel=1e-12)
    rows = evaluation.summary()
    told = rows[(rows["asset"] == "gpu_debt") & (rows["entry"] == "fair")].set_index("metric")["value"]
    assert told["default_probability_lab_fails"] == shown["Defaults where the lab fails"]
    assert told["default_probability_lab_lasts"] == shown["Defaults where it does not"]
    assert shown["Defaults where the lab fails"] > shown["Defaults where it does not"]


def test_prices_know_contagion_and_the_calm_path_does_not() -> None:
    assert Scenario().neutral.contagion == Scenario().contagion
    assert Scenario().calm.contagion.lab_share == 0.0
    assert set(CLASSES) >= {"gpu_fleet"} and np.isfinite(draws().contagion_u).all()
