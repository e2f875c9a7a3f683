"""Commands at corners of the bounds: an answer or a sentence, never a trace or a figure of nothing."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import pytest

from models.__main__ import main
from models.scenario.file import to_json
from tests.corners import applied, corners

COMMANDS = (
    ("evaluate",), ("evaluate", "--json"), ("thesis",), ("stress",), ("reverse", "gpu_debt"),
    ("surface", "gpu_debt", "data_center", "--points", "3"), ("explain", "assets.gpu_debt.irr.p50"),
    ("portfolio",), ("waiting",),
)
WORLDS: tuple[dict[str, Any], ...] = (
    {"gpu_debt.advance_cap": 0.0}, {"chip.power_kw": 4.0}, *corners(77, 1),
)
UNDEFINED = re.compile(r"(?<![\w-])(nan|inf)(?![\w-])", re.IGNORECASE)


@pytest.mark.parametrize("world", range(len(WORLDS)))
def test_a_command_answers_or_says_why_not(
    world: int, thin_prices: None, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(to_json(applied(WORLDS[world])))
    for command in COMMANDS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            code = main([*command, "--file", str(file)])
        told = capsys.readouterr()
        assert not UNDEFINED.search(told.out), (command, WORLDS[world])
        assert code == 0 or (code == 1 and told.err.startswith("error: ")), (command, WORLDS[world], told.err)
        if command[-1] == "--json":
            assert json.loads(told.out)["assets"]
