"""The loan book page: comparables with one's own facility, a tape brought, checked, corrected and run."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app
from dashboard.blocks.markup import facts_html
from dashboard.views.book import charts, reading, tape
from dashboard.views.book import comparables as loan_comparables
from dashboard.views.book import words as says
from models.intake.table import Problem
from models.studies.book import tape_template

SCRIPT = """
from dashboard import address
from dashboard.views.book import page as loan_book
address.read()
loan_book.render()
"""


def opened(section: str = "book") -> AppTest:
    test = AppTest.from_string(SCRIPT, default_timeout=240)
    test.query_params["run.paths"] = "256"
    return test.run().segmented_control("loans:section").set_value(section).run()


def words_of(test: AppTest) -> str:
    assert not test.exception
    return re.sub(r"<[^>]+>", " ", " ".join(str(item.proto.body) for item in test.get("html")))


def settled(test: AppTest) -> AppTest:
    """The page once its run is done: fragments do not look by themselves here."""
    import time

    for _ in range(120):
        if not any("Running" in str(p.proto) or "Replaying" in str(p.proto) for p in test.get("progress")):
            break
        time.sleep(0.25)
        test.run()
    return test


def test_the_page_is_registered() -> None:
    assert "loan-book" in {path for listed in app.PAGES.values() for _, _, path, _ in listed}


@pytest.mark.slow
def test_the_example_runs_and_is_forgotten() -> None:
    test = opened()
    assert "What can your loans lose together?" in words_of(test)
    settled(test.button("loans:example").click().run())
    words = words_of(test)
    assert "In its worst 5% of futures this book" in words
    assert "12 loans to 6 customers" in words
    assert "nan" not in re.findall(r"\w+", words)
    table = test.dataframe[0].value
    assert list(table["Loan"]) == [f"Example {k}" for k in range(1, 13)]
    test.button("loans:drop").click().run()
    assert "What can your loans lose together?" in words_of(test)


def test_a_broken_tape_is_named_row_by_row_and_not_run() -> None:
    test = opened()
    sound = tape_template.template_csv().decode("utf-8-sig")
    broken = sound.replace("900000000", "=cmd()").replace("2025-06-30", "soon")
    test.text_area("loans:pasted").input(broken)
    test.button("loans:paste").click().run()
    words = words_of(test)
    assert "2 of 12 lines need a correction; nothing was run" in words
    table = test.dataframe[0].value
    assert list(zip(table["Line"], table["Column"], strict=True)) == [("2", "size_usd"), ("3", "closing_date")]
    assert "formula" in table["What is wrong"][0]
    assert len(test.dataframe) == 1


@pytest.mark.slow
def test_the_facility_stands_among_the_comparables() -> None:
    test = opened("comparables")
    words = words_of(settled(test))
    assert "Your facility pays 500 bp" in words
    assert "CoreWeave DDTL 5.0" in words
    assert "covered" in words
    assert len(test.dataframe[0].value) == 34


def test_names_from_a_tape_are_not_markup() -> None:
    risk = dict.fromkeys(reading.TIES, 0.1) | {"largest_name": "<img src=x>", "default_correlation_se": 0.0}
    assert "<img" not in facts_html(reading.figures(risk, reading.TIES))
    row = {"title": "<b>", "note": "<i>", "spread": 0.04, "loss_rate": 0.01, "loss_rate_se": 0.001,
           "default_probability": 0.1, "default_probability_se": 0.01, "advance_rate": 0.75, "verdict": "covered"}
    assert "<i>" not in loan_comparables.replays_html([row])


def test_deals_on_which_nothing_is_lent_are_counted_apart() -> None:
    nan = float("nan")
    none = {"title": "A", "note": "Nothing is lent.", "spread": 0.04, "loss_rate": nan, "loss_rate_se": nan,
            "default_probability": nan, "default_probability_se": nan, "advance_rate": 0.0,
            "verdict": "nothing is lent"}
    say = loan_comparables.words.replay_message
    assert say([none, none]) == "Nothing is lent on any of these deals in this market"
    said = say([none, none | {"verdict": "covered"}, none | {"verdict": "not covered", "title": "B"}])
    assert said == "The spread exceeds the expected loss in 1 of 2 loans, not in B; nothing is lent on 1 more"
    shown = loan_comparables.replays_html([none])
    assert "n/a bp" not in shown and "±n/a" not in shown and "nan" not in shown


def test_a_problem_of_the_file_has_no_line() -> None:
    assert tape.problem_row(Problem(0, "", "empty", "fill it"))["line"] == "file"


PEER = {"kind": "gpu_loan", "status": "current", "grade": "ig"}


@pytest.mark.parametrize(
    ("spreads", "spread", "said"),
    [
        ((0.0213, 0.0225), 0.04, "more than the 213 bp to 225 bp of 2 current loans"),
        ((0.0213, 0.0225), 0.02, "less than the 213 bp to 225 bp"),
        ((0.0213, 0.0225), 0.022, "within the range of the 213 bp to 225 bp"),
        ((), 0.04, "no current loan to such a customer has a known price"),
    ],
)
def test_the_sentence_places_the_facility(spreads: tuple[float, ...], spread: float, said: str) -> None:
    rows = [{**PEER, "spread": s} for s in spreads]
    assert said in says.facility_message(rows, {"grade": "ig", "spread": spread})


def test_the_sentence_of_a_book_follows_its_figures() -> None:
    risk = {"loans": 3, "cvar_95": 0.12, "cvar_95_se": 0.005, "independent_cvar_95": 0.07}
    assert says.book_message(risk).endswith("against 7.0% if nothing tied its loans together")
    assert "about as much" in says.book_message(risk | {"cvar_95_se": 0.04})
    assert "nothing" in says.book_message(risk | {"cvar_95": 0.0})


def test_names_beyond_the_tenth_are_added_up() -> None:
    rows = [{"name": f"n{k:02d}", "loans": 1, "balance_share": 1 / 14, "tail_share": k / 91} for k in range(14)]
    frame = charts.bars_frame(rows)
    assert frame["name"].nunique() == 11
    assert frame["name"].iloc[-1] == "4 others"
    sums = frame.groupby("part")["share"].sum()
    assert sums.to_numpy() == pytest.approx([1.0, 1.0])


def test_the_curve_has_few_rows_and_names_each_line_once() -> None:
    table = pd.DataFrame({"loss": [0.0, 0.1, 0.2], "probability": [0.3, 0.1, 0.0], "independent": [0.4, 0.05, 0.0],
                          "probability_se": [0.01, 0.01, 0.0]})
    frame = charts.curve_frame(table)
    assert len(frame) == 6
    assert sorted(frame["mark"].dropna()) == sorted(charts.LINES.values())
