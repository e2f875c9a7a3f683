"""A link carries a scenario exactly, and reading one never fails: what it cannot use it names."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.errors import ScenarioError
from models.evidence.presets import presets
from models.policy.program import INSTRUMENTS
from models.scenario.catalog import PROGRAMS, declared, values
from models.scenario.link import BASE, MAX_LENGTH, MAX_NOTES, Decoded, decode, encode, query_items
from models.scenario.scenario import Scenario
from models.version import MODEL_VERSION, SCHEMA_VERSION
from tests.strategies import scenarios

HEAD = f"v={SCHEMA_VERSION}&m={MODEL_VERSION}&p=base"
DEFAULTS = Scenario()
SCRIPT = "<script>alert(1)</script>"
ONE = f"{PROGRAMS}.0"


def only_note(query: Any) -> str:
    (note,) = decode(query).notes
    return note


def unchanged(query: Any) -> Decoded:
    decoded = decode(query)
    assert decoded.scenario == DEFAULTS and decoded.preset == BASE
    return decoded


@given(scenarios(without=(), most=40), st.sampled_from(sorted(presets())))
@example(DEFAULTS.replace({"policy.programs": [{"name": "a&b=c+d%#?é\n\x00🧮"}]}), BASE)
@example(DEFAULTS.replace({"policy.programs": [{"name": ""}, {"name": "none"}]}), BASE)
@example(DEFAULTS.replace({"demand.bust_rate": 5e-324, "demand.rebound": 0.1 + 0.2}), BASE)
def test_reading_a_written_link_gives_the_same_scenario_to_the_last_bit(scenario: Scenario, preset: str) -> None:
    decoded = decode(encode(scenario, preset))
    assert decoded == Decoded(scenario, preset, (), MODEL_VERSION, True)
    assert decoded.scenario.model_dump_json() == scenario.model_dump_json()
    assert encode(decoded.scenario, preset) == encode(scenario, preset)


@pytest.mark.parametrize("preset", presets())
def test_a_preset_is_a_link_without_differences(preset: str) -> None:
    scenario = Scenario.preset(preset)
    assert encode(scenario, preset) == f"v={SCHEMA_VERSION}&m={MODEL_VERSION}&p={preset}"
    for other in presets():
        assert decode(encode(scenario, other)).scenario == scenario


@given(scenarios(most=5))
def test_the_three_spellings_of_a_link_say_the_same(scenario: Scenario) -> None:
    link = encode(scenario)
    expected = decode(link)
    assert decode(query_items(scenario)) == expected
    assert decode({key: [text] for key, text in query_items(scenario).items()}) == expected
    assert decode(parse_qs(link, keep_blank_values=True)) == expected
    assert decode(f"https://assay.example/decide?{link}#map") == expected


def test_a_link_holds_only_differences_in_their_order_and_short() -> None:
    scenario = DEFAULTS.replace({
        "run.method": "random", "demand.growth_now": 0.5, "capacity.bust_switch": False, "clearing.spot_price": 2.0,
        PROGRAMS: [{"name": "Sovereign fund", "schedule": {"budget": 4e9}, "mix": {"grant": 1.0}}],
    })
    assert encode(scenario) == (
        f"{HEAD}&{PROGRAMS}=1&demand.growth_now=0.5&capacity.bust_switch=off&clearing.spot_price=2&{ONE}.name="
        f"Sovereign%20fund&{ONE}.schedule.budget=4e9&{ONE}.mix.grant=1&run.method=random"
    )


def test_a_value_the_preset_changes_back_to_none_is_written() -> None:
    scenario = DEFAULTS.replace({"clearing.spot_price": 2.0})
    assert decode(f"{HEAD}&clearing.spot_price=none").scenario == DEFAULTS
    assert decode(f"{encode(scenario)}&clearing.spot_price=auto").scenario == DEFAULTS


def test_programs_are_removed_and_added() -> None:
    two = DEFAULTS.replace({PROGRAMS: [{"name": "one"}, {"name": "two"}]})
    assert decode(f"{encode(two)}&{PROGRAMS}=1").scenario.policy.programs == two.policy.programs[:1]
    assert len(decode(f"{PROGRAMS}=12").scenario.policy.programs) == 12


@pytest.mark.parametrize("preset", ["nowhere", ""])
def test_writing_against_an_unknown_preset_is_an_error(preset: str) -> None:
    with pytest.raises(ScenarioError, match="no such preset"):
        encode(DEFAULTS, preset)


@pytest.mark.parametrize("query", ["", "?", HEAD, f"?{HEAD}", {}, "https://assay.example/", "&&&"])
def test_a_link_without_differences_is_the_base(query: Any) -> None:
    assert unchanged(query).notes == ()
    assert unchanged(query).is_current


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("demand.growth_now=5", ("demand.growth_now", "5 is too high", "0 to 0.8", "log per year")),
        ("demand.growth_now=-1", ("demand.growth_now", "-1 is too low", "0 to 0.8")),
        ("demand.growth_now=NaN", ("demand.growth_now", "'NaN'", "finite")),
        ("demand.growth_now=inf", ("demand.growth_now", "'inf'", "finite")),
        ("demand.growth_now=1e999", ("demand.growth_now", "finite")),
        ("demand.growth_now=40%25", ("'40%'", "0.4,", "percent")),
        ("demand.growth_now=", ("demand.growth_now", "missing")),
        ("demand.growth_now", ("demand.growth_now", "missing")),
        ("demand.growth_now=none", ("demand.growth_now", "'none'")),
        ("run.paths=12.5", ("run.paths", "whole number")),
        ("run.paths=1000", ("run.paths: 1000", "power of two")),
        ("run.method=magic", ("run.method", "'magic'", "sobol, random")),
        ("capacity.bust_switch=2", ("capacity.bust_switch", "on or off")),
        ("demand.growth_nwo=0.5", ("'demand.growth_nwo'", "no such assumption", "nearest: demand.growth_now")),
        ("__class__=1", ("'__class__'", "no such assumption")),
        ("demand=1", ("'demand'", "no such assumption")),
        (f"{ONE}.name=x", ("no such program", "the scenario has none")),
        (f"{PROGRAMS}=13", (PROGRAMS, "'13'", "0 to 12")),
        (f"{PROGRAMS}=-1", (PROGRAMS, "'-1'", "0 to 12")),
        (f"{PROGRAMS}={SCRIPT}", (PROGRAMS, SCRIPT, "0 to 12")),
        (f"demand.growth_now={SCRIPT}", ("demand.growth_now", SCRIPT)),
        (f"{SCRIPT}=1", (SCRIPT, "no such assumption")),
        ("%ff%00=1", ("no such assumption",)),
        ({"demand.growth_now": None}, ("'demand.growth_now' is not text",)),
        ({5: "x"}, ("5 is not text",)),
        (None, ("a link is text, not NoneType",)),
        (b"demand.growth_now=0.5", ("not bytes",)),
        ("p=gulff", ("no preset 'gulff'", "nearest: gulf")),
        ("p=" + "x" * 5000, ("no preset", BASE)),
    ],
)
def test_what_cannot_be_used_is_named_and_everything_stays_as_in_the_preset(query: Any, words: tuple[str, ...]) -> None:
    unchanged(query)
    note = only_note(query)
    assert [word for word in words if word not in note] == []
    assert note.isprintable() and len(note) < 400


@pytest.mark.parametrize("junk", ["demand.growth_nwo=1", "overcapacity.peak=9", f"{ONE}.name=x", "%=%", "run.seed=1.5"])
def test_one_bad_part_does_not_spoil_the_others(junk: str) -> None:
    decoded = decode(f"{junk}&demand.growth_now=0.5&{junk}")
    assert decoded.scenario == DEFAULTS.replace({"demand.growth_now": 0.5})
    assert len(decoded.notes) == 1


def test_an_unknown_preset_keeps_the_changes() -> None:
    assert decode("p=atlantis&demand.growth_now=0.5").scenario == DEFAULTS.replace({"demand.growth_now": 0.5})


def test_the_last_of_several_values_counts() -> None:
    for query in ("demand.growth_now=0.5&demand.growth_now=0.6", {"demand.growth_now": ["0.5", "0.6"]}):
        assert decode(query).scenario.demand.growth_now == 0.6
        assert only_note(query) == "'demand.growth_now' is given more than once; the last value counts"
    assert decode("demand.growth_now=0.5&demand.growth_now=0.5").notes == ()


def test_a_plus_that_nobody_escaped_is_still_a_plus() -> None:
    assert decode("demand.stock_now=2e+7").scenario.demand.stock_now == 2e7
    assert decode("demand.stock_now=2E+7").scenario.demand.stock_now == 2e7


def test_keys_of_the_page_are_passed_over_in_silence() -> None:
    assert decode("tab=risk&demand.growth_now=0.5", view_keys=("tab",)).notes == ()
    assert "'tab'" in only_note("tab=risk")


@pytest.mark.parametrize(
    ("query", "version", "words"),
    [
        ("m=0.0.9", "0.0.9", ("older model 0.0.9", MODEL_VERSION)),
        ("m=99.1", "99.1", ("newer model 99.1", MODEL_VERSION)),
        (f"m={SCRIPT}", "", (SCRIPT, "no known model version")),
        ("m=1.2.3.4.5.6.7", "", ("no known model version",)),
        (f"v={SCHEMA_VERSION + 1}", MODEL_VERSION, ("newer Assay", f"'{SCHEMA_VERSION + 1}'")),
        ("v=one", MODEL_VERSION, ("unknown version", "'one'")),
    ],
)
def test_a_link_of_another_version_is_read_and_said_to_be_one(query: str, version: str, words: tuple[str, ...]) -> None:
    decoded = decode(f"{query}&demand.growth_now=0.5")
    assert (decoded.model_version, decoded.is_current) == (version, False)
    assert decoded.scenario.demand.growth_now == 0.5
    assert [word for word in words if word not in decoded.notes[0]] == []


@pytest.mark.parametrize(
    ("query", "kept", "dropped"),
    [
        (
            "pipeline.hyperscaler_share=.5&pipeline.local_share=.3&pipeline.sovereign_share=.2",
            {"pipeline.hyperscaler_share": 0.5, "pipeline.local_share": 0.3, "pipeline.sovereign_share": 0.2},
            (),
        ),
        ("pipeline.local_share=.5&pipeline.local_lag=3", {"pipeline.local_lag": 3}, ("pipeline.local_share",)),
        (
            "clearing.balance_utilization=.9&clearing.ceiling_utilization=.8&clearing.price_cap=3&demand.growth_now=.5",
            {"clearing.balance_utilization": 0.9, "clearing.price_cap": 3.0, "demand.growth_now": 0.5},
            ("clearing.ceiling_utilization",),
        ),
        (
            "pipeline.hyperscaler_share=.5&pipeline.local_share=.5&pipeline.sovereign_share=.5&leasing.term_short=50"
            "&leasing.term_long=20&rates.cash_rate=.06",
            {"leasing.term_short": 50, "leasing.term_long": 50, "rates.cash_rate": 0.06},
            None,
        ),
        (
            "llm_funding.sale_low=1.2&llm_funding.sale_high=1.1&llm_funding.runway=3",
            {"llm_funding.runway": 3.0},
            None,
        ),
    ],
)
def test_changes_that_contradict_each_other_are_dropped_as_few_as_possible(
    query: str, kept: dict[str, Any], dropped: tuple[str, ...] | None
) -> None:
    decoded = decode(query)
    if dropped is not None:
        assert decoded.scenario == DEFAULTS.replace(kept)
        assert [note.split(": ")[1] for note in decoded.notes] == list(dropped)
    else:
        left_out = [note.split(": ")[1] for note in decoded.notes]
        given = dict(part.split("=") for part in query.split("&"))
        held = values(decoded.scenario)
        assert left_out and set(left_out) < set(given)
        assert [path for path in given if path not in left_out and held[path] != float(given[path])] == []
        assert [path for path in left_out if held[path] != values(DEFAULTS)[path]] == []
        assert "rates.cash_rate" not in left_out and "llm_funding.runway" not in left_out


def test_a_contradictory_program_loses_the_one_field_that_does_not_fit() -> None:
    link = f"{PROGRAMS}=1&{ONE}.schedule.budget=1e9&{ONE}.mix.grant=.5&{ONE}.mix.loan=.5&{ONE}.schedule.start=30"
    decoded = decode(link)
    (program,) = decoded.scenario.policy.programs
    assert (program.schedule.budget, program.mix.grant, program.mix.loan, program.schedule.start) == (1e9, 0.5, 0.5, 0)
    assert decoded.notes == (
        f"ignored: {ONE}.schedule.start: 30, because {ONE}: schedule.stop: 20 must come after start 30",
    )


TERMS = {
    "capex_share": 0.5, "loan_share": 0.5, "voucher_rate": 0.5, "offtake_share": 0.5, "capture": 0.5, "rate_cut": 0.01,
    "loan_years": 7.0, "market_rate": 0.05, "power_discount": 0.01, "offtake_price": 1.0, "additionality": 0.4,
    "mandate": 0.1, "credit_price": 0.9, "guarantee_cover": 0.2,
}
SCHEDULE = {
    "disbursement": 0.5, "build_lag": 4, "cliff_rate": 0.1, "notice": 2, "clawback": 0.1, "bloc_share": 0.2,
    "budget": 1e9,
}
FITTING = {f"{ONE}.terms.{key}": value for key, value in TERMS.items()} | {
    f"{ONE}.schedule.{key}": value for key, value in SCHEDULE.items()
}


def test_a_long_contradictory_program_keeps_all_that_fits() -> None:
    wrong = {f"{ONE}.name": "x" * 81, f"{ONE}.schedule.start": 41, f"{ONE}.schedule.stop": 2}
    right = FITTING | {f"{ONE}.mix.grant": 1.0}  # the budget comes before the mix without which it does not fit
    query = {path: str(value) for path, value in ({PROGRAMS: 1} | wrong | right).items()}
    decoded = decode(query)
    held = values(decoded.scenario)
    assert [path for path, value in right.items() if held[path] != value] == []
    assert [note.split(": ")[1] for note in decoded.notes] == [f"{ONE}.name", f"{ONE}.schedule.start"]


def test_a_mix_that_cannot_be_repaired_does_not_take_the_terms_with_it() -> None:
    preset = next(name for name in presets() if len(Scenario.preset(name).policy.programs) == 1)
    given = FITTING | {f"{ONE}.mix.{name}": 0.3 for name in INSTRUMENTS}
    decoded = decode({"p": preset} | {path: str(value) for path, value in given.items()})
    held = values(decoded.scenario)
    assert [path for path, value in FITTING.items() if held[path] != value] == []
    assert decoded.scenario.policy.programs[0].mix == Scenario.preset(preset).policy.programs[0].mix


def test_a_name_that_is_too_long_is_named_and_the_program_stays() -> None:
    decoded = decode(f"{PROGRAMS}=1&{ONE}.name={'x' * 5000}&{ONE}.terms.capture=0.1")
    assert decoded.scenario.policy.programs[0].terms.capture == 0.1
    (note,) = decoded.notes
    assert note.startswith(f"ignored: {ONE}.name: 'xxx") and "at most 80" in note and len(note) < 400


def test_script_in_a_name_is_carried_as_it_is_and_means_nothing() -> None:
    decoded = decode(f"{PROGRAMS}=1&{ONE}.name={quote(SCRIPT)}")
    assert decoded.scenario.policy.programs[0].name == SCRIPT
    assert decoded.notes == ()
    assert "<" not in encode(decoded.scenario)


def junk_links() -> st.SearchStrategy[Any]:
    keys = st.sampled_from([*list(declared(2))[::7], PROGRAMS, "v", "m", "p"]) | st.text(max_size=40)
    numbers = st.floats().map(str) | st.integers().map(str)
    words = st.text(max_size=40) | numbers | st.sampled_from(["none", "on", "1e9"])
    pairs = st.lists(st.tuples(keys, words), max_size=12)
    return (
        pairs.map(lambda found: "&".join(f"{key}={text}" for key, text in found))
        | st.text(alphabet=st.characters(), max_size=300)
        | st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
        | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1"))
        | st.dictionaries(keys, words | st.lists(words, max_size=3), max_size=12)
        | st.dictionaries(st.none() | st.integers() | st.binary(), st.none() | st.binary() | st.lists(st.integers()))
        | st.none()
        | st.binary()
        | st.lists(st.text())
    )


@given(junk_links())
@example("policy.programs=1&policy.programs.0.name=\ud800")
@example("policy.programs=" + "9" * 5000)
@example("policy.programs." + "9" * 5000 + ".name=x")
@example("demand.growth_now=" + "9" * 5000)
@example("run.seed=1" + "0" * 90)
@example("m=" + ".".join(["999999"] * 4) + "&v=99")
@example("https://[::1/?a=b")
def test_junk_never_raises_and_always_gives_a_valid_scenario(query: Any) -> None:
    decoded = decode(query)
    assert decode(encode(decoded.scenario, decoded.preset)).scenario == decoded.scenario
    assert decoded.preset in presets()
    assert len(decoded.notes) <= MAX_NOTES + 1
    assert all(note.isprintable() and len(note) < 500 for note in decoded.notes)


NUMBERS = [path for path, item in declared(2).items() if item.kind in ("number", "integer")]


@given(st.dictionaries(st.sampled_from(NUMBERS), st.integers(0, 40), max_size=25), st.integers(0, 2))
def test_any_mixture_of_numbers_is_read_as_far_as_it_agrees(numbers: dict[str, int], programs: int) -> None:
    decoded = decode("&".join([f"{PROGRAMS}={programs}", *(f"{path}={value}" for path, value in numbers.items())]))
    named = "\n".join(decoded.notes)
    held = values(decoded.scenario)
    if len(decoded.notes) <= MAX_NOTES:
        assert [path for path, value in numbers.items() if path not in named and held[path] != value] == []


TEN_MEGABYTES = 10_000_000


@pytest.mark.parametrize(
    "made",  # when the test runs: together they hold 200 MB
    [
        lambda: "x" * TEN_MEGABYTES,
        lambda: "a&" * (TEN_MEGABYTES // 2),
        lambda: "=&" * (TEN_MEGABYTES // 2),
        lambda: "%" * TEN_MEGABYTES,
        lambda: "?" * TEN_MEGABYTES,
        lambda: "&".join(f"{i}=1" for i in range(TEN_MEGABYTES // 8)),
        lambda: {"demand.growth_now": "9" * TEN_MEGABYTES},
        lambda: {"x" * TEN_MEGABYTES: "1"},
        lambda: {"demand.growth_now": ["0.5"] * (TEN_MEGABYTES // 4)},
        lambda: {str(i): "1" for i in range(TEN_MEGABYTES // 8)},
        lambda: f"{PROGRAMS}=12&" + "&".join(
            f"{PROGRAMS}.{i}.{key}" for i in range(12) for key in ("schedule.budget=1e9", "schedule.stop=1",
            "schedule.start=9", "mix.grant=.3", "mix.loan=.3", "mix.offtake=.3", "mix.voucher=.3", "terms.capture=.1")
        ),
    ],
    ids=["one word", "keys", "signs", "percents", "question marks", "unknown", "long value", "long key", "repeats",
         "mapping", "contradictions"],
)
def test_a_hostile_link_is_cut_off_early_with_a_note(made: Callable[[], Any]) -> None:
    query = made()
    decoded = decode(query)
    assert decoded.notes and len(decoded.notes) <= MAX_NOTES + 1
    assert isinstance(query, dict) or len(query) < MAX_LENGTH or f"the first {MAX_LENGTH}" in decoded.notes[0]


def test_a_value_cut_in_half_is_not_read_as_another_value() -> None:
    head = "demand.growth_now=0.5&" + "a=1&" * 10
    link = head + "b=" + "x" * (MAX_LENGTH - len(head) - len("b=&run.seed=12")) + "&run.seed=123456"
    decoded = decode(link)
    assert decoded.scenario == DEFAULTS.replace({"demand.growth_now": 0.5})


def test_what_an_earlier_edition_called_otherwise_is_refused_by_name() -> None:
    """Growth of a developer is that of AI revenue now: an old link must not silently mean another thing."""
    old = "v=1&m=0.1.0&p=base&llm_developer.growth_now=0.9&llm_costs.other=0.3"
    decoded = decode(old)
    assert decoded.scenario == DEFAULTS.replace({"llm_costs.other": 0.3})
    note = next(line for line in decoded.notes if "growth_now" in line)
    assert "llm_developer.excess_growth_now" in note and "leave it out" in note
