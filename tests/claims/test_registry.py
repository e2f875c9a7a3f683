"""The recipe of CONTRIBUTING: a class is one record; registered, it is priced, measured, ranked and tabled."""

import numpy as np
import pytest

from models.basis.flows import CashFlows
from models.basis.shocks import DRIVERS, Shocks
from models.claims.asset_class import FAMILIES, PICKS, AssetClass, Fact, Series, line
from models.claims.claim import Claim, Claims
from models.claims.registry import CLASSES, VARIANTS, build_claims
from models.engine.evaluate import evaluate
from models.market.simulate import MarketPaths
from models.scenario.scenario import Scenario
from models.studies.stress.driver_space import drivers
from models.studies.verdict import verdict
from models.tables.classes import classes
from models.tables.one_class import events, facts, operating_fan

COST = 40.0


def _build(scenario: Scenario, market: MarketPaths, shocks: Shocks) -> Claims:
    """A meter that is paid a dollar for every dollar of rent, and breaks with luck."""
    paid = np.where(shocks.vendor_u[:, None] < 0.1, 0.0, market.price)
    paid[:, 0] = 0.0
    cost = np.zeros_like(paid)
    cost[:, 0] = -COST
    return Claims({"meter": Claim(CashFlows(cost, paid, {"paid": paid}), 0.10, COST)})


METER = AssetClass(
    "meter", "Rent meter", PICKS, "meter", _build, short="Meter", subject="rent meters", is_plural=True, color="blue",
    draws=lambda scenario: ("vendor_u",),
    series={"paid": Series("Rent it is paid", "USD/h", lambda run: line(run, "meter", "paid"))},
    events={"broken": lambda run: line(run, "meter", "paid") == 0.0},
    facts=(Fact("Broken", "share", "Share of futures.", lambda run: line(run, "meter", "paid")[:, 1] == 0.0),),
)


def test_a_class_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    before = evaluate(Scenario().replace({"run.paths": 64})).summary()
    monkeypatch.setitem(CLASSES, "meter", METER)
    found = evaluate(Scenario().replace({"run.paths": 64}))
    summary = found.summary()
    mine = summary["asset"] == "meter"
    assert set(summary[mine]["metric"]) == set(before[before["asset"] == "data_center"]["metric"])
    assert summary[~mine].reset_index(drop=True).equals(before), "a new class moves no figure of another"
    fair, cost = found.assets["meter"].fair, found.assets["meter"].at_cost
    assert cost.price == COST and fair.price == pytest.approx(COST + found.assets["meter"].fair_price.premium)
    assert abs(fair.npv_mean) < 0.2 * fair.capital, "a fair price just pays the hurdle"
    ranked = classes(found, "at_cost").sort_values("certainty_equivalent_return")["asset"]
    assert set(ranked) == set(CLASSES) and "meter" in CLASSES
    said = verdict(found)
    assert ("meter" == said.best) == (ranked.iloc[-1] == "meter")
    assert ("meter" in said.losers) <= ("rent meters" in said.headline)
    assert found.correlation.shape == (7, 7)
    assert operating_fan(found, "meter", "paid")["p50"].max() > 0.0
    broken = events(found, "meter")["share"].iloc[1]
    assert 0.0 < broken < 0.5 and facts(found, "meter")["p50"].iloc[0] == broken
    assert drivers(found.scenario, "meter")[-1] == "vendor_u"


def test_records_are_complete_and_tell_the_classes_apart() -> None:
    assert len({one.color for one in CLASSES.values()}) == len({one.short for one in CLASSES.values()}) == len(CLASSES)
    for key, one in (CLASSES | VARIANTS).items():
        assert key == one.key and one.family in FAMILIES and one.subject
        assert set(one.draws(Scenario())) <= set(DRIVERS)
        assert set(one.slices) <= set(Scenario.model_fields)
    for key, variant in VARIANTS.items():
        assert key not in CLASSES and variant.variant_of in CLASSES
        assert variant.build is CLASSES[variant.variant_of].build, "both are built together"


def test_claims_come_in_the_order_of_the_registry_and_alone_as_together() -> None:
    from tests.engine.runs import draws, market_of

    scenario, shocks = Scenario(), draws()
    together = build_claims(scenario, market_of(scenario), shocks)
    assert list(together.by_key) == [*CLASSES, *VARIANTS]
    alone = build_claims(scenario, market_of(scenario), shocks, ["gpu_debt_equity"])
    assert list(alone.by_key) == ["gpu_debt_equity"] and alone.loan is not None
    assert np.array_equal(alone.by_key["gpu_debt_equity"].flows.net, together.by_key["gpu_debt_equity"].flows.net)
    assert build_claims(scenario, market_of(scenario), shocks, ["cloud_platform"]).loan is None
