"""Stresses on top of a scenario: rules, bounds, contradictions, prices held, paired errors."""

import json

import numpy as np
import pytest

from models.basis.investor import REFERENCE_RATE
from models.claims.registry import CLASSES
from models.engine.figures import ROW
from models.engine.prices import fair_prices
from models.engine.world import world_of
from models.errors import DataError, ScenarioError
from models.evidence.presets import preset
from models.scenario.catalog import values
from models.scenario.in_force import BETAS
from models.scenario.scenario import Scenario
from models.scenario.stresses import FILE, apply, load_stresses, stress, stresses
from models.studies.stress import stress as stress_module
from models.studies.stress.stress import ALL, stress_matrix, stress_table


@pytest.fixture(scope="module")
def matrix():
    return stress_matrix(Scenario.preset("gulf"), paths=256)


def test_the_library_has_what_was_asked_for():
    assert list(stresses()) == ["telecom", "china", "efficiency", "export", "cliff", "power", "rates"]
    for item in stresses().values():
        assert item.story.endswith(".") and item.sources and item.moves


def test_numbers_of_presets_are_not_written_twice():
    peak = next(move for move in stress("telecom").moves if move.path == "overcapacity.peak")
    assert peak.value == preset("telecom_glut").changes["overcapacity.peak"] and peak.source == "telecom_bust-019"


def test_a_stress_never_eases():
    harsh = Scenario().replace({"overcapacity.peak": 3.0, "pipeline.local_lag": 12})
    there = apply(harsh, ["china", "telecom"])
    assert there.scenario.overcapacity.peak == 3.0 and there.scenario.pipeline.local_lag == 12
    assert "already at 300%, beyond 250%" in " ".join(there.notes)


def test_order_does_not_matter():
    names = list(stresses())
    gulf = Scenario.preset("gulf")
    assert apply(gulf, names).scenario == apply(gulf, names[::-1]).scenario


def test_shifts_stop_at_bounds_and_say_so():
    there = apply(Scenario().replace({"rates.base_rate": 0.06}), ["rates"])
    assert there.scenario.rates.base_rate == 0.07
    assert there.scenario.in_force.rates.cash_rate == pytest.approx(0.05 + 0.07 - REFERENCE_RATE)
    assert "Base rate (SOFR) would be 9%; stopped at its bound 7%" in " ".join(there.notes)


def test_all_rates_rise_with_the_base_rate() -> None:
    """What the stress moved one by one before rates moved together: each as far as then."""
    three, half = Scenario().replace({"rates.move_together": False}), 0.015
    by_hand = three.replace({
        "rates.base_rate": REFERENCE_RATE + 0.03, "rates.cash_rate": 0.08, "hardware.merchant_hurdle": 0.15,
        "gpu_fleet.hurdle_ig": 0.125, "gpu_fleet.hurdle_non_ig": 0.14, "data_center.hurdle": 0.13,
        "data_center.exit_cap": three.data_center.exit_cap + half, "hardware_supplier.hurdle": 0.14,
        "llm_developer.hurdle": 0.18, "cloud_capital.hurdle": 0.125, "cloud_capital.neocloud_hurdle": 0.15,
    })
    for start in (Scenario(), three):
        there = apply(start, ["rates"]).scenario.in_force
        assert there.rates.base_rate == pytest.approx(by_hand.rates.base_rate)
        for path in BETAS:
            assert values(there)[path] == pytest.approx(values(by_hand)[path], abs=1e-12), path


def test_a_cliff_needs_a_program():
    void = apply(Scenario(), ["cliff"])
    assert void.is_void and "nothing to end" in void.notes[0]
    there = apply(Scenario.preset("gulf"), ["cliff"]).scenario
    assert all(p.schedule.cliff_rate == 0.35 and p.schedule.notice <= 1 for p in there.policy.programs)


def test_contradictions_are_named(monkeypatch):
    from models.scenario import stresses as library

    known = stresses()
    move = {"path": "export.start_quarter", "rule": "set", "value": 9, "source": "judgment", "note": "x"}
    twice = library.Stress(name="b", title="Other", story="x.", sources=(), moves=(move,))
    monkeypatch.setattr(library, "stresses", lambda: {**known, "b": twice})
    with pytest.raises(ScenarioError, match=r"export.start_quarter: Export shock and Other set it to different values"):
        apply(Scenario(), ["export", "b"])
    with pytest.raises(ScenarioError, match="no such stress; there are telecom"):
        apply(Scenario(), ["flood"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda raw: raw[0].pop("story"), "field 1, story: is missing"),
        (lambda raw: raw[0]["moves"][0].update(path="overcapacity.top"), "preset telecom_glut does not change it"),
        (lambda raw: raw[1]["moves"][1].update(path="overcapacity.top"), "overcapacity.top: no such assumption"),
        (lambda raw: raw[0]["moves"][0].update(rule="more"), "must be 'at_least'"),
        (lambda raw: raw[1]["moves"][1].update(value=7.0), "allowed is"),
        (lambda raw: raw.append(raw[0]), "there twice"),
        (lambda raw: raw[3]["moves"][2].update(rule="add"), "needs a number"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, change, complaint):
    raw = json.loads(FILE.read_text())
    change(raw)
    path = tmp_path / "stresses.json"
    path.write_text(json.dumps(raw))
    with pytest.raises(DataError, match=complaint):
        load_stresses(path)


def test_the_price_was_paid_before_the_stress(matrix):
    gulf = Scenario.preset("gulf")
    row = next(row for row in matrix.rows if row.name == "rates")
    held = world_of(gulf, 256).to(row.scenario).positions()
    own = fair_prices(row.scenario)
    for key, paid in fair_prices(gulf).items():
        if key in CLASSES:
            assert held[key].premium == paid.premium
    assert own["llm_developer"].premium < held["llm_developer"].premium
    assert matrix.change(row, "llm_developer.npv")[0] < 0


def test_errors_are_those_of_differences(matrix):
    row = next(row for row in matrix.rows if row.name == "efficiency")
    key = "hardware_supplier.value"
    change, error = matrix.change(row, key)
    i = ROW[key]
    each = row.figures.each[:, i] - matrix.base.each[:, i]
    assert change == pytest.approx(row.figures[key] - matrix.base[key])
    assert error == pytest.approx(each.std(ddof=1) / np.sqrt(8))
    apart = np.hypot(row.figures.error(key), matrix.base.error(key))
    assert error < apart, "sharing draws makes the difference surer than two runs apart"


def test_every_stress_and_class_has_a_row(matrix):
    table = stress_table(matrix)
    assert set(table["stress"]) == {*stresses(), ALL} and set(table["asset"]) == set(CLASSES)
    assert len(table) == 8 * 6 * 5
    # what strikes all at once moves every assumption at least as far as each stress alone
    together = values(next(row for row in matrix.rows if row.name == ALL).scenario)
    assert together["overcapacity.peak"] == 3.0 and together["localization.share"] == 0.9


def test_without_programs_the_cliff_changes_nothing():
    matrix = stress_matrix(Scenario(), paths=64)
    row = next(row for row in matrix.rows if row.name == "cliff")
    assert row.is_void and matrix.change(row, "gpu_fleet.npv") == (0.0, 0.0)
    assert stress_module.PATHS == 4_096
