"""The page of risk: stress matrix, nearest loss and regret, with their sentences and errors."""

from collections.abc import Iterator

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import run
from dashboard.views.risk import charts, reading
from dashboard.views.risk import page as risk
from dashboard.views.risk import words as says
from models.claims.registry import CLASSES
from models.scenario.scenario import Scenario
from models.studies.stress.regret import regret_frame, regret_table
from models.studies.stress.stress import stress_matrix, stress_table
from tests.dashboard.finished import AtOnce, on_less

PATHS = 128


def script() -> None:
    from dashboard import address
    from dashboard.views.risk import page as risk

    address.read()
    address.write()
    risk.render()


def texts(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.fixture(scope="module")
def app() -> Iterator[AppTest]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "job", AtOnce())
        patch.setattr(risk, "regret_table", on_less(regret_table, names=("base", "telecom_glut")))
        page = AppTest.from_function(script, default_timeout=300)
        page.query_params["run.paths"] = str(PATHS)
        yield page.run()


def test_the_page_shows_matrix_story_and_regret(app: AppTest) -> None:
    assert not app.exception
    body = texts(app)
    assert 'class="heat"' in body and "Telecom-style glut" in body and "All at once" in body
    assert body.count("<td") >= 48
    assert '<ol class="story">' in body and "In the end" in body
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Distance"].endswith(" sd") and metrics["Share of futures"].endswith("%")
    assert "regretted least at worst" in body


def test_nothing_is_claimed_of_a_stress_that_has_nothing_to_do(app: AppTest) -> None:
    cliff = next(row for row in texts(app).split("<tr>") if "Subsidy cliff" in row)
    assert cliff.count("–") == 6 and "+" not in cliff.split("</th>")[1]


def test_the_sentence_above_the_matrix_is_about_the_figure_shown(app: AppTest) -> None:
    matrix = run.job(stress_matrix, Scenario().replace({"run.paths": PATHS}), entry="at_cost").result
    assert matrix is not None
    said = {figure: says.matrix_message(stress_table(matrix), figure) for figure in ("npv", "cvar_95")}
    assert said["npv"] in texts(app)
    app.segmented_control(key="risk:figure").set_value("cvar_95").run()
    assert said["cvar_95"] in texts(app) and said["npv"] not in texts(app)


def table(**changes: float) -> pd.DataFrame:
    rows = []
    for stress in ("telecom", "all"):
        for key, asset in CLASSES.items():
            value = changes.get(f"{stress}_{key}", -0.1)
            rows.append({"stress": stress, "title": stress.title(), "asset": key, "label": asset.label,
                         "figure": "npv", "change": value, "change_se": changes.get("error", 0.001), "is_void": False})
    return pd.DataFrame(rows)


def test_the_sentence_names_who_is_hurt_most() -> None:
    words = says.matrix_message(table(telecom_data_center=-0.5, all_gpu_debt=-0.01), "npv")
    assert words == "Telecom hurts data center most: −50.0 pts; under all at once GPU-backed debt loses least"
    assert "by more than the noise" in says.matrix_message(table(error=1.0), "npv")
    better = says.matrix_message(table(**{f"telecom_{key}": 0.1 for key in CLASSES}), "npv")
    assert better == "No stress of the library hurts a class in this measure"


@pytest.mark.parametrize(
    ("figure", "change", "worse"),
    [("npv", -0.1, True), ("npv", 0.1, False), ("cvar_95", 0.1, True), ("probability_of_loss", -0.1, False)],
)
def test_more_loss_is_worse_and_more_value_is_not(figure: str, change: float, worse: bool) -> None:
    assert charts.is_worse(figure, change) is worse


def test_a_change_within_its_noise_is_no_change() -> None:
    row = {"asset": "gpu_fleet", "label": "GPU fleet", "change": 0.01, "change_se": 0.02, "base": 0.0, "value": 0.01,
           "is_void": False, "absent": ""}
    close = reading.matrix_cell(row, "npv", 0.5)
    assert close.text == "≈0" and "too close to call" in close.title
    assert reading.matrix_cell(row | {"change": -0.2, "change_se": 0.001}, "npv", 0.5).text == "−20.0"


def test_the_way_to_a_loss_is_said_in_one_sentence() -> None:
    story = [{"topic": "price", "stressed": -0.41, "usual": 0.0, "quarter": 20}]
    words = says.reverse_message("GPU fleet", 0.0, story, 0.7)
    assert words == "GPU fleet does worse than cash where rent falls to 41% below break-even in 2031"
    assert "in the median future already" in says.reverse_message("GPU fleet", 0.0, story, -0.2)
    assert "no future was found" in says.reverse_message("GPU fleet", 0.5, [], float("inf"))
    assert says.reverse_message("GPU fleet", 0.0, story, float("-inf")).startswith(
        "GPU fleet does worse than cash in every future within eight"
    )


def test_specifications_carry_no_data_and_frames_few_rows() -> None:
    for spec in (charts.PATH, charts.REGRET):
        assert "datasets" not in spec and "'data'" not in str(spec)
    path = pd.DataFrame({"series": "price", "quarter": range(41), "stressed": -0.3, "usual": 0.0})
    frame = charts.path_frame(path, "price")
    assert len(frame) == 82 and set(frame["line"]) == {charts.NEAR, charts.USUAL}
    assert frame["end_text"].notna().sum() == 2


def test_a_class_that_is_absent_somewhere_is_named_once_with_what_choosing_it_means() -> None:
    bare = Scenario().replace({"run.paths": PATHS, "gpu_debt.advance_cap": 0.0})
    found = regret_table(bare, names=("base",), paths=PATHS)
    assert [line for line in reading.cash_held(found) if line] == [
        "Nothing can be put into GPU-backed debt in: This scenario. Choosing it there is holding cash, and mixes go "
        "without it."
    ]
    tips = charts.regret_frame(regret_frame(found), found.absent)["tip"]
    assert [tip for tip in tips if ", as cash: worth 0" in tip] == [
        tip for tip in tips if tip.startswith("GPU-backed debt in This scenario")
    ]
    assert not any(reading.cash_held(regret_table(Scenario(), names=("base",), paths=PATHS)))
