"""The command line: every command has its module, help loads nothing heavy, mistakes have their exit codes."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import models.commands
from models.__main__ import COMMANDS, main


def test_every_module_is_a_command_and_the_other_way_round() -> None:
    found = {path.stem for path in Path(models.commands.__path__[0]).glob("*.py")} - {"__init__"}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"python -m models {name}" in capsys.readouterr().out
    assert callable(import_module(f"models.commands.{name}").run)


def test_a_command_imports_only_its_part_of_the_model() -> None:
    code = (
        "import sys; from models.__main__ import main; main(['link']); "
        "print([name for name in sys.modules if name.startswith(('models.explain', 'models.studies'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["link", "--set", "overcapacity.peak=0.3"]) == 0
    assert "overcapacity" in json.loads(capsys.readouterr().out)["link"]
    assert main(["link", "--set", "overcapacity.peak=9"]) == 1
    told = capsys.readouterr()
    assert not told.out and "overcapacity.peak: 9" in told.err
    for words in ([], ["nonsense"], ["link", "--nonsense"]):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert stop.value.code == 2
        assert "usage: python -m models" in capsys.readouterr().err
