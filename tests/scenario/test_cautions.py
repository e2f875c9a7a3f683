"""What is allowed but warned about: told where it is typed, beside the result, and in the JSON; silent elsewhere."""

import json

import pytest

from models.__main__ import main
from models.evidence.presets import presets
from models.market.clearing import Clearing
from models.scenario.cautions import cautions
from models.scenario.scenario import Scenario

STEEP = {"clearing.supply_slope": 6.0, "clearing.demand_elasticity": 0.1}


@pytest.mark.parametrize("name", presets())
def test_no_preset_is_warned_about(name: str) -> None:
    assert not cautions(Scenario.preset(name))


@pytest.mark.parametrize(
    ("slope", "elasticity", "words"),
    [(3.0, 0.0, ""), (3.1, 0.0, "3.1%"), (6.0, 0.1, "3.8%"), (6.0, 0.2, ""), (1.0, 1.2, "")],
)
def test_the_exponent_of_price_is_warned_about_above_three(slope: float, elasticity: float, words: str) -> None:
    scenario = Scenario().replace({"clearing.supply_slope": slope, "clearing.demand_elasticity": elasticity})
    found = cautions(scenario)
    assert bool(found) == bool(words)
    if found:
        assert found[0].paths == ("clearing.supply_slope", "clearing.demand_elasticity")
        assert words in found[0].words and "lower the slope" in found[0].words


def test_below_four_tenths_the_remedy_is_the_other_way() -> None:
    """No slider gets there; a study that goes beyond them is told."""
    flat = Scenario().derived(clearing=Clearing().derived(supply_slope=0.5, demand_elasticity=1.0))
    assert "far less" in cautions(flat)[0].words and "raise the slope" in cautions(flat)[0].words


def test_the_command_warns_on_stderr_and_in_its_json(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evaluate", "--json", "--paths", "64"]
    for name, value in STEEP.items():
        words += ["--set", f"{name}={value}"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["warnings"] == [caution.words for caution in cautions(Scenario().replace(STEEP))]
    assert "warning: clearing.supply_slope" in told.err
    assert main(words[:4]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["warnings"] == [] and "warning" not in told.err
