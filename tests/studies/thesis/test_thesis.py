"""Claims T1 to T20: complete, with figures that say where they come from, and verdicts by rule."""

import json
import math
import re
from dataclasses import replace

import pytest

from models.__main__ import main
from models.engine.estimate import Estimate
from models.engine.prices import present_value
from models.evidence.countries import load_countries
from models.evidence.sources import source
from models.scenario.scenario import Scenario
from models.studies.thesis import STATEMENTS, TESTS, subject, thesis
from models.studies.thesis.blocs import without_borders
from models.studies.thesis.labs import CHAMPION, OPEN_LAB, frontier, run_lab, small_lab
from models.studies.thesis.record import (
    CLOSE,
    FAILS,
    HOLDS,
    REPORTED,
    UNTESTED,
    Figure,
    Verdict,
    all_of,
    call,
    dollars,
    fact,
    figure,
    finite,
    listed,
    percent,
    reported,
)
from models.studies.thesis.record import tested as decided
from tests.studies.thesis.worlds import base, calm, evaluated, scenario_of, shown, under

pytestmark = pytest.mark.usefixtures("thin_prices")

each = pytest.mark.parametrize("name", list(TESTS))
VERDICTS = {HOLDS, FAILS, CLOSE, REPORTED, UNTESTED}


# Every claim


def test_every_claim_of_the_documents_is_tested_once() -> None:
    names = [f"T{k}" for k in range(1, 21)]
    assert list(TESTS) == list(STATEMENTS) == names
    assert [test.claim.id for test in thesis(evaluated())] == names
    for statement in STATEMENTS.values():
        assert statement.words.endswith(".")
        assert {source(key).evidence for key in statement.said_by} == {"seed"}


@each
def test_a_test_shows_its_figures_and_says_why(name: str) -> None:
    found = under(name)
    assert found.verdict in VERDICTS
    assert found.figures
    assert len({f.label for f in found.figures}) == len(found.figures)
    for one in found.figures:
        assert math.isfinite(one.value), one.label
        assert one.unit
        if one.source:
            cited = source(one.source)
            assert not cited.is_history or cited.date in one.label or re.search(r"\b(19|20)\d\d\b", one.label)
    assert any(not one.source for one in found.figures), "something of this scenario, not facts alone"
    assert re.search(r"\d", found.why) and found.why.endswith(".")
    assert found.would_take.endswith(".")
    assert all(one.verdict in VERDICTS for one in found.parts)
    assert "nan" not in found.why and "inf" not in found.why.split()


@each
def test_a_claim_names_the_figures_that_would_refute_it(name: str) -> None:
    """Declared with the claim, found among its figures, and each decides a part that counts."""
    found = under(name)
    deciding = [one.refuted_by for one in found.parts if one.counts and one.refuted_by is not None]
    assert all(one in found.figures for one in deciding)
    if not found.claim.refuted_by:
        assert found.verdict == REPORTED and not deciding
        return
    for declared in found.claim.refuted_by:
        assert found.verdict == UNTESTED or any(one.label.startswith(declared) for one in found.figures), declared
    for one in deciding:
        assert any(one.label.startswith(declared) for declared in found.claim.refuted_by), one.label
    for one in found.parts:
        if one.refuted_by is not None:
            assert math.isfinite(one.above) or math.isfinite(one.below)


@each
def test_a_claim_holds_only_if_each_of_its_parts_does(name: str) -> None:
    found = under(name)
    counted = [one.verdict for one in found.parts if one.counts]
    assert found.verdict == all_of(counted)
    assert (found.verdict == HOLDS) == (HOLDS in counted and set(counted) <= {HOLDS, REPORTED})


@each
def test_the_run_without_shocks_never_breaks(name: str) -> None:
    found = TESTS[name](subject(calm()))
    assert found.verdict in VERDICTS
    assert all(math.isfinite(one.value) for one in found.figures)
    if name in ("T1", "T2"):
        assert found.verdict == UNTESTED


def test_the_thesis_is_kept_and_reports_progress() -> None:
    assert thesis(evaluated()) is thesis(evaluated())
    done: list[float] = []
    thesis(calm(), progress=done.append)
    assert done == pytest.approx([k / 20 for k in range(1, 21)])


def test_lender_measures_are_those_of_the_page() -> None:
    debt, found = evaluated().assets["gpu_debt"].debt, under("T5")
    assert debt is not None
    assert shown(found, "Chance of default") == debt.default_probability
    assert shown(found, "Spread less expected loss") < shown(found, "Spread over the base rate")


def test_a_cheaper_coupon_does_not_cost_the_lender() -> None:
    assert shown(under("T5", "gulf"), "Spread over") == pytest.approx(shown(under("T5"), "Spread over"))


def test_nations_differ_in_value_and_borders() -> None:
    found = under("T16")
    bound = {f.label.split(":")[0]: f.value for f in found.figures if f.label.endswith("bound to the country")}
    assert bound["China"] == max(bound.values()) == pytest.approx(0.9)
    assert list(bound) == [country.title for country in load_countries().values()]
    assert shown(found, "China: value") < shown(found, "Canada: value")


# Parts


