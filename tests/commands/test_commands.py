"""The command line: help says what there is, a command loads its part of the model, mistakes have their exit codes."""

import json
import subprocess
import sys
from math import log

import pytest

from models.__main__ import COMMANDS, main
from models.claims.registry import CLASSES
from models.commands.parser import Parser, shares
from models.scenario.link import decode


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


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_given_twice_adds_up_or_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For every option of every command: two values, and argparse keeps neither the first nor the last alone."""
    parser = Parser(prog="assay")
    COMMANDS[name](parser)
    for action in parser._actions:
        if not action.option_strings or action.nargs == 0:
            continue
        option = action.option_strings[-1]
        one, two = ("fair", "at_cost") if option == "--entry" else tuple(action.choices or ("1", "2"))[:2]
        first = {"A": "base", "B": "base", "path": "x", "goal": "1", "asset": "x"}
        rest = [str(next(iter(a.choices)) if a.choices else first.get(a.dest, "x")) for a in parser._actions
                if not a.option_strings and a.nargs not in ("*", "?")]
        try:
            held = getattr(parser.parse_args([*rest, option, one, option, two]), action.dest)
        except SystemExit:
            assert f"{option} is given twice; write it once" in capsys.readouterr().err
        else:
            assert held == [one, two], f"{name} {option} keeps {held}"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["link", "--set", "demand.rebound=0.5", "--set", "demand.rebound=0.6"], "demand.rebound is set before"),
        (["link", "--set", "run.paths=64", "--paths", "128"], "--paths: run.paths is set before"),
        (["portfolio", "--cap", "gpu_fleet=0.5", "gpu_fleet=0.3"], "gpu_fleet=0.5 is given before; write it once"),
        (["portfolio", "--cap", "gpu_fleet=0.5", "--cap", "gpu_fleet=0.3"], "gpu_fleet=0.5 is given before"),
        (["portfolio", "--weights", "gpu_fleet=nan"], "a finite number is needed"),
        (["portfolio", "--weights", "gpu_fleet=20%"], "0.2, not as a percentage"),
        (["portfolio", "--cap", "gpu_fleet"], "write it as NAME=SHARE"),
    ],
)
def test_what_is_said_twice_or_is_no_number_is_named(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    assert complaint in capsys.readouterr().err


def test_weights_of_a_class_add_up_like_a_holdings_file() -> None:
    parser = Parser()
    COMMANDS["portfolio"](parser)
    for words in (["gpu_fleet=0.5", "gpu_fleet=0.3"], ["gpu_fleet=0.5", "--weights", "gpu_fleet=0.3"]):
        args = parser.parse_args(["--weights", *words])
        assert shares("--weights", args.weights, tuple(CLASSES), adds_up=True) == {"gpu_fleet": 0.8}


def test_a_percentage_is_taken_as_on_the_pages_and_a_plain_number_as_stored(capsys: pytest.CaptureFixture[str]) -> None:
    for text, stored in (("0.4", 0.4), ("50%", log(1.5))):
        assert main(["link", "--set", f"demand.growth_now={text}"]) == 0
        assert decode(json.loads(capsys.readouterr().out)["link"]).scenario.demand.growth_now == pytest.approx(stored)
    assert main(["catalog"]) == 0
    listed = {item["path"]: item for item in json.loads(capsys.readouterr().out)}
    assert listed["demand.growth_now"]["default"] == 0.4 and listed["demand.growth_now"]["typed"] == {
        "unit": "% a year", "default": "49.18%", "low": "0%", "high": "122.55%",
    }
    assert main(["compare", "base", "demand.growth_now=0.3", "--paths", "64"]) == 0
    assert "49.18% -> 34.99%  (% a year)" in capsys.readouterr().out


@pytest.mark.parametrize("command", [("tape",), ("portfolio", "--holdings")])
def test_a_file_without_end_is_refused_before_it_is_read(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "/dev/zero"]) == 1
    assert "/dev/zero: larger than" in capsys.readouterr().err
