"""Presets say what they say: words, figures and sources that hold, scenarios that run; broken files fail by name."""

import csv
import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.basis.shocks import calm_shocks
from models.errors import DataError, ScenarioError
from models.evidence.presets import FIGURES, GROUPS, PRESETS, Preset, load_presets, preset, presets
from models.evidence.sources import DATA, source
from models.market.simulate import simulate_market
from models.scenario.catalog import differences
from models.scenario.file import applied
from models.scenario.scenario import Scenario

ALL = list(presets().values())
NUMBER = re.compile(r"\d[\d,]*\.?\d*")
BLOCS = ["us", "eu_gigafactories", "france_uk", "gulf", "india", "japan_korea", "canada", "china"]
MARKETS = ["telecom_glut", "shortage", "efficiency_shock", "export_shock", "subsidy_cliff", "market_assumes"]

each = pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)


@cache
def cited_rows() -> dict[str, str]:
    """Every cell of every row that a source key can name, as one text."""
    rows = {}
    for table in [DATA / "sources.csv", *(DATA / "facts").glob("*.csv")]:
        with table.open(encoding="utf-8", newline="") as lines:
            rows |= {row["id"]: " ".join(filter(None, row.values())) for row in csv.DictReader(lines)}
    return rows


def numbers(text: str) -> set[float]:
    return {float(found.replace(",", "")) for found in NUMBER.findall(text)}


def test_the_picker_is_ordered_by_group() -> None:
    assert [one.name for one in ALL if one.group == "base"] == ["base"]
    assert [one.name for one in ALL if one.group == "bloc"] == BLOCS
    assert [one.name for one in ALL if one.group == "market"] == MARKETS
    places = [(GROUPS.index(one.group), one.order) for one in ALL]
    assert places == sorted(places)


@each
def test_figures_stand_in_the_rows_they_cite(one: Preset) -> None:
    rows = cited_rows()
    assert len(one.key_figures) == FIGURES
    for label, value, key in one.key_figures:
        shown = numbers(value)
        assert shown, f"{label}: {value} holds no number"
        assert shown <= numbers(rows[key]), f"{label}: {value} is not in {key}: {rows[key]}"


@each
def test_history_names_its_year(one: Preset) -> None:
    for label, _, key in one.key_figures:
        if source(key).is_history:
            years = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", label)}
            assert years, f"{label} is history ({source(key).date})"
            assert max(years) < 2026, f"{label} is not today's figure"


@each
def test_differences_are_exactly_what_the_file_sets(one: Preset) -> None:
    scenario = Scenario.preset(one.name)
    single = {d.entry.path: d.value for d in differences(scenario, Scenario()) if "programs" not in d.entry.path}
    assert single == {path: value for path, value in one.changes.items() if path != "policy.programs"}
    given = one.changes.get("policy.programs", [])
    assert len(scenario.policy.programs) == len(given)
    for held, asked in zip(scenario.policy.programs, given, strict=True):
        assert held.name == asked["name"]
        for part in ("schedule", "mix", "terms"):
            stored, told = getattr(held, part), asked.get(part, {})
            assert {name: getattr(stored, name) for name in told} == told
            untouched = set(type(stored).model_fields) - set(told)
            assert all(getattr(stored, name) == type(stored).model_fields[name].default for name in untouched)


@each
def test_every_change_has_a_reason(one: Preset) -> None:
    for path in one.changes:
        if path != "policy.programs":
            assert one.reasons[path].note
    assert one.reason("run.seed") == ("judgment", "")
    cited = {reason.source for reason in one.reasons.values()} | {figure.source for figure in one.key_figures}
    assert cited <= set(one.sources)
    assert len(set(one.sources)) == len(one.sources)
    assert all(source(key).title for key in one.sources)


@each
def test_calm_market_is_finite(one: Preset) -> None:
    market = simulate_market(Scenario.preset(one.name).calm.setting, calm_shocks())
    for name in ("price", "log_ratio", "utilization", "surplus"):
        assert np.isfinite(getattr(market, name)).all(), name
    assert (market.price > 0).all()
    assert ((market.utilization > 0) & (market.utilization <= 1)).all()


def calm(name: str) -> Any:
    return simulate_market(Scenario.preset(name).calm.setting, calm_shocks())