def test_a_champion_gets_a_program_but_keeps_that_of_its_scenario() -> None:
    given = small_lab(base(), CHAMPION)
    assert given.llm_developer.champion and [p.name for p in given.policy.home] == ["Sovereign AI fund"]
    gulf = replace(base(), scenario=Scenario.preset("gulf"))
    assert small_lab(gulf, CHAMPION).policy == gulf.scenario.policy
    open_lab = small_lab(replace(base(), scenario=Scenario.preset("sovereign_champion")), OPEN_LAB)
    assert not open_lab.llm_developer.champion
    assert frontier(replace(base(), scenario=given)).llm_developer.revenue_now == 65e9
    assert frontier(base()) == scenario_of("base")


def test_control_variates_cut_noise_and_keep_the_mean() -> None:
    lab = run_lab(base(), "frontier", Scenario())
    claim = base().claim("llm_developer")
    plain = present_value(claim) / Scenario().llm_developer.revenue_now
    steady, noisy = base().estimate(lab.value), base().estimate(plain)
    assert lab.value.std() < 0.6 * plain.std()
    assert steady.value == pytest.approx(noisy.value, abs=4 * noisy.error)


def test_borders_are_taken_away_with_their_mandates() -> None:
    china = Scenario.preset("china")
    free = china.replace(without_borders(china))
    assert free.localization.share == 0.0 and free.policy.mandate == 0.0
    assert china.policy.mandate > 0.0


@pytest.mark.parametrize(
    ("value", "error", "threshold", "verdict"),
    [
        (0.5, 0.1, 0.0, HOLDS), (0.15, 0.1, 0.0, CLOSE), (-0.15, 0.1, 0.0, CLOSE), (-0.5, 0.1, 0.0, FAILS),
        (0.5, math.nan, 0.0, HOLDS), (0.0, 0.0, 0.0, FAILS), (0.0, math.nan, 0.0, FAILS), (0.6, 0.01, 0.5, HOLDS),
        (0.51, 0.01, 0.5, CLOSE), (math.nan, 0.1, 0.0, UNTESTED),
    ],
)  # fmt: skip
def test_a_difference_is_called_beyond_its_noise(value: float, error: float, threshold: float, verdict: str) -> None:
    assert call(Estimate(value, error), threshold) == verdict


def test_a_claim_of_many_parts_holds_only_whole() -> None:
    assert all_of([HOLDS, HOLDS]) == HOLDS
    assert all_of([HOLDS, CLOSE]) == CLOSE
    assert all_of([HOLDS, UNTESTED]) == UNTESTED
    assert all_of([CLOSE, UNTESTED, FAILS]) == FAILS
    assert all_of([]) == UNTESTED


def test_facts_leave_the_verdict_to_the_test() -> None:
    assert all_of([REPORTED, REPORTED]) == REPORTED
    assert all_of([REPORTED, HOLDS]) == HOLDS
    assert all_of([REPORTED, FAILS]) == FAILS
    assert (reported("so", True).verdict, reported("not so", False).verdict) == (REPORTED, FAILS)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.1, FAILS), (0.19, CLOSE), (0.24, HOLDS), (0.285, CLOSE), (0.4, FAILS), (math.nan, UNTESTED)],
)
def test_a_part_keeps_within_its_bounds(value: float, verdict: Verdict) -> None:
    assert decided("between", figure("it", Estimate(value, 0.01), "share"), above=0.2, below=0.28).verdict == verdict


def test_words() -> None:
    shares = {0.5: "50%", 0.0951: "9.5%", -0.0004: "0%", 0.0: "0%", 0.996: "100%", 0.0996: "10%", -0.03: "-3.0%"}
    assert {x: percent(x) for x in shares} == shares
    assert [dollars(x) for x in (1.23e12, 16.5e9, -330e6, 950.0)] == ["$1.23tn", "$16.5bn", "-$330m", "$950"]
    assert [listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert fact("Ordered", "capacity_pipeline-055", "count").label == "Ordered (2024-09-01)"
    assert fact("Improves", "llm_economics-018", "per year", 0.01).value == 0.49
    assert finite(*under("T3").figures, Figure("nothing", Estimate(math.nan), "share")) == under("T3").figures


# The command


def test_the_command_takes_scenario_options_and_prints_strict_json(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is not JSON")

    assert main(["thesis", "--set", "localization.share=0.9", "--paths", "256"]) == 0
    printed = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert [found["id"] for found in printed] == list(TESTS)
    keys = {"id", "claim", "said_by", "figures", "parts", "refuted_by", "verdict", "why", "would_take"}
    assert keys == set(printed[0])
    assert printed[14]["verdict"] == HOLDS
    assert printed[14]["refuted_by"]
    first = printed[14]["parts"][0]
    assert (first["holds_above"], first["holds_below"], first["counts"]) == (0.5, None, True)
    assert first["refuted_by"] in {one["label"] for one in printed[14]["figures"]}
    assert printed[15]["verdict"] == REPORTED and printed[15]["refuted_by"] == []
    assert {"label", "value", "unit", "standard_error", "source"} == set(printed[0]["figures"][0])
    assert main(["thesis", "--set", "localization.share=7"]) == 1
    assert "localization.share" in capsys.readouterr().err
