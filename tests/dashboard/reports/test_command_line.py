"""`python -m dashboard.reports pdf`: a file and exit code 0, or one sentence on stderr and no file."""

from pathlib import Path

import pytest

from dashboard.reports.__main__ import main
from tests.dashboard.reports.reading import links, pages, words

FAST = ["--paths", "256", "--date", "2026-11-22"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "report.pdf"


def test_a_preset_with_changes_becomes_a_file(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "pdf",
        "--preset",
        "gulf",
        "--set",
        "overcapacity.peak=0.6",
        *FAST,
        "--address",
        "https://assay.example/x",
    ]
    assert main([*arguments, "--out", str(out)]) == 0
    assert capsys.readouterr() == ("", "")
    text = words(out.read_bytes())
    assert "Assumptions: one differs from the preset" in text
    assert "seed 1 · 256 paths · 22 November 2026" in text
    assert any(
        "assay.example/x?" in address and "overcapacity.peak=0.6" in address for address in links(out.read_bytes())
    )
    again = out.with_name("again.pdf")
    assert main([*arguments, "--out", str(again)]) == 0
    assert again.read_bytes() == out.read_bytes()


def test_a_link_tells_what_it_ignored(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = "http://localhost:8501/?v=1&p=shortage&demand.growth_now=lots"
    assert main(["pdf", "--link", link, "--no-shocks", *FAST, "--out", str(out)]) == 0
    assert "demand.growth_now" in capsys.readouterr().err
    assert pages(out.read_bytes())[0].startswith("Assay Scenario report 22 November 2026 Shortage persists")
    assert "one path without shocks" in words(out.read_bytes())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--preset", "glf"], "nearest: gulf"),
        (["--set", "demand.growth_now=9"], "demand.growth_now: 9"),
        (["--set", "demand.nothing=1"], "demand.nothing"),
        (["--file", "there_is_no_such_file.json"], "there_is_no_such_file.json"),
        (["--paths", "1000"], "power of two"),
    ],
)
def test_a_wrong_scenario_is_one_sentence(
    arguments: list[str], said: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pdf", *arguments, "--out", str(out)]) == 1
    printed, error = capsys.readouterr()
    assert printed == ""
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said in error
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pdf", "--out", str(tmp_path / "nowhere" / "report.pdf")]) == 1
    assert "nowhere/report.pdf: cannot be written, there is no such directory" in capsys.readouterr().err
    assert main(["pdf", *FAST, "--no-shocks", "--out", str(tmp_path)]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["pdf"],
        ["docx", "--out", "x"],
        ["pdf", "--out", "x", "--date", "tomorrow"],
        ["pdf", "--out", "x", "--paths", "many"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err
