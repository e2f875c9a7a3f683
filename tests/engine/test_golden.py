"""Every figure of every preset, as last agreed: a change of the model shows here, preset by preset.

`make test ARGS="tests/models/test_golden.py --update-golden"` accepts the new figures; the difference of the file is
what a reviewer reads.
"""

from pathlib import Path

import pandas as pd
import pytest

from models import Scenario
from models.engine.evaluate import evaluate
from models.evidence.presets import presets
from models.tables.classes import summary

FILE = Path(__file__).parents[1] / "golden" / "presets.csv"
PATHS = 512
KEY = ["preset", "asset", "entry", "metric"]
TOLERANCE = 1e-6  # other processors round differently; nothing else may move


def table(name: str) -> pd.DataFrame:
    """Figures of a preset, undefined ones left out."""
    found = summary(evaluate(Scenario.preset(name).replace({"run.paths": PATHS})))
    return found.assign(preset=name)[[*KEY, "value"]]


@pytest.fixture(scope="module")
def golden(update_golden: bool) -> pd.DataFrame:
    if update_golden:
        whole = pd.concat([table(name) for name in presets()])
        FILE.parent.mkdir(exist_ok=True)
        whole.to_csv(FILE, index=False, float_format="%.9g", lineterminator="\n")
    return pd.read_csv(FILE)


@pytest.mark.parametrize("name", presets())
def test_figures_of_a_preset(name: str, golden: pd.DataFrame) -> None:
    expected = golden[golden["preset"] == name].set_index(KEY)["value"]
    assert len(expected), f"no golden figures for {name}: run this file with --update-golden"
    found = table(name).set_index(KEY)["value"]
    assert set(found.index) == set(expected.index)
    allowed = TOLERANCE * (expected.abs() + 1e-6)
    moved = found.to_frame("now").join(expected.to_frame("before"))[(found - expected).abs() > allowed]
    assert moved.empty, f"{len(moved)} figures of {name} moved:\n{moved.head(20).to_string()}"


def test_no_preset_is_forgotten_or_left_over(golden: pd.DataFrame) -> None:
    assert set(golden["preset"]) == set(presets())
