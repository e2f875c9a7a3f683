"""The catalog is complete by name, is what the scenario holds, and reads and refuses values as the forms promise."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from models.basis.assumption import YEARS, Assumptions, assumption, choice, metadata, switch, yearly
from models.basis.entry import Entry, check, read, value_text
from models.basis.reading import number_text, quoted, read_number
from models.errors import ScenarioError
from models.evidence.sources import load_sources
from models.policy.program import Program
from models.scenario.catalog import (
    PROGRAMS,
    catalog,
    declaration,
    declared,
    differences,
    entry,
    json_schema,
    parse,
    search,
    values,
    with_programs,
)
from models.scenario.scenario import Scenario
from tests.strategies import changes, scenarios

ONE_PROGRAM = with_programs(Scenario(), 1)
MOST_FIELDS = 16


def complaints(item: Entry, sources: Any) -> list[str]:
    """What an assumption lacks."""
    found = []
    if not item.label.strip():
        found.append("no label")
    if not item.unit.strip():
        found.append("no unit")
    if not item.help.endswith(".") or not item.help[:1].isupper() or ". " in item.help or "\n" in item.help:
        found.append("help is not one sentence with a capital and a full stop")
    if item.source not in sources:
        found.append(f"unknown source {item.source}")
    if item.default is None and not item.none:
        found.append("no words for no value")
    if item.kind in ("number", "integer", "years"):
        low, high, step = (float("nan") if value is None else value for value in (item.low, item.high, item.step))
        if not low < high:
            found.append("no bounds")
        if item.default is not None and not low <= float(item.default) <= high:
            found.append("default out of bounds")
        if not 0 < step <= high - low:
            found.append("step does not fit between the bounds")
    if item.kind == "choice" and (item.default not in item.options or len(item.options) < 2):
        found.append("default is no option")
    return found


@pytest.mark.parametrize("path", declared(1))
def test_every_assumption_is_declared_in_full(path: str) -> None:
    assert complaints(declared(1)[path], load_sources()) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"label": " "}, "no label"),
        ({"unit": ""}, "no unit"),
        ({"help": "no capital."}, "help is not one sentence with a capital and a full stop"),
        ({"help": "No full stop"}, "help is not one sentence with a capital and a full stop"),
        ({"help": "Two. Sentences."}, "help is not one sentence with a capital and a full stop"),
        ({"help": ""}, "help is not one sentence with a capital and a full stop"),
        ({"source": "hearsay"}, "unknown source hearsay"),
        ({"default": None}, "no words for no value"),
        ({"low": None}, "no bounds"),
        ({"high": 0.1}, "default out of bounds"),
        ({"step": 0.0}, "step does not fit between the bounds"),
        ({"step": 5.0}, "step does not fit between the bounds"),
        ({"kind": "choice", "options": {"a": "A", "b": "B"}}, "default is no option"),
    ],
)
def test_each_gap_in_adeclaration_is_found(change: dict[str, Any], complaint: str) -> None:
    item = entry("demand.growth_now")
    assert complaints(item, load_sources()) == []
    assert complaint in complaints(replace(item, **change), load_sources())


def slices(model: type[Assumptions] = Scenario) -> list[type[Assumptions]]:
    inner = [field.annotation for field in model.model_fields.values()]
    nested = [each for each in inner if isinstance(each, type) and issubclass(each, Assumptions)]
    return nested + [found for each in nested for found in slices(each)]


@pytest.mark.parametrize("slice_class", [*slices(), Program, *slices(Program)], ids=lambda each: each.__name__)
def test_a_slice_holds_one_concept(slice_class: type[Assumptions]) -> None:
    assert len(slice_class.model_fields) <= MOST_FIELDS


def test_labels_tell_the_assumptions_of_a_group_apart() -> None:
    named = [(item.group, item.label) for item in catalog(with_programs(Scenario(), 2))]
    assert sorted({each for each in named if named.count(each) > 1}) == []


def test_declared_defaults_are_the_values_of_an_unchanged_scenario() -> None:
    assert {item.path: item.default for item in catalog()} == values(Scenario())
    assert {item.path: item.value for item in catalog()} == values(Scenario())


@given(scenarios(without=(), most=30))
def test_the_catalog_holds_every_value_of_the_scenario_once(scenario: Scenario) -> None:
    def leaves(path: str, node: Any) -> dict[str, Any]:
        is_path = isinstance(node, tuple) and node and not isinstance(node[0], dict)
        if isinstance(node, dict | list | tuple) and not is_path:
            pairs = node.items() if isinstance(node, dict) else enumerate(node)
            return {k: v for key, each in pairs for k, v in leaves(f"{path}.{key}" if path else key, each).items()}
        return {path: node}

    listed = catalog(scenario)
    assert [item.path for item in listed] == list(leaves("", scenario.model_dump()))
    assert {item.path: item.value for item in listed} == leaves("", scenario.model_dump())


def test_groups_are_the_slices_of_the_scenario_in_their_order() -> None:
    groups = {item.group: item.group_title for item in catalog()}
    assert list(groups) == list(Scenario.model_fields)
    assert list(groups.values()) == [field.title for field in Scenario.model_fields.values()]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"demand.growth_now": 9}, "demand.growth_now: 9 is too high; allowed is 0 to 0.8 (log per year)"),
        ({"demand.growth_now": "abc"}, "demand.growth_now: 'abc' is not a number; allowed is 0 to 0.8 (log per year)"),
        ({"run.paths": 10.5}, "run.paths: 10.5 is not a whole number; use 10"),
        ({"run.paths": 1000}, "run.paths: must be a power of two"),
        ({"regime.is_on": "perhaps"}, "regime.is_on: 'perhaps' is not allowed; choose on or off"),
        ({PROGRAMS: [{"schedule": {"budget": -1}}]}, "schedule.budget: -1 is too low; allowed is 0 to"),
        ({PROGRAMS: [{"name": "x" * 81}]}, "must have at most 80 characters"),
        ({PROGRAMS: [{"nme": "x"}]}, "policy.programs.0.nme: no such assumption"),
        ({"demand": 5}, "demand: 5 must be an object"),
    ],
)
def test_a_refused_change_is_told_in_the_words_of_its_declaration(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario().replace(change)
    assert words in str(caught.value)


def test_programs_are_listed_and_numbered() -> None:
    paths = [item.path for item in catalog(ONE_PROGRAM)]
    assert "policy.programs.0.schedule.budget" in paths
    assert entry("policy.programs.0.schedule.budget", ONE_PROGRAM).label == "Program 1: Announced budget"
    assert not [item for item in catalog() if item.path.startswith(PROGRAMS)]


class Sample(Assumptions):
    """One of each kind, declared as a slice does."""

    number: float | None = assumption(
        None, unit="share", low=0.0, high=1.0, label="Number", help="A number.", source="judgment", none="no number"
    )
    count: int = assumption(2, unit="count", low=1, high=4, label="Count", help="A count.", source="judgment")
    kind: str = choice("a", options={"a": "One", "b": "Two"}, label="Kind", help="A kind.", source="judgment")
    on: bool = switch(True, label="On", help="On or off.", source="judgment")
    path: tuple[float, ...] | None = yearly(
        unit="share", low=-1.0, high=1.0, label="Path", help="A path.", none="no path", replaces=("number",)
    )


SAMPLE = {name: declaration(f"sample.{name}", leaf, "sample", "Sample") for name, leaf in Sample.model_fields.items()}


def test_kinds_follow_from_thedeclaration() -> None:
    assert {name: item.kind for name, item in SAMPLE.items()} == {
        "number": "number", "count": "integer", "kind": "choice", "on": "switch", "path": "years",
    }
    assert SAMPLE["path"].replaces == ("sample.number",)
    assert entry("policy.programs.0.name", ONE_PROGRAM).kind == "text"
    assert SAMPLE["number"].step == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("number", " 0.35 ", 0.35), ("number", "1e-3", 0.001), ("number", ".5", 0.5), ("number", "-0", 0.0),
        ("number", "none", None), ("number", "AUTO", None), ("count", "3", 3), ("count", "3.0", 3), ("count", "4e0", 4),
        ("kind", "b", "b"), ("on", "off", False), ("on", "True", True), ("path", "none", None),
        ("path", "0.1~-0.2" + "~0" * 8, (0.1, -0.2, *[0.0] * 8)), ("path", "1\n" * 10, (1.0,) * 10),
        ("path", " .5, .5" * 5, (0.5,) * 10), ("path", "0.1;" * 10, (0.1,) * 10), ("path", "0 1 " * 5, (0.0, 1.0) * 5),
    ],
)
def test_text_is_read_as_the_type_of_its_assumption(name: str, text: str, value: Any) -> None:
    found = read(SAMPLE[name], text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("number", "35%", ("'35%'", "0.35", "percent")),
        ("number", "1,000,000", ("separators", "1000000")),
        ("number", "1 000", ("separators", "1000")),
        ("number", "1_000", ("separators", "1000")),
        ("number", "0,35", ("decimal point", "0.35")),
        ("number", "nan", ("finite",)),
        ("number", "-Infinity", ("finite",)),
        ("number", "1e999", ("finite",)),
        ("number", "", ("missing",)),
        ("number", "٣", ("plain number",)),
        ("number", "0x1", ("plain number", "none for: no number")),
        ("number", "9" * 101, ("at most 100 characters",)),
        ("number", "1.5", ("1.5 is too high", "0 to 1 (share)")),
        ("number", "-0.1", ("-0.1 is too low", "0 to 1 (share)")),
        ("count", "2.5", ("whole number", "use 2")),
        ("count", "none", ("plain number",)),
        ("path", "0.1,0.2", ("2 values are given", "10 are needed")), ("path", "", ("1 values", "10 are needed")),
        ("path", "0~" * 9 + "2", ("year 10: 2 is too high", "-1 to 1 (share)")),
        ("path", "0;=A1;" + "0;" * 8, ("year 2: '=A1'", "plain number")),
        ("path", "40% " * 10, ("year 1: '40%'", "0.4", "percent")),
        ("kind", "c", ("'c'", "one of a, b")),
        ("on", "maybe", ("'maybe'", "on or off")),
    ],
)
def test_what_cannot_be_read_is_refused_with_path_value_bound_and_remedy(
    name: str, text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioError) as refusal:
        read(SAMPLE[name], text)
    message = str(refusal.value)
    assert message.startswith(f"sample.{name}: ")
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", True), ("number", "0.5"), ("number", float("nan")), ("number", float("inf")), ("number", [0.5]),
        ("number", 10**400), ("count", 2.5), ("count", None), ("kind", None), ("kind", 1), ("kind", ["a"]), ("on", 1),
        ("on", "on"),
    ],
)
def test_a_stored_value_of_the_wrong_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ScenarioError, match=rf"^sample\.{name}: "):
        check(SAMPLE[name], value)


def test_minus_zero_is_zero() -> None:
    assert repr(check(SAMPLE["number"], -0.0)) == repr(read(SAMPLE["number"], "-0")) == repr(read_number("-0")) == "0.0"


def test_a_whole_number_may_be_stored_as_5_0_but_comes_out_whole() -> None:
    assert type(check(SAMPLE["count"], 3.0)) is int
    assert type(check(SAMPLE["number"], 1)) is float


@given(scenarios(without=(), most=30))
def test_every_value_is_read_back_exactly_from_its_shortest_text(scenario: Scenario) -> None:
    for item in catalog(scenario):
        found = read(item, value_text(item.value))
        assert found == item.value and type(found) is type(item.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_number_text_is_exact_and_never_longer_than_repr(value: float) -> None:
    assert read_number(number_text(value)) == value
    assert len(number_text(value)) <= len(repr(value))


@pytest.mark.parametrize(("value", "text"), [(0.35, "0.35"), (4e9, "4e9"), (19.6e6, "1.96e7"), (12, "12"), (1.0, "1")])
def test_number_text_is_short(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.text() | st.none() | st.integers() | st.floats() | st.lists(st.text()))
def test_quotes_are_short_and_printable(value: object) -> None:
    assert quoted(value).isprintable()
    assert len(quoted(value)) <= 62


def test_a_quote_keeps_no_direction_marks_and_cuts_megabytes() -> None:
    assert quoted("a\u202eb\x00c") == "'a b c'"
    assert quoted("x" * 10**7) == f"'{'x' * 59}…'"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("demand.growth_nwo", ("'demand.growth_nwo'", "no such assumption", "demand.growth_now")),
        ("growth_now", ("demand.growth_now",)),
        ("policy.programs.0.schedule.budget", ("no such program", "the scenario has none")),
        ("policy.programs", ("list of programs",)),
        ("demand", ("no such assumption",)),
        ("", ("no such assumption",)),
        ("\x00<script>" * 1000, ("no such assumption",)),
    ],
)
def test_an_unknown_path_names_the_nearest(path: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ScenarioError) as refusal:
        parse(path, "1")
    assert [word for word in words if word not in str(refusal.value)] == []
    assert len(str(refusal.value)) < 300


def test_a_program_beyond_the_last_is_unknown() -> None:
    assert parse("policy.programs.0.schedule.budget", "1e9", ONE_PROGRAM) == 1e9
    with pytest.raises(ScenarioError, match=r"the scenario has 1, counted from 0"):
        parse("policy.programs.1.schedule.budget", "1e9", ONE_PROGRAM)


@given(scenarios(without=(), most=30, programs=0), changes(without=()).filter(lambda found: PROGRAMS not in found))
def test_differences_are_what_turns_one_scenario_into_the_other(base: Scenario, found: dict[str, Any]) -> None:
    scenario = base.replace(found)
    listed = differences(scenario, base)
    assert base.replace({each.entry.path: each.value for each in listed}) == scenario
    assert scenario.replace({each.entry.path: each.base for each in listed}) == base
    assert all(each.base != each.value == each.entry.value for each in listed)
    assert {each.entry.path for each in listed} <= set(found)


@given(scenarios(most=2), scenarios(most=2))
def test_differences_of_programs_are_the_same_seen_from_the_other_side(one: Scenario, other: Scenario) -> None:
    there, back = differences(one, other), differences(other, one)
    assert [(each.entry.path, each.base, each.value) for each in there] == [
        (each.entry.path, each.value, each.base) for each in back
    ]
    assert bool(there) == (one != other)


def test_a_program_that_only_one_has_is_one_readable_difference() -> None:
    program = {"name": "Fund", "schedule": {"budget": 4e9, "stop": 12}, "mix": {"grant": 0.75, "tax_credit": 0.25}}
    (added,) = differences(Scenario().replace({PROGRAMS: [program]}), Scenario())
    assert (added.entry.path, added.entry.label, added.base) == ("policy.programs.0", "Program 1", None)
    assert added.value == (
        "Fund: 4e9 USD announced, 0.35 of it paid, quarters 0 to 12; grant 0.75, tax credit 0.25"
    )
    assert added.entry.none == "no such program"


def found(text: str) -> list[str]:
    return [item.path for item in search(text, catalog(ONE_PROGRAM))]


def test_an_empty_search_finds_all_in_order() -> None:
    assert search("  ", catalog()) == catalog()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("demand growth now", "demand.growth_now"),
        ("overcapacity peak", "overcapacity.peak"),
        ("gpu_fleet.contracted_share", "gpu_fleet.contracted_share"),
        ("σ", "demand.volatility"),
        ("Announced budget", "policy.programs.0.schedule.budget"),
        ("utilisation balance", "clearing.balance_utilization"),
        ("volatilty", "demand.volatility"),
    ],
)
def test_the_best_match_comes_first(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_the_start_of_a_word_counts_more_than_its_inside() -> None:
    inside, start = replace(SAMPLE["count"], label="Unlock"), replace(SAMPLE["count"], label="A lock")
    assert search("lock", (inside, start)) == (start, inside)


def test_every_word_must_occur() -> None:
    assert set(found("demand bust")) <= set(found("demand")) & set(found("bust"))
    assert found("zzzzqqq demand") == []


@given(st.text(max_size=300))
def test_any_search_gives_entries_of_the_list(text: str) -> None:
    assert set(search(text, catalog())) <= set(catalog())


SCHEMA = json_schema()


def schema_leaves(node: dict[str, Any], path: str = "") -> dict[str, dict[str, Any]]:
    leaves: dict[str, dict[str, Any]] = {}
    for key, leaf in node["properties"].items():
        target = leaf if "$ref" in leaf else leaf.get("items", {})
        here = f"{path}.{key}" if path else key
        if "$ref" in target:
            inner = SCHEMA["$defs"][target["$ref"].rpartition("/")[2]]
            leaves |= schema_leaves(inner, f"{here}.0" if target is not leaf else here)
        else:
            leaves[here] = leaf
    return leaves


def test_the_schema_is_strict_json_and_a_valid_schema() -> None:
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_says_what_the_catalog_says() -> None:
    leaves = schema_leaves(SCHEMA)
    assert list(leaves) == [path for path in declared(1) if path in leaves] and set(leaves) == set(declared(1))
    for path, item in declared(1).items():
        leaf = leaves[path]
        typed = leaf["anyOf"][0] if "anyOf" in leaf else leaf
        assert (leaf["title"], leaf["description"], leaf["default"]) == (
            item.label.removeprefix("Program 1: "), item.help, item.default,
        ), path
        if item.kind == "text":
            continue
        assert (leaf["unit"], leaf["source"], leaf["status"]) == (item.unit, item.source, item.status), path
        assert ("anyOf" in leaf) == bool(item.none), path
        if item.kind in ("number", "integer"):
            assert typed["type"] == item.kind, path
            assert (leaf["low"], leaf["high"]) == (typed["minimum"], typed["maximum"]) == (item.low, item.high), path
        if item.kind == "choice":
            assert leaf["enum"] == list(item.options), path
        if item.kind == "years":
            assert (typed["minItems"], typed["maxItems"]) == (YEARS, YEARS), path
            assert (typed["items"]["minimum"], typed["items"]["maximum"]) == (item.low, item.high), path


@given(scenarios(without=(), most=30))
def test_every_scenario_obeys_the_schema(scenario: Scenario) -> None:
    Draft202012Validator(SCHEMA).validate(scenario.model_dump(mode="json"))


@pytest.mark.parametrize(
    "change", [{"growth_now": 5.0}, {"growth_now": "0.4"}, {"growth_nwo": 0.4}, {"growth_now": None}]
)
def test_the_schema_refuses_what_the_scenario_refuses(change: dict[str, Any]) -> None:
    whole = Scenario().model_dump(mode="json")
    assert not list(Draft202012Validator(SCHEMA).iter_errors(whole))
    assert list(Draft202012Validator(SCHEMA).iter_errors(whole | {"demand": whole["demand"] | change}))


def test_every_leaf_of_the_scenario_is_declared_with_the_one_spelling() -> None:
    bare = [
        f"{each.__name__}.{name}"
        for each in [*slices(), *slices(Program)]
        for name, leaf in each.model_fields.items()
        if not metadata(leaf) and name != "programs"
    ]
    assert bare == []
