"""A scenario file carries a scenario exactly; what is wrong with one is said line by line."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.evidence.presets import presets
from models.scenario.catalog import PROGRAMS, declared
from models.scenario.file import MAX_LINES, MAX_SIZE, from_json, to_json
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION, SCHEMA_VERSION
from tests.strategies import changes, scenarios

DEFAULTS = Scenario()


def refusal(data: Any) -> list[str]:
    """Lines of the error a file gives."""
    with pytest.raises(ScenarioError) as error:
        from_json(data if isinstance(data, str | bytes) else json.dumps(data))
    return str(error.value).split("\n")


@given(scenarios(without=(), most=40))
def test_a_written_file_is_read_as_the_same_scenario_to_the_last_bit(scenario: Scenario) -> None:
    text = to_json(scenario)
    json.loads(text, parse_constant=pytest.fail)
    for form in (text, text.encode(), "\ufeff" + text, json.dumps(scenario.model_dump(mode="json"))):
        assert from_json(form) == scenario
    assert to_json(from_json(text)) == text


@given(st.sampled_from(sorted(presets())), changes(without=()))
def test_changes_of_a_preset_are_read(preset: str, found: dict[str, Any]) -> None:
    assert from_json(json.dumps({"preset": preset, "set": found})) == Scenario.preset(preset).replace(found)


def test_a_file_says_which_versions_wrote_it() -> None:
    whole = json.loads(to_json(DEFAULTS))
    assert (whole["schema_version"], whole["model_version"]) == (SCHEMA_VERSION, MODEL_VERSION)


@pytest.mark.parametrize(
    "data",
    [
        {"demand": {"growth_now": 0.5}},
        {"demand.growth_now": 0.5},
        {"set": {"demand.growth_now": 0.5}},
        {"set": {"demand": {"growth_now": 0.5}}, "preset": "base"},
        {"scenario": {"demand": {"growth_now": 0.5}}, "model_version": "0.0.1"},
    ],
)
def test_what_a_file_leaves_out_is_as_declared(data: Any) -> None:
    assert from_json(json.dumps(data)) == DEFAULTS.replace({"demand.growth_now": 0.5})


def test_whole_numbers_may_carry_a_decimal_point() -> None:
    scenario = from_json('{"run": {"paths": 1024.0}, "clearing": {"spot_price": 2}}')
    assert type(scenario.run.paths) is int and type(scenario.clearing.spot_price) is float


def test_a_list_of_programs_replaces_those_of_the_preset() -> None:
    with_one = next(name for name in presets() if len(Scenario.preset(name).policy.programs) == 1)
    read = from_json(json.dumps({"preset": with_one, "set": {PROGRAMS: [{"name": "a"}, {"terms": {"capture": 0.1}}]}}))
    assert [program.name for program in read.policy.programs] == ["a", "program"]
    assert read.policy.programs[0].schedule.budget == 0.0
    assert from_json(json.dumps({"preset": with_one, "set": {PROGRAMS: []}})).policy.programs == ()
    renamed = from_json(json.dumps({"preset": with_one, "set": {f"{PROGRAMS}.0.name": "a"}})).policy.programs[0]
    assert renamed == Scenario.preset(with_one).policy.programs[0].model_copy(update={"name": "a"})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('{"demand": {"growth_now": NaN}}', ("demand.growth_now: nan", "0 to 0.8")),
        ('{"demand": {"growth_now": -Infinity}}', ("demand.growth_now: -inf is too low", "0 to 0.8")),
        ('{"demand": {"growth_now": 1e999}}', ("demand.growth_now: inf is too high", "0 to 0.8")),
        ({"demand": {"growth_now": 5}}, ("demand.growth_now: 5 is too high", "0 to 0.8 (log per year)")),
        ({"demand": {"growth_now": "0.5"}}, ("demand.growth_now: '0.5' is not a number", "0 to 0.8")),
        ({"demand": {"growth_now": True}}, ("demand.growth_now: True is not a number",)),
        ({"demand": {"growth_now": None}}, ("demand.growth_now: a value is required",)),
        ({"demand": {"growth_now": {}}}, ("demand.growth_now: an object is not a number",)),
        ({"demand": {"growth_nwo": 0.5}}, ("'demand.growth_nwo': no such assumption", "demand.growth_now")),
        ({"demand": 5}, ("'demand': no such assumption",)),
        ({"<script>": {}}, ("'<script>': no such assumption",)),
        ({"run": {"paths": 1000}}, ("run.paths: must be a power of two",)),
        ({"run": {"paths": 10.5}}, ("run.paths: 10.5 is not a whole number",)),
        ({"run": {"seed": 10**500}}, ("run.seed: a very large number is too high", "0 to 2147483647")),
        ({"run": {"method": "magic"}}, ("run.method: 'magic'", "sobol, random")),
        ({"capacity": {"bust_switch": 1}}, ("capacity.bust_switch: 1", "on or off")),
        ({"policy": {"programs": 5}}, ("policy.programs", "list of programs")),
        ({"policy": {"programs": [5]}}, ("'policy.programs.0': no such assumption",)),
        ({"policy": {"programs": [{"name": 5}]}}, ("policy.programs.0.name: 5", "text")),
        ({"policy": {"programs": [{"name": "\ud800"}]}}, ("policy.programs.0.name",)),
        ({"policy": {"programs": [{"name": "x" * 81}]}}, ("policy.programs.0.name", "at most 80")),
        ({"policy": {"programs": [{}] * 13}}, ("policy.programs: 13 programs are too many", "0 to 12")),
        ({"policy": {"programs": [{"schedule": {"budget": 1e9}}]}}, ("policy.programs.0: mix", "must add to 1")),
        ({"clearing": {"balance_utilization": 0.9, "ceiling_utilization": 0.8}}, ("0.9 is above",)),
        ({"preset": "gulff"}, ("preset 'gulff': no such preset", "gulf")),
        ({"preset": 5}, ("preset: 5 is not the name",)),
        ({"preset": "base", "set": []}, ("set: a list is not an object",)),
        ({"preset": "base", "demand": {}}, ("'demand' cannot stand beside preset and set",)),
        ({"scenario": {}, "set": {}}, ("'set' cannot stand beside scenario",)),
        ({"scenario": None}, ("scenario: None is not an object",)),
        ({"schema_version": SCHEMA_VERSION + 1}, (f"schema_version: {SCHEMA_VERSION + 1}", f"reads {SCHEMA_VERSION}")),
        ({"schema_version": True}, ("schema_version: True",)),
        ({"demand": {"growth_now": 0.5}, "demand.growth_now": 0.6}, ("demand.growth_now: given twice",)),
        ('{"demand": {}, "demand": {}}', ("'demand' is given twice",)),
        ("[]", ("one JSON object, not a list",)),
        ("", ("line 1, column 1", "not JSON")),
        ('{"demand":\n {"growth_now": 0.5,}}', ("line 2", "not JSON")),
        (b"\xff\xfe", ("byte 0", "UTF-8")),
        ("[" * 100_000, ("nests too deeply",)),
        ('{"a":' * 100_000, ("nests too deeply",)),
        ('{"run": {"seed": ' + "9" * 5000 + "}}", ("thousands of digits",)),
        ("x" * (MAX_SIZE + 1), (f"{MAX_SIZE + 1} characters", f"less than {MAX_SIZE}")),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, tuple) else "",
)
def test_a_broken_file_is_refused_with_field_value_and_bound(data: Any, words: tuple[str, ...]) -> None:
    (line,) = refusal(data)
    assert [word for word in words if word not in line] == []
    assert line.isprintable() and len(line) < 400


def test_each_problem_has_its_line_and_many_problems_a_count() -> None:
    three = refusal({"demand": {"growth_now": 5, "rebound": "x"}, "run": {"seed": -1}})
    assert [line.split(":")[0] for line in three] == ["demand.growth_now", "demand.rebound", "run.seed"]
    many = refusal({f"unknown{i}": 1 for i in range(MAX_LINES + 5)})
    assert len(many) == MAX_LINES + 1 and many[-1] == "and 5 more problems"


def json_values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10)
    keys = st.sampled_from([*list(declared(1))[::9], *Scenario.model_fields, PROGRAMS, "preset", "set", "scenario"])
    words = keys | st.text(max_size=5)
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner))


@given(json_values().map(json.dumps) | st.text() | st.binary())
@example('{"policy.programs": {"0": {}}}')
@example('{"policy": {"programs": [{"schedule": []}]}}')
def test_any_text_gives_a_scenario_or_a_scenario_error(text: str | bytes) -> None:
    try:
        scenario = from_json(text)
    except ScenarioError as error:
        assert str(error) and all(line.isprintable() for line in str(error).split("\n"))
    else:
        assert from_json(to_json(scenario)) == scenario


def test_a_file_of_an_earlier_edition_says_what_took_the_place_of_what_is_gone() -> None:
    with pytest.raises(ScenarioError, match=r"llm_developer.growth_fade: .*excess_growth_fade"):
        from_json(json.dumps({"scenario": {"llm_developer": {"growth_fade": 0.3}}, "model_version": "0.1.0"}))
