"""Evidence: the list of assumptions, a CSV no spreadsheet runs, pictures of model against history."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from dashboard.format import Scale
from dashboard.views.evidence import history_chart as charts
from dashboard.views.evidence import levers, levers_chart
from dashboard.views.evidence import words as says
from dashboard.views.evidence.rows import assumption_rows, check_table, kind_of
from models.scenario.catalog import catalog, values
from models.scenario.scenario import Scenario
from models.studies.hindcast import replay
from models.studies.sensitivity import levers as study
from tests.dashboard.finished import AtOnce


def page() -> AppTest:
    def script():
        from dashboard import address
        from dashboard.views.evidence import page as evidence

        address.read()
        address.write()
        evidence.render()

    app = AppTest.from_function(script, default_timeout=300)
    app.query_params["run.paths"] = "512"
    return app


def test_every_assumption_is_listed_and_found():
    app = page().run()
    assert not app.exception
    count = len(catalog())
    table = app.dataframe[0].value
    assert len(table) == count
    assert set(table["Kind"]) == {"Fact", "Assumption", "Judgment"}
    app.text_input(key="evidence:words").set_value("hurdle").run()
    found = app.dataframe[0].value
    assert 0 < len(found) < count
    app.selectbox(key="evidence:status").set_value("Fact").run()
    assert not app.exception
    assert all(kind == "Fact" for table in app.dataframe for kind in table.value["Kind"])


def test_nothing_found_says_so():
    app = page().run()
    app.text_input(key="evidence:words").set_value("zzzzqqqq").run()
    assert not app.exception
    assert not app.dataframe
    assert any("Nothing found" in text.value for text in app.markdown)


def test_method_and_limits_are_in_words():
    app = page().run()
    app.segmented_control(key="evidence:section").set_value("method").run()
    assert not app.exception
    text = " ".join(part.value for part in app.markdown)
    assert "Announced budgets taken as cash" in text
    assert not app.dataframe


def test_a_changed_value_and_history_are_marked():
    scenario = Scenario().replace({"overcapacity.peak": 0.6})
    rows = {row["path"]: row for row in assumption_rows(catalog(scenario), values(Scenario()))}
    assert rows["overcapacity.peak"]["changed"] == "changed"
    assert rows["overcapacity.peak"]["value"] == 0.6
    assert [path for path, row in rows.items() if row["changed"]] == ["overcapacity.peak"]
    assert {row["history"] for row in rows.values()} == {"", "history"}


@pytest.mark.parametrize("name", ["h100", "telecom", "coreweave", "project_finance"])
def test_pictures_hold_the_figures_of_the_replay(name):
    one = replay(name)
    for (series, unit), part in one.frame.groupby(["series", "unit"], sort=False):
        kind = charts.kind_of(part)
        frame = charts.replay_frame(part, kind)
        assert frame["p50"].tolist() == pytest.approx(part["p50"].tolist(), nan_ok=True)
        assert frame["observed"].tolist() == pytest.approx(part["observed"].tolist(), nan_ok=True)
        assert (kind == "labels") == frame["x"].isna().any()
        assert (kind, charts.format_of(unit)) in charts.SPECS
        assert len(frame) <= 300
        assert series[1:] in says.series_message(series, frame, kind)


def test_a_picture_says_how_many_readings_the_model_holds():
    part = replay("telecom").frame.query("series == 'utilization'")
    frame = charts.replay_frame(part, charts.kind_of(part))
    assert says.covered(frame) == (1, 1), "suppliers limit the glut, so that use falls no lower than it did"
    assert says.series_message("utilization", frame, "time").startswith("Utilization: 1 of 1 reading")


def test_the_reading_a_replay_starts_from_is_no_success():
    part = replay("h100").frame.query("series == 'on demand'")
    frame = charts.replay_frame(part, charts.kind_of(part))
    assert frame["observed"].notna().sum() == 3
    assert says.covered(frame) == (1, 2)


def test_what_no_source_bounds_is_called_judgment():
    entries = {e.path: e for e in catalog()}
    assert entries["overcapacity.peak"].status == "assumption"
    assert kind_of(entries["overcapacity.peak"]) == "judgment"
    assert kind_of(entries["pipeline.local_share"]) == "fact"


def test_checks_are_told_met_or_missed():
    one = replay("telecom")
    table = check_table(one)
    assert (table["Outcome"] == "met").sum() == sum(check.passed for check in one.checks)
    assert set(table["Outcome"]) <= {"met", "missed"}


def test_every_slider_is_drawn_with_whom_it_helps(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(study, "LEVERS", study.LEVERS[:1])
    monkeypatch.setattr(levers, "LEVERS", study.LEVERS[:1])
    monkeypatch.setattr(run, "job", AtOnce())
    app = page()
    app.query_params["run.paths"] = "64"
    app.run()
    app.segmented_control(key="evidence:section").set_value("sliders").run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == 1 and "rises" in set(app.dataframe[0].value["Expected"])


def test_a_slider_says_whom_it_helps():
    shapes = {"GPU fleets": "falls", "the LLM developer": "rises", "data centers": "rises", "cloud": "level"}
    assert says.lever_message("Glut", shapes) == "Glut helps LLM developer and data centers; hurts GPU fleets"
    assert says.lever_message("Glut", {"cloud": "level"}) == "Glut moves no class"


def test_names_at_the_end_of_curves_keep_apart():
    ends = {"gpu_fleet": 1.0, "gpu_debt": 1.0, "data_center": float("nan")}
    lines = [{"asset": key, "short": key, "label": key, "places": (0.0, 1.0), "change": (0.5, end),
              "change_se": (0.0, 0.0)} for key, end in ends.items()]
    frame = levers_chart.curve_frame(lines, Scale(100.0, "%"))
    heights = frame["name_y"].dropna().sort_values()
    assert len(heights) == 3 and heights.diff().min() >= 0.5 * levers_chart.NAME_GAP - 1e-12
    assert frame["x"].max() == 100.0
