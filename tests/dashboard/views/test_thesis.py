"""The thesis page: every claim is there once, under its verdict, with unit, noise, source and a way to argue."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import app, run
from dashboard import format as f
from dashboard.views.thesis import page, rows
from models.engine.estimate import Estimate
from models.studies.thesis import STATEMENTS, ClaimTest, Figure, Part, Statement, Verdict
from tests.dashboard.finished import AtOnce

SCRIPT = """
from dashboard import address
from dashboard.views.thesis import page
address.read()
page.render()
"""


def claim(verdict: str = "holds", **changes: object) -> ClaimTest:
    given: dict[str, object] = {
        "claim": Statement("T1", "Shovels are safe.", ("s5_bain_2024",)),
        "figures": (Figure("Chance of loss", Estimate(0.123, 0.004), "share"),),
        "parts": (Part("One half", "does not hold"),),
        "verdict": verdict,
        "why": "It lost -0.1% here.",
        "would_take": "A glut.",
    }
    return ClaimTest(**(given | changes))  # type: ignore[arg-type]


def test_every_claim_leads_to_a_page_that_exists() -> None:
    known = {path for listed in app.PAGES.values() for _, _, path, _ in listed}
    assert set(page.CHANGED_ON) == set(STATEMENTS)
    assert set(page.CHANGED_ON.values()) <= set(page.PAGES) <= known


def test_a_claim_shows_verdict_figure_noise_and_who_said_it() -> None:
    html = rows.claim_html(claim())
    assert "12.3%" in html
    assert "±0.80 pts" in html
    assert "Holds." in html
    assert f"{f.MINUS}0.1%" in html
    assert "Bain" in html
    assert "(history)" in html


def test_a_claim_shows_what_would_refute_it() -> None:
    one = Figure("Chance of loss", Estimate(0.123, 0.004), "share")
    tested = claim(parts=(Part("Rare", "holds", one, below=0.25), Part("Small", "holds", one, 0.1, counts=False)))
    assert rows.refuted_by(tested) == "Chance of loss, at 25.0% or more."
    assert "beside the claim" in rows.claim_html(tested)
    fact = claim(claim=Statement("T9", "It was so.", ("s5_bain_2024",)), parts=(Part("So", "reported"),))
    assert "a fact or a definition" in rows.refuted_by(fact)
    silent = claim(claim=Statement("T9", "It is so.", ("s5_bain_2024",), ("How it is",)), parts=())
    assert rows.refuted_by(silent) == "How it is."


def test_every_verdict_has_its_place_on_the_page() -> None:
    assert set(rows.GROUPS) == set(get_args(Verdict))


def test_words_of_a_claim_are_not_markup() -> None:
    html = rows.claim_html(claim(why="<img src=x onerror=alert(1)>"))
    assert "<img" not in html


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.25, "share", "25.0%"),
        (0.378, "share of capital", "37.8% of capital"),
        (1.23e9, "USD", "$1.23bn"),
        (1.8, "x", "1.80x"),
        (29.3, "x revenue today", "29.3x revenue today"),
        (40_000.0, "count", "40,000"),
        (2.0, "quarters", "2.00 quarters"),
        (0.05, "per year", "5.0%"),
        (float("nan"), "share", f.NOT_AVAILABLE),
    ],
)
def test_figures_carry_their_unit(value: float, unit: str, text: str) -> None:
    assert rows.written(value, unit) == text


def test_facts_have_no_noise() -> None:
    assert rows.noise(Figure("Fact", Estimate(1.0), "USD")) == ""
    assert rows.noise(Figure("Model", Estimate(1e9, 1e8), "USD")) == "±$200m"


def test_the_summary_counts_every_verdict() -> None:
    tests = [claim(), claim(), claim("does not hold"), claim("too close to call"), claim("reported")]
    assert rows.summary(tests) == "2 of 5 claims hold under this scenario, 1 does not, 1 too close to call, 1 reported"


@pytest.mark.slow
def test_the_page_shows_each_claim_once_under_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "job", AtOnce())
    test = AppTest.from_string(SCRIPT, default_timeout=240)
    test.query_params["run.paths"] = "256"
    test.run()
    assert not test.exception
    words = " ".join(str(item.proto.body) for item in test.get("html"))
    assert sorted(re.findall(r"<h3[^>]*>(T\d+) ", words)) == sorted(STATEMENTS)
    assert "claims hold under this scenario" in words
    assert "nan" not in re.findall(r"\w+", re.sub(r"<[^>]+>", " ", words))
