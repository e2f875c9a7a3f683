"""The portfolio page: the reader's mix moves, limits and files are refused by name, sentences follow the noise."""

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.portfolio import charts as frontier
from dashboard.views.portfolio import mix_chart as mix
from dashboard.views.portfolio import timing
from dashboard.views.portfolio import timing_chart as when
from dashboard.views.portfolio import words as messages
from models.claims.registry import CLASSES
from models.studies.portfolio import portfolio
from models.studies.timing.waiting import waiting
from tests.dashboard.finished import on_less

EVEN = dict.fromkeys(CLASSES, 1 / 6)


def page() -> AppTest:
    def script():
        from dashboard import address
        from dashboard.views.portfolio import page as portfolio

        address.read()
        address.write()
        portfolio.render()

    app = AppTest.from_function(script, default_timeout=300)
    app.query_params["run.paths"] = "256"
    return app


def until(app: AppTest, words: str, seconds: float = 180.0) -> AppTest:
    """Run again until the words are on the page: jobs work in the background."""
    end = time.monotonic() + seconds
    while words not in shown(app):
        assert not app.exception, app.exception
        assert time.monotonic() < end, f"{words} never came"
        time.sleep(0.3)
        app.run()
    return app


def shown(app: AppTest) -> str:
    return " ".join([element.proto.body for element in app.get("html")] + [c.value for c in app.caption])