def test_telecom_glut_meets_the_use_of_equipped_networks() -> None:
    market = calm("telecom_glut")
    assert market.utilization.min() == pytest.approx(0.35, abs=0.03)
    assert market.world.stock[0, 12] > 3.0 * market.world.demand[0, 12] / 0.8


def test_shortage_lasts_and_the_base_clears() -> None:
    tight, base = np.exp(calm("shortage").log_ratio[0]), np.exp(calm("base").log_ratio[0])
    assert (tight[3:] > 1.2).all()
    assert (base[12:] < 1.05).all() and (base < tight + 1e-12).all()


def test_efficiency_shock_leaves_machines_idle() -> None:
    surplus = calm("efficiency_shock").surplus[0]
    assert surplus[3] < 0.0
    assert surplus[4] > 0.3


def test_china_binds_nine_tenths_of_demand() -> None:
    assert calm("china").bound_share == pytest.approx(0.90, abs=1e-12)


def test_a_cliff_takes_the_cash_and_leaves_the_capacity() -> None:
    scenario = Scenario.preset("subsidy_cliff")
    ended = scenario.calm.replace({"policy.programs.0.schedule.stop": 8})
    going, stopped = (simulate_market(s.setting, calm_shocks()) for s in (scenario.calm, ended))
    bare = simulate_market(scenario.calm.replace({"policy.programs": []}).setting, calm_shocks())
    assert scenario.policy.programs[0].schedule.cliff_rate > 0.3
    assert scenario.calm.policy.programs[0].schedule.cliff_rate == 0.0
    assert going.policy.unspent.sum() == 0.0
    assert stopped.policy.demand[0, 10] == 0.0 < going.policy.demand[0, 10]
    assert stopped.price[0, 13] < bare.price[0, 13]


def test_base_is_the_default_and_no_preset_is_another() -> None:
    assert Scenario.preset("base") == Scenario()
    assert Scenario.preset("gulf") is Scenario.preset("gulf")
    assert len({Scenario.preset(one.name) for one in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("gulff", "nearest: gulf"),
        ("Gulf", "nearest: gulf"),
        ("ddtl", "nearest: coreweave_ddtl_1, coreweave_ddtl_2_ig"),
        ("atlantis", "there are base, us"),
        ("", "there are base"),
        ("x" * 10_000, "there are base"),
    ],
)
def test_an_unknown_name_is_told_the_nearest(asked: str, near: str) -> None:
    for find in (preset, Scenario.preset):
        with pytest.raises(ScenarioError, match="no such preset") as caught:
            find(asked)
        assert near in str(caught.value)
        assert len(str(caught.value)) < 800


GOOD = json.loads((PRESETS / "eu_gigafactories.json").read_text(encoding="utf-8"))


def write(directory: Path, content: Any, name: str = "eu_gigafactories") -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (directory / f"{name}.json").write_text(text, encoding="utf-8")
    return directory


def changed(**fields: Any) -> dict[str, Any]:
    return json.loads(json.dumps(GOOD)) | fields


def program(part: str, **fields: Any) -> dict[str, Any]:
    content = changed()
    content["set"]["policy.programs"][0][part] |= fields
    return content


def with_change(path: str, value: Any) -> dict[str, Any]:
    content = changed()
    content["set"][path] = value
    content["reasons"][path] = {"source": "judgment", "note": "a test"}
    return content


def figure(**fields: Any) -> dict[str, Any]:
    content = changed()
    content["key_figures"][0] |= fields
    return content


def test_a_copy_of_a_shipped_file_is_read(tmp_path: Path) -> None:
    assert load_presets(write(tmp_path, GOOD))["eu_gigafactories"] == presets()["eu_gigafactories"]


