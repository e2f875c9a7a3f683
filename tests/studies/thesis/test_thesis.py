"""Claims T1 to T20: complete, in line with the independent figures, and able to come out the other way."""

import json
import math
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from models.__main__ import main
from models.engine.estimate import Estimate
from models.engine.evaluate import Evaluation, evaluate, evaluate_calm
from models.engine.prices import present_value
from models.evidence.sources import source
from models.scenario.scenario import Scenario
from models.studies.thesis import STATEMENTS, TESTS, ClaimTest, examine, subject, thesis
from models.studies.thesis.blocs import without_borders
from models.studies.thesis.glut import leveling_off, overcapacity
from models.studies.thesis.labs import CHAMPION, OPEN_LAB, frontier, run_lab, small_lab
from models.studies.thesis.record import (
    CLOSE,
    FAILS,
    HOLDS,
    UNTESTED,
    Figure,
    all_of,
    call,
    dollars,
    fact,
    finite,
    listed,
    percent,
)
from models.studies.thesis.subject import Subject

each = pytest.mark.parametrize("name", list(TESTS))
VERDICTS = {HOLDS, FAILS, CLOSE, UNTESTED}


@cache
def base() -> Evaluation:
    return evaluate(Scenario())


@cache
def base_subject() -> Subject:
    return subject(base())


def of_base(name: str) -> ClaimTest:
    return next(test for test in thesis(base()) if test.claim.id == name)


def shown(test: ClaimTest, label: str) -> float:
    return next(f.value for f in test.figures if f.label.startswith(label))


def under(name: str, changes: dict[str, Any]) -> ClaimTest:
    """A claim that compares paired runs, under a changed scenario on the base draws."""
    return TESTS[name](replace(base_subject(), scenario=Scenario().replace(changes)))


# Every claim


def test_every_claim_of_the_documents_is_tested_once() -> None:
    names = [f"T{k}" for k in range(1, 21)]
    assert list(TESTS) == list(STATEMENTS) == names
    assert [test.claim.id for test in thesis(base())] == names
    for statement in STATEMENTS.values():
        assert statement.words.endswith(".")
        assert {source(key).evidence for key in statement.said_by} == {"seed"}


@each
def test_a_test_shows_its_figures_and_says_why(name: str) -> None:
    found = of_base(name)
    assert found.verdict in VERDICTS - {UNTESTED}
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
    assert all(part.verdict in VERDICTS for part in found.parts)
    assert "nan" not in found.why and "inf" not in found.why.split()


def test_verdicts_of_the_base_scenario() -> None:
    against = {test.claim.id for test in thesis(base()) if test.verdict != HOLDS}
    assert against == {"T2", "T15"}


@each
def test_the_run_without_shocks_never_breaks(name: str) -> None:
    calm = calm_evaluation()
    found = TESTS[name](subject(calm))
    assert found.verdict in VERDICTS
    assert all(math.isfinite(one.value) for one in found.figures)
    if name in ("T1", "T2"):
        assert found.verdict == UNTESTED


@cache
def calm_evaluation() -> Evaluation:
    return evaluate_calm(Scenario())


def test_the_thesis_is_kept_and_reports_progress() -> None:
    thesis(base())
    assert thesis(base()) is thesis(base())
    done: list[float] = []
    thesis(calm_evaluation(), progress=done.append)
    assert done == pytest.approx([k / 20 for k in range(1, 21)])


# Independent figures


@pytest.mark.parametrize(
    ("name", "loss", "tail"),
    [
        ("Data center", 0.02, 0.31),
        ("GPU fleet with an investment-grade customer", 0.06, 0.20),
        ("GPU-backed debt with an investment-grade customer", 0.01, 0.04),
        ("Cloud platform", 0.04, 0.40),
        ("Equity under the GPU loan", 0.12, 0.73),
        ("Hardware supplier", 0.16, 0.56),
        ("GPU fleet without a contract", 0.31, 0.60),
        ("LLM developer", 0.54, 0.99),
    ],
)
def test_risk_by_class(name: str, loss: float, tail: float) -> None:
    found = of_base("T1")
    assert shown(found, f"{name}: chance of loss") == pytest.approx(loss, abs=0.03)
    assert shown(found, f"{name}: loss in the worst 5%") == pytest.approx(tail, abs=0.03)


def test_the_finding_of_t1_is_which_of_them_are_safer() -> None:
    parts = {part.label.removesuffix(" is safer than both"): part.verdict for part in of_base("T1").parts}
    safe = {name for name, verdict in parts.items() if verdict == HOLDS}
    assert safe == {
        "GPU fleet", "Data center", "GPU-backed debt", "GPU fleet with an investment-grade customer",
        "GPU-backed debt with an investment-grade customer",
    }
    assert parts["Hardware supplier"] == parts["GPU fleet without a contract"] == FAILS
    assert parts["LLM and cloud earn more than what is built"] == FAILS