@pytest.fixture(scope="module", autouse=True)
def little() -> Iterator[None]:
    """Mixes fitted on few futures, rules of entry on few paths."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(portfolio, "PATHS", 256)
        patch.setattr(portfolio, "WORLD_PATHS", 128)
        patch.setattr(timing, "waiting", on_less(waiting, paths=256))
        yield


@pytest.fixture(scope="module")
def app() -> AppTest:
    app = page().run()
    return until(until(app, "What each goal would hold"), "Median return a year, median wealth of a dollar")


def title(app: AppTest) -> str:
    return next(e.proto.body for e in app.get("html") if 'class="verdict"' in e.proto.body)


def test_the_mix_of_the_reader_is_judged_and_moves(app):
    before = title(app)
    assert "in the worst 5% of futures" in before
    assert "nan" not in shown(app).lower().replace("financ", "")
    for key, share in zip(CLASSES, (0.0, 40.0, 40.0, 0.0, 0.0, 0.0), strict=True):
        app.number_input(key=f"portfolio:weight:{key}").set_value(share)
    app.run()
    assert not app.exception
    assert title(app) != before
    assert "Cash: 20.0%" in shown(app)
    app.number_input(key="portfolio:weight:cloud_platform").set_value(50.0).run()
    assert not app.exception
    assert any("they add to 130%, at most 100%" in box.value.replace("\\", "") for box in app.warning)
    app.number_input(key="portfolio:weight:cloud_platform").set_value(0.0).run()
    assert not app.warning


def test_limits_without_a_mix_are_named_and_the_rest_stays():
    app = page()
    app.run()
    app.session_state["portfolio:limits"] = True
    app.run()
    for key in CLASSES:
        app.number_input(key=f"portfolio:cap:{key}").set_value(10.0)
    app.run()
    assert not app.exception
    assert any("60% of the money" in box.value.replace("\\", "") for box in app.warning)
    until(app, "Median return a year, median wealth of a dollar")


def test_waiting_is_valued_and_information_waits_to_be_asked(app):
    until(app, "The rule")
    assert "GPU fleets" in shown(app) and "Without a later entry" in shown(app)
    assert "Without knowing more" not in shown(app)
    app.button(key="portfolio:information:start").click().run()
    assert not app.exception
    assert app.button(key="portfolio:information:cancel").label == "Cancel"
    app.button(key="portfolio:information:cancel").click().run()
    assert not app.exception


def test_own_holdings_by_upload(monkeypatch):
    from dashboard import state
    from dashboard.views.portfolio import inputs

    class File:
        name = "mine.csv"
        content = b"class,amount\nData center,3\nCash,1\n"

        def getvalue(self) -> bytes:
            return self.content

    places: dict[str, object] = {}
    monkeypatch.setattr(state, "entered", lambda key: File())
    monkeypatch.setattr(state, "exchange", lambda name, thing: places.update({name: thing}))
    inputs._uploaded()
    assert places["portfolio:weight:data_center"] == 75.0 and places["portfolio:weight:gpu_fleet"] == 0.0
    assert "Read 2 holdings" in str(places[inputs.SLOT])
    kept = dict(places)
    File.content = b"class,amount\nData center,=3\n"
    inputs._uploaded()
    assert "line 2, amount: '=3' is a formula" in str(places[inputs.SLOT])
    assert {k: v for k, v in places.items() if k != inputs.SLOT} == {k: v for k, v in kept.items() if k != inputs.SLOT}


# Sentences


def test_the_verdict_follows_the_noise():
    assert messages.headline(0.10, 0.01, 0.30, 0.20, 1.0).startswith("Your mix loses 30% in the worst 5%")
    assert "within the noise" in messages.headline(0.01, 0.01, 0.30, 0.29, 1.0)
    assert "aims for more wealth" in messages.headline(float("nan"), float("nan"), 0.9, None, 1.0)
    assert messages.headline(0.0, 0.0, 0.0, None, 0.0) == "All of your money is in cash"


def test_a_class_that_takes_more_of_the_tail_is_named():
    parts = EVEN | {"llm_developer": 0.5}
    noise = dict.fromkeys(CLASSES, 0.01)
    assert messages.parts_message(EVEN, parts, noise).startswith("LLM is 17% of the money and 38% of the tail loss")
    assert "about as much" in messages.parts_message(EVEN, EVEN, noise)
    assert "gains even" in messages.parts_message(EVEN, dict.fromkeys(CLASSES, -0.1), noise)


def strategies(**over_now):
    names = ("now", "later_4", "later_8", "see_4", "see_8", "see_4_8", "staged", "hindsight")
    return [
        {"asset": "gpu_fleet", "strategy": n, "sure": 0.1 + over_now.get(n, 0.0), "sure_se": 0.01,
         "over_now": over_now.get(n, 0.0), "over_now_se": 0.01, "wealth": 2.0, "enters": 0.5} for n in names
    ]


def test_waiting_is_worth_something_only_beyond_the_noise():
    assert "committing now is as good" in messages.waiting_message(strategies(see_4=0.015))
    looked = messages.waiting_message(strategies(see_4_8=0.08))
    assert looked.startswith("GPU fleets: looking after one year and again after two is worth 8.0¢ a dollar ±2.0¢ over")
    delayed = messages.waiting_message(strategies(see_4=0.081, later_4=0.08))
    assert "entering one year later is worth 8.0¢" in delayed and "looking first adds nothing" in delayed


def test_what_to_find_out_first():
    rows = [{"driver": "a", "label": "Demand", "value": 0.05, "value_se": 0.01, "naive": 0.05}]
    everything = {"driver": "all", "label": "All", "value": 0.10, "value_se": 0.01, "naive": 0.1}
    assert messages.information_message(everything, rows).startswith("Find out about demand first: worth 5.0¢")
    assert "no single uncertainty" in messages.information_message(everything, [rows[0] | {"value": 0.01}])
    assert messages.information_message(everything | {"value": 0.0}, rows).startswith("Nothing is worth finding out")


def held(asset: str, years: float, rate: float, wealth: float) -> dict[str, object]:
    return {"asset": asset, "years": years, "irr_p50": rate, "irr_p50_se": 0.005, "wealth_p05": 1.0,
            "wealth_p50": wealth, "wealth_p50_se": 0.01, "wealth_p95": 4.0, "probability_of_loss": 0.1,
            "at_maturity": asset == "gpu_debt"}


def test_a_windfall_a_year_is_not_more_wealth():
    rows = [held("data_center", 3, 0.30, 2.7), held("data_center", 10, 0.18, 3.9), held("gpu_debt", 4.5, 0.08, 1.8),
            held("llm_developer", 3, -0.2, 0.7), held("llm_developer", 10, -0.05, 0.6)]
    assert messages.held_return_message(rows) == "Sold early, Data center returns more a year than held for ten"
    assert messages.held_wealth_message(rows).startswith("On wealth after ten years LLM makes more by an early sale")
    drawn = when.held_frame(rows)
    assert drawn["end"].tolist() == [False, True, True, False, True]
    assert drawn["held"].iloc[2] == "to maturity"


# Charts


def test_charts_draw_what_they_are_given():
    line = [{"tail": 0.1, "tail_se": 0.01, "tail_in_sample": 0.08, "wealth": 2.0},
            {"tail": 0.3, "tail_se": float("nan"), "tail_in_sample": 0.28, "wealth": 3.0}]
    classes = [{"asset": k, "label": c.label, "family": c.family, "tail": 0.4, "tail_se": 0.01, "wealth": 1.9}
               for k, c in CLASSES.items()]
    own = [{"key": "own", "tail": 0.35, "tail_se": 0.01, "wealth": 2.5, "mix_text": "LLM 100%"}]
    drawn = frontier.frontier_frame(line, classes, own, 1.63, {"tail": 0.2, "wealth": 2.5})
    assert drawn["kind"].value_counts().to_dict() == {"class": 6, "line": 2, "mix": 1, "gap": 1}
    assert drawn[drawn["kind"] == "gap"][["x", "x_end"]].to_numpy().tolist() == [[0.35, 0.2]]
    assert drawn["x_high"].notna().all() and list(drawn.columns) == list(frontier.COLUMNS)
    heat = mix.heat_frame(np.eye(6).tolist(), np.zeros((6, 6)).tolist(), list(CLASSES))
    assert len(heat) == 15 and (heat["value"] == 0).all()
    parts = mix.parts_frame(EVEN, EVEN, EVEN, 1.0)
    assert parts.groupby("part")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    held_specs = (when.HELD_RETURN, when.HELD_WEALTH)
    for spec in (frontier.SPEC, mix.PARTS, mix.HEAT, when.WAITING, when.INFORMATION, *held_specs):
        assert "data" not in spec and "datasets" not in spec
    assert isinstance(when.waiting_frame(strategies()), pd.DataFrame)
