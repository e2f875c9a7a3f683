"""The command line: help says what there is, a command loads its part of the model, mistakes have their exit codes."""

import json
import subprocess
import sys

import pytest

from models.__main__ import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does_and_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"python -m models {name}" in told
    assert COMMANDS[name].__doc__ in told


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