def test_suppliers_level_off_as_they_should() -> None:
    found = of_base("T4")
    assert shown(found, "Futures with less revenue") == pytest.approx(0.61, abs=0.03)
    for year, index in ((2, 1.07), (5, 1.02), (10, 0.86)):
        assert shown(found, f"Supplier revenue in year {year} ") == pytest.approx(index, abs=0.03)
    assert shown(found, "Compute in use") == pytest.approx(25.0, abs=1.0)


def test_scale_wins_as_it_should() -> None:
    found = of_base("T11")
    top = shown(found, "Frontier developer: value")
    for who, worth, failed, bill in (
        ("Frontier developer", 1.0, 0.25, 0.40), ("Champion", 0.63, 0.80, 1.56), ("Open-source lab", 0.37, 0.96, 3.12),
    ):
        assert shown(found, f"{who}: value") / top == pytest.approx(worth, abs=0.05)
        assert shown(found, f"{who}: fails") == pytest.approx(failed, abs=0.03)
        assert shown(found, f"{who}: training") == pytest.approx(bill, abs=1e-9)


def test_windfall_is_for_builders_and_not_for_buyers_of_the_supplier() -> None:
    assert [part.verdict for part in of_base("T2").parts] == [HOLDS, FAILS]
    assert shown(of_base("T2"), "Data center: return held 10") == pytest.approx(0.19, abs=0.02)
    assert shown(of_base("T2"), "Hardware supplier: return held 3 ") == pytest.approx(0.0, abs=0.02)
    assert shown(of_base("T2"), "Hardware supplier: return held 10") == pytest.approx(-0.05, abs=0.02)


def test_what_joint_ventures_cost() -> None:
    label = "Value of the platform"
    worth = {share: shown(under("T12", {"localization.share": share}), label) for share in (0.25, 0.9)}
    partner = {"localization.share": 0.9, "cloud_platform.jv_share": 0.35}
    assert worth[0.9] / worth[0.25] == pytest.approx(0.77, abs=0.02)
    assert shown(under("T12", partner), label) / worth[0.25] == pytest.approx(0.67, abs=0.02)


def test_lender_measures_are_those_of_the_page() -> None:
    debt, found = base().assets["gpu_debt"].debt, of_base("T5")
    assert debt is not None
    assert shown(found, "Chance of default") == debt.default_probability
    assert shown(found, "Expected loss a year") == debt.expected_loss / debt.wal_years
    assert shown(found, "Spread") == pytest.approx(0.04)


# The other way


def test_picks_are_not_safer_in_a_glut() -> None:
    glut = examine(evaluate(Scenario().replace({"overcapacity.peak": 2.0, "run.paths": 1024})), "T1")
    assert (of_base("T1").verdict, glut.verdict) == (HOLDS, FAILS)
    assert "GPU fleet" in glut.why


def test_no_glut_comes_where_demand_is_steady() -> None:
    steady = {"demand.volatility": 0.0, "demand.bust_rate": 0.0, "run.paths": 1024}
    assert overcapacity(subject(evaluate(Scenario().replace(steady)))).verdict == FAILS
    sure = overcapacity(subject(evaluate(Scenario().replace({"overcapacity.peak": 3.0, "run.paths": 1024}))))
    assert sure.verdict == HOLDS
    assert shown(sure, "Futures with surplus") == 1.0


def test_suppliers_keep_growing_where_demand_does() -> None:
    lasting = Scenario().replace({"demand.growth_fade": 0.12, "run.paths": 1024})
    assert leveling_off(subject(evaluate(lasting))).verdict == FAILS


@pytest.mark.parametrize(
    ("name", "changes", "verdict"),
    [
        ("T6", {"pipeline.hyperscaler_share": 0.45, "pipeline.local_share": 0.47}, FAILS),
        ("T9", {"llm_costs.training_growth_now": 0.1}, FAILS),
        ("T10", {"llm_developer.erosion": 0.0}, FAILS),
        ("T11", {"llm_costs.frontier_bill": 3.0e9, "llm_costs.training": 0.8}, FAILS),
        ("T12", {"cloud_platform.jv_cost": 0.4, "cloud_platform.jv_share": 0.6, "localization.share": 0.9}, FAILS),
        ("T12", {"localization.share": 0.0}, UNTESTED),
        ("T13", {"data_center.delay_mean": 0.0}, FAILS),
        ("T13", {"data_center.delay_mean": 0.0, "capacity.power_cap": 1.0}, HOLDS),
        ("T14", {"localization.flexibility": 1.0}, FAILS),
        ("T14", {"localization.share": 0.0}, UNTESTED),
        ("T15", {"localization.share": 0.9}, HOLDS),
        ("T17", {"pipeline.hyperscaler_share": 0.76, "pipeline.sovereign_share": 0.0}, FAILS),
        ("T17", {"export.start_quarter": 4}, FAILS),
        ("T18", {"llm_costs.training": 0.3, "llm_costs.frontier_bill": 3.0e9, "llm_costs.inference": 0.25,
                 "llm_developer.champion_grant": 2.0e9}, FAILS),
        ("T19", {"export.start_quarter": 4, "export.additions_cut": 0.0}, FAILS),
        ("T19", {"export.start_quarter": 4, "export.diverted": 1.0}, FAILS),
        ("T19", {"export.affected_share": 0.0}, FAILS),
        ("T19", {"export.rate": 0.3}, HOLDS),
        ("T20", {"localization.correlation": 1.0}, FAILS),
    ],
)  # fmt: skip
def test_a_claim_can_come_out_the_other_way(name: str, changes: dict[str, Any], verdict: str) -> None:
    found = under(name, changes)
    assert found.verdict == verdict
    assert all(math.isfinite(one.value) for one in found.figures)


