"""What has no investment in it is absent: from verdict, families, ranks and tables, and never without its reason."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from models.claims.registry import CLASSES, VARIANTS
from models.engine.evaluate import evaluate
from models.engine.valuation import ENTRIES, AssetResult, measured
from models.engine.world import World, world_of
from models.errors import AbsentError
from models.scenario.catalog import catalog
from models.scenario.scenario import Scenario
from models.studies.sensitivity.flip import answer
from models.studies.verdict import verdict
from tests.corners import PATHS, applied, ends
from tests.engine.undefined import holes

EVERY = [(key, entry) for key in (*CLASSES, *VARIANTS) for entry in ENTRIES]


@pytest.fixture(scope="module")
def here(thin_prices: None) -> World:
    """The base case, beside which each bound is tried: what a bound does not move is not measured again."""
    return world_of(Scenario().replace(PATHS))


@pytest.mark.parametrize("group", sorted({entry.group for entry in catalog()}))
def test_at_each_bound_nothing_is_undefined_without_its_reason(group: str, here: World) -> None:
    bad: dict[tuple[str, Any], list[str]] = {}
    for path, value in ((e.path, value) for e in catalog() if e.group == group for value in ends(e)):
        if here.problem({path: value}):
            continue
        there = here.neighbor({path: value}, "again")
        for key, entry in EVERY:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                position = there.position(key, entry)
                if position is not here.position(key, entry):
                    found = holes(f"{key} {entry}", position, measured(position))
                    bad |= {(path, value): found} if found else {}
        assert answer(there).best not in there.absent()
    assert not bad


def test_a_family_of_the_present_is_the_mean_of_the_present(thin_prices: None) -> None:
    bare = evaluate(applied({"gpu_debt.advance_cap": 0.0}))
    lead = bare.family_lead
    picks = [bare.assets[key].cash_npv for key in ("gpu_fleet", "data_center", "hardware_supplier")]
    others = [bare.assets[key].cash_npv for key in ("llm_developer", "cloud_platform")]
    assert lead is not None
    np.testing.assert_allclose(lead, np.mean(picks, axis=0) - np.mean(others, axis=0))
    assert np.isnan(bare.correlation[list(CLASSES).index("gpu_debt")]).all()


def test_worlds_leave_out_what_is_absent_and_say_why(thin_prices: None) -> None:
    world = world_of(applied({"gpu_debt.advance_cap": 0.0}))
    assert "gpu_debt" not in world.positions() and list(world.absent()) == ["gpu_debt"]
    with pytest.raises(AbsentError, match="gpu_debt: nothing is lent: leverage is 0"):
        world.invested(("gpu_debt",))
    assert "gpu_debt" not in answer(world).sure


def test_a_price_below_nothing_is_no_investment(thin_prices: None) -> None:
    dear = evaluate(Scenario.preset("gulf").replace(PATHS | {"chip.power_kw": 4.0}))
    assert "nothing is paid for it" in dear.assets["gpu_fleet"].absent("fair")
    assert not dear.assets["gpu_fleet"].absent("at_cost")
    assert dear.assets["gpu_fleet"].at_cost.irr_of_mean < 0.0


def test_a_family_without_a_class_leads_nothing(monkeypatch: pytest.MonkeyPatch, thin_prices: None) -> None:
    whole = evaluate(applied({}))
    gone = {"llm_developer", "cloud_platform"}
    monkeypatch.setattr(
        AssetResult, "absent", lambda self, entry="fair": "nothing is paid in" if self.asset.key in gone else "")
    said = verdict(whole)
    assert whole.family_lead is None and math.isnan(said.lead_share) and said.family == ""
    assert "LLM and cloud have no class to compare with." in said.detail
    assert said.best not in gone


def test_nothing_to_compare_is_said(monkeypatch: pytest.MonkeyPatch, thin_prices: None) -> None:
    whole = evaluate(applied({}))
    monkeypatch.setattr(AssetResult, "absent", lambda self, entry="fair": "nothing is paid in")
    with pytest.raises(AbsentError, match="fewer than two classes"):
        verdict(whole)


def test_neighbors_are_read_without_what_they_lack(thin_prices: None) -> None:
    here = world_of(Scenario().replace(PATHS))
    there: World = here.neighbor({"gpu_debt.advance_cap": 0.0})
    assert "gpu_debt" in here.positions() and "gpu_debt" not in there.positions()