@pytest.mark.parametrize(
    ("content", "field", "words"),
    [
        ("{", "JSON", "Expecting"),
        ('{"name": NaN}', "JSON", "NaN is not a finite number"),
        ('{"name": 1e999}', "JSON", "1e999 is not a finite number"),
        ('{"name": 1, "name": 2}', "JSON", "'name' is given twice"),
        ("[" * 100_000, "JSON", "recursion"),
        ([], "field", "a list must be an object"),
        ({"name": "eu_gigafactories"}, "field title", "is missing"),
        (changed(extra=1), "field extra", "there is no such field"),
        (changed(name="europe"), "field name", "'europe' must be the name of the file"),
        (changed(title=" x"), "field title", "without spaces around"),
        (changed(title="x" * 61), "field title", "at most 60"),
        (changed(title=7), "field title", "7 must be words"),
        (changed(story="One sentence."), "field story", "must be two sentences"),
        (changed(story="One. Two. Three."), "field story", "must be two sentences"),
        (changed(story="One. Two without an end"), "field story", "must be two sentences"),
        (changed(order="1"), "field order", "'1' is not a whole number"),
        (changed(order=True), "field order", "True is not a whole number"),
        (changed(group="country"), "field group", "'country' must be 'base', 'bloc'"),
        (changed(group=["bloc"]), "field group", "a list must be 'base'"),
        (changed(group="base"), "field set", "must be empty for the base"),
        (changed(set={}), "field set", "a difference for every other"),
        (changed(set=[]), "field set", "a list must be an object"),
        (with_change("demand.growht_now", 0.3), "field set", "demand.growht_now': no such assumption"),
        (with_change("demand.growth_now", 3.0), "field set", "demand.growth_now: 3 is too high"),
        (with_change("demand.growth_now", "0.3"), "field set", "demand.growth_now: '0.3' is not a number"),
        (with_change("demand.growth_now", None), "field set", "demand.growth_now: a value is required"),
        (with_change("demand.growth_now", 0.4), "field set, demand.growth_now", "0.4 is the default"),
        (with_change("policy.programs.0.schedule.budget", 1e9), "field set", "schedule.budget: given twice"),
        (changed(set={"policy.programs": []}, reasons={}), "field set, policy.programs", "is the default"),
        (changed(set={"policy.programs": 5}, reasons={}), "field set", "policy.programs"),
        (program("mix", grant=0.5), "field set", "add to 0.8"),
        (program("mix", grants=0.5), "field set", "policy.programs.0.mix.grants': no such assumption"),
        (program("terms", mandate=0.9), "field set", "policy.programs.0.terms.mandate: 0.9"),
        (program("schedule", budget="11.6e9"), "field set", "programs.0.schedule.budget: '11.6e9' is not a number"),
        (changed(reasons={}), "field reasons", "'gpu_fleet.power_price' is set without a reason"),
        (changed(reasons=[]), "field reasons", "a list must be an object"),
        (changed(reasons={**GOOD["reasons"], "run.seed": ["judgment", "x"]}), "field reasons", "'run.seed' is not set"),
        (changed(key_figures=GOOD["key_figures"][:2]), "field key_figures", "at least 3 items"),
        (changed(key_figures="three"), "field key_figures", "must be a list"),
        (figure(value=""), "field key_figures 1, value", "must be words"),
        (figure(note="x"), "field key_figures 1", "note: there is no such field"),
        (figure(source="sovereign_programs-999"), "field key_figures 1", "sovereign_programs-999"),
        (figure(source="telecom_bust-019", label="Use"), "field key_figures 1: label", "is history (2002-10)"),
        (changed(sources=["nobody"]), "field sources", "'nobody'"),
        (changed(sources="judgment"), "field sources", "must be a list"),
    ],
)
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: Any, field: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        for one in load_presets(write(tmp_path, content)).values():
            applied(one)
    message = str(caught.value)
    assert "eu_gigafactories.json" in message
    assert field in message
    assert words in message


def test_two_presets_cannot_share_a_place(tmp_path: Path) -> None:
    write(write(tmp_path, GOOD), changed(name="copy"), "copy")
    with pytest.raises(DataError, match=r"field order: 11 is taken by"):
        load_presets(tmp_path)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no preset"):
        load_presets(tmp_path)


def test_every_number_of_every_file_is_finite() -> None:
    def walk(node: Any, seen: Callable[[float], None]) -> None:
        if isinstance(node, dict | list):
            for inner in node.values() if isinstance(node, dict) else node:
                walk(inner, seen)
        elif isinstance(node, float):
            seen(node)

    found: list[float] = []
    for one in ALL:
        walk(one.changes, found.append)
    assert len(found) > 50
    assert all(map(math.isfinite, found))
