"""Comparables: figures as in the facts, nothing counted twice; replays: the deal's terms in the scenario's market."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from models.__main__ import main
from models.assets.gpu_debt import size
from models.errors import DataError
from models.evidence.deals import comparables_table, load_comparables
from models.evidence.presets import presets
from models.evidence.sources import DATA
from models.scenario.scenario import Scenario
from models.studies.book.tape_template import template_csv
from models.studies.facility.replay import replay_deals, replay_table, verdict
from tests.engine.figures import FIRST_EDITION


@pytest.fixture(scope="module")
def replays() -> pd.DataFrame:
    return replay_table(replay_deals(Scenario().replace({"run.paths": 1024}))).set_index("preset")


def test_every_deal_of_the_facts_is_a_comparable() -> None:
    facts = pd.read_csv(DATA / "facts" / "gpu_debt_deals.csv")
    assert {c.id for c in load_comparables()} == set(facts["id"][facts["borrower"].notna()])


def test_figures_are_those_of_the_facts() -> None:
    by_id = {c.id: c for c in load_comparables()}
    ladder, iren, private = by_id["gpu_debt_deals-008"], by_id["gpu_debt_deals-015"], by_id["gpu_debt_deals-030"]
    figures = (ladder.spread, ladder.size, ladder.tenor_years, ladder.advance_rate)
    assert figures == pytest.approx((0.045, 3.1e9, 5.5, 0.7142))
    assert (ladder.grade, ladder.spread_basis, ladder.is_history) == ("non_ig", "quoted", False)
    assert (iren.advance_rate, iren.advance_basis) == (0.63, "gpu_debt_deals-016")  # not the 96% with prepayment
    assert private.spread == pytest.approx(0.0995 - 0.0387)
    assert private.spread_basis == "derived"


def test_old_coupons_are_not_turned_into_spreads() -> None:
    for c in load_comparables():
        if c.is_history:
            assert c.spread_basis != "derived"


def test_a_year_makes_history_and_tranches_name_their_facility() -> None:
    table = comparables_table().set_index("id")
    assert table.loc["gpu_debt_deals-001", "status"] == "history"
    assert table.loc["gpu_debt_deals-006", "status"] == "current"
    assert table.loc["gpu_debt_deals-003", "part_of"] == "gpu_debt_deals-002"
    assert (table[["source", "publisher", "evidence", "confidence", "date"]] != "").all(axis=None)


def test_a_broken_row_is_named(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "gpu_debt_comparables.csv"
    path.write_text(path.read_text().replace("gpu_debt_deals-008,gpu_loan,non_ig", "gpu_debt_deals-008,gpu_loan,AAA"))
    with pytest.raises(DataError, match="row gpu_debt_deals-008, field grade"):
        load_comparables(tmp_path / "data")


def test_the_ladder_is_replayed(replays: pd.DataFrame) -> None:
    deals = {name for name, preset in presets().items() if name.startswith("coreweave") or name == "iren"}
    assert set(replays.index) == deals | {"merchant_loan"}
    assert (replays["spread"] - pd.Series({
        "coreweave_ddtl_1": 0.0962, "coreweave_ddtl_2_ig": 0.06, "coreweave_ddtl_2_non_ig": 0.13,
        "coreweave_ddtl_3": 0.04, "coreweave_ddtl_4": 0.0225, "coreweave_ddtl_5": 0.045, "iren": 0.0225,
        "merchant_loan": 0.09,
    })).abs().max() == pytest.approx(0.0, abs=1e-12)


def test_losses_of_the_replays_are_of_the_expected_size(replays: pd.DataFrame) -> None:
    """Expected loss over life without overcapacity, basis points: 110 non-IG and 17 IG, in the first edition's world.

    Today's machines earn longer and fetch more at the end, so the same loans lose less.
    """
    first = replay_table(replay_deals(Scenario().replace({**FIRST_EDITION, "run.paths": 1024}))).set_index("preset")
    rate, noise = first["loss_rate"] * 1e4, 3e4 * first["loss_rate_se"]
    assert abs(rate["coreweave_ddtl_3"] - 110) < 0.15 * 110 + noise["coreweave_ddtl_3"]
    assert abs(rate["coreweave_ddtl_4"] - 17) < 0.15 * 17 + noise["coreweave_ddtl_4"]
    for table in (first, replays):
        assert table.loc["merchant_loan", "loss_rate"] > 1.5 * table.loc["coreweave_ddtl_3", "loss_rate"]
        assert (table["verdict"] == "covered").all()
    assert (replays["loss_rate"] < first["loss_rate"]).all()


def test_a_glut_uncovers_the_loan_without_a_contract() -> None:
    glut = Scenario().replace({"run.paths": 512, "overcapacity.peak": 1.0})
    found = {r.preset: r for r in replay_deals(glut)}
    assert found["merchant_loan"].verdict == "not covered"
    assert found["coreweave_ddtl_4"].verdict == "covered"


def test_a_deal_on_which_nothing_is_lent_has_no_verdict_of_its_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were all of these loans too small to write: no chance of default, no loss, and the reason as its note."""
    monkeypatch.setattr(size, "LEAST", 2.0)
    poor = replay_table(replay_deals(Scenario().replace({"run.paths": 64})))
    assert (poor["verdict"] == "nothing is lent").all()
    assert poor[["default_probability", "expected_loss", "loss_rate", "cushion"]].isna().all(axis=None)
    assert poor["note"].str.startswith("Nothing is lent: ").all()


def test_the_scenarios_own_loan_does_not_leak_into_a_deal() -> None:
    own = Scenario().replace({"run.paths": 256, "gpu_debt.reserve_months": 12.0, "covenants.cures": 0})
    base = Scenario().replace({"run.paths": 256})
    assert [r.expected_loss for r in replay_deals(own)] == [r.expected_loss for r in replay_deals(base)]


def test_notes_say_what_the_model_does_not_have(replays: pd.DataFrame) -> None:
    assert "coverage cuts it" in replays.loc["coreweave_ddtl_2_non_ig", "note"]
    assert "Closed 2023" in replays.loc["coreweave_ddtl_1", "note"]
    assert "claim on the parent" in replays.loc["coreweave_ddtl_5", "note"]
    assert "judgment" in replays.loc["merchant_loan", "note"]


@pytest.mark.parametrize(
    ("spread", "loss", "error", "said"),
    [(0.04, 0.01, 0.001, "covered"), (0.01, 0.04, 0.001, "not covered"), (0.04, 0.039, 0.001, "too close to call")],
)
def test_nothing_is_claimed_within_noise(spread: float, loss: float, error: float, said: str) -> None:
    assert verdict(spread, loss, error) == said


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["comparables", "--json", "--paths", "256"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["comparables"]) == 34
    assert len(told["replays"]) == 8
    tape = tmp_path / "tape.csv"
    tape.write_bytes(template_csv())
    assert main(["tape", str(tape), "--json", "--paths", "256"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["book"]["loans"] == len(told["loans"]) == 12
    tape.write_bytes(template_csv().replace(b"900000000", b"=1+1"))
    assert main(["tape", str(tape)]) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert "line 2, size_usd: '=1+1' is a formula" in out.err
    assert "nothing was run" in out.err
    assert main(["tape", str(tmp_path / "none.csv")]) == 1
    assert main(["tape", "--template"]) == 0
    assert capsys.readouterr().out.startswith("loan,offtaker,grade")
