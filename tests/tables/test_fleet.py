"""Totals of the fleet are results of a unit times its number, and rows of options are there only with them."""

import pytest

from models.engine.evaluate import Evaluation, evaluate
from models.scenario.scenario import Scenario
from models.tables.fleet import COLUMNS, fleet_totals


def totals(evaluation: Evaluation, entry: str = "fair") -> dict[str, float]:
    frame = fleet_totals(evaluation, entry)
    assert tuple(frame.columns) == COLUMNS
    assert frame["about"].str.endswith(".").all()
    return dict(zip(frame["label"], frame["p50"], strict=True))


@pytest.fixture(scope="module")
def superpod() -> Evaluation:
    return evaluate(Scenario.preset("sovereign_superpod").replace({"run.paths": 256}), keys=("gpu_fleet",))


def test_totals_by_hand(superpod: Evaluation) -> None:
    found, unit = totals(superpod), superpod.assets["gpu_fleet"].fair
    assert found["GPUs"] == 4_000
    assert found["Compute"] == pytest.approx(8_800)
    assert found["Hardware bill"] == pytest.approx(superpod.assets["gpu_fleet"].claim.capital * 8_800)
    assert found["Entry price"] == pytest.approx(unit.price * 8_800)
    assert found["IT power"] == pytest.approx(4_000 * 1.54 / 1_000)
    assert found["Value at the hurdle"] == pytest.approx(unit.npv_mean * 8_800)
    assert totals(superpod, "at_cost")["Entry price"] == pytest.approx(found["Hardware bill"])


def test_rows_of_options_are_there_with_the_option(superpod: Evaluation) -> None:
    named = {"Sold on for", "Paid by the vendor", "Vendor failed by then", "Tax over the life"}
    assert not named & totals(superpod).keys()
    every = {"run.paths": 256, "fleet_stages.is_on": True, "residual_guarantee.is_on": True, "tax.is_on": True}
    found = totals(evaluate(Scenario().replace(every), keys=("gpu_fleet",)))
    assert named <= found.keys()
    assert found["Sold on for"] > 0 and 0 < found["Vendor failed by then"] < 0.5