def test_a_cheaper_coupon_does_not_cost_the_lender() -> None:
    gulf = examine(evaluate(Scenario.preset("gulf").replace({"run.paths": 256})), "T5")
    assert shown(gulf, "Spread") == pytest.approx(0.04)
    assert shown(gulf, "Spread") == shown(of_base("T5"), "Spread")


def test_a_program_larger_than_the_gap_turns_t8() -> None:
    gulf = replace(base_subject(), scenario=Scenario.preset("gulf"))
    small = TESTS["T8"](gulf)
    assert (small.verdict, shown(small, "Paid by")) == (HOLDS, pytest.approx(21e9))
    large = TESTS["T8"](replace(gulf, scenario=gulf.scenario.replace({"policy.intensity": 30.0})))
    assert [part.verdict for part in large.parts] == [HOLDS, HOLDS, FAILS]


def test_a_lender_without_a_contract_in_a_glut_is_not_paid() -> None:
    merchant = Scenario.preset("merchant_loan").replace({"overcapacity.peak": 0.6, "run.paths": 1024})
    found = examine(evaluate(merchant), "T5")
    assert {part.label: part.verdict for part in found.parts}["The spread pays for the expected loss"] == FAILS


def test_nations_differ_in_value_and_borders() -> None:
    found = of_base("T16")
    bound = {f.label.split(":")[0]: f.value for f in found.figures if f.label.endswith("bound to the bloc")}
    assert bound["China-style"] == max(bound.values()) == pytest.approx(0.9)
    assert len(bound) == 8
    assert shown(found, "China-style: value") < 0.0 < shown(found, "Canada: value")


# Parts


def test_a_champion_gets_a_program_but_keeps_that_of_its_scenario() -> None:
    given = small_lab(base_subject(), CHAMPION)
    assert given.llm_developer.champion and [p.name for p in given.policy.home] == ["Sovereign AI fund"]
    gulf = replace(base_subject(), scenario=Scenario.preset("gulf"))
    assert small_lab(gulf, CHAMPION).policy == gulf.scenario.policy
    open_lab = small_lab(replace(base_subject(), scenario=Scenario.preset("sovereign_champion")), OPEN_LAB)
    assert not open_lab.llm_developer.champion
    assert frontier(replace(base_subject(), scenario=given)).llm_developer.revenue_now == 65e9
    assert frontier(base_subject()) == Scenario()


def test_control_variates_cut_noise_and_keep_the_mean() -> None:
    lab = run_lab(base_subject(), "frontier", Scenario())
    claim = base_subject().claim("llm_developer")
    plain = present_value(claim) / Scenario().llm_developer.revenue_now
    steady, noisy = base_subject().estimate(lab.value), base_subject().estimate(plain)
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


def test_words() -> None:
    shares = {0.5: "50%", 0.0951: "9.5%", -0.0004: "0%", 0.0: "0%", 0.996: "100%", 0.0996: "10%", -0.03: "-3.0%"}
    assert {x: percent(x) for x in shares} == shares
    assert [dollars(x) for x in (1.23e12, 16.5e9, -330e6, 950.0)] == ["$1.23tn", "$16.5bn", "-$330m", "$950"]
    assert [listed(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert fact("Ordered", "capacity_pipeline-055", "count").label == "Ordered (2024-09-01)"
    assert fact("Improves", "llm_economics-018", "per year", 0.01).value == 0.49
    assert finite(*of_base("T3").figures, Figure("nothing", Estimate(math.nan), "share")) == of_base("T3").figures


# The command


def test_the_command_takes_scenario_options_and_prints_strict_json(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is not JSON")

    assert main(["thesis", "--set", "localization.share=0.9", "--paths", "256"]) == 0
    printed = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert [found["id"] for found in printed] == list(TESTS)
    assert {"id", "claim", "said_by", "figures", "parts", "verdict", "why", "would_take"} == set(printed[0])
    assert printed[14]["verdict"] == HOLDS
    assert {"label", "value", "unit", "standard_error", "source"} == set(printed[0]["figures"][0])
    assert main(["thesis", "--set", "localization.share=7"]) == 1
    assert "localization.share" in capsys.readouterr().err
