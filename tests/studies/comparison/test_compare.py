"""Scenarios side by side, on the page's terms and from the command line."""

import json

import pytest

from models.__main__ import main
from models.engine.figures import FIGURES
from models.errors import ScenarioError
from models.scenario.file import to_json
from models.scenario.link import encode
from models.scenario.scenario import Scenario
from models.studies.comparison.compare import MOST, compare, headline_table, input_rows

A = Scenario()
B = A.replace({"overcapacity.peak": 1.0, "rates.base_rate": 0.05})


def test_only_what_differs_is_listed():
    third = A.replace({"demand.growth_now": 0.3})
    rows = input_rows((A, B, third))
    assert [row.entry.path for row in rows] == ["demand.growth_now", "overcapacity.peak", "rates.base_rate"]
    assert rows[0].values == (0.4, 0.4, 0.3) and rows[1].values == (0.0, 1.0, 0.0)
    assert input_rows((A, A)) == ()


def test_figures_are_absolute_and_against_the_base():
    found = compare((A, B), ("A", "B"), base=1, paths=128)
    table = headline_table(found)
    assert len(table) == 2 * len(FIGURES)
    at_base = table[table["position"] == 1]
    assert (at_base["change"].fillna(0) == 0).all() and (at_base["change_se"].fillna(0) == 0).all()
    change, error = found.change(0, "gpu_fleet.value")
    assert change == pytest.approx(found.figures[0]["gpu_fleet.value"] - found.figures[1]["gpu_fleet.value"])
    assert 0 < error < 0.05
    assert set(found.ranges["asset"]) == {key.split(".")[0] for key in FIGURES} - {"families", "market"}
    assert (found.ranges["p05"] <= found.ranges["p95"]).all()


def test_one_or_too_many_are_refused():
    for count in (1, MOST + 1):
        with pytest.raises(ScenarioError, match=f"{count} scenarios; from 2 to {MOST}"):
            compare([A] * count, ["x"] * count)


def test_the_command_takes_presets_files_and_links(tmp_path, capsys):
    path = tmp_path / "b.json"
    path.write_text(to_json(B))
    assert main(["compare", "base", str(path), "--json", "--paths", "64", "--drill", "supply"]) == 0
    from_file = json.loads(capsys.readouterr().out)
    assert main(["compare", "base", "http://x/?" + encode(B), "--json", "--paths", "64", "--drill", "supply"]) == 0
    from_link = json.loads(capsys.readouterr().out)
    assert from_file["figures"][0]["value"] == from_link["figures"][0]["value"]
    assert from_file["bridge"] == from_link["bridge"] and from_file["drill"]["group"] == "supply"
    assert [row["path"] for row in from_file["inputs"]] == ["overcapacity.peak", "rates.base_rate"]
    key = "gpu_fleet.value"
    parts = sum(part["figures"][key]["value"] for part in from_file["bridge"]["parts"])
    total = from_file["bridge"]["total"][key]["value"]
    figures = {(row["figure"], row["position"]): row for row in from_file["figures"]}
    assert parts == pytest.approx(total, abs=1e-12) == figures[key, 1]["change"]


def test_the_text_says_the_same(capsys):
    code = main(["compare", "base", encode(B), "--paths", "64", "--figure", "gpu_fleet.value", "--drill", "supply"])
    text = capsys.readouterr().out
    assert code == 0
    assert "2 inputs differ" in text and "overcapacity.peak" in text and "0 -> 1" in text
    assert "Why gpu_fleet.value changes, by group (4 runs of 64 paths, every order)" in text
    assert main(["compare", "base", "base", "--paths", "64"]) == 0
    assert "The two scenarios are the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["compare", "base", "no_such_world"], 1, "no such preset"),
        (["compare", "base", "missing.json"], 1, "missing.json"),
        (["compare", "base", "gulf", "--paths", "100"], 1, "power of two"),
        (["compare", "base", "gulf", "--figure", "beauty"], 1, "no such figure"),
        (["compare", "base", "gulf", "--drill", "weather"], 1, "no such group"),
        (["reverse", "tulips"], 1, "no such asset class"),
    ],
)
def test_errors_go_to_stderr_with_code_one(arguments, code, complaint, capsys):
    assert main(arguments) == code
    said = capsys.readouterr()
    assert complaint in said.err and not said.out


def test_wrong_usage_is_code_two(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["compare", "base"])
    assert stop.value.code == 2


def test_stress_and_regret_print_json(capsys):
    assert main(["stress", "--paths", "64", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["stress"] for row in rows} >= {"telecom", "all"}
    assert "nothing to end" in capsys.readouterr().err or len(rows) == 8 * 6 * 5
